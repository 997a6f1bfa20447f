"""Binary32 arithmetic beside real arithmetic: where nothing is rounded, and where rounding is too small to matter (F6, F8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, TypeAlias, assert_never

from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh
from proofs.compose import compose
from proofs.domains import Domain, Finite, Floats, Grid, hull
from proofs.errors import Brief, Rejected, require
from proofs.exact import Interval, Vector, vector
from proofs.ieee import Binary32
from proofs.kernel import Status
from proofs.limits import MOST_BITS, Meter
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum, apply
from proofs.statements import Injective, IsIdentity, Not, Statement

_DIGITS = 2**24
_RELATIVE, _ABSOLUTE = Fraction(1, 2**24), Fraction(1, 2**150)  # a number t is rounded by at most |t|·2^-24 + 2^-150
_OVERFLOW = Fraction(2**127)
_FINEST = 2**214  # bounds are rounded up to multiples of 1/_FINEST, so that they do not get longer from operation to operation
GREATEST = 128  # a multiple of a larger power of two is one of this power


@dataclass(frozen=True, slots=True)
class Lattice:
    """Numbers k·2^exponent of absolute value at most `most`; exponent None stands for any binary32 numbers."""

    exponent: int | None
    most: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class NoRounding(Brief):
    """On D no operation of the network is rounded: its binary32 function is its real function there, and has its properties.

    Proof: by induction over the operations every intermediate result lies in a lattice 2ᵉℤ with e ≥ −149 and has absolute value at
    most 2ᵉ⁺²⁴ < 2¹²⁸, so it is a binary32 number, which rounding leaves as it is; partial sums lie in the lattice of the last one and are
    bounded by the sum of the absolute values. Numbers that are only copied, negated or compared need no lattice.
    """

    name: ClassVar[str] = "NoRounding"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (F6)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """The same statement about the real function."""
        asked = goal.statement if isinstance(goal, Not) else goal
        if not isinstance(asked.f, Binary32):
            raise Rejected("speaks of networks in binary32 arithmetic only")
        network, meter = asked.f.network, Meter()
        values = [_inputs(asked.on)]
        for node in network.nodes:
            values.append(_through(node.op, [values[j] for j in node.inputs], meter))
        positive = replace(asked, f=network)
        return (Not(positive) if isinstance(goal, Not) else positive,)


def _inputs(on: Domain) -> tuple[Lattice, ...]:
    match on:
        case Grid(lower, _, step):
            axes = zip(lower, step, hull(on), strict=True)
            return tuple(_fits(_lattice((a, s), _most(side))) for a, s, side in axes)
        case Finite(points):
            return tuple(_fits(_lattice(axis, max(map(abs, axis)))) for axis in zip(*points, strict=True))
        case Floats():
            return tuple(Lattice(None, _most(side)) for side in hull(on))
        case _:
            raise Rejected(f"the points of a {type(on).__name__} are not all binary32 numbers")


def _most(side: Interval) -> Fraction:
    require(side.lower is not None and side.upper is not None, "an input is not bounded")
    assert side.lower is not None
    assert side.upper is not None
    return max(abs(side.lower), abs(side.upper))


def _lattice(numbers: Iterable[Fraction], most: Fraction) -> Lattice:
    """The coarsest lattice with these numbers in it."""
    return Lattice(min((exponent_of(t) for t in numbers if t), default=0), most)


def exponent_of(t: Fraction) -> int:
    """The largest e with t ∈ 2ᵉℤ."""
    require(t.denominator & (t.denominator - 1) == 0, "the number {} is no sum of powers of two", t)
    return (t.numerator & -t.numerator).bit_length() - t.denominator.bit_length()


def _fits(v: Lattice) -> Lattice:
    if v.exponent is None:
        return v
    step = Fraction(2) ** max(-200, min(v.exponent, GREATEST))
    small = v.exponent >= -149 and v.most <= _DIGITS * step and v.most < 2**128
    require(small, "numbers up to {} in steps of 2^{} need more digits than binary32 has", v.most, v.exponent)
    return Lattice(min(v.exponent, GREATEST), v.most // step * step)


def _through(op: Op, inputs: Sequence[tuple[Lattice, ...]], meter: Meter) -> tuple[Lattice, ...]:
    meter.take(10_000 * (1 + sum(map(len, inputs))))
    x = inputs[0]
    match op:
        case Affine(_, rows, d):
            meter.take(op.entries * 10_000)
            terms = (list(zip(row.columns, row.coefficients, strict=True)) for row in rows)
            return tuple(
                _sum([_times(Fraction(c, d), x[j]) for j, c in row if c], Fraction(rows[i].constant, d)) for i, row in enumerate(terms)
            )
        case Pointwise(activations):
            return tuple(_activation(s, v) for s, v in zip(activations, x, strict=True))
        case Sum():
            return tuple(_sum(column, Fraction(0)) for column in zip(*inputs, strict=True))
        case Stack():
            return tuple(v for value in inputs for v in value)
        case Product():
            return tuple(_product(a, b) for a, b in zip(*inputs, strict=True))
        case Max(groups):
            return tuple(_union([x[i] for i in group]) for group in groups)
        case Argmax():
            return (_fits(Lattice(0, Fraction(len(x)))),)
        case Softmax() | Spline():
            raise Rejected(f"a {type(op).__name__.lower()} is rounded")
        case _:
            assert_never(op)


def _times(c: Fraction, v: Lattice) -> Lattice:
    if v.exponent is None:
        require(abs(c) == 1, "any binary32 number times {} is rounded", c)
        return v
    return _fits(Lattice(v.exponent + exponent_of(c), abs(c) * v.most))


def _sum(terms: Sequence[Lattice], constant: Fraction) -> Lattice:
    if constant:
        terms = [*terms, _lattice((constant,), abs(constant))]
    if len(terms) == 1:
        return terms[0]
    exponents = [v.exponent for v in terms]
    require(None not in exponents, "a sum of arbitrary binary32 numbers is rounded")
    return _fits(Lattice(min((e for e in exponents if e is not None), default=0), sum((v.most for v in terms), Fraction(0))))


def _product(a: Lattice, b: Lattice) -> Lattice:
    if a.exponent is None or b.exponent is None:
        raise Rejected("a product of arbitrary binary32 numbers is rounded")
    return _fits(Lattice(a.exponent + b.exponent, a.most * b.most))


def _union(values: Sequence[Lattice]) -> Lattice:
    """A lattice that holds the numbers of all of them."""
    exponents = [v.exponent for v in values if v.exponent is not None]
    lowest = min(exponents) if len(exponents) == len(values) else None
    return Lattice(lowest, max(v.most for v in values))


def _activation(s: Activation, v: Lattice) -> Lattice:
    if not isinstance(s, PiecewiseAffine):
        raise Rejected(f"the values of {type(s).__name__} are rounded")
    pieces = [_sum([_times(p, v)] if p else [], q) for p, q in s.pieces]
    return _union([_fits(piece) for piece in pieces])


@dataclass(frozen=True, slots=True)
class Size:
    """A bound of the absolute value in binary32 arithmetic, and one of the difference to real arithmetic."""

    most: Fraction
    error: Fraction


Sizes: TypeAlias = tuple[Size, ...]


@dataclass(frozen=True, slots=True, repr=False)
class SmallRounding(Brief):
    """g ∘ f = id on a grid of spacing δ, g with Lipschitz constant K and |f̂ − f| ≤ ε there, all in the maximum norm, 2εK < δ ⇒
    f in binary32 arithmetic, f̂, is injective on the grid.

    Proof: f̂(x) = f̂(x′) gives ‖f(x) − f(x′)‖ ≤ 2ε, so ‖x − x′‖ = ‖g(f(x)) − g(f(x′))‖ ≤ 2εK < δ, but different points of the grid are
    at least δ apart. K: operation by operation, a row of an affine map multiplies it by Σ|wᵢ|, an activation by its largest slope.
    ε: rounding to nearest moves a number t by at most |t|·2⁻²⁴ + 2⁻¹⁵⁰ as long as |t| < 2¹²⁷; these errors are added up, and carried on
    by the same constants.
    """

    inverse: Network
    name: ClassVar[str] = "SmallRounding"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (F8)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f̂, Grid) from g ∘ f = id on the grid in real arithmetic."""
        match goal:
            case Injective(Binary32(network), Grid() as grid):
                require(bool(grid.step), "a grid without coordinates has no spacing")
                constant = max(lipschitz(self.inverse), default=Fraction(0))
                error = max((v.error for v in errors(network, grid)), default=Fraction(0))
                require(2 * error * constant < min(grid.step), "rounding by {} may hide the spacing of the grid", error)
                identity = compose(self.inverse, network)
                return (IsIdentity(identity, grid),)
            case _:
                raise Rejected("small rounding proves that a network in binary32 arithmetic is injective on a grid only")


