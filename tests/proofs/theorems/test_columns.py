"""Columns: products of packed vectors are those of the vectors."""

import random

import pytest

from proofs.theorems.columns import Columns


@pytest.mark.parametrize("bits", [1, 20, 40, 57, 58, 59, 60, 61, 62, 63, 64, 100])
def test_products_at_the_ends_of_the_digits(bits: int) -> None:
    rng = random.Random(bits)
    most = (1 << bits) - 1
    for count in (0, 1, 2, 7):
        for length in (1, 2, 3, 4):
            vectors = [[rng.choice([-most, most, 0, 1, -1, rng.randint(-most, most)]) for _ in range(length)] for _ in range(count)]
            columns = Columns(vectors, bits)
            for most_u in (1, 3, 7, 8, 1 << 30):
                u = [rng.choice([-most_u, most_u, rng.randint(-most_u, most_u)]) for _ in range(length)]
                assert list(columns.times(u)) == [sum(a * b for a, b in zip(u, v, strict=True)) for v in vectors]


def test_vectors_without_coordinates() -> None:
    assert list(Columns([[], []], 5).times([])) == [0, 0]
