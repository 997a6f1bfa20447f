"""Straight-line code under construction: selections, affine maps, sums and products of tensors, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from operator import itemgetter
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.exact import scaled
from bijection.frontends.values import Array, Constant, Tensor, Value, ordered
from proofs.activations import Activation
from proofs.enclosure import through
from proofs.errors import Malformed
from proofs.exact import LINE, Interval
from proofs.limits import Meter
from proofs.network import Affine, Max, Network, Node, Op, Pointwise, Product, Row, Stack, Sum, output_width

COEFFICIENTS = 50_000_000  # of the whole expanded network
ROWS = 1_000_000  # affine forms and maxima of the whole expanded network; one takes as much memory as twenty coefficients
WORK = 300_000_000  # entries touched while reading: bounds the time, whatever the graph
SHORT = 8  # bits: a factor this short is multiplied into the weights before it, a longer one stays a layer of its own


class Code:
    """Nodes emitted so far; value 0 is the input. `plan` and `spend` refuse before memory and time are gone."""

    def __init__(self, arity: int) -> None:
        self.nodes: list[Node] = []
        self.widths = [arity]
        self.notes: list[str] = []
        self._coefficients = 0
        self._rows = 0
        self._work = 0
        self._sides: list[tuple[Interval, ...]] = []

    def emit(self, op: Op, *inputs: int) -> int:
        """The number of the new value."""
        self.widths.append(output_width(op, [self.widths[v] for v in inputs]))
        self.nodes.append(Node(op, inputs))
        return len(self.nodes)

    def producer(self, value: int) -> Op | None:
        """The op that computes the value; None for the input."""
        return self.nodes[value - 1].op if value else None

    def revise(self, value: int, op: Affine) -> None:
        """Replace the op of a value that nobody else reads; the width stays."""
        self.nodes[value - 1] = Node(op, self.nodes[value - 1].inputs)
        del self._sides[value:]

    def sides(self, value: int) -> tuple[Interval, ...]:
        """What the coordinates of the value lie in, whatever the input."""
        if not self._sides:
            self._sides = [(LINE,) * self.widths[0]]
        meter = Meter()
        for node in self.nodes[len(self._sides) - 1 : value]:
            self._sides.append(through(node, self._sides, meter))
        return self._sides[value]

    def plan(self, coefficients: int, rows: int) -> None:
        """Take coefficients and rows out of the network's budget, or refuse."""
        for taken, before, most, what in (
            (coefficients, self._coefficients, COEFFICIENTS, "coefficients"),
            (rows, self._rows, ROWS, "coordinates"),
        ):
            if before + taken > most:
                raise NotSupported(
                    f"written out exactly it has {taken:,} {what}, with {before:,} before it; "
                    f"at most {most:,} are expanded: use a smaller input or a part of the network"
                )
        self._coefficients += coefficients
        self._rows += rows
        self.spend(coefficients)

    def spend(self, entries: int) -> None:
        """Take entries out of the reading budget, or refuse."""
        if self._work + entries > WORK:
            raise NotSupported(f"reading the graph up to here touches {self._work + entries:,} entries; the limit is {WORK:,}")
        self._work += entries

    def network(self, output: int) -> Network:
        """The code that the output value needs, renumbered."""
        needed = {output}
        for i in range(len(self.nodes), 0, -1):
            if i in needed:
                needed.update(self.nodes[i - 1].inputs)
        number = {0: 0} | {v: k for k, v in enumerate(sorted(needed - {0}), 1)}
        nodes = (self.nodes[v - 1] for v in sorted(needed - {0}))
        return Network(self.widths[0], tuple(Node(n.op, tuple(number[j] for j in n.inputs)) for n in nodes))


def rows_of(code: Code, source: int, rows: Array, denominator: int) -> Tensor:
    """The tensor of the affine forms rows/denominator on the source, emitted as one affine map."""
    value = code.emit(Affine(code.widths[source], tuple(rows.ravel().tolist()), denominator), source)
    return Tensor(value, ordered(rows.size, rows.shape))


