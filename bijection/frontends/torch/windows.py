"""torch's convolutions, poolings and batch normalisation on symbols, by name; see `torch_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.onnx import reduce as onnx_reduce
from bijection.frontends.onnx import windows as onnx_windows
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Constant, Value
from proofs.errors import Malformed, well_formed


def _each_axis(given: Any, axes: int) -> tuple[int, ...]:
    """One number per spatial axis, out of one number or a list of one or all."""
    numbers = tuple(given) if isinstance(given, Sequence) else (given,)
    return numbers * axes if len(numbers) == 1 else numbers


def _spatial(input: Value, kernel_axes: int) -> int:
    if len(input.shape) != kernel_axes + 2:
        raise Malformed(f"an input of shape {list(input.shape)}, the batch first; {kernel_axes} spatial axes after the channels are needed")
    return kernel_axes


def conv(axes: int) -> Callable[..., Value]:
    """The convolution of torch in this many dimensions."""

    def convolve(
        t: Tracer, input: Value, weight: Value, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
    ) -> Value:
        n = _spatial(input, axes)
        strides, dilations = _each_axis(stride, n), _each_axis(dilation, n)
        if padding == "same":
            spare = [d * (k - 1) for d, k in zip(dilations, weight.shape[2:], strict=True)]
            pads = (*(s // 2 for s in spare), *(s - s // 2 for s in spare))
        else:
            pads = _each_axis(0 if padding == "valid" else padding, n) * 2
        options: dict[str, Any] = {"strides": strides, "dilations": dilations, "pads": pads, "group": groups, "auto_pad": "NOTSET"}
        return t.onnx(onnx_windows.conv, input, weight, bias, **options)

    return convolve


def max_pool(axes: int) -> Callable[..., Value]:
    """Maximum pooling in this many dimensions."""

    def pool(
        t: Tracer,
        input: Value,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Value:
        if return_indices:
            raise NotSupported("max pooling with return_indices; only the values are read")
        options = _pooling(_spatial(input, axes), kernel_size, stride, padding, ceil_mode)
        return t.onnx(onnx_windows.max_pool, input, dilations=_each_axis(dilation, axes), **options)

    return pool


def average_pool(axes: int) -> Callable[..., Value]:
    """Average pooling in this many dimensions."""

    def pool(
        t: Tracer,
        input: Value,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> Value:
        if divisor_override is not None:
            raise NotSupported("average pooling with divisor_override; multiply its result instead")
        options = _pooling(_spatial(input, axes), kernel_size, stride, padding, ceil_mode)
        return t.onnx(onnx_windows.average_pool, input, count_include_pad=count_include_pad, **options)

    return pool


def _pooling(axes: int, kernel: Any, stride: Any, padding: Any, ceil_mode: bool) -> dict[str, Any]:
    steps = kernel if stride is None or stride == [] else stride
    return {
        "kernel_shape": _each_axis(kernel, axes),
        "strides": _each_axis(steps, axes),
        "pads": _each_axis(padding, axes) * 2,
        "ceil_mode": ceil_mode,
        "auto_pad": "NOTSET",
    }


def adaptive(axes: int, pooling: Callable[..., Value]) -> Callable[..., Value]:
    """Pooling to a stated size, where the windows are equal and do not overlap."""

    def pool(t: Tracer, input: Value, output_size: Any, return_indices: bool = False) -> Value:
        sides = input.shape[-_spatial(input, axes) :]
        sizes = [side if size is None else size for side, size in zip(sides, _each_axis(output_size, axes), strict=True)]
        well_formed(all(size > 0 for size in sizes), f"pooling to the size {sizes}")
        if return_indices or any(side % size for side, size in zip(sides, sizes, strict=True)):
            raise NotSupported(f"adaptive pooling from {list(sides)} to {sizes}; only sizes that divide are read, without indices")
        return pooling(t, input, tuple(side // size for side, size in zip(sides, sizes, strict=True)))

    return pool


def batch_norm(
    t: Tracer,
    input: Value,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Value:
    """weight·(x − mean)/√(var + eps) + bias for each channel, with the stored mean and variance."""
    if training or running_mean is None or running_var is None:
        raise NotSupported(
            "batch normalisation by the batch's own statistics is no function of one input; call .eval(), with running stats"
        )
    scale, shift = (_per_channel(v, d, running_mean) for v, d in ((weight, 1), (bias, 0)))
    epsilon = t.number(eps)
    return t.onnx(onnx_reduce.batch_normalization, input, scale, shift, running_mean, running_var, epsilon=epsilon)


def _per_channel(v: Any, default: int, like: Value) -> Value:
    return v if v is not None else Constant(np.full(like.shape, default), "default")


def exported_batch_norm(t: Tracer, input: Value, weight: Any, bias: Any, mean: Any, var: Any, *rest: Any) -> Value:
    """The operator of exported programs, which has another order."""
    training, momentum, eps = rest[:3]
    return batch_norm(t, input, mean, var, weight, bias, training, momentum, eps)


WINDOWS: Mapping[str, Callable[..., Value]] = {
    **{f"conv{n}d": conv(n) for n in (1, 2, 3)},
    **{f"max_pool{n}d": max_pool(n) for n in (1, 2, 3)},
    **{f"avg_pool{n}d": average_pool(n) for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": adaptive(n, max_pool(n)) for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": adaptive(n, average_pool(n)) for n in (1, 2, 3)},
    "batch_norm": batch_norm,
    "aten.batch_norm": exported_batch_norm,
}
