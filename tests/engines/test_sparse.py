"""Pairs that differ in few coordinates."""

from fractions import Fraction

import pytest

from bijection.engines.pairs.sparse import by_few_coordinates
from bijection.verdict import Pair
from bijection.wishes import Near, Sparse
from proofs.activations import RELU, Sigmoid
from proofs.domains import Domain, Point, Reals
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


def test_other_wishes_and_injective_networks_get_nothing() -> None:
    assert proposals(by_few_coordinates, Injective(random_network(N, 4), BOX), wish=Near(GREY)) == []
    square = chain(2, affine([[1, 0], [0, 1]]))
    assert proposals(by_few_coordinates, Injective(square, box(0, 1, 2)), wish=Sparse(point(0, 0))) == []
    assert proposals(by_few_coordinates, Injective(chain(2, affine([[1, 1]])), box(0, 0, 2)), wish=Sparse(point(0, 0))) == []
