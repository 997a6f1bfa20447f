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
from bijection.engines.proposal import OBSTACLE, Proposal, Search
from bijection.engines.sampling import start
from bijection.exact.floating import Array, floats, quotient, shadow
from bijection.exact.lattice import Whole, shorter
from bijection.exact.linear import short_kernel
from bijection.exact.reduction import tours
from bijection.wishes import Near, Sparse
from proofs.compose import prefix
from proofs.domains import Grid, Point
from proofs.exact import same, vector
from proofs.network import Affine, Network
from proofs.statements import Injective, Positive

_HOPE = 0.8  # bits by which vectors may be expected to be too long for the grid and yet are tried at last,
_SURE, _SMALL = -0.4, 64  # and before other ways, for more inputs than these
_SIMILAR = 1.3  # times the bits of the best place: where a pair may be better still,
_SIMILAR_FEW = 3  # and the same where few coordinates are to change, which is quick to try
_LLL = 0.0313  # bits per dimension by which the vectors of a reduced basis exceed the optimum (Nguyen and Stehlé, ANTS 2006),
_REDUCTION = 0.022  # and after some tours of block reduction
_RANK = 1e-12  # times the largest singular value: what is below counts as 0
_SPREAD = 2.6  # times the typical coordinate of a short vector, its largest one
_TOURS, _LOOK = 24, 4  # of block reduction, at most, and after how many of them is looked whether the vectors will do
_IDLE = 2  # looks in a row that show no shorter vector and no closer pair, which end the reduction
_CHOICES = 4  # of coordinates to move that are tried, at most
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


@dataclass(frozen=True, slots=True)
class _State:
    """What reduction loses; bases that are known, by the place and the coordinates; what is missing, the most promising first."""

    loss: float
    bases: dict[tuple[int, tuple[int, ...]], Whole]
    lacking: list[tuple[float, str]]


