"""Networks in stages: what holds of the parts between sets of coordinates that separate the output from the input (S4)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, TypeAlias, assert_never

from proofs.domains import Domain, Reals
from proofs.errors import Brief, Rejected, require
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum
from proofs.splines import bins_of
from proofs.statements import Injective, MapsInto, Not, Statement, Surjective

Place: TypeAlias = tuple[int, int]  # a coordinate: the number of a value of the network, the position in it


@dataclass(frozen=True, slots=True, repr=False)
class Stages(Brief):
    """f = g_k ∘ … ∘ g₁, where g_j computes the j-th list of coordinates out of the one before it, E_j a set between: all g_j injective
    and g_j(E_(j−1)) ⊆ E_j ⇒ f injective on D = E₀; all g_j onto E_j ⇒ f onto C = E_k. (`Through` is the case of whole values.)
    For two lists: g₁ onto E₁ and g₂ not injective on E₁ ⇒ f not injective on D.

    Proof: f = g_k ∘ … ∘ g₁ by the construction of `segment`; the rest is the proof of `Through`, k − 1 times. In the last case
    g₂(z) = g₂(z′) with z ≠ z′ in E₁, which are g₁(x) and g₁(x′) with x ≠ x′ in D, so f(x) = g₃(g₂(z)) = g₃(g₂(z′)) = f(x′).

    `stages` are the lists between the input and the output, coordinates (value, position) of the network, the same one not twice
    in a list; `via` are the sets E₁, …, E_(k−1). That g maps into ℝᵏ needs no proof.
    """

    stages: tuple[tuple[Place, ...], ...]
    via: tuple[Domain, ...]
    name: ClassVar[str] = "Stages"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """The statement about each part, and that its image lies in the set after it."""
        require(len(self.stages) == len(self.via), "{} stages with {} sets", len(self.stages), len(self.via))
        match goal:
            case Injective(f, on):
                parts = segments(f, self.stages)
                sets = zip(parts, (on, *self.via), (*self.via, Reals(f.width)), strict=True)
                pairs = ((Injective(g, a), *(() if isinstance(b, Reals) else (MapsInto(g, a, b),))) for g, a, b in sets)
                return tuple(statement for pair in pairs for statement in pair)
            case Surjective(f, on, onto):
                sets = zip(segments(f, self.stages), (on, *self.via), (*self.via, onto), strict=True)
                return tuple(Surjective(g, a, b) for g, a, b in sets)
            case Not(Injective(f, on)):
                require(len(self.stages) == 2, "{} stages; what is not injective lies between two", len(self.stages))
                before, between, _ = segments(f, self.stages)
                return (Surjective(before, on, self.via[0]), Not(Injective(between, self.via[0])))
            case _:
                raise Rejected("stages speak of injectivity and surjectivity only")


def segments(f: Function, stages: Sequence[Sequence[Place]]) -> list[Network]:
    """The parts from the input through the stages to the output."""
    if not isinstance(f, Network):
        raise Rejected("only a network in exact arithmetic has stages")
    first, last = [(0, i) for i in range(f.arity)], [(len(f.nodes), i) for i in range(f.width)]
    meter = Meter()
    return [segment(f, start, end, meter) for start, end in pairwise([first, *stages, last])]


def segment(f: Network, start: Sequence[Place], end: Sequence[Place], meter: Meter) -> Network:
    """The function that computes the coordinates `end` out of the coordinates `start`; Rejected if it needs others too.

    Proof that `end` of f at x is this function of `start` of f at x. From the end backwards, a coordinate that is needed either is one
    of `start`, or those are needed that the code computes it from (zero coefficients left out). Then in the order of the code: every
    needed coordinate has the value that it has in f, the others of the same value have some value, and are needed by nobody.
    """
    given = {place: k for k, place in enumerate(start)}
    require(len(given) == len(start), "a stage names a coordinate twice")
    for v, i in (*start, *end):
        require(0 <= v < len(f.widths) and 0 <= i < f.widths[v], "a stage names the coordinate {} of value {}", i, v)
    needed = needed_places(f, given, end, meter)
    meter.take(1000 * sum(f.widths[v] for v in needed), 200 * sum(f.widths[v] for v in needed))
    nodes, where, unread = list[Node](), dict[int, int](), dict[int, int]()  # zeros of some width stand for what is not read

    def emit(op: Op, *inputs: int) -> int:
        nodes.append(Node(op, inputs))
        return len(nodes)

    for v in sorted(needed):
        width, leaves = f.widths[v], {i: given[v, i] for i in needed[v] if (v, i) in given}
        if len(leaves) == width == len(start) and all(i == k for i, k in leaves.items()):
            where[v] = 0
        elif len(leaves) == len(needed[v]):
            where[v] = emit(_selector(len(start), [leaves.get(i) for i in range(width)]), 0)
        else:
            node = f.nodes[v - 1]
            for wide in {f.widths[j] for j in node.inputs if j not in where} - unread.keys():
                meter.take(200 * wide, 64 * wide)
                unread[wide] = emit(_selector(len(start), [None] * wide), 0)
            where[v] = emit(node.op, *(where[j] if j in where else unread[f.widths[j]] for j in node.inputs))
            if leaves:
                both = emit(Stack(), 0, where[v])
                where[v] = emit(_selector(len(start) + width, [leaves.get(i, len(start) + i) for i in range(width)]), both)
    values = sorted({v for v, _ in end})
    if len(values) == 1 and [i for _, i in end] == list(range(f.widths[values[0]])) and where[values[0]] == len(nodes):
        return Network(len(start), tuple(nodes))
    offset, total = dict[int, int](), 0
    for v in values:
        offset[v], total = total, total + f.widths[v]
    both = emit(Stack(), *(where[v] for v in values)) if values else 0
    emit(_selector(total if values else len(start), [offset[v] + i for v, i in end]), both)
    return Network(len(start), tuple(nodes))


def _selector(columns: int, picked: Sequence[int | None]) -> Affine:
    """The picked coordinates, 0 where there is none."""
    nothing = Row((), (), 0)
    return Affine(columns, tuple(nothing if j is None else Row((j,), (1,), 0) for j in picked), 1)


def needed_places(f: Network, given: Container[Place], end: Iterable[Place], meter: Meter) -> dict[int, set[int]]:
    """For each value that `end` needs, its needed coordinates; what is given needs nothing."""
    needed: dict[int, set[int]] = {}
    meter.take(1000 * len(f.nodes))
    for v, i in end:
        needed.setdefault(v, set()).add(i)
    for v in range(max(needed, default=0), -1, -1):
        missing = [i for i in needed.get(v, ()) if (v, i) not in given]
        if not missing:
            continue
        require(v > 0, "a stage does not suffice to compute the next one: input {} is needed too", missing[0])
        node = f.nodes[v - 1]
        for j, positions in zip(node.inputs, reads(node.op, missing, [f.widths[j] for j in node.inputs], meter), strict=True):
            if positions:
                needed.setdefault(j, set()).update(positions)
    return needed


def reads(op: Op, wanted: Sequence[int], widths: Sequence[int], meter: Meter) -> list[set[int]]:
    """For each input of the op, the positions that the wanted coordinates of its output are computed from."""
    meter.take(100 * (len(wanted) + sum(widths)))
    match op:
        case Affine(_, rows):
            meter.take(100 * sum(len(rows[i].columns) for i in wanted))
            return [{j for i in wanted for j, a in zip(rows[i].columns, rows[i].coefficients, strict=True) if a}]
        case Pointwise():
            return [set(wanted)]
        case Sum() | Product():
            return [set(wanted) for _ in widths]
        case Stack():
            found, base = list[set[int]](), 0
            for width in widths:
                found.append({i - base for i in wanted if base <= i < base + width})
                base += width
            return found
        case Max(groups):
            return [_members(groups[i] for i in wanted)]
        case Softmax(groups):
            some = set(wanted)
            return [_members(group for group in groups if not some.isdisjoint(group))]
        case Argmax():
            return [set(range(widths[0]))]
        case Spline():
            bins = {j for i in wanted for j in bins_of(i, widths[0], widths[1])}
            return [set(wanted), bins, bins, bins, bins]
        case _:
            assert_never(op)


def _members(groups: Iterable[tuple[int, ...]]) -> set[int]:
    return {j for group in groups for j in group}
