"""Questions in VNN-LIB 2: what is written, that the official parser accepts it, and the answers of `verify` and `supports`."""

import sys
from fractions import Fraction
from pathlib import Path

import pytest

import bijection
from bijection.__main__ import main
from bijection.errors import NotSupported
from bijection.export.vnnlib import decimal, elements, question
from proofs.domains import Box, Integers, Polytope, Reals
from proofs.errors import Malformed
from proofs.statements import Injective, Not, Reached, Surjective
from tests import verdicts
from tests.build import box, finite, point
from tests.export.corpus import NAMES, verdict

pytest.importorskip("vnnlib", reason="the official parser of VNN-LIB is not installed")

from bijection.vnnlib.query import Comparison, Junction, Query, read
from bijection.vnnlib.verify import decimal as exact_decimal
from bijection.vnnlib.verify import statement

PAIR = """(vnnlib-version <2.0>)
(declare-network f (declare-input X real [1,2]) (declare-output Y real [1,2]))
(declare-network g (equal-to f) (declare-input U real [1,2]) (declare-output V real [1,2]))
"""
DIFFERENT = "(assert (or (!= X[0,0] U[0,0]) (!= X[0,1] U[0,1])))\n"
SAME = "(assert (and (== Y[0,0] V[0,0]) (== V[0,1] Y[0,1])))\n"


def parsed(text: str, folder: Path) -> Query:
    (folder / "q.vnnlib").write_text(text, encoding="utf-8")
    return read(folder / "q.vnnlib")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_exported_is_read_by_the_official_parser_as_the_same_statement(name: str, tmp_path: Path) -> None:
    asked = verdict(name).statement
    assert not isinstance(asked, Not)
    try:
        text = question(asked)
    except NotSupported:
        return  # which questions are refused is tested by name below
    query = parsed(text, tmp_path)
    match asked:
        case Injective(f, Reals() | Box() | Polytope() as on) if f.arity:
            back = statement(query, f)
            assert isinstance(back, Injective)
            assert back.on == on or isinstance(on, Polytope)
        case Reached(f, Reals() | Box()):
            assert statement(query, f) == asked
        case _:
            pass


def test_fractions_are_multiplied_out_and_literals_are_decimals() -> None:
    text = question(Injective(verdicts.IDENTITY, Box(point("1/255", "-1/4"), point("2/3", 1))))
    assert "(assert (>= (* 51.0 X[0,0]) 0.2))" in text
    assert "(assert (<= (* 3.0 U[0,0]) 2.0))" in text
    assert "(assert (>= X[0,1] -0.25))" in text
    assert "(declare-network g (equal-to f) (declare-input U real [1,2])" in text


def test_shapes_are_those_of_the_model() -> None:
    assert "X real [2]" in question(Injective(verdicts.IDENTITY, Reals(2)), ((2,), (2,)))
    assert elements("X", ()) == ["X"]
    assert elements("X", (2, 2)) == ["X[0,0]", "X[0,1]", "X[1,0]", "X[1,1]"]
    with pytest.raises(Malformed, match="the input has 2 coordinates, which do not fit the shape"):
        question(Injective(verdicts.IDENTITY, Reals(2)), ((3,), (2,)))


def test_what_the_standard_cannot_ask_is_refused() -> None:
    with pytest.raises(NotSupported, match="export it to SMT-LIB"):
        question(Surjective(verdicts.IDENTITY, Reals(2), Reals(2)))
    with pytest.raises(NotSupported, match="no Integers over the reals"):
        question(Injective(verdicts.IDENTITY, Integers(2)))


def test_a_finite_decimal_is_written_as_one() -> None:
    assert [decimal(Fraction(q)) for q in ("1/8", "-3", "5/2", "-1/20")] == ["0.125", "-3.0", "2.5", "-0.05"]
    assert [exact_decimal(Fraction(q)) for q in ("1/8", "-3", "1/3")] == ["0.125", "-3.0", "1/3"]


