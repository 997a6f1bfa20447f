"""Pairs of cells in units of work.

A unit is the number of a portion of the pairs that the theorem begins with; its result is their entries in order, None for a pair that
floats could not tell apart. They depend on the tree and the seed alone, so the certificate is the same whoever does them.
"""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from typing import TypeAlias

import numpy as np

from bijection.engines.complete.dealing import Do, Entry, Pair, Parts, Work, in_order, walked
from bijection.engines.complete.separation import Separation, prepare, separate
from bijection.engines.proposal import Search
from proofs.codec import decode_claim, encode_claim
from proofs.statements import Injective
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import SPLIT, CellTree

Result: TypeAlias = list[Entry | None]

_SIZE = 3000  # leaves of the pairs in one unit: a few hundred milliseconds


def portions(tree: CellTree, whole: Container[int] = ()) -> list[list[Pair]]:
    """The pairs to begin with, cut into units; none below the nodes `whole`, and theirs are dealt with."""
    out: list[list[Pair]] = []
    batch: list[Pair] = []
    size = 0
    for p, q in tree.starts(whole):
        batch.append((p, q))
        size += tree.sizes[p] + tree.sizes[q]
        if size > _SIZE:
            out.append(batch)
            batch, size = [], 0
    return [*out, batch] if batch else out


def prepared(goal: Injective, tree: CellTree, seed: int) -> Separation:
    """The float images and directions of the tree, the same in every process."""
    return prepare(tree, np.random.default_rng([seed, goal.f.arity]))


def work(goal: Injective, s: Separation, units: Sequence[list[Pair]], search: Search) -> Work:
    """What all units share: the claim, the tree, and what is dealt with already."""
    given = {"claim": encode_claim(goal).decode(), "cuts": s.tree.cuts, "whole": list(s.whole.items()), "seed": search.seed, "size": _SIZE}
    return Work(json.dumps(given).encode(), elsewhere, lambda number, search: done(s, units[number], search))


def elsewhere(shared: bytes) -> Do:
    """What does units in another process."""
    given = json.loads(shared)
    goal = decode_claim(given["claim"].encode())
    assert isinstance(goal, Injective)
    tree = CellTree(Subdivision(goal.f, goal.on), tuple(given["cuts"]))  # type: ignore[arg-type]
    s = prepared(goal, tree, given["seed"])
    s.whole = {number: tuple(entry) for number, entry in given["whole"]}
    units = portions(tree, s.whole)
    return lambda number, search: done(s, units[number], search)


def done(s: Separation, starts: list[Pair], search: Search) -> Result | None:
    """The entries of the pairs in the order of the theorem, or None if time ran out."""
    s.entries.clear()
    s.stuck.clear()
    if not separate(s, list(starts), search):
        return None
    return in_order(starts, s.entries, _parts(s.tree))


def _parts(tree: CellTree) -> Parts:
    return lambda pair, entry: tree.apart(*pair) if entry == (SPLIT,) else ()


def put_together(tree: CellTree, results: dict[int, Result], units: Sequence[list[Pair]]) -> list[tuple[Pair, Entry | None]]:
    """All pairs with their entries, in the order of the theorem; Malformed if a journal does not fit the tree."""
    return [known for number, starts in enumerate(units) for known in walked(starts, results[number], _parts(tree))]
