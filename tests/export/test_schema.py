"""The JSON Schemas: they are schemas, every file of the corpus is accepted, what is no file of ours is not."""

import json
from pathlib import Path

import pytest

from bijection.__main__ import main
from bijection.export.schema import KINDS, schema
from proofs.theorems import THEOREMS
from tests import verdicts
from tests.export.corpus import CORPUS, NAMES

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
Validator = jsonschema.Draft202012Validator

VALIDATORS = {kind: Validator(schema(kind)) for kind in KINDS}
REJECTED = sorted(folder.name for folder in (CORPUS.parent / "rejected").iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str) -> None:
    Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", NAMES)
def test_accepted_files_fit(name: str) -> None:
    for kind in ("claim", "evidence"):
        VALIDATORS[kind].validate(json.loads((CORPUS / name / f"{kind}.json").read_bytes()))


@pytest.mark.parametrize("name", REJECTED)
def test_rejected_evidence_fits_too_it_only_does_not_prove_the_claim(name: str) -> None:
    for kind in ("claim", "evidence"):
        VALIDATORS[kind].validate(json.loads((CORPUS.parent / "rejected" / name / f"{kind}.json").read_bytes()))


def test_the_changed_file_does_not_fit() -> None:
    claim = json.loads((CORPUS / "a-fold-is-no-bijection" / "claim.json").read_bytes())
    assert VALIDATORS["claim"].is_valid(claim)
    for change in ({"version": 2}, {"more": 1}, {"statement": {"is": "True"}}, {"statement": None}, {"format": "bijection-evidence"}):
        assert not VALIDATORS["claim"].is_valid(claim | change)
    inner = claim["statement"]["statement"]
    assert not VALIDATORS["claim"].is_valid(claim | {"statement": inner | {"on": {"is": "Reals", "n": 0.5}}})
    assert not VALIDATORS["claim"].is_valid(claim | {"statement": inner | {"on": {"is": "Box", "lower": [0], "upper": ["1"]}}})
    evidence = {"format": "bijection-evidence", "version": 1, "steps": [{"is": "Collision", "x": ["1"], "y": ["1.5"]}]}
    assert not VALIDATORS["evidence"].is_valid(evidence)


def test_every_theorem_has_its_definition_with_its_statement() -> None:
    made = schema("evidence")["$defs"]
    for theorem in THEOREMS:
        assert made[theorem.__name__]["description"]
        assert made[theorem.__name__]["properties"]["is"] == {"const": theorem.__name__}


@pytest.mark.parametrize("make", [verdicts.proved, verdicts.collision, verdicts.missed, verdicts.pigeonhole, verdicts.unknown])
def test_saved_verdicts_fit(make: object, tmp_path: Path) -> None:
    make().save(tmp_path)  # type: ignore[operator]
    VALIDATORS["verdict"].validate(json.loads((tmp_path / "verdict.json").read_bytes()))


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "claim"]) == 0
    assert json.loads(capsys.readouterr().out) == schema("claim")
    with pytest.raises(KeyError, match="no schema 'network'; there are claim"):
        schema("network")
