"""Work in units of some hundred milliseconds, for this process or any concurrent.futures.Executor, with a journal of what is done.

A unit is JSON and so is its result, which depends on the unit and on what all units share, but not on who does it or when.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeAlias

from bijection.engines.complete.journal import Journal
from bijection.engines.proposal import Search
from proofs.errors import well_formed
from proofs.statements import Statement

Do: TypeAlias = Callable[[Any, Search], Any]  # a unit, to its result, or None if time ran out
Pair: TypeAlias = tuple[int, int]
Entry: TypeAlias = tuple[int, ...]
Parts: TypeAlias = Callable[[Pair, Entry], Sequence[Pair]]  # what a pair with this entry is taken apart into
Answer: TypeAlias = tuple[str, str, Any]  # "done", "late" or "unknown", who says so, and the result

_AHEAD = 64  # units handed out at a time
_workers = threading.local()  # what this worker has prepared: a thread has its own, as those who do units keep notes


def in_order(starts: Sequence[Pair], entries: Mapping[Pair, Entry], parts: Parts) -> list[Entry | None]:
    """The entries of pairs and of what they are taken apart into, in the order of the theorems; None for those that have none."""
    out: list[Entry | None] = []
    todo = list(starts)[::-1]
    while todo:
        pair = todo.pop()
        entry = entries.get(pair)
        out.append(entry)
        todo += reversed(parts(pair, entry)) if entry is not None else ()
    return out


def walked(starts: Sequence[Pair], entries: Sequence[Entry | None], parts: Parts) -> Iterator[tuple[Pair, Entry | None]]:
    """The pairs with these entries, which `in_order` has made; Malformed where they do not fit."""
    number, todo = 0, list(starts)[::-1]
    while todo:
        pair = todo.pop()
        well_formed(number < len(entries), "the journal says too little about the pair {} and others; name another folder", pair)
        entry = entries[number]
        yield pair, entry
        number += 1
        todo += reversed(parts(pair, entry)) if entry is not None else ()
    well_formed(number == len(entries), "the journal says more than is asked; name another folder")


@dataclass(frozen=True, slots=True)
class Work:
    """What the units have in common: its JSON, from which `prepare`, a function that a worker can import, makes what does them; and
    `here`, which does them in this process.
    """

    shared: bytes
    prepare: Callable[[bytes], Do]
    here: Do

    @property
    def name(self) -> str:
        """A name for it, which stands in journals."""
        return sha256(self.prepare.__module__.encode() + self.shared).hexdigest()


def results(goal: Statement, work: Work, waiting: list[Any], search: Search) -> Iterator[tuple[Any, Any]]:
    """The units with their results as they come; it takes the last one of those that wait, among which more may be put meanwhile.

    It ends early if time runs out.
    """
    journal = Journal(search.journal, goal, search.seed) if search.journal is not None else None
    if journal is not None:
        yield from _known(journal.read(work.name), waiting)
    hands = _Hands(work, search)
    try:
        while waiting or hands.running:
            if waiting and len(hands.running) < hands.ahead:
                hands.give(waiting.pop(), None)
                continue
            for unit, result in hands.finished():
                if result is None:
                    return
                if journal is not None:
                    journal.write(work.name, unit, result)
                yield unit, result
    finally:
        hands.drop()


def _known(known: dict[str, Any], waiting: list[Any]) -> Iterator[tuple[Any, Any]]:
    """All units whose results are known, so that a search goes on from all that was done."""
    unknown: list[Any] = []
    while waiting:
        unit = waiting.pop()
        result = known.get(json.dumps(unit))
        if result is None:
            unknown.append(unit)
        else:
            yield unit, result
    waiting += reversed(unknown)


@dataclass(slots=True)
class _Hands:
    """The units that are under way. What they share goes along with one for each worker that has said it does not know it."""

    work: Work
    search: Search
    name: str = field(init=False)
    executor: Executor = field(init=False)
    ahead: int = field(init=False)
    running: dict[Future[Answer], tuple[Any, bool]] = field(default_factory=dict)
    ignorant: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.name = self.work.name
        self.executor, self.ahead = (_Here(), 1) if self.search.executor is None else (self.search.executor, _AHEAD)
        if self.search.executor is None:
            _workers.known = (self.name, self.work.here)

    def give(self, unit: Any, shared: bytes | None) -> None:
        """Hand a unit out."""
        future = self.executor.submit(_done, self.name, self.work.prepare, shared, unit, self.search.remaining())
        self.running[future] = unit, shared is not None

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """Some units with their results, None where time ran out."""
        ended, _ = wait(self.running, timeout=max(0.0, self.search.remaining()), return_when=FIRST_COMPLETED)
        if not ended:
            yield None, None
        for future in ended:
            unit, _ = self.running.pop(future)
            said, worker, result = future.result()
            if said != "unknown":
                self.ignorant.discard(worker)
                yield unit, result
                continue
            self.ignorant.add(worker)
            taught = sum(along for _, along in self.running.values())
            self.give(unit, self.work.shared if taught < len(self.ignorant) else None)

    def drop(self) -> None:
        """Leave what is not begun."""
        for future in self.running:
            future.cancel()


class _Here(Executor):
    """Work is done when it is given."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future, which is over; what goes wrong is raised at once."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _done(name: str, prepare: Callable[[bytes], Do], shared: bytes | None, unit: Any, seconds: float) -> Answer:
    """One unit by a worker, unless it has to be sent first what the units share."""
    search = Search(time.monotonic() + seconds)
    worker = f"{socket.gethostname()} {os.getpid()} {threading.get_ident()}"
    if getattr(_workers, "known", ("", None))[0] != name:
        if shared is None:
            return "unknown", worker, None
        _workers.known = None  # before the new one takes its room
        _workers.known = (name, prepare(shared))
    result = _workers.known[1](unit, search)
    return "late" if result is None else "done", worker, result
