"""Dimension arguments: instant, and without a pair (T1, T7, L4, A1)."""

from __future__ import annotations

from collections.abc import Iterator

from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.lp import interior_point
from proofs.compose import cuts
from proofs.domains import Domain, Point, Polytope
from proofs.network import Argmax, Network
from proofs.statements import Injective, Not, Positive, Surjective
from proofs.theorems.dimension import Bottleneck, NarrowFirstLayer, NullImage, ball_dimension


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
            d = ball_dimension(onto, None)
            for cut in reversed(cuts(f)):
                if any(isinstance(node.op, Argmax) for node in f.nodes[cut:]):
                    return
                if f.widths[cut] < d:
                    why = f"the network is {f.widths[cut]} wide at value {cut}, so its image has no volume in dimension {d}"
                    yield Proposal(Not(goal), (NullImage(cut),), why, improvable=True)
                    return
        case _:
            return


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
