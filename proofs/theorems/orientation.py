"""Piecewise-affine maps ℝⁿ → ℝⁿ by the signs of their determinants: onto, injective, bijective (P1, P2, P3, P5, P8, A6).

f: ℝⁿ → ℝⁿ is continuous, and affine on each of finitely many *cells*, n-dimensional polyhedra with disjoint interiors that cover ℝⁿ; A_k
is its matrix on the k-th. E is the union of the images of all faces of dimension ≤ n − 2 of cells, S that of the images of all proper
faces. A value is *regular* if each of its preimages lies inside a cell with det A_k ≠ 0, and it lies in the image of no cell with det A_k
= 0.

*The complement of E is connected*: y and y′ are joined by two segments over a point z. Those z for which a segment from y meets a piece
of E lie in the affine hull of y and the piece, of dimension ≤ n − 1. Choose z outside all of these and, if y and y′ do not lie in S,
outside the hyperplanes spanned by pieces of S; then the segments meet S in finitely many points.

*Crossing*. Let all det A_k ≠ 0. Then |x| ≤ c·|f(x)| + c′ (on each cell), so f is proper, and f(ℝⁿ), a finite union of closed polyhedra,
is closed. Let y ∉ E. Each preimage x of y lies inside a cell, or on the relative interiors of facets only; the cells around x are then
half-spaces near x with disjoint interiors that cover a neighbourhood, so there are two of them, H⁺ and H⁻ with matrices A and B that
agree on the hyperplane between. A⁻¹B is the identity on it; it maps H⁻ to H⁻ if det A · det B > 0, so that f is near x a homeomorphism
onto a neighbourhood of y; or to H⁺ if det A · det B < 0, so that near x each value on one side of a hyperplane is taken twice, with
opposite signs of the determinants, and no other value is taken off it. Values near y have no preimages but near those of y (f is proper).
Hence, walking along a path outside E, the sum of the signs of the determinants at the preimages of regular values never changes: it is
the same number, the *degree*, for all regular values; and if all determinants have one sign, every y ∉ E has the same number N of
preimages. N ≥ 1, as the inside of a cell has an open image, which E cannot fill.

*Onto*: if N ≥ 1, or the degree is not 0, the closed set f(ℝⁿ) contains all regular values but those of E, a dense set, so it is ℝⁿ.

*Injective if N = 1*: let f(x) = f(x′) = y, x ≠ x′. Near x, f(x + v) = y + g(v) with g(tv) = t·g(v) for t > 0, and g is again such a map
with determinants of one sign, so it is onto, and |v| ≤ c·|g(v)|. So every value close to y is taken close to x, and likewise close to x′.
Those outside E are then taken twice, against N = 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from proofs.domains import Box, Point, Polytope, Reals
from proofs.elimination import independent, rank, solve
from proofs.errors import Brief, Rejected, require
from proofs.exact import Vector, reduced, vector
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter
from proofs.network import Network
from proofs.statements import Bijective, Injective, Not, Statement, Surjective
from proofs.subdivision import Generator, Subdivision, recession
from proofs.theorems.cell_tree import PRIME, CellTree
from proofs.theorems.dimension import determinant_sign, inside, jacobian

ONE = 1 << 64  # functionals of images are compared in units of 1/ONE


@dataclass(frozen=True, slots=True, repr=False)
class InjectiveIsBijective(Brief):
    """f: ℝⁿ → ℝⁿ piecewise affine: if f is injective, it is a bijection of ℝⁿ, thus onto; and if it is not onto, it is not injective.

    Proof. Let f be injective. No cell has det A_k = 0. Two cells that share a facet point, one that lies on no face of dimension ≤ n − 2,
    have determinants of one sign: otherwise values near it are taken twice (crossing, above). As the complement of these faces is
    connected, all determinants have one sign, and f is onto (above).
    """

    name: ClassVar[str] = "InjectiveIsBijective"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P1, P8)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Bijective(f, ℝⁿ, ℝⁿ) or Surjective(f, ℝⁿ, C) from Injective(f, ℝⁿ); Not(Injective(f, ℝⁿ)) from Not(Surjective(f, ℝⁿ, ℝⁿ))."""
        match goal:
            case Bijective(f, Reals(n) as on, Reals()) | Surjective(f, Reals(n) as on, _):
                square(f, n)
                return (Injective(f, on),)
            case Not(Injective(f, Reals(n) as on)):
                square(f, n)
                return (Not(Surjective(f, on, on)),)
            case _:
                raise Rejected("relates injective and onto for networks on ℝⁿ only")


