"""Networks that act on separate groups of their inputs, such as the rows of a table: each group on its own."""

from __future__ import annotations

from collections.abc import Iterator

from bijection.engines.complete.cell_pairs import by_cell_pairs
from bijection.engines.proposal import Engine, Proposal, Search
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.one_layer import by_layer_tree
from proofs.domains import Box, Reals
from proofs.errors import Malformed
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, Positive
from proofs.theorems.blocks import Blocks, groups

_TRIED: tuple[Engine, ...] = (by_layers, by_layer_tree, by_cell_pairs)


def by_blocks(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof for each group of inputs; collisions are looked for in the network itself."""
    match goal:
        case Injective(Network() as f, Reals() | Box()) if f.arity > 1:
            pass
        case _:
            return
    try:
        parts = groups(f)
        if len(parts) == 1:
            return
        theorem = Blocks(parts)
        subgoals = theorem.reduce(goal)
    except Malformed:
        return  # too much work
    evidence: list[Theorem] = [theorem]
    reasons = []
    for subgoal in subgoals:
        assert isinstance(subgoal, Injective)
        found = _proof(subgoal, search)
        if found is None:
            return
        evidence += found.evidence
        reasons.append(found.because)
    yield Proposal(goal, tuple(evidence), f"{len(parts)} groups of inputs that do not meet: {'; '.join(dict.fromkeys(reasons))}")


def _proof(goal: Injective, search: Search) -> Proposal | None:
    for engine in _TRIED:
        for proposal in engine(goal, search):
            if proposal.claim == goal:
                return proposal
    return None
