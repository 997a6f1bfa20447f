"""The trusted page: what a theorem is, and how evidence is checked.

A theorem is a frozen record that carries its certificate and has one method, `reduce(goal) -> subgoals`, under one
contract: IF EVERY SUBGOAL IS TRUE, THE GOAL IS TRUE. Evidence is a flat list of theorems, the derivation tree in
preorder. Subgoals are computed downwards from the claim, so evidence contains no statements and cannot prove the
wrong thing. Use the codec in front of `check` for anything that does not come from the codec: it rebuilds every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import ClassVar, Protocol

from proofs.activations import Elu, Exp, PiecewiseAffine, Sigmoid, Softplus, Tanh
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.ieee import Binary32
from proofs.network import Network, Node, Pointwise, Softmax, Spline
from proofs.statements import Not, Statement


class Status(Enum):
    """What a theorem asks one to believe beside the kernel."""

    COMPUTED = "computed"  # the check is the proof, or a complete elementary proof stands in the docstring
    MACHINE = "machine"  # the soundness of `reduce` is proved in proofs/rocq
    CITED = "cited"  # a published theorem is used; `source` names it


class Theorem(Protocol):
    """A proof step. `name`, `status` and `source` belong to the class, the certificate to the instance."""

    name: ClassVar[str]
    status: ClassVar[Status]
    source: ClassVar[str]

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Subgoals whose truth implies the goal; raises Rejected when the certificate does not fit the goal."""
        ...


def standing(theorem: Theorem, goal: Statement, subgoals: Iterable[Statement] = ()) -> Status:
    """The status of the theorem in this step: proofs/rocq speaks of tables, and of networks in real arithmetic with the activations
    that are known there; bounds of smooth ones are those of their whole range. `formal` says which goals are proved there, if not all."""
    asked = [s.statement.f if isinstance(s, Not) else s.f for s in (goal, *subgoals)]
    beyond = smooth if theorem.name in BY_BOUNDS else _unknown
    outside = any(isinstance(f, Binary32) or (isinstance(f, Network) and any(map(beyond, f.nodes))) for f in asked)
    formal = theorem.status is not Status.MACHINE or (not outside and getattr(theorem, "formal", lambda goal: True)(goal))
    return theorem.status if formal else Status.COMPUTED


BY_BOUNDS = frozenset({"DominatedLabel", "OntoLayer", "ReachesLabel", "Separator"})  # they rest on ranges of activations


def _unknown(node: Node) -> bool:
    known = PiecewiseAffine | Sigmoid | Tanh | Softplus | Elu | Exp
    others = isinstance(node.op, Pointwise) and not all(isinstance(s, known) for s in node.op.activations)
    return others or isinstance(node.op, Spline)


def smooth(node: Node) -> bool:
    """Whether what Rocq knows of the node's values at rational numbers is coarser than what the kernel knows."""
    others = isinstance(node.op, Pointwise) and any(not isinstance(s, PiecewiseAffine) for s in node.op.activations)
    return others or isinstance(node.op, Softmax | Spline)


def check(
    claim: Statement, evidence: Iterable[Theorem], permit: Callable[[Theorem], bool] = lambda _: True
) -> dict[str, tuple[Theorem, Status]]:
    """Return the theorems the proof of the claim rests on, by name, each with the weaker of the statuses that it has where it is used;
    raise Rejected if the evidence does not prove the claim."""
    goals = [claim]  # a list, not recursion: derivations can be deep
    rests_on: dict[str, tuple[Theorem, Status]] = {}
    for number, theorem in enumerate(evidence):
        if not goals:
            raise Rejected(f"step {number} ({theorem.name}): everything is proved already")
        if not permit(theorem):
            raise Rejected(f"step {number}: the theorem {theorem.name!r} ({theorem.status.value}) is not permitted")
        goal = goals.pop()
        try:
            subgoals = theorem.reduce(goal)
        except (Rejected, Malformed, NoExactValue, MemoryError) as error:
            raise Rejected(f"step {number} ({theorem.name}): {str(error) or 'out of memory'}") from None
        goals.extend(reversed(subgoals))
        status = standing(theorem, goal, subgoals)
        if theorem.name not in rests_on or status is Status.COMPUTED:
            rests_on[theorem.name] = theorem, status
    if goals:
        raise Rejected(f"the evidence ends with {len(goals)} goals open, the next one: {type(goals[-1]).__name__}")
    return rests_on
