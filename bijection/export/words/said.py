"""What is said of a theorem in a paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bijection.export.derivation import Step
from bijection.export.pen import Pen


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """A lemma that proofs of several theorems use."""

    title: str
    label: str
    lemma: str
    proof: str


@dataclass(frozen=True, slots=True)
class Words:
    """A lemma with its proof, and how a step of a derivation uses it.

    title, lemma, proof: LaTeX text. A theorem that is no more than a definition has no lemma ("") and no proof. `use` writes the proof of
    the goal of a step as far as its premises; these are listed and proved after it.
    after: lemmas that the proof refers to.
    """

    title: str
    lemma: str
    proof: str
    use: Callable[[Step, Pen], str]
    after: tuple[Auxiliary, ...] = ()


def lemma(step: Step) -> str:
    """A reference to the lemma of the step's theorem."""
    return rf"Lemma~\ref{{lem:{step.theorem.name}}}"
