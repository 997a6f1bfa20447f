"""Maps whose inputs can be solved for one after the other: couplings, autoregressive maps, monotone layers (B1, B2, B4, B6)."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, TypeAlias, assert_never

from proofs.activations import IDENTITY, Activation, Atan, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Tanh
from proofs.domains import Reals
from proofs.enclosure import all_bounds, interval_product, interval_sum
from proofs.errors import Brief, Rejected, require
from proofs.exact import LINE, Interval, common_denominator
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum
from proofs.ranges import direction, slopes
from proofs.splines import bins_of
from proofs.statements import Injective, Statement, Surjective
from proofs.theorems.triangular_signs import signs_suffice

_ZERO, _ONE = Fraction(0), Fraction(1)
_POINT, _UNIT = Interval(_ZERO, _ZERO), Interval(_ONE, _ONE)


@dataclass(frozen=True, slots=True, repr=False)
class Triangular(Brief):
    """Every input i has a level and an output o(i) that depends on inputs of lower levels and on xᵢ only, strictly monotone in xᵢ where
    the others are fixed ⇒ f is injective on D. If moreover n = m, the outputs o(i) are all of them, D = ℝⁿ, and each is
    continuous and unbounded above and below in xᵢ where the others are fixed ⇒ f maps ℝⁿ onto ℝᵐ, and onto each of its subsets.

    Proof. *Injective*: let f(x) = f(y), x ≠ y in D, and i an input of the lowest level with xᵢ ≠ yᵢ. The inputs of lower levels agree,
    so o(i) takes one value at two different xᵢ: it is not strictly monotone. *Onto*: given y ∈ ℝᵐ, choose the inputs level by
    level. Where those of lower levels are chosen, output o(i) is a function of xᵢ alone; it takes the value y_o(i) by the
    intermediate value theorem. ∎

    What is known of a coordinate c of a value of the network, for x in a box around D (`Coordinate`), goes from node to node: its `level`
    is the highest one of the inputs it depends on (the code leads there, zero coefficients left out; −1: none); its `own` input is the
    only one it depends on at that level (−1: there are several). Fix the inputs of lower levels. As a function of its own input c has
    secant slopes in `slope`, none of them an end of it if `open`; `rise` is 1 or −1 if it is strictly increasing or decreasing (0: not
    known); `onto` says that it is continuous and, if the own input runs over ℝ, unbounded above and below. Values lie in `side`, are
    never 0 if `nonzero`, and are never an end of `side` if `inner`. (1) Every op but argmax is continuous, and through that nothing is
    known to be monotone. (2) A slope bounded away from 0 gives `rise`, and `onto` in the second case as |c(t) − c(0)| ≥ a|t|. (3) A sum
    of functions that increase is increasing, and unbounded above and below if one of them is: the others are bounded by their value at 0
    on one side; or if the others are bounded. (4) A factor of lower level is fixed; if it is never 0 and on one side of 0, it keeps or
    turns the direction. (5) (cd)(u) − (cd)(t) = (c(u) − c(t))·d(u) + c(t)·(d(u) − d(t)). (6) A maximum of functions that increase is
    increasing, and unbounded above and below if all of them are. (7) e^t, 1/(1 + e^(−t)), ln(1 + e^t), 1/max(t, a) and softmax are never
    0. Sums of terms ≥ 0, one of which is never 0, are never 0; nor are products of such. (8) No function that increases strictly takes an
    end of its range on an open interval, nor on a closed one the values at its ends where the argument does not take these; a sum takes
    an end only if all terms do. (9) Derivatives of e^t, 1/(1 + e^(−t)), tanh, ln(1 + e^t), arctan, erf, sin take the ends of the
    intervals given for them at isolated points at most, so secants never have these slopes; multiples and sums with a term like that
    neither. sin²u − sin²t = sin(u + t)·sin(u − t), and |sin s| < |s| for s ≠ 0. (10) Odd powers increase strictly and take all values;
    `power` says which number, the base, to which exponent c is. (11) A spline whose bins are of lower level is fixed; it increases strictly
    and takes all values (see `Spline`).

    `levels` are those of the inputs, any integers ≥ 0; `outputs` are the o(i).
    """

    levels: tuple[int, ...]
    outputs: tuple[int, ...]
    name: ClassVar[str] = "Triangular"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (B1, B2, B4, B6); the intermediate value theorem for onto"

    def formal(self, goal: Statement) -> bool:
        """Rocq proves what signs show."""
        match goal:
            case Injective(Network() as f, on):
                return signs_suffice(f, on, self.levels, self.outputs, onto=False)
            case Surjective(Network() as f, Reals() as on, _):
                return signs_suffice(f, on, self.levels, self.outputs, onto=True)
            case _:
                return False

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D), or Surjective(f, ℝⁿ, C) with n = m, outright."""
        match goal:
            case Injective(f, on):
                onto = False
            case Surjective(f, Reals() as on, _):
                onto = True
                require(f.arity == f.width and len(set(self.outputs)) == f.width, "an output is left over; it may take no value one wants")
            case _:
                raise Rejected("solving for the inputs proves injectivity, or that a map of all of ℝⁿ is onto")
        require(len(self.levels) == len(self.outputs) == f.arity, "{} inputs need a level and an output each", f.arity)
        require(all(0 <= j < f.width for j in self.outputs), "the certificate names an output that is not there")
        require(all(level >= 0 for level in self.levels), "a level is negative")
        found = coordinates(f, all_bounds(network(f), on), self.levels)[-1]
        for i, (level, j) in enumerate(zip(self.levels, self.outputs, strict=True)):
            c = found[j]
            require(c.own == i and c.level == level, "output {} does not depend on input {} alone at its level", j, i)
            require(c.rise != 0, "output {} is not known to be strictly monotone in input {}", j, i)
            require(c.onto or not onto, "output {} is not known to take all values as input {} varies", j, i)
        return ()


