"""Two images of a grid with one output: kernel lattices, dead and quiet units, and counting where no pair can be shown."""

import re
import time
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from bijection.engines.grids.between import by_lattice_between
from bijection.engines.grids.finite import by_counting
from bijection.engines.grids.lattice import by_lattice
from bijection.engines.grids.quiet import quiet_points
from bijection.engines.local import slopes, usable_cuts
from bijection.engines.pairs.unseen import by_unseen_inputs
from bijection.engines.proposal import OBSTACLE, Search
from bijection.verdict import Pair, Refuted
from bijection.wishes import Between, Near, Sparse, Wish, cost
from proofs.activations import RELU, Activation, Sigmoid, leaky_relu
from proofs.domains import Grid, Point
from proofs.network import Affine, Max, Network, Node, Pointwise, Row, Softmax, Stack, Sum
from proofs.statements import Injective
from tests.build import affine, box, chain, grid, point
from tests.engines.asking import proposals, random_network, verdicts

N = 100
IMAGE: Point = tuple(Fraction(int(t)) for t in np.random.default_rng(1).integers(0, 256, N))
BLACK: Point = point(*[0] * N)
GREY = grid(0, 255, N)


def pair(f: Network, on: Grid = GREY, wish: Wish | None = None) -> Pair:
    """The pair that the kernel has accepted."""
    (verdict,) = verdicts(by_lattice, Injective(f, on), wish=wish)
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Pair)
    return verdict.counterexample


def farthest(found: Pair, wish: Point) -> Fraction:
    """The largest change of a coordinate."""
    return max(abs(a - b) for p in (found.x, found.y) for a, b in zip(p, wish, strict=True))


def changed(found: Pair, wish: Point) -> int:
    """The number of coordinates that change."""
    return sum(len({a, b, c}) > 1 for a, b, c in zip(found.x, found.y, wish, strict=True))


@pytest.mark.parametrize("activation", [RELU, leaky_relu(Fraction(1, 10))])
def test_deep_networks_collide_on_images(activation: Activation) -> None:
    found = pair(random_network(N, 6, 6, 4, activation=activation))
    assert 0 < found.distance < 128


def test_what_follows_may_be_smooth() -> None:
    f = random_network(N, 5)
    for op in (Pointwise((Sigmoid(),) * 5), Softmax((tuple(range(5)),))):
        assert pair(Network(N, (*f.nodes, Node(op, (1,))))).distance < 128


@pytest.mark.parametrize("image", [IMAGE, BLACK], ids=["grey", "black"])
def test_wishes_are_met_each_in_its_own_measure(image: Point) -> None:
    f = random_network(N, 6, 4)
    near, sparse = pair(f, wish=Near(image)), pair(f, wish=Sparse(image))
    assert farthest(near, image) < farthest(sparse, image)
    assert changed(sparse, image) <= changed(near, image)
    assert changed(sparse, image) < 40


def test_a_pixel_that_only_inactive_units_read_is_enough() -> None:
    w = [[-1, 1, *[0] * (N - 2)], [0, 1, *[1] * (N - 2)]]
    found = pair(chain(N, affine(w), Pointwise((RELU,) * 2)), wish=Near((Fraction(9), *BLACK[1:])))
    assert [j for j in range(N) if found.x[j] != found.y[j]] == [0]


def test_behind_the_first_layer_few_units_are_active_after_a_descent() -> None:
    f = random_network(N, 500, 24, seed=3)
    f = Network(N, (*f.nodes, Node(Pointwise((RELU,) * 24), (len(f.nodes),))))
    active = [len(slopes(f, p, 4)[0]) for p in (IMAGE, *quiet_points(f, GREY, IMAGE, Search(time.monotonic() + 60)))]
    assert min(active) < active[0] / 2


def test_where_no_vector_is_short_enough_the_equations_are_named() -> None:
    lines: list[str] = []
    f = random_network(N, 40, activation=leaky_relu(Fraction(1, 2)))
    assert proposals(by_lattice, Injective(f, GREY), report=lines.append) == []
    (line,) = [line for line in lines if line.startswith(OBSTACLE)]
    assert re.fullmatch(
        r"obstacle: 40 equations in 100 inputs must hold after operation 1, and the solutions within reach have steps of about 2\^\d+, "
        r"more than the 255 of the grid",
        line,
    )


def test_where_too_many_units_are_active_a_quieter_image_is_found() -> None:
    f = random_network(N, 24, 24, 24, seed=3)
    assert not any(proposals(by_lattice, Injective(random_network(N, 40, activation=leaky_relu(Fraction(1, 2))), GREY)))
    x = tuple(Fraction(128) for _ in range(N))
    active = [len(slopes(f, p, 2)[0]) for p in (x, *quiet_points(f, GREY, x, Search(time.monotonic() + 60)))]
    assert min(active) < active[0] / 2
    assert pair(f).distance < 256


