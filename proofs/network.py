"""Functions: networks as straight-line code over exact numbers, and tables.

Value 0 is the input vector; node i computes value i+1 from earlier values; the last value is the output. A network
without nodes is the identity. Everything is a real function: weights are the rationals that the stored floats are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from operator import lt, mul
from typing import ClassVar, TypeAlias, assert_never

from proofs.activations import Activation, PiecewiseAffine, Scaled, apply_pieces, apply_smooth, numbers, scaled
from proofs.errors import Brief, Malformed, NoExactValue, well_formed
from proofs.exact import Rational, Vector, common_denominator, over, vector
from proofs.limits import MOST_BITS, MOST_NUMBERS, Meter, digits
from proofs.splines import Spline as Spline
from proofs.splines import apply_spline, spline_width


@dataclass(frozen=True, slots=True, repr=False)
class Row(Brief):
    """The affine form x ↦ Σ coefficients[j]·x[columns[j]] + constant, in integers; columns increase strictly."""

    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    constant: int


@dataclass(frozen=True, slots=True, repr=False)
class Affine(Brief):
    """x ↦ (Wx + b): ℝ^columns → ℝ^len(rows); row i is rows[i] divided by the common denominator."""

    columns: int
    rows: tuple[Row, ...]
    denominator: int
    entries: int = field(init=False, repr=False, compare=False)  # how many coefficients there are,
    bits: int = field(init=False, repr=False, compare=False)  # and the length of the longest number

    def __post_init__(self) -> None:
        well_formed(self.denominator > 0, "affine map with denominator {}; it must be positive", self.denominator)
        well_formed(self.columns >= 0, "affine map on {} columns", self.columns)
        previous: tuple[int, ...] | None = None
        for i, row in enumerate(self.rows):
            c = row.columns
            well_formed(len(c) == len(row.coefficients), f"row {i}: {len(c)} columns, {len(row.coefficients)} coefficients")
            if c is not previous:
                well_formed(not c or (c[0] >= 0 and c[-1] < self.columns), "row {} reaches outside the {} columns", i, self.columns)
                well_formed(all(map(lt, c, c[1:])), f"row {i}: columns do not increase strictly")
            previous = c
        object.__setattr__(self, "entries", sum(len(row.columns) for row in self.rows))
        object.__setattr__(self, "bits", _longest(self.rows, self.denominator))


def _longest(rows: tuple[Row, ...], denominator: int) -> int:
    lists = {id(row.coefficients): row.coefficients for row in rows}.values()  # a convolution shares them
    coefficients = (max(map(int.bit_length, c), default=0) for c in lists)
    constants = (row.constant.bit_length() for row in rows)
    return max(denominator.bit_length(), max(coefficients, default=0), max(constants, default=0))


@dataclass(frozen=True, slots=True, repr=False)
class Pointwise(Brief):
    """Coordinate i ↦ activations[i](coordinate i)."""

    activations: tuple[Activation, ...]
    scale: int = field(init=False, repr=False, compare=False)  # a common denominator of all values at integers
    bits: int = field(init=False, repr=False, compare=False)  # a bound on the length of the numbers in use
    pieces: int = field(init=False, repr=False, compare=False)  # how many numbers the different activations have together

    def __post_init__(self) -> None:
        distinct = list({id(s): s for s, _ in runs(self.activations)}.values())
        used = [q for s in distinct for q in numbers(s)]
        cuts = [b for s in distinct if isinstance(s, PiecewiseAffine) for b in s.breakpoints]
        scale = common_denominator(q.denominator for q in used)
        longest = max((q.numerator.bit_length() for q in (*used, *cuts)), default=0)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "bits", longest + scale.bit_length() + common_denominator(b.denominator for b in cuts).bit_length())
        object.__setattr__(self, "pieces", len(used))


@dataclass(frozen=True, slots=True, repr=False)
class Sum(Brief):
    """The sum of any number ≥ 1 of vectors of one width."""


@dataclass(frozen=True, slots=True, repr=False)
class Stack(Brief):
    """The inputs one after the other."""


@dataclass(frozen=True, slots=True, repr=False)
class Product(Brief):
    """The coordinatewise product of two vectors of one width."""


@dataclass(frozen=True, slots=True, repr=False)
class Max(Brief):
    """Coordinate i of the output is the largest of the input's coordinates in groups[i]; groups are not empty."""

    groups: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        for i, group in enumerate(self.groups):
            well_formed(bool(group) and min(group) >= 0, "maximum {} is over the coordinates {}", i, group)


