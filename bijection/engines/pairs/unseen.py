"""An input that moves unseen: all units of the first layer that read it are flat, as a convolution allows around one pixel (L3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.structure.one_layer import first_layer
from bijection.exact.floating import Array, approximate, floats, quotient
from bijection.exact.lp import maximise
from bijection.wishes import Sparse
from proofs.compose import prefix
from proofs.domains import Box, Grid, Point
from proofs.errors import Malformed, Rejected
from proofs.network import Affine, Network, Row
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.layer_tree import Flat, flats, layer

_MOST = 64  # linear programs; inputs that are read in the same way, as the inner pixels of a convolution, share one
_LARGEST = 300_000  # entries of one
_LEAST = 1e-9  # margin, of the width of the box
_SAME = 1e-9  # what counts as unchanged
_CLOSEST = 4  # inputs that are tried near a wished point
_SLACK = (1.05, 1.25, 1.6, 4.0)  # times the least change that a wished point needs: what is traded for room to round
_LEAST_MOVE = 1 / 512  # of the width of a box, near a wished point
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
        found = _any(w, known, on, search) if search.near is None else _near(w, known, on, search.near, search)
    except (Rejected, Malformed, OverflowError):
        return  # not of this kind, or numbers too large for floats
    if found is not None and proves(found[0], Not(goal)):
        yield Proposal(Not(goal), found[:1], f"all {found[1]} units that read input {found[2]} are flat")


def _any(w: Affine, known: Sequence[Flat], on: Box | Grid, search: Search) -> tuple[Collision, int, int] | None:
    """A pair, how many units read the input that moves, and this input."""
    for j in _candidates(w, known, on):
        readers = _readers(w, known, j) if search.remaining() > 0 else None
        pair = _moved(w, readers, on, j, search) if readers is not None else None
        if readers is not None and pair is not None:
            return pair, len(readers.rows), j
    return None


def _near(w: Affine, known: Sequence[Flat], on: Box | Grid, wish: Point, search: Search) -> tuple[Collision, int, int] | None:
    """The same near the wished point: of the inputs whose readers are nearly flat there the one for which it changes least."""
    best: tuple[float, tuple[Collision, int, int]] | None = None
    for j in _nearly_unseen(w, known, on, wish)[:_CLOSEST]:
        readers = _readers(w, known, j) if search.remaining() > 0 else None
        found = _closest(w, readers, on, j, wish, search) if readers is not None else None
        if readers is not None and found is not None and (best is None or found[0] < best[0]):
            best = found[0], (found[1], len(readers.rows), j)
    return None if best is None else best[1]


def _nearly_unseen(w: Affine, known: Sequence[Flat], on: Box | Grid, wish: Point) -> list[int]:
    """The inputs all of whose readers have flats, first those for which all coordinates together have to move least."""
    flat = {f.unit: f for f in reversed(known)}
    needed = np.zeros(w.columns)
    x = floats(wish)
    for k, row in enumerate(w.rows):
        z = np.array([quotient(c, w.denominator) for c in row.coefficients])
        columns = np.array(row.columns, dtype=int)
        if k not in flat:
            needed[columns[z != 0]] = np.inf
            continue
        value = float(z @ x[columns]) + quotient(row.constant, w.denominator)
        left, right = (None if t is None else approximate(t) for t in (flat[k].left, flat[k].right))
        outside = max(0.0 if right is None else value - right, 0.0 if left is None else left - value)
        moving = columns[z != 0]
        needed[moving] = np.maximum(needed[moving], outside / max(float(np.abs(z).sum()), 1e-300))
    order = np.argsort(needed, kind="stable").tolist()
    return [j for j in order if np.isfinite(needed[j]) and on.lower[j] < on.upper[j]]


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


def _moved(w: Affine, readers: _Readers, on: Box | Grid, j: int, search: Search) -> Collision | None:
    """x and x + t·eⱼ with all readers flat at both, t large but not so large that no short x is left."""
    a, high, floor, ceiling = _program(w, readers, on, j)
    margin, move = np.eye(len(floor))[[-1, -2]]
    found = maximise(margin, a, np.full(len(a), -np.inf), high, floor, ceiling, search.remaining())
    if found is None or found[-1] <= _LEAST * max(1.0, float((ceiling - floor)[:-2].max())):
        return None
    floor[-1] = ceiling[-1] = found[-1] * (_ROOM if isinstance(on, Box) else _WIDE_ROOM)
    found = maximise(move, a, np.full(len(a), -np.inf), high, floor, ceiling, search.remaining())
    rest = [min(max(Fraction(0), low), high) for low, high in zip(on.lower, on.upper, strict=True)]
    return None if found is None else _rounded(found, readers, w, on, j, rest)


def _closest(w: Affine, readers: _Readers, on: Box | Grid, j: int, wish: Point, search: Search) -> tuple[float, Collision] | None:
    """x and x + t·eⱼ with all readers flat at both, as close to the wished point as it goes, and by how much that is changed: at
    most in one coordinate, or in all together."""
    a, high, floor, ceiling = _program(w, readers, on, j)
    n, place = len(readers.columns), readers.columns.index(j)
    width = ceiling[place] - floor[place]
    floor[n] = min(width, approximate(on.step[j])) if isinstance(on, Grid) else width * _LEAST_MOVE
    d = np.eye(n) if isinstance(search.wish, Sparse) else np.ones((n, 1))  # changes, of each coordinate or of all
    x, t = np.eye(n, n + 2), np.zeros((n, n + 2))
    t[place, n] = 1
    both = [(sign * (x + moved), sign * floats([wish[i] for i in readers.columns])) for moved in (0 * t, t) for sign in (1, -1)]
    a = np.vstack([np.hstack([a, np.zeros((len(a), d.shape[1]))]), *(np.hstack([rows, -d]) for rows, _ in both)])
    high = np.concatenate([high, *(end for _, end in both)])
    floor, ceiling = np.concatenate([floor, np.zeros(d.shape[1])]), np.concatenate([ceiling, np.full(d.shape[1], np.inf)])
    change = np.concatenate([np.zeros(n + 2), np.ones(d.shape[1])])
    found = maximise(-change, a, np.full(len(a), -np.inf), high, floor, ceiling, search.remaining())
    if found is None:
        return None
    least = float(change @ found)
    for slack in _SLACK:
        most = slack * least + (0.0 if isinstance(on, Box) else approximate(on.step[j]))
        inside = maximise(
            np.eye(len(floor))[n + 1], np.vstack([a, change]), np.full(len(a) + 1, -np.inf), np.append(high, most), floor, ceiling, 2.0
        )
        pair = None if inside is None else _rounded(inside[: n + 2], readers, w, on, j, wish, most)
        if pair is not None:
            return most, pair
    return None


def _program(w: Affine, readers: _Readers, on: Box | Grid, j: int) -> tuple[Array, Array, Array, Array]:
    """(a, high, floor, ceiling) of a linear program over x, the move t and the margin s."""
    place = readers.columns.index(j)
    with np.errstate(all="ignore"):
        a, high = _conditions(w, readers, place)
    if not (np.isfinite(a).all() and np.isfinite(high).all()):
        raise OverflowError("numbers beyond floats")
    lower, upper = (floats([side[i] for i in readers.columns]) for side in (on.lower, on.upper))
    above = np.zeros(a.shape[1])
    above[[place, -2]] = 1  # x and t together stay in the box
    floor, ceiling = np.array([*lower, 0.0, 0.0]), np.array([*upper, upper[place] - lower[place], np.inf])
    if isinstance(on, Grid):
        floor[-2] = min(ceiling[-2], approximate(on.step[j]))
    return np.vstack([a, above]), np.append(high, upper[place]), floor, ceiling


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


def _rounded(
    found: Array, readers: _Readers, w: Affine, on: Box | Grid, j: int, rest: Sequence[Fraction], most: float = np.inf
) -> Collision | None:
    """The pair with coordinates as short as the margin allows, none of them further than `most` from the rest; what the readers
    do not read, and what lies at it, is as in the rest."""
    for bits in range(60):
        x = list(rest)
        for i, t in zip(readers.columns, found, strict=False):
            if abs(float(t) - approximate(rest[i])) > _SAME or most == np.inf:
                x[i] = _short(on, i, float(t), bits)
        y = list(x)
        y[j] = _short(on, j, float(found[-2]) + approximate(x[j]), bits)
        if isinstance(on, Grid) and y[j] <= x[j]:
            y[j] = x[j] + on.step[j]
        close = all(abs(a - b) <= most + _SAME for p in (x, y) for a, b in zip(p, rest, strict=True))
        if close and x[j] < y[j] <= on.upper[j] and all(_flat(w, readers, point) for point in (x, y)):
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