def steepest(s: Activation) -> Fraction:
    """A Lipschitz constant of the activation."""
    match s:
        case PiecewiseAffine(_, pieces):
            return max(abs(slope) for slope, _ in pieces)
        case Sigmoid():
            return Fraction(1, 4)
        case Tanh() | Softplus():
            return Fraction(1)
        case Erf():
            return Fraction(8, 7)  # 2/√π
        case Sin():
            return Fraction(1)
        case Elu(alpha, scale):
            return scale * max(alpha, Fraction(1))
        case Exp() | Atan() | Sqrt() | Reciprocal():
            raise Rejected(f"rounding in {type(s).__name__} is not bounded")
        case _:
            assert_never(s)


def lipschitz(f: Network) -> tuple[Fraction, ...]:
    """For each output a constant K with |fᵢ(x) − fᵢ(y)| ≤ K·max|x − y| on all of ℝⁿ: the network with absolute values, at (1, …, 1)."""
    meter = Meter()
    values = [Vector((1,) * f.arity, 1)]
    for node in f.nodes:
        inputs = [values[j] for j in node.inputs]
        match node.op:
            case Affine(columns, rows, d):
                meter.take(node.op.entries * 200)
                positive = (Row(row.columns, tuple(map(abs, row.coefficients)), 0) for row in rows)
                values.append(apply(Affine(columns, tuple(positive), d), inputs, meter))
            case Pointwise(activations):
                steep = vector([steepest(s) for s in activations])
                values.append(apply(Product(), [steep, *inputs], meter))
            case Sum() | Stack() | Max():
                values.append(apply(node.op, inputs, meter))
            case _:
                raise Rejected(f"no Lipschitz constant of {type(node.op).__name__} is known")
        require(values[-1].bits() <= MOST_BITS, "Lipschitz constants of over {} bits", MOST_BITS)
    return values[-1].fractions()


