"""A spline of the vocabulary in ONNX operators; see `proofs.splines.Spline`. ONNX has none, and `load` does not read these back as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from proofs.splines import Spline

if TYPE_CHECKING:
    from bijection.export.onnx_model import Writer


def write_spline(writer: Writer, op: Spline, sources: Sequence[str], name: str) -> str:
    """The nodes of one spline; bins lie along the last axis of what has the shape (batch, n, bins)."""
    said = _said(writer, name)
    zero, least = writer.numbers([op.least - op.least], (), f"{name}_zero"), writer.numbers([op.least], (), f"{name}_least")
    two = writer.numbers([op.least / op.least * 2], (), f"{name}_two")
    last = writer.constant(np.array([2]), f"{name}_last")
    t, *parts = sources
    shape = said("Concat", said("Shape", t), writer.constant(np.array([-1]), f"{name}_rest"), axis=0)
    w, h, a, b = (said("Max", said("Reshape", part, shape), least) for part in parts)
    length = w if op.power > 0 else h
    start = said("CumSum", length, writer.constant(np.array(2), f"{name}_axis"), exclusive=1)
    u = said("Min", said("Max", said("Sub", said("Unsqueeze", t, last), start), zero), length)
    v = said("Sub", length, u)
    if op.power > 0:
        both = said("Mul", w, said("Mul", u, v))
        low = said("Add", said("Mul", h, said("Mul", u, u)), said("Mul", a, both))
        high = said("Add", said("Mul", h, said("Mul", v, v)), said("Mul", b, both))
        inside = said("Div", said("Mul", h, low), said("Add", low, high))
    else:
        c = said("Mul", w, said("Sub", said("Mul", a, v), said("Mul", b, u)))
        twice = said("Mul", two, h)
        square = said("Add", said("Mul", c, c), said("Mul", said("Mul", twice, twice), said("Mul", u, v)))
        top = said("Mul", twice, u)
        inside = said("Div", said("Mul", top, w), said("Add", said("Add", c, said("Sqrt", square)), top))
    beyond = said("Max", said("Sub", t, said("ReduceSum", length, last, keepdims=0)), zero)
    return writer.node("Sum", [said("ReduceSum", inside, last, keepdims=0), said("Min", t, zero), beyond], name)


def _said(writer: Writer, name: str) -> Callable[..., str]:
    """One node after the other, with names of their own."""
    count = 0

    def said(op: str, *inputs: str, **attributes: int) -> str:
        nonlocal count
        count += 1
        return writer.node(op, inputs, f"{name}_{count}", **attributes)

    return said
