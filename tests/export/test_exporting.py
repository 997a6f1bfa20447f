"""`bijection export`: saved verdicts and models, to a file or to standard output."""

from pathlib import Path

import pytest

from bijection import evidence
from bijection.__main__ import main
from bijection.errors import NotSupported
from bijection.export import FORMATS, export
from proofs.errors import Malformed
from tests import verdicts


def _ask(*arguments: object) -> int:
    return main([str(a) for a in arguments])


@pytest.mark.parametrize("to", ["latex", "markdown", "bibtex", "smtlib", "vnnlib"])
def test_a_saved_verdict_is_written_in_every_language(to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts.collision().save(tmp_path / "v", seed=3)
    assert _ask("export", tmp_path / "v", "--to", to) == 0
    printed = capsys.readouterr().out
    assert _ask("export", tmp_path / "v", tmp_path / "out", "--to", to) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "out").read_text(encoding="utf-8") == printed != ""


def test_the_paper_says_how_the_evidence_was_found(tmp_path: Path) -> None:
    model = tmp_path / "net_1.onnx"
    model.write_bytes(b"abc")
    evidence.save(verdicts.collision(), tmp_path / "v", command="bijection decide net_1.onnx", model_file=model, seed=7)
    assert _ask("export", tmp_path / "v", tmp_path / "out.tex", "--to", "latex") == 0
    text = (tmp_path / "out.tex").read_text(encoding="utf-8").replace(r"\allowbreak ", "")
    assert r"found by \texttt{bijection decide net\_1.onnx}, seed 7, in 0.25 seconds" in text
    assert r"It was read from the file \texttt{net\_1.onnx}." in text
    assert "ba7816bf8f01cfea" in text


def test_rejected_evidence_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts.collision().save(tmp_path / "v")
    path = tmp_path / "v" / "evidence.json"
    path.write_bytes(path.read_bytes().replace(b'"-1"', b'"1"'))
    assert _ask("export", tmp_path / "v", "--to", "latex") == 2
    assert capsys.readouterr() == ("", "error: the evidence is rejected: step 0 (Collision): the two outputs differ\n")


def test_a_question_about_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = verdicts.onnx_file(tmp_path, [[1, 2], [3, 4]])
    assert _ask("export", model, "--to", "smtlib", "--surjective", "--on", "box:0,1") == 0
    assert "(set-logic LRA)" in capsys.readouterr().out
    assert _ask("export", model, "--to", "vnnlib", "--injective") == 0
    assert "X real [1,2]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--to", "latex", "--injective"), "--to latex needs an answer: save one with `bijection decide"),
        (("--to", "smtlib"), "choose one of --injective, --surjective and --bijective; given: none of them"),
        (("--to", "smtlib", "--injective", "--onto", "reals"), "injectivity has no codomain"),
        (("--to", "smtlib", "--bijective"), "asks one thing at a time"),
        (("--to", "pdf", "--injective"), "'pdf' is not one of"),
    ],
)
def test_what_cannot_be_written_is_refused(
    arguments: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = verdicts.onnx_file(tmp_path, [[1, 2], [3, 4]])
    assert _ask("export", model, *arguments) == 2
    assert why in capsys.readouterr().err


def test_a_question_is_not_named_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts.collision().save(tmp_path / "v")
    assert _ask("export", tmp_path / "v", "--to", "smtlib", "--injective") == 2
    assert "--injective names a question about a model" in capsys.readouterr().err


def test_unknown_formats_and_unknown_verdicts() -> None:
    with pytest.raises(Malformed, match="there is no format 'docx'; the formats are latex"):
        export(verdicts.collision(), "docx")
    with pytest.raises(Malformed, match="there is no theorem to write"):
        export(verdicts.unknown(), "markdown")
    assert verdicts.unknown().to_smtlib().startswith("; Is it true that f")
    with pytest.raises(NotSupported, match="not asked in VNN-LIB"):
        verdicts.unknown().to_vnnlib()
    assert set(FORMATS) == {"latex", "markdown", "bibtex", "smtlib", "vnnlib", "rocq"}
