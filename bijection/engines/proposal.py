"""What an engine is: it only proposes evidence; the kernel has the last word."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeAlias

from bijection.wishes import Antipodal, Apart, Near, Sparse, Wish
from proofs.domains import Point
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.kernel import Theorem
from proofs.statements import Positive, Statement
from proofs.theorems.collision import Collision
from proofs.theorems.values import Misses

SHORTER = 3.0  # seconds spent on a shorter or nearer counterexample once one is known
SHORTER_VALUE = 6.0  # the same for a value that is missed
OBSTACLE = "obstacle: "  # begins a line of progress that says why no pair is shown
EXPLICIT = 20.0  # the same on showing any, once it is known that there is one


@dataclass(frozen=True, slots=True)
class Search:
    """How to search: until when, from which seed, and what a welcome counterexample looks like.

    `deadline` is a reading of time.monotonic; `wish` is met as far as an engine can. `report` receives one line of progress
    at a time. `executor` does the units of long searches, here if it is None; `journal` is a folder that keeps them, so that
    a search can be resumed.
    """

    deadline: float
    seed: int = 0
    wish: Wish | None = None
    report: Callable[[str], None] = lambda line: None
    executor: Executor | None = None
    journal: str | None = None

    @property
    def near(self) -> Point | None:
        """The input that both of a pair should be close to."""
        return self.wish.x if isinstance(self.wish, Near | Sparse) else None

    @property
    def apart(self) -> bool:
        """Whether the pair should be far apart."""
        return isinstance(self.wish, Apart | Antipodal)

    def remaining(self) -> float:
        """Seconds left."""
        return self.deadline - time.monotonic()

    def after(self, proposal: Proposal) -> float:
        """The deadline for something better: some seconds away, but unchanged where a pair is wished for and none is known."""
        explicit = any(isinstance(step, Collision) for step in proposal.evidence)
        value = any(isinstance(step, Misses) for step in proposal.evidence)
        if self.wish is not None and not explicit:
            return self.deadline
        return min(self.deadline, time.monotonic() + (SHORTER if explicit else SHORTER_VALUE if value else EXPLICIT))

    def random(self, purpose: str) -> random.Random:
        """A generator that depends on the seed and the purpose only."""
        return random.Random(f"{self.seed}/{purpose}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Evidence (in preorder) for the claim, which is the goal or its negation, and one sentence of explanation.

    `improvable`: a later engine may find something better, such as an explicit pair in place of a counting argument.
    """

    claim: Statement
    evidence: tuple[Theorem, ...]
    because: str
    improvable: bool = False


def proves(theorem: Theorem, claim: Statement) -> bool:
    """Whether the theorem proves the claim outright; the kernel is asked again when it is proposed."""
    return reduces(theorem, claim) == ()


def reduces(theorem: Theorem, claim: Statement) -> tuple[Statement, ...] | None:
    """The subgoals that the theorem leaves of the claim, None if it does not fit."""
    try:
        return theorem.reduce(claim)
    except (Rejected, Malformed, NoExactValue):
        return None


Engine: TypeAlias = Callable[[Positive, Search], Iterator[Proposal]]
