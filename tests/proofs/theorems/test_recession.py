"""Recession: what fails far away fails; the converses are false, and so is the rule for injectivity into more dimensions."""

import random

import pytest

from proofs.activations import ABS, IDENTITY, RELU, Sigmoid, clip
from proofs.domains import Reals
from proofs.errors import Rejected
from proofs.network import Pointwise
from proofs.statements import Injective, Not, Surjective
from proofs.subdivision import recession
from proofs.theorems import Collision, Misses, Recession, Separator
from tests.build import affine, box, chain, layer, point, q
from tests.networks.ground_truth import GROUND_TRUTH
from tests.networks.truth import truth
from tests.proofs.cells import random_question
from tests.proofs.theorems.cases import proves, rejects

LINE = Reals(1)
HAT = chain(1, affine([[1], [1]], [-1, 1]), Pointwise((ABS, ABS)), affine([[1, 1]], [-9]))


def test_what_is_not_onto_or_not_injective_far_away_is_not() -> None:
    assert proves(Not(Surjective(HAT, LINE, LINE)), Recession(), Misses(point(-1)), Separator(point(1)))
    assert proves(Not(Injective(HAT, LINE)), Recession(), Collision(point(5), point(-5)))


def test_the_rules_that_are_false() -> None:
    """G4: injective, though far away it folds. G5: onto far away, not onto."""
    bent = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))
    rejects("may collide", Not(Injective(bent, LINE)), Recession(), Collision(point(1), point(-1)))
    hole = GROUND_TRUTH["G5 hole: onto"].statement.f
    assert truth(Surjective(recession(hole), Reals(2), Reals(2)), 20)
    assert not truth(Surjective(hole, Reals(2), Reals(2)), 20)


@pytest.mark.parametrize(
    "claim",
    [
        Surjective(HAT, LINE, LINE),
        Injective(HAT, LINE),
        Not(Surjective(HAT, box(0, 1), LINE)),
        Not(Surjective(HAT, LINE, box(0, 1))),
        Not(Injective(HAT, box(0, 1))),
        Not(Surjective(layer(Sigmoid()), LINE, LINE)),
    ],
    ids=str,
)
def test_other_goals_are_rejected(claim: Surjective | Injective | Not) -> None:
    with pytest.raises(Rejected):
        proves(claim, Recession(), Misses(point(-1)), Separator(point(1)))


@pytest.mark.parametrize("seed", range(4))
def test_z3_agrees_on_random_networks(seed: int) -> None:
    rng = random.Random(f"recession {seed}")
    for _ in range(6):
        f, _ = random_question(rng, 2)
        if f.arity > 2 or f.width > 2:
            continue
        far, n, m = recession(f), Reals(f.arity), Reals(f.width)
        assert truth(Surjective(far, n, m), 20) or not truth(Surjective(f, n, m), 20)
        assert f.arity != f.width or truth(Injective(far, n), 20) or not truth(Injective(f, n), 20)


def test_the_recession_of_a_layer() -> None:
    f = chain(1, affine([[2]], [7]), Pointwise((clip(q(0), q(6)),)))
    assert recession(f)((5,)) == (0,)
    assert recession(layer(RELU, IDENTITY))((-3, -4)) == (0, -4)
