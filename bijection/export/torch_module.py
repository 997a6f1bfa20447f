"""Network → torch.nn.Module in binary64 (extra `torch`). Weights become floats here; how many were rounded is counted and said."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, assert_never

import torch
from torch.nn import functional as F

from bijection.exact.floating import approximate
from proofs.activations import (
    IDENTITY,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
)
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs

_SHORTCUT = 40.0  # beyond, ln(1 + e^t) is t in binary64


class StraightLine(torch.nn.Module):  # type: ignore[misc]
    """The network on batches of shape (…, n), differentiable, in binary64; its weights are parameters that need no gradient.

    `weights` counts them, `rounded` those that are no binary64 numbers: if there are some, the module computes another function.
    """

    def __init__(self, f: Network) -> None:
        super().__init__()
        self.weights, self.rounded = 0, 0
        self.arity, self._code = f.arity, [(node.op, node.inputs) for node in f.nodes]
        for k, node in enumerate(f.nodes):
            if isinstance(node.op, Affine):
                self._affine(node.op, k)

    def _affine(self, op: Affine, k: int) -> None:
        w = torch.zeros(len(op.rows), op.columns, dtype=torch.float64)
        for i, row in enumerate(op.rows):
            for j, a in zip(row.columns, row.coefficients, strict=True):
                w[i, j] = self._number(Fraction(a, op.denominator))
        bias = torch.tensor([self._number(Fraction(row.constant, op.denominator)) for row in op.rows], dtype=torch.float64)
        for name, value in ((f"weight_{k + 1}", w), (f"bias_{k + 1}", bias)):
            self.register_parameter(name, torch.nn.Parameter(value, requires_grad=False))

    def _number(self, t: Fraction) -> float:
        near = approximate(t)
        self.weights += 1
        self.rounded += int(Fraction(near) != t)
        return near

    def forward(self, x: Any) -> Any:
        """The output, in the shape (…, m)."""
        values = [x.reshape(-1, self.arity)]
        for k, (op, inputs) in enumerate(self._code):
            if isinstance(op, Affine):
                values.append(F.linear(values[inputs[0]], getattr(self, f"weight_{k + 1}"), getattr(self, f"bias_{k + 1}")))
            else:
                values.append(_apply(op, [values[j] for j in inputs]))
        return values[-1].reshape(*x.shape[:-1], -1)


def to_torch(f: Network) -> StraightLine:
    """The network as a module."""
    module = StraightLine(f)
    module.eval()
    return module


def _apply(op: Op, inputs: Sequence[Any]) -> Any:
    x = inputs[0]
    match op:
        case Pointwise(activations):
            parts, start = [], 0
            for s, count in runs(activations):
                parts.append(_activated(s, x[:, start : start + count]))
                start += count
            return torch.cat(parts, 1) if len(parts) > 1 else parts[0] if parts else x
        case Sum():
            total = x
            for v in inputs[1:]:
                total = total + v
            return total
        case Stack():
            return torch.cat(list(inputs), 1)
        case Product():
            return x * inputs[1]
        case Max(groups):
            return torch.stack([x[:, list(group)].amax(1) for group in groups], 1)
        case Softmax(groups):
            order = [i for group in groups for i in group]
            shares = torch.cat([torch.softmax(x[:, list(group)], 1) for group in groups], 1)
            return shares[:, [order.index(i) for i in range(len(order))]]
        case Argmax():
            return x.argmax(1, keepdim=True).to(x.dtype)
        case Spline(least, power):
            return _spline(approximate(least), power, inputs)
        case Affine():
            raise AssertionError("affine maps hold parameters")
        case _:
            assert_never(op)


def _activated(s: Activation, t: Any) -> Any:
    match s:
        case PiecewiseAffine():
            return _bent(s, t)
        case Sigmoid():
            return torch.sigmoid(t)
        case Tanh():
            return torch.tanh(t)
        case Softplus():
            return F.softplus(t, 1.0, _SHORTCUT)
        case Exp():
            return torch.exp(t)
        case Atan():
            return torch.atan(t)
        case Erf():
            return torch.erf(t)
        case Sin():
            return torch.sin(t)
        case Sqrt():
            return torch.sqrt(torch.relu(t))
        case Reciprocal(least):
            return 1 / torch.clamp(t, min=approximate(least))
        case Elu(alpha, scale):
            return approximate(scale) * F.elu(t, approximate(alpha))
        case _:
            assert_never(s)


def _bent(s: PiecewiseAffine, t: Any) -> Any:
    """The first piece, and at each breakpoint what the slope gains."""
    if s == IDENTITY:
        return t
    if s == RELU:
        return torch.relu(t)
    slope, intercept = map(approximate, s.pieces[0])
    if list(s.breakpoints) == [0] and list(s.pieces[1]) == [1, 0]:
        return F.leaky_relu(t, slope)
    out = slope * t + intercept
    for k, b in enumerate(s.breakpoints):
        out = out + approximate(s.pieces[k + 1][0] - s.pieces[k][0]) * torch.relu(t - approximate(b))
    return out


def _spline(least: float, power: int, inputs: Sequence[Any]) -> Any:
    """See `proofs.splines.Spline`."""
    t = inputs[0]
    w, h, a, b = (torch.clamp(v.reshape(*t.shape, -1), min=least) for v in inputs[1:])
    length = w if power == 1 else h
    start = torch.cumsum(length, 2) - length
    u = torch.minimum(torch.clamp(t[:, :, None] - start, min=0.0), length)
    around = torch.clamp(t, max=0.0) + torch.relu(t - length.sum(2))
    v = length - u
    if power == 1:
        low, high = h * u * u + a * w * u * v, h * v * v + b * w * u * v
        return (h * low / (low + high)).sum(2) + around
    c = w * (a * v - b * u)
    return (2 * h * u * w / (c + torch.sqrt(c * c + 4 * h * h * v * u) + 2 * h * u)).sum(2) + around


__all__ = ["StraightLine", "to_torch"]
