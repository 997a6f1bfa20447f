import pytest

from proofs.domains import Labels, Polytope, Reals
from proofs.network import Network, Table
from proofs.statements import Bijective, Injective, IsIdentity, MapsInto, Not, Reached, Statement, Surjective
from proofs.theorems import (
    BrokenHalf,
    CancelInner,
    CancelOuter,
    Cancels,
    Collision,
    Enumeration,
    Halves,
    LeftInverse,
    Misses,
    Restriction,
    RightInverse,
    StaysInside,
)
from tests.build import affine, box, chain, finite, grid, point
from tests.proofs.theorems.cases import proves, rejects

DOUBLE, HALVE = chain(1, affine([[2]])), chain(1, affine([["1/2"]]))
CREATE = Table((1, 2))
F = Network(1, ())


def test_a_left_inverse_proves_injectivity() -> None:
    assert proves(Injective(DOUBLE, Reals(1)), LeftInverse(HALVE), Cancels())


def test_a_left_inverse_of_a_table_may_be_partial_only_on_labels_it_knows() -> None:
    assert proves(Injective(CREATE, Labels(2)), LeftInverse(Table((0, 0, 1))), Enumeration())


def test_a_left_inverse_table_that_misses_a_value_is_rejected() -> None:
    rejects("values that the outer table does not know", Injective(CREATE, Labels(2)), LeftInverse(Table((0, 0))), Enumeration())


def test_a_network_is_no_inverse_of_a_table() -> None:
    rejects("only two of a kind compose", Injective(CREATE, Labels(2)), LeftInverse(F), Enumeration())


def test_a_right_inverse_must_return_into_the_domain() -> None:
    claim = Surjective(DOUBLE, box(0, 1), box(0, 4))
    rejects("the bounds of the image exceed the box", claim, RightInverse(HALVE), Cancels(), StaysInside())


def test_a_right_inverse_proves_that_a_map_is_onto() -> None:
    assert proves(Surjective(DOUBLE, box(0, 2), box(0, 4)), RightInverse(HALVE), Cancels(), StaysInside())


def test_a_right_inverse_of_a_table_must_be_defined_on_the_codomain() -> None:
    rejects(
        "not all of them among the table's 1", Surjective(Table((0, 1)), Labels(2), Labels(2)), RightInverse(Table((0,))), Enumeration()
    )


def test_the_empty_table_is_a_bijection_of_no_labels() -> None:
    assert proves(Bijective(Table(()), Labels(0), Labels(0)), Halves(), Enumeration(), Enumeration(), StaysInside())


@pytest.mark.parametrize(
    ("half", "step"),
    [("injective", Collision(point(0), point(1))), ("surjective", Misses(point(1))), ("into", StaysInside())],
    ids=["injective", "surjective", "into"],
)
def test_a_broken_half_needs_its_own_evidence(half: str, step: Collision | Misses | StaysInside) -> None:
    claim = Not(Bijective(Table((0, 0)), Labels(2), Labels(2)))
    if half == "injective":
        assert proves(claim, BrokenHalf(half), step)
    else:
        rejects("goals open|shows that an image stays inside", claim, BrokenHalf(half), step)


def test_an_outer_map_is_cancelled_from_injectivity_only() -> None:
    rejects("cancelled from injectivity only", Surjective(DOUBLE, Reals(1), Reals(1)), CancelOuter(HALVE), Cancels())


def test_an_inner_map_must_stay_in_the_domain() -> None:
    claim = Surjective(DOUBLE, finite([0]), finite([0], [2]))
    rejects("a value lies outside", claim, CancelInner(F, finite([0], [1])), Enumeration(), Enumeration())


@pytest.mark.parametrize(
    ("claim", "on", "why"),
    [
        (Injective(F, Reals(1)), box(0, 1), "Reals lies in the Box"),
        (Not(Injective(F, box(0, 1))), Reals(1), "Reals lies in the Box"),
        (Surjective(F, box(0, 1), box(0, 1)), box(0, 2), "Box lies in the Box"),
        (Not(Surjective(F, box(0, 2), Reals(1))), box(0, 1), "Box lies in the Box"),
        (Injective(F, grid(0, 1)), Polytope(1, (point(1),), point(9)), "Grid lies in the Polytope"),
        (MapsInto(F, box(0, 1), Reals(1)), Reals(1), "injectivity and surjectivity only"),
        (IsIdentity(F, box(0, 1)), Reals(1), "injectivity and surjectivity only"),
        (Reached(F, box(0, 1), point(0)), Reals(1), "injectivity and surjectivity only"),
    ],
    ids=["injective", "not injective", "onto", "not onto", "not evident", "into", "identity", "reached"],
)
def test_restriction_in_the_wrong_direction_is_rejected(claim: Statement, on: object, why: str) -> None:
    rejects(why, claim, Restriction(on, None))  # type: ignore[arg-type]


def test_being_onto_passes_to_a_smaller_codomain() -> None:
    assert proves(Surjective(F, grid(0, 3), finite([1])), Restriction(grid(0, 3), grid(0, 3)), Enumeration())


def test_being_onto_does_not_pass_to_a_larger_codomain() -> None:
    rejects("Grid lies in the Finite", Surjective(F, grid(0, 3), grid(0, 3)), Restriction(grid(0, 3), finite([1])), Enumeration())


def test_a_restriction_to_a_set_of_another_dimension_is_rejected() -> None:
    rejects("not evident", Injective(F, Reals(1)), Restriction(Reals(2), None))
