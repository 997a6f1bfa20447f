"""Sets of coordinates that separate a network's output from its input: where one layer of a flow ends and the next begins (A18)."""

from __future__ import annotations

from typing import TypeAlias

from proofs.activations import IDENTITY
from proofs.errors import Malformed
from proofs.limits import Meter
from proofs.network import Affine, Network, Pointwise, Stack
from proofs.theorems.stages import Place, needed_places, reads

_MOST = 300_000  # coordinates of all values together

Root: TypeAlias = Place | None  # None: a constant


def separators(f: Network) -> list[tuple[Place, ...]]:
    """Sets of coordinates that the output can be computed from, in the order of the code: after each node those that are still
    read. A coordinate that is another one times a number plus a number is represented by that other one."""
    if sum(f.widths) > _MOST:
        return []
    try:
        needed, roots = _roots(f)
    except Malformed:
        return []  # too much work
    last = _last_reads(f, needed, roots)
    alive = sorted(last, key=lambda place: (last[place], place))  # by when they die
    born = sorted(last)
    found: list[tuple[Place, ...]] = []
    live, b, d = set[Place](), 0, 0
    for k in range(len(f.nodes)):
        changed = False
        while b < len(born) and born[b][0] <= k:
            live.add(born[b])
            b, changed = b + 1, True
        while d < len(alive) and last[alive[d]] <= k:
            live.discard(alive[d])
            d, changed = d + 1, True
        if changed and k:
            found.append(tuple(sorted(live)))
    return found


def _roots(f: Network) -> tuple[dict[int, set[int]], dict[Place, Root]]:
    """The coordinates that are needed, by value; and for each the one it is an affine function of, itself if of none."""
    meter = Meter()
    inputs = {(0, i) for i in range(f.arity)}
    needed = needed_places(f, inputs, [(len(f.nodes), i) for i in range(f.width)], meter)
    roots: dict[Place, Root] = {(0, i): (0, i) for i in needed.get(0, ())}
    for v in sorted(needed.keys() - {0}):
        for i in needed[v]:
            roots[v, i] = _root(f, v, i, roots)
    return needed, roots


def _root(f: Network, v: int, i: int, roots: dict[Place, Root]) -> Root:
    node = f.nodes[v - 1]
    match node.op:
        case Affine(_, rows):
            row = rows[i]
            sources = {roots[node.inputs[0], j] for j, a in zip(row.columns, row.coefficients, strict=True) if a} - {None}
            used = sum(1 for j, a in zip(row.columns, row.coefficients, strict=True) if a and roots[node.inputs[0], j] is not None)
            return (v, i) if used > 1 else (sources.pop() if sources else None)
        case Stack():
            for j in node.inputs:
                if i < f.widths[j]:
                    return roots[j, i]
                i -= f.widths[j]
            raise AssertionError
        case Pointwise(activations) if activations[i] == IDENTITY:
            return roots[node.inputs[0], i]
        case op:
            positions = reads(op, [i], [f.widths[j] for j in node.inputs], Meter())
            moving = any(roots[j, p] is not None for j, place in zip(node.inputs, positions, strict=True) for p in place)
            return (v, i) if moving else None


def _last_reads(f: Network, needed: dict[int, set[int]], roots: dict[Place, Root]) -> dict[Place, int]:
    """For each root the value that reads it last, or the number of values where it is an output."""
    last: dict[Place, int] = {}
    for v in sorted(needed.keys() - {0}):
        node = f.nodes[v - 1]
        own = [i for i in needed[v] if roots[v, i] == (v, i)]
        if own:
            for j, positions in zip(node.inputs, reads(node.op, own, [f.widths[j] for j in node.inputs], Meter()), strict=True):
                for root in (roots[j, p] for p in positions):
                    if root is not None:
                        last[root] = v
    for i in range(f.width):
        root = roots[len(f.nodes), i]
        if root is not None:
            last[root] = len(f.widths)
    return last
