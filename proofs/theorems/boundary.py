"""A piecewise-affine map of a polytope in ℝⁿ to ℝⁿ whose determinants have one sign is injective if it is so on the boundary (T13).

D ⊂ ℝⁿ is bounded, n ≥ 2, and has inner points. f: D → ℝⁿ is continuous, and affine on each of finitely many *cells*, n-dimensional
polyhedra with disjoint interiors that cover D, with matrices A_k. The boundary ∂D consists of facets of cells too, its *pieces*.

*Count*. Let all det A_k have one sign. Call a value regular if all its preimages lie inside cells, and let N(y) be their number. For
w ∉ f(∂D) all regular values near w have the same N: two of them are joined near w by a path that avoids the images of all faces of
dimension ≤ n − 2 and meets images of facets finitely often, as in proofs/theorems/orientation.py; where it does, f is near a preimage
on a facet between two cells a homeomorphism onto a neighbourhood, as the two determinants have one sign; and by compactness values near
w have preimages only near those of w. Call it N(w); it is constant on each connected part of the complement of f(∂D), and 0 far away.

*Sides*. Let f be injective on ∂D. If x lies in the relative interior of a piece F, then near f(x) the set f(∂D) is the hyperplane piece
f(F) only. Near x one cell is all of D, a half-space, so near f(x) the values on one side of f(F) have one preimage near x and those on
the other side have none; and along a path across f(F) that avoids the images of all faces of dimension ≤ n − 2 nothing else
happens to N. So N is m on one side and m + 1 on the other. *m is the same for all x*: let T be the union of all faces of dimension
≤ n − 3 of cells and of all intersections of this dimension of two of their faces. Near a point x ∈ ∂D ∖ T that lies on faces of
dimension n − 2, these are one and the same, and ∂D consists of two half-hyperplanes H, H′ with this edge, parts of two pieces on which
f is affine. f is injective on ∂D, so near f(x) the set f(∂D) is f(H) ∪ f(H′), two different half-hyperplanes with a common edge. Its
complement has two connected parts near f(x), each on one side of both, so {m, m + 1} is for H what it is for H′. And ∂D ∖ T is connected:
let x, x′ ∈ ∂D ∖ T, and let c lie inside D, but not in the hulls of x or x′ and a piece of T, of dimension ≤ n − 2. The planes through c,
x and a third point, and through c, x′ and it, meet D in polygons, and T nowhere, if the third point lies outside of the hulls of c, x or
x′ and a piece of T, of dimension ≤ n − 1. Both polygons pass through the boundary point behind which the third one lies, seen from c.

*N ≤ 1*. A ray from a point outside f(∂D) towards infinity, in a direction in which it meets f(∂D) but misses f(T), meets it first on a
side where N is m or m + 1, and last there where N = 0. So N is constant until it is m or m + 1, and 0 is one of these; as N ≥ 0, m = 0.
Where no such ray meets f(∂D), N = 0.

*Injective*. Let f(x) = f(x′) = y, x ≠ x′, and x inside D. Near x, f(x + v) = y + g(v) with g(tv) = t·g(v) for t > 0, and g is a
piecewise-affine map of ℝⁿ with determinants of one sign, so onto (proofs/theorems/orientation.py), and |v| ≤ c·|g(v)|: all values near y
are taken near x. x′ lies in a cell, whose inner points near x′ have an open set of values arbitrarily near y. So some regular value
outside f(∂D) is taken near x and near x′, twice, against N ≤ 1. And two points of ∂D have different values by the hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.domains import Box, Polytope
from proofs.errors import Brief, Rejected, require
from proofs.kernel import Status
from proofs.limits import MOST_WORK, Meter, digits
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.cell_tree import CellTree, Functional
from proofs.theorems.orientation import OrientedCells, square
from proofs.theorems.regular_boxes import RegularBoxes

LEAF, CELLS = -1, -2
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True, repr=False)
class InjectiveOnBoundary(Brief):
    """f: D → ℝⁿ piecewise affine, D ⊂ ℝⁿ a box or a bounded polytope with inner points, n ≥ 2: injective on D if all determinants have one
    sign and f is injective on the boundary of D.

    `boxes` describes a binary tree of boxes, D first, in preorder: the number of the coordinate that is halved (lower half first), −1
    for a leaf on which the derivatives are bounded (proofs/theorems/regular_boxes.py), −2 for one that is cut into cells by the next
    tree of `cells`, as in SeparatedCells. `facets`, `directions` and `pairs` are for the facets of D, the roots, what `cuts`, `directions`
    and `pairs` are in SeparatedCells for D.

    Proof. Every cell of f in D has inner points in common with some leaf; where the leaf is bounded, one of them is generic there, and the
    determinant has the sign that is found; otherwise it is that of a cell of the leaf. Two points x ≠ y of the boundary have different
    values by the proof of SeparatedCells, which uses of D only that it is the union of the cells. The rest stands at the head of this file.
    """

    boxes: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]
    facets: tuple[int, ...]
    directions: tuple[Functional, ...]
    pairs: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "InjectiveOnBoundary"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary; G. H. Meisters and C. Olech, Duke Math. J. 30 (1963) 63–80, for locally injective maps (T13)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright."""
        match goal:
            case Injective(Network() as f, Box() | Polytope() as on):
                require(f.arity >= 2, "{} inputs; the boundary decides for two or more", f.arity)
                tree = CellTree(Facets(square(f, f.arity), on), self.facets)
                require(all(len(u) == f.width for u in self.directions), "a direction has not {} coordinates", f.width)
                found = set(self._signs(f, on))
                require(found in ({1}, {-1}), "the determinants have the signs {}", sorted(found))
                tree.run(self.pairs, self.directions)
                return ()
            case _:
                raise Rejected("a boundary shows that a network is injective on a box or a bounded polytope, and nothing else")

    def _signs(self, f: Network, on: Box | Polytope) -> Iterator[int]:
        """The signs of the determinants of all cells, leaf by leaf."""
        entries, trees, meter = iter(self.boxes), iter(self.cells), Meter(MOST_WORK)
        bounds: RegularBoxes | None = None
        todo = [on]
        while todo:
            part = todo.pop()
            entry = next(entries, None)
            require(entry is not None, "the tree of boxes ends too early")
            if entry == CELLS:
                cuts, left = next(trees, None), meter.size
                if cuts is None:
                    raise Rejected("a tree of cells is missing")
                yield from OrientedCells(f, part, cuts, meter).signs.values()
                meter.size = left  # free again
            elif entry == LEAF and isinstance(part, Box):
                require(all(a < b for a, b in zip(part.lower, part.upper, strict=True)), "the box has no inner points")
                bounds = bounds or RegularBoxes(f, meter)
                yield bounds.sign(part)
            elif isinstance(part, Box) and entry is not None and 0 <= entry < f.arity:
                todo += halves(part, entry, meter)[::-1]
            else:
                raise Rejected(f"{entry} says nothing about a {type(part).__name__}")
        require(next(entries, None) is None and next(trees, None) is None, "the tree of boxes has fewer nodes than are given")


def halves(box: Box, axis: int, meter: Meter) -> list[Box]:
    """The lower and the upper half of the box along a coordinate."""
    middle = (box.lower[axis] + box.upper[axis]) * HALF
    meter.take(5000 * len(box.lower) + digits(middle.denominator.bit_length()) ** 2)
    lower, upper = ((*end[:axis], middle, *end[axis + 1 :]) for end in (box.lower, box.upper))
    return [Box(box.lower, upper), Box(lower, box.upper)]


class Facets(Subdivision):
    """The boundary of a bounded domain as the roots, flat cells: in each wall of the domain what the cells of the domain have in it.

    A face of a cone is spanned by the generators of the cone that lie in it.
    """

    __slots__ = ()

    def roots(self) -> list[Cell]:
        """The facets; Rejected if the domain is not bounded."""
        whole = Subdivision.roots(self)
        require(all(self.generators[g].ray[-1] for cell in whole for g in cell), "the domain is not bounded")
        n = self.f.arity
        walls = range(2 * n) if isinstance(self.on, Box) else range(n + 1, n + 1 + len(getattr(self.on, "normals", ())))
        return self._needed([{g: sides for g, sides in cell.items() if sides >> k & 1} for cell in whole for k in walls])
