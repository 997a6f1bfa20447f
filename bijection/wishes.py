"""What a welcome pair looks like: at most one of these goes with a question about injectivity. A wish never changes the answer."""

from __future__ import annotations

from dataclasses import dataclass
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
