"""torch's activations on symbols, by name; see `torch_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.onnx import activations as onnx_activations
from bijection.frontends.onnx.activations import between, each
from bijection.frontends.onnx.arithmetic import scaled_by, times, total
from bijection.frontends.torch.tracer import Tracer, moved
from bijection.frontends.values import Tensor, Value, axis_of
from proofs.activations import ABS, RELU, Atan, Elu, Erf, Exp, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.errors import Malformed, well_formed

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
SHORTCUT = 20  # where torch's softplus returns x itself: there ln(1 + e^x) − x < 2.1e-9


def self_times(t: Tracer, x: Value, y: Value) -> Value:
    """x · y where both come from one value, which therefore must stay as it is."""
    shared = [replace(v, shared=True) if isinstance(v, Tensor) else v for v in (x, y)]
    return times(t.code, *shared)


def relu(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """max(x, 0)."""
    return each(t.code, input, RELU)[0]


def leaky(t: Tracer, input: Value, negative_slope: Any = 0.01, inplace: bool = False) -> Value:
    """x for x ≥ 0, negative_slope·x below."""
    return each(t.code, input, leaky_relu(t.number(negative_slope)))[0]


def prelu(t: Tracer, input: Value, weight: Value) -> Value:
    """x for x ≥ 0, weight·x below, one weight or one per channel."""
    rank = len(input.shape)
    weight = moved(weight, lambda a: a.reshape(-1, *(1,) * max(rank - 2, 0)) if a.size > 1 else a.reshape(()))
    return t.onnx(onnx_activations.prelu, input, weight)


def hardtanh(t: Tracer, input: Value, min_val: Any = -1.0, max_val: Any = 1.0, inplace: bool = False) -> Value:
    """min(max(x, min_val), max_val)."""
    return clamp(t, input, min_val, max_val)


def clamp(t: Tracer, input: Value, min: Any = None, max: Any = None) -> Value:
    """min(max(x, min), max); bounds that are infinite are none."""
    lower = None if min in (None, float("-inf")) else t.number(min)
    upper = None if max in (None, float("inf")) else t.number(max)
    return each(t.code, input, between(lower, upper))[0]


def relu6(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """min(max(x, 0), 6)."""
    return clamp(t, input, 0, 6)


def hardsigmoid(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """min(max(x/6 + 1/2, 0), 1)."""
    return each(t.code, input, clip(Fraction(0), Fraction(1), Fraction(1, 6), Fraction(1, 2)))[0]


def hardswish(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """x · hardsigmoid(x)."""
    return self_times(t, input, hardsigmoid(t, input))


def silu(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """x · sigmoid(x)."""
    return self_times(t, input, sigmoid(t, input))


def absolute(t: Tracer, input: Value) -> Value:
    """|x|."""
    return each(t.code, input, ABS)[0]


def sigmoid(t: Tracer, input: Value) -> Value:
    """1/(1 + e^(−x))."""
    return each(t.code, input, Sigmoid())[0]


def tanh(t: Tracer, input: Value) -> Value:
    """tanh x."""
    return each(t.code, input, Tanh())[0]


def exp(t: Tracer, input: Value) -> Value:
    """e^x."""
    return each(t.code, input, Exp())[0]


def atan(t: Tracer, input: Value) -> Value:
    """arctan x."""
    return each(t.code, input, Atan())[0]


def erf(t: Tracer, input: Value) -> Value:
    """erf x."""
    return each(t.code, input, Erf())[0]


def gelu(t: Tracer, input: Value, approximate: str = "none") -> Value:
    """x·(1 + erf(x/√2))/2, or torch's approximation of it with tanh."""
    return onnx_activations.gelu_of(t.code, input, approximate)


def softplus(t: Tracer, input: Value, beta: Any = 1.0, threshold: Any = 20.0) -> Value:
    """ln(1 + e^(beta·x))/beta, without torch's shortcut to x where beta·x exceeds the threshold (see SHORTCUT)."""
    well_formed(beta > 0, f"softplus with beta {beta}; it must be positive")
    if threshold < SHORTCUT:
        raise NotSupported(f"softplus with the threshold {threshold}, where it jumps; the default, {SHORTCUT}, is read as ln(1 + e^x)")
    inner = each(t.code, scaled_by(t.code, input, t.number(beta)), Softplus())[0]
    return scaled_by(t.code, inner, 1 / t.number(beta))


def logsigmoid(t: Tracer, input: Value) -> Value:
    """−ln(1 + e^(−x))."""
    minus = Fraction(-1)
    return scaled_by(t.code, each(t.code, scaled_by(t.code, input, minus), Softplus())[0], minus)


def softsign(t: Tracer, input: Value) -> Value:
    """x/(1 + |x|)."""
    return onnx_activations.softsign_of(t.code, input)


