"""Counting: pigeonhole, sizes of finite sets, grids, and plain enumeration (S5, S6, S8, A16)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from heapq import nsmallest
from itertools import combinations, islice

from bijection.engines.local import lowest, slopes
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import corners, distinct, spread
from bijection.exact.lattice import siegel
from bijection.exact.values import value_at
from bijection.wishes import Near, Sparse, cost
from proofs.compose import cuts, prefix
from proofs.domains import Domain, Floats, Grid, Labels, Point, cardinality, contains, more, points
from proofs.errors import Malformed, NoExactValue
from proofs.exact import Vector, reduced, vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.limits import MOST_POINTS
from proofs.network import Affine, Argmax, Network, Table
from proofs.statements import Injective, IsIdentity, MapsInto, Not, Positive, Reached, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides
from proofs.theorems.counting import Enumeration, FloatCount, GridCount, Pigeonhole, TooFewPoints
from proofs.theorems.grids import StaysOnGrid
from proofs.theorems.values import Escapes, Misses, Reaches, StaysInside

_ENUMERATED = 200_000  # points times operations that are worth enumerating
_CLOSE = 12  # points of each value that are compared with each other
_GUESSES = 1_000  # points of a codomain too large to be listed, of which one may be missed


def by_counting(goal: Positive, search: Search) -> Iterator[Proposal]:
    """What the sizes of the sets settle, and what trying every point does."""
    match goal:
        case Injective(f, on):
            yield from _too_many(f, on, search)
        case MapsInto() if proves(StaysOnGrid(), goal):
            yield Proposal(goal, (StaysOnGrid(),), "each step of the grid leads to a multiple of a step")
            return
        case Surjective(_, on, onto) if more(cardinality(onto), cardinality(on)):
            yield Proposal(Not(goal), (TooFewPoints(),), "the codomain has more points than the domain", improvable=True)
        case _:
            pass
    yield from _enumerate(goal, search)


def labels_of(f: Function) -> int | None:
    """k if the values are known to be labels below k."""
    match f:
        case Table(values) if min(values, default=0) >= 0:
            return max(values, default=-1) + 1
        case Network(nodes=(*_, last)) if isinstance(last.op, Argmax):
            return f.widths[last.inputs[0]]
        case _:
            return None


def _too_many(f: Function, on: Domain, search: Search) -> Iterator[Proposal]:
    goal = Not(Injective(f, on))
    k = labels_of(f)
    if k is not None and more(cardinality(on), k):
        why = f"more than {k} inputs share {k} labels (pigeonhole)"
        yield Proposal(goal, (Pigeonhole(Labels(k)), StaysInside()), why, improvable=True)
        pair = _same_label(f, on, k, search)
        if pair is not None:
            yield Proposal(goal, (Collision(*pair),), f"{why}; two inputs with one label are shown")
    if isinstance(on, Grid) and isinstance(f, Network):
        yield from _too_many_for_a_value(goal, f, on)
    if isinstance(f, Binary32) and proves(FloatCount(), goal):
        yield Proposal(goal, (FloatCount(),), "there are more inputs than binary32 outputs (counting)", improvable=True)


def _too_many_for_a_value(goal: Not, f: Network, on: Grid) -> Iterator[Proposal]:
    """More points than possible outputs, or than values inside the network: then what follows may be smooth."""
    for cut in reversed(cuts(f)):
        if f.widths[cut] <= f.arity and proves(GridCount(), Not(Injective(prefix(f, cut), on))):
            what = "outputs" if cut == len(f.nodes) else f"values of its first {cut} operations"
            steps = (GridCount(),) if cut == len(f.nodes) else (PrefixCollides(cut), GridCount())
            why = f"the grid has more points than there are possible {what} (counting){_siegel(prefix(f, cut), on)}"
            yield Proposal(goal, steps, why, improvable=True)
            return


def _siegel(f: Network, on: Grid) -> str:
    """How close two points with one value are for certain, where f is an affine map: everywhere on the grid."""
    if not all(isinstance(node.op, Affine) for node in f.nodes):
        return ""
    counts = on.counts()
    moving = [j for j, c in enumerate(counts) if c > 1]
    steps = vector(on.step[j] for j in moving).numerators
    rows = ([row[j] * s for j, s in zip(moving, steps, strict=True)] for row in slopes(f, on.lower, len(f.nodes))[0])
    bound = siegel([lowest(row) for row in rows], len(moving))
    if bound is None or bound >= min(counts[j] for j in moving):
        return ""
    apart = "1 step" if bound == 1 else f"{bound} steps"
    return f"; by Siegel's lemma two that are at most {apart} apart in each coordinate have one value"


def _same_label(f: Function, on: Domain, k: int, search: Search) -> tuple[Point, Point] | None:
    """Two inputs with one label: near the wished one, far apart, or among any k + 1 points."""
    rng = search.random("labels")
    first = value_at(f, search.near) if search.near is not None else None
    if search.near is not None and first is not None:
        for other in distinct(on, rng, k + 1):
            for halving in range(60):
                y = tuple(a + (b - a) / 2**halving for a, b in zip(search.near, other, strict=True))
                if y != search.near and contains(on, vector(y)) and value_at(f, y) == first:
                    return search.near, y
    candidates = [*corners(on), *distinct(on, rng, k + 1)]
    pairs: dict[object, list[Point]] = {}
    for point in candidates if search.apart else reversed(candidates):
        label = value_at(f, point)
        known = pairs.setdefault(label, [])
        if label is not None and known and known[0] != point:
            return known[0], point
        known.append(point)
    return None


def _enumerate(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Try every point of a finite domain, when that is little work."""
    size = cardinality(goal.on)
    match goal.f:
        case Table():
            work = 1
        case Network(widths=widths) | Binary32(Network(widths=widths)):
            work = 1 + sum(widths)
    if not isinstance(size, int) or size > MOST_POINTS or size * work > 100 * _ENUMERATED:
        return
    try:
        values = {x: reduced(goal.f.trace(x)[-1]) for x in points(goal.on, MOST_POINTS)}
    except (NoExactValue, Malformed):  # no rational values, or more work than the kernel allows
        return
    everything = f"all {size} points were tried" if size != 1 else "the only point was tried"
    match goal:
        case Injective():
            pair = _repeated(values, search)
            if pair is None:
                yield Proposal(goal, (Enumeration(),), everything)
            else:
                yield Proposal(Not(goal), (Collision(*pair),), f"{everything}: two collide")
        case Surjective():
            yield from _onto(goal, set(values.values()), search, everything)
        case MapsInto(_, _, into):
            escape = next((x for x, y in values.items() if not contains(into, y)), None)
            if escape is None:
                yield Proposal(goal, (Enumeration(),), everything)
            else:
                yield Proposal(Not(goal), (Escapes(escape.fractions()),), "an output lies outside the codomain")
        case Reached(_, _, value):
            source = next((x for x, y in values.items() if y == reduced(vector(value))), None)
            if source is None:
                yield Proposal(Not(goal), (Enumeration(),), everything)
            else:
                yield Proposal(goal, (Reaches(source.fractions()),), "an input with that output was found")
        case IsIdentity() if all(reduced(x) == y for x, y in values.items()):
            yield Proposal(goal, (Enumeration(),), everything)
        case _:
            pass


