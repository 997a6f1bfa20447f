"""Hypothesis strategies for points of every domain, pairs and crowds of them. They shrink to few coordinates that are not 0, with short
numbers in them, as far as the domain has such points.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, assert_never

import numpy as np
from hypothesis import strategies as st

from bijection.exact.binary32 import at
from bijection.exact.relative_interior import relative_interior
from proofs.binary32 import floats_below, floats_up_to
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, cardinality, contains
from proofs.errors import Malformed, well_formed
from proofs.exact import vector

_FINER = 10  # halvings beyond those that a narrow interval needs to have a point
_FEW, _MANY = 40, 400  # values in a crowd
_NEAR = 8
_SMALL = st.integers(-_NEAR, _NEAR).map(Fraction)


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
            return st.one_of(st.tuples(*_axes(domain, short=True)), st.tuples(*_axes(domain)))
        case _:
            assert_never(domain)


def pairs(domain: Domain) -> st.SearchStrategy[tuple[Point, Point]]:
    """Two different points of the domain: independent ones, ones that differ in a few coordinates, and mirror images."""
    well_formed(cardinality(domain) not in (0, 1), "the {} has no two points", type(domain).__name__)
    one = points(domain)
    drawn: list[st.SearchStrategy[tuple[Point, Point]]] = [st.tuples(one, one)]
    if isinstance(domain, Reals | Integers | Box | Grid | Floats):
        drawn.insert(0, _neighbours(one, _axes(domain)))
        drawn.append(one.map(lambda x: (x, tuple(-t for t in x))).filter(lambda p: contains(domain, vector(p[1]))))
    return st.one_of(drawn).filter(lambda p: p[0] != p[1])


@st.composite
def crowds(draw: st.DrawFn, one: st.SearchStrategy[Any]) -> list[Any]:
    """From two up to some dozens of values, sometimes hundreds, so that many pairs are looked at together; shrinks to two."""
    drawn = [draw(one), draw(one)]
    most = draw(st.sampled_from([_FEW, _FEW, _FEW, _MANY]))
    while len(drawn) < most and draw(st.integers(0, most - 1)):
        drawn.append(draw(one))
    return drawn


@st.composite
def _neighbours(draw: st.DrawFn, one: st.SearchStrategy[Point], axes: Sequence[st.SearchStrategy[Fraction]]) -> tuple[Point, Point]:
    """Points that differ in one coordinate, or in a few."""
    x = draw(one)
    if not x:
        return x, x
    changed = draw(st.lists(st.integers(0, len(x) - 1), min_size=1, max_size=3, unique=True))
    return x, tuple(draw(axes[j]) if j in changed else t for j, t in enumerate(x))


def _axes(domain: Reals | Integers | Box | Grid | Floats, short: bool = False) -> list[st.SearchStrategy[Fraction]]:
    """The coordinates, each by itself; short ones are few, so that outputs too are often the same."""
    match domain:
        case Reals(n):
            return [_SMALL if short else _numbers()] * n
        case Integers(n):
            return [_SMALL if short else st.integers(-(2**20), 2**20).map(Fraction)] * n
        case Box(lower, upper):
            return [_between(a, b, short) for a, b in zip(lower, upper, strict=True)]
        case Grid(lower, _, step):
            return [_steps(a, s, k, _NEAR if short else k) for a, s, k in zip(lower, step, domain.counts(), strict=True)]
        case Floats(lower, upper):
            return [_singles(a, b) for a, b in zip(lower, upper, strict=True)]
        case _:
            assert_never(domain)


def _numbers() -> st.SearchStrategy[Fraction]:
    """Small whole numbers most of all, other dyadic ones, a few others."""
    dyadic = st.builds(lambda a, e: Fraction(a, 2**e), st.integers(-1024, 1024), st.integers(0, 10))
    return st.one_of(_SMALL, dyadic, st.builds(Fraction, st.integers(-60, 60), st.integers(1, 12)))


def _between(a: Fraction, b: Fraction, short: bool = False) -> st.SearchStrategy[Fraction]:
    """Whole numbers first, then halves and so on, those near 0 first; the ends and the middle."""
    ends = st.sampled_from(list(dict.fromkeys([a, b, (a + b) / 2])))
    if a == b:
        return ends
    coarsest = 0
    while (b * 2**coarsest).__floor__() < (a * 2**coarsest).__ceil__():
        coarsest += 1
    if short:
        return st.one_of(*(_multiples(a, b, 2**e, _NEAR) for e in (coarsest, coarsest + 2)))
    return st.one_of(*(_multiples(a, b, 2**e) for e in (coarsest, coarsest + 2, coarsest + _FINER)), ends)


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
