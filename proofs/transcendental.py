"""Rational bounds of e^t and of what is made of it: how smooth activations and softmax are enclosed.

Numbers are integers over 2^_BITS, rounded to the safe side in every step; a few hundred bits cost microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from proofs.exact import Interval

_BITS = 192
_ONE = 1 << _BITS
_FAR = 128  # e^t is bounded for |t| ≤ 128; beyond, only that it increases is used
_TERMS = 48
COST = 200_000  # of one of these functions, in multiplications of digits


@lru_cache(maxsize=4096)
def exponential(t: Fraction) -> Interval:
    """An interval with e^t inside it, of a relative width below 2^−150 for |t| ≤ 128.

    Proof for t ≥ 0: let y = t/2⁸ ≤ ½. The Taylor series of e^y has positive terms, so a partial sum of terms rounded down is a
    lower bound. A term is the one before times y/k ≤ ½, so all terms after the last one summed are together at most that one,
    which is added twice for the upper bound. Eight squarings give e^t. For t < 0, e^t = 1/e^(−t). For t > 128, e^t ≥ e^128.
    """
    if t < 0:
        inverse = exponential(-t)
        assert inverse.lower is not None
        return Interval(Fraction(0) if inverse.upper is None else 1 / inverse.upper, 1 / inverse.lower)
    near = min(t, Fraction(_FAR))
    below = (near.numerator << _BITS) // (near.denominator << 8)
    above = -((-near.numerator << _BITS) // (near.denominator << 8))
    low = high = first = last = _ONE
    for k in range(1, _TERMS):
        first = (first * below >> _BITS) // k
        last = -(-last * above >> _BITS)
        last = -(-last // k)
        low, high = low + first, high + last
    high += last
    for _ in range(8):
        low, high = low * low >> _BITS, -(-high * high >> _BITS)
    return Interval(Fraction(low, _ONE), None if t > near else Fraction(high, _ONE))


def sigmoid(t: Fraction) -> Interval:
    """1/(1 + e^(−t)) = e^t/(1 + e^t), which increases with e^t."""
    e = exponential(abs(t))
    assert e.lower is not None
    low, high = e.lower / (1 + e.lower), Fraction(1) if e.upper is None else e.upper / (1 + e.upper)
    return _rounded(low, high) if t >= 0 else _rounded(1 - high, 1 - low)


def hyperbolic_tangent(t: Fraction) -> Interval:
    """tanh t = 2·sigmoid(2t) − 1."""
    s = sigmoid(2 * t)
    assert s.lower is not None
    assert s.upper is not None
    return Interval(2 * s.lower - 1, 2 * s.upper - 1)


def softplus(t: Fraction) -> Interval:
    """ln(1 + e^t) = max(t, 0) + ln(1 + e^(−|t|)), which increases with e^(−|t|)."""
    u = exponential(-abs(t))
    assert u.lower is not None
    assert u.upper is not None
    base = max(t, Fraction(0))
    return Interval(base + _logarithm(u.lower, up=False), base + _logarithm(u.upper, up=True))


def _logarithm(u: Fraction, *, up: bool) -> Fraction:
    """A lower or upper bound of ln(1 + u) for 0 ≤ u ≤ 1.01.

    Proof: ln(1 + u) = 2·artanh(s) = 2·Σ s^(2k+1)/(2k + 1) with s = u/(2 + u) < ½. Each power is at most a quarter of the one
    before, so what is left out after the last power is at most that one.
    """
    sign = -1 if up else 1  # floors of negated numbers are ceilings
    s = u / (2 + u)
    x = sign * ((sign * s.numerator << _BITS) // s.denominator)
    total, power = 0, x
    for k in range(2 * _TERMS):
        total += sign * (sign * power // (2 * k + 1))
        for _ in range(2):
            power = sign * (sign * power * x >> _BITS)
    return Fraction(2 * (total + (power if up else 0)), _ONE)


def softmax(sides: Sequence[Interval]) -> list[Interval]:
    """Bounds of e^(xᵢ)/Σ e^(xⱼ) for numbers on these sides.

    Proof: it increases with xᵢ and decreases with every other xⱼ, and does not change when the same number is subtracted from all.
    """
    ends = [(side.lower, side.upper) for side in sides]
    known = [(a, b) for a, b in ends if a is not None and b is not None]
    if len(known) < len(ends):
        return [Interval(Fraction(0), Fraction(1))] * len(ends)
    shift = max(b for _, b in known)
    low, high = [], []
    for a, b in known:
        e, f = exponential(a - shift), exponential(b - shift)
        assert e.lower is not None
        assert f.upper is not None  # the exponents are not positive
        low.append(e.lower)
        high.append(f.upper)
    least, most = sum(low), sum(high)
    found = []
    for a, b in zip(low, high, strict=True):
        lower = a / (a + most - b) if a else Fraction(0)
        found.append(_rounded(lower, b / (b + least - a)))
    return found


def _rounded(low: Fraction, high: Fraction) -> Interval:
    """The interval with its ends moved outwards to multiples of 2^−_BITS."""
    return Interval(
        Fraction((low.numerator << _BITS) // low.denominator, _ONE), Fraction(-((-high.numerator << _BITS) // high.denominator), _ONE)
    )
