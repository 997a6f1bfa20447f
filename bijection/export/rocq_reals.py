"""Which steps of a derivation the Rocq library proves over the real numbers only: counting that tells ℵ₀ from 2^ℵ₀."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.domains import Domain, Infinite, cardinality
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.theorems.counting import Pigeonhole, TooFewPoints


def over_reals_only(claim: Statement, evidence: Sequence[Theorem]) -> list[bool]:
    """For each step whether its argument needs that the field is that of the real numbers; steps that do not fit their goal do not."""
    if not any(isinstance(theorem, Pigeonhole | TooFewPoints) for theorem in evidence):
        return [False] * len(evidence)
    goals, found = [claim], list[bool]()
    for theorem in evidence:
        goal = goals.pop() if goals else None
        found.append(goal is not None and _uncountable(theorem, goal))
        try:
            goals.extend(reversed(theorem.reduce(goal) if goal is not None else ()))
        except (Rejected, Malformed):
            goals = []
    return found


def _uncountable(theorem: Theorem, goal: Statement) -> bool:
    match theorem, goal:
        case Pigeonhole(into), Not(Injective(_, on)):
            return _beyond(on, into)
        case TooFewPoints(), Not(Surjective(_, on, onto)):
            return _beyond(onto, on)
        case _:
            return False


def _beyond(larger: Domain, smaller: Domain) -> bool:
    return cardinality(larger) is Infinite.CONTINUUM and cardinality(smaller) is Infinite.COUNTABLE
