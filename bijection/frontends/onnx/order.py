"""An order in which the nodes of a graph can be computed. The standard asks files to be in one; not all are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from bijection.frontends.onnx.file import Step
from proofs.errors import Malformed


def in_order(steps: Sequence[Step], known: frozenset[str]) -> Iterator[Step]:
    """The steps, each after those whose outputs it reads, otherwise as in the file; Malformed for cycles and unknown names."""
    origin: dict[str, int] = {}
    for i, step in enumerate(steps):
        for name in filter(None, step.outputs):
            if name in origin or name in known:
                raise Malformed(f"{step.op} node '{step.label}' computes '{name}', a name that is taken: each value has one origin")
            origin[name] = i
    waiting: list[int] = []
    readers: dict[int, list[int]] = defaultdict(list)
    for i, step in enumerate(steps):
        read = {name for name in step.inputs if name and name not in known}
        for name in sorted(read):
            if name not in origin:
                raise Malformed(f"{step.op} node '{step.label}' reads '{name}', which no input, initializer or node gives")
            readers[origin[name]].append(i)
        waiting.append(len(read))
    ready = [i for i, n in enumerate(waiting) if n == 0]
    heapify(ready)
    while ready:
        i = heappop(ready)
        yield steps[i]
        for j in readers[i]:
            waiting[j] -= 1
            if waiting[j] == 0:
                heappush(ready, j)
    stuck = next((step for step, n in zip(steps, waiting, strict=True) if n > 0), None)
    if stuck is not None:
        raise Malformed(f"{stuck.op} node '{stuck.label}' waits for its own output: the graph has a cycle")
