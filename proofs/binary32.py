"""Binary32, counted without floats: the non-negative finite values in order are 0, 1·2^-149, 2·2^-149, …, (2^24−1)·2^104."""

from fractions import Fraction

LARGEST = Fraction((2**24 - 1) * 2**104)


def _index(t: Fraction) -> int:
    """How many positive finite binary32 values are ≤ t, for t ≥ 0."""
    units = int(t * 2**149)
    if units < 2**24:
        return units
    exponent = min(units.bit_length() - 24, 253)
    mantissa = min(units >> exponent, 2**24 - 1) if exponent == 253 else units >> exponent
    return exponent * 2**23 + mantissa


def floats_up_to(t: Fraction) -> int:
    """The number of finite binary32 values in [0, t], minus those in (t, 0): an increasing count with floats_up_to(0) = 1."""
    if t >= 0:
        return _index(t) + 1
    below = _index(-t)
    return 1 - below if is_float(t) else -below


def floats_below(t: Fraction) -> int:
    """As floats_up_to, for the values < t."""
    return floats_up_to(t) - is_float(t)


def is_float(t: Fraction) -> bool:
    """Whether t is the value of a finite binary32 number."""
    units = abs(t) * 2**149
    if units.denominator != 1 or abs(t) > LARGEST:
        return False
    a = units.numerator
    return a == 0 or (a >> ((a & -a).bit_length() - 1)) < 2**24
