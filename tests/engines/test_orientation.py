"""Square networks on ℝⁿ are decided by the signs of their cells and the preimages of one value."""

import random

import pytest

from bijection.engines.complete.orientation import by_injectivity, by_orientation
from bijection.engines.pairs.determinants import by_determinants
from bijection.verdict import Pair, Proved, Refuted
from proofs.activations import ABS, RELU, Sigmoid, leaky_relu
from proofs.domains import Reals
from proofs.network import Pointwise
from proofs.statements import Injective, Surjective
from proofs.theorems import InjectiveIsBijective, NonzeroDegree, OnePreimage, OppositeDeterminants, OppositeOrientations
from tests.benchmark.bijectivity import hidden
from tests.build import affine, box, chain, layer, q
from tests.engines.asking import proposals, random_network, verdicts
from tests.networks.build import with_absolute
from tests.networks.ground_truth import SQUARE
from tests.networks.truth import OutOfReach, truth
from tests.proofs.theorems.test_orientation import random_square

PLANE = Reals(2)


@pytest.mark.parametrize(("n", "h"), [(2, 16), (3, 12)])
def test_hidden_structure_is_decided(n: int, h: int) -> None:
    answers = set()
    for seed, gain in enumerate((0.3, 0.5, 9.0)):
        for verdict in verdicts(by_orientation, Injective(hidden(n, h, gain, seed), Reals(n))):
            answers.add(type(verdict))
            assert not isinstance(verdict, Refuted) or verdict.counterexample is None or isinstance(verdict.counterexample, Pair)
    assert answers == {Proved, Refuted}


def test_degree_two_is_said_with_two_preimages() -> None:
    (verdict,) = verdicts(by_orientation, Injective(SQUARE, PLANE))
    assert isinstance(verdict, Refuted)
    assert "degree is 2" in verdict.because
    assert isinstance(verdict.counterexample, Pair)
    (proposal,) = proposals(by_orientation, Surjective(SQUARE, PLANE, PLANE))
    assert isinstance(proposal.evidence[0], NonzeroDegree)


def test_a_fold_is_shown_by_its_signs_and_then_by_a_pair() -> None:
    f = with_absolute([[2, 1], [0, 1]], [[1, 1], [1, "-3/2"]])
    first, second = verdicts(by_orientation, Injective(f, PLANE))
    assert isinstance(first, Refuted)
    assert first.counterexample is None
    assert isinstance(second.counterexample, Pair)  # type: ignore[union-attr]


def test_a_singular_cell_collapses() -> None:
    (verdict,) = verdicts(by_orientation, Injective(layer(RELU, RELU), PLANE))
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Pair)


def test_what_is_not_asked_about_the_whole_space_or_not_square_is_left_alone() -> None:
    for goal in (
        Injective(SQUARE, box(0, 1, 2)),
        Surjective(SQUARE, box(0, 1, 2), PLANE),
        Injective(random_network(2, 4, 3), PLANE),
        Injective(layer(Sigmoid()), Reals(1)),
        Surjective(layer(Sigmoid()), Reals(1), Reals(1)),
    ):
        assert proposals(by_orientation, goal) == []
        assert proposals(by_injectivity, goal) == []


def test_injective_layers_make_a_wide_network_onto() -> None:
    f = random_network(24, 24, 24, seed=3, activation=leaky_relu(q("1/8")))
    (proposal, *_) = proposals(by_injectivity, Surjective(f, Reals(24), Reals(24)))
    assert isinstance(proposal.evidence[0], InjectiveIsBijective)


def test_nothing_has_to_be_believed_about_determinants_of_piecewise_affine_networks() -> None:
    (proposal,) = proposals(by_determinants, Injective(layer(ABS), Reals(1)))
    assert isinstance(proposal.evidence[0], OppositeOrientations)
    assert not isinstance(proposal.evidence[0], OppositeDeterminants)


@pytest.mark.parametrize("seed", range(6))
def test_z3_agrees_on_random_square_networks(seed: int) -> None:
    """Complete for injectivity; what is proved onto is onto."""
    rng = random.Random(f"square engine {seed}")
    for _ in range(6):
        f = random_square(rng)
        space = Reals(f.arity)
        *_, verdict = verdicts(by_orientation, Injective(f, space))
        onto = verdicts(by_orientation, Surjective(f, space, space))
        try:
            assert isinstance(verdict, Proved) is truth(Injective(f, space), 20), f
            assert not onto or truth(Surjective(f, space, space), 20), f
        except OutOfReach:
            continue


def test_one_preimage_is_what_proves_injectivity() -> None:
    f = chain(2, affine([[1, 2], [0, 1]], [0, 1]), Pointwise((leaky_relu(q("1/2")),) * 2))
    (proposal,) = proposals(by_orientation, Injective(f, PLANE))
    assert isinstance(proposal.evidence[0], OnePreimage)
    assert proposal.claim == Injective(f, PLANE)
