"""All x with f(x) = y, exactly, for a piecewise-affine network: the preimage of a value, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from operator import mul
from typing import ClassVar, TypeAlias

from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.elimination import longest
from proofs.errors import Rejected, require
from proofs.exact import Vector, vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.statements import FibreIs, Statement
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.cell_tree import CellTree

Ray: TypeAlias = tuple[int, ...]
Piece: TypeAlias = tuple[Ray, ...]  # the points (x·w, w), w > 0, and the directions (r, 0) whose convex hull it is, in order


@dataclass(frozen=True, slots=True)
class FibreByCells:
    """f piecewise affine, D a box, a polytope or ℝⁿ: the fibre over y is the union of the pieces if each piece is mapped to y, and what
    each cell holds of the fibre lies in one of them.

    `cuts` and `functionals` as in `fibre`. Proof. A piece lies in D, convex and closed, and no switch has both signs on its rays, so that
    f̂ is linear on the cone they span, and (y, 1) times the last coordinate there. Each part that `fibre` finds is spanned by some of a
    piece's rays.
    """

    cuts: tuple[int, ...]
    functionals: tuple[Ray, ...]
    name: ClassVar[str] = "FibreByCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """FibreIs(f, D, y, pieces) outright."""
        match goal:
            case FibreIs(Network() as f, Reals() | Box() | Polytope() as on, value, pieces):
                parts = fibre(f, on, value, self.cuts, self.functionals)
            case _:
                raise Rejected("cells show what the fibre over a value is, and nothing else")
        s, y = Subdivision(f, on), vector(value)
        known = [frozenset(lowest(ray) for ray in piece) for piece in pieces]
        for k, piece in enumerate(known):
            numbers = [number_of(ray, s, on) for ray in piece]
            for number in numbers:
                g = s.generators[number]
                w = g.image[-1]
                right = all(a * y.denominator == b * w for a, b in zip(g.image, (*y.numerators, y.denominator), strict=True))
                require(right, "piece {} has a ray with another image", k)
            require(not s.mixed(dict.fromkeys(numbers, 0)), "the network is not seen to be affine on piece {}", k)
        having: dict[Ray, list[int]] = {}
        for k, rays in enumerate(known):
            for ray in rays:
                having.setdefault(ray, []).append(k)
        for part in parts:
            s.meter.take(1000 + 100 * len(part) * len(having.get(part[0], ())))
            require(
                any(known[k].issuperset(part) for k in having.get(part[0], ())),
                "a part of the fibre lies in none of the pieces: {}",
                part[0],
            )
        return ()


def lowest(ray: Ray) -> Ray:
    """The ray without common factors."""
    divisor = gcd(*ray) or 1
    return tuple(t // divisor for t in ray)


def number_of(ray: Ray, s: Subdivision, on: Domain) -> int:
    """The number of a generator; Rejected unless it is a point or a direction of the domain."""
    n = s.f.arity
    require(len(ray) == n + 1 and any(ray) and ray[-1] >= 0, "a ray is no point or direction of ℝ^{}", n)
    if ray[-1]:
        require(contains(on, Vector(ray[:-1], ray[-1])), "a point lies outside the domain")
    else:
        require(receding(on, ray[:-1]), "a direction leaves the domain")
    return s.ray(ray)


def receding(on: Domain, r: Sequence[int]) -> bool:
    """Whether x + t·r stays in the set for all its points x and t ≥ 0."""
    match on:
        case Reals():
            return True
        case Polytope(_, normals, offsets):
            Meter().take(len(offsets) * len(r) * 100)
            return all(sum(map(mul, a, r)) <= 0 for a in normals)
        case _:
            return not any(r)


def fibre(f: Network, on: Reals | Box | Polytope, value: Point, cuts: tuple[int, ...], functionals: Sequence[Ray]) -> tuple[Piece, ...]:
    """The convex pieces whose union is {x ∈ D : f(x) = y}; none lies in another one. Rejected if the cells or functionals do not fit.

    `cuts` is a tree of cells and `functionals` goes through it in preorder, as in MissedByCells: a functional shows that no cell below
    a node holds a preimage, an empty one leads on to the two children, or stands at a leaf that is computed.

    Proof. x ∈ D lies in a leaf. Below a node with a functional there is no preimage (MissedByCells). On a leaf f̂ is linear, so that the
    (x, w) with w ≥ 0 and f̂(x, w) = w·(y, 1) form the part of the leaf where m linear forms vanish. That part is spanned by the
    generators that cutting by the forms leaves, one form after the other (`Subdivision.cut`): those with w > 0 are preimages x/w, those
    with w = 0 directions along which f does not change. The preimages in the leaf are the hull of these; if none of them has w > 0, there
    are none.
    """
    tree = CellTree(Subdivision(f, on), cuts)
    require(len(value) == f.width, "a value of {} coordinates for {} outputs", len(value), f.width)
    given, found, todo = iter(functionals), set[Piece](), list(reversed(tree.roots))
    while todo:
        node = todo.pop()
        functional = next(given, None)
        require(functional is not None, "the functionals end before node {}", node)
        pair = tree.children[node]
        if functional:
            excludes(functional, tree, node, value)
        elif pair is not None:
            todo += reversed(pair)
        else:
            rest = section(tree.subdivision, tree.cells[node], value)
            rays = [tree.subdivision.generators[g].ray for g in rest]
            if any(ray[-1] for ray in rays):
                found.add(tuple(sorted(rays)))
    require(next(given, None) is None, "more functionals are given than there are nodes to settle")
    return _largest(found, tree)


def section(s: Subdivision, cell: Cell, value: Point) -> Cell:
    """The part of a cell on which f is affine where f(x) = value, in homogeneous coordinates."""
    y, wall = vector(value), max(map(int.bit_length, cell.values()))
    for i, t in enumerate(y.numerators):
        levels = {}
        for number in cell:
            g = s.generators[number]
            s.meter.take(500 + digits(longest([g.image])) * digits(y.bits()))
            level = g.image[i] * y.denominator - t * g.image[-1]  # factor·d times the form f̂ᵢ − yᵢ·w
            levels[number] = (level * g.factor.denominator, g.factor.numerator * y.denominator)
        above, below = s.cut_at(cell, levels, wall + i)
        cell = {number: walls for number, walls in above.items() if number in below}
    return cell


def excludes(functional: Ray, tree: CellTree, node: int, value: Point) -> None:
    """Rejected unless the functional is ≥ 0 on the images of the generators of the node and < 0 at (value, 1)."""
    y, members = vector(value), tree.members[node]
    require(len(functional) == len(y) + 1, "a functional on {} coordinates, not {}", len(functional), len(y) + 1)
    images = [tree.subdivision.generators[g].image for g in members]
    tree.meter.take(len(images) * (200 + len(functional) * digits(longest([functional])) * digits(longest(images))))
    require(sum(map(mul, functional, (*y.numerators, y.denominator))) < 0, "the functional for node {} is not negative at the value", node)
    require(all(sum(map(mul, functional, v)) >= 0 for v in images), "the functional for node {} is negative on the image", node)


def _largest(found: set[Piece], tree: CellTree) -> tuple[Piece, ...]:
    """The pieces, in order, without those whose generators another one has too."""
    having: dict[Ray, list[frozenset[Ray]]] = {}
    for piece in found:
        for ray in piece:
            having.setdefault(ray, []).append(frozenset(piece))
    tree.meter.take(100 * sum(len(piece) * len(having[piece[0]]) for piece in found))
    return tuple(piece for piece in sorted(found) if not any(frozenset(piece) < others for others in having[piece[0]]))
