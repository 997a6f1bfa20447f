"""Splines in floats, and their slopes in the argument and in the bins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def spline_in_floats(least: float, power: int) -> tuple[Callable[[list[Array]], Array], Callable[[list[Array], Array, Array], list[Array]]]:
    """The values on batches, and the gradients of linear functions of them; see `proofs.splines.Spline`."""

    def bins(xs: list[Array]) -> list[Array]:
        return [np.maximum(v.reshape(*xs[0].shape, -1), least) for v in xs[1:]]

    def inside(t: Array, length: Array) -> Array:
        """How far the argument is into each bin."""
        return np.clip(t[:, :, None] - (np.cumsum(length, axis=2) - length), 0.0, length)

    def around(t: Array, length: Array) -> Array:
        out: Array = np.minimum(t, 0.0) + np.maximum(t - length.sum(axis=2), 0.0)
        return out

    def run(xs: list[Array]) -> Array:
        w, h, a, b = bins(xs)
        u = inside(xs[0], w)
        v = w - u
        low, high = h * u * u + a * w * u * v, h * v * v + b * w * u * v
        out: Array = (h * low / (low + high)).sum(axis=2) + around(xs[0], w)
        return out

    def invert(xs: list[Array]) -> Array:
        w, h, a, b = bins(xs)
        y = inside(xs[0], h)
        c = w * (a * (h - y) - b * y)
        root = np.sqrt(c * c + 4 * h * h * (h - y) * y)
        out: Array = (2 * h * y * w / (c + root + 2 * h * y)).sum(axis=2) + around(xs[0], h)
        return out

    def back(xs: list[Array], _: Array, s: Array) -> list[Array]:
        t, (w, h, a, b) = xs[0], bins(xs)
        u = inside(t, w)
        v, s3 = w - u, s[:, :, None]
        low, high = h * u * u + a * w * u * v, h * v * v + b * w * u * v
        by_low, by_high = s3 * h * high / (low + high) ** 2, -s3 * h * low / (low + high) ** 2
        by_h = s3 * low / (low + high) + by_low * u * u + by_high * v * v
        by_a, by_b = by_low * w * u * v, by_high * w * u * v
        by_u, by_v = by_low * (2 * h * u + a * w * v) + by_high * b * w * v, by_low * a * w * u + by_high * (2 * h * v + b * w * u)
        ends = np.cumsum(w, axis=2)
        passed = t[:, :, None] >= ends
        reached = np.concatenate([t[:, :, None] >= 0, passed[:, :, :-1]], axis=2)
        by_w = (by_low * a + by_high * b) * u * v + np.where(passed, by_u, by_v)
        by_u = np.where(reached & ~passed, by_u - by_v, 0.0)
        beyond = s * passed[:, :, -1]
        by_w -= by_u.sum(axis=2, keepdims=True) - np.cumsum(by_u, axis=2) + beyond[:, :, None]  # a wider bin moves those after it
        by_t = by_u.sum(axis=2) + s * (t < 0) + beyond
        grown = (g.reshape(len(t), -1) * (x > least) for g, x in zip((by_w, by_h + 0.0, by_a, by_b), xs[1:], strict=True))
        return [by_t, *grown]

    def back_inverse(xs: list[Array], y: Array, s: Array) -> list[Array]:
        """From S(y; bins) = t: dy = (dt − dS)/S′."""
        at = [y, *xs[1:]]
        slope = back(at, y, np.ones_like(y))[0]
        turned = back(at, y, s / slope)
        return [s / slope, *(-g for g in turned[1:])]

    return (run, back) if power > 0 else (invert, back_inverse)
