"""Boxes that are halved, by number: 1 is the whole box, 2k and 2k + 1 are the lower and the upper half of box k.

Which coordinate is halved depends on the box alone, and is found in integers, so that all processes halve alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from bijection.engines.complete.boxes import Units
from bijection.exact.floating import Array

_DEEPEST = 40  # times that a coordinate is halved
_BITS = 17  # of weights
_BENT = 1024  # times as much counts a unit that bends in the box as another one

Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(slots=True)
class Halving:
    """Boxes that have come up, a line each. Their lower ends count sides of the smallest boxes, 2^−40 of the whole."""

    lower: Array
    upper: Array
    rule: Rule
    line: dict[int, int] = field(default_factory=lambda: {1: 0})
    at: Numbers = field(init=False)
    times: Numbers = field(init=False)  # that each coordinate is halved

    def __post_init__(self) -> None:
        self.at, self.times = np.zeros((2, 1, len(self.lower)), dtype=np.int64)

    def lines(self, numbers: Sequence[int]) -> Numbers:
        """The lines of these boxes."""
        above, todo = {k >> 1 for k in numbers if k not in self.line}, set[int]()
        while above:
            todo |= above
            above = {k >> 1 for k in above if k not in self.line}
        for _, same in groupby(sorted(todo), key=int.bit_length):  # the larger boxes first
            self._halve([k for k in same if 2 * k not in self.line])
        return np.array([self.line[k] for k in numbers], dtype=np.int64)

    def ends(self, numbers: Sequence[int]) -> tuple[Array, Array]:
        """The lower and the upper ends of these boxes."""
        k, side = self.lines(numbers), self.upper - self.lower
        grain = 2.0**-_DEEPEST
        return self.lower + side * (self.at[k] * grain), self.lower + side * ((self.at[k] + (1 << _DEEPEST - self.times[k])) * grain)

    def axes(self, numbers: Sequence[int]) -> Numbers:
        """The coordinates that are halved."""
        k = self.lines(numbers)
        return self.rule.axes(self.at[k], self.times[k])

    def _halve(self, numbers: list[int]) -> None:
        if not numbers:
            return
        k, axes = self.lines(numbers), self.axes(numbers)
        count, new = len(self.line), 2 * len(numbers)
        while count + new > len(self.at):
            self.at, self.times = np.vstack([self.at, self.at]), np.vstack([self.times, self.times])
        low = count + np.arange(0, new, 2)
        times = self.times[k]
        times[np.arange(len(k)), axes] += 1
        self.at[low] = self.at[low + 1] = self.at[k]
        self.times[low] = self.times[low + 1] = times
        self.at[low + 1, axes] += 1 << _DEEPEST - times[np.arange(len(k)), axes]
        for number, first in zip(numbers, low.tolist(), strict=True):
            self.line[2 * number], self.line[2 * number + 1] = first, first + 1


@dataclass(frozen=True, slots=True)
class Rule:
    """Halve the coordinate in which the inputs of bent units move most: all weights in integers of a few bits, where each z has a unit
    of its own.
    """

    w: Numbers
    b: Numbers
    breaks: Numbers
    moved: Numbers  # |w|, weighed by how much the unit counts in the output

    def axes(self, at: Numbers, times: Numbers) -> Numbers:
        """The coordinates, for a box a line."""
        side = 1 << _DEEPEST - times
        z, reach = (2 * at + side) @ self.w.T + self.b, side @ np.abs(self.w).T
        bent = ((self.breaks > (z - reach)[..., None]) & (self.breaks < (z + reach)[..., None])).any(axis=-1)
        weight = np.where(bent, _BENT, 1) @ self.moved + 1
        found: Numbers = np.where(times < _DEEPEST, weight * 2.0**-times, -1).argmax(axis=1)
        return found


def halving(f: Units, lower: Array, upper: Array) -> Halving:
    """The box, whole. Sums go coordinate by coordinate, which is the same on all machines."""
    side = upper - lower
    w, b = f.w * side, f.b.copy()
    for j, low in enumerate(lower):
        b += f.w[:, j] * low
    size = np.maximum(np.abs(w).max(axis=1), np.abs(b))
    size = np.where(size > 0, size, 1.0)
    far = 2.0**_BITS * np.clip(f.breaks / size[:, None], -16, 16)
    moved = _short(np.abs(w)) * (_short(np.abs(f.v)).sum(axis=0) >> _BITS - 8)[:, None]
    most = 2 << _DEEPEST
    return Halving(lower, upper, Rule(_rounded(w / size[:, None]), _rounded(b / size) * most, np.rint(far).astype(np.int64) * most, moved))


def _rounded(a: Array) -> Numbers:
    found: Numbers = np.rint(a * 2.0**_BITS).astype(np.int64)
    return found


def _short(a: Array) -> Numbers:
    return _rounded(a / (a.max() or 1.0))


def cuts(boxes: Halving, halved: Iterable[int]) -> list[int]:
    """The tree in which these boxes are halved, in preorder: coordinates, −1 for a leaf."""
    numbers = sorted(halved)
    axes = dict(zip(numbers, boxes.axes(numbers).tolist(), strict=True)) if numbers else {}
    out, todo = [], [1]
    while todo:
        number = todo.pop()
        axis = axes.get(number, -1)
        out.append(axis)
        if axis >= 0:
            todo += [2 * number + 1, 2 * number]
    return out
