"""Onto or not by regions: the codomain is cut until each piece lies in the image of one cell, or a value in no image is met (A10, P16)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from bijection.engines.onto.images import MOST_INPUTS, Images, Ray, homogeneous, images, missed, settled
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.cones import dot
from proofs.domains import Box, Point, Polytope, Reals, contains, dimension
from proofs.errors import Malformed, Rejected
from proofs.exact import Vector, vector
from proofs.network import Network
from proofs.statements import FibreIs, MapsInto, Not, Positive, Reached, Surjective
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.fibres import FibreByCells
from proofs.theorems.images import CellsStayInside, CoveredByCells, MissedByCells
from proofs.theorems.values import Escapes, Misses, Reaches

_TRIES = 8  # places in a piece, until one is on no border
_MOST_PIECES = 20_000
_FEW = 300  # nodes of a tree of cells


def by_few_images(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Where cells are few, onto or not onto is settled by them sooner than by what is tried for many."""
    if isinstance(goal, Surjective):
        yield from by_cell_images(goal, search, _FEW)


def by_cell_images(goal: Positive, search: Search, most: int = 200_000) -> Iterator[Proposal]:
    """Values reached or missed, onto or not, images that stay inside: by all cells. Complete for values and for images that stay
    inside. A tree of cells with more nodes is not tried.
    """
    match goal:
        case FibreIs(Network() as f, Reals() | Box() | Polytope() as on, _) if f.arity <= MOST_INPUTS and f.width:
            pass
        case (
            Surjective(Network() as f, Reals() | Box() | Polytope() as on, Reals() | Box() | Polytope())
            | Reached(Network() as f, Reals() | Box() | Polytope() as on, _)
            | MapsInto(Network() as f, Reals() | Box() | Polytope() as on, Box() | Polytope())
        ) if f.arity <= MOST_INPUTS and f.width:
            pass
        case _:
            return
    try:
        cells = images(f, on, search, most)
        if cells is None:
            return
        search.report(f"{len(cells.leaves)} cells")
        match goal:
            case Surjective():
                yield from _onto(goal, cells, search)
            case Reached():
                yield from _reached(goal, cells)
            case MapsInto():
                yield from _into(goal, cells)
            case FibreIs(_, _, value):
                functionals, _ = settled(cells, value)
                yield Proposal(goal, (FibreByCells(cells.tree.cuts, functionals),), f"what each of the {len(cells.leaves)} cells holds")
    except (Rejected, Malformed, OverflowError):
        return  # not piecewise affine, numbers too long, or too large for floats


def _reached(goal: Reached, cells: Images) -> Iterator[Proposal]:
    ray = homogeneous(goal.value)
    for leaf in cells.near(ray):
        if cells.holds(leaf, ray):
            found = cells.preimage(leaf, ray)
            x = None if found is None else Vector(found[:-1], found[-1]).fractions()
            if x is not None and proves(Reaches(x), goal):
                yield Proposal(goal, (Reaches(x),), "an input with this value, in one of the cells")
                return
    theorem = missed(cells, goal.value)
    if theorem is not None:
        yield Proposal(Not(goal), (theorem,), f"the value lies in the image of none of the {len(cells.leaves)} cells")


def _into(goal: MapsInto, cells: Images) -> Iterator[Proposal]:
    theorem = CellsStayInside(cells.tree.cuts)
    if proves(theorem, goal):
        yield Proposal(goal, (theorem,), f"the corners of the {len(cells.leaves)} cells stay inside the set")
        return
    for leaf in cells.leaves:
        rays = [g.ray for g in cells.of(leaf)]
        points = [[Fraction(t, ray[-1]) for t in ray[:-1]] for ray in rays if ray[-1]]
        moved = [[s + 2**k * t for s, t in zip(points[0], ray, strict=False)] for ray in rays if not ray[-1] for k in (0, 10, 60, 200)]
        for x in [*points, *moved]:
            if proves(Escapes(tuple(x)), Not(goal)):
                yield Proposal(Not(goal), (Escapes(tuple(x)),), "an output lies outside the codomain")
                return


def _onto(goal: Surjective, cells: Images, search: Search) -> Iterator[Proposal]:
    found = Cover(goal, cells, search).run()
    match found:
        case CoveredByCells(planes):
            count = planes.count(())
            yield Proposal(
                goal, (found,), f"the codomain is cut into {count} pieces, each in the image of one of {len(cells.leaves)} cells"
            )
        case y, theorem:
            why = f"a value in the image of none of the {len(cells.leaves)} cells"
            yield Proposal(Not(goal), (Misses(y), theorem), why)


