"""Points of a grid at which few units are active: there few equations must hold. By linear programming in the first layer, by descent
behind it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import numpy as np

from bijection.engines.local import usable_cuts
from bijection.engines.proposal import Search
from bijection.engines.structure.one_layer import first_layer
from bijection.exact.floating import Array, approximate, floats, quotient, shadow
from bijection.exact.linear import dense
from bijection.exact.lp import maximise
from proofs.compose import prefix
from proofs.domains import Grid, Point
from proofs.errors import Malformed, Rejected
from proofs.network import Network, Pointwise
from proofs.theorems.layer_tree import flats, layer

_MOST = 400  # units: their rows are dense
_MARGIN = 0.05  # of the length of a row: how far inside its flat a unit should be, so that it stays there
_INSIDE = 0.12  # the same as a share of the typical value of a unit, in the descent
_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # of the width of the grid that a coordinate may move
_STEPS = 400  # of the descent
_RATE, _HALVED = 0.1, 200  # the first step, as a share of the width of the grid, and the steps after which it is half as long
_SOFT = 0.2  # typical values of a unit by which one must exceed its flat to count half: those that are nearly flat count most
_SHARE = 1 / 3  # of the time that is left, for a descent
_FIRST, _SECOND = 0.9, 0.99  # how slowly the means of slopes and of their squares change (Kingma and Ba 2015)


def quiet_points(f: Network, on: Grid, x: Point, search: Search) -> Iterator[Point]:
    """Points near x first and then further away, with ever fewer active units of the first layer; then points anywhere with few
    active units of a narrow value."""
    seen = {x}
    for point in chain(_by_programs(f, on, x, search), _by_descent(f, on, x, search)):
        if point not in seen:
            seen.add(point)
            yield point


def _by_programs(f: Network, on: Grid, x: Point, search: Search) -> Iterator[Point]:
    cut = first_layer(f)
    if cut is None or f.widths[cut] > _MOST:
        return
    try:
        w, activations = layer(prefix(f, cut))
        known = {flat.unit: flat for flat in flats(activations)}
    except (Rejected, Malformed):
        return
    rows = np.array([[quotient(t, w.denominator) for t in row] for row in dense(w)]).reshape(len(w.rows), f.arity)
    a, high = [], []
    for i, flat in known.items():
        constant, margin = quotient(w.rows[i].constant, w.denominator), _MARGIN * float(np.linalg.norm(rows[i]))
        if flat.right is not None:
            a.append(rows[i])
            high.append(approximate(flat.right) - constant - margin)
        elif flat.left is not None:
            a.append(-rows[i])
            high.append(constant - approximate(flat.left) - margin)
    if not a:
        return
    for share in _SHARES:
        point = _least(np.array(a), np.array(high), on, x, share, search) if search.remaining() > 1 else None
        if point is not None:
            yield point


def _least(a: Array, high: Array, on: Grid, x: Point, share: float, search: Search) -> Point | None:
    """The grid point within a share of the grid from x that violates a·x ≤ high least, in sum."""
    m, n = a.shape
    lower, upper, here = floats(on.lower), floats(on.upper), floats(x)
    low, top = np.maximum(lower, here - share * (upper - lower)), np.minimum(upper, here + share * (upper - lower))
    whole = np.hstack([a, -np.eye(m)])
    cost = np.concatenate([np.zeros(n), -np.ones(m)])
    ends = np.concatenate([low, np.zeros(m)]), np.concatenate([top, np.full(m, np.inf)])
    found = maximise(cost, whole, np.full(m, -np.inf), high, *ends, seconds=min(10.0, search.remaining()))
    return None if found is None else _on_grid(found[:n], on)


def _by_descent(f: Network, on: Grid, x: Point, search: Search) -> Iterator[Point]:
    """For each value behind an activation with flat pieces, narrow ones first."""
    for cut in sorted(usable_cuts(f), key=lambda k: (f.widths[k], k)):
        op = f.nodes[cut - 1].op
        if not isinstance(op, Pointwise) or f.widths[cut] > _MOST:
            continue
        try:
            known = {flat.unit: flat for flat in flats(op.activations)}
        except Rejected:
            continue
        right = np.array([approximate(t.right) if (t := known.get(i)) and t.right is not None else np.inf for i in range(f.widths[cut])])
        left = np.array([approximate(t.left) if (t := known.get(i)) and t.left is not None else -np.inf for i in range(f.widths[cut])])
        if known and search.remaining() > 1:
            search.report(f"an image at which few of {len(known)} units are active")
            source = f.nodes[cut - 1].inputs[0]
            yield _on_grid(_descended(prefix(f, source), left, right, on, x, search), on)


def _descended(g: Network, left: Array, right: Array, on: Grid, x: Point, search: Search) -> Array:
    """A point of the box from which few coordinates of g lie outside of their flat pieces, of those that lie outside of one: descent of
    Σ log(1 + distance), whose slopes count most where little is missing."""
    run, lower, upper = shadow(g), floats(on.lower), floats(on.upper)
    p, best, fewest = floats(x)[None], floats(x), np.inf
    first, second, until = np.zeros_like(p), np.zeros_like(p), (1 - _SHARE) * search.remaining()
    below = np.isfinite(right)  # the left of its flat pieces, where there are several ends
    counted = below | np.isfinite(left)
    for step in range(1, _STEPS + 1):
        z = run(p)
        missing = np.where(below, z - right, np.where(counted, left - z, -np.inf))
        size = float(np.abs(z).mean()) or 1.0
        active = int(np.count_nonzero(missing > -_INSIDE * size / 2))
        if active < fewest:
            best, fewest = p[0], active
        if not np.any(missing > -_INSIDE * size) or search.remaining() <= until:
            break
        pull = (missing > -_INSIDE * size) / (_SOFT + np.maximum(missing, 0.0) / size)
        slope = run.gradient(p, np.where(below, pull, -pull))
        first, second = _FIRST * first + (1 - _FIRST) * slope, _SECOND * second + (1 - _SECOND) * slope**2
        rate = _RATE * 0.5 ** (step / _HALVED)
        move = (first / (1 - _FIRST**step)) / (np.sqrt(second / (1 - _SECOND**step)) + 1e-12)
        p = np.clip(p - rate * (upper - lower) * move, lower, upper)
    return np.asarray(best)


def _on_grid(p: Array, on: Grid) -> Point:
    """The grid point next to p."""
    steps = [round((Fraction(float(t)) - a) / s) for t, a, s in zip(p, on.lower, on.step, strict=True)]
    return tuple(a + min(max(k, 0), c - 1) * s for a, k, c, s in zip(on.lower, steps, on.counts(), on.step, strict=True))
