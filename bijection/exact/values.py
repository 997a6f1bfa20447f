"""Exact values where there are any."""

from __future__ import annotations

from proofs.domains import Point
from proofs.errors import NoExactValue
from proofs.exact import vector
from proofs.functions import Function


def value_at(f: Function, x: Point) -> Point | None:
    """f(x), or None where it is not known to be rational."""
    try:
        return f.trace(vector(x))[-1].fractions()
    except NoExactValue:
        return None
