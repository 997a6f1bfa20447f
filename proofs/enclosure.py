"""Outer bounds of what a network can do on a domain: interval arithmetic with exact ends."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from proofs.activations import PiecewiseAffine, numbers
from proofs.domains import Domain, hull
from proofs.errors import well_formed
from proofs.exact import Interval, common_denominator, vector
from proofs.limits import MOST_BITS, Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum, runs
from proofs.ranges import enclosure
from proofs.splines import bins_of, spline_side
from proofs.transcendental import COST, softmax


def bounds(f: Network, on: Domain) -> tuple[Interval, ...]:
    """Closed intervals, one per output, with f(on) inside their product."""
    return all_bounds(f, on)[-1]


def all_bounds(f: Network, on: Domain) -> list[tuple[Interval, ...]]:
    """The same for every value of the network."""
    values: list[tuple[Interval, ...]] = [hull(on)]
    meter = Meter()
    for node in f.nodes:
        values.append(through(node, values, meter))
    return values


def through(node: Node, values: Sequence[tuple[Interval, ...]], meter: Meter) -> tuple[Interval, ...]:
    """Bounds of what a node computes, from bounds of the values before it."""
    inputs = [values[j] for j in node.inputs]
    meter.take(*_demand(node.op, inputs))
    if isinstance(node.op, Product) and node.inputs[0] == node.inputs[1]:
        return tuple(map(_square, inputs[0]))
    return _through(node.op, inputs)


def _demand(op: Op, inputs: list[tuple[Interval, ...]]) -> tuple[int, int]:
    """About how much work the bounds of the op take, and how many bits they have."""
    n = sum(map(len, inputs))
    bits = max((_bits(end) for sides in inputs for end in _ends(sides)), default=0)
    match op:
        case Affine(_, rows):
            bits += _common(inputs[0]).bit_length()
            work = op.entries * (200 + 2 * digits(op.bits) * digits(bits))
            return work + len(rows) * (3000 + digits(bits + op.bits) ** 2), (n + len(rows)) * (bits + op.bits)
        case Pointwise(activations):
            steps = n + sum(count * len(numbers(s)) for s, count in runs(activations))
            smooth = sum(count for s, count in runs(activations) if not isinstance(s, PiecewiseAffine))
            return steps * (3000 + digits(bits + op.bits) ** 2) + 2 * COST * smooth, n * (bits + op.bits)
        case Sum():
            return n * (3000 + digits(len(inputs) * bits) ** 2), n * bits
        case Max(groups):
            return sum(map(len, groups)) * (3000 + digits(bits) ** 2), 0
        case Softmax():
            return n * (3000 + 4 * digits(bits) ** 2 + 2 * COST), n * bits
        case Stack() | Product() | Argmax():
            return n * (3000 + 4 * digits(bits) ** 2), n * bits
        case Spline():
            return n * (3000 + 4 * digits(len(inputs[1]) // len(inputs[0]) * bits) ** 2), n * bits
        case _:
            assert_never(op)


def _ends(sides: tuple[Interval, ...]) -> list[Fraction]:
    return [end for side in sides for end in (side.lower, side.upper) if end is not None]


def _common(sides: tuple[Interval, ...]) -> int:
    return common_denominator(end.denominator for end in _ends(sides))


def functional(f: Network, u: Sequence[Fraction], constant: Fraction = Fraction(0)) -> Network:
    """x ↦ ⟨u, f(x)⟩ + constant; merged into the last affine map, so that its bounds do not treat outputs as independent."""
    integers = vector((*u, constant))
    *weights, free = integers.numerators
    scale = integers.denominator
    last = f.nodes[-1] if f.nodes else None
    if last is None or not isinstance(last.op, Affine):
        used = [i for i, w in enumerate(weights) if w]
        row = Row(tuple(used), tuple(weights[i] for i in used), free)
        return Network(f.arity, (*f.nodes, Node(Affine(f.width, (row,), scale), (len(f.nodes),))))
    total: dict[int, int] = {}
    shift = free * last.op.denominator
    Meter().take(last.op.entries * (200 + digits(integers.bits()) * digits(last.op.bits)))
    for w, inner in zip(weights, last.op.rows, strict=True):
        if w:
            shift += w * inner.constant
            for j, a in zip(inner.columns, inner.coefficients, strict=True):
                total[j] = total.get(j, 0) + w * a
    columns = tuple(sorted(j for j, a in total.items() if a))
    merged = Affine(last.op.columns, (Row(columns, tuple(total[j] for j in columns), shift),), scale * last.op.denominator)
    return Network(f.arity, (*f.nodes[:-1], Node(merged, last.inputs)))


def _through(op: Op, inputs: list[tuple[Interval, ...]]) -> tuple[Interval, ...]:
    match op:
        case Affine():
            return _affine(op, inputs[0])
        case Pointwise(activations):
            return tuple(enclosure(s, side) for s, side in zip(activations, inputs[0], strict=True))
        case Sum():
            return tuple(interval_sum(sides) for sides in zip(*inputs, strict=True))
        case Stack():
            return tuple(side for value in inputs for side in value)
        case Product():
            return tuple(interval_product(a, b) for a, b in zip(*inputs, strict=True))
        case Max(groups):
            return tuple(_max([inputs[0][i] for i in group]) for group in groups)
        case Softmax(groups):
            found = {i: side for group in groups for i, side in zip(group, softmax([inputs[0][i] for i in group]), strict=True)}
            return tuple(found[i] for i in range(len(found)))
        case Argmax():
            return (Interval(Fraction(0), Fraction(len(inputs[0]) - 1)),)
        case Spline():
            x, *bins = inputs
            places = (bins_of(i, len(x), len(bins[0])) for i in range(len(x)))
            return tuple(spline_side(op, t, [[part[j] for j in own] for part in bins]) for t, own in zip(x, places, strict=True))
        case _:
            assert_never(op)


def _affine(op: Affine, sides: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Lower and upper ends over one common denominator; None where an infinite end is used."""
    d = _common(sides)
    low = [None if s.lower is None else s.lower.numerator * (d // s.lower.denominator) for s in sides]
    high = [None if s.upper is None else s.upper.numerator * (d // s.upper.denominator) for s in sides]
    out, scale = [], op.denominator * d
    for row in op.rows:
        ends = _extreme(row, low, high, d), _extreme(row, high, low, d)
        out.append(Interval(*(None if t is None else Fraction(t, scale) for t in ends)))
    return tuple(out)


def _extreme(row: Row, plus: list[int | None], minus: list[int | None], d: int) -> int | None:
    """Σ over positive coefficients of a·plus and over negative ones of a·minus, plus the constant."""
    total = row.constant * d
    for j, a in zip(row.columns, row.coefficients, strict=True):
        if a:
            end = plus[j] if a > 0 else minus[j]
            if end is None:
                return None
            total += a * end
    return total


def interval_sum(sides: Sequence[Interval]) -> Interval:
    """What the sums of one number of each interval lie in."""
    lows = [s.lower for s in sides]
    highs = [s.upper for s in sides]
    low = None if None in lows else sum((t for t in lows if t is not None), Fraction(0))
    high = None if None in highs else sum((t for t in highs if t is not None), Fraction(0))
    return Interval(low, high)


def interval_product(a: Interval, b: Interval) -> Interval:
    """What the products of a number of one interval and one of the other lie in."""
    zero = Interval(Fraction(0), Fraction(0))
    if zero in (a, b):
        return zero
    if (a.upper is not None and a.upper <= 0) or (b.upper is not None and b.upper <= 0):
        turned = (_minus(a), b) if a.upper is not None and a.upper <= 0 else (a, _minus(b))
        return _minus(interval_product(*turned))
    if b.lower is not None and b.lower >= 0:
        a, b = b, a
    (p, q), (r, s) = (a.lower, a.upper), (b.lower, b.upper)
    if p is None or p < 0:  # 0 lies inside both
        corners = [_times(p, s), _times(q, r), _times(p, r), _times(q, s)]
        low, high = corners[:2], corners[2:]
        return Interval(None if None in low else min(t for t in low if t), None if None in high else max(t for t in high if t))
    return Interval(_times(p if r is not None and r >= 0 else q, r), _times(q, s))


def _times(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    """The product of two ends; an infinite one makes it infinite, except against 0."""
    if a == 0 or b == 0:
        return Fraction(0)
    if a is None or b is None:
        return None
    bits = _bits(a) + _bits(b)
    well_formed(bits <= MOST_BITS, f"a product of up to {bits} bits; the limit is {MOST_BITS}")
    return a * b


def _minus(a: Interval) -> Interval:
    return Interval(None if a.upper is None else -a.upper, None if a.lower is None else -a.lower)


def _square(a: Interval) -> Interval:
    """The square of one number, not the product of two."""
    near = Fraction(0) if Fraction(0) in a else min((abs(t) for t in (a.lower, a.upper) if t is not None), default=Fraction(0))
    far = None if a.lower is None or a.upper is None else max(abs(a.lower), abs(a.upper))
    return Interval(_times(near, near), _times(far, far))


def _bits(t: Fraction) -> int:
    return max(t.numerator.bit_length(), t.denominator.bit_length())


def _max(sides: Sequence[Interval]) -> Interval:
    lows = [s.lower for s in sides if s.lower is not None]
    highs = [s.upper for s in sides]
    high = None if None in highs else max(t for t in highs if t is not None)
    return Interval(max(lows) if lows else None, high)
