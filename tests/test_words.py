"""What is said about statements, domains, numbers and verdicts."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bijection
from bijection import words
from bijection.pictures import side_by_side
from bijection.verdict import Pair, Refuted, Unknown
from proofs.activations import Sigmoid
from proofs.domains import Finite, Floats, Grid, Integers, Labels, Polytope, Reals, Simplex
from proofs.network import Pointwise, Table
from proofs.statements import Bijective, Injective, IsIdentity, MapsInto, Not, Reached, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides
from tests import verdicts
from tests.build import affine, box, chain, grid, point, q
from tests.verdicts import CLASSIFIER, IDENTITY, RELU, RELU_2

DOMAINS = {
    "ℝ": Reals(1),
    "ℝ⁷⁸⁴": Reals(784),
    "ℝ⁰": Reals(0),
    "ℤ³": Integers(3),
    "[0, 1]⁷⁸⁴": box(0, 1, 784),
    "[-1/2, 3]": box("-1/2", 3),
    "[0, 1]² × [2, 3]": replace(box(0, 1, 3), lower=point(0, 0, 2), upper=point(1, 1, 3)),
    "[0, 1] × [0, 2] × … × [0, 5] (5 factors)": replace(box(0, 1, 5), upper=point(1, 2, 3, 4, 5)),
    "{0, 1, …, 16}⁶⁴": grid(0, 16, 64),
    "{0, 1/2, 1}": grid(0, 1, step="1/2"),
    "{0, 3, …, 9}": grid(0, 10, step=3),
    "{7}": grid(7, 7),
    "the binary32 values in [0, 1]²": Floats(point(0, 0), point(1, 1)),
    "a polytope in ℝ² (1 constraint)": Polytope(2, (point(1, 1),), point(1)),
    "{(0, 1), (1/2, 2)}": Finite((point(0, 1), point("1/2", 2))),
    "a set of 5 points of ℝ": Finite(tuple(point(i) for i in range(5))),
    "{0, 1, …, 9}": Labels(10),
    "the empty set": Labels(0),
    "the open simplex in ℝ¹⁰": Simplex(10),
}


@pytest.mark.parametrize("expected", DOMAINS)
def test_domains_are_said_in_the_notation_of_sets(expected: str) -> None:
    assert words.domain(DOMAINS[expected]) == expected


STATEMENTS = {
    "is injective on [0, 1]²": Injective(IDENTITY, box(0, 1, 2)),
    "maps ℝ² onto ℝ²": Surjective(IDENTITY, Reals(2), Reals(2)),
    "is a bijection from ℝ² to ℝ²": Bijective(IDENTITY, Reals(2), Reals(2)),
    "maps ℝ² into ℤ²": MapsInto(IDENTITY, Reals(2), Integers(2)),
    "takes the value (1, 2) somewhere on ℝ²": Reached(IDENTITY, Reals(2), point(1, 2)),
    "is the identity on ℝ²": IsIdentity(IDENTITY, Reals(2)),
}


@pytest.mark.parametrize("expected", STATEMENTS)
def test_a_statement_is_a_sentence_that_names_the_function_by_its_digest(expected: str) -> None:
    said = words.statement(STATEMENTS[expected])
    assert said == f"f: ℝ² → ℝ² (network {words.digest(IDENTITY)[:8]}…, 0 nodes) {expected}"
    assert words.statement(Not(STATEMENTS[expected])) == f"it is false that {said}"


def test_a_classifier_and_a_table_say_where_they_map_to() -> None:
    assert "f: ℝ² → {0, 1, 2} (network" in words.function(CLASSIFIER)
    assert "f: {0, 1, 2} → ℤ (table" in words.function(Table((1, 1, 0)))


def test_short_numbers_are_exact_and_long_ones_say_that_they_are_not() -> None:
    assert words.number(q("-3/4")) == "-3/4"
    assert words.number(q(11184811) / 33554432) == "11184811/33554432"
    assert words.number(Fraction(1, 3**100)) == "≈ 1.94033e-48 (1/48 digits)"
    assert words.number(Fraction(10**5000)) == "≈ 1e+5000 (5001/1 digits)"
    assert words.number(Fraction(-1, 7 * 10**5000)) == "≈ -1.42857e-5001 (1/5001 digits)"


def test_vectors_are_exact_or_say_that_they_are_not() -> None:
    assert words.point(point("1/2", -3)) == "(1/2, -3)"
    assert words.point(point(*range(9))) == "(0, 1, 2, 3, 4, 5, 6, 7, …; 9 coordinates)"
    assert words.point((Fraction(1, 3**50), q(0))) == "≈ (1.39296e-24, 0) (exact fractions of up to 24 digits)"
    assert words._is("x", "≈ 1") == "x ≈ 1"


@given(st.integers(min_value=1, max_value=400), st.integers(min_value=-1, max_value=1))
def test_digits_are_counted_without_writing_them(k: int, near: int) -> None:
    a = 10**k + near
    assert words.digits(a) == words.digits(-a) == len(str(a))


def test_a_refutation_by_a_pair_shows_both_inputs_and_their_output() -> None:
    assert str(verdicts.collision()).splitlines()[1:] == [
        "because a counterexample is shown",
        "",
        "Two different inputs with exactly the same output:",
        "x = (-1/3, 2)",
        "y = (-1, 2)",
        "f(x) = f(y) = (0, 2)",
        "max |x − y| = 2/3",
        "rounded to binary32 they still collide exactly",
        "",
        "rests on",
        "  Collision (machine: its soundness is proved in Rocq; definition)",
    ]


def test_a_long_pair_shows_the_coordinates_that_differ() -> None:
    f = chain(20, affine([[1] * 20]))
    x, y = point(*range(20)), point(*range(1, 20), 0)
    said = str(verdicts.refuted(Injective(f, Reals(20)), Collision(x, y)))
    assert "x and y differ in 20 of 20 coordinates:\n  [0]  x 0  y 1\n  [1]  x 1  y 2" in said
    assert "  … and 12 more" in said


def test_the_note_on_floats_says_whether_they_still_collide_inside_the_domain() -> None:
    third = verdicts.refuted(Injective(chain(2, affine([[1, 3]])), Reals(2)), Collision(point("1/3", 0), point(0, "1/9")))
    assert "rounded to binary32 they no longer collide exactly" in str(third)
    edge = box("-1/3", 0, 2)
    outside = verdicts.refuted(Injective(RELU_2, edge), Collision(point("-1/3", 0), point("-1/4", 0)))
    assert "they still collide exactly, but one of them leaves the domain" in str(outside)
    huge = verdicts.refuted(Injective(RELU_2, Reals(2)), Collision(point(-(10**400), 0), point(-1, 0)))
    assert "whether they still collide is not known" in str(huge)


def test_a_pair_that_collides_before_a_smooth_part_has_no_rational_value() -> None:
    f = chain(1, Pointwise((RELU,)), affine([[1]], [1]), Pointwise((Sigmoid(),)))
    said = str(verdicts.refuted(Injective(f, Reals(1)), PrefixCollides(1), Collision(point(-1), point(-2))))
    assert "f(x) = f(y): they agree inside the network already" in said


def test_the_other_counterexamples_and_their_absence_are_said() -> None:
    assert "the output (-1) is not reached" in str(verdicts.missed())
    assert "the output at x = (1) lies outside the codomain" in str(verdicts.escape())
    assert "No counterexample is shown" in str(verdicts.pigeonhole())
    dead = bijection.reached_labels([[[1, 0], [2, 0], [0, 0]]], bijection.box(1, 2, 2), within=None)[0]
    assert "counterexample" not in str(dead)  # of a label that no input has there is nothing to be shown
    assert str(verdicts.proved()).startswith("PROVED: f: ℝ² → ℝ²")


def test_unknown_says_what_was_tried() -> None:
    said = str(verdicts.unknown())
    assert said.startswith("UNKNOWN: ")
    assert said.endswith("because the time allowed is used up\ntried: counting, layers; 1.5 s")
    assert "tried: nothing" in str(Unknown(Injective(IDENTITY, Reals(2)), "no time", (), 0.0))


def _images(side: int) -> tuple[Refuted, Pair]:
    n = side * side
    f = chain(n, affine([[1, 1] + [0] * (n - 2)]))
    verdict = verdicts.refuted(Injective(f, box(0, 16, n)), Collision(point(16, 0, *[0] * (n - 2)), point(0, 16, *[0] * (n - 2))))
    assert isinstance(verdict.counterexample, Pair)
    return verdict, verdict.counterexample


def test_two_digits_are_drawn_side_by_side_with_their_differences() -> None:
    verdict, _ = _images(8)
    said = words.paragraph(verdict, pictures=True)
    assert "|@@              |   |  @@            |   |xxxx............|" in said
    assert "|" not in words.paragraph(verdict).replace("max |x − y|", "")


def test_pictures_need_room_and_a_square_of_a_known_size() -> None:
    _, pair = _images(28)
    full = side_by_side(pair.x, pair.y)
    assert full is not None
    assert len(full) == 1 + 14 + 2
    assert max(map(len, full)) == 3 * 30 + 2 * 3
    two = side_by_side(pair.x, pair.y, columns=80)
    assert two is not None
    assert max(map(len, two)) == 2 * 30 + 3
    assert side_by_side(pair.x, pair.y, columns=40) is None
    assert side_by_side(point(1, 2, 3, 4), point(1, 2, 3, 5)) is None
    assert side_by_side(pair.x[:64], pair.y) is None


def test_a_picture_of_one_grey_is_empty() -> None:
    x = point(*[3] * 64)
    drawn = side_by_side(x, x)
    assert drawn is not None
    assert drawn[2].startswith("|                |")


def test_grey_levels_come_from_the_domain_where_it_has_one_range() -> None:
    assert words.greys(grid(0, 255, 4)) == (0, 255)
    assert words.greys(Reals(4)) is None
    assert words.greys(Grid(point(0, 0), point(1, 2), point(1, 1))) is None
