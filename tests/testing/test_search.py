"""Property-based search: pairs of networks and of Python functions, found, shrunk, saved and replayed."""

import random
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase

from bijection.frontends import load
from bijection.testing.sameness import bits, distance, same, value
from bijection.testing.search import find_collision, find_moved
from proofs.domains import Labels, Reals
from proofs.errors import Malformed
from tests.build import box, finite, grid

FOUR = [[[1, 2, 0, 1], [0, 1, 3, 0], [0, 0, 1, 1], [1, 0, 0, 2]], "abs", [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]]]


@pytest.mark.parametrize(
    ("layers", "on", "entries"),
    [  # the entries that are not 0 of both inputs in the shortest pair there is, by their absolute values
        ([[[1, 1]], "abs"], Reals(2), [1, 1]),
        ([[[7, 11]]], Reals(2), [7, 11]),
        ([[[71, 113, 29]]], Reals(3), [1, 1, 2]),
        ([[[7, 11, 3], [2, -5, 9]]], Reals(3), [1, 1, 2]),
        ([[[2, 1], [1, 1]], "relu"], Reals(2), [1]),
        ([([[2, 1], [1, 1]], [-1, -1]), "relu"], box(0, 1, 2), [1]),
    ],
)
def test_pairs_of_networks_are_the_shortest_there_are(layers: list[object], on: object, entries: list[object]) -> None:
    f = load(layers)
    found = find_collision(f, on, seed=0)  # type: ignore[arg-type]
    assert found is not None
    x, y = found
    assert x != y
    assert f(x) == f(y)
    assert sorted(abs(t) for t in (*x, *y) if t) == entries


@pytest.mark.parametrize(("layers", "on"), [(FOUR, Reals(4)), ([[[7, 11, 3], [2, -5, 9]]], box(0, 1, 3))])
def test_pairs_of_networks_are_short_whatever_hypothesis_draws(layers: list[object], on: object) -> None:
    f = load(layers)
    found = find_collision(f, on, seed=0)  # type: ignore[arg-type]  # it also draws numbers that stand in the modules that are loaded
    assert found is not None
    x, y = found
    assert x != y
    assert f(x) == f(y)
    assert all(abs(t.numerator) < 100 and t.denominator < 100 for t in (*x, *y))


@pytest.mark.parametrize(
    ("f", "inputs", "short"),
    [
        (lambda n: (n - 1000) ** 2, st.integers(), {0, 2000}),
        (lambda n: n % 997, st.integers(0, 5000), {0, 997}),
        (lambda x: x[0] * x[0], grid(-9, 9), {(-1,), (1,)}),
        (lambda x: x[0] % 29, grid(0, 40), {(0,), (29,)}),
    ],
)
def test_pairs_of_functions_are_the_shortest_there_are(f: object, inputs: object, short: object) -> None:
    assert set(find_collision(f, inputs, seed=0) or ()) == short  # type: ignore[arg-type]


def test_functions_of_texts_and_lists() -> None:
    x, y = find_collision(str.lower, st.text(), seed=0) or ("", "")
    assert len(x) == len(y) == 1
    assert x.lower() == y.lower()
    found = find_collision(lambda t: zlib.crc32(t.encode()) % 2**12, st.text(st.characters(codec="utf-8")), seed=0)
    assert found is not None


def test_floats_are_compared_bit_for_bit() -> None:
    found = find_collision(lambda t: np.float32(t) + np.float32(2**20), st.floats(-1, 1, width=32))
    assert found is not None
    x, y = found
    assert x != y
    assert np.float32(x) + np.float32(2**20) == np.float32(y) + np.float32(2**20)


@pytest.mark.parametrize("seed", range(10))
def test_small_networks_against_every_pair_there_is(seed: int) -> None:
    rng = random.Random(seed)
    m = rng.choice([1, 1, 2])
    w = [[rng.randint(-12, 12) for _ in range(2)] for _ in range(m)]
    f = load([(w, [rng.randint(-3, 3) for _ in range(m)]), rng.choice(["relu", "abs", "identity"])])
    points = [(a, b) for a in range(-4, 5) for b in range(-4, 5)]
    found = find_collision(f, grid(-4, 4, 2), seed=seed, max_examples=200)
    assert (found is None) == (len({f(x) for x in points}) == len(points))
    assert found is None or (f(found[0]) == f(found[1]) and found[0] != found[1])


def test_pairs_whose_numbers_nobody_draws_come_from_the_engines() -> None:
    rng = np.random.default_rng(0)
    f = load([rng.normal(size=(2, 3)).astype(np.float32)])
    x, y = find_collision(f, Reals(3), max_examples=50, seed=0)
    assert f(x) == f(y)
    assert x == (0, 0, 0)
    assert all(t.denominator == 1 for t in y)


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert find_collision(load([[[2, 1], [1, 1]]]), box(-1, 1, 2), max_examples=100) is None
    assert find_collision(lambda x: 0, finite([1, 2])) is None  # a set of one point
    assert find_collision(lambda x: 0, Labels(0)) is None
    assert find_collision(lambda x: 0, st.just(1)) is None


def test_the_search_climbs_towards_pairs_that_crowds_do_not_meet() -> None:
    """Each of 10⁸ numbers collides with one other, and thousands that are drawn do not meet them."""
    found = find_collision(lambda n: abs(n - 65_432_198), st.integers(0, 10**8), seed=0, max_examples=700)
    assert found is not None
    assert sum(found) == 2 * 65_432_198


def test_a_search_is_repeated_with_its_seed() -> None:
    f = load([[[3, 5]], "relu"], input_shape=2)
    assert find_collision(f, Reals(2), seed=7) == find_collision(f, Reals(2), seed=7)


