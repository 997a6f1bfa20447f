"""Lipschitz constants: exact where the linear regions can be listed, between two bounds elsewhere, and none where slopes have no bound.

On a convex set the least K with |f(x) − f(x′)| ≤ K·|x − x′| is the largest operator norm of the matrices of the regions: a segment passes
through finitely many of them, and inside a region the norm is attained. In the maximum norm that of a matrix is its largest sum of absolute
values along a row, in the sum norm along a column; the Euclidean one is enclosed by two rationals, the upper one by an exact definiteness
check, the lower one by an exact value. In the maximum norm the upper bound is a statement that the kernel has accepted (`proof`); what
else is said here is computed exactly, and not checked again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

import numpy as np

from bijection import load
from bijection.engines.cells import region
from bijection.engines.complete.regions import cells, groups
from bijection.engines.pairs.determinants import jacobian
from bijection.engines.proposal import Search
from bijection.engines.sampling import spread
from bijection.errors import NotSupported
from bijection.exact.floating import approximate
from bijection.exact.linear import rank
from bijection.inversion.pieces import matrix, pieces_of
from bijection.shown import Shown
from bijection.verdict import Proved, accept
from bijection.words import number
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.enclosure import bounds
from proofs.errors import Malformed, Rejected, well_formed
from proofs.exact import Interval
from proofs.kernel import Theorem
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Stack, Sum
from proofs.statements import Expands, Lipschitz, Positive
from proofs.theorems.dimension import inside
from proofs.theorems.lipschitz import ExpandsSlopes, LipschitzCells, LipschitzLayers, LipschitzSlopes
from proofs.theorems.monotonicity import positive_definite
from proofs.theorems.rounding import lipschitz as layerwise
from proofs.theorems.slopes import nearest, secants, size

Matrix = Sequence[Sequence[Fraction]]

NORMS = ("max", "sum", "euclidean")
_SAMPLES = 200
_PAIRS = 20
_PRECISION = 10**12  # Euclidean norms are enclosed to about one part in so many
_MOST_REGIONS = 5000


@dataclass(frozen=True, slots=True, repr=False)
class LipschitzConstant(Shown):
    """The least constant lies between `lower` and `upper`; it is known if they are equal. `regions`: how many, if all were listed.

    `upper` is None where no constant is known, and `because` says why. `proof` is the verdict on `upper`, `expansion` the one on `below`,
    both in the maximum norm.
    """

    norm: str
    lower: Fraction
    upper: Fraction | None
    regions: int | None
    proof: Proved | None = None
    expansion: Proved | None = None
    because: str = ""

    @property
    def exact(self) -> bool:
        """Whether the least constant is known."""
        return self.lower == self.upper

    @property
    def below(self) -> Fraction | None:
        """Distances are multiplied by at least that much, in the maximum norm; None if nothing is known."""
        return self.expansion.statement.constant if self.expansion and isinstance(self.expansion.statement, Expands) else None

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        how = "some points and bounds layer by layer" if self.regions is None else f"{self.regions} linear regions"
        if self.below:
            how += f"; distances are multiplied by at least about {approximate(self.below):.10g}"
        if self.exact:
            return f"the Lipschitz constant in the {self.norm} norm is {number(self.lower)}, from {how}"
        if self.upper is None:
            least = f"; if there is one it is at least about {approximate(self.lower):.10g}" if self.lower else ""
            least += f"; distances are multiplied by at least about {approximate(self.below):.10g}" if self.below else ""
            return f"no Lipschitz constant in the {self.norm} norm is known: {self.because}{least}"
        between = f"{approximate(self.lower):.10g} and {approximate(self.upper):.10g}"
        return f"the Lipschitz constant in the {self.norm} norm lies between about {between}, from {how}"


def lipschitz(model: Any, on: Domain | None = None, *, norm: str = "max", within: float = 60.0, seed: int = 0) -> LipschitzConstant:
    """The Lipschitz constant of a network on ℝⁿ (by default), a box or a polytope, in the max, sum or euclidean norm.

    For piecewise-affine networks from their linear regions; else between two bounds, the upper one from secant slopes between bounds of
    the values on the domain. A scale like e^s has none on ℝⁿ: then `upper` is None, and a box may have one.
    """
    f = load(model)
    if not isinstance(f, Network):
        raise NotSupported(f"a {type(f).__name__} has no Lipschitz constant here; pass a network in real arithmetic")
    on = Reals(f.arity) if on is None else on
    if not isinstance(on, Reals | Box | Polytope):
        raise NotSupported(f"Lipschitz constants are those on convex sets: ℝⁿ, a box or a polytope, not {type(on).__name__}")
    well_formed(norm in NORMS, f"the norm {norm!r}; choose {', '.join(NORMS)}")
    try:
        tree = cells(f, on, Search(time.monotonic() + within / 2))
        well_formed(len(groups(tree)) <= _MOST_REGIONS, "too many regions")
    except (NotSupported, Malformed):
        return _bounded(f, on, norm, Search(time.monotonic() + within / 2, seed))
    if any(rank([g.ray for g in generators]) <= f.arity for generators in groups(tree)):
        raise NotSupported("the domain is flat: on it the matrices of the regions are not determined; describe it by fewer coordinates")
    found = of_matrices((matrix(piece.map) for piece in pieces_of(tree).pieces), norm)
    return with_proof(found, f, on, LipschitzCells(tree.cuts))


def with_proof(found: LipschitzConstant, f: Network, on: Domain, *steps: Theorem) -> LipschitzConstant:
    """The constant with the verdict on its upper bound, if the kernel accepts the steps; its statement is about the maximum norm."""
    if found.norm != "max" or found.upper is None:
        return found
    return replace(found, proof=_proved(Lipschitz(f, on, found.upper), "the largest sum of a row of the matrices", *steps))


def _proved(claim: Positive, because: str, *steps: Theorem) -> Proved | None:
    """The verdict, if the kernel accepts the steps."""
    try:
        verdict = accept(claim, claim, steps, because, 0.0)
    except (Rejected, Malformed):
        return None
    assert isinstance(verdict, Proved)
    return verdict


def of_matrices(matrices: Iterable[Matrix], norm: str) -> LipschitzConstant:
    """The largest operator norm."""
    bounds = [operator_norm(a, norm) for a in matrices]
    lower = max((low for low, _ in bounds), default=Fraction(0))
    return LipschitzConstant(norm, lower, max((high for _, high in bounds), default=Fraction(0)), len(bounds))


def length(v: Sequence[Fraction], norm: str) -> tuple[Fraction, Fraction]:
    """Two numbers between which the norm of the vector lies."""
    if norm == "euclidean":
        square = sum((t * t for t in v), Fraction(0))
        return root_below(square), _root_above(square)
    exact = sum(map(abs, v), Fraction(0)) if norm == "sum" else max(map(abs, v), default=Fraction(0))
    return exact, exact


def operator_norm(a: Matrix, norm: str) -> tuple[Fraction, Fraction]:
    """Two numbers between which the norm of the matrix lies; equal ones for the max and the sum norm."""
    if norm == "max":
        most = max((sum(map(abs, row), Fraction(0)) for row in a), default=Fraction(0))
        return most, most
    if norm == "sum":
        return operator_norm(list(zip(*a, strict=True)), "max")
    return _euclidean(a)


def _euclidean(a: Matrix) -> tuple[Fraction, Fraction]:
    """Bounds of the largest singular value: |Av|/|v| at some v, and a t for which t²·I − AᵀA is positive definite."""
    entries = [t for row in a for t in row]
    if not any(entries):
        return Fraction(0), Fraction(0)
    largest = max(map(abs, entries))
    scaled = np.array([[approximate(t / largest) for t in row] for row in a])
    _, values, rows = np.linalg.svd(scaled)
    v = [Fraction(float(t)) for t in rows[0]]
    image = [sum((s * t for s, t in zip(row, v, strict=True)), Fraction(0)) for row in a]
    lower = root_below(sum((t * t for t in image), Fraction(0)) / sum(t * t for t in v))
    guess = Fraction(float(values[0])) * largest
    for slack in (Fraction(1, _PRECISION), Fraction(1, 10**9), Fraction(1, 10**6)):
        upper = max(guess, lower) * (1 + slack)
        if _dominates(upper, a):
            return lower, upper
    rows_, columns = operator_norm(a, "max")[1], operator_norm(a, "sum")[1]
    return lower, max(rows_, columns)


def _dominates(t: Fraction, a: Matrix) -> bool:
    """Whether t²·I − AᵀA is positive definite."""
    d = lcm(t.denominator, *(s.denominator for row in a for s in row))
    whole = [[int(s * d) for s in row] for row in a]
    n, square = len(a[0]), int(t * d) ** 2
    gram = [[-sum(row[i] * row[j] for row in whole) for j in range(n)] for i in range(n)]
    return positive_definite([[gram[i][j] + square * (i == j) for j in range(n)] for i in range(n)])


def root_below(q: Fraction) -> Fraction:
    """A rational r ≥ 0 with r² ≤ q, close to √q."""
    shift = 120 + max(0, q.denominator.bit_length() - q.numerator.bit_length())
    return Fraction(isqrt((q.numerator << 2 * shift) // q.denominator), 1 << shift)


def _bounded(f: Network, on: Reals | Box | Polytope, norm: str, search: Search) -> LipschitzConstant:
    """Bounds from pairs of points, or from regions around some points, and from slopes or the layers."""
    if any(isinstance(node.op, Argmax) for node in f.nodes):
        raise NotSupported("an argmax jumps: no Lipschitz constant")
    try:
        return _by_slopes(f, on, norm, search)
    except (Rejected, Malformed):  # too many slopes
        return _by_layers(f, on, norm, search)


def _by_slopes(f: Network, on: Reals | Box | Polytope, norm: str, search: Search) -> LipschitzConstant:
    """From the matrix of secant slopes."""
    matrix = secants(f, on)
    sizes = [[size(side) for side in row] for row in matrix]
    lower = max(_stretched(f, on, norm, search), _in_regions(f, on, norm, search))
    expansion = expands(f, on, matrix) if norm == "max" else None
    free = [(i, j) for i, row in enumerate(sizes) for j, s in enumerate(row) if s is None]
    if free:
        where = "ℝⁿ; a box may have one" if isinstance(on, Reals) else "the domain"
        why = f"the slope of output {free[0][0]} along input {free[0][1]} has no bound on {where}"
        return LipschitzConstant(norm, lower, None, None, None, expansion, why)
    known = [[s for s in row if s is not None] for row in sizes]
    rows = max((sum(row, Fraction(0)) for row in known), default=Fraction(0))
    columns = max((sum(column, Fraction(0)) for column in zip(*known, strict=True)), default=Fraction(0))
    upper = {"max": rows, "sum": columns, "euclidean": _root_above(rows * columns)}[norm]
    return with_proof(LipschitzConstant(norm, min(lower, upper), upper, None, None, expansion), f, on, LipschitzSlopes())


def expands(f: Network, on: Domain, matrix: Sequence[Sequence[Interval]]) -> Proved | None:
    """The proof that f multiplies distances by at least a positive number, if the diagonal of the slopes is dominant."""
    if not 0 < f.arity <= f.width:
        return None
    rows = [nearest(row[i]) - sum(size(s) or 0 for j, s in enumerate(row) if j != i) for i, row in enumerate(matrix[: f.arity])]
    return _proved(Expands(f, on, min(rows)), "slopes with a dominant diagonal", ExpandsSlopes()) if min(rows) > 0 else None


def _stretched(f: Network, on: Reals | Box | Polytope, norm: str, search: Search) -> Fraction:
    """A lower bound from neighbouring points, whose images are enclosed."""
    best = Fraction(0)
    for k, x in enumerate(spread(on, search.random("stretched"))):
        if k >= _PAIRS or search.remaining() <= 0:
            break
        for step in [tuple(Fraction(int(i == j), 1 << 20) for i in range(f.arity)) for j in range(min(f.arity, 8))]:
            y = tuple(a + h for a, h in zip(x, step, strict=True))
            if not inside(on, y):
                continue
            gaps = [_gap(a, b) for a, b in zip(bounds(f, Box(x, x)), bounds(f, Box(y, y)), strict=True)]
            best = max(best, length(gaps, norm)[0] / length(step, norm)[1])
    return best


def _gap(a: Interval, b: Interval) -> Fraction:
    """How far apart two numbers of the intervals are at least."""
    gaps = [low - high for low, high in ((a.lower, b.upper), (b.lower, a.upper)) if low is not None and high is not None]
    return max([*gaps, Fraction(0)])


def _in_regions(f: Network, on: Reals | Box | Polytope, norm: str, search: Search) -> Fraction:
    """A lower bound from regions around some points; 0 where the network is not piecewise affine."""
    lower = Fraction(0)
    units = [Fraction(1)] * f.arity
    if not all(isinstance(node.op, Affine | Max | Stack | Sum) or _pieces_only(node.op) for node in f.nodes):
        return lower
    for _, x in zip(range(_SAMPLES), spread(on, search.random("lipschitz")), strict=False):
        if search.remaining() <= 0:
            break
        at = region(f, x, range(f.arity), units) if inside(on, x) else None
        if at is not None and len(at.values) > len(f.nodes):
            slopes = [[Fraction(t, at.scales[-1]) for t in row] for row in jacobian(at)]
            lower = max(lower, operator_norm(slopes, norm)[0])
    return lower


def _pieces_only(op: Op) -> bool:
    return isinstance(op, Pointwise) and all(isinstance(s, PiecewiseAffine) for s in set(op.activations))


def _by_layers(f: Network, on: Reals | Box | Polytope, norm: str, search: Search) -> LipschitzConstant:
    """From the layers, whose constants are multiplied."""
    columns = by_columns(f)  # NotSupported where the network is not piecewise affine
    rows = max(layerwise(f), default=Fraction(0))
    upper = {"max": rows, "sum": columns, "euclidean": _root_above(rows * columns)}[norm]
    return with_proof(LipschitzConstant(norm, _in_regions(f, on, norm, search), upper, None), f, on, LipschitzLayers())


def _root_above(q: Fraction) -> Fraction:
    """A rational r with r² ≥ q, close to √q."""
    return root_below(q) + Fraction(1, 1 << 100)


def by_columns(f: Network) -> Fraction:
    """A bound in the sum norm: how much the outputs together may move with each coordinate, from the last layer to the first."""
    weights = [[Fraction(0)] * width for width in f.widths]
    weights[-1] = [Fraction(1)] * f.width
    for i in range(len(f.nodes) - 1, -1, -1):
        node, w = f.nodes[i], weights[i + 1]
        first = weights[node.inputs[0]]
        match node.op:
            case Affine(_, rows, d):
                for row, t in zip(rows, w, strict=True):
                    for j, c in zip(row.columns, row.coefficients, strict=True):
                        first[j] += Fraction(abs(c), d) * t
            case Pointwise(activations):
                for j, (s, t) in enumerate(zip(activations, w, strict=True)):
                    first[j] += _steepest(s) * t
            case Sum() | Stack():
                start = 0
                for k in node.inputs:
                    part = w if isinstance(node.op, Sum) else w[start : start + f.widths[k]]
                    start += f.widths[k]
                    weights[k] = [a + b for a, b in zip(weights[k], part, strict=True)]
            case Max(groups):
                for group, t in zip(groups, w, strict=True):
                    for j in set(group):
                        first[j] += t
            case _:
                raise NotSupported(f"{type(node.op).__name__} is not piecewise affine: no Lipschitz constant is computed")
    return max(weights[0], default=Fraction(0))


def _steepest(s: Any) -> Fraction:
    if not isinstance(s, PiecewiseAffine):
        raise NotSupported(f"{type(s).__name__} is not piecewise affine: no Lipschitz constant is computed")
    return max(abs(slope) for slope, _ in s.pieces)
