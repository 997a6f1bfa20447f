from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.errors import Malformed
from proofs.exact import LINE, Interval, dot, rational, reduced, same, vector
from tests.strategies import rationals

vectors = st.lists(rationals, max_size=4)


@given(vectors)
def test_a_vector_gives_back_its_entries(entries: list[Fraction]) -> None:
    assert vector(entries).fractions() == tuple(entries)


@given(vectors, vectors)
def test_same_is_equality_of_the_rational_vectors(u: list[Fraction], v: list[Fraction]) -> None:
    assert same(vector(u), vector(v)) == (u == v)


@given(vectors, st.integers(1, 30))
def test_the_reduced_form_does_not_depend_on_the_denominator(entries: list[Fraction], factor: int) -> None:
    v = vector(entries)
    longer = type(v)(tuple(a * factor for a in v.numerators), v.denominator * factor)
    assert reduced(longer) == reduced(v)
    assert same(longer, v)


@given(st.lists(st.tuples(rationals, rationals), max_size=4))
def test_dot_is_the_sum_of_products(pairs: list[tuple[Fraction, Fraction]]) -> None:
    assert dot([a for a, _ in pairs], [b for _, b in pairs]) == sum(a * b for a, b in pairs)


@pytest.mark.parametrize("value", [0.5, True, "1/2", None, 1j], ids=repr)
def test_inexact_values_are_refused_by_name(value: object) -> None:
    with pytest.raises(Malformed, match=f"is a {type(value).__name__}, not an exact rational"):
        rational(value)


def test_the_vector_of_no_numbers_has_denominator_one() -> None:
    assert vector([]).denominator == 1


def test_an_interval_with_its_ends_exchanged_is_refused() -> None:
    with pytest.raises(Malformed, match="lower end 1 above 0"):
        Interval(Fraction(1), Fraction(0))


@given(rationals)
def test_the_line_contains_every_number(t: Fraction) -> None:
    assert t in LINE


@given(rationals, rationals, rationals, rationals)
def test_within_is_containment_of_both_ends(a: Fraction, b: Fraction, c: Fraction, d: Fraction) -> None:
    inner, outer = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    assert inner.within(outer) == (inner.lower in outer and inner.upper in outer)


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [(LINE, LINE, True), (LINE, Interval(None, Fraction(0)), False), (Interval(Fraction(0), None), LINE, True)],
    ids=["line in line", "line in ray", "ray in line"],
)
def test_within_understands_infinite_ends(inner: Interval, outer: Interval, inside: bool) -> None:
    assert inner.within(outer) == inside
