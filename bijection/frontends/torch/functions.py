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
from bijection.frontends.code import Code
from bijection.frontends.onnx import arithmetic as onnx_arithmetic
from bijection.frontends.onnx import enlarge as onnx_enlarge
from bijection.frontends.onnx import norms as onnx_norms
from bijection.frontends.onnx import reduce as onnx_reduce
from bijection.frontends.onnx import shapes as onnx_shapes
from bijection.frontends.onnx.arithmetic import product, scaled_by, times, total
from bijection.frontends.torch.activations import self_times
from bijection.frontends.torch.tracer import Tracer, moved
from bijection.frontends.torch.windows import conv
from bijection.frontends.values import Call, Constant, Value, Values, broadcast, folded, numbers
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
    """Input ÷ other for a constant other, or one that is known to be positive."""
    return t.onnx(onnx_arithmetic.div, input, other)


def neg(t: Tracer, input: Value) -> Value:
    """−input."""
    return scaled_by(t.code, input, Fraction(-1))


def square(t: Tracer, input: Value) -> Value:
    """Input · input."""
    return self_times(t, input, input)


def power(t: Tracer, input: Value, exponent: Any) -> Value:
    """Input to a whole number or ±1/2, as products, roots and quotients."""
    return onnx_norms.power(t.code, input, t.number(exponent))


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


def argmin(t: Tracer, input: Value, dim: Any = None, keepdim: bool = False) -> Value:
    """The index of the first smallest entry."""
    return argmax(t, neg(t, input), dim, keepdim)


