"""Small grids, where lattice reduction may miss the vectors that fit: all differences of two points, by meeting in the middle (A16, I6)."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

import numpy as np

from bijection.engines.grids.lattice import Place, first_that_collides, places, room
from bijection.engines.pairs.collisions import pair_proposal
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import spread
from bijection.exact.halves import bounds_that_fit, small_kernel_vectors
from bijection.exact.lattice import Whole
from proofs.domains import Grid
from proofs.network import Network
from proofs.statements import Injective, Positive

_LARGEST = 64  # inputs
_STARTS = 12  # points in whose regions is looked
_HOPE = 10.0  # bits by which vectors may be expected to be missing and yet are looked for
_VECTORS = 2_000


def by_halves(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a grid in one linear region that a prefix of the network does not tell apart: every vector that fits is tried."""
    match goal:
        case Injective(Network() as f, Grid() as on) if 0 < f.arity <= _LARGEST:
            pass
        case _:
            return
    seen: set[tuple[tuple[int, ...], ...]] = set()
    for x, _ in zip(spread(on, search.random("halves"), search.near), range(_STARTS), strict=False):
        below, above = room(on, x)
        for place in places(f, on, x, search):
            if search.remaining() <= 0:
                return
            key = tuple(map(tuple, place.rows))
            if key in seen:
                continue
            seen.add(key)
            moves = _moves(f, on, place)
            found = None if moves is None else first_that_collides(f, on, place, moves, below, above, search)
            if found is not None:
                yield pair_proposal(goal, f, place.cut, found[1])
                return


def _moves(f: Network, on: Grid, place: Place) -> Whole | None:
    """Kernel vectors of the place that fit into the grid, as rows; None if there are none."""
    steps = [on.counts()[j] - 1 for j in place.live]
    limits = bounds_that_fit(steps) if steps else None
    if limits is None:
        return None
    sizes = [sum(abs(a) * c for a, c in zip((row[j] for j in place.live), limits, strict=True)) for row in place.rows]
    missing = sum(log2(2 * size + 1) for size in sizes) - sum(log2(2 * c + 1) for c in limits)
    if limits != steps and missing > _HOPE:
        return None  # only a part of the vectors is listed, and hardly one of it will do
    found = small_kernel_vectors([[row[j] for j in place.live] for row in place.rows], limits, _VECTORS)
    if not found:
        return None
    moves = np.zeros((len(found), f.arity), dtype=np.int64)
    moves[:, place.live] = found
    return moves