@dataclass(frozen=True, slots=True, repr=False)
class Softmax(Brief):
    """x_i ↦ e^(x_i) / Σ e^(x_j) over the group of i; the groups partition the coordinates."""

    groups: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        members = sorted(i for group in self.groups for i in group)
        well_formed(members == list(range(len(members))), "the groups of a softmax do not partition the coordinates")
        well_formed(all(self.groups), "a softmax has an empty group")


@dataclass(frozen=True, slots=True, repr=False)
class Argmax(Brief):
    """The index of the largest coordinate, the first one where several are largest; a vector of width 1."""


Op: TypeAlias = Affine | Pointwise | Sum | Stack | Product | Max | Softmax | Argmax | Spline


@dataclass(frozen=True, slots=True, repr=False)
class Node(Brief):
    """One line of code: apply op to the earlier values with these numbers."""

    op: Op
    inputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Network(Brief):
    """A function ℝ^arity → ℝ^width, defined everywhere. Call it on exact numbers; `trace` gives every value."""

    arity: int
    nodes: tuple[Node, ...]
    widths: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        well_formed(self.arity >= 0, "a network on {} inputs", self.arity)
        well_formed(self.arity <= MOST_NUMBERS, "a network on {} inputs; the limit is {}", self.arity, MOST_NUMBERS)
        widths, total = [self.arity], self.arity
        for i, node in enumerate(self.nodes):
            known = all(0 <= j <= i for j in node.inputs)
            well_formed(known, "node {} reads the values {}; values 0 to {} are there", i, node.inputs, i)
            try:
                widths.append(output_width(node.op, [widths[j] for j in node.inputs]))
            except Malformed as error:
                raise Malformed(f"node {i} ({type(node.op).__name__}): {error}") from None
            total += widths[-1]
            well_formed(total <= MOST_NUMBERS, "node {}: the values so far have {} coordinates, the limit is {}", i, total, MOST_NUMBERS)
        object.__setattr__(self, "widths", tuple(widths))

    @property
    def width(self) -> int:
        """The dimension m of the output."""
        return self.widths[-1]

    def trace(self, x: Vector, meter: Meter | None = None) -> list[Vector]:
        """Every value of the straight-line code at x, exactly; raises NoExactValue where one is not rational."""
        well_formed(len(x) == self.arity, f"an input of {len(x)} coordinates for a network on {self.arity}")
        meter = meter or Meter()
        values = [x]
        for node in self.nodes:
            values.append(apply(node.op, [values[j] for j in node.inputs], meter))
        return values

    def __call__(self, x: Sequence[Rational]) -> tuple[Fraction, ...]:
        """The exact value at exact numbers."""
        return self.trace(vector(x))[-1].fractions()


@dataclass(frozen=True, slots=True, repr=False)
class Table(Brief):
    """A function {0, …, n−1} → ℤ given by its values; its points and values are vectors of width 1."""

    arity: ClassVar[int] = 1
    width: ClassVar[int] = 1
    values: tuple[int, ...]

    def trace(self, x: Vector, meter: Meter | None = None) -> list[Vector]:
        """[x, value at x]; x must be one of the points."""
        point = x.numerators[0] // x.denominator if len(x) == 1 else -1
        inside = len(x) == 1 and point * x.denominator == x.numerators[0] and 0 <= point < len(self.values)
        well_formed(inside, "a table of {} values has no entry for {}/{}", len(self.values), x.numerators, x.denominator)
        return [x, Vector((self.values[point],), 1)]

    def __call__(self, x: Sequence[Rational]) -> tuple[Fraction, ...]:
        """The exact value at exact numbers."""
        return self.trace(vector(x))[-1].fractions()


def output_width(op: Op, widths: Sequence[int]) -> int:
    """The width of the op's output for inputs of these widths, or Malformed."""
    match op:
        case Sum():
            well_formed(len(widths) >= 1 and len(set(widths)) == 1, f"a sum of vectors of the widths {list(widths)}")
            return widths[0]
        case Stack():
            well_formed(len(widths) >= 1, "a stack of no vectors")
            return sum(widths)
        case Product():
            well_formed(len(widths) == 2 and widths[0] == widths[1], f"a product of vectors of the widths {list(widths)}")
            return widths[0]
        case Spline():
            return spline_width(widths)
        case _:
            well_formed(len(widths) == 1, f"takes one input, got {len(widths)}")
            return _output_width(op, widths[0])


def _output_width(op: Affine | Pointwise | Max | Softmax | Argmax, n: int) -> int:
    match op:
        case Affine(columns, rows):
            well_formed(columns == n, "{}×{} matrix on an input of width {}; expected {}×{}", len(rows), columns, n, len(rows), n)
            return len(rows)
        case Pointwise(activations):
            well_formed(len(activations) == n, f"{len(activations)} activations on an input of width {n}")
            return n
        case Max(groups):
            well_formed(all(max(group) < n for group in groups), f"a maximum reads outside the input's width {n}")
            return len(groups)
        case Softmax(groups):
            well_formed(sum(map(len, groups)) == n, f"softmax over {sum(map(len, groups))} coordinates of {n}")
            return n
        case Argmax():
            well_formed(n >= 1, "the largest of no coordinates")
            return 1
        case _:
            assert_never(op)


