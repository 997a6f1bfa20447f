"""ONNX operators on sliding windows: convolution, pooling, global pooling, in any number of spatial dimensions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, contract, distinct, largest, rows_of
from bijection.frontends.exact import scaled
from bijection.frontends.onnx.arithmetic import reduced, with_bias
from bijection.frontends.values import Array, Call, Tensor, Values, affordable, constant, tensor
from proofs.errors import Malformed
from proofs.network import Row

PADDING, OUTSIDE = -1, -2  # marks for entries in the stated border, and beyond it (ceil_mode)


@dataclass(frozen=True, slots=True)
class Windows:
    """Along one axis: out windows of `kernel` taps, `dilation` apart, `stride` between windows, `before`/`after` border."""

    out: int
    kernel: int
    stride: int
    dilation: int
    border: tuple[int, int]

    @property
    def reach(self) -> int:
        """The length of the padded axis that the windows need."""
        return (self.out - 1) * self.stride + (self.kernel - 1) * self.dilation + 1


def windows_of(call: Call, sides: tuple[int, ...], kernel: tuple[int, ...]) -> list[Windows]:
    """The windows along each spatial axis, from strides, dilations, pads, auto_pad and ceil_mode."""
    a, n = call.attributes, len(sides)
    strides, dilations = a.get("strides") or (1,) * n, a.get("dilations") or (1,) * n
    pads = a.get("pads") or (0,) * (2 * n)
    lists = {"kernel_shape": kernel, "strides": strides, "dilations": dilations}
    for name, values in lists.items():
        if len(values) != n or any(not 0 < v < 2**31 for v in values):
            raise Malformed(f"{name} {list(values)} for {n} spatial axes; {n} positive numbers are needed")
    if len(pads) != 2 * n or any(not 0 <= p < 2**31 for p in pads):
        raise Malformed(f"pads {list(pads)} for {n} spatial axes; {2 * n} numbers ≥ 0 are needed")
    if a["auto_pad"] not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
        raise Malformed(f"auto_pad '{a['auto_pad']}'")
    axes = zip(sides, kernel, strides, dilations, zip(pads[:n], pads[n:], strict=True), strict=True)
    return [_along(a["auto_pad"], bool(a.get("ceil_mode")), *axis) for axis in axes]


def _along(auto: str, ceil: bool, side: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int]) -> Windows:
    span = (kernel - 1) * dilation + 1
    if auto.startswith("SAME"):
        out = -(-side // stride)
        short = max((out - 1) * stride + span - side, 0)
        border = (short // 2, short - short // 2) if auto == "SAME_UPPER" else (short - short // 2, short // 2)
        return Windows(out, kernel, stride, dilation, border)
    border = (0, 0) if auto == "VALID" else pads
    room = side + sum(border) - span
    if room < 0:
        raise Malformed(f"a window of {span} on an axis of {side} with the border {border}")
    out = (-(-room // stride) if ceil else room // stride) + 1
    if ceil and (out - 1) * stride >= side + border[0]:  # a window that would start in the far border is dropped
        out -= 1
    return Windows(out, kernel, stride, dilation, border)


def slide(code: Code, index: Array, along: list[Windows]) -> Array:
    """(N, C, sides…) → (N, outs…, C, kernels…), with PADDING and OUTSIDE where there is no entry."""
    n = len(along)
    for i, w in enumerate(along):
        before, after = w.border
        beyond = max(w.reach - index.shape[2 + i] - before - after, 0)
        shape = list(index.shape)
        shape[2 + i] += before + after + beyond
        code.spend(affordable(tuple(shape), "the padded tensor"))
        wide = np.pad(index, [(before, after) if j == 2 + i else (0, 0) for j in range(2 + n)], constant_values=PADDING)
        index = np.pad(wide, [(0, beyond) if j == 2 + i else (0, 0) for j in range(2 + n)], constant_values=OUTSIDE)
    code.spend(affordable((*index.shape[:2], prod(w.out * w.kernel for w in along)), "the windows"))
    for i, w in enumerate(along):  # axis 2 + 2i becomes the two axes (out, kernel)
        at = np.arange(w.out)[:, None] * w.stride + np.arange(w.kernel)[None, :] * w.dilation
        index = np.take(index, at, axis=2 + 2 * i)
    outs, kernels = [2 + 2 * i for i in range(n)], [3 + 2 * i for i in range(n)]
    return index.transpose([0, *outs, 1, *kernels])


def _images(x: Tensor) -> tuple[int, int, tuple[int, ...]]:
    if len(x.shape) < 3 or 0 in x.shape:
        raise Malformed(f"a tensor of shape {list(x.shape)}; batch, channels and at least one spatial axis are needed")
    return x.shape[0], x.shape[1], x.shape[2:]


def conv(code: Code, call: Call) -> Values:
    """The cross-correlation with constant kernels, in groups, plus a bias."""
    x, w = tensor(call, 0), constant(call, 1, "the kernel")
    n, channels, sides = _images(x)
    group = call.attributes["group"]
    if len(w.shape) != len(x.shape) or 0 in w.shape or group < 1 or w.shape[1] * group != channels or w.shape[0] % group:
        raise Malformed(f"a kernel of shape {list(w.shape)} in {group} groups on an input of shape {list(x.shape)}")
    if tuple(call.attributes.get("kernel_shape") or w.shape[2:]) != w.shape[2:]:
        raise Malformed(f"kernel_shape {list(call.attributes['kernel_shape'])} beside a kernel of shape {list(w.shape)}")
    along = windows_of(call, sides, w.shape[2:])
    outs = tuple(a.out for a in along)
    code.plan(n * prod(outs) * prod(w.shape), n * prod(outs) * w.shape[0])
    x = distinct(code, x)
    numerators, d = scaled(w.array, f"tensor '{w.name}'")
    bias = [0] * w.shape[0]
    if len(call.inputs) > 2 and call.inputs[2] is not None:
        b = constant(call, 2, "the bias")
        if b.shape != w.shape[:1]:
            raise Malformed(f"a bias of shape {list(b.shape)} for {w.shape[0]} channels")
        numerators, bias, d = with_bias(numerators, d, b.array, f"tensor '{b.name}'")
    taps = slide(code, x.index, along)
    seen = taps.reshape(n * prod(outs), group, -1)
    kernels = numerators.reshape(group, w.shape[0] // group, -1)
    biases = np.array(bias, dtype=object).reshape(group, -1)
    rows = [contract(seen[:, g], kernels[g].tolist(), biases[g].tolist()) for g in range(group)]
    image = np.moveaxis(np.concatenate(rows, axis=1).reshape(n, *outs, w.shape[0]), -1, 1)
    return (rows_of(code, x.value, image, d),)


def _pooled(code: Code, call: Call, x: Tensor) -> tuple[Array, tuple[int, ...]]:
    """The taps of each pooling window, (N·C·outs, kernel), and the output's shape."""
    n, channels, sides = _images(x)
    along = windows_of(call, sides, tuple(call.attributes["kernel_shape"]))
    if call.attributes["auto_pad"].startswith("SAME") and any(a.dilation > 1 and a.kernel > 1 for a in along):
        raise NotSupported(f"auto_pad '{call.attributes['auto_pad']}' with dilations: runtimes disagree on the border; write it as pads")
    outs, kernel = tuple(a.out for a in along), prod(a.kernel for a in along)
    code.plan(n * channels * prod(outs) * kernel, n * channels * prod(outs))
    taps = np.moveaxis(slide(code, x.index, along), 1 + len(outs), 1)
    return taps.reshape(-1, kernel), (n, channels, *outs)


