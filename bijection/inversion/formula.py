"""Maps as sympy expressions, for small cases: piecewise-affine ones piece by piece, others as their network computes them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, assert_never

import sympy

from bijection.errors import NotSupported
from bijection.inversion.pieces import Pieces, matrix
from proofs.activations import RELU, Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh
from proofs.domains import Polytope
from proofs.network import Affine, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum
from proofs.splines import bins_of

MOST_PIECES = 100
MOST_OPERATIONS = 5_000


def formula(pieces: Pieces, name: str) -> Any:
    """The map as a column of sympy.Piecewise in the symbols name0, name1, …; undefined (nan) outside of the regions."""
    if not pieces.pieces:
        raise NotSupported("the inverse of an empty set has no pieces, and no formula")
    if len(pieces) > MOST_PIECES:
        raise NotSupported(f"a formula of {len(pieces)} pieces is not for reading; up to {MOST_PIECES} are written")
    symbols = sympy.symbols(f"{name}0:{pieces.arity}", real=True)
    conditions = [_inside(piece.region, symbols) for piece in pieces.pieces]
    rows = []
    for i in range(pieces.width):
        values = []
        for piece in pieces.pieces:
            constant = Fraction(piece.map.rows[i].constant, piece.map.denominator)
            values.append(_sum(matrix(piece.map)[i], symbols) + _rational(constant))
        everywhere = conditions == [sympy.true]
        rows.append(values[0] if everywhere else sympy.Piecewise(*zip(values, conditions, strict=True), evaluate=False))
    return sympy.Matrix(rows)


def symbolic(f: Network, name: str) -> Any:
    """The outputs of the network as expressions in the symbols name0, name1, …"""
    symbols = sympy.symbols(f"{name}0:{f.arity}", real=True)
    values = [list(symbols)]
    for node in f.nodes:
        made = _through(node.op, [values[j] for j in node.inputs])
        if sum(int(e.count_ops()) for e in made) > MOST_OPERATIONS:
            raise NotSupported(f"a formula of more than {MOST_OPERATIONS} operations is not for reading; use the network, or a file of it")
        values.append(made)
    return sympy.Matrix(values[-1])


def _through(op: Op, inputs: list[list[Any]]) -> list[Any]:
    x = inputs[0]
    match op:
        case Affine(_, rows, d):
            forms = []
            for row in rows:
                terms = [_rational(Fraction(a, d)) * x[j] for j, a in zip(row.columns, row.coefficients, strict=True)]
                forms.append(sympy.Add(*terms, _rational(Fraction(row.constant, d))))
            return forms
        case Pointwise(activations):
            return [_activated(s, t) for s, t in zip(activations, x, strict=True)]
        case Sum():
            return [sympy.Add(*column) for column in zip(*inputs, strict=True)]
        case Stack():
            return [e for part in inputs for e in part]
        case Product():
            return [a * b for a, b in zip(*inputs, strict=True)]
        case Max(groups):
            return [sympy.Max(*(x[j] for j in group)) for group in groups]
        case Softmax(groups):
            totals = {j: sympy.Add(*(sympy.exp(x[i]) for i in group)) for group in groups for j in group}
            return [sympy.exp(e) / totals[j] for j, e in enumerate(x)]
        case Spline(least, power):
            kept = [[sympy.Max(e, _rational(least)) for e in part] for part in inputs[1:]]
            own = [
                list(zip(*(part[j.start : j.stop] for part in kept), strict=True))
                for j in (bins_of(i, len(x), len(kept[0])) for i in range(len(x)))
            ]
            return [_splined(power, t, bins) for t, bins in zip(x, own, strict=True)]
        case _:
            raise NotSupported(f"{type(op).__name__} is not written as a formula")


def _splined(power: int, t: Any, bins: list[tuple[Any, ...]]) -> Any:
    """See `proofs.splines.Spline`."""
    total, zero = sympy.Min(t, 0), sympy.Integer(0)
    for w, h, a, b in bins:
        length = w if power > 0 else h
        u = sympy.Min(sympy.Max(t, zero), length)
        v = length - u
        if power > 0:
            low, high = h * u**2 + a * w * u * v, h * v**2 + b * w * u * v
            total += h * low / (low + high)
        else:
            c = w * (a * v - b * u)
            total += 2 * h * u * w / (c + sympy.sqrt(c**2 + 4 * h**2 * u * v) + 2 * h * u)
        t = t - length
    return total + sympy.Max(t, zero)


def _activated(s: Activation, t: Any) -> Any:
    one = sympy.Integer(1)
    match s:
        case PiecewiseAffine(breakpoints, pieces):
            lines = [_rational(p) * t + _rational(q) for p, q in pieces]
            if not breakpoints:
                return lines[0]
            if s == RELU:
                return sympy.Max(t, 0)
            below = [(line, t <= _rational(b)) for line, b in zip(lines, breakpoints, strict=False)]
            return sympy.Piecewise(*below, (lines[-1], True))
        case Sigmoid():
            return one / (one + sympy.exp(-t))
        case Tanh():
            return sympy.tanh(t)
        case Softplus():
            return sympy.log(one + sympy.exp(t))
        case Exp():
            return sympy.exp(t)
        case Atan():
            return sympy.atan(t)
        case Erf():
            return sympy.erf(t)
        case Sin():
            return sympy.sin(t)
        case Sqrt():
            return sympy.sqrt(sympy.Max(t, 0))
        case Reciprocal(least):
            return one / sympy.Max(t, _rational(least))
        case Elu(alpha, scale):
            below = _rational(scale * alpha) * (sympy.exp(t) - 1)
            return sympy.Piecewise((below, t < 0), (_rational(scale) * t, True))
        case _:
            assert_never(s)


def _inside(region: Polytope, symbols: Any) -> Any:
    """The condition of lying in the region; two opposite sides are an equation."""
    sides = list(zip(region.normals, region.offsets, strict=True))
    opposite = [(tuple(-a for a in normal), -offset) for normal, offset in sides]
    conditions = []
    for k, (normal, offset) in enumerate(sides):
        left, right = _sum(normal, symbols), _rational(offset)
        if opposite[k] not in sides:
            conditions.append(left <= right)
        elif sides.index(opposite[k]) > k:
            conditions.append(sympy.Eq(left, right))
    return sympy.And(*conditions)


def _sum(coefficients: Any, symbols: Any) -> Any:
    return sympy.Add(*(_rational(a) * symbol for a, symbol in zip(coefficients, symbols, strict=True)))


def _rational(t: Fraction) -> Any:
    return sympy.Rational(t.numerator, t.denominator)
