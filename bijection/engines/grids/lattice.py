"""Pairs on a grid such as 8-bit images: short vectors of the kernel lattice of a linear region, split into two images (I6, A15)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from math import log2, sqrt

import numpy as np

from bijection.engines.grids.quiet import quiet_points
from bijection.engines.local import Booleans, slopes, usable_cuts
from bijection.engines.pairs.collisions import pair_proposal, promised
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import start
from bijection.exact.floating import floats, shadow
from bijection.exact.lattice import Whole, shorter
from bijection.exact.linear import short_kernel
from bijection.exact.reduction import tours
from bijection.wishes import Near, Sparse
from proofs.compose import prefix
from proofs.domains import Grid, Point
from proofs.exact import same, vector
from proofs.network import Affine, Network
from proofs.statements import Injective, Positive

_HOPE = 0.4  # bits by which vectors may be expected to be too long for the grid and yet are tried
_SIMILAR = 1.3  # times the bits of the best place: where a pair may be better still
_REDUCTION = 0.022  # bits per dimension by which the vectors of a basis exceed the optimum after some tours (0.03 after LLL)
_TOURS, _LOOK = 24, 4  # of block reduction, at most, and after how many of them is looked whether the vectors will do
_IDLE = 2  # looks in a row that show nothing closer, after which a pair is close enough
_LEAST = 2  # steps: pairs closer than that are not worth more work
_ROWS = 30_000_000  # rows times coefficients behind them, a few seconds of computing slopes
_CHECKED = 200  # vectors that are tried as floats
_SAME = 1e-7  # a difference of the outputs, relative to them, that may be none


@dataclass(frozen=True, slots=True)
class Place:
    """The rows of a value near x, the coordinates that move it, those that do not, and the bits of the rows."""

    x: Point
    cut: int
    rows: list[list[int]]
    live: list[int]
    dead: list[int]
    bits: int


def by_lattice(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a grid in one linear region that a prefix of the network does not tell apart."""
    match goal:
        case Injective(Network() as f, Grid() as on) if f.arity > 1:
            pass
        case _:
            return
    first = start(on, search.near)
    assert first is not None, "a grid is not empty"
    for x in chain((first,), quiet_points(f, on, first, search)):
        best: tuple[float, Place, tuple[Point, Point]] | None = None
        for place in places(f, on, x, search):
            if search.remaining() <= 0 or (best is not None and (best[0] < _LEAST or place.bits > _SIMILAR * best[1].bits)):
                break
            found = _pair(f, on, place, search)
            if found is not None and (best is None or found[0] < best[0]):
                best = found[0], place, found[1]
        if best is not None:
            yield pair_proposal(
                goal, f, best[1].cut, best[2], note="" if best[1].dead else promised(on, best[1].rows, len(best[1].live), best[2])
            )
            return


def places(f: Network, on: Grid, x: Point, search: Search) -> Iterator[Place]:
    """Where the lattice has short vectors, the best places first."""
    values = [v[0] for v in shadow(f).trace(floats(x)[None])]
    free = [j for j, c in enumerate(on.counts()) if c > 1]
    coefficients, known = 0, []
    for cut in usable_cuts(f):
        coefficients = sum(node.op.entries for node in f.nodes[:cut] if isinstance(node.op, Affine))
        moving = f.widths[cut] if cut == usable_cuts(f)[-1] else int(np.count_nonzero(values[cut]))
        if moving * coefficients > _ROWS or search.remaining() <= 0:
            continue
        rows, unsettled = slopes(f, x, cut)
        touched = [any(column) for column in zip(*rows, strict=True)] if rows else [False] * f.arity
        live = [j for j in free if touched[j] and not unsettled[j]]
        dead = [j for j in free if not touched[j] and not unsettled[j]]
        known.append(Place(x, cut, rows, live, dead, sum(max(t.bit_length() for t in row) for row in rows)))
    yield from sorted(known, key=lambda place: (not place.dead, place.bits))


def _pair(f: Network, on: Grid, place: Place, search: Search) -> tuple[float, tuple[Point, Point]] | None:
    """The pair that meets the wish best, with what it costs."""
    below, above = room(on, place.x)
    if place.dead:
        units = np.zeros((len(place.dead), f.arity), dtype=np.int64)
        units[range(len(place.dead)), place.dead] = 1
        return first_that_collides(f, on, place, units, below, above, search)
    if len(place.rows) >= len(place.live):
        return None
    expected = _expected(place.bits, _best_count(place))
    if expected > _HOPE + log2(max(on.counts())):
        long = f"{len(place.rows)} equations of {place.bits} bits together"
        search.report(f"{long}: reduced vectors of their kernel take about 2^{expected:.0f} steps, the grid has {max(on.counts()) - 1}")
        return None
    for count in _counts(place, on, search):
        if search.remaining() <= 0:
            return None
        search.report(f"kernel lattice of {len(place.rows)} rows on {count} inputs")
        columns = _columns(place, count, (below > 0) & (above > 0))
        basis = np.array(short_kernel([[row[j] for j in columns] for row in place.rows], count), dtype=object)
        small = [row for row in basis if max(map(abs, row)) < 2**30]
        best, idle = None, 0
        for short in _ever_shorter(np.array(small, dtype=np.int64), search) if small else ():
            whole = np.zeros((len(short), f.arity), dtype=np.int64)
            whole[:, columns] = short
            found = first_that_collides(f, on, place, whole, below, above, search)
            better = found is not None and (best is None or found[0] < best[0])
            best, idle = (found, 0) if better else (best, idle + 1)
            if best is not None and (best[0] < _LEAST or idle == _IDLE or not isinstance(search.wish, Near)):
                break
        if best is not None:
            return best
    return None


