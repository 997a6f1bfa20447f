"""Linear bounds of a network on a part of its domain: intervals of all values, and sums of lines carried back to the input.

A *region* is the part of the domain where certain coordinates of values of the network lie in certain intervals. It knows an
interval for every coordinate of every value on it. A *combination* proves a lower bound of ⟨u, f(x)⟩ on the region, as in linear
programming duality: starting from u, coefficients are carried backwards through the network, and units are replaced by lines
below or above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul
from typing import TypeAlias

from proofs.activations import Activation, PiecewiseAffine
from proofs.domains import Domain, Point, Polytope, hull
from proofs.enclosure import through
from proofs.errors import Rejected, require
from proofs.exact import Interval, Vector, common_denominator, vector
from proofs.limits import Meter, digits
from proofs.network import Affine, Max, Network, Node, Op, Pointwise, Stack, Sum
from proofs.ranges import intercept_below, pieces_on
from proofs.transcendental import COST

Chosen: TypeAlias = tuple[tuple[int, int, Fraction], ...]  # (value, coordinate, a number)


@dataclass(frozen=True, slots=True)
class Combination:
    """How ⟨functional, f(x)⟩ is bounded from below: slopes of lines at units, multipliers of known bounds, and of sides of the domain.

    `slopes`: (value, coordinate, slope) of the line for that output of an activation, 0 where none is named. `multipliers`:
    (value, coordinate, m); with m > 0 the lower bound of that coordinate is used m times, with m < 0 the upper one, |m| times.
    `sides`: (side, m), m ≥ 0, of a polytope.
    """

    functional: Point
    slopes: Chosen
    multipliers: Chosen
    sides: tuple[tuple[int, Fraction], ...]


@dataclass(slots=True)
class Region:
    """Intervals for all values of f on a part of the domain."""

    f: Network
    on: Domain
    values: list[tuple[Interval, ...]]
    meter: Meter = field(default_factory=Meter)
    size: int = 0  # the memory that was taken for it, to be given back

    @classmethod
    def whole(cls, f: Network, on: Domain) -> Region:
        """The whole domain."""
        region = cls(f, on, [hull(on)])
        for node in f.nodes:
            region.values.append(tuple(map(_shortened, through(node, region.values, region.meter))))
        return region

    def side(self, value: int, coordinate: int) -> Interval:
        """What is known of a coordinate of a value."""
        known = 0 <= value < len(self.values) and 0 <= coordinate < len(self.values[value])
        require(known, "there is no coordinate {} of value {}", coordinate, value)
        return self.values[value][coordinate]

    def restricted(self, value: int, coordinate: int, side: Interval) -> Region:
        """The part of the region where the coordinate lies on the side too; what depends on it is bounded anew."""
        both = common(self.side(value, coordinate), side)
        if both is None:
            raise Rejected("a cut lies outside the bounds of what it cuts")
        left, values = self.meter.size, list(self.values)
        self.meter.take(100 * len(values[value]), 64 * len(values[value]))
        values[value] = (*values[value][:coordinate], both, *values[value][coordinate + 1 :])
        moved = {value}
        for k, node in enumerate(self.f.nodes, 1):
            if k > value and moved.intersection(node.inputs):
                moved.add(k)
                self.meter.take(1000 * (len(values[k]) + sum(len(values[j]) for j in node.inputs)), 64 * len(values[k]))
                fresh = self._anew(k, values)
                values[k] = tuple(old if new is old else common(old, new) or new for old, new in zip(values[k], fresh, strict=True))
        return Region(self.f, self.on, values, self.meter, left - self.meter.size)

    def _anew(self, k: int, values: Sequence[tuple[Interval, ...]]) -> tuple[Interval, ...]:
        """Bounds of value k from these bounds of the values before it; of activations only those whose argument has new bounds."""
        node = self.f.nodes[k - 1]
        if not isinstance(node.op, Pointwise):
            return tuple(map(_shortened, through(node, values, self.meter)))
        j = node.inputs[0]
        moved = [i for i, (a, b) in enumerate(zip(self.values[j], values[j], strict=True)) if a is not b]
        part = Node(Pointwise(tuple(node.op.activations[i] for i in moved)), (0,))
        fresh = dict(zip(moved, through(part, [tuple(values[j][i] for i in moved)], self.meter), strict=True))
        return tuple(_shortened(fresh[i]) if i in fresh else side for i, side in enumerate(self.values[k]))

    def forget(self) -> None:
        """Give its memory back to the meter."""
        self.meter.size += self.size

    def least(self, by: Combination) -> Fraction:
        """A lower bound of ⟨by.functional, f(x)⟩ on the region; Rejected if the combination gives none.

        Proof: let the *form* be Σ ⟨cₖ, value k⟩ + constant, at first ⟨u, f(x)⟩. Each step replaces it by one that is nowhere larger
        on the region. A multiplier m takes m·(z − lower) ≥ 0 or |m|·(upper − z) ≥ 0 away. Going through the nodes from the last to
        the first, the coefficients c of what a node computes become coefficients of what it reads: exactly for affine maps, sums
        and stacks; for a unit c·σ(z) ≥ c·(s·z + t), where on the interval of z σ(z) ≥ s·z + t if c > 0, and ≤ if c < 0; for a maximum
        with c > 0, c·max ≥ c·zⱼ; and for all else, c times an end of the interval of the value. At last the input remains, where
        sides with ⟨a, x⟩ − b ≤ 0 may be added and each coordinate has an interval.
        """
        size = self.meter.size
        require(len(by.functional) == self.f.width, f"the functional needs {self.f.width} coordinates")
        back = _Backwards(self, {(v, i): s for v, i, s in by.slopes})
        back.add(len(self.f.nodes), vector(by.functional))
        for v, i, m in by.multipliers:
            side = self.side(v, i)
            back.add(v, _unit(-m, i, self.f.widths[v]))
            back.constant += m * _end(side.lower if m > 0 else side.upper)
        for k in range(len(self.f.nodes), 0, -1):
            back.through(k, self.f.nodes[k - 1])
        for k, m in by.sides:
            on = self.on
            require(isinstance(on, Polytope) and 0 <= k < len(on.normals) and m >= 0, "side {} with the multiplier {}", k, m)
            assert isinstance(on, Polytope)
            back.add(0, vector([m * a for a in on.normals[k]]))
            back.constant -= m * on.offsets[k]
        self.meter.size = size  # the coefficients are forgotten
        return back.ended(0)


@dataclass(slots=True)
class _Backwards:
    """The coefficients of a form at the values that have been met so far, and its constant."""

    region: Region
    slopes: dict[tuple[int, int], Fraction]
    forms: dict[int, Vector] = field(default_factory=dict)
    constant: Fraction = Fraction(0)

    def add(self, value: int, c: Vector) -> None:
        """c more at the value."""
        known = self.forms.get(value)
        if known is not None:
            d = common_denominator((known.denominator, c.denominator))
            self.region.meter.take(len(c) * (200 + 2 * digits(d.bit_length()) * digits(max(c.bits(), known.bits()))))
            p, q = d // known.denominator, d // c.denominator
            c = Vector(tuple(a * p + b * q for a, b in zip(known.numerators, c.numerators, strict=True)), d)
        self.forms[value] = c

    def through(self, value: int, node: Node) -> None:
        """The coefficients at the value become coefficients at what its node reads."""
        c = self.forms.pop(value, None)
        if c is None or not any(c.numerators):
            return
        meter, op = self.region.meter, node.op
        match op:
            case Affine():
                bits = digits(c.bits()) * digits(op.bits)
                meter.take(op.entries * (60 + bits) + op.columns * 30, op.columns * (c.bits() + op.bits))
                self.add(node.inputs[0], _transposed(op, c))
                total = sum(map(mul, c.numerators, (row.constant for row in op.rows)))
                self.constant += Fraction(total, c.denominator * op.denominator)
            case Sum():
                for j in node.inputs:
                    self.add(j, c)
            case Stack():
                start = 0
                for j in node.inputs:
                    width = self.region.f.widths[j]
                    self.add(j, Vector(c.numerators[start : start + width], c.denominator))
                    start += width
            case Pointwise(activations):
                self.add(node.inputs[0], self._lines(value, c, activations, self.region.values[node.inputs[0]]))
            case Max() | _:
                self._chosen(value, node.inputs[0], c, op)

    def _lines(self, value: int, c: Vector, activations: Sequence[Activation], sides: Sequence[Interval]) -> Vector:
        out = [Fraction(0)] * len(activations)
        for i, (a, s, side) in enumerate(zip(c.numerators, activations, sides, strict=True)):
            if a:
                cost = 2000 * (1 + len(s.pieces)) if isinstance(s, PiecewiseAffine) else 20 * COST
                constant = self.constant.numerator.bit_length() + self.constant.denominator.bit_length()
                self.region.meter.take(cost + digits(c.bits()) ** 2 + digits(constant) ** 2)
                factor = Fraction(a, c.denominator)
                slope, shift = self._line(s, side, a > 0, self.slopes.get((value, i), Fraction(0)))
                out[i] = factor * slope
                self.constant += factor * shift
        return vector(out)

    def _line(self, s: Activation, side: Interval, below: bool, slope: Fraction) -> tuple[Fraction, Fraction]:
        if isinstance(s, PiecewiseAffine):
            pieces = pieces_on(s, side)
            if len(pieces) == 1:
                return pieces[0]
        shift = intercept_below(s, side, slope, 1 if below else -1)
        if shift is None:
            raise Rejected(f"no line with the slope {slope} is known to lie {'below' if below else 'above'} the activation")
        return slope, shift

    def _chosen(self, value: int, source: int, c: Vector, op: Op) -> None:
        """Maxima with positive coefficients are at least the member with the greatest lower bound; everything else, its interval."""
        left = list(c.numerators)
        if isinstance(op, Max):
            moved = [0] * self.region.f.widths[source]
            for i, (a, group) in enumerate(zip(c.numerators, op.groups, strict=True)):
                lows = [(side.lower, -j) for j in group for side in (self.region.values[source][j],) if side.lower is not None]
                if a > 0 and lows:
                    moved[-max(lows)[1]] += a
                    left[i] = 0
            self.add(source, Vector(tuple(moved), c.denominator))
        self.forms[value] = Vector(tuple(left), c.denominator)
        self.constant = self.ended(value)

    def ended(self, value: int) -> Fraction:
        """The least the form can be where only this value is left in it."""
        c = self.forms.pop(value, None)
        if c is None:
            return self.constant
        self.region.meter.take(len(c) * (1000 + digits(c.bits()) ** 2))
        total = self.constant
        for a, side in zip(c.numerators, self.region.values[value], strict=True):
            if a:
                total += Fraction(a, c.denominator) * _end(side.lower if a > 0 else side.upper)
        return total


def _shortened(side: Interval) -> Interval:
    """The interval with long ends moved outwards to multiples of 2^−64: they are multiplied often."""
    low, high = side.lower, side.upper
    if low is not None and low.denominator.bit_length() > 64:
        low = Fraction((low.numerator << 64) // low.denominator, 1 << 64)
    if high is not None and high.denominator.bit_length() > 64:
        high = Fraction(-((-high.numerator << 64) // high.denominator), 1 << 64)
    return Interval(low, high)


def common(a: Interval, b: Interval) -> Interval | None:
    """What two intervals have in common, if anything."""
    lower = a.lower if b.lower is None else b.lower if a.lower is None else max(a.lower, b.lower)
    upper = a.upper if b.upper is None else b.upper if a.upper is None else min(a.upper, b.upper)
    return None if lower is not None and upper is not None and lower > upper else Interval(lower, upper)


def _end(end: Fraction | None) -> Fraction:
    if end is None:
        raise Rejected("the combination uses a bound that is infinite")
    return end


def _unit(a: Fraction, i: int, n: int) -> Vector:
    return Vector((0,) * i + (a.numerator,) + (0,) * (n - i - 1), a.denominator)


def _transposed(op: Affine, c: Vector) -> Vector:
    """Wᵀc."""
    out = [0] * op.columns
    for a, row in zip(c.numerators, op.rows, strict=True):
        if a:
            for j, b in zip(row.columns, row.coefficients, strict=True):
                out[j] += a * b
    return Vector(tuple(out), c.denominator * op.denominator)
