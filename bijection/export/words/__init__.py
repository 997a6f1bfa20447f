"""The words of every theorem: one file per family, as in proofs/theorems. A theorem without words of its own speaks through its docstring.

To add words: an entry in WORDS of the family's file. tests/export/test_words.py names the theorems that have none.
"""

from __future__ import annotations

from dataclasses import fields

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.tex import escape, prose
from bijection.export.words import (
    agreement,
    boundary,
    boxes,
    branching,
    composition,
    counting,
    dimension,
    grids,
    identity,
    images,
    kinks,
    layers,
    lipschitz,
    onto,
    orientation,
    rounding,
    sets,
    structure,
    values,
)
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Not

WORDS: dict[type[Theorem], Words] = {
    **sets.WORDS,
    **composition.WORDS,
    **counting.WORDS,
    **values.WORDS,
    **dimension.WORDS,
    **layers.WORDS,
    **kinks.WORDS,
    **boxes.WORDS,
    **boundary.WORDS,
    **grids.WORDS,
    **identity.WORDS,
    **orientation.WORDS,
    **structure.WORDS,
    **agreement.WORDS,
    **images.WORDS,
    **rounding.WORDS,
    **branching.WORDS,
    **lipschitz.WORDS,
    **onto.WORDS,
}


def words_of(theorem: type[Theorem]) -> Words:
    """The theorem's own words, else those of its docstring."""
    return WORDS.get(theorem) or from_docstring(theorem)


def from_docstring(theorem: type[Theorem]) -> Words:
    """The statement and the proof as the docstring has them; its step says that the certificate fits."""
    statement, _, proof = (theorem.__doc__ or "").partition("Proof")
    _, _, proof = proof.partition(proof[0]) if proof[:1] in (":", ".") else ("", "", proof)
    return Words(escape(theorem.name), prose(statement), prose(proof.replace("∎", "")), _use)


def _use(step: Step, pen: Pen) -> str:
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    names = ", ".join(rf"\texttt{{{escape(field.name)}}}" for field in fields(step.theorem))  # type: ignore[arg-type]
    certificate = f" with the certificate in the fields {names}" if names else ""
    rest = "It is enough to prove:" if step.premises else "Nothing is left to prove."
    checked = f"as the kernel has checked{certificate} of step {step.number} in {pen.evidence()}"
    return f"{lemma(step)} applies to ${pen.name(goal.f)}$, {checked}. {rest}"


__all__ = ["WORDS", "Words", "from_docstring", "lemma", "words_of"]
