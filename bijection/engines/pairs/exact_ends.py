"""From two inputs whose outputs are equal in floats to two whose outputs are equal: exact linear algebra in their two regions (A4)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bijection.engines.local import Booleans, jacobian, trace
from bijection.engines.pairs.equal import Meeting
from bijection.engines.proposal import Search
from bijection.exact.floating import Array, approximate, floats, independent_columns
from bijection.exact.linear import pivot_columns, solve
from proofs.domains import Box, Point, contains
from proofs.exact import same, vector

_BITS = (4, 8, 12, 16, 20, 26, 32, 40, 48)  # after the point, of the coordinates that may be chosen
_EVEN_CLOSER = 1e-11  # a gap, relative to the outputs, that counts as none after one step, if no unit has changed its piece
_ROOM = 1e-4  # of the width of the box, that a coordinate needs on both sides to be solved for
_SLACK = 1e-12


def exact(state: Meeting, p: Array, search: Search) -> tuple[Point, Point] | None:
    """The pair with coordinates as short as the two linear regions allow, but for as many as there are equations."""
    slopes = state.slopes(p)
    room = np.minimum(p - state.lower, state.upper - p) > _ROOM * state.width
    if state.middle is None:
        alone = room & (np.arange(len(p)) < len(p) // 2)
        if np.linalg.matrix_rank(slopes[:, alone]) == np.linalg.matrix_rank(slopes[:, room]):
            room = alone  # it is enough to move x
    if not _stays(state, p, slopes, room):
        return None  # it lies at the end of a region
    for bits in _BITS:
        if search.remaining() <= 0:
            return None
        start = _rounded(state, p, bits)
        found = _solved(state, start, room) if _stays(state, floats(start), slopes, room) else None
        if found is not None:
            return found
    return None


def _rounded(state: Meeting, p: Array, bits: int) -> Point:
    """Numbers of so many bits after the point, kept between the bounds."""
    if not isinstance(state.on, Box):
        return tuple(Fraction(round(Fraction(float(t)) * 2**bits), 2**bits) for t in p)
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


def _stays(state: Meeting, p: Array, slopes: Array, room: Booleans) -> bool:
    """Whether one step from p closes the gap, which says that no unit has changed its piece."""
    gap, scale = state.gap(p)
    if not np.isfinite(gap).all():
        return False
    out = p.copy()
    out[room] -= np.linalg.lstsq(slopes[:, room], gap, rcond=None)[0]
    return float(np.abs(state.gap(out)[0]).max(initial=0.0)) <= _EVEN_CLOSER * scale


def _solved(state: Meeting, start: Point, room: Booleans) -> tuple[Point, Point] | None:
    """The exact solution of the linear equations of the two regions that changes as few coordinates as there are equations."""
    g, cut = state.g, len(state.g.nodes)
    x, y = _both(state, start)
    first, second = trace(g, x, cut), trace(g, y, cut)
    a, scale = jacobian(g, first, cut)
    if state.middle is not None or room[a.shape[1] :].any():
        b, other = jacobian(g, second, cut)
        a, b, scale = a * other, b * scale, scale * other
        a = a + b if state.middle is not None else np.hstack([a, -b])
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
    bounded = np.all((state.lower - _SLACK <= floats(moved)) & (floats(moved) <= state.upper + _SLACK))
    ends = vector(x), vector(y)
    if x != y and bounded and all(contains(state.on, end) for end in ends) and same(*(g.trace(end)[-1] for end in ends)):
        return x, y
    return None


def _both(state: Meeting, p: Point) -> tuple[Point, Point]:
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
    return rows, pivot_columns([matrix[i] for i in rows]) if rows else []
