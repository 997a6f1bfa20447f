"""Secant slopes of a network between any two points of a domain, as a matrix of intervals; see `LipschitzSlopes`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from proofs.activations import IDENTITY, Activation, Atan, Elu, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, Tanh
from proofs.domains import Domain
from proofs.enclosure import all_bounds, interval_product, interval_sum
from proofs.errors import Rejected
from proofs.exact import Interval
from proofs.limits import Meter, digits
from proofs.network import Affine, Max, Network, Op, Pointwise, Product, Softmax, Stack, Sum, runs
from proofs.ranges import enclosure, slopes
from proofs.transcendental import COST

_ZERO, _ONE = Fraction(0), Fraction(1)
_POINT, _UNIT = Interval(_ZERO, _ZERO), Interval(_ONE, _ONE)
_QUARTER = Fraction(1, 4)
_LONG, _DIGITS = 400, 160  # ends with more bits are rounded outwards to so many after the point

Row: TypeAlias = dict[int, Interval]  # the slope along each input; 0 along those that are left out


def secants(f: Network, on: Domain) -> list[list[Interval]]:
    """Intervals S with f(x) − f(y) = S·(x − y) for all x, y of the domain."""
    sides, meter = all_bounds(f, on), Meter()
    values: list[list[Row]] = [[{j: _UNIT} for j in range(f.arity)]]
    for node in f.nodes:
        rows, around = [values[j] for j in node.inputs], [sides[j] for j in node.inputs]
        entries = node.op.entries if isinstance(node.op, Affine) else sum(map(len, rows))
        if isinstance(node.op, Softmax):
            entries = sum(len(group) ** 2 for group in node.op.groups)
        width = max((len(row) for part in rows for row in part), default=1)
        bits = node.op.bits if isinstance(node.op, Affine | Pointwise) else 64
        meter.take((1 + entries) * width * (20_000 + digits(bits) ** 2))
        if isinstance(node.op, Pointwise):
            meter.take(2 * COST * sum(count for s, count in runs(node.op.activations) if not isinstance(s, PiecewiseAffine)))
        values.append([_short(row) for row in _through(node.op, rows, around)])
    return [[row.get(j, _POINT) for j in range(f.arity)] for row in values[-1]]


def size(side: Interval) -> Fraction | None:
    """The largest absolute value in the interval."""
    return None if side.lower is None or side.upper is None else max(abs(side.lower), abs(side.upper))


def nearest(side: Interval) -> Fraction:
    """The smallest absolute value in the interval."""
    if side.lower is not None and side.lower > 0:
        return side.lower
    return -side.upper if side.upper is not None and side.upper < 0 else _ZERO


def _through(op: Op, rows: Sequence[list[Row]], sides: Sequence[tuple[Interval, ...]]) -> list[Row]:
    first = rows[0]
    match op:
        case Affine(_, lines, d):
            pairs = [zip(line.columns, line.coefficients, strict=True) for line in lines]
            return [_sum([_scaled(first[j], Interval(Fraction(a, d), Fraction(a, d))) for j, a in line if a]) for line in pairs]
        case Pointwise(activations):
            known = zip(activations, first, sides[0], strict=True)
            return [row if s == IDENTITY or not row else _scaled(row, _between(s, side)) for s, row, side in known]
        case Sum():
            return [_sum(column) for column in zip(*rows, strict=True)]
        case Stack():
            return [row for part in rows for row in part]
        case Product():
            both = zip(first, rows[1], sides[0], sides[1], strict=True)
            return [_sum([_scaled(u, b), _scaled(v, a)]) for u, v, a, b in both]
        case Max(groups):
            return [_hull([first[j] for j in group]) for group in groups]
        case Softmax(groups):
            out: dict[int, Row] = {}
            for group in groups:
                for i in group:
                    parts = [(j, Interval(_ZERO, _QUARTER) if i == j else Interval(-_QUARTER, _ZERO)) for j in group]
                    out[i] = _sum([_scaled(first[j], slope) for j, slope in parts])
            return [out[i] for i in range(len(out))]
        case _:
            raise Rejected(f"no slopes of {type(op).__name__} are known")


def _between(s: Activation, side: Interval) -> Interval:
    """Where the secant slopes lie. Of a smooth activation they are values of its derivative on the side, by the mean value theorem."""
    if side.lower is None or side.upper is None:
        return slopes(s, side)
    match s:
        case Sigmoid():  # p(1 − p), which rises up to p = 1/2 and falls from there on
            p = enclosure(s, side)
            ends = [t * (1 - t) for t in (p.lower, p.upper) if t is not None]
            return Interval(min(ends), _QUARTER if Fraction(1, 2) in p else max(ends))
        case Tanh():  # 1 − tanh²
            square = _square(enclosure(s, side))
            return interval_sum([_UNIT, interval_product(Interval(-_ONE, -_ONE), square)])
        case Softplus():
            return enclosure(Sigmoid(), side)
        case Atan():  # 1/(1 + t²)
            square = _square(side)
            assert square.lower is not None
            assert square.upper is not None
            return Interval(1 / (1 + square.upper), 1 / (1 + square.lower))
        case Elu(alpha, scale) if side.upper <= 0:  # scale·alpha·e^t
            return interval_product(Interval(scale * alpha, scale * alpha), enclosure(Exp(), side))
        case Elu(_, scale) if side.lower >= 0:
            return Interval(scale, scale)
        case Reciprocal(least) if side.lower >= least:  # −1/t²
            return Interval(-1 / side.lower**2, -1 / side.upper**2)
        case _:
            return slopes(s, side)


def _square(side: Interval) -> Interval:
    """The squares of the numbers in it."""
    far = size(side)
    return Interval(nearest(side) ** 2, None if far is None else far**2)


def _scaled(row: Row, factor: Interval) -> Row:
    return {j: interval_product(slope, factor) for j, slope in row.items()}


def _sum(rows: Sequence[Row]) -> Row:
    inputs = {j for row in rows for j in row}
    return {j: interval_sum([row[j] for row in rows if j in row]) for j in inputs}


def _hull(rows: Sequence[Row]) -> Row:
    inputs = {j for row in rows for j in row}
    out: Row = {}
    for j in inputs:
        found = [row.get(j, _POINT) for row in rows]
        lows, highs = [s.lower for s in found], [s.upper for s in found]
        low = None if None in lows else min(t for t in lows if t is not None)
        high = None if None in highs else max(t for t in highs if t is not None)
        out[j] = Interval(low, high)
    return out


def _short(row: Row) -> Row:
    return {j: Interval(_rounded(slope.lower, -1), _rounded(slope.upper, 1)) for j, slope in row.items()}


def _rounded(t: Fraction | None, sign: int) -> Fraction | None:
    """A number beyond t, away from the interval, if t is long."""
    if t is None or t.numerator.bit_length() + t.denominator.bit_length() <= _LONG:
        return t
    up = 1 << _DIGITS
    return Fraction(sign * -((-sign * t.numerator * up) // t.denominator), up)