def apply(op: Op, inputs: Sequence[Vector], meter: Meter | None = None) -> Vector:
    """The exact value of the op; but for splines, the denominator of the result does not depend on the numerators."""
    work, size = _demand(op, inputs)
    (meter or Meter()).take(5000 + work, size)
    match op:
        case Affine():
            return apply_affine(op, inputs[0])
        case Pointwise():
            return _apply_pointwise(op, inputs[0])
        case Sum():
            common = common_denominator(v.denominator for v in inputs)
            columns = zip(*(over(v, common) for v in inputs), strict=True)
            return Vector(tuple(map(sum, columns)), common)
        case Stack():
            common = common_denominator(v.denominator for v in inputs)
            return Vector(tuple(a for v in inputs for a in over(v, common)), common)
        case Product():
            u, v = inputs
            bits = u.bits() + v.bits()
            well_formed(bits <= MOST_BITS, f"a product of up to {bits} bits; the limit is {MOST_BITS}")
            return Vector(tuple(map(mul, u.numerators, v.numerators)), u.denominator * v.denominator)
        case Max(groups):
            a = inputs[0].numerators
            return Vector(tuple(max([a[i] for i in group]) for group in groups), inputs[0].denominator)
        case Argmax():
            a = inputs[0].numerators
            return Vector((a.index(max(a)),), 1)
        case Spline():
            return apply_spline(op, inputs)
        case Softmax():
            raise NoExactValue("softmax has no exact rational value in general; ask about the network before it")
        case _:
            assert_never(op)


def _demand(op: Op, inputs: Sequence[Vector]) -> tuple[int, int]:
    """About how much work the op takes at the inputs, and how many bits its value has."""
    n, bits = sum(map(len, inputs)), max(v.bits() for v in inputs)
    match op:
        case Affine(_, rows):
            work = op.entries * (50 + digits(op.bits) * digits(bits)) + 500 * len(rows)
            return work, len(rows) * (bits + op.bits + op.entries.bit_length())
        case Pointwise():
            return (n + op.pieces) * (200 + digits(op.bits) * digits(bits)), (n + op.pieces) * (bits + op.bits)
        case Sum() | Stack():
            others = {v.denominator for v in inputs} - {inputs[0].denominator}
            common = min(sum(map(int.bit_length, others)), MOST_BITS)
            return n * (100 + digits(bits) * digits(common)), n * (bits + common)
        case Product():
            return n * (100 + digits(bits) ** 2), n * bits
        case Max(groups):
            return 100 * sum(map(len, groups)), len(groups) * bits
        case Argmax() | Softmax():
            return 100 * n, 0
        case Spline():
            k, bins = len(inputs[0]), len(inputs[1])
            return bins * (20_000 + digits(9 * bits) ** 2) + k * digits(9 * k * bits) ** 2, 9 * k * k * bits
        case _:
            assert_never(op)


def apply_affine(op: Affine, x: Vector) -> Vector:
    """Wx + b over the denominator of W times that of x."""
    a, d = x.numerators, x.denominator
    out = []
    for row in op.rows:
        out.append(sum(map(mul, row.coefficients, gather(row.columns, a))) + row.constant * d)
    return Vector(tuple(out), op.denominator * d)


def gather(columns: tuple[int, ...], a: Sequence[int]) -> Sequence[int]:
    """The entries of a at the columns; a slice where they are consecutive."""
    if columns and columns[-1] - columns[0] + 1 == len(columns):
        return a[columns[0] : columns[-1] + 1]
    return [a[j] for j in columns]


def _apply_pointwise(op: Pointwise, x: Vector) -> Vector:
    d, out = x.denominator, list[int]()
    tables: dict[int, Scaled] = {}
    for activation, run in runs(op.activations):
        block = x.numerators[len(out) : len(out) + run]
        if isinstance(activation, PiecewiseAffine):
            if id(activation) not in tables:
                tables[id(activation)] = scaled(activation, d, op.scale)
            out.extend(apply_pieces(tables[id(activation)], block))
        else:
            out.extend(apply_smooth(activation, a, d, op.scale) for a in block)
    return Vector(tuple(out), d * op.scale)


def runs(activations: Sequence[Activation]) -> Iterator[tuple[Activation, int]]:
    """The activations with how often each one follows itself."""
    for activation, group in groupby(activations):
        yield activation, sum(1 for _ in group)