def max_pool(code: Code, call: Call) -> Values:
    """The largest entry of each window; the border counts as −∞, so it drops out."""
    x = tensor(call, 0)
    if call.attributes.get("storage_order"):
        raise NotSupported("storage_order 1; only the row-major order is read")
    taps, shape = _pooled(code, call, x)
    pooled = largest(code, x, taps)
    return (replace(pooled, index=pooled.index.reshape(shape)),)


def average_pool(code: Code, call: Call) -> Values:
    """The mean of each window, over its entries, or with count_include_pad also over the zeros of the border."""
    x = distinct(code, tensor(call, 0))
    taps, shape = _pooled(code, call, x)
    counted = bool(call.attributes.get("count_include_pad"))
    if counted and (taps == OUTSIDE).any():
        raise NotSupported("count_include_pad with windows that ceil_mode lets reach beyond the border; runtimes disagree on them")
    sizes = [taps.shape[1]] * len(taps) if counted else (taps >= 0).sum(axis=1).tolist()
    if not all(sizes):
        raise Malformed("a mean is taken over padding alone")
    d = int(np.lcm.reduce(np.array(sorted(set(sizes)), dtype=object)))
    ones = contract(taps, [[1] * taps.shape[1]], [0]).ravel().tolist()
    made: dict[tuple[int, int], tuple[int, ...]] = {}
    rows = np.empty(len(taps), dtype=object)
    for i, (row, size) in enumerate(zip(ones, sizes, strict=True)):
        key = (len(row.columns), d // size)
        rows[i] = Row(row.columns, made.setdefault(key, (key[1],) * key[0]), 0)
    return (rows_of(code, x.value, rows.reshape(shape), d),)


def global_average_pool(code: Code, call: Call) -> Values:
    """The mean over all spatial axes."""
    x = tensor(call, 0)
    n, channels, sides = _images(x)
    flat = replace(x, index=x.index.reshape(n, channels, prod(sides)))
    mean = reduced(code, flat, Fraction(1, prod(sides)))
    return (replace(mean, index=mean.index.reshape(n, channels, *(1 for _ in sides))),)


def global_max_pool(code: Code, call: Call) -> Values:
    """The maximum over all spatial axes."""
    x = tensor(call, 0)
    n, channels, sides = _images(x)
    top = largest(code, x, x.index.reshape(n * channels, prod(sides)))
    return (replace(top, index=top.index.reshape(n, channels, *(1 for _ in sides))),)
