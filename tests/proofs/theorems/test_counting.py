import pytest

from proofs.activations import IDENTITY, RELU, Tanh
from proofs.domains import Floats, Grid, Integers, Labels, Polytope, Reals
from proofs.ieee import Binary32
from proofs.network import Argmax, Network, Pointwise, Softmax, Table
from proofs.statements import Injective, IsIdentity, MapsInto, Not, Reached, Statement, Surjective
from proofs.theorems import Cancels, Collision, Enumeration, EqualSizes, FloatCount, GridCount, Pigeonhole, StaysInside, TooFewPoints
from tests.build import affine, box, chain, finite, grid, point
from tests.proofs.theorems.cases import proves, rejects

F = Network(1, ())
LABEL = chain(3, Argmax())


@pytest.mark.parametrize(
    "on", [Reals(3), Integers(3), grid(0, 1, 3), Floats(point(0, 0, 0), point(1, 1, 1))], ids=lambda d: type(d).__name__
)
def test_more_points_than_labels_collide(on: object) -> None:
    assert proves(Not(Injective(LABEL, on)), Pigeonhole(Labels(3)), StaysInside())  # type: ignore[arg-type]


@pytest.mark.parametrize("on", [finite([0, 0, 0]), Polytope(3, (), ())], ids=["few", "unknown"])
def test_no_more_points_than_labels_prove_nothing(on: object) -> None:
    rejects("not known to have more points", Not(Injective(LABEL, on)), Pigeonhole(Labels(3)), StaysInside())  # type: ignore[arg-type]


def test_the_image_must_lie_in_the_smaller_set() -> None:
    rejects("not known to lie below 2", Not(Injective(LABEL, Reals(3))), Pigeonhole(Labels(2)), StaysInside())


def test_line_and_plane_have_equally_many_points() -> None:
    rejects("not known to have more points", Not(Injective(chain(2, affine([[1, 1]])), Reals(2))), Pigeonhole(Reals(1)), StaysInside())


@pytest.mark.parametrize(
    "claim", [Surjective(F, Integers(1), Reals(1)), Surjective(Table((0,)), Labels(1), Labels(2))], ids=["line", "labels"]
)
def test_too_few_points_cover_nothing_larger(claim: Surjective) -> None:
    assert proves(Not(claim), TooFewPoints())


def test_no_points_cover_no_points() -> None:
    assert proves(Surjective(Table(()), Labels(0), Labels(0)), Enumeration())
    rejects("not known to have more points", Not(Surjective(Table(()), Labels(0), Labels(0))), TooFewPoints())


CONSTANT, SWAP = Table((0, 0)), Table((1, 0))


@pytest.mark.parametrize(
    ("claim", "steps"),
    [
        (Injective(SWAP, Labels(2)), (EqualSizes(Labels(2)), Enumeration())),
        (Surjective(SWAP, Labels(2), Labels(2)), (EqualSizes(Labels(2)), StaysInside(), Enumeration())),
        (Not(Surjective(CONSTANT, Labels(2), Labels(2))), (EqualSizes(Labels(2)), Collision(point(0), point(1)))),
    ],
    ids=["injective", "onto", "not onto"],
)
def test_equal_sizes_turn_one_half_into_the_other(claim: Statement, steps: tuple[Enumeration, ...]) -> None:
    assert proves(claim, *steps)


@pytest.mark.parametrize("other", [Labels(3), finite([0], [1]), Reals(1)], ids=["three", "another set", "line"])
def test_the_codomain_of_the_certificate_must_be_that_of_the_goal(other: object) -> None:
    rejects("is not that of the goal", Surjective(SWAP, Labels(2), Labels(2)), EqualSizes(other), StaysInside(), Enumeration())  # type: ignore[arg-type]


def test_infinite_sets_of_equal_size_prove_nothing() -> None:
    rejects("not finite of the same size", Injective(F, Reals(1)), EqualSizes(Reals(1)), Cancels())


