"""Pairs with a meaning: symmetric about the middle, far apart, or one close to each of two inputs."""

import time
from fractions import Fraction

import numpy as np
import pytest

from bijection.engines.pairs.equal import Aim, improved, meeting
from bijection.engines.pairs.meeting import by_meeting
from bijection.engines.proposal import Search
from bijection.exact.floating import floats
from bijection.verdict import Pair, Refuted
from bijection.wishes import Antipodal, Apart, Between, Wish
from proofs.activations import RELU, Activation, Sigmoid, leaky_relu
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.network import Max, Network, Node, Pointwise, Softmax
from proofs.statements import Injective
from tests.build import affine, box, chain, point
from tests.engines.asking import proposals, random_network, verdicts

N = 100
RNG = np.random.default_rng(2)
FIRST, SECOND = (tuple(Fraction(int(t), 255) for t in RNG.integers(0, 256, N)) for _ in range(2))


def pair(f: Network, wish: Wish, on: Domain | None = None) -> Pair:
    """The pair that the kernel has accepted."""
    (verdict,) = verdicts(by_meeting, Injective(f, on or box(0, 1, f.arity)), wish=wish)
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Pair)
    return verdict.counterexample


def moved(x: Point, wish: Point) -> Fraction:
    """The largest change."""
    return max(abs(a - b) for a, b in zip(x, wish, strict=True))


@pytest.mark.parametrize("activation", [RELU, leaky_relu(Fraction(1, 10)), Sigmoid()], ids=["relu", "leaky", "sigmoid"])
def test_symmetric_pairs_flip_a_pixel_from_black_to_white(activation: Activation) -> None:
    found = pair(random_network(N, 12, 12, 5, activation=activation), Antipodal())
    assert found.distance == 1
    assert all(a + b == 1 for a, b in zip(found.x, found.y, strict=True))


def test_the_middle_is_that_of_the_box_and_the_pixel_on_its_longest_side() -> None:
    on = Box(point(*[-1] * 8), point(*[3] * 7, 5))
    found = pair(random_network(8, 9, 3), Antipodal(), on)
    assert found.distance == 6
    assert [a + b for a, b in zip(found.x, found.y, strict=True)] == [*[2] * 7, 4]


def test_far_pairs_are_as_far_apart_as_the_box_allows() -> None:
    assert pair(random_network(N, 12, 5), Apart()).distance == 1


@pytest.mark.parametrize("activation", [RELU, leaky_relu(Fraction(1, 10)), Sigmoid()], ids=["relu", "leaky", "sigmoid"])
def test_two_images_are_moved_little_until_they_meet(activation: Activation) -> None:
    found = pair(random_network(N, 12, 12, 5, activation=activation), Between(FIRST, SECOND))
    changes = moved(found.x, FIRST), moved(found.y, SECOND)
    assert max(changes) < Fraction(1, 4)
    assert found.distance > Fraction(1, 2)


def test_layers_of_every_piecewise_affine_kind_and_a_smooth_end() -> None:
    first = random_network(N, 20, activation=RELU)
    groups = tuple((i, i + 1) for i in range(0, 20, 2))
    f = Network(N, (*first.nodes, Node(Pointwise((RELU,) * 20), (1,)), Node(Max(groups), (2,)), Node(Softmax((tuple(range(10)),)), (3,))))
    assert pair(f, Between(FIRST, SECOND)).value is None
    assert pair(f, Antipodal()).distance == 1


def test_dependent_outputs_and_outputs_that_never_change() -> None:
    f = chain(3, affine([[1, 2, 3], [2, 4, 6], [0, 0, 0]], [1, 0, 5]))
    assert pair(f, Antipodal()).distance == 1
    assert pair(chain(2, affine([[0, 0]])), Between(point(0, 1), point(1, 0))).value == point(0)


