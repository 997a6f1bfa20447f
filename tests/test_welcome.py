"""How far a pair is what was wished for, in words, and wishes that make no sense."""

from fractions import Fraction

import numpy as np
import pytest

from bijection.questions import decide
from bijection.verdict import Unknown, Verdict, accept
from bijection.welcome import compared
from bijection.wishes import Antipodal, Apart, Between, Near, Sparse, Wish
from proofs.activations import RELU
from proofs.domains import Box, Domain, Finite, Grid, Integers, Labels, Point, Polytope, Reals, Simplex
from proofs.errors import Malformed
from proofs.network import Argmax, Network, Pointwise, Table
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision, KernelDirection
from tests.build import affine, box, chain, point
from tests.engines.asking import random_network

SUM = chain(2, affine([[1, 1]]))
TWO = chain(3, affine([[1, 1, 0], [0, 0, 1]]))


def said(f: Network, on: Domain, x: Point, y: Point, wish: Wish) -> str:
    """What is said of the pair, after the kernel has accepted it."""
    verdict = accept(Injective(f, on), Not(Injective(f, on)), (Collision(x, y),), "it is so", 0.0)
    because = compared(verdict, wish).because
    assert because.startswith("it is so; ")
    return because.removeprefix("it is so; ")


def test_a_near_pair_says_how_near() -> None:
    x, y = point(0, 1), point("1/2", "1/2")
    assert said(SUM, box(0, 1, 2), x, y, Near(x)) == "both lie within 1/2 of the given input; 2 of 2 coordinates differ from it"
    assert said(SUM, box(0, 1, 2), x, y, Sparse(x)) == "2 of 2 coordinates differ from the given input, none by more than 1/2"


def test_a_pair_between_two_says_how_far_each_was_moved_and_which_output_is_largest() -> None:
    x, y, wish = point(1, 0, 1), point(0, 1, 1), Between(point(0, 1, 0), point(1, 0, "3/4"))
    words = said(TWO, box(0, 1, 3), x, y, wish)
    assert words.startswith("the first given input is moved by at most 1 in a coordinate, the second by at most 1/4; ")
    assert words.endswith("was number 0 for the one and number 0 for the other and is a tie of numbers 0, 1 for both now")
    assert said(SUM, box(0, 1, 2), point(0, 1), point(1, 0), Between(point(0, 1), point(1, 0))).endswith("the second by at most 0")


def test_a_far_pair_says_what_is_possible_and_what_is_promised() -> None:
    unit, long = box(0, 1, 2), Box(point(0, 0), point(1, 3))
    whole, half = (point(0, 1), point(1, 0)), (point(0, "1/2"), point("1/2", 0))
    assert said(SUM, unit, *whole, Apart()).endswith(
        "is 1, the largest that the domain allows: coordinate 0 goes from one end to the other"
    )
    assert "where the domain allows no more than 1 and some symmetric pair is at least 1 apart" in said(SUM, unit, *half, Apart())
    assert "no more than 3 and some symmetric pair is at least 1 apart" in said(SUM, long, *whole, Apart())
    assert (
        said(chain(1, Pointwise((RELU,))), box(-1, 1), point(-1), point(0), Apart())
        == "max |x − y| is 1, where the domain allows no more than 2"
    )
    assert said(SUM, Reals(2), *whole, Apart()) == "max |x − y| is 1; ℝ² has no largest distance"
    labels = chain(2, affine([[1, 1], [1, 1]]), Argmax())
    assert "Borsuk" not in said(labels, unit, *half, Apart())


def test_symmetric_or_not() -> None:
    assert said(SUM, box(0, 1, 2), point(0, 1), point(1, 0), Antipodal()).startswith(
        "they are symmetric about the middle of the domain, and max"
    )
    assert said(SUM, box(0, 1, 2), point(0, 1), point("1/2", "1/2"), Antipodal()).startswith("they are not symmetric about the middle")


