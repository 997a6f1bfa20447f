"""Hypothesis strategies for points of every domain, and pairs of them. They shrink to few coordinates that are not 0, with short
numbers in them, as far as the domain has such points.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import assert_never

import numpy as np
from hypothesis import strategies as st

from bijection.exact.binary32 import at
from bijection.exact.relative_interior import relative_interior
from proofs.binary32 import floats_below, floats_up_to
from proofs.domains import (
    Box,
    Domain,
    Finite,
    Floats,
    Grid,
    Integers,
    Labels,
    Point,
    Polytope,
    Reals,
    Simplex,
    cardinality,
    contains,
    dimension,
)
from proofs.errors import Malformed, well_formed
from proofs.exact import vector

_FINER = 10  # halvings beyond those that a narrow interval needs to have a point
KINDS = ("start", "middle")  # of exact pairs
_NEAR = 8
_SMALL = st.integers(-_NEAR, _NEAR).map(Fraction)
_FLAT = st.integers(-(2**20), 2**20).map(lambda k: Fraction(k, 128))


def points(domain: Domain) -> st.SearchStrategy[Point]:
    """Points of the domain, short ones first; Malformed where none is known."""
    match domain:
        case Labels(k):
            well_formed(k > 0, "there are no labels, so no point to draw")
            return st.integers(0, k - 1).map(lambda i: (Fraction(i),))
        case Finite(listed):
            return st.sampled_from(listed)
        case Simplex(n):
            return st.lists(st.integers(1, 64), min_size=n, max_size=n).map(lambda w: tuple(Fraction(t, sum(w)) for t in w))
        case Polytope():
            return _inside(domain)
        case Reals() | Integers() | Box() | Grid() | Floats():
            return st.one_of(st.tuples(*_axes(domain, "short")), st.tuples(*_axes(domain)))
        case _:
            assert_never(domain)


def pairs(domain: Domain) -> st.SearchStrategy[tuple[Point, Point]]:
    """Two different points of the domain: independent ones, ones that differ in a few coordinates, and mirror images."""
    well_formed(cardinality(domain) not in (0, 1), f"the {type(domain).__name__} has no two points")
    return twos(domain, points(domain)).filter(lambda p: p[0] != p[1])


def twos(domain: Domain, one: st.SearchStrategy[Point] | None = None) -> st.SearchStrategy[tuple[Point, Point]]:
    """As `pairs`, but the two points may be one: a search counts what it draws, and not what is sorted out before.

    one: the points; by default such that each coordinate is a single choice, and always as many choices are made: Hypothesis climbs along
    single ones, and is lost where the others then change too.
    """
    if not isinstance(domain, Reals | Integers | Box | Grid | Floats):
        one = points(domain) if one is None else one
        return st.tuples(one, one)
    n = dimension(domain)
    one = st.tuples(*_axes(domain, "flat")) if one is None else one

    def related(x: Point, y: Point, which: int) -> tuple[Point, Point]:
        if which == 0:
            return x, y
        if which <= n:
            return x, tuple(b if j == which - 1 else a for j, (a, b) in enumerate(zip(x, y, strict=True)))
        mirrored = tuple(-t for t in x)
        return x, mirrored if contains(domain, vector(mirrored)) else y

    return st.builds(related, one, one, st.integers(0, n + 2))


def exact_pairs(domain: Domain, kind: str) -> st.SearchStrategy[tuple[Point, Point]]:
    """x and x + s·v, or m − s·v and m + s·v, from the numerators and denominators of x or m and of s, and the whole numbers in v.

    Hypothesis shrinks each number by itself: where a pair starts that may be anywhere, or its length s, about the start or the middle.
    """
    n = dimension(domain)

    def pair(numbers: tuple[int, ...]) -> tuple[Point, Point]:
        *start, s = (Fraction(a, b) for a, b in zip(numbers[: 2 * n + 2 : 2], numbers[1 : 2 * n + 2 : 2], strict=True))
        d = [s * t for t in numbers[2 * n + 2 :]]
        x = [a - b for a, b in zip(start, d, strict=True)] if kind == "middle" else start
        return tuple(x), tuple(a + b for a, b in zip(start, d, strict=True))

    def inside(found: tuple[Point, Point]) -> bool:
        return found[0] != found[1] and all(contains(domain, vector(x)) for x in found)

    return st.tuples(*[st.integers(), st.integers(min_value=1)] * (n + 1), *[st.integers()] * n).map(pair).filter(inside)


def choices_of(x: Point, y: Point, kind: str) -> list[int]:
    """What Hypothesis chooses when it draws this pair from `exact_pairs`."""
    start = x if kind == "start" else [(a + b) / 2 for a, b in zip(x, y, strict=True)]
    d = vector([b - a for a, b in zip(start, y, strict=True)])
    common = gcd(*d.numerators)
    s = Fraction(common, d.denominator)
    return [*(part for t in (*start, s) for part in (t.numerator, t.denominator)), *(t // common for t in d.numerators)]


def _axes(domain: Reals | Integers | Box | Grid | Floats, how: str = "any") -> list[st.SearchStrategy[Fraction]]:
    """The coordinates, each by itself: any, or short ones, which are few, so that outputs too are often the same; or flat ones, each a
    single choice of Hypothesis's.
    """
    match domain:
        case Reals(n):
            return [{"any": _numbers(), "short": _SMALL, "flat": _FLAT}[how]] * n
        case Integers(n):
            return [_SMALL if how == "short" else st.integers(-(2**20), 2**20).map(Fraction)] * n
        case Box(lower, upper):
            return [_between(a, b, how) for a, b in zip(lower, upper, strict=True)]
        case Grid(lower, _, step):
            return [_steps(a, s, k, _NEAR if how == "short" else k) for a, s, k in zip(lower, step, domain.counts(), strict=True)]
        case Floats(lower, upper):
            return [_singles(a, b) for a, b in zip(lower, upper, strict=True)]
        case _:
            assert_never(domain)


def _numbers() -> st.SearchStrategy[Fraction]:
    """Small whole numbers most of all, other dyadic ones, a few others."""
    dyadic = st.builds(lambda a, e: Fraction(a, 2**e), st.integers(-1024, 1024), st.integers(0, 10))
    return st.one_of(_SMALL, dyadic, st.builds(Fraction, st.integers(-60, 60), st.integers(1, 12)))


def _between(a: Fraction, b: Fraction, how: str) -> st.SearchStrategy[Fraction]:
    """Whole numbers first, then halves and so on, those near 0 first; the ends and the middle."""
    ends = st.sampled_from(list(dict.fromkeys([a, b, (a + b) / 2])))
    if a == b:
        return ends
    coarsest = _halvings(a, b, 1)
    finer = _halvings(a, b, 2)
    match how:
        case "short":
            return st.one_of(*(_multiples(a, b, 2**e, _NEAR) for e in (coarsest, finer + 2)))
        case "flat":
            return _multiples(a, b, 2 ** (finer + _FINER))
        case _:
            return st.one_of(*(_multiples(a, b, 2**e) for e in (coarsest, finer + 2, finer + _FINER)), ends)


def _halvings(a: Fraction, b: Fraction, count: int) -> int:
    """The least e such that so many multiples of 1/2ᵉ lie between a < b."""
    e = 0
    while (b * 2**e).__floor__() - (a * 2**e).__ceil__() + 1 < count:
        e += 1
    return e


def _multiples(a: Fraction, b: Fraction, d: int, near: int | None = None) -> st.SearchStrategy[Fraction]:
    """Multiples of 1/d between a and b, or some of those that are nearest to 0."""
    least, most = (a * d).__ceil__(), (b * d).__floor__()
    if near is not None:
        least, most = max(least, min(-near, most - near)), min(most, max(near, least + near))
    return st.integers(least, most).map(lambda k: Fraction(k, d))


def _steps(a: Fraction, s: Fraction, count: int, near: int) -> st.SearchStrategy[Fraction]:
    """a, a + s, …: shrinks to the one nearest to 0."""
    least = min(max(round(-a / s), 0), count - 1)
    return st.integers(max(-least, -near), min(count - 1 - least, near)).map(lambda k: a + (least + k) * s)


def _singles(a: Fraction, b: Fraction) -> st.SearchStrategy[Fraction]:
    """Binary32 numbers of every magnitude, subnormal ones too."""
    least, most = (float(t) for t in at(np.array([floats_below(a), floats_up_to(b) - 1])))
    return st.floats(least, most, width=32, allow_nan=False, allow_infinity=False).map(Fraction)


def _inside(domain: Polytope) -> st.SearchStrategy[Point]:
    """Short points that lie in the polytope; and from a point inside it in a direction, by halves until the polytope is reached."""
    known = relative_interior(domain)
    if known is None:
        raise Malformed("no point of the polytope is known, so none can be drawn; it may be empty, or far from 0")
    middle, basis = known

    def reached(start: Point, direction: Sequence[Fraction]) -> Point:
        if contains(domain, vector(start)):
            return start
        along = [sum((t * v[j] for t, v in zip(direction, basis, strict=True)), Fraction(0)) for j in range(domain.n)]
        for halvings in range(40):
            x = tuple(a + b / 2**halvings for a, b in zip(middle, along, strict=True))
            if contains(domain, vector(x)):
                return x
        return middle

    return st.builds(reached, st.tuples(*[_numbers()] * domain.n), st.tuples(*[_numbers()] * len(basis)))
