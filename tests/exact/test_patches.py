"""Convolutions as patches compute what the matrix computes."""

import numpy as np
import pytest

from bijection.exact.floating import quotients, shadow
from bijection.exact.patches import patches
from proofs.network import Affine, Row
from tests.build import chain


def convolution(n: int, channels: int, width: int, seed: int = 0) -> Affine:
    """Of n numbers with as many filters as there are channels, cut off at the ends, and a row that reads nothing."""
    rng = np.random.default_rng(seed)
    filters = rng.integers(-9, 10, (channels, width))
    filters[filters == 0] = 1
    rows = [Row((), (), 5)]
    for k in range(channels):
        for i in range(n):
            columns = tuple(j for j in range(i - width // 2, i - width // 2 + width) if 0 <= j < n)
            rows.append(Row(columns, tuple(int(filters[k, j - i + width // 2]) for j in columns), k))
    return Affine(n, tuple(rows), 4)


def matrix(op: Affine) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    w, b = np.zeros((len(op.rows), op.columns)), np.zeros(len(op.rows))
    for i, row in enumerate(op.rows):
        w[i, list(row.columns)] = np.array(row.coefficients) / op.denominator
        b[i] = row.constant / op.denominator
    return w, b


@pytest.mark.parametrize(("n", "channels", "width"), [(300, 4, 3), (200, 6, 5), (400, 16, 1), (90, 40, 9)])
def test_values_and_gradients_are_those_of_the_matrix(n: int, channels: int, width: int) -> None:
    op = convolution(n, channels, width)
    parts = patches(op, lambda c: quotients(c, op.denominator))
    assert parts is not None
    assert len(parts) == 2 * (width // 2) + 1
    f, (w, b), rng = shadow(chain(n, op)), matrix(op), np.random.default_rng(1)
    x, u = rng.normal(size=(3, n)), rng.normal(size=(3, len(op.rows)))
    assert np.allclose(f(x), x @ w.T + b)
    value, slope = f.with_gradient(x, lambda _: u)
    assert np.allclose(value, x @ w.T + b)
    assert np.allclose(slope, u @ w)
    assert np.array_equal(slope, f.gradient(x, u))


def test_other_matrices_are_no_patches() -> None:
    few = convolution(50, 2, 3)
    assert patches(few, lambda c: quotients(c, few.denominator)) is None
    rng = np.random.default_rng(0)
    own = Affine(200, tuple(Row((i // 4, i // 4 + 1), (int(a), int(b)), 0) for i, (a, b) in enumerate(rng.integers(1, 99, (400, 2)))), 1)
    assert patches(own, lambda c: quotients(c, 1)) is None
