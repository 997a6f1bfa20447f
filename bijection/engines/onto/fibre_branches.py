"""Parts of a bounded domain that may hold a preimage, cut until they are cells; the others are excluded by bounds, never cut into cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from bijection.engines.proposal import Search
from bijection.exact.floating import Array, padded
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Point, Polytope
from proofs.errors import Rejected
from proofs.exact import Vector
from proofs.network import Affine, Max, Network, Pointwise, Stack, Sum
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.fibres import FibreByBranching, Piece, largest, place, section

Sides: TypeAlias = tuple[Array, Array]
Through: TypeAlias = Callable[[list[Sides]], Sides]
_SLACK = 1e-7
_MOST_STEPS = 100_000


def branching(f: Network, on: Box | Polytope, value: Point, search: Search) -> tuple[FibreByBranching, tuple[Piece, ...]] | None:
    """The theorem and the pieces of the fibre, or None if time or room run out, or a part is not bounded."""
    s = Subdivision(f, on)
    wall = 2 * f.arity + 1 + len(getattr(on, "normals", ()))
    directions = _directions(f.width)
    goal = directions @ np.array([float(t) for t in value])
    room = _SLACK * (1 + np.abs(goal))
    ops = [_through(node.op) for node in f.nodes]
    at: list[list[Array]] = []  # all values at each generator
    levels: list[Array] = []
    steps: list[tuple[int, ...]] = []
    found: set[Piece] = set()
    todo: list[tuple[Cell, int]] = [(cell, wall) for cell in reversed(s.roots())]
    while todo:
        if len(steps) % 64 == 0:
            search.report(f"{len(steps)} parts, {len(todo)} waiting")
            if search.remaining() <= 0 or len(steps) > _MOST_STEPS:
                return None
        cell, wall = todo.pop()
        for g in s.generators[len(at) :]:
            if not g.ray[-1]:
                return None
            at.append([_floats(v) for v in f.trace(Vector(g.ray[:-1], g.ray[-1]), s.meter)])
            levels.append(np.array([a / (b * g.ray[-1]) for a, b in zip(g.levels, g.scales, strict=True)]))
        mixed = s.mixed(cell)
        if not mixed:
            steps.append(())
            rays = [s.generators[g].ray for g in section(s, cell, value)]
            if any(ray[-1] for ray in rays):
                found.add(tuple(sorted(rays)))
            continue
        low, high = _bounds(f, ops, place(s, mixed), [at[g] for g in cell], directions)
        outside = np.maximum(low - room - goal, goal - high - room)
        best = int(np.argmax(outside))
        if outside[best] > 0:
            steps.append((1, *(int(t) for t in directions[best])))
            continue
        choice = np.array(list(s.available(mixed)))
        here = np.array([levels[g] for g in cell])[:, choice]
        top, bottom = here.max(axis=0), -here.min(axis=0)
        with np.errstate(all="ignore"):
            switch = int(choice[np.argmax(np.minimum(top, bottom) / (top + bottom))])
        steps.append((0, switch))
        above, below = s.cut(cell, switch, wall)
        todo += [(below, wall + 1), (above, wall + 1)]
    return FibreByBranching(tuple(steps)), largest(found, s.meter)


def _directions(m: int) -> Array:
    """The coordinates, and their sums and differences where these are few."""
    rows = [np.eye(m)[i] for i in range(m)]
    if m <= 6:
        rows += [np.eye(m)[i] + sign * np.eye(m)[j] for i in range(m) for j in range(i) for sign in (1, -1)]
    return np.array(rows).reshape(len(rows), m)


def _floats(v: Vector) -> Array:
    return np.array([t / v.denominator for t in v.numerators])


def _bounds(f: Network, ops: list[Through], cut: int, corners: list[list[Array]], directions: Array) -> Sides:
    """Bounds of the directions of the output from those of the value at the cut; the last affine map is taken together with them."""
    there = np.array([values[cut] for values in corners])
    known: list[Sides | None] = [None] * (len(f.nodes) + 1)
    known[cut] = there.min(axis=0), there.max(axis=0)
    for i in range(cut, len(f.nodes)):
        inputs = [known[j] for j in f.nodes[i].inputs]
        if any(side is None for side in inputs):
            continue
        last = i == len(f.nodes) - 1
        given = [side for side in inputs if side is not None]
        known[i + 1] = _spread(f.nodes[i].op, given[0], directions) if last and isinstance(f.nodes[i].op, Affine) else ops[i](given)
    found = known[-1]
    if found is None:
        raise Rejected("the network does not factor at the cut")
    if f.nodes and isinstance(f.nodes[-1].op, Affine) and cut < len(f.nodes):
        return found
    return _multiplied(directions, np.zeros(len(directions)), found)


def _spread(op: object, sides: Sides, directions: Array) -> Sides:
    assert isinstance(op, Affine)
    w, b = _dense(op)
    return _multiplied(directions @ w, directions @ b, sides)


def _multiplied(w: Array, b: Array, sides: Sides) -> Sides:
    low, high = sides
    plus, minus = np.maximum(w, 0), np.minimum(w, 0)
    return plus @ low + minus @ high + b, plus @ high + minus @ low + b


def _dense(op: Affine) -> tuple[Array, Array]:
    w = np.zeros((len(op.rows), op.columns))
    for i, row in enumerate(op.rows):
        w[i, list(row.columns)] = [t / op.denominator for t in row.coefficients]
    return w, np.array([row.constant / op.denominator for row in op.rows])


def _through(op: object) -> Through:
    """How bounds go through an operation."""
    match op:
        case Affine():
            w, b = _dense(op)
            return lambda sides: _multiplied(w, b, sides[0])
        case Pointwise(activations):
            return _units([s for s in activations if isinstance(s, PiecewiseAffine)])
        case Sum():
            return lambda sides: (sum(a for a, _ in sides), sum(b for _, b in sides))  # type: ignore[return-value]
        case Stack():
            return lambda sides: (np.concatenate([a for a, _ in sides]), np.concatenate([b for _, b in sides]))
        case Max(groups):
            lists = [list(group) for group in groups]
            return lambda sides: (np.array([sides[0][0][g].max() for g in lists]), np.array([sides[0][1][g].max() for g in lists]))
        case _:
            raise Rejected(f"{type(op).__name__} is not piecewise affine")


def _units(activations: list[PiecewiseAffine]) -> Through:
    """Piecewise-affine units take their extreme values at the ends of an interval or at breakpoints inside."""
    ends, slopes, shifts = padded(activations)

    def value(z: Array) -> Array:
        piece = (ends < z[:, None]).sum(axis=1)
        rows = np.arange(len(z))
        out: Array = slopes[rows, piece] * z + shifts[rows, piece]
        return out

    def bounds(sides: list[Sides]) -> Sides:
        low, high = sides[0]
        places = [low, high, *(np.clip(ends[:, k], low, high) for k in range(ends.shape[1]))]
        found = np.array([value(z) for z in places])
        return found.min(axis=0), found.max(axis=0)

    return bounds
