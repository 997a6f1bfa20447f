"""Pairs around a given input, in its linear region: by a coordinate that nothing reads, by as few as there are equations and one more,
or by more of them with short numbers (T2, I2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import isqrt

import numpy as np

from bijection.engines.local import slopes, usable_cuts
from bijection.engines.pairs.collisions import pair_proposal
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import spread
from bijection.exact.floating import Shadow, floats, shadow
from bijection.exact.linear import nullspace, short_kernel
from bijection.wishes import Near, Sparse
from proofs.compose import prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.exact import same, vector
from proofs.network import Affine, Network
from proofs.statements import Injective, Positive

_MANY = 64  # inputs
_CLOSE = Fraction(1, 16)  # of the width of a box, or in itself: the most that a coordinate moves if the pair is to be close
_NUDGES = (Fraction(1, 256), Fraction(1, 64), Fraction(1, 16))  # of the way to another point
_REDUCED = 4_000_000  # coordinates² times bits: about a second of lattice reduction
_WORK = 30_000_000  # rows times coefficients behind them
_HALVINGS = 60
_TRIED = 8  # coordinates that nothing reads, or kernel vectors
_SAME = 1e-9  # a difference of the outputs, relative to them, that may be none


def by_few_coordinates(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The wished input and another that differs from it in as few coordinates as its linear region allows, or one close to it.

    Where the wished input lies between regions, or on a side of the domain: two close to it in a region that begins there.
    """
    match goal, search.wish:
        case Injective(Network() as f, Box() | Reals() | Polytope() as on), Sparse(x) | Near(x):
            pass
        case _:
            return
    run = shadow(f)
    for base in _bases(on, x, search):
        for cut, v, most in _ways(f, run, on, base, search):
            pair = _pair(run, prefix(f, cut), on, base, v, most)
            if pair is not None:
                yield pair_proposal(goal, f, cut, pair)
                return


def _bases(on: Domain, x: Point, search: Search) -> Iterator[Point]:
    """The wished input; of few coordinates also points close to it, on the way to others of the domain."""
    yield x
    if len(x) > _MANY or isinstance(search.wish, Sparse):
        return
    inside = [p for p in islice(spread(on, search.random("near")), 4 * len(_NUDGES)) if p != x]
    for nudge in _NUDGES:
        for p in inside[:4]:
            far = max((abs(b - a) for a, b in zip(x, p, strict=True)), default=Fraction(1))
            share = nudge / far if isinstance(on, Reals) else nudge
            yield tuple(a + (b - a) * share for a, b in zip(x, p, strict=True))


def _ways(f: Network, run: Shadow, on: Box | Reals | Polytope, x: Point, search: Search) -> Iterator[tuple[int, list[int], Fraction]]:
    """(cut, v, most): the value cut does not move along v, of which no coordinate should move by more than `most`."""
    values = [v[0] for v in run.trace(floats(x)[None])]
    known: list[tuple[int, int, list[list[int]], list[bool]]] = []
    for cut in usable_cuts(f):
        entries = sum(node.op.entries for node in f.nodes[:cut] if isinstance(node.op, Affine))
        if np.count_nonzero(values[cut]) * entries <= _WORK and search.remaining() > 0:
            rows, unsettled = slopes(f, x, cut)
            known.append((len(rows), cut, rows, unsettled))
    sparse = isinstance(search.wish, Sparse)
    width = max((b - a for a, b in zip(on.lower, on.upper, strict=True)), default=Fraction(1)) if isinstance(on, Box) else Fraction(1)
    for _, cut, rows, unsettled in sorted(known, key=lambda entry: entry[:2]):
        free = [j for j in _movable(on, x) if not unsettled[j]]
        unread = [j for j in free if not any(row[j] for row in rows)]
        for v in _unit_vectors(unread, f.arity) if unread and sparse else _kernel_vectors(rows, free, f.arity, sparse):
            yield cut, v, width if sparse else _CLOSE * width


def _movable(on: Box | Reals | Polytope, x: Point) -> list[int]:
    """Coordinates that can move, the ones with most room both ways first."""
    if not isinstance(on, Box):
        return list(range(len(x)))
    room = {j: (min(t - a, b - t), b - a) for j, (a, t, b) in enumerate(zip(on.lower, x, on.upper, strict=True)) if a < b}
    return sorted(room, key=lambda j: (-room[j][0], -room[j][1], j))


def _unit_vectors(coordinates: Sequence[int], n: int) -> list[list[int]]:
    return [[int(i == j) for i in range(n)] for j in coordinates[:_TRIED]]


def _kernel_vectors(rows: list[list[int]], free: list[int], n: int, few: bool) -> list[list[int]]:
    """Of as few coordinates as there can be, or of short numbers."""
    bits = sum(max(map(int.bit_length, row)) for row in rows)
    count = len(rows) + 1 if few else max(len(rows) + 1, min(isqrt(_REDUCED // max(1, bits)), len(rows) + 8 + bits // 6))
    some = free[:count]
    if few or len(some) == len(rows) + 1:
        basis = sorted(nullspace([[row[j] for j in some] for row in rows], len(some)), key=lambda v: sum(map(bool, v)))
    else:
        basis = short_kernel([[row[j] for j in some] for row in rows], len(some))
    found = []
    for v in basis[:_TRIED]:
        full = [0] * n
        for j, t in zip(some, v, strict=True):
            full[j] = t
        found.append(full)
    return found


def _pair(run: Shadow, g: Network, on: Domain, x: Point, v: list[int], most: Fraction) -> tuple[Point, Point] | None:
    """x and a point along v, no coordinate moved by more than `most`, as far as the region goes (but for the last half)."""
    top, cut = max(map(abs, v)), len(g.nodes)
    value = run.trace(floats(x)[None])[cut][0]
    for sign in (1, -1):
        for k in range(_HALVINGS):
            step = most * sign / 2 ** (k + top.bit_length())
            y = tuple(a + step * b for a, b in zip(x, v, strict=True))
            if not contains(on, vector(y)):
                continue
            there = run.trace(floats(y)[None])[cut][0]
            if np.abs(there - value).max(initial=0.0) > _SAME * (1 + np.abs(value).max(initial=0.0)):
                continue
            if same(g.trace(vector(x))[-1], g.trace(vector(y))[-1]):
                return x, y
    return None
