"""Lattice vectors that are short, or close to a wish. Floats steer, the vectors themselves stay exact."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from bijection.exact.floating import Array

Whole: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


def siegel(rows: Sequence[Sequence[int]], columns: int) -> int | None:
    """B such that rows·t = 0 has an integer solution t ≠ 0 with max |t| ≤ B, for fewer rows than columns; else None. C. L. Siegel, 1929.

    Proof: (B + 1)ⁿ > Π (B·sᵢ + 1), where sᵢ is the sum of the absolute values of row i. Of the vectors with entries 0, …, B more exist than
    values of the rows on them, because row i takes at most B·sᵢ + 1 values; two have the same, and t is their difference. Such a B exists:
    B ≥ (n·a)^(m/(n − m)), a the largest entry, will do.
    """
    sums = [size for size in (sum(map(abs, row)) for row in rows) if size]
    if len(sums) >= columns:
        return None

    def enough(b: int) -> bool:
        return bool((b + 1) ** columns > prod(b * size + 1 for size in sums))

    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def nearest(basis: Sequence[Sequence[int]], target: Array) -> list[int]:
    """An integer combination of the (reduced) basis vectors close to the target; L. Babai, Combinatorica 6 (1986) 1–13."""
    b: Array = np.array(basis, dtype=float)
    frame, triangle = np.linalg.qr(b.T)
    left = frame.T @ target
    out = [0] * len(target)
    for i in range(len(b) - 1, -1, -1):
        times = round(float(left[i] / triangle[i, i]))
        if times:
            left = left - times * triangle[:, i]
            out = [a + times * t for a, t in zip(out, basis[i], strict=True)]
    return out


def shorter(basis: Whole, rounds: int = 3) -> Whole:
    """The vectors, and sums and differences of two of them (of so many rounds) that are shorter in the maximum norm; shortest first."""
    found = basis
    for _ in range(rounds):
        best: list[Whole] = [found]
        for i, v in enumerate(found):
            for other in (found[i + 1 :] + v, found[i + 1 :] - v):
                size = np.abs(other).max(axis=1, initial=0)
                limit = np.minimum(np.abs(found[i + 1 :]).max(axis=1, initial=0), np.abs(v).max(initial=0))
                best.append(other[(size < limit) & (size > 0)])
        every = np.unique(np.concatenate(best), axis=0)
        found = every[np.argsort(np.abs(every).max(axis=1, initial=0), kind="stable")][: len(basis)]
    return found
