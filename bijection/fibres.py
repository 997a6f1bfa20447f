"""All inputs with a given output, exactly: the fibre of a piecewise-affine network over a value, as a list of polytopes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bijection.engines.onto.fibre_branches import branching
from bijection.engines.onto.fibre_walk import Signature, beside, component, exact_place, roots, signature
from bijection.engines.onto.images import MOST_INPUTS, images, settled
from bijection.engines.proposal import Search
from bijection.exact.cones import walls
from bijection.exact.linear import rank
from bijection.shown import Shown
from bijection.verdict import Proved, accept
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.errors import Malformed, NoExactValue, Rejected, well_formed
from proofs.exact import vector
from proofs.functions import Function
from proofs.network import Network
from proofs.statements import FibreIs
from proofs.theorems.fibres import FibreByCells, fibre

Ray = tuple[int, ...]
Convex = Reals | Box | Polytope


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


def dimensions(pieces: Sequence[Piece]) -> dict[int, int]:
    """How many of the pieces there are of each dimension."""
    return dict(sorted(Counter(piece.dimension for piece in pieces).items()))


def kinds(pieces: Sequence[Piece]) -> str:
    """The same in words."""
    return ", ".join(f"{count} of dimension {d}" for d, count in dimensions(pieces).items()) or "none"


@dataclass(frozen=True, slots=True, repr=False)
class Fibre(Shown):
    """The inputs with a value: the union of the pieces. `verdict` is the proof that these are all, None where that is not shown.

    Each piece lies in the fibre, exactly, whether or not the list is complete.
    """

    f: Network
    on: Domain
    value: Point
    pieces: tuple[Piece, ...]
    verdict: Proved | None
    because: str
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether the kernel has accepted a proof that there are no other inputs with the value."""
        return self.verdict is not None

    @property
    def dimensions(self) -> dict[int, int]:
        """How many pieces there are of each dimension."""
        return dimensions(self.pieces)

    def __repr__(self) -> str:
        from bijection.words import domain, point

        known = "these are all" if self.complete else "there may be others"
        return f"<Fibre over {point(self.value)} on {domain(self.on)}: polytopes: {kinds(self.pieces)}; {known}>"

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)


def preimages(
    f: Function,
    value: Point,
    on: Domain,
    within: float = 60.0,
    progress: Callable[[str], None] | None = None,
    seed: int = 0,
    known: Sequence[Point] = (),
) -> Fibre:
    """All inputs of the domain with the value. The cells of the network are enumerated and each is cut by f(x) = value; the kernel checks
    that the pieces found are all there is.

    Where there are too many cells, the linear regions that are joined to the known inputs, and to those that Newton's method finds, are
    walked through: exact pieces, but no proof that there are no others. Where these have too many corners, the inputs alone are given.
    """
    well_formed(isinstance(f, Network), "a table has no polytopes as preimages; use bijection.maps")
    assert isinstance(f, Network)
    well_formed(isinstance(on, Reals | Box | Polytope), f"preimages are found on ℝⁿ, a box or a polytope, not on a {type(on).__name__}")
    assert isinstance(on, Reals | Box | Polytope)
    well_formed(len(value) == f.width, f"a value of {len(value)} coordinates for {f.width} outputs")
    well_formed(all(contains(on, vector(x)) and f(x) == value for x in known), "a known input lies outside the domain or has another value")
    started = time.monotonic()
    search = Search(started + within, seed, report=progress or (lambda line: None))
    try:
        half, found = replace(search, deadline=started + within / 2), None
        if f.arity <= MOST_INPUTS and not isinstance(on, Reals):
            found = _branched(f, value, on, half)
        if f.arity <= MOST_INPUTS and found is None:
            found = _enumerated(f, value, on, half)
        verdict, (pieces, because) = (None, _walked(f, value, on, search, known)) if found is None else found
    except (Rejected, Malformed, OverflowError, NoExactValue) as error:
        pieces, verdict, because = (), None, f"the regions of the network are not enumerated: {error}"
    return Fibre(f, on, value, pieces, verdict, because, time.monotonic() - started)


def _enumerated(f: Network, value: Point, on: Convex, search: Search) -> tuple[Proved | None, tuple[tuple[Piece, ...], str]] | None:
    """The verdict, the pieces and the reason, by all cells; None if these are too many."""
    started = time.monotonic()
    cells = images(f, on, search)
    if cells is None:
        return None
    functionals, _ = settled(cells, value)
    theorem = FibreByCells(cells.tree.cuts, functionals)
    found = fibre(f, on, value, theorem.cuts, theorem.functionals)
    goal = FibreIs(f, on, value, found)
    because = f"what each of the {len(cells.leaves)} cells holds"
    answer = accept(goal, goal, (theorem,), because, time.monotonic() - started)
    return answer if isinstance(answer, Proved) else None, (tuple(map(Piece, found)), because)


def _branched(f: Network, value: Point, on: Box | Polytope, search: Search) -> tuple[Proved | None, tuple[tuple[Piece, ...], str]] | None:
    """The same by the parts of the domain that bounds do not exclude; None if these are too many."""
    started = time.monotonic()
    try:
        proof = branching(f, on, value, search)
    except (Rejected, Malformed, OverflowError):  # too much work, or numbers too long for it
        return None
    if proof is None:
        return None
    theorem, found = proof
    goal = FibreIs(f, on, value, found)
    because = f"what each of {theorem.steps.count(())} cells holds; bounds exclude the value elsewhere, in {len(theorem.steps)} steps"
    answer = accept(goal, goal, (theorem,), because, time.monotonic() - started)
    return answer if isinstance(answer, Proved) else None, (tuple(map(Piece, found)), because)


def _walked(f: Network, value: Point, on: Convex, search: Search, known: Sequence[Point]) -> tuple[tuple[Piece, ...], str]:
    """Pieces that are joined to the known inputs and to others that are found in a third of the time, and what was done."""
    tried, places = [0], list(known)
    looking = replace(search, deadline=time.monotonic() + search.remaining() / 3)
    seen: set[Signature] = set()
    for x in roots(f, on, value, looking, tried):
        place = exact_place(f, on, value, x)
        at = None if place is None else beside(f, place)
        if place is not None and at is not None and signature(at) not in seen:
            seen.add(signature(at))
            places.append(place)
            search.report(f"{len(places)} inputs with the value, from {tried[0]} places")
    seen = set()
    pieces: dict[tuple[Ray, ...], None] = {}
    for place in places:
        for rays in component(f, on, place, search, seen):
            pieces[rays] = None
            search.report(f"{len(pieces)} pieces")
    if not pieces:  # too many corners around each of them, or no time
        pieces = dict.fromkeys((_point(place),) for place in places)
    whole = [frozenset(rays) for rays in pieces]
    largest = tuple(Piece(rays) for rays in sorted(pieces) if not any(frozenset(rays) < other for other in whole))
    stopped = "; stopped at the end of the time" if search.remaining() <= 0 else ""
    given = f" and {len(known)} known one{'s' if len(known) > 1 else ''}" if known else ""
    count = len(places) - len(known)
    why = f"the regions joined to {count} inputs that Newton's method found from {tried[0]} places{given}, which may not be all"
    return largest, f"too many regions to enumerate; {why}{stopped}"


def _point(x: Point) -> Ray:
    as_one = vector(x)
    return (*as_one.numerators, as_one.denominator)
