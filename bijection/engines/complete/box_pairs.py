"""Networks with one hidden layer on a box: pairs of boxes, halved until a functional or a matrix tells them apart (A4, P13, P14)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any

import numpy as np

from bijection.engines.complete.box_units import NONE, BoxPairs, Near, Pair, depth, parts, prepared, share, work
from bijection.engines.complete.boxes import Entry
from bijection.engines.complete.dealing import results, walked
from bijection.engines.complete.halving import cuts
from bijection.engines.proposal import Proposal, Search
from proofs.domains import Box
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.statements import Injective, Positive
from proofs.theorems.one_layer import one_layer
from proofs.theorems.separated_boxes import FIRST, SECOND, SeparatedBoxes

MOST_INPUTS = 6
_MOST_NUMBERS = 2_000_000  # of all squares vᵢvᵢᵀ
_MOST_ENTRIES = 2_000_000
_STARTS = 1024  # pairs that a unit begins with
_FEW = 20_000  # cells, which are then a way too
_SHARE, _LONGEST = 0.2, 12.0  # of the time left, and at most so many seconds, if there are few;
_TRIAL = 3.0  # seconds, after which the pace must be such that this is enough
_MOST = 0.9  # of the time left, if there are many


def by_box_pairs(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof, where the pairs of boxes that are hard to tell apart are few: it ends in time if f is so far from not being injective, near
    every point, that slopes of units may be chosen anew at will. Finds no counterexamples.
    """
    match goal:
        case Injective(Network() as f, Box() as on) if 0 < f.arity <= min(MOST_INPUTS, f.width):
            pass
        case _:
            return
    try:
        count = len(one_layer(f).units)
        if not count or count * f.width**2 > _MOST_NUMBERS:
            return
        tree = _PairTree(goal, prepared(f, on))
    except (Rejected, Malformed, OverflowError):
        return  # more layers, other activations, or numbers too large for floats
    search.report(f"{count} units in one layer: pairs of boxes")
    try:
        closed = tree.close(search, few_cells(count, f.arity))
    except np.linalg.LinAlgError:
        return
    if closed:
        theorem = tree.certificate()
        boxes = (len(theorem.cuts) + 1) // 2
        yield Proposal(goal, (theorem,), f"{boxes} boxes, told apart in {len(theorem.pairs)} steps")


def few_cells(units: int, n: int) -> bool:
    """Whether cells are a way too: so many hyperplanes cut ℝⁿ into at most Σ C(units, k) cells, k ≤ n."""
    return sum(comb(units, k) for k in range(n + 1)) <= _FEW


@dataclass(slots=True)
class _PairTree:
    """The pairs that have come up, with their entries."""

    goal: Injective
    pairs: BoxPairs
    entries: dict[Pair, Entry] = field(default_factory=dict)
    open: int = 1
    closed: float = 0.0  # of all pairs of inputs
    near: Near = NONE

    def close(self, search: Search, few: bool) -> bool:
        """Deal with all pairs; False if the seconds run out, or boxes become so small that this is not the way; or, where cells are few,
        at a pace that is too slow.

        Boxes with themselves come first: where that has no end, it soon comes to the smallest boxes. Then the largest pairs come next.
        """
        left = search.remaining()
        allowed = min(_SHARE * left, _LONGEST) if few else _MOST * left
        limited = replace(search, deadline=time.monotonic() + allowed)
        waiting: list[list[Pair]] = [[(1, 1)]]
        first: float | None = None  # when the first unit was done
        for starts, result in results(self.goal, work(self.goal, self.pairs), waiting, limited):
            same, two = self._take([(p, q) for p, q in starts], result)
            if len(self.entries) > _MOST_ENTRIES or max(map(depth, same + two), default=0) > self.pairs.deepest:
                return False
            waiting += _portions(same)
            if same:
                waiting[:0] = _portions(two)
            else:
                waiting += _portions(two)
            search.report(self._said())
            past = time.monotonic() - (first := first or time.monotonic())
            if few and past > _TRIAL and self.closed * allowed < past:
                return False
        return not self.open

    def _take(self, starts: Sequence[Pair], result: dict[str, Any]) -> tuple[list[Pair], list[Pair]]:
        """What a unit has done; the pairs of a box and itself that are open, and the others."""
        same: list[Pair] = []
        two: list[Pair] = []
        for pair, entry in walked(starts, [None if entry is None else tuple(entry) for entry in result["entries"]], parts):
            if entry is None:
                (same if pair[0] == pair[1] else two).append(pair)
                continue
            self.entries[pair] = entry
            if entry not in (FIRST, SECOND):
                self.closed += share(pair)
        self.open += len(same) + len(two) - len(starts)
        self.near = min(self.near, tuple(result["near"] or NONE))
        return same, two

    def _said(self) -> str:
        """How far the search is, in words."""
        apart, x, y = self.near
        near = f"; nearest so far: {_point(x)} and {_point(y)}, outputs {apart:.1g} times as far apart as inputs" if x else ""
        return f"{self.closed:.3%} of all pairs of inputs are told apart{near}"

    def certificate(self) -> SeparatedBoxes:
        """All entries in the order of the theorem, with the boxes that are halved."""
        pairs: list[Entry] = []
        halved: set[int] = set()
        todo = [(1, 1)]
        while todo:
            pair = todo.pop()
            entry = self.entries[pair]
            pairs.append(entry)
            if entry in (FIRST, SECOND):
                halved.add(pair[0] if entry == FIRST else pair[1])
                todo += reversed(parts(pair, entry))
        return SeparatedBoxes(tuple(cuts(self.pairs.boxes, halved)), tuple(pairs))


def _portions(pairs: list[Pair]) -> list[list[Pair]]:
    """Pairs in units, those that come first last."""
    return [pairs[k : k + _STARTS] for k in range(0, len(pairs), _STARTS)][::-1]


def _point(x: Sequence[float]) -> str:
    return f"({', '.join(f'{t:.3g}' for t in x)})"