@dataclass(frozen=True, slots=True, repr=False)
class OppositeOrientations(Brief):
    """f: D → ℝⁿ piecewise affine, det f′(x)·det f′(y) < 0 at two points inside the convex D ⊆ ℝⁿ ⇒ f is not injective on D.

    Proof. A path inside D joins a point near x to one near y and avoids the faces of dimension ≤ n − 2 of cells. Either it meets the
    inside of a cell with det A_k = 0, where f is constant along a line; or the sign of the determinant changes on it at a facet, where
    values are taken twice, arbitrarily near (crossing, above).
    """

    x: Point
    y: Point
    name: ClassVar[str] = "OppositeOrientations"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P1, T5)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright, D = ℝⁿ, a box or a polytope."""
        match goal:
            case Not(Injective(Network() as f, on)):
                square(f, f.arity)
                require(inside(on, self.x) and inside(on, self.y), "a point is not interior to the domain")
                Meter().take(0, f.arity * sum(f.widths) * 64)
                signs = [determinant_sign(jacobian(f, p)) for p in (self.x, self.y)]
                require(signs[0] * signs[1] < 0, f"the determinants have the signs {signs}")
                return ()
            case _:
                raise Rejected("determinants refute injectivity of a network only")


@dataclass(frozen=True, slots=True, repr=False)
class OnePreimage(Brief):
    """f: ℝⁿ → ℝⁿ piecewise affine, all determinants of one sign, one regular value with exactly one preimage ⇒ f is injective on ℝⁿ.

    `cuts` is the tree of cells, as in SeparatedCells; `value` is the regular value. Proof: N = 1 (above). The preimages are computed: on
    each cell one affine system.
    """

    cuts: tuple[int, ...]
    value: Point
    name: ClassVar[str] = "OnePreimage"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P3, A6)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, ℝⁿ) outright."""
        match goal:
            case Injective(Network() as f, Reals(n)):
                cells = OrientedCells(square(f, n), Reals(n), self.cuts)
                found = set(cells.signs.values())
                require(found in ({1}, {-1}), "the determinants have the signs {}", sorted(found))
                preimages = cells.preimages(self.value)
                require(len(preimages) == 1, "the value has {} preimages", len(preimages))
                return ()
            case _:
                raise Rejected("one preimage shows that a network is injective on ℝⁿ, and nothing else")


