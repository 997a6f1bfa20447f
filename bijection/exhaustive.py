"""Every binary32 number put through a network with one input: how many outputs there are, and two inputs with one output (F2, A16).

This is counting with the floating-point unit of this machine, not a proof; the pair that it finds is one that the kernel checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bijection.exact.binary32 import Program, Singles
from proofs.errors import well_formed
from proofs.ieee import Binary32

_FINITE = 0x7F800000  # the first pattern of bits that is no finite number
_SIGN = np.uint32(0x80000000)
_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Count:
    """All `inputs` have together `outputs` different values (−0 = +0; infinities count, NaN does not). `pair`: two with one value."""

    inputs: int
    outputs: int
    nondecreasing: bool
    nan: int
    pair: tuple[Fraction, Fraction] | None

    @property
    def lost(self) -> int:
        """How many inputs share the output of another one that is counted."""
        return self.inputs - self.nan - self.outputs


def count(f: Binary32, progress: Callable[[str], None] | None = None) -> Count:
    """The outputs at all 4 278 190 079 finite inputs, in order; a function that does not increase takes a table of 4 GiB as well."""
    well_formed(f.arity == f.width == 1, "{} inputs and {} outputs; all numbers are tried for one of each only", f.arity, f.width)
    program = Program(f)
    inputs = outputs = 0
    previous: tuple[np.float32, np.float32] | None = None
    pair: tuple[Fraction, Fraction] | None = None
    for x in _numbers():
        y = program(x[:, None])[:, 0]
        if np.isnan(y).any() or (y[1:] < y[:-1]).any() or (previous is not None and y[0] < previous[1]):
            return _by_table(program, progress)
        same = y[1:] == y[:-1]
        if pair is None and same.any():
            k = int(same.argmax())
            pair = Fraction(float(x[k])), Fraction(float(x[k + 1]))
        joined = previous is not None and y[0] == previous[1]
        if pair is None and joined and previous is not None:
            pair = Fraction(float(previous[0])), Fraction(float(x[0]))
        inputs += len(x)
        outputs += len(x) - int(np.count_nonzero(same)) - int(joined)
        previous = x[-1], y[-1]
        if progress is not None:
            progress(f"{inputs / (2 * _FINITE):.0%} of the binary32 numbers, {inputs - outputs} outputs lost")
    return Count(inputs, outputs, True, 0, pair)


def _by_table(program: Program, progress: Callable[[str], None] | None) -> Count:
    """One mark for each pattern of bits that is an output; the pair is looked for where marks are met again."""
    marks = np.zeros(1 << 32, dtype=np.bool_)
    inputs = nan = 0
    value: np.float32 | None = None
    for x in _numbers():
        y = program(x[:, None])[:, 0]
        good = ~np.isnan(y)
        nan += len(y) - int(np.count_nonzero(good))
        bits = (y[good] + np.float32(0)).view(np.uint32)  # −0 + 0 = +0
        if value is None:
            again = marks[bits]
            if again.any():
                value = y[good][int(again.argmax())]
        marks[bits] = True
        inputs += len(x)
        if progress is not None:
            progress(f"{inputs / (2 * _FINITE):.0%} of the binary32 numbers")
    outputs = int(np.count_nonzero(marks))
    lost = inputs - nan - outputs
    return Count(inputs, outputs, False, nan, _two_with(program, value) if lost else None)


def _two_with(program: Program, value: np.float32 | None) -> tuple[Fraction, Fraction] | None:
    """The first two inputs with that output; without one, two neighbours inside one block of inputs."""
    found: list[Fraction] = []
    for x in _numbers():
        y = program(x[:, None])[:, 0]
        if value is None:
            _, first, counts = np.unique(y, return_index=True, return_counts=True)
            if (counts > 1).any():
                value = y[first[int((counts > 1).argmax())]]
        if value is not None:
            found += [Fraction(float(t)) for t in x[y == value][:2]]
            if len(found) >= 2:
                return found[0], found[1]
    return None


def _numbers() -> Iterator[Singles]:
    """All finite binary32 numbers in order, block by block."""
    for stop in range(_FINITE, 1, -_AT_ONCE):
        bits = np.arange(max(1, stop - _AT_ONCE), stop, dtype=np.uint32)[::-1]
        yield (bits | _SIGN).view(np.float32)
    for start in range(0, _FINITE, _AT_ONCE):
        yield np.arange(start, min(start + _AT_ONCE, _FINITE), dtype=np.uint32).view(np.float32)
