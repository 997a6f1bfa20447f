"""Maps that are onto, and open ranges, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.supplement import equals
from bijection.export.tex import number
from bijection.export.words.said import Words, lemma
from proofs.domains import hull
from proofs.exact import dot
from proofs.kernel import Theorem
from proofs.statements import Not, Reached, Surjective
from proofs.theorems.onto import Coercive, MaximumOnto, OpenRange, OppositeEnds, SoftmaxOnto
from proofs.theorems.tails import OppositeTails, SeparatorAlong


def _maximum(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Surjective)
    f = pen.name(step.goal.f)
    return f"${f}$ is one layer of maxima, and each of its groups has a coordinate that is in no other. {lemma(step)} applies."


def _softmax(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Surjective)
    on = pen.set(step.goal.on)
    return (
        f"${pen.name(step.goal.f)}$ is one softmax over all coordinates, and every point moves into ${on}$ along $(1, \\dots, 1)$. "
        f"{lemma(step)} applies."
    )


def _ends(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OppositeEnds)
    assert isinstance(step.goal, Surjective)
    (wanted,) = hull(step.goal.onto)
    f = pen.name(step.goal.f)
    said = []
    for field, x, end, sign in (("low", step.theorem.low, wanted.lower, r"\le"), ("high", step.theorem.high, wanted.upper, r"\ge")):
        if end is None:
            grows = "falls" if field == "low" else "rises"
            said.append(f"${f}(tv)$ {grows} without end in the direction {pen.point(f'v_{{{field}}}', x, pen.where(step, field))}")
        else:
            said.append(f"${f}(x) {sign} {number(end)}$ at {pen.point(f'x_{{{field}}}', x, pen.where(step, field))}")
    return f"{said[0]}, and {said[1]}. {lemma(step)} applies."


def _coercive(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Coercive)
    assert isinstance(step.goal, Surjective)
    m = pen.matrix("M", step.theorem.matrix, pen.where(step, "matrix"))
    return f"{lemma(step)} applies to ${pen.name(step.goal.f)}$ with the matrix {m}; the kernel has computed a $q < 1$."


def _range(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OpenRange)
    assert isinstance(step.goal, Not)
    assert isinstance(step.goal.statement, Reached)
    i, value = step.theorem.coordinate, step.goal.statement.value
    end = f"$y_{{{i + 1}}} = {number(value[i])}$"
    return f"Coordinate {i + 1} of the value, {end}, lies outside the open range of that output. {lemma(step)} applies."


def _tails(step: Step, pen: Pen) -> str:
    theorem = step.theorem
    assert isinstance(theorem, OppositeTails)
    assert isinstance(step.goal, Surjective)
    f = pen.name(step.goal.f)
    low, high = (pen.point("v", theorem.low, pen.where(step, "low")), pen.point("w", theorem.high, pen.where(step, "high")))
    return (
        f"Take {low} and {high}. For $r \\ge {number(theorem.far)}$, bounds by powers of $r$, operation by operation, give $a, b > 0$ and "
        f"$p, q \\ge 1$ with ${f}(rv) \\le -a r^p$ and ${f}(rw) \\ge b r^q$. {lemma(step)} applies."
    )


def _along(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, SeparatorAlong)
    assert isinstance(step.goal, Not)
    goal, theorem = step.goal.statement, step.theorem
    assert isinstance(goal, Reached)
    u, cuts = pen.point("u", theorem.u, pen.where(step, "u")), pen.point("c", theorem.cuts, pen.where(step, "cuts"))
    return (
        f"Take the functional {u}, let $t$ be coordinate {theorem.coordinate + 1} of value {theorem.value} of the network, and cut the "
        f"line at {cuts}. On each of the {len(theorem.cuts) + 1} parts bounds of $\\langle u, {pen.name(goal.f)}(x)\\rangle$, by intervals "
        f"on the inner ones and by powers of $|t|$ on the outer two, leave out $\\langle u, y\\rangle "
        f"{equals(dot(theorem.u, goal.value))}$. {lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    OppositeTails: Words(
        "opposite tails",
        r"Let $f : \mathbb{R}^n \to \mathbb{R}$ be continuous, and $v, w$ directions with $f(rv) \to -\infty$ and $f(rw) \to \infty$ for "
        r"$r \to \infty$. Then $f$ maps $\mathbb{R}^n$ onto $\mathbb{R}$.",
        r"On a segment $f$ takes all values between those at its ends, by the intermediate value theorem.",
        _tails,
    ),
    SeparatorAlong: Words(
        "separation along a number",
        r"Let $t$ be a coordinate of a value of $f$, and let the line be cut into parts. If for each part $\langle u, f(x)\rangle \neq "
        r"\langle u, y\rangle$ for all $x \in D$ with $t(x)$ in it, then $y$ is not reached from $D$.",
        r"Every $t(x)$ lies in one of the parts. On an outer one, with $r = |t|$ large, all numbers are bounded by powers of $r$; for "
        r"activations that follows from $e^{-s} \le 2/s^2$ for $s > 0$.",
        _along,
    ),
    MaximumOnto: Words(
        "maxima that are onto",
        r"Maxima over groups of coordinates, each with a member that is in no other group, map $\mathbb{R}^n$ onto $\mathbb{R}^m$.",
        r"Let $y \in \mathbb{R}^m$ and let $x_i$ be the least $y_k$ over the groups $k$ that $i$ is in ($0$ if there "
        r"are none). In group $k$ every "
        r"$x_i \le y_k$, with equality for the member that is in no other group. So the maximum over the group is $y_k$.",
        _maximum,
    ),
    SoftmaxOnto: Words(
        "softmax is onto the simplex",
        r"If every $x \in \mathbb{R}^n$ has some $x + t(1, \dots, 1)$ in $D$, then softmax over all coordinates maps "
        r"$D$ onto the open simplex. "
        r"This holds for $D = \mathbb{R}^n$ and for a polytope with $\langle a, (1, \dots, 1)\rangle < 0$ for each side "
        r"$\langle a, x\rangle \le b$.",
        r"For $p > 0$ with $\sum p_i = 1$, $\mathrm{softmax}(\ln p) = p$, and $\mathrm{softmax}(x + t(1, \dots, 1)) = "
        r"\mathrm{softmax}(x)$. Each "
        r"side holds for large $t$.",
        _softmax,
    ),
    OppositeEnds: Words(
        "values between two ends",
        r"Let $D$ be convex and $f : D \to \mathbb{R}$ continuous with a value $\le a$ and a value $\ge b$. Then $f$ takes all values in "
        r"$[a, b]$. If $D = \mathbb{R}^n$, then $a$ may be $-\infty$ if $f(tv) \to -\infty$ as $t \to \infty$ for some $v$, and $b$ may be "
        r"$\infty$ likewise.",
        r"$f$ is continuous on the segment between two points, so it takes all values between those at its ends (intermediate value "
        r"theorem). Let $f_\infty$ be the network without constants, each activation replaced by $t \mapsto pt$ for $t < 0$ and $t \mapsto "
        r"rt$ for $t > 0$ with its slopes $p$, $r$ at $-\infty$ and $\infty$. Operation by operation $f - f_\infty$ is bounded and "
        r"$f_\infty(tv) = tf_\infty(v)$ for $t \ge 0$; so $f(tv)/t \to f_\infty(v)$, whose sign decides.",
        _ends,
    ),
    Coercive: Words(
        "maps that grow like a bijection",
        r"Let $f : \mathbb{R}^n \to \mathbb{R}^n$ be continuous, $f_\infty$ positively homogeneous, $f - f_\infty$ bounded, and $M$ a "
        r"matrix with $|x - Mf_\infty(x)| \le q|x|$ for all $x$, some $q < 1$ and the maximum norm. Then $f$ maps $\mathbb{R}^n$ onto "
        r"$\mathbb{R}^n$.",
        r"For some $b$, $|x - Mf(x)| \le q|x| + b$. Let $y \in \mathbb{R}^n$. The continuous map $T(x) = x - Mf(x) + y$ sends the ball of "
        r"radius $(b + |y|)/(1 - q)$ into itself. By Brouwer's fixed point theorem $T(x) = x$ for some $x$, so $Mf(x) = y$. Thus $M \circ "
        r"f$ is onto, the square matrix $M$ is invertible, and $f$ is onto.",
        _coercive,
    ),
    OpenRange: Words(
        "ends of open ranges",
        r"A network whose last operation is a layer of activations does not take a value one of whose coordinates is an end of the open "
        r"range of its activation; one whose last operation is a softmax takes no value with a coordinate $\le 0$.",
        r"For all $t$ the sigmoid lies in $(0, 1)$ and $\tanh$ in $(-1, 1)$; $\ln(1 + e^t) > 0$ and $e^t > 0$; the exponential linear "
        r"unit exceeds its limit at $-\infty$; $1/\max(t, c) > 0$ for $c > 0$. A softmax is a quotient of positive numbers.",
        _range,
    ),
}