def _ever_shorter(basis: Whole, search: Search) -> Iterator[Whole]:
    """Vectors of the lattice: of the basis, then of better ones as long as there is time."""
    sums = not isinstance(search.wish, Sparse)
    yield shorter(basis) if sums else basis
    if len(basis) < 2:
        return
    began = time.monotonic()
    for number, better in enumerate(islice(tours(basis, search.seed), _TOURS), 1):
        if number % _LOOK == 0:
            search.report(f"block reduction of {len(basis)} vectors, tour {number}")
            yield shorter(better) if sums else better
        if search.remaining() < 1 + 2 * _LOOK * (time.monotonic() - began) / number:
            return


def room(on: Grid, x: Point) -> tuple[Whole, Whole]:
    """How many steps each coordinate may go down and up."""
    steps = [int((t - a) / s) for a, t, s in zip(on.lower, x, on.step, strict=True)]
    below = np.array([min(k, 2**40) for k in steps], dtype=np.int64)
    return below, np.array([min(c - 1 - k, 2**40) for k, c in zip(steps, on.counts(), strict=True)], dtype=np.int64)


def _counts(place: Place, on: Grid, search: Search) -> list[int]:
    """How many coordinates to move: as many as give the shortest vectors, or as few as give vectors that fit."""
    least, most, best = len(place.rows) + 1, len(place.live), _best_count(place)
    if not isinstance(search.wish, Sparse):
        return sorted({best, min(most, best * 5 // 4)})
    room = log2(max(on.counts()))
    fits = (n for n in range(least, best) if _expected(place.bits, n) <= room)
    few = next(fits, best)
    return sorted({min(most, n) for n in (few, few * 9 // 8, few * 5 // 4, max(few, best))})


def _best_count(place: Place) -> int:
    return min(len(place.live), max(len(place.rows) + 8, round(sqrt(place.bits / _REDUCTION))))


def _expected(bits: int, count: int) -> float:
    """The bits of the largest coefficient of a short vector: the determinant's share, what reduction loses, the spread over them."""
    return bits / count + _REDUCTION * count - log2(sqrt(count) / 2.6)


def _columns(place: Place, count: int, inner: Booleans) -> list[int]:
    """Coordinates that can move both ways if there are enough; of these the ones whose coefficients have the fewest bits at the end."""
    some = [j for j in place.live if inner[j]]
    some = some if len(some) >= count else place.live
    zeros = np.array([[60 if row[j] == 0 else (row[j] & -row[j]).bit_length() for j in some] for row in place.rows])
    usual = np.median(zeros, axis=1, keepdims=True)
    waste = np.maximum(usual - zeros, 0).sum(axis=0)
    return sorted(some[k] for k in np.argsort(waste, kind="stable")[:count])


def first_that_collides(
    f: Network, on: Grid, place: Place, moves: Whole, below: Whole, above: Whole, search: Search
) -> tuple[float, tuple[Point, Point]] | None:
    """The best of the moves that can be split into two grid points with one value."""
    both = np.concatenate([moves, -moves])
    costs = np.array([_cost(v, below, above, search) for v in both])
    g = prefix(f, place.cut)
    run = shadow(g)
    for k in np.argsort(costs, kind="stable")[:_CHECKED]:
        if not np.isfinite(costs[k]) or search.remaining() <= 0:
            return None
        back, ahead = _split(both[k], below, above, isinstance(search.wish, Near))
        x, y = (tuple(t + int(m) * s for t, m, s in zip(place.x, move, on.step, strict=True)) for move in (-back, ahead))
        outputs = run(np.array([floats(x), floats(y)]))
        alike = np.abs(outputs[0] - outputs[1]).max(initial=0.0) <= _SAME * (1 + np.abs(outputs).max(initial=0.0))
        if alike and same(g.trace(vector(x))[-1], g.trace(vector(y))[-1]):
            return float(costs[k]), (x, y)
    return None


def _cost(v: Whole, below: Whole, above: Whole, search: Search) -> float:
    """The number of coordinates that change, or the largest change of one; ∞ where the move does not fit."""
    if not v.any() or np.any(np.abs(v) > below + above):
        return np.inf
    if isinstance(search.wish, Sparse):
        return float(np.count_nonzero(v)) + 1e-6 * float(np.abs(v).max())
    back, ahead = _split(v, below, above, True)
    return float(max(np.abs(back).max(), np.abs(ahead).max())) + 1e-6 * float(np.count_nonzero(v))


def _split(v: Whole, below: Whole, above: Whole, evenly: bool) -> tuple[Whole, Whole]:
    """(p, q) with p + q = v, −p and q within the room: p = 0 where it may be, but no change larger than has to be if `evenly`."""
    low, high = np.maximum(v - below, -below), np.minimum(v + above, above)
    ahead = np.clip(v, low, high)
    if evenly:
        half = np.clip(v - v // 2, low, high)
        largest = max(int(np.abs(half).max()), int(np.abs(v - half).max()))
        ahead = np.where((np.abs(ahead) > largest) | (np.abs(v - ahead) > largest), half, ahead)
    return v - ahead, ahead
