"""Exact linear algebra on integer matrices, by flint. The only file that imports it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from flint import fmpq, fmpq_mat, fmpz_mat, nmod_mat

from proofs.network import Affine, Row

IntMatrix = Sequence[Sequence[int]]

_PRIMES = (251, 65521, 2147483629, 2305843009213693951)


def nullspace(a: IntMatrix, columns: int) -> list[list[int]]:
    """A basis of {v : a·v = 0}, each vector in lowest terms."""
    if not a:
        return [[int(i == j) for j in range(columns)] for i in range(columns)]
    kernel, nullity = fmpz_mat([list(row) for row in a]).nullspace()
    basis = kernel.transpose().tolist()[:nullity]
    return [_lowest([int(t) for t in v]) for v in basis]


def rank(a: IntMatrix) -> int:
    """The rank over ℚ."""
    return int(fmpz_mat([list(row) for row in a]).rank()) if a and a[0] else 0


def pivot_columns(a: IntMatrix) -> list[int]:
    """Columns that are independent and as many as the rank, the first ones of this kind."""
    echelon, _, rank = fmpz_mat([list(row) for row in a]).rref()
    return _pivots(echelon, rank, len(a[0]))


def short_kernel(a: IntMatrix, columns: int) -> list[list[int]]:
    """Short vectors of the lattice {v ∈ ℤⁿ : a·v = 0}, shortest first in the maximum norm; by LLL. Often empty-handed if
    the kernel has dimension 0; use `nullspace` then.

    The lattice of [I | 2ᵏ·aᵀ] has the kernel vectors as its short ones once 2ᵏ outweighs them; k is doubled until it does.
    """
    rows = [row for row in map(_lowest, a) if any(row)]
    nullity = columns - rank(rows)
    if nullity == 0:
        return []
    if not rows:
        return nullspace(rows, columns)
    bits = max(t.bit_length() for row in rows for t in row)
    k = bits * len(rows) // max(1, columns - len(rows)) + columns // 4 + 16
    while True:
        lattice = [[int(i == j) for j in range(columns)] + [row[i] << k for row in rows] for i in range(columns)]
        reduced = [[int(t) for t in row] for row in fmpz_mat(lattice).lll().tolist()]
        found = [row[:columns] for row in reduced if not any(row[columns:])]
        if len(found) >= min(nullity, 1):
            return sorted(found, key=lambda v: (max(map(abs, v)), sum(map(abs, v))))
        k *= 2


def dual_of_kernel(a: IntMatrix, weights: Sequence[int]) -> list[list[int]]:
    """Integer vectors k₁, k₂, … dual to a basis of {v ∈ ℤⁿ : a·v = 0} that is short where coordinate j counts weights[j] times."""
    columns = len(weights)
    nullity = columns - rank(a)
    bits = sum(max(t.bit_length() for t in row) for row in a) + max(w.bit_length() for w in weights)
    k = bits // max(1, nullity) + columns + 16
    while nullity:
        lattice = [[weights[i] * (i == j) for j in range(columns)] + [row[i] << k for row in a] for i in range(columns)]
        reduced = fmpz_mat(lattice).lll().tolist()
        zero = [i for i, row in enumerate(reduced) if not any(row[columns:])]
        if len(zero) == nullity:
            moves = fmpz_mat([[int(row[j]) // w for j, w in enumerate(weights)] for row in reduced])
            inverse = moves.inv(integer=True).tolist()
            return [[int(line[i]) for line in inverse] for i in zero]
        k *= 2
    return []


def combined(vectors: IntMatrix, lengths: IntMatrix) -> list[list[int]]:
    """Another basis of the lattice of the vectors, short where the length of one is that of its (long) companion; by LLL."""
    if not vectors:
        return []
    width = len(lengths[0])
    system = [[*size, *(int(i == j) for j in range(len(vectors)))] for i, size in enumerate(lengths)]
    moves = [[int(t) for t in row[width:]] for row in fmpz_mat(system).lll().tolist()]
    return [[int(t) for t in row] for row in (fmpz_mat(moves) * fmpz_mat([list(v) for v in vectors])).tolist()]


def reducing(a: IntMatrix) -> list[list[int]]:
    """A unimodular T such that T·a is LLL-reduced; the rows of a are independent."""
    _, moves = fmpz_mat([list(row) for row in a]).lll(transform=True)
    return [[int(t) for t in row] for row in moves.tolist()]


def solve(a: IntMatrix, b: Sequence[Fraction]) -> list[Fraction] | None:
    """The solution of a·v = b for a square a, or None if a is singular."""
    n = len(a)
    matrix = fmpq_mat(n, n, [fmpq(t) for row in a for t in row])
    right = fmpq_mat(n, 1, [fmpq(q.numerator, q.denominator) for q in b])
    try:
        solution = matrix.solve(right)
    except ZeroDivisionError:
        return None
    return [Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(n)]


def complement(rows: IntMatrix, n: int) -> tuple[tuple[tuple[int, ...], ...], int] | None:
    """(s·(D − C·A⁻¹·B), s), s = |det A| > 0, for the rows of (A | B) and (C | D), A of size n; None if A is singular."""
    a, b, c, d = (
        [row[:n] for row in rows[:n]],
        [row[n:] for row in rows[:n]],
        [row[:n] for row in rows[n:]],
        [row[n:] for row in rows[n:]],
    )
    try:
        solved = fmpz_mat(list(map(list, a))).solve(fmpz_mat(list(map(list, b))))
    except ZeroDivisionError:
        return None
    found, factor = (fmpq_mat(fmpz_mat(d)) - fmpq_mat(fmpz_mat(c)) * solved).numer_denom()
    size = abs(int(fmpz_mat(a).det()))
    more = size // int(factor)
    return tuple(tuple(int(t) * more for t in row) for row in found.tolist()), size


def determinant_sign(a: IntMatrix) -> int:
    """The sign of the determinant of a square matrix."""
    det = int(fmpz_mat([list(row) for row in a]).det())
    return (det > 0) - (det < 0)


def column_certificate(w: Affine) -> tuple[int, tuple[int, ...], tuple[tuple[int, ...], ...]] | None:
    """(m, rows, L) with L·Z ≡ I modulo the prime m, Z the named rows of the integer matrix; None if the rank is (nearly
    certainly) less than the number of columns."""
    n = w.columns
    for prime in _PRIMES:
        transposed = _modular(w, prime).transpose()
        echelon, r = transposed.rref()
        if int(r) < n:
            continue
        rows = _pivots(echelon, n, len(w.rows))
        square = nmod_mat(n, n, [int(transposed[j, i]) for i in rows for j in range(n)], prime)
        return prime, tuple(rows), _lines(square.inv(), n)
    return None


def row_certificate(w: Affine) -> tuple[int, tuple[int, ...], tuple[tuple[int, ...], ...]] | None:
    """(m, columns, R) with Z·R ≡ I modulo the prime m, Z the named columns of the integer matrix, or None."""
    m = len(w.rows)
    for prime in _PRIMES:
        matrix = _modular(w, prime)
        echelon, r = matrix.rref()
        if int(r) < m:
            continue
        columns = _pivots(echelon, m, w.columns)
        square = nmod_mat(m, m, [int(matrix[i, j]) for i in range(m) for j in columns], prime)
        return prime, tuple(columns), _lines(square.inv(), m)
    return None


def dense(w: Affine) -> list[list[int]]:
    """The integer matrix of the map with its zeros."""
    return [dense_row(row, w.columns) for row in w.rows]


def dense_row(row: Row, columns: int) -> list[int]:
    """The coefficients of one row with its zeros."""
    line = [0] * columns
    for j, a in zip(row.columns, row.coefficients, strict=True):
        line[j] = a
    return line


def _modular(w: Affine, prime: int) -> nmod_mat:
    flat = [a % prime for line in dense(w) for a in line]
    return nmod_mat(len(w.rows), w.columns, flat, prime)


def _pivots(echelon: nmod_mat | fmpz_mat, rank: int, width: int) -> list[int]:
    found, j = [], 0
    for i in range(rank):
        while int(echelon[i, j]) == 0:
            j += 1
        found.append(j)
        j += 1
    assert len(found) == rank
    assert j <= width
    return found


def _lines(matrix: nmod_mat, n: int) -> tuple[tuple[int, ...], ...]:
    flat = [int(t) for t in matrix.entries()]
    return tuple(tuple(flat[i * n : (i + 1) * n]) for i in range(n))


def _lowest(v: Sequence[int]) -> list[int]:
    common = gcd(*v) or 1
    return [t // common for t in v]


def left_factor(a: IntMatrix, b: IntMatrix) -> list[list[Fraction]] | None:
    """Some L with L·a = b, or None; a has as many columns as b. Where there are several, one that uses few of the rows of a."""
    m, n, columns = len(a), len(b), len(a[0]) if a else 0
    transposed = [[*(a[i][k] for i in range(m)), *(b[i][k] for i in range(n))] for k in range(columns)]
    if not transposed or not n:
        return None if any(map(any, b)) else [[Fraction(0)] * m for _ in range(n)]
    echelon, denominator, r = fmpz_mat(transposed).rref()
    pivots = _pivots(echelon, int(r), m + n)
    if pivots and pivots[-1] >= m:
        return None
    out = [[Fraction(0)] * m for _ in range(n)]
    for k, j in enumerate(pivots):
        for i in range(n):
            out[i][j] = Fraction(int(echelon[k, m + i]), int(denominator))
    return out
