import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.activations import ABS, IDENTITY, RELU, Tanh, leaky_relu
from proofs.domains import Integers, Polytope, Reals, Simplex
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Sum
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import Bottleneck, NarrowFirstLayer, NullImage, OppositeDeterminants
from proofs.theorems.dimension import determinant_sign
from tests.build import affine, box, chain, finite, grid, point, q
from tests.proofs.theorems.cases import proves, rejects

NARROW = chain(2, affine([[1, 1]]), Pointwise((Tanh(),)), affine([[1], [1]]))
LABEL = chain(2, affine([[1, 0], [0, 1]]), Argmax())
RESIDUAL = Network(2, (Node(affine([[1, 1]]), (0,)), Node(affine([[1], [1]]), (1,)), Node(Sum(), (0, 2))))
ORTHANT = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))


def not_injective(f: Network, on: object) -> Not:
    return Not(Injective(f, on))  # type: ignore[arg-type]


@pytest.mark.parametrize("on", [Reals(2), box(0, 1, 2)], ids=["plane", "square"])
def test_a_bottleneck_refutes_injectivity(on: object) -> None:
    assert proves(not_injective(NARROW, on), Bottleneck(1, None))


def test_a_polytope_needs_a_point_inside() -> None:
    assert proves(not_injective(NARROW, ORTHANT), Bottleneck(2, point(1, 1)))
    rejects("known to be -1-dimensional", not_injective(NARROW, ORTHANT), Bottleneck(2, None))
    rejects("known to be -1-dimensional", not_injective(NARROW, ORTHANT), Bottleneck(2, point(0, 1)))
    rejects("known to be -1-dimensional", not_injective(NARROW, ORTHANT), Bottleneck(2, point(1)))


@pytest.mark.parametrize(
    "on", [Integers(2), grid(0, 9, 2), finite([0, 0], [1, 1]), Simplex(2), box(0, 0, 2)], ids=lambda d: type(d).__name__
)
def test_sets_without_a_ball_of_enough_dimensions_pass_a_bottleneck(on: object) -> None:
    rejects("1 wide at the cut", not_injective(NARROW, on), Bottleneck(1, None))


def test_a_segment_passes_a_bottleneck_of_width_one() -> None:
    segment = type(box(0, 1, 2))(point(0, 0), point(1, 0))
    rejects("known to be 1-dimensional", not_injective(NARROW, segment), Bottleneck(1, None))


def test_a_skip_around_the_narrow_layer_is_no_bottleneck() -> None:
    rejects("reads a value before it", not_injective(RESIDUAL, Reals(2)), Bottleneck(1, None))


def test_an_argmax_before_the_cut_is_not_continuous() -> None:
    rejects("an argmax before the cut", not_injective(LABEL, Reals(2)), Bottleneck(2, None))


@pytest.mark.parametrize("cut", [-1, 4])
def test_a_cut_that_is_not_there_is_rejected(cut: int) -> None:
    rejects(f"cut {cut} of a network", not_injective(NARROW, Reals(2)), Bottleneck(cut, None))


def test_a_null_image_reaches_no_ball() -> None:
    assert proves(Not(Surjective(NARROW, Reals(2), Reals(2))), NullImage(1))
    assert proves(Not(Surjective(chain(1, affine([[1], [1]]), Softmax(((0, 1),))), Reals(1), box(0, 1, 2))), NullImage(0))


def test_a_null_image_may_cover_a_segment() -> None:
    segment = type(box(0, 1, 2))(point(0, 0), point(0, 1))
    rejects("known to be 1-dimensional", Not(Surjective(NARROW, Reals(2), segment)), NullImage(1))


def test_a_null_image_may_cover_the_open_simplex_of_its_dimension() -> None:
    rejects("known to be 1-dimensional", Not(Surjective(NARROW, Reals(2), Simplex(2))), NullImage(1))


def test_an_argmax_after_the_cut_is_not_lipschitz() -> None:
    rejects("an argmax after the cut", Not(Surjective(LABEL, Reals(2), Reals(1))), NullImage(0))


@pytest.mark.parametrize("activation", [RELU, leaky_relu(q(0))], ids=["relu", "leaky 0"])
def test_a_first_layer_of_three_units_on_two_inputs_is_too_narrow(activation: object) -> None:
    f = chain(2, affine([[1, 0], [0, 1], [1, 1]], [1, 2, 3]), Pointwise((activation,) * 3), affine([[1, 1, 1]]))  # type: ignore[arg-type]
    assert proves(not_injective(f, Reals(2)), NarrowFirstLayer())


