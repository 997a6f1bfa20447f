"""What a network is far away, its constants dropped, may have few regions where the network has too many (P4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from bijection.engines.complete.orientation import by_orientation
from bijection.engines.onto.covering import by_cell_images
from bijection.engines.onto.missed import by_bounds, by_separation
from bijection.engines.proposal import Engine, Proposal, Search
from proofs.domains import Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.statements import Injective, Not, Positive, Surjective
from proofs.subdivision import recession
from proofs.theorems.recession import Recession

_SHARE = 0.2  # of the time that is left
_TRIED: tuple[Engine, ...] = (by_bounds, by_separation, by_orientation, by_cell_images)


def by_recession(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Not onto, or not injective from ℝⁿ to ℝⁿ, because the recession map is not."""
    match goal:
        case Surjective(Network() as f, Reals(n), Reals()) if f.width <= n:  # or else the dimension says it
            pass
        case Injective(Network() as f, Reals(n)) if f.width == n:
            pass
        case _:
            return
    try:
        far = recession(f)
    except (Rejected, Malformed):
        return  # not piecewise affine
    if far == f:
        return
    asked, limited = replace(goal, f=far), replace(search, deadline=time.monotonic() + _SHARE * max(0.0, search.remaining()))
    for engine in _TRIED:
        for proposal in engine(asked, limited):
            if proposal.claim == Not(asked):
                why = f"far away, without its constants: {proposal.because}"
                yield (known := Proposal(Not(goal), (Recession(), *proposal.evidence), why, improvable=True))
                if isinstance(goal, Surjective):
                    more = by_cell_images(goal, replace(search, deadline=search.after(known)))
                    yield from (better for better in more if better.claim == known.claim)  # a value that the network itself misses
                return
