"""Fractions with small numerators and denominators, so that witnesses can be read."""

from __future__ import annotations

from fractions import Fraction


def dyadic_between(low: Fraction, high: Fraction) -> Fraction:
    """The number strictly between low < high whose denominator is the smallest power of two."""
    denominator = 1
    while True:
        found = Fraction((low * denominator).__floor__() + 1, denominator)
        if found < high:
            return found
        denominator *= 2


def step_below(limit: Fraction, unit: Fraction) -> Fraction:
    """A simple step in (0, limit): a multiple of the unit if one fits, else unit / 2ᵏ."""
    if limit > unit:
        most = -((-limit.numerator * unit.denominator) // (limit.denominator * unit.numerator)) - 1
        return unit * max(1, most)
    step = unit
    while step >= limit:
        step /= 2
    return step