@dataclass(frozen=True, slots=True)
class Coordinate:
    """What is known of a coordinate of a value; see `Triangular`."""

    level: int
    own: int
    rise: int
    onto: bool
    slope: Interval
    side: Interval
    nonzero: bool
    inner: bool = False
    open: bool = False
    power: tuple[int, int, int] | None = None  # the base, a coordinate of a value, and the exponent
    wave: Interval | None = None  # where c is sin t, the slopes of t

    def sign(self) -> int:
        """1 or −1 if the coordinate is always positive or always negative, else 0."""
        low, high = self.side.lower, self.side.upper
        return int(self.nonzero and low is not None and low >= 0) - int(self.nonzero and high is not None and high <= 0)


Known: TypeAlias = tuple[Coordinate, ...]


def network(f: Function) -> Network:
    """The function, which must be a network."""
    if not isinstance(f, Network):
        raise Rejected("only a network in exact arithmetic has coordinates to solve for")
    return f


def coordinates(f: Function, sides: Sequence[Sequence[Interval]], levels: Sequence[int]) -> list[Known]:
    """What is known of each coordinate of each value, given the levels of the inputs and where the values lie."""
    start = (
        _settled(Coordinate(v, i, 1, True, _UNIT, s, _excludes_zero(s), power=(0, i, 1)))
        for i, (v, s) in enumerate(zip(levels, sides[0], strict=True))
    )
    values, meter = [tuple(start)], Meter()
    for node, around in zip(network(f).nodes, sides[1:], strict=True):
        inputs = [values[j] for j in node.inputs]
        entries = node.op.entries if isinstance(node.op, Affine) else sum(map(len, inputs))
        bits = (node.op.bits if isinstance(node.op, Affine | Pointwise) else 64) + _longest(inputs)
        meter.take((entries + len(around)) * (5000 + digits(bits) ** 2))
        found = enumerate(_through(node.op, inputs, around))
        values.append(tuple(_settled(c if c.power else replace(c, power=(len(values), j, 1))) for j, c in found))
    return values


def _longest(parts: Sequence[Known]) -> int:
    """The length of the longest end of a slope: they grow from value to value where the values have no bounds."""
    ends = (end for part in parts for c in part for end in (c.slope.lower, c.slope.upper) if end is not None)
    return max((end.numerator.bit_length() + end.denominator.bit_length() for end in ends), default=0)


def _excludes_zero(side: Interval) -> bool:
    return 0 not in side


def _ends_in_zero(side: Interval) -> bool:
    return 0 in (side.lower, side.upper)


def _settled(c: Coordinate) -> Coordinate:
    """With what follows from the slope."""
    low, high = c.slope.lower, c.slope.upper
    if c.own >= 0 and low is not None and low > 0:
        return replace(c, rise=1, onto=True)
    if c.own >= 0 and high is not None and high < 0:
        return replace(c, rise=-1, onto=True)
    if c.own >= 0 and c.open and 0 in (low, high):
        return replace(c, rise=1 if low == 0 else -1)
    return c


