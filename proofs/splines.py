"""Monotone splines whose knots and slopes are computed, and their inverses: the rational-quadratic splines of neural spline flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeAlias

from proofs.errors import NoExactValue, well_formed
from proofs.exact import Interval, Vector, vector

_ZERO = Fraction(0)
Bin: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Spline:
    """Five inputs: arguments of width n, and for each argument K bins, in the order of the arguments: their widths w, heights h, slopes
    a at the left end and b at the right end, vectors of width nK each; what is below `least` > 0 counts as `least`. Coordinate i is
    S(t) at the argument t, for the bins of i, if `power` is 1, and S⁻¹(t) if it is −1:

        S(t) = min(t, 0) + Σ h·A/(A + B) + max(t − Σ w, 0),   A = h·u² + a·w·u·v,   B = h·v² + b·w·u·v,

    where u is t less the widths of the bins before, cut to [0, w], and v = w − u. So S is t up to 0, then the rational-quadratic spline
    through the knots (Σ w, Σ h) with these slopes, then t − Σ w + Σ h. (Gregory and Delbourgo, IMA J. Numer. Anal. 2 (1982).)

    S is a continuous function of t and of the bins, locally Lipschitz: A + B ≥ h·(u² + v²) ≥ h·w²/2 > 0. As a function of t it
    increases strictly, and it takes all values: outside of the bins it is t plus a number; inside one, with q = u/v from 0 to ∞,
    A/B = (h·q² + a·w·q)/(h + b·w·q) increases strictly from 0 to ∞, so that A/(A + B) does from 0 to 1. For p < q the numerator of the
    difference of these quotients is (q − p)·(h²·(p + q) + h·b·w·p·q + h·a·w) > 0; divided by (q − p)·(h + b·w·p)·(h + b·w·q), and
    with dq/du = w/v², it bounds the slopes of S away from 0 where the bins are bounded. So S⁻¹ is there, increases strictly, takes all
    values, and is locally Lipschitz in t and in the bins: S(s) = t and S̃(s̃) = t̃ give |S̃(s) − S̃(s̃)| ≤ |S̃(s) − S(s)| + |t − t̃|.
    """

    least: Fraction
    power: int

    def __post_init__(self) -> None:
        well_formed(self.least > 0, "a spline with bins of at least {}; that must be positive", self.least)
        well_formed(self.power in (1, -1), "a spline to the power {}; 1 is the spline, −1 its inverse", self.power)


def spline_width(widths: Sequence[int]) -> int:
    """The width of the output for inputs of these widths, or Malformed."""
    well_formed(len(widths) == 5 and len(set(widths[1:])) == 1, f"a spline of vectors of the widths {list(widths)}")
    n, bins = widths[0], widths[1]
    well_formed(n > 0 and bins > 0 and bins % n == 0, "a spline of {} arguments and {} bins", n, bins)
    return n


def bins_of(i: int, n: int, bins: int) -> range:
    """Where the bins of argument i of n are."""
    return range(i * (bins // n), (i + 1) * (bins // n))


def apply_spline(op: Spline, inputs: Sequence[Vector]) -> Vector:
    """The exact values; NoExactValue where an inverse has none."""
    x, *parts = (v.fractions() for v in inputs)
    w, h, a, b = ([max(t, op.least) for t in part] for part in parts)
    bins = list(zip(w, h, a, b, strict=True))
    return vector([_value(op.power, t, [bins[j] for j in bins_of(i, len(x), len(bins))]) for i, t in enumerate(x)])


def _value(power: int, t: Fraction, bins: Sequence[Bin]) -> Fraction:
    total = min(t, _ZERO)
    for each in bins:
        length = each[0 if power > 0 else 1]
        inside = min(max(t, _ZERO), length)
        total += _forward(inside, each) if power > 0 else _backward(inside, each)
        t -= length
    return total + max(t, _ZERO)


def _forward(u: Fraction, each: Bin) -> Fraction:
    """h·A/(A + B)."""
    w, h, a, b = each
    v = w - u
    low, high = h * u * u + a * w * u * v, h * v * v + b * w * u * v
    return h * low / (low + high)


def _backward(y: Fraction, each: Bin) -> Fraction:
    """u with h·A/(A + B) = y: q = u/v solves h·(h − y)·q² + c·q = h·y with c = w·(a·(h − y) − b·y), so u = w·q/(1 + q)."""
    w, h, a, b = each
    c = w * (a * (h - y) - b * y)
    square = c * c + 4 * h * h * (h - y) * y
    p, q = isqrt(square.numerator), isqrt(square.denominator)
    if p * p != square.numerator or q * q != square.denominator:
        raise NoExactValue("the inverse of a spline has no rational value here")
    return 2 * h * y * w / (c + Fraction(p, q) + 2 * h * y)


def spline_side(op: Spline, t: Interval, bins: Sequence[Sequence[Interval]]) -> Interval:
    """Where the values lie: not below the negative part of t, not above its positive part and the heights (widths) together."""
    lower = None if t.lower is None else min(t.lower, _ZERO)
    lengths = [side.upper for side in bins[1 if op.power > 0 else 0]]
    if t.upper is None or None in lengths:
        return Interval(lower, None)
    return Interval(lower, max(t.upper, _ZERO) + sum((max(s, op.least) for s in lengths if s is not None), _ZERO))
