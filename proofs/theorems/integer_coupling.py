"""Binary32 arithmetic that is exact where it matters: couplings of whole numbers (F7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

from proofs.activations import PiecewiseAffine
from proofs.domains import Grid, hull
from proofs.errors import Brief, Rejected, require
from proofs.ieee import Binary32
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Max, Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Injective, Statement
from proofs.theorems.blocks import moved
from proofs.theorems.rounding import GREATEST, exponent_of

_DIGITS = 2**24
_LEAST = -149
_OVERFLOW = Fraction(2**127)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a coordinate: a multiple of 2^exponent in [low, high], equal to constant + Σ form[a]·a over inputs a ≥ 0 and results
    a < 0."""

    exponent: int
    low: Fraction
    high: Fraction
    form: dict[int, Fraction]
    constant: Fraction = Fraction(0)

    @property
    def most(self) -> Fraction:
        """A bound of the absolute value."""
        return max(abs(self.low), abs(self.high))


@dataclass(frozen=True, slots=True, repr=False)
class IntegerCoupling(Brief):
    """A network in binary32 arithmetic on a grid whose outputs determine the inputs one after the other ⇒ it is injective on the grid.

    Proof: each coordinate of each value is written as Σ cₐ·a over inputs a and over results a of rounded operations, exactly: an operation
    on numbers k·2ᵉ whose result has at most 24 digits is not rounded; a rounded result is a number of its own, a multiple of its
    unit in the last place. Let an input i be not determined yet, and an output with the form c·xᵢ + (results of operations that read only
    inputs that are determined, and such inputs) + (numbers that are multiples of m), where xᵢ takes values in a range with |c|·range < m
    (m = 0 with no such numbers stands for infinity). For two inputs with equal outputs the determined part is the same, so the two c·xᵢ
    differ by a multiple of m, hence are equal: xᵢ is determined. All inputs must be determined in the end.

    So b ↦ b + round(t(a)) is injective for every function t, also modulo 2ᵏ; round is written (t + 3·2²²) − 3·2²².
    """

    name: ClassVar[str] = "IntegerCoupling"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (F7); Hoogeboom et al., Integer discrete flows, NeurIPS 2019, for the construction"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f in binary32 arithmetic, Grid) outright."""
        match goal:
            case Injective(Binary32(network), Grid() as grid):
                trace = _Trace(network, grid)
                known = trace.run()
                inputs = trace.inputs
                determined: set[int] = set()
                while True:
                    new = {i for v in known for i in [trace.determines(v, determined)] if i is not None}
                    if not new:
                        break
                    determined |= new
                require(len(determined) == len(inputs), "the outputs determine {} of the {} inputs", len(determined), len(inputs))
                return ()
            case _:
                raise Rejected("whole numbers are coupled by a network in binary32 arithmetic on a grid only")


