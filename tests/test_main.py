"""The command line as scripts see it: options, exit codes, the JSON object, one line per error."""

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

import bijection.__main__ as command_line
import bijection.driver
from bijection import evidence
from bijection.errors import EngineBug
from bijection.wishes import Apart, Between, Near
from proofs.codec import digest
from proofs.domains import Box, Floats, Grid, Labels, Reals
from proofs.network import Network
from proofs.statements import Bijective, Injective, Statement, Surjective
from tests import verdicts
from tests.build import box, point
from tests.verdicts import onnx_file

ROOT = Path(bijection.__file__).parents[1]


@pytest.fixture(name="net")
def _net(tmp_path: Path) -> Path:
    return onnx_file(tmp_path, [[2, 0], [0, 3]])


@pytest.fixture(name="fold")
def _fold(tmp_path: Path) -> Path:
    return onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True, name="fold.onnx")


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Statement, dict[str, object]]]:
    """What the driver is asked; it answers `unknown`."""
    heard: list[tuple[Statement, dict[str, object]]] = []

    def answer(statement: Statement, **options: object) -> object:
        heard.append((statement, options))
        return verdicts.unknown()

    monkeypatch.setattr(bijection.driver, "decide", answer)
    return heard


# The question that is asked


def _ask(*arguments: str | Path) -> int:
    return command_line.main([*map(str, arguments)])


@pytest.mark.parametrize(
    ("options", "kind", "on", "onto"),
    [
        (["--injective"], Injective, Reals(2), None),
        (["--injective", "--on", "box:0,0.1"], Injective, box(0, "1/10", 2), None),
        (["--injective", "--on", "grid:0,1,1/255"], Injective, Grid(point(0, 0), point(1, 1), point("1/255", "1/255")), None),
        (["--injective", "--on", "floats:0,1"], Injective, Floats(point(0, 0), point(1, 1)), None),
        (["--surjective"], Surjective, Reals(2), Reals(2)),
        (["--surjective", "--onto", "box:0,1"], Surjective, Reals(2), box(0, 1, 2)),
        (["--bijective", "--on", "reals", "--onto", "reals"], Bijective, Reals(2), Reals(2)),
        (["--surjective", "--readout", "label"], Surjective, Reals(2), Labels(2)),
        (["--surjective", "--readout", "label", "--onto", "labels"], Surjective, Reals(2), Labels(2)),
    ],
)
def test_the_options_say_what_is_asked(
    options: Sequence[str], kind: type, on: object, onto: object, net: Path, asked: list[tuple[Statement, dict[str, object]]]
) -> None:
    assert _ask("decide", net, *options) == 3
    ((statement, _),) = asked
    assert isinstance(statement, kind)
    assert isinstance(statement, Injective | Surjective | Bijective)
    assert statement.on == on
    assert getattr(statement, "onto", None) == onto


def test_wishes_and_limits_reach_the_driver(net: Path, tmp_path: Path, asked: list[tuple[Statement, dict[str, object]]]) -> None:
    (tmp_path / "x.json").write_text("[0.1, 2]")
    assert _ask("decide", net, "--injective", "--near", f"@{tmp_path / 'x.json'}", "--seed", "9", "--within", "50") == 3
    assert _ask("decide", net, "--injective", "--apart") == 3
    (tmp_path / "y.json").write_text("[1, 1]")
    assert _ask("decide", net, "--injective", "--between", *[f"@{tmp_path / name}" for name in ("x.json", "y.json")]) == 3
    (_, first), (_, second), (_, third) = asked
    wished = (Fraction(1, 10), Fraction(2))
    assert (first["wish"], first["seed"]) == (Near(wished), 9)
    assert (second["wish"], second["seed"]) == (Apart(), 0)
    assert third["wish"] == Between(wished, point(1, 1))
    assert isinstance(first["within"], float)
    assert 40 < first["within"] <= 50  # reading the model counts


def test_a_domain_comes_from_a_file(net: Path, tmp_path: Path, asked: list[tuple[Statement, dict[str, object]]]) -> None:
    (tmp_path / "d.json").write_text('{"box": [[0, 0], [1, "1/3"]]}')
    assert _ask("decide", net, "--bijective", "--on", f"@{tmp_path / 'd.json'}", "--onto", f"@{tmp_path / 'd.json'}") == 3
    statement = asked[0][0]
    assert isinstance(statement, Bijective)
    assert statement.on == statement.onto == Box(point(0, 0), point(1, "1/3"))


# Errors: one line on standard error, nothing on standard output, exit code 2


