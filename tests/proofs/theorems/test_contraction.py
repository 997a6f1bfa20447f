"""A solution in a small box: the kernel checks that the box is contracted into itself."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.activations import RELU, Sigmoid, Tanh, leaky_relu
from proofs.domains import Labels, Reals
from proofs.errors import Rejected
from proofs.network import Argmax, Network, Node, Pointwise, Sum, Table
from proofs.statements import Injective, Reached
from proofs.theorems import ContractsNear
from tests.build import affine, box, chain, point, q
from tests.proofs.theorems.cases import proves, rejects

LINE = chain(2, affine([[2, 1], [1, 1]], [1, 0]))
UNDO = (point(1, -1), point(-1, 2))
STEP = ContractsNear(point(1, 2), q("1/8"), UNDO)  # LINE takes the value (5, 3) there
BENT = Network(1, (Node(Pointwise((Tanh(),)), (0,)), Node(Sum(), (0, 1))))  # x + tanh x


def test_near_a_solution_the_value_is_reached() -> None:
    assert proves(Reached(LINE, Reals(2), point(5, 3)), STEP)
    assert proves(Reached(LINE, box(0, 3, 2), point("81/16", "49/16")), STEP)
    assert proves(Reached(BENT, Reals(1), point(0)), ContractsNear(point("1/100"), q("1/50"), (point("1/2"),)))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (replace(STEP, center=point(1, 3)), "the centre moves by up to"),
        (replace(STEP, radius=q(0)), "is not positive"),
        (replace(STEP, matrix=(point(0, 0), point(0, 0))), "distances are known to shrink to 1 of themselves only"),
        (replace(STEP, matrix=UNDO[:1]), "is not a matrix of 2 lines"),
        (replace(STEP, center=point(1)), "a centre of 1 coordinates"),
    ],
)
def test_what_is_not_contracted_is_rejected(step: ContractsNear, why: str) -> None:
    rejects(why, Reached(LINE, Reals(2), point(5, 3)), step)


def test_the_box_must_lie_in_the_domain() -> None:
    rejects("not known to lie in the domain", Reached(LINE, box(0, 1, 2), point(5, 3)), STEP)


def test_a_fold_is_no_contraction() -> None:
    """|x| = −1/100 has no solution, however near it looks."""
    fold = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 1]]))
    rejects("shrink to", Reached(fold, Reals(1), point("-1/100")), ContractsNear(point(0), q(1), (point(1),)))


def test_what_it_does_not_speak_of() -> None:
    rejects("a value is reached only", Injective(LINE, Reals(2)), STEP)
    rejects("no square matrix", Reached(chain(2, affine([[1, 1]])), Reals(2), point(1)), STEP)
    rejects("a value is reached only", Reached(Table((0,)), Labels(1), point(0)), ContractsNear(point(0), q(1), (point(1),)))
    jump = chain(2, Argmax(), affine([[1], [1]]))
    rejects("no slopes of Argmax", Reached(jump, Reals(2), point(0, 0)), replace(STEP, center=point(0, 0)))


@given(a=st.fractions(-3, 3, max_denominator=8), x=st.fractions(-2, 2, max_denominator=8), y=st.fractions(-3, 3, max_denominator=8))
def test_what_it_says_of_bent_lines_is_true(a: Fraction, x: Fraction, y: Fraction) -> None:
    """x ↦ leaky(x) + a: the solution is known, and must lie in the box if the step is accepted."""
    f = chain(1, Pointwise((leaky_relu(q("1/2")),)), affine([[1]], [a]))
    solution = y - a if y >= a else 2 * (y - a)
    radius = q("1/4")
    for slope in (1, 2):
        try:
            proves(Reached(f, Reals(1), (y,)), ContractsNear((x,), radius, (point(slope),)))
        except Rejected:
            continue
        assert abs(solution - x) <= radius


def test_slopes_of_smooth_functions_are_those_on_the_box() -> None:
    """Far out the sigmoid is nearly flat: its slope there, not the largest one anywhere, counts."""
    f = Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(affine([[-4]]), (1,)), Node(Sum(), (0, 2))))  # x − 4·sigmoid(x)
    at = q(6) - 4 * q("2047/2048")
    assert proves(Reached(f, Reals(1), (at,)), ContractsNear(point(6), q("1/8"), (point(1),)))
    rejects("shrink to", Reached(f, Reals(1), point(-2)), ContractsNear(point(0), q("1/8"), (point(1),)))
