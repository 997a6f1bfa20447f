"""One input: walk the line from piece to piece, until a slope vanishes or the graph turns back (T11)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.cells import Region, region
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import start
from bijection.exact.simplest import dyadic_between, step_below
from proofs.domains import Box, Domain, Point, Reals, contains
from proofs.exact import vector
from proofs.network import Network
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision

_PIECES = 5_000  # in each direction
_ONE = Fraction(1)


def by_walking(goal: Positive, search: Search) -> Iterator[Proposal]:
    """f: D → ℝ, D a line or an interval: two points left and right of a turning point, or of one flat piece."""
    match goal:
        case Injective(Network(arity=1) as f, Reals() | Box() as on) if f.width == 1:
            pass
        case _:
            return
    origin = start(on, search.near)
    for direction in (1, -1):
        before: tuple[Region, Fraction] | None = None
        for at, slope in _pieces(f, on, origin, direction) if origin is not None else ():
            if search.remaining() <= 0:
                return
            pair = _turn(before, at, slope, on, direction, search.near)
            if pair is not None and all(contains(on, vector(p)) for p in pair) and f(pair[0]) == f(pair[1]):
                yield Proposal(Not(goal), (Collision(*pair),), "two inputs on both sides of a turning point, or on a flat piece")
                return
            before = (at, slope)


def _pieces(f: Network, on: Domain, origin: tuple[Fraction, ...], direction: int) -> Iterator[tuple[Region, Fraction]]:
    """The pieces from the origin on in one direction, each with a point inside it and its slope."""
    step = Fraction(direction, 2**30)
    x = origin[0] - step  # the origin may be a turning point itself
    for _ in range(_PIECES):
        at = next((r for r in (region(f, (x + k * step,), (0,), (_ONE,)) for k in range(3)) if r is not None), None)
        if at is None or len(at.values) <= len(f.nodes):
            return
        row = at.moves[-1].get(0)
        yield at, Fraction(0) if row is None else Fraction(int(row[0]), at.scales[-1])
        reach = at.reach([direction], len(f.nodes), on)
        if reach is None:
            return
        x = at.x[0] + direction * reach + step
        if isinstance(on, Box) and not on.lower[0] < x < on.upper[0]:
            return


def _turn(
    before: tuple[Region, Fraction] | None, at: Region, slope: Fraction, on: Domain, direction: int, near: Point | None
) -> tuple[Point, Point] | None:
    """Two points with one value: on a flat piece, or around the end of a piece behind which the slope has the other sign."""
    x, size = at.x[0], len(at.f.nodes)
    ahead = at.reach([direction], size, on)
    room = _ONE if ahead is None else min(_ONE, ahead)
    if slope == 0:
        return _on_flat(at, on, near)
    if before is None or before[1] * slope > 0:
        return None
    y, steep = before[0].x[0], before[1]
    end = before[0].reach([direction], size, on)
    if end is None:
        return None
    corner = y + direction * end
    past = before[0].reach([-direction], size, on)
    length = end + (_ONE if past is None else min(_ONE, past))
    back = step_below(min(length, abs(slope / steep) * (direction * (x - corner) + room)), _ONE)  # both pieces cover its height
    return (corner - direction * back,), (corner + direction * back * abs(steep / slope),)


def _on_flat(at: Region, on: Domain, near: Point | None) -> tuple[Point, Point] | None:
    """Two short numbers of a flat piece, or the wished one and another."""
    ahead, behind = (at.reach([sign], len(at.f.nodes), on) for sign in (1, -1))
    left = at.x[0] - (_ONE if behind is None else min(_ONE, behind))
    right = at.x[0] + (_ONE if ahead is None else min(_ONE, ahead))
    if left >= right:
        return None
    middle = (left + right) / 2
    first, second = (dyadic_between(left, middle),), (dyadic_between(middle, right),)
    return (near, first if near != first else second) if near is not None and left <= near[0] <= right else (first, second)
