"""Bounds a·rᵖ of what a network computes, for all r ≥ far, where some of its numbers are multiples of r or bounded.

So x·σ(x), whose factors have no bounds together, is seen to go to 0 on one side: e^(−s) ≤ 2/s² for s > 0, by the exponential series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from proofs.activations import Activation, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, Sqrt, Tanh, value
from proofs.enclosure import through
from proofs.errors import NoExactValue, well_formed
from proofs.exact import Interval
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Op, Pointwise, Product, Stack, Sum, runs
from proofs.ranges import enclosure, pieces_on, slopes
from proofs.transcendental import COST, POINTS, interval, root

MOST_POWER = 64
_DIGITS = 96  # that a coefficient keeps; the rest is rounded outwards
_LONGEST = 4000  # bits of a base; a longer one is bounded
_ZERO, _ONE = Fraction(0), Fraction(1)

Power: TypeAlias = tuple[Fraction, int]  # (a, p) stands for a·rᵖ
_NOTHING: Power = (_ZERO, 0)


@dataclass(frozen=True, slots=True)
class Tail:
    """base + e with low ≤ e ≤ high for all r ≥ `far`, `far` > 0; None stands for no bound."""

    base: Fraction
    low: Power | None
    high: Power | None


def tails(g: Network, known: list[list[Tail]], far: Fraction) -> list[list[Tail]]:
    """The values of g from those at its start."""
    short = far.numerator.bit_length() + far.denominator.bit_length() <= 2 * _DIGITS
    well_formed(far > 0 and short, "bounds from {} on; that must be a short positive number", far)
    meter, values = Meter(), list(known)
    for node in g.nodes[len(known) - 1 :]:
        inputs = [values[j] for j in node.inputs]
        size = sum(map(len, inputs)) + (node.op.entries if isinstance(node.op, Affine) else 0)
        bits = node.op.bits if isinstance(node.op, Affine | Pointwise) else 64
        meter.take((20_000 + 50 * digits(bits) ** 2 + (2 * COST if isinstance(node.op, Pointwise) else 0)) * (1 + size))
        if isinstance(node.op, Product) and node.inputs[0] == node.inputs[1]:
            values.append([_square(t, far) for t in inputs[0]])
        else:
            values.append(_through(node.op, inputs, far))
    return values


def _through(op: Op, inputs: Sequence[Sequence[Tail]], far: Fraction) -> list[Tail]:
    x = inputs[0]
    match op:
        case Affine(_, rows, d):
            return [
                _total([(Fraction(a, d), x[j]) for j, a in zip(row.columns, row.coefficients, strict=True)], Fraction(row.constant, d), far)
                for row in rows
            ]
        case Sum():
            return [_total([(_ONE, t) for t in column], _ZERO, far) for column in zip(*inputs, strict=True)]
        case Stack():
            return [t for part in inputs for t in part]
        case Product():
            return [_product(a, b, far) for a, b in zip(*inputs, strict=True)]
        case Pointwise(activations):
            out: list[Tail] = []
            for s, count in runs(activations):
                out += [_activated(s, t, far) for t in x[len(out) : len(out) + count]]
            return out
        case _:
            sides = [tuple(numeric(t, far) for t in part) for part in inputs]
            return [constant(side) for side in through(Node(op, tuple(range(len(inputs)))), sides, Meter())]


def constant(side: Interval) -> Tail:
    """Numbers of the interval."""
    if side.lower is not None and side.is_point():
        return Tail(side.lower, _NOTHING, _NOTHING)
    return Tail(_ZERO, None if side.lower is None else (side.lower, 0), None if side.upper is None else (side.upper, 0))


def numeric(t: Tail, far: Fraction) -> Interval:
    """What the numbers lie in for all r ≥ far."""
    low, high = _least(t.low, far), _least(_minus(t.high), far)
    return Interval(None if low is None else t.base + low, None if high is None else t.base - high)


def _least(power: Power | None, far: Fraction) -> Fraction | None:
    """The greatest lower bound of a·rᵖ for r ≥ far."""
    if power is None or (power[0] < 0 and power[1] > 0):
        return None
    a, p = power
    return _ZERO if a > 0 and p < 0 else a * far**p


def _minus(power: Power | None) -> Power | None:
    return None if power is None else (-power[0], power[1])


def _below(terms: Sequence[Power | None], far: Fraction) -> Power | None:
    """One power below the sum: that of the highest exponent takes the negative ones along, as a·rᵖ ≥ a·far^(p − q)·r^q for a < 0, p ≤ q."""
    if None in terms:
        return None
    left = [t for t in terms if t is not None and t[0]]
    while left:
        q = max(p for _, p in left)
        a = sum((a for a, p in left if p == q), _ZERO)
        if a:
            return _short((a + sum((b * far ** (p - q) for b, p in left if p < q and b < 0), _ZERO), q))
        left = [t for t in left if t[1] < q]
    return _NOTHING


def _above(terms: Sequence[Power | None], far: Fraction) -> Power | None:
    return _minus(_below([_minus(t) for t in terms], far))


def _lowest(terms: Sequence[Power], far: Fraction) -> Power:
    """One power below each of them."""
    negative = [t for t in terms if t[0] < 0]
    if not negative and any(not a for a, _ in terms):
        return _NOTHING
    q = max(p for _, p in negative) if negative else min(p for _, p in terms)
    return _short((min(a * far ** (p - q) for a, p in negative or terms), q))


def _short(power: Power) -> Power:
    """The power, or one a little below it with a shorter coefficient."""
    a, p = power
    well_formed(abs(p) <= MOST_POWER, "a power {}; the limit is {}", p, MOST_POWER)
    if a.denominator.bit_length() + a.numerator.bit_length() <= 2 * _DIGITS:
        return power
    up = _DIGITS - a.numerator.bit_length() + a.denominator.bit_length()
    scale = Fraction(2) ** up
    return Fraction((a * scale).__floor__()) / scale, p


def merged(t: Tail, far: Fraction) -> tuple[Power | None, Power | None]:
    """Bounds of base + e."""
    return _below([(t.base, 0), t.low], far), _above([(t.base, 0), t.high], far)


def _times(a: Fraction, t: Tail) -> Tail:
    low, high = (t.low, t.high) if a > 0 else (t.high, t.low)
    if not a:
        return Tail(_ZERO, _NOTHING, _NOTHING)
    return Tail(a * t.base, None if low is None else (a * low[0], low[1]), None if high is None else (a * high[0], high[1]))


def _total(terms: Sequence[tuple[Fraction, Tail]], shift: Fraction, far: Fraction) -> Tail:
    scaled = [_times(a, t) for a, t in terms]
    base = sum((t.base for t in scaled), shift)
    out = Tail(base, _below([t.low for t in scaled], far), _above([t.high for t in scaled], far))
    return out if base.numerator.bit_length() + base.denominator.bit_length() <= _LONGEST else Tail(_ZERO, *merged(out, far))


def _product(s: Tail, t: Tail, far: Fraction) -> Tail:
    """(b + e)(c + f) = bc + bf + ce + ef."""
    both = Tail(_ZERO, _corner(s, t, far), _minus(_corner(_times(-_ONE, s), t, far)))
    first, second = _times(s.base, Tail(_ZERO, t.low, t.high)), _times(t.base, Tail(_ZERO, s.low, s.high))
    return _total([(_ONE, both), (_ONE, first), (_ONE, second)], s.base * t.base, far)


def _corner(s: Tail, t: Tail, far: Fraction) -> Power | None:
    """A power below ef: below the products of the ends at each r."""
    finite = list[Power]()
    for a, at in ((s.low, -1), (s.high, 1)):
        for b, bt in ((t.low, -1), (t.high, 1)):
            if (a is not None and not a[0]) or (b is not None and not b[0]):
                finite.append(_NOTHING)
            elif a is None or b is None:
                sign = (at if a is None else 1 if a[0] > 0 else -1) * (bt if b is None else 1 if b[0] > 0 else -1)
                if sign < 0:
                    return None
            else:
                finite.append((a[0] * b[0], a[1] + b[1]))
    return _lowest(finite, far) if finite else None


def _square(t: Tail, far: Fraction) -> Tail:
    low, high = merged(t, far)
    whole = Tail(_ZERO, low, high)
    above = _minus(_corner(Tail(_ZERO, _minus(high), _minus(low)), whole, far))
    if low is not None and low[0] > 0:
        return Tail(_ZERO, (low[0] ** 2, 2 * low[1]), above)
    if high is not None and high[0] < 0:
        return Tail(_ZERO, (high[0] ** 2, 2 * high[1]), above)
    return Tail(_ZERO, _NOTHING, above)


def _activated(s: Activation, t: Tail, far: Fraction) -> Tail:
    side = numeric(t, far)
    if isinstance(s, PiecewiseAffine) and len(pieces := pieces_on(s, side)) == 1:
        ((slope, intercept),) = pieces
        return _total([(slope, t)], intercept, far)
    if isinstance(s, Elu) and side.lower is not None and side.lower >= 0:
        return _times(s.scale, t)
    low, high = merged(t, far)
    if high is not None and high[0] < 0 and high[1] >= 1:
        found = _falling(s, (-high[0], high[1]))
    elif low is not None and low[0] > 0 and low[1] >= 1:
        found = _rising(s, t, low, far)
    else:
        found = _near(s, t, side, far)
    return found if found is not None else constant(enclosure(s, side))


def _falling(s: Activation, depth: Power) -> Tail | None:
    """σ(c) for c ≤ −a·r^q: e^c ≤ 2/(a·r^q)², sigmoid and softplus are below e^c, 1 + tanh c below 2·e^(2c), 1 + erf c below e^(−c²)."""
    a, q = depth
    small = (2 / a**2, -2 * q)
    match s:
        case Exp() | Sigmoid() | Softplus():
            return Tail(_ZERO, _NOTHING, small)
        case Tanh():
            return Tail(-_ONE, _NOTHING, (1 / a**2, -2 * q))
        case Erf():
            return Tail(-_ONE, _NOTHING, (2 / a**4, -4 * q))
        case Elu(alpha, scale):
            return Tail(-scale * alpha, _NOTHING, (scale * alpha * small[0], small[1]))
        case _:
            return None


def _rising(s: Activation, t: Tail, low: Power, far: Fraction) -> Tail | None:
    """σ(c) for c ≥ a·r^q: what σ is at −c; e^c ≥ c²/2; softplus c − c is softplus(−c); √(r^q) ≥ r^p·√(far^(q − 2p))."""
    a, q = low
    below = _falling(s, low)
    match s:
        case Exp():
            return Tail(_ZERO, (a**2 / 2, 2 * q), None)
        case Softplus() if below is not None:
            return _total([(_ONE, t), (_ONE, below)], _ZERO, far)
        case Sigmoid() if below is not None:
            return _total([(-_ONE, below)], _ONE, far)
        case Tanh() | Erf() if below is not None:
            return _times(-_ONE, below)
        case Reciprocal():
            return Tail(_ZERO, _NOTHING, (1 / a, -q))
        case Sqrt():
            known = interval(root(a * far ** (q % 2), POINTS)).lower
            assert known is not None
            return Tail(_ZERO, _short((known, q // 2)), None)
        case _:
            return None


def _near(s: Activation, t: Tail, side: Interval, far: Fraction) -> Tail | None:
    """σ(base + e) = σ(base) + slope·e where e goes to 0 and σ(base) is rational."""
    if t.low is None or t.high is None or any(a and p >= 0 for a, p in (t.low, t.high)):
        return None
    try:
        known, slope = value(s, t.base), slopes(s, side)
    except NoExactValue:
        return None
    if slope.lower is None or slope.upper is None:
        return None
    change = _product(constant(slope), Tail(_ZERO, t.low, t.high), far)
    return _total([(_ONE, change)], known, far)
