"""The inverse of a map whose inputs can be solved for one level after the other (B1, B2, B4, B6): couplings and autoregressive layers.

On the way from xᵢ to output o(i) stand multiplications, splines, and monotone activations. Between these the way multiplies: it is
t ↦ a·t + b, where a and b depend on inputs of lower levels. With those known and all others 0 the network itself computes what is
needed of b; a is a product: of numbers, e^t, 1/(1 + e^(−t)), and what is known to stay above a positive number. So 1/a is the product
of their inverses e^(−t), 1 + e^(−t), 1/max(t, least). A spline is undone by its inverse with the same bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import TypeAlias

from bijection.engines.structure.flows import triangular
from proofs.activations import IDENTITY, Activation, Exp, PiecewiseAffine, Reciprocal, Sigmoid, value
from proofs.domains import Reals
from proofs.enclosure import all_bounds
from proofs.exact import Interval
from proofs.network import Affine, Network, Node, Op, Pointwise, Product, Row, Spline, Stack, Sum, output_width
from proofs.splines import bins_of
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
    return _written(part, step.levels, found) if len(found) == len(ways) else None


@dataclass(slots=True)
class _Stretch:
    """A part of the way of an input to its output that multiplies it: by a number, and by the sources of other factors.

    It leads from the place `bottom`, the input itself or the value of what bends it, up to the place `top`.
    """

    top: Place | None
    bottom: Place | None = None
    number: Fraction = Fraction(1)
    sources: list[Source] = field(default_factory=list)


_IDLE = _Stretch(None)  # for inputs that are there already


def _way(f: Network, known: list[Known], sides: Sides, i: int, j: int) -> list[_Stretch] | None:
    """How the input comes to the output, if by multiplications, splines and monotone activations alone; from the output on."""
    way, v, k = [_Stretch((len(f.nodes), j))], len(f.nodes), j
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
                way[-1].number *= Fraction(a, d)
            case Sum() | Product():
                moving = [s for s, c in zip(node.inputs, inner, strict=True) if c[k].level == level]
                if len(moving) != 1:
                    return None
                for s in node.inputs if isinstance(node.op, Product) else ():
                    if s != moving[0] and not _invert(f, (s, k), way[-1], sides):
                        return None
                v = moving[0]
            case Stack():
                v, k = _below(f, node, k)
            case Pointwise() | Spline() as op:
                if isinstance(op, Spline) or op.activations[k] != IDENTITY:
                    if not _bends(op, k, inner, level):
                        return None
                    way[-1].bottom = v, k
                    way.append(_Stretch((node.inputs[0], k)))
                v = node.inputs[0]
            case _:
                return None
    way[-1].bottom = 0, k
    return way if k == i else None


def _bends(op: Pointwise | Spline, k: int, inner: Sequence[Known], level: int) -> bool:
    """Whether coordinate k of the op is a function of its argument that can be undone."""
    if isinstance(op, Spline):
        own = bins_of(k, len(inner[0]), len(inner[1]))
        return all(part[p].level < level for part in inner[1:] for p in own)
    s = op.activations[k]
    return isinstance(s, PiecewiseAffine) and undone(s) is not None


def undone(s: PiecewiseAffine) -> PiecewiseAffine | None:
    """The inverse function, if there is one on all of ℝ."""
    slopes = [slope for slope, _ in s.pieces]
    if not (all(slope > 0 for slope in slopes) or all(slope < 0 for slope in slopes)):
        return None
    ends = tuple(value(s, b) for b in s.breakpoints)
    pieces = tuple((1 / slope, -shift / slope) for slope, shift in s.pieces)
    return PiecewiseAffine(ends, pieces) if slopes[0] > 0 else PiecewiseAffine(ends[::-1], pieces[::-1])


def _below(f: Network, node: Node, k: int) -> Place:
    for s in node.inputs:
        if k < f.widths[s]:
            return s, k
        k -= f.widths[s]
    raise AssertionError("a coordinate outside of a stack")


def _invert(f: Network, place: Place, way: _Stretch, sides: Sides) -> bool:
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


def _bounded(place: Place, way: _Stretch, sides: Sides, constant: Fraction = _ZERO) -> bool:
    """Divide by what stays above a positive number, best the constant of a sum: that much is evident without bounds of the rest."""
    low = sides[place[0]][place[1]].lower
    if low is None or low <= 0:
        return False
    way.sources.append((1, place, Reciprocal(constant if 0 < constant <= low else low), 0))
    return True


@dataclass(slots=True)
class _Code:
    """A network under construction, and the widths of its values."""

    widths: list[int]
    nodes: list[Node] = field(default_factory=list)

    def emit(self, op: Op, *inputs: int) -> int:
        self.nodes.append(Node(op, inputs))
        self.widths.append(output_width(op, [self.widths[s] for s in inputs]))
        return len(self.nodes)

    def picked(self, places: Sequence[Place | None], factors: Sequence[int]) -> int:
        """The coordinates at these places times these factors; 0 where there is none."""
        values = sorted({place[0] for place in places if place is not None}) or [0]
        starts = dict(zip(values, accumulate((self.widths[v] for v in values), initial=0), strict=False))
        stacked = self.emit(Stack(), *values) if len(values) > 1 else values[0]
        chosen = [None if place is None else starts[place[0]] + place[1] for place in places]
        rows = tuple(Row((), (), 0) if j is None else Row((j,), (a,), 0) for j, a in zip(chosen, factors, strict=True))
        return self.emit(Affine(self.widths[stacked], rows, 1), stacked)


def _written(f: Network, levels: tuple[int, ...], ways: list[list[_Stretch]]) -> Network:
    n, code = f.arity, _Code([f.width])
    x = code.emit(Affine(n, tuple(Row((), (), 0) for _ in range(n)), 1), 0)  # nothing is known yet
    for level in sorted(set(levels)):
        members = [i for i in range(n) if levels[i] == level]
        where = [x]
        for node in f.nodes:
            where.append(code.emit(node.op, *(where[s] for s in node.inputs)))
        tops = [way[0].top for way in (ways[i] for i in members)]
        at = code.picked([(0, top[1]) for top in tops if top is not None], [1] * len(members))
        for k in range(max(len(ways[i]) for i in members)):
            at = _down(code, f, where, at, [ways[i][k] if k < len(ways[i]) else _IDLE for i in members])
        rows = {i: Row((k,), (1,), 0) for k, i in enumerate(members)}
        x = code.emit(Sum(), x, code.emit(Affine(len(members), tuple(rows.get(i, Row((), (), 0)) for i in range(n)), 1), at))
    return Network(f.width, tuple(code.nodes))


def _down(code: _Code, f: Network, where: list[int], at: int, ways: list[_Stretch]) -> int:
    """From what the places at the tops are to be, what the inputs are to be; or the arguments of what bends them.

    A stretch multiplies: the bottom is what it was plus the quotient of the difference at the top.
    """
    count = len(ways)
    minus = code.picked([way.top and (where[way.top[0]], way.top[1]) for way in ways], [-1] * count)
    rest = code.emit(Sum(), at, minus)
    for slot in range(max(len(way.sources) for way in ways)):
        rest = code.emit(Product(), rest, _slot(code, where, [way.sources[slot : slot + 1] for way in ways]))
    d = lcm(*(way.number.numerator for way in ways))
    if any(way.number != 1 for way in ways):
        lines = tuple(Row((k,), (d // way.number.numerator * way.number.denominator,), 0) for k, way in enumerate(ways))
        rest = code.emit(Affine(count, lines, d), rest)
    bent = [way.bottom if way.bottom is not None and way.bottom[0] else None for way in ways]
    if not any(bent):
        return rest  # the inputs were 0
    rest = code.emit(Sum(), rest, code.picked([b and (where[b[0]], b[1]) for b in bent], [1] * count))
    parts: list[Place | None] = [(rest, k) for k in range(count)]
    for v in sorted({b[0] for b in bent if b}):
        own = [k for k, b in enumerate(bent) if b and b[0] == v]
        node, places = f.nodes[v - 1], [b[1] for b in bent if b and b[0] == v]
        argument = code.picked([(rest, k) for k in own], [1] * len(own))
        if isinstance(node.op, Spline):
            bins = [p for k in places for p in bins_of(k, f.widths[v], f.widths[node.inputs[1]])]
            inner = (code.picked([(where[s], p) for p in bins], [1] * len(bins)) for s in node.inputs[1:])
            back = code.emit(Spline(node.op.least, -node.op.power), argument, *inner)
        else:
            assert isinstance(node.op, Pointwise)
            turned = [undone(s) for s in (node.op.activations[k] for k in places) if isinstance(s, PiecewiseAffine)]
            back = code.emit(Pointwise(tuple(s for s in turned if s is not None)), argument)
        for position, k in enumerate(own):
            parts[k] = back, position
    return code.picked(parts, [1] * count)


def _slot(code: _Code, where: list[int], sources: list[list[Source]]) -> int:
    """One reciprocal factor for each of these inputs, 1 where there is none left."""
    places = [(where[found[0][1][0]], found[0][1][1]) if found else None for found in sources]
    chosen = code.picked(places, [found[0][0] if found else 0 for found in sources])
    power = code.emit(Pointwise(tuple(found[0][2] if found else Exp() for found in sources)), chosen)  # e^0 = 1
    ones = [found[0][3] if found else 0 for found in sources]
    return code.emit(Affine(len(ones), tuple(Row((k,), (1,), one) for k, one in enumerate(ones)), 1), power) if any(ones) else power
