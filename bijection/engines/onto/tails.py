"""Networks with products: values they never take, and onto ℝ, by bounds along one of their numbers (T11, L11, L13, A9)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.onto.missed import beyond
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.structure.vanishing import has_products
from proofs.domains import Point, Reals
from proofs.enclosure import all_bounds, functional
from proofs.errors import Malformed, Rejected
from proofs.exact import Interval, dot
from proofs.network import Network, Product
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.stages import Place
from proofs.theorems.tails import OppositeTails, SeparatorAlong, parts
from proofs.theorems.values import Misses

CUTS: Point = tuple(Fraction(2) ** k * s for s, order in ((-1, range(6, -13, -1)), (1, range(-12, 7))) for k in order)
_FAR = Fraction(8)
_MOST_OUTPUTS, _MOST_PLACES = 4, 12
_WIDEST = 2_000  # coordinates of all values, which are bounded on each part anew


def by_tails(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Bounds where one number of the network is large or small exclude a value; or the output falls and rises without end."""
    match goal:
        case Surjective(Network() as f, on, onto) if _small_with_products(f):
            if isinstance(on, Reals) and f.width == 1:
                yield from _opposite(goal, f)
            for u, place, side in _sides(f, goal, search):
                value = beyond(u, side, onto)
                if value is not None:
                    steps = (Misses(value), SeparatorAlong(u, *place, CUTS))
                    yield Proposal(Not(goal), steps, "an output is bounded, as bounds along one number inside the network show")
                    return
        case Reached(Network() as f, _, value) if _small_with_products(f):
            for u, place, side in _sides(f, goal, search):
                if dot(u, value) not in side:
                    why = "bounds along one number inside the network exclude the value"
                    yield Proposal(Not(goal), (SeparatorAlong(u, *place, CUTS),), why)
                    return
        case _:
            return


def _small_with_products(f: Network) -> bool:
    return has_products(f) and sum(f.widths) <= _WIDEST


def _opposite(goal: Surjective, f: Network) -> Iterator[Proposal]:
    directions = [tuple(Fraction(s * int(i == j)) for j in range(f.arity)) for i in range(min(f.arity, _MOST_PLACES)) for s in (1, -1)]
    for v in directions:
        steps = (OppositeTails(tuple(-t for t in v), v, _FAR),)
        if proves(steps[0], goal):
            yield Proposal(goal, steps, "far out in two directions the output falls and rises without end")
            return


def _sides(f: Network, goal: Surjective | Reached, search: Search) -> Iterator[tuple[Point, Place, Interval]]:
    """Functionals of the output, a number inside the network, and what the functional lies in, where that is bounded."""
    try:
        before = all_bounds(f, goal.on)
    except (Malformed, Rejected):
        return
    for j in range(min(f.width, _MOST_OUTPUTS)):
        u = tuple(Fraction(int(i == j)) for i in range(f.width))
        g = functional(f, u)
        for place in _places(f):
            if search.remaining() <= 0:
                return
            try:
                found = parts(g, before, place, CUTS)
            except (Malformed, Rejected):
                continue
            lows, highs = [side.lower for side in found], [side.upper for side in found]
            low = None if None in lows else min(t for t in lows if t is not None)
            high = None if None in highs else max(t for t in highs if t is not None)
            if low is not None or high is not None:
                yield u, place, Interval(low, high)


def _places(f: Network) -> list[Place]:
    """Factors of products, the later ones first."""
    found: dict[Place, None] = {}
    for node in reversed(f.nodes):
        if isinstance(node.op, Product):
            found |= {(v, k): None for v in node.inputs for k in range(min(f.widths[v], _MOST_OUTPUTS))}
    return list(found)[:_MOST_PLACES]
