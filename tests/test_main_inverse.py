"""`bijection inverse`: what is printed, written and saved, and the exit codes."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import bijection.__main__ as command_line
from bijection import load
from bijection.evidence import check
from tests.verdicts import onnx_file


def run(*arguments: str | Path) -> int:
    return command_line.main(["inverse", *map(str, arguments)])


def test_the_inverse_is_described_with_its_proofs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = onnx_file(tmp_path, [[2, 0], [0, 4]])
    (tmp_path / "y.json").write_text("[3, 1]")
    wishes = ["--formula", "--lipschitz", "--save", tmp_path / "g.onnx", "--proofs", tmp_path / "proofs"]
    assert run(net, "--at", f"@{tmp_path / 'y.json'}", *wishes) == 0
    out = capsys.readouterr().out
    assert "layer by layer, from ℝ² to ℝ²" in out
    assert "is a bijection from ℝ² to ℝ² (Halves, LeftInverse, Cancels, RightInverse, StaysInside)" in out
    assert "x = (3/2, 1/4)" in out
    assert "x1 = y1/4" in out
    assert "the Lipschitz constant in the max norm is 4, from 1 linear regions" in out
    assert "for the inverse, the Lipschitz constant in the max norm is 1/2" in out
    assert "the file holds exactly this function" in out
    assert load(tmp_path / "g.onnx")([8, 8]) == (4, 2)
    folders = sorted((tmp_path / "proofs").iterdir())
    assert [folder.name for folder in folders] == ["1-IsIdentity", "2-IsIdentity", "3-Bijective"]
    assert all(check(folder) for folder in folders)


def test_json_has_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = onnx_file(tmp_path, [[2, 0], [0, 3]])
    np.save(tmp_path / "y.npy", np.array([1.0, 3.0]))
    assert run(net, "--on", "box:0,1", "--at", f"@{tmp_path / 'y.npy'}", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["from"], said["to"], said["at"]) == ("its image", "[0, 1]²", ["1/2", "1"])
    assert [p["rests_on"] for p in said["proved"]] == [["Cancels"], ["LeftInverse", "Cancels"]]


def test_a_network_that_folds_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True)) == 1
    assert "REFUTED" in capsys.readouterr().out


def test_bad_wishes_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = onnx_file(tmp_path, [[2, 0], [0, 3]])
    assert run(net, "--within", "0") == 2
    assert run(net, "--on", "nowhere") == 2
    (tmp_path / "y.json").write_text("[1]")
    assert run(net, "--at", f"@{tmp_path / 'y.json'}") == 2
    assert "an output of 1 numbers; the network has 2" in capsys.readouterr().err


def test_an_input_is_found_approximately(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = onnx_file(tmp_path, [[2, 0], [0, 3]])
    (tmp_path / "y.json").write_text("[1, 1]")
    assert run(net, "--at", f"@{tmp_path / 'y.json'}", "--error", "1e-12", "--proofs", tmp_path / "proofs") == 0
    out = capsys.readouterr().out
    assert "x = (0.5, 0.333333333333333" in out
    assert "approximately: each coordinate is within 1e-12" in out
    assert "(ContractsNear)" in out
    assert all(check(folder) for folder in (tmp_path / "proofs").iterdir())
    assert run(net, "--at", f"@{tmp_path / 'y.json'}", "--error", "1/1000", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["error"] == "1/1000"
    assert abs(Fraction(said["at"][1]) - Fraction(1, 3)) <= Fraction(1, 1000)


def test_what_is_asked_wrongly_of_an_approximation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = onnx_file(tmp_path, [[2, 0], [0, 3]])
    (tmp_path / "y.json").write_text("[1, 1]")
    assert run(net, "--error", "1e-9") == 2
    assert run(net, "--at", f"@{tmp_path / 'y.json'}", "--error", "small") == 2
    assert run(net, "--at", f"@{tmp_path / 'y.json'}", "--error", "1e-9", "--formula") == 2
    assert run(onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True), "--at", f"@{tmp_path / 'y.json'}", "--error", "1e-9") == 1
