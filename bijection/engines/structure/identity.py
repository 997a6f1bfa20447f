"""Is a network the identity? By its normal form, or at a point that it moves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import corners, spread
from proofs.network import Network
from proofs.statements import IsIdentity, Not, Positive
from proofs.theorems.identity import Cancels, Moves

_TRIED = 200  # points


def by_normal_form(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The identity by its normal form, else a point that is moved."""
    match goal:
        case IsIdentity(Network(), on):
            pass
        case _:
            return
    if proves(Cancels(), goal):
        yield Proposal(goal, (Cancels(),), "its outputs, written out, are its inputs")
        return
    for x in (*corners(on), *islice(spread(on, search.random("moved"), search.near), _TRIED)):
        if search.remaining() <= 0:
            return
        if proves(Moves(x), Not(goal)):
            yield Proposal(Not(goal), (Moves(x),), "a point is moved")
            return
