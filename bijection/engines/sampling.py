"""Points of a domain with short coordinates: where searches start."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product

from bijection.exact.linear import nullspace
from bijection.exact.lp import interior_point
from proofs.binary32 import LARGEST, is_float
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, contains
from proofs.exact import vector

_HALF = Fraction(1, 2)


def start(domain: Domain, near: Point | None) -> Point | None:
    """The wished point, else the middle of the domain (the origin of ℝⁿ), or None where no point is at hand."""
    if near is not None:
        return near
    match domain:
        case Reals(n) | Integers(n):
            return (Fraction(0),) * n
        case Box(lower, upper):
            return tuple((a + b) / 2 for a, b in zip(lower, upper, strict=True))
        case Grid(lower, _, step):
            return tuple(a + (c // 2) * s for a, c, s in zip(lower, domain.counts(), step, strict=True))
        case Finite(points):
            return points[0]
        case Labels(k):
            return (Fraction(0),) if k else None
        case Simplex(n):
            return (Fraction(1, n),) * n
        case Floats(lower, upper):
            middle = tuple(_binary32((max(a, -LARGEST) + min(b, LARGEST)) / 2, a, b) for a, b in zip(lower, upper, strict=True))
            return middle if contains(domain, vector(middle)) else None
        case Polytope():
            return interior_point(domain)


def spread(domain: Domain, rng: random.Random, near: Point | None = None) -> Iterator[Point]:
    """Different-looking points without end: the start first, then random ones with short coordinates."""
    first = start(domain, near)
    if first is None:
        return
    yield first
    misses = 0
    while misses < 50:  # on a flat polytope no random point hits
        point = _random(domain, rng, first)
        misses = 0 if point is not None else misses + 1
        if point is not None:
            yield point


def distinct(domain: Domain, rng: random.Random, count: int) -> list[Point]:
    """Up to `count` different points of the domain, as many as a bounded search finds."""
    seen: dict[Point, None] = {}
    for point in islice(spread(domain, rng), 20 * count + 20):
        seen.setdefault(point)
        if len(seen) == count:
            break
    return list(seen)


def corners(domain: Domain) -> Iterator[Point]:
    """The corners of a box or a grid, at most 256 of them."""
    match domain:
        case Box(lower, upper):
            sides = list(zip(lower, upper, strict=True))
        case Grid(lower, _, step):
            sides = [(a, a + (c - 1) * s) for a, c, s in zip(lower, domain.counts(), step, strict=True)]
        case _:
            return
    if len(sides) <= 8:
        yield from product(*sides)
    else:
        yield tuple(a for a, _ in sides)
        yield tuple(b for _, b in sides)


def _random(domain: Domain, rng: random.Random, first: Point) -> Point | None:
    match domain:
        case Reals(n):
            parts, size = rng.choice(((1, 3), (1, 3), (2, 4), (4, 16), (16, 2), (64, 1)))  # whole numbers first of all
            return tuple(Fraction(rng.randrange(-parts * size, parts * size + 1), parts) for _ in range(n))
        case Integers(n):
            return tuple(Fraction(rng.randrange(-64, 65)) for _ in range(n))
        case Box(lower, upper):
            return tuple(a + (b - a) * Fraction(rng.randrange(1, 64), 64) for a, b in zip(lower, upper, strict=True))
        case Grid(lower, _, step):
            return tuple(a + rng.randrange(c) * s for a, c, s in zip(lower, domain.counts(), step, strict=True))
        case Finite(points):
            return rng.choice(points)
        case Labels(k):
            return (Fraction(rng.randrange(k)),)
        case Simplex(n):
            weights = [rng.randrange(1, 64) for _ in range(n)]
            return tuple(Fraction(w, sum(weights)) for w in weights)
        case Floats(lower, upper):
            sides = [(max(a, -LARGEST), min(b, LARGEST)) for a, b in zip(lower, upper, strict=True)]
            point = tuple(_binary32(a + (b - a) * Fraction(rng.randrange(65), 64), a, b) for a, b in sides)
            return point if contains(domain, vector(point)) else None
        case Polytope(n):
            steps = [Fraction(rng.randrange(-64, 65), 64) * Fraction(2) ** rng.randrange(-8, 3) for _ in range(n)]
            along = _in_the_plane(domain)
            if along is not None:
                steps = [sum((t * v[i] for t, v in zip(steps, along, strict=False)), Fraction(0)) for i in range(n)]
            point = tuple(t + u for t, u in zip(first, steps, strict=True))
            for _ in range(24):
                if contains(domain, vector(point)):
                    return point
                point = tuple((t + u) * _HALF for t, u in zip(point, first, strict=True))
            return None


@lru_cache(maxsize=8)
def _in_the_plane(domain: Polytope) -> list[list[int]] | None:
    """A basis of the directions of the plane that pairs of opposite sides keep the polytope in; None if there are no such pairs."""
    sides = set(zip(domain.normals, domain.offsets, strict=True))
    equal = [a for a, b in sides if (tuple(-t for t in a), -b) in sides]
    return nullspace([list(vector(a).numerators) for a in sorted(equal)], domain.n) if equal else None


def _binary32(t: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """A binary32 number near t in the interval, found by keeping fewer and fewer leading bits; t itself where none is found."""
    for bits in range(24, 0, -1):
        exponent = max(abs(t.numerator).bit_length() - t.denominator.bit_length() - bits, -149)
        unit = Fraction(2) ** exponent
        for rounded in (t // unit * unit, -(-t // unit) * unit):
            if low <= rounded <= high and is_float(rounded):
                return rounded
    return t
