"""Sets of vectors: domains, and codomains (which are the same sort of thing)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias, assert_never

from proofs.binary32 import floats_below, floats_up_to, is_float
from proofs.errors import Brief, Malformed, brief, well_formed
from proofs.exact import LINE, Interval, Rational, Vector, dot, rational, vector
from proofs.limits import MOST_POINTS

Point: TypeAlias = tuple[Fraction, ...]


def exact_point(values: Iterable[Rational]) -> Point:
    """The values as Fractions, whole numbers too; Malformed for floats and everything else inexact."""
    return tuple(t if type(t) is Fraction else rational(t) for t in values)


def _settle(domain: object, *names: str) -> None:
    for name in names:
        object.__setattr__(domain, name, exact_point(getattr(domain, name)))


@dataclass(frozen=True, slots=True, repr=False)
class Reals(Brief):
    """ℝⁿ."""

    n: int

    def __post_init__(self) -> None:
        well_formed(self.n >= 0, "ℝ^{}; the dimension must not be negative", self.n)


@dataclass(frozen=True, slots=True, repr=False)
class Integers(Brief):
    """ℤⁿ."""

    n: int

    def __post_init__(self) -> None:
        well_formed(self.n >= 0, "ℤ^{}; the dimension must not be negative", self.n)


@dataclass(frozen=True, slots=True, repr=False)
class Box(Brief):
    """{x : lower ≤ x ≤ upper}, closed and not empty."""

    lower: Point
    upper: Point

    def __post_init__(self) -> None:
        _settle(self, "lower", "upper")
        well_formed(len(self.lower) == len(self.upper), f"box with {len(self.lower)} lower and {len(self.upper)} upper ends")
        for i, (a, b) in enumerate(zip(self.lower, self.upper, strict=True)):
            well_formed(a <= b, "empty box: coordinate {} runs from {} to {}", i, a, b)


@dataclass(frozen=True, slots=True, repr=False)
class Polytope(Brief):
    """{x ∈ ℝⁿ : ⟨normals[i], x⟩ ≤ offsets[i] for all i}, closed, possibly unbounded or empty."""

    n: int
    normals: tuple[Point, ...]
    offsets: Point

    def __post_init__(self) -> None:
        _settle(self, "offsets")
        object.__setattr__(self, "normals", tuple(exact_point(a) for a in self.normals))
        well_formed(self.n >= 0, "a polytope in ℝ^{}; the dimension must not be negative", self.n)
        well_formed(len(self.normals) == len(self.offsets), f"{len(self.normals)} normals and {len(self.offsets)} offsets")
        well_formed(all(len(a) == self.n for a in self.normals), "a normal of the polytope does not have {} coordinates", self.n)


@dataclass(frozen=True, slots=True, repr=False)
class Grid(Brief):
    """{lower + k·step : k ∈ ℤ, 0 ≤ k ≤ (upper − lower)/step} in each coordinate; 8-bit images are lower 0, upper 255, step 1."""

    lower: Point
    upper: Point
    step: Point

    def __post_init__(self) -> None:
        _settle(self, "lower", "upper", "step")
        well_formed(len(self.lower) == len(self.upper) == len(self.step), "grid whose lower, upper and step differ in length")
        for i, (a, b, s) in enumerate(zip(self.lower, self.upper, self.step, strict=True)):
            well_formed(s > 0, "grid: step {} in coordinate {} is not positive", s, i)
            well_formed(a <= b, "empty grid: coordinate {} runs from {} to {}", i, a, b)

    def counts(self) -> tuple[int, ...]:
        """How many values each coordinate takes."""
        return tuple((b - a) // s + 1 for a, b, s in zip(self.lower, self.upper, self.step, strict=True))


@dataclass(frozen=True, slots=True, repr=False)
class Floats(Brief):
    """Every finite IEEE binary32 value v (as the real number it is, −0 = +0) with lower ≤ v ≤ upper, in each coordinate."""

    lower: Point
    upper: Point

    def __post_init__(self) -> None:
        _settle(self, "lower", "upper")
        well_formed(len(self.lower) == len(self.upper), f"floats with {len(self.lower)} lower and {len(self.upper)} upper ends")
        for i, (a, b) in enumerate(zip(self.lower, self.upper, strict=True)):
            well_formed(a <= b, "coordinate {} runs from {} to {}", i, a, b)
            well_formed(floats_up_to(b) > floats_below(a), "no binary32 value between {} and {} in coordinate {}", a, b, i)


@dataclass(frozen=True, slots=True, repr=False)
class Finite(Brief):
    """The listed points; at least one, all of one dimension, no point twice."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(exact_point(p) for p in self.points))
        well_formed(bool(self.points), "a finite domain without points; list at least one")
        well_formed(len({len(p) for p in self.points}) == 1, "the points of a finite domain differ in dimension")
        well_formed(len(set(self.points)) == len(self.points), "a finite domain lists a point twice")


