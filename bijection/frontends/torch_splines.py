"""Rational-quadratic splines of nflows, normflows and zuko: their own functions branch on the input, so they are taken as one operation.

While a module is traced, the function of the library is replaced by one that computes the bins in torch, with the same numbers, and
then calls one operator. That this is the library's function is checked at random inputs in binary64 before it is used.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import torch.nn.functional as F

from bijection.errors import NotSupported
from bijection.frontends.onnx_code import beside, flat
from bijection.frontends.onnx_values import Constant, Tensor, Value, broadcast, ordered, reindex
from bijection.frontends.torch_tracer import Tracer
from proofs.splines import Spline

FUNCTION = "unconstrained_rational_quadratic_spline"
_NOTE = (
    "the library's spline is recognised by its name and taken for the rational-quadratic one: they were compared at random inputs in "
    "binary64, which is evidence and no proof; what is proved holds of the network that is read"
)


def _computed(
    x: torch.Tensor, widths: torch.Tensor, heights: torch.Tensor, left: torch.Tensor, right: torch.Tensor, power: int
) -> torch.Tensor:
    """What `proofs.splines.Spline` says, the bins along the last axis."""
    length = widths if power > 0 else heights
    ends = torch.cumsum(length, -1)
    inside = torch.minimum(torch.clamp(x[..., None] - (ends - length), min=0.0), length)
    if power > 0:
        u, v = inside, widths - inside
        low, high = heights * u * u + left * widths * u * v, heights * v * v + right * widths * u * v
        parts = heights * low / (low + high)
    else:
        c = widths * (left * (heights - inside) - right * inside)
        root = torch.sqrt(c * c + 4 * heights * heights * (heights - inside) * inside)
        parts = 2 * heights * inside * widths / (c + root + 2 * heights * inside)
    return parts.sum(-1) + torch.clamp(x, max=0.0) + torch.clamp(x - ends[..., -1], min=0.0)


monotone_spline = torch.library.custom_op("bijection::monotone_spline", _computed, mutates_args=())
monotone_spline.register_fake(lambda x, widths, heights, left, right, power: torch.empty_like(x))


def read_spline(t: Tracer, x: Value, widths: Value, heights: Value, left: Value, right: Value, power: int) -> Value:
    """One operation of the network; its bins must be known to stay above a positive number."""
    if isinstance(x, Constant):
        raise NotSupported("a spline at a constant")
    shape = x.shape
    wide = (*shape, widths.shape[-1])
    parts = [reindex(v, lambda a: np.broadcast_to(a, broadcast(wide, a.shape))) for v in (widths, heights, left, right)]
    placed = beside(t.code, parts)
    sides = t.code.sides(placed[0].value)
    lows = [sides[j].lower for part in placed for j in part.index.ravel().tolist()]
    known = [low for low in lows if low is not None and low > 0]
    if len(known) < len(lows):
        raise NotSupported("a spline whose widths, heights or slopes are not known to stay above a positive number")
    if _NOTE not in t.code.notes:
        t.code.notes.append(_NOTE)
    value = t.code.emit(Spline(_below(min(known)), power), flat(t.code, x), *(flat(t.code, part) for part in placed))
    return Tensor(value, ordered(math.prod(shape), shape))


def _below(t: Fraction) -> Fraction:
    """A power of two that is not larger."""
    return Fraction(2) ** (t.numerator.bit_length() - t.denominator.bit_length() - 1)


@contextmanager
def splines_as_operators() -> Iterator[None]:
    """The splines of the libraries that are loaded, replaced by ones that can be traced."""
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            ours = name.partition(".")[0] in ("nflows", "normflows") and FUNCTION in vars(module)
            if ours and _agrees(vars(module)[FUNCTION]):
                stack.enter_context(patch.object(module, FUNCTION, _unconstrained))
        zuko = sys.modules.get("zuko.transforms")
        if zuko is not None and _transform_agrees(zuko.MonotonicRQSTransform):
            stack.enter_context(patch.object(zuko.MonotonicRQSTransform, "__init__", _keeping(zuko.MonotonicRQSTransform.__init__)))
            stack.enter_context(patch.object(zuko.MonotonicRQSTransform, "_call", _call))
        yield


def _unconstrained(
    inputs: Any,
    unnormalized_widths: Any,
    unnormalized_heights: Any,
    unnormalized_derivatives: Any,
    inverse: bool = False,
    tails: Any = "linear",
    tail_bound: Any = 1.0,
    min_bin_width: float = 1e-3,
    min_bin_height: float = 1e-3,
    min_derivative: float = 1e-3,
) -> tuple[Any, Any]:
    """The function of nflows and normflows; the log-determinant, which is not read, is 0."""
    if tails not in ("linear", "circular"):
        raise NotSupported("tails for each feature: normflows gives 0 outside of the bins then, which is not injective on all of ℝⁿ")
    widths = _bins(_beside(inputs, unnormalized_widths), min_bin_width) * (2 * tail_bound)
    heights = _bins(_beside(inputs, unnormalized_heights), min_bin_height) * (2 * tail_bound)
    inner = _beside(inputs, unnormalized_derivatives)
    at_ends = float(np.log(np.exp(1 - min_derivative) - 1))  # makes the slope 1 there, up to rounding
    inner = F.pad(inner, (1, 1), value=at_ends) if tails == "linear" else torch.cat([inner, inner[..., :1]], dim=-1)
    slopes = min_derivative + F.softplus(inner)
    moved = monotone_spline(inputs + tail_bound, widths, heights, slopes[..., :-1], slopes[..., 1:], -1 if inverse else 1)
    return moved - tail_bound, torch.zeros_like(inputs)


def _beside(inputs: Any, parameters: Any) -> Any:
    """The parameters; in the graph they depend on the input, so that what is computed from them stays exact."""
    return parameters + 0 * inputs[..., None]


def _bins(unnormalized: Any, least: float) -> Any:
    """The shares of the bins: least + (1 − K·least)·softmax; the last one is what is left, as the last knot is put to the end."""
    count = unnormalized.shape[-1]
    scale = 1 - least * count
    narrow = unnormalized.dtype == torch.float32
    stored = [Fraction(float(np.float32(t)) if narrow else t) for t in (least, scale)]
    shares = least + scale * F.softmax(unnormalized, dim=-1)
    rest = float(1 - (count * stored[0] + stored[1]))  # exact: few digits beyond those of the stored numbers
    return torch.cat([shares[..., :-1], shares[..., -1:] + rest], dim=-1)


def _keeping(original: Callable[..., None]) -> Callable[..., None]:
    """zuko's constructor, which keeps what it is given."""

    def init(self: Any, widths: Any, heights: Any, derivatives: Any, bound: float = 5.0, slope: float = 1e-3, **kwargs: Any) -> None:
        original(self, widths, heights, derivatives, bound=bound, slope=slope, **kwargs)
        self.given = (widths, heights, derivatives, bound, math.log(slope))

    return init


