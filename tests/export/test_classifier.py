"""The paper about a classifier: every statement from a verdict that the kernel has accepted, in a folder that is checked again."""

import re
import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bijection import evidence
from bijection.__main__ import main
from bijection.export import classifier_folder
from bijection.export.classifier import Clock, Facts, facts, some_points, unknown
from bijection.export.classifier_paper import classifier_paper
from bijection.export.markdown import document
from bijection.export.pdf import to_pdf
from bijection.questions import grid_of
from bijection.verdict import Pair, Proved, Refuted, Unknown
from proofs.activations import RELU, Sigmoid
from proofs.domains import Grid, Reals
from proofs.errors import Malformed
from proofs.network import Argmax, Network, Node, Pointwise
from proofs.statements import Injective, Reached
from tests.build import affine, box, chain, finite, grid, point

RUN = {"seconds": 0.5, "seed": 0, "command": "bijection prove classifier net.onnx", "python": "3", "bijection": "0", "packages": {}}


def labelled(f: Network) -> Network:
    return Network(f.arity, (*f.nodes, Node(Argmax(), (len(f.nodes),))))


@cache
def found(f: Network) -> Facts:
    """Searched once for all tests: each question starts a process of its own."""
    where = box(0, 1, f.arity)
    return facts(f, labelled(f), where, grid_of(where, 5), Clock(20.0, 0, None))


LINEAR = chain(3, affine([[1, 2, -3], [0, 1, "1/2"]]), Pointwise((RELU, RELU)), affine([[1, 0], [0, 1]]))


def test_labels_outputs_and_grid_are_refuted_with_pairs() -> None:
    about = found(LINEAR)
    kinds = {name: type(verdict) for name, verdict in about.verdicts.items()}
    assert kinds["labels"] is kinds["labels-pair"] is kinds["outputs"] is kinds["outputs-pair"] is kinds["grid-labels"] is Refuted
    assert isinstance(about.verdicts["outputs-pair"].counterexample, Pair)
    assert kinds["labels-reached"] is Proved
    assert unknown(about) == []
    assert len(about.first) <= 3, "any three inputs are enough for two labels"


def test_a_label_that_is_never_given() -> None:
    about = found(chain(2, affine([[1, 0], [1, 0], [0, 1]], [0, -1, 0])))
    assert {name: type(v) for name, v in about.verdicts.items() if name.startswith("label-")} == {
        "label-0": Proved,
        "label-1": Refuted,
        "label-2": Proved,
    }
    assert isinstance(about.verdicts["labels-missed"], Refuted)
    text = document(classifier_paper(about, RUN))
    assert "| 1 | never reached | `certificates/label-1` |" in text
    assert "does not map $[0,1]^{2}$ onto" in text


def test_outputs_that_are_injective_are_said_to_be() -> None:
    about = found(chain(1, affine([[1], [-1]])))
    assert isinstance(about.verdicts["outputs-pair"], Proved)
    assert "outputs" not in about.verdicts, "two outputs of one input: dimension says nothing"
    assert "the real-valued outputs are injective" in document(classifier_paper(about, RUN))


def test_labels_without_exact_values_take_the_pair_of_the_outputs() -> None:
    f = chain(3, affine([[1, 2, 3], [0, 1, 5]]), Pointwise((Sigmoid(), Sigmoid())))
    about = found(f)
    assert about.first == ()
    assert isinstance(about.verdicts["labels-pair"], Refuted)
    assert "PrefixCollides" in {b.name for b in about.verdicts["labels-pair"].rests_on}


def test_what_is_not_settled_is_said() -> None:
    f = LINEAR
    open_one = Unknown(Injective(f, box(0, 1, 3)), "the time allowed is used up", (), 1.0)
    label = Unknown(Reached(labelled(f), box(0, 1, 3), point(1)), "no engine found it", (), 1.0)
    about = Facts(f, labelled(f), box(0, 1, 3), grid(0, 1, 3), {"outputs-pair": open_one, "label-1": label})
    assert unknown(about) == ["outputs-pair", "label-1"]
    text = document(classifier_paper(about, RUN))
    assert "Not settled here: whether $f$ is injective on $[0,1]^{3}$. The time allowed is used up." in text
    assert "| 1 | not settled | no engine found it |" in text


def test_a_grid_of_levels() -> None:
    assert grid_of(box(0, 1, 2), 256) == Grid(point(0, 0), point(1, 1), point("1/255", "1/255"))
    assert grid_of(Reals(1), 3) == grid(0, 1, 1, "1/2")
    assert grid_of(grid(0, 3), 7) == grid(0, 3)
    with pytest.raises(Malformed, match="no grid of 3 levels belongs to a Finite"):
        grid_of(finite([0]), 3)


@pytest.mark.parametrize("on", [box(0, 2, 2), Reals(2), grid(0, 3, 2), finite([0, 1], [2, 3], [4, 5])])
def test_some_points_are_different_and_inside(on: object) -> None:
    points = list(some_points(on, 3))  # type: ignore[arg-type]
    assert len(set(points)) == 3


