"""Networks with one layer of activations: secants between two sets on which the signs of the switches are known (P13, P14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import TypeAlias

from proofs.activations import PiecewiseAffine
from proofs.compose import prefix
from proofs.errors import Rejected, require
from proofs.exact import common_denominator
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Row, Stack
from proofs.theorems.affine import affine_form
from proofs.theorems.columns import Columns, Numbers
from proofs.theorems.monotonicity import positive_definite

MOST_SHIFT = 1000  # of the powers of two that weigh units

Spread: TypeAlias = tuple[int, int, int, int]  # a unit, a, b, k


@dataclass(frozen=True, slots=True)
class OneLayer:
    """For n inputs the forms δz = W·δx/d of the inputs of the units and δf = (L·δx + V·δh)/e of the output, in integers, V by columns; and
    the slopes of the pieces of each unit, from the left, over one denominator s.

    Switches (proofs/subdivision.py) stand unit by unit in the order of the breakpoints, as there is no other operation that has any.
    """

    n: int
    units: tuple[PiecewiseAffine, ...]
    w: tuple[tuple[int, ...], ...]
    b: tuple[int, ...]
    v: tuple[tuple[int, ...], ...]
    rest: tuple[tuple[int, ...], ...]  # L, by rows
    d: int
    e: int
    s: int
    slopes: tuple[tuple[int, ...], ...]
    bits: int  # the length of the longest number

    def ranges(self, positive: int, negative: int) -> list[tuple[int, int]]:
        """The least and the greatest slope of each unit, times s, between points where no switch is > 0 but those of the set
        `positive`, and none is < 0 but those of the set `negative`.

        All switches of breakpoints at which z is never negative lie to the left of z or at z, so the piece has at least their
        number; and at most that of the breakpoints that z exceeds somewhere.
        """
        out = []
        for slopes in self.slopes:
            count = len(slopes) - 1
            mask = (1 << count) - 1
            ends = count - (negative & mask).bit_count(), (positive & mask).bit_count()
            positive >>= count
            negative >>= count
            taken = slopes[min(ends) : max(ends) + 1]
            out.append((min(taken), max(taken)))
        return out

    def monotone(self, numbers: Sequence[int], positive: int, negative: int, meter: Meter) -> bool:
        """Whether ⟨δx, M·δf⟩ > 0 for any two different points that lie where these are the signs of the switches.

        `numbers` are M, n lines of m, and for each unit with slopes a < b an exponent k.
        """
        ranges = self.ranges(positive, negative)
        size = self.size
        exponents = iter(numbers[size:])
        spreads = [(i, a, b, next(exponents, 0) if a < b else 0) for i, (a, b) in enumerate(ranges) if a or b]
        columns = Columns([self.v[i] for i, _, _, _ in spreads], self.bits)
        free = sum(a < b for _, a, b, _ in spreads)
        require(len(numbers) == size + free, "{} numbers for a matrix and {} exponents", len(numbers), free)
        return self.definite(numbers[:size], self.linear(self.s), columns, spreads, 1, meter)

    @property
    def size(self) -> int:
        """How many entries M has."""
        return self.n * len(self.rest)

    def linear(self, factor: int) -> list[list[int]]:
        """The columns of L times d times a factor."""
        return [[factor * self.d * row[j] for row in self.rest] for j in range(self.n)]

    def definite(
        self, numbers: Numbers, known: Sequence[Numbers], first: Columns, spreads: Sequence[Spread], fine: int, meter: Meter
    ) -> bool:
        """Whether ⟨δx, M·δf⟩ > 0 for any two different points between which δf = (K + Σ cᵢvᵢqᵢᵀ)δx/g, a ≤ cᵢ ≤ b, where `known` are the
        columns of K, vᵢ is the column of unit i, qᵢ its row of W, and g = s·fine·d·e; `first` are the vᵢ of the first spreads.

        `numbers` are M, n lines of m. Proof: let p = M·v, P = ⟨p, δx⟩, Q = ⟨q, δx⟩. Then g·⟨δx, M·δf⟩ = ⟨δx, M·K·δx⟩ + Σ c·P·Q, and
        c·P·Q ≥ a·P·Q − (b − a)·(2ᵏP − Q)²/(4·2ᵏ) for any k: as (2ᵏP − Q)² + 4·2ᵏP·Q = (2ᵏP + Q)², both 0 and P·Q are at least
        −(2ᵏP − Q)²/(4·2ᵏ), and 0 ≤ c − a ≤ b − a. The bound is a quadratic form in δx. It is seen to be positive definite in integers,
        multiplied by 4 and a power of two; (2ᵏP − Q)²/2ᵏ is 2ᵏ·(P − Q/2ᵏ)² too, which is taken if k < 0.
        """
        n, m = self.n, len(self.rest)
        matrix = [numbers[i * m : i * m + m] for i in range(n)]
        shift = max((abs(k) for _, _, _, k in spreads), default=0)
        require(shift <= MOST_SHIFT, "an exponent is {}; at most {} are allowed", shift, MOST_SHIFT)
        longest = max(map(int.bit_length, numbers), default=0) + fine.bit_length()
        meter.take((1 + len(spreads)) * n * (200 + (n + m) * (50 + digits(longest + 3 * self.bits + shift) ** 2)))
        others = [self.v[i] for i, _, _, _ in spreads[len(first.vectors) :]]
        p = [[*first.times(line), *[sum(map(mul, line, column)) for column in others]] for line in matrix]
        q = list(zip(*[self.w[i] for i, _, _, _ in spreads], strict=True)) if spreads else [()] * n
        form = [[sum(map(mul, line, column)) for column in known] for line in matrix]
        raised = [(k, a) for k, (_, a, _, _) in enumerate(spreads) if a]
        columns = [[column[k] for k, _ in raised] for column in q]
        for line, row in zip(form, p, strict=True) if raised else ():
            some = [a * row[k] for k, a in raised]
            for j, column in enumerate(columns):
                line[j] += sum(map(mul, some, column))
        weights, powers = [b - a << shift - abs(k) for _, a, b, k in spreads], [k for _, _, _, k in spreads]
        differences = [
            [(s << k) - t if k > 0 else s - (t << -k) for s, k, t in zip(line, powers, row, strict=True)]
            for line, row in zip(p, q, strict=True)
        ]
        lower = []
        for i, line in enumerate(differences):
            weighed = list(map(mul, weights, line))
            lower.append([(form[i][j] + form[j][i] << shift + 1) - sum(map(mul, weighed, differences[j])) for j in range(i + 1)])
        return positive_definite(lower)


def one_layer(f: Network) -> OneLayer:
    """The forms of a network of affine operations, sums, stacks and one layer of piecewise-affine activations."""
    layers = [i for i, node in enumerate(f.nodes) if isinstance(node.op, Pointwise)]
    require(len(layers) == 1, "a matrix for secants needs one layer of activations; the network has {}", len(layers))
    node = f.nodes[layers[0]]
    assert isinstance(node.op, Pointwise)
    if not all(isinstance(s, PiecewiseAffine) for s in node.op.activations):
        raise Rejected("the activations are not piecewise affine")
    units = tuple(s for s in node.op.activations if isinstance(s, PiecewiseAffine))
    pieces = [[slope for slope, _ in s.pieces] for s in units]
    inner, outer = affine_form(prefix(f, node.inputs[0])), affine_form(_beside(f, layers[0], len(pieces)))
    w = [_dense(row, f.arity) for row in inner.rows]
    rows = [_dense(row, f.arity + len(pieces)) for row in outer.rows]
    v = [tuple(row[f.arity + i] for row in rows) for i in range(len(pieces))]
    s = common_denominator({slope.denominator for unit in pieces for slope in unit})
    slopes = tuple(tuple(int(slope * s) for slope in unit) for unit in pieces)
    longest = max(inner.bits, outer.bits, max((abs(t).bit_length() for unit in slopes for t in unit), default=1), s.bit_length())
    rest = tuple(row[: f.arity] for row in rows)
    b = tuple(row.constant for row in inner.rows)
    return OneLayer(f.arity, units, tuple(w), b, tuple(v), rest, inner.denominator, outer.denominator, s, slopes, longest)


def _beside(f: Network, layer: int, units: int) -> Network:
    """(x, h) ↦ f(x), where h stands for the values of the units."""
    size = f.arity + units
    first, last = (tuple(Row((j,), (1,), 0) for j in part) for part in (range(f.arity), range(f.arity, size)))
    nodes = [Node(Affine(size, first, 1), (0,)), Node(Affine(size, last, 1), (0,))]
    value = [1]  # where the values of f are computed
    for i, node in enumerate(f.nodes):
        if i != layer:
            nodes.append(Node(node.op, tuple(value[j] for j in node.inputs)))
        value.append(2 if i == layer else len(nodes))
    nodes.append(Node(Stack(), (value[-1],)))
    return Network(size, tuple(nodes))


def _dense(row: Row, size: int) -> tuple[int, ...]:
    out = [0] * size
    for j, a in zip(row.columns, row.coefficients, strict=True):
        out[j] += a
    return tuple(out)
