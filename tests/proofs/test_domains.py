import math
import struct
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.domains import (
    Box,
    Domain,
    Finite,
    Floats,
    Grid,
    Infinite,
    Integers,
    Labels,
    Polytope,
    Reals,
    Simplex,
    cardinality,
    contains,
    dimension,
    floats_up_to,
    hull,
    is_float,
    more,
    points,
    subset,
)
from proofs.errors import Malformed
from proofs.exact import LINE, Interval, vector
from tests.build import box, finite, grid, point, q
from tests.strategies import all_points, domains, points_in

LARGEST_FLOAT = Fraction(2**24 - 1) * 2**104
SMALLEST_FLOAT = Fraction(1, 2**149)
LATTICE = [tuple(map(Fraction, p)) for p in product([Fraction(k, 2) for k in range(-8, 9)], repeat=2)]


def float_at(bits: int) -> Fraction:
    """The binary32 value with this bit pattern."""
    return Fraction(struct.unpack("<f", struct.pack("<I", bits))[0])


def count_by_struct(a: Fraction, b: Fraction) -> int:
    """How many binary32 values lie between two of them, from the order of their bit patterns."""

    def place(t: Fraction) -> int:
        bits = struct.unpack("<I", struct.pack("<f", float(abs(t))))[0]
        return bits if t >= 0 else -bits

    return place(b) - place(a) + 1


floats = st.floats(width=32, allow_nan=False, allow_infinity=False).map(Fraction)
bits = st.integers(0, 0x7F7FFFFF)


def test_there_are_4278190079_finite_floats() -> None:
    assert cardinality(Floats((-LARGEST_FLOAT,), (LARGEST_FLOAT,))) == 4278190079


def test_a_wider_interval_has_no_more_floats() -> None:
    assert cardinality(Floats((-LARGEST_FLOAT * 3,), (LARGEST_FLOAT + 1,))) == 4278190079


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (Fraction(0), Fraction(0), 1),
        (Fraction(1), Fraction(2), 2**23 + 1),
        (-SMALLEST_FLOAT, SMALLEST_FLOAT, 3),
        (Fraction(0), Fraction(1), 127 * 2**23 + 1),
        (Fraction(1), Fraction(1) + Fraction(1, 2**23), 2),
        (Fraction(2**24), Fraction(2**24 + 2), 2),
        (Fraction(2**24) + Fraction(1, 2), Fraction(2**24 + 2), 1),
        (Fraction(-1), Fraction(1), 2 * 127 * 2**23 + 1),
        (LARGEST_FLOAT, LARGEST_FLOAT, 1),
        (Fraction(2, 2**126) - SMALLEST_FLOAT, Fraction(2, 2**126) + 2 * SMALLEST_FLOAT, 3),
    ],
    ids=[
        "zero",
        "one binade",
        "around zero",
        "unit interval",
        "neighbours",
        "steps of two",
        "end between",
        "both signs",
        "largest",
        "normal boundary",
    ],
)
def test_floats_are_counted_at_the_boundaries(a: Fraction, b: Fraction, count: int) -> None:
    assert cardinality(Floats((a,), (b,))) == count


@given(floats, floats)
def test_floats_are_counted_as_by_their_bit_patterns(a: Fraction, b: Fraction) -> None:
    a, b = min(a, b), max(a, b)
    assert cardinality(Floats((a,), (b,))) == count_by_struct(a, b)


@given(bits, st.integers(0, 40), st.integers(1, 5), st.integers(1, 5))
def test_ends_between_floats_do_not_change_the_count(start: int, steps: int, p: int, r: int) -> None:
    """Ends moved outwards by less than a gap; the count is that of the floats walked over."""
    last = min(start + steps, 0x7F7FFFFF)
    a, b = float_at(start), float_at(last)
    gap = SMALLEST_FLOAT
    assert cardinality(Floats((a - gap * Fraction(p, 9),), (b + gap * Fraction(r, 9),))) == last - start + 1
    assert cardinality(Floats((-b - gap * Fraction(r, 9),), (-a + gap * Fraction(p, 9),))) == last - start + 1


@given(floats)
def test_every_float_is_one(t: Fraction) -> None:
    assert is_float(t)


@given(bits, st.integers(1, 99))
def test_nothing_between_neighbouring_floats_is_one(start: int, part: int) -> None:
    a, b = float_at(start), float_at(start + 1) if start < 0x7F7FFFFF else LARGEST_FLOAT * 2
    t = a + (b - a) * Fraction(part, 100)
    assert not is_float(t)
    assert floats_up_to(t) == floats_up_to(a)


