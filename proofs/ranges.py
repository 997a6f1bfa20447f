"""What scalar functions do on an interval: whether they are monotone, their slopes, their values, lines below and above."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh, value
from proofs.exact import LINE, Interval
from proofs.transcendental import POINTS, erf, exponential, interval, root, sigmoid, sine, softplus, tanh

_ZERO, _ONE = Fraction(0), Fraction(1)
_QUARTER = Fraction(223, 142)  # below π/2


def pieces_on(activation: PiecewiseAffine, domain: Interval) -> tuple[tuple[Fraction, Fraction], ...]:
    """The pieces that hold on an open part of the domain (on the point itself, where the domain is one point)."""
    t = activation.breakpoints
    first = 0 if domain.lower is None else bisect_right(t, domain.lower)
    last = len(t) if domain.upper is None else bisect_left(t, domain.upper)
    return activation.pieces[min(first, last) : last + 1]


def strictly_monotone(activation: Activation, domain: Interval = LINE) -> bool:
    """σ is strictly monotone on the domain; for these functions, the same as injective there."""
    return domain.is_point() or direction(activation, domain) != 0


def direction(activation: Activation, domain: Interval = LINE) -> int:
    """1 if σ is strictly increasing on the domain, −1 if it is strictly decreasing there, else 0."""
    match activation:
        case PiecewiseAffine():
            slopes = [slope for slope, _ in pieces_on(activation, domain)]
            return 1 if all(slope > 0 for slope in slopes) else -1 if all(slope < 0 for slope in slopes) else 0
        case Reciprocal(least):
            return -1 if domain.lower is not None and domain.lower >= least else 0
        case Sqrt():
            return 1 if domain.lower is not None and domain.lower >= 0 else 0
        case Sin():
            return 1 if domain.within(Interval(-_QUARTER, _QUARTER)) else 0
        case Sigmoid() | Tanh() | Softplus() | Exp() | Atan() | Erf() | Elu():
            return 1
        case _:
            assert_never(activation)


def slopes(activation: Activation, domain: Interval) -> Interval:
    """An interval that holds (σ(u) − σ(t))/(u − t) for all t < u in the domain; for the smooth ones by calculus."""
    match activation:
        case PiecewiseAffine():
            found = [slope for slope, _ in pieces_on(activation, domain)]
            return Interval(min(found), max(found))
        case Sigmoid():  # s′ = s(1 − s)
            return Interval(_ZERO, Fraction(1, 4))
        case Tanh() | Softplus() | Atan():  # s′ = 1 − s², 1/(1 + e^(−t)), 1/(1 + t²)
            return Interval(_ZERO, _ONE)
        case Erf():  # s′ = (2/√π)·e^(−t²), and π > 49/16
            return Interval(_ZERO, Fraction(8, 7))
        case Exp():  # s′ = s
            return enclosure(activation, domain)
        case Sin():  # s′ = cos
            return Interval(-_ONE, _ONE)
        case Sqrt():  # (√u − √t)/(u − t) = 1/(√u + √t)
            values = enclosure(activation, domain)
            low = 1 / (2 * values.upper) if values.upper and direction(activation, domain) else _ZERO
            return Interval(low, 1 / (2 * values.lower) if values.lower else None)
        case Reciprocal(least):  # s′ = −s², or 0 below the least
            return Interval(-1 / least**2, _ZERO)
        case Elu(alpha, scale):  # s′ = scale, and scale·alpha·e^t for t < 0
            return Interval(_ZERO, scale * max(_ONE, alpha))
        case _:
            assert_never(activation)


def enclosure(activation: Activation, domain: Interval) -> Interval:
    """A closed interval that contains σ(domain); the least one for piecewise-affine σ, and for the others nearly so."""
    match activation:
        case PiecewiseAffine():
            return _range_of_pieces(activation, domain)
        case Sigmoid():
            return _increasing(lambda t: interval(sigmoid(t, POINTS)), domain, Interval(_ZERO, _ONE))
        case Tanh():
            return _increasing(lambda t: interval(tanh(t, POINTS)), domain, Interval(-_ONE, _ONE))
        case Softplus():
            return _increasing(lambda t: interval(softplus(t, POINTS)), domain, Interval(_ZERO, None))
        case Exp():
            return _increasing(exponential, domain, Interval(_ZERO, None))
        case Atan():
            return Interval(-Fraction(11, 7), Fraction(11, 7))
        case Erf():
            return _increasing(lambda t: interval(erf(t, POINTS)), domain, Interval(-_ONE, _ONE))
        case Sin():
            return sine(domain)
        case Sqrt():
            return _increasing(lambda t: interval(root(max(t, _ZERO), POINTS)), domain, Interval(_ZERO, None))
        case Reciprocal(least):
            low = _ZERO if domain.upper is None else 1 / max(domain.upper, least)
            return Interval(low, 1 / (least if domain.lower is None else max(domain.lower, least)))
        case Elu(alpha, scale):
            return _increasing(lambda t: _elu(alpha, scale, t), domain, Interval(-scale * alpha, None))
        case _:
            assert_never(activation)


_NODES = 16  # where a smooth activation is looked at to find lines below and above it


def intercept_below(s: Activation, side: Interval, slope: Fraction, sign: int) -> Fraction | None:
    """t with σ(z) ≥ slope·z + t on the side for sign 1, and σ(z) ≤ slope·z + t for sign −1; None if none is known.

    Proof. For piecewise-affine σ: σ(z) − slope·z takes its least value at a breakpoint or an end, if it does not fall towards an infinite
    one. For slope 0, by the enclosure. For a smooth σ with |σ″| ≤ K on an interval of length h, σ differs from the chord by at most Kh²/8,
    and the chord minus slope·z is least at an end. For sign −1 the same of −σ.
    """
    if isinstance(s, PiecewiseAffine):
        return _corner(s, side, slope, sign)
    if not slope:
        known = enclosure(s, side)
        return known.lower if sign > 0 else known.upper
    curved = _curvature(s)
    if side.lower is None or side.upper is None or curved is None:
        return None
    ends = [side.lower, side.upper]
    if isinstance(s, Elu) and ends[0] < 0 < ends[1]:  # its slope jumps at 0
        ends.insert(1, _ZERO)
    found = []
    for a, b in pairwise(ends):
        h = (b - a) * Fraction(1, _NODES)
        for k in range(_NODES + 1):
            t = a + k * h
            at = enclosure(s, Interval(t, t))
            end = at.lower if sign > 0 else at.upper
            assert end is not None
            found.append(sign * (end - slope * t) - curved * h * h * Fraction(1, 8))
    return sign * min(found)


def _curvature(s: Activation) -> Fraction | None:
    """A bound of |σ″|, but for the point 0 of an ELU; None where none is known."""
    match s:
        case Sigmoid():
            return Fraction(1, 10)  # 1/(6√3) < 0.0963
        case Tanh():
            return Fraction(4, 5)  # 4/(3√3) < 0.7699
        case Softplus():
            return Fraction(1, 4)  # the slope of the sigmoid
        case Erf():
            return _ONE  # 2·√(2/(πe)) < 0.9679
        case Sin():
            return _ONE
        case Elu(alpha, scale):
            return scale * alpha
        case _:
            return None


def _corner(s: PiecewiseAffine, side: Interval, slope: Fraction, sign: int) -> Fraction | None:
    first, last = pieces_on(s, side)[0][0], pieces_on(s, side)[-1][0]
    falls = (side.lower is None and sign * (first - slope) > 0) or (side.upper is None and sign * (last - slope) < 0)
    corners = [b for b in s.breakpoints if b in side] + [end for end in (side.lower, side.upper) if end is not None]
    if falls:
        return None
    return sign * min(sign * (value(s, t) - slope * t) for t in corners or [_ZERO])


def _increasing(at: Callable[[Fraction], Interval], domain: Interval, everywhere: Interval) -> Interval:
    """Bounds of an increasing function on the domain, from bounds at its ends; `everywhere` is known of its whole range."""
    lower = everywhere.lower if domain.lower is None else at(domain.lower).lower
    upper = everywhere.upper if domain.upper is None else at(domain.upper).upper
    return Interval(lower, upper)


def _elu(alpha: Fraction, scale: Fraction, t: Fraction) -> Interval:
    if t >= 0:
        return Interval(scale * t, scale * t)
    e = exponential(t)
    assert e.lower is not None
    assert e.upper is not None
    return Interval(scale * alpha * (e.lower - 1), scale * alpha * (e.upper - 1))


def _range_of_pieces(activation: PiecewiseAffine, domain: Interval) -> Interval:
    """A continuous piecewise-affine function takes its extreme values at breakpoints and ends, or at infinity."""
    corners = [b for b in activation.breakpoints if b in domain]
    corners += [end for end in (domain.lower, domain.upper) if end is not None]
    values = [value(activation, t) for t in corners]
    if not values:
        values = [value(activation, _ZERO)]
    low: Fraction | None = min(values)
    high: Fraction | None = max(values)
    left, right = activation.pieces[0][0], activation.pieces[-1][0]
    if (domain.lower is None and left > 0) or (domain.upper is None and right < 0):
        low = None
    if (domain.lower is None and left < 0) or (domain.upper is None and right > 0):
        high = None
    return Interval(low, high)
