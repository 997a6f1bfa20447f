"""Pairs of boxes: what they prove is true, they prove what is not too close to a collision, and they give up otherwise."""

import pytest

from bijection.engines.complete.box_pairs import by_box_pairs, few_cells
from bijection.verdict import Proved
from proofs.activations import ABS, RELU, Activation, clip, leaky_relu
from proofs.domains import Reals
from proofs.network import Network, Node, Stack
from proofs.statements import Injective, Surjective
from tests.benchmark.suite import instance
from tests.build import affine, box, chain, layer, q
from tests.engines.asking import proposals, random_network, verdicts
from tests.networks.truth import OutOfReach, truth


@pytest.mark.parametrize("name", ["shallow 2-32-5 #1", "shallow 2-16-5 #1", "residual 2-16 above #1"])
def test_shallow_networks_are_proved(name: str) -> None:
    asked = instance(name)
    (verdict,) = verdicts(by_box_pairs, Injective(asked.f, asked.on))
    assert isinstance(verdict, Proved)
    assert [basis.name for basis in verdict.rests_on] == ["SeparatedBoxes"]


@pytest.mark.parametrize("unit", [RELU, ABS, leaky_relu(q("1/10")), clip(q(-1), q(1))], ids=["relu", "abs", "leaky", "clip"])
def test_it_proves_nothing_that_is_false(unit: Activation) -> None:
    proved = 0
    for seed in range(6):
        goal = Injective(beside(random_network(2, 4, 3, seed=seed, activation=unit)), box(-1, 1, 2))
        try:
            holds = truth(goal)
        except OutOfReach:
            continue
        found = verdicts(by_box_pairs, goal)
        assert not found or holds
        proved += len(found)
    assert proved


def beside(f: Network) -> Network:
    """x ↦ (f(x), x₁): injective more often."""
    return Network(f.arity, (*f.nodes, Node(affine([[1, 0]]), (0,)), Node(Stack(), (len(f.nodes), len(f.nodes) + 1))))


def test_where_a_layer_bends_to_nothing_it_gives_up() -> None:
    assert not proposals(by_box_pairs, Injective(layer(ABS), box(-1, 1)))
    both = chain(1, affine([[1], [-1]]), layer(RELU, RELU).nodes[0].op)  # injective, but slopes chosen at will may be 0 at 0
    assert not proposals(by_box_pairs, Injective(both, box(-1, 1)))


def test_sides_that_are_no_binary_fractions() -> None:
    f = chain(1, affine([["1/3"], ["1/7"]], ["-1/9", 0]), layer(RELU, leaky_relu(q("1/5"))).nodes[0].op)
    (verdict,) = verdicts(by_box_pairs, Injective(f, box("-1/3", "9/7")))
    assert isinstance(verdict, Proved)


def test_other_questions_are_left_alone() -> None:
    two = random_network(2, 4, 4, 3, seed=1)
    for goal in (
        Injective(two, box(-1, 1, 2)),
        Injective(layer(RELU, RELU), Reals(2)),
        Surjective(layer(RELU), box(-1, 1), box(0, 1)),
        Injective(chain(2, affine([[1, 1]])), box(-1, 1, 2)),
    ):
        assert not proposals(by_box_pairs, goal)


def test_where_cells_are_few_they_are_a_way_too() -> None:
    assert few_cells(32, 2)
    assert not few_cells(128, 4)


def test_the_same_question_has_the_same_answer() -> None:
    asked = instance("shallow 2-32-5 #1")
    first, second = (proposals(by_box_pairs, Injective(asked.f, asked.on)) for _ in range(2))
    assert first[0].evidence == second[0].evidence