def test_a_grid_with_more_points_than_values_collides() -> None:
    assert proves(Not(Injective(chain(2, affine([[1, 3]])), grid(0, 3, 2))), GridCount())


def test_an_injective_map_of_a_grid_is_not_counted_out() -> None:
    rejects("room for every point", Not(Injective(chain(2, affine([[1, 4]])), grid(0, 3, 2))), GridCount())


def test_halves_in_the_grid_make_room() -> None:
    halves = Grid(point(0, 0), point(1, 1), point("1/2", "1/2"))
    assert proves(Not(Injective(chain(2, affine([[1, 1]])), halves)), GridCount())
    rejects("room for every point", Not(Injective(chain(2, affine([[1, 3]])), halves)), GridCount())


def test_a_grid_of_one_point_is_not_counted_out_without_outputs() -> None:
    assert proves(Not(Injective(chain(1, affine([], [], 1)), grid(0, 1))), GridCount())
    rejects("room for every point", Not(Injective(chain(1, affine([], [], 1)), grid(0, 0))), GridCount())


def test_more_inputs_than_binary32_outputs() -> None:
    added, same = Binary32(chain(2, affine([[1, 1]]))), Binary32(chain(1, Pointwise((Tanh(),))))
    assert proves(Not(Injective(added, grid(0, 2**16, 2))), FloatCount())  # 65 537² points
    assert proves(Not(Injective(added, Reals(2))), FloatCount())
    assert proves(Not(Injective(Binary32(chain(2, affine([], [], 2))), grid(0, 1, 2))), FloatCount())
    rejects("more than 2\\^32 points", Not(Injective(added, grid(1, 2**16, 2))), FloatCount())
    rejects("more than 2\\^32 points", Not(Injective(same, Floats(point(-1), point(1)))), FloatCount())
    rejects("in binary32 arithmetic only", Not(Injective(added.network, grid(0, 2**16, 2))), FloatCount())


@pytest.mark.parametrize("f", [chain(1, Pointwise((Tanh(),))), chain(1, Softmax(((0,),)))], ids=["tanh", "softmax"])
def test_values_that_are_not_rational_are_not_counted(f: Network) -> None:
    rejects("not rational", Not(Injective(f, grid(0, 9))), GridCount())


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (Injective(CONSTANT, Labels(2)), "have the same value"),
        (Surjective(CONSTANT, Labels(2), Labels(2)), "is not reached"),
        (Surjective(CONSTANT, Labels(2), Reals(1)), "cannot be enumerated"),
        (MapsInto(CONSTANT, Labels(2), finite([1])), "lies outside the codomain"),
        (IsIdentity(CONSTANT, Labels(2)), "a point is moved"),
        (Not(Reached(CONSTANT, Labels(2), point(0))), "the value is reached"),
        (Reached(CONSTANT, Labels(2), point(0)), "enumeration does not prove Reached"),
        (Not(Injective(CONSTANT, Labels(2))), "enumeration does not prove Not"),
        (Injective(F, grid(0, 2_000_000)), "the limit is 1000000"),
        (Injective(F, Floats(point(0), point(0))), "are not enumerated"),
        (Injective(chain(1, Pointwise((Tanh(),))), grid(0, 1)), "no exact rational value"),
    ],
    ids=["injective", "onto", "onto the line", "into", "identity", "missed", "reached", "not injective", "too large", "floats", "inexact"],
)
def test_enumeration_rejects_what_it_cannot_see(claim: Statement, why: str) -> None:
    rejects(why, claim, Enumeration())


def test_enumeration_of_a_single_point_box() -> None:
    assert proves(IsIdentity(chain(1, Pointwise((RELU,))), box(2, 2)), Enumeration())
    assert proves(Injective(chain(1, Pointwise((IDENTITY,))), box(2, 2)), Enumeration())
