"""Block reduction: another basis of the same lattice, shorter than that of LLL."""

import random
from itertools import islice

import numpy as np
import pytest

from bijection.exact.linear import rank, reducing, short_kernel
from bijection.exact.reduction import tours


def kernel(rows: int, bits: int, columns: int) -> np.ndarray:  # type: ignore[type-arg]
    """The reduced kernel basis of a random matrix, which is also given."""
    rng = random.Random(5)
    matrix = [[rng.getrandbits(bits) - 2 ** (bits - 1) for _ in range(columns)] for _ in range(rows)]
    return np.array(short_kernel(matrix, columns), dtype=np.int64)


def hermite(basis: np.ndarray) -> list[list[int]]:  # type: ignore[type-arg]
    """The Hermite normal form, which is the same for two bases of one lattice only."""
    from flint import fmpz_mat

    return [[int(t) for t in row] for row in fmpz_mat(basis.tolist()).hnf().tolist()]


def test_tours_make_the_vectors_of_the_same_lattice_shorter() -> None:
    basis = kernel(5, 60, 70)
    before = float(np.linalg.norm(basis, axis=1).min())
    shorter = next(islice(tours(basis), 3, None))
    assert float(np.linalg.norm(shorter, axis=1).min()) < 0.8 * before
    assert hermite(shorter) == hermite(basis)


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_small_lattices(size: int) -> None:
    basis = np.array([[int(i == j) + 7 * (i < j) for j in range(size + 1)] for i in range(size)], dtype=np.int64)
    after = next(islice(tours(basis), 1, None))
    assert hermite(after) == hermite(basis)
    assert np.abs(after).max() <= np.abs(basis).max()


def test_the_same_seed_gives_the_same_basis() -> None:
    basis = kernel(3, 40, 40)
    assert np.array_equal(next(tours(basis, 4)), next(tours(basis, 4)))
    assert not np.array_equal(next(tours(basis, 4)), basis)


def test_numbers_that_are_too_long_are_left_alone() -> None:
    basis = np.array([[2**61, 1], [1, 2**61 - 1]], dtype=np.int64)
    assert np.array_equal(next(tours(basis)), basis)


def test_the_moves_of_lll_are_unimodular() -> None:
    rows = [[201, 37, 5], [1648, 297, 8]]
    moves = reducing(rows)
    assert abs(moves[0][0] * moves[1][1] - moves[0][1] * moves[1][0]) == 1
    assert rank(moves) == 2
