"""Rigorous bounds of e^t, ln t, arctan t, erf t, sin t, √t and of what is made of them, at rational points, in integers.

An enclosure to p bits is a pair of integers lo ≤ hi with lo/2ᵖ ≤ the number ≤ hi/2ᵖ. Every division rounds lo down and hi up,
every series has its remainder added to hi, so containment does not rest on an analysis of errors; only the width does.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TypeAlias

from proofs.errors import well_formed
from proofs.exact import Interval

Bounds: TypeAlias = tuple[int, int]

MOST_PRECISION = 50_000  # bits
MOST_EXPONENT = 5_000  # of e^t
COST = 200_000  # of one of these functions to POINTS, in multiplications of digits
POINTS = 192  # bits of the ends of intervals
_FAR = 128  # for |t| ≤ 128 the interval of e^t is narrow; beyond, only that it increases is used
_FAR_TURNS = 10**12  # beyond, sin is not looked at
_GUARD = 32  # bits more for the work inside
_HALF = Fraction(1, 2)


def scaled(t: Fraction, p: int) -> Bounds:
    """The enclosure of a rational number itself."""
    well_formed(0 < p <= MOST_PRECISION, "a precision of {} bits; it must be between 1 and {}", p, MOST_PRECISION)
    quotient, rest = divmod(t.numerator << p, t.denominator)
    return quotient, quotient + (rest > 0)


def exp(t: Fraction, p: int) -> Bounds:
    """e^t for t ≤ 5000; for t < −p it is between 0 and 2^(−p)."""
    if t == 0:
        return 1 << p, 1 << p
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
    """erf t = (2/√π)·e^(−t²)·Σ 2ᵏ t^(2k+1)/(2k+1)!!, all terms positive for t > 0; 0 < 1 − erf t ≤ e^(−t²) < 2^(−p) for t² > p·ln 2.

    The series: y = e^(t²)·erf t solves y′ = 2ty + 2/√π, y(0) = 0, and so does the sum. The bound: u² ≥ t² + (u − t)² for u ≥ t ≥ 0, so
    (2/√π)·∫ e^(−u²) du over u ≥ t is at most e^(−t²)·(2/√π)·∫ e^(−v²) dv over v ≥ 0, which is e^(−t²).
    """
    if t < 0:
        lo, hi = erf(-t, p)
        return -hi, -lo
    if 10 * t * t > 7 * p:  # 0.7 > ln 2
        return (1 << p) - 1, 1 << p
    q = p + _GUARD
    r = q + 3 * int(t * t + 1)  # e^(t²) has fewer than 3t²/2 + 1 bits before the point
    (a, b), (c, d), (e, f) = _erf_series(t, q), exp(-t * t, r), pi(q)
    low, high = isqrt((1 << 3 * q) // f), isqrt(-(-(1 << 3 * q) // e)) + 1  # 1/√π
    return (2 * a * c * low) >> q + r + q - p, min(-(-(2 * b * d * high) >> q + r + q - p), 1 << p)


def _erf_series(t: Fraction, q: int) -> Bounds:
    """Σ 2ᵏ t^(2k+1)/(2k+1)!! for t ≥ 0; where 4t² ≤ 2k + 3 each later term is at most half of the one before, so they add up to it."""
    low, high = scaled(t, q)
    low2, high2 = scaled(2 * t * t, q)
    lo, hi, down, up, k = low, high, low, high, 1
    while up > 1 or 2 * high2 > (k + 2) << q:
        k += 2
        down, up = (down * low2 >> q) // k, -((-up * high2 >> q) // k)
        lo, hi = lo + down, hi + up
    return lo, hi + up


def sin(t: Fraction, p: int) -> Bounds:
    """sin t = sin r for r = t − 2kπ, |r| < 4: π is known within bounds, so r is, and |sin r − sin s| ≤ |r − s|."""
    if t < 0:
        lo, hi = sin(-t, p)
        return -hi, -lo
    q = p + _GUARD + int(t).bit_length()
    (a, b), (low, high) = pi(q), scaled(t, q)
    turns = (2 * low + a + b) // (2 * (a + b))  # 2π is about (a + b)/2^q
    near, far = low - 2 * turns * b, high - 2 * turns * a
    lo, hi = _sin_series(near, q)
    one = 1 << p
    lo, hi = _coarser(lo - (far - near), hi + (far - near), q, p)
    return max(lo, -one), min(hi, one)


def _sin_series(r: int, q: int) -> Bounds:
    """sin(r/2^q) = Σ (−1)ᵏ z^(2k+1)/(2k+1)! for |z| ≤ 4; from k = 2 on the terms decrease, so the remainder is at most the next one."""
    if r < 0:
        lo, hi = _sin_series(-r, q)
        return -hi, -lo
    low2, high2 = r * r >> q, -(-r * r >> q)
    lo, hi, down, up, k = r, r, r, r, 1
    while up > 1 or k < 7:
        k += 2
        down, up = (down * low2 >> q) // (k * (k - 1)), -((-up * high2 >> q) // (k * (k - 1)))
        lo, hi = (lo - up, hi - down) if k % 4 == 3 else (lo + down, hi + up)
    return lo - up, hi + up


def root(t: Fraction, p: int) -> Bounds:
    """√t for t ≥ 0."""
    well_formed(t >= 0, "the square root of {}", t)
    low, high = scaled(t, 2 * p)
    lo = isqrt(low)
    return lo, lo if low == high == lo * lo else isqrt(high) + 1


def reciprocal(x: Bounds, q: int, p: int) -> Bounds:
    """1/x to p bits, for x > 0 to q bits."""
    lo, hi = x
    return (1 << q + p) // hi, -(-(1 << q + p) // lo)


def _coarser(lo: int, hi: int, q: int, p: int) -> Bounds:
    """An enclosure to q bits as one to p ≤ q bits."""
    return lo >> q - p, -(-hi >> q - p)


def sigmoid(t: Fraction, p: int) -> Bounds:
    """1/(1 + e^(−t)), which is 1 − 1/(1 + e^t)."""
    one = 1 << p
    lo, hi = exp(-abs(t), p + 4)
    low, high = reciprocal(((one << 4) + lo, (one << 4) + hi), p + 4, p)
    return (low, high) if t >= 0 else (one - high, one - low)


def tanh(t: Fraction, p: int) -> Bounds:
    """2·sigmoid(2t) − 1."""
    lo, hi = sigmoid(2 * t, p)
    return 2 * lo - (1 << p), 2 * hi - (1 << p)


def softplus(t: Fraction, p: int) -> Bounds:
    """ln(1 + e^t) = max(t, 0) + ln(1 + e^(−|t|))."""
    one = 1 << p
    lo, hi = exp(-abs(t), p)
    above = scaled(max(t, Fraction(0)), p)
    return above[0] + ln(Fraction(one + lo, one), p)[0], above[1] + ln(Fraction(one + hi, one), p)[1]


def interval(bounds: Bounds, p: int = POINTS) -> Interval:
    """The enclosure as an interval."""
    lo, hi = bounds
    return Interval(Fraction(lo, 1 << p), Fraction(hi, 1 << p))


@lru_cache(maxsize=4096)
def exponential(t: Fraction) -> Interval:
    """An interval with e^t inside it, of a relative width below 2^−150 for |t| ≤ 128; above 128 without upper end."""
    near = max(min(t, Fraction(_FAR)), -Fraction(_FAR))
    p = POINTS + (0 if t >= 0 else 2 * _FAR)  # e^−128 > 2^−185
    found = interval(exp(near, p), p)
    return Interval(found.lower if t >= near else Fraction(0), found.upper if t <= near else None)


def sine(side: Interval) -> Interval:
    """The values of sin on an interval: 1 and −1 where π/2 + kπ may lie in it for an even or odd k, and those at its ends."""
    least, most = Fraction(-1), Fraction(1)
    low, high = side.lower, side.upper
    if low is None or high is None or high - low >= 7 or max(abs(low), abs(high)) >= _FAR_TURNS:
        return Interval(least, most)
    ends = [interval(sin(t, POINTS)) for t in (low, high)]
    first, last = (end.lower for end in ends), (end.upper for end in ends)
    a, b = (Fraction(end, 1 << POINTS) for end in pi(POINTS))
    tops = set[int]()
    for k in range(int(low / a) - 2, int(high / a) + 2):
        halves = sorted(Fraction(2 * k + 1, 2) * half for half in (a, b))
        if halves[0] <= high and low <= halves[1]:
            tops.add(k % 2)
    below = least if 1 in tops else min(t for t in first if t is not None)
    return Interval(below, most if 0 in tops else max(t for t in last if t is not None))


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
    """The interval with its ends moved outwards to multiples of 2^−POINTS."""
    return Interval(
        Fraction((low.numerator << POINTS) // low.denominator, 1 << POINTS),
        Fraction(-((-high.numerator << POINTS) // high.denominator), 1 << POINTS),
    )
