"""Pairs that differ in few coordinates."""

from fractions import Fraction

import pytest

from bijection.engines.pairs.sparse import by_few_coordinates
from bijection.questions import decide
from bijection.verdict import Pair
from bijection.wishes import Apart, Near, Sparse, cost
from proofs.activations import ABS, RELU, Sigmoid, leaky_relu
from proofs.domains import Domain, Point, Polytope, Reals
from proofs.network import Network, Node, Pointwise
from proofs.statements import Injective
from tests.build import affine, box, chain, point
from tests.engines.asking import digits, proposals, random_network, verdicts

N = 40
GREY: Point = tuple(Fraction(i + 1, N + 2) for i in range(N))
BOX = box(0, 1, N)


def changed(f: Network, x: Point, on: Domain) -> int:
    """How many coordinates differ, x being the wished input."""
    (verdict,) = verdicts(by_few_coordinates, Injective(f, on), wish=Sparse(x))
    pair = verdict.counterexample
    assert isinstance(pair, Pair)
    assert pair.x == x
    return sum(a != b for a, b in zip(pair.x, pair.y, strict=True))


@pytest.mark.parametrize("on", [BOX, Reals(N)], ids=["box", "reals"])
def test_one_more_than_there_are_equations(on: Domain) -> None:
    assert changed(random_network(N, 20, 20, 4), GREY, on) <= 5
    assert changed(chain(N, affine([[1] * N])), GREY, on) == 2


def test_a_coordinate_that_no_active_unit_reads_is_enough() -> None:
    f = chain(3, affine([[1, 1, 0], [0, 1, -1]]), Pointwise((RELU,) * 2))
    assert changed(f, point(0, 0, "1/2"), box(0, 1, 3)) == 1


def test_a_smooth_end_does_not_matter() -> None:
    f = random_network(N, 3)
    assert changed(Network(N, (*f.nodes, Node(Pointwise((Sigmoid(),) * 3), (1,)))), GREY, BOX) <= 4


def test_many_inputs_get_close_pairs_in_short_numbers() -> None:
    x = tuple(Fraction(i % 9 + 1, 10) for i in range(100))
    f = random_network(100, 12, 12, 4)
    (verdict,) = verdicts(by_few_coordinates, Injective(f, box(0, 1, 100)), wish=Near(x))
    pair = verdict.counterexample
    assert isinstance(pair, Pair)
    assert pair.x == x
    assert pair.distance <= Fraction(1, 8)
    assert digits([tuple(a - b for a, b in zip(pair.y, pair.x, strict=True))]) < 20


def near(f: Network, x: Point, on: Domain) -> Fraction:
    """The largest change of a coordinate, of the pair that stands at the end."""
    verdict = decide(Injective(f, on), wish=Near(x), within=None)
    assert isinstance(verdict.counterexample, Pair)
    return cost(Near(x), verdict.counterexample.x, verdict.counterexample.y)


@pytest.mark.parametrize("x", [point(0, 0, 0), point(1, 1, 1), point(0, 1, "1/2"), point("1/4", "1/4", "1/4")], ids=str)
@pytest.mark.parametrize(
    "on", [box(0, 1, 3), Reals(3), Polytope(3, (point(1, 1, 1), point(-1, 0, 0)), point(3, 0))], ids=["box", "ℝ³", "polytope"]
)
def test_few_inputs_get_close_pairs_on_every_convex_domain_also_between_regions(x: Point, on: Domain) -> None:
    f = chain(3, affine([[1, 2, 3], [1, 0, -1], [1, 1, 0]]), Pointwise((RELU,) * 3), affine([[1, 1, 1], [0, 1, 2]]))  # at 0 all units turn
    assert near(f, x, on) <= Fraction(1, 8)


def test_where_no_pair_is_close_it_comes_as_close_as_the_fold_lies() -> None:
    fold = chain(2, affine([[1, 0], [0, 1]], [-1, 0]), Pointwise((ABS, leaky_relu(Fraction(1, 2)))))  # folds where the first input is 1
    found = near(fold, point("1/4", 0), box(-2, 4, 2))
    assert Fraction(3, 4) < found < Fraction(9, 10)
    assert near(fold, point("1/4", 0), Reals(2)) < 1


def test_other_wishes_and_injective_networks_get_nothing() -> None:
    assert proposals(by_few_coordinates, Injective(random_network(N, 4), BOX), wish=Apart()) == []
    square = chain(2, affine([[1, 0], [0, 1]]))
    assert proposals(by_few_coordinates, Injective(square, box(0, 1, 2)), wish=Sparse(point(0, 0))) == []
    assert proposals(by_few_coordinates, Injective(chain(2, affine([[1, 1]])), box(0, 0, 2)), wish=Sparse(point(0, 0))) == []