def test_floats_with_none_between_the_ends_are_refused() -> None:
    with pytest.raises(Malformed, match="no binary32 value between 1/3 and 1/3 in coordinate 0"):
        Floats(point("1/3"), point("1/3"))


@given(domains(2), points_in(2))
def test_contains_agrees_with_the_definition(domain: Domain, x: tuple[Fraction, ...]) -> None:
    match domain:
        case Grid() | Finite():
            expected = x in (all_points(domain) or [])
        case Reals():
            expected = True
        case Integers():
            expected = all(t == int(t) for t in x)
        case Box(lower, upper):
            expected = all(a <= t and t <= b for a, t, b in zip(lower, x, upper, strict=True))
        case Floats(lower, upper):
            small = all(Fraction(struct.unpack("<f", struct.pack("<f", float(t)))[0]) == t for t in x)
            expected = small and all(a <= t <= b for a, t, b in zip(lower, x, upper, strict=True))
        case Polytope(_, normals, offsets):
            expected = all(sum(s * t for s, t in zip(a, x, strict=True)) <= b for a, b in zip(normals, offsets, strict=True))
        case Simplex():
            expected = min(x) > 0 and sum(x) == 1
    assert contains(domain, vector(x)) == expected


@given(domains(1))
def test_the_size_of_a_finite_set_is_the_number_of_its_points(domain: Domain) -> None:
    listed = all_points(domain)
    if listed is not None:
        assert cardinality(domain) == len(listed)
        assert [v.fractions() for v in points(domain, 100)] == listed


@settings(max_examples=300)
@given(st.data())
def test_a_subset_has_no_point_outside(data: st.DataObject) -> None:
    n = data.draw(st.sampled_from([1, 2]))
    inner, outer = data.draw(domains(n)), data.draw(domains(n))
    candidates = all_points(inner) or [p[:n] for p in LATTICE]
    if subset(inner, outer):
        assert all(contains(outer, vector(p)) for p in candidates if contains(inner, vector(p)))


@settings(max_examples=200)
@given(domains(2))
def test_the_hull_contains_the_points(domain: Domain) -> None:
    sides = hull(domain)
    for p in all_points(domain) or LATTICE:
        if contains(domain, vector(p)):
            assert all(t in side for t, side in zip(p, sides, strict=True))


@given(domains(2))
def test_every_domain_has_its_dimension(domain: Domain) -> None:
    assert dimension(domain) == len(hull(domain)) == 2


_EVIDENT = {
    "grid in a finer grid": (grid(0, 4, step=2), grid(0, 4), True),
    "grid in a shifted grid": (grid(1, 4, step=2), grid(0, 4, step=2), False),
    "grid in the integers": (grid(-3, 3), Integers(1), True),
    "half steps in the integers": (grid(0, 1, step="1/2"), Integers(1), False),
    "labels in a grid": (Labels(3), grid(0, 2), True),
    "no labels in a box": (Labels(0), box(5, 6), False),
    "no labels in labels": (Labels(0), Labels(2), True),
    "box in a half-space": (box(0, 1, 2), Polytope(2, (point(1, 1),), point(2)), True),
    "box across a half-space": (box(0, 1, 2), Polytope(2, (point(1, 1),), point(1)), False),
    "axis-parallel polytope in a box": (Polytope(1, (point(2), point(-1)), point(2, 0)), box(0, 1), True),
    "simplex in the cube": (Simplex(2), box(0, 1, 2), True),
    "cube in the simplex": (box(0, 1, 2), Simplex(2), False),
    "floats in wider floats": (Floats(point(0), point(1)), Floats(point(-1), point(1)), True),
    "another dimension": (box(0, 1), Reals(2), False),
}


@pytest.mark.parametrize(("inner", "outer", "evident"), _EVIDENT.values(), ids=_EVIDENT.keys())
def test_evident_inclusions(inner: Domain, outer: Domain, evident: bool) -> None:
    assert subset(inner, outer) == evident


_SIZES = {
    "a point": (box(1, 1), 1),
    "a segment": (box(0, 1), Infinite.CONTINUUM),
    "the space of dimension zero": (Reals(0), 1),
    "the integers of dimension zero": (Integers(0), 1),
    "the integers": (Integers(2), Infinite.COUNTABLE),
    "the line": (Reals(1), Infinite.CONTINUUM),
    "a polytope": (Polytope(1, (), ()), None),
    "no labels": (Labels(0), 0),
    "8-bit pixels": (grid(0, 255, 784), 256**784),
    "the simplex of one": (Simplex(1), 1),
    "the simplex of two": (Simplex(2), Infinite.CONTINUUM),
    "one empty tuple": (finite([]), 1),
}


