"""The engines that show colliding pairs: kernels of regions, far pairs, Newton pairs, walks, determinants."""

from fractions import Fraction

import numpy as np
import pytest

from bijection.engines.pairs.collisions import by_kernel
from bijection.engines.pairs.determinants import by_determinants
from bijection.engines.pairs.meeting import by_meeting
from bijection.engines.pairs.newton import by_newton
from bijection.engines.pairs.walk import by_walking
from bijection.engines.proposal import Engine
from bijection.examples import digits_samples, path
from bijection.frontends import load
from bijection.verdict import Pair, Refuted
from proofs.activations import ABS, RELU, Elu, Sigmoid, Tanh, leaky_relu
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, contains
from proofs.exact import vector
from proofs.functions import Function
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Sum, Table
from proofs.statements import Injective, MapsInto, Positive, Reached, Surjective
from tests.build import affine, box, chain, grid, layer, point
from tests.engines.asking import digits, proposals, random_network, verdicts

ENGINES: list[Engine] = [by_kernel, by_meeting, by_newton, by_walking, by_determinants]
NAMES = [engine.__name__ for engine in ENGINES]


def pair(engine: Engine, f: Function, on: Domain, **wishes: object) -> Pair:
    """The last pair that the engine shows, after the kernel has accepted it."""
    found = verdicts(engine, Injective(f, on), **wishes)
    assert found, "no proposal"
    last = found[-1]
    assert isinstance(last, Refuted)
    assert isinstance(last.counterexample, Pair)
    return last.counterexample


@pytest.mark.parametrize("engine", ENGINES, ids=NAMES)
@pytest.mark.parametrize(
    "goal",
    [
        Injective(Network(2, ()), Reals(2)),
        Injective(chain(0, affine([], columns=0)), Reals(0)),
        Injective(chain(1, affine([["2"]])), box(0, 1)),
        Injective(Table((0, 1, 2)), Labels(3)),
        Injective(layer(RELU), Finite((point(1), point(2)))),
        Injective(layer(RELU, RELU), Simplex(2)),
        Injective(layer(RELU), Floats(point(-1), point(1))),
        Injective(layer(Sigmoid(), Tanh()), Reals(2)),
        Surjective(layer(RELU), Reals(1), Reals(1)),
        MapsInto(layer(RELU), Reals(1), Reals(1)),
        Reached(layer(RELU), Reals(1), point(-1)),
    ],
    ids=str,
)
def test_what_is_true_or_out_of_reach_gets_no_false_pair(engine: Engine, goal: Positive) -> None:
    for verdict in verdicts(engine, goal):
        assert not (isinstance(goal, Injective) and isinstance(verdict, Refuted)) or isinstance(goal.on, Floats)


@pytest.mark.parametrize("engine", ENGINES, ids=NAMES)
def test_an_empty_polytope_has_no_points_to_show(engine: Engine) -> None:
    empty = Polytope(2, (point(1, 0), point(-1, 0)), point(0, -1))
    assert proposals(engine, Injective(layer(RELU, RELU), empty)) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_shows_the_same_pair(seed: int) -> None:
    f = random_network(3, 9, 2, seed=seed)
    first, second = (pair(by_kernel, f, box(-1, 1, 3), seed=seed) for _ in range(2))
    assert (first.x, first.y) == (second.x, second.y)


def test_more_inputs_than_outputs_collide_on_every_kind_of_convex_domain() -> None:
    f = random_network(3, 9, 2)
    simplex = Polytope(3, (point(-1, 0, 0), point(0, -1, 0), point(0, 0, -1), point(1, 1, 1)), point(0, 0, 0, 1))
    half = Polytope(3, (point(1, 1, 1),), point(-5))
    for on in (Reals(3), box(-1, 1, 3), simplex, half):
        found = pair(by_kernel, f, on)
        assert contains(on, vector(found.x))
        assert contains(on, vector(found.y))


def test_a_flat_polytope_is_searched_without_end_or_error() -> None:
    diagonal = Polytope(2, (point(1, -1), point(-1, 1)), point(0, 0))
    assert all(isinstance(v, Refuted) for v in verdicts(by_kernel, Injective(chain(2, affine([[1, -1]])), diagonal)))


def test_pairs_of_images_are_short() -> None:
    found = pair(by_kernel, random_network(784, 10, 10), box(0, 1, 784))
    assert digits((found.x, found.y)) < 20
    assert found.in_floats().collides is True


def test_a_pair_near_an_image_contains_it_or_lies_next_to_it() -> None:
    rng = np.random.default_rng(1)
    grey: Point = tuple(Fraction(int(t), 255) for t in rng.integers(1, 255, 784))
    assert pair(by_kernel, random_network(784, 10, 10), box(0, 1, 784), near=grey).x == grey
    black: Point = (Fraction(0),) * 784
    found = pair(by_kernel, random_network(784, 10, 10), box(0, 1, 784), near=black)
    assert max(found.x) <= Fraction(1, 8)