def reduction(handler: Callable[[Code, Call], Values]) -> Callable[..., Value]:
    """torch's reduction over dim, one axis or several or all, as the ONNX one."""

    def reduce(t: Tracer, input: Value, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Value:
        axes = tuple(range(len(input.shape))) if dim is None or dim == [] else tuple(dim) if isinstance(dim, Sequence) else (dim,)
        return t.onnx(handler, input, opset=12, axes=axes, keepdims=int(keepdim))

    return reduce


def cumsum(t: Tracer, input: Value, dim: int, **_: Any) -> Value:
    """The sums of the entries up to each one, along an axis."""
    last = moved(input, lambda a: np.moveaxis(a, dim, -1))
    sums = product(t.code, last, Constant(np.triu(np.ones((last.shape[-1],) * 2, dtype=np.float32)), "ones"))
    return moved(sums, lambda a: np.moveaxis(a, -1, dim))


def cat(t: Tracer, tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors one after the other along an axis."""
    return t.onnx(onnx_shapes.concat, *tensors, axis=dim)


def stack(t: Tracer, tensors: Sequence[Value], dim: int = 0) -> Value:
    """The tensors side by side along a new axis."""
    return cat(t, [moved(v, lambda a: np.expand_dims(a, dim)) for v in tensors], dim)


def outer(t: Tracer, input: Value, vec2: Value) -> Value:
    """The products of every entry of one vector with every entry of another."""
    return times(t.code, moved(input, lambda a: a[:, None]), moved(vec2, lambda a: a[None, :]))


def filled(number: Any) -> Callable[..., Value]:
    """A constant of the shape of a tensor, or of a shape that is given."""

    def make(t: Tracer, input: Value, size: Any = None, **_: Any) -> Value:
        shape = input.shape if size is None else tuple(size) if isinstance(size, Sequence) else (size,)
        return Constant(np.full(shape, number, dtype=np.float32), f"a tensor of {number}")

    return make


def full(t: Tracer, input: Value, fill_value: Any, **_: Any) -> Value:
    """A constant of the shape of a tensor."""
    return moved(t.lift(fill_value), lambda a: np.broadcast_to(a, input.shape))


def pad(t: Tracer, input: Value, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Value:
    """The tensor with a border; the pairs (before, after) of the last axes, the last one first."""
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}
    if mode not in modes:
        raise NotSupported(f"padding in the mode {mode!r}; {', '.join(modes)} are read")
    pairs = [(0, 0)] * (len(input.shape) - len(pad) // 2) + [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    pads = Constant(np.array([p for p, _ in pairs] + [q for _, q in pairs], dtype=np.int64), "pads")
    return t.onnx(onnx_enlarge.pad, input, pads, value, mode=modes[mode])


def isfinite(t: Tracer, input: Value) -> Value:
    """True: real numbers are."""
    return Constant(np.ones(input.shape, dtype=bool), "isfinite")


def where(t: Tracer, condition: Value, input: Any, other: Any) -> Value:
    """Entries of the one or of the other, by a constant condition."""
    if not isinstance(condition, Constant):
        raise NotSupported("a choice that depends on the network's input")
    shape = broadcast(condition.shape, *(getattr(v, "shape", ()) for v in (input, other)))
    if condition.array.all() or not condition.array.any():
        return moved(t.lift(input if condition.array.any() else other), lambda a: np.broadcast_to(a, shape))
    both = stack(t, [moved(t.lift(v), lambda a: np.broadcast_to(a, shape)) for v in (input, other)])
    chosen = np.where(condition.array, 0, 1)
    return moved(both, lambda a: np.take_along_axis(a, np.broadcast_to(chosen, shape)[None], 0)[0])


def index_put(t: Tracer, input: Value, indices: Sequence[Any], values: Value, accumulate: bool = False) -> Value:
    """The tensor with the entries at constant indices replaced."""
    if accumulate or not all(k is None or isinstance(k, Constant) for k in indices):
        raise NotSupported("index_put with indices that depend on the network's input, or with accumulate")
    return replaced(t, input, lambda a: a[tuple(slice(None) if k is None else k.array for k in indices)], values)


def _same_type(into: Value, values: Value) -> None:
    if isinstance(into, Constant) and into.integer and not values.integer:
        raise NotSupported("numbers written into a tensor of integers, which rounds")


def copied(t: Tracer, input: Value, src: Value, non_blocking: bool = False) -> Value:
    """One tensor written over another one."""
    _same_type(input, src)
    return moved(src, lambda a: np.broadcast_to(a, input.shape))


def replaced(t: Tracer, input: Value, part: Callable[[Any], Any], values: Value) -> Value:
    """The tensor with the entries that `part` picks replaced."""
    _same_type(input, values)
    places = np.arange(int(np.prod(input.shape, dtype=int))).reshape(input.shape)
    at = part(places)
    new = np.broadcast_to(np.arange(int(np.prod(values.shape, dtype=int))).reshape(values.shape), at.shape)
    sources = places.copy().ravel()
    sources[at.ravel()] = places.size + new.ravel()
    if isinstance(input, Constant) and not (sources < places.size).any():
        return moved(values, lambda a: a.ravel()[sources - places.size].reshape(input.shape))
    both = cat(t, [moved(v, lambda a: a.reshape(-1)) for v in (input, values)])
    return moved(both, lambda a: a[sources].reshape(input.shape))


def slice_scatter(t: Tracer, input: Value, src: Value, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Value:
    """The tensor with every step-th entry of an axis replaced."""
    return replaced(t, input, lambda a: a[(slice(None),) * (dim % a.ndim) + (slice(start, end, step),)], src)


def select_scatter(t: Tracer, input: Value, src: Value, dim: int, index: int) -> Value:
    """The tensor with the entries at one index of an axis replaced."""
    return replaced(t, input, lambda a: np.take(a, index, axis=dim), src)


def convolution(t: Tracer, input: Value, weight: Value, bias: Any, *options: Any) -> Value:
    """The operator of recorded programs behind all convolutions."""
    stride, padding, dilation, transposed, output_padding, groups = options
    if transposed:
        return transposed_conv(t, input, weight, bias, stride, padding, output_padding, groups, dilation)
    return conv(len(input.shape) - 2)(t, input, weight, bias, stride, padding, dilation, groups)


def transposed_conv(
    t: Tracer,
    input: Value,
    weight: Value,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """The convolution of the input with zeros between its entries, the kernel turned around."""
    n = len(input.shape) - 2
    strides, pads, spare = (tuple(v) if isinstance(v, Sequence) else (v,) * n for v in (stride, padding, dilation))
    if any(d != 1 for d in spare) or np.any(output_padding) or any(pads):
        raise NotSupported("a transposed convolution with padding or dilation")
    sides = [(d - 1) * s + 1 for d, s in zip(input.shape[2:], strides, strict=True)]
    apart = Constant(np.zeros((*input.shape[:2], *sides), dtype=np.float32), "zeros")
    grid = np.arange(int(np.prod(apart.shape))).reshape(apart.shape)[(slice(None), slice(None), *(slice(None, None, s) for s in strides))]
    flat = index_put(t, moved(apart, lambda a: a.reshape(-1)), [Constant(grid.ravel(), "places")], moved(input, lambda a: a.reshape(-1)))
    spread = moved(flat, lambda a: a.reshape(apart.shape))
    kernel = weight.shape[2:]

    def turned(w: Any) -> Any:
        parts = w.reshape(groups, w.shape[0] // groups, *w.shape[1:]).swapaxes(1, 2)
        return np.flip(parts.reshape(-1, w.shape[0] // groups, *kernel), tuple(range(2, 2 + n)))

    return conv(n)(t, spread, moved(weight, turned), bias, 1, tuple(k - 1 for k in kernel), 1, groups)


def einsum(t: Tracer, equation: str, *operands: Any) -> Value:
    """Matrices times vectors, "...ij,...j->...i": the one contraction that is read."""
    operands = tuple(operands[0]) if len(operands) == 1 and isinstance(operands[0], Sequence) else operands
    if equation.replace(" ", "") != "...ij,...j->...i" or len(operands) != 2:
        raise NotSupported(f"einsum of {equation!r}; products of matrices and vectors, '...ij,...j->...i', are read")
    w, x = operands
    return moved(product(t.code, w, moved(x, lambda a: a[..., None])), lambda a: a[..., 0])


def solve_triangular(t: Tracer, A: Value, B: Value, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Value:
    """A⁻¹B for a constant triangular matrix A, inverted exactly."""
    if not isinstance(A, Constant) or len(A.shape) != 2 or not left:
        raise NotSupported("a linear system other than AX = B with one constant matrix A")
    n = A.shape[0]
    a = numbers(A)
    inverse = np.array([[Fraction(int(i == j)) for j in range(n)] for i in range(n)], dtype=object).reshape(n, n)
    for i in range(n) if not upper else range(n - 1, -1, -1):
        for j in range(i) if not upper else range(i + 1, n):
            inverse[i] -= a[i, j] * inverse[j]
        if not unitriangular:
            if a[i, i] == 0:
                raise Malformed("a triangular matrix with a 0 on its diagonal is not inverted")
            inverse[i] = inverse[i] / Fraction(a[i, i])
    return product(t.code, folded(inverse, False, A.name), B)


def dropout(t: Tracer, input: Value, p: float = 0.5, training: bool = True, inplace: bool = False) -> Value:
    """x: dropout does nothing in inference."""
    if training and p:
        raise Malformed("dropout in training mode is random, hence no function; call .eval(), and pass training=self.training")
    return input


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "linear": linear,
    "addmm": addmm,
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot"), matmul),
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
    "argmin": argmin,
    "sum": reduction(onnx_reduce.reduce_sum),
    "mean": reduction(onnx_reduce.reduce_mean),
    "amax": reduction(onnx_reduce.reduce_max),
    "amin": reduction(onnx_reduce.reduce_min),
    "cumsum": cumsum,
    **dict.fromkeys(("cat", "concat", "concatenate"), cat),
    "stack": stack,
    "dropout": dropout,
    **dict.fromkeys(("ger", "outer"), outer),
    **dict.fromkeys(("zeros_like", "new_zeros", "new_empty", "empty_like"), filled(0)),
    **dict.fromkeys(("ones_like", "new_ones"), filled(1)),
    **dict.fromkeys(("full_like", "fill"), full),
    "pad": pad,
    "isfinite": isfinite,
    "where": where,
    "index_put": index_put,
    "slice_scatter": slice_scatter,
    "select_scatter": select_scatter,
    "convolution": convolution,
    "einsum": einsum,
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), transposed_conv),
    **dict.fromkeys(("linalg_solve_triangular", "solve_triangular"), solve_triangular),
    "aten.constant_pad_nd": lambda t, input, pad_, value=0: pad(t, input, pad_, value=value),
    "_softmax": lambda t, input, dim, half_to_float: softmax(t, input, dim),
    "reciprocal": lambda t, input: div(t, 1, input),
    "copy": copied,
    "tensor": lambda t, data, **_: Constant(np.array(data, dtype=np.float64), "a number"),
}
