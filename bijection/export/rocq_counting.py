"""The pigeonhole principle in Rocq: enough different inputs, written out, instead of infinitely many."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bijection.errors import NotSupported
from proofs.domains import Box, Domain, Finite, Grid, Integers, Point, Reals, cardinality
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem
from proofs.statements import Injective, Not, Statement
from proofs.theorems.counting import Pigeonhole

MOST = 10_000  # points that are written out


def expressible(theorem: Theorem) -> bool:
    """Whether the step is a pigeonhole argument with so few holes that the inputs are written out."""
    if not isinstance(theorem, Pigeonhole):
        return False
    size = cardinality(theorem.into)
    return isinstance(size, int) and size < MOST


def goals(claim: Statement, evidence: Sequence[Theorem]) -> list[Statement | None]:
    """The goal of each step, as far as the steps fit; they are looked at only if some step needs its goal."""
    if not any(isinstance(theorem, Pigeonhole) for theorem in evidence):
        return [None] * len(evidence)
    open_goals, found = [claim], list[Statement | None]()
    for theorem in evidence:
        goal = open_goals.pop() if open_goals else None
        found.append(goal)
        try:
            open_goals.extend(reversed(theorem.reduce(goal) if goal is not None else ()))
        except (Rejected, Malformed):
            open_goals = []
    return found


def holes_and_inputs(theorem: Pigeonhole, goal: Statement | None) -> tuple[Domain, list[Point]]:
    """The set mapped into, and one input more than it has points."""
    size = cardinality(theorem.into)
    match goal:
        case Not(Injective(_, on)) if isinstance(size, int) and expressible(theorem):
            return theorem.into, different(on, size + 1)
        case _:
            raise NotSupported(f"Pigeonhole into a set of size {size} is not proved in proofs/rocq; finite ones below {MOST} are")


def different(on: Domain, count: int) -> list[Point]:
    """So many different points of the domain."""
    zero = Fraction(0)
    match on:
        case Reals(n) | Integers(n) if n:
            return [(Fraction(i), *(zero,) * (n - 1)) for i in range(count)]
        case Box(lower, upper) if lower != upper:
            axis = next(i for i, (a, b) in enumerate(zip(lower, upper, strict=True)) if a < b)
            step = (upper[axis] - lower[axis]) / max(count - 1, 1)
            return [(*lower[:axis], lower[axis] + i * step, *lower[axis + 1 :]) for i in range(count)]
        case Grid():
            return [_grid_point(on, i) for i in range(count)]
        case Finite(points) if len(points) >= count:
            return list(points[:count])
        case _:
            raise NotSupported(f"{count} different points of a {type(on).__name__} are not written out for Rocq")


def _grid_point(on: Grid, number: int) -> Point:
    point = []
    for low, step, size in zip(on.lower, on.step, on.counts(), strict=True):
        number, digit = divmod(number, size)
        point.append(low + digit * step)
    return tuple(point)
