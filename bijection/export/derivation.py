"""The derivation tree of a verdict with the goal of every step: what a proof in words is written along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from proofs.kernel import Theorem
from proofs.statements import Statement


@dataclass(slots=True)
class Step:
    """A theorem, the goal that it proves, and the steps that prove its subgoals. `number` is its place in the evidence file."""

    number: int
    goal: Statement
    theorem: Theorem
    label: str  # "" for the first step, "2.1" for the first subgoal of the second subgoal
    premises: list[Step] = field(default_factory=list)


def derivation(claim: Statement, evidence: tuple[Theorem, ...]) -> Step:
    """The tree of accepted evidence. Goals are computed again by the theorems themselves; a step that can have no subgoals, because all
    steps left are needed for goals that are open, is not reduced a second time: that is where the long checks are."""
    root = Step(0, claim, evidence[0], "")
    todo: list[tuple[Statement, Step | None, str]] = [(claim, None, "")]
    for number, theorem in enumerate(evidence):
        goal, parent, label = todo.pop()
        step = root if parent is None else Step(number, goal, theorem, label)
        if parent is not None:
            parent.premises.append(step)
        if len(evidence) - number == len(todo) + 1:
            continue
        subgoals = theorem.reduce(goal)
        prefix = label + "." if label else ""
        todo += [(subgoal, step, f"{prefix}{k}") for k, subgoal in reversed(list(enumerate(subgoals, 1)))]
    return root


def preorder(root: Step) -> Iterator[Step]:
    """All steps in the order of the evidence."""
    todo = [root]
    while todo:
        step = todo.pop()
        yield step
        todo += reversed(step.premises)
