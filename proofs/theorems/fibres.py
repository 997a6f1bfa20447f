"""All x with f(x) = y, exactly, for a piecewise-affine network: the preimage of a value, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from operator import mul
from typing import ClassVar, TypeAlias

from proofs.compose import cuts, suffix
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.elimination import longest
from proofs.enclosure import bounds, functional
from proofs.errors import Brief, Rejected, require
from proofs.exact import Vector, dot, vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Network
from proofs.statements import FibreIs, Statement
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.cell_tree import CellTree

_FINE = 2**40  # values at corners are rounded outwards to multiples of 1/_FINE

Ray: TypeAlias = tuple[int, ...]
Piece: TypeAlias = tuple[Ray, ...]  # the points (x·w, w), w > 0, and the directions (r, 0) whose convex hull it is, in order


@dataclass(frozen=True, slots=True, repr=False)
class FibreByCells(Brief):
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
        agree(f, on, value, pieces, parts)
        return ()


def agree(f: Network, on: Reals | Box | Polytope, value: Point, pieces: Sequence[Sequence[Ray]], parts: Sequence[Piece]) -> None:
    """Rejected unless each piece is mapped to the value and each part lies in one of them."""
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
    return largest(found, tree.meter)


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


def largest(found: set[Piece], meter: Meter) -> tuple[Piece, ...]:
    """The pieces, in order, without those whose generators another one has too."""
    having: dict[Ray, list[frozenset[Ray]]] = {}
    for piece in found:
        for ray in piece:
            having.setdefault(ray, []).append(frozenset(piece))
    meter.take(100 * sum(len(piece) * len(having[piece[0]]) for piece in found))
    return tuple(piece for piece in sorted(found) if not any(frozenset(piece) < others for others in having[piece[0]]))


@dataclass(frozen=True, slots=True, repr=False)
class FibreByBranching(Brief):
    """f piecewise affine, D bounded: the fibre over y is the union of the pieces if each piece is mapped to y, and D is cut into parts
    of which each one holds no preimage by bounds of u·f, or is a cell whose part of the fibre lies in one of the pieces.

    `steps` goes through a tree of parts for each root, in preorder: (0, k) cuts by the switch k, (1, u₁, …, u_m) says that the bounds of
    u·f on the part exclude u·y, and an empty step that the part is a cell.

    Proof. As for FibreByCells. *Bounds*: up to the first value at which a switch has both signs, the network is affine on the part. Let v
    be the last value up to there, perhaps the input, through which the rest of the network goes. It lies between its least and its
    greatest values at the corners, coordinate by coordinate; interval arithmetic does the rest.
    """

    steps: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "FibreByBranching"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """FibreIs(f, D, y, pieces) outright."""
        match goal:
            case FibreIs(Network() as f, Box() | Polytope() as on, value, pieces):
                agree(f, on, value, pieces, branches(f, on, value, self.steps))
                return ()
            case _:
                raise Rejected("branching shows what the fibre over a value is on a bounded set, and nothing else")


def branches(f: Network, on: Box | Polytope, value: Point, steps: Sequence[tuple[int, ...]]) -> tuple[Piece, ...]:
    """The convex pieces whose union is {x ∈ D : f(x) = y}, by the steps of FibreByBranching; Rejected if these do not fit."""
    s = Subdivision(f, on)
    require(len(value) == f.width, "a value of {} coordinates for {} outputs", len(value), f.width)
    wall = 2 * f.arity + 1 + (len(on.normals) if isinstance(on, Polytope) else 0)
    todo, given, found = [(cell, wall) for cell in reversed(s.roots())], iter(steps), set[Piece]()
    known: dict[tuple[int, int], tuple[int, ...]] = {}
    while todo:
        cell, wall = todo.pop()
        step = next(given, None)
        require(step is not None, "the steps end before all parts are dealt with")
        mixed = s.mixed(cell)
        match step:
            case ():
                require(not mixed, "a part is said to be a cell, but the network has several pieces on it")
                rays = [s.generators[g].ray for g in section(s, cell, value)]
                if any(ray[-1] for ray in rays):
                    found.add(tuple(sorted(rays)))
            case (0, k):
                require(k >= 0 and bool(mixed >> k & 1) and not mixed & s.before[k], "a part cannot be cut by switch {}", k)
                above, below = s.cut(cell, k, wall)
                todo += [(below, wall + 1), (above, wall + 1)]
            case (1, *u):
                require(len(u) == f.width, "a direction has not {} coordinates", f.width)
                require(_excluded(s, cell, mixed, u, value, known), "the bounds in a direction do not exclude the value")
            case _:
                raise Rejected("a step is no cut, no direction and no cell")
    require(next(given, None) is None, "more steps are given than there are parts")
    return largest(found, s.meter)


def place(s: Subdivision, mixed: int) -> int:
    """The last value through which the rest of the network goes, and up to which it is affine where these switches are mixed."""
    affine = s.affine_up_to(mixed)
    return max(k for k in cuts(s.f) if k <= affine)


def _excluded(s: Subdivision, cell: Cell, mixed: int, u: Sequence[int], y: Point, known: dict[tuple[int, int], tuple[int, ...]]) -> bool:
    """Whether interval bounds of u·f on the part, from the first value on that is not affine, exclude u·y."""
    require(all(s.generators[g].ray[-1] for g in cell), "bounds are taken on bounded parts only")
    cut = place(s, mixed)
    rest = suffix(s.f, cut)
    s.meter.take(rest.arity * 100 * len(cell) + 300 * sum(node.op.entries for node in rest.nodes if isinstance(node.op, Affine)))
    for g in cell:
        if (g, cut) not in known:
            ray = s.generators[g].ray
            at = s.f.trace(Vector(ray[:-1], ray[-1]), s.meter)[cut]
            known[g, cut] = tuple((t * _FINE) // at.denominator for t in at.numerators)
    corners = [known[g, cut] for g in cell]
    low = tuple(Fraction(min(axis), _FINE) for axis in zip(*corners, strict=True))
    high = tuple(Fraction(max(axis) + 1, _FINE) for axis in zip(*corners, strict=True))
    (side,) = bounds(functional(rest, tuple(map(Fraction, u))), Box(low, high))
    return dot(tuple(map(Fraction, u)), y) not in side
