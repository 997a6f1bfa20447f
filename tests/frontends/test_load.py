"""The one verb: what is dispatched where, what is refused, and what readout and preprocessing add."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from bijection.errors import NotSupported
from bijection.frontends import REFUSED, load
from bijection.frontends.matrices import read
from bijection.frontends.readout import readout
from proofs.errors import Malformed
from proofs.network import Affine, Argmax, Network, Node, Row, Softmax, Table

ONE = Fraction(1)
NNET = b"1\n1,1\n0\n0\n0\n0\n0\n2\n1\n"


def test_a_network_and_a_table_are_returned_as_they_are() -> None:
    for f in (Network(2, ()), Table((1, 0))):
        assert load(f) is f


def test_files_are_known_by_their_suffix(tmp_path: Path) -> None:
    path = tmp_path / "small.NNET"
    path.write_bytes(NNET)
    assert load(path)([3]) == load(str(path))([3]) == (7,)


def test_onnx_is_read_from_files_bytes_and_models(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "g", [value("x", 1, [1, 2])], [value("y", 1, [1, 2])])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    path = tmp_path / "relu.onnx"
    path.write_bytes(model.SerializeToString())
    for source in (path, str(path), path.read_bytes(), model):
        assert load(source)([-1, 2]) == (0, 2)


def test_lists_and_matrices_are_read() -> None:
    assert load([[[1, 2]], "relu"])([1, 1]) == (3,)
    assert load(np.array([[1.0, 2.0]]))([1, 1]) == (3,)
    assert load(sympy.Matrix([[1, 2]]))([1, 1]) == (3,)
    assert load(["relu"], input_shape=(2, 2)).arity == 4
    assert load(["relu"], input_shape=3).arity == 3


@pytest.mark.parametrize("suffix", REFUSED)
def test_files_that_can_carry_code_or_no_network_are_refused_unopened(suffix: str) -> None:
    with pytest.raises(NotSupported, match=rf"^model{suffix}: files of the kind {suffix} are not opened; .*"):
        load("no/such/folder/model" + suffix)


WRONG: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "missing": ("none.onnx", {}, Malformed, "there is no file none.onnx"),
    "suffix": ("model.txt", {}, NotSupported, "the suffix '.txt' is not known; models are read from .onnx and .nnet files"),
    "object": (object(), {}, NotSupported, "a object is no model that can be read; pass a path"),
    "shape": ([np.eye(2), "relu"], {"input_shape": (3,)}, Malformed, "the weight is 2×2 but its input has width 3"),
    "network": (Network(2, ()), {"input_shape": (3,)}, Malformed, r"input_shape \(3,\) has 3 entries, but the network takes 2 inputs"),
    "dimensions": (Network(2, ()), {"input_shape": (2.0,)}, Malformed, r"input_shape \(2.0,\); pass the whole numbers"),
    "table": (Table((0,)), {"readout": "label"}, Malformed, "a 'Table' takes no readout"),
    "readout": (Network(2, ()), {"readout": "logit"}, Malformed, "readout 'logit'; choose one of logits, label, argmin, softmax"),
    "no outputs": (Network(0, ()), {"readout": "label"}, Malformed, "readout 'label' of a network without outputs"),
    "entry": (Network(2, ()), {"preprocessing": {"scale": 2}}, Malformed, r"the entries \['scale'\]; it takes mean, std and axis"),
    "zero": (Network(2, ()), {"preprocessing": {"std": [1, 0]}}, Malformed, "divides by a std of 0"),
    "length": (
        Network(2, ()),
        {"preprocessing": {"mean": [1, 2, 3]}},
        Malformed,
        "3 numbers as mean for 2 inputs; give one, 2, or an axis",
    ),
    "nan": (Network(2, ()), {"preprocessing": {"mean": float("nan")}}, Malformed, "the mean of the preprocessing is nan"),
    "axis": (Network(2, ()), {"preprocessing": {"mean": [1], "axis": 0}}, Malformed, "preprocessing by axis needs input_shape"),
    "channels": (
        Network(4, ()),
        {"preprocessing": {"mean": [1, 2, 3], "axis": 0}, "input_shape": (2, 2)},
        Malformed,
        r"3 numbers as mean do not fit axis 0 of an input of the shape \(2, 2\)",
    ),
}


@pytest.mark.parametrize(("model", "options", "kind", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_loaded_is_one_clear_error(model: Any, options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        load(model, **options)


def test_the_readouts_of_several_logits() -> None:
    logits = read([np.eye(3)])
    for network in (logits, read([np.eye(3), "softmax"]), read([np.eye(3), "argmax"])):
        assert readout(network, "logits") == logits
        assert readout(network, "label").nodes[-1].op == Argmax()
        assert readout(network, "softmax").nodes[-1].op == Softmax(((0, 1, 2),))
    assert readout(readout(logits, "label"), "label")([1, 3, 3]) == (ONE,)
    for costs in (logits, read([np.eye(3), "softmax"])):
        assert readout(costs, "argmin")([3, 1, 1]) == (ONE,)
    with pytest.raises(Malformed, match="gives labels already"):
        readout(readout(logits, "label"), "argmin")


def test_a_single_logit_is_read_against_zero() -> None:
    logit = read([[[1, 1]]])
    assert readout(read([[[1, 1]], "sigmoid"]), "logits") == logit
    label = readout(read([[[1, 1]], "sigmoid"]), "label")
    assert [label([t, 0])[0] for t in (-1, 0, 1)] == [0, 0, 1]
    assert readout(logit, "softmax").width == 2


def test_code_after_the_logits_goes_with_the_readout() -> None:
    spare = Affine(2, (Row((0,), (1,), 0),), 1)
    network = Network(2, (Node(spare, (0,)), Node(Softmax(((0, 1),)), (0,))))
    assert readout(network, "logits") == Network(2, ())


def test_softmaxes_side_by_side_have_no_single_readout() -> None:
    network = Network(4, (Node(Softmax(((0, 1), (2, 3))), (0,)),))
    with pytest.raises(NotSupported, match="ends in 2 softmaxes side by side"):
        readout(network, "label")
    assert readout(network, "softmax") is network


def test_preprocessing_is_exact() -> None:
    f = load([np.eye(2)], preprocessing={"mean": [1, Fraction(1, 3)], "std": 0.1})
    assert f([2, 1]) == (1 / Fraction(0.1), Fraction(2, 3) / Fraction(0.1))
    assert load([np.eye(2)], preprocessing={"std": np.float32(0.5)})([1, 2]) == (2, 4)


def test_preprocessing_by_channel() -> None:
    f = load(Network(8, ()), input_shape=(2, 2, 2), preprocessing={"mean": [1, 2], "std": [1, 2], "axis": -3})
    assert f([0] * 8) == (-1,) * 8
    g = load(Network(4, ()), input_shape=(2, 2), preprocessing={"mean": [1, 2], "axis": -1})
    assert g([0] * 4) == (-1, -2, -1, -2)


def test_loading_a_list_imports_no_framework() -> None:
    code = "import sys; from bijection.frontends import load; load([[[1]], 'relu'])"
    code += "; assert not {'torch', 'sklearn', 'onnx', 'sympy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
