"""The inverse of a map whose inputs can be solved for one level after the other (B1, B2, B4): couplings and autoregressive layers.

Output o(i) is a·xᵢ + b, where a and b depend on inputs of lower levels. With these known and all others 0 the network itself computes b;
a is a product of what stands on the way from xᵢ to the output: numbers, e^t, 1/(1 + e^(−t)), and what is known to stay above a
positive number. So 1/a is the product of their inverses e^(−t), 1 + e^(−t), 1/max(t, least).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from bijection.engines.structure import triangular
from proofs.activations import IDENTITY, Activation, Exp, Reciprocal, Sigmoid
from proofs.domains import Reals
from proofs.enclosure import all_bounds
from proofs.exact import Interval
from proofs.network import Affine, Network, Node, Op, Pointwise, Product, Row, Stack, Sum
from proofs.statements import Injective
from proofs.theorems.stages import Place
from proofs.theorems.triangular import Known, coordinates

_ZERO = Fraction(0)
_MOST_LEVELS = 24  # each of them evaluates the network once

Sides: TypeAlias = Sequence[Sequence[Interval]]
Source: TypeAlias = tuple[int, Place, Activation, int]  # 1/factor is σ(sign·t) + constant, t at the place


def solved(part: Network) -> Network | None:
    """g with g ∘ part = id expected: input by input, in the order in which they can be solved for."""
    if part.width != part.arity or not part.arity > 0:
        return None
    step = triangular(Injective(part, Reals(part.arity)))
    if step is None or len(set(step.levels)) > _MOST_LEVELS or len(set(step.outputs)) < part.width:
        return None
    sides = all_bounds(part, Reals(part.arity))
    known = coordinates(part, sides, step.levels)
    ways = [_way(part, known, sides, i, j) for i, j in enumerate(step.outputs)]
    found = [way for way in ways if way is not None]
    return _written(part, step.levels, step.outputs, found) if len(found) == len(ways) else None


@dataclass(slots=True)
class _Way:
    """The multiplier of an input on its way to an output: a number, and the sources of its other factors."""

    number: Fraction = Fraction(1)
    sources: list[Source] = field(default_factory=list)


def _way(f: Network, known: list[Known], sides: Sides, i: int, j: int) -> _Way | None:
    """How the input comes to the output, if by multiplications alone."""
    way, v, k = _Way(), len(f.nodes), j
    level = known[0][i].level
    while v:
        node = f.nodes[v - 1]
        inner = [known[s] for s in node.inputs]
        match node.op:
            case Affine(_, rows, d):
                row = rows[k]
                own = [(p, a) for p, a in zip(row.columns, row.coefficients, strict=True) if a and inner[0][p].level == level]
                if len(own) != 1:
                    return None
                (k, a), v = own[0], node.inputs[0]
                way.number *= Fraction(a, d)
            case Sum() | Product():
                moving = [s for s, c in zip(node.inputs, inner, strict=True) if c[k].level == level]
                if len(moving) != 1:
                    return None
                for s in node.inputs if isinstance(node.op, Product) else ():
                    if s != moving[0] and not _invert(f, (s, k), way, sides):
                        return None
                v = moving[0]
            case Stack():
                v, k = _below(f, node, k)
            case Pointwise(activations) if activations[k] == IDENTITY:
                v = node.inputs[0]
            case _:
                return None
    return way if k == i else None


def _below(f: Network, node: Node, k: int) -> Place:
    for s in node.inputs:
        if k < f.widths[s]:
            return s, k
        k -= f.widths[s]
    raise AssertionError("a coordinate outside of a stack")


def _invert(f: Network, place: Place, way: _Way, sides: Sides) -> bool:
    """Take the factor at that place into account; False where its inverse is not known."""
    v, k = place
    if not v:
        return False
    node = f.nodes[v - 1]
    match node.op:
        case Pointwise(activations) if isinstance(activations[k], Exp | Sigmoid):
            way.sources.append((-1, (node.inputs[0], k), Exp(), int(isinstance(activations[k], Sigmoid))))
            return True
        case Pointwise(activations) if isinstance(activations[k], Reciprocal):
            way.sources.append((1, (node.inputs[0], k), IDENTITY, 0))
            return True
        case Pointwise(activations) if activations[k] == IDENTITY:
            return _invert(f, (node.inputs[0], k), way, sides)
        case Stack():
            return _invert(f, _below(f, node, k), way, sides)
        case Product():
            return all(_invert(f, (s, k), way, sides) for s in node.inputs)
        case Affine(_, rows, d):
            used = [(p, a) for p, a in zip(rows[k].columns, rows[k].coefficients, strict=True) if a]
            if not used:
                way.number *= Fraction(rows[k].constant, d)
                return rows[k].constant != 0
            if len(used) > 1 or rows[k].constant:
                return _bounded(place, way, sides, Fraction(rows[k].constant, d))
            way.number *= Fraction(used[0][1], d)
            return _invert(f, (node.inputs[0], used[0][0]), way, sides)
        case _:
            return _bounded(place, way, sides)


def _bounded(place: Place, way: _Way, sides: Sides, constant: Fraction = _ZERO) -> bool:
    """Divide by what stays above a positive number, best the constant of a sum: that much is evident without bounds of the rest."""
    low = sides[place[0]][place[1]].lower
    if low is None or low <= 0:
        return False
    way.sources.append((1, place, Reciprocal(constant if 0 < constant <= low else low), 0))
    return True


@dataclass(slots=True)
class _Code:
    """A network under construction."""

    arity: int
    nodes: list[Node] = field(default_factory=list)

    def emit(self, op: Op, *inputs: int) -> int:
        self.nodes.append(Node(op, inputs))
        return len(self.nodes)


def _written(f: Network, levels: tuple[int, ...], outputs: tuple[int, ...], ways: list[_Way]) -> Network:
    n, code = f.arity, _Code(f.width)
    x = code.emit(Affine(n, tuple(Row((), (), 0) for _ in range(n)), 1), 0)  # nothing is known yet
    for level in sorted(set(levels)):
        members = [i for i in range(n) if levels[i] == level]
        where = [x]
        for node in f.nodes:
            where.append(code.emit(node.op, *(where[s] for s in node.inputs)))
        minus = code.emit(Affine(f.width, tuple(Row((outputs[i],), (-1,), 0) for i in members), 1), where[-1])
        wanted = code.emit(Affine(f.width, tuple(Row((outputs[i],), (1,), 0) for i in members), 1), 0)
        rest = code.emit(Sum(), wanted, minus)
        for slot in range(max(len(ways[i].sources) for i in members)):
            rest = code.emit(Product(), rest, _slot(code, f, where, [ways[i].sources[slot : slot + 1] for i in members]))
        rows = {i: k for k, i in enumerate(members)}
        spread = []
        for i in range(n):
            back = 1 / ways[i].number
            spread.append(Affine(1, (Row((0,), (back.numerator,), 0),), back.denominator) if i in rows else None)
        d = 1
        for a in spread:
            d = d * a.denominator if a is not None else d
        lines = tuple(
            Row((rows[i],), (a.rows[0].coefficients[0] * (d // a.denominator),), 0) if a is not None else Row((), (), 0)
            for i, a in enumerate(spread)
        )
        x = code.emit(Sum(), x, code.emit(Affine(len(members), lines, d), rest))
    return Network(f.width, tuple(code.nodes))


def _slot(code: _Code, f: Network, where: list[int], sources: list[list[Source]]) -> int:
    """One reciprocal factor for each of these inputs, 1 where there is none left."""
    values = sorted({place[0] for found in sources for _, place, *_ in found})
    offsets, total = dict[int, int](), 0
    for v in values:
        offsets[v], total = total, total + f.widths[v]
    stacked = code.emit(Stack(), *(where[v] for v in values))
    rows = [Row((offsets[found[0][1][0]] + found[0][1][1],), (found[0][0],), 0) if found else Row((), (), 0) for found in sources]
    activations = tuple(found[0][2] if found else Exp() for found in sources)  # e^0 = 1
    power = code.emit(Pointwise(activations), code.emit(Affine(total, tuple(rows), 1), stacked))
    ones = [found[0][3] if found else 0 for found in sources]
    return code.emit(Affine(len(rows), tuple(Row((k,), (1,), one) for k, one in enumerate(ones)), 1), power) if any(ones) else power