def contract(index: Array, weights: Sequence[Sequence[int]], constants: Sequence[int]) -> Array:
    """Row (p, o) is Σ_k weights[o][k]·x[index[p, k]] + constants[o]; entries below 0 are padding and drop out.

    index: (P, K), distinct in each line. Positions that see the same taps share their tuples of coefficients.
    """
    order = np.argsort(index, axis=1, kind="stable")
    columns = np.take_along_axis(index, order, axis=1)
    starts = (index < 0).sum(axis=1).tolist()
    taps: dict[bytes, list[tuple[int, ...]]] = {}
    out = np.empty((len(index), len(weights)), dtype=object)
    for p, start in enumerate(starts):
        seen = order[p, start:]
        key = seen.tobytes()
        if key not in taps:
            taps[key] = [_pick(w, seen.tolist()) for w in weights]
        c = tuple(columns[p, start:].tolist())
        out[p] = [Row(c, w, b) for w, b in zip(taps[key], constants, strict=True)]
    return out


def _pick(w: Sequence[int], taps: list[int]) -> tuple[int, ...]:
    return itemgetter(*taps)(w) if len(taps) > 1 else tuple(w[t] for t in taps)


def flat(code: Code, x: Tensor) -> int:
    """The number of a value that is exactly the entries of x in order; a selection is emitted only where one is needed."""
    if _is_whole(code, x) and np.array_equal(x.index.ravel(), np.arange(x.index.size)):
        return x.value
    return scale_shift(code, x).value


def _is_whole(code: Code, x: Tensor) -> bool:
    """Whether x holds every entry of its value once, and nothing else."""
    return x.index.size == code.widths[x.value] and is_distinct(x) and bool((x.index >= 0).all())


def is_distinct(x: Tensor) -> bool:
    """Whether no entry of x occurs twice."""
    return bool(np.unique(x.index).size == x.index.size)


def distinct(code: Code, x: Tensor) -> Tensor:
    """x itself, or a copy without repeated positions."""
    return x if is_distinct(x) else replace(x, value=flat(code, x), index=ordered(x.index.size, x.shape), shared=False)


def scale_shift(code: Code, x: Tensor, scale: Any = 1, shift: Any = 0, *, fold: bool = False, what: str = "constant") -> Tensor:
    """scale·x + shift, elementwise and exact; x may hold −1 for entries that are the shift alone.

    Becomes part of the affine map that computes x if nobody else reads it and (the scale is 1 or short, or that map has one
    coefficient per row, or `fold` asks for it): then weights stay as short as stored. Otherwise one sparse affine map.
    """
    code.spend(4 * x.index.size)
    if x.index.size > ROWS:
        raise NotSupported(f"its {x.index.size:,} coordinates are more than the {ROWS:,}, at most, that are expanded")
    a, d = _spread(scale, x.shape, what)
    c, e = _spread(shift, x.shape, what)
    source = code.producer(x.value)
    if isinstance(source, Affine) and not x.shared:
        touched = [source.rows[j] for j in x.index.ravel().tolist() if j >= 0]
        size = sum(len(row.columns) for row in touched)
        thin = all(len(row.columns) <= 1 for row in touched)
        short = d.bit_length() <= SHORT and all(abs(n).bit_length() <= SHORT for n in set(a))
        if (fold or thin or short) and size <= sum(len(row.columns) for row in source.rows):
            return _folded(code, x, source, (a, d), (c, e))
    code.plan(x.index.size, x.index.size)
    common = lcm(d, e)
    rows = np.empty(x.index.size, dtype=object)
    s, t = common // d, common // e
    terms = zip(x.index.ravel().tolist(), a, c, strict=True)
    rows[:] = [Row((j,), (n * s,), m * t) if j >= 0 else Row((), (), m * t) for j, n, m in terms]
    return replace(rows_of(code, x.value, rows.reshape(x.shape), common), integer=x.integer)


def _spread(array: Any, shape: tuple[int, ...], what: str) -> tuple[list[int], int]:
    numerators, d = scaled(np.asarray(array, dtype=object) if isinstance(array, int | Fraction) else array, what)
    return np.broadcast_to(numerators, shape).ravel().tolist(), d


