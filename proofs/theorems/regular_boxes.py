"""The sign of all determinants of a piecewise-affine network ℝⁿ → ℝⁿ on a box, by bounds of its derivatives; see `InjectiveOnBoundary`.

Numbers are integers in units of 2⁻⁶⁴, rounded outwards. Call a point of the box *generic* if every value of the network is affine near
it; all points are, but those on finitely many hyperplanes. For each coordinate of each value there are a centre, within an error of the
value in the middle of the box, and a slope and a radius for each input: the derivative at generic points lies within slope ± radius.

Proof. *Affine maps, sums, stacks*: by linearity. *Activations*: from the middle to a generic x (for almost all of them) only finitely
many points of the segment are not generic, so z(x) differs from z in the middle by at most Σⱼ (|slopeⱼ| + radiusⱼ)·(half the side j),
and so for all x, as z is continuous. At a generic point the derivative of σ(z) is that of z times the slope of a piece of σ between these
bounds; or z is constant near it, and both are 0.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import TypeAlias

from proofs.activations import PiecewiseAffine, Scaled, apply_pieces, scaled
from proofs.domains import Box
from proofs.elimination import solve
from proofs.errors import Rejected, require
from proofs.exact import common_denominator
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Stack, Sum
from proofs.theorems.dimension import determinant_sign

_BITS = 64
_ONE, _HALF = 1 << _BITS, 1 << _BITS - 1

Numbers: TypeAlias = list[int]
Lines: TypeAlias = list[tuple[tuple[int, ...] | None, tuple[int, ...], tuple[int, ...], int]]  # columns, or None for all; a, |a|, constant
Unit: TypeAlias = tuple[Scaled, int, Numbers, Numbers, Numbers, Numbers]  # and breakpoints and slopes, rounded down and up


@dataclass(frozen=True, slots=True)
class _Value:
    """Centres of a value with one error for all; slopes and radii of its coordinates, input by input."""

    centres: Numbers
    error: int
    slopes: list[Numbers]
    radii: list[Numbers]


@dataclass(slots=True)
class RegularBoxes:
    """The network, made ready for many boxes."""

    f: Network
    meter: Meter = field(default_factory=Meter)
    _ready: list[Lines | list[Unit]] = field(default_factory=list)
    _work: int = 0  # for one box

    def __post_init__(self) -> None:
        n = self.f.arity
        for node in self.f.nodes:
            width = sum(self.f.widths[j] for j in node.inputs)
            match node.op:
                case Affine(_, rows, _) as op:
                    self._work += (op.entries + len(rows)) * (2 * n + 2) * (20 + digits(op.bits) * digits(op.bits + 2 * _BITS))
                    self.meter.take(100 * op.entries)
                    every = tuple(range(op.columns))
                    self._ready.append(
                        [
                            (None if r.columns == every else r.columns, r.coefficients, tuple(map(abs, r.coefficients)), r.constant)
                            for r in rows
                        ]
                    )
                case Pointwise(activations) as op:
                    self._work += width * (5000 + (2 * n + 6) * digits(op.bits + 2 * _BITS) ** 2)
                    known = {s: _unit(s) for s in set(activations) if isinstance(s, PiecewiseAffine)}
                    require(all(s in known for s in activations), "an activation is not piecewise affine")
                    self._ready.append([known[s] for s in activations if isinstance(s, PiecewiseAffine)])
                case Sum() | Stack():
                    self._work += width * (2 * n + 2) * 100
                    self._ready.append([])
                case _:
                    raise Rejected(f"derivatives of {type(node.op).__name__} are not bounded")

    def sign(self, box: Box) -> int:
        """The sign of det A for the matrices A of f at all generic points of the box, Rejected if it is not seen to be one and not 0.

        Proof. All these A are within a matrix R ≥ 0 of a matrix C. Let B = |C⁻¹|·R, and v > 0 with v − Bv > 0. Then |C⁻¹(A − C)| ≤ B
        coordinate by coordinate, so it maps the unit ball of the norm max |xᵢ|/vᵢ into a smaller one, and C + t(A − C) = C(1 + tC⁻¹(A − C))
        is invertible for 0 ≤ t ≤ 1: det A has the sign of det C. v is found from v − Bv = (1, …, 1).
        """
        self.meter.take(self._work + 10_000)
        value = self._derivatives(box)
        n = self.f.arity
        centre = [[column[i] for column in value.slopes] for i in range(n)]
        inverse: list[list[int]] = []  # times d, by columns
        d = 0
        for i in range(n):
            solved = solve([[*row, int(i == k)] for k, row in enumerate(centre)], self.meter)
            require(solved is not None, "the matrix in the middle of a box is singular")
            assert solved is not None
            inverse.append(solved[0])
            d = abs(solved[1])
        radius = [[column[i] for column in value.radii] for i in range(n)]
        rows = []
        for i in range(n):
            weights = [abs(column[i]) for column in inverse]
            rows.append([d * (i == j) - sum(w * row[j] for w, row in zip(weights, radius, strict=True)) for j in range(n)])
        found = solve([[*row, 1] for row in rows], self.meter)
        require(found is not None and all(t * found[1] > 0 for t in found[0]), "the derivatives on a box are not seen to be regular")
        return determinant_sign(centre)

    def _derivatives(self, box: Box) -> _Value:
        n = self.f.arity
        middle = [(a + b) * _HALF for a, b in zip(box.lower, box.upper, strict=True)]
        half = [-((a - b) * _HALF).__floor__() for a, b in zip(box.lower, box.upper, strict=True)]
        units = [[_ONE * (i == j) for i in range(n)] for j in range(n)]
        values = [_Value([t.__floor__() for t in middle], int(any(t.denominator > 1 for t in middle)), units, [[0] * n for _ in range(n)])]
        for node, ready in zip(self.f.nodes, self._ready, strict=True):
            values.append(_through(node, ready, [values[j] for j in node.inputs], half))
        return values[-1]


def _unit(s: PiecewiseAffine) -> Unit:
    common = common_denominator(t.denominator for piece in s.pieces for t in piece)
    slopes = [slope * _ONE for slope, _ in s.pieces]
    breaks = [b * _ONE for b in s.breakpoints]
    rounded = (
        [t.__floor__() for t in breaks],
        [t.__ceil__() for t in breaks],
        [t.__floor__() for t in slopes],
        [t.__ceil__() for t in slopes],
    )
    return scaled(s, _ONE, common), common, *rounded


def _through(node: Node, ready: Lines | list[Unit], given: list[_Value], half: Numbers) -> _Value:
    match node.op:
        case Affine(_, _, d):
            return _affine(ready, d, given[0])  # type: ignore[arg-type]
        case Pointwise():
            return _bent(ready, given[0], half)  # type: ignore[arg-type]
        case Sum():
            centres = [sum(column) for column in zip(*(v.centres for v in given), strict=True)]
            slopes, radii = ([[*map(sum, zip(*part, strict=True))] for part in zip(*lists, strict=True)] for lists in _both(given))
            return _Value(centres, sum(v.error for v in given), slopes, radii)
        case _:
            slopes, radii = ([[t for column in part for t in column] for part in zip(*lists, strict=True)] for lists in _both(given))
            return _Value([t for v in given for t in v.centres], max(v.error for v in given), slopes, radii)


def _both(given: list[_Value]) -> tuple[list[list[Numbers]], list[list[Numbers]]]:
    return [v.slopes for v in given], [v.radii for v in given]


def _affine(lines: Lines, d: int, x: _Value) -> _Value:
    """Divisions round centres and slopes down, which makes them wrong by less than 1 where they leave a rest."""
    norm = max((sum(line[2]) for line in lines), default=0)
    centres, *slopes = _totals([(columns, a) for columns, a, _, _ in lines], [x.centres, *x.slopes], norm)
    radii = _totals([(columns, sizes) for columns, _, sizes, _ in lines], x.radii, norm)
    moved = [t + (line[3] << _BITS) for t, line in zip(centres, lines, strict=True)]
    return _Value(
        [t // d for t in moved],
        -(-norm * x.error // d) + any(t % d for t in moved),
        [[t // d for t in column] for column in slopes],
        [[-(-r // d) + (t % d > 0) for r, t in zip(*both, strict=True)] for both in zip(radii, slopes, strict=True)],
    )


def _totals(lines: Sequence[tuple[tuple[int, ...] | None, tuple[int, ...]]], given: Sequence[Numbers], norm: int) -> list[Numbers]:
    """Σ aⱼ·tⱼ for each line a and each t of `given`, where Σ |aⱼ| ≤ norm.

    All t go into the digits of one number at a time: those of the sums, in absolute value less than half the base, are found again.
    """
    bits = (norm * max((abs(t) for numbers in given for t in numbers), default=0)).bit_length() + 1
    half, mask = 1 << bits - 1, (1 << bits) - 1
    packed = [sum(t << bits * k for k, t in enumerate(digit)) for digit in zip(*given, strict=True)]
    out: list[Numbers] = [[] for _ in given]
    for columns, a in lines:
        total = sum(map(mul, a, packed if columns is None else [packed[j] for j in columns]))
        for numbers in out:
            digit = (total + half & mask) - half
            numbers.append(digit)
            total = total - digit >> bits
    return out


def _bent(units: list[Unit], x: _Value, half: Numbers) -> _Value:
    n, steepest, uneven = len(half), 0, False
    centres: Numbers = []
    slopes: list[Numbers] = [[] for _ in range(n)]
    radii: list[Numbers] = [[] for _ in range(n)]
    for (table, common, breaks, above, least, most), c, s, r in zip(
        units, x.centres, zip(*x.slopes, strict=True), zip(*x.radii, strict=True), strict=True
    ):
        reach = x.error - (-sum((abs(p) + q) * h for p, q, h in zip(s, r, half, strict=True)) >> _BITS)
        first, last = bisect_right(above, c - reach), bisect_left(breaks, c + reach)
        if first > last:  # the unit is constant, at a breakpoint
            first, last = last, first
        low, high = min(least[first : last + 1]), max(most[first : last + 1])
        steepest = max(steepest, max(map(abs, least)), max(map(abs, most)))
        at, rest = divmod(next(apply_pieces(table, (c,))), common)
        centres.append(at)
        uneven |= rest > 0
        for j, (p, q) in enumerate(zip(s, r, strict=True)):
            if low == high == 0:
                p = q = 0
            elif not low == high == _ONE:
                twice, wide = (low + high) * p, abs(low + high) * q + (high - low) * (abs(p) + q)
                p, q = twice >> _BITS + 1, (twice & 2 * _ONE - 1 > 0) - (-wide >> _BITS + 1)
            slopes[j].append(p)
            radii[j].append(q)
    return _Value(centres, uneven - (-steepest * x.error >> _BITS), slopes, radii)
