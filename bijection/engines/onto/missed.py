"""Outputs that are never reached: outside the bounds, off an affine subspace, outside a cone (T6, T12, A11)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.proposal import Proposal, Search
from bijection.exact.linear import dense, nullspace
from bijection.exact.smt import one_sided_functional
from proofs.compose import prefix
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Reals, contains
from proofs.enclosure import bounds, functional
from proofs.exact import Interval, dot, vector
from proofs.network import Affine, Network
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.values import Misses, Separator

_WIDEST = 64  # outputs up to which separating functionals are looked for by solving linear programs


def by_separation(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A functional u that is bounded on the image, and a value of the codomain beyond the bound."""
    match goal:
        case Surjective(Network() as f, on, onto):
            for u in _functionals(f, on, search):
                (side,) = bounds(functional(f, u), on)
                value = beyond(u, side, onto)
                if value is not None:
                    yield Proposal(Not(goal), (Misses(value), Separator(u)), "a linear function of the output is bounded on the image")
                    return
        case Reached(Network() as f, on, value):
            for u in _functionals(f, on, search):
                (side,) = bounds(functional(f, u), on)
                if dot(u, value) not in side:
                    yield Proposal(Not(goal), (Separator(u),), "a linear function of the output excludes the value")
                    return
        case _:
            return


def _functionals(f: Network, on: Domain, search: Search) -> Iterator[Point]:
    """Linear functions of the output that may be bounded: coordinates, those that vanish on the last layer, one-sided ones."""
    units = [tuple(Fraction(int(i == j)) for j in range(f.width)) for i in range(f.width)]
    for u, side in zip(units, bounds(f, on), strict=True):
        if side != Interval(None, None):
            yield u
    last = f.nodes[-1] if f.nodes else None
    if last is None or not isinstance(last.op, Affine):
        return
    transposed = list(map(list, zip(*dense(last.op), strict=True)))
    for v in nullspace(transposed, f.width)[:4] if transposed else []:
        yield tuple(map(Fraction, v))
    if f.width <= _WIDEST and search.remaining() > 1:
        hidden = bounds(prefix(f, last.inputs[0]), on)
        found = one_sided_functional(dense(last.op), hidden, min(10.0, search.remaining()))
        if found is not None:
            yield found


def off_the_image(op: Affine) -> tuple[Point, Separator] | None:
    """A value that the affine map does not take, with what shows it, if its rank is too small."""
    transposed = list(map(list, zip(*dense(op), strict=True)))
    vanishing = nullspace(transposed, len(op.rows)) if transposed else []
    if not vanishing:
        return None
    u = tuple(map(Fraction, vanishing[0]))
    shift = dot(u, [Fraction(row.constant, op.denominator) for row in op.rows])
    i = next(i for i, t in enumerate(u) if t)
    steps = (Fraction(k) for k in (0, 1))
    value = next(t for t in steps if t * u[i] != shift)
    return tuple(value if j == i else Fraction(0) for j in range(len(u))), Separator(u)


def beyond(u: Point, side: Interval, onto: Domain) -> Point | None:
    """A point of the codomain with ⟨u, y⟩ outside the interval, a multiple of a unit vector where the codomain is ℝᵐ."""
    candidates: list[Point] = []
    match onto:
        case Reals(m) | Integers(m):
            ends = [(end, sign) for end, sign in ((side.upper, 1), (side.lower, -1)) if end is not None]
            for i, t in sorted(enumerate(u), key=lambda pair: -abs(pair[1])):
                for end, sign in ends if t else []:
                    # the least k ≥ 0 with k·|t| beyond the end
                    k = max(Fraction(0), (sign * end / abs(t)).__floor__() + Fraction(1))
                    candidates.append(tuple(k * sign * (1 if t > 0 else -1) if j == i else Fraction(0) for j in range(m)))
        case Box(lower, upper) | Floats(lower, upper) | Grid(lower, upper):
            if isinstance(onto, Grid):
                upper = tuple(a + (c - 1) * s for a, c, s in zip(lower, onto.counts(), onto.step, strict=True))
            for high in (True, False):
                candidates.append(tuple(b if (t > 0) == high else a for t, a, b in zip(u, lower, upper, strict=True)))
        case Finite(listed):
            candidates.extend(listed)
        case Labels(k):
            candidates.extend((Fraction(label),) for label in {0, k - 1})
        case _:
            return None
    fitting = [y for y in candidates if dot(u, y) not in side and contains(onto, vector(y))]
    return min(fitting, key=lambda y: max(map(abs, y)), default=None)
