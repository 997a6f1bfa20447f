"""One model, several questions: the answers differ, and each has its own witness or reason."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import bijection.__main__ as command_line
from bijection.errors import NotSupported
from bijection.evidence import check
from bijection.frontends import load
from bijection.survey import survey, table
from proofs.network import Table
from tests.build import box, grid

LEAKY = [[[2, 1], [1, 1]], ("leaky_relu", Fraction(1, 4))]


def test_a_bijection_of_the_reals_collides_in_binary32() -> None:
    words = {line.about: line.words()[1] for line in survey(LEAKY, within=20)}
    assert words["reals: injective on ℝ²"] == "proved"
    assert words["reals: ℝ² onto all outputs"] == "proved"
    assert words["binary32: injective on the finite binary32 numbers²"] == "refuted"
    assert words["8 bits: injective on {0, 1/255, …, 1}²"] == "proved"
    assert words["labels: the label map is injective on ℝ²"] == "refuted"
    assert words["labels: reached from ℝ²"] == "proved"


def test_what_cannot_be_asked_says_why() -> None:
    lines = survey([[[Fraction(1, 3)]]], box(-1, 1), within=20)
    (why,) = [line.answer for line in lines if line.about.startswith("binary32")]
    assert isinstance(why, str)
    assert "1/3 is no binary32 number" in why
    assert "not asked" in table(lines)
    with pytest.raises(NotSupported, match="not a Table"):
        survey(Table((1, 0)))
    with pytest.raises(NotSupported, match="not about a Grid"):
        survey([[[1]]], grid(0, 1))  # type: ignore[arg-type]
    with pytest.raises(NotSupported, match="not a Binary32"):
        survey(load([[[1]]], arithmetic="binary32"))


def test_the_command_prints_saves_and_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "saved"
    assert command_line.main(["report", "example:digits", "--on", "box:0,16", "--within", "30", "--json", "--save", str(folder)]) in (0, 3)
    found = json.loads(capsys.readouterr().out)
    assert found["labels: reached from [0, 16]⁶⁴"]["7"]["verdict"] == "proved"
    assert found["binary32: injective on the binary32 values in [0, 16]⁶⁴"]["verdict"] == "refuted"
    saved = sorted(path.name for path in folder.iterdir())
    assert "1-reals" in saved
    assert check(folder / "1-reals")
