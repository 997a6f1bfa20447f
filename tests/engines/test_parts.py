"""Compositions of bijective parts, and of parts that fold: each part is decided by itself."""

from fractions import Fraction

import numpy as np
import pytest

from bijection.engines.pairs.parts import by_parts
from bijection.verdict import Proved, Refuted
from proofs.activations import RELU, leaky_relu
from proofs.compose import compose
from proofs.domains import Reals
from proofs.network import Network, Pointwise
from proofs.statements import Injective
from tests.build import affine, box, chain, layer
from tests.engines.asking import proposals, verdicts
from tests.engines.test_representatives import absolute, normal
from tests.networks.ground_truth import SQUARE, lcp, murty

LEAKY = chain(2, affine([[2, 1], [1, 1]]), Pointwise((leaky_relu(Fraction(1, 2)),) * 2))


def names(f: Network) -> list[str]:
    """The theorems of the engine's one verdict about f."""
    (verdict,) = verdicts(by_parts, Injective(f, Reals(f.arity)))
    return [step.name for step in verdict.evidence]


def test_parts_that_are_all_injective() -> None:
    (verdict,) = verdicts(by_parts, Injective(compose(lcp(murty(2)), compose(LEAKY, lcp(murty(2)))), Reals(2)))
    assert isinstance(verdict, Proved)


@pytest.mark.parametrize("n", [2, 40])
def test_a_part_that_folds_behind_one_that_is_onto(n: int) -> None:
    good, bad = (absolute(factor * normal(n, 3) / np.linalg.norm(normal(n, 3), 2)) for factor in (0.9, 4.0))
    for f, first in ((compose(bad, good), "SuffixCollides"), (compose(good, bad), "PrefixCollides")):
        (verdict,) = verdicts(by_parts, Injective(f, Reals(n)))
        assert isinstance(verdict, Refuted)
        assert verdict.evidence[0].name == first


def test_a_part_that_folds_between_two_others() -> None:
    assert names(compose(LEAKY, compose(SQUARE, lcp(murty(2)))))[0] == "SuffixCollides"


def test_nothing_is_said_about_one_part_other_sets_or_parts_that_stay_open() -> None:
    assert not proposals(by_parts, Injective(layer(RELU, RELU), Reals(2)))
    assert not proposals(by_parts, Injective(compose(LEAKY, LEAKY), box(-1, 1, 2)))