class Cover:
    """Pieces of the codomain, each looked at in one place: if that lies in the image of a cell, the piece is cut by its walls."""

    def __init__(self, goal: Surjective, cells: Images, search: Search) -> None:
        assert isinstance(goal.onto, Reals | Box | Polytope)
        self.goal, self.cells, self.search = goal, cells, search
        self.onto = goal.onto
        self.pieces = Subdivision(Network(dimension(goal.onto), ()), goal.onto)
        self.planes: list[Ray] = []
        self.leaves: list[tuple[int, ...]] = []
        self.rays: dict[Ray, int] = {}

    def run(self) -> CoveredByCells | tuple[Point, MissedByCells] | None:
        """The cover, or a value that is missed; None if time or room run out, or a place is on borders again and again."""
        rng = self.search.random("covering")
        wall = 2 * self.pieces.f.arity + 1 + len(getattr(self.onto, "normals", ()))
        todo: list[tuple[Cell, int, int | None]] = [(cell, wall, None) for cell in reversed(self.pieces.roots())]
        while todo:
            if self.search.remaining() <= 0 or len(self.planes) > _MOST_PIECES:
                return None
            cell, wall, leaf = todo.pop()
            if not any(self.pieces.generators[g].ray[-1] for g in cell):
                self.planes.append(())
                continue
            if leaf is None:
                found = self._leaf(cell, rng)
                if not isinstance(found, int):
                    return found
                leaf = found
            plane = self._plane(cell, leaf)
            if plane is not None:
                above, below = self.pieces.cut_by(cell, plane, wall)
                self.planes.append(plane)
                todo += [(below, wall + 1, None), (above, wall + 1, leaf)]
            elif not self._covered(cell, leaf):
                return None
        return CoveredByCells(tuple(self.planes), tuple(self.leaves), tuple(self.rays))

    def _leaf(self, cell: Cell, rng: Random) -> int | tuple[Point, MissedByCells] | None:
        """A leaf whose image has a place of the piece inside; or a value that is missed."""
        rays = [self.pieces.generators[g].ray for g in cell]
        for tried in range(_TRIES):
            y = self._place(cell, rng if tried else None)
            leaf = next(self.cells.around(homogeneous(y), rays), None)
            if leaf is not None:
                return leaf
            theorem = missed(self.cells, y)
            if theorem is not None:
                return self._shorter(y, theorem)
        return None

    def _place(self, cell: Cell, rng: Random | None) -> Point:
        """The middle of a piece, or a random point inside it."""
        generators = [self.pieces.generators[g].ray for g in sorted(cell)]
        weights = [Fraction(rng.randint(1, 99) if rng else 1, max(1, ray[-1])) for ray in generators]
        *y, w = (sum((c * t for c, t in zip(weights, column, strict=True)), Fraction(0)) for column in zip(*generators, strict=True))
        return tuple(t / w for t in y)

    def _shorter(self, y: Point, theorem: MissedByCells) -> tuple[Point, MissedByCells]:
        """The value rounded to few digits, where that is missed too."""
        for bits in (0, 1, 2, 4, 8, 16, 32):
            short = tuple(Fraction(round(t * 2**bits), 2**bits) for t in y)
            if contains(self.onto, vector(short)):
                better = missed(self.cells, short)
                if better is not None:
                    return short, better
        return y, theorem

    def _plane(self, cell: Cell, leaf: int) -> Ray | None:
        """A wall of the image of the leaf that cuts the piece."""
        rays = [self.pieces.generators[g].ray for g in cell]
        for h in self.cells.walls(leaf):
            if min(dot(h, ray) for ray in rays) < 0:
                return h
        return None

    def _covered(self, cell: Cell, leaf: int) -> bool:
        """Note preimages of the corners of a piece that lies in the image of the leaf."""
        chosen = []
        for g in sorted(cell):
            found = self.cells.preimage(leaf, self.pieces.generators[g].ray)
            if found is None:
                return False
            chosen.append(self.rays.setdefault(found, len(self.rays)))
        self.planes.append(())
        self.leaves.append(tuple(chosen))
        return True