def test_pairs_far_apart_span_the_box() -> None:
    assert pair(by_meeting, random_network(784, 20, 10), box(0, 1, 784), apart=True).distance == 1
    assert pair(by_meeting, random_network(6, 2), box(-1, 3, 6), apart=True).distance == 4


def test_nothing_is_far_apart_unless_that_is_wished() -> None:
    assert proposals(by_meeting, Injective(random_network(6, 2), box(0, 1, 6))) == []


def test_on_a_grid_both_inputs_are_valid_images_and_one_of_them_is_the_real_one() -> None:
    f, on = load(path("digits.onnx")), grid(0, 16, 64)
    for sample in digits_samples()[:3]:
        found = pair(by_kernel, f, on, near=sample.pixels)
        assert found.x == sample.pixels
        assert contains(on, vector(found.y))
        assert found.distance <= 5


def test_on_integers_and_coarse_grids_the_step_is_whole() -> None:
    f = chain(3, affine([[2, 3, 5]]))
    for on in (Integers(3), Grid(point(0, 0, 0), point(60, 60, 60), point(3, 5, 2))):
        found = pair(by_kernel, f, on)
        assert contains(on, vector(found.y))


def test_a_prefix_that_collides_gives_exact_pairs_of_smooth_networks() -> None:
    for smooth in (Sigmoid(), Tanh(), Elu(Fraction(1), Fraction(1))):
        f = chain(3, affine([[1, 2, 3], [4, 5, 6]], [-1, -1]), Pointwise((smooth,) * 2), affine([[1, 1]]))
        assert pair(by_kernel, f, Reals(3)).value is None
    assert pair(by_kernel, chain(3, affine([[1, 2, 3], [1, 0, 0]]), Softmax(((0, 1),))), Reals(3)).value is None


def test_skips_maxima_and_products_are_passed_or_stopped_at() -> None:
    double = affine([[1, 1, 1], [1, -1, 0], [2, 0, 1]])
    residual = Network(3, (Node(double, (0,)), Node(Pointwise((RELU,) * 3), (1,)), Node(Sum(), (0, 2)), Node(affine([[1, 1, 0]]), (3,))))
    assert pair(by_kernel, residual, Reals(3)).value is not None
    assert pair(by_kernel, chain(4, Max(((0, 1), (2, 3)))), Reals(4)).distance > 0
    square = Network(2, (Node(affine([[1, 1]]), (0,)), Node(Product(), (1, 1))))
    assert pair(by_kernel, square, Reals(2)).distance > 0
    assert pair(by_kernel, chain(2, affine([[1, 0], [0, 0]]), Argmax()), Reals(2)).distance > 0


@pytest.mark.parametrize("seed", range(4))
def test_a_folded_square_network_has_a_pair_in_two_regions(seed: int) -> None:
    f = random_network(2, 12, 12, 2, seed=seed)
    signs = verdicts(by_determinants, Injective(f, box(-2, 2, 2)))
    assert all(isinstance(v, Refuted) for v in signs)
    if signs:
        assert pair(by_newton, f, box(-2, 2, 2)).distance > 0


def test_a_bijective_leaky_network_gets_neither_signs_nor_pairs() -> None:
    f = random_network(3, 3, 3, 3, activation=leaky_relu(Fraction(1, 10)))
    for engine in (by_determinants, by_newton, by_kernel):
        assert proposals(engine, Injective(f, box(-1, 1, 3))) == []


@pytest.mark.parametrize(
    ("f", "on"),
    [
        (layer(ABS), Reals(1)),
        (layer(RELU), box(-1, 1)),
        (chain(1, affine([[1], [1]], [0, -1]), Pointwise((RELU, RELU)), affine([[1, -2]])), Reals(1)),
        (chain(1, affine([["1/1000"]], ["-999/10"]), Pointwise((ABS,))), Reals(1)),
        (chain(1, affine([[0]])), Reals(1)),
    ],
    ids=["abs", "relu", "tent", "a turn at 99900", "constant"],
)
def test_a_graph_that_turns_back_is_found_by_walking(f: Network, on: Box | Reals) -> None:
    assert digits((pair(by_walking, f, on).x, pair(by_walking, f, on).y)) < 14


def test_a_strictly_monotone_graph_has_no_turn() -> None:
    f = chain(1, affine([[1], [1]], [0, -1]), Pointwise((RELU, RELU)), affine([[1, 1]]))
    assert proposals(by_walking, Injective(f, box("1/2", 3))) == []


def test_a_walk_shows_the_wished_input_where_it_lies_on_a_flat_piece() -> None:
    wish = point("-10/3")
    for on in (Reals(1), box(-5, 1)):
        found = pair(by_walking, layer(RELU), on, near=wish)
        assert found.x == wish
        assert found.distance <= 1


def test_newton_pairs_are_sought_for_only_where_they_can_be_made_exact() -> None:
    bowl = Network(2, (Node(Product(), (0, 0)), Node(affine([[1, 1], [1, -1]]), (1,))))
    assert proposals(by_newton, Injective(bowl, box(-1, 1, 2))) == []
