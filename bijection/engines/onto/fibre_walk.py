"""From one input to all others with the same output that are joined to it: from linear region to linear region, exactly."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np

from bijection.engines.cells import Region, region
from bijection.engines.pairs.determinants import jacobian
from bijection.engines.proposal import Search
from bijection.engines.sampling import spread
from bijection.exact.cones import dot, walls
from bijection.exact.floating import Array
from bijection.exact.floating import shadow as build
from bijection.exact.linear import nullspace, pivot_columns, solve
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Point, Polytope, Reals, contains
from proofs.exact import Vector, vector
from proofs.network import Max, Network, Pointwise
from proofs.theorems.fibres import lowest

Ray = tuple[int, ...]
Form = tuple[int, ...]  # on (x, 1), nonnegative on a region
Signature = tuple[bytes, ...]
Behind = tuple[int, int, int] | str | None  # the unit that changes its piece, and to which; None: the domain ends
MOST_DIMENSIONS = 4  # of a piece: the corners of larger ones are too many
_ITERATIONS = 40
_STEPS = tuple(Fraction(1, 2**k) for k in (40, 80, 160, 320))


def component(f: Network, on: Reals | Box | Polytope, start: Point, search: Search, seen: set[Signature]) -> Iterator[tuple[Ray, ...]]:
    """The pieces of the fibre over f(start) that are joined to `start` by facets inside the domain and lie in regions not seen yet; all of
    them, unless time runs out.
    """
    first = beside(f, start)
    if first is None or signature(first) in seen:
        return
    todo: deque[tuple[Region, Point]] = deque([(first, start)])
    seen.add(signature(first))
    while todo and search.remaining() > 0:
        at, place = todo.popleft()
        here, sides = signature(at), list(_forms(at, on))
        rays = _piece(at, place, [form for form, _ in sides])
        if rays is None:
            return
        yield tuple(sorted(rays))
        for form, behind in sides:
            if behind is None or (isinstance(behind, tuple) and _changed(here, *behind) in seen):
                continue
            tight = [ray for ray in rays if dot(form, ray) == 0]
            if len(tight) == len(rays) or not any(ray[-1] for ray in tight):
                continue
            middle = _middle(tight)
            other = beside(f, middle, [-t for t in form[:-1]])
            if other is not None and signature(other) not in seen:
                seen.add(signature(other))
                todo.append((other, middle))


def signature(at: Region) -> Signature:
    """Which piece every unit is on, which entry wins every maximum."""
    found = []
    for node in at.f.nodes:
        z = at.values[node.inputs[0]]
        if isinstance(node.op, Pointwise):
            places = (bisect_left(s.breakpoints, t) for s, t in zip(node.op.activations, z.fractions(), strict=True))  # type: ignore[union-attr]
            found.append(np.fromiter(places, dtype=np.uint8).tobytes())
        elif isinstance(node.op, Max):
            winners = (max(group, key=lambda j: (z.numerators[j], -j)) for group in node.op.groups)
            found.append(np.fromiter(winners, dtype=np.int64).tobytes())
    return tuple(found)


def _changed(here: Signature, layer: int, unit: int, piece: int) -> Signature:
    """The signature with one unit on another piece."""
    found = bytearray(here[layer])
    found[unit] = piece
    return (*here[:layer], bytes(found), *here[layer + 1 :])


def beside(f: Network, x: Point, along: Sequence[int] = ()) -> Region | None:
    """The region of x; or, if it lies on a border or a direction is given, the one that x and points a little further along belong to."""
    v = along or [1 + 2 * (i % 7) for i in range(f.arity)]
    longest = max(map(abs, v)) or 1
    for step in _STEPS if along else (Fraction(0), *_STEPS):
        at = region(f, tuple(t + step * Fraction(a, longest) for t, a in zip(x, v, strict=True)), range(f.arity), [Fraction(1)] * f.arity)
        if at is not None:
            return at if len(at.values) > len(f.nodes) else None
    return None


def exact_place(f: Network, on: Reals | Box | Polytope, value: Point, x: Array) -> Point | None:
    """An exact input with the value close to a rough one, in the same region; None if there is none."""
    at = beside(f, tuple(Fraction(float(t)) for t in x))
    if at is None:
        return None
    slopes = jacobian(at)
    rows = pivot_columns([list(column) for column in zip(*slopes, strict=True)]) if slopes else []
    columns = pivot_columns([slopes[i] for i in rows]) if rows else []
    gap = [(value[i] - at.values[-1].fractions()[i]) * at.scales[-1] for i in rows]
    step = solve([[slopes[i][j] for j in columns] for i in rows], gap) if rows else []
    if step is None:
        return None
    moves = dict(zip(columns, step, strict=True))
    place = tuple(t + moves.get(j, Fraction(0)) for j, t in enumerate(at.x))
    if contains(on, vector(place)) and f(place) == value:
        return place
    return None


def roots(f: Network, on: Reals | Box | Polytope, value: Point, search: Search, tried: list[int]) -> Iterator[Array]:
    """Rough inputs with the value, by Gauss and Newton's method from random places; `tried` counts these."""
    shadow, goal = build(f), np.array([float(t) for t in value])
    for start in spread(on, search.random("preimages")):
        if search.remaining() <= 0:
            return
        x = np.array([float(t) for t in start])
        tried[0] += 1
        for _ in range(_ITERATIONS):
            error = goal - shadow(x[None])[0]
            size = np.abs(error).max(initial=0.0)
            if size < 1e-9 * (1 + np.abs(goal).max(initial=0.0)):
                yield x
                break
            x = x + np.linalg.lstsq(shadow.jacobian(x), error, rcond=1e-9)[0]
            if not np.isfinite(x).all():
                break
            x = _clipped(on, x)


