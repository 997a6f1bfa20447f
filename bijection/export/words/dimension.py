"""Dimension: bottlenecks, null images, narrow first layers, signs of determinants, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.supplement import equals
from bijection.export.words.said import Words, lemma
from proofs.compose import suffix
from proofs.domains import Point
from proofs.exact import Vector, vector
from proofs.kernel import Theorem
from proofs.limits import Meter
from proofs.network import Affine, Network
from proofs.statements import Not, Reached, Surjective
from proofs.theorems.collision import derivative
from proofs.theorems.dimension import (
    Bottleneck,
    NarrowFirstLayer,
    NullImage,
    OppositeDeterminants,
    ball_dimension,
    determinant_sign,
    jacobian,
)
from proofs.theorems.moment import MomentCurve, relations

_LARGEST = 6  # size of a determinant that is written out


def _cut(step: Step, pen: Pen, cut: int) -> str:
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    assert isinstance(goal.f, Network)
    f, k = pen.name(goal.f), goal.f.widths[cut]
    if cut == len(goal.f.nodes):
        return rf"The values of ${f}$ have ${k}$ coordinates (take $h$ the identity of $\mathbb{{R}}^{{{k}}}$)."
    first = f"first {cut} operations" if cut != 1 else "first operation"
    return rf"After its {first} the network ${f}$ is ${k}$ wide: ${f} = h \circ g$ with $g$ into $\mathbb{{R}}^{{{k}}}$."


def _bottleneck(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Bottleneck)
    assert isinstance(step.goal, Not)
    goal, theorem = step.goal.statement, step.theorem
    d = ball_dimension(goal.on, theorem.interior)
    inner = "" if theorem.interior is None else f" (around {pen.point('p', theorem.interior, pen.where(step, 'interior'))})"
    return (
        f"{_cut(step, pen, theorem.cut)} The operations up to there are continuous. The set ${pen.set(goal.on)}$ contains a ball of "
        f"dimension ${d}${inner}, which is more. {lemma(step)} applies. (No pair is shown.)"
    )


def _null_image(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, NullImage)
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal, Surjective)
    d = ball_dimension(goal.onto, None)
    return (
        f"{_cut(step, pen, step.theorem.cut)} The operations after that are locally Lipschitz. The codomain ${pen.set(goal.onto)}$ "
        f"contains a ball of dimension ${d}$, which is more. {lemma(step)} applies."
    )


def _moment_curve(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, MomentCurve)
    assert isinstance(step.goal, Not)
    goal, theorem = step.goal.statement, step.theorem
    assert isinstance(goal, Reached)
    assert isinstance(goal.f, Network)
    h = suffix(goal.f, theorem.cut)
    chosen = [i for i, (y, a) in enumerate(zip(goal.value, theorem.base, strict=True)) if y != a]
    scale, most = relations(h, chosen)
    numbers = f"$D < 2^{{{scale.bit_length()}}}$ and $U < 2^{{{most.bit_length()}}}$"
    return (
        f"{_cut(step, pen, theorem.cut)} The operations after that are piecewise affine. Take the point "
        f"{pen.point('a', theorem.base, pen.where(step, 'base'))} and the {len(chosen)} coordinates where the value differs from it. "
        f"The weights give {numbers}, with which both conditions hold. {lemma(step)} applies."
    )


def _narrow(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal.f, Network)
    first = goal.f.nodes[0].op
    assert isinstance(first, Affine)
    n, units = goal.f.arity, len(first.rows)
    return (
        f"The network ${pen.name(goal.f)}$ begins with a layer of $N = {units}$ units on $n = {n}$ inputs, and ${units} < {2 * n}$. Each "
        f"of its activations is constant near $-\\infty$ or near $+\\infty$. {lemma(step)} applies, followed by the rest of the network."
    )


def _determinants(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OppositeDeterminants)
    return opposite(step, pen, step.theorem.x, step.theorem.y)


def opposite(step: Step, pen: Pen, x: Point, y: Point) -> str:
    """Two points where the determinants of the derivatives have opposite signs."""
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    f = goal.f
    assert isinstance(f, Network)
    name, on = pen.name(f), pen.set(goal.on)
    points = [("x", x), ("y", y)]
    text = f"Take the points {' and '.join(pen.point(s, p, pen.where(step, s)) for s, p in points)}, interior to ${on}$. "
    text += f"No activation has a kink at its argument there and no maximum is attained twice, so ${name}$ is differentiable at both. "
    if f.arity > _LARGEST:
        signs = ["positive" if determinant_sign(jacobian(f, p)) > 0 else "negative" for _, p in points]
        return text + (
            f"Computed exactly, by elimination without fractions, $\\det {name}'(x)$ is {signs[0]} and $\\det {name}'(y)$ is {signs[1]}. "
            f"{lemma(step)} applies."
        )
    for symbol, p in points:
        lines = derivatives(f, p)
        shown = pen.matrix(f"{name}'({symbol})", lines, "not written out here")
        text += rf"Computed exactly, {shown}, and its determinant is ${equals(determinant(lines)).removeprefix('= ')}$. "
    return text + f"The determinants have opposite signs. {lemma(step)} applies."


def derivatives(f: Network, at: Sequence[Fraction]) -> list[list[Fraction]]:
    """The matrix of partial derivatives at a point where f is differentiable, exact."""
    values, n = f.trace(vector(at)), f.arity
    columns = [derivative(f, values, Vector(tuple(int(i == j) for i in range(n)), 1), Meter()).fractions() for j in range(n)]
    return [list(line) for line in zip(*columns, strict=True)]


def determinant(rows: Sequence[Sequence[Fraction]]) -> Fraction:
    """The determinant of a small matrix, by elimination."""
    a, total = [list(row) for row in rows], Fraction(1)
    for k in range(len(a)):
        pivot = next((i for i in range(k, len(a)) if a[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            a[k], a[pivot], total = a[pivot], a[k], -total
        total *= a[k][k]
        for i in range(k + 1, len(a)):
            factor = a[i][k] / a[k][k]
            a[i] = [s - factor * t for s, t in zip(a[i], a[k], strict=True)]
    return total


WORDS: dict[type[Theorem], Words] = {
    Bottleneck: Words(
        "invariance of dimension",
        r"Let $f = h \circ g$ with $g$ continuous into $\mathbb{R}^k$. Then $f$ is not injective on a set that contains a "
        r"$d$-dimensional ball, $d > k$.",
        r"Suppose $f$ is injective, then so is $g$ on the ball. Identify the interior of the ball with an open set $U \neq \emptyset$ "
        r"of $\mathbb{R}^d$. Then $u \mapsto (g(u), 0) \in \mathbb{R}^k \times \mathbb{R}^{d-k} = \mathbb{R}^d$ is a continuous "
        r"injection of $U$, so its image is open by Brouwer's theorem on the invariance of domain \cite{brouwer1912}. But the image "
        r"lies in a proper subspace, which contains no open set but $\emptyset$.",
        _bottleneck,
    ),
    NullImage: Words(
        "null images",
        r"Let $f = h \circ g$ with $h\colon \mathbb{R}^k \to \mathbb{R}^m$ locally Lipschitz. Then the image of $f$ contains no "
        r"$d$-dimensional ball, $d > k$.",
        r"Project to $d$ coordinates of $\mathbb{R}^m$ on which the affine span of the ball projects isomorphically; $h$ stays locally "
        r"Lipschitz, so let $m = d$. It is enough that $h(Q)$ is a null set for every cube $Q$ of side $1$, for countably many of them "
        r"cover $\mathbb{R}^k$. Cut $Q$ into $N^k$ cubes of side $1/N$. On $Q$, which is compact, $h$ is Lipschitz, so that the image "
        r"of each small cube lies in a ball of radius $c/N$, and all these balls have the volume $c' N^{k-d} \to 0$ together.",
        _null_image,
    ),
    MomentCurve: Words(
        "values beside a moment curve",
        r"Let $f = h \circ g$ with $h$ piecewise affine, so that at each $z$ one of finitely many choices of pieces gives "
        r"$h(z) = Az + b$. "
        r"Let more than $k$ rows of $A$, the same for all choices, have entries $\neq 0$ in $k$ columns only, let $DA$ and $Db$ be integer "
        r"for all choices, and $U$ the product of $k$ numbers $\geq 1$ that bound the $k$ largest of the sums $\sum_j |D a_{ij}|$ over "
        r"these rows $i$. Let $a$ be a point with $qa$ integer in these rows, and $\delta_0, \delta_1, \dots$ the entries of $y - a$. "
        r"If $qDU\sum_i |\delta_i| < 1$ and $|\delta_i| > U \sum_{l > i} |\delta_l|$ for all $i$, then $f$ does not take the value $y$.",
        r"Suppose $y = h(z)$. The rows are dependent: $\sum_i u_i D a_i = 0$, where the $u_i$ are minors of some of them, "
        r"integers, not all $0$, and $|u_i| \leq U$ by Hadamard's inequality. Then $qD \sum_i u_i \delta_i = q \sum_i u_i D b_i - D \sum_i "
        r"u_i q a_i$ is an integer, and smaller than $1$, so it is $0$. For the first $u_i \neq 0$ this gives $|\delta_i| \leq |u_i "
        r"\delta_i| \leq U \sum_{l > i} |\delta_l|$, a contradiction.",
        _moment_curve,
    ),
    NarrowFirstLayer: Words(
        "narrow layers",
        r"Let $N < 2n$ and let every $\sigma_i\colon \mathbb{R} \to \mathbb{R}$, $i = 1, \dots, N$, be constant near $-\infty$ or near "
        r"$+\infty$. Then $x \mapsto \sigma(Wx + b)$, $W \in \mathbb{R}^{N \times n}$, is not injective on $\mathbb{R}^n$ (for the ReLU "
        r"without bias see also \cite{puthawala2022}).",
        r"Choose $v$ with $\langle w_i, v\rangle \neq 0$ for all rows $w_i \neq 0$. Far along $v$ or far along $-v$ unit $i$ has its "
        r"constant part (always, if $w_i = 0$), so in one of the two directions at most $\lfloor N/2 \rfloor \le n - 1$ units are not "
        r"constant. Let $u \neq 0$ be orthogonal to their rows. If $t$ is large, then all other units are constant on a ball around "
        r"$\pm tv$ that contains $\pm tv + u$, and the units that are not constant have the same argument at both points. So the layer "
        r"has equal values at $\pm tv$ and $\pm tv + u$.",
        _narrow,
    ),
    OppositeDeterminants: Words(
        "signs of determinants",
        r"Let $D \subseteq \mathbb{R}^n$ be convex and $f\colon D \to \mathbb{R}^n$ continuous, differentiable at two interior points "
        r"$x$ and $y$, with $\det f'(x) \cdot \det f'(y) < 0$. Then $f$ is not injective on $D$.",
        r"Suppose $f$ is injective. By the invariance of domain \cite{brouwer1912} it is a homeomorphism of the interior of $D$, which "
        r"is open and connected, onto an open set; so its local degree is the same number, $1$ or $-1$, at all interior points "
        r"\cite{deimling1985}. But at a point where the derivative exists and is invertible, the local degree is the sign of its "
        r"determinant (homotopy to the derivative on a small sphere).",
        _determinants,
    ),
}