def _folded(code: Code, x: Tensor, source: Affine, scale: tuple[list[int], int], shift: tuple[list[int], int]) -> Tensor:
    (a, d), (c, e) = scale, shift
    common = lcm(source.denominator * d, e)
    step, up = common // (source.denominator * d), common // e
    made: dict[tuple[int, int], tuple[int, ...]] = {}  # rows that shared their coefficients go on sharing them
    rows = np.empty(x.index.size, dtype=object)
    for i, (j, n, m) in enumerate(zip(x.index.ravel().tolist(), a, c, strict=True)):
        row = source.rows[j] if j >= 0 else Row((), (), 0)
        factor, w = n * step, row.coefficients
        if factor != 1:
            key = (id(w), factor)
            if key not in made:
                code.spend(len(w))
                made[key] = tuple([v * factor for v in w])
            w = made[key]
        rows[i] = row if factor == 1 and m == 0 else Row(row.columns, w, row.constant * factor + m * up)
    inputs = code.nodes[x.value - 1].inputs
    if _is_whole(code, x):  # every row moved here, so the old map is read by nobody
        code.revise(x.value, Affine(source.columns, tuple(rows.tolist()), common))
        return replace(x, index=ordered(x.index.size, x.shape))
    code.plan(sum(len(row.columns) for row in rows), rows.size)
    return replace(rows_of(code, inputs[0], rows.reshape(x.shape), common), integer=x.integer)


def add(code: Code, x: Tensor, y: Tensor) -> Tensor:
    """x + y, of one shape."""
    integer = x.integer and y.integer
    if x.value == y.value:
        code.plan(2 * x.index.size, x.index.size)
        rows = np.empty(x.index.size, dtype=object)
        pairs = zip(x.index.ravel().tolist(), y.index.ravel().tolist(), strict=True)
        rows[:] = [Row((min(i, j), max(i, j)), (1, 1), 0) if i != j else Row((i,), (2,), 0) for i, j in pairs]
        return replace(rows_of(code, x.value, rows.reshape(x.shape), 1), integer=integer)
    if _is_whole(code, x) and _is_whole(code, y) and np.array_equal(x.index, y.index):
        return Tensor(code.emit(Sum(), x.value, y.value), x.index, integer)
    value = code.emit(Sum(), flat(code, x), flat(code, y))
    return Tensor(value, ordered(x.index.size, x.shape), integer)


def multiply(code: Code, x: Tensor, y: Tensor) -> Tensor:
    """x · y elementwise, of one shape."""
    value = code.emit(Product(), flat(code, x), flat(code, y))
    return Tensor(value, ordered(x.index.size, x.shape), x.integer and y.integer)


def pointwise(code: Code, x: Tensor, activations: Sequence[Activation]) -> Tensor:
    """activations[i] on entry i; keeps the order of the value below where x is a permutation of it."""
    if not _is_whole(code, x):
        x = replace(x, value=flat(code, x), index=ordered(x.index.size, x.shape))
    code.spend(x.index.size)
    by_position = sorted(zip(x.index.ravel().tolist(), activations, strict=True), key=itemgetter(0))
    return Tensor(code.emit(Pointwise(tuple(s for _, s in by_position)), x.value), x.index, x.integer)


def largest(code: Code, x: Tensor, index: Array) -> Tensor:
    """Entry p is the maximum of x's value over index[p, :]; entries below 0 drop out. Returns shape (P,)."""
    code.plan(index.size, len(index))
    groups = tuple(tuple(sorted({j for j in line if j >= 0})) for line in index.tolist())
    if not all(groups):
        raise Malformed("a maximum is taken over padding alone, which is −∞")
    return Tensor(code.emit(Max(groups), x.value), ordered(len(groups), (len(groups),)), x.integer)


def beside(code: Code, parts: Sequence[Value]) -> list[Tensor]:
    """The same tensors, as positions in one common value; constants become constant coordinates."""
    tensors = [_lifted(code, p) if isinstance(p, Constant) else p for p in parts]
    values = sorted({t.value for t in tensors})
    if len(values) == 1:
        return tensors
    starts = dict(zip(values, np.cumsum([0, *(code.widths[v] for v in values)]).tolist(), strict=False))
    code.spend(sum(code.widths[v] for v in values))
    stack = code.emit(Stack(), *values)
    return [Tensor(stack, t.index + starts[t.value], t.integer) for t in tensors]


def _lifted(code: Code, c: Constant) -> Tensor:
    """The constant as coordinates that do not depend on the input."""
    nowhere = Tensor(0, np.full(c.shape, -1, dtype=np.int64), c.integer)
    return scale_shift(code, nowhere, 1, c.array, what=f"tensor '{c.name}'")
