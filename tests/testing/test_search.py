"""Property-based search: pairs of networks and of Python functions, shrunk, saved and replayed."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase

from bijection.frontends import load
from bijection.testing.search import distance, find_collision, same
from proofs.domains import Reals
from tests.build import box, grid


def test_a_network_that_folds_gives_a_short_pair() -> None:
    f = load([[[1, 1]], "abs"], input_shape=2)
    found = find_collision(f, Reals(2))
    assert found is not None
    x, y = found
    assert f(x) == f(y)
    assert sum(abs(t) for t in (*x, *y)) <= 2


def test_shrinking_finds_small_integers() -> None:
    found = find_collision(lambda x: x[0] * x[0], grid(-9, 9))
    assert found is not None
    assert {found[0][0], found[1][0]} == {Fraction(1), Fraction(-1)}


def test_floats_are_compared_bit_for_bit() -> None:
    found = find_collision(lambda t: np.float32(t) + np.float32(2**20), st.floats(-1, 1, width=32))
    assert found is not None
    x, y = found
    assert x != y
    assert np.float32(x) + np.float32(2**20) == np.float32(y) + np.float32(2**20)


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert find_collision(load([[[2, 1], [1, 1]]]), box(-1, 1, 2), max_examples=300) is None


def test_a_search_is_repeated_with_its_seed() -> None:
    f = load([[[3, 5]], "relu"], input_shape=2)
    assert find_collision(f, Reals(2), seed=7) == find_collision(f, Reals(2), seed=7)


def test_what_was_found_is_kept_in_hypothesis_own_database() -> None:
    database = InMemoryExampleDatabase()
    calls: list[int] = []

    def rare(x: tuple[Fraction, ...]) -> Fraction:
        calls.append(1)
        return Fraction(0) if x[0] in (17, 23) else x[0]

    first = find_collision(rare, grid(0, 40), max_examples=20_000, database=database, key="rare")
    assert first is not None
    assert {first[0][0], first[1][0]} <= {Fraction(0), Fraction(17), Fraction(23)}
    assert database.data
    calls.clear()
    again = find_collision(rare, grid(0, 40), max_examples=20_000, database=database, key="rare")
    assert again == first
    assert len(calls) < 60


@pytest.mark.parametrize(
    ("u", "v", "equal"),
    [
        (0.0, -0.0, True),
        (float("nan"), float("nan"), False),
        ((1.0, 2.0), [1.0, 2.0], True),
        ((1.0,), (1.0, 2.0), False),
        (np.float32([1, 2]), np.float32([1, 2]), True),
        (np.float32([1, 2]), np.float64([1, 2]), False),
        (np.float32([np.nan]), np.float32([np.nan]), False),
        ("a", "a", True),
    ],
)
def test_sameness(u: object, v: object, equal: bool) -> None:
    assert same(u, v) == equal


def test_distance() -> None:
    assert distance((1, 2.0), (1, 5)) == 3
    assert distance(np.float32([1, 2]), np.float32([1, 4])) == 2
    assert distance("a", "b") == float("inf")
    assert distance(Fraction(10) ** 400, 0) == float("inf")
