"""ONNX arithmetic: +, −, ×, ÷, negation, matrix products. Everything by constants is one affine map."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import lcm, prod
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, add, contract, distinct, multiply, pointwise, rows_of, scale_shift
from bijection.frontends.exact import exact, scaled
from bijection.frontends.values import (
    Array,
    Call,
    Constant,
    Tensor,
    Value,
    Values,
    broadcast,
    folded,
    numbers,
    operand,
    reindex,
)
from proofs.activations import Exp, Reciprocal, Sigmoid
from proofs.errors import Malformed
from proofs.network import Pointwise


def _spread(code: Code, x: Value, shape: tuple[int, ...]) -> Value:
    code.spend(prod(shape))
    return reindex(x, lambda a: np.broadcast_to(a, shape))


def _what(c: Constant) -> str:
    return f"tensor '{c.name}'"


def total(code: Code, x: Value, y: Value) -> Value:
    """x + y, broadcast."""
    shape = broadcast(x.shape, y.shape)
    x, y = _spread(code, x, shape), _spread(code, y, shape)
    match x, y:
        case Constant(), Constant():
            code.spend(20 * prod(shape))
            return folded(numbers(x) + numbers(y), x.integer and y.integer, x.name)
        case Tensor(), Constant():
            return scale_shift(code, x, 1, y.array, what=_what(y))
        case Constant(), Tensor():
            return scale_shift(code, y, 1, x.array, what=_what(x))
        case Tensor(), Tensor():
            return add(code, x, y)
    raise AssertionError


def scaled_by(code: Code, x: Value, factor: Fraction) -> Value:
    """factor·x."""
    if factor == 1:
        return x
    if isinstance(x, Constant):
        code.spend(20 * prod(x.shape))
        return folded(numbers(x) * factor, x.integer and factor.denominator == 1, x.name)
    return scale_shift(code, x, factor)


def times(code: Code, x: Value, y: Value) -> Value:
    """x · y elementwise, broadcast."""
    shape = broadcast(x.shape, y.shape)
    x, y = _spread(code, x, shape), _spread(code, y, shape)
    match x, y:
        case Constant(), Constant():
            code.spend(20 * prod(shape))
            return folded(numbers(x) * numbers(y), x.integer and y.integer, x.name)
        case Tensor(), Constant():
            return scale_shift(code, x, y.array, what=_what(y))
        case Constant(), Tensor():
            return scale_shift(code, y, x.array, what=_what(x))
        case Tensor(), Tensor():
            return multiply(code, x, y)
    raise AssertionError


def sum_(code: Code, call: Call) -> Values:
    """x + y + …"""
    return (reduce(lambda x, y: total(code, x, y), (operand(call, i) for i in range(len(call.inputs)))),)


def sub(code: Code, call: Call) -> Values:
    """x − y."""
    return (total(code, operand(call, 0), scaled_by(code, operand(call, 1), Fraction(-1))),)


def neg(code: Code, call: Call) -> Values:
    """−x."""
    return (scaled_by(code, operand(call, 0), Fraction(-1)),)


def mul(code: Code, call: Call) -> Values:
    """x · y."""
    return (times(code, operand(call, 0), operand(call, 1)),)


def div(code: Code, call: Call) -> Values:
    """x ÷ y for a constant y, or one that is known to be positive; between integer constants rounded towards zero, as ONNX has it."""
    x, y = operand(call, 0), operand(call, 1)
    if isinstance(y, Tensor):
        if y.integer:
            raise NotSupported("division of integers that depend on the network's input rounds")
        return (times(code, x, inverted(code, y)),)
    code.spend(20 * prod(y.shape))
    divisors = numbers(y)
    if any(v == 0 for v in divisors.ravel()):
        raise Malformed(f"division by zero in {_what(y)}")
    if isinstance(x, Constant) and x.integer and y.integer:
        broadcast(x.shape, y.shape)
        rounded = np.frompyfunc(lambda a, b: int(Fraction(a, b)), 2, 1)
        return (folded(rounded(numbers(x), divisors), x.integer and y.integer, x.name),)
    if x.integer:
        raise NotSupported("division of integers that depend on the network's input rounds")
    inverse = np.frompyfunc(lambda v: 1 / Fraction(v), 1, 1)
    return (times(code, x, folded(inverse(divisors), False, y.name)),)


def inverted(code: Code, y: Tensor) -> Tensor:
    """1/y: e^(−t) for y = e^t, 1 + e^(−t) for y = sigmoid(t), else by a positive lower bound of y on all of ℝⁿ."""
    source, positions = code.producer(y.value), y.index.ravel().tolist()
    if isinstance(source, Pointwise) and len(kinds := {type(source.activations[j]) for j in positions}) == 1 and kinds <= {Exp, Sigmoid}:
        before = Tensor(code.nodes[y.value - 1].inputs[0], y.index, shared=True)
        falling = pointwise(code, scale_shift(code, before, -1), [Exp()] * len(positions))
        return falling if kinds == {Exp} else scale_shift(code, falling, 1, 1)
    sides = code.sides(y.value)
    lows = [sides[j].lower for j in positions]
    least = min((low for low in lows if low is not None), default=Fraction(1))
    if None in lows or least <= 0:
        raise NotSupported("division by a value that depends on the network's input and is not known to stay above a positive number")
    return pointwise(code, replace(y, shared=True), [Reciprocal(_short(least))] * len(positions))


def _short(least: Fraction) -> Fraction:
    """The number itself, or one a little below it that is short."""
    if least.denominator.bit_length() <= 64:
        return least
    digits = 32 + max(0, least.denominator.bit_length() - least.numerator.bit_length())
    return Fraction(least.numerator * 2**digits // least.denominator, 2**digits)


def matmul(code: Code, call: Call) -> Values:
    """The matrix product, batched as NumPy's."""
    return (product(code, operand(call, 0), operand(call, 1)),)


