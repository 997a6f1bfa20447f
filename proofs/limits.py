"""How much work and memory one step of a check may ask for, so that a small file cannot ask for days or for all memory.

Nothing here is about truth: what exceeds a limit is refused before it is computed, and a refusal proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofs.errors import well_formed

MOST_CHARACTERS = 100_000  # of one numerator or denominator in a file: bringing to lowest terms takes quadratic time
MOST_BITS = 1_000_000  # of one product or common denominator: squaring forty times would not end
MOST_SIZE = 4 * 10**9  # bits of all coordinates that one step holds at a time
MOST_WORK = 10**11  # in multiplications of 30-bit digits, about a nanosecond each
MOST_NUMBERS = 20_000_000  # coordinates of all values of a network together: stacking a value on itself doubles it
MOST_ENTRIES = 50_000_000  # that the matrices and layers of one file unfold to
MOST_GOALS = 10_000  # that one step may reduce a goal to
MOST_POINTS = 1_000_000  # of a finite set that is enumerated


def digits(bits: int) -> int:
    """How many 30-bit digits, Python's own, a number of so many bits takes."""
    return 1 + bits // 30


@dataclass(slots=True)
class Meter:
    """The work and the memory that are left to a step. The estimates are rough; only their order of magnitude matters."""

    work: int = MOST_WORK
    size: int = MOST_SIZE

    def take(self, work: int, size: int = 0) -> None:
        """Refuse what is more than is left; call it before the work is done."""
        self.work -= work
        well_formed(self.work >= 0, "this takes too much work: over {} multiplications of 30-bit digits in one step", MOST_WORK)
        self.size -= size
        well_formed(self.size >= 0, "this takes too much memory: numbers of over {} bits in one step", MOST_SIZE)
