"""What a network is far away refutes, where its own regions are too many."""

import numpy as np

from bijection.engines.onto.recession import by_recession
from bijection.frontends.exact import dense
from bijection.verdict import Refuted
from proofs.activations import ABS, RELU
from proofs.domains import Reals
from proofs.network import Pointwise
from proofs.statements import Injective, Surjective
from proofs.theorems import Misses, Recession
from tests.build import affine, box, chain, layer
from tests.engines.asking import proposals, random_network, verdicts
from tests.networks.ground_truth import SQUARE

HAT = chain(1, affine([[1], [1]], [-1, 1]), Pointwise((ABS, ABS)), affine([[1, 1]], [-9]))


def test_what_fails_far_away_fails() -> None:
    for goal in (Surjective(HAT, Reals(1), Reals(1)), Injective(HAT, Reals(1))):
        proposal, *better = proposals(by_recession, goal)
        assert all(isinstance(p.evidence[0], Misses) for p in better)  # a value that the network itself misses
        assert isinstance(proposal.evidence[0], Recession)
        assert proposal.improvable
        verdict, *_ = verdicts(by_recession, goal)
        assert isinstance(verdict, Refuted)


def test_one_direction_of_kinks_has_few_regions_far_away() -> None:
    """2000 kinks in parallel: some thousand regions, of which two are left without the constants."""
    ones, bias = np.ones((2000, 2), np.float32), np.linspace(-1, 1, 2000).astype(np.float32)
    outer = np.vstack([np.full(2000, 1 / 2000), np.full(2000, 1 / 1000)]).astype(np.float32)
    f = chain(2, dense(ones, bias), Pointwise((RELU,) * 2000), dense(outer, np.zeros(2, np.float32)))
    (verdict,) = verdicts(by_recession, Surjective(f, Reals(2), Reals(2)))
    assert isinstance(verdict, Refuted)


def test_what_has_no_constants_or_no_recession_is_left_alone() -> None:
    for goal in (
        Surjective(SQUARE, Reals(2), Reals(2)),
        Surjective(layer(RELU), box(0, 1), Reals(1)),
        Injective(random_network(2, 5, 3), Reals(2)),
    ):
        assert proposals(by_recession, goal) == []
