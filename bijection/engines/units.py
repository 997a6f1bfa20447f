"""Pairs of cells in units of work, for this process or any concurrent.futures.Executor, with a journal of what is done.

A unit is a portion of the pairs that the theorem begins with; its result is their entries in order, None for a pair that
floats could not tell apart. Units depend on the tree and the seed alone, so the certificate is the same whoever does them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from bijection.engines.proposal import Search
from bijection.engines.separation import Separation, prepare, separate
from proofs.codec import decode_claim, encode_claim
from proofs.errors import Malformed, well_formed
from proofs.statements import Injective
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import SPLIT, CellTree

Entry: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
Result: TypeAlias = list[Entry | None]

_SIZE = 3000  # leaves of the pairs in one unit: a few hundred milliseconds
_AHEAD = 8  # units handed out at a time
_FORMAT = "bijection-journal"
_known: dict[str, tuple[Separation, list[list[Pair]]]] = {}  # in a worker: what it has prepared


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


def prepared(goal: Injective, tree: CellTree, search: Search) -> Separation:
    """The float images and directions of the tree, the same in every process."""
    return prepare(tree, np.random.default_rng([search.seed, goal.f.arity]))


def done(s: Separation, starts: list[Pair], search: Search) -> Result | None:
    """The entries of the pairs in the order of the theorem, or None if time ran out."""
    s.entries.clear()
    s.stuck.clear()
    if not separate(s, list(starts), search):
        return None
    out: Result = []
    for start in starts:
        todo = [start]
        while todo:
            pair = todo.pop()
            entry = s.entries.get(pair)
            out.append(entry)
            if entry == (SPLIT,):
                todo += reversed(s.tree.apart(*pair))
    return out


def unit(key: str, payload: bytes | None, number: int, seconds: float) -> tuple[str, Result]:
    """One unit in a worker process: ("done", entries), ("late", []), or ("unknown", []) if it has to be sent the payload first."""
    import time

    search = Search(time.monotonic() + seconds)
    if key not in _known:
        if payload is None:
            return "unknown", []
        given = json.loads(payload)
        goal = decode_claim(given["claim"].encode())
        assert isinstance(goal, Injective)
        tree = CellTree(Subdivision(goal.f, goal.on), tuple(given["cuts"]))  # type: ignore[arg-type]
        _known.clear()
        s = prepared(goal, tree, Search(0.0, given["seed"]))
        s.whole = {number: tuple(entry) for number, entry in given["whole"]}
        _known[key] = s, portions(tree, s.whole)
    s, units = _known[key]
    result = done(s, units[number], search)
    return ("late", []) if result is None else ("done", result)


def results(goal: Injective, s: Separation, units: Sequence[list[Pair]], search: Search) -> Iterator[tuple[int, Result]]:
    """The units with their results as they come, those of the journal first; it ends early if time runs out."""
    journal = Journal(goal, s, search) if search.journal is not None else None
    known = journal.read() if journal is not None else {}
    for number, result in known.items():
        if number < len(units):
            yield number, result
    left = [number for number in range(len(units)) if number not in known]
    source = _here(s, units, left, search) if search.executor is None else _elsewhere(goal, s, left, search)
    for number, result in source:
        if journal is not None:
            journal.write(number, result)
        yield number, result


def _here(s: Separation, units: Sequence[list[Pair]], left: list[int], search: Search) -> Iterator[tuple[int, Result]]:
    for number in left:
        result = done(s, units[number], search)
        if result is None:
            return
        yield number, result


def _elsewhere(goal: Injective, s: Separation, left: list[int], search: Search) -> Iterator[tuple[int, Result]]:
    """Hand out units in order, few at a time; the network goes to a worker when it says that it does not know it."""
    assert search.executor is not None
    given = {"claim": encode_claim(goal).decode(), "cuts": s.tree.cuts, "whole": list(s.whole.items()), "seed": search.seed}
    payload = json.dumps(given).encode()
    key = sha256(payload).hexdigest()
    waiting = list(reversed(left))
    running: dict[Future[tuple[str, Result]], int] = {}
    try:
        while waiting or running:
            while waiting and len(running) < _AHEAD:
                number = waiting.pop()
                running[search.executor.submit(unit, key, None, number, search.remaining())] = number
            finished, _ = wait(running, timeout=max(0.0, search.remaining()), return_when=FIRST_COMPLETED)
            if not finished:
                return
            for future in finished:
                number = running.pop(future)
                status, result = future.result()
                if status == "done":
                    yield number, [None if entry is None else tuple(entry) for entry in result]
                elif status == "unknown":
                    running[search.executor.submit(unit, key, payload, number, search.remaining())] = number
                else:
                    return
    finally:
        for future in running:
            future.cancel()


class Journal:
    """An append-only file: a line that says what is searched, then one for each unit that is done. A cache: the kernel checks all."""

    def __init__(self, goal: Injective, s: Separation, search: Search) -> None:
        assert search.journal is not None
        self.path = Path(search.journal) / "journal.jsonl"
        claim = sha256(encode_claim(goal)).hexdigest()
        what = {"claim": claim, "seed": search.seed, "size": _SIZE, "cuts": list(s.tree.cuts), "whole": sorted(s.whole)}
        self.head = {"format": _FORMAT, "version": 2, **what}

    def read(self) -> dict[int, Result]:
        """The units done before; a journal of another search is refused, a line that was not finished is left out."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists() or not self.path.read_bytes().strip():
            self._append(self.head)
            return {}
        head, *lines = self.path.read_bytes().split(b"\n")
        same = _loaded(head) == self.head
        well_formed(same, "{} is the journal of another search (claim, seed or version differ); name another folder", str(self.path))
        if lines and lines[-1]:
            self._append(None)  # end the line that was cut off
        out: dict[int, Result] = {}
        for line in lines:
            match _loaded(line):
                case {"unit": int(number), "entries": list(entries)}:
                    out[number] = [None if entry is None else tuple(entry) for entry in entries]
        return out

    def write(self, number: int, result: Result) -> None:
        """One unit more."""
        self._append({"unit": number, "entries": result})

    def _append(self, record: Any) -> None:
        with self.path.open("ab") as file:
            file.write((b"" if record is None else json.dumps(record, separators=(",", ":")).encode()) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def put_together(tree: CellTree, results: dict[int, Result], units: Sequence[list[Pair]]) -> list[tuple[Pair, Entry | None]]:
    """All pairs with their entries, in the order of the theorem; Malformed if a journal does not fit the tree."""
    out: list[tuple[Pair, Entry | None]] = []
    for number, starts in enumerate(units):
        entries = iter(results[number])
        for start in starts:
            todo = [start]
            while todo:
                pair = todo.pop()
                try:
                    entry = next(entries)
                except StopIteration:
                    raise Malformed(f"unit {number} of the journal is too short; name another folder") from None
                out.append((pair, entry))
                if entry == (SPLIT,):
                    todo += reversed(tree.apart(*pair))
    return out
