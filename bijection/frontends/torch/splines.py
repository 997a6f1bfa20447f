"""Rational-quadratic splines as one operation of the network."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bijection.errors import NotSupported
from bijection.frontends.code import beside, flat
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Tensor, ordered
from proofs.splines import Spline


def read_spline(t: Tracer, x: Tensor, bins: Sequence[Tensor], power: int) -> Tensor:
    """The spline at x with these widths, heights and slopes at the left and at the right; they must be known to stay above a
    positive number.
    """
    placed = beside(t.code, bins)
    sides = t.code.sides(placed[0].value)
    lows = [sides[j].lower for part in placed for j in part.index.ravel().tolist()]
    known = [low for low in lows if low is not None and low > 0]
    if len(known) < len(lows):
        names = ("widths", "heights", "left slopes", "right slopes")
        small = [name for name, part in zip(names, placed, strict=True) if any((sides[j].lower or 0) <= 0 for j in part.index.flat)]
        raise NotSupported(f"a spline whose {' and '.join(small)} are not known to stay above a positive number")
    value = t.code.emit(Spline(_below(min(known)), power), flat(t.code, x), *(flat(t.code, part) for part in placed))
    return Tensor(value, ordered(x.index.size, x.shape))


def _below(t: Fraction) -> Fraction:
    """A power of two that is not larger."""
    return Fraction(2) ** (t.numerator.bit_length() - t.denominator.bit_length() - 1)
