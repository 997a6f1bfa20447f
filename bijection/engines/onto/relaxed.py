"""The linear program of a network on a region (`proofs.relaxation`), and combinations out of its dual solutions.

All in floats; the kernel looks at what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from bijection.exact.floating import Array, approximate, floats, quotient, scalar
from bijection.exact.lp import Duals, Sparse, minimise
from proofs.activations import Activation, PiecewiseAffine
from proofs.domains import Domain, Polytope
from proofs.exact import Interval
from proofs.network import Affine, Max, Network, Pointwise, Stack, Sum
from proofs.ranges import pieces_on
from proofs.relaxation import Combination, Region

_NODES = 8  # pieces into which the interval of a smooth activation is cut to find lines below and above it
_SMALL = 1e-9  # dual solutions below this are taken for zero

Rows = list[tuple[dict[int, float], float, float]]  # coefficients by column, lower and upper end


@dataclass(frozen=True, slots=True)
class Line:
    """value ≥ slope·source + shift (below), or ≤, for one coordinate of a value and one of the value that it is computed from."""

    value: int
    coordinate: int
    source: int
    slope: Fraction
    steep: float  # the slope
    shift: float
    below: bool
    chosen: bool  # there are others; False where the unit is affine


Known: TypeAlias = dict[tuple[int, int], tuple[Interval, tuple[Line, ...]]]


@dataclass(frozen=True, slots=True)
class Solved:
    """An optimum, or a contradiction, with the lines that were in use."""

    duals: Duals
    lines: tuple[Line, ...]


class Program:
    """minimise ⟨cost, x⟩: a column for each coordinate of each value of f, then `extra` free ones; with rows that link outputs and extras.

    In `links` and `cost` the outputs are the columns 0, 1, …, and the extra ones follow them.
    """

    def __init__(self, f: Network, on: Domain, links: Rows, cost: dict[int, float], extra: int = 0) -> None:
        self.f = f
        self.offsets = np.concatenate([[0], np.cumsum(f.widths)]).astype(int).tolist()
        first = self.offsets[-2]
        walls = (
            [(dict(enumerate(floats(a))), -np.inf, approximate(b)) for a, b in zip(on.normals, on.offsets, strict=True)]
            if isinstance(on, Polytope)
            else []
        )
        self.walls, self.links = len(walls), len(links)
        rows = [*walls, *(({first + j: a for j, a in row.items()}, low, high) for row, low, high in links), *_inside(f, self.offsets)]
        self._rows = _sparse([row for row, _, _ in rows])
        self._ends = np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])
        self._cost = np.zeros(self.offsets[-1] + extra)
        for j, c in cost.items():
            self._cost[first + j] = c
        self._extra = np.full(extra, np.inf)
        self._known: Known = {}
        self._seen: list[tuple[Interval, ...] | None] = [None] * len(f.widths)
        self._low, self._high = np.zeros(self.offsets[-1]), np.zeros(self.offsets[-1])

    def solve(self, region: Region, seconds: float) -> Solved | None:
        """The optimum on the region; None if there is none, or time is short."""
        lines = tuple(lines_on(region, self._known))
        inputs = [self.f.nodes[line.value - 1].inputs[0] for line in lines]
        columns = [
            place
            for line, j in zip(lines, inputs, strict=True)
            for place in (self.offsets[line.value] + line.coordinate, self.offsets[j] + line.source)
        ]
        slopes = np.array([t for line in lines for t in (1.0, -line.steep)], dtype=float)
        rows = self._rows.above(Sparse(np.arange(0, len(columns) + 1, 2), np.array(columns, dtype=np.int64), slopes))
        low = np.array([line.shift if line.below else -np.inf for line in lines])
        high = np.array([np.inf if line.below else line.shift for line in lines])
        ends = np.concatenate([self._ends[0], low]), np.concatenate([self._ends[1], high])
        lower, upper = self._sides(region)
        bounds = np.concatenate([lower, -self._extra]), np.concatenate([upper, self._extra])
        found = minimise(self._cost, rows, ends, bounds, seconds)
        return None if found is None else Solved(found, lines)

    def _sides(self, region: Region) -> tuple[Array, Array]:
        """The ends of all intervals in floats; most are those of the region before."""
        for v, value in enumerate(region.values):
            if self._seen[v] is not value:
                for i, (side, seen) in enumerate(zip(value, self._seen[v] or (None,) * len(value), strict=True), self.offsets[v]):
                    if side is not seen:
                        self._low[i] = -np.inf if side.lower is None else approximate(side.lower)
                        self._high[i] = np.inf if side.upper is None else approximate(side.upper)
                self._seen[v] = value
        return self._low, self._high

    def value(self, solved: Solved, k: int) -> Array:
        """What the program thinks value k is."""
        assert solved.duals.x is not None
        return solved.duals.x[self.offsets[k] : self.offsets[k + 1]]

    def weights(self, solved: Solved) -> Array:
        """The multipliers of the links."""
        return solved.duals.rows[self.walls : self.walls + self.links]

    def forces(self, solved: Solved) -> dict[tuple[int, int], float]:
        """How much the lines of each unit push the optimum."""
        found: dict[tuple[int, int], float] = {}
        y = solved.duals.rows
        for line, a in zip(solved.lines, y[len(y) - len(solved.lines) :], strict=True):
            if line.chosen:
                found[line.value, line.coordinate] = found.get((line.value, line.coordinate), 0.0) + abs(float(a))
        return found

    def combination(self, solved: Solved, functional: Sequence[Fraction]) -> Combination:
        """The dual solution as the kernel wants it."""
        y, d = solved.duals.rows, solved.duals.columns
        small = _SMALL * max(1e-290, np.abs(y).max(initial=0.0), np.abs(d[: self.offsets[-1]]).max(initial=0.0))
        sums: dict[tuple[int, int], list[float]] = {}
        drawn: dict[tuple[int, int], list[Fraction]] = {}
        for line in solved.lines:
            drawn.setdefault((line.value, line.coordinate), []).append(line.slope)
        for line, a in zip(solved.lines, y[len(y) - len(solved.lines) :], strict=True):
            if line.chosen:
                known = sums.setdefault((line.value, line.coordinate), [0.0] * 4)
                known[0 if line.below else 2] += a
                known[1 if line.below else 3] += a * line.steep
        slopes = []
        for (v, i), (a, p, b, q) in sums.items():
            weight, total = (a, p) if a + b > 0 else (b, q)
            if abs(weight) > small:
                slopes.append((v, i, _near(total / weight, drawn[v, i])))
        multipliers = [
            (v, i, rounded(t))
            for v in range(1, len(self.f.widths))
            for i, t in enumerate(d[self.offsets[v] : self.offsets[v + 1]])
            if abs(t) > small
        ]
        walls = [(k, rounded(-a)) for k, a in enumerate(y[: self.walls]) if -a > small]
        return Combination(tuple(functional), tuple(slopes), tuple(multipliers), tuple(walls))


def rounded(t: float) -> Fraction:
    """A rational near t whose numerator has 24 bits."""
    if not np.isfinite(t) or abs(t) < 1e-290:
        return Fraction(0)
    places = 24 - int(np.ceil(np.log2(abs(t))))
    return Fraction(round(Fraction(float(t)) * Fraction(2) ** places)) / Fraction(2) ** places


def _near(t: float, slopes: Sequence[Fraction]) -> Fraction:
    """One of the slopes if t is one of them, else t with few bits."""
    close = min(slopes, key=lambda s: abs(approximate(s) - t))
    return close if abs(approximate(close) - t) < 1e-9 else Fraction(round(t * 2**16), 2**16)


def _inside(f: Network, offsets: Sequence[int]) -> Iterator[tuple[dict[int, float], float, float]]:
    """The rows of what is linear in the network."""
    for k, node in enumerate(f.nodes, 1):
        first = [offsets[j] for j in node.inputs]
        match node.op:
            case Affine(_, rows, d):
                for i, r in enumerate(rows):
                    inner = {first[0] + j: -quotient(a, d) for j, a in zip(r.columns, r.coefficients, strict=True) if a}
                    yield {offsets[k] + i: 1.0, **inner}, quotient(r.constant, d), quotient(r.constant, d)
            case Sum():
                for i in range(f.widths[k]):
                    row = {offsets[k] + i: 1.0}
                    for start in first:
                        row[start + i] = row.get(start + i, 0.0) - 1.0
                    yield row, 0.0, 0.0
            case Stack():
                sources = [start + i for j, start in zip(node.inputs, first, strict=True) for i in range(f.widths[j])]
                for i, source in enumerate(sources):
                    yield {offsets[k] + i: 1.0, source: -1.0}, 0.0, 0.0
            case _:
                pass  # lines on regions


def _sparse(rows: Sequence[dict[int, float]]) -> Sparse:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    index = np.array([j for row in rows for j in row], dtype=np.int64)
    return Sparse(starts, index, np.array([a for row in rows for a in row.values()], dtype=float))


def lines_on(region: Region, known: Known) -> Iterator[Line]:
    """Lines below and above every activation on the intervals of the region; for a maximum, its member with the greatest lower bound.

    `known` holds the lines of each unit for the interval that it had last.
    """
    for k, node in enumerate(region.f.nodes, 1):
        match node.op:
            case Pointwise(activations):
                for i, (s, side) in enumerate(zip(activations, region.values[node.inputs[0]], strict=True)):
                    last = known.get((k, i))
                    if last is None or last[0] is not side:
                        affine = isinstance(s, PiecewiseAffine) and len(pieces_on(s, side)) == 1
                        drawn = _hull(s, side)
                        last = side, tuple(Line(k, i, i, p, approximate(p), shift, below, not affine) for p, shift, below in drawn)
                        known[k, i] = last
                    yield from last[1]
            case Max(groups):
                for i, group in enumerate(groups):
                    lows = [(side.lower, -j) for j in group for side in (region.values[node.inputs[0]][j],) if side.lower is not None]
                    if lows:
                        yield Line(k, i, -max(lows)[1], Fraction(1), 1.0, 0.0, True, False)
            case _:
                pass


@lru_cache(maxsize=200_000)  # most intervals are those of the region that was cut
def _hull(s: Activation, side: Interval) -> tuple[tuple[Fraction, float, bool], ...]:
    """Slopes and shifts of lines below (True) and above the activation."""
    low, high = (None if end is None else approximate(end) for end in (side.lower, side.upper))
    slack, outer = 0.0, list[Fraction | None]([None, None])
    if isinstance(s, PiecewiseAffine):
        pieces = pieces_on(s, side)
        if len(pieces) == 1:
            return tuple((pieces[0][0], approximate(pieces[0][1]), below) for below in (True, False))
        corners = [approximate(b) for b in s.breakpoints if b in side]
        corners = [t for t in (low, *corners, high) if t is not None]
        outer = [pieces[0][0] if low is None else None, pieces[-1][0] if high is None else None]
        exact = [slope for slope, _ in pieces]
    elif low is not None and high is not None and max(abs(low), abs(high)) < 1e100:
        corners = np.linspace(low, high, _NODES + 1).tolist()
        slack = 0.15 * (high - low) ** 2 / (8 * _NODES**2)  # a little; the kernel looks closer
        exact = []
    else:
        return ()
    t = np.array(corners)
    with np.errstate(all="ignore"):
        y = scalar(s)[0](t)
    if not np.isfinite(y).all():
        return ()
    found = []
    for sign in (1, -1):
        first, last = (None if p is None else sign * p for p in outer)
        for slope in _convex(t, sign * y, None if first is None else approximate(first), None if last is None else approximate(last)):
            short = _near(slope, [sign * p for p in exact]) if exact else Fraction(round(slope * 2**16), 2**16)
            shift = float((sign * y - approximate(short) * t).min())
            found.append((sign * short, sign * (shift - slack), sign > 0))
    return tuple(found)


def _convex(t: Array, y: Array, first: float | None, last: float | None) -> list[float]:
    """The slopes of the lower convex hull of points with increasing abscissae and of rays with these slopes at its ends."""
    if first is not None and last is not None and first > last:
        return []  # the rays fall on both sides: nothing lies below
    hull: list[tuple[float, float]] = []
    for u, v in zip(t.tolist(), y.tolist(), strict=True):
        while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (u - hull[-1][0]) >= (v - hull[-1][1]) * (hull[-1][0] - hull[-2][0]):
            hull.pop()
        if not hull or u > hull[-1][0]:
            hull.append((u, v))
    slopes = [(d - b) / (c - a) for (a, b), (c, d) in pairwise(hull)]
    slopes = [s for s in slopes if (first is None or s > first) and (last is None or s < last)]
    return slopes + [s for s in dict.fromkeys((first, last)) if s is not None]
