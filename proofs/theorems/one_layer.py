"""Networks with one layer of activations: secants between two sets on which the signs of the switches are known (P13, P14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from proofs.activations import PiecewiseAffine
from proofs.compose import prefix
from proofs.errors import Rejected, require
from proofs.exact import common_denominator
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Row, Stack
from proofs.theorems.affine import affine_form
from proofs.theorems.monotonicity import positive_definite

_MOST_SHIFT = 1000  # of the powers of two that weigh units


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
        free = [i for i, (a, b) in enumerate(ranges) if a < b]
        require(len(numbers) == size + len(free), "{} numbers for a matrix and {} exponents", len(numbers), len(free))
        return self.definite(numbers[:size], ranges, 1, dict(zip(free, numbers[size:], strict=True)), 0, meter)

    @property
    def size(self) -> int:
        """How many entries M has."""
        return self.n * len(self.rest)

    def definite(
        self, numbers: Sequence[int], ranges: Sequence[tuple[int, int]], fine: int, exponents: Mapping[int, int], usual: int, meter: Meter
    ) -> bool:
        """Whether ⟨δx, M·δf⟩ > 0 for any two different points between which the slopes of the units lie in these ranges, over s·fine.

        `numbers` are M, n lines of m; units have the exponents k named, or the usual one. Proof: δhᵢ = c·δzᵢ with a ≤ c ≤ b (the mean of
        the slopes between the two; any c if δzᵢ = 0), as in `StronglyMonotone`. Let p be M times the column of the unit, q its
        row of W, r = (b − a)/2 ≥ |c − (a + b)/2|. For every t > 0 is |⟨δx, p⟩⟨q, δx⟩| ≤ t/2·⟨p, δx⟩² + ⟨q, δx⟩²/2t. So ⟨δx, M·δf⟩ is at
        least ⟨δx, M·L·δx⟩ + Σ (a + b)/2·⟨p, δx⟩⟨q, δx⟩ − Σ r/2·(t⟨p, δx⟩² + ⟨q, δx⟩²/t), a quadratic form in δx. It is seen
        to be positive definite for t = 2ᵏ·e/d, in integers: multiplied by 4·s·fine·d·e and a power of two.
        """
        n, m = self.n, len(self.rest)
        matrix = [numbers[i * m : i * m + m] for i in range(n)]
        shift = max(abs(usual), max((abs(k) for k in exponents.values()), default=0))
        require(shift <= _MOST_SHIFT, "an exponent is {}; at most {} are allowed", shift, _MOST_SHIFT)
        longest = max((abs(t).bit_length() for line in matrix for t in line), default=0)
        meter.take((1 + len(self.v)) * n * (200 + (n + m) * (50 + digits(longest + 3 * self.bits + shift) ** 2)))
        columns = [[row[j] for row in self.rest] for j in range(n)]
        scale = 2 * self.s * fine * self.d
        form = [[(scale * sum(map(mul, line, column))) << shift for column in columns] for line in matrix]
        form = [[form[i][j] + form[j][i] for j in range(i + 1)] for i in range(n)]
        for i, (a, b) in enumerate(ranges):
            if a == b == 0:
                continue
            p, q = [sum(map(mul, line, self.v[i])) for line in matrix], self.w[i]
            k = exponents.get(i, usual)
            middle = (a + b) << shift
            up, down = (b - a) << shift + k, (b - a) << shift - k
            for j, row in enumerate(form):
                by_q, by_p = middle * p[j] - down * q[j], middle * q[j] - up * p[j]
                for c in range(j + 1):
                    row[c] += by_q * q[c] + by_p * p[c]
        return positive_definite([row + [0] * (n - len(row)) for row in form])


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
