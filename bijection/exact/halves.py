"""Small integer vectors in the kernel of a matrix by meeting in the middle: sums over one half of the columns are looked up among
those over the other half (Horowitz and Sahni 1974). Sums are kept modulo 2⁶⁴ and what is found is computed again exactly."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

Words: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]

MOST = 2**22  # sums of one half
_WORD = 2**64


def split(sizes: Sequence[int]) -> tuple[list[int], list[int]]:
    """Places of the sizes in two groups with products about the same: the largest one goes to the smaller group."""
    left: list[int] = []
    right: list[int] = []
    a = b = 1
    for j in sorted(range(len(sizes)), key=lambda j: (-sizes[j], j)):
        if a <= b:
            left.append(j)
            a *= sizes[j]
        else:
            right.append(j)
            b *= sizes[j]
    return sorted(left), sorted(right)


def bounds_that_fit(steps: Sequence[int], most: int = MOST) -> list[int] | None:
    """The steps, or all of them cut at one number, such that the sums of each half can be listed; None if not even ±1 fits."""
    for limit in sorted({min(c, k) for c in steps for k in (2**i for i in range(40))} | set(steps), reverse=True):
        cut = [min(c, limit) for c in steps]
        if limit and all(prod(2 * cut[j] + 1 for j in half) <= most for half in split([2 * c + 1 for c in cut])):
            return cut
    return None


def small_kernel_vectors(rows: Sequence[Sequence[int]], steps: Sequence[int], most: int = 100) -> list[list[int]]:
    """Vectors t ≠ 0 with rows·t = 0 and |tⱼ| ≤ steps[j], up to sign: all of them, or `most` of them. The halves must fit (see `split`)."""
    n = len(steps)
    rng = np.random.default_rng(n)
    mixed = [int(r) | 1 for r in rng.integers(0, 2**63, len(rows))]
    weights = [sum(r * row[j] for r, row in zip(mixed, rows, strict=True)) % _WORD for j in range(n)]
    left, right = split([2 * c + 1 for c in steps])
    first, second = (_sums([(weights[j], steps[j]) for j in half]) for half in (left, right))
    second = second[len(second) // 2 :]  # from 0 on: of t and −t one
    order = np.argsort(first, kind="stable")
    low = np.searchsorted(first, -second, side="left", sorter=order)
    high = np.searchsorted(first, -second, side="right", sorter=order)
    found: list[list[int]] = []
    for k in np.flatnonzero(high > low):
        for place in range(int(low[k]), int(high[k])):
            t = [0] * n
            _decode(int(order[place]), left, steps, t)
            _decode(int(k) + _middle(right, steps), right, steps, t)
            if any(t) and all(sum(a * b for a, b in zip(row, t, strict=True)) == 0 for row in rows):
                found.append(t)
            if len(found) == most:
                return found
    return found


def _sums(terms: Sequence[tuple[int, int]]) -> Words:
    """Modulo 2⁶⁴, all sums of one multiple k of each weight, |k| ≤ c; the last term runs fastest."""
    sums: Words = np.zeros(1, dtype=np.uint64)
    for g, c in terms:
        multiples = np.array([g * k % _WORD for k in range(-c, c + 1)], dtype=np.uint64)
        sums = (sums[:, None] + multiples[None, :]).ravel()
    return sums


def _middle(half: Sequence[int], steps: Sequence[int]) -> int:
    return prod(2 * steps[j] + 1 for j in half) // 2


def _decode(number: int, half: Sequence[int], steps: Sequence[int], t: list[int]) -> None:
    """The multiples that the sum of this number consists of."""
    for j in reversed(half):
        number, rest = divmod(number, 2 * steps[j] + 1)
        t[j] = rest - steps[j]
