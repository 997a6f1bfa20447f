"""Two given images of a grid, moved until their outputs are equal: first as real numbers, then by a vector of a kernel lattice (I6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

import numpy as np

from bijection.engines.local import moving, slopes, trace, usable_cuts
from bijection.engines.pairs.collisions import pair_proposal
from bijection.engines.pairs.meeting import close_pair
from bijection.engines.proposal import Proposal, Search
from bijection.exact.lattice import nearest
from bijection.exact.linear import short_kernel
from bijection.wishes import Between
from proofs.compose import prefix
from proofs.domains import Box, Grid, Point
from proofs.exact import same, vector
from proofs.network import Affine, Network, Node, Pointwise, Row
from proofs.statements import Injective, Positive

_BITS = 1_000  # of all rows together
_REDUCTION = 0.0313  # bits per dimension, as in `grid_pairs`
_TRIED = 4  # choices of coordinates
_EXTRA = 12  # coordinates with the finest coefficients, without which the equations may have no solution in integers


def by_lattice_between(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a grid, one close to each of the two wished ones, with equal values of the first layer."""
    match goal, search.wish:
        case Injective(Network() as f, Grid() as on), Between(x, y):
            pass
        case _:
            return
    cut = next((k for k in usable_cuts(f) if all(isinstance(node.op, Affine) for node in f.nodes[: k - 1])), None)
    if cut is None or on.counts().count(1) == f.arity:
        return
    with np.errstate(all="ignore"):
        met = close_pair(f, cut, Box(on.lower, _top(on)), search.wish, search)
    if met is None:
        return
    x, y = (_rounded(p, on) for p in met)  # now little is missing
    rows = _rows(f, cut, x, y)
    columns = [j for j, c in enumerate(on.counts()) if c > 1 and any(row[j] for row in rows)]
    bits = sum(max(map(int.bit_length, row)) for row in rows)
    if bits > _BITS or len(columns) <= len(rows):
        return
    steps = [int((b - a) / s) for a, b, s in zip(x, y, on.step, strict=True)]
    rng = np.random.default_rng(search.seed)
    count = min(len(columns), max(len(rows) + 8, round((bits / _REDUCTION) ** 0.5) + _EXTRA))
    for _ in range(_TRIED):
        if search.remaining() <= 1:
            return
        search.report(f"the closest vector of a kernel lattice of {len(rows)} rows on {count} inputs")
        pair = _moved(f, cut, on, (x, y), steps, rows, _some(rows, columns, count, rng))
        if pair is not None:
            yield pair_proposal(goal, f, cut, pair, lie="close to the given ones")
            return


def _top(on: Grid) -> Point:
    return tuple(a + (c - 1) * s for a, c, s in zip(on.lower, on.counts(), on.step, strict=True))


def _rounded(x: Point, on: Grid) -> Point:
    return tuple(a + round((t - a) / s) * s for a, t, s in zip(on.lower, x, on.step, strict=True))


def _rows(f: Network, cut: int, x: Point, y: Point) -> list[list[int]]:
    """The rows of the units that move at x or at y: the others are flat at both."""
    active = {i for p in (x, y) for i in moving(f, trace(f, p, cut), cut)}
    head = cut - 1 if isinstance(f.nodes[cut - 1].op, Pointwise) else cut
    every, _ = slopes(_only(Network(f.arity, f.nodes[:head]), sorted(active)), x, head + 1)
    return every


def _only(f: Network, kept: Sequence[int]) -> Network:
    """The network followed by the choice of some of its outputs."""
    chosen = Affine(f.width, tuple(Row((i,), (1,), 0) for i in kept), 1)
    return Network(f.arity, (*f.nodes, Node(chosen, (len(f.nodes),))))


def _some(rows: list[list[int]], columns: list[int], count: int, rng: np.random.Generator) -> list[int]:
    """Some coordinates at random, among them those with the finest coefficients of a row."""
    finest = []
    for row in rows:
        zeros = [(row[j] & -row[j]).bit_length() if row[j] else 99 for j in columns]
        finest.append(columns[int(np.argmin(zeros))])
    first = list(dict.fromkeys(finest))[:count]
    rest = [j for j in columns if j not in first]
    return sorted([*first, *(int(j) for j in rng.permutation(rest)[: count - len(first)])])


def _moved(
    f: Network, cut: int, on: Grid, ends: tuple[Point, Point], steps: list[int], rows: list[list[int]], columns: list[int]
) -> tuple[Point, Point] | None:
    matrix = [[row[j] for j in columns] for row in rows]
    away = [sum(a * s for a, s in zip(row, steps, strict=True)) for row in rows]
    first = _particular(short_kernel([[*row, t] for row, t in zip(matrix, away, strict=True)], len(columns) + 1))
    if first is None:
        return None
    basis = short_kernel(matrix, len(columns))
    for _ in range(3):  # floats steer: once more from where they have led
        near = nearest(basis, np.array([float(t) for t in first]))
        first = [a - b for a, b in zip(first, near, strict=True)]
    x, y = (list(p) for p in ends)
    for j, e in zip(columns, first, strict=True):
        spread = _shared(e, on, j, x[j], y[j])
        if spread is None:
            return None
        x[j], y[j] = x[j] - spread[0] * on.step[j], y[j] + spread[1] * on.step[j]
    g, pair = prefix(f, cut), (tuple(x), tuple(y))
    if pair[0] != pair[1] and same(g.trace(vector(pair[0]))[-1], g.trace(vector(pair[1]))[-1]):
        return pair
    return None


def _shared(e: int, on: Grid, j: int, x: object, y: object) -> tuple[int, int] | None:
    """(p, q) with p + q = e such that x − p and y + q steps stay on the grid, as equal as may be."""
    a, s, most = on.lower[j], on.step[j], on.counts()[j] - 1
    here, there = int((x - a) / s), int((y - a) / s)  # type: ignore[operator]
    low, high = max(-there, e - here), min(most - there, e + most - here)
    if low > high:
        return None
    q = min(max(e - e // 2, low), high)
    return e - q, q


def _particular(kernel: list[list[int]]) -> list[int] | None:
    """A vector v with matrix·v = −away (the last coordinates combined to 1), by Euclid's algorithm; None if there is none."""
    best: list[int] | None = None
    for v in sorted(kernel, key=lambda v: abs(v[-1])):
        if v[-1] == 0:
            continue
        if best is None:
            best = v
            continue
        while v[-1]:
            times = best[-1] // v[-1]
            best, v = v, [a - times * b for a, b in zip(best, v, strict=True)]
        if gcd(best[-1]) == 1:
            break
    if best is None or abs(best[-1]) != 1:
        return None
    return [t * best[-1] for t in best[:-1]]