def test_injective_networks_get_no_pair() -> None:
    same = chain(2, affine([[1, 0], [0, 1]]))
    for wish in (Apart(), Antipodal(), Between(point(0, 0), point(1, 1))):
        assert proposals(by_meeting, Injective(same, box(0, 1, 2)), wish=wish) == []
    for other in (Apart(), Antipodal(), Between(point(0, 0), point(0, 0))):
        assert proposals(by_meeting, Injective(same, Box(point(0, 0), point(0, 0))), wish=other) == []


def test_two_images_that_collide_already_stay() -> None:
    found = pair(chain(2, affine([[1, 1]])), Between(point(0, 1), point(1, 0)))
    assert (found.x, found.y) == (point(0, 1), point(1, 0))


def test_without_a_wish_or_time_nothing_is_sought() -> None:
    goal = Injective(random_network(N, 5), box(0, 1, N))
    assert proposals(by_meeting, goal) == []
    assert list(by_meeting(goal, Search(time.monotonic() - 1, wish=Antipodal()))) == []


TRIANGLE = Polytope(3, (point(-1, 0, 0), point(0, -1, 0), point(0, 0, -1), point(1, 2, 3)), point(0, 0, 0, 6))


def test_no_change_of_all_coordinates_by_less_makes_an_affine_map_equal() -> None:
    f = chain(2, affine([[1, 3]]))  # the outputs 0 and 4 meet if each moves by half of 4, and an output moves by 4 times the change
    found = pair(f, Between(point(0, 0), point(1, 1)), box(-1, 2, 2))
    most = max(moved(found.x, point(0, 0)), moved(found.y, point(1, 1)))
    assert Fraction(1, 2) <= most <= Fraction(52, 100)


def test_a_pair_is_led_through_the_regions_to_the_least_change() -> None:
    rng = np.random.default_rng(5)
    for seed in range(4):
        f = random_network(6, 16, 2, seed=seed)
        a, b = (tuple(Fraction(int(t), 8) for t in rng.integers(0, 9, 6)) for _ in range(2))
        found = pair(f, Between(a, b))
        state = meeting(f, box(0, 1, 6))
        assert state is not None
        aim = Aim(floats(a + b), np.zeros(12))
        again = improved(state, floats(found.x + found.y), aim, Search(time.monotonic() + 60))
        assert aim(again) > 0.96 * float(max(moved(found.x, a), moved(found.y, b)))


def test_without_bounds_nobody_goes_further_than_half_way() -> None:
    first, second = point(3, 0, 1), point(-5, 2, 2)
    found = pair(random_network(3, 8, 2), Between(first, second), Reals(3))
    assert max(moved(found.x, first), moved(found.y, second)) <= 5


def test_in_a_polytope_pairs_are_pulled_apart_and_led_together() -> None:
    f = random_network(3, 8, 1)
    assert pair(f, Apart(), TRIANGLE).distance > Fraction(29, 10)
    first, second = point(5, 0, 0), point(0, "5/2", 0)
    found = pair(f, Between(first, second), TRIANGLE)
    assert max(moved(found.x, first), moved(found.y, second)) < Fraction(5, 2)


def test_a_flat_polytope_has_no_inside_to_look_into() -> None:
    line = Polytope(2, (point(1, -1), point(-1, 1), point(1, 0), point(-1, 0)), point(0, 0, 1, 1))
    assert proposals(by_meeting, Injective(chain(2, affine([[1, 1]])), line), wish=Apart()) == []
    half = Polytope(100, (point(*[1] * 100),), point(0))
    assert proposals(by_meeting, Injective(random_network(100, 4), half), wish=Apart()) == []


@pytest.mark.parametrize("seed", range(8))
def test_one_input_more_than_outputs_is_enough_for_a_symmetric_pair(seed: int) -> None:
    found = pair(random_network(3, 10, 2, seed=seed), Antipodal(), box(-1, 1, 3))
    assert found.distance == 2
    assert all(a + b == 0 for a, b in zip(found.x, found.y, strict=True))