class TestStatement:
    def test_of_a_box(self, tmp_path: Path) -> None:
        bounds = "".join(f"(assert (>= {v}[0,{i}] -1.0))(assert (<= {v}[0,{i}] 0.5))\n" for v in "XU" for i in (0, 1))
        back = statement(parsed(PAIR + bounds + DIFFERENT + SAME, tmp_path), verdicts.RELU_2)
        assert back == Injective(verdicts.RELU_2, box(-1, "1/2", 2))

    def test_unequal_boxes_are_widened(self, tmp_path: Path) -> None:
        sides = (("X", "-1.0", "0.5"), ("U", "0.0", "1.0"))
        bounds = "".join(f"(assert (>= {v}[0,{i}] {a}))(assert (<= {v}[0,{i}] {b}))\n" for v, a, b in sides for i in (0, 1))
        assert statement(parsed(PAIR + bounds + DIFFERENT + SAME, tmp_path), verdicts.RELU_2) == Injective(verdicts.RELU_2, box(-1, 1, 2))

    def test_linear_conditions_that_both_inputs_have_make_a_polytope(self, tmp_path: Path) -> None:
        sides = "".join(f"(assert (<= (+ {v}[0,0] (* 2.0 {v}[0,1])) 1.0))(assert (> {v}[0,0] 0.0))" for v in "XU")
        back = statement(parsed(PAIR + sides + DIFFERENT + SAME, tmp_path), verdicts.RELU_2)
        assert back == Injective(verdicts.RELU_2, Polytope(2, (point(-1, 0), point(1, 2)), point(0, 1)))

    def test_a_condition_on_one_input_alone_is_left_out(self, tmp_path: Path) -> None:
        side = "(assert (<= (+ X[0,0] X[0,1]) 1.0))(assert (<= X[0,0] U[0,1]))(assert (<= Y[0,0] 3.0))"
        assert statement(parsed(PAIR + side + DIFFERENT + SAME, tmp_path), verdicts.RELU_2) == Injective(verdicts.RELU_2, Reals(2))

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (SAME, "some condition says that their inputs differ"),
            ("(assert (or (!= X[0,0] U[0,1]) (!= X[0,1] U[0,1])))" + SAME, "their inputs differ"),
            ("(assert (or (!= X[0,0] U[0,0]) (<= X[0,1] U[0,1])))" + SAME, "their inputs differ"),
            (DIFFERENT, "all of their outputs are equal"),
            (DIFFERENT + "(assert (== Y[0,0] V[0,0]))", "all of their outputs are equal"),
            (DIFFERENT + "(assert (or (== Y[0,0] V[0,0]) (== V[0,1] Y[0,1])))", "all of their outputs are equal"),
        ],
    )
    def test_a_query_that_is_not_injectivity_is_not_taken_for_it(self, text: str, why: str, tmp_path: Path) -> None:
        found = statement(parsed(PAIR + text, tmp_path), verdicts.RELU_2)
        assert isinstance(found, str)
        assert why in found


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        (PAIR.replace("real", "float32") + DIFFERENT, NotSupported, "has the element type float32; .*write real"),
        (PAIR.replace("equal-to", "isomorphic-to") + DIFFERENT, NotSupported, "isomorphic-to is not treated"),
        (PAIR + "(assert (<= (* X[0,0] X[0,1]) 1.0))", NotSupported, "not linear"),
        (PAIR + "(assert (<= X[0,0] 1))", Malformed, "line 4: Type mismatch"),
        ("nonsense", Malformed, "q.vnnlib: Parse error"),
    ],
)
def test_what_is_not_treated_is_refused_by_name(text: str, error: type[Exception], why: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=why):
        parsed(text, tmp_path)


def test_without_the_parser_the_way_to_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vnnlib", None)
    with pytest.raises(NotSupported, match=r"pip install 'vnnlib>=1\.0,<2'"):
        parsed(PAIR, tmp_path)


def test_real_may_be_written_with_a_capital(tmp_path: Path) -> None:
    assert parsed(PAIR.replace("real", "Real") + DIFFERENT, tmp_path).networks[1].equal_to == "f"


def test_literals_are_read_as_they_are_written(tmp_path: Path) -> None:
    query = parsed(PAIR + "(assert (<= (- X[0,0] 0.1 (- 2.5)) (+ 0.2 X[0,1])))", tmp_path)
    (condition,) = query.conditions
    assert isinstance(condition, Comparison)
    assert dict(condition.form.terms) == {("X", 0): 1, ("X", 1): -1}
    assert condition.form.constant == Fraction(22, 10)
    assert condition.holds({"X": (Fraction(0), Fraction(3))})
    assert not Junction(True, (condition,)).holds({"X": (Fraction(3), Fraction(0))})


# the command line


def _ask(*arguments: object) -> int:
    return main([str(a) for a in arguments])


@pytest.fixture
def fold(tmp_path: Path) -> Path:
    return verdicts.onnx_file(tmp_path, [[1, 0], [0, 1]], relu=True)


def _query(folder: Path, model: Path, *options: str) -> Path:
    out = folder / "query.vnnlib"
    assert _ask("export", model, out, "--to", "vnnlib", "--injective", *options) == 0
    return out


