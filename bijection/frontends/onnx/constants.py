"""ONNX operators that make constants: stored tensors, shapes, and conversions between number types."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code
from bijection.frontends.onnx.file import FLOATS
from bijection.frontends.values import INTEGERS, Call, Constant, Values, affordable, integers, numbers, operand
from proofs.errors import Malformed

_WHOLE = {2: range(2**8), 3: range(-(2**7), 2**7), 4: range(2**16), 5: range(-(2**15), 2**15), 6: range(-(2**31), 2**31), 12: range(2**32)}


def shape_(code: Code, call: Call) -> Values:
    """The shape, which does not depend on the input."""
    shape = operand(call, 0).shape
    kept = shape[call.attributes.get("start", 0) : call.attributes.get("end")]
    return (Constant(np.array(kept, dtype=np.int64), "shape"),)


def size(code: Code, call: Call) -> Values:
    """The number of entries."""
    return (Constant(np.array(prod(operand(call, 0).shape), dtype=np.int64), "size"),)


def constant_(code: Code, call: Call) -> Values:
    """A stored tensor, number or list of numbers."""
    a = call.attributes
    if len(a) != 1:
        raise Malformed(f"{len(a)} values; one is needed")
    ((kind, stored),) = a.items()
    types = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float64, "value_floats": np.float64}
    return (Constant(np.asarray(stored, types.get(kind)), kind),)


def constant_of_shape(code: Code, call: Call) -> Values:
    """One number in a constant shape."""
    to, stored = integers(call, "input", 0, 1) or (), call.attributes.get("value", np.zeros(1, np.float32))
    code.spend(affordable(to))
    if stored.size != 1:
        raise Malformed(f"{stored.size} values to fill with; one is needed")
    return (Constant(np.broadcast_to(stored.reshape(()), to), "filling"),)


def cast(code: Code, call: Call) -> Values:
    """x in another number type, where that is the identity on real numbers; constants are converted as ONNX says."""
    x, to = operand(call, 0), call.attributes["to"]
    target = FLOATS.get(to)
    if isinstance(x, Constant):
        code.spend(20 * prod(x.shape))
        return (_converted(x, target, to),)
    if target in ("float16", "bfloat16") or (target is None and not (x.integer and to in (6, 7))):
        raise NotSupported(
            f"a cast of the network's values to {target or 'integers'} rounds; only casts between float32 and float64 are exact"
        )
    return (replace(x, integer=target is None),)


def _converted(x: Constant, target: str | None, to: int) -> Constant:
    if target == "bfloat16" or to not in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13):
        raise NotSupported(f"a cast of a constant to the type number {to}")
    if target is not None and not x.integer and x.array.dtype == object:
        short = [float(v) for v in x.array.ravel()]
        if not all(float(np.dtype(target).type(s)) == v for s, v in zip(short, x.array.ravel(), strict=True)):
            raise NotSupported(f"a cast to {target} rounds a computed constant; fold constants before export")
        return x
    if target is not None:
        with np.errstate(over="ignore"):
            return replace(x, array=x.array.astype(target))  # stored numbers: rounded as IEEE says; ∞ is refused on use
    whole = [bool(v) if to == 9 else int(v) for v in numbers(x).ravel()]
    if not all(v in _WHOLE.get(to, INTEGERS) for v in whole):
        raise NotSupported(f"tensor '{x.name}' does not fit the integer type number {to}; what a cast makes of it is up to the runtime")
    return replace(x, array=np.array(whole, dtype=bool if to == 9 else np.int64).reshape(x.shape))