def _through(op: Op, inputs: list[Known], sides: Sequence[Interval]) -> list[Coordinate]:
    first = inputs[0]
    match op:
        case Affine(_, rows, d):
            slopes_of = _Slopes(first)
            return [_row(row, d, first, side, slopes_of) for row, side in zip(rows, sides, strict=True)]
        case Pointwise(activations):
            return [_activated(s, c, side) for s, c, side in zip(activations, first, sides, strict=True)]
        case Sum():
            return [_summed([(c, 1) for c in column], 0, side, _total_slope(column)) for *column, side in zip(*inputs, sides, strict=True)]
        case Stack():
            return [c for part in inputs for c in part]
        case Product():
            return [_product(a, b, side) for a, b, side in zip(*inputs, sides, strict=True)]
        case Max(groups):
            return [_largest([first[j] for j in group], side) for group, side in zip(groups, sides, strict=True)]
        case Softmax(groups):
            of = [_depends([first[j] for j in group]) for group in groups]
            whole = {i: depends for group, depends in zip(groups, of, strict=True) for i in group}
            return [_unknown(*whole[i], side, nonzero=True) for i, side in enumerate(sides)]
        case Argmax():
            return [_vague(first, side) for side in sides]
        case Spline():
            n, bins = len(first), len(inputs[1])
            parts = ([part[j] for part in inputs[1:] for j in bins_of(i, n, bins)] for i in range(n))
            return [_interpolated(c, around, side) for c, around, side in zip(first, parts, sides, strict=True)]
        case _:
            assert_never(op)


def _vague(parts: Sequence[Coordinate], side: Interval) -> Coordinate:
    """What is known of any function of the parts: only what it depends on."""
    return _unknown(*_depends(parts), side, nonzero=_excludes_zero(side))


def _unknown(level: int, own: int, side: Interval, nonzero: bool) -> Coordinate:
    return Coordinate(level, own, 0, False, _POINT if level < 0 else LINE, side, nonzero)


def _depends(parts: Sequence[Coordinate]) -> tuple[int, int]:
    level = max((c.level for c in parts), default=-1)
    own = {c.own for c in parts if c.level == level}
    return level, own.pop() if level >= 0 and len(own) == 1 else -1


class _Slopes:
    """The slopes of the coordinates of a value as integers over one denominator: rows of a large matrix add many of them."""

    def __init__(self, source: Known) -> None:
        ends = [end for c in source for end in (c.slope.lower, c.slope.upper) if end is not None]
        self.denominator = common_denominator(end.denominator for end in ends)
        self.low = [None if c.slope.lower is None else int(c.slope.lower * self.denominator) for c in source]
        self.high = [None if c.slope.upper is None else int(c.slope.upper * self.denominator) for c in source]

    def along(self, row: Row, d: int, moving: Container[int]) -> Interval:
        """What the slopes of the row lie in, of its terms in these columns."""
        low: int | None = 0
        high: int | None = 0
        for j, a in zip(row.columns, row.coefficients, strict=True):
            if a and j in moving:
                p, q = (self.low[j], self.high[j]) if a > 0 else (self.high[j], self.low[j])
                low = None if low is None or p is None else low + a * p
                high = None if high is None or q is None else high + a * q
        scale = d * self.denominator
        return Interval(None if low is None else Fraction(low, scale), None if high is None else Fraction(high, scale))


def _row(row: Row, d: int, source: Known, side: Interval, slopes_of: _Slopes) -> Coordinate:
    terms = [(source[j], a) for j, a in zip(row.columns, row.coefficients, strict=True) if a]
    if len(terms) == 1 and terms[0][1] == d and not row.constant:
        return terms[0][0]  # a copy
    level = max((c.level for c, _ in terms), default=-1)
    slope = slopes_of.along(row, d, {j for j in row.columns if source[j].level == level})
    return _summed(terms, row.constant, side, slope)


def _summed(terms: Sequence[tuple[Coordinate, int]], constant: int, side: Interval, slope: Interval) -> Coordinate:
    """What is known of a positive multiple of the sum of these multiples and the constant, whose slopes and values are known."""
    level, own = _depends([c for c, _ in terms])
    signs = {c.sign() * (1 if a > 0 else -1) for c, a in terms if c.nonzero} | ({1 if constant > 0 else -1} if constant else set())
    agree = (_weak_signs(c.side, a) <= signs for c, a in terms if not c.nonzero)
    inner = any(c.inner for c, _ in terms)
    nonzero = _excludes_zero(side) or (len(signs) == 1 and 0 not in signs and all(agree)) or (inner and _ends_in_zero(side))
    if own < 0:
        return Coordinate(level, -1, 0, False, _POINT if level < 0 else LINE, side, nonzero, inner)
    moving = [(c, a) for c, a in terms if c.level == level]
    rises = {c.rise * (1 if a > 0 else -1) for c, a in moving}
    rise = rises.pop() if len(rises) == 1 else 0
    unbounded = [c.onto for c, _ in moving]
    bounded = [c.side.lower is not None and c.side.upper is not None for c, _ in moving]
    onto = (rise != 0 and any(unbounded)) or (sum(unbounded) == 1 and all(b or u for b, u in zip(bounded, unbounded, strict=True)))
    return Coordinate(level, own, rise, onto, slope, side, nonzero, inner, any(c.open for c, _ in moving))


