"""What a welcome pair looks like: at most one of these goes with a question about injectivity. A wish never changes the answer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, assert_never

from proofs.domains import Point


@dataclass(frozen=True, slots=True)
class Near:
    """Both inputs close to this one: the largest change of a coordinate is to be small."""

    x: Point


@dataclass(frozen=True, slots=True)
class Sparse:
    """Both inputs close to this one: the number of coordinates that change is to be small."""

    x: Point


@dataclass(frozen=True, slots=True)
class Apart:
    """The largest difference of a coordinate is to be large."""


@dataclass(frozen=True, slots=True)
class Antipodal:
    """Symmetric about the middle of a box or grid, with a coordinate at both of its ends (such pairs exist by Borsuk–Ulam, T4)."""


@dataclass(frozen=True, slots=True)
class Between:
    """One input close to each of these two, the largest change of a coordinate small."""

    x: Point
    y: Point


Wish: TypeAlias = Near | Sparse | Apart | Antipodal | Between
KINDS: tuple[type[Wish], ...] = (Near, Sparse, Apart, Antipodal, Between)


def cost(wish: Wish, x: Point, y: Point) -> Fraction:
    """How far a pair is from what is wished for: of two the one that costs less is more welcome."""
    match wish:
        case Near(wanted):
            return max(_distance(x, wanted), _distance(y, wanted))
        case Sparse(wanted):
            return Fraction(sum(not a == b == c for a, b, c in zip(x, y, wanted, strict=True)))
        case Between(first, second):
            ways = ((x, y), (y, x))
            return min(max(_distance(p, first), _distance(q, second)) for p, q in ways)
        case Apart() | Antipodal():
            return -_distance(x, y)
        case _:
            assert_never(wish)


def _distance(x: Point, y: Point) -> Fraction:
    return max((abs(a - b) for a, b in zip(x, y, strict=True)), default=Fraction(0))


def named(wish: Wish) -> tuple[Point, ...]:
    """The inputs that the wish names."""
    match wish:
        case Near(x) | Sparse(x):
            return (x,)
        case Between(x, y):
            return (x, y)
        case Apart() | Antipodal():
            return ()
        case _:
            assert_never(wish)
