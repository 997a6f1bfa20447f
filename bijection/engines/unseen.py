"""An input that moves unseen: all units of the first layer that read it are flat, as a convolution allows around one pixel (L3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bijection.engines.one_layer import first_layer
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, approximate, floats, quotient
from bijection.exact.lp import maximise
from proofs.compose import prefix
from proofs.domains import Box, Grid
from proofs.errors import Malformed, Rejected
from proofs.network import Affine, Network, Row
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.layer_tree import Flat, flats, layer

_MOST = 64  # linear programs; inputs that are read in the same way, as the inner pixels of a convolution, share one
_LARGEST = 300_000  # entries of one
_LEAST = 1e-9  # margin, of the width of the box
_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # of the width of the domain around a wished point
_WIDE_ROOM = 1 / 2  # the same on a grid, where there is nothing finer to round to
_ROOM = 1 / 8  # of the widest margin is left for rounding, the rest is traded for a longer move


@dataclass(frozen=True, slots=True)
class _Readers:
    """The units that read an input, the flat of each and the inputs that they read."""

    rows: list[Row]
    flats: list[Flat]
    columns: list[int]


def by_unseen_inputs(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a box or grid that differ in one input, with all units flat that read it; near a wished point if there is one."""
    match goal:
        case Injective(Network() as f, Box() | Grid() as on):
            pass
        case _:
            return
    cut = first_layer(f)
    if cut is None:
        return
    try:
        w, activations = layer(prefix(f, cut))
        known = flats(activations)
        for j in _candidates(w, known, on):
            if search.remaining() <= 0:
                return
            readers = _readers(w, known, j)
            if readers is None:
                continue
            shares = _SHARES if search.near is not None else (1.0,)
            pairs = (_moved(w, readers, on, j, share, search) for share in shares)
            pair = next((p for p in pairs if p is not None), None)
            if pair is not None and proves(pair, Not(goal)):
                yield Proposal(Not(goal), (pair,), f"all {len(readers.rows)} units that read input {j} are flat")
                return
    except (Rejected, Malformed, OverflowError):
        return  # not of this kind, or numbers too large for floats


