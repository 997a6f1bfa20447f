"""What an input shares its output with, in its own linear region: a polytope, its dimension, its directions, points along it (I2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from bijection.engines.local import jacobian, slopes, trace, usable_cuts
from bijection.engines.pairs.exact_ends import invertible_block
from bijection.errors import NotSupported
from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.exact.linear import nullspace, rank, solve
from bijection.shown import Shown
from bijection.verdict import Claims, accept
from proofs.compose import prefix
from proofs.domains import Box, Point, Polytope, Reals, contains
from proofs.errors import Malformed, Rejected, well_formed
from proofs.exact import dot, vector
from proofs.network import Affine, Max, Network, Pointwise
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides

_BITS = (8, 16, 24, 32, 44)  # after the point, of the coordinates that may be chosen
_SAME = 1e-9  # a difference of the outputs, relative to them, that may be none
_MOST_NUMBERS = 8_000_000  # of a polytope that is written out
_MOST_WORK = 60_000_000  # coefficients times units, half a minute of computing walls
_HALVINGS = 30
_TRIED = 40  # points next to an input that lies on a border
_TRIES = 20  # directions for one point


@dataclass(frozen=True, repr=False)
class LocalFibre(Shown):
    """The points y of the domain in the closed linear region of x with f(y) = f(x) (or equal in a prefix of f, before its smooth part)."""

    f: Network
    on: Reals | Box
    x: Point
    cut: int
    rows: tuple[tuple[int, ...], ...]  # y − x is orthogonal to these
    interior: Point | None  # a point of it strictly inside the region and the sides of the box
    base: Point  # a point strictly inside the region: x, or one next to it where x lies on the border of several

    def __repr__(self) -> str:
        from bijection.words import count

        size = "unknown dimension" if self.dimension is None else f"dimension {self.dimension}"
        return f"<LocalFibre of {size} in dimension {self.f.arity}: {count(len(self.rows), 'equation')}>"

    @property
    def dimension(self) -> int | None:
        """The dimension, exactly; None where no point strictly inside the box was found, so that its sides may lower it."""
        if self.interior is None:
            return None
        return len(_moving(self.on, self.f.arity)) - rank(self.rows)

    def directions(self, count: int | None = None) -> list[list[int]]:
        """A basis of the directions in which it extends, as integer vectors, or the first `count` of it."""
        moving = _moving(self.on, self.f.arity)
        some = moving if count is None else moving[: len(self.rows) + count]
        basis = nullspace([[row[j] for j in some] for row in self.rows], len(some))
        found = []
        for v in basis[:count]:
            full = [0] * self.f.arity
            for j, t in zip(some, v, strict=True):
                full[j] = t
            found.append(full)
        return found

    @cached_property
    def polytope(self) -> Polytope:
        """The whole of it by inequalities, exactly: the equations twice, a wall for each end of a piece, the sides of the box."""
        return _polytope(self)

    def points(self, count: int, seed: int = 0) -> tuple[Point, ...]:
        """So many of its points, or fewer if no more are found, on a random walk from x. The kernel has accepted of each that it
        collides with x."""
        return tuple(islice(_walk(self, seed), count))


def local_fibre(f: Network, x: Point, on: Reals | Box) -> LocalFibre:
    """The local fibre through x; on the border of linear regions that in one of them, best in one into which it goes on."""
    well_formed(contains(on, vector(x)), f"the input ({len(x)} coordinates) does not lie in the domain {type(on).__name__}")
    known = usable_cuts(f)
    if not known:
        raise NotSupported("the network begins with an operation that is not piecewise affine: its fibres are no polytopes")
    rows, unsettled = slopes(f, x, known[-1])
    if any(unsettled):
        return _beside(f, x, on, known[-1])
    start = LocalFibre(f, on, x, known[-1], tuple(map(tuple, rows)), None, x)
    inside = x if isinstance(on, Reals) else _strictly_inside(start)
    return replace(start, interior=inside)


def _beside(f: Network, x: Point, on: Reals | Box, cut: int) -> LocalFibre:
    """The fibre in a region on whose border x lies: one into which it goes on, if one of several directions leads there."""
    rng, first = np.random.default_rng(0), None
    for number in range(_TRIED):
        size, towards = Fraction(1, 2 ** (10 + 10 * (number % 2))), rng.integers(-8, 9, size=f.arity).tolist()
        ends = (None,) * f.arity if isinstance(on, Reals) else tuple(zip(on.lower, on.upper, strict=True))
        base = tuple(
            t + size * d if end is None else min(max(t + size * d, end[0]), end[1]) for t, d, end in zip(x, towards, ends, strict=True)
        )
        rows, unsettled = slopes(f, base, cut)
        if any(unsettled) or not _borders(f, x, base, cut):
            continue
        fibre = LocalFibre(f, on, x, cut, tuple(map(tuple, rows)), None, base)
        fibre = replace(fibre, interior=_strictly_inside(fibre, floats(towards)))
        if fibre.interior is not None:
            return fibre
        first = first or fibre
    if first is None:
        raise NotSupported("the input lies on the border of two linear regions; move it a little, by about 1/1000 in each coordinate")
    return first


def _borders(f: Network, x: Point, base: Point, cut: int) -> bool:
    """Whether x lies in the closed linear region of the base: each of its pieces contains what x makes of it."""
    here, there = trace(f, x, cut), trace(f, base, cut)
    for node in f.nodes[:cut]:
        p, q = (values[node.inputs[0]].fractions() for values in (here, there))
        match node.op:
            case Pointwise(activations):
                for s, a, b in zip(activations, p, q, strict=True):
                    if any(a != end and (a < end) != (b < end) for end in s.breakpoints):  # type: ignore[union-attr]
                        return False
            case Max(groups):
                if any(p[max(group, key=lambda j: (q[j], -j))] != max(p[j] for j in group) for group in groups):
                    return False
            case _:
                pass
    return True


def _moving(on: Reals | Box, n: int) -> list[int]:
    return list(range(n)) if isinstance(on, Reals) else [j for j in range(n) if on.lower[j] < on.upper[j]]


def _strictly_inside(fibre: LocalFibre, towards: Array | None = None) -> Point | None:
    """A point near x, in that direction, that lies on no side of the box: what stands on a side goes inwards, the others make up for it."""
    on, n = fibre.on, fibre.f.arity
    if isinstance(on, Reals):
        assert towards is not None, "without sides there is nothing to leave but the border of a region"
        a = _scaled(fibre.rows, n)
        return _along(fibre, towards - np.linalg.lstsq(a, a @ towards, rcond=None)[0], list(range(n)))
    moving = _moving(on, n)
    low = np.array([on.lower[j] == fibre.x[j] for j in range(fibre.f.arity)])
    high = np.array([on.upper[j] == fibre.x[j] for j in range(fibre.f.arity)])
    if towards is None and not (low | high)[moving].any():
        return fibre.x
    width = floats([b - a for a, b in zip(on.lower, on.upper, strict=True)])
    free = np.zeros(fibre.f.arity, dtype=bool)
    free[[j for j in moving if not low[j] and not high[j]]] = True
    v = np.where(low, width, 0.0) - np.where(high, width, 0.0)
    if towards is not None:
        v = np.where(low & high, 0.0, np.where(low, np.abs(towards), np.where(high, -np.abs(towards), towards)) * width)
    a = _scaled(fibre.rows, fibre.f.arity)
    v[free] -= np.linalg.lstsq(a[:, free], a @ v, rcond=None)[0] if free.any() else 0.0
    return _along(fibre, v, moving)


def _along(fibre: LocalFibre, v: Array, moving: list[int]) -> Point | None:
    """A point of the fibre next to x + t·v for some small t, strictly inside the region and between the ends of these sides."""
    on = fibre.on
    size, claims = 0.25, Claims()
    for _ in range(_HALVINGS):
        point = _exact(fibre, floats(fibre.x) + size * v)
        if point is not None and (isinstance(on, Reals) or all(on.lower[j] < point[j] < on.upper[j] for j in moving)):
            _, unsettled = slopes(fibre.f, point, fibre.cut)
            if not any(unsettled) and _borders(fibre.f, point, fibre.base, fibre.cut) and _collides(fibre, point, claims):
                return point
        size /= 2
    return None


def _walk(fibre: LocalFibre, seed: int) -> Iterator[Point]:
    """Hit and run: a random direction that keeps the output, a random step along it, again from there."""
    n, on = fibre.f.arity, fibre.on
    lower, upper = (np.full(n, -np.inf), np.full(n, np.inf)) if isinstance(on, Reals) else (floats(on.lower), floats(on.upper))
    rng = np.random.default_rng([seed, n])
    a, run = _scaled(fibre.rows, n), shadow(prefix(fibre.f, fibre.cut))
    here = floats(fibre.interior or fibre.x)
    value = run(floats(fibre.x)[None])[0]
    failures, claims = 0, Claims()
    while failures < _TRIES:
        v = _direction(a, rng.normal(size=n), here, lower, upper)
        with np.errstate(all="ignore"):
            room = np.where(v > 0, (upper - here) / v, np.where(v < 0, (lower - here) / v, np.inf))
        size = min(float(room.min(initial=np.inf)), 1e3) * rng.uniform(0.3, 1.0)
        for _ in range(_HALVINGS):
            if np.abs(run((here + size * v)[None])[0] - value).max(initial=0.0) <= _SAME * (1 + np.abs(value).max(initial=0.0)):
                break
            size /= 2
        point = _within(fibre, here, size * v) if v.any() else None
        if point is None or point == fibre.x or not _collides(fibre, point, claims):
            failures += 1
            continue
        failures, here = 0, floats(point)
        yield point


def _within(fibre: LocalFibre, here: Array, v: Array) -> Point | None:
    """A point from here along v, or a part of it, that has not left the linear region for another where the output is the same."""
    for k in range(_HALVINGS):
        point = _exact(fibre, here + 0.98 * 0.5**k * v)
        if point is None or _borders(fibre.f, point, fibre.base, fibre.cut):
            return point
    return None


def _direction(a: Array, wish: Array, here: Array, lower: Array, upper: Array) -> Array:
    """The wish made orthogonal to the rows, with what would leave the box left out."""
    free = (lower < upper) & ~((here <= lower) & (wish < 0)) & ~((here >= upper) & (wish > 0))
    v = np.zeros(len(wish))
    for _ in range(10):
        v = np.where(free, wish, 0.0)
        v[free] -= np.linalg.lstsq(a[:, free], a @ v, rcond=None)[0]
        leaving = free & (((here <= lower) & (v < 0)) | ((here >= upper) & (v > 0)))
        if not leaving.any():
            return v
        free &= ~leaving
    return np.zeros(len(wish))


def _exact(fibre: LocalFibre, p: Array) -> Point | None:
    """A point next to p in the box, with y − x exactly orthogonal to the rows: short numbers but for as many as there are rows."""
    on, n = fibre.on, fibre.f.arity
    lower, upper = (np.full(n, -np.inf), np.full(n, np.inf)) if isinstance(on, Reals) else (floats(on.lower), floats(on.upper))
    room = np.minimum(p - lower, upper - p).tolist()
    inside = [j for j in sorted(range(n), key=lambda j: -room[j])[: 4 * len(fibre.rows) + 8] if room[j] > 0]
    basis = invertible_block([[row[j] for j in inside] for row in fibre.rows])
    if basis is None or len(basis[0]) < rank(fibre.rows):
        return None
    columns = [inside[j] for j in basis[1]]
    for bits in _BITS:
        y = []
        for j, t in enumerate(p.tolist()):
            short = Fraction(round(Fraction(t) * 2**bits), 2**bits)
            if isinstance(on, Box):
                short = min(max(short, on.lower[j]), on.upper[j])
            y.append(fibre.x[j] if abs(approximate(fibre.x[j]) - t) < 2.0**-40 else short)
        moved = [(j, s - t) for j, (s, t) in enumerate(zip(y, fibre.x, strict=True)) if s != t]
        rest = [-sum((fibre.rows[i][j] * t for j, t in moved), Fraction(0)) for i in basis[0]]
        step = solve([[fibre.rows[i][j] for j in columns] for i in basis[0]], rest) if columns else []
        for j, t in zip(columns, step or [], strict=True):
            y[j] += t
        if contains(on, vector(y)) and all(abs(float(s) - t) < 2.0 ** (2 - bits) + 1e-3 for s, t in zip(y, p, strict=True)):
            return tuple(y)
    return None


def _collides(fibre: LocalFibre, y: Point, claims: Claims) -> bool:
    """The kernel accepts that x and y collide."""
    goal = Injective(fibre.f, fibre.on)
    pair = Collision(fibre.x, y)
    steps = (pair,) if fibre.cut == len(fibre.f.nodes) else (PrefixCollides(fibre.cut), pair)
    try:
        accept(goal, Not(goal), steps, "a point of the local fibre", 0.0, claims)
    except (Rejected, Malformed):
        return False
    return True


def _scaled(rows: tuple[tuple[int, ...], ...], n: int) -> Array:
    out = [[t / top for t in row] for row in rows for top in [max(map(abs, row))]]
    return np.array(out).reshape(len(rows), n)


def _polytope(fibre: LocalFibre) -> Polytope:
    f, x, n = fibre.f, fibre.x, fibre.f.arity
    busy = [(i, node) for i, node in enumerate(f.nodes[: fibre.cut]) if isinstance(node.op, Pointwise | Max)]
    units = sum(f.widths[node.inputs[0]] for _, node in busy)
    behind = sum(node.op.entries for node in f.nodes[: fibre.cut] if isinstance(node.op, Affine))
    if (2 * len(fibre.rows) + 2 * n + units) * n > _MOST_NUMBERS or units * behind > _MOST_WORK:
        raise NotSupported(f"{units} walls in dimension {n} are too many to be written out; ask for the dimension, directions and points")
    normals: list[Point] = []
    offsets: list[Fraction] = []

    def wall(normal: Any, scale: int, room: Fraction) -> None:
        if any(normal):
            normals.append(tuple(Fraction(int(t), scale) for t in normal))
            offsets.append(room + dot(normals[-1], x))

    values, inner = trace(f, x, fibre.cut), trace(f, fibre.base, fibre.cut)
    for row in fibre.rows:
        for sign in (1, -1):
            wall([sign * t for t in row], 1, Fraction(0))
    for _, node in busy:
        a, scale = jacobian(f, inner, node.inputs[0]) if node.inputs[0] else (np.diag(np.ones(n, dtype=object)), 1)
        z, at = values[node.inputs[0]].fractions(), inner[node.inputs[0]].fractions()
        if isinstance(node.op, Pointwise):
            for j, s in enumerate(node.op.activations):
                for end in s.breakpoints:  # type: ignore[union-attr]
                    sign = 1 if at[j] < end else -1
                    wall(sign * a[j], scale, abs(end - z[j]))
        elif isinstance(node.op, Max):
            for group in node.op.groups:
                best = max(group, key=lambda j: (at[j], -j))
                for j in group:
                    wall(a[j] - a[best], scale, z[best] - z[j])
    if isinstance(fibre.on, Box):
        zeros = (Fraction(0),) * n
        for j in range(n):
            for sign, end in ((1, fibre.on.upper[j]), (-1, fibre.on.lower[j])):
                normals.append((*zeros[:j], Fraction(sign), *zeros[j + 1 :]))
                offsets.append(sign * end)
    return Polytope(n, tuple(normals), tuple(offsets))
