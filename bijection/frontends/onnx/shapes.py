"""ONNX operators that move entries and compute shapes: no arithmetic on the network's values, mostly no node at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, beside
from bijection.frontends.values import (
    Array,
    Call,
    Constant,
    Values,
    affordable,
    axes_of,
    axis_of,
    constant,
    integers,
    numbers,
    operand,
    reindex,
)
from proofs.errors import Malformed


def identity(code: Code, call: Call) -> Values:
    """x."""
    return (operand(call, 0),)


def dropout(code: Code, call: Call) -> Values:
    """x: dropout does nothing in inference; in training mode it is random, hence no function."""
    training = call.inputs[2] if len(call.inputs) > 2 else None
    if training is not None and (not isinstance(training, Constant) or training.array.any()):
        raise NotSupported("training_mode is on: its output is random, so it is no function; export in inference mode")
    return (operand(call, 0),)


def reshape(code: Code, call: Call) -> Values:
    """The entries in order, in another shape."""
    x, to = operand(call, 0), integers(call, "shape", 1, 5) or ()
    shape = list(to)
    if not call.attributes.get("allowzero"):
        if any(d == 0 and i >= len(x.shape) for i, d in enumerate(shape)):
            raise Malformed(f"shape {shape} copies a dimension that {list(x.shape)} does not have")
        shape = [x.shape[i] if d == 0 else d for i, d in enumerate(shape)]
    rest, size = prod(d for d in shape if d != -1), prod(x.shape)
    if shape.count(-1) == 1 and rest > 0:
        shape[shape.index(-1)] = size // rest
    if any(d < 0 for d in shape) or prod(shape) != size:
        raise Malformed(f"a tensor of shape {list(x.shape)} cannot be given the shape {list(to)}")
    affordable(tuple(shape))
    return (reindex(x, lambda a: a.reshape(shape)),)


def flatten(code: Code, call: Call) -> Values:
    """The entries in order, as a matrix split before `axis`."""
    x, axis = operand(call, 0), call.attributes["axis"]
    if not -len(x.shape) <= axis <= len(x.shape):
        raise Malformed(f"axis {axis} of a tensor with {len(x.shape)} dimensions")
    axis = axis + len(x.shape) if axis < 0 else axis
    shape = (prod(x.shape[:axis]), prod(x.shape[axis:]))
    return (reindex(x, lambda a: a.reshape(shape)),)


def transpose(code: Code, call: Call) -> Values:
    """The axes in another order."""
    x = operand(call, 0)
    perm = call.attributes.get("perm") or tuple(range(len(x.shape)))[::-1]
    if sorted(perm) != list(range(len(x.shape))):
        raise Malformed(f"perm {list(perm)} is no permutation of {len(x.shape)} axes")
    return (reindex(x, lambda a: a.transpose(perm)),)


def squeeze(code: Code, call: Call) -> Values:
    """Without the named axes of length 1 (without all of them, if none are named)."""
    x, named = operand(call, 0), integers(call, "axes", 1, 13)
    if named == ():
        raise NotSupported("an empty list of axes: runtimes disagree whether it stands for no axes or for all of length 1; leave it out")
    axes = axes_of(named, len(x.shape)) if named is not None else tuple(i for i, d in enumerate(x.shape) if d == 1)
    if any(x.shape[a] != 1 for a in axes):
        raise Malformed(f"axes {list(axes)} of the shape {list(x.shape)} are not all 1")
    shape = tuple(d for i, d in enumerate(x.shape) if i not in axes)
    return (reindex(x, lambda a: a.reshape(shape)),)


def unsqueeze(code: Code, call: Call) -> Values:
    """With new axes of length 1 at the named places."""
    x, named = operand(call, 0), integers(call, "axes", 1, 13)
    rank = len(x.shape) + len(named or ())
    axes, old = axes_of(named or (), rank), iter(x.shape)
    shape = tuple(1 if i in axes else next(old) for i in range(rank))
    affordable(shape)
    return (reindex(x, lambda a: a.reshape(shape)),)


def concat(code: Code, call: Call) -> Values:
    """The inputs one after the other along an axis."""
    parts = [operand(call, i) for i in range(len(call.inputs))]
    rank = len(parts[0].shape)
    axis = axis_of(call.attributes["axis"], rank)
    around = {p.shape[:axis] + p.shape[axis + 1 :] for p in parts if len(p.shape) == rank}
    if any(len(p.shape) != rank for p in parts) or len(around) != 1:
        raise Malformed(f"the shapes {[list(p.shape) for p in parts]} do not fit along axis {axis}")
    code.spend(affordable((*parts[0].shape[:axis], sum(p.shape[axis] for p in parts), *parts[0].shape[axis + 1 :])))
    known = [p for p in parts if isinstance(p, Constant)]
    if len(known) == len(parts):
        code.spend(20 * sum(prod(p.shape) for p in known))
        alike = len({p.integer for p in known}) == 1 and not any(p.array.dtype == object for p in known)
        return (Constant(np.concatenate([p.array if alike else numbers(p) for p in known], axis), known[0].name),)
    tensors = beside(code, parts)
    index = np.concatenate([t.index for t in tensors], axis)
    return (replace(tensors[0], index=index, shared=any(t.shared for t in tensors)),)


def split(code: Code, call: Call) -> Values:
    """Consecutive pieces along an axis: of the stated lengths, or equal ones (the last may be shorter from operator set 18)."""
    x = operand(call, 0)
    axis = axis_of(call.attributes["axis"], len(x.shape))
    lengths, n = integers(call, "split", 1, 13), call.attributes.get("num_outputs", call.outputs)
    if lengths is None:
        if n != call.outputs or (call.opset < 18 and x.shape[axis] % n):
            raise Malformed(f"{x.shape[axis]} entries do not split into {n} parts for {call.outputs} outputs")
        chunk = -(-x.shape[axis] // n)
        lengths = tuple(max(0, min(chunk, x.shape[axis] - i * chunk)) for i in range(n))
    if len(lengths) != call.outputs or sum(lengths) != x.shape[axis] or any(d < 0 for d in lengths):
        raise Malformed(f"lengths {list(lengths)} for {call.outputs} outputs of an axis of {x.shape[axis]}")
    ends = np.cumsum(lengths).tolist()
    return tuple(reindex(x, _window(axis, e - d, e)) for d, e in zip(lengths, ends, strict=True))


def _window(axis: int, start: int, stop: int) -> Callable[[Array], Array]:
    return lambda a: a[(slice(None),) * axis + (slice(start, stop),)]


def slice_(code: Code, call: Call) -> Values:
    """Every step-th entry from start to end (exclusive), along the named axes."""
    x = operand(call, 0)
    starts, ends = integers(call, "starts", 1, 10) or (), integers(call, "ends", 2, 10) or ()
    axes = integers(call, "axes", 3, 10) or tuple(range(len(starts)))
    steps = (integers(call, "steps", 4, 10) if call.opset >= 10 else None) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or len(axes_of(axes, len(x.shape))) != len(axes):
        raise Malformed(f"{len(starts)} starts, {len(ends)} ends, {len(axes)} axes, {len(steps)} steps")
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 0 and end in (2**31 - 1, 2**63 - 1):
            raise NotSupported(f"a slice backwards to {end}: the standard has it end before it starts, onnxruntime at the first entry")
        kept = _stride(x.shape[axis], start, end, step)
        x = reindex(x, partial(np.take, indices=kept, axis=axis))
    return (x,)


def _stride(n: int, start: int, end: int, step: int) -> Array:
    if step == 0:
        raise Malformed("a slice with step 0")
    start, end = (v + n if v < 0 else v for v in (start, end))
    low, high = (0, n) if step > 0 else (-1, n - 1)
    return np.array(range(min(max(start, low if step > 0 else 0), high), min(max(end, low), high), step), dtype=np.int64)


def gather(code: Code, call: Call) -> Values:
    """The entries at constant indices along an axis."""
    x, at = operand(call, 0), constant(call, 1, "indices")
    axis = axis_of(call.attributes["axis"], len(x.shape))
    n = x.shape[axis]
    if not at.integer or at.array.min(initial=0) < -n or at.array.max(initial=-1) >= n:
        raise Malformed(f"indices of type {at.array.dtype} reach outside the {n} entries of axis {axis}")
    code.spend(affordable(x.shape[:axis] + at.shape + x.shape[axis + 1 :]))
    return (reindex(x, lambda a: np.take(a, at.array.astype(np.int64) % max(n, 1), axis=axis)),)
