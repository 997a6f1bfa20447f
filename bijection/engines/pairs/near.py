"""A known pair is brought closer to a wished input, through the linear regions: where all pairs near it lie across a fold, or none does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from bijection.engines.local import usable_cuts
from bijection.engines.pairs.equal import Aim, improved, inside, meet, meeting
from bijection.engines.pairs.exact_ends import exact
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import floats
from bijection.wishes import Near, cost
from proofs.compose import prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.network import Network
from proofs.statements import Injective, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides

_FAR = Fraction(1, 8)  # of the width of a box, or in itself: a pair that is this close is left where it is
_APART = 1 / 64  # the same of the two inputs, which are to stay different
_LARGEST = 64  # inputs
_LOOSER = (1.01, 1.05)  # times the largest change, which leaves room for exact numbers


def close(on: Domain, pair: tuple[Point, Point], near: Point) -> bool:
    """Whether the pair is so close to the wished input that nothing better is looked for; only convex sets have better ones at hand."""
    width = max((b - a for a, b in zip(on.lower, on.upper, strict=True)), default=Fraction(0)) if isinstance(on, Box) else Fraction(1)
    return not isinstance(on, Box | Polytope | Reals) or cost(Near(near), *pair) <= _FAR * width


def brought_nearer(goal: Positive, proposal: Proposal, search: Search) -> Proposal:
    """The proposal with a pair that is closer to the wished input, if it shows one that is far from it and a better one is found."""
    match goal, proposal.evidence, search.wish:
        case Injective(Network() as f, Box() | Polytope() | Reals() as on), (*_, Collision(x, y)), Near(wished) if f.arity <= _LARGEST:
            pass
        case _:
            return proposal
    known = [k for k in usable_cuts(f) if k == len(f.nodes) or proposal.evidence[0] == PrefixCollides(k)]
    if not known or close(on, (x, y), wished):
        return proposal
    cut = known[0]
    pair = _led(prefix(f, cut), on, (x, y), wished, search)
    if pair is None:
        return proposal
    last = (Collision(*pair),)
    evidence = last if cut == len(f.nodes) else (PrefixCollides(cut), *last)
    return replace(proposal, evidence=evidence, because=f"{proposal.because}, brought closer to the given one")


def _led(f: Network, on: Box | Polytope | Reals, pair: tuple[Point, Point], near: Point, search: Search) -> tuple[Point, Point] | None:
    """A pair that is closer to the wished input than the known one; None if none is found."""
    most = cost(Near(near), *pair)
    if isinstance(on, Reals):
        on = Box(tuple(t - most for t in near), tuple(t + most for t in near))
    state = meeting(f, on)
    if state is None:
        return None
    p, n = inside(state, floats(pair[0] + pair[1])), f.arity
    apart = p[:n] - p[n:]
    j = int(np.argmax(np.abs(apart)))
    row, least = np.zeros((1, 2 * n)), min(abs(float(apart[j])), _APART * state.width)
    row[0, [j, n + j]] = [-np.sign(apart[j]), np.sign(apart[j])]
    state = replace(state, sides=np.vstack([state.sides, row]), offsets=np.append(state.offsets, -least))
    wished = floats(near + near)
    aim = Aim(wished, np.zeros(2 * n))
    with np.errstate(all="ignore"):
        start = meet(state, p, search)
        if start is None:
            return None
        best = improved(state, start, aim, search)
        for looser in _LOOSER:
            size = looser * aim(best)
            found = exact(state.within(wished - size, wished + size), best, search)
            if found is not None and cost(Near(near), *found) < most:
                return found
    return None
