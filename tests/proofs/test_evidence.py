"""Every file of tests/evidence is answered as its folder says, and the corpus is the one that generate.py describes."""

from pathlib import Path

import pytest

from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.errors import Malformed, Rejected
from proofs.kernel import check
from proofs.theorems import THEOREMS
from tests.evidence.accepting import ACCEPTED
from tests.evidence.generate import folder
from tests.evidence.malforming import MALFORMED
from tests.evidence.rejecting import REJECTED

CORPUS = Path(__file__).parents[1] / "evidence"


def folders(kind: str) -> list[object]:
    return [pytest.param(path, id=path.name) for path in sorted((CORPUS / kind).iterdir())]


def read(path: Path) -> tuple[bytes, bytes]:
    return (path / "claim.json").read_bytes(), (path / "evidence.json").read_bytes()


@pytest.mark.parametrize("path", folders("accepted"))
def test_good_evidence_is_accepted(path: Path) -> None:
    claim, evidence = read(path)
    assert check(decode_claim(claim), decode_evidence(evidence))


@pytest.mark.parametrize("path", folders("rejected"))
def test_bad_evidence_is_rejected_with_its_reason(path: Path) -> None:
    claim, evidence = read(path)
    with pytest.raises(Rejected) as raised:
        check(decode_claim(claim), decode_evidence(evidence))
    assert (path / "message.txt").read_text(encoding="utf-8").strip() in str(raised.value)


@pytest.mark.parametrize("path", folders("malformed"))
def test_bytes_that_are_no_claim_are_malformed_with_their_reason(path: Path) -> None:
    with pytest.raises(Malformed) as raised:
        decode_claim((path / "claim.json").read_bytes())
    assert (path / "message.txt").read_text(encoding="utf-8").strip() in str(raised.value)


@pytest.mark.parametrize("path", folders("accepted"))
def test_a_file_decodes_and_encodes_to_the_same_bytes(path: Path) -> None:
    claim, evidence = read(path)
    assert (encode_claim(decode_claim(claim)), encode_evidence(decode_evidence(evidence))) == (claim, evidence)


@pytest.mark.parametrize(("kind", "names"), [("accepted", ACCEPTED), ("rejected", REJECTED), ("malformed", MALFORMED)])
def test_the_files_are_those_of_the_tables(kind: str, names: dict[str, object]) -> None:
    assert {path.name for path in (CORPUS / kind).iterdir()} == {folder(kind, name).name for name in names}


@pytest.mark.parametrize("theorem", [t.name for t in THEOREMS])
def test_every_theorem_is_used_in_accepted_evidence(theorem: str) -> None:
    assert any(step.name == theorem for _, steps in ACCEPTED.values() for step in steps)


@pytest.fixture(scope="module")
def blamed() -> set[str]:
    """The theorems that the messages of the rejected evidence name."""
    messages = []
    for claim, steps, _ in REJECTED.values():
        with pytest.raises(Rejected) as raised:
            check(claim, steps)
        messages.append(str(raised.value))
    return {message.partition("(")[2].partition(")")[0] for message in messages}


@pytest.mark.parametrize("theorem", [t.name for t in THEOREMS])
def test_every_theorem_rejects_something(theorem: str, blamed: set[str]) -> None:
    assert theorem in blamed
