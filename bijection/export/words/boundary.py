"""Injective on the boundary, and so inside, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.orientation import CROSSING
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Injective
from proofs.theorems.boundary import CELLS, LEAF, InjectiveOnBoundary


def _boundary(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, InjectiveOnBoundary)
    assert isinstance(step.goal, Injective)
    theorem, f, on = step.theorem, pen.name(step.goal.f), pen.set(step.goal.on)
    bounded, cut = (theorem.boxes.count(kind) for kind in (LEAF, CELLS))
    cells = sum(cuts.count(-1) for cuts in theorem.cells)
    ways = [f"{bounded} boxes on which the derivatives of ${f}$ are bounded"] if bounded else []
    ways += [f"{cells} cells"] if cut else []
    return (
        f"${on}$ is covered by {' and '.join(ways)}; the determinants of ${f}$ have one sign, the same on all of them. The boundary of "
        f"${on}$ is cut into {theorem.facets.count(-1)} cells, whose images are told apart in {len(theorem.pairs)} steps, so that ${f}$ is "
        rf"injective on it. They are the fields \texttt{{boxes}}, \texttt{{cells}}, \texttt{{facets}} and \texttt{{pairs}} of step "
        rf"{step.number} in {pen.evidence()}. {lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    InjectiveOnBoundary: Words(
        "injective on the boundary",
        r"Let $D \subset \mathbb{R}^n$, $n \ge 2$, be a bounded polytope with inner points, and $f\colon D \to \mathbb{R}^n$ continuous "
        r"and affine on each of finitely many cells, $n$-dimensional polyhedra with disjoint interiors that cover $D$. If the "
        r"determinants of the matrices of $f$ on all cells have one sign, and are not $0$, and $f$ is injective on the boundary "
        r"$\partial D$, then $f$ is injective on $D$.",
        r"Call a value regular if all its preimages lie inside cells, and let $N$ be their number. As in the proof of "
        r"Lemma~\ref{lem:crossing}, $N$ is the same for all regular values near a point outside $f(\partial D)$, so it is constant on "
        r"each connected part of the complement of $f(\partial D)$, and $0$ far away. \emph{Sides.} At a point $x$ in the relative "
        r"interior of a facet $F \subset \partial D$ of a cell, this cell is all of $D$ near $x$, a half-space, and $f(\partial D)$ is "
        r"$f(F)$ near $f(x)$, as $f$ is injective on $\partial D$. So $N$ is some $m$ on one side of it and $m + 1$ on the other. Let $T$ "
        r"be the union of all faces of dimension $\le n - 3$ of cells and of all intersections of this dimension of two faces. Near "
        r"a point of $\partial D \setminus T$ on a face of dimension $n - 2$, $\partial D$ is two half-hyperplanes with a common edge on "
        r"each of which $f$ is affine; their images are again two different half-hyperplanes with a common edge, whose complement has two "
        r"parts, each on one side of both. So $m$ is the same for both, and for all $x$, as $\partial D \setminus T$ is connected: "
        r"through a point $c$ inside $D$ and two of its points, each with the same third point, there are planes that miss $T$, if $c$ and "
        r"the third point are in general position. \emph{$N \le 1$.} A "
        r"ray to infinity that meets $f(\partial D)$, but not $f(T)$, leaves it last on a side where $N = 0$, so $m = 0$ because "
        r"$N \ge 0$; and up to where it meets it first, $N$ is $m$ or $m + 1$. Where no such ray meets $f(\partial D)$, $N = 0$. "
        r"\emph{Injective.} Let $f(x) = f(x') = y$ with $x \neq x'$, $x$ inside $D$. Near $x$, $f(x + v) = y + g(v)$ with $g(tv) = tg(v)$ "
        r"for $t > 0$, and $g$ is onto by Lemma~\ref{lem:crossing}; so all values near $y$ are taken near $x$. Those of the inner points "
        r"near $x'$ of a cell that contains $x'$ are an open set of values arbitrarily near $y$, so some regular value outside "
        r"$f(\partial D)$ is taken twice, against $N \le 1$. (The derivatives on a box lie in $C \pm R$; if $v > |C^{-1}|Rv$, $v > 0$, "
        r"then no matrix within these bounds is singular, and all determinants have the sign of $\det C$.)",
        _boundary,
        (CROSSING,),
    ),
}
