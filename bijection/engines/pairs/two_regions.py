"""Exact pairs in two linear regions: a linear program finds a place well inside both, linear algebra over ℚ does the rest (A4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bijection.engines.cells import Region, region
from bijection.engines.pairs.determinants import jacobian
from bijection.engines.proposal import Search, proves
from bijection.exact.floating import Array, approximate, floats, independent_columns
from bijection.exact.linear import pivot_columns, solve
from bijection.exact.lp import maximise
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope
from proofs.network import Max, Network, Pointwise
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision

_BITS = (0, 1, 2, 4, 7, 10, 14, 20, 30, 45)  # after the point, of the coordinates that may be chosen
_ROOM = 0.02  # how much of the distance to the walls is kept when something else is wished for
_FAR = 1e4  # no wall further away matters
_MOST_COORDINATES = 6  # along which the two points are pushed apart


def exact_pair(goal: Injective, x: Array, y: Array, search: Search) -> Collision | None:
    """A collision of the goal, in the regions of two points whose outputs are nearly equal."""
    f = goal.f
    assert isinstance(f, Network)
    start = _rounded([*x, *y], 30)
    first, second = _beside(f, start[: f.arity]), _beside(f, start[f.arity :])
    if first is None or second is None or len(first.values) <= len(f.nodes) or len(second.values) <= len(f.nodes):
        return None
    start = first.x + second.x
    slopes, gap = _system(first, second)
    basis = _basis(slopes)
    if basis is None:
        return None
    for place in _places(first, second, goal.on, slopes, gap, np.concatenate([x, y]), search):
        found = _solved(goal, slopes, gap, basis, start, place)
        if found is not None:
            return found
    return None


def _beside(f: Network, x: Point) -> Region | None:
    """The region of a point or, on the border of two, of one next to it."""
    for nudge in (Fraction(0), Fraction(1, 2**24), Fraction(-1, 2**24)):
        at = region(f, tuple(t + nudge for t in x), range(f.arity), [Fraction(1)] * f.arity)
        if at is not None:
            return at
    return None


def _system(first: Region, second: Region) -> tuple[list[list[int]], list[Fraction]]:
    """(A, b) such that moving the two points by (s, t) makes the outputs equal if A·(s, t) = b, while no region is left."""
    p, q = first.scales[-1], second.scales[-1]
    slopes = [[*(q * t for t in a), *(-p * t for t in b)] for a, b in zip(jacobian(first), jacobian(second), strict=True)]
    outputs = zip(first.values[-1].fractions(), second.values[-1].fractions(), strict=True)
    return slopes, [(b - a) * p * q for a, b in outputs]


def _basis(slopes: list[list[int]]) -> tuple[list[int], list[int]] | None:
    """Rows and columns of a largest invertible block."""
    rows = list(range(len(slopes)))
    columns = independent_columns(_scaled(slopes)) if len(rows) <= len(slopes[0]) else None
    if columns is None:  # some rows follow from others: which ones is an exact question
        rows = pivot_columns([list(column) for column in zip(*slopes, strict=True)])
        columns = pivot_columns([slopes[i] for i in rows]) if rows else []
    return rows, columns


def _scaled(slopes: list[list[int]]) -> Array:
    top = max((abs(t) for row in slopes for t in row), default=0) or 1
    return np.array([[t / top for t in row] for row in slopes])


def _places(
    first: Region, second: Region, on: Domain, slopes: list[list[int]], gap: list[Fraction], start: Array, search: Search
) -> Iterator[Array]:
    """Where in the two regions the pair should be: as wished, well inside, and where the search ended."""
    n = len(first.x)
    walls, room = _walls(first, second, on)
    top = max(abs(t) for row in slopes for t in row) or 1
    origin = floats([*first.x, *second.x])
    level = floats([t / top for t in gap]) + _scaled(slopes) @ origin
    a = np.vstack([np.hstack([_scaled(slopes), np.zeros((len(slopes), 1))]), walls])
    low, high = np.concatenate([level, np.full(len(walls), -np.inf)]), np.concatenate([level, room])
    lower, upper = np.array([*[-np.inf] * (2 * n), 0.0]), np.array([*[np.inf] * (2 * n), 1.0])
    seconds = min(5.0, search.remaining())
    inside = maximise(np.array([*[0.0] * (2 * n), 1.0]), a, low, high, lower, upper, seconds) if seconds > 0 else None
    if inside is not None:
        lower[-1] = _ROOM * inside[-1]
        yield from _wished(a, low, high, lower, upper, n, start, search)
        yield inside[:-1]
    yield start


def _wished(a: Array, low: Array, high: Array, lower: Array, upper: Array, n: int, start: Array, search: Search) -> Iterator[Array]:
    """Pairs near the wished point or far apart, without coming too close to the walls."""
    if search.near is not None:
        wish = np.concatenate([floats(search.near)] * 2)
        one = np.hstack([np.eye(2 * n), np.zeros((2 * n, 1)), -np.ones((2 * n, 1))])
        other = np.hstack([-np.eye(2 * n), np.zeros((2 * n, 1)), -np.ones((2 * n, 1))])
        whole = np.vstack([np.hstack([a, np.zeros((len(a), 1))]), one, other])
        free = np.full(4 * n, -np.inf)
        cost = np.array([*[0.0] * (2 * n + 1), -1.0])
        least, most = np.concatenate([low, free]), np.concatenate([high, wish, -wish])
        found = maximise(cost, whole, least, most, np.array([*lower, 0.0]), np.array([*upper, np.inf]), 2.0)
        if found is not None:
            yield found[: 2 * n]
    if search.apart:
        difference = start[:n] - start[n:]
        ends = []
        for j in np.argsort(-np.abs(difference))[:_MOST_COORDINATES]:
            cost = np.zeros(2 * n + 1)
            cost[[j, n + j]] = [1.0, -1.0] if difference[j] > 0 else [-1.0, 1.0]
            found = maximise(cost, a, low, high, lower, upper, 2.0)
            if found is not None:
                ends.append(found[: 2 * n])
        yield from sorted(ends, key=lambda p: -float(np.max(np.abs(p[:n] - p[n:]))))[:2]


def _walls(first: Region, second: Region, on: Domain) -> tuple[Array, Array]:
    """(a, b): ⟨a, (x, y)⟩ ≤ b within both regions and the domain; the last column asks for a distance."""
    n = len(first.x)
    rows, ends = [], []
    for side, at in enumerate((first, second)):
        origin = floats(at.x)
        for normal, room in [*_borders(at), *_sides(on, at.x)]:
            length = float(np.linalg.norm(normal))
            if length > 1e-12 and room / length < _FAR:
                line = np.zeros(2 * n + 1)
                line[side * n : side * n + n], line[-1] = normal / length, 1.0
                rows.append(line)
                ends.append(room / length + float(normal @ origin) / length)
    return np.array(rows).reshape(len(rows), 2 * n + 1), np.array(ends)


def _borders(at: Region) -> Iterator[tuple[Array, float]]:
    """How fast a border of the region comes nearer along each coordinate, and how far it is."""
    zero = np.zeros(len(at.x))
    for node in at.f.nodes:
        z, moves, scale = at.values[node.inputs[0]], at.moves[node.inputs[0]], at.scales[node.inputs[0]]
        value = [approximate(t) for t in z.fractions()] if isinstance(node.op, Pointwise | Max) else []
        slope = {j: np.array([approximate(Fraction(int(t), scale)) for t in row]) for j, row in moves.items()} if value else {}
        if isinstance(node.op, Pointwise):
            for j, s in enumerate(node.op.activations):
                assert isinstance(s, PiecewiseAffine)
                k = bisect_left(s.breakpoints, Fraction(z.numerators[j], z.denominator))
                if j in slope and k > 0:
                    yield -slope[j], value[j] - approximate(s.breakpoints[k - 1])
                if j in slope and k < len(s.breakpoints):
                    yield slope[j], approximate(s.breakpoints[k]) - value[j]
        elif isinstance(node.op, Max):
            for group in node.op.groups:
                best = max(group, key=lambda j: z.numerators[j])
                for j in group:
                    yield slope.get(j, zero) - slope.get(best, zero), value[best] - value[j]


def _sides(on: Domain, x: Point) -> Iterator[tuple[Array, float]]:
    unit = np.eye(len(x))
    match on:
        case Box(lower, upper):
            for j, (a, t, b) in enumerate(zip(lower, x, upper, strict=True)):
                yield unit[j], approximate(b - t)
                yield -unit[j], approximate(t - a)
        case Polytope(_, normals, offsets):
            for normal, offset in zip(normals, offsets, strict=True):
                yield floats(normal), approximate(offset) - float(floats(normal) @ floats(x))
        case _:
            return


def _solved(
    goal: Injective, slopes: list[list[int]], gap: list[Fraction], basis: tuple[list[int], list[int]], start: Point, place: Array
) -> Collision | None:
    """Some coordinates rounded to as few bits as the regions allow, the others from the equations."""
    rows, columns = basis
    n, tried = len(start) // 2, set()
    for bits in _BITS:
        moved = list(_rounded(place, bits))
        if tuple(moved) in tried:
            continue
        tried.add(tuple(moved))
        for j in columns:
            moved[j] = start[j]
        moves = [(j, t - s) for j, (s, t) in enumerate(zip(start, moved, strict=True)) if s != t]
        rest = [gap[i] - sum(slopes[i][j] * t for j, t in moves) for i in rows]
        step = solve([[slopes[i][j] for j in columns] for i in rows], rest) if rows else []
        if step is None:
            return None
        for j, t in zip(columns, step, strict=True):
            moved[j] += t
        if max((abs(approximate(moved[j]) - place[j]) for j in columns), default=0.0) > 4.0 / 2**bits + 1:
            continue  # far outside the regions
        found = Collision(tuple(moved[:n]), tuple(moved[n:]))
        if proves(found, Not(goal)):
            return found
    return None


def _rounded(x: Array | list[float], bits: int) -> Point:
    return tuple(Fraction(round(Fraction(float(t)) * 2**bits), 2**bits) for t in x)
