"""What a welcome pair looks like: at most one of these goes with a question about injectivity. A wish never changes the answer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, assert_never

from proofs.domains import Box, Domain, Floats, Grid, Point, Polytope, contains, dimension
from proofs.errors import Brief, Malformed, well_formed
from proofs.exact import dot, vector


@dataclass(frozen=True, slots=True, repr=False)
class Near(Brief):
    """Both inputs close to this one: the largest change of a coordinate is to be small."""

    x: Point


@dataclass(frozen=True, slots=True, repr=False)
class Sparse(Brief):
    """Both inputs close to this one: the number of coordinates that change is to be small."""

    x: Point


@dataclass(frozen=True, slots=True)
class Apart:
    """The largest difference of a coordinate is to be large."""


@dataclass(frozen=True, slots=True)
class Antipodal:
    """Symmetric about the middle of a box or grid, with a coordinate at both of its ends (such pairs exist by Borsuk–Ulam, T4)."""


@dataclass(frozen=True, slots=True, repr=False)
class Between(Brief):
    """One input close to each of these two, the largest change of a coordinate small."""

    x: Point
    y: Point


Wish: TypeAlias = Near | Sparse | Apart | Antipodal | Between
KINDS: tuple[type[Wish], ...] = (Near, Sparse, Apart, Antipodal, Between)


def cost(wish: Wish, x: Point, y: Point) -> Fraction:
    """How far a pair is from what is wished for: of two the one that costs less is more welcome."""
    match wish:
        case Near(wanted):
            return max(distance(x, wanted), distance(y, wanted))
        case Sparse(wanted):
            return Fraction(sum(not a == b == c for a, b, c in zip(x, y, wanted, strict=True)))
        case Between(first, second):
            ways = ((x, y), (y, x))
            return min(max(distance(p, first), distance(q, second)) for p, q in ways)
        case Apart() | Antipodal():
            return -distance(x, y)
        case _:
            assert_never(wish)


def distance(x: Point, y: Point) -> Fraction:
    """The largest difference of a coordinate."""
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


def fits(wish: Wish, on: Domain) -> None:
    """Raises Malformed, with the coordinate and the way out, where the wish makes no sense on the domain."""
    if isinstance(wish, Antipodal):
        middle = f"Antipodal() asks for a pair symmetric about the middle of a box or a grid, and a {type(on).__name__} has none"
        well_formed(isinstance(on, Box | Grid | Floats), f"{middle}; give a box as the domain, or ask for Apart()")
    inputs, n = named(wish), dimension(on)
    for x, which in zip(inputs, ("first ", "second ") if len(inputs) > 1 else ("",), strict=False):
        given = f"the {which}input to be near to"
        well_formed(len(x) == n, f"{given} has {len(x)} coordinates, those of the domain have {n}")
        if not contains(on, vector(x)):
            raise Malformed(f"{given} does not lie in the domain: {_outside(on, x)}")


def _outside(on: Domain, x: Point) -> str:
    """What keeps the point out of the domain, and what to do."""
    match on:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            for j, (a, t, b) in enumerate(zip(lower, x, upper, strict=True)):
                if not a <= t <= b:
                    return f"coordinate {j} is {_short(t)}, its side is [{_short(a)}, {_short(b)}]{_scaled(x, upper)}"
            if isinstance(on, Grid):
                j = next(j for j, (a, t, s) in enumerate(zip(lower, x, on.step, strict=True)) if (t - a) % s)
                return f"coordinate {j} is {_short(x[j])}, its values on the grid are {_short(on.step[j])} apart; round it to one of them"
            return "a coordinate is no binary32 number"
        case Polytope(_, normals, offsets):
            i = next(i for i, (a, b) in enumerate(zip(normals, offsets, strict=True)) if dot(a, x) > b)
            return f"constraint {i} asks for at most {_short(offsets[i])} and has {_short(dot(normals[i], x))} there"
        case _:
            return f"it is no point of a {type(on).__name__}"


def _scaled(x: Point, upper: Point) -> str:
    """Advice, if the point is an image with grey levels up to 255 (or 16) where the domain has another range."""
    for levels in (16, 255):
        if max(x) > max(upper) and levels / 4 < max(x) <= levels and min(x) >= 0:
            return f"; if its levels are those from 0 to {levels}, scale them to the sides of the domain"
    return ""


def _short(t: Fraction) -> str:
    text = str(t)
    return text if len(text) <= 24 else f"about {float(t):.6g}"
