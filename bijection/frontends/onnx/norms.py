"""ONNX operators made of squares, roots and quotients: powers, normalisations by the input's own mean and size; log softmax.

Everything is an exact composition: 1/√(v + ε) is 1/max(√(v + ε), least) with a rational least below √ε, log softmax is made of softplus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, beside, flat, multiply, scale_shift
from bijection.frontends.exact import exact
from bijection.frontends.onnx.activations import each
from bijection.frontends.onnx.arithmetic import inverted, reduced, scaled_by, times, total
from bijection.frontends.values import (
    Array,
    Call,
    Constant,
    Tensor,
    Value,
    Values,
    axis_of,
    broadcast,
    constant,
    numbers,
    operand,
    ordered,
    reindex,
    tensor,
)
from proofs.activations import Sin, Softplus, Sqrt
from proofs.errors import Malformed

MOST_POWER = 16


def square(code: Code, x: Tensor) -> Tensor:
    """x·x as the square of one value, so that it is seen to be at least 0."""
    one = Tensor(flat(code, x), ordered(x.index.size, x.shape), x.integer)
    return multiply(code, one, one)


def power(code: Code, x: Value, exponent: Fraction) -> Value:
    """x^k for whole numbers k and for k = ±1/2, as products, quotients and roots."""
    if exponent < 0:
        return quotient(code, power(code, x, -exponent))
    if exponent == Fraction(1, 2):
        return root(code, x)
    if exponent.denominator != 1 or exponent > MOST_POWER:
        raise NotSupported(f"the power {exponent}; whole numbers up to {MOST_POWER} and 1/2 are read, and their negatives")
    if isinstance(x, Constant):
        return Constant(numbers(x) ** int(exponent), x.name)
    out: Value | None = None
    factor, k = replace(x, shared=True), int(exponent)
    while k:
        if k % 2:
            out = factor if out is None else times(code, out, factor)
        k //= 2
        factor = replace(square(code, factor), shared=True) if k else factor
    return out if out is not None else Constant(np.ones(x.shape, dtype=object), "x to the power 0")


def root(code: Code, x: Value) -> Value:
    """√x for what is known to be at least 0."""
    if isinstance(x, Constant):
        return each(code, x, Sqrt())[0]
    if not all(low is not None and low >= 0 for low in _lows(code, x)):
        raise NotSupported("the square root of a value that is not known to be at least 0")
    return each(code, x, Sqrt())[0]


def quotient(code: Code, x: Value) -> Value:
    """1/x."""
    if isinstance(x, Tensor):
        return inverted(code, x)
    if any(v == 0 for v in numbers(x).ravel()):
        raise Malformed(f"division by zero in tensor '{x.name}'")
    return Constant(np.frompyfunc(lambda v: 1 / Fraction(v), 1, 1)(numbers(x)), x.name)


def _lows(code: Code, x: Tensor) -> list[Fraction | None]:
    sides = code.sides(x.value)
    return [sides[j].lower for j in x.index.ravel().tolist()]


def pow_(code: Code, call: Call) -> Values:
    """x^k for one constant k."""
    x, stored = operand(call, 0), constant(call, 1, "the exponent")
    exponents = {Fraction(v) for v in numbers(stored).ravel()}
    if len(exponents) != 1:
        raise NotSupported(f"{len(exponents)} different exponents; one is read")
    shape = broadcast(x.shape, stored.shape)
    code.spend(prod(shape))
    return (power(code, reindex(x, lambda a: np.broadcast_to(a, shape)), exponents.pop()),)


def sqrt_(code: Code, call: Call) -> Values:
    """√x."""
    return (root(code, operand(call, 0)),)


def reciprocal(code: Code, call: Call) -> Values:
    """1/x for what is known to be positive."""
    return (quotient(code, operand(call, 0)),)


def sine(code: Code, call: Call) -> Values:
    """The sine of x."""
    return each(code, operand(call, 0), Sin())


def cosine(code: Code, call: Call) -> Values:
    """The cosine of x, 1 − 2·sin²(x/2)."""
    return (cosine_of(code, operand(call, 0)),)


def cosine_of(code: Code, x: Value) -> Value:
    """1 − 2·sin²(x/2)."""
    (half,) = each(code, scaled_by(code, x, Fraction(1, 2)), Sin())
    one = Constant(np.array(Fraction(1), dtype=object), "1")
    return total(code, scaled_by(code, power(code, half, Fraction(2)), Fraction(-2)), one)


def normalised(code: Code, x: Tensor, epsilon: Fraction, centred: bool) -> Tensor:
    """(x − mean)/√(variance + ε) over the last axis, or x/√(mean square + ε) where it is not centred."""
    if epsilon <= 0:
        raise NotSupported(f"normalisation with epsilon {float(epsilon):g}: equal entries would give 0/0; take it positive")
    x = replace(x, shared=True)
    if centred:
        mean = reduced(code, x, Fraction(1, x.shape[-1]))
        spread = replace(mean, index=np.broadcast_to(mean.index[..., None], x.shape), shared=True)
        x = _tensor(total(code, x, scaled_by(code, spread, Fraction(-1))))
    x = Tensor(flat(code, x), ordered(x.index.size, x.shape), shared=True)
    size = scale_shift(code, reduced(code, square(code, x), Fraction(1, x.shape[-1])), 1, epsilon)
    inverse = inverted(code, _tensor(each(code, size, Sqrt())[0]))
    return multiply(code, x, replace(inverse, index=np.broadcast_to(inverse.index[..., None], x.shape)))


def _tensor(v: Value) -> Tensor:
    assert isinstance(v, Tensor), "it depends on the input"
    return v


def over_last(code: Code, x: Tensor, axes: int, epsilon: Fraction, centred: bool) -> Tensor:
    """Normalised over the last axes together."""
    kept = x.shape[: len(x.shape) - axes]
    joined = replace(x, index=x.index.reshape(*kept, prod(x.shape[len(kept) :])))
    if joined.index.size == 0:
        raise Malformed(f"normalisation over no entries, on the shape {list(x.shape)}")
    out = normalised(code, joined, epsilon, centred)
    return replace(out, index=out.index.reshape(x.shape))


def by_groups(code: Code, x: Tensor, groups: int, epsilon: Fraction) -> Tensor:
    """Normalised over each of the groups of channels."""
    if len(x.shape) < 2 or groups < 1 or x.shape[1] % groups or x.index.size == 0:
        raise Malformed(f"{groups} groups of channels on the shape {list(x.shape)}")
    joined = replace(x, index=x.index.reshape(x.shape[0], groups, -1))
    out = over_last(code, joined, 1, epsilon, True)
    return replace(out, index=out.index.reshape(x.shape))


def affinely(code: Code, x: Value, scale: Value | None, shift: Value | None) -> Value:
    """scale·x + shift, where they are given."""
    x = x if scale is None else times(code, x, scale)
    return x if shift is None else total(code, x, shift)


def _given(call: Call, i: int) -> Value | None:
    return call.inputs[i] if i < len(call.inputs) else None


def _layer(centred: bool) -> Any:
    def norm(code: Code, call: Call) -> Values:
        x = tensor(call, 0)
        axis = axis_of(call.attributes["axis"], len(x.shape))
        out = over_last(code, x, len(x.shape) - axis, exact(call.attributes["epsilon"], "epsilon"), centred)
        return (affinely(code, out, _given(call, 1), _given(call, 2)),)

    return norm


layer_norm, rms_norm = _layer(True), _layer(False)


def per_channel(v: Value | None, rank: int) -> Value | None:
    """A vector along axis 1 of a tensor of that rank."""
    shape = (-1, *(1,) * (rank - 2))
    if v is None or len(v.shape) != 1:
        return v
    return replace(v, array=v.array.reshape(shape)) if isinstance(v, Constant) else replace(v, index=v.index.reshape(shape))


def group_norm(code: Code, call: Call) -> Values:
    """Each group of channels normalised, then scaled."""
    x = tensor(call, 0)
    out = by_groups(code, x, call.attributes["num_groups"], exact(call.attributes["epsilon"], "epsilon"))
    scale, shift = (per_channel(_given(call, i), len(x.shape)) for i in (1, 2))
    return (affinely(code, out, scale, shift),)


def instance_norm(code: Code, call: Call) -> Values:
    """Each channel normalised, then scaled."""
    x = tensor(call, 0)
    out = by_groups(code, x, x.shape[1] if len(x.shape) > 1 else 0, exact(call.attributes["epsilon"], "epsilon"))
    scale, shift = (per_channel(_given(call, i), len(x.shape)) for i in (1, 2))
    return (affinely(code, out, scale, shift),)


def log_softmax(code: Code, call: Call) -> Values:
    """x − ln Σ e^x along an axis; before operator set 13 over all axes from that one on."""
    x = tensor(call, 0)
    axis = axis_of(call.attributes["axis"], len(x.shape))
    if x.index.size == 0:
        raise Malformed(f"a logarithm of a sum over no entries, on the shape {list(x.shape)}")
    if call.opset < 13:
        flattened = replace(x, index=x.index.reshape(*x.shape[:axis], -1))
        out = log_softmax_of(code, flattened, axis)
        return (replace(out, index=out.index.reshape(x.shape)),)
    return (log_softmax_of(code, x, axis),)


def log_softmax_of(code: Code, x: Tensor, axis: int) -> Tensor:
    """Entry i is −ln(1 + e^(L − xᵢ)), L = ln Σ e^(xⱼ) over the others, all of it in the differences to the last entry."""
    d = _differences(code, x, axis)
    n = d.shape[-1]
    parts = [replace(d, index=d.index[..., i], shared=True) for i in range(n)]
    if n == 1:
        return replace(d, index=np.moveaxis(d.index, -1, axis))  # 0
    before, after = _accumulated(code, parts[:-1]), _accumulated(code, parts[:0:-1])[::-1]  # over 0 … i and over i + 1 … n − 1
    others = [after[0], *(_log_sum(code, before[i - 1], after[i]) for i in range(1, n - 1)), before[-1]]
    minus = Fraction(-1)
    gaps = [total(code, other, scaled_by(code, part, minus)) for other, part in zip(others, parts, strict=True)]
    found = [_tensor(scaled_by(code, each(code, gap, Softplus())[0], minus)) for gap in gaps]
    joined = _beside(code, found)
    return replace(joined, index=np.moveaxis(joined.index, -1, axis))


def log_sum_exp(code: Code, x: Tensor, axis: int) -> Tensor:
    """ln Σ e^x along an axis, from the last entry on: ln(e^a + e^b) is b + ln(1 + e^(a − b))."""
    moved = np.moveaxis(x.index, axis, -1)
    return _accumulated(code, [replace(x, index=moved[..., i], shared=True) for i in range(moved.shape[-1])])[-1]


def _differences(code: Code, x: Tensor, axis: int) -> Tensor:
    moved = replace(x, index=np.moveaxis(x.index, axis, -1), shared=True)
    last = replace(moved, index=np.broadcast_to(moved.index[..., -1:], moved.shape))
    return _tensor(total(code, moved, scaled_by(code, last, Fraction(-1))))


def _accumulated(code: Code, parts: Sequence[Tensor]) -> list[Tensor]:
    """ln Σ e^ over the first, the first two, …"""
    out = [parts[0]]
    for part in parts[1:]:
        out.append(_log_sum(code, out[-1], part))
    return out


def _log_sum(code: Code, a: Tensor, b: Tensor) -> Tensor:
    a, b = replace(a, shared=True), replace(b, shared=True)
    gap = total(code, a, scaled_by(code, b, Fraction(-1)))
    return replace(_tensor(total(code, b, each(code, gap, Softplus())[0])), shared=True)


def _beside(code: Code, parts: Sequence[Tensor]) -> Tensor:
    tensors = beside(code, parts)
    index: Array = np.stack([t.index for t in tensors], axis=-1)
    return Tensor(tensors[0].value, index)
