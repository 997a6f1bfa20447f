"""Whatever exists is in every table that should know it; each failure says what was forgotten."""

import re
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from proofs.activations import Activation
from proofs.codec import decode_claim, decode_evidence, encode_claim
from proofs.domains import Domain
from proofs.kernel import Status
from proofs.network import Op
from proofs.statements import Statement
from proofs.theorems import THEOREMS
from tests.repo.trees import REPOSITORY

NAMES = [t.__name__ for t in THEOREMS]
CORPUS = REPOSITORY / "tests" / "evidence"


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """The theorem table of proofs/README.md: the cells of each row, by name."""
    text = (REPOSITORY / "proofs" / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| `(\w+)` \| (.*) \| (\w+) \| (.*) \|$", text, re.MULTILINE)
    return {name: list(cells) for name, *cells in found}


@pytest.fixture(scope="module")
def accepted_theorems() -> set[str]:
    """The theorems in the accepted files, read from the files."""
    return {step.name for path in (CORPUS / "accepted").glob("*/evidence.json") for step in decode_evidence(path.read_bytes())}


@pytest.fixture(scope="module")
def accepted_words() -> set[str]:
    """The names of all types in the accepted claims and evidence."""
    files = [*(CORPUS / "accepted").glob("*/*.json")]
    return {word for path in files for word in re.findall(r'"is":"(\w+)"', path.read_text(encoding="ascii"))}


@pytest.mark.parametrize("theorem", THEOREMS, ids=NAMES)
class TestTheorem:
    def test_its_name_is_that_of_its_class(self, theorem: type) -> None:
        assert theorem.name == theorem.__name__

    def test_it_has_a_status_and_a_source(self, theorem: type) -> None:
        assert isinstance(theorem.status, Status)
        assert theorem.source

    def test_its_docstring_holds_a_proof_or_says_that_it_is_a_definition(self, theorem: type) -> None:
        assert "Proof" in theorem.__doc__ or "definition" in f"{theorem.__doc__} {theorem.source}"

    def test_it_is_a_frozen_record_of_its_certificate(self, theorem: type) -> None:
        assert is_dataclass(theorem)
        assert theorem.__dataclass_params__.frozen
        assert not {"name", "status", "source"} & {field.name for field in fields(theorem)}

    def test_a_cited_one_names_a_publication_with_its_year(self, theorem: type) -> None:
        assert theorem.status is not Status.CITED or re.search(r"\b(19|20)\d\d\b", theorem.source)

    def test_the_readme_has_its_row_with_status_and_source(self, theorem: type, rows: dict[str, list[str]]) -> None:
        assert theorem.name in rows, "no row in proofs/README.md"
        assert rows[theorem.name][1:] == [theorem.status.value, theorem.source]

    def test_a_file_shows_it_accepted(self, theorem: type, accepted_theorems: set[str]) -> None:
        assert theorem.name in accepted_theorems

    def test_a_file_shows_it_rejected(self, theorem: type) -> None:
        files = (CORPUS / "rejected").glob("*/evidence.json")
        assert any(step.name == theorem.name for path in files for step in decode_evidence(path.read_bytes()))


def test_the_readme_has_no_row_for_a_theorem_that_does_not_exist(rows: dict[str, list[str]]) -> None:
    assert list(rows) == NAMES


@pytest.mark.parametrize("member", [m for union in (Op, Domain, Statement, Activation) for m in get_args(union)], ids=lambda m: m.__name__)
class TestWord:
    def test_it_occurs_in_accepted_evidence(self, member: type, accepted_words: set[str]) -> None:
        assert member.__name__ in accepted_words

    def test_the_format_describes_it(self, member: type) -> None:
        assert f"`{member.__name__}`" in (REPOSITORY / "proofs" / "FORMAT.md").read_text(encoding="utf-8")


def test_the_examples_of_the_format_are_valid() -> None:
    text = (REPOSITORY / "proofs" / "FORMAT.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    claims = [block for block in blocks if "bijection-claim" in block]
    evidence = [block for block in blocks if "bijection-evidence" in block]
    assert claims
    assert evidence
    for block in claims:
        assert decode_claim(encode_claim(decode_claim(block.encode()))) == decode_claim(block.encode())
    for block in evidence:
        decode_evidence(block.encode())