@pytest.mark.parametrize(("domain", "size"), _SIZES.values(), ids=_SIZES.keys())
def test_cardinalities(domain: Domain, size: object) -> None:
    assert cardinality(domain) == size


@pytest.mark.parametrize(
    ("a", "b"),
    [(2, 1), (Infinite.COUNTABLE, 10**9), (Infinite.CONTINUUM, 0), (Infinite.CONTINUUM, Infinite.COUNTABLE)],
    ids=str,
)
def test_more_is_strict(a: int | Infinite, b: int | Infinite) -> None:
    assert more(a, b)
    assert not more(b, a)
    assert not more(a, a)


@pytest.mark.parametrize("other", [0, 5, Infinite.COUNTABLE, Infinite.CONTINUUM, None], ids=str)
def test_an_unknown_size_is_never_more_nor_less(other: int | Infinite | None) -> None:
    assert not more(None, other)
    assert not more(other, None)


def test_a_polytope_with_contradicting_sides_has_no_hull_but_the_space() -> None:
    assert hull(Polytope(2, (point(1, 0), point(-1, 0)), point(0, -1))) == (LINE, LINE)


def test_the_hull_of_a_polytope_uses_the_tightest_sides() -> None:
    normals = (point(2, 0), point(1, 0), point(-1, 0), point(1, 1))
    assert hull(Polytope(2, normals, point(3, 2, 0, 9))) == (Interval(q(0), q("3/2")), LINE)


@pytest.mark.parametrize(
    "domain", [Reals(1), Integers(1), Floats(point(0), point(1)), Simplex(2), Polytope(1, (), ())], ids=lambda d: type(d).__name__
)
def test_infinite_and_large_sets_are_not_enumerated(domain: Domain) -> None:
    with pytest.raises(Malformed, match="cannot be enumerated"):
        points(domain, 1000)


_BAD = {
    "box of two dimensions": (lambda: Box(point(0), point(1, 2)), "box with 1 lower and 2 upper ends"),
    "empty box": (lambda: Box(point(0, 2), point(1, 1)), "empty box: coordinate 1 runs from 2 to 1"),
    "negative dimension": (lambda: Reals(-1), r"ℝ\^-1; the dimension must not be negative"),
    "negative integers": (lambda: Integers(-1), r"ℤ\^-1"),
    "polytope of negative dimension": (lambda: Polytope(-1, (), ()), r"a polytope in ℝ\^-1"),
    "offset missing": (lambda: Polytope(1, (point(1),), ()), "1 normals and 0 offsets"),
    "normal of another dimension": (lambda: Polytope(2, (point(1),), point(1)), "does not have 2 coordinates"),
    "grid without step": (lambda: grid(0, 1, step=0), "grid: step 0 in coordinate 0 is not positive"),
    "empty grid": (lambda: grid(1, 0), "empty grid: coordinate 0 runs from 1 to 0"),
    "grid of two lengths": (lambda: Grid(point(0), point(1), ()), "differ in length"),
    "no points": (lambda: Finite(()), "a finite domain without points"),
    "a point twice": (lambda: finite([1], [1]), "lists a point twice"),
    "points of two dimensions": (lambda: finite([1], [1, 2]), "differ in dimension"),
    "negative labels": (lambda: Labels(-1), "-1 labels"),
    "simplex of nothing": (lambda: Simplex(0), r"the simplex in ℝ\^0; the dimension must be positive"),
    "floats exchanged": (lambda: Floats(point(1), point(0)), "coordinate 0 runs from 1 to 0"),
    "floats of two dimensions": (lambda: Floats(point(1), ()), "floats with 1 lower and 0 upper ends"),
}


@pytest.mark.parametrize(("make", "message"), _BAD.values(), ids=_BAD.keys())
def test_a_set_that_is_none_is_refused(make: object, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        make()  # type: ignore[operator]


def test_the_table_of_float_boundaries_is_that_of_the_machine() -> None:
    assert float_at(0x7F7FFFFF) == LARGEST_FLOAT
    assert float_at(1) == SMALLEST_FLOAT
    assert math.isinf(struct.unpack("<f", struct.pack("<I", 0x7F800000))[0])
