"""A verdict saved as a folder: it comes back, it stands alone, and what was tampered with is noticed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bijection
from bijection import evidence
from bijection.verdict import Refuted, Verdict
from proofs.codec import digest
from proofs.domains import Reals
from proofs.errors import Malformed, Rejected
from proofs.statements import Injective
from proofs.theorems.collision import Collision
from tests import verdicts
from tests.build import box, point
from tests.verdicts import RELU_2

VERDICTS: dict[str, Callable[[], Verdict]] = {
    "proved": verdicts.proved,
    "collision": verdicts.collision,
    "missed": verdicts.missed,
    "escape": verdicts.escape,
    "pigeonhole": verdicts.pigeonhole,
    "unknown": verdicts.unknown,
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_saved_verdict_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    verdict = VERDICTS[name]()
    assert evidence.save(verdict, tmp_path / "deep" / "folder") == tmp_path / "deep" / "folder"
    assert evidence.read(tmp_path / "deep" / "folder") == verdict


@pytest.mark.parametrize("name", [name for name in VERDICTS if name != "unknown"])
def test_check_says_what_the_verdict_rests_on(name: str, tmp_path: Path) -> None:
    verdict = VERDICTS[name]()
    assert evidence.check(verdict.save(tmp_path)) == verdict.rests_on


def test_the_kernel_alone_accepts_the_folder_by_the_command_that_it_names(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    known = evidence.record(tmp_path)
    assert known["recheck"] == "python -m proofs check claim.json evidence.json"
    assert known["recheck"] in (tmp_path / "README.txt").read_text(encoding="utf-8")
    root = Path(bijection.__file__).parents[1]
    command = [sys.executable, *known["recheck"].split()[1:]]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "accepted")


def test_the_record_says_what_is_needed_to_cite_it(tmp_path: Path) -> None:
    model = tmp_path / "net.onnx"
    model.write_bytes(b"abc")
    evidence.save(verdicts.collision(), tmp_path / "out", command="bijection decide", model_file=model, seed=7)
    known = evidence.record(tmp_path / "out")
    assert known["network"] == digest(RELU_2)
    assert known["counterexample"] == {"x": ["-1/3", "2"], "y": ["-1", "2"]}
    run = known["run"]
    assert (run["seed"], run["command"], run["seconds"], run["bijection"]) == (7, "bijection decide", 0.25, bijection.__version__)
    assert run["model_file"] == {"name": "net.onnx", "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    assert "numpy" in run["packages"]
    assert "not checked" in run["note"]


def test_the_same_verdict_writes_the_same_bytes_but_for_the_run(tmp_path: Path) -> None:
    evidence.save(verdicts.collision(), tmp_path / "a", seed=1)
    evidence.save(verdicts.collision(), tmp_path / "b", seed=2)
    for name in ("claim.json", "evidence.json", "README.txt"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    a, b = evidence.record(tmp_path / "a"), evidence.record(tmp_path / "b")
    assert {k: v for k, v in a.items() if k != "run"} == {k: v for k, v in b.items() if k != "run"}


def test_a_package_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "PACKAGES", ("numpy", "no-such-package-at-all"))
    assert list(evidence.run(0.0, None, None, None)["packages"]) == ["numpy"]


def test_a_newer_verdict_replaces_an_older_one_with_all_its_files(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    verdicts.unknown().save(tmp_path)
    assert not (tmp_path / "evidence.json").exists()
    assert evidence.read(tmp_path) == verdicts.unknown()


def test_a_folder_with_other_files_is_never_written_to(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(Malformed, match="holds other files and no verdict; name a new or empty folder"):
        verdicts.collision().save(tmp_path)
    (tmp_path / "verdict.json").write_text('{"of": "the jury"}')
    with pytest.raises(Malformed, match="holds other files and no verdict"):
        verdicts.collision().save(tmp_path)
    with pytest.raises(Malformed, match="is a file; name a folder"):
        verdicts.collision().save(tmp_path / "thesis.tex")
    assert (tmp_path / "verdict.json").read_text() == '{"of": "the jury"}'


def test_there_is_nothing_to_check_in_an_unknown_verdict(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="the verdict is unknown, so there is no evidence to check"):
        evidence.check(verdicts.unknown().save(tmp_path))


def _edit(folder: Path, **fields: object) -> None:
    known = evidence.record(folder) | fields
    (folder / "verdict.json").write_text(json.dumps(known), encoding="utf-8")


LIES: dict[str, object] = {
    "statement": "f is injective everywhere",
    "network": "0" * 64,
    "counterexample": {"x": ["0", "0"], "y": ["1", "1"]},
    "rests_on": [],
    "files": {},
    "recheck": "true",
    "tried": ["everything"],
}


@pytest.mark.parametrize("field", LIES)
def test_a_changed_field_of_the_record_is_noticed(field: str, tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    _edit(tmp_path, **{field: LIES[field]})
    with pytest.raises(Rejected, match=f"does not fit the claim and the evidence in its field '{field}'"):
        evidence.check(tmp_path)


def test_a_refutation_cannot_be_passed_off_as_a_proof(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    _edit(tmp_path, verdict="proved")
    with pytest.raises(Rejected, match="in its field 'statement'"):
        evidence.check(tmp_path)


def test_a_proof_cannot_be_demoted_to_unknown(tmp_path: Path) -> None:
    verdicts.proved().save(tmp_path)
    _edit(tmp_path, verdict="unknown")
    with pytest.raises(Rejected, match="does not fit"):
        evidence.check(tmp_path)


def test_what_has_been_proved_in_rocq_since_is_no_contradiction_but_what_was_never_is(tmp_path: Path) -> None:
    found = verdicts.collision()
    found.save(tmp_path)
    (basis,) = evidence.record(tmp_path)["rests_on"]
    assert basis["status"] == "machine"
    for status, fits in (("computed", True), ("cited", False)):
        _edit(tmp_path, rests_on=[{**basis, "status": status}])
        (tmp_path / "README.txt").write_text(evidence._readme(evidence.record(tmp_path)), encoding="utf-8")
        if fits:
            assert evidence.check(tmp_path) == found.rests_on
        else:
            with pytest.raises(Rejected, match="'rests_on'"):
                evidence.check(tmp_path)


def test_another_claim_is_noticed(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path / "a")
    verdicts.collision(on=box(-5, 5, 2)).save(tmp_path / "b")
    shutil.copy(tmp_path / "b" / "claim.json", tmp_path / "a" / "claim.json")
    with pytest.raises(Rejected, match="in its field 'statement'"):
        evidence.check(tmp_path / "a")


def test_other_evidence_is_noticed_even_if_it_is_right(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    path = tmp_path / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"-1"', b'"-2"'))
    with pytest.raises(Rejected, match="in its field 'counterexample'"):
        evidence.check(tmp_path)


def test_wrong_evidence_is_rejected_by_the_kernel(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    path = tmp_path / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"-1"', b'"1"'))
    with pytest.raises(Rejected, match="the two outputs differ"):
        evidence.check(tmp_path)


def test_changed_words_are_noticed(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    path = tmp_path / "README.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("REFUTED", "PROVED"), encoding="utf-8")
    with pytest.raises(Rejected, match=r"README\.txt does not say what verdict\.json says"):
        evidence.check(tmp_path)


def test_words_in_no_encoding_are_noticed(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    (tmp_path / "README.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(Rejected, match=r"README\.txt does not say"):
        evidence.check(tmp_path)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"format": "diary"}, "is not a bijection-verdict file"),
        ({"version": 2}, "has version 2; this program reads version 1"),
        ({"more": 1}, "has the fields"),
        ({"verdict": "perhaps"}, "has the verdict 'perhaps'"),
        ({"because": None}, "gives no reason"),
        ({"because": "\x1b[2J"}, "gives no reason in printable words"),
        ({"verdict": "unknown", "tried": None}, "does not say what was tried"),
    ],
)
def test_a_malformed_record_is_refused(fields: dict[str, object], why: str, tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    _edit(tmp_path, **fields)
    with pytest.raises(Malformed, match=why):
        evidence.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\x00"])
def test_a_record_that_is_not_json_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(text)
    with pytest.raises(Malformed, match="is not JSON"):
        evidence.read(tmp_path)


def test_a_missing_file_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        evidence.read(tmp_path)
    verdicts.collision().save(tmp_path)
    (tmp_path / "evidence.json").unlink()
    with pytest.raises(FileNotFoundError):
        evidence.read(tmp_path)


def test_what_is_not_checked_may_be_anything(tmp_path: Path) -> None:
    verdicts.collision().save(tmp_path)
    for run in (["no", "idea"], {"seconds": 10**400}, {"seconds": float("inf")}, {}):
        _edit(tmp_path, run=run)
        verdict = evidence.read(tmp_path)
        assert isinstance(verdict, Refuted)
        assert verdict.seconds == 0


def test_a_long_number_survives(tmp_path: Path) -> None:
    verdict = verdicts.refuted(Injective(RELU_2, Reals(2)), Collision(point(-(7**9000), 1), point(-1, 1)))
    evidence.save(verdict, tmp_path)
    assert evidence.read(tmp_path) == verdict
    assert evidence.record(tmp_path)["counterexample"]["x"][0].startswith("-0x")
