"""Whose fault is it?  Malformed: the bytes or the arguments.  Rejected: the evidence."""

from dataclasses import fields
from fractions import Fraction
from typing import Any


class Malformed(ValueError):
    """The input is not a value of the vocabulary: a shape, a range or the format is wrong."""


class Rejected(Exception):
    """The evidence is well formed but does not prove the claim."""


class NoExactValue(ArithmeticError):
    """The value asked for is not a rational number (or not known to be one)."""


def require(condition: bool, why: str, *values: object) -> None:
    """Reject the evidence unless the condition of the theorem holds; the values fill the gaps {} of the message."""
    if not condition:
        raise Rejected(why.format(*map(brief, values)) if values else why)


def well_formed(condition: bool, why: str, *values: object) -> None:
    """Refuse to construct a value that breaks the invariants of its type; the values fill the gaps {} of the message."""
    if not condition:
        raise Malformed(why.format(*map(brief, values)) if values else why)


def brief(value: object) -> str:
    """A value for a message, whoever sent it: long numbers by their size (Python refuses to print them), lists by their start."""
    match value:
        case int():
            return str(value) if value.bit_length() <= 200 else f"an integer of {value.bit_length()} bits"
        case Fraction():
            return brief(value.numerator) if value.denominator == 1 else f"{brief(value.numerator)}/{brief(value.denominator)}"
        case tuple() | list():
            start = ["…" if isinstance(v, tuple | list | dict) else brief(v) for v in value[:6]]
            return f"({', '.join(start)}{', …' if len(value) > 6 else ''})"
        case dict():
            return "an object"
        case _:
            text = repr(value[:60] if isinstance(value, str) else value)
            return text if len(text) <= 60 else text[:57] + "…"


class Brief:
    """A record that prints itself in full where that is short, and by the start of each field where it is long."""

    __slots__ = ()

    def __repr__(self) -> str:
        record: Any = self
        for words in (_whole, brief):
            shown = ", ".join(f"{f.name}={words(getattr(record, f.name))}" for f in fields(record) if f.repr)
            if len(shown) < 1000:
                break
        return f"{type(self).__name__}({shown})"


def _whole(value: object) -> str:
    try:
        return repr(value) if not isinstance(value, tuple) or len(value) <= 60 else brief(value)
    except ValueError:  # Python refuses to print numbers of thousands of digits
        return brief(value)
