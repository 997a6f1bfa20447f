"""Pairs with a meaning: far apart, symmetric about the middle, or one close to each of two given inputs (T4, A12).

Newton's method on f(x) = f(y), in a box around where the pair should be, ends in two linear regions; linear algebra makes it exact there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bijection.engines.local import Booleans, jacobian, trace, usable_cuts
from bijection.engines.pairs.collisions import pair_proposal
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, Shadow, approximate, floats, independent_columns, shadow
from bijection.exact.linear import pivot_columns, solve
from bijection.wishes import Antipodal, Apart, Between
from proofs.compose import prefix
from proofs.domains import Box, Point
from proofs.exact import same, vector
from proofs.network import Network
from proofs.statements import Injective, Positive

_WIDEST = 300  # values that must agree
_STARTS = 5  # patterns from which far pairs are sought
_INSIDE = 0.9  # of the way from the middle of the box to a corner, where they start
_STEPS = 30
_HELD = 60  # times that coordinates are held at their bounds in one step
_SCALES = (1.0, 0.5, 0.25, 0.1)  # of a step, tried one after the other
_WELL, _HARDLY = 0.5, 0.99  # the shares of a gap after which no shorter step is tried, and after which the search ends
_CLOSED = 1e-9  # a gap, relative to the outputs, that counts as none
_EVEN_CLOSER = 1e-11  # the same after one step, if no unit has changed its piece
_BITS = (4, 8, 12, 16, 20, 26, 32, 40, 48)  # after the point, of the coordinates that may be chosen
_ROOM = 1e-4  # of the width of the box, that a coordinate needs on both sides to be solved for
_CLOSER = (0.7, 0.87, 0.95)  # the factors by which the largest change is lowered, each as long as a pair is found
_SLACK = 1e-12
_LITTLE_MORE = 1.03  # times the largest change, which leaves room for exact numbers
_CLOSER_BY = (0.0, 0.25, 0.4)  # of the way to each other, where the search starts


@dataclass(frozen=True, slots=True)
class _Search:
    """The unknowns are p = (x, y), or z with x = c + z and y = c − z."""

    g: Network
    run: Shadow
    on: Box
    middle: Point | None  # c
    lower: Array
    upper: Array

    def split(self, p: Array) -> tuple[Array, Array]:
        """x and y."""
        if self.middle is None:
            n = len(p) // 2
            return p[:n], p[n:]
        c = floats(self.middle)
        return c + p, c - p

    def gap(self, p: Array) -> tuple[Array, float]:
        """f(x) − f(y), and how large the outputs are."""
        x, y = self.run(np.array(self.split(p)))
        return x - y, 1.0 + float(np.abs([x, y]).max(initial=0.0))

    def slopes(self, p: Array) -> Array:
        """How the gap moves with p."""
        a, b = (self.run.jacobian(t) for t in self.split(p))
        return np.hstack([a, -b]) if self.middle is None else a + b


def by_meeting(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a box that a prefix of the network does not tell apart, as the wish has them."""
    match goal:
        case Injective(Network() as f, Box() as on) if isinstance(search.wish, Apart | Antipodal | Between):
            pass
        case _:
            return
    known = [k for k in usable_cuts(f) if f.widths[k] <= _WIDEST]
    if not known or f.arity == 0:
        return
    for cut in sorted(known, key=lambda k: (f.widths[k], -k)):
        with np.errstate(all="ignore"):  # numbers beyond floats lead nowhere, which is all there is to say about them
            found = close_pair(f, cut, on, search.wish, search) if isinstance(search.wish, Between) else _far(f, cut, on, search)
        if found is not None:
            lie = "close to the given ones" if isinstance(search.wish, Between) else "far apart"
            yield pair_proposal(goal, f, cut, found, lie=lie)
            return


