"""Units that compute the same, up to a positive factor, are one unit (L1, S4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import ClassVar, TypeAlias

from proofs.activations import Activation, PiecewiseAffine
from proofs.errors import Brief, Rejected, require
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Row
from proofs.statements import Not, Statement

Kind: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], int, Activation]  # columns, coefficients, constant, activation


@dataclass(frozen=True, slots=True, repr=False)
class Merged(Brief):
    """f and g are one function, where g is f with equal units of a layer merged and unread ones dropped: what holds of g holds of f.

    A layer is B(σ(Ax + b)) + c where nothing but B reads the activations, and nothing but these reads Ax + b. Layers are treated
    in the order of the network, so that units that become equal are merged too.

    Proof: unit i computes σᵢ(rᵢ(x)/d) with an integer row rᵢ (its constant included). If units have equal rows and equal
    activations, they compute the same, and B(…) depends on it with the sum of their columns of B. If σᵢ has no breakpoint but
    0 and its pieces no intercepts, then σᵢ(γt) = γσᵢ(t) for γ > 0. So with γ the greatest common divisor of the entries of rᵢ
    and r = rᵢ/γ (γ = 1 if rᵢ = 0), the unit computes γ·σᵢ(r(x)/d): as often as γ says the unit with the row r. Rows that are
    positive multiples of each other have the same r. A unit whose column in every B is 0 changes nothing. ∎
    """

    name: ClassVar[str] = "Merged"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """The same statement about g."""
        return (about_the_same(goal, merged, "there are no equal units in a layer"),)


def about_the_same(goal: Statement, written: Callable[[Function], Function], why: str) -> Statement:
    """The goal about the same function, written in another way; Rejected, with this reason, if it is written so already."""
    inner = goal.statement if isinstance(goal, Not) else goal
    same = replace(inner, f=written(inner.f))
    require(same.f != inner.f, why)
    return Not(same) if isinstance(goal, Not) else same


def merged(f: Function) -> Network:
    """The same function with equal units merged."""
    if not isinstance(f, Network):
        raise Rejected("a table has no units")
    nodes, meter = list(f.nodes), Meter()
    readers: list[list[int]] = [[] for _ in f.widths]
    for k, node in enumerate(nodes):
        for j in node.inputs:
            readers[j].append(k)
    for k, node in enumerate(nodes):
        before, after = nodes[node.inputs[0] - 1] if node.inputs and node.inputs[0] else None, readers[k + 1]
        if not (isinstance(node.op, Pointwise) and before is not None and isinstance(before.op, Affine) and after):
            continue
        outer = [op for op in (nodes[i].op for i in after) if isinstance(op, Affine)]
        if len(outer) == len(after) and len(readers[node.inputs[0]]) == 1:
            inner, activations, new = _merge(before.op, node.op.activations, outer, meter)
            if len(inner.rows) < len(before.op.rows):
                nodes[node.inputs[0] - 1] = Node(inner, before.inputs)
                nodes[k] = Node(activations, node.inputs)
                for i, op in zip(after, new, strict=True):
                    nodes[i] = Node(op, nodes[i].inputs)
    return Network(f.arity, tuple(nodes))


def _merge(inner: Affine, activations: Sequence[Activation], outer: list[Affine], meter: Meter) -> tuple[Affine, Pointwise, list[Affine]]:
    """The layer with one unit for each kind that is read."""
    meter.take(inner.entries * (200 + 10 * digits(inner.bits) ** 2), inner.entries * inner.bits)
    kinds: dict[Kind, int] = {}
    owner, factor = list[int](), list[int]()  # unit i is factor[i] times the unit of the kind owner[i]
    for row, s in zip(inner.rows, activations, strict=True):
        kind, g = _kind(row, s)
        owner.append(kinds.setdefault(kind, len(kinds)))
        factor.append(g)
    longest = max(factor, default=1).bit_length()
    for op in outer:
        meter.take(op.entries * (200 + digits(op.bits) * digits(longest)), op.entries * (op.bits + longest))
    columns = [[_gathered(row, owner, factor) for row in op.rows] for op in outer]
    read = sorted({k for op in columns for line in op for k in line})
    place = {k: i for i, k in enumerate(read)}
    kept = [kind for k, kind in enumerate(kinds) if k in place]
    new = []
    for op, lines in zip(outer, columns, strict=True):
        rows = (
            Row(tuple(place[k] for k in sorted(line)), tuple(line[k] for k in sorted(line)), row.constant)
            for row, line in zip(op.rows, lines, strict=True)
        )
        new.append(Affine(len(kept), tuple(rows), op.denominator))
    rows_in = tuple(Row(c, a, constant) for c, a, constant, _ in kept)
    return Affine(inner.columns, rows_in, inner.denominator), Pointwise(tuple(s for *_, s in kept)), new


def _kind(row: Row, s: Activation) -> tuple[Kind, int]:
    """What the unit computes, and the positive factor before it."""
    used = [(j, a) for j, a in zip(row.columns, row.coefficients, strict=True) if a]
    g = (gcd(row.constant, *(a for _, a in used)) or 1) if _homogeneous(s) else 1
    return (tuple(j for j, _ in used), tuple(a // g for _, a in used), row.constant // g, s), g


def _homogeneous(s: Activation) -> bool:
    """σ(γt) = γσ(t) for γ > 0."""
    return isinstance(s, PiecewiseAffine) and all(b == 0 for b in s.breakpoints) and all(q == 0 for _, q in s.pieces)


def _gathered(row: Row, owner: list[int], factor: list[int]) -> dict[int, int]:
    """The coefficients of the kinds in the row, those that are not 0."""
    total: dict[int, int] = {}
    for j, a in zip(row.columns, row.coefficients, strict=True):
        total[owner[j]] = total.get(owner[j], 0) + a * factor[j]
    return {k: a for k, a in total.items() if a}
