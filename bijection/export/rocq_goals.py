"""What the goals of the steps tell about how they are written for Rocq: over the reals only, with a pair in the place of a direction, or
with a shorter modulus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from proofs.domains import Domain, Infinite, cardinality, contains
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.exact import same, vector
from proofs.kernel import Theorem
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.theorems.agreement import Agreement
from proofs.theorems.blocks import Blocks
from proofs.theorems.collision import Collision, KernelDirection
from proofs.theorems.counting import Pigeonhole, TooFewPoints
from proofs.theorems.identity import FixesCells
from proofs.theorems.layer_tree import LayerTree
from proofs.theorems.monotonicity import StronglyMonotone
from proofs.theorems.separated_boxes import SeparatedBoxes
from proofs.theorems.separated_cells import SeparatedCells
from proofs.theorems.stages import Stages
from proofs.theorems.triangular import Triangular

HALVINGS = 200  # of a direction until the output is the same at its end
MODULI = (2**13 - 1, 2**17 - 1, 2**19 - 1, 2**21 - 9)  # primes near powers of two, by which Rocq divides fast
# They have no subgoals, and take long to check again.
_LAST = LayerTree | SeparatedCells | SeparatedBoxes | StronglyMonotone | Triangular | FixesCells


def goals(claim: Statement, evidence: Sequence[Theorem]) -> list[Statement | None]:
    """The goal of each step, as far as the steps fit; they are looked at only if some step needs its goal."""
    asking = Pigeonhole | TooFewPoints | KernelDirection | Stages | Blocks | Agreement | _LAST
    if not any(isinstance(theorem, asking) for theorem in evidence):
        return [None] * len(evidence)
    left, found = [claim], list[Statement | None]()
    for theorem in evidence:
        goal = left.pop() if left else None
        found.append(goal)
        try:
            if not isinstance(theorem, _LAST):
                left.extend(reversed(theorem.reduce(goal) if goal is not None else ()))
        except (Rejected, Malformed, NoExactValue):
            left = []
    return found


def over_reals_only(theorem: Theorem, goal: Statement | None) -> bool:
    """Whether the Rocq library proves the step over the real numbers only: counting that tells ℵ₀ from 2^ℵ₀."""
    match theorem, goal:
        case Pigeonhole(into), Not(Injective(_, on)):
            return _beyond(on, into)
        case TooFewPoints(), Not(Surjective(_, on, onto)):
            return _beyond(onto, on)
        case _:
            return False


def _beyond(larger: Domain, smaller: Domain) -> bool:
    return cardinality(larger) is Infinite.CONTINUUM and cardinality(smaller) is Infinite.COUNTABLE


def explicit(theorem: Theorem, goal: Statement | None) -> Theorem:
    """The step as it is written: a direction along which f is constant for a while as the pair of its ends, which Rocq knows to be a
    collision; a tree of dependencies modulo the shortest prime that will do, as long numbers take Rocq long."""
    match theorem, goal:
        case LayerTree(modulus), Injective() as injective:
            shorter = (replace(theorem, modulus=p) for p in MODULI if p < modulus)
            return next((tree for tree in shorter if _proves(tree, injective)), theorem)
        case KernelDirection(x, v), Not(Injective(f, on)):
            start = f.trace(vector(x))[-1]
            for k in range(HALVINGS):
                end = tuple(s + t / Fraction(2**k) for s, t in zip(x, v, strict=True))
                if contains(on, vector(end)) and same(f.trace(vector(end))[-1], start):
                    return Collision(x, end)
    return theorem


def _proves(theorem: Theorem, goal: Statement) -> bool:
    try:
        return not theorem.reduce(goal)
    except Rejected:
        return False