@pytest.mark.parametrize(
    ("f", "on", "why"),
    [
        (chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU))), Reals(1), "fewer than 2 are too few"),
        (chain(1, affine([[1]]), Pointwise((leaky_relu(q("1/2")),))), Reals(1), "constant at neither end"),
        (chain(1, affine([[1]]), Pointwise((ABS,))), Reals(1), "constant at neither end"),
        (chain(1, affine([[1]]), Pointwise((Tanh(),))), Reals(1), "constant at neither end"),
        (chain(1, affine([[1]]), Pointwise((RELU,))), box(0, 1), "needs Not"),
        (chain(1, Pointwise((RELU,))), Reals(1), "needs Not"),
        (Network(1, (Node(affine([[1]]), (0,)), Node(Pointwise((RELU,)), (1,)), Node(Sum(), (0, 2)))), Reals(1), "reads a value before it"),
    ],
    ids=["wide enough", "leaky", "abs", "tanh", "bounded domain", "no affine map", "skip"],
)
def test_a_first_layer_that_does_not_fit_is_rejected(f: Network, on: object, why: str) -> None:
    rejects(why, not_injective(f, on), NarrowFirstLayer())


FOLD = chain(2, Pointwise((ABS, IDENTITY)))


def test_opposite_determinants_refute_injectivity() -> None:
    assert proves(not_injective(FOLD, ORTHANT_SHIFTED), OppositeDeterminants(point(1, 0), point(-1, 0)))


ORTHANT_SHIFTED = Polytope(2, (point(-1, 0), point(0, -1)), point(2, 2))


def test_the_square_has_opposite_slopes() -> None:
    assert proves(not_injective(Network(1, (Node(Product(), (0, 0)),)), box(-2, 2)), OppositeDeterminants(point(-1), point(1)))


def test_a_maximum_has_the_slope_of_its_largest_entry() -> None:
    f = chain(1, affine([[1], [-1]]), Max(((0, 1),)))
    assert proves(not_injective(f, Reals(1)), OppositeDeterminants(point(-1), point(1)))
    rejects("a maximum is attained twice", not_injective(f, Reals(1)), OppositeDeterminants(point(0), point(1)))


@pytest.mark.parametrize(
    ("f", "on", "x", "y", "why"),
    [
        (FOLD, Reals(2), (1, 0), (2, 0), "have the signs"),
        (FOLD, Reals(2), (0, 0), (1, 0), "not known to be differentiable at 0"),
        (FOLD, box(-1, 1, 2), (1, 0), (-1, 0), "a point is not interior"),
        (FOLD, grid(-2, 2, 2), (1, 0), (-1, 0), "a point is not interior"),
        (FOLD, Reals(2), (1,), (-1, 0), "a point is not interior"),
        (chain(2, affine([[1, 1]])), Reals(2), (0, 0), (1, 1), "the Jacobian is 1×2, not square"),
        (chain(1, Pointwise((Tanh(),))), Reals(1), (0,), (0,), "Tanh is not rational"),
        (chain(1, Argmax()), Reals(1), (0,), (1,), "the derivative of Argmax is not computed"),
        (chain(2, affine([[1, 1], [1, 1]])), Reals(2), (0, 0), (1, 1), "have the signs"),
    ],
    ids=["equal", "kink", "boundary", "grid", "length", "not square", "smooth", "argmax", "singular"],
)
def test_determinants_that_do_not_fit_are_rejected(f: Network, on: object, x: tuple[int, ...], y: tuple[int, ...], why: str) -> None:
    rejects(why, not_injective(f, on), OppositeDeterminants(point(*x), point(*y)))


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_sign_of_a_determinant_is_that_of_the_rule_of_sarrus(a: list[list[int]]) -> None:
    (p, r, s), (t, u, v), (w, x, y) = a
    determinant = p * u * y + r * v * w + s * t * x - s * u * w - r * t * y - p * v * x
    assert determinant_sign(a) == (determinant > 0) - (determinant < 0)


def test_jacobians_too_large_to_hold_are_rejected() -> None:
    n = 5000
    f = Network(n, ())
    rejects("the Jacobians have 25000000 entries", not_injective(f, Reals(n)), OppositeDeterminants(point(*[0] * n), point(*[1] * n)))
