"""Where signs alone show that inputs can be solved for one after the other: what proofs/rocq/Triangular.v shows, rule by rule.

Nothing here decides whether evidence is accepted; it says whether the proof in Rocq is one of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from proofs.activations import Exp, PiecewiseAffine, Sigmoid, Softplus
from proofs.domains import Domain, hull
from proofs.enclosure import through
from proofs.exact import LINE, Interval
from proofs.limits import Meter
from proofs.network import Affine, Network, Node, Op, Pointwise, Product, Row, Softmax, Stack, Sum
from proofs.ranges import direction, enclosure
from proofs.theorems.blocks import moved

Sides: TypeAlias = tuple[Interval, ...]
State: TypeAlias = tuple[int, int, bool] | tuple[()] | None  # input, direction, whether all values are taken; () is fixed; None: unknown


def signs_suffice(f: Network, on: Domain, levels: Sequence[int], outputs: Sequence[int], onto: bool) -> bool:
    """Whether each input, those of lower levels fixed, moves its output alone and in one direction, as far as signs tell."""
    if not (len(levels) == len(outputs) == f.arity and all(0 <= j < f.width for j in outputs)):
        return False
    meter, sides = Meter(), [hull(on)]
    signs = [[_sign(side) for side in sides[0]]]
    for node in f.nodes:
        sides.append(_sides(node, sides, meter))
        signs.append(_signs(node.op, [signs[j] for j in node.inputs], sides[-1]))
    for level in sorted(set(levels)):
        start: list[State] = [() if at < level else (i, 1, True) if at == level else None for i, at in enumerate(levels)]
        states = [start]
        for node in f.nodes:
            around, known = [sides[j] for j in node.inputs], [signs[j] for j in node.inputs]
            states.append(_states(node.op, [states[j] for j in node.inputs], around, known, meter))
        for i, (at, j) in enumerate(zip(levels, outputs, strict=True)):
            found = states[-1][j]
            if at == level and not (found and found[0] == i and (found[2] or not onto)):
                return False
    return True


def _sides(node: Node, values: Sequence[Sides], meter: Meter) -> Sides:
    """Bounds, where smooth activations and softmax have those of their whole range."""
    match node.op:
        case Pointwise(activations):
            inputs = values[node.inputs[0]]
            meter.take(3000 * len(inputs))
            return tuple(enclosure(s, t if isinstance(s, PiecewiseAffine) else LINE) for s, t in zip(activations, inputs, strict=True))
        case Softmax():
            return (enclosure(Sigmoid(), LINE),) * len(values[node.inputs[0]])
        case _:
            return through(node, values, meter)


def _sign(side: Interval) -> int:
    return int(side.lower is not None and side.lower > 0) - int(side.upper is not None and side.upper < 0)


def _signs(op: Op, inputs: Sequence[Sequence[int]], sides: Sides) -> list[int]:
    """1 or −1 for a coordinate that is always positive or always negative, else 0."""
    match op:
        case Affine(_, rows):
            found = [_row_sign(row, inputs[0]) for row in rows]
        case Pointwise(activations):
            found = [int(isinstance(s, Sigmoid | Softplus | Exp)) for s in activations]
        case Stack():
            found = [s for part in inputs for s in part]
        case Product():
            found = [a * b for a, b in zip(*inputs, strict=True)]
        case _:
            found = [0] * len(sides)
    return [s or _sign(side) for s, side in zip(found, sides, strict=True)]


def _row_sign(row: Row, inputs: Sequence[int]) -> int:
    terms = {inputs[j] * (1 if a > 0 else -1) for j, a in zip(row.columns, row.coefficients, strict=True) if a}
    if row.constant:
        terms.add(1 if row.constant > 0 else -1)
    return terms.pop() if len(terms) == 1 else 0


def _states(op: Op, inputs: Sequence[Sequence[State]], sides: Sequence[Sides], signs: Sequence[Sequence[int]], meter: Meter) -> list[State]:
    meter.take(1000 * (sum(map(len, inputs)) + (op.entries if isinstance(op, Affine) else 0)))
    first = inputs[0]
    match op:
        case Affine(_, rows):
            return [
                _sum([_turned(first[j], 1 if a > 0 else -1) for j, a in zip(row.columns, row.coefficients, strict=True) if a])
                for row in rows
            ]
        case Pointwise(activations):
            out = list[State]()
            for s, c, side in zip(activations, first, sides[0], strict=True):
                full = isinstance(s, PiecewiseAffine) and enclosure(s, LINE) == LINE
                turned = _turned(c, direction(s, side))
                out.append((*turned[:2], turned[2] and full) if turned else turned)
            return out
        case Sum():
            return [_sum(column) for column in zip(*inputs, strict=True)]
        case Stack():
            return [c for part in inputs for c in part]
        case Product():
            return [_product(*pair) for pair in zip(*inputs, *signs, strict=True)]
        case _:
            reads = moved(op, [[int(c != ()) for c in part] for part in inputs], meter, 1)
            return [None if unknown else () for unknown in reads]


def _turned(c: State, sign: int) -> State:
    """The coordinate behind something that keeps or turns its direction, or, for 0, does neither."""
    return (c[0], c[1] * sign, c[2]) if c and sign else None if c else c


def _sum(terms: Sequence[State]) -> State:
    total: State = ()
    for c in terms:
        total = _plus(total, c)
    return total


def _plus(a: State, b: State) -> State:
    if a is None or b is None:
        return None
    if a and b:
        return (a[0], a[1], False) if a[:2] == b[:2] else None
    return a or b


def _product(a: State, b: State, sign_a: int, sign_b: int) -> State:
    if a is None or b is None or (a and b):
        return None
    return _turned(b, sign_a) if b else _turned(a, sign_b)
