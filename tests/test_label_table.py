"""The labels of a classifier with their inputs and proofs: printed, drawn, saved, and near a given input."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import bijection as bj
from bijection.__main__ import main
from bijection.evidence import check
from bijection.label_table import LabelTable
from bijection.questions import reached_labels
from bijection.verdict import Unknown
from proofs.domains import contains
from proofs.errors import Malformed
from proofs.exact import vector
from tests.build import box, grid, point

TURN = [[[1, 0], [0, 1], [Fraction(1, 2), Fraction(1, 2)]]]  # the last one lies between the others


@pytest.fixture(scope="module")
def found() -> LabelTable:
    return reached_labels(TURN, box(0, 1, 2), within=None)


def test_it_is_a_dict_of_verdicts_that_says_which_labels_are_dead(found: LabelTable) -> None:
    assert isinstance(found, dict)
    assert (found.reached, found.never, found.unknown) == ((0, 1), (2,), ())
    assert set(found.inputs) == {0, 1}
    assert str(found).splitlines()[2].startswith("label 2: never reached (")
    assert repr(found) == "<LabelTable: reached: 0, 1; never: 2>"
    assert "never reached" in found._repr_html_()
    assert found.to_json()["2"]["input"] is None


def test_what_is_saved_is_checked_again(found: LabelTable, tmp_path: Path) -> None:
    found.save(tmp_path / "labels")
    for label in found:
        assert check(tmp_path / "labels" / f"label-{label}")
    (tmp_path / "label-1").mkdir()
    (tmp_path / "label-1" / "mine.txt").write_text("mine")
    with pytest.raises(Malformed):
        found.save(tmp_path)
    assert not (tmp_path / "label-0").exists()


def test_the_inputs_are_drawn(found: LabelTable, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rows = [[int(j == i) for j in range(64)] for i in range(3)] + [[Fraction(1, 3)] * 3 + [0] * 61]
    table = reached_labels([rows], grid(0, 16, 64), within=None)
    assert table.never == (3,)
    assert [a.get_title() for a in table.plot(path=tmp_path / "labels.svg").axes] == ["label 0", "label 1", "label 2"]
    assert (tmp_path / "labels.svg").read_bytes() == (table.plot(path=tmp_path / "again.svg"), (tmp_path / "again.svg").read_bytes())[1]
    assert table._repr_html_().count("<img") == 3
    assert found.plot() is not None  # on two inputs: where which label wins
    with pytest.raises(Malformed, match="there is nothing to draw"):
        reached_labels(TURN, box(0, 1, 2), within=0).plot()


def test_an_input_near_a_given_one_is_shown_for_each_label() -> None:
    weights = [[[1, 0], [0, 1]]]
    for on in (bj.Reals(2), box(0, 8, 2), grid(0, 8, 2), bj.Polytope(2, (point(1, 1),), point(16)), bj.questions.floats(0, 8, 2)):
        found = reached_labels(weights, on, near=(5, 2), within=None)
        assert found.inputs[0] == point(5, 2)
        away = max(abs(a - b) for a, b in zip(found.inputs[1], (5, 2), strict=True))
        assert Fraction(3, 2) < away <= 2, on
        assert contains(on, vector(found.inputs[1]))
    with pytest.raises(Malformed, match="coordinate 0 is 9"):
        reached_labels(weights, box(0, 8, 2), near=(9, 0))


def test_costs_are_read_by_their_smallest() -> None:
    assert reached_labels([[[1], [0], [-1]]], box(0, 1), readout="argmin", within=None).reached == (0, 2)
    assert reached_labels([[[1], [0], [-1]]], box(0, 1), within=None).reached == (0,)
    with pytest.raises(Malformed, match="gives labels already"):
        reached_labels([[[1], [0]], "argmax"], readout="argmin")
    with pytest.raises(Malformed, match="labels are read as"):
        reached_labels([[[1], [0]]], readout="softmax")


def test_time_that_is_used_up_is_named() -> None:
    (verdict, *_) = reached_labels(TURN, box(0, 1, 2), within=0).values()
    assert isinstance(verdict, Unknown)
    assert "the time allowed is used up" in verdict.because


def test_the_command_saves_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "digits")
    options = ["--on", "grid:0,16,1", "--save", folder, "--json"]
    assert main(["labels", "example:digits", *options]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert all(answer["verdict"] == "proved" for answer in answers.values())
    assert all(len(answer["input"]) == 64 for answer in answers.values())
    assert check(Path(folder) / "label-7")
    assert main(["labels", "example:digits", "--within", "0"]) == 2
