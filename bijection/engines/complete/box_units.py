"""Pairs of boxes in units of work: so many pairs are looked at, and what they are taken apart into, as far as that goes.

Boxes have the numbers of `halving.py`. A unit is some pairs, all of them of a box and itself or none; its result has their
entries in the order of the theorem, None for a pair that is left open, and the nearest of two inputs that were looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, TypeAlias

import numpy as np

from bijection.engines.complete.boxes import Entry, Units, units
from bijection.engines.complete.dealing import Do, Work, in_order
from bijection.engines.complete.halving import Halving, halving
from bijection.engines.proposal import Search
from bijection.exact.floating import Array, floats
from proofs.codec import decode_claim, encode_claim
from proofs.domains import Box
from proofs.exact import common_denominator
from proofs.network import Network
from proofs.statements import Injective
from proofs.theorems.one_layer import one_layer
from proofs.theorems.separated_boxes import FIRST, SECOND

Pair: TypeAlias = tuple[int, int]
Near: TypeAlias = tuple[float, list[float], list[float]]  # how far apart outputs are for their inputs, which follow

NONE: Near = (inf, [], [])

_TOGETHER, _FIRST = 1024, 128  # pairs, and boxes with themselves, that are looked at together
_UNLIKE = 2  # halvings more, and a box waits for the other
_WORK = 8_000_000  # of the pairs in a unit: a few hundred milliseconds


def parts(pair: Pair, entry: Entry) -> tuple[Pair, ...]:
    """What a pair is taken apart into, in the order of the theorem."""
    p, q = pair
    if entry == FIRST:
        a, b = 2 * p, 2 * p + 1
        return ((a, a), (a, b), (b, b)) if p == q else ((a, q), (b, q))
    return ((p, 2 * q), (p, 2 * q + 1)) if entry == SECOND else ()


def depth(pair: Pair) -> int:
    """How often the smaller box is halved."""
    return max(pair).bit_length() - 1


def share(pair: Pair) -> float:
    """Of all pairs of inputs, in either order."""
    p, q = pair
    return 2.0 ** (3 - p.bit_length() - q.bit_length() - (p == q))


@dataclass(slots=True)
class BoxPairs:
    """Tells pairs of boxes apart: functionals and matrices, or which of the two boxes is to be halved."""

    f: Units
    boxes: Halving

    @property
    def size(self) -> int:
        """How many pairs a unit looks at."""
        hidden, m = len(self.f.b), len(self.f.v)
        return max(256, _WORK // (1000 + hidden * (m + self.inputs)))

    @property
    def deepest(self) -> int:
        """Boxes that are halved more often are not the way."""
        return 10 * self.inputs + 10

    @property
    def inputs(self) -> int:
        """How many inputs the network has."""
        return len(self.boxes.lower)

    def done(self, starts: Sequence[Pair], search: Search) -> dict[str, Any] | None:
        """The result of a unit, or None if time ran out. Pairs that came last are next, which keeps few open."""
        given = [(p, q) for p, q in starts]
        same = all(p == q for p, q in given)
        entries: dict[Pair, Entry] = {}
        near, todo = NONE, given[::-1]
        while todo and len(entries) < self.size:
            if search.remaining() <= 0:
                return None
            batch = todo[-(_FIRST if same else _TOGETHER) :]
            del todo[-len(batch) :]
            found, nearer = self.entries(batch)
            near = min(near, nearer)
            for pair, entry in zip(batch, found, strict=True):
                entries[pair] = entry
                todo += [part for part in parts(pair, entry) if same == (part[0] == part[1]) and depth(part) <= self.deepest]
        return {"entries": in_order(given, entries, parts), "near": near if near[1] else None}

    def entries(self, pairs: Sequence[Pair]) -> tuple[list[Entry], Near]:
        """Look for functionals, then for matrices; else the box that makes more noise is halved, or the one that is far larger: halving the
        other one might have no end."""
        place = {number: k for k, number in enumerate(sorted({number for pair in pairs for number in pair}))}
        first, second = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
        with np.errstate(all="ignore"):  # what overflows tells nothing apart
            low, high = self.boxes.ends(list(place))
            strips = self.f.strips(low, high)
            found: list[Entry | None] = [None] * len(pairs)
            noises = np.ones((len(pairs), 2))
            two = np.flatnonzero(first != second)
            if len(two):
                entries, noises[two] = self.f.functionals(strips.some(first[two]), strips.some(second[two]))
                _put(found, two, entries)
            left = np.array([k for k, entry in enumerate(found) if entry is None], dtype=int)
            if len(left):
                p, q = first[left], second[left]
                reach = np.maximum(high[p], high[q]) - np.minimum(low[p], low[q])
                _put(found, left, self.f.matrices(strips.some(p), strips.some(q), reach))
            near = self._nearest(strips.middle, first[left], second[left])
        deeper = np.array([p.bit_length() - q.bit_length() for p, q in pairs])
        noisier = np.where(np.abs(deeper) > _UNLIKE, deeper < 0, noises[:, 0] >= noises[:, 1])
        leading = ((first == second) | noisier).tolist()
        return [(FIRST if lead else SECOND) if entry is None else entry for entry, lead in zip(found, leading, strict=True)], near

    def _nearest(self, x: Array, p: Any, q: Any) -> Near:
        """Two of the points whose images are nearest for their distance, roughly."""
        two = p != q
        if not two.any():
            return NONE
        p, q = p[two], q[two]
        y = self.f.sigma(x @ self.f.w.T + self.f.b) @ self.f.v.T + x @ self.f.rest.T
        ratio = np.abs(y[p] - y[q]).max(axis=1) / np.abs(x[p] - x[q]).max(axis=1)
        k = int(np.where(np.isfinite(ratio), ratio, inf).argmin())
        return float(ratio[k]), x[p[k]].tolist(), x[q[k]].tolist()


def _put(out: list[Entry | None], places: Any, entries: Sequence[Entry | None]) -> None:
    for k, entry in zip(places.tolist(), entries, strict=True):
        out[k] = entry


def prepared(f: Network, on: Box) -> BoxPairs:
    """The network in floating point and the box, the same in every process; Rejected, Malformed or OverflowError for other networks."""
    forms = one_layer(f)
    scale = common_denominator([forms.s, *(q.denominator for s in forms.units for _, q in s.pieces)])
    ends: tuple[Array, Array] = floats(on.lower), floats(on.upper)
    with np.errstate(all="ignore"):  # what overflows tells nothing apart
        inside = units(forms, scale)
        return BoxPairs(inside, halving(inside, *ends))


def work(goal: Injective, pairs: BoxPairs) -> Work:
    """What all units share: the claim."""
    given = {"claim": encode_claim(goal).decode(), "size": pairs.size}
    return Work(json.dumps(given).encode(), elsewhere, pairs.done)


def elsewhere(shared: bytes) -> Do:
    """What does units in another process."""
    goal = decode_claim(json.loads(shared)["claim"].encode())
    assert isinstance(goal, Injective)
    assert isinstance(goal.f, Network)
    assert isinstance(goal.on, Box)
    return prepared(goal.f, goal.on).done