@dataclass(frozen=True, slots=True, repr=False)
class Labels(Brief):
    """{0, …, k−1} as vectors of width 1: the labels of a classifier, the points of a table."""

    k: int

    def __post_init__(self) -> None:
        well_formed(self.k >= 0, "{} labels; their number must not be negative", self.k)


@dataclass(frozen=True, slots=True, repr=False)
class Simplex(Brief):
    """The open simplex {y ∈ ℝⁿ : y > 0, Σ y = 1}: where softmax takes its values."""

    n: int

    def __post_init__(self) -> None:
        well_formed(self.n >= 1, "the simplex in ℝ^{}; the dimension must be positive", self.n)


Domain: TypeAlias = Reals | Integers | Box | Polytope | Grid | Floats | Finite | Labels | Simplex


class Infinite(Enum):
    """The infinite cardinalities that occur: ℵ₀ and 2^ℵ₀."""

    COUNTABLE = 0
    CONTINUUM = 1


def dimension(domain: Domain) -> int:
    """The number of coordinates of a point."""
    match domain:
        case Reals(n) | Integers(n) | Simplex(n) | Polytope(n):
            return n
        case Box(lower) | Grid(lower) | Floats(lower):
            return len(lower)
        case Finite(points):
            return len(points[0])
        case Labels():
            return 1
        case _:
            assert_never(domain)


def contains(domain: Domain, x: Vector) -> bool:
    """Whether x is a point of the domain."""
    if len(x) != dimension(domain):
        return False
    if isinstance(domain, Reals):
        return True
    q = x.fractions()
    match domain:
        case Integers():
            return all(t.denominator == 1 for t in q)
        case Box(lower, upper):
            return all(a <= t <= b for a, t, b in zip(lower, q, upper, strict=True))
        case Polytope(_, normals, offsets):
            return all(dot(a, q) <= b for a, b in zip(normals, offsets, strict=True))
        case Grid(lower, upper, step):
            return all(a <= t <= b and (t - a) % s == 0 for a, t, b, s in zip(lower, q, upper, step, strict=True))
        case Floats(lower, upper):
            return all(a <= t <= b and is_float(t) for a, t, b in zip(lower, q, upper, strict=True))
        case Finite(points):
            return q in points
        case Labels(k):
            return q[0].denominator == 1 and 0 <= q[0] < k
        case Simplex():
            return all(t > 0 for t in q) and sum(q) == 1
        case _:
            assert_never(domain)


def membership(domain: Domain) -> Callable[[Vector], bool]:
    """The test whether a vector is a point of the domain, for many vectors."""
    if not isinstance(domain, Finite):
        return lambda x: contains(domain, x)
    listed = frozenset(domain.points)
    return lambda x: x.fractions() in listed


def cardinality(domain: Domain) -> int | Infinite | None:
    """How many points the domain has: a number, ℵ₀, 2^ℵ₀, or None where this is not read off (polytopes)."""
    match domain:
        case Reals(n):
            return Infinite.CONTINUUM if n else 1
        case Integers(n):
            return Infinite.COUNTABLE if n else 1
        case Box(lower, upper):
            return 1 if lower == upper else Infinite.CONTINUUM
        case Polytope():
            return None
        case Grid():
            return prod(domain.counts())
        case Floats(lower, upper):
            return prod(floats_up_to(b) - floats_below(a) for a, b in zip(lower, upper, strict=True))
        case Finite(points):
            return len(points)
        case Labels(k):
            return k
        case Simplex(n):
            return Infinite.CONTINUUM if n > 1 else 1
        case _:
            assert_never(domain)


def more(a: int | Infinite | None, b: int | Infinite | None) -> bool:
    """Whether cardinality a is known to exceed cardinality b."""
    if a is None or b is None:
        return False
    if isinstance(a, int) and isinstance(b, int):
        return a > b
    return not isinstance(a, int) and (isinstance(b, int) or a.value > b.value)


