"""Bijections between sets too large to list, as two callables; and the classical ones between countable sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Generic, TypeVar

from bijection.maps.function import show
from proofs.errors import Malformed

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

MOST_TURNS = 1_000_000  # the number of a rational has as many bits as its continued fraction adds up to


@dataclass(frozen=True, slots=True)
class Bijection(Generic[A, B]):
    """x ↦ forward(x) with backward undoing it both ways. The kernel has not seen it: `holds_on` tests, a theorem proves."""

    forward: Callable[[A], B]
    backward: Callable[[B], A]

    def __call__(self, x: A) -> B:
        """The element that x corresponds to."""
        return self.forward(x)

    @property
    def inverse(self) -> Bijection[B, A]:
        """The same bijection read backwards."""
        return Bijection(self.backward, self.forward)

    def then(self, outer: Bijection[B, C]) -> Bijection[A, C]:
        """outer ∘ self."""
        return Bijection(lambda x: outer(self(x)), lambda z: self.backward(outer.backward(z)))

    def holds_on(self, xs: Iterable[A], ys: Iterable[B]) -> bool:
        """Whether backward undoes forward at these x, and forward backward at these y. A test, not a proof."""
        return all(self.backward(self(x)) == x for x in xs) and all(self(self.backward(y)) == y for y in ys)


def natural(n: object) -> int:
    """The argument, if it is a natural number 0, 1, 2, …"""
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise Malformed(f"{show(n)} is not a natural number; pass an int ≥ 0")
    return n


def _pair(point: tuple[int, int]) -> int:
    m, n = natural(point[0]), natural(point[1])
    return (m + n) * (m + n + 1) // 2 + n


def _unpair(number: int) -> tuple[int, int]:
    """The diagonal m + n = d holds the numbers from d(d+1)/2 on; d is the largest with d(d+1)/2 ≤ number."""
    d = (isqrt(8 * natural(number) + 1) - 1) // 2
    n = number - d * (d + 1) // 2
    return d - n, n


def _to_integer(n: int) -> int:
    return (natural(n) + 1) // 2 if n % 2 else -(n // 2)


def _from_integer(z: int) -> int:
    return 2 * z - 1 if z > 0 else -2 * z


def _to_positive(k: int) -> Fraction:
    """The k-th rational of the Calkin–Wilf tree, k ≥ 1: the binary digits of k after the first say left (0) or right (1)."""
    a, b = 1, 1
    for digit in bin(k)[3:]:
        a, b = (a + b, b) if digit == "1" else (a, a + b)
    return Fraction(a, b)


def _from_positive(q: Fraction) -> int:
    """The way back up: right steps while a > b, left steps while a < b, many at once by division (Euclid)."""
    a, b, k, height = q.numerator, q.denominator, 0, 0
    while (a, b) != (1, 1):
        right = a > b
        steps = (a - 1) // b if right else (b - 1) // a
        if height + steps > MOST_TURNS:
            raise Malformed(f"the number of {show(q)} has more than {MOST_TURNS} bits; this enumeration puts it too far away")
        k |= ((1 << steps) - 1) << height if right else 0
        height += steps
        a, b = (a - steps * b, b) if right else (a, b - steps * a)
    return k | 1 << height


def _to_rational(n: int) -> Fraction:
    z = _to_integer(n)
    if z == 0:
        return Fraction(0)
    return _to_positive(z) if z > 0 else -_to_positive(-z)


def _from_rational(q: Fraction) -> int:
    if isinstance(q, bool) or not isinstance(q, int | Fraction):
        raise Malformed(f"{show(q)} is not an exact rational; pass an int or a Fraction")
    if q == 0:
        return 0
    return _from_integer(_from_positive(Fraction(q)) if q > 0 else -_from_positive(-Fraction(q)))


# ℕ × ℕ → ℕ along the diagonals (Cantor): |ℕ²| = |ℕ|.
PAIRING: Bijection[tuple[int, int], int] = Bijection(_pair, _unpair)

# ℕ → ℤ: 0, 1, −1, 2, −2, …
INTEGERS: Bijection[int, int] = Bijection(_to_integer, _from_integer)

# ℕ → ℚ: 0, then the positive rationals q₁, q₂, … of Calkin and Wilf (every one once, in lowest terms) with both signs.
RATIONALS: Bijection[int, Fraction] = Bijection(_to_rational, _from_rational)