def product(code: Code, x: Value, y: Value) -> Value:
    """x @ y as NumPy defines it; at least one of them a constant, or both multiplied out by products of coordinates."""
    if not x.shape or not y.shape:
        raise Malformed("a matrix product with a scalar")
    left, right = len(x.shape) == 1, len(y.shape) == 1
    x = reindex(x, lambda a: a[None, :] if left else a)
    y = reindex(y, lambda a: a[:, None] if right else a)
    if x.shape[-1] != y.shape[-2]:
        raise Malformed(f"a product of matrices {x.shape[-2]}×{x.shape[-1]} and {y.shape[-2]}×{y.shape[-1]}")
    broadcast((*x.shape[:-2], 1, 1), (*y.shape[:-2], 1, 1))
    match x, y:
        case Constant(), Constant():
            code.spend(40 * prod(x.shape) * y.shape[-1])
            out: Value = folded(np.matmul(numbers(x), numbers(y)), x.integer and y.integer, x.name)
        case Tensor(), Constant():
            out = _by_constant(code, x, y)
        case Constant(), Tensor():  # (y′x′)′
            turned = reindex(x, lambda a: np.swapaxes(a, -1, -2))
            assert isinstance(turned, Constant)
            out = _by_constant(code, replace(y, index=np.swapaxes(y.index, -1, -2)), turned)
            out = reindex(out, lambda a: np.swapaxes(a, -1, -2))
        case Tensor(), Tensor():
            out = _of_tensors(code, x, y)
        case _:
            raise AssertionError
    drop = tuple(axis for axis, gone in ((-2, left), (-1, right)) if gone)
    return reindex(out, lambda a: np.squeeze(a, drop))


def _by_constant(code: Code, x: Tensor, w: Constant) -> Tensor:
    """x @ w for x: (…, m, k) and w: (…, k, n)."""
    k, n = w.shape[-2:]
    batch = broadcast(x.shape[:-2], w.shape[:-2])
    shape = (*batch, x.shape[-2], n)
    code.plan(prod(shape) * k, prod(shape))
    x = distinct(code, x)
    numerators, d = scaled(w.array, _what(w))
    if prod(w.shape[:-2]) == 1:
        lines = (
            contract(x.index.reshape(prod(x.shape[:-1]), k), numerators.reshape(k, n).T.tolist(), [0] * n)
            if prod(shape)
            else np.empty(0, dtype=object)
        )
        return rows_of(code, x.value, lines.reshape(shape), d)
    index = np.broadcast_to(x.index, batch + x.shape[-2:])
    weights = np.broadcast_to(numerators, (*batch, k, n))
    rows = np.empty(shape, dtype=object)
    for i in np.ndindex(*batch):
        rows[i] = contract(index[i], weights[i].T.tolist(), [0] * n)
    return rows_of(code, x.value, rows, d)


def _of_tensors(code: Code, x: Tensor, y: Tensor) -> Tensor:
    """Entry (i, j) is Σ_k x[i, k]·y[k, j]: every product once, then their sums."""
    batch = broadcast(x.shape[:-2], y.shape[:-2])
    (m, k), n = x.shape[-2:], y.shape[-1]
    shape = (*batch, m, n, k)
    size = prod(shape)
    code.plan(size, prod(shape[:-1]))
    left = np.broadcast_to(x.index[..., :, None, :], shape)
    right = np.broadcast_to(np.swapaxes(y.index, -1, -2)[..., None, :, :], shape)
    terms = multiply(code, replace(x, index=left), replace(y, index=right))
    return reduced(code, terms, Fraction(1), planned=True)


def reduced(code: Code, x: Tensor, factor: Fraction, *, planned: bool = False) -> Tensor:
    """factor times the sum over the last axis."""
    if not planned:
        code.plan(x.index.size, prod(x.shape[:-1]))
    x = distinct(code, x)
    k = x.shape[-1]
    rows = contract(x.index.reshape(prod(x.shape[:-1]), k), [[factor.numerator] * k], [0])
    return replace(rows_of(code, x.value, rows.reshape(x.shape[:-1]), factor.denominator), integer=x.integer)


def gemm(code: Code, call: Call) -> Values:
    """alpha·A′B′ + beta·C, where ′ is the transpose if transA or transB says so."""
    a, b = operand(call, 0), operand(call, 1)
    at = call.attributes
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise Malformed(f"factors of the shapes {list(a.shape)} and {list(b.shape)}; two matrices are needed")
    if a.integer and not (exact(at["alpha"]).denominator == exact(at["beta"]).denominator == 1):
        raise NotSupported(f"alpha {at['alpha']:g} and beta {at['beta']:g} times integers, which rounds")
    a = reindex(a, np.transpose) if at["transA"] else a
    b = reindex(b, np.transpose) if at["transB"] else b
    out = scaled_by(code, product(code, a, b), exact(at["alpha"], "alpha"))
    c = call.inputs[2] if len(call.inputs) > 2 else None
    if c is None:
        return (out,)
    if broadcast(c.shape, out.shape) != out.shape:
        raise Malformed(f"C of shape {list(c.shape)} does not broadcast to {list(out.shape)}")
    return (total(code, out, scaled_by(code, c, exact(at["beta"], "beta"))),)


def with_bias(numerators: Array, d: int, bias: Any, what: str) -> tuple[Array, list[int], int]:
    """Weights and bias over one denominator."""
    b, e = scaled(bias, what)
    common = lcm(d, e)
    return numerators * (common // d), (b * (common // e)).tolist(), common
