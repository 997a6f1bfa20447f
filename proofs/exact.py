"""Rational vectors as integers over one common denominator, and intervals with rational or infinite ends.

Evaluating a network on real images makes big integers; a `Fraction` per multiplication would
spend its time in greatest common divisors, so a whole vector shares one denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from proofs.errors import Malformed, brief, well_formed
from proofs.limits import MOST_BITS, Meter, digits

Rational: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Vector:
    """The vector of the numbers numerators[i] / denominator, with denominator > 0."""

    numerators: tuple[int, ...]
    denominator: int

    def __len__(self) -> int:
        return len(self.numerators)

    def bits(self) -> int:
        """The length of the longest number in it."""
        return max(self.denominator.bit_length(), max(map(int.bit_length, self.numerators), default=0))

    def fractions(self) -> tuple[Fraction, ...]:
        """The same vector, one Fraction per coordinate."""
        Meter().take(len(self) * digits(self.bits()) ** 2)
        return tuple(Fraction(a, self.denominator) for a in self.numerators)


def rational(value: object) -> Fraction:
    """The value itself as a Fraction; floats and everything else inexact are refused."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise Malformed(f"{brief(value)} is a {type(value).__name__}, not an exact rational; pass an int or a Fraction")
    return value if isinstance(value, Fraction) else Fraction(value)


def vector(values: Iterable[Rational]) -> Vector:
    """The vector of exact values, over the least common denominator."""
    entries = [rational(value) for value in values]
    common = common_denominator([q.denominator for q in entries])
    longest = max((q.numerator.bit_length() for q in entries), default=0)
    Meter().take(len(entries), len(entries) * (common.bit_length() + longest))
    return Vector(tuple(q.numerator * (common // q.denominator) for q in entries), common)


def common_denominator(denominators: Iterable[int]) -> int:
    """Their least common multiple, refused where it is longer than numbers may be."""
    common = 1
    for d in set(denominators):
        common = lcm(common, d)
        well_formed(common.bit_length() <= MOST_BITS, "a common denominator of over {} bits", MOST_BITS)
    return common


def over(v: Vector, denominator: int) -> tuple[int, ...]:
    """The numerators of v over another denominator, which must be a multiple of its own."""
    factor = denominator // v.denominator
    return v.numerators if factor == 1 else tuple(a * factor for a in v.numerators)


def same(u: Vector, v: Vector) -> bool:
    """u = v as vectors of rational numbers."""
    if u.denominator == v.denominator:
        return u.numerators == v.numerators
    Meter().take(len(u) * digits(u.bits()) * digits(v.bits()))
    pairs = zip(u.numerators, v.numerators, strict=True)
    return len(u) == len(v) and all(a * v.denominator == b * u.denominator for a, b in pairs)


def reduced(v: Vector) -> Vector:
    """The same vector in lowest terms."""
    Meter().take(len(v) * digits(v.bits()) ** 2)
    common = gcd(v.denominator, *v.numerators)
    return v if common == 1 else Vector(tuple(a // common for a in v.numerators), v.denominator // common)


def dot(u: Sequence[Rational], v: Sequence[Rational]) -> Fraction:
    """The exact scalar product of two vectors of the same length."""
    a, b = vector(u), vector(v)
    Meter().take(len(a) * digits(a.bits()) * digits(b.bits()))
    return Fraction(sum(s * t for s, t in zip(a.numerators, b.numerators, strict=True)), a.denominator * b.denominator)


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed interval {t : lower ≤ t ≤ upper}; None stands for an infinite end."""

    lower: Fraction | None
    upper: Fraction | None

    def __post_init__(self) -> None:
        if self.lower is not None and self.upper is not None:
            well_formed(self.lower <= self.upper, "interval with lower end {} above {}", self.lower, self.upper)

    def __contains__(self, t: Rational) -> bool:
        return (self.lower is None or self.lower <= t) and (self.upper is None or t <= self.upper)

    def within(self, other: Interval) -> bool:
        """Whether every point of this interval lies in the other."""
        below = other.lower is None or (self.lower is not None and other.lower <= self.lower)
        above = other.upper is None or (self.upper is not None and self.upper <= other.upper)
        return below and above

    def is_point(self) -> bool:
        """Whether the interval holds exactly one number."""
        return self.lower is not None and self.lower == self.upper


LINE = Interval(None, None)