def errors(f: Network, on: Grid) -> Sizes:
    """For each output how large it is at most, and how far binary32 arithmetic is from real arithmetic at most."""
    meter = Meter()
    values: list[Sizes] = [tuple(_rounded(Size(_most(side), Fraction(0))) for side in hull(on))]
    for node in f.nodes:
        inputs = [values[j] for j in node.inputs]
        meter.take(50_000 * (1 + sum(map(len, inputs))))
        x = inputs[0]
        match node.op:
            case Affine(_, rows, d):
                meter.take(node.op.entries * 50_000)
                out = [
                    _add(
                        [_scaled(abs(Fraction(c, d)), x[j]) for j, c in zip(r.columns, r.coefficients, strict=True) if c],
                        Fraction(r.constant, d),
                    )
                    for r in rows
                ]
            case Pointwise(activations):
                out = [_bent(s, v) for s, v in zip(activations, x, strict=True)]
            case Sum():
                out = [_add(column, Fraction(0)) for column in zip(*inputs, strict=True)]
            case Stack():
                out = [v for value in inputs for v in value]
            case Max(groups):
                out = [Size(max(x[i].most for i in group), max(x[i].error for i in group)) for group in groups]
            case _:
                raise Rejected(f"no bound on the rounding of {type(node.op).__name__} is known")
        values.append(tuple(out))
    return values[-1]


def _rounded(v: Size) -> Size:
    """What rounding makes of numbers of that size."""
    moved = v.most * _RELATIVE + _ABSOLUTE
    require(v.most < _OVERFLOW, "an operation may overflow")
    return Size(_up(v.most + moved), _up(v.error + moved))


def _up(t: Fraction) -> Fraction:
    return Fraction(-((-t.numerator * _FINEST) // t.denominator), _FINEST)


def _scaled(c: Fraction, v: Size) -> Size:
    return _rounded(Size(c * v.most, c * v.error))


def _add(terms: Sequence[Size], constant: Fraction) -> Size:
    """The sum from left to right, each partial sum rounded."""
    every = [*terms, Size(abs(constant), Fraction(0))] if constant else list(terms)
    total = every[0] if every else Size(Fraction(0), Fraction(0))
    for v in every[1:]:
        total = _rounded(Size(total.most + v.most, total.error + v.error))
    return total


def _bent(s: Activation, v: Size) -> Size:
    """σ at numbers of that size: |σ(t)| ≤ |σ(0)| + K·|t|, and the value is computed with at most two roundings."""
    k = steepest(s)
    match s:
        case PiecewiseAffine(_, pieces):
            products = [_scaled(abs(p), Size(v.most, Fraction(0))) for p, _ in pieces]
            computed = [_add([a], q) for a, (_, q) in zip(products, pieces, strict=True)]
            return Size(max(c.most for c in computed), _up(k * v.error + max(c.error for c in computed)))
        case Sigmoid() | Tanh() | Softplus() | Erf() | Sin() | Elu():
            rounded = _rounded(Size(1 + k * v.most, Fraction(0)))  # |σ(0)| < 1
            return Size(rounded.most, _up(k * v.error + rounded.error))
        case Exp() | Atan() | Sqrt() | Reciprocal():
            raise Rejected(f"rounding in {type(s).__name__} is not bounded")
        case _:
            assert_never(s)
