"""ONNX operators that make a tensor larger: borders, repetition, nearest-neighbour enlargement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, scale_shift
from bijection.frontends.exact import exact
from bijection.frontends.values import (
    Call,
    Constant,
    Value,
    Values,
    affordable,
    axis_of,
    broadcast,
    constant,
    folded,
    integers,
    numbers,
    operand,
    reindex,
    tensor,
)
from proofs.errors import Malformed


def pad(code: Code, call: Call) -> Values:
    """The tensor with a border: a constant, its own edge, or its reflection; negative pads cut off."""
    x, pads = operand(call, 0), integers(call, "pads", 1, 11) or ()
    rank, mode = len(x.shape), call.attributes["mode"]
    named = integers(call, "axes", 3, 18) if call.opset >= 18 else None
    axes = tuple(range(rank)) if named is None else tuple(axis_of(a, rank) for a in named)
    if len(pads) != 2 * len(axes) or len(set(axes)) != len(axes):
        raise Malformed(f"{len(pads)} pads for {len(axes)} axes; two for each are needed")
    if mode not in ("constant", "edge", "reflect"):
        raise NotSupported(f"mode '{mode}'; constant, edge and reflect are read")
    border, cut = [(0, 0)] * rank, [slice(None)] * rank
    for i, a in enumerate(axes):
        before, after = pads[i], pads[i + len(axes)]
        border[a] = (max(before, 0), max(after, 0))
        cut[a] = slice(max(-before, 0), max(x.shape[a] - max(-after, 0), 0))
    x = reindex(x, lambda a: a[tuple(cut)])
    affordable(tuple(max(b) for b in border), "the border")
    code.spend(affordable(tuple(d + sum(b) for d, b in zip(x.shape, border, strict=True))))
    if mode != "constant" and rank:
        if any(d == 0 or (mode == "reflect" and max(b) >= d) for d, b in zip(x.shape, border, strict=True) if max(b)):
            raise Malformed(f"{mode} pads {border} around a tensor of shape {list(x.shape)}")
        return (reindex(x, lambda a: np.pad(a, border, mode="edge" if mode == "edge" else "reflect")),)
    return (_bordered(code, x, border, _filling(call)),)


def _filling(call: Call) -> Fraction:
    if call.opset < 11:
        return exact(call.attributes["value"], "the pad value")
    if len(call.inputs) < 3 or call.inputs[2] is None:
        return Fraction(0)
    c = constant(call, 2, "the pad value")
    if prod(c.shape) != 1:
        raise Malformed(f"a pad value of shape {list(c.shape)}")
    return exact(numbers(c).ravel()[0])


def _bordered(code: Code, x: Value, border: list[tuple[int, int]], filling: Fraction) -> Value:
    if not any(map(any, border)):
        return x
    code.spend(20 * prod(d + sum(b) for d, b in zip(x.shape, border, strict=True)))
    if isinstance(x, Constant):
        padded = np.pad(numbers(x), border, constant_values=filling)  # type: ignore[call-overload]
        return folded(padded, x.integer, x.name)
    wide = replace(x, index=np.pad(x.index, border, constant_values=-1))
    shift = np.full(wide.shape, Fraction(0), dtype=object)
    shift[wide.index < 0] = filling
    return scale_shift(code, wide, 1, shift)


def expand(code: Code, call: Call) -> Values:
    """The tensor repeated along axes of length 1, to a constant shape."""
    x, to = operand(call, 0), integers(call, "shape", 1, 1) or ()
    affordable(to)
    shape = broadcast(x.shape, to)
    code.spend(prod(shape))
    return (reindex(x, lambda a: np.broadcast_to(a, shape)),)


def tile(code: Code, call: Call) -> Values:
    """The tensor repeated a constant number of times along each axis."""
    x, times = operand(call, 0), integers(call, "repeats", 1, 1) or ()
    if len(times) != len(x.shape):
        raise Malformed(f"{len(times)} repeats for {len(x.shape)} axes")
    affordable(times, "the repeats")
    code.spend(affordable(tuple(d * t for d, t in zip(x.shape, times, strict=True))))
    return (reindex(x, lambda a: np.tile(a, times)),)


def resize(code: Code, call: Call) -> Values:
    """Nearest-neighbour enlargement by whole factors: entries repeated."""
    x, a = tensor(call, 0), call.attributes
    if a["mode"] != "nearest" or a.get("antialias") or "axes" in a:
        raise NotSupported(f"mode '{a['mode']}' or axes; nearest-neighbour enlargement of all axes by whole factors is read")
    if a.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NotSupported(f"keep_aspect_ratio_policy '{a['keep_aspect_ratio_policy']}'; give the factors instead")
    for axis, factor in enumerate(_factors(call, x.shape)):
        if factor.denominator != 1 or factor < 1:
            raise NotSupported(f"the factor {float(factor):g}; nearest-neighbour enlargement by whole factors is read")
        code.spend(affordable((*x.shape[:axis], x.shape[axis] * int(factor), *x.shape[axis + 1 :])))
        taken = _nearest(x.shape[axis], int(factor), a)
        x = replace(x, index=np.take(x.index, taken, axis=axis))
    return (x,)


def _factors(call: Call, shape: tuple[int, ...]) -> list[Fraction]:
    at = 1 if call.opset < 11 else 2
    scales = call.inputs[at] if len(call.inputs) > at else None
    if scales is not None and 0 not in scales.shape:
        factors = [exact(v) for v in numbers(constant(call, at, "scales")).ravel()]
    else:
        sizes = integers(call, "sizes", 3, 1) or ()
        factors = [Fraction(s, d) for s, d in zip(sizes, shape, strict=False) if d]
    if len(factors) != len(shape):
        raise Malformed(f"{len(factors)} factors for {len(shape)} axes")
    return factors


def _nearest(n: int, factor: int, a: Mapping[str, Any]) -> list[int]:
    """The source entry of each of n·factor entries, in exact arithmetic."""
    half = Fraction(1, 2)
    way, rounding = a.get("coordinate_transformation_mode", "asymmetric"), a.get("nearest_mode", "floor")
    rules: dict[str, Callable[[Fraction], int]] = {
        "floor": floor,
        "ceil": ceil,
        "round_prefer_floor": lambda t: ceil(t - half),
        "round_prefer_ceil": lambda t: floor(t + half),
    }
    if way not in ("asymmetric", "half_pixel", "pytorch_half_pixel") or rounding not in rules:
        raise NotSupported(f"coordinate_transformation_mode '{way}' with nearest_mode '{rounding}'")
    centre = Fraction(0) if way == "asymmetric" or (way == "pytorch_half_pixel" and n * factor == 1) else half
    return [min(max(rules[rounding]((i + centre) / factor - centre), 0), n - 1) for i in range(n * factor)]