def fails(why: str, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> None:
    assert _ask(*arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert re.match(rf"error: .*{why}", error), error


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "choose one of --injective, --surjective and --bijective; given: none of them"),
        (["--injective", "--surjective"], "given: --injective and --surjective"),
        (["--injective", "--onto", "reals"], "--onto belongs to --surjective and --bijective"),
        (["--surjective", "--apart"], "--apart wishes for a pair of inputs"),
        (["--injective", "--near", "@x.json", "--apart"], "--near and --apart are different wishes; choose one"),
        (["--injective", "--within", "0"], "--within 0; a positive number of seconds"),
        (["--injective", "--within", "nan"], "--within nan"),
        (["--injective", "--within", "soon"], "'soon' is not a valid float"),
        (["--injective", "--within", "inf"], "--within inf"),
        (["--injective", "--readout", "sigmoid"], "'sigmoid' is not one of"),
        (["--injective", "--sideways"], "No such option"),
        (["--injective", "--on", "sphere"], "the domain 'sphere' is not understood; write reals"),
        (["--injective", "--on", "box:1,0"], "empty box: coordinate 0 runs from 1 to 0"),
        (["--injective", "--on", "box:nan,1"], "'nan' is no exact number"),
        (["--injective", "--on", "grid:0,1"], "the domain 'grid:0,1' is not understood"),
        (["--injective", "--on", "@no-such-file.json"], "No such file or directory: 'no-such-file.json'"),
        (["--injective", "--near", "@no-such-file.json"], "No such file"),
        (["--injective", "--near", "1,2"], "'1,2' is no file; write @FILE"),
        (["--surjective", "--onto", "labels"], "add --readout label"),
        (["--surjective", "--readout", "softmax", "--onto", "labels"], "add --readout label"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: Sequence[str], why: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fails(why, capsys, "decide", net, *options)


def test_an_input_to_be_near_to_must_fit(net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("[1, 2, 3]")
    fails(
        r"the input to be near to has 3 coordinates, those of the domain have 2",
        capsys,
        "decide",
        net,
        "--injective",
        "--near",
        f"@{tmp_path / 'x.json'}",
    )


def test_models_that_cannot_be_read_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fails("there is no file", capsys, "decide", tmp_path / "none.onnx", "--injective")
    fails("the suffix '.txt' is not known", capsys, "info", tmp_path / "none.txt")
    (tmp_path / "bad.onnx").write_bytes(b"not a network")
    fails(".", capsys, "decide", tmp_path / "bad.onnx", "--injective")
    fails("no example is called 'letters.onnx'; there are digits.onnx", capsys, "info", "example:letters")
    fails("Missing argument 'MODEL'", capsys, "decide")
    fails("No such command 'guess'", capsys, "guess")


def test_a_folder_that_is_not_ours_is_refused_before_the_search(net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fails("holds other files and no verdict", capsys, "decide", net, "--injective", "--save", tmp_path)


def test_a_bug_of_ours_keeps_its_traceback_and_asks_for_a_report(
    net: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise EngineBug("contradiction")

    monkeypatch.setattr(bijection.driver, "decide", broken)
    assert _ask("decide", net, "--injective", "--json") == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "Traceback (most recent call last)" in error
    assert "EngineBug: contradiction" in error
    assert error.endswith(
        "error: this is a bug in bijection, not in your input; please report it with the lines above and the model, if you can\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "said"), [(KeyboardInterrupt(), 130, "\ninterrupted\n"), (MemoryError(), 2, "error: out of memory\n")]
)
def test_an_end_outside_the_search_is_clean(
    error: BaseException, code: int, said: str, net: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr("bijection.frontends.load", ends)
    assert _ask("info", net) == code
    assert capsys.readouterr() == ("", said)


# check, show, info


def test_check_tells_rejected_from_malformed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts.collision().save(tmp_path)
    path = tmp_path / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"-1"', b'"1"'))
    assert _ask("check", tmp_path) == 1
    assert capsys.readouterr().out == "rejected: step 0 (Collision): the two outputs differ\n"
    assert _ask("show", tmp_path) == 2
    assert capsys.readouterr() == ("", "error: the evidence is rejected: step 0 (Collision): the two outputs differ\n")
    path.write_bytes(b"{}")
    fails("not a bijection-evidence file", capsys, "check", tmp_path)
    fails("No such file", capsys, "check", tmp_path / "nothing")


@pytest.mark.parametrize(("verdict", "code"), [(verdicts.proved(), 0), (verdicts.missed(), 1), (verdicts.unknown(), 3)])
def test_show_prints_what_decide_printed(verdict: object, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(verdict, evidence.Proved | evidence.Refuted | evidence.Unknown)
    verdict.save(tmp_path)
    assert _ask("show", tmp_path) == code
    assert capsys.readouterr().out == f"{verdict}\n"
    assert _ask("show", tmp_path, "--json") == code
    assert json.loads(capsys.readouterr().out) == verdict.to_json()


def test_there_is_nothing_to_check_in_an_unknown_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts.unknown().save(tmp_path)
    fails("there is no evidence to check", capsys, "check", tmp_path)


def test_info_says_what_function_it_is(fold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _ask("info", fold, "--json") == 0
    described = json.loads(capsys.readouterr().out)
    assert {k: described[k] for k in ("inputs", "outputs", "nodes", "operations", "parameters", "largest", "widths", "cuts", "notes")} == {
        "inputs": 2,
        "outputs": 2,
        "nodes": 2,
        "operations": {"Affine": 1, "Pointwise ReLU": 1},
        "parameters": 2,
        "largest": 2,
        "widths": [2, 2, 2],
        "cuts": [0, 1, 2],
        "notes": ["piecewise affine and continuous"],
    }
    f = bijection.load(fold)
    assert isinstance(f, Network)
    assert described["digest"] == digest(f)
    assert _ask("info", fold, "--readout", "label") == 0
    assert "notes       value 3 is 1 wide, narrower than the input; the output is a label" in capsys.readouterr().out


def test_the_example_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ask("info", "example:digits") == 0
    assert "f: ℝ⁶⁴ → ℝ¹⁰" in capsys.readouterr().out
