"""torch's normalisations by the input's own mean and size, roots, sines, log-softmax; see `torch_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from bijection.errors import NotSupported
from bijection.frontends.onnx import norms as onnx_norms
from bijection.frontends.onnx import reduce as onnx_reduce
from bijection.frontends.onnx.activations import each
from bijection.frontends.onnx.arithmetic import inverted, scaled_by
from bijection.frontends.onnx.norms import affinely, by_groups, log_softmax_of, log_sum_exp, over_last, per_channel, root
from bijection.frontends.torch.activations import ACTIVATIONS
from bijection.frontends.torch.functions import reduction, softmax
from bijection.frontends.torch.tracer import Tracer, moved
from bijection.frontends.values import Tensor, Value, axis_of
from proofs.activations import Sin
from proofs.errors import Malformed


def _moving(input: Value) -> Tensor:
    if not isinstance(input, Tensor):
        raise NotSupported("its argument is a constant")
    return input


def _last(input: Value, normalized_shape: Sequence[int]) -> int:
    shape = tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise Malformed(f"normalisation over {list(shape)} on the shape {list(input.shape)}")
    return len(shape)


def layer_norm(t: Tracer, input: Value, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: Any = 1e-5, *_: Any) -> Value:
    """weight·(x − mean)/√(variance + eps) + bias over the last axes."""
    out = over_last(t.code, _moving(input), _last(input, normalized_shape), t.number(eps), True)
    return affinely(t.code, out, weight, bias)


def rms_norm(t: Tracer, input: Value, normalized_shape: Any, weight: Any = None, eps: Any = None) -> Value:
    """weight·x/√(mean square + eps) over the last axes; without an eps, that of the weights' type."""
    epsilon = Fraction(1, 2 ** (23 if t.single else 52)) if eps is None else t.number(eps)
    out = over_last(t.code, _moving(input), _last(input, normalized_shape), epsilon, False)
    return affinely(t.code, out, weight, None)


def group_norm(t: Tracer, input: Value, num_groups: int, weight: Any = None, bias: Any = None, eps: Any = 1e-5, *_: Any) -> Value:
    """Each group of channels normalised, then weight·x + bias by channel."""
    out = by_groups(t.code, _moving(input), num_groups, t.number(eps))
    scale, shift = (per_channel(v, len(input.shape)) for v in (weight, bias))
    return affinely(t.code, out, scale, shift)


def sqrt(t: Tracer, input: Value) -> Value:
    """The square root of what is known to be at least 0."""
    return root(t.code, input)


def rsqrt(t: Tracer, input: Value) -> Value:
    """1/√x for what is known to be positive."""
    return inverted(t.code, _moving(root(t.code, input)))


def sin(t: Tracer, input: Value) -> Value:
    """The sine of x."""
    return each(t.code, input, Sin())[0]


def cos(t: Tracer, input: Value) -> Value:
    """The cosine of x."""
    return onnx_norms.cosine_of(t.code, input)


def vector_norm(t: Tracer, x: Value, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Value:
    """The Euclidean norm over one axis, several, or all."""
    if ord != 2:
        raise NotSupported(f"the norm of order {ord!r}; the Euclidean one is read")
    squares = onnx_norms.square(t.code, _moving(x))
    return root(t.code, reduction(onnx_reduce.reduce_sum)(t, squares, dim, keepdim))


def log_softmax(t: Tracer, input: Value, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Value:
    """x − ln Σ e^x along the axis."""
    if not isinstance(dim, int):
        raise NotSupported("log_softmax without dim; name the axis")
    return log_softmax_of(t.code, _moving(input), axis_of(dim, len(input.shape)))


def softmin(t: Tracer, input: Value, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Value:
    """Softmax of −x."""
    return softmax(t, scaled_by(t.code, input, Fraction(-1)), dim)


def logsumexp(t: Tracer, input: Value, dim: Any, keepdim: bool = False) -> Value:
    """ln Σ e^x along one axis."""
    axes = tuple(dim) if isinstance(dim, Sequence) else (dim,)
    if len(axes) != 1:
        raise NotSupported("logsumexp over several axes; one is read")
    axis = axis_of(axes[0], len(input.shape))
    out = log_sum_exp(t.code, _moving(input), axis)
    return moved(out, lambda a: a[(slice(None),) * axis + (None,)]) if keepdim else out


SCALARS: Mapping[str, Callable[..., Any]] = {
    **ACTIVATIONS,
    "layer_norm": layer_norm,
    "native_layer_norm": lambda t, input, normalized_shape, weight, bias, eps: (
        layer_norm(t, input, normalized_shape, weight, bias, eps),
        None,
        None,
    ),
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "sqrt": sqrt,
    "rsqrt": rsqrt,
    "linalg_vector_norm": vector_norm,
    "sin": sin,
    "cos": cos,
    "log_softmax": log_softmax,
    "_log_softmax": lambda t, input, dim, half_to_float: log_softmax(t, input, dim),
    "softmin": softmin,
    "logsumexp": logsumexp,
}