def test_a_base_that_is_one_too_small() -> None:
    found = pair(chain(3, affine([[1, 255, 65025]])), grid(0, 255, 3))
    assert found.distance == 255


def test_counting_goes_inside_where_the_outputs_are_smooth() -> None:
    f = random_network(N, 3)
    goal = Injective(Network(N, (*f.nodes, Node(Pointwise((Sigmoid(),) * 3), (1,)))), grid(0, 255, N))
    (verdict,) = verdicts(by_counting, goal)
    assert verdict.counterexample is None
    assert [b.name for b in verdict.rests_on] == ["PrefixCollides", "GridCount"]


def test_unseen_pixels_of_a_grid() -> None:
    rows = tuple(Row((i, i + 1), (-2, 1), 100) for i in range(N - 1))
    f = chain(N, Affine(N, rows, 1), Pointwise((RELU,) * (N - 1)))
    for wish in (None, Near(IMAGE)):
        (verdict,) = verdicts(by_unseen_inputs, Injective(f, GREY), wish=wish)
        assert isinstance(verdict.counterexample, Pair)
        assert all(t.denominator == 1 for t in verdict.counterexample.y)


@pytest.mark.parametrize("activation", [RELU, leaky_relu(Fraction(1, 10))])
def test_two_given_images_meet_and_stay_on_the_grid(activation: Activation) -> None:
    second: Point = tuple(Fraction(int(t)) for t in np.random.default_rng(7).integers(0, 256, N))
    (verdict,) = verdicts(by_lattice_between, Injective(random_network(N, 4, 4, activation=activation), GREY), wish=Between(IMAGE, second))
    found = verdict.counterexample
    assert isinstance(found, Pair)
    assert max(abs(a - b) for p, q in ((found.x, IMAGE), (found.y, second)) for a, b in zip(p, q, strict=True)) < 100
    assert found.distance > 100


def test_images_that_cannot_meet_get_no_pair() -> None:
    goal = Injective(chain(2, affine([[1, 0], [0, 1]])), grid(0, 9, 2))
    assert proposals(by_lattice_between, goal, wish=Between(point(0, 0), point(9, 9))) == []
    assert proposals(by_lattice_between, goal) == []
    assert proposals(by_lattice_between, Injective(random_network(3, 2), box(0, 9, 3)), wish=Between(point(0, 0, 0), point(9, 9, 9))) == []


def test_slopes_are_those_of_the_linear_region() -> None:
    skip = Network(2, (
        Node(affine([[1, -1], [2, 0], [0, 3]]), (0,)), Node(Pointwise((RELU,) * 3), (1,)), Node(affine([["1/3", 0, 1]]), (2,)),
        Node(affine([["1/2", "1/5"]]), (0,)), Node(Sum(), (3, 4)), Node(Stack(), (5, 0)), Node(Max(((0, 1), (2,))), (6,)),
    ))  # fmt: skip
    rows, unsettled = slopes(skip, point(1, 3), 7)
    assert rows == [[5, 32], [0, 1]]  # 1/2 and 1/5 + 3, as 5/10 and 32/10
    assert unsettled == [False, False]
    assert slopes(skip, point(1, 1), 7)[1] == [True, True]  # on the border of the first unit
    assert usable_cuts(skip) == [7]


def test_nothing_is_proposed_on_other_domains_or_without_hope() -> None:
    assert proposals(by_lattice, Injective(random_network(70, 3), box(0, 1, 70))) == []
    assert proposals(by_lattice, Injective(random_network(3, 2), grid(0, 9, 3))) == []
    assert proposals(by_lattice, Injective(chain(3, affine([[1, 256, 65536]])), grid(0, 255, 3))) == []
    assert proposals(by_lattice, Injective(random_network(N, N), GREY)) == []


@pytest.mark.parametrize("wish", [Near(point(2, 2, 0)), Sparse(point(2, 2, 0))])
def test_where_all_points_are_tried_no_pair_meets_the_wish_better(wish: Near | Sparse) -> None:
    f, on = chain(3, affine([[3, -2, 5]])), grid(0, 3, 3)
    points = [point(*p) for p in product(range(4), repeat=3)]
    same = [(x, y) for x, y in combinations(points, 2) if sum(a * (p - q) for a, p, q in zip((3, -2, 5), x, y, strict=True)) == 0]
    (verdict,) = verdicts(by_counting, Injective(f, on), wish=wish)[-1:]
    assert isinstance(verdict.counterexample, Pair)
    assert cost(wish, verdict.counterexample.x, verdict.counterexample.y) == min(cost(wish, x, y) for x, y in same)
