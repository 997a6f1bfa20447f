"""ONNX operators that apply a scalar function to each entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import pi, prod, sqrt

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, pointwise
from bijection.frontends.exact import exact
from bijection.frontends.onnx.arithmetic import scaled_by, times, total
from bijection.frontends.values import Call, Constant, Tensor, Value, Values, broadcast, constant, folded, numbers, operand, tensor
from proofs.activations import (
    ABS,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Softplus,
    Tanh,
    clip,
    leaky_relu,
    value,
)
from proofs.errors import Malformed

LARGEST = Fraction(float(np.finfo(np.float32).max))  # exporters write ±this for "no bound"; no binary32 value exceeds it


def each(code: Code, x: Value, activations: Activation | Sequence[Activation]) -> Values:
    """σ at every entry, or the i-th σ at entry i."""
    size = prod(x.shape)
    some = [activations] * size if not isinstance(activations, Sequence) else activations
    if not isinstance(x, Constant):
        return (pointwise(code, x, some),)
    if not all(isinstance(s, PiecewiseAffine) for s in set(some)):
        raise NotSupported("its argument is constant and its value is no rational; fold constants before export")
    code.spend(20 * size)
    entries = np.empty(size, dtype=object)
    entries[:] = [value(s, Fraction(v)) for s, v in zip(some, numbers(x).ravel(), strict=True)]
    return (folded(entries.reshape(x.shape), x.integer, x.name),)


def relu(code: Code, call: Call) -> Values:
    """max(x, 0)."""
    return each(code, operand(call, 0), RELU)


def absolute(code: Code, call: Call) -> Values:
    """|x|."""
    return each(code, operand(call, 0), ABS)


def sigmoid(code: Code, call: Call) -> Values:
    """1/(1 + e^(−x))."""
    return each(code, operand(call, 0), Sigmoid())


def tanh(code: Code, call: Call) -> Values:
    """tanh x."""
    return each(code, operand(call, 0), Tanh())


def softplus(code: Code, call: Call) -> Values:
    """ln(1 + e^x)."""
    return each(code, operand(call, 0), Softplus())


def exp(code: Code, call: Call) -> Values:
    """e^x."""
    return each(code, operand(call, 0), Exp())


def atan(code: Code, call: Call) -> Values:
    """arctan x."""
    return each(code, operand(call, 0), Atan())


def erf(code: Code, call: Call) -> Values:
    """erf x."""
    return each(code, operand(call, 0), Erf())


def gelu(code: Code, call: Call) -> Values:
    """x·(1 + erf(x/√2))/2, or with tanh(√(2/π)·(x + 0.044715x³)) in the place of erf."""
    return (gelu_of(code, operand(call, 0), call.attributes["approximate"]),)


def gelu_of(code: Code, x: Value, approximate: str) -> Value:
    """GELU with 1/√2 or √(2/π) as binary64 numbers."""
    if isinstance(x, Tensor):
        x = replace(x, shared=True)
    if approximate == "tanh":
        cubic = scaled_by(code, times(code, times(code, x, x), x), exact(0.044715, "a number of GELU"))
        (gate,) = each(code, scaled_by(code, total(code, x, cubic), exact(sqrt(2 / pi), "a number of GELU")), Tanh())
    elif approximate == "none":
        (gate,) = each(code, scaled_by(code, x, exact(sqrt(0.5), "a number of GELU")), Erf())
    else:
        raise NotSupported(f"GELU with the approximation {approximate!r}; 'none' and 'tanh' are read")
    half = Constant(np.array(Fraction(1, 2), dtype=object), "1/2")
    return times(code, x, total(code, scaled_by(code, gate, Fraction(1, 2)), half))


def softsign(code: Code, call: Call) -> Values:
    """x/(1 + |x|)."""
    return (softsign_of(code, operand(call, 0)),)


def softsign_of(code: Code, x: Value) -> Value:
    """x/(1 + |x|)."""
    x = kept(x)
    (size,) = each(code, x, ABS)
    one = Constant(np.array(Fraction(1), dtype=object), "1")
    return times(code, x, each(code, total(code, size, one), Reciprocal(Fraction(1)))[0])


def kept(x: Value) -> Value:
    """The value, which is read again later and must stay as it is."""
    return replace(x, shared=True) if isinstance(x, Tensor) else x


def mish(code: Code, call: Call) -> Values:
    """x · tanh(softplus x)."""
    return (mish_of(code, operand(call, 0)),)


def mish_of(code: Code, x: Value) -> Value:
    """x · tanh(softplus x)."""
    (inner,) = each(code, kept(x), Softplus())
    return times(code, kept(x), each(code, inner, Tanh())[0])


def swish(code: Code, call: Call) -> Values:
    """x · sigmoid(alpha·x)."""
    x = kept(operand(call, 0))
    (gate,) = each(code, scaled_by(code, x, exact(call.attributes["alpha"], "alpha")), Sigmoid())
    return (times(code, x, gate),)


def hard_swish(code: Code, call: Call) -> Values:
    """x · min(max(x/6 + 1/2, 0), 1)."""
    x = kept(operand(call, 0))
    (gate,) = each(code, x, clip(Fraction(0), Fraction(1), Fraction(1, 6), Fraction(1, 2)))
    return (times(code, x, gate),)


def celu(code: Code, call: Call) -> Values:
    """x for x ≥ 0, alpha·(e^(x/alpha) − 1) below."""
    return (celu_of(code, operand(call, 0), exact(call.attributes["alpha"], "alpha")),)


def celu_of(code: Code, x: Value, alpha: Fraction) -> Value:
    """alpha·ELU(x/alpha)."""
    if alpha <= 0:
        raise NotSupported(f"CELU with alpha {float(alpha):g}; it must be positive")
    return scaled_by(code, each(code, scaled_by(code, x, 1 / alpha), Elu(Fraction(1), Fraction(1)))[0], alpha)


def shrink(code: Code, call: Call) -> Values:
    """0 for |x| ≤ lambd, x ∓ bias beyond, where that is continuous."""
    lambd, bias = exact(call.attributes["lambd"], "lambd"), exact(call.attributes["bias"], "bias")
    return each(code, operand(call, 0), shrinkage(lambd, bias))


def shrinkage(lambd: Fraction, bias: Fraction) -> PiecewiseAffine:
    """0 between −lambd and lambd, outside x + bias and x − bias."""
    if lambd <= 0 or bias != lambd:
        raise NotSupported(f"shrinking by {float(bias):g} beyond {float(lambd):g} jumps; a network here is made of continuous steps")
    return PiecewiseAffine((-lambd, lambd), ((Fraction(1), bias), (Fraction(0), Fraction(0)), (Fraction(1), -bias)))


def thresholded(code: Code, call: Call) -> Values:
    """x for x > alpha, else 0."""
    return each(code, operand(call, 0), above(exact(call.attributes["alpha"], "alpha"), Fraction(0)))


def above(threshold: Fraction, instead: Fraction) -> PiecewiseAffine:
    """x above the threshold, below it another number, where that is continuous."""
    if threshold != instead:
        raise NotSupported(f"{float(instead):g} up to {float(threshold):g} and x beyond jumps; a network here is made of continuous steps")
    return clip(threshold, None)


def leaky(code: Code, call: Call) -> Values:
    """x for x ≥ 0, alpha·x below."""
    return each(code, operand(call, 0), leaky_relu(exact(call.attributes["alpha"], "alpha")))


def prelu(code: Code, call: Call) -> Values:
    """x for x ≥ 0, slope·x below, with a constant slope broadcast to x."""
    x, slope = tensor(call, 0), constant(call, 1, "the slope")
    if broadcast(x.shape, slope.shape) != x.shape:
        raise Malformed(f"slopes of shape {list(slope.shape)} do not broadcast to {list(x.shape)}")
    code.spend(20 * prod(x.shape))
    made = {s: leaky_relu(Fraction(s)) for s in set(numbers(slope).ravel().tolist())}
    return each(code, x, [made[s] for s in np.broadcast_to(numbers(slope), x.shape).ravel().tolist()])


def elu(code: Code, call: Call) -> Values:
    """x for x ≥ 0, alpha·(e^x − 1) below."""
    return _elu(code, call, Fraction(1))


def selu(code: Code, call: Call) -> Values:
    """gamma·x for x ≥ 0, gamma·alpha·(e^x − 1) below."""
    return _elu(code, call, exact(call.attributes["gamma"], "gamma"))


def _elu(code: Code, call: Call, scale: Fraction) -> Values:
    alpha = exact(call.attributes["alpha"], "alpha")
    if alpha <= 0 or scale <= 0:
        raise NotSupported(f"alpha {float(alpha):g} and scale {float(scale):g}; both must be positive")
    return each(code, operand(call, 0), Elu(alpha, scale))


def hard_sigmoid(code: Code, call: Call) -> Values:
    """min(max(alpha·x + beta, 0), 1)."""
    alpha, beta = exact(call.attributes["alpha"], "alpha"), exact(call.attributes["beta"], "beta")
    if alpha <= 0:
        raise NotSupported(f"alpha {float(alpha):g}; it must be positive")
    return each(code, operand(call, 0), clip(Fraction(0), Fraction(1), alpha, beta))


def clip_(code: Code, call: Call) -> Values:
    """min(max(x, lower), upper); bounds at the largest binary32 number are none for such numbers."""
    lower, upper = (_bound(call, name, i) for i, name in ((1, "min"), (2, "max")))
    return each(code, operand(call, 0), between(lower, upper))


def between(lower: Fraction | None, upper: Fraction | None) -> PiecewiseAffine:
    """x ↦ min(max(x, lower), upper), also for lower ≥ upper, where it is the constant upper."""
    if lower is not None and upper is not None and lower >= upper:
        return PiecewiseAffine((), ((Fraction(0), upper),))
    return clip(lower, upper)


def _bound(call: Call, name: str, i: int) -> Fraction | None:
    if call.opset < 11:
        stored = call.attributes[name]
    else:
        if i >= len(call.inputs) or call.inputs[i] is None:
            return None
        c = constant(call, i, f"the bound {name}")
        if prod(c.shape) != 1:
            raise Malformed(f"the bound {name} has the shape {list(c.shape)}; one number is needed")
        stored = c.array.ravel()[0]
    far = stored == float("-inf" if name == "min" else "inf")
    bound = None if far else exact(stored, f"the bound {name}")
    wide = isinstance(stored, np.float64 | np.integer)  # then values may lie beyond it
    beyond = bound is not None and not wide and (bound <= -LARGEST if name == "min" else bound >= LARGEST)
    return None if beyond else bound
