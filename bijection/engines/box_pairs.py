"""Networks with one hidden layer on a box: pairs of boxes, halved until a functional or a matrix tells them apart (A4, P13, P14)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any

import numpy as np

from bijection.engines.boxes import Entry, Units, units
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, floats
from proofs.domains import Box
from proofs.errors import Malformed, Rejected
from proofs.exact import common_denominator
from proofs.network import Network
from proofs.statements import Injective, Positive
from proofs.theorems.box_tree import LEAF
from proofs.theorems.one_layer import one_layer
from proofs.theorems.separated_boxes import FIRST, SECOND, SeparatedBoxes

MOST_INPUTS = 6
_MOST_NUMBERS = 2_000_000  # of all squares vᵢvᵢᵀ
_TOGETHER, _FIRST = 1024, 64  # pairs, and boxes with themselves
_MOST_ENTRIES = 2_000_000
_FEW = 20_000  # cells, which are then a way too
_SHARE, _LONGEST = 0.2, 60.0  # of the time left, and at most so many seconds, if there are few;
_TRIAL = 3.0  # seconds, after which the pace must be such that this is enough
_MOST = 0.9  # of the time left, if there are many

Numbers = np.ndarray[Any, np.dtype[np.int64]]


def by_box_pairs(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof, where the pairs of boxes that are hard to tell apart are few: it ends in time if f is so far from not being injective, near
    every point, that slopes of units may be chosen anew at will. Finds no counterexamples.
    """
    match goal:
        case Injective(Network() as f, Box(lower, upper)) if 0 < f.arity <= min(MOST_INPUTS, f.width):
            pass
        case _:
            return
    try:
        forms = one_layer(f)
        if not forms.units or len(forms.units) * f.width**2 > _MOST_NUMBERS:
            return
        scale = common_denominator([forms.s, *(q.denominator for s in forms.units for _, q in s.pieces)])
        search.report(f"{len(forms.units)} units in one layer: pairs of boxes")
        few = few_cells(len(forms.units), f.arity)
        if few and (search.executor is not None or search.journal is not None):
            return  # pairs of cells are work for them, pairs of boxes are not
        allowed = (_SHARE if few else _MOST) * max(0.0, search.remaining())
        with np.errstate(all="ignore"):  # what overflows tells nothing apart
            pairs = _Pairs(units(forms, scale), Boxes(floats(lower), floats(upper)))
            closed = pairs.close(search, min(allowed, _LONGEST) if few else allowed, patient=not few)
    except (Rejected, Malformed, OverflowError, np.linalg.LinAlgError):
        return  # more layers, other activations, or numbers too large for floats
    if closed:
        theorem = pairs.certificate()
        boxes = (len(theorem.cuts) + 1) // 2
        yield Proposal(goal, (theorem,), f"{boxes} boxes, told apart in {len(theorem.pairs)} steps")


def few_cells(units: int, n: int) -> bool:
    """Whether cells are a way too: so many hyperplanes cut ℝⁿ into at most Σ C(units, k) cells, k ≤ n."""
    return sum(comb(units, k) for k in range(n + 1)) <= _FEW


@dataclass(slots=True)
class Boxes:
    """A tree of boxes that grows; numbers are given in the order of birth."""

    lower: Array
    upper: Array
    axis: Numbers = field(init=False)
    first: Numbers = field(init=False)  # the number of the lower half, the upper one comes next; 0 where there is no cut
    depth: Numbers = field(init=False)
    count: int = 1

    def __post_init__(self) -> None:
        self.lower, self.upper = self.lower[None].copy(), self.upper[None].copy()
        self.axis, self.first, self.depth = np.array([LEAF]), np.array([0]), np.array([0])

    def halve(self, f: Units, numbers: Numbers) -> None:
        """Halve those that are whole, each along the coordinate in which the inputs of its bent units move most."""
        whole = np.unique(numbers)
        whole = whole[self.first[whole] == 0]
        if not len(whole):
            return
        self._room(self.count + 2 * len(whole))
        strips = f.strips(self.lower[whole], self.upper[whole])
        weight = np.linalg.norm(f.v, axis=0) * ((strips.wide > 0) + 1e-3)
        axis = ((weight @ np.abs(f.w) + 1e-9) * strips.half).argmax(axis=1)
        low = self.count + 2 * np.arange(len(whole))
        self.axis[whole], self.first[whole] = axis, low
        middle = (self.lower[whole, axis] + self.upper[whole, axis]) / 2
        for k in (low, low + 1):
            self.lower[k], self.upper[k], self.depth[k] = self.lower[whole], self.upper[whole], self.depth[whole] + 1
        self.upper[low, axis] = self.lower[low + 1, axis] = middle
        self.count += 2 * len(whole)

    def _room(self, size: int) -> None:
        more = max(0, size - len(self.axis))
        if more:
            more = max(more, len(self.axis))
            blank = np.zeros((more, self.lower.shape[1]))
            self.lower, self.upper = np.vstack([self.lower, blank]), np.vstack([self.upper, blank])
            self.axis = np.concatenate([self.axis, np.full(more, LEAF)])
            self.first, self.depth = (np.concatenate([a, np.zeros(more, dtype=int)]) for a in (self.first, self.depth))


