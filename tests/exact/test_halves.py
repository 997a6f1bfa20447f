"""Meeting in the middle, and the bound of Siegel's lemma, beside trying everything."""

import random
from itertools import product
from math import prod

import pytest

from bijection.exact.halves import bounds_that_fit, small_kernel_vectors, split
from bijection.exact.lattice import siegel


def every(rows: list[list[int]], steps: list[int]) -> set[tuple[int, ...]]:
    """All t ≠ 0 in the kernel within the steps, of t and −t the larger one."""
    found = set()
    for t in product(*[range(-c, c + 1) for c in steps]):
        if any(t) and all(sum(a * b for a, b in zip(row, t, strict=True)) == 0 for row in rows):
            found.add(max(t, tuple(-x for x in t)))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_all_small_kernel_vectors_are_found(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(1, 6)
    steps = [rng.randint(1, 2) for _ in range(n)]
    rows = [[rng.randint(-6, 6) * 2 ** rng.choice([0, 70]) for _ in range(n)] for _ in range(rng.randint(1, 2))]
    assert {max(tuple(t), tuple(-x for x in t)) for t in small_kernel_vectors(rows, steps, 10**6)} == every(rows, steps)


def test_sums_that_agree_modulo_two_to_the_64_only_are_not_taken() -> None:
    assert small_kernel_vectors([[2**64, 1]], [3, 3]) == []


def test_as_many_as_are_asked_for() -> None:
    assert len(small_kernel_vectors([[0] * 6], [1] * 6, 5)) == 5


def test_halves_have_about_the_same_size() -> None:
    sizes = [511, 511, 3, 3, 3, 17]
    left, right = split(sizes)
    assert sorted(left + right) == list(range(6))
    assert max(prod(sizes[j] for j in left), prod(sizes[j] for j in right)) <= 17 * 511 * 27


def test_steps_are_cut_where_there_are_too_many() -> None:
    assert bounds_that_fit([1] * 10) == [1] * 10
    assert bounds_that_fit([255] * 2) == [255, 255]
    cut = bounds_that_fit([255] * 12)
    assert cut is not None
    assert 1 <= max(cut) < 255
    assert bounds_that_fit([1] * 60) is None


@pytest.mark.parametrize("seed", range(30))
def test_siegels_bound_is_kept_by_some_vector(seed: int) -> None:
    rng = random.Random(seed)
    n, m = 4, rng.randint(1, 2)
    rows = [[rng.randint(-3, 3) for _ in range(n)] for _ in range(m)]
    bound = siegel(rows, n)
    assert bound is not None
    assert every(rows, [bound] * n)
    largest = max(1, *(abs(a) for row in rows for a in row))
    assert bound ** (n - m) <= (n * largest) ** m  # never more than the usual form of the lemma


def test_siegels_bound_of_large_layers() -> None:
    assert siegel([[2**24] * 784] * 10, 784) == 1  # two binary images, whatever the weights of 24 bits are (I6, G25)
    assert siegel([[2**24] * 784] * 128, 784) <= 94  # type: ignore[operator]
    assert siegel([[127] * 784] * 128, 784) <= 9  # type: ignore[operator]
    assert siegel([[1, 1], [1, 2]], 2) is None
    assert siegel([[0, 0], [1, 2]], 2) == 1 or siegel([[0, 0], [1, 2]], 2) == 2
