"""Rigorous enclosures of exp, ln and what is made of them, at rational points, in integers.

An enclosure to p bits is a pair of integers lo ≤ hi with lo/2ᵖ ≤ the number ≤ hi/2ᵖ. Every division rounds lo down and hi up,
every series has its remainder added to hi, so containment does not rest on an analysis of errors; only the width does.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, isqrt
from typing import TypeAlias, assert_never

from proofs.activations import Activation, Atan, Elu, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, Tanh, value
from proofs.errors import well_formed

Bounds: TypeAlias = tuple[int, int]

MOST_PRECISION = 50_000  # bits
MOST_EXPONENT = 5_000  # of e^t
_GUARD = 32  # bits more for the work inside
_HALF = Fraction(1, 2)


def scaled(t: Fraction, p: int) -> Bounds:
    """The enclosure of a rational number itself."""
    well_formed(0 < p <= MOST_PRECISION, "a precision of {} bits; it must be between 1 and {}", p, MOST_PRECISION)
    quotient, rest = divmod(t.numerator << p, t.denominator)
    return quotient, quotient + (rest > 0)


def exp(t: Fraction, p: int) -> Bounds:
    """e^t for t ≤ 5000; for t < −p it is between 0 and 2^(−p)."""
    if t < 0:
        return (0, 1) if t < -p else reciprocal(exp(-t, p + 2), p + 2, p)
    well_formed(t <= MOST_EXPONENT, "the exponential function at {}; the limit is {}", t, MOST_EXPONENT)
    halvings = 8 + (t.numerator // t.denominator).bit_length()
    q = p + _GUARD + 4 * int(t + 1) + 2 * halvings  # e^t has fewer than 2t + 1 bits before the point, each squaring doubles the error
    lo, hi = _series(*scaled(t / 2**halvings, q), q)
    for _ in range(halvings):
        lo, hi = lo * lo >> q, -(-hi * hi >> q)
    return _coarser(lo, hi, q, p)


def _series(low: int, high: int, q: int) -> Bounds:
    """e^r = Σ rᵏ/k! for 0 ≤ r ≤ 1/2, low ≤ r·2^q ≤ high. The remainder after the term k is at most 2·r^(k+1)/(k+1)! ≤ the term k."""
    lo = hi = down = up = 1 << q
    k = 0
    while up > 1:
        k += 1
        down, up = (down * low >> q) // k, (up * high >> q) // k + 1
        lo, hi = lo + down, hi + up
    return lo, hi + up


def ln(t: Fraction, p: int) -> Bounds:
    """ln t for t > 0: k·ln 2 + 2·artanh z with t = 2ᵏ·m, z = (m − 1)/(m + 1), 2/3 ≤ m ≤ 4/3."""
    well_formed(t > 0, "the logarithm of {}", t)
    k = t.numerator.bit_length() - t.denominator.bit_length()
    while t > Fraction(4, 3) * Fraction(2) ** k:
        k += 1
    m = t / Fraction(2) ** k
    q = p + _GUARD + abs(k).bit_length()
    a, b = _artanh((m - 1) / (m + 1), q)
    c, d = _artanh(Fraction(1, 3), q)  # ln 2 = 2·artanh(1/3)
    lo, hi = (2 * (a + k * c), 2 * (b + k * d)) if k >= 0 else (2 * (a + k * d), 2 * (b + k * c))
    return _coarser(lo, hi, q, p)


@lru_cache(256)
def _artanh(z: Fraction, q: int) -> Bounds:
    """artanh z = Σ z^(2k+1)/(2k+1) for |z| ≤ 1/3; the remainder after a term is less than that term."""
    if z < 0:
        lo, hi = _artanh(-z, q)
        return -hi, -lo
    low, high = scaled(z, q)
    low2, high2 = scaled(z * z, q)
    lo, hi, down, up, k = low, high, low, high, 1
    while up > 1:
        k += 2
        down, up = down * low2 >> q, -(-up * high2 >> q)
        lo, hi = lo + down // k, hi - (-up // k)
    return lo, hi + up


def arctan(t: Fraction, p: int) -> Bounds:
    """arctan t = π/2 − arctan(1/t) for t > 1, arctan(1/2) + arctan((t − 1/2)/(1 + t/2)) for 1/2 < t ≤ 1, a series for t ≤ 1/2."""
    if t < 0:
        lo, hi = arctan(-t, p)
        return -hi, -lo
    q = p + _GUARD
    if t > 1:
        (a, b), (c, d) = pi(q), arctan(1 / t, q)
        return _coarser(a - 2 * d, b - 2 * c, q + 1, p)
    if t <= _HALF:
        return _coarser(*_arctan_series(t, q), q, p)
    (a, b), (c, d) = _arctan_series(_HALF, q), _arctan_series((t - _HALF) / (1 + t / 2), q)
    return _coarser(a + c, b + d, q, p)


@lru_cache(256)
def _arctan_series(z: Fraction, q: int) -> Bounds:
    """arctan z = Σ (−1)ᵏ z^(2k+1)/(2k+1) for |z| ≤ 1/2: alternating with decreasing terms, so the remainder is at most the next term."""
    if z < 0:
        lo, hi = _arctan_series(-z, q)
        return -hi, -lo
    low, high = scaled(z, q)
    low2, high2 = scaled(z * z, q)
    lo, hi, down, up, k = low, high, low, high, 1
    while up > 1:
        k += 2
        down, up = down * low2 >> q, -(-up * high2 >> q)
        term = down // k, -(-up // k)
        lo, hi = (lo - term[1], hi - term[0]) if k % 4 == 3 else (lo + term[0], hi + term[1])
    return lo - up, hi + up


def pi(p: int) -> Bounds:
    """π = 16·arctan(1/5) − 4·arctan(1/239) (Machin)."""
    q = p + _GUARD
    (a, b), (c, d) = _arctan_series(Fraction(1, 5), q), _arctan_series(Fraction(1, 239), q)
    return _coarser(16 * a - 4 * d, 16 * b - 4 * c, q, p)


def erf(t: Fraction, p: int) -> Bounds:
    """erf t = (2/√π)·e^(−t²)·Σ 2ᵏ t^(2k+1)/(2k+1)!! (all terms of one sign); 1 − erf t < e^(−t²) for t ≥ 1."""
    if t < 0:
        lo, hi = erf(-t, p)
        return -hi, -lo
    if t * t > 2 * p:
        return (1 << p) - 1, 1 << p
    q = p + _GUARD + 3 * int(t * t + 1)
    low, high = scaled(t, q)
    low2, high2 = scaled(2 * t * t, q)
    lo, hi, down, up, k = low, high, low, high, 1
    while up > 1 or high2 * 2 > (k + 2) << q:  # from then on each term is at most half of the one before
        k += 2
        down, up = (down * low2 >> q) // k, (up * high2 >> q) // k + 1
        lo, hi = lo + down, hi + up
    hi += up
    a, b = exp(-t * t, q)
    c, d = pi(2 * q)
    return _coarser((2 * (lo * a >> q) << q) // (isqrt(d) + 1), -(-(2 * -(-hi * b >> q) << q) // isqrt(c)), q, p)


def reciprocal(x: Bounds, q: int, p: int) -> Bounds:
    """1/x to p bits, for x > 0 to q bits."""
    lo, hi = x
    return (1 << q + p) // hi, -(-(1 << q + p) // lo)


def _coarser(lo: int, hi: int, q: int, p: int) -> Bounds:
    """An enclosure to q bits as one to p ≤ q bits."""
    return lo >> q - p, -(-hi >> q - p)


def enclose(activation: Activation, t: Fraction, p: int) -> Bounds:
    """σ(t) to p bits, for the activations that have no rational values."""
    one = 1 << p
    match activation:
        case PiecewiseAffine():
            return scaled(value(activation, t), p)
        case Sigmoid():
            lo, hi = exp(-abs(t), p + 4)
            low, high = reciprocal(((one << 4) + lo, (one << 4) + hi), p + 4, p)  # 1/(1 + e^(−|t|))
            return (low, high) if t >= 0 else (one - high, one - low)
        case Tanh():
            lo, hi = exp(-2 * abs(t), p + 4)
            low, high = reciprocal(((one << 4) + lo, (one << 4) + hi), p + 4, p)
            return (2 * low - one, 2 * high - one) if t >= 0 else (one - 2 * high, one - 2 * low)
        case Softplus():
            lo, hi = exp(-abs(t), p)
            above = scaled(max(t, Fraction(0)), p)  # ln(1 + e^t) = max(t, 0) + ln(1 + e^(−|t|))
            return above[0] + ln(Fraction(one + lo, one), p)[0], above[1] + ln(Fraction(one + hi, one), p)[1]
        case Exp():
            return exp(t, p)
        case Atan():
            return arctan(t, p)
        case Reciprocal(least):
            return scaled(1 / max(t, least), p)
        case Elu(alpha, scale):
            if t >= 0:
                return scaled(scale * t, p)
            lo, hi = exp(t, p)
            factor = scale * alpha
            return floor(factor * (lo - one)), ceil(factor * (hi - one))
        case _:
            assert_never(activation)