@dataclass(slots=True)
class _Pairs:
    """Pairs of boxes: those that are open, and what is done with the others."""

    f: Units
    boxes: Boxes
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)
    open: list[tuple[Numbers, Array]] = field(default_factory=lambda: [(np.zeros((1, 2), dtype=int), np.ones(1))])
    later: list[tuple[Numbers, Array]] = field(default_factory=list)

    def close(self, search: Search, allowed: float, patient: bool) -> bool:
        """Deal with all pairs; False if the seconds run out, or boxes become so small that this is not the way; or, unless patient, at a
        pace that is too slow.

        Boxes with themselves come first, a few at a time: where that has no end, it soon comes to the smallest boxes.
        """
        closed, deepest = 0.0, 10 * self.boxes.lower.shape[1] + 10
        started = told = time.monotonic()
        for together in (_FIRST, _TOGETHER):
            while self.open:
                past = time.monotonic() - started
                slow = not patient and past > _TRIAL and closed * allowed < past
                if past > allowed or slow or len(self.entries) > _MOST_ENTRIES or self.boxes.depth.max() > deepest:
                    return False
                pairs, size = self._batch(together)
                noises, done = self._entries(pairs)
                closed += float(size[done].sum())
                if time.monotonic() - told > 1:
                    told = time.monotonic()
                    search.report(f"{self.boxes.count} boxes; {closed:.3%} of all pairs of inputs are told apart")
                self._apart(pairs[~done], size[~done], noises[~done])
            self.open, self.later = self.later[::-1], []  # the largest come next
        return True

    def _batch(self, together: int) -> tuple[Numbers, Array]:
        """The pairs that came last: those before them wait, which keeps few open."""
        taken = [self.open.pop()]
        while self.open and sum(len(share) for _, share in taken) < together:
            taken.append(self.open.pop())
        pairs, share = np.concatenate([p for p, _ in taken]), np.concatenate([s for _, s in taken])
        if len(pairs) > together:
            self.open.append((pairs[:-together], share[:-together]))
        return pairs[-together:], share[-together:]

    def _entries(self, pairs: Numbers) -> tuple[Array, Any]:
        """Look for functionals, then for matrices; the noise that the boxes make, and which pairs are done."""
        p, q = pairs.T
        used, place = np.unique(pairs, return_inverse=True)
        first, second = place.reshape(-1, 2).T
        strips = self.f.strips(self.boxes.lower[used], self.boxes.upper[used])
        noises, done = np.ones((len(pairs), 2)), np.zeros(len(pairs), dtype=bool)
        two = np.flatnonzero(p != q)
        found: list[Entry | None] = [None] * len(pairs)
        if len(two):
            entries, noises[two] = self.f.functionals(strips.some(first[two]), strips.some(second[two]))
            for k, entry in zip(two.tolist(), entries, strict=True):
                found[k] = entry
        left = np.array([k for k, entry in enumerate(found) if entry is None], dtype=int)
        if len(left):
            reach = np.maximum(self.boxes.upper[p], self.boxes.upper[q]) - np.minimum(self.boxes.lower[p], self.boxes.lower[q])
            entries = self.f.matrices(strips.some(first[left]), strips.some(second[left]), reach[left])
            for k, entry in zip(left.tolist(), entries, strict=True):
                found[k] = entry
        for k, (pair, entry) in enumerate(zip(pairs.tolist(), found, strict=True)):
            if entry is not None:
                self.entries[pair[0], pair[1]] = entry
                done[k] = True
        return noises, done

    def _apart(self, pairs: Numbers, share: Array, noises: Array) -> None:
        """Take pairs apart: the box that makes more noise is halved."""
        p, q = pairs.T
        same, leading = p == q, noises[:, 0] >= noises[:, 1]
        self.boxes.halve(self.f, np.where(same | leading, p, q))
        for one, other, lead in zip(p.tolist(), q.tolist(), leading.tolist(), strict=True):
            self.entries[one, other] = FIRST if lead or one == other else SECOND
        half = self.boxes.first[np.where(same | leading, p, q)]
        fresh: list[tuple[Numbers, Array]] = []
        for chosen, parts in (
            (same, ((0, 0), (1, 1), (0, 1))),
            (~same & leading, ((0, None), (1, None))),
            (~same & ~leading, ((None, 0), (None, 1))),
        ):
            k = np.flatnonzero(chosen)
            for a, b in parts:
                one, other = p[k] if a is None else half[k] + a, q[k] if b is None else half[k] + b
                fresh.append((np.stack([one, other], axis=1), share[k] / (4 if a == b else 2)))
        for two, size in fresh:
            if len(two):
                (self.later if same.any() and two[0, 0] != two[0, 1] else self.open).append((two, size))

    def certificate(self) -> SeparatedBoxes:
        """What was found, with boxes and pairs in the order of the theorem."""
        cuts, todo = [], [0]
        while todo:
            number = todo.pop()
            cuts.append(int(self.boxes.axis[number]))
            half = int(self.boxes.first[number])
            todo += [half + 1, half] if half else []
        pairs, open_ = [], [(0, 0)]
        while open_:
            p, q = open_.pop()
            entry = self.entries[p, q]
            pairs.append(entry)
            if entry == FIRST:
                a = int(self.boxes.first[p])
                open_ += [(a + 1, a + 1), (a, a + 1), (a, a)] if p == q else [(a + 1, q), (a, q)]
            elif entry == SECOND:
                a = int(self.boxes.first[q])
                open_ += [(p, a + 1), (p, a)]
        return SeparatedBoxes(tuple(cuts), tuple(pairs))
