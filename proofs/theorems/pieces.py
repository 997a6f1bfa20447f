"""Compositions of piecewise-affine functions ℝ → ℝ."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction

from proofs.activations import PiecewiseAffine
from proofs.errors import require
from proofs.limits import Meter

MOST_PIECES = 10_000  # composing a zigzag with itself doubles its pieces


def composed(outer: PiecewiseAffine, inner: PiecewiseAffine, meter: Meter) -> PiecewiseAffine:
    """The composition of two piecewise-affine functions, with no breakpoint between equal pieces.

    Between two neighbouring ends the inner function is affine, and takes no breakpoint of the outer one, unless it is constant. So the
    pieces that hold at one point between them hold there; of a constant, the outer pieces that meet there agree.
    """
    count = len(inner.pieces) * len(outer.pieces)
    require(count <= MOST_PIECES, f"a composition of activations with up to {count} pieces; the limit is {MOST_PIECES}")
    meter.take(20_000 * count)
    ends = set(inner.breakpoints)
    for (p, q), low, high in zip(inner.pieces, (None, *inner.breakpoints), (*inner.breakpoints, None), strict=True):
        crossed = ((b - q) / p for b in outer.breakpoints if p)
        ends |= {t for t in crossed if (low is None or low < t) and (high is None or t < high)}
    breakpoints: list[Fraction] = []
    pieces: list[tuple[Fraction, Fraction]] = []
    known, start = 0, None
    for end in (*sorted(ends), None):
        known += known < len(inner.breakpoints) and start == inner.breakpoints[known]
        p, q = inner.pieces[known]
        r, s = outer.pieces[bisect_left(outer.breakpoints, p * _between(start, end) + q)]
        piece = (r * p, r * q + s)
        if not pieces or piece != pieces[-1]:
            pieces.append(piece)
            if start is not None:
                breakpoints.append(start)
        start = end
    return PiecewiseAffine(tuple(breakpoints), tuple(pieces))


def _between(start: Fraction | None, end: Fraction | None) -> Fraction:
    if start is None:
        return Fraction(0) if end is None else end - 1
    return start + 1 if end is None else (start + end) * Fraction(1, 2)
