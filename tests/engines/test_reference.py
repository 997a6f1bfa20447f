"""The reference procedure: two copies in linear arithmetic, and the engine that asks it last."""

from fractions import Fraction

import pytest

from bijection.engines.pairs.reference import by_two_copies
from bijection.engines.proposal import Search
from bijection.exact.smt import two_copies
from bijection.verdict import Pair, Refuted
from proofs.activations import ABS, RELU, Sigmoid, Tanh, clip, leaky_relu
from proofs.domains import Box, Domain, Finite, Polytope, Reals, contains
from proofs.exact import vector
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Injective, MapsInto, Positive, Surjective
from tests.build import affine, box, chain, layer, point
from tests.engines.asking import proposals, random_network, verdicts

HALF = Fraction(1, 2)
FOLD = chain(1, affine([[1], [1]], [0, -1]), layer(RELU, RELU).nodes[0].op, affine([[1, -2]]))  # t on [0, 1], then 2 − t
RESIDUAL = Network(2, (Node(affine([[HALF, 0], [0, HALF]]), (0,)), Node(Pointwise((RELU,) * 2), (1,)), Node(Sum(), (0, 2))))
FOLDED = Network(2, (Node(affine([[-2, 0], [0, HALF]]), (0,)), Node(Pointwise((ABS,) * 2), (1,)), Node(Sum(), (0, 2))))
MAXIMUM = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Max(((0, 2), (1, 2), (0, 1))))
BESIDE = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(affine([[-1]]), (0,)), Node(Pointwise((RELU,)), (2,)), Node(Stack(), (1, 3))))
QUADRANT = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))

INJECTIVE: list[tuple[Network, Domain]] = [
    (FOLD, box(0, 1)),
    (RESIDUAL, Reals(2)),
    (MAXIMUM, Polytope(2, (point(1, 0), point(0, 1)), point(0, 0))),  # there x₁, x₂ ≥ x₁ + x₂ are both among the outputs
    (BESIDE, Reals(1)),
    (layer(leaky_relu(HALF), leaky_relu(HALF)), Reals(2)),
    (layer(ABS, ABS), QUADRANT),
    (layer(clip(Fraction(-1), Fraction(1))), box(-1, 1)),
    (chain(2, affine([[1, 1], [1, 2]])), Reals(2)),
    (layer(RELU), box(1, 1)),
    (layer(RELU), Polytope(1, (point(1), point(-1)), point(-2, 1))),  # empty
]
COLLIDING: list[tuple[Network, Domain]] = [
    (FOLD, box(0, 2)),
    (FOLDED, Reals(2)),
    (MAXIMUM, Reals(2)),
    (layer(RELU, RELU), box(-1, 1, 2)),
    (layer(ABS, ABS), Polytope(2, (point(-1, 0),), point(0))),
    (layer(clip(Fraction(-1), Fraction(1))), box(-1, "3/2")),
    (layer(leaky_relu(-HALF)), Reals(1)),
    (chain(2, affine([[1, 1], [2, 2]])), Reals(2)),
    (random_network(2, 4, 2), box(-5, 5, 2)),
    (random_network(3, 3, 2), Reals(3)),
]


@pytest.mark.parametrize(("f", "on"), INJECTIVE)
def test_there_is_no_pair_where_the_function_is_injective(f: Network, on: Domain) -> None:
    assert two_copies(f, on, 60) == "none"
    said: list[str] = []
    assert proposals(by_two_copies, Injective(f, on), report=said.append) == []
    assert said == ["z3 finds no pair, but gives no certificate"]


@pytest.mark.parametrize(("f", "on"), COLLIDING)
def test_a_pair_is_exact_and_inside(f: Network, on: Domain) -> None:
    (verdict,) = verdicts(by_two_copies, Injective(f, on))
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Pair)
    x, y = verdict.counterexample.x, verdict.counterexample.y
    assert x != y
    assert f(x) == f(y)
    assert contains(on, vector(x))
    assert contains(on, vector(y))


@pytest.mark.parametrize(
    "f",
    [
        layer(Sigmoid(), Tanh()),
        Network(2, (Node(Product(), (0, 0)),)),
        chain(2, Argmax()),
    ],
)
def test_what_is_not_piecewise_affine_is_unknown(f: Network) -> None:
    assert two_copies(f, Reals(2), 60) == "unknown"


def test_other_domains_are_unknown() -> None:
    assert two_copies(layer(RELU), Finite((point(-1), point(-2))), 60) == "unknown"


def test_effort_bounds_the_search() -> None:
    assert two_copies(random_network(3, 24, 8), box(-1, 1, 3), 60, effort=1000) == "unknown"


@pytest.mark.parametrize(
    "goal",
    [
        Injective(random_network(2, 65, 2), box(-1, 1, 2)),  # too large
        Injective(Network(0, ()), Reals(0)),
        Injective(layer(RELU), Finite((point(-1), point(-2)))),
        Surjective(layer(RELU), Reals(1), Reals(1)),
        MapsInto(layer(RELU), Reals(1), Reals(1)),
    ],
    ids=["large", "point", "finite", "onto", "into"],
)
def test_other_questions_are_left_to_others(goal: Positive) -> None:
    said: list[str] = []
    assert proposals(by_two_copies, goal, report=said.append) == []
    assert said == []


def test_nothing_is_asked_after_the_deadline() -> None:
    f = random_network(2, 4, 2)
    assert list(by_two_copies(Injective(f, Box(point(-5, -5), point(5, 5))), Search(deadline=0.0))) == []