def _candidates(w: Affine, known: Sequence[Flat], on: Box | Grid) -> list[int]:
    """Of all inputs that are read in the same way the one in the middle; the largest kinds first."""
    flat = {k: (end.left, end.right) for k, end in reversed([(f.unit, f) for f in known])}
    kinds: dict[int, list[int]] = {}
    reading: list[list[int]] = [[] for _ in range(w.columns)]
    for k, row in enumerate(w.rows):
        kind = hash((row.coefficients, row.constant, flat.get(k)))
        for j, c in zip(row.columns, row.coefficients, strict=True):
            if c:
                reading[j].append(hash((kind, c)))
    for j, found in enumerate(reading):
        if on.lower[j] < on.upper[j]:
            kinds.setdefault(hash((tuple(sorted(found)), on.lower[j], on.upper[j])), []).append(j)
    commonest = sorted(kinds.values(), key=len, reverse=True)
    return [members[len(members) // 2] for members in commonest[:_MOST]]


def _readers(w: Affine, known: Sequence[Flat], j: int) -> _Readers | None:
    """The units that read input j; None if one of them has no flat, or they read too much."""
    flat = {f.unit: f for f in reversed(known)}  # the first one of each unit
    units = [k for k, row in enumerate(w.rows) if any(c and i == j for i, c in zip(row.columns, row.coefficients, strict=True))]
    columns = sorted({i for k in units for i in w.rows[k].columns} | {j})
    if any(k not in flat for k in units) or len(units) * len(columns) > _LARGEST:
        return None
    return _Readers([w.rows[k] for k in units], [flat[k] for k in units], columns)


def _moved(w: Affine, readers: _Readers, on: Box | Grid, j: int, share: float, search: Search) -> Collision | None:
    """x and x + t·eⱼ with all readers flat at both, t large but not so large that no short x is left; x within a share of the
    domain around the wished point."""
    place = readers.columns.index(j)
    with np.errstate(all="ignore"):
        a, high = _conditions(w, readers, place)
    if not (np.isfinite(a).all() and np.isfinite(high).all()):
        return None  # numbers beyond floats
    lower, upper = (floats([side[i] for i in readers.columns]) for side in (on.lower, on.upper))
    whole = float(np.abs(upper - lower).max())
    if search.near is not None:
        wish = floats([search.near[i] for i in readers.columns])
        lower, upper = np.maximum(lower, wish - share * (upper - lower)), np.minimum(upper, wish + share * (upper - lower))
    above = np.zeros(a.shape[1])
    above[[place, -2]] = 1  # x and t together stay in the box
    a, high = np.vstack([a, above]), np.append(high, upper[place])
    low, most = np.full(len(a), -np.inf), upper[place] - lower[place]
    floor, ceiling = np.array([*lower, 0.0, 0.0]), np.array([*upper, most, np.inf])
    if isinstance(on, Grid):
        floor[-2] = min(most, approximate(on.step[j]))
    margin, move = np.eye(len(floor))[[-1, -2]]
    found = maximise(margin, a, low, high, floor, ceiling, search.remaining())
    if found is None or found[-1] <= _LEAST * max(1.0, whole):
        return None
    if search.near is None or isinstance(on, Box):
        floor[-1] = ceiling[-1] = found[-1] * (_ROOM if isinstance(on, Box) else _WIDE_ROOM)
        found = maximise(move, a, low, high, floor, ceiling, search.remaining())
    rest = search.near or [min(max(Fraction(0), low), high) for low, high in zip(on.lower, on.upper, strict=True)]
    return None if found is None else _rounded(found, readers, w, on, j, rest)


def _conditions(w: Affine, readers: _Readers, place: int) -> tuple[Array, Array]:
    """Each reader lies in its flat at x and at x + t·eⱼ, by the margin s at least: rows over (x, t, s) and their upper bounds."""
    at = {i: k for k, i in enumerate(readers.columns)}
    rows, ends = [], []
    for row, flat in zip(readers.rows, readers.flats, strict=True):
        z = np.zeros(len(at))
        z[[at[i] for i in row.columns]] = [quotient(c, w.denominator) for c in row.coefficients]
        scale, constant = float(np.abs(z).max()), quotient(row.constant, w.denominator)
        if not 0 < scale < np.inf:
            raise OverflowError("the coefficients of a unit are beyond floats")
        for end, sign in ((flat.right, 1), (flat.left, -1)):
            if end is not None:
                rows += [[*(sign * z / scale), moves * sign * z[place] / scale, 1.0] for moves in (0, 1)]
                ends += [sign * (quotient(end.numerator, end.denominator) - constant) / scale] * 2
    return np.array(rows).reshape(len(rows), len(at) + 2), np.array(ends)


def _rounded(found: Array, readers: _Readers, w: Affine, on: Box | Grid, j: int, rest: Sequence[Fraction]) -> Collision | None:
    """The pair with coordinates as short as the margin allows; what the readers do not read is as in `rest`."""
    for bits in range(60):
        x = list(rest)
        for i, t in zip(readers.columns, found, strict=False):
            x[i] = _short(on, i, float(t), bits)
        y = list(x)
        y[j] = _short(on, j, float(found[-2]) + approximate(x[j]), bits)
        if isinstance(on, Grid) and y[j] <= x[j]:
            y[j] = x[j] + on.step[j]
        if x[j] < y[j] <= on.upper[j] and all(_flat(w, readers, point) for point in (x, y)):
            return Collision(tuple(x), tuple(y))
        if isinstance(on, Grid):
            return None  # there is nothing to choose
    return None


def _short(on: Box | Grid, i: int, t: float, bits: int) -> Fraction:
    """A number of the side next to t: of so many bits behind the point, or of the grid."""
    if isinstance(on, Grid):
        steps = round((Fraction(t) - on.lower[i]) / on.step[i])
        return on.lower[i] + min(max(steps, 0), int((on.upper[i] - on.lower[i]) / on.step[i])) * on.step[i]
    return min(max(Fraction(round(t * 2**bits), 2**bits), on.lower[i]), on.upper[i])


def _flat(w: Affine, readers: _Readers, x: Sequence[Fraction]) -> bool:
    for row, flat in zip(readers.rows, readers.flats, strict=True):
        z = (sum((c * x[i] for i, c in zip(row.columns, row.coefficients, strict=True)), Fraction(row.constant))) / w.denominator
        if (flat.left is not None and z < flat.left) or (flat.right is not None and z > flat.right):
            return False
    return True
