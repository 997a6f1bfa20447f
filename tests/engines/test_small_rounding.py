"""Injective on a grid in binary32, because an inverse leaves room to spare (F8)."""

from fractions import Fraction

import pytest

from bijection.frontends import load
from bijection.questions import decide
from bijection.verdict import Proved, Refuted
from proofs.domains import Grid
from proofs.ieee import Binary32
from proofs.statements import Injective
from tests.build import grid

LEAKY = [[[2, 1], [1, 1]], ("leaky_relu", 0.25), [[1, 0], [3, 1]]]


def pixels(n: int, step: Fraction = Fraction(1, 255)) -> Grid:
    return Grid((Fraction(0),) * n, (Fraction(1),) * n, (step,) * n)


def test_pixels_are_told_apart_by_a_leaky_network_in_binary32() -> None:
    f = load(LEAKY, arithmetic="binary32")
    assert isinstance(f, Binary32)
    verdict = decide(Injective(f, pixels(2)))
    assert isinstance(verdict, Proved)
    assert [b.name for b in verdict.rests_on] == ["SmallRounding", "Cancels"]


def test_on_a_fine_grid_there_is_no_room() -> None:
    f = load([[[1]], ("leaky_relu", 0.25), ([[1]], [2**20])], arithmetic="binary32")
    assert isinstance(f, Binary32)
    assert isinstance(decide(Injective(f, pixels(1, Fraction(1, 256))), within=20), Refuted)


@pytest.mark.parametrize("model", [[[[1, 1], [1, -1]]], LEAKY], ids=["sums", "leaky"])
def test_whole_numbers(model: object) -> None:
    f = load(model, arithmetic="binary32")
    assert isinstance(f, Binary32)
    assert isinstance(decide(Injective(f, grid(0, 255, 2))), Proved)
