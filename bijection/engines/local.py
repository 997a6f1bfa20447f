"""A network near a point, exactly: what it does to all coordinates in one linear region, computed from the output backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any, TypeAlias

import numpy as np

from bijection.engines.cells import slope_at
from proofs.activations import PiecewiseAffine
from proofs.compose import cuts
from proofs.domains import Point
from proofs.exact import Vector, vector
from proofs.network import Affine, Max, Network, Node, Pointwise, Stack, Sum, apply

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.object_]]
Booleans: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


def piecewise_affine(f: Network) -> int:
    """How many operations at the beginning of the network are piecewise affine and continuous."""
    for i, node in enumerate(f.nodes):
        match node.op:
            case Affine() | Max() | Sum() | Stack():
                pass
            case Pointwise(activations) if all(isinstance(s, PiecewiseAffine) for s in activations):
                pass
            case _:
                return i
    return len(f.nodes)


def usable_cuts(f: Network) -> list[int]:
    """The cuts after which a collision may be sought: all before them is piecewise affine, and what is flat counts for nothing."""
    last = piecewise_affine(f)
    known = [k for k in cuts(f) if 0 < k <= last]
    return [k for k in known if k == known[-1] or isinstance(f.nodes[k - 1].op, Pointwise | Max)]


def slopes(f: Network, x: Point, cut: int) -> tuple[list[list[int]], list[bool]]:
    """The rows ≠ 0 of the Jacobian of value `cut` at x, integers in lowest terms and no row twice; and for each coordinate
    whether it is unsettled: it moves a unit that stands on the border of two pieces, where one of them is taken."""
    values = trace(f, x, cut)
    found = _backwards(f, values, cut, moving(f, values, cut))
    rows = dict.fromkeys(tuple(lowest(row)) for row in found.rows.tolist() if any(row))
    return [list(row) for row in rows], found.unsettled.tolist()


def jacobian(f: Network, values: Sequence[Vector], cut: int) -> tuple[Integers, int]:
    """(A, d) such that A/d is the Jacobian of value `cut` where the values are these, all rows of it."""
    found = _backwards(f, values, cut, range(f.widths[cut]))
    return found.rows, found.scale


def trace(f: Network, x: Point, cut: int) -> list[Vector]:
    """The values at x up to the cut."""
    values = [vector(x)]
    for node in f.nodes[:cut]:
        values.append(apply(node.op, [values[j] for j in node.inputs]))
    return values


def _backwards(f: Network, values: Sequence[Vector], cut: int, kept: Sequence[int]) -> _Rows:
    top = np.zeros((len(kept), f.widths[cut]), dtype=object)
    top[range(len(kept)), kept] = 1
    back = {cut: _Rows(top, 1, np.zeros(f.widths[cut], dtype=bool))}
    for i in range(cut - 1, -1, -1):
        if i + 1 in back:
            inputs = f.nodes[i].inputs
            parts = _through(f.nodes[i], [values[j] for j in inputs], back.pop(i + 1))
            for j, part in zip(inputs, parts, strict=True):
                back[j] = _together(back[j], part) if j in back else part
    return back[0]


def moving(f: Network, values: Sequence[Vector], cut: int) -> list[int]:
    """The coordinates of the value that are not constant because a unit is flat."""
    node = f.nodes[cut - 1]
    if not isinstance(node.op, Pointwise):
        return list(range(f.widths[cut]))
    units = zip(node.op.activations, values[node.inputs[0]].fractions(), strict=True)
    return [i for i, (s, t) in enumerate(units) if slope_at(s, t) != 0]  # type: ignore[arg-type]


def lowest(row: Sequence[int]) -> list[int]:
    """The row divided by the greatest common divisor of its entries."""
    common = gcd(*row) or 1
    return [int(t) // common for t in row]


@dataclass(frozen=True, slots=True)
class _Rows:
    """rows/scale, linear forms of a value, and the coordinates of it that are unsettled."""

    rows: Integers
    scale: int
    unsettled: Booleans


def _together(a: _Rows, b: _Rows) -> _Rows:
    d = lcm(a.scale, b.scale)
    return _Rows(a.rows * (d // a.scale) + b.rows * (d // b.scale), d, a.unsettled | b.unsettled)


def _through(node: Node, at: list[Vector], now: _Rows) -> list[_Rows]:
    """Linear forms of the node's output as linear forms of its inputs."""
    match node.op:
        case Affine():
            return [_before_affine(node.op, now)]
        case Pointwise(activations):
            pieces = [slope_at(s, t) for s, t in zip(activations, at[0].fractions(), strict=True)]  # type: ignore[arg-type]
            border = np.array([p is None for p in pieces], dtype=bool)
            known = [Fraction(0) if p is None else p for p in pieces]
            common = lcm(*(p.denominator for p in known)) if known else 1
            rows = now.rows * np.array([int(p * common) for p in known], dtype=object)
            flat = np.array([p == 0 for p in known], dtype=bool)
            return [_Rows(rows, now.scale * common, border | (now.unsettled & ~flat))]
        case Max(groups):
            out, unsettled = np.zeros((len(now.rows), len(at[0])), dtype=object), np.zeros(len(at[0]), dtype=bool)
            a = at[0].numerators
            for i, group in enumerate(groups):
                best = max(a[j] for j in group)
                winners = [j for j in group if a[j] == best]
                out[:, winners[0]] += now.rows[:, i]
                unsettled[winners] |= bool(now.unsettled[i]) or len(winners) > 1
            return [_Rows(out, now.scale, unsettled)]
        case Sum():
            return [now] * len(at)
        case Stack():
            ends = np.cumsum([len(v) for v in at])[:-1]
            blocks = zip(np.split(now.rows, ends, axis=1), np.split(now.unsettled, ends), strict=True)
            return [_Rows(rows, now.scale, unsettled) for rows, unsettled in blocks]
        case _:
            raise AssertionError(f"{type(node.op).__name__} is not piecewise affine")


def _before_affine(w: Affine, now: _Rows) -> _Rows:
    out, unsettled = np.zeros((len(now.rows), w.columns), dtype=object), np.zeros(w.columns, dtype=bool)
    for i, row in enumerate(w.rows):
        users = np.flatnonzero(now.rows[:, i])
        if len(users) and row.columns:
            block = np.multiply.outer(now.rows[users, i], np.array(row.coefficients, dtype=object))
            out[np.ix_(users, np.array(row.columns))] += block
        if now.unsettled[i]:
            unsettled[list(row.columns)] = True
    return _Rows(out, now.scale * w.denominator, unsettled)
