from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import ABS, RELU, Elu, Tanh
from proofs.domains import Floats, Integers, Labels, Polytope, Reals
from proofs.errors import Rejected
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum, Table
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import Collision, KernelDirection
from tests.build import affine, box, chain, grid, layer, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in

CORNER = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))
RELUS = layer(RELU, RELU)


def not_injective(f: Network | Table, on: object) -> Not:
    return Not(Injective(f, on))  # type: ignore[arg-type]


def test_a_collision_of_labels_is_a_collision() -> None:
    assert proves(not_injective(chain(2, Argmax()), Reals(2)), Collision(point(0, 1), point(0, 2)))


def test_a_tie_and_a_clear_first_have_one_label() -> None:
    assert proves(not_injective(chain(2, Argmax()), Reals(2)), Collision(point(1, 1), point(2, 1)))


def test_equal_values_in_other_terms_are_equal() -> None:
    f = Network(1, (Node(Product(), (0, 0)),))
    assert proves(not_injective(f, Reals(1)), Collision(point("1/2"), point("-2/4")))


def test_the_same_point_in_other_terms_is_the_same_point() -> None:
    rejects("the two points are the same", not_injective(RELUS, Reals(2)), Collision(point("1/2", 1), point("2/4", 1)))


@pytest.mark.parametrize(("x", "y"), [((), ()), ((1,), (2,)), ((1, 2), (1,)), ((1, 2, 3), (1, 2, 4))], ids=str)
def test_points_of_another_length_are_rejected(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    rejects("the points do not have 2 coordinates", not_injective(RELUS, Reals(2)), Collision(point(*x), point(*y)))


@pytest.mark.parametrize(
    "on",
    [box(0, 9, 2), grid(-8, 8, 2, 2), Polytope(2, (point(1, 0),), point("-3/2")), Floats(point(-1, 0), point(0, 0))],
    ids=lambda d: type(d).__name__,
)
def test_a_point_outside_the_domain_is_rejected(on: object) -> None:
    rejects("a point lies outside the domain", not_injective(RELUS, on), Collision(point(-1, 0), point(-2, 0)))


def test_a_table_collides_between_its_labels_only() -> None:
    assert proves(not_injective(Table((3, 3)), Labels(2)), Collision(point(0), point(1)))
    rejects("outside the domain", not_injective(Table((3, 3)), Labels(1)), Collision(point(0), point(1)))


def test_no_exact_value_is_no_collision() -> None:
    rejects("Tanh has no exact rational value", not_injective(layer(Tanh()), Reals(1)), Collision(point(1), point(2)))


def test_a_collision_proves_nothing_else() -> None:
    rejects("refutes injectivity only", Not(Surjective(RELUS, Reals(2), Reals(2))), Collision(point(-1, 0), point(-2, 0)))


@pytest.mark.parametrize(
    ("f", "on", "x", "v"),
    [
        (RELUS, Reals(2), (-1, 0), (1, 0)),
        (RELUS, Reals(2), (0, 5), (-1, 0)),
        (chain(2, Max(((0, 1),))), box(0, 1, 2), (1, 0), (0, 1)),
        (chain(2, affine([[1, 1]])), CORNER, (0, 1), (1, -1)),
        (chain(1, affine([], [], 1)), box(0, 1), (0,), (1,)),
        (Network(1, (Node(Pointwise((ABS,)), (0,)), Node(Sum(), (0, 1)))), Reals(1), (0,), (-1,)),
        (chain(2, Pointwise((Elu(q(1), q(1)), RELU))), Reals(2), (0, -1), (0, 1)),
    ],
    ids=["dead unit", "at the kink", "below a maximum", "in a corner", "no outputs", "skip", "beside an elu"],
)
def test_a_direction_that_changes_nothing_refutes_injectivity(f: Network, on: object, x: tuple[int, ...], v: tuple[int, ...]) -> None:
    assert proves(not_injective(f, on), KernelDirection(point(*x), point(*v)))


@pytest.mark.parametrize(
    ("f", "on", "x", "v", "why"),
    [
        (RELUS, Reals(2), (0, 5), (1, 0), "the output changes"),
        (RELUS, Reals(2), (-1, 0), (0, 0), "the direction is 0"),
        (RELUS, Reals(2), (-1,), (0, 0), "need 2 coordinates"),
        (RELUS, box(-1, 1, 2), (-1, 0), (-1, 0), "leaves the domain"),
        (RELUS, box(0, 1, 2), (-1, 0), (1, 0), "leaves the domain"),
        (RELUS, Integers(2), (-1, 0), (1, 0), "leaves the domain"),
        (RELUS, grid(-9, 9, 2), (-1, 0), (1, 0), "leaves the domain"),
        (chain(2, affine([[1, 1]])), CORNER, (1, 0), (1, -1), "leaves the domain"),
        (chain(2, Max(((0, 1),))), Reals(2), (0, 0), (1, -1), "the output changes"),
        (chain(2, Argmax()), Reals(2), (0, 1), (0, 1), "Argmax is not piecewise affine and continuous"),
        (chain(2, Softmax(((0, 1),))), Reals(2), (0, 0), (1, 1), "Softmax is not piecewise affine"),
        (Network(1, (Node(Product(), (0, 0)),)), Reals(1), (0,), (1,), "Product is not piecewise affine"),
        (layer(Tanh()), Reals(1), (0,), (1,), "Tanh is not affine near 0"),
        (layer(Elu(q(1), q(1))), Reals(1), (0,), (-1,), "Elu is not affine near 0"),
        (Network(1, (Node(Stack(), (0, 0)),)), Reals(1), (0,), (1,), "the output changes"),
    ],
    ids=lambda v: v[:24] if isinstance(v, str) else "",
)
def test_a_direction_that_does_not_fit_is_rejected(f: Network, on: object, x: tuple[int, ...], v: tuple[int, ...], why: str) -> None:
    rejects(why, not_injective(f, on), KernelDirection(point(*x), point(*v)))


@settings(max_examples=150)
@given(st.data())
def test_an_accepted_direction_leads_to_a_collision_nearby(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    x, v = data.draw(points_in(f.arity)), data.draw(points_in(f.arity))
    try:
        proves(not_injective(f, Reals(f.arity)), KernelDirection(x, v))
    except Rejected:
        return
    step = Fraction(1, 2**30)
    assert f(x) == f(tuple(a + step * b for a, b in zip(x, v, strict=True)))