def _onto(goal: Surjective, reached: set[Vector], search: Search, everything: str) -> Iterator[Proposal]:
    """A value of the codomain that is not reached, or none: all were listed."""
    size = cardinality(goal.onto)
    listed = isinstance(size, int) and size <= MOST_POINTS and not isinstance(goal.onto, Floats)
    some = points(goal.onto, MOST_POINTS) if listed else map(vector, islice(spread(goal.onto, search.random("missed")), _GUESSES))
    missed = next((y for y in some if reduced(y) not in reached), None)
    if missed is not None:
        yield Proposal(Not(goal), (Misses(missed.fractions()), Enumeration()), f"{everything}: one value is missed")
    elif listed:
        yield Proposal(goal, (Enumeration(),), everything)


def _repeated(values: dict[Vector, Vector], search: Search) -> tuple[Point, Point] | None:
    """Two points with one value; near a given one the two that are closest to it, in sparse pairs among the closest of each value."""
    fibres: dict[Vector, list[Vector]] = {}
    for x, y in values.items():
        fibres.setdefault(y, []).append(x)
    shared = [fibre for fibre in fibres.values() if len(fibre) > 1]
    wish = search.wish
    if not shared or not isinstance(wish, Near | Sparse):
        return (shared[0][0].fractions(), shared[0][1].fractions()) if shared else None
    best: tuple[Fraction, tuple[Point, Point]] | None = None
    for fibre in shared:
        close = nsmallest(2 if isinstance(wish, Near) else _CLOSE, (x.fractions() for x in fibre), key=lambda x: cost(wish, x, x))
        for pair in combinations(close, 2):
            much = cost(wish, *pair)
            best = (much, pair) if best is None or much < best[0] else best
    return None if best is None else best[1]
