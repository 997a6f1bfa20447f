"""Quotients with one square root, and when such a one is a piece of the inverse of a rational-quadratic spline."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

from bijection.errors import NotSupported
from bijection.frontends.pieces.quotients import Bin, Calculus, Tree


@dataclass(frozen=True, slots=True)
class Surd:
    """The number rational + factor·√d, for the one d of the calculus."""

    rational: Any
    factor: Any


@dataclass
class Surds:
    """Arithmetic with the square root of one quotient, which the trees name."""

    calculus: Calculus
    under: Any = None
    divisors: list[Surd] = field(default_factory=list)

    def value(self, tree: Tree) -> Surd:
        """The number that the tree is."""
        if tree[0] == "form":
            return Surd(self.calculus.value(tree), self.calculus.zero)
        if tree[0] == "sqrt":
            inner = self.value(tree[1])
            if inner.factor or (self.under is not None and inner.rational != self.under):
                raise NotSupported("it takes several square roots")
            self.under = inner.rational
            return Surd(self.calculus.zero, self.calculus.zero + 1)
        a, b = map(self.value, tree[1:])
        if tree[0] == "add":
            return Surd(a.rational + b.rational, a.factor + b.factor)
        if tree[0] == "mul":
            return self.times(a, b)
        if b.factor:
            self.divisors.append(b)
        elif tree[0] == "div":
            self.calculus.divides(b.rational)
        return self.over(a, b)

    def times(self, a: Surd, b: Surd) -> Surd:
        """The product a · b."""
        both = a.factor * b.factor
        square = both * self.under if both else both
        return Surd(a.rational * b.rational + square, a.rational * b.factor + a.factor * b.rational)

    def over(self, a: Surd, b: Surd) -> Surd:
        """The quotient a ÷ b."""
        if not b.factor:
            return Surd(a.rational / b.rational, a.factor / b.rational)
        norm = b.rational**2 - b.factor**2 * self.under
        if norm == 0:
            raise NotSupported("it divides by what is not known to differ from 0")
        c = self.times(a, Surd(b.rational, -b.factor))
        return Surd(c.rational / norm, c.factor / norm)


@lru_cache(maxsize=1024)
def inverse_rational_quadratic(tree: Tree, size: int, length: Fraction | None, positive: tuple[bool, ...]) -> Bin:
    """The piece as S⁻¹ for a bin of a rational-quadratic spline S whose height is w (see `proofs.splines.Spline`), or NotSupported.

    Its ends and slopes follow from its values and derivatives at u = 0 and u = w, where the number below the root must be a
    square. For the bin that has them, the root of c² + 4w²(w − u)u must be a positive multiple of the root that is taken; that number
    is not negative, so neither is the other one. Divisors with a root must be such multiples of c + root + 2wu, which is
    positive: the root is at least |c|, and c > 0 where u = 0.
    """
    calculus = Calculus(size, length, positive)
    surds = Surds(calculus)
    value = surds.value(tree)
    if surds.under is None:
        raise NotSupported("it takes no square root")
    u, w, d = calculus.u, calculus.w, surds.under
    ends = []
    for end in (calculus.zero, w):
        root = _root(calculus, calculus.at(d, end))
        p, q, dp, dq, dd = (
            calculus.at(f, end) for f in (value.rational, value.factor, *(g.diff(u) for g in (value.rational, value.factor, d)))
        )
        slope = dp + dq * root + q * dd / (2 * root) if root else calculus.zero
        if not slope:
            raise NotSupported("its slope is no number, or 0, at an end")
        ends.append((p + q * root, 1 / slope))
    (low, left), (high, right) = ends
    width = high - low
    c = width * (left * (w - u) - right * u)
    ratio = _root(calculus, (c**2 + 4 * w**2 * (w - u) * u) / d)
    divisor = Surd(c + 2 * w * u, ratio)
    wanted = surds.over(Surd(2 * w * u * width, calculus.zero), divisor)
    if wanted.rational != value.rational - low or wanted.factor != value.factor:
        raise NotSupported("it is no inverse of a rational-quadratic function with the values and slopes that it has at its ends")
    for b in surds.divisors:
        multiple = surds.over(b, divisor)
        if multiple.factor:
            raise NotSupported("it divides by what is not known to differ from 0")
        calculus.divides(multiple.rational)
    return Bin(*map(calculus.coordinates, (low, high, left, right)))


def _root(calculus: Calculus, quotient: Any) -> Any:
    """The positive square root of a quotient that is a square."""
    if not quotient:
        raise NotSupported("it takes a root of 0")
    out = calculus.zero + 1
    for poly, sign in ((quotient.numer, 1), (quotient.denom, -1)):
        unit, factors = poly.sqf_list()
        unit = Fraction(int(unit.numerator), int(unit.denominator))
        root = Fraction(_whole_root(unit.numerator), _whole_root(unit.denominator))
        out *= calculus.number(root) ** sign
        for f, e in factors:
            if e % 2:
                raise NotSupported("it takes a root that stays one at the ends, or is no root of the quotient's own")
            out *= calculus.zero + (f ** (e // 2)) if sign > 0 else 1 / (calculus.zero + f ** (e // 2))
    if calculus.is_positive(out):
        return out
    if calculus.is_positive(-out):
        return -out
    raise NotSupported("it takes a root whose sign is not known")


def _whole_root(n: int) -> int:
    if n < 0 or isqrt(n) ** 2 != n:
        raise NotSupported("it takes a root that is no rational number")
    return isqrt(n)
