"""When pieces, regions with affine maps, are the inverse of a piecewise-affine network (S1–S3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import ClassVar, TypeAlias

from proofs.domains import Box, Polytope, Reals
from proofs.elimination import longest, rank
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.kernel import Status
from proofs.limits import MOST_GOALS, Meter, digits
from proofs.network import Affine, Network, Node, Row, Sum
from proofs.statements import Bijective, Injective, Inverts, MapsInto, Statement
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.fibres import lowest

Forms: TypeAlias = list[list[Fraction]]  # affine forms by their coefficients and the constant


@dataclass(frozen=True, slots=True, repr=False)
class InvertedByCells(Brief):
    """f piecewise affine, D a box, a polytope or ℝⁿ: pieces are the inverse of f if f maps each of its cells into the region of one of
    them, each map is undone by an affine b that f agrees with, and f is injective on D, or a bijection from D to the codomain.

    `cuts` describes the tree of cells as in SeparatedCells, `places` names the piece of each leaf in turn, `maps` has b for each piece.

    Proof. x ∈ D lies in a leaf. In homogeneous coordinates f (proofs/subdivision.py) is linear there, so (f(x), 1) is a sum of
    nonnegative multiples of the images of its generators, which lie in the cone over one region: f(x) lies in that region. Let now
    y = f(x) lie in the region Q of a piece with the map a. The outputs of b ∘ a − id are combinations of forms that vanish on Q, whose
    negatives are ≤ 0 there too; so b(a(y)) = y. Thus x′ = a(y) has b(x′) = y ∈ Q and a(b(x′)) = x′: it lies in P, so in D, and f = b on
    P. Hence f(x′) = y = f(x), and x′ = x, as f is injective. If f is a bijection, each y of the codomain is f(x) for some x ∈ D; so y
    lies in a region, every map of such a region takes it to x, and f(x) = y.
    """

    cuts: tuple[int, ...]
    places: tuple[int, ...]
    maps: tuple[Affine, ...]
    name: ClassVar[str] = "InvertedByCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S1–S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Inverts(f, D, C, pieces) from Bijective(f, D, C), or Injective(f, D) if there is no C, and, for each piece, with its region Q and
        P = {x : b(x) ∈ Q, a(b(x)) = x}, from MapsInto(id, P, D) and MapsInto(f − b, P, {0})."""
        match goal:
            case Inverts(Network() as f, Reals() | Box() | Polytope() as on, onto, pieces):
                tree = CellTree(Subdivision(f, on), self.cuts)
            case _:
                raise Rejected("cells show that pieces are the inverse of a network on ℝⁿ, a box or a polytope only")
        require(2 * len(pieces) < MOST_GOALS, "{} pieces; the limit is {}", len(pieces), MOST_GOALS // 2 - 1)
        require(len(self.maps) == len(pieces), "{} maps for {} pieces", len(self.maps), len(pieces))
        _covered(tree, self.places, [region for region, _ in pieces])
        zero = (Fraction(0),) * f.width
        goals: list[Statement] = [Injective(f, on) if onto is None else Bijective(f, on, onto)]
        for k, ((region, a), b) in enumerate(zip(pieces, self.maps, strict=True)):
            require(b.columns == f.arity and len(b.rows) == f.width, "map {} is not one from {} to {} numbers", k, f.arity, f.width)
            require(_undone(region, a, b, tree.meter), "map {} does not undo that of its piece", k)
            place = where(region, a, b, tree.meter)
            goals += [MapsInto(Network(f.arity, ()), place, on), MapsInto(_minus(f, b), place, Box(zero, zero))]
        return tuple(goals)


def _covered(tree: CellTree, places: Sequence[int], regions: Sequence[Polytope]) -> None:
    """Rejected unless each leaf is mapped into its region."""
    leaves = list(tree.leaves())
    require(len(places) == len(leaves), "{} places for {} leaves", len(places), len(leaves))
    inside: set[tuple[int, int]] = set()
    for leaf, k in zip(leaves, places, strict=True):
        require(0 <= k < len(regions), "there is no piece {}", k)
        new = [number for number in sorted(tree.members[leaf]) if (number, k) not in inside]
        images = [tree.subdivision.generators[number].image for number in new]
        bits = longest(images)
        for normal, offset in zip(regions[k].normals, regions[k].offsets, strict=True):
            side = vector([*(-t for t in normal), offset])
            tree.meter.take(len(images) * (200 + len(side) * digits(bits) * digits(side.bits())))
            within = all(sum(map(mul, side.numerators, image)) >= 0 for image in images)
            require(within, "the cell of node {} is not mapped into region {}", leaf, k)
        inside.update((number, k) for number in new)


def _forms(a: Affine) -> Forms:
    out = [[Fraction(0)] * a.columns + [Fraction(row.constant, a.denominator)] for row in a.rows]
    for form, row in zip(out, a.rows, strict=True):
        for j, c in zip(row.columns, row.coefficients, strict=True):
            form[j] = Fraction(c, a.denominator)
    return out


def _after(outer: Forms, inner: Forms, columns: int, meter: Meter) -> Forms:
    """The outer forms of the inner ones, which have so many coefficients."""
    bits = max((max(t.numerator.bit_length(), t.denominator.bit_length()) for form in (*outer, *inner) for t in form), default=0)
    meter.take(len(outer) * (len(inner) + 1) * (columns + 1) * (2000 + digits(2 * bits * (len(inner) + 1)) ** 2))
    one = [[Fraction(0)] * columns + [Fraction(1)]]
    return [[sum(map(mul, form, column), Fraction(0)) for column in zip(*inner, *one, strict=True)] for form in outer]


def _undone(region: Polytope, a: Affine, b: Affine, meter: Meter) -> bool:
    """Whether b(a(y)) = y is seen to hold on the region, because two opposite sides of it make an equation."""
    sides = {lowest(vector([*normal, -offset]).numerators) for normal, offset in zip(region.normals, region.offsets, strict=True)}
    equations = [side for side in sorted(sides) if tuple(-t for t in side) in sides]
    left = [vector(move).numerators for move in _moves(b, a, meter)]
    return not left or rank([*equations, *left], meter) == rank(equations, meter)


def _moves(outer: Affine, inner: Affine, meter: Meter) -> Forms:
    """The forms among those of outer ∘ inner − id that are not 0."""
    composed = _after(_forms(outer), _forms(inner), inner.columns, meter)
    moves = [[t - int(i == j) for j, t in enumerate(form)] for i, form in enumerate(composed)]
    return [move for move in moves if any(move)]


def where(region: Polytope, a: Affine, b: Affine, meter: Meter) -> Polytope:
    """{x : b(x) ∈ region, a(b(x)) = x}."""
    sides = [[*normal, -offset] for normal, offset in zip(region.normals, region.offsets, strict=True)]
    fixed = _moves(a, b, meter)
    forms = [*_after(sides, _forms(b), b.columns, meter), *fixed, *([-t for t in form] for form in fixed)]
    return Polytope(b.columns, tuple(tuple(form[:-1]) for form in forms), tuple(-form[-1] for form in forms))


def _minus(f: Network, b: Affine) -> Network:
    """f − b."""
    rows = tuple(Row(row.columns, tuple(-c for c in row.coefficients), -row.constant) for row in b.rows)
    end = len(f.nodes)
    return Network(f.arity, (*f.nodes, Node(Affine(b.columns, rows, b.denominator), (0,)), Node(Sum(), (end, end + 1))))