def by_lattice(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a grid in one linear region that a prefix of the network does not tell apart, where LLL is likely to do."""
    yield from _pairs(goal, search, _LLL)


def by_long_reduction(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The same where vectors are likely to be short enough after block reduction only."""
    yield from _pairs(goal, search, _REDUCTION)


def _pairs(goal: Positive, search: Search, loss: float) -> Iterator[Proposal]:
    match goal:
        case Injective(Network() as f, Grid() as on) if f.arity > 1:
            pass
        case _:
            return
    first = start(on, search.near)
    assert first is not None, "a grid is not empty"
    state = _State(loss, {}, [])
    left: list[Place] = []
    for x in chain((first,), quiet_points(f, on, first, search)):
        known = list(places(f, on, x, search))
        found = _best(f, on, known, search, state, thorough=x == first and not isinstance(search.wish, Sparse))
        left += known
        if found is not None:
            break
    else:  # only now the long work for images that nobody wished for
        found = _best(f, on, sorted(left, key=lambda place: place.bits), search, state, thorough=True)
    if found is not None:
        place, pair = found
        note = "" if place.dead else promised(on, place.rows, len(place.live), pair)
        yield pair_proposal(goal, f, place.cut, pair, note=note)
    elif state.lacking:
        search.report(f"{OBSTACLE}{min(state.lacking)[1]}")


def _best(
    f: Network, on: Grid, known: list[Place], search: Search, state: _State, thorough: bool
) -> tuple[Place, tuple[Point, Point]] | None:
    """The pair that meets the wish best at the first of the places that has one, and at those where the numbers are about as long."""
    best: tuple[float, Place, tuple[Point, Point]] | None = None
    similar = _SIMILAR_FEW if isinstance(search.wish, Sparse) else _SIMILAR
    for place in known:
        if search.remaining() <= 0 or (best is not None and (best[0] < _LEAST or place.bits > similar * best[1].bits)):
            break
        found = _pair(f, on, place, search, state, thorough)
        if found is not None and (best is None or found[0] < best[0]):
            best = found[0], place, found[1]
    return None if best is None else best[1:]


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


def _pair(f: Network, on: Grid, place: Place, search: Search, state: _State, thorough: bool) -> tuple[float, tuple[Point, Point]] | None:
    """The pair that meets the wish best, with what it costs; where there is none, what is missing is noted."""
    below, above = room(on, place.x)
    if place.dead:
        units = np.zeros((len(place.dead), f.arity), dtype=np.int64)
        units[range(len(place.dead)), place.dead] = 1
        return first_that_collides(f, on, place, units, below, above, search)
    if len(place.rows) >= len(place.live):
        return None
    choices = _choices(place, on, (below > 0) & (above > 0), search, state.loss)
    least, most = min(e for e, _ in choices), max(on.counts()) - 1
    what = f"{_equations(place)} in {len(place.live)} inputs"
    if least > (_SURE if state.loss == _LLL and len(place.live) > _SMALL else _HOPE) + log2(most + 1):
        steps = f"the solutions within reach have steps of about 2^{least:.0f}, more than the {most} of the grid"
        state.lacking.append((least, f"{what} must hold after operation {place.cut}, and {steps}"))
        return None
    state.lacking.append((0.0, f"no short solution of {what} after operation {place.cut} was found that stays in the linear region"))
    for _, columns in choices:
        basis = _basis(place, columns, search, state) if search.remaining() > 0 else None
        found = None if basis is None else _short_pair(f, on, place, columns, basis, search, thorough)
        if found is not None:
            return found
    return None


def _basis(place: Place, columns: list[int], search: Search, state: _State) -> Whole:
    """The kernel of the rows on these coordinates, reduced; vectors with long numbers are left out."""
    key = id(place), tuple(columns)
    if key not in state.bases:
        search.report(f"kernel lattice of {_equations(place)} on {len(columns)} inputs")
        basis = short_kernel([[row[j] for j in columns] for row in place.rows], len(columns))
        state.bases[key] = np.array([v for v in basis if max(map(abs, v)) < 2**30], dtype=np.int64).reshape(-1, len(columns))
    return state.bases[key]


def _short_pair(
    f: Network, on: Grid, place: Place, columns: list[int], basis: Whole, search: Search, thorough: bool
) -> tuple[float, tuple[Point, Point]] | None:
    """The pair that meets the wish best, of the kernel vectors on these coordinates, and of shorter ones if `thorough`; its cost."""
    if not len(basis):
        return None
    near, (below, above) = isinstance(search.wish, Near) and search.near == place.x, room(on, place.x)
    best: tuple[float, tuple[Point, Point]] | None = None
    length, idle = np.inf, 0
    for short in islice(_ever_shorter(basis, search), None if thorough else 1):
        whole = np.zeros((len(short), f.arity), dtype=np.int64)
        whole[:, columns] = short
        found = first_that_collides(f, on, place, whole, below, above, search)
        shortest = float(np.abs(short).max(axis=1).min())
        better = found is not None and (best is None or found[0] < best[0])
        idle = 0 if better or shortest < length else idle + 1
        best, length = found if better else best, min(length, shortest)
        if idle == _IDLE or (best is not None and (best[0] < _LEAST or not near)):
            break
    return best


def _equations(place: Place) -> str:
    return f"{len(place.rows)} equation{'s' * (len(place.rows) != 1)}"


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


def _choices(place: Place, on: Grid, inner: Booleans, search: Search, loss: float) -> list[tuple[float, list[int]]]:
    """Coordinates to move, and the bits of the steps that are to be expected: as many as give the shortest vectors, or as few as give
    vectors that fit. Those whose coefficients have the fewest bits at the end, or the smallest ones, which move no unit far."""
    ends, table = _leading(place)
    live = np.array(place.live)
    zeros = np.array([[60 if row[j] == 0 else (row[j] & -row[j]).bit_length() for j in place.live] for row in place.rows])
    waste = np.maximum(np.median(zeros, axis=1, keepdims=True) - zeros, 0).sum(axis=0)
    length = (table**2).sum(axis=0)
    ranked: list[tuple[float, float, int, Whole]] = []
    for some in (np.flatnonzero(inner[live]), np.arange(len(live))):
        for worth in (length, waste):
            order = some[np.argsort(worth[some], kind="stable")]
            known = [(_expected(ends, table, zeros, order[:n], _LLL), n) for n in _counts(len(place.rows), len(order))]
            if known:
                n = min(known)[1]  # more would be worth their while after the tours, but LLL takes much longer for them
                e = _expected(ends, table, zeros, order[:n], loss)
                one_way = not inner[live[order[:n]]].all()  # what moves both ways is split in two halves
                ranked.append((e + float(one_way) + (worth is length and search.near == place.x), e, n, order))
    found = [entry[1:] for entry in sorted(ranked, key=lambda entry: entry[0])]
    if isinstance(search.wish, Sparse):
        least, most, _ = min(found, key=lambda entry: entry[0])
        found = []
        for n in _few(place, log2(max(on.counts())), most):
            some = np.flatnonzero(inner[live])
            some = some if len(some) >= n else np.arange(len(live))
            found.append((least, n, some[np.argsort(waste[some], kind="stable")]))
    return [(e, sorted(int(live[k]) for k in order[:n])) for e, n, order in found[:_CHOICES]]


def _few(place: Place, room: float, best: int) -> list[int]:
    """Numbers of coordinates in which vectors may just fit, and the best one."""

    def length(n: int) -> float:
        return place.bits / n + _LLL * n + log2(_SPREAD / sqrt(n))

    few = next((n for n in range(len(place.rows) + 1, best) if length(n) <= room), best)
    return sorted({min(len(place.live), n) for n in (few, few * 9 // 8, few * 5 // 4, best)})


def _counts(least: int, most: int) -> list[int]:
    """Numbers of coordinates, each some percent larger than the one before."""
    found, n = [], least + 1
    while n <= most:
        found.append(n)
        n += 1 + n // 16
    return found


def _leading(place: Place) -> tuple[Array, Array]:
    """(e, T): the live coefficients of row i are about T[i]·2^e[i], with T at most 1."""
    ends = [max(row[j].bit_length() for j in place.live) for row in place.rows]
    table = [[quotient(row[j], 2**e) for j in place.live] for row, e in zip(place.rows, ends, strict=True)]
    return np.array(ends, dtype=float), np.array(table)


def _expected(ends: Array, table: Array, zeros: Whole, some: Whole, loss: float) -> float:
    """The bits of the largest coefficient of a short vector: the share of the determinant, what reduction loses, the spread."""
    sizes = np.linalg.svd(table[:, some], compute_uv=False)
    sizes = sizes[sizes > _RANK * sizes[0]]
    longest = ends.sum() - float((zeros[:, some].min(axis=1) - 1).sum())
    bits = longest * len(sizes) / len(ends) + float(np.log2(sizes).sum())
    d = len(some) - len(sizes)
    return float(max(bits, 0.0)) / d + loss * d + log2(_SPREAD / sqrt(len(some)))


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
