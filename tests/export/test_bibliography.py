"""References: each cited theorem has an entry, entries are BibTeX, the model is cited by its digest."""

import re

import pytest

from bijection.export.bibliography import KNOWN, bibtex, in_words, of_theorem
from proofs.codec import digest
from proofs.kernel import Status
from proofs.theorems import THEOREMS
from tests import verdicts
from tests.export.corpus import verdict


@pytest.mark.parametrize("theorem", [t for t in THEOREMS if t.status is Status.CITED], ids=lambda t: t.__name__)
def test_a_cited_theorem_has_an_entry(theorem: type) -> None:
    entries = of_theorem(theorem)
    assert entries
    assert all(re.search(r"year = \{\d{4}\}", bibtex([entry])) for entry in entries)


def test_an_unknown_source_is_cited_as_it_stands() -> None:
    class New:
        name = "New"
        source = "A. Author, On maps & graphs, J. Maps 3 (1999) 1–9 (Z9); elementary"

    (entry,) = of_theorem(New)
    assert dict(entry.fields) == {"title": r"A. Author, On maps \& graphs, J. Maps 3 (1999) 1--9", "year": "1999"}
    assert entry.key == "source-new"


def test_every_known_publication_is_named_by_a_theorem() -> None:
    assert {entry.key for t in THEOREMS for entry in of_theorem(t)} >= {entry.key for entry in KNOWN.values()}


def test_the_model_and_the_tool_are_cited() -> None:
    text = verdicts.collision().bibtex()
    assert text.startswith("@misc{bijection,")
    assert digest(verdicts.RELU_2) in text
    assert text.count("@") == 2


def test_entries_are_balanced_and_end_in_words() -> None:
    found = verdict("opposite-determinants")
    text = found.bibtex()
    assert text.count("{") == text.count("}")
    assert "@article{brouwer1912," in text
    assert "@book{deimling1985," in text
    for entry in KNOWN.values():
        assert in_words(entry).endswith(".")
