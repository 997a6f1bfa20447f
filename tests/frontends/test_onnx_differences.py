"""Where the reading of a model once differed from what onnxruntime computes, or runtimes differ from each other."""

from fractions import Fraction

import numpy as np
import pytest
from onnx import TensorProto, helper

from bijection.errors import NotSupported
from bijection.frontends.onnx.reader import read
from proofs.errors import Malformed
from tests.frontends.onnx_models import agrees, model, one


def ints(*values):
    return np.array(values, np.int64)


def w(*shape):
    return np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)


def norm(opset, outputs):
    return one("BatchNormalization", (2, 2), w(2), w(2), w(2), w(2) + 2, opset=opset, outputs=outputs)


def cast(number, to):
    nodes = [helper.make_node("Cast", ["a"], ["b"], to=to), helper.make_node("Cast", ["b"], ["c"], to=1)]
    return model([*nodes, helper.make_node("Add", ["x", "c"], ["y"])], {"x": (1,)}, weights={"a": np.float32([number])})


def product(kind, number):
    nodes = [helper.make_node("Mul", ["a", "a"], ["b"]), helper.make_node("Cast", ["b"], ["c"], to=1)]
    return model([*nodes, helper.make_node("Add", ["x", "c"], ["y"])], {"x": (1,)}, weights={"a": np.array([number], kind)})


AGREES = {
    "an exponent of a larger shape": one("Pow", (3,), np.full((2, 1), 2, np.float32)),
    "an exponent of more axes": one("Pow", (1, 3), np.full((2, 1, 1), 3, np.int64)),
    "several constants without axes": one("Min", (2,), np.float32(0.5), np.float32(0.25)),
    "one of batch normalisation's outputs": norm(9, 1),
    "a cast that fits": cast(200, TensorProto.UINT8),
    "sizes": one("Resize", (1, 1, 2, 3), None, None, ints(1, 1, 4, 9), opset=18, keep_aspect_ratio_policy="stretch"),
    "a slice backwards to the first entry": one("Slice", (4,), ints(-1), ints(-(2**63)), ints(0), ints(-1)),
    "dilations with stated borders": one("MaxPool", (1, 1, 5), kernel_shape=[2], dilations=[2], pads=[1, 1]),
    "SAME where the kernel is one entry": one("MaxPool", (1, 1, 5), kernel_shape=[1], dilations=[2], auto_pad="SAME_LOWER"),
}

REFUSED = {
    "training_mode 1": norm(9, 5),
    "does not fit the integer type number 2": cast(300, TensorProto.UINT8),
    "does not fit the integer type number 6": cast(2.0**40, TensorProto.INT32),
    "leaves 32 bits": product(np.int32, 2**20),
    "keep_aspect_ratio_policy": one("Resize", (1, 1, 2, 3), None, None, ints(1, 1, 4, 9), opset=18, keep_aspect_ratio_policy="not_larger"),
    "an empty list of axes": one("Squeeze", (1, 2), ints()),
    "a slice backwards to": one("Slice", (4,), ints(3), ints(2**63 - 1), ints(0), ints(-1)),
    "auto_pad 'SAME_UPPER' with dilations": one("MaxPool", (1, 1, 5), kernel_shape=[2], dilations=[2], auto_pad="SAME_UPPER"),
    "which rounds": model(
        [helper.make_node("Gemm", ["x", "a"], ["y"], alpha=0.5)], {"x": (1, 2)}, weights={"a": ints(1, 1).reshape(2, 1)}, element=7
    ),
}


@pytest.mark.parametrize("name", AGREES)
def test_what_was_read_otherwise(name):
    agrees(AGREES[name])


@pytest.mark.parametrize("words", REFUSED)
def test_what_runtimes_do_not_agree_on(words):
    with pytest.raises(NotSupported, match=words):
        read(REFUSED[words])


def test_a_bound_of_binary64_numbers_may_lie_beyond_binary32():
    clip = one("Clip", (1,), None, np.float64(1e39), opset=13)
    clip.graph.input[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    assert read(clip)([Fraction(10**40)]) == (Fraction(1e39),)
    assert read(one("Clip", (1,), None, np.finfo(np.float32).max))([Fraction(10**40)]) == (10**40,)


def test_pads_of_a_tensor_without_axes():
    assert read(one("Pad", (), ints(), mode="edge"))([Fraction(3)]) == (3,)


def test_an_attribute_given_twice():
    twice = one("LeakyRelu", (2,), alpha=0.5)
    twice.graph.node[0].attribute.append(helper.make_attribute("alpha", 0.25))
    with pytest.raises(Malformed, match="given twice"):
        read(twice)


def test_functions_that_redefine_a_standard_operator():
    overridden = one("Relu", (2,))
    body = [helper.make_node("Neg", ["x"], ["y"])]
    overridden.functions.append(helper.make_function("", "Relu", ["x"], ["y"], body, [helper.make_opsetid("", 13)]))
    with pytest.raises(NotSupported, match="redefines a standard operator"):
        read(overridden)


def of_nothing(*nodes):
    """What the nodes make of the first 0 rows of x, with a 0 added for each row."""
    cut = helper.make_node("Slice", ["x"], ["a"], starts=[0], ends=[0])
    return model([cut, *nodes], {"x": (2, 3)}, weights={"w": w(0, 2), "s": w(3), "b": w(3)}, opset=9)


def test_no_entries_are_not_normalised():
    with pytest.raises(Malformed, match="over no entries"):
        read(of_nothing(helper.make_node("LogSoftmax", ["a"], ["y"], axis=1)))
    with pytest.raises(Malformed, match="groups of channels"):
        read(of_nothing(helper.make_node("InstanceNormalization", ["a", "s", "b"], ["y"])))


def test_no_entries_have_no_maximum_and_the_sum_0():
    assert read(of_nothing(helper.make_node("ReduceMax", ["a"], ["y"], axes=[1])))([1, 2, 3, 4, 5, 6]) == ()
    turned = helper.make_node("Transpose", ["a"], ["t"]), helper.make_node("MatMul", ["t", "w"], ["y"])
    assert read(of_nothing(*turned))([1, 2, 3, 4, 5, 6]) == (0,) * 6