def test_counting_of_float_outputs_is_arithmetic() -> None:
    text = document(classifier_paper(found(LINEAR), RUN))
    assert "at most $(2^{32})^{2} = 2^{64}$ different outputs" in text
    assert "This is not more" in text
    wide = chain(40, affine([[1] * 40, [2] * 40]))
    open_one = Unknown(Injective(wide, box(0, 1, 40)), "the time allowed is used up", (), 1.0)
    about = Facts(wide, labelled(wide), box(0, 1, 40), grid_of(box(0, 1, 40)), {"outputs-pair": open_one})
    text = document(classifier_paper(about, RUN))
    assert "no deterministic program with these outputs is injective on the grid" in text
    assert "at least $2^{256}$ inputs" in text  # 8·40 − 32·2


def test_every_statement_of_the_paper_is_labelled_and_every_reference_is_there() -> None:
    from bijection.export import latex

    source = latex.document(classifier_paper(found(LINEAR), RUN))
    for label in re.findall(r"\\ref\{([^}]*)\}", source):
        assert rf"\label{{{label}}}" in source
    for key in re.findall(r"\\cite\{([^}]*)\}", source):
        assert rf"\bibitem{{{key}}}" in source


# the command


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A classifier of 8×8 images with softmax at its end."""
    rng = np.random.default_rng(0)
    w = rng.integers(-3, 4, (3, 64)).astype(np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w"], ["z"], transB=1), helper.make_node("Softmax", ["z"], ["y"], axis=1)]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    graph = helper.make_graph(nodes, "net", [x], [y], [numpy_helper.from_array(w, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "net.onnx")
    return tmp_path / "net.onnx"


def test_the_folder_holds_the_paper_and_certificates_that_are_checked_again(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "paper"
    assert main(["prove", "classifier", str(model), "--out", str(out), "--within", "30"]) == 0
    assert f"{out}: paper.tex, paper.md" in capsys.readouterr().out
    text = (out / "paper.tex").read_text(encoding="utf-8").replace(r"\allowbreak ", "")
    assert r"Is the classifier \texttt{net.onnx} invertible?" in text
    assert r"\textcolor[gray]" in text, "the pair is shown as images"
    folders = sorted((out / "certificates").iterdir())
    assert {"labels", "labels-pair", "outputs", "outputs-pair", "labels-reached"} <= {folder.name for folder in folders}
    assert main(["check", str(out)]) == 0
    assert capsys.readouterr().out.count("accepted; it rests on") == len(folders)
    assert (out / "paper.pdf").exists() == (shutil.which("pdflatex") is not None)
    assert evidence.record(folders[0])["run"]["model_file"]["name"] == "net.onnx"


def test_what_is_not_settled_has_no_certificate(model: Path, tmp_path: Path) -> None:
    open_one = Unknown(Injective(LINEAR, box(0, 1, 3)), "the time allowed is used up", (), 1.0)
    about = Facts(LINEAR, labelled(LINEAR), box(0, 1, 3), grid(0, 1, 3), {**found(LINEAR).verdicts, "outputs-pair": open_one})
    classifier_folder.write(about, tmp_path / "paper", command="c", model_file=model, seed=0)
    assert not (tmp_path / "paper" / "certificates" / "outputs-pair").exists()
    assert main(["check", str(tmp_path / "paper")]) == 0


def test_one_rejected_certificate_among_many_is_named(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = found(LINEAR)
    for _ in range(2):  # an older paper is replaced
        classifier_folder.write(about, tmp_path / "paper", command="c", model_file=model, seed=0)
    path = tmp_path / "paper" / "certificates" / "outputs-pair" / "evidence.json"
    data = path.read_bytes()
    path.write_bytes(re.sub(rb'"x":\["[^"]*"', b'"x":["7"', data))
    assert path.read_bytes() != data
    assert main(["check", str(path.parent), str(path.parents[1] / "labels")]) == 1
    out = capsys.readouterr().out
    assert f"{path.parent}: rejected: step " in out
    assert f"{path.parents[1] / 'labels'}: accepted" in out


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(Malformed, match=r"holds other files \(thesis.tex\); name a new or empty folder"):
        classifier_folder.may_write(tmp_path)
    with pytest.raises(Malformed, match="is a file"):
        classifier_folder.may_write(tmp_path / "thesis.tex")


def test_without_pdflatex_there_is_no_pdf_and_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert to_pdf("x", tmp_path / "x.pdf") == "pdflatex is not installed"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_document_that_is_wrong_gives_the_reason(tmp_path: Path) -> None:
    why = to_pdf(r"\documentclass{article}\begin{document}\nonsense\end{document}", tmp_path / "x.pdf")
    assert why is not None
    assert "Undefined control sequence" in why
    assert not (tmp_path / "x.pdf").exists()


def test_fractions_of_pixels_are_greys() -> None:
    from bijection.export.classifier_paper import _rows

    assert _rows(point(0, "1/2", 1, 2), Fraction(0), Fraction(2)) == ((0.0, 0.25), (0.5, 1.0))
