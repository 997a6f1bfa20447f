"""All inputs with a given output, exactly: the fibre of a piecewise-affine network over a value, as a list of polytopes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from bijection.engines.images import MOST_INPUTS, images, settled
from bijection.engines.proposal import Search
from bijection.exact.cones import walls
from bijection.exact.linear import rank
from bijection.verdict import Proved, accept
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.errors import Malformed, Rejected, well_formed
from proofs.functions import Function
from proofs.network import Network
from proofs.statements import FibreIs
from proofs.theorems.fibres import FibreByCells, fibre

Ray = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A polytope: the convex hull of its corners, plus all sums of nonnegative multiples of its directions."""

    rays: tuple[Ray, ...] = field(repr=False)  # (x·w, w) for the corner x, (r, 0) for the direction r

    @property
    def corners(self) -> tuple[Point, ...]:
        """Points whose hull it is; all of its corners are among them."""
        return tuple(tuple(Fraction(t, ray[-1]) for t in ray[:-1]) for ray in self.rays if ray[-1])

    @property
    def directions(self) -> tuple[Point, ...]:
        """Along these it does not end."""
        return tuple(tuple(map(Fraction, ray[:-1])) for ray in self.rays if not ray[-1])

    @property
    def dimension(self) -> int:
        """0 for a point, 1 for a segment or a half-line …"""
        return rank([list(ray) for ray in self.rays]) - 1

    @property
    def polytope(self) -> Polytope:
        """The same set by inequalities."""
        forms = [h for h in walls(list(self.rays)) if any(h[:-1])]
        normals = tuple(tuple(Fraction(-t) for t in h[:-1]) for h in forms)
        return Polytope(len(self.rays[0]) - 1, normals, tuple(Fraction(h[-1]) for h in forms))

    def __repr__(self) -> str:
        return f"<Piece of dimension {self.dimension} with {len(self.corners)} corners and {len(self.directions)} directions>"


@dataclass(frozen=True, slots=True)
class Fibre:
    """The inputs with a value: the union of the pieces. `verdict` is the proof that these are all, None where that is not shown.

    Each piece lies in the fibre, exactly, whether or not the list is complete.
    """

    f: Network = field(repr=False)
    on: Domain
    value: Point
    pieces: tuple[Piece, ...]
    verdict: Proved | None = field(repr=False)
    because: str
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether the kernel has accepted a proof that there are no other inputs with the value."""
        return self.verdict is not None

    @property
    def dimensions(self) -> dict[int, int]:
        """How many pieces there are of each dimension."""
        found: dict[int, int] = {}
        for piece in self.pieces:
            found[piece.dimension] = found.get(piece.dimension, 0) + 1
        return dict(sorted(found.items()))

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)


def preimages(
    f: Function, value: Point, on: Domain, within: float = 60.0, progress: Callable[[str], None] | None = None, seed: int = 0
) -> Fibre:
    """All inputs of the domain with the value. The cells of the network are enumerated and each is cut by f(x) = value; the kernel checks
    that the pieces found are all there is.
    """
    well_formed(isinstance(f, Network), "a table has no polytopes as preimages; use bijection.maps")
    assert isinstance(f, Network)
    well_formed(isinstance(on, Reals | Box | Polytope), f"preimages are found on ℝⁿ, a box or a polytope, not on a {type(on).__name__}")
    assert isinstance(on, Reals | Box | Polytope)
    well_formed(len(value) == f.width, f"a value of {len(value)} coordinates for {f.width} outputs")
    started = time.monotonic()
    search = Search(started + within, seed, report=progress or (lambda line: None))
    pieces: tuple[Piece, ...] = ()
    verdict = None
    try:
        cells = images(f, on, search) if f.arity <= MOST_INPUTS else None
        if cells is None:
            because = "the network has too many regions for all of them to be enumerated in the time"
        else:
            functionals, _ = settled(cells, value)
            theorem = FibreByCells(cells.tree.cuts, functionals)
            found = fibre(f, on, value, theorem.cuts, theorem.functionals)
            pieces = tuple(map(Piece, found))
            goal = FibreIs(f, on, value, found)
            because = f"what each of the {len(cells.leaves)} cells holds"
            answer = accept(goal, goal, (theorem,), because, time.monotonic() - started)
            verdict = answer if isinstance(answer, Proved) else None
    except (Rejected, Malformed, OverflowError) as error:
        because = f"the cells of the network are not enumerated: {error}"
    return Fibre(f, on, value, pieces, verdict, because, time.monotonic() - started)
