"""Counting over all binary32 numbers, on a part of them."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from bijection import exhaustive
from bijection.exhaustive import count
from bijection.frontends import load
from proofs.errors import Malformed
from proofs.exact import vector


@pytest.fixture(autouse=True)
def few_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 ≤ |t| < 1 + 2^-7, and 0, in blocks of 1024."""

    def numbers() -> Iterator[np.ndarray]:
        positive = np.arange(0x3F800000, 0x3F810000, dtype=np.uint32).view(np.float32)
        for block in [*np.split(-positive[::-1], 64), np.zeros(1, dtype=np.float32), *np.split(positive, 64)]:
            yield np.ascontiguousarray(block)

    monkeypatch.setattr(exhaustive, "_numbers", numbers)


def distinct(model: object) -> exhaustive.Count:
    f = load(model, arithmetic="binary32")
    found = count(f)
    if found.pair is not None:
        x, y = ((t,) for t in found.pair)
        assert x != y
        assert f.trace(vector(x))[-1] == f.trace(vector(y))[-1]
    every = [f((Fraction(float(t)),)) for block in list(exhaustive._numbers())[::16] for t in block[::64]]
    assert len(set(every)) <= len(every)
    assert found.outputs + found.lost == found.inputs == 2 * 2**16 + 1
    return found


def test_an_increasing_map_is_counted_by_its_steps() -> None:
    assert distinct([[[2]]]).lost == 0
    lost = distinct([([[1]], [1])])
    assert lost.nondecreasing
    assert lost.lost == 2**15 - 1
    assert lost.pair is not None


@pytest.mark.parametrize("model", [[[[-1]]], [[[1]], "relu", [[-1]]]], ids=["negative", "minus relu"])
def test_other_maps_are_counted_in_a_table(model: list) -> None:
    found = distinct(model)
    assert not found.nondecreasing
    assert found.lost == (0 if len(model) == 1 else 2**16)


def test_one_input_and_one_output() -> None:
    with pytest.raises(Malformed, match="2 inputs and 1 outputs"):
        count(load([[[1, 1]]], arithmetic="binary32"))
