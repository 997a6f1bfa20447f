"""Whose fault is it?  Malformed: the bytes or the arguments.  Rejected: the evidence."""


class Malformed(ValueError):
    """The input is not a value of the vocabulary: a shape, a range or the format is wrong."""


class Rejected(Exception):
    """The evidence is well formed but does not prove the claim."""


class NoExactValue(ArithmeticError):
    """The value asked for is not a rational number (or not known to be one)."""


def require(condition: bool, why: str) -> None:
    """Reject the evidence unless the condition of the theorem holds."""
    if not condition:
        raise Rejected(why)


def well_formed(condition: bool, why: str) -> None:
    """Refuse to construct a value that breaks the invariants of its type."""
    if not condition:
        raise Malformed(why)
