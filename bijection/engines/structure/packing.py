"""Affine maps with fewer outputs than inputs that are injective on a grid all the same: short vectors of the dual lattice, or no
difference of two points in the kernel (F6, G17)."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from bijection.exact.halves import MOST, small_kernel_vectors, split
from bijection.exact.linear import combined, dual_of_kernel, rank, solve
from proofs.domains import Grid, Point
from proofs.limits import MOST_POINTS, Meter
from proofs.network import Affine
from proofs.theorems.grids import MeetInTheMiddle, ShortDualVectors, matrix_on_steps

LARGEST = 64  # inputs
_SCALE = 60  # bits after the point of distances
_SPARE = 24  # bits of the certificate's numbers beyond what their sizes ask for


def packed(w: Affine, on: Grid) -> ShortDualVectors | None:
    """A certificate that the map is injective on the grid, for the kernel to judge; None where there is no hope for one."""
    counts = on.counts()
    moving = [j for j, c in enumerate(counts) if c > 1]
    steps = [counts[j] - 1 for j in moving]
    if not moving:
        return ShortDualVectors(())
    rows = matrix_on_steps(w, on, moving, Meter())
    used = [i for i, row in enumerate(rows) if any(row)]
    sizes = [sum(abs(a) * c for a, c in zip(rows[i], steps, strict=True)) for i in used]
    if len(moving) > LARGEST or prod(size + 1 for size in sizes) < prod(c + 1 for c in steps):
        return None  # the values cannot all be different, or it would take long
    digits = _digits(rows, steps)
    if rank([*rows, *(k for _, k in digits)]) == len(moving):
        return ShortDualVectors(tuple(y for y, _ in digits))
    independent = _independent(rows, used)
    chosen = [rows[i] for i in independent]
    duals = dual_of_kernel(chosen, [max(1, round(max(steps) / c)) for c in steps])
    shortest = combined(duals, [_distances(chosen, k, steps) for k in duals])
    bits = max(max(map(int.bit_length, row)) for row in chosen) + (sum(steps) * len(chosen)).bit_length() + _SPARE
    vectors = []
    for k in shortest:
        known = dict(zip(independent, (Fraction(round(t * 2**bits), 2**bits) for t in _projection(chosen, k, steps)), strict=True))
        vectors.append(tuple(known.get(i, Fraction(0)) for i in range(len(rows))))
    return ShortDualVectors(tuple(vectors))


def apart(w: Affine, on: Grid) -> MeetInTheMiddle | None:
    """A certificate that the map is injective on the grid, for the kernel to judge; None where it is not, or where that takes too many
    sums."""
    counts = on.counts()
    moving = [j for j, c in enumerate(counts) if c > 1]
    steps = [counts[j] - 1 for j in moving]
    left, right = split([2 * c + 1 for c in steps])
    if max(prod(2 * steps[k] + 1 for k in half) for half in (left, right)) > min(MOST, MOST_POINTS):
        return None
    rows = matrix_on_steps(w, on, moving, Meter())
    if small_kernel_vectors(rows, steps, 1):
        return None
    return MeetInTheMiddle(tuple(moving[k] for k in left))


def _distances(rows: list[list[int]], k: list[int], steps: list[int]) -> list[int]:
    """How far k is from the span of the rows in each coordinate, counted as often as it has steps, in units of 2^−SCALE."""
    y = _projection(rows, k, steps)
    nearest = [sum((t * row[j] for t, row in zip(y, rows, strict=True)), Fraction(0)) for j in range(len(steps))]
    return [round((a - b) * c * 2**_SCALE) for a, b, c in zip(k, nearest, steps, strict=True)]


def _digits(rows: list[list[int]], steps: list[int]) -> list[tuple[Point, list[int]]]:
    """What the entries of each row say about places of digits: rows divided by one of their entries, if that is nearly integer."""
    found = []
    for i, row in enumerate(rows):
        for unit in sorted({abs(a) for a in row if a}):
            k = [(2 * a + unit) // (2 * unit) for a in row]
            if sum(abs(t * unit - a) * c for t, a, c in zip(k, row, steps, strict=True)) < unit:
                found.append((tuple(Fraction(int(i == j), unit) for j in range(len(rows))), k))
    return found


def _independent(rows: list[list[int]], used: list[int]) -> list[int]:
    chosen: list[int] = []
    for i in used:
        if rank([rows[j] for j in [*chosen, i]]) > len(chosen):
            chosen.append(i)
    return chosen


def _projection(rows: list[list[int]], k: list[int], steps: list[int]) -> list[Fraction]:
    """y for which y·A is closest to k, a difference in coordinate j counted cⱼ times."""
    squares = [c * c for c in steps]
    gram = [[sum(a * b * s for a, b, s in zip(p, q, squares, strict=True)) for q in rows] for p in rows]
    exact = solve(gram, [Fraction(sum(a * b * s for a, b, s in zip(row, k, squares, strict=True))) for row in rows])
    assert exact is not None, "the rows are independent"
    return exact
