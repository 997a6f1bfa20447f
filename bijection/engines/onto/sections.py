"""Onto although there are more inputs than outputs: some inputs are held fixed, and the others take all values (S4, L11: gates)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from bijection.engines.proposal import Proposal, Search
from bijection.engines.structure.flows import stages
from proofs.compose import compose
from proofs.domains import Reals
from proofs.network import Affine, Network, Node, Row
from proofs.statements import Positive, Surjective
from proofs.theorems.sets import CancelInner
from proofs.theorems.stages import Stages
from proofs.theorems.values import StaysInside

_MOST = 24  # choices of inputs
_LARGEST = 2_000  # inputs
_HELD = (Fraction(0), Fraction(1))


def by_sections(goal: Positive, search: Search) -> Iterator[Proposal]:
    """As many inputs as there are outputs, the others fixed at 0 or at 1."""
    match goal:
        case Surjective(Network() as f, Reals(), _) if 0 < f.width < f.arity <= _LARGEST:
            pass
        case _:
            return
    for moving in islice(_choices(f.arity, f.width), _MOST):
        for held in _HELD:
            if search.remaining() <= 0:
                return
            inner = Network(f.width, (Node(_embedding(f.arity, moving, held), (0,)),))
            found = stages(Surjective(compose(f, inner), Reals(f.width), goal.onto), search, strong=False)
            if found is not None:
                parts, steps = found
                head = (Stages(parts, tuple(Reals(len(part)) for part in parts)),) if parts else ()
                evidence = (CancelInner(inner, Reals(f.width)), *head, *steps, StaysInside())
                yield Proposal(goal, evidence, f"with {f.arity - f.width} inputs held at {held} the others can be solved for")
                return


def _choices(n: int, m: int) -> Iterator[Sequence[int]]:
    """Sets of m inputs: the first, the last, every other one, and those that lie side by side."""
    yield range(m)
    yield range(n - m, n)
    if n >= 2 * m:
        yield from (range(k, 2 * m, 2) for k in (0, 1))
    yield from (range(k, k + m) for k in range(1, n - m))


def _embedding(n: int, moving: Sequence[int], held: Fraction) -> Affine:
    place = {i: k for k, i in enumerate(moving)}
    return Affine(len(moving), tuple(Row((place[i],), (1,), 0) if i in place else Row((), (), int(held)) for i in range(n)), 1)