def _call(self: Any, x: Any) -> Any:
    """zuko's spline."""
    widths, heights, derivatives, bound, steep = self.given
    widths, heights = (2 * bound * F.softmax(_softened(_beside(x, t), steep / 2), dim=-1) for t in (widths, heights))
    slopes = torch.exp(F.pad(_softened(_beside(x, derivatives), steep), (1, 1)))
    return monotone_spline(x + bound, widths, heights, slopes[..., :-1], slopes[..., 1:], 1) - bound


def _softened(t: Any, c: float) -> Any:
    """t/(1 + |t/c|), written so that its bounds are seen."""
    z = t / c
    return c * (1 / (1 + torch.relu(-z)) - 1 / (1 + torch.relu(z)))


@cache
def _agrees(original: Callable[..., Any]) -> bool:
    """Whether both functions agree to many digits at random inputs, inside and outside of the bins, one way and back."""
    random = torch.Generator().manual_seed(0)
    found = []
    for bins, bound, spread in ((2, 1.0, 1.0), (5, 3.0, 4.0), (8, 4.0, 0.1)):
        x = torch.cat([torch.tensor([-bound, bound, 0.0]), torch.randn(200, generator=random) * bound]).double()
        w, h, d = (torch.randn(len(x), k, generator=random, dtype=torch.float64) * spread for k in (bins, bins, bins - 1))
        for inverse in (False, True):
            pair = [f(x, w, h, d.clone(), inverse=inverse, tails="linear", tail_bound=bound)[0] for f in (original, _unconstrained)]
            found.append(torch.allclose(*pair, rtol=1e-8, atol=1e-8))
    return all(found)


@cache
def _transform_agrees(transform: Any) -> bool:
    random = torch.Generator().manual_seed(0)
    found = []
    for bins, bound, spread in ((2, 1.0, 1.0), (5, 3.0, 4.0), (8, 5.0, 30.0)):
        x = torch.cat([torch.tensor([-bound, bound, 0.0]), torch.randn(200, generator=random) * bound]).double()
        bins_ = [torch.randn(len(x), k, generator=random, dtype=torch.float64) * spread for k in (bins, bins, bins - 1)]
        made = transform(*bins_, bound=bound)
        wanted = made._call(x)
        _keeping(transform.__init__)(made, *bins_, bound=bound)
        found.append(torch.allclose(wanted, _call(made, x), rtol=1e-8, atol=1e-8))
    return all(found)


SPLINES = {"monotone_spline": read_spline}
