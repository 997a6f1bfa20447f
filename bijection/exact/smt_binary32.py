"""Binary32 arithmetic in z3's theory of floating-point numbers: two inputs with one output, for a handful of operations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, TypeAlias

import z3

from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Floats, Point
from proofs.errors import NoExactValue
from proofs.ieee import Binary32
from proofs.network import Affine, Max, Op, Pointwise, Product, Stack, Sum

Terms: TypeAlias = list[Any]

_SORT = z3.Float32()
_NEAREST = z3.RNE()


def two_copies(f: Binary32, on: Floats | Box, seconds: float) -> tuple[Point, Point] | Literal["none", "unknown"]:
    """x ≠ y in the domain with finite f(x) = f(y); "none" is z3's word, no certificate. NoExactValue for operations unknown to it."""
    solver = z3.SolverFor("QF_FP")
    solver.set("timeout", max(1, int(1000 * seconds)))
    copies: list[tuple[Terms, Terms]] = []
    for name in ("x", "y"):
        x = [z3.FP(f"{name}{i}", _SORT) for i in range(f.arity)]
        for t, a, b in zip(x, on.lower, on.upper, strict=True):
            solver.add(z3.Not(z3.fpIsNaN(t)), z3.Not(z3.fpIsInf(t)))
            solver.add(z3.fpGEQ(t, _outward(a, z3.RTP())), z3.fpLEQ(t, _outward(b, z3.RTN())))
        y = _outputs(f, x)
        solver.add([z3.And(z3.Not(z3.fpIsNaN(t)), z3.Not(z3.fpIsInf(t))) for t in y])
        copies.append((x, y))
    (x, u), (y, v) = copies
    solver.add(z3.Or([z3.Not(z3.fpEQ(s, t)) for s, t in zip(x, y, strict=True)]))
    solver.add([z3.fpEQ(s, t) for s, t in zip(u, v, strict=True)])
    answer = solver.check()
    if answer == z3.unsat:
        return "none"
    if answer != z3.sat:
        return "unknown"
    model = solver.model()
    return tuple(_value(model, t) for t in x), tuple(_value(model, t) for t in y)


def _outward(q: Fraction, towards: Any) -> Any:
    """The end of an interval as the last binary32 number inside it."""
    return z3.simplify(z3.fpToFP(towards, z3.Q(q.numerator, q.denominator), _SORT))


def _number(q: Fraction) -> Any:
    """A binary32 number, by its bits: no decimal comes between."""
    return z3.simplify(z3.fpToFP(_NEAREST, z3.Q(q.numerator, q.denominator), _SORT))


def _value(model: Any, t: Any) -> Fraction:
    """The rational that a numeral of the theory is."""
    bits: int = model.eval(z3.fpToIEEEBV(model.eval(t, model_completion=True)), model_completion=True).as_long()
    sign, exponent, digits = bits >> 31, bits >> 23 & 255, bits & (1 << 23) - 1
    size = Fraction(digits + (1 << 23 if exponent else 0)) * Fraction(2) ** (max(exponent, 1) - 150)
    return -size if sign else size


def _outputs(f: Binary32, x: Terms) -> Terms:
    values = [x]
    for node in f.network.nodes:
        values.append(_apply(node.op, [values[j] for j in node.inputs]))
    return values[-1]


def _apply(op: Op, inputs: list[Terms]) -> Terms:
    (x, *others) = inputs
    match op:
        case Affine(_, rows, d):
            out = []
            for row in rows:
                terms = [z3.fpMul(_NEAREST, _number(Fraction(c, d)), x[j]) for j, c in zip(row.columns, row.coefficients, strict=True) if c]
                terms += [_number(Fraction(row.constant, d))] if row.constant or not terms else []
                out.append(_total(terms))
            return out
        case Pointwise(activations):
            return [_activation(s, t) for s, t in zip(activations, x, strict=True)]
        case Sum():
            return [_total(list(column)) for column in zip(*inputs, strict=True)]
        case Stack():
            return [t for value in inputs for t in value]
        case Product():
            return [z3.fpMul(_NEAREST, s, t) for s, t in zip(x, others[0], strict=True)]
        case Max(groups):
            return [_largest([x[i] for i in group]) for group in groups]
        case _:
            raise NoExactValue(f"{type(op).__name__} is not in z3's theory of floating-point numbers")


def _total(terms: Terms) -> Any:
    total = terms[0]
    for t in terms[1:]:
        total = z3.fpAdd(_NEAREST, total, t)
    return total


def _largest(terms: Terms) -> Any:
    most = terms[0]
    for t in terms[1:]:
        most = z3.fpMax(most, t)
    return most


def _activation(s: Any, t: Any) -> Any:
    if not isinstance(s, PiecewiseAffine):
        raise NoExactValue(f"{type(s).__name__} is not in z3's theory of floating-point numbers")
    pieces = []
    for slope, intercept in s.pieces:
        product = z3.fpMul(_NEAREST, _number(slope), t) if slope else _number(Fraction(0))
        pieces.append(z3.fpAdd(_NEAREST, product, _number(intercept)) if intercept else product)
    out = pieces[-1]
    for b, piece in reversed(list(zip(s.breakpoints, pieces, strict=False))):
        out = z3.If(z3.fpLEQ(t, _outward(b, z3.RTN())), piece, out)
    return out