def _total_slope(parts: Sequence[Coordinate]) -> Interval:
    level = max(c.level for c in parts)
    return interval_sum([c.slope for c in parts if c.level == level])


def _weak_signs(side: Interval, a: int) -> set[int]:
    """The signs that a times a number of the side may have."""
    s = 1 if a > 0 else -1
    return ({s} if side.upper is None or side.upper > 0 else set()) | ({-s} if side.lower is None or side.lower < 0 else set())


def _activated(s: Activation, c: Coordinate, side: Interval) -> Coordinate:
    if s == IDENTITY:
        return c
    inner = (c.inner or c.side == LINE) and direction(s, c.side) != 0
    nonzero = _excludes_zero(side) or isinstance(s, Exp | Sigmoid | Softplus | Reciprocal) or (inner and _ends_in_zero(side))
    if c.own < 0:
        return Coordinate(c.level, -1, 0, False, _POINT if c.level < 0 else LINE, side, nonzero, inner)
    rise = c.rise * direction(s, c.side)
    unbounded = isinstance(s, PiecewiseAffine) and s.pieces[0][0] * s.pieces[-1][0] > 0
    slope = interval_product(slopes(s, c.side), c.slope)
    curved = c.rise != 0 and isinstance(s, Exp | Sigmoid | Tanh | Softplus | Atan | Erf | Sin)
    wave = c.slope if isinstance(s, Sin) else None
    return Coordinate(c.level, c.own, rise, c.onto and rise != 0 and unbounded, slope, side, nonzero, inner, curved, None, wave)


def _product(a: Coordinate, b: Coordinate, side: Interval) -> Coordinate:
    nonzero = (a.nonzero and b.nonzero) or _excludes_zero(side)
    if a.level < b.level:
        a, b = b, a
    if a.own < 0 or (a.level == b.level and a.own != b.own):
        return replace(_vague((a, b), side), nonzero=nonzero)
    if a.level > b.level:
        slope, curved = interval_product(a.slope, b.side), a.open and b.nonzero
        return Coordinate(a.level, a.own, a.rise * b.sign(), a.onto and b.sign() != 0, slope, side, nonzero, open=curved)
    slope = interval_sum([interval_product(a.slope, b.side), interval_product(a.side, b.slope)])
    if a.power is None or b.power is None or a.power[:2] != b.power[:2]:
        return Coordinate(a.level, a.own, 0, False, slope, side, nonzero)
    if a.wave is not None and a.power[2] == b.power[2] == 1:
        return Coordinate(a.level, a.own, 0, False, interval_product(Interval(-_ONE, _ONE), a.wave), side, nonzero, open=a.open)
    odd = a if a.power[2] % 2 else b
    power = (*a.power[:2], a.power[2] + b.power[2])
    rise, onto = (odd.rise, odd.onto) if power[2] % 2 else (0, False)
    return Coordinate(a.level, a.own, rise, onto, slope, side, nonzero, power=power)


def _interpolated(c: Coordinate, bins: Sequence[Coordinate], side: Interval) -> Coordinate:
    if c.own < 0 or any(b.level >= c.level for b in bins):
        return _vague([c, *bins], side)
    return Coordinate(c.level, c.own, c.rise, c.onto, interval_product(c.slope, Interval(_ZERO, None)), side, _excludes_zero(side))


def _largest(parts: Sequence[Coordinate], side: Interval) -> Coordinate:
    level, own = _depends(parts)
    signs = [c.sign() for c in parts]
    nonzero = _excludes_zero(side) or 1 in signs or all(s == -1 for s in signs)
    rises = {c.rise if c.level == level else 0 for c in parts}
    if own < 0 or len(rises) != 1:
        return replace(_vague(parts, side), nonzero=nonzero)
    ends = [(c.slope.lower, c.slope.upper) for c in parts]
    low = None if any(a is None for a, _ in ends) else min(a for a, _ in ends if a is not None)
    high = None if any(b is None for _, b in ends) else max(b for _, b in ends if b is not None)
    return Coordinate(level, own, rises.pop(), all(c.onto for c in parts), Interval(low, high), side, nonzero)
