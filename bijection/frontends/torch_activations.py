"""torch's activations on symbols, by name; see `torch_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bijection.errors import NotSupported
from bijection.frontends import onnx_activations
from bijection.frontends.onnx_activations import between, each
from bijection.frontends.onnx_arithmetic import scaled_by, times
from bijection.frontends.onnx_values import Tensor, Value
from bijection.frontends.torch_tracer import Tracer, moved
from proofs.activations import ABS, RELU, Atan, Elu, Erf, Exp, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.errors import well_formed

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


def elu(t: Tracer, input: Value, alpha: Any = 1.0, inplace: bool = False) -> Value:
    """x for x ≥ 0, alpha·(e^x − 1) below."""
    return each(t.code, input, _elu(t.number(alpha), Fraction(1)))[0]


def selu(t: Tracer, input: Value, inplace: bool = False) -> Value:
    """ELU with the two constants of self-normalising networks."""
    return each(t.code, input, _elu(t.number(SELU_ALPHA), t.number(SELU_SCALE)))[0]


def celu(t: Tracer, input: Value, alpha: Any = 1.0, inplace: bool = False) -> Value:
    """x for x ≥ 0, alpha·(e^(x/alpha) − 1) below: alpha·ELU(x/alpha)."""
    scale = t.number(alpha)
    well_formed(scale > 0, f"celu with alpha {alpha}; it must be positive")
    return scaled_by(t.code, each(t.code, scaled_by(t.code, input, 1 / scale), Elu(Fraction(1), Fraction(1)))[0], scale)


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
    "celu": celu,
}