def test_options_that_make_no_sense() -> None:
    with pytest.raises(Malformed, match="sed: no option of a search"):
        find_collision(abs, st.integers(), sed=1)
    with pytest.raises(Malformed, match="max_examples=0; a positive number"):
        find_collision(abs, st.integers(), max_examples=0)


@pytest.mark.parametrize("kind", ["domain", "strategy", "moved"])
def test_what_was_found_is_kept_in_hypothesis_own_database(kind: str) -> None:
    database = InMemoryExampleDatabase()
    calls: list[int] = []

    def rare(x: object) -> object:
        calls.append(1)
        n = x[0] if isinstance(x, tuple) else x
        return 0 if n in (17, 23) else x

    def search() -> object:
        calls.clear()
        if kind == "moved":
            return find_moved(rare, lambda t: t, st.integers(0, 200), database=database)
        return find_collision(rare, st.integers(0, 200) if kind == "strategy" else grid(0, 200), database=database)

    first = search()
    assert first is not None
    assert database.data
    kept = {key: set(examples) for key, examples in database.data.items()}
    assert search() == first
    assert len(calls) < 20  # it is replayed, not searched for
    assert {key: set(examples) for key, examples in database.data.items()} == kept


def test_the_database_is_that_of_the_active_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    find_collision(abs, st.integers())
    assert not list(tmp_path.iterdir())  # the profile of these tests keeps nothing
    settings.register_profile("keeping", database=DirectoryBasedExampleDatabase(tmp_path / "examples"), deadline=1)
    settings.load_profile("keeping")
    try:
        assert find_collision(abs, st.integers()) is not None
        find_collision(abs, st.integers(), database=None)
    finally:
        settings.load_profile("ci")
    assert [p.name for p in tmp_path.iterdir()] == ["examples"]


def test_a_profile_without_shrinking_or_without_the_database_is_followed() -> None:
    settings.register_profile("short", phases=(Phase.generate,), database=None)
    settings.load_profile("short")
    try:
        found = find_collision(abs, st.integers())
    finally:
        settings.load_profile("ci")
    assert found is not None
    assert found[0] == -found[1]


@pytest.mark.parametrize(
    ("u", "v", "equal"),
    [
        (0.0, -0.0, False),
        (float("nan"), float("nan"), True),
        ((1.0, 2.0), [1.0, 2.0], False),
        ((1.0,), (1.0, 2.0), False),
        ([0.0, (1,)], [0.0, (1,)], True),
        (1, True, False),
        (1, 1.0, False),
        (0.5, np.float64(0.5), False),
        (complex(1, 0.0), complex(1, -0.0), False),
        ({"a": 0.0}, {"a": -0.0}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({1, 2}, {2, 1}, True),
        (np.float32([1, 2]), np.float32([1, 2]), True),
        (np.float32([1, 2]), np.float64([1, 2]), False),
        (np.float32([1, 2]), np.float32([[1, 2]]), False),
        (np.float32([np.nan]), np.float32([np.nan]), True),
        (np.float32([0.0]), np.float32([-0.0]), False),
        (np.arange(6).reshape(2, 3).T, np.ascontiguousarray(np.arange(6).reshape(2, 3).T), True),
        (np.array([1, "a"], dtype=object), np.array([1, "a"], dtype=object), True),
        ("a", "a", True),
        (Fraction(1, 2), Fraction(1, 2), True),
        (None, None, True),
    ],
)
def test_outputs_are_the_same_bit_for_bit(u: object, v: object, equal: bool) -> None:
    assert same(u, v) == equal


@pytest.mark.parametrize(
    ("u", "v", "equal"),
    [
        (0.0, -0.0, True),
        (1, 1.0, True),
        (float("nan"), float("nan"), True),
        ((0.0, 1), (-0.0, 1), True),
        (np.float32([0.0]), np.float64([-0.0]), True),
        (np.float32([1, 2]), [1, 2], True),
        ([1, 2], [2, 1], False),
        (0.0, 5e-324, False),
    ],
)
def test_inputs_are_the_same_as_values(u: object, v: object, equal: bool) -> None:
    assert (value(u) == value(v)) == equal


def test_tensors_are_compared_bit_for_bit() -> None:
    torch = pytest.importorskip("torch")
    for kind in (torch.float32, torch.bfloat16, torch.int8, torch.bool):
        ones = torch.ones(2, 3, dtype=kind)
        assert same(ones, torch.ones(3, 2, dtype=kind).T)
        assert not same(ones, torch.ones(3, 2, dtype=kind))
        assert not same(ones, torch.zeros(2, 3, dtype=kind))
    assert not same(torch.ones(2), torch.ones(2, dtype=torch.float64))
    assert not same(torch.tensor(0.0), torch.tensor(-0.0))
    assert value(torch.tensor([0.0])) == value(torch.tensor([-0.0]))
    hash(bits(torch.ones(2)))
    layer = torch.nn.Linear(2, 1).double().requires_grad_(False)
    numbers = st.tuples(st.integers(-5, 5), st.integers(-5, 5)).map(lambda t: torch.tensor(t, dtype=torch.float64))
    found = find_collision(lambda t: torch.relu(layer(t)), numbers, seed=0)
    assert found is not None
    assert torch.equal(torch.relu(layer(found[0])), torch.relu(layer(found[1])))


def test_distance() -> None:
    assert distance((1, 2.0), (1, 5)) == 3
    assert distance(np.float32([1, 2]), np.float32([1, 4])) == 2
    assert distance("a", "b") == 1
    assert distance("a", 1.0) == 96
    assert distance("a", "bc") == float("inf")
    assert distance(None, None) == float("inf")
    assert distance(Fraction(10) ** 400, 0) == float("inf")
