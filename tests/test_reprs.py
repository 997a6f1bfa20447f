"""What a Python prompt shows of the vocabulary, alone or inside lists: short things in full, long ones by their start, never an error."""

from fractions import Fraction
from typing import Any

import pytest

from bijection.export.displayed import displayed
from bijection.verdict import Escape, Missed, Pair
from proofs.activations import RELU, PiecewiseAffine
from proofs.domains import Box, Finite, Grid, Polytope, Reals
from proofs.errors import Brief, Malformed
from proofs.ieee import Binary32
from proofs.network import Affine, Network, Node, Pointwise, Row, Table
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import THEOREMS
from proofs.theorems.collision import Collision
from tests.build import affine, box, chain, point

HUGE = Fraction(10**5000 + 1, 3)
WIDE = chain(200, affine([[i + j for j in range(200)] for i in range(100)]), Pointwise((RELU,) * 100))
LONG: tuple[Any, ...] = (
    WIDE,
    chain(2, affine([[HUGE, 1], [0, 1]])),
    chain(1, *(affine([[1]]),) * 500),
    box(0, 1, 784),
    Box((HUGE,), (HUGE,)),
    Grid((HUGE,), (HUGE,), (HUGE,)),
    Polytope(300, ((Fraction(1),) * 300,) * 3, (HUGE,) * 3),
    Finite(tuple((Fraction(k), HUGE) for k in range(1000))),
    PiecewiseAffine((HUGE,), ((Fraction(0), Fraction(0)), (Fraction(1), -HUGE))),
    Table(tuple(range(10**5))),
    Injective(WIDE, box(0, 1, 200)),
    Not(Surjective(WIDE, Reals(200), Reals(100))),
    Pair(chain(2, affine([[0, 1]])), (HUGE, HUGE), (Fraction(0), HUGE), (HUGE,)),
    Missed((HUGE,) * 8),
    Escape((HUGE,)),
)


@pytest.mark.parametrize("thing", LONG, ids=[f"{type(thing).__name__} {k}" for k, thing in enumerate(LONG)])
def test_what_is_long_is_cut(thing: Any) -> None:
    assert type(thing).__name__ in repr([thing])
    assert len(repr({"it": thing})) < 1500


@pytest.mark.parametrize(
    "thing",
    [
        chain(2, affine([[1, "1/2"], [0, 1]]), Pointwise((RELU, RELU))),
        Injective(chain(2, affine([[1, 2]])), Box(point(0, "1/3"), point(1, 1))),
        Surjective(Table((0, 1)), Finite((point(0), point(1))), Finite((point(0),))),
    ],
)
def test_what_is_short_is_written_as_python(thing: Any) -> None:
    names = (Network, Node, Affine, Row, Pointwise, PiecewiseAffine, Injective, Surjective, Box, Table, Finite, Fraction)
    assert eval(repr(thing), {kind.__name__: kind for kind in names}) == thing


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_steps_of_evidence_are_cut_too(theorem: type) -> None:
    assert theorem.__repr__ is Brief.__repr__


def test_a_step_of_evidence_with_long_numbers_is_printed() -> None:
    assert repr((Collision((HUGE,), (HUGE,)),)) == "(Collision(x=(an integer of 16610 bits/3), y=(an integer of 16610 bits/3)),)"


def test_a_message_about_a_number_that_is_not_printed_is_no_other_error() -> None:
    with pytest.raises(Malformed, match=r"node 0: an integer of \d+ bits/3 is no binary32 number"):
        Binary32(chain(1, affine([[HUGE]])))
    with pytest.raises(Malformed, match="a Box, not an exact rational"):
        Finite(((box(0, 1, 784),),))  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [thing for thing in LONG if not isinstance(thing, PiecewiseAffine)])
def test_numbers_that_python_does_not_print_are_none_in_latex(thing: Any) -> None:
    assert len(displayed(thing)) < 6_000