def mish(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """x · tanh(softplus x)."""
    return onnx_activations.mish_of(t.code, input)


def tanhshrink(t: Tracer, input: Value) -> Value:
    """x − tanh x."""
    return total(t.code, input, scaled_by(t.code, tanh(t, onnx_activations.kept(input)), Fraction(-1)))


def softshrink(t: Tracer, input: Value, lambd: Any = 0.5) -> Value:
    """0 for |x| ≤ lambd, else x moved towards 0 by lambd."""
    size = t.number(lambd)
    return input if size == 0 else each(t.code, input, onnx_activations.shrinkage(size, size))[0]


def hardshrink(t: Tracer, input: Value, lambd: Any = 0.5) -> Value:
    """0 for |x| ≤ lambd, else x, which jumps but for lambd = 0."""
    return input if lambd == 0 else each(t.code, input, onnx_activations.shrinkage(t.number(lambd), Fraction(0)))[0]


def threshold(t: Tracer, input: Value, threshold: Any, value: Any, inplace: bool = False) -> Value:
    """x above the threshold, else the value, where that is continuous."""
    return each(t.code, input, onnx_activations.above(t.number(threshold), t.number(value)))[0]


def rrelu(t: Tracer, input: Value, lower: Any = 1 / 8, upper: Any = 1 / 3, training: bool = False, *_: Any) -> Value:
    """Leaky ReLU with the mean of the two slopes; in training mode the slope is random."""
    if training:
        raise Malformed("rrelu in training mode is random, hence no function; call .eval()")
    return each(t.code, input, leaky_relu(t.number((lower + upper) / 2)))[0]


def glu(t: Tracer, input: Value, dim: int = -1) -> Value:
    """a · sigmoid(b) for the two halves a, b along the axis."""
    axis = axis_of(dim, len(input.shape))
    if input.shape[axis] % 2:
        raise Malformed(f"two halves of {input.shape[axis]} entries")
    half = input.shape[axis] // 2
    first = moved(input, lambda a: np.take(a, range(half), axis))
    second = moved(input, lambda a: np.take(a, range(half, 2 * half), axis))
    return times(t.code, onnx_activations.kept(first), sigmoid(t, onnx_activations.kept(second)))


def elu(t: Tracer, input: Value, alpha: Any = 1.0, inplace: bool = False) -> Value:
    """x for x ≥ 0, alpha·(e^x − 1) below."""
    return each(t.code, input, _elu(t.number(alpha), Fraction(1)))[0]


def selu(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """ELU with the two constants of self-normalising networks."""
    return each(t.code, input, _elu(t.number(SELU_ALPHA), t.number(SELU_SCALE)))[0]


def celu(t: Tracer, input: Value, alpha: Any = 1.0, inplace: bool = False) -> Value:
    """x for x ≥ 0, alpha·(e^(x/alpha) − 1) below: alpha·ELU(x/alpha)."""
    return onnx_activations.celu_of(t.code, input, t.number(alpha))


def exported_elu(t: Tracer, input: Value, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> Value:
    """The operator of exported programs: scale·x for x ≥ 0, scale·alpha·(e^(input_scale·x) − 1) below."""
    if input_scale != 1:
        raise NotSupported(f"elu with input_scale {input_scale}; only 1 is read")
    return each(t.code, input, _elu(t.number(alpha), t.number(scale)))[0]


def _elu(alpha: Fraction, scale: Fraction) -> Elu:
    if alpha <= 0:
        raise NotSupported(f"ELU with alpha {float(alpha):g}; it must be positive")
    return Elu(alpha, scale)


ACTIVATIONS: Mapping[str, Callable[..., Value]] = {
    "relu": relu,
    "leaky_relu": leaky,
    "prelu": prelu,
    "hardtanh": hardtanh,
    **dict.fromkeys(("clamp", "clip"), clamp),
    "relu6": relu6,
    "hardsigmoid": hardsigmoid,
    "hardswish": hardswish,
    "silu": silu,
    **dict.fromkeys(("abs", "absolute"), absolute),
    "sigmoid": sigmoid,
    "tanh": tanh,
    "exp": exp,
    **dict.fromkeys(("atan", "arctan"), atan),
    **dict.fromkeys(("erf", "special_erf"), erf),
    "gelu": gelu,
    "softplus": softplus,
    "logsigmoid": logsigmoid,
    "elu": elu,
    "aten.elu": exported_elu,
    "selu": selu,
    "softsign": softsign,
    "mish": mish,
    "tanhshrink": tanhshrink,
    "softshrink": softshrink,
    "hardshrink": hardshrink,
    "threshold": threshold,
    **dict.fromkeys(("rrelu", "rrelu_with_noise"), rrelu),
    "glu": glu,
    "celu": celu,
}
