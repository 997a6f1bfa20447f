"""Piecewise-affine maps of ℝⁿ to itself by the signs of their determinants, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.dimension import opposite
from bijection.export.words.said import Auxiliary, Words, lemma
from proofs.domains import Reals
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, Not, Surjective
from proofs.theorems.orientation import InjectiveIsBijective, NonzeroDegree, OnePreimage, OppositeOrientations, OrientedCells
from proofs.theorems.recession import Recession


def _bijective(step: Step, pen: Pen) -> str:
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    return (
        f"The network ${pen.name(goal.f)}$ is piecewise affine and maps ${pen.set(goal.on)}$ to itself. By {lemma(step)} it is enough to "
        f"prove:"
    )


def _orientations(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OppositeOrientations)
    return opposite(step, pen, step.theorem.x, step.theorem.y)


def _one_preimage(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OnePreimage)
    assert isinstance(step.goal, Injective)
    assert isinstance(step.goal.f, Network)
    cells = OrientedCells(step.goal.f, Reals(step.goal.f.arity), step.theorem.cuts)
    f, sign = pen.name(step.goal.f), "positive" if 1 in cells.signs.values() else "negative"
    (x,) = cells.preimages(step.theorem.value)
    return (
        f"The kinks of ${f}$ cut $\\mathbb{{R}}^{{{step.goal.f.arity}}}$ into {_many(len(cells.signs))} ({pen.where(step, 'cuts')}). On "
        f"each of them the determinant of the matrix of ${f}$ is {sign}. Solving one affine system on each cell one finds that "
        f"{pen.point('y', step.theorem.value, pen.where(step, 'value'))} is a regular value with exactly one preimage, "
        f"{pen.point('x', x, 'not written out here')}. {lemma(step)} applies."
    )


def _degree(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, NonzeroDegree)
    assert isinstance(step.goal, Surjective)
    assert isinstance(step.goal.f, Network)
    cells = OrientedCells(step.goal.f, Reals(step.goal.f.arity), step.theorem.cuts)
    f = pen.name(step.goal.f)
    text = f"The kinks of ${f}$ cut $\\mathbb{{R}}^{{{step.goal.f.arity}}}$ into {_many(len(cells.signs))} ({pen.where(step, 'cuts')}). "
    if step.theorem.value is None:
        unbounded = [sign for leaf, sign in cells.signs.items() if cells.directions(leaf)]
        sign = "positive" if 1 in unbounded else "negative"
        text += f"{len(unbounded)} of them are unbounded, and on each of these the determinant of the matrix of ${f}$ is {sign}."
        return f"{text} {lemma(step)} applies."
    found = cells.preimages(step.theorem.value)
    value = pen.point("y", step.theorem.value, pen.where(step, "value"))
    return text + (
        f"On each of them ${f}$ is injective on the span of its directions, and {value} is a regular value. Solving one affine system on "
        f"each cell one finds that it has {len(found)} preimages, with the signs "
        f"${', '.join('+1' if s > 0 else '-1' for s in found.values())}$ of the determinants there, whose sum ${sum(found.values())}$ is "
        f"not $0$. {lemma(step)} applies."
    )


def _recession(step: Step, pen: Pen) -> str:
    goal, premise = (g.statement if isinstance(g, Not) else g for g in (step.goal, step.premises[0].goal))
    f = pen.name(goal.f)
    far = pen.call(premise.f, f"({f})_\\infty")
    return (
        f"Let ${far}$ be ${f}$ without its constants, each activation replaced by its first slope left of $0$ and its last slope right "
        f"of $0$. By {lemma(step)} it is enough to prove:"
    )


def _many(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


_CELLS = (
    r"Let $f\colon \mathbb{R}^n \to \mathbb{R}^n$ be continuous and affine on each of finitely many cells, $n$-dimensional polyhedra "
    r"with disjoint interiors that cover $\mathbb{R}^n$, with the matrix $A_k$ on the $k$-th"
)
CROSSING = Auxiliary(
    "crossing",
    "lem:crossing",
    _CELLS + r", all $\det A_k \neq 0$. Let $E$ be the union of the images of all faces of dimension $\le n - 2$ of cells, "
    r"and call a value regular if each of its preimages lies inside a cell. Then the complement of $E$ is connected; the sum of the "
    r"signs of the determinants at the preimages of $y$ is the same number, the \emph{degree}, for all regular $y$; if the degree is "
    r"not $0$, $f$ is onto; and if all determinants have one sign, then all $y \notin E$ have the same number $N \ge 1$ of preimages, "
    r"$f$ is onto, and $f$ is injective if $N = 1$.",
    r"\emph{The complement of $E$.} Join $y$ and $y'$ by two segments over a point $z$. The $z$ for which a segment from $y$ meets a "
    r"piece of $E$ lie in the affine hull of $y$ and the piece, of dimension $\le n - 1$; choose $z$ outside of these, and so that the "
    r"segments meet the images of facets in finitely many points. \emph{Crossing.} On each cell $|x| \le c|f(x)| + c'$, so $f$ is "
    r"proper and $f(\mathbb{R}^n)$, a finite union of closed polyhedra, is closed. Let $y \notin E$. A preimage $x$ of $y$ lies inside "
    r"a cell, where $f$ is a local homeomorphism, or on a facet between two half-spaces, near $x$, with matrices $A$ and $B$ that agree "
    r"on the hyperplane between. $A^{-1}B$ is the identity there. If $\det A \det B > 0$, it maps its half-space to itself and $f$ is a "
    r"homeomorphism near $x$; if $\det A \det B < 0$, it maps it to the other one, and near $x$ each value on one side is taken twice, "
    r"with opposite signs, and none on the other side. As $f$ is proper, values near $y$ have preimages near those of $y$ only. So "
    r"along a path outside $E$ the sum of the signs over regular values never changes; and if all signs are equal, the number of "
    r"preimages does not. It is at least $1$, since the image of the inside of a cell is open and $E$ cannot fill it. \emph{Onto.} "
    r"$f(\mathbb{R}^n)$ is closed and contains a dense set. \emph{Injective if $N = 1$.} Let $f(x) = f(x') = y$, $x \neq x'$. Near $x$, "
    r"$f(x + v) = y + g(v)$ with $g$ piecewise affine, $g(tv) = tg(v)$ for $t > 0$, and determinants of one sign; so $g$ is onto and "
    r"$|v| \le c|g(v)|$, and every value close to $y$ is taken close to $x$; likewise close to $x'$. Values outside $E$ would be taken "
    r"twice.",
)

WORDS: dict[type[Theorem], Words] = {
    InjectiveIsBijective: Words(
        "injective is bijective",
        _CELLS + r". If $f$ is injective, then it is a bijection of $\mathbb{R}^n$; if it is not onto, then it is not injective.",
        r"Let $f$ be injective; then no $\det A_k$ is $0$. Two cells that share a point of a facet that lies on no face of dimension "
        r"$\le n - 2$ have determinants of one sign: otherwise values near its image are taken twice (proof of "
        r"Lemma~\ref{lem:crossing}). As the complement of these faces is connected, all determinants have one sign, and $f$ is onto by "
        r"Lemma~\ref{lem:crossing}.",
        _bijective,
        (CROSSING,),
    ),
    OppositeOrientations: Words(
        "opposite orientations",
        r"Let $D \subseteq \mathbb{R}^n$ be convex and $f\colon D \to \mathbb{R}^n$ continuous and piecewise affine, with $\det f'(x) "
        r"\cdot \det f'(y) < 0$ at two interior points $x$ and $y$ where it is differentiable. Then $f$ is not injective on $D$.",
        r"A path inside $D$ from near $x$ to near $y$ avoids the faces of dimension $\le n - 2$ of cells. Either it meets the inside of "
        r"a cell with $\det A_k = 0$, where $f$ is constant along a segment; or the sign of the determinant changes on it at a facet, "
        r"where values are taken twice (proof of Lemma~\ref{lem:crossing}).",
        _orientations,
        (CROSSING,),
    ),
    OnePreimage: Words(
        "one preimage",
        _CELLS + r". If all $\det A_k$ have one sign and some regular value has exactly one preimage, then $f$ is injective.",
        r"$N = 1$ in Lemma~\ref{lem:crossing}.",
        _one_preimage,
        (CROSSING,),
    ),
    Recession: Words(
        "far away",
        r"Let $f\colon \mathbb{R}^n \to \mathbb{R}^m$ be a piecewise-affine network and $f_\infty$ the same network without constants, "
        r"each activation replaced by its first slope left of $0$ and its last slope right of $0$. If $f_\infty$ is not onto "
        r"$\mathbb{R}^m$, neither is $f$; if $n = m$ and $f_\infty$ is not injective, neither is $f$.",
        r"$|f - f_\infty|$ is bounded, value by value: affine maps, sums and maxima are Lipschitz, and an activation differs from its "
        r"replacement by a bounded amount; and $f_\infty(tx) = tf_\infty(x)$ for $t \ge 0$. \emph{Onto}: let $f$ be onto and $f(x_t) = "
        r"td$ for all $t > 0$. Then $f_\infty(x_t/t)$ is within $c/t$ of $d$, and the image of $f_\infty$, a finite union of images of "
        r"polyhedra, is closed, so it holds $d$. \emph{Injective}: let $f$ be injective. Then no determinant of a cell is $0$ and all "
        r"have one sign, as otherwise values would be taken twice near a facet (proof of Lemma~\ref{lem:crossing}), so $f$ is a "
        r"bijection of $\mathbb{R}^n$ by that lemma. Its inverse $g$ is piecewise affine and Lipschitz, and $g_\infty(x) = \lim "
        r"g(tx)/t$ exists. As $f$ is Lipschitz, $f_\infty(g_\infty(x)) = \lim f(tg_\infty(x))/t = \lim f(g(tx))/t = x$, and likewise "
        r"$g_\infty(f_\infty(x)) = x$: $f_\infty$ is injective.",
        _recession,
        (CROSSING,),
    ),
    NonzeroDegree: Words(
        "onto by degree",
        _CELLS + r" and injective on the span of the directions of each cell. If the signs of the determinants at the preimages "
        r"of some regular value (which lies in the image of no cell with $\det A_k = 0$) do not add up to $0$, or if the determinants "
        r"of all unbounded cells have one sign and are not $0$, then $f$ is onto.",
        r"On a cell with $\det A_k \neq 0$ or without directions, and on any other one by the hypothesis, $|x| \le c|f(x)| + c'$. Let "
        r"$f_t(x) = f(x) + tx$. For all small $t > 0$, $\det(A_k + tI) \neq 0$, a polynomial in $t$ that is not $0$, and $|x| \le "
        r"2c|f_t(x)| + 2c'$, and Lemma~\ref{lem:crossing} applies to $f_t$. \emph{A value $y$}: its preimages under $f_t$ lie in one "
        r"bounded set for all small $t$; near each preimage of $y$ under $f$ there is one under $f_t$, with the same sign, and "
        r"elsewhere in the bounded set $|f - y|$ has a positive minimum. So $f_t$ has the degree in question. \emph{Unbounded cells}: "
        r"for small $t$ their determinants keep their signs. Their images are unbounded, those of the bounded cells are not, so some "
        r"regular value of $f_t$ has preimages in unbounded cells only, and at least one: the degree of $f_t$ is not $0$. So $f_t$ is "
        r"onto for all small $t > 0$. Let $f_t(x_t) = y$; the $x_t$ are bounded, and where they accumulate for $t \to 0$, $f$ takes the "
        r"value $y$.",
        _degree,
        (CROSSING,),
    ),
}
