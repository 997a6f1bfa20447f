"""Two inputs are moved until their outputs are equal: Newton's method with steps of minimal norm, kept inside a box or a polytope.

And once they are: sequential linear programs move them on, through the linear regions, to where a wish has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from bijection.engines.proposal import Search
from bijection.exact.floating import Array, Shadow, approximate, floats, shadow
from bijection.exact.lp import Sparse, interior_point, minimise
from proofs.domains import Box, Point, Polytope, hull
from proofs.network import Network

Convex: TypeAlias = Box | Polytope

_STEPS = 30
_HELD = 60  # times that coordinates are held at their bounds in one step
_SCALES = (1.0, 0.5, 0.25, 0.1)  # of a step, tried one after the other
_WELL, _HARDLY = 0.5, 0.99  # the shares of a gap after which no shorter step is tried, and after which the search ends
_CLOSED, _TIGHTLY = 1e-9, 1e-14  # gaps, relative to the outputs, that count as none, and that end the search at once
_FAR = 1e3  # from its middle, a bound where a polytope has none
_FEW = 64  # inputs up to which linear programs tell how far a polytope goes
_AWAY = 1e-3  # of the way from a side of a polytope to a point well inside
_FLAT = 1e-9  # a row of slopes, beside the largest, that counts as 0
_SECONDS = 60.0  # for a linear program
_WIDE = 200  # unknowns from which an interior-point method is quicker
_SHARE = 0.4  # of the time that is left for them
_ROUNDS = 12  # linear programs
_TRUST, _LEAST_TRUST = 0.2, 0.002  # of the width, how far one of them moves a coordinate
_WORTH = 3e-3  # what is gained by one of them at least, relative to the aim
_LOOSER = (1.003, 1.03)  # times the largest change that a linear program promises, which leaves Newton's method room


@dataclass(frozen=True, slots=True)
class Meeting:
    """The unknowns are p = (x, y), or z with x = c + z and y = c − z; lower ≤ p ≤ upper, and sides·p ≤ offsets."""

    g: Network
    run: Shadow
    on: Convex
    middle: Point | None  # c
    lower: Array
    upper: Array
    sides: Array
    offsets: Array

    @property
    def width(self) -> float:
        """The largest room that a coordinate has."""
        return float(np.max(self.upper - self.lower, initial=0.0))

    def within(self, lower: Array, upper: Array) -> Meeting:
        """The same between narrower bounds."""
        return replace(self, lower=np.maximum(self.lower, lower), upper=np.minimum(self.upper, upper))

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


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be small: max |p − centre|, or ⟨direction, p⟩ where there is no centre."""

    centre: Array | None
    direction: Array

    def __call__(self, p: Array) -> float:
        """How far p is from it."""
        return float(self.direction @ p) if self.centre is None else float(np.abs(p - self.centre).max(initial=0.0))


def meeting(g: Network, on: Convex) -> Meeting | None:
    """Pairs of points of the domain; in a polytope they keep a little away from its sides. None where it has no inside."""
    n = g.arity
    if isinstance(on, Box):
        return Meeting(
            g, shadow(g), on, None, np.tile(floats(on.lower), 2), np.tile(floats(on.upper), 2), np.zeros((0, 2 * n)), np.zeros(0)
        )
    centre = interior_point(on)
    if centre is None:
        return None
    sides = np.array([floats(a) for a in on.normals]).reshape(len(on.normals), n)
    room = floats(on.offsets) - sides @ floats(centre)
    if room.size and room.min() <= 0:
        return None
    ends = [_reach(sides, floats(on.offsets), floats(centre), j, sign) for sign in (1.0, -1.0) for j in range(n)] if n <= _FEW else None
    if ends is None:
        box = [(s.lower, s.upper) for s in hull(on)]
        if any(a is None or b is None for a, b in box):
            return None  # too much work to find out
        ends = [*(approximate(a) for a, _ in box if a is not None), *(approximate(b) for _, b in box if b is not None)]
    lower, upper = np.array(ends[:n]), np.array(ends[n:])
    both = np.vstack([np.hstack([sides, 0 * sides]), np.hstack([0 * sides, sides])])
    return Meeting(g, shadow(g), on, None, np.tile(lower, 2), np.tile(upper, 2), both, np.tile(floats(on.offsets) - _AWAY * room, 2))


def _reach(sides: Array, offsets: Array, centre: Array, j: int, sign: float) -> float:
    """The least (or, with sign −1, the largest) value of a coordinate in the polytope, if it is not far away."""
    cost, far = np.zeros(len(centre)), np.full(len(centre), _FAR)
    cost[j] = sign
    found = minimise(cost, Sparse.of(sides), (np.full(len(sides), -np.inf), offsets), (centre - far, centre + far), _SECONDS)
    return float(centre[j] - sign * _FAR) if found is None or found.x is None else float(found.x[j])


