"""torch's functions on symbols, by name: those of torch, torch.nn.functional, tensor methods, and the operators of an export.

Parameters have torch's names and order, so a call binds as it does there; what does not bind is refused. The expansions
(convolution, pooling, products) are those of the ONNX frontend. Python numbers become what torch makes of them, a number of
the weights' type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends import onnx_arithmetic, onnx_reduce, onnx_shapes
from bijection.frontends.onnx_arithmetic import product, scaled_by, times, total
from bijection.frontends.onnx_code import Code
from bijection.frontends.onnx_values import Call, Value, Values
from bijection.frontends.torch_activations import self_times
from bijection.frontends.torch_tracer import Tracer, moved
from proofs.errors import Malformed


def linear(t: Tracer, input: Value, weight: Value, bias: Value | None = None) -> Value:
    """X @ weightᵀ + bias."""
    out = product(t.code, input, moved(weight, np.transpose))
    return out if bias is None else total(t.code, out, bias)


def addmm(t: Tracer, input: Value, mat1: Value, mat2: Value, *, beta: Any = 1, alpha: Any = 1) -> Value:
    """Beta·input + alpha·(mat1 @ mat2)."""
    out = scaled_by(t.code, product(t.code, mat1, mat2), t.number(alpha))
    return total(t.code, out, scaled_by(t.code, input, t.number(beta)))


def matmul(t: Tracer, input: Value, other: Value) -> Value:
    """Input @ other."""
    return product(t.code, input, other)


def add(t: Tracer, input: Any, other: Any, *, alpha: Any = 1) -> Value:
    """Input + alpha·other."""
    return total(t.code, t.lift(input), scaled_by(t.code, t.lift(other), t.number(alpha)))


def sub(t: Tracer, input: Any, other: Any, *, alpha: Any = 1) -> Value:
    """Input − alpha·other."""
    return total(t.code, t.lift(input), scaled_by(t.code, t.lift(other), -t.number(alpha)))


def rsub(t: Tracer, input: Any, other: Any, alpha: Any = 1) -> Value:
    """Other − alpha·input."""
    return sub(t, other, input, alpha=alpha)


def mul(t: Tracer, input: Any, other: Any) -> Value:
    """Input · other."""
    return times(t.code, t.lift(input), t.lift(other))


def div(t: Tracer, input: Any, other: Any) -> Value:
    """Input ÷ other for a constant other."""
    return t.onnx(onnx_arithmetic.div, input, other)


def neg(t: Tracer, input: Value) -> Value:
    """−input."""
    return scaled_by(t.code, input, Fraction(-1))


def square(t: Tracer, input: Value) -> Value:
    """Input · input."""
    return self_times(t, input, input)


def power(t: Tracer, input: Value, exponent: Any) -> Value:
    """Input squared, the one power that is read."""
    if exponent != 2:
        raise NotSupported(f"the power {exponent!r}; only squares are read, as products")
    return square(t, input)


def maximum(t: Tracer, input: Any, other: Any) -> Value:
    """The larger of the two, elementwise."""
    return t.onnx(onnx_reduce.max_, input, other)


def minimum(t: Tracer, input: Any, other: Any) -> Value:
    """The smaller of the two, elementwise."""
    return t.onnx(onnx_reduce.min_, input, other)


def softmax(t: Tracer, input: Value, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Value:
    """e^x divided by its sum along the axis."""
    if not isinstance(dim, int):
        raise NotSupported("softmax without dim; name the axis")
    return t.onnx(onnx_reduce.softmax, input, axis=dim)


def argmax(t: Tracer, input: Value, dim: Any = None, keepdim: bool = False) -> Value:
    """The index of the first largest entry along the axis, or of all."""
    if dim is None:
        input, dim, keepdim = moved(input, lambda a: a.reshape(-1)), 0, True  # a vector of width 1 stands for a number
    return t.onnx(onnx_reduce.argmax, input, axis=dim, keepdims=int(keepdim))


def reduction(handler: Callable[[Code, Call], Values]) -> Callable[..., Value]:
    """torch's reduction over dim, one axis or several or all, as the ONNX one."""

    def reduce(t: Tracer, input: Value, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Value:
        axes = tuple(range(len(input.shape))) if dim is None or dim == [] else tuple(dim) if isinstance(dim, Sequence) else (dim,)
        return t.onnx(handler, input, opset=12, axes=axes, keepdims=int(keepdim))

    return reduce


def cat(t: Tracer, tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors one after the other along an axis."""
    return t.onnx(onnx_shapes.concat, *tensors, axis=dim)


def stack(t: Tracer, tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors side by side along a new axis."""
    return cat(t, [moved(v, lambda a: np.expand_dims(a, dim)) for v in tensors], dim)


def dropout(t: Tracer, input: Value, p: float = 0.5, training: bool = True, inplace: bool = False) -> Value:
    """x: dropout does nothing in inference."""
    if training and p:
        raise Malformed("dropout in training mode is random, hence no function; call .eval(), and pass training=self.training")
    return input


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "linear": linear,
    "addmm": addmm,
    **dict.fromkeys(("matmul", "mm", "bmm"), matmul),
    **dict.fromkeys(("add", "iadd"), add),
    **dict.fromkeys(("sub", "isub", "subtract"), sub),
    "rsub": rsub,
    **dict.fromkeys(("mul", "imul", "multiply"), mul),
    **dict.fromkeys(("div", "truediv", "itruediv", "divide", "true_divide"), div),
    **dict.fromkeys(("neg", "negative"), neg),
    "square": square,
    "pow": power,
    "maximum": maximum,
    "minimum": minimum,
    "softmax": softmax,
    "argmax": argmax,
    "sum": reduction(onnx_reduce.reduce_sum),
    "mean": reduction(onnx_reduce.reduce_mean),
    "amax": reduction(onnx_reduce.reduce_max),
    "amin": reduction(onnx_reduce.reduce_min),
    **dict.fromkeys(("cat", "concat", "concatenate"), cat),
    "stack": stack,
    "dropout": dropout,
}
