"""ONNX operators over axes or several tensors: maxima, minima, sums, means, softmax, argmax, argmin; and batch normalisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isqrt, prod

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, beside, flat, is_distinct, largest, scale_shift
from bijection.frontends.exact import exact
from bijection.frontends.onnx.activations import between, each
from bijection.frontends.onnx.arithmetic import reduced, scaled_by
from bijection.frontends.values import (
    Array,
    Call,
    Constant,
    Tensor,
    Value,
    Values,
    axes_of,
    axis_of,
    broadcast,
    constant,
    folded,
    integers,
    numbers,
    operand,
    ordered,
    tensor,
)
from proofs.errors import Malformed
from proofs.network import Argmax, Softmax


def max_(code: Code, call: Call) -> Values:
    """The largest of the inputs, elementwise."""
    return (_largest_of(code, [operand(call, i) for i in range(len(call.inputs))]),)


def min_(code: Code, call: Call) -> Values:
    """The smallest of the inputs, elementwise: −max(−x, −y, …)."""
    turned = [scaled_by(code, operand(call, i), Fraction(-1)) for i in range(len(call.inputs))]
    return (scaled_by(code, _largest_of(code, turned), Fraction(-1)),)


def _largest_of(code: Code, parts: Sequence[Value]) -> Value:
    shape = broadcast(*(p.shape for p in parts))
    code.spend(20 * len(parts) * prod(shape))
    known = [p for p in parts if isinstance(p, Constant)]
    floor: Array | None = None
    if known:
        tops = [np.broadcast_to(numbers(c), shape) for c in known]
        floor = tops[0]
        for t in tops[1:]:
            floor = np.asarray(np.maximum(floor, t))  # of numbers without axes NumPy makes a number
    tensors = [replace(p, index=np.broadcast_to(p.index, shape)) for p in parts if isinstance(p, Tensor)]
    if not tensors:
        assert floor is not None
        return folded(floor, all(c.integer for c in known), known[0].name)
    top = tensors[0]
    if len(tensors) > 1:
        inside = beside(code, tensors)
        pooled = largest(code, inside[0], np.stack([t.index.ravel() for t in inside], axis=1))
        top = replace(pooled, index=pooled.index.reshape(shape))
    if floor is None:
        return top
    made = {v: between(Fraction(v), None) for v in set(floor.ravel().tolist())}
    return each(code, top, [made[v] for v in floor.ravel().tolist()])[0]


def _axes(call: Call, rank: int, since: int) -> tuple[int, ...]:
    named = integers(call, "axes", 1, since)
    if not named:
        return () if call.attributes.get("noop_with_empty_axes") else tuple(range(rank))
    return axes_of(named, rank)


def _over_axes(code: Code, call: Call, since: int, f: Callable[[Value, int], Value]) -> Values:
    """f on the tensor with the reduced axes joined into the last one."""
    x = operand(call, 0)
    axes = _axes(call, len(x.shape), since)
    if not axes:
        return (x,)
    kept = tuple(i for i in range(len(x.shape)) if i not in axes)
    count = prod(x.shape[i] for i in axes)
    if count == 0:
        raise Malformed("a reduction over no entries")

    def joined(a: Array) -> Array:
        return a.transpose(kept + axes).reshape(*(x.shape[i] for i in kept), count)

    moved = replace(x, array=joined(x.array)) if isinstance(x, Constant) else replace(x, index=joined(x.index))
    shape = tuple(1 if i in axes else d for i, d in enumerate(x.shape) if call.attributes["keepdims"] or i not in axes)
    out = f(moved, count)
    code.spend(20 * prod(x.shape) if isinstance(x, Constant) else 0)
    if isinstance(out, Constant):
        return (replace(out, array=out.array.reshape(shape)),)
    return (replace(out, index=out.index.reshape(shape)),)


def reduce_sum(code: Code, call: Call) -> Values:
    """The sum over axes."""
    return _over_axes(code, call, 13, lambda x, n: _sum(code, x, Fraction(1)))


def reduce_mean(code: Code, call: Call) -> Values:
    """The mean over axes."""
    if operand(call, 0).integer:
        raise NotSupported("the mean of integers rounds")
    return _over_axes(code, call, 18, lambda x, n: _sum(code, x, Fraction(1, n)))


def _sum(code: Code, x: Value, factor: Fraction) -> Value:
    if isinstance(x, Constant):
        return folded(numbers(x).sum(axis=-1) * factor, x.integer, x.name)
    return reduced(code, x, factor)


def reduce_max(code: Code, call: Call) -> Values:
    """The maximum over axes."""
    return _over_axes(code, call, 18, lambda x, n: _max(code, x))


def reduce_min(code: Code, call: Call) -> Values:
    """The minimum over axes."""
    minus = Fraction(-1)
    return _over_axes(code, call, 18, lambda x, n: scaled_by(code, _max(code, scaled_by(code, x, minus)), minus))


def _max(code: Code, x: Value) -> Value:
    if isinstance(x, Constant):
        return folded(numbers(x).max(axis=-1), x.integer, x.name)
    top = largest(code, x, x.index.reshape(prod(x.shape[:-1]), x.shape[-1]))
    return replace(top, index=top.index.reshape(x.shape[:-1]))


def softmax(code: Code, call: Call) -> Values:
    """e^x divided by its sum along an axis; before operator set 13 over all axes from that one on."""
    x = tensor(call, 0)
    axis = axis_of(call.attributes["axis"], len(x.shape))
    if not is_distinct(x) or x.index.size != code.widths[x.value]:
        x = replace(x, value=flat(code, x), index=ordered(x.index.size, x.shape))
    moved = np.moveaxis(x.index, axis, -1) if call.opset >= 13 else x.index
    length = x.shape[axis] if call.opset >= 13 else prod(x.shape[axis:])
    groups = tuple(tuple(sorted(g)) for g in moved.reshape(-1, max(length, 1)).tolist())
    return (Tensor(code.emit(Softmax(groups), x.value), x.index),)


def argmax(code: Code, call: Call) -> Values:
    """The index of the largest entry along an axis, all other axes being 1; the first where several are largest."""
    x = tensor(call, 0)
    axis = axis_of(call.attributes["axis"], len(x.shape))
    if call.attributes.get("select_last_index"):
        raise NotSupported("select_last_index 1; only the first of several largest entries is read")
    if x.index.size != x.shape[axis] or x.index.size == 0:
        raise NotSupported(f"an argmax over axis {axis} of the shape {list(x.shape)}; all other axes must be 1")
    value = code.emit(Argmax(), flat(code, x))
    rank = len(x.shape) - (0 if call.attributes["keepdims"] else 1)
    return (Tensor(value, ordered(1, (1,) * rank), True),)


def argmin(code: Code, call: Call) -> Values:
    """The index of the smallest entry, the first where several are smallest: the argmax of the opposite numbers."""
    return argmax(code, replace(call, inputs=(scaled_by(code, tensor(call, 0), Fraction(-1)),)))


def batch_normalization(code: Code, call: Call) -> Values:
    """scale·(x − mean)·r + bias for each channel, where r is 1/√(variance + epsilon), rounded to binary64 where irrational."""
    x, at = tensor(call, 0), call.attributes
    training = (
        call.outputs > 1 if call.opset < 14 else at.get("training_mode")
    )  # before 14 the statistics of the batch are asked for by outputs
    if training or at.get("spatial", 1) != 1:
        raise NotSupported("training_mode 1 (the mean and the variance are those of the batch) or spatial 0; export in inference mode")
    names = ("scale", "bias", "mean", "variance")
    parts = [constant(call, i, name) for i, name in enumerate(names, 1)]
    if len(x.shape) < 2 or any(p.shape != x.shape[1:2] for p in parts):
        raise Malformed(f"parameters of the shapes {[list(p.shape) for p in parts]} on a tensor of shape {list(x.shape)}")
    scale, bias, mean, variance = (numbers(p) for p in parts)
    epsilon = exact(at["epsilon"], "epsilon")
    if any(v + epsilon <= 0 for v in variance):
        raise Malformed(f"variance + epsilon = {float(min(variance) + epsilon):g} in {parts[3].name!r}; it must be positive")
    roots = [inverse_root(v + epsilon) for v in map(Fraction, variance)]
    if not all(r * r * (v + epsilon) == 1 for r, v in zip(roots, variance, strict=True)):
        code.notes.append("1/sqrt(var+eps) is irrational; the network studied has it correctly rounded to binary64")
    a = np.array([s * r for s, r in zip(scale, roots, strict=True)], dtype=object)
    shape = (len(a), *(1,) * (len(x.shape) - 2))
    return (scale_shift(code, x, a.reshape(shape), (bias - a * mean).reshape(shape)),)


def inverse_root(q: Fraction) -> Fraction:
    """1/√q where that is rational, else the nearest binary64 number to it (never a tie), in integers; q > 0."""
    n, d = q.denominator, q.numerator  # 1/q = n/d
    if isqrt(n) ** 2 == n and isqrt(d) ** 2 == d:
        return Fraction(isqrt(n), isqrt(d))
    shift = 54 + (d.bit_length() - n.bit_length()) // 2 + 1  # √(n/d)·2^shift has at least 54 bits
    root = isqrt((n << 2 * shift) // d if shift >= 0 else n // (d << -2 * shift))
    extra = root.bit_length() - 53
    rounded = ((root >> (extra - 1)) + 1) >> 1  # the root is irrational, so half a unit is never met exactly
    return Fraction(rounded << extra) / Fraction(2) ** shift