def points(domain: Domain, limit: int) -> Iterator[Vector]:
    """The points of a finite domain, one by one; Malformed if it is infinite or has more than `limit`."""
    size = cardinality(domain)
    if not isinstance(size, int) or size > limit:
        raise Malformed(f"{type(domain).__name__} cannot be enumerated: its size is {brief(size)}, the limit is {limit}")
    match domain:
        case Grid(lower, _, step):
            d = vector((*lower, *step)).denominator
            sides = zip(lower, step, domain.counts(), strict=True)
            axes = (range(int(a * d), int(a * d) + n * int(s * d), int(s * d)) for a, s, n in sides)
            return (Vector(p, d) for p in product(*axes))
        case Finite(listed):
            return (vector(p) for p in listed)
        case Labels(k):
            return (Vector((i,), 1) for i in range(k))
        case Box(lower):
            return iter([vector(lower)])
        case Reals(0) | Integers(0):
            return iter([vector(())])
        case Simplex(1):
            return iter([vector((1,))])
        case _:
            raise Malformed(f"the points of {type(domain).__name__} are not enumerated")


def hull(domain: Domain) -> tuple[Interval, ...]:
    """A box that contains the domain, and the domain itself for ℝⁿ and boxes (for polytopes, axis-parallel sides are used only)."""
    match domain:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            return tuple(Interval(a, b) for a, b in zip(lower, upper, strict=True))
        case Finite(listed):
            return tuple(Interval(min(axis), max(axis)) for axis in zip(*listed, strict=True))
        case Labels(k):
            return (Interval(Fraction(0), Fraction(max(k - 1, 0))),)
        case Simplex(n):
            return (Interval(Fraction(0), Fraction(1)),) * n
        case Polytope():
            return _sides(domain)
        case Reals(n) | Integers(n):
            return (LINE,) * n
        case _:
            assert_never(domain)


def _sides(domain: Polytope) -> tuple[Interval, ...]:
    lower: dict[int, Fraction] = {}
    upper: dict[int, Fraction] = {}
    for a, b in zip(domain.normals, domain.offsets, strict=True):
        used = [i for i, t in enumerate(a) if t]
        if len(used) == 1:
            (i,) = used
            end = b / a[i]
            ends, nearer = (upper, min) if a[i] > 0 else (lower, max)
            ends[i] = nearer(ends.get(i, end), end)
    empty = any(lower[i] > upper[i] for i in lower.keys() & upper.keys())
    return tuple(LINE if empty else Interval(lower.get(i), upper.get(i)) for i in range(domain.n))


def subset(inner: Domain, outer: Domain) -> bool:
    """Whether inner ⊆ outer is evident; False may mean 'not evident'."""
    if dimension(inner) != dimension(outer):
        return False
    if inner == outer or isinstance(outer, Reals):
        return True
    match inner, outer:
        case (_, Box(lower, upper)):
            ends = (Interval(a, b) for a, b in zip(lower, upper, strict=True))
            return all(side.within(end) for side, end in zip(hull(inner), ends, strict=True))
        case (Finite() | Labels(), _):
            return all(map(membership(outer), points(inner, MOST_POINTS)))
        case (Box(lower, upper), Polytope(_, normals, offsets)):
            return all(_largest(a, lower, upper) <= b for a, b in zip(normals, offsets, strict=True))
        case (Grid(lower, upper, step), Grid(_, _, coarse)):
            aligned = contains(outer, vector(lower)) and all(s % c == 0 for s, c in zip(step, coarse, strict=True))
            return aligned and all(b <= e for b, e in zip(upper, outer.upper, strict=True))
        case (Grid(lower, _, step), Integers()):
            return all(a.denominator == 1 and s.denominator == 1 for a, s in zip(lower, step, strict=True))
        case (Floats(lower, upper), Floats(low, high)):
            sides = zip(low, lower, upper, high, strict=True)
            return all(c <= a and b <= d for c, a, b, d in sides)
        case _:
            return False


def _largest(a: Point, lower: Point, upper: Point) -> Fraction:
    """max ⟨a, x⟩ over the box."""
    return sum((t * (v if t > 0 else u) for t, u, v in zip(a, lower, upper, strict=True)), Fraction(0))