def close_pair(f: Network, cut: int, on: Box, wish: Between, search: Search) -> tuple[Point, Point] | None:
    """The pair with the least largest change of a coordinate that is found."""
    start = np.concatenate([floats(wish.x), floats(wish.y)])
    g = prefix(f, cut)
    run, lower, upper = shadow(g), np.tile(floats(on.lower), 2), np.tile(floats(on.upper), 2)
    state = _Search(g, run, on, None, lower, upper)
    across = np.roll(start, len(start) // 2) - start
    p = next((m for m in (_meet(state, start + share * across, search) for share in _CLOSER_BY) if m is not None), None)
    best = p
    for factor in _CLOSER:
        p = best
        while p is not None and best is not None and search.remaining() > 0:
            most = factor * float(np.abs(best - start).max())
            search.report(f"a pair at most {most / factor:.3g} from the two inputs")
            state = _Search(g, run, on, None, np.maximum(lower, start - most), np.minimum(upper, start + most))
            p = _meet(state, np.clip(best, state.lower, state.upper), search) if most > 0 else None
            best = best if p is None else p
    if best is None:
        return None
    most = _LITTLE_MORE * float(np.abs(best - start).max())
    state = _Search(g, run, on, None, np.maximum(lower, start - most), np.minimum(upper, start + most))
    return _exact(state, best, search)


def _far(f: Network, cut: int, on: Box, search: Search) -> tuple[Point, Point] | None:
    """A pair of which one coordinate stands at both ends of the longest side, and the others are far apart."""
    g, run = prefix(f, cut), None
    width = [b - a for a, b in zip(on.lower, on.upper, strict=True)]
    most = max(width)
    longest = [j for j, w in enumerate(width) if w == most]
    rng = np.random.default_rng(search.seed)
    middle, half = tuple((a + b) / 2 for a, b in zip(on.lower, on.upper, strict=True)), floats(width) / 2
    forms = (True,) if isinstance(search.wish, Antipodal) else (True, False)  # symmetric pairs have fewer unknowns
    for symmetric in forms * _STARTS:
        if search.remaining() <= 0 or most == 0:
            return None
        run = run or shadow(g)
        j, z = longest[len(longest) // 2], _INSIDE * half * rng.choice([-1.0, 1.0], size=f.arity)
        z[j] = half[j]
        lower, upper = -half, half.copy()
        lower[j] = half[j]
        if symmetric:
            state, p = _Search(g, run, on, middle, lower, upper), z
        else:
            c = floats(middle)
            state = _Search(g, run, on, None, np.concatenate([c + lower, c - upper]), np.concatenate([c + upper, c - lower]))
            p = np.concatenate([c + z, c - z])
        met = _meet(state, p, search)
        found = None if met is None else _exact(state, met, search)
        if found is not None:
            return found
    return None


def _meet(state: _Search, p: Array, search: Search) -> Array | None:
    """Newton's method with steps of minimal norm, kept inside the bounds."""
    gap, scale = state.gap(p)
    for _ in range(_STEPS):
        size = float(np.abs(gap).max(initial=0.0))
        if size <= _CLOSED * scale:
            return p
        if search.remaining() <= 0 or not np.isfinite(size):
            return None
        slopes = state.slopes(p)
        if not np.isfinite(slopes).all():
            return None
        step, best = _step(slopes, gap, p, state.lower, state.upper), np.inf
        for share in _SCALES:
            way = np.clip(p + share * step, state.lower, state.upper)
            there, size_of = state.gap(way)
            left = float(np.abs(there).max(initial=0.0))
            if left < best:
                best, after = left, (way, there, size_of)
            if left <= _WELL * size:
                break
        if best >= _HARDLY * size:
            return None
        p, gap, scale = after
    return None


def _step(a: Array, gap: Array, p: Array, lower: Array, upper: Array) -> Array:
    """The shortest s with a·s = −gap (or nearly) that does not leave the bounds: what would is held there, again and again."""
    low, high = lower - p, upper - p
    s, held = np.zeros(len(p)), low >= high
    for _ in range(_HELD):
        free = ~held
        square = a[:, free] @ a[:, free].T
        rest = -gap - a[:, held] @ s[held]
        damping = 1e-12 * np.trace(square) + 1e-300
        s[free] = a[:, free].T @ np.linalg.lstsq(square + damping * np.eye(len(gap)), rest, rcond=None)[0]
        outside = free & ((s < low) | (s > high))
        s = np.clip(s, low, high)
        if not outside.any():
            break
        held |= outside
    return s


def _exact(state: _Search, p: Array, search: Search) -> tuple[Point, Point] | None:
    """The pair with coordinates as short as the two linear regions allow, but for as many as there are equations."""
    slopes = state.slopes(p)
    width = state.upper - state.lower
    room = np.minimum(p - state.lower, state.upper - p) > _ROOM * float(width.max())
    if state.middle is None:
        room[len(p) // 2 :] = False  # x is moved
    for bits in _BITS:
        if search.remaining() <= 0:
            return None
        start = _rounded(state, p, bits)
        found = _solved(state, start, room) if _stays(state, floats(start), slopes, room) else None
        if found is not None:
            return found
    return None


def _rounded(state: _Search, p: Array, bits: int) -> Point:
    """Numbers of so many bits after the point, kept between the bounds."""
    if state.middle is None:
        lower, upper = state.on.lower * 2, state.on.upper * 2
    else:
        half = tuple((b - a) / 2 for a, b in zip(state.on.lower, state.on.upper, strict=True))
        lower, upper = tuple(-h for h in half), half
    out = []
    for t, a, b, low, high in zip(p, lower, upper, state.lower, state.upper, strict=True):
        end = a if t <= approximate(a) else b if t >= approximate(b) else None
        exact = Fraction(round(Fraction(float(t)) * 2**bits), 2**bits) if end is None else end
        out.append(min(max(exact, a), b) if low < high else exact)
    return tuple(out)


def _stays(state: _Search, p: Array, slopes: Array, room: Booleans) -> bool:
    """Whether one step from p closes the gap, which says that no unit has changed its piece."""
    gap, scale = state.gap(p)
    if not np.isfinite(gap).all():
        return False
    out = p.copy()
    out[room] -= np.linalg.lstsq(slopes[:, room], gap, rcond=None)[0]
    return float(np.abs(state.gap(out)[0]).max(initial=0.0)) <= _EVEN_CLOSER * scale


def _solved(state: _Search, start: Point, room: Booleans) -> tuple[Point, Point] | None:
    """The exact solution of the linear equations of the two regions that changes as few coordinates as there are equations."""
    g, cut = state.g, len(state.g.nodes)
    x, y = _both(state, start)
    first, second = trace(g, x, cut), trace(g, y, cut)
    a, scale = jacobian(g, first, cut)
    if state.middle is not None:
        b, other = jacobian(g, second, cut)
        a, scale = a * other + b * scale, scale * other
    inside = [j for j in np.flatnonzero(room) if j < a.shape[1]]
    gap = [q - p for p, q in zip(first[-1].fractions(), second[-1].fractions(), strict=True)]
    rows = [i for i in range(len(gap)) if any(a[i, inside])]
    matrix = [[int(a[i, j]) for j in inside] for i in rows]
    basis = invertible_block(matrix)
    if basis is None:
        return None
    step = solve([[matrix[i][j] for j in basis[1]] for i in basis[0]], [gap[rows[i]] * scale for i in basis[0]])
    if step is None:
        return None
    moved = list(start)
    for j, t in zip(basis[1], step, strict=True):
        moved[inside[j]] += t
    x, y = _both(state, tuple(moved))
    box = zip(state.on.lower * 2, x + y, state.on.upper * 2, strict=True)
    inside_bounds = np.all((state.lower - _SLACK <= floats(moved)) & (floats(moved) <= state.upper + _SLACK))
    if x != y and inside_bounds and all(low <= t <= high for low, t, high in box) and same(g.trace(vector(x))[-1], g.trace(vector(y))[-1]):
        return x, y
    return None


def _both(state: _Search, p: Point) -> tuple[Point, Point]:
    if state.middle is None:
        n = len(p) // 2
        return p[:n], p[n:]
    return tuple(c + t for c, t in zip(state.middle, p, strict=True)), tuple(c - t for c, t in zip(state.middle, p, strict=True))


def invertible_block(matrix: list[list[int]]) -> tuple[list[int], list[int]] | None:
    """Rows and columns of a largest invertible block."""
    if not matrix or not matrix[0]:
        return None if matrix else ([], [])
    top = [max(map(abs, row)) or 1 for row in matrix]
    columns = independent_columns(np.array([[t / m for t in row] for row, m in zip(matrix, top, strict=True)]))
    if columns is not None:
        return list(range(len(matrix))), columns
    rows = pivot_columns([list(column) for column in zip(*matrix, strict=True)])
    return rows, pivot_columns([matrix[i] for i in rows])