def inside(state: Meeting, p: Array) -> Array:
    """A point of the same kind next to p that keeps to the bounds and the sides."""
    if isinstance(state.on, Box):
        out: Array = np.clip(p, state.lower, state.upper)
        return out
    centre = interior_point(state.on)
    assert centre is not None, "it was found before"
    return p + _AWAY * (np.tile(floats(centre), 2) - p)


def meet(state: Meeting, p: Array, search: Search) -> Array | None:
    """Newton's method with steps of minimal norm, kept inside the bounds; the last point where the gap is closed, or None."""
    gap, scale = state.gap(p)
    closed = None
    for _ in range(_STEPS):
        size = float(np.abs(gap).max(initial=0.0))
        closed = p if size <= _CLOSED * scale else closed
        if size <= _TIGHTLY * scale or search.remaining() <= 0 or not np.isfinite(size):
            return closed
        slopes = state.slopes(p)
        step = _step(slopes, gap, p, state) if np.isfinite(slopes).all() else None
        if step is None:
            return closed
        best = np.inf
        for share in _SCALES:
            way = np.clip(p + share * step, state.lower, state.upper)
            there, size_of = state.gap(way)
            left = float(np.abs(there).max(initial=0.0))
            if left < best:
                best, after = left, (way, there, size_of)
            if left <= _WELL * size:
                break
        if best >= _HARDLY * size:
            return closed
        p, gap, scale = after
    return closed


def _step(a: Array, gap: Array, p: Array, state: Meeting) -> Array | None:
    """The shortest s with a·s = −gap (or nearly) that does not leave the bounds: what would is held there, again and again.

    In a polytope a linear program finds it, shortest in the maximum norm.
    """
    low, high = state.lower - p, state.upper - p
    if len(state.sides):
        return linear(a, -gap, Aim(np.zeros(len(p)), p), (low, high), state.sides, state.offsets - state.sides @ p)
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


def linear(a: Array, right: Array, aim: Aim, bounds: tuple[Array, Array], sides: Array, offsets: Array) -> Array | None:
    """q with a·q = right, within bounds and sides, for which the aim is least; None if there is none."""
    n = len(bounds[0])
    scale = np.abs(a).max(axis=1, initial=0.0)
    moving = scale > _FLAT * scale.max(initial=0.0)  # what no coordinate moves cannot be mended
    a, right = a[moving] / scale[moving, None], right[moving] / scale[moving]
    rows = Sparse.of(np.vstack([a, sides]))
    low, high = np.concatenate([right, np.full(len(sides), -np.inf)]), np.concatenate([right, offsets])
    cost, lower, upper = aim.direction, *bounds
    if aim.centre is not None:  # |q − centre| ≤ t
        index = np.stack([np.tile(np.arange(n), 2), np.full(2 * n, n)], axis=1).ravel()
        signs = np.stack([np.repeat([1.0, -1.0], n), np.full(2 * n, -1.0)], axis=1).ravel()
        rows = rows.above(Sparse(np.arange(0, 4 * n + 1, 2), index, signs))
        low = np.concatenate([low, np.full(2 * n, -np.inf)])
        high = np.concatenate([high, aim.centre, -aim.centre])
        cost, lower, upper = np.append(np.zeros(n), 1.0), np.append(lower, 0.0), np.append(upper, np.inf)
    found = minimise(cost, rows, (low, high), (lower, upper), _SECONDS, interior=n > _WIDE)
    return None if found is None or found.x is None else found.x[:n]


def improved(state: Meeting, p: Array, aim: Aim, search: Search) -> Array:
    """From a pair with equal outputs to one that serves the aim better, by linear programs in the linear regions of the pair before."""
    trust, late = _TRUST, search.remaining() * (1 - _SHARE)
    for _ in range(_ROUNDS):
        if search.remaining() <= late or trust < _LEAST_TRUST:
            break
        a, gap = state.slopes(p), state.gap(p)[0]
        near = state.within(p - trust * state.width, p + trust * state.width)
        q = linear(a, a @ p - gap, aim, (near.lower, near.upper), state.sides, state.offsets)
        better = None if q is None else _returned(state, q, aim, aim(p), search)
        p, trust = (p, trust / 4) if better is None else (better, min(1.5 * trust, 1.0))
        search.report(f"a pair whose aim is {aim(p):.4g}")
    return p


def _returned(state: Meeting, q: Array, aim: Aim, known: float, search: Search) -> Array | None:
    """What Newton's method makes of the end of a linear program, if that is worth more than what is known."""
    for looser in _LOOSER:
        most = looser * aim(q)
        if aim.centre is not None and most >= known * (1 - _WORTH):
            return None
        near = state if aim.centre is None else state.within(aim.centre - most, aim.centre + most)
        met = meet(near, np.clip(q, near.lower, near.upper), search)
        if met is not None and aim(met) <= known - _WORTH * abs(known):
            return met
    return None
