"""Maxima written with units: what is known of networks of units then serves networks with maxima too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from proofs.activations import RELU
from proofs.errors import Brief, Rejected
from proofs.functions import Function
from proofs.kernel import Status
from proofs.network import Affine, Max, Network, Node, Op, Pointwise, Row, Sum
from proofs.statements import Statement
from proofs.theorems.merging import about_the_same


@dataclass(frozen=True, slots=True, repr=False)
class WithoutMaxima(Brief):
    """f and g are one function, where g is f with each max(a, b) written as a + relu(b − a): what holds of g holds of f.

    Proof: a + relu(b − a) is a if b ≤ a, and b otherwise. The maximum over a group is that of the maxima of its pairs (its last member
    alone where their number is odd), and so on until one is left. ∎
    """

    name: ClassVar[str] = "WithoutMaxima"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """The same statement about g."""
        return (about_the_same(goal, without_maxima, "there are no maxima in the network"),)


def without_maxima(f: Function) -> Network:
    """The same function without maxima."""
    if not isinstance(f, Network):
        raise Rejected("only networks in exact arithmetic have maxima inside")
    nodes: list[Node] = []
    place = [0]  # of the values of f among the new ones
    for node in f.nodes:
        inputs = tuple(place[j] for j in node.inputs)
        if isinstance(node.op, Max):
            nodes += _in_pairs(node.op.groups, f.widths[node.inputs[0]], inputs[0], len(nodes))
        else:
            nodes.append(Node(node.op, inputs))
        place.append(len(nodes))
    return Network(f.arity, tuple(nodes))


def _in_pairs(groups: Sequence[tuple[int, ...]], width: int, value: int, before: int) -> Iterator[Node]:
    """Nodes after so many others that compute the maxima over groups of the coordinates of a value."""
    if all(len(group) == 1 for group in groups):
        yield Node(_firsts(width, [(group[0], group[0]) for group in groups]), (value,))
    while any(len(group) > 1 for group in groups):
        pairs = [[group[k : k + 2] for k in range(0, len(group), 2)] for group in groups]
        ends = [(pair[0], pair[-1]) for of_group in pairs for pair in of_group]  # the same twice where one is left over
        ops: list[tuple[Op, tuple[int, ...]]] = [
            (_firsts(width, ends), (value,)),
            (_differences(width, ends), (value,)),
            (Pointwise((RELU,) * len(ends)), (before + 2,)),
            (Sum(), (before + 1, before + 3)),
        ]
        yield from (Node(op, inputs) for op, inputs in ops)
        before += len(ops)
        value, width, groups = before, len(ends), _consecutive(pairs)


def _consecutive(pairs: Sequence[Sequence[object]]) -> list[tuple[int, ...]]:
    """The groups of the new coordinates, one for each pair."""
    found, start = [], 0
    for of_group in pairs:
        found.append(tuple(range(start, start + len(of_group))))
        start += len(of_group)
    return found


def _firsts(width: int, ends: Sequence[tuple[int, int]]) -> Affine:
    """a for each pair (a, b)."""
    return Affine(width, tuple(Row((a,), (1,), 0) for a, _ in ends), 1)


def _differences(width: int, ends: Sequence[tuple[int, int]]) -> Affine:
    """b − a for each pair (a, b)."""
    rows = (Row((), (), 0) if a == b else Row((a, b), (-1, 1), 0) if a < b else Row((b, a), (1, -1), 0) for a, b in ends)
    return Affine(width, tuple(rows), 1)