class _Trace:
    """The values of a network as forms in inputs and rounded results."""

    def __init__(self, network: Network, grid: Grid) -> None:
        self.network, self.meter = network, Meter()
        sides = zip(grid.lower, grid.step, hull(grid), strict=True)
        self.inputs = [_input(i, a, s, side.lower, side.upper) for i, (a, s, side) in enumerate(sides)]
        self.results: dict[int, tuple[Known, int]] = {}  # of a rounded result: what is known, and the inputs it reads, as bits
        self._same: dict[object, int] = {}  # the same operation on the same numbers has the same result

    def run(self) -> list[Known]:
        values = [self.inputs]
        reads = [[1 << i for i in range(len(self.inputs))]]
        for node in self.network.nodes:
            bits = moved(node.op, [reads[j] for j in node.inputs], self.meter, len(self.inputs))
            values.append(self._apply(node, [values[j] for j in node.inputs], bits))
            reads.append(bits)
        return values[-1]

    def determines(self, v: Known, determined: set[int]) -> int | None:
        """The input that an output determines when those are determined already."""
        of = sum(1 << i for i in determined)
        unknown = [i for i in v.form if i >= 0 and i not in determined]
        others = [a for a in v.form if a < 0 and self.results[a][1] & ~of]
        for i in unknown:
            rest = [*(a for a in unknown if a != i), *others]
            unit = min((exponent_of(v.form[a]) + self._exponent(a) for a in rest), default=None)
            if unit is None or abs(v.form[i]) * (self.inputs[i].high - self.inputs[i].low) < Fraction(2) ** unit:
                return i
        return None

    def _exponent(self, a: int) -> int:
        return self.inputs[a].exponent if a >= 0 else self.results[a][0].exponent

    def _apply(self, node: Node, inputs: Sequence[list[Known]], bits: Sequence[int]) -> list[Known]:
        self.meter.take(20_000 * (1 + sum(map(len, inputs))) + 30_000 * (node.op.entries if isinstance(node.op, Affine) else 0))
        x = inputs[0]
        match node.op:
            case Affine(_, rows, d):
                out = []
                for row, reads in zip(rows, bits, strict=True):
                    terms = [self._times(Fraction(c, d), x[j], reads) for j, c in zip(row.columns, row.coefficients, strict=True) if c]
                    terms += [_constant(Fraction(row.constant, d))] if row.constant or not terms else []
                    out.append(self._total(terms, reads))
                return out
            case Sum():
                return [self._total(list(column), reads) for column, reads in zip(zip(*inputs, strict=True), bits, strict=True)]
            case Stack():
                return [v for value in inputs for v in value]
            case Pointwise(activations):
                return [self._bent(s, v, reads) for s, v, reads in zip(activations, x, bits, strict=True)]
            case Max(groups):
                chosen = [[x[i] for i in group] for group in groups]
                return [self._result(("max", *map(_key, some)), _join(some), r) for some, r in zip(chosen, bits, strict=True)]
            case Product():
                return [self._product(u, v, r) for u, v, r in zip(x, inputs[1], bits, strict=True)]
            case _:
                raise Rejected(f"nothing is known of the digits of {type(node.op).__name__}")

    def _times(self, c: Fraction, v: Known, reads: int) -> Known:
        self._count(v)
        low, high = sorted((c * v.low, c * v.high))
        exact = Known(v.exponent + exponent_of(c), low, high, {a: c * t for a, t in v.form.items()}, c * v.constant)
        return _snug(exact) if _fits(exact) else self._result(("times", c, _key(v)), _rounded(low, high), reads)

    def _total(self, terms: list[Known], reads: int) -> Known:
        total = terms[0]
        for v in terms[1:]:
            self._count(total, v)
            form = dict(total.form)
            for a, t in v.form.items():
                form[a] = form.get(a, Fraction(0)) + t
            low, high = total.low + v.low, total.high + v.high
            form = {a: t for a, t in form.items() if t}
            exact = Known(min(total.exponent, v.exponent), low, high, form, total.constant + v.constant)
            total = _snug(exact) if _fits(exact) else self._result(("plus", _key(total), _key(v)), _rounded(low, high), reads)
        return total

    def _product(self, u: Known, v: Known, reads: int) -> Known:
        corners = [a * b for a in (u.low, u.high) for b in (v.low, v.high)]
        exact = Known(u.exponent + v.exponent, min(corners), max(corners), {})
        side = _snug(exact) if _fits(exact) else _rounded(exact.low, exact.high)
        return self._result(("product", _key(u), _key(v)), side, reads)

    def _bent(self, s: object, v: Known, reads: int) -> Known:
        if not isinstance(s, PiecewiseAffine):
            raise Rejected(f"nothing is known of the digits of {type(s).__name__}")
        parts = []
        for p, q in s.pieces:
            part = self._times(p, v, reads) if p else _constant(Fraction(0))
            parts.append(self._total([part, _constant(q)], reads) if q else part)
        return parts[0] if len(parts) == 1 else self._result(("bent", s, _key(v)), _join(parts), reads)

    def _count(self, *sums: Known) -> None:
        """Work in proportion to the length of the forms, and to the square of that of their numbers."""
        for v in sums:
            bits = max((t.numerator.bit_length() + t.denominator.bit_length() for t in (v.constant, *v.form.values())), default=0)
            self.meter.take((1 + len(v.form)) * (300 + 20 * digits(bits) ** 2))

    def _result(self, key: object, v: Known, reads: int) -> Known:
        """A number of its own; one name for one operation on the same numbers."""
        name = self._same.setdefault(key, -1 - len(self._same))
        known = Known(v.exponent, v.low, v.high, {name: Fraction(1)})
        self.results.setdefault(name, (known, reads))
        return known


def _input(i: int, lower: Fraction, step: Fraction, low: Fraction | None, high: Fraction | None) -> Known:
    assert low is not None
    assert high is not None
    exponents = [exponent_of(t) for t in (lower, step) if t]
    v = Known(min(exponents), low, high, {i: Fraction(1)})
    require(_fits(v), "the points of the grid are not all binary32 numbers")
    return _snug(v)


def _constant(t: Fraction) -> Known:
    return Known(exponent_of(t) if t else 0, t, t, {}, t)


def _key(v: Known) -> object:
    """Two coordinates with one key have one value."""
    return (v.constant, tuple(sorted(v.form.items())))


def _fits(v: Known) -> bool:
    """Whether all such numbers are binary32 numbers."""
    return v.exponent >= _LEAST and v.most <= _DIGITS * Fraction(2) ** min(v.exponent, GREATEST) and v.most < _OVERFLOW


def _snug(v: Known) -> Known:
    """The same numbers, which fit, with ends that are multiples of the power of two, so that these stay short."""
    exponent = min(v.exponent, GREATEST)
    step = Fraction(2) ** exponent
    return replace(v, exponent=exponent, low=-(-v.low // step) * step, high=v.high // step * step)


def _rounded(low: Fraction, high: Fraction) -> Known:
    """What is known of the rounded results of numbers in [low, high]: rounding is monotone, and keeps multiples of a power of two."""
    require(max(abs(low), abs(high)) < _OVERFLOW, "an operation may overflow")
    least = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
    exponent = max(_LEAST, _floor_log(least) - 23) if least else _LEAST
    unit = Fraction(2) ** max(_LEAST, _floor_log(max(abs(low), abs(high))) - 22) if low or high else Fraction(0)
    return _snug(Known(exponent, low - unit, high + unit, {}))


def _floor_log(t: Fraction) -> int:
    """The largest e with 2ᵉ ≤ t, for t > 0."""
    e = t.numerator.bit_length() - t.denominator.bit_length()
    return e if Fraction(2) ** e <= t else e - 1


def _join(parts: Sequence[Known]) -> Known:
    return Known(min(v.exponent for v in parts), min(v.low for v in parts), max(v.high for v in parts), {})
