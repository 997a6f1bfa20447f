"""Integer vectors whose products with a functional are found all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import mul
from struct import pack, unpack
from typing import TypeAlias

_MOST_BITS = 63

Numbers: TypeAlias = Sequence[int]


@dataclass(slots=True)
class Columns:
    """Vectors vᵢ of one length. Coordinate k of all of them is kept as one integer, the sum of vᵢₖ·2^(64·i).

    `longest` is the length in bits of the longest number among them, or more.
    """

    vectors: Sequence[Numbers]
    longest: int
    _signs: int = field(init=False)
    _rows: list[int] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._signs = int.from_bytes(b"\0\0\0\0\0\0\0\x80" * len(self.vectors), "little")

    def times(self, u: Numbers) -> Sequence[int]:
        """u·vᵢ for each i.

        Proof: the sum over k of uₖ times the sum of vᵢₖ·2^(64·i) is the sum of (u·vᵢ)·2^(64·i). If all |u·vᵢ| < 2⁶³, then the u·vᵢ + 2⁶³
        are its digits to the base 2⁶⁴ once 2⁶³·2^(64·i) is added for each i; turning the first bit of each digit takes 2⁶³ away again, in
        two's complement.
        """
        bits = max(map(int.bit_length, u), default=0) + self.longest + len(u).bit_length()
        if bits > _MOST_BITS or not u:
            return [sum(map(mul, u, vector)) for vector in self.vectors]
        if self._rows is None:
            self._rows = [self._packed(row) for row in zip(*self.vectors, strict=True)]
        count = len(self.vectors)
        total = sum(map(mul, u, self._rows))
        return unpack(f"<{count}q", ((total + self._signs) ^ self._signs).to_bytes(8 * count, "little"))

    def _packed(self, row: Numbers) -> int:
        """The same backwards."""
        return (int.from_bytes(pack(f"<{len(row)}q", *row), "little") ^ self._signs) - self._signs
