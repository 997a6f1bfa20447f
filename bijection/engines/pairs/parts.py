"""Compositions ℝⁿ → ℝⁿ → … → ℝⁿ: each part by itself, by whatever decides it; one that folds behind parts that are onto folds all (S4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bijection.engines.complete.orientation import by_orientation
from bijection.engines.pairs.determinants import by_determinants
from bijection.engines.pairs.newton import by_newton
from bijection.engines.proposal import Engine, Proposal, Search, reduces
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.monotone import by_monotonicity
from bijection.engines.structure.representatives import by_representatives, by_sign_changes
from proofs.compose import cuts, prefix, suffix
from proofs.domains import Reals
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, Not, Positive
from proofs.theorems.composition import PrefixCollides, SuffixCollides, Through
from proofs.theorems.orientation import InjectiveIsBijective
from proofs.theorems.values import StaysInside

_TRIED: tuple[Engine, ...] = (
    by_layers,
    by_representatives,
    by_newton,
    by_sign_changes,
    by_monotonicity,
    by_determinants,
    by_orientation,
)


def by_parts(goal: Positive, search: Search) -> Iterator[Proposal]:
    """f: ℝⁿ → ℝⁿ piecewise affine, a composition of such maps: all are injective, or the first one that is not makes f not injective."""
    match goal:
        case Injective(Network() as f, Reals(n) as on) if f.width == n > 0 and reduces(InjectiveIsBijective(), Not(goal)) is not None:
            pass
        case _:
            return
    ends = [cut for cut in cuts(f) if f.widths[cut] == n]
    proofs: list[tuple[Theorem, ...]] = []
    for start, end in pairwise(ends) if len(ends) > 2 else ():
        part = Injective(prefix(suffix(f, start), end - start), on)
        found = next((p for engine in _TRIED for p in engine(part, search)), None)
        if found is None or search.remaining() <= 0:
            return
        if found.claim == part:
            proofs.append(found.evidence)
            continue
        head: tuple[Theorem, ...] = (PrefixCollides(end - start),) if end < len(f.nodes) else ()
        if start:
            head = (SuffixCollides(start, on), InjectiveIsBijective(), *_joined(ends, proofs, on), *head)
        behind = ", and those before it are onto" if start else ""
        why = f"part {len(proofs) + 1} of {len(ends) - 1} is not injective{behind}: {found.because}"
        yield Proposal(Not(goal), (*head, *found.evidence), why, improvable=True)
        return
    if proofs:
        yield Proposal(goal, _joined(ends, proofs, on), f"each of its {len(proofs)} parts is injective")


def _joined(ends: Sequence[int], proofs: Sequence[tuple[Theorem, ...]], on: Reals) -> tuple[Theorem, ...]:
    """The evidence that the first parts together are injective."""
    *before, last = proofs
    steps: list[Theorem] = []
    for (start, end), proof in zip(pairwise(ends), before, strict=False):
        steps += [Through(end - start, on), *proof, StaysInside()]
    return (*steps, *last)