def _clipped(on: Reals | Box | Polytope, x: Array) -> Array:
    if not isinstance(on, Box):
        return x
    found: Array = np.clip(x, [float(t) for t in on.lower], [float(t) for t in on.upper])
    return found


def _forms(at: Region, on: Reals | Box | Polytope) -> Iterator[tuple[Form, Behind]]:
    """The forms that are ≥ 0 exactly on the region, and what is behind."""
    n, origin, layer = at.f.arity, vector(at.x), -1
    for node in at.f.nodes:
        source = node.inputs[0]
        z, moves, scale = at.values[source], at.moves[source], at.scales[source]
        if isinstance(node.op, Pointwise):
            layer += 1
            for j, row in moves.items():
                s = node.op.activations[j]
                assert isinstance(s, PiecewiseAffine)
                k = bisect_left(s.breakpoints, Fraction(z.numerators[j], z.denominator))
                for b in s.breakpoints[max(0, k - 1) : k]:
                    yield _form(row, scale, 1, z.numerators[j], z.denominator, b, origin), (layer, j, k - 1)
                for b in s.breakpoints[k : k + 1]:
                    yield _form(row, scale, -1, z.numerators[j], z.denominator, b, origin), (layer, j, k + 1)
        elif isinstance(node.op, Max):
            layer += 1
            zero = np.array([0] * n, dtype=object)
            for group in node.op.groups:
                winner = max(group, key=lambda j: (z.numerators[j], -j))
                for j in set(group) - {winner}:
                    row, gap = moves.get(winner, zero) - moves.get(j, zero), z.numerators[winner] - z.numerators[j]
                    yield _form(row, scale, 1, gap, z.denominator, Fraction(0), origin), "a maximum"
    yield (*([0] * n), 1), None
    match on:
        case Box(lower, upper):
            for i, (a, b) in enumerate(zip(lower, upper, strict=True)):
                yield vector([int(i == j) for j in range(n)] + [-a]).numerators, None
                yield vector([-int(i == j) for j in range(n)] + [b]).numerators, None
        case Polytope(_, normals, offsets):
            for normal, offset in zip(normals, offsets, strict=True):
                yield vector([*(-t for t in normal), offset]).numerators, None
        case Reals():
            return


def _form(row: Any, scale: int, sign: int, value: int, over: int, b: Fraction, x: Vector) -> Form:
    """A positive multiple of sign·((row/scale)·(y − x) + value/over − b), as a form on (y, 1)."""
    d, q = x.denominator, b.denominator
    slopes = [int(t) for t in row]
    constant = -dot(slopes, x.numerators) * over * q + (value * q - b.numerator * over) * scale * d
    common = gcd(constant, *(factor := [t * d * over * q for t in slopes])) or 1
    return (*(sign * t // common for t in factor), sign * constant // common)


def _piece(at: Region, place: Point, forms: Sequence[Form]) -> list[Ray] | None:
    """The rays of the part of the region where f is as at the place; None if that has too many dimensions."""
    n = at.f.arity
    kernel = nullspace(jacobian(at), n) if at.f.width else nullspace([], n)
    if len(kernel) > MOST_DIMENSIONS:
        return None
    origin = vector((*place, Fraction(1)))
    basis = [(*v, 0) for v in kernel] + [origin.numerators]
    rows = {tuple(dot(form, b) for b in basis) for form in forms}
    rays = walls(sorted(row for row in rows if any(row)))
    out = []
    for c in rays:
        ray = [sum(t * b[i] for t, b in zip(c, basis, strict=True)) for i in range(n + 1)]
        out.append(lowest(tuple(ray)))
    return out


def _middle(rays: Sequence[Ray]) -> Point:
    """A point inside the hull of the rays."""
    points = [ray for ray in rays if ray[-1]]
    total = [sum((Fraction(ray[i], ray[-1]) for ray in points), Fraction(0)) / len(points) for i in range(len(rays[0]) - 1)]
    along = [sum(ray[i] for ray in rays if not ray[-1]) for i in range(len(rays[0]) - 1)]
    return tuple(a + Fraction(b) for a, b in zip(total, along, strict=True))