@dataclass(frozen=True, slots=True, repr=False)
class NonzeroDegree(Brief):
    """f: ℝⁿ → ℝⁿ piecewise affine and injective on the directions of each cell is onto if its degree is not 0. That is so if the
    signs of the determinants at the preimages of a regular value do not cancel; or if those of all unbounded cells are equal and not 0.

    `cuts` is the tree of cells, as in SeparatedCells; `value` the regular value, or null in the second case.

    Proof. On a cell with det A_k ≠ 0 or without directions, and on any other one by the hypothesis, |x| ≤ c·|f(x)| + c′. Let f_t(x) =
    f(x) + t·x. For all small t > 0, det(A_k + t·I) ≠ 0, a polynomial in t that is not 0, and |x| ≤ 2c·|f_t(x)| + 2c′, and crossing
    (above) applies to f_t. *A value y*: its preimages under f_t lie in one bounded set, for all small t. Near each preimage of y under f
    there is one under f_t, with the same sign, and elsewhere in the bounded set |f − y| has a positive minimum. So f_t has the degree
    that is claimed for f. *Unbounded cells*: for all small t their determinants A_k + t·I have the sign of A_k. Their images are not
    bounded, those of the bounded cells are, so some regular value of f_t has preimages in unbounded cells only, and at least one: the
    degree of f_t is not 0. So f_t is onto for all small t > 0. Let f_t(x_t) = y for given y; the x_t are bounded, and where they
    accumulate for t → 0, f takes the value y.
    """

    cuts: tuple[int, ...]
    value: Point | None
    name: ClassVar[str] = "NonzeroDegree"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P2, T8)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, ℝⁿ, C) outright."""
        match goal:
            case Surjective(Network() as f, Reals(n), _):
                cells = OrientedCells(square(f, n), Reals(n), self.cuts)
                if self.value is None:
                    found = {sign for leaf, sign in cells.signs.items() if cells.directions(leaf)}
                    require(found in ({1}, {-1}, set()), "the determinants of unbounded cells have the signs {}", sorted(found))
                    return ()
                for leaf, sign in cells.signs.items():
                    require(sign != 0 or cells.proper(leaf), "the network may be constant along a direction of the cell of node {}", leaf)
                require(sum(cells.preimages(self.value).values()) != 0, "the signs at the preimages of the value cancel")
                return ()
            case _:
                raise Rejected("a degree shows that a network maps ℝⁿ onto a set, and nothing else")


def square(f: Function, n: int) -> Network:
    """f itself, a piecewise-affine network ℝⁿ → ℝⁿ, or Rejected."""
    require(isinstance(f, Network) and f.arity == f.width == n, "the function is no network from ℝⁿ to ℝⁿ")
    recession(f)  # Rejected if it is not piecewise affine
    assert isinstance(f, Network)
    return f


@dataclass(slots=True)
class OrientedCells:
    """The cells of f: D → ℝⁿ, D ⊆ ℝⁿ, with the sign of the determinant on each leaf of the tree; every cell is n-dimensional."""

    f: Network
    on: Reals | Box | Polytope
    cuts: tuple[int, ...]
    meter: Meter = field(default_factory=Meter)
    tree: CellTree = field(init=False)
    signs: dict[int, int] = field(default_factory=dict)
    _bases: dict[int, list[Generator]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tree = CellTree(Subdivision(self.f, self.on, meter=self.meter), self.cuts, meter=self.meter)
        for leaf in self.tree.leaves():
            generators = self.of(leaf)
            rays = [g.ray for g in generators]
            chosen = independent(rays, PRIME, self.f.arity + 1, self.meter)
            require(len(chosen) == self.f.arity + 1, "the cell of node {} is not seen to be {}-dimensional", leaf, self.f.arity)
            basis = self._bases[leaf] = [generators[k] for k in chosen]
            self.meter.take((self.f.arity + 1) ** 4 * 1000)
            orientation = determinant_sign([list(g.ray) for g in basis])
            self.signs[leaf] = orientation * determinant_sign([list(g.image) for g in basis])

    def of(self, leaf: int) -> list[Generator]:
        """The generators of a leaf."""
        return [self.tree.subdivision.generators[g] for g in sorted(self.tree.members[leaf])]

    def directions(self, leaf: int) -> list[Generator]:
        """Those that are directions."""
        return [g for g in self.of(leaf) if not g.ray[-1]]

    def proper(self, leaf: int) -> bool:
        """Whether f̂ is injective on the span of the directions of a leaf."""
        generators = self.directions(leaf)
        return rank([g.image for g in generators], self.meter) == rank([g.ray for g in generators], self.meter)

    def candidates(self, value: Point) -> list[int]:
        """The leaves whose images lie in no half-space yⱼ < c or yⱼ > c beside the value."""
        left = list(self.tree.leaves())
        for j, t in enumerate(value):
            unit = tuple(int(i == j) for i in range(self.f.width))
            low, high = (t * ONE).__floor__(), (t * ONE).__ceil__()
            ranges = ((leaf, self.tree.range(unit, self.tree.members[leaf])) for leaf in left)
            left = [leaf for leaf, (least, most) in ranges if least <= (0, high) and most >= (0, low)]
        return left

    def preimages(self, value: Point) -> dict[Point, int]:
        """All preimages of a regular value, with the signs of the determinants there; Rejected if the value is not seen to be regular."""
        require(len(value) == self.f.width, "the value has not {} coordinates", self.f.width)
        y = vector(value)
        found: dict[Point, int] = {}
        others: set[Point] = set()
        for leaf in self.candidates(value):
            x = self._solution(leaf, y)
            if x is None:
                continue
            self.meter.take(100 * len(self.f.nodes) + sum(self.f.widths) * 1000)
            if reduced(self.f.trace(x)[-1]) == y:
                place = x.fractions()
                if self._inside(leaf, x):
                    found[place] = self.signs[leaf]
                else:
                    others.add(place)
        require(others <= found.keys(), "a preimage of the value lies on the border of cells")
        return found

    def _solution(self, leaf: int, y: Vector) -> Vector | None:
        """The x with A·x + b = y, for the affine map of the leaf; None if det A = 0 and y lies outside its image."""
        basis, target = self._bases[leaf], (*y.numerators, y.denominator)
        images = [g.image for g in basis]
        if self.signs[leaf] == 0:
            outside = rank([*images, target], self.meter) > rank(images, self.meter)
            require(outside, "the value lies in the span of the image of the singular cell of node {}", leaf)
            return None
        solved = solve([(*row, t) for row, t in zip(zip(*images, strict=True), target, strict=True)], self.meter)
        assert solved is not None, "the determinant is not 0"
        weights = [v * g.factor for v, g in zip(solved[0], basis, strict=True)]
        columns = zip(*(g.ray for g in basis), strict=True)
        *x, w = vector([sum((c * t for c, t in zip(weights, column, strict=True)), Fraction(0)) for column in columns]).numerators
        return Vector(tuple(x), w) if w > 0 else Vector(tuple(-t for t in x), -w)

    def _inside(self, leaf: int, x: Vector) -> bool:
        """Whether x lies inside the cell: every switch and every coordinate that is not 0 on the cell has the same sign at x."""
        subdivision = self.tree.subdivision
        at = subdivision.generators[subdivision.point(x)]
        for g in self.of(leaf):
            if g.positive & ~at.positive or g.negative & ~at.negative:
                return False
            if any(s * t < 0 or (s and not t) for s, t in zip(g.ray[:-1], at.ray[:-1], strict=True)):
                return False
        return True
