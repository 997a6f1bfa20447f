"""Networks with their maxima written with units are the same functions."""

import random
from fractions import Fraction

import pytest

from proofs.activations import RELU
from proofs.domains import Labels, Reals
from proofs.errors import Malformed
from proofs.network import Max, Network, Node, Pointwise, Stack, Sum, Table
from proofs.statements import Injective, MapsInto, Not
from proofs.theorems import Collision, Separator, StaysInside, WithoutMaxima
from proofs.theorems.maxima import without_maxima
from tests.build import affine, box, chain, point
from tests.proofs.theorems.cases import proves, rejects

TWO = chain(2, Max(((0, 1),)))
SHARED = Network(2, (Node(Max(((0, 1), (1, 0))), (0,)), Node(Stack(), (0, 1)), Node(Max(((0, 1, 2, 3), (3,))), (2,)), Node(Sum(), (1, 3))))
NETWORKS = [
    TWO,
    chain(3, Max(((0, 1, 2), (2,), (1, 1, 0)))),
    chain(3, affine([[1, -2, 0], [0, 1, 1], [3, 0, -1], [1, 1, 1], [0, 0, 2]]), Max(((0, 1, 2, 3, 4), (4, 2))), affine([[1, -1]])),
    chain(2, Max(((1,), (0,)))),
    chain(2, Max(())),
    SHARED,
    chain(4, Max(((0, 1), (2, 3))), Pointwise((RELU, RELU)), Max(((1, 0),))),
]


@pytest.mark.parametrize("f", NETWORKS, ids=str)
def test_the_function_is_the_same(f: Network) -> None:
    g = without_maxima(f)
    assert not any(isinstance(node.op, Max) for node in g.nodes)
    rng = random.Random(0)
    for _ in range(50):
        x = tuple(Fraction(rng.randrange(-6, 7), rng.choice((1, 1, 3))) for _ in range(f.arity))
        assert g(x) == f(x)


def test_what_holds_of_it_holds() -> None:
    assert proves(Not(Injective(TWO, Reals(2))), WithoutMaxima(), Collision(point(0, 1), point(1, 0)))
    assert proves(MapsInto(TWO, box(0, 1, 2), box(-1, 2)), WithoutMaxima(), StaysInside())


def test_where_there_are_none_nothing_is_said() -> None:
    rejects("no maxima", Injective(chain(1, affine([[1]])), Reals(1)), WithoutMaxima())
    rejects("only networks in exact arithmetic", Injective(Table((0, 1)), Labels(2)), WithoutMaxima())


def test_a_subgoal_that_fails_is_not_saved() -> None:
    rejects("a separator shows", Not(Injective(TWO, Reals(2))), WithoutMaxima(), Separator(point(1)))


def test_a_maximum_over_coordinates_that_are_not_there_is_no_network() -> None:
    with pytest.raises(Malformed):
        chain(2, Max(((0, 2),)))
