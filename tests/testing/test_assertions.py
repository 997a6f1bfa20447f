"""What users write in their own test-suites, about models."""

from fractions import Fraction
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest

import bijection
from bijection.errors import NotSupported
from bijection.testing import assert_bijective, assert_injective, assert_inverse, assert_surjective
from bijection.testing.outcome import settle
from proofs.domains import Reals
from proofs.errors import Malformed
from proofs.statements import Injective
from tests.build import box, grid

SHEAR, UNSHEAR, FOLD = [[[1, 1], [0, 1]]], [[[1, -1], [0, 1]]], [[[1, 1]], "abs"]


def test_what_holds_passes() -> None:
    assert_injective([[[2, 1], [1, 1]], "tanh"])
    assert_surjective([[[1, 1]]])
    assert_bijective(SHEAR)
    assert_inverse(SHEAR, UNSHEAR)
    assert_injective(bijection.load(SHEAR), on=box(-1, 1, 2), within=20)
    assert_bijective([[[2]]], on=grid(0, 3), onto=bijection.Finite(((0,), (2,), (4,), (6,))))


def test_models_of_every_kind(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weights])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "m.onnx")
    assert_bijective(tmp_path / "m.onnx")
    assert_bijective(str(tmp_path / "m.onnx"))
    assert_injective(tmp_path / "m.onnx", arithmetic="binary32")
    sklearn = pytest.importorskip("sklearn.neural_network")
    from sklearn.exceptions import ConvergenceWarning

    model = sklearn.MLPRegressor(hidden_layer_sizes=(3,), max_iter=1, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(np.eye(2), np.eye(2))
    with pytest.raises(AssertionError, match="not injective"):
        assert_injective(model)


def test_a_torch_module() -> None:
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        layer = torch.nn.Linear(2, 2)
        layer.weight.copy_(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
    assert_bijective(layer, input_shape=2)
    with pytest.raises(AssertionError, match=r"f = bijection\.load\(model, input_shape=2\)"):
        assert_injective(torch.nn.Sequential(layer, torch.nn.ReLU()), input_shape=2)


@pytest.fixture(autouse=True)
def without_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is kept, and read by the lines to be pasted, where the plugin is loaded: see test_plugin.py."""
    monkeypatch.setattr("bijection.testing.outcome.plugin", lambda: None)


def pasted(text: str, **names: object) -> dict[str, object]:
    """Run the lines that a message says show it again."""
    namespace: dict[str, object] = dict(names)
    exec(text.split("reproduce it:\n\n")[1].split("\n\n")[0], namespace)
    return namespace


def test_what_fails_shows_the_pair_and_how_to_reproduce_it() -> None:
    with pytest.raises(AssertionError, match="Two different inputs with exactly the same output") as failed:
        assert_injective(FOLD)
    assert str(failed.value).startswith("not injective: x = (")
    names = pasted(str(failed.value), model=FOLD)
    assert names["x"] != names["y"]
    with pytest.raises(AssertionError, match=r"^not surjective: the output \(-.*\) is not reached"):
        assert_surjective([[[1]], "relu"])
    with pytest.raises(AssertionError, match=r"^not bijective"):
        assert_bijective(FOLD)
    with pytest.raises(AssertionError, match=r"A point that is moved: x = \(.*\), f\(x\) = \(") as failed:
        assert_inverse(SHEAR, SHEAR)
    assert "x" in pasted(str(failed.value), model=SHEAR, inverse=SHEAR)


def test_a_pair_before_a_smooth_part_is_shown_without_a_value() -> None:
    smooth = [[[1, 1]], "abs", "sigmoid"]
    with pytest.raises(AssertionError, match="not injective") as failed:
        assert_injective(smooth)
    assert pasted(str(failed.value), model=smooth)["x"]


def test_long_inputs_are_not_written_out() -> None:
    with pytest.raises(AssertionError, match="two different inputs have the same output") as failed:
        assert_injective([[[1] * 40]])
    assert "reproduce it" not in str(failed.value)


def test_options_that_make_no_sense() -> None:
    with pytest.raises(NotSupported, match="it is one of fail, skip, xfail"):
        assert_injective(SHEAR, unknown="ignore")
    with pytest.raises(Malformed, match="give two of one kind"):
        assert_inverse(SHEAR, lambda x: x)
    with pytest.raises(TypeError, match="wihtin"):
        assert_injective(SHEAR, wihtin=3)


def test_an_unknown_answer_fails_or_skips() -> None:
    with pytest.raises(SkipTest, match="not known whether injective"):
        assert_injective(SHEAR, unknown="skip", within=0)
    with pytest.raises(AssertionError, match=r"^not known whether injective: the time allowed(.|\n)*UNKNOWN"):
        assert_injective(SHEAR, within=0)


def test_an_interrupt_stops_the_run_and_not_only_the_search() -> None:
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        if line != "interrupted":
            raise KeyboardInterrupt

    hard = bijection.load([[[1, 2, 3], [3, -1, 2], [1, 1, 1], [2, 0, 1]], "relu", [[1, 2, 0, 1], [0, 1, 1, 3], [1, 1, 2, 5]]])
    with pytest.raises(KeyboardInterrupt):
        settle(Injective(hard, Reals(3)), {"progress": stop, "within": 30}, "")
    assert lines[-1] == "interrupted"


def test_fractions_are_written_as_python_reads_them() -> None:
    with pytest.raises(AssertionError) as failed:
        assert_injective([[[1, 1], [0, 1]], "relu"], on=box(-1, 1, 2))
    names = pasted(str(failed.value), model=[[[1, 1], [0, 1]], "relu"])
    assert all(isinstance(t, int | Fraction) for t in names["x"])  # type: ignore[attr-defined]
