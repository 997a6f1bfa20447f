"""Scalar functions σ: ℝ → ℝ applied coordinatewise, and their exact values; `ranges.py` has what theorems use of them.

`PiecewiseAffine` is exact: ReLU, leaky ReLU, clips, absolute value … are values of it. The named smooth ones have no
exact values in general; what is known of them is elementary calculus (σ is strictly increasing, its range).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import TypeAlias, assert_never

from proofs.errors import Brief, NoExactValue, brief, well_formed
from proofs.exact import common_denominator


@dataclass(frozen=True, slots=True, repr=False)
class PiecewiseAffine(Brief):
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
class Sin:
    """t ↦ sin t: continuous, onto [−1, 1]; cos t is 1 − 2·sin²(t/2)."""


@dataclass(frozen=True, slots=True)
class Sqrt:
    """t ↦ √max(t, 0): continuous, onto [0, ∞), strictly increasing where t ≥ 0."""


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


Activation: TypeAlias = PiecewiseAffine | Sigmoid | Tanh | Softplus | Exp | Atan | Erf | Sin | Sqrt | Reciprocal | Elu

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
        case Tanh() | Atan() | Erf() | Sin() if t == 0:
            return _ZERO
        case Sqrt() if t <= 0:
            return _ZERO
        case Sqrt() if isqrt(t.numerator) ** 2 == t.numerator and isqrt(t.denominator) ** 2 == t.denominator:
            return Fraction(isqrt(t.numerator), isqrt(t.denominator))
        case Sigmoid() if t == 0:
            return Fraction(1, 2)
        case _:
            raise NoExactValue(f"{type(activation).__name__} has no exact rational value at {brief(t)}")


def numbers(activation: Activation) -> tuple[Fraction, ...]:
    """Slopes and values such that every σ(t) known exactly is a sum of one of them times t and another one, or 0; but for roots."""
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
        case Tanh() | Softplus() | Atan() | Erf() | Sin() | Sqrt():
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
    """The numerator of σ(a/d) over common·d where σ(a/d) is known exactly: at 0, for an ELU above, for roots at squares.

    Where √(a/d) = p/q in lowest terms, a/d = p²/q² is in lowest terms, so q divides d.
    """
    if isinstance(s, Elu) and a >= 0:
        return int(s.scale * common) * a
    if isinstance(s, Sqrt):
        return int(value(s, Fraction(a, d)) * d) * common
    return int(value(s, Fraction(a, d)) * common) * d
