"""Scalar functions σ: ℝ → ℝ applied coordinatewise, and the facts about them that theorems use (the activation table).

`PiecewiseAffine` is exact: ReLU, leaky ReLU, clips, absolute value … are values of it. The named smooth ones have no
exact values in general; what is known of them is elementary calculus (σ is strictly increasing, its range).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias, assert_never

from proofs.errors import NoExactValue, brief, well_formed
from proofs.exact import LINE, Interval, common_denominator
from proofs.transcendental import POINTS, erf, exponential, interval, sigmoid, softplus, tanh


@dataclass(frozen=True, slots=True)
class PiecewiseAffine:
    """Continuous, with σ(t) = slope·t + intercept of piece i for breakpoints[i-1] ≤ t ≤ breakpoints[i].

    Breakpoints increase strictly; k breakpoints separate k+1 pieces (slope, intercept) that agree where they meet.
    """

    breakpoints: tuple[Fraction, ...]
    pieces: tuple[tuple[Fraction, Fraction], ...]

    def __post_init__(self) -> None:
        t = self.breakpoints
        well_formed(len(self.pieces) == len(t) + 1, f"{len(t)} breakpoints need {len(t) + 1} pieces, got {len(self.pieces)}")
        well_formed(all(a < b for a, b in pairwise(t)), "breakpoints {} do not increase strictly", t)
        for b, ((p, q), (r, s)) in zip(t, pairwise(self.pieces), strict=True):
            left, right = p * b + q, r * b + s
            well_formed(left == right, "the pieces left and right of {} do not meet: {} and {}", b, left, right)


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """t ↦ 1/(1 + e^(−t)): strictly increasing from ℝ onto (0, 1)."""


@dataclass(frozen=True, slots=True)
class Tanh:
    """t ↦ tanh t: strictly increasing from ℝ onto (−1, 1)."""


@dataclass(frozen=True, slots=True)
class Softplus:
    """t ↦ ln(1 + e^t): strictly increasing from ℝ onto (0, ∞)."""


@dataclass(frozen=True, slots=True)
class Exp:
    """t ↦ e^t: strictly increasing from ℝ onto (0, ∞)."""


@dataclass(frozen=True, slots=True)
class Atan:
    """t ↦ arctan t: strictly increasing from ℝ onto (−π/2, π/2), where π < 22/7."""


@dataclass(frozen=True, slots=True)
class Erf:
    """t ↦ erf t = (2/√π)·∫₀ᵗ e^(−u²) du: strictly increasing from ℝ onto (−1, 1); t·(1 + erf(t/√2))/2 is GELU."""


@dataclass(frozen=True, slots=True)
class Reciprocal:
    """t ↦ 1/max(t, least), least > 0: division by what is at least `least`; continuous, onto (0, 1/least]."""

    least: Fraction

    def __post_init__(self) -> None:
        well_formed(self.least > 0, "a reciprocal of what is at least {}; that must be positive", self.least)


@dataclass(frozen=True, slots=True)
class Elu:
    """t ↦ scale·t for t ≥ 0, scale·alpha·(e^t − 1) for t < 0, alpha > 0, scale > 0: strictly increasing onto (−scale·alpha, ∞)."""

    alpha: Fraction
    scale: Fraction

    def __post_init__(self) -> None:
        well_formed(self.alpha > 0 and self.scale > 0, "ELU with alpha {}, scale {}; both must be positive", self.alpha, self.scale)


Activation: TypeAlias = PiecewiseAffine | Sigmoid | Tanh | Softplus | Exp | Atan | Erf | Reciprocal | Elu

_ZERO, _ONE = Fraction(0), Fraction(1)
IDENTITY = PiecewiseAffine((), ((_ONE, _ZERO),))
RELU = PiecewiseAffine((_ZERO,), ((_ZERO, _ZERO), (_ONE, _ZERO)))
ABS = PiecewiseAffine((_ZERO,), ((-_ONE, _ZERO), (_ONE, _ZERO)))


def leaky_relu(slope: Fraction) -> PiecewiseAffine:
    """t ↦ t for t ≥ 0 and slope·t for t < 0, any slope."""
    return PiecewiseAffine((_ZERO,), ((Fraction(slope), _ZERO), (_ONE, _ZERO)))


def clip(lower: Fraction | None, upper: Fraction | None, slope: Fraction = _ONE, shift: Fraction = _ZERO) -> PiecewiseAffine:
    """t ↦ min(max(slope·t + shift, lower), upper) with slope > 0; None stands for no bound."""
    well_formed(slope > 0, "clip of {}·t + {}: the slope must be positive", slope, shift)
    well_formed(lower is None or upper is None or lower < upper, "clip between {} and {}: the bounds do not increase", lower, upper)
    breakpoints, pieces = [], [(Fraction(slope), Fraction(shift))]
    if lower is not None:
        breakpoints.append((lower - shift) / slope)
        pieces.insert(0, (_ZERO, Fraction(lower)))
    if upper is not None:
        breakpoints.append((upper - shift) / slope)
        pieces.append((_ZERO, Fraction(upper)))
    return PiecewiseAffine(tuple(breakpoints), tuple(pieces))


def value(activation: Activation, t: Fraction) -> Fraction:
    """σ(t), where it is a rational known exactly."""
    match activation:
        case PiecewiseAffine(breakpoints, pieces):
            slope, intercept = pieces[bisect_left(breakpoints, t)]
            return slope * t + intercept
        case Elu(_, scale) if t >= 0:
            return scale * t
        case Reciprocal(least) if t <= least:
            return 1 / least
        case Exp() if t == 0:
            return _ONE
        case Tanh() | Atan() | Erf() if t == 0:
            return _ZERO
        case Sigmoid() if t == 0:
            return Fraction(1, 2)
        case _:
            raise NoExactValue(f"{type(activation).__name__} has no exact rational value at {brief(t)}")


def numbers(activation: Activation) -> tuple[Fraction, ...]:
    """Slopes and values such that every σ(t) known exactly is a sum of one of them times t and another one, or 0."""
    match activation:
        case PiecewiseAffine(_, pieces):
            return tuple(number for piece in pieces for number in piece)
        case Elu(_, scale):
            return (scale,)
        case Sigmoid():
            return (Fraction(1, 2),)
        case Exp():
            return (_ONE,)
        case Reciprocal(least):
            return (1 / least,)
        case Tanh() | Softplus() | Atan() | Erf():
            return ()
        case _:
            assert_never(activation)


Scaled: TypeAlias = tuple[list[int], int, list[tuple[int, int]]]  # cuts, their denominator, pieces


def scaled(s: PiecewiseAffine, d: int, common: int) -> Scaled:
    """The activation in integers: σ(a/d) = (p·a + q)/(common·d) with the piece (p, q) behind the cuts below a·e."""
    e = common_denominator(b.denominator for b in s.breakpoints)
    cuts = [b.numerator * (e // b.denominator) * d for b in s.breakpoints]
    return cuts, e, [(int(p * common), int(q * common) * d) for p, q in s.pieces]


def apply_pieces(table: Scaled, block: Sequence[int]) -> Iterator[int]:
    """The numerators of σ(a/d) over common·d, for each a of the block."""
    cuts, e, pieces = table
    if len(pieces) == 1:
        slope, shift = pieces[0]
        return (slope * a + shift for a in block)
    return (p * a + q for a in block for p, q in (pieces[bisect_left(cuts, a * e)],))


def apply_smooth(s: Activation, a: int, d: int, common: int) -> int:
    """The numerator of σ(a/d) over common·d where σ(a/d) is known exactly: at 0, and for an ELU above."""
    if isinstance(s, Elu) and a >= 0:
        return int(s.scale * common) * a
    return int(value(s, Fraction(a, d)) * common) * d


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