def test_a_pair_is_sat_and_printed_exactly(fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = _query(tmp_path, fold, "--on", "box:-1,1")
    assert _ask("verify", query, "--network", f"f={fold}", "--timeout", "30") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sat"
    assert [line for line in lines if "real" in line] == ["X real [1,2]", "Y real [1,2]", "U real [1,2]", "V real [1,2]"]
    values = [Fraction(line) for line in lines[1:] if "real" not in line]
    x, y, u, v = (values[i : i + 2] for i in range(0, 8, 2))
    assert x != u
    assert y == v == [max(t, Fraction(0)) for t in x] == [max(t, Fraction(0)) for t in u]
    assert all(-1 <= t <= 1 for t in (*x, *u))


def test_an_injective_network_is_unsat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = verdicts.onnx_file(tmp_path, [[1, 2], [3, 4], [5, 7]])
    query = _query(tmp_path, model)
    assert _ask("verify", query, "--network", f"f={model}") == 0
    assert capsys.readouterr().out == "unsat\n"


def test_sat_is_only_said_of_inputs_that_satisfy_every_condition(fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = tmp_path / "q.vnnlib"
    query.write_text(
        PAIR + DIFFERENT + SAME + "(assert (>= (+ X[0,0] U[0,0]) 1000.0))(assert (>= (+ X[0,1] U[0,1]) 1000.0))", encoding="utf-8"
    )
    assert _ask("verify", query, "--network", f"f={fold}", "--timeout", "5") == 0
    out, why = capsys.readouterr()
    assert out == "unknown\n"
    assert "none is known that satisfies every condition" in why


def test_whether_a_value_is_taken(fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = PAIR.splitlines()[0] + PAIR.splitlines()[1]
    query = tmp_path / "q.vnnlib"
    query.write_text(one + "(assert (== Y[0,0] -1.0))(assert (== (* 2.0 Y[0,1]) 1.0))", encoding="utf-8")
    assert _ask("verify", query, "--network", f"f={fold}") == 0
    assert capsys.readouterr().out == "unsat\n"


def test_another_query_is_unknown_with_the_reason(fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = tmp_path / "q.vnnlib"
    query.write_text(PAIR.splitlines()[0] + PAIR.splitlines()[1] + "(assert (<= Y[0,0] 1.0))", encoding="utf-8")
    assert _ask("verify", query, "--network", f"f={fold}") == 0
    assert capsys.readouterr() == ("unknown\n", "a query about one network is treated if its conditions fix every output by equations\n")


def test_models_must_be_those_declared(fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = _query(tmp_path, fold)
    for networks, why in (
        ((), "needs a model for f; given: none"),
        (("--network", f"g={fold}"), "needs a model for f; given: g"),
        (("--network", f"f={fold}", "--network", f"f={fold}"), "a network is given two models"),
    ):
        assert _ask("verify", query, *networks) == 2
        out, error = capsys.readouterr()
        assert out == ""
        assert why in error
    other = verdicts.onnx_file(tmp_path, [[1, 2, 3], [0, 1, 0]], name="other.onnx")
    assert _ask("verify", query, "--network", f"f={other}") == 2
    assert "X is declared with the shape (1, 2); that of the model is (1, 3)" in capsys.readouterr().err


def test_the_capabilities(capsys: pytest.CaptureFixture[str]) -> None:
    expected = {
        "--onnx-opset-versions": "7\n28\n",
        "--onnx-element-types": "real\n",
        "--vnnlib-versions": "2.0\n2.0\n",
        "--multiple-network-theories": "SNET\nMENET\n",
        "--serialise-assignments": "false\n",
    }
    for name, text in expected.items():
        assert _ask("supports", name) == 0
        assert capsys.readouterr().out == text
    assert _ask("supports", "--onnx-operators") == 0
    assert {"Gemm", "Relu", "Conv"} <= set(capsys.readouterr().out.split())
    assert _ask("supports") == 2
    assert _ask("supports", "--everything") == 2
    assert "--onnx-operators" in capsys.readouterr().err


def test_the_program_says_its_name_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ask("--name") == 0
    assert _ask("--version") == 0
    assert capsys.readouterr().out == f"bijection\n{bijection.__version__}\n"


def test_finite_domains_are_disjunctions(tmp_path: Path) -> None:
    text = question(Injective(verdicts.IDENTITY, finite([0, 0], [1, "1/3"])))
    assert "(assert (or (and (== X[0,0] 0.0) (== X[0,1] 0.0)) (and (== X[0,0] 1.0) (== (* 3.0 X[0,1]) 1.0))))" in text
    assert parsed(text, tmp_path).conditions
