"""Dimension arguments: instant, without a pair, and with a missed value where the network is piecewise affine (T1, T7, L4, A1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.lp import interior_point
from bijection.exact.simplest import dyadic_between
from proofs.compose import cuts, suffix
from proofs.domains import Box, Domain, Point, Polytope, Reals, Simplex, subset
from proofs.errors import Malformed, Rejected
from proofs.exact import common_denominator
from proofs.network import Argmax, Network
from proofs.statements import Injective, Not, Positive, Reached, Surjective
from proofs.theorems.blocks import dependence
from proofs.theorems.dimension import Bottleneck, NarrowFirstLayer, NullImage, ball_dimension
from proofs.theorems.moment import MomentCurve, relations
from proofs.theorems.sets import Restriction
from proofs.theorems.values import Misses

_LONGEST = 200_000  # bits of a coordinate of a missed value
_MOST_BITS = 10_000_000  # of all its coordinates
_CUTS = 3  # narrow ones at which a value is looked for


def by_dimension(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A layer narrower than the domain, or than the codomain; a ReLU-like first layer with fewer than 2n units on ℝⁿ."""
    match goal:
        case Injective(Network() as f, on):
            narrow = NarrowFirstLayer()
            if proves(narrow, Not(goal)):
                why = f"the first layer has {f.widths[1]} units, fewer than 2·{f.arity}"
                yield Proposal(Not(goal), (narrow,), why, improvable=True)
            yield from _bottleneck(goal, f, on)
        case Surjective(Network() as f, _, onto):
            ball = _ball(onto) if min(f.widths) < f.width else None
            if ball is None:
                return
            last = max((k for k, node in enumerate(f.nodes, 1) if isinstance(node.op, Argmax)), default=0)
            narrow_ones = [cut for cut in cuts(f) if cut >= last and f.widths[cut] < ball_dimension(ball, None)]
            yield from _narrow(goal, f, ball, narrow_ones)
        case _:
            return


def _narrow(goal: Surjective, f: Network, ball: Reals | Box | Simplex, narrow: Sequence[int]) -> Iterator[Proposal]:
    """A value as on the moment curve, or else that the image has no volume."""
    for cut in sorted(narrow, key=lambda cut: (f.widths[cut], -cut))[:_CUTS]:
        found = None if isinstance(ball, Simplex) else _on_moment_curve(suffix(f, cut), ball)
        if found is not None and proves(MomentCurve(cut, found[0]), Not(Reached(f, goal.on, found[1]))):
            where = f"the network is {f.widths[cut]} wide at value {cut}, so that each of its pieces lies in a hyperplane"
            why = f"{where}; a value as on the moment curve lies in none of them"
            yield Proposal(Not(goal), (Misses(found[1]), MomentCurve(cut, found[0])), why, improvable=True)
            return
    for cut in narrow[-1:]:
        where = f"the network is {f.widths[cut]} wide at value {cut}"
        why = f"{where}, so its image has no volume in dimension {ball_dimension(ball, None)}"
        within = () if goal.onto == ball else (Restriction(goal.on, ball),)
        yield Proposal(Not(goal), (*within, NullImage(cut)), why, improvable=True)


def _ball(onto: Domain) -> Reals | Box | Simplex | None:
    """The codomain, or a box with inner points in it."""
    if not isinstance(onto, Polytope):
        return onto if isinstance(onto, Reals | Box | Simplex) else None
    inside = interior_point(onto)
    for bits in range(0, 60, 4) if inside is not None else ():
        box = Box(inside or (), tuple(t + Fraction(1, 2**bits) for t in inside or ()))
        if subset(box, onto):
            return box
    return None


def _on_moment_curve(h: Network, ball: Reals | Box) -> tuple[Point, Point] | None:
    """a and a + δ with few steep outputs moved, each by a power of two that is small beside the one before; None if they are too long."""
    m = h.width
    lower, upper = (ball.lower, ball.upper) if isinstance(ball, Box) else ((Fraction(0),) * m, (Fraction(1),) * m)
    try:
        free = crowded(dependence(h), [i for i in range(m) if lower[i] < upper[i]])
        scale, most = relations(h, free)
    except (Rejected, Malformed):
        return None  # not piecewise affine, or numbers too long
    middle = [a if a == b or isinstance(ball, Reals) else dyadic_between(a, b) for a, b in zip(lower, upper, strict=True)]
    room = min((upper[i] - middle[i] for i in free), default=Fraction(1))
    common = common_denominator(middle[i].denominator for i in free)
    first = max((common * scale * most).bit_length() + 1, (1 / room).__ceil__().bit_length())
    bits = [first + k * (most.bit_length() + 1) for k in range(len(free))]
    if bits[-1] > _LONGEST or sum(bits) > _MOST_BITS:
        return None
    value = list(middle)
    for i, b in zip(free, bits, strict=True):
        value[i] += Fraction(1, 2**b)
    return tuple(middle), tuple(value)


def crowded(reads: Sequence[int], among: Sequence[int]) -> list[int]:
    """Some of the outputs, one more than the inputs that they read (`dependence`); few if that is easily found. Empty if there are none."""
    chosen = min((reads[i] for i in among), key=int.bit_count, default=0)
    while True:
        beside = {i: (reads[i] & ~chosen).bit_count() for i in among}
        inside = [i for i, more in beside.items() if not more]
        if len(inside) > chosen.bit_count():
            return inside[: chosen.bit_count() + 1]
        if len(inside) == len(among):
            return []
        chosen |= reads[min((i for i in among if beside[i]), key=beside.__getitem__)]


def _bottleneck(goal: Injective, f: Network, on: Domain) -> Iterator[Proposal]:
    if min(f.widths) >= f.arity:
        return  # no LP for an interior point unless there is something to compare
    inside: Point | None = interior_point(on) if isinstance(on, Polytope) else None
    d = ball_dimension(on, inside)
    for cut in cuts(f):
        if any(isinstance(node.op, Argmax) for node in f.nodes[:cut]):
            return
        if f.widths[cut] < d:
            why = f"a continuous map of a {d}-dimensional set through {f.widths[cut]} numbers (invariance of domain)"
            yield Proposal(Not(goal), (Bottleneck(cut, inside),), why, improvable=True)
            return
