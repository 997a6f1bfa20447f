"""Networks as they run in floating point: another function than the real one, with other answers.

Numbers are counted in units of 2⁻¹⁴⁹, the least positive binary32 number, of which every binary32 number is a whole multiple.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias, assert_never

from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh, value
from proofs.binary32 import is_float
from proofs.errors import Brief, NoExactValue, well_formed
from proofs.exact import Rational, Vector, vector
from proofs.limits import Meter
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs
from proofs.transcendental import MOST_EXPONENT, Bounds, arctan, erf, exp, root, scaled, sigmoid, sin, softplus, tanh

UNIT = 149  # a unit is 2^-149
INFINITE = 1 << 128 + UNIT  # the least number too large, which stands for ∞
_PRECISION = 200  # bits after the point to begin with: more than the 149 + 24 of the least numbers

Weights: TypeAlias = tuple[tuple[tuple[int, ...], int], ...]  # of a row: the coefficients and the constant, in units
Pieces: TypeAlias = tuple[tuple[int, int], ...]  # slope and intercept of each, in units


@dataclass(frozen=True, slots=True, repr=False)
class Binary32(Brief):
    """The network computed in IEEE 754 binary32: every operation rounded to nearest, ties to even.

    1. The inputs are rounded first.
    2. A row of an affine map is (…((w₁x₁ + w₂x₂) + w₃x₃) + …) + b: products and sums from left to right, each rounded,
       nothing fused; coefficients and constants that are 0 are left out, which changes no value, as −0 = +0. Sums of vectors
       go from left to right.
    3. A piece of a piecewise-affine activation is slope·t + intercept, both operations rounded; which piece holds is decided exactly.
       Every other activation is one operation: the real value, correctly rounded.
    4. Weights, slopes and intercepts must be binary32 numbers. The largest of several numbers is exact.
    5. A result too large is ±∞, which stands as the number ±2¹²⁸; sums and products with it are those of IEEE 754, a piece of slope 0 is
       its intercept.
    6. Where NaN would arise (∞ − ∞, 0·∞, a smooth activation at ±∞), or the operation is none of these (softmax), the function is given
       the value 2¹²⁹ in every coordinate, so that it is defined everywhere; no check evaluates it there.

    This is a definition: a runtime that sums in another order, fuses, or flushes subnormals computes another function.
    """

    network: Network
    _rows: dict[int, Weights] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows: dict[int, Weights] = {}
        for i, node in enumerate(self.network.nodes):
            match node.op:
                case Affine(_, op_rows, d):
                    Meter().take(node.op.entries * 2000)
                    rows[i] = tuple((tuple(_units(c, d, i) for c in row.coefficients), _units(row.constant, d, i)) for row in op_rows)
                case Pointwise(activations):
                    for s, _ in runs(activations):
                        _pieces(s, i)
                case _:
                    pass
        object.__setattr__(self, "_rows", rows)

    @property
    def arity(self) -> int:
        """The number of inputs."""
        return self.network.arity

    @property
    def width(self) -> int:
        """The number of outputs."""
        return self.network.width

    def trace(self, x: Vector, meter: Meter | None = None) -> list[Vector]:
        """Every value of the straight-line code at x, rounded as stated; raises NoExactValue where NaN would arise."""
        well_formed(len(x) == self.arity, f"an input of {len(x)} coordinates for a network on {self.arity}")
        meter = meter or Meter()
        meter.take(len(x) * (1000 + x.bits()))
        values = [tuple(nearest_fraction(t) for t in x.fractions())]
        for i, node in enumerate(self.network.nodes):
            values.append(_apply(node.op, [values[j] for j in node.inputs], self._rows.get(i, ()), meter))
        return [Vector(v, 1 << UNIT) for v in values]

    def __call__(self, x: Sequence[Rational]) -> tuple[Fraction, ...]:
        """The value at exact numbers, as exact numbers."""
        return self.trace(vector(x))[-1].fractions()


def _units(numerator: int, denominator: int, node: int) -> int:
    t = Fraction(numerator, denominator)
    well_formed(is_float(t), "node {}: {} is no binary32 number, so binary32 arithmetic with it is not defined", node, t)
    return int(t * (1 << UNIT))


def _pieces(s: Activation, node: int) -> Pieces:
    if not isinstance(s, PiecewiseAffine):
        return ()
    return tuple((_units(p.numerator, p.denominator, node), _units(q.numerator, q.denominator, node)) for p, q in s.pieces)


def nearest(n: int, shift: int) -> int:
    """The binary32 number nearest to n·2^(−shift) units, in units; of two the one with even last digit."""
    a = abs(n)
    drop = max(a.bit_length() - 24, shift)  # 24 digits, and none beyond the units
    if drop > 0:
        kept, rest, half = a >> drop, a & ((1 << drop) - 1), 1 << drop - 1
        a = kept + (rest > half or (rest == half and kept & 1)) << drop - shift
    a = min(a, INFINITE)
    return a if n >= 0 else -a


def times(a: int, b: int) -> int:
    """The rounded product of two binary32 numbers or infinities, in units."""
    if abs(a) == INFINITE or abs(b) == INFINITE:
        if a == 0 or b == 0:
            raise NoExactValue("0·∞ is no number")
        return INFINITE if (a > 0) == (b > 0) else -INFINITE
    return nearest(a * b, UNIT)


def plus(a: int, b: int) -> int:
    """The rounded sum of two binary32 numbers or infinities, in units."""
    if abs(a) == INFINITE or abs(b) == INFINITE:
        if a == -b:
            raise NoExactValue("∞ − ∞ is no number")
        return a if abs(a) == INFINITE else b
    return nearest(a + b, 0)


def nearest_fraction(t: Fraction) -> int:
    """The binary32 number nearest to t, in units."""
    if t.denominator & (t.denominator - 1) == 0:
        return nearest(t.numerator << UNIT, t.denominator.bit_length() - 1)
    shift = t.denominator.bit_length() + 30  # 30 digits beyond those of any tie, and one that says whether there is a rest
    quotient, rest = divmod(t.numerator << UNIT + shift, t.denominator)
    return nearest(quotient * 2 + (rest > 0), shift + 1)


def nearest_smooth(s: Activation, t: int) -> int:
    """The binary32 number nearest to σ(t), t in units, by enclosures that get narrower until both ends are rounded alike.

    They do: at t = 0 the values are rational; at every other rational t the values of these functions are irrational (Lindemann,
    Weierstrass), so never halfway between two binary32 numbers; a root that is rational is such a number itself. Of erf this is not
    known; if it failed, the limit below would stop it.
    """
    if abs(t) == INFINITE:
        raise NoExactValue("a smooth activation at ±∞ is not defined here")
    x = Fraction(t, 1 << UNIT)
    p = _PRECISION
    while True:
        lo, hi = _enclosed(s, x, p)
        down, up = nearest(lo << UNIT, p), nearest(hi << UNIT, p)
        if down == up:
            return down
        p *= 2
        well_formed(p < MOST_EXPONENT, "the value of {} at {} is not rounded with {} bits", type(s).__name__, x, p)


def _enclosed(s: Activation, t: Fraction, p: int) -> Bounds:
    """σ(t) to p bits."""
    match s:
        case PiecewiseAffine():
            return scaled(value(s, t), p)
        case Sigmoid():
            return sigmoid(t, p)
        case Tanh():
            return tanh(t, p)
        case Softplus():
            return softplus(t, p)
        case Exp():
            return exp(t, p)
        case Atan():
            return arctan(t, p)
        case Erf():
            return erf(t, p)
        case Sin():
            return sin(t, p)
        case Sqrt():
            return root(max(t, Fraction(0)), p)
        case Reciprocal(least):
            return scaled(1 / max(t, least), p)
        case Elu(alpha, scale):
            if t >= 0:
                return scaled(scale * t, p)
            lo, hi = exp(t, p)
            return floor(scale * alpha * (lo - (1 << p))), ceil(scale * alpha * (hi - (1 << p)))
        case _:
            assert_never(s)


def _apply(op: Op, inputs: Sequence[tuple[int, ...]], rows: Weights, meter: Meter) -> tuple[int, ...]:
    meter.take(5000 + sum(map(len, inputs)) * 300)
    x = inputs[0]
    match op:
        case Affine():
            meter.take(op.entries * 300)
            return tuple(_row(c, x, w, b) for (w, b), c in zip(rows, (row.columns for row in op.rows), strict=True))
        case Pointwise(activations):
            return _pointwise(activations, x, meter)
        case Sum():
            total = x
            for v in inputs[1:]:
                total = tuple(plus(a, b) for a, b in zip(total, v, strict=True))
            return total
        case Stack():
            return tuple(a for v in inputs for a in v)
        case Product():
            return tuple(times(a, b) for a, b in zip(x, inputs[1], strict=True))
        case Max(groups):
            meter.take(100 * sum(map(len, groups)))
            return tuple(max(x[i] for i in group) for group in groups)
        case Argmax():
            return (x.index(max(x)) << UNIT,)
        case Softmax() | Spline():
            raise NoExactValue(f"{type(op).__name__.lower()} is no operation of binary32 arithmetic; ask about the network before it")
        case _:
            assert_never(op)


def _row(columns: Sequence[int], x: Sequence[int], weights: Sequence[int], constant: int) -> int:
    total: int | None = None
    for j, w in zip(columns, weights, strict=True):
        if w:
            product = times(w, x[j])
            total = product if total is None else plus(total, product)
    if total is None:
        return constant
    return plus(total, constant) if constant else total


def _pointwise(activations: Sequence[Activation], x: Sequence[int], meter: Meter) -> tuple[int, ...]:
    out: list[int] = []
    for s, run in runs(activations):
        block = x[len(out) : len(out) + run]
        if isinstance(s, PiecewiseAffine):
            pieces = _pieces(s, 0)
            cuts = [b * (1 << UNIT) for b in s.breakpoints]
            for t in block:
                slope, intercept = pieces[bisect_left(cuts, t)]
                product = times(slope, t) if slope else 0
                out.append(plus(product, intercept) if intercept else product)
        else:
            meter.take(run * 10**6)
            out.extend(nearest_smooth(s, t) for t in block)
    return tuple(out)
