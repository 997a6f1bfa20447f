"""Networks that hide what they are behind copies of their units: the units are merged, and the short proofs tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bijection.engines.proposal import Engine, Proposal, Search
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.monotone import by_monotonicity
from bijection.engines.structure.one_layer import by_layer_tree
from bijection.engines.structure.packing import LARGEST
from proofs.compose import cuts
from proofs.domains import Finite, Floats, Grid
from proofs.errors import Malformed
from proofs.network import Network
from proofs.statements import Injective, Positive, Surjective
from proofs.theorems.merging import Merged, merged

_TRIED: tuple[Engine, ...] = (by_layers, by_layer_tree, by_monotonicity)


def by_merging(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof for the network with equal units merged; collisions are looked for in the network itself."""
    match goal:
        case Injective(Network() as f, Grid() | Finite() | Floats()) if f.arity <= LARGEST:
            pass
        case Surjective(Network() as f, _, _):
            pass
        case Injective(Network() as f, _) if all(f.widths[cut] >= f.arity for cut in cuts(f)):
            pass  # through a narrow value nothing continuous is injective, and nobody proves that many numbers are packed into few
        case _:
            return
    try:
        g = merged(f)
    except Malformed:
        return  # numbers too long
    if g == f:
        return
    same = replace(goal, f=g)
    for engine in _TRIED:
        for proposal in engine(same, search):
            if proposal.claim == same:
                yield Proposal(goal, (Merged(), *proposal.evidence), f"equal units merged, {proposal.because}", proposal.improvable)
                return
