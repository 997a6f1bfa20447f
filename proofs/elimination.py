"""Gaussian elimination in integers: ranks, and functionals that vanish on given vectors."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from proofs.limits import Meter, digits

Integers = Sequence[int]


def longest(rows: Sequence[Integers]) -> int:
    """The length in bits of the longest number."""
    return max((max(map(int.bit_length, row), default=0) for row in rows), default=0)


def rank_modulo(rows: Sequence[Integers], prime: int, enough: int, meter: Meter) -> int:
    """The rank modulo a prime of less than 64 bits, which is at most the rank; no more than `enough` of it is looked for."""
    return len(independent(rows, prime, enough, meter))


def independent(rows: Sequence[Integers], prime: int, enough: int, meter: Meter) -> list[int]:
    """The numbers of rows that are independent modulo a prime of less than 64 bits, and so over ℚ; at most `enough` of them."""
    basis: list[tuple[int, list[int]]] = []  # a pivot, and a row that is 1 there and 0 at the pivots before
    found: list[int] = []
    for number, given in enumerate(rows):
        meter.take(500 + len(given) * (100 * (2 + len(basis)) + digits(longest([given]))))
        row = [t % prime for t in given]
        for pivot, other in basis:
            factor = row[pivot]
            if factor:
                row = [(a - factor * b) % prime for a, b in zip(row, other, strict=True)]
        pivot = next((j for j, t in enumerate(row) if t), -1)
        if pivot >= 0:
            inverse = pow(row[pivot], -1, prime)
            basis.append((pivot, [t * inverse % prime for t in row]))
            found.append(number)
            if len(found) >= enough:
                break
    return found


def solve(rows: Sequence[Integers], meter: Meter) -> tuple[list[int], int] | None:
    """(v, d) with a·v = d·b, d ≠ 0 up to sign the determinant of a, for the square matrix a and b, the rows of (a | b); None if d = 0."""
    work = [list(row) for row in rows]
    d = _eliminated(work, len(work), longest(rows), 0, meter)
    return None if d is None else ([row[-1] for row in work], d)


def _eliminated(rows: list[list[int]], count: int, bits: int, more: int, meter: Meter) -> int | None:
    """d, after the first columns are made d on the diagonal and 0 elsewhere, in place; None if they are dependent."""
    previous = 1
    for k in range(count):  # fraction-free (Bareiss): entries are minors of numbers of so many bits, and more in the last column
        lead = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if lead is None:
            return None
        meter.take(len(rows) * (1 + count) * (300 + digits((k + 2) * (bits + 8) + more) ** 2))
        rows[k], rows[lead] = rows[lead], rows[k]
        pivot = rows[k]
        for i, row in enumerate(rows):
            if i != k:
                rows[i] = [(pivot[k] * a - row[k] * b) // previous for a, b in zip(row, pivot, strict=True)]
        previous = pivot[k]
    return previous


def rank(given: Sequence[Integers], meter: Meter) -> int:
    """The exact rank. Rows are kept without common factors, so that their entries divide minors of the matrix."""
    rows = [list(row) for row in given]
    width = len(rows[0]) if rows else 0
    meter.take(len(rows) * width**2 * (300 + digits(2 * width * (longest(rows) + width.bit_length())) ** 2))
    found = 0
    for j in range(width):
        lead = next((i for i in range(found, len(rows)) if rows[i][j]), None)
        if lead is None:
            continue
        rows[found], rows[lead] = rows[lead], rows[found]
        pivot = rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][j]
            row = [pivot[j] * a - factor * b for a, b in zip(rows[i], pivot, strict=True)]
            common = gcd(*row) or 1
            rows[i] = [t // common for t in row]
        found += 1
    return found


def vanishing(pivots: int, values: Integers, vectors: Sequence[Integers], meter: Meter) -> tuple[int, ...] | None:
    """An integer functional proportional, by a positive factor, to one with the given values at the coordinates that are not pivots
    (a set as bits) and that vanishes on the vectors; None if there is no unique one. Whether it vanishes is not checked.
    """
    if not vectors or pivots < 0 or pivots >> len(vectors[0]):
        return None
    size = len(vectors[0])
    columns = [j for j in range(size) if pivots >> j & 1]
    rest = [j for j in range(size) if not pivots >> j & 1]
    if len(values) != len(rest) or len(columns) > len(vectors):
        return None
    bits, given = longest(vectors), longest([values])
    meter.take(len(vectors) * len(values) * (50 + digits(bits) * digits(given)))
    Meter().take(0, len(vectors) * (1 + len(columns)) * (300 + bits + given))  # free again afterwards
    rows = [[*(v[j] for j in columns), -sum(c * v[j] for c, j in zip(values, rest, strict=True))] for v in vectors]
    previous = _eliminated(rows, len(columns), bits, given, meter)
    if previous is None:
        return None
    sign = 1 if previous > 0 else -1
    out = [0] * size
    for k, j in enumerate(columns):
        out[j] = sign * rows[k][-1]
    for c, j in zip(values, rest, strict=True):
        out[j] = sign * previous * c
    return tuple(out)
