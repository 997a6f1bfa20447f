"""What is said of theorems: which have no words of their own, and that those speak too."""

import pytest

from bijection.export.derivation import Step, derivation, preorder
from bijection.export.pen import Pen
from bijection.export.words import WORDS, from_docstring, words_of
from proofs.theorems import THEOREMS
from tests.export.corpus import NAMES, verdict


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.__name__)
class TestTheorem:
    def test_it_has_words_of_its_own(self, theorem: type) -> None:
        if theorem not in WORDS:
            pytest.skip(f"{theorem.__name__} has no words of its own yet, its docstring speaks: add an entry to bijection/export/words/")
        said = WORDS[theorem]
        assert said.title
        assert bool(said.lemma) == bool(said.proof), "a lemma has a proof; a definition has neither"
        assert said.lemma or "definition" in theorem.source or "elementary" in theorem.source

    def test_its_docstring_could_speak_for_it(self, theorem: type) -> None:
        said = from_docstring(theorem)
        assert said.lemma
        assert "?" not in said.lemma + said.proof, "a letter without a translation; add it to bijection/export/tex.py"
        assert said.lemma.count("$") == 0
        balance = (said.lemma + said.proof).replace(r"\{", "").replace(r"\}", "")
        assert balance.count("{") == balance.count("}")


def test_no_words_are_left_over() -> None:
    assert set(WORDS) <= set(THEOREMS)
    assert all(words_of(theorem) is WORDS[theorem] for theorem in WORDS)


@pytest.mark.parametrize("name", NAMES)
def test_the_derivation_is_that_of_the_kernel(name: str) -> None:
    found = verdict(name)
    steps = list(preorder(derivation(found.claim, found.evidence)))
    assert [step.theorem for step in steps] == list(found.evidence)
    assert [step.number for step in steps] == list(range(len(steps)))
    for step in steps:
        assert tuple(premise.goal for premise in step.premises) == step.theorem.reduce(step.goal)


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_can_be_used_in_every_step(name: str) -> None:
    found = verdict(name)
    pen = Pen()
    for step in preorder(derivation(found.claim, found.evidence)):
        text = from_docstring(type(step.theorem)).use(step, pen)
        assert f"lem:{step.theorem.name}" in text
        assert ("It is enough to prove" in text) == bool(step.premises)


def test_labels_say_where_in_the_proof_a_step_stands() -> None:
    found = verdict("two-equal-units-are-one")
    labels = [step.label for step in preorder(derivation(found.claim, found.evidence))]
    assert labels == ["", "1", "1.1", "1.2", "1.3", "1.3.1", "1.3.2", "1.3.3"]
    assert isinstance(derivation(found.claim, found.evidence), Step)
