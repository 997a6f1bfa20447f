"""The linear region around a point, exactly: how every value moves with some coordinates, and how far the region goes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any, TypeAlias

import numpy as np

from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Floats, Grid, Point, Polytope
from proofs.errors import NoExactValue
from proofs.exact import Vector, dot, vector
from proofs.network import Affine, Max, Network, Node, Pointwise, Stack, Sum, apply

Moves: TypeAlias = dict[int, np.ndarray[Any, np.dtype[np.object_]]]  # coordinate → how it moves with each direction; rows of 0 left out


@dataclass(frozen=True, slots=True)
class Region:
    """The values at x, up to the last one that is piecewise affine, and their moves along chosen directions.

    moves[i] is over the denominator scales[i]; the directions are coordinates of x, each in its own unit.
    """

    f: Network
    x: Point
    coordinates: tuple[int, ...]
    units: tuple[Fraction, ...]
    values: tuple[Vector, ...]
    moves: tuple[Moves, ...]
    scales: tuple[int, ...]

    def rows(self, value: int) -> list[list[int]]:
        """The nonzero rows of the Jacobian of a value along the directions, each in lowest terms."""
        out = []
        for row in self.moves[value].values():
            common = gcd(*row.tolist())
            out.append([int(t) // common for t in row])
        return list(map(list, dict.fromkeys(map(tuple, out))))

    def direction(self, v: Sequence[int]) -> Point:
        """The vector of the input space with these amounts along the directions."""
        out = [Fraction(0)] * len(self.x)
        for j, unit, amount in zip(self.coordinates, self.units, v, strict=True):
            out[j] = unit * amount
        return tuple(out)

    def reach(self, v: Sequence[int], value: int, on: Domain) -> Fraction | None:
        """How far one may go along v before a node up to this value changes its piece or the domain ends; None: for ever."""
        w = np.array(list(v), dtype=object)
        limits = list(_room(on, self.x, self.direction(v)))
        for node in self.f.nodes[:value]:
            z, move = self.values[node.inputs[0]], self.moves[node.inputs[0]]
            scale = self.scales[node.inputs[0]]
            if isinstance(node.op, Pointwise | Max):
                limits += _changes(node, z, {j: Fraction(int(row @ w), scale) for j, row in move.items()})
        return min(limits) if limits else None


def region(f: Network, x: Point, coordinates: Sequence[int], units: Sequence[Fraction]) -> Region | None:
    """The region around x along some coordinates; None if x lies on the border of two regions."""
    d = lcm(*(u.denominator for u in units)) if units else 1
    start: Moves = {}
    for k, (j, unit) in enumerate(zip(coordinates, units, strict=True)):
        start[j] = np.array([int(unit * d) if i == k else 0 for i in range(len(coordinates))], dtype=object)
    values, moves, scales = [vector(x)], [start], [d]
    for node in f.nodes:
        inputs = node.inputs
        try:
            value = apply(node.op, [values[j] for j in inputs])
            step = _moved(node, [values[j] for j in inputs], [moves[j] for j in inputs], [scales[j] for j in inputs], f)
        except (_Smooth, NoExactValue):
            break
        if step is None:
            return None
        values.append(value)
        moves.append(step[0])
        scales.append(step[1])
    return Region(f, x, tuple(coordinates), tuple(units), tuple(values), tuple(moves), tuple(scales))


class _Smooth(Exception):
    """The node is not piecewise affine."""


def _moved(node: Node, at: list[Vector], moves: list[Moves], scales: list[int], f: Network) -> tuple[Moves, int] | None:
    match node.op:
        case Affine(_, rows, d):
            known = moves[0]
            out: Moves = {}
            for i, row in enumerate(rows):
                terms = [known[j] * c for j, c in zip(row.columns, row.coefficients, strict=True) if j in known and c]
                _put(out, i, terms)
            return out, scales[0] * d
        case Pointwise(activations):
            return _sloped(activations, at[0], moves[0], scales[0])
        case Max(groups):
            return _chosen(groups, at[0], moves[0]), scales[0]
        case Sum():
            d = lcm(*scales)
            out = {}
            for i in {j for part in moves for j in part}:
                _put(out, i, [part[i] * (d // s) for part, s in zip(moves, scales, strict=True) if i in part])
            return out, d
        case Stack():
            d, offset, out = lcm(*scales), 0, {}
            for value, part, s in zip(at, moves, scales, strict=True):
                out.update({offset + j: row * (d // s) for j, row in part.items()})
                offset += len(value)
            return out, d
        case _:
            raise _Smooth


def _put(out: Moves, i: int, terms: list[Any]) -> None:
    if terms:
        total = sum(terms[1:], terms[0])
        if any(total):
            out[i] = total


def slope_at(s: PiecewiseAffine, t: Fraction) -> Fraction | None:
    """The slope of the piece that t lies inside of, None at a breakpoint."""
    return None if t in s.breakpoints else s.pieces[bisect_left(s.breakpoints, t)][0]


def _sloped(activations: Sequence[Any], z: Vector, moves: Moves, scale: int) -> tuple[Moves, int] | None:
    if not all(isinstance(s, PiecewiseAffine) for s in activations):
        raise _Smooth
    common = lcm(*(slope.denominator for s in set(activations) for slope, _ in s.pieces))
    out: Moves = {}
    for j, row in moves.items():
        slope = slope_at(activations[j], Fraction(z.numerators[j], z.denominator))
        if slope is None:
            return None
        if slope:
            out[j] = row * int(slope * common)
    return out, scale * common


def _chosen(groups: Sequence[tuple[int, ...]], z: Vector, moves: Moves) -> Moves:
    out: Moves = {}
    for i, group in enumerate(groups):
        best = max(z.numerators[j] for j in group)
        winner = next(j for j in group if z.numerators[j] == best)
        if winner in moves:
            out[i] = moves[winner]
    return out


def _changes(node: Node, z: Vector, slopes: dict[int, Fraction]) -> Iterator[Fraction]:
    """The positive times at which a unit meets a breakpoint, or a maximum changes its winner."""
    zero = Fraction(0)
    if isinstance(node.op, Pointwise):
        for j, slope in slopes.items():
            t = Fraction(z.numerators[j], z.denominator)
            if slope:
                ends = node.op.activations[j].breakpoints  # type: ignore[union-attr]
                yield from ((b - t) / slope for b in ends if (b - t) / slope > 0)
    elif isinstance(node.op, Max):
        for group in node.op.groups:
            if not any(j in slopes for j in group):
                continue
            winner = max(group, key=lambda j: (z.numerators[j], -group.index(j)))
            for j in group:
                gain = slopes.get(j, zero) - slopes.get(winner, zero)
                if gain > 0:
                    yield Fraction(z.numerators[winner] - z.numerators[j], z.denominator) / gain


def _room(on: Domain, x: Point, v: Point) -> Iterator[Fraction]:
    """How far the domain goes from x along v, side by side."""
    match on:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            for a, t, s, b in zip(lower, x, v, upper, strict=True):
                if s:
                    yield ((b if s > 0 else a) - t) / s
        case Polytope(_, normals, offsets):
            for normal, offset in zip(normals, offsets, strict=True):
                rise = dot(normal, v)
                if rise > 0:
                    yield (offset - dot(normal, x)) / rise
        case _:
            return
