"""A fold behind a smooth layer refutes, although the inputs that collide are not rational."""

import pytest

from bijection import Proved, Refuted, is_injective
from proofs.theorems.composition import SuffixCollides

SQUARE = [[2, 1], [1, 1]]
FOLDS = {"low rank": [[[1, 2], [2, 4]]], "more outputs": [[[1, 2], [2, 4], [3, 6]]], "units that are off": [[[1, 2], [1, -1]], "relu"]}


@pytest.mark.parametrize("smooth", ["sigmoid", "tanh", "softplus", "elu"])
@pytest.mark.parametrize("behind", FOLDS.values(), ids=FOLDS)
def test_what_folds_behind_a_smooth_layer_is_refuted_without_a_pair(smooth: str, behind: list[object]) -> None:
    verdict = is_injective([SQUARE, smooth, *behind])
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample is None
    assert SuffixCollides.name in [basis.name for basis in verdict.rests_on]


def test_what_does_not_fold_on_the_values_of_the_layer_is_not_refuted() -> None:
    assert isinstance(is_injective([SQUARE, "sigmoid", [[1, 2], [2, 5]], "relu"]), Proved)
