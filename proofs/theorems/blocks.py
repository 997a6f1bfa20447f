"""A network that acts on separate groups of its inputs is injective if it is so on each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, assert_never

from proofs.domains import Box, Domain, Reals
from proofs.errors import Brief, Rejected, require
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum
from proofs.splines import bins_of
from proofs.statements import Injective, Statement


@dataclass(frozen=True, slots=True, repr=False)
class Blocks(Brief):
    """D = D₁ × … × D_k, ℝⁿ or a box: f is injective on D if for each group of inputs the outputs that depend on no other input are, as
    functions of that group, injective on its D_j. `groups` are disjoint sets of inputs whose union is all of them.

    Proof: let f(x) = f(y), x ≠ y in D. Some group I has x_I ≠ y_I. Let g be the outputs that depend on the inputs in I alone, with 0
    for all other inputs: these do not matter, so g(x_I) = g(y_I), while x_I and y_I lie in the factor of D: g is not injective.

    A coordinate of a value is said to depend on an input if the code leads from one to the other, zero coefficients left out.
    """

    groups: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "Blocks"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(g, D_j) for each group."""
        if not (isinstance(goal, Injective) and isinstance(goal.f, Network) and isinstance(goal.on, Reals | Box)):
            raise Rejected("groups of inputs are for networks on ℝⁿ or a box")
        members = sorted(i for group in self.groups for i in group)
        require(members == list(range(goal.f.arity)), "the groups do not part the {} inputs", goal.f.arity)
        require(all(self.groups), "a group is empty")
        reached = dependence(goal.f)
        return tuple(Injective(block(goal.f, reached, group), factor(goal.on, group)) for group in self.groups)


def dependence(f: Network) -> list[int]:
    """For each output the inputs it depends on, as the bits of an integer."""
    meter = Meter()
    meter.take(100 * f.arity, f.arity**2 // 2)
    values = [[1 << i for i in range(f.arity)]]
    for node in f.nodes:
        values.append(moved(node.op, [values[j] for j in node.inputs], meter, f.arity))
    return values[-1]


def moved(op: Op, inputs: Sequence[Sequence[int]], meter: Meter, bits: int) -> list[int]:
    """The union, for each coordinate of the op's value, of the sets (as integers of so many bits) of the coordinates it reads."""
    entries = op.entries if isinstance(op, Affine) else sum(map(len, op.groups)) if isinstance(op, Max) else 0
    meter.take((entries + sum(map(len, inputs))) * (100 + bits // 30))
    first = inputs[0]
    match op:
        case Affine(_, rows):
            read = ([first[j] for j, c in zip(row.columns, row.coefficients, strict=True) if c] for row in rows)
            return [_union(sets, meter) for sets in read]
        case Pointwise():
            return list(first)
        case Sum() | Product():
            return [_union(column, meter) for column in zip(*inputs, strict=True)]
        case Stack():
            return [s for part in inputs for s in part]
        case Max(groups):
            return [_union([first[j] for j in group], meter) for group in groups]
        case Softmax(groups):
            unions = [_union([first[j] for j in group], meter) for group in groups]
            whole = {j: union for group, union in zip(groups, unions, strict=True) for j in group}
            return [whole[j] for j in range(len(first))]
        case Argmax():
            return [_union(first, meter)]
        case Spline():
            n, bins = len(first), len(inputs[1])
            return [_union([s, *(part[j] for part in inputs[1:] for j in bins_of(i, n, bins))], meter) for i, s in enumerate(first)]
        case _:
            assert_never(op)


def _union(sets: Sequence[int], meter: Meter | None = None) -> int:
    total = 0
    for s in sets:
        total |= s
    if meter and total.bit_length() > 64:
        meter.take(0, total.bit_length())
    return total


def block(f: Network, reached: Sequence[int], group: Sequence[int]) -> Network:
    """The outputs that depend on the inputs of the group alone, as a function of these; all other inputs are 0."""
    own = _union([1 << i for i in group])
    place = {i: k for k, i in enumerate(group)}
    require(len(place) == len(group), "an input is named twice")
    embed = Affine(len(group), tuple(Row((place[i],), (1,), 0) if i in place else Row((), (), 0) for i in range(f.arity)), 1)
    chosen = tuple(Row((j,), (1,), 0) for j, s in enumerate(reached) if not s & ~own)
    nodes = [Node(embed, (0,)), *(Node(node.op, tuple(j + 1 for j in node.inputs)) for node in f.nodes)]
    return Network(len(group), (*nodes, Node(Affine(f.width, chosen, 1), (len(nodes),))))


def factor(on: Domain, group: Sequence[int]) -> Domain:
    """The factor of ℝⁿ or a box that belongs to a group of coordinates."""
    if isinstance(on, Box):
        return Box(tuple(on.lower[i] for i in group), tuple(on.upper[i] for i in group))
    return Reals(len(group))


def groups(f: Function) -> tuple[tuple[int, ...], ...]:
    """The smallest groups such that every output depends on one of them alone."""
    assert isinstance(f, Network)
    found = [1 << i for i in range(f.arity)]
    for s in dependence(f):
        touched = [g for g in found if g & s]
        if len(touched) > 1:
            found = [g for g in found if not g & s] + [_union(touched)]
    return tuple(tuple(i for i in range(f.arity) if g >> i & 1) for g in sorted(found, key=lambda g: g & -g))
