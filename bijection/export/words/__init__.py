"""The words of every theorem: one file per family, as in proofs/theorems. A theorem without words of its own speaks through its docstring.

To add words: an entry in WORDS of the family's file. tests/export/test_words.py names the theorems that have none.
"""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.tex import escape, prose
from bijection.export.words import composition, counting, dimension, layers, sets, values
from bijection.export.words.words import Words, lemma
from proofs.kernel import Theorem

WORDS: dict[type[Theorem], Words] = {
    **sets.WORDS,
    **composition.WORDS,
    **counting.WORDS,
    **values.WORDS,
    **dimension.WORDS,
    **layers.WORDS,
}


def words(theorem: type[Theorem]) -> Words:
    """The theorem's own words, else those of its docstring."""
    return WORDS.get(theorem) or from_docstring(theorem)


def from_docstring(theorem: type[Theorem]) -> Words:
    """The statement and the proof as the docstring has them; its step says that the certificate fits."""
    statement, _, proof = (theorem.__doc__ or "").partition("Proof")
    _, _, proof = proof.partition(proof[0]) if proof[:1] in (":", ".") else ("", "", proof)
    return Words(escape(theorem.name), prose(statement), prose(proof.replace("∎", "")), _use)


def _use(step: Step, pen: Pen) -> str:
    rest = "It is enough to prove:" if step.premises else "This proves the goal."
    fields = ", ".join(rf"\texttt{{{escape(name)}}}" for name in getattr(type(step.theorem), "__slots__", ()))
    with_fields = f" with the certificate in the fields {fields}" if fields else ""
    return f"{lemma(step)} applies to ${pen.name(_function(step))}$, as the kernel has checked{with_fields} of step {step.number} in \\texttt{{evidence.json}}. {rest}"


def _function(step: Step):  # type: ignore[no-untyped-def]
    return getattr(step.goal, "statement", step.goal).f


__all__ = ["WORDS", "Words", "from_docstring", "lemma", "words"]