def test_verdicts_without_a_pair_stay_as_they_are() -> None:
    goal = Injective(SUM, box(0, 1, 2))
    for verdict in (Unknown(goal, "no time", (), 0.0), _counted()):
        assert compared(verdict, Apart()) is verdict


@pytest.mark.parametrize(
    ("wish", "on", "words"),
    [
        (Near(point(1)), box(0, 1, 2), "the input to be near to has 1 coordinates, those of the domain have 2"),
        (Between(point(0, 0), point(1)), box(0, 1, 2), "the second input to be near to has 1 coordinates"),
        (
            Between(point(0, 9), point(0, 0)),
            box(0, 1, 2),
            r"the first input .* coordinate 1 is 9, its side is \[0, 1\]; if .* from 0 to 16",
        ),
        (Near(point(0, 200)), box(0, 1, 2), "if its levels are those from 0 to 255, scale them to the sides of the domain"),
        (Near(point(0, -1)), box(0, 1, 2), r"coordinate 1 is -1, its side is \[0, 1\]$"),
        (
            Near(point("1/3", 0)),
            Grid(point(0, 0), point(1, 1), point("1/2", 1)),
            "coordinate 0 is 1/3, its values on the grid are 1/2 apart; round",
        ),
        (Near(point(2, 1)), Polytope(2, (point(1, 0), point(1, 1)), point(5, 1)), "constraint 1 asks for at most 1 and has 3 there"),
        (Near(point(1, 1)), Finite((point(0, 0), point(1, 0))), "it is no point of a Finite"),
        (Antipodal(), Reals(2), r"symmetric about the middle of a box or a grid, and a Reals has none; give a box"),
        (Antipodal(), Simplex(2), "a Simplex has none"),
        (Antipodal(), Integers(2), "an? Integers has none"),
        (Near, box(0, 1, 2), r"is no wish; there are Near\(x\), Sparse\(x\), Apart\(\), Antipodal\(\), Between\(x, y\)"),
        ("apart", box(0, 1, 2), "'apart' is no wish"),
        (Near("abc"), box(0, 1, 2), "coordinate 0 of the input to be near to is 'abc', a str"),
    ],
    ids=str,
)
def test_a_wish_that_makes_no_sense_is_refused_with_the_way_out(wish: Wish, on: Domain, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        decide(Injective(SUM, on), wish=wish, within=None)


def test_an_array_of_pixels_is_read_line_by_line() -> None:
    f, on = random_network(4, 2), box(0, 1, 4)
    flat = decide(Injective(f, on), wish=Near((0.25, 0.5, 0.75, 0.5)), within=None)  # type: ignore[arg-type]
    square = decide(Injective(f, on), wish=Near(np.array([[0.25, 0.5], [0.75, 0.5]])), within=None)  # type: ignore[arg-type]
    assert _pair(flat) == _pair(square)


def test_between_an_input_and_itself_is_near_it() -> None:
    f, on, x = random_network(4, 2), box(0, 1, 4), (Fraction(1, 3),) * 4
    verdict = decide(Injective(f, on), wish=Between(x, x), within=None)
    assert _pair(verdict) == _pair(decide(Injective(f, on), wish=Near(x), within=None))
    assert "both lie within" in verdict.because


def test_a_table_has_no_largest_output() -> None:
    verdict = decide(Injective(Table((0, 0, 1)), Labels(3)), wish=Between(point(0), point(1)), within=None)
    assert verdict.because.endswith("the second by at most 0")


def _counted() -> Verdict:
    """A refutation without a pair."""
    narrow = Injective(TWO, box(0, 1, 3))
    return accept(narrow, Not(narrow), (KernelDirection(point("1/2", "1/2", 0), point(1, -1, 0)),), "by its kernel", 0.0)


def _pair(verdict: Verdict) -> object:
    pair = verdict.counterexample
    assert pair is not None
    return pair
