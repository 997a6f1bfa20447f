"""Points of a grid at which few units of the first layer are active, by linear programming: there few equations must hold."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bijection.engines.proposal import Search
from bijection.engines.structure.one_layer import first_layer
from bijection.exact.floating import Array, approximate, floats, quotient
from bijection.exact.linear import dense
from bijection.exact.lp import maximise
from proofs.compose import prefix
from proofs.domains import Grid, Point
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.theorems.layer_tree import flats, layer

_MOST = 400  # units: their rows are dense
_MARGIN = 0.05  # of the length of a row: how far inside its flat a unit should be, so that it stays there
_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # of the width of the grid that a coordinate may move


def quiet_points(f: Network, on: Grid, x: Point, search: Search) -> Iterator[Point]:
    """Points near x first and then further away, with ever fewer active units."""
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
    seen = {x}
    for share in _SHARES:
        point = _least(np.array(a), np.array(high), on, x, share, search) if search.remaining() > 1 else None
        if point is not None and point not in seen:
            seen.add(point)
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
    if found is None:
        return None
    counts = on.counts()
    steps = [round((Fraction(float(t)) - p) / s) for t, p, s in zip(found[:n], on.lower, on.step, strict=True)]
    return tuple(p + min(max(k, 0), c - 1) * s for p, k, c, s in zip(on.lower, steps, counts, on.step, strict=True))
