"""Binary32 arithmetic on many inputs at once with NumPy, in the order that proofs.ieee.Binary32 states; a guide, nothing here is believed.

Additions and multiplications are those of the hardware and agree with the kernel's. Smooth activations are NumPy's, which need not be
correctly rounded: what is found is computed again by the kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

import numpy as np

from bijection.exact.floating import error_function, quotient
from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh
from proofs.domains import Point
from proofs.ieee import Binary32
from proofs.network import Affine, Argmax, Max, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs

Singles: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]
Run: TypeAlias = Callable[[list[Singles]], Singles]


class Program:
    """The function of a Binary32 on batches: one input a row, in float32."""

    def __init__(self, f: Binary32) -> None:
        self._inputs = [node.inputs for node in f.network.nodes]
        self._steps = [_step(node.op) for node in f.network.nodes]
        affine = (node.op.rows for node in f.network.nodes if isinstance(node.op, Affine))
        self.work = sum(f.network.widths) + sum(len(rows) * max((len(row.columns) for row in rows), default=0) for rows in affine)

    def __call__(self, x: Singles) -> Singles:
        """The output for each row of x; infinite or NaN where an operation overflows."""
        values = [x]
        with np.errstate(all="ignore"):
            for sources, run in zip(self._inputs, self._steps, strict=True):
                values.append(run([values[j] for j in sources]))
        return values[-1]


def _step(op: Op) -> Run:
    match op:
        case Affine():
            return _affine(op)
        case Pointwise(activations):
            return _pointwise(activations)
        case Sum():
            return _sum
        case Stack():
            return lambda values: np.concatenate(values, axis=1)
        case Product():
            return lambda values: values[0] * values[1]
        case Max(groups):
            return lambda values: np.stack([values[0][:, list(group)].max(axis=1) for group in groups], axis=1)
        case Argmax():
            return lambda values: values[0].argmax(axis=1)[:, None].astype(np.float32)
        case Softmax() | Spline():
            return lambda values: np.full_like(values[0], np.nan)
        case _:
            assert_never(op)


def _affine(op: Affine) -> Run:
    """Rows side by side, their k-th terms together: as many steps as the longest row has terms."""
    terms = max((len(row.columns) for row in op.rows), default=0)
    rows = len(op.rows)
    columns = np.zeros((terms, rows), dtype=np.intp)
    weights = np.zeros((terms, rows), dtype=np.float32)
    for i, row in enumerate(op.rows):
        columns[: len(row.columns), i] = row.columns
        weights[: len(row.columns), i] = [quotient(c, op.denominator) for c in row.coefficients]
    constants = np.array([quotient(row.constant, op.denominator) for row in op.rows], dtype=np.float32)

    def run(values: list[Singles]) -> Singles:
        (x,) = values
        total = np.zeros((len(x), rows), dtype=np.float32)  # 0 + t = t
        for c, w in zip(columns, weights, strict=True):
            total += w * x[:, c]
        return np.add(total, constants, dtype=np.float32)

    return run


def _sum(values: list[Singles]) -> Singles:
    total = values[0]
    for v in values[1:]:
        total = total + v
    return total


def _pointwise(activations: Sequence[Activation]) -> Run:
    blocks, start = [], 0
    for s, run in runs(activations):
        blocks.append((slice(start, start + run), _scalar(s)))
        start += run

    def apply(values: list[Singles]) -> Singles:
        out = np.empty_like(values[0])
        for block, scalar in blocks:
            out[:, block] = scalar(values[0][:, block])
        return out

    return apply


def _scalar(s: Activation) -> Callable[[Singles], Singles]:
    one = np.float32(1)
    match s:
        case PiecewiseAffine():
            return _pieces(s)
        case Sigmoid():
            return lambda t: one / (one + np.exp(-t))
        case Tanh():
            return np.tanh
        case Softplus():
            return lambda t: np.logaddexp(np.float32(0), t)
        case Exp():
            return np.exp
        case Atan():
            return np.arctan
        case Erf():
            return lambda t: error_function(t).astype(np.float32)
        case Sin():
            return np.sin
        case Sqrt():
            return lambda t: np.sqrt(np.maximum(t, np.float32(0)))
        case Reciprocal(least):
            low = np.float32(float(least))
            return lambda t: np.divide(one, np.maximum(t, low), dtype=np.float32)
        case Elu(alpha, scale):
            a, c = np.float32(float(alpha * scale)), np.float32(float(scale))
            return lambda t: np.where(t > 0, c * t, a * np.expm1(np.minimum(t, 0)))
        case _:
            assert_never(s)


def _pieces(s: PiecewiseAffine) -> Callable[[Singles], Singles]:
    cuts = np.array([single(b) for b in s.breakpoints], dtype=np.float32)
    slopes = np.array([float(p) for p, _ in s.pieces], dtype=np.float32)
    shifts = np.array([float(q) for _, q in s.pieces], dtype=np.float32)

    def run(t: Singles) -> Singles:
        piece = np.searchsorted(cuts, t, side="left")
        product = slopes[piece] * t
        return np.where(shifts[piece] == 0, product, product + shifts[piece])

    return run


def single(t: Fraction) -> np.float32:
    """The binary32 number nearest to t, by way of binary64 (which may round twice; this is a guide)."""
    return np.float32(quotient(t.numerator, t.denominator))


def order(x: Singles) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The place of finite binary32 numbers in their order: consecutive numbers have consecutive places, 0 has place 0."""
    bits = x.view(np.int32).astype(np.int64)
    return np.where(bits >= 0, bits, -(bits & 0x7FFFFFFF))


def at(place: np.ndarray[Any, np.dtype[np.int64]]) -> Singles:
    """The binary32 numbers at these places."""
    bits = np.where(place >= 0, place, -place | 0x80000000).astype(np.uint32)
    return bits.view(np.float32)


def exactly(x: Singles) -> Point:
    """The numbers as the rationals they are."""
    return tuple(Fraction(float(t)) for t in x)
