"""Each ONNX operator against onnxruntime, and what it becomes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from bijection.errors import NotSupported
from bijection.frontends.onnx.operators import OPERATORS
from bijection.frontends.onnx.reader import read, read_model, supported_operators
from bijection.frontends.onnx.reduce import inverse_root
from proofs.activations import Atan, Elu, Erf, Exp, Sigmoid, Softplus, Tanh
from proofs.errors import Malformed
from proofs.network import Affine, Argmax, Pointwise, Softmax
from tests.frontends.onnx_models import agrees, kinds, model, one

pytest.importorskip("onnxruntime", reason="onnxruntime, the float side of the comparison, is not installed")

RNG = np.random.default_rng(5)


def w(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


AGREEING = {
    "gemm": one("Gemm", (2, 3), w(3, 4), w(4), alpha=0.5, beta=2.0),
    "gemm transposed": one("Gemm", (3, 2), w(4, 3), w(2, 1), transA=1, transB=1),
    "gemm without bias": one("Gemm", (2, 3), w(3, 4)),
    "matmul vector": one("MatMul", (3,), w(3, 4)),
    "matmul to a vector": one("MatMul", (2, 3), w(3)),
    "matmul batched": one("MatMul", (2, 1, 4, 3), w(5, 3, 2)),
    "matmul batched on both sides": one("MatMul", (2, 4, 3), w(2, 3, 2)),
    "matmul constant left": model([helper.make_node("MatMul", ["a", "x"], ["y"])], {"x": (3, 2)}, weights={"a": w(4, 3)}),
    "matmul batched constant left": model([helper.make_node("MatMul", ["a", "x"], ["y"])], {"x": (3, 2)}, weights={"a": w(2, 4, 3)}),
    "matmul of two inputs": model([helper.make_node("MatMul", ["x", "z"], ["y"])], {"x": (2, 2, 3), "z": (3, 2)}),
    "matmul of x with itself": model([helper.make_node("MatMul", ["x", "x"], ["y"])], {"x": (3, 3)}),
    "add": one("Add", (2, 3), w(3)),
    "add broadcasting x": one("Add", (1, 3), w(4, 1)),
    "add 7": one("Add", (2, 3), w(2, 1), opset=7),
    "add two inputs": model([helper.make_node("Add", ["x", "z"], ["y"])], {"x": (2, 3), "z": (3,)}),
    "add x to itself": model([helper.make_node("Add", ["x", "x"], ["y"])], {"x": (2,)}),
    "sub": one("Sub", (2, 3), w(3)),
    "sub from a constant": model([helper.make_node("Sub", ["a", "x"], ["y"])], {"x": (3,)}, weights={"a": w(3)}),
    "sub two inputs": model([helper.make_node("Sub", ["x", "z"], ["y"])], {"x": (2, 3), "z": (2, 1)}),
    "mul": one("Mul", (2, 3), w(3)),
    "mul two inputs": model([helper.make_node("Mul", ["x", "z"], ["y"])], {"x": (2, 3), "z": (3,)}),
    "square": model([helper.make_node("Mul", ["x", "x"], ["y"])], {"x": (2, 3)}),
    "div": one("Div", (2, 3), w(3) + 2),
    "sum": model([helper.make_node("Sum", ["x", "z", "a"], ["y"])], {"x": (2, 3), "z": (3,)}, weights={"a": w(3)}),
    "neg": one("Neg", (2, 3)),
    "conv 1d": one("Conv", (1, 2, 9), w(3, 2, 3), w(3), strides=[2], pads=[1, 0], dilations=[2]),
    "conv 2d": one("Conv", (2, 2, 5, 6), w(3, 2, 3, 2), w(3), strides=[1, 2], pads=[1, 0, 2, 1]),
    "conv grouped": one("Conv", (1, 4, 4, 4), w(6, 2, 2, 2), w(6), group=2),
    "conv depthwise": one("Conv", (1, 3, 4, 4), w(3, 1, 3, 3), group=3, kernel_shape=[3, 3]),
    "conv same upper": one("Conv", (1, 1, 5, 4), w(1, 1, 2, 3), auto_pad="SAME_UPPER", strides=[2, 1]),
    "conv same lower": one("Conv", (1, 1, 5, 4), w(1, 1, 2, 2), auto_pad="SAME_LOWER"),
    "conv valid": one("Conv", (1, 1, 5, 4), w(1, 1, 2, 2), auto_pad="VALID"),
    "conv 3d": one("Conv", (1, 1, 3, 3, 3), w(2, 1, 2, 2, 2)),
    "batch norm 9": one("BatchNormalization", (2, 3, 2), w(3), w(3), w(3), w(3) + 2, opset=9),
    "batch norm 15": one("BatchNormalization", (2, 3), w(3), w(3), w(3), w(3) + 2, opset=15, epsilon=0.1),
    "relu": one("Relu", (2, 3)),
    "leaky relu": one("LeakyRelu", (2, 3), alpha=0.3),
    "prelu": one("PRelu", (1, 3, 2), w(3, 1)),
    "clip 6": one("Clip", (5,), opset=10, min=-0.5, max=0.75),
    "clip 6 open": one("Clip", (5,), opset=10, max=0.75),
    "clip 13": one("Clip", (5,), np.float32(-0.5), np.float32(0.75)),
    "clip 13 below": one("Clip", (5,), None, np.float32(0.75)),
    "clip to a point": one("Clip", (5,), np.float32(0.5), np.float32(0.5)),
    "hard sigmoid": one("HardSigmoid", (5,), alpha=0.3, beta=0.25),
    "abs": one("Abs", (5,)),
    "max with a constant": one("Max", (2, 3), w(3)),
    "max of two": model([helper.make_node("Max", ["x", "z", "a"], ["y"])], {"x": (2, 3), "z": (3,)}, weights={"a": w(2, 1)}),
    "min of two": model([helper.make_node("Min", ["x", "z", "a"], ["y"])], {"x": (2, 3), "z": (3,)}, weights={"a": w(2, 1)}),
    "max of x and x": model([helper.make_node("Max", ["x", "x"], ["y"])], {"x": (2,)}),
    "max pool": one("MaxPool", (1, 2, 5, 5), kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
    "max pool ceil": one("MaxPool", (1, 1, 6, 6), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "max pool dilated": one("MaxPool", (1, 1, 7), kernel_shape=[3], dilations=[2]),
    "max pool same": one("MaxPool", (1, 1, 5, 5), kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER"),
    "average pool": one("AveragePool", (1, 2, 5, 5), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "average pool counting": one("AveragePool", (1, 2, 5, 5), kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
    "average pool ceil": one("AveragePool", (1, 1, 6, 6), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    "average pool dilated": one("AveragePool", (1, 1, 7), kernel_shape=[3], dilations=[2], opset=19),
    "global average pool": one("GlobalAveragePool", (2, 3, 2, 2)),
    "global max pool": one("GlobalMaxPool", (2, 3, 2, 2)),
    "concat": model([helper.make_node("Concat", ["x", "a", "z"], ["y"], axis=-1)], {"x": (2, 3), "z": (2, 1)}, weights={"a": w(2, 2)}),
    "split 11": one("Split", (2, 5), opset=11, outputs=2, axis=1, split=[2, 3]),
    "split 11 equal": one("Split", (2, 4), opset=11, outputs=2, axis=1),
    "split 13": one("Split", (2, 5), ints(1, 4), outputs=2, axis=-1),
    "split 18": one("Split", (7,), opset=18, outputs=3, num_outputs=3),
    "slice 9": one("Slice", (4, 5), opset=9, starts=[1, -3], ends=[3, 9999], axes=[0, 1]),
    "slice 13": one("Slice", (4, 5), ints(1, -1), ints(99, -99), ints(0, 1), ints(2, -2)),
    "slice to nothing and on": one("Slice", (4, 5), ints(-2), ints(2**62)),
    "gather": one("Gather", (4, 3), np.array([[0, -1], [2, 0]]), axis=0),
    "gather scalar": one("Gather", (4, 3), np.array(1), axis=1),
    "flatten": one("Flatten", (2, 3, 4), axis=2),
    "flatten from the end": one("Flatten", (2, 3, 4), axis=-1),
    "reshape": one("Reshape", (2, 3, 4), ints(0, -1)),
    "transpose": one("Transpose", (2, 3, 4), perm=[2, 0, 1]),
    "transpose by default": one("Transpose", (2, 3)),
    "pad 2": one("Pad", (2, 3), opset=10, pads=[0, 1, 2, 0], value=1.5),
    "pad 13": one("Pad", (2, 3), ints(1, 0, 0, 2), np.float32(0.5)),
    "pad 18": one("Pad", (2, 3), ints(1, 2), None, ints(1), opset=18),
    "pad cutting": one("Pad", (4, 3), ints(-1, 0, -1, 1)),
    "pad edge": one("Pad", (2, 3), ints(1, 2, 0, 1), mode="edge"),
    "pad reflect": one("Pad", (3, 4), ints(1, 2, 0, 1), mode="reflect"),
    "identity": one("Identity", (2, 3)),
    "dropout 7": one("Dropout", (2, 3), opset=7, ratio=0.5),
    "dropout 13": one("Dropout", (2, 3), np.float32(0.5), np.array(False)),
    "squeeze 11": one("Squeeze", (1, 3, 1), opset=11, axes=[0]),
    "squeeze 13": one("Squeeze", (1, 3, 1), ints(-1)),
    "squeeze all": one("Squeeze", (1, 3, 1)),
    "unsqueeze 11": one("Unsqueeze", (2, 3), opset=11, axes=[0, 3]),
    "unsqueeze 13": one("Unsqueeze", (2, 3), ints(-1, 0)),
    "cast": one("Cast", (2, 3), to=TensorProto.DOUBLE),
    "expand": one("Expand", (2, 1), ints(3, 1, 4)),
    "tile": one("Tile", (2, 1), ints(2, 3)),
    "reduce sum 11": one("ReduceSum", (2, 3, 4), opset=11, axes=[0, -1], keepdims=0),
    "reduce sum 13": one("ReduceSum", (2, 3, 4), ints(1)),
    "reduce sum of all": one("ReduceSum", (2, 3), keepdims=0),
    "reduce sum of nothing": one("ReduceSum", (2, 3), noop_with_empty_axes=1),
    "reduce mean 13": one("ReduceMean", (2, 3), axes=[1]),
    "reduce mean 18": one("ReduceMean", (2, 3), ints(0), opset=18),
    "reduce max": one("ReduceMax", (2, 3), axes=[1], keepdims=0),
    "reduce min": one("ReduceMin", (2, 3), axes=[0]),
    "argmax": one("ArgMax", (1, 5), axis=1),
    "argmin": one("ArgMin", (1, 5), axis=1, keepdims=0),
    "argmax flat": one("ArgMax", (1, 5, 1), axis=1, keepdims=0),
    "upsample 9": one("Upsample", (1, 1, 2, 3), np.float32([1, 1, 2, 3]), opset=9),
    "resize 10": one("Resize", (1, 1, 2, 3), np.float32([1, 1, 2, 3]), opset=10),
    "resize 13": one("Resize", (1, 1, 2, 3), None, np.float32([1, 1, 2, 3])),
    "resize to a size": one("Resize", (1, 1, 2, 3), None, None, ints(1, 1, 4, 9), nearest_mode="floor"),
    "hard swish": one("HardSwish", (5,), opset=14),
    "shrink": one("Shrink", (5,), lambd=0.5, bias=0.5),
    "thresholded": one("ThresholdedRelu", (5,), alpha=0.0),
    "cube": one("Pow", (5,), np.float32(3)),
    "power 0": one("Pow", (5,), np.float32(0)),
    "resize asymmetric": one("Resize", (1, 1, 3), None, np.float32([1, 1, 4]), coordinate_transformation_mode="asymmetric"),
}


@pytest.mark.parametrize("name", AGREEING)
def test_the_network_agrees_with_onnxruntime(name):
    agrees(AGREEING[name])


def test_the_table_of_operators_is_published_and_each_runs_in_a_test():
    assert supported_operators() == tuple(sorted(OPERATORS))
    tested = {node.op_type for proto in AGREEING.values() for node in proto.graph.node}
    norms = {"GroupNormalization", "InstanceNormalization", "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization"}
    norms |= {"Celu", "Cos", "LogSoftmax", "Mish", "Reciprocal", "Sin", "Softsign", "Sqrt", "Swish"}  # tests/frontends/test_onnx_norms.py
    smooth = {*norms, "Sigmoid", "Tanh", "Softplus", "Exp", "Atan", "Elu", "Erf", "Gelu", "Selu", "Softmax"}
    elsewhere = {"Constant", "ConstantOfShape", "Shape", "Size", *smooth}
    assert tested | elsewhere == set(OPERATORS)


def test_a_bias_joins_the_matrix_before_it():
    nodes = [helper.make_node("MatMul", ["x", "a"], ["h"]), helper.make_node("Add", ["h", "b"], ["y"])]
    assert kinds(agrees(model(nodes, {"x": (2, 3)}, weights={"a": w(3, 4), "b": w(4)}))) == ["Affine"]


def test_a_shared_matrix_keeps_its_own_value():
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"]),
        helper.make_node("Add", ["h", "b"], ["k"]),
        helper.make_node("Mul", ["h", "k"], ["y"]),
    ]
    agrees(model(nodes, {"x": (2, 3)}, ("y", "h"), {"a": w(3, 4), "b": w(4)}))


def test_parts_of_one_matrix_are_shifted_apart():
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"]),
        helper.make_node("Split", ["h"], ["p", "q"], axis=1),
        helper.make_node("Add", ["p", "b"], ["r"]),
        helper.make_node("Relu", ["q"], ["s"]),
        helper.make_node("Concat", ["s", "r"], ["y"], axis=1),
    ]
    agrees(model(nodes, {"x": (2, 3)}, weights={"a": w(3, 4), "b": w(2)}))


def test_moving_entries_costs_no_node():
    nodes = [
        helper.make_node("Transpose", ["x"], ["a"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["a", "k"], ["b"]),
        helper.make_node("Relu", ["b"], ["c"]),
        helper.make_node("Transpose", ["c"], ["d"], perm=[0, 2, 3, 1]),
        helper.make_node("Flatten", ["d"], ["e"]),
        helper.make_node("Gemm", ["e", "m"], ["y"]),
    ]
    read = agrees(model(nodes, {"x": (1, 4, 4, 2)}, weights={"k": w(3, 2, 3, 3), "m": w(12, 5)}))
    assert kinds(read) == ["Affine", "Pointwise", "Affine"]
    assert read.inputs == (("x", (1, 4, 4, 2)),)
    assert read.outputs == (("y", (1, 5)),)


def test_positions_of_a_convolution_share_their_coefficients():
    conv = read(one("Conv", (1, 1, 6, 6), w(1, 1, 3, 3))).nodes[0].op
    assert isinstance(conv, Affine)
    assert len({id(row.coefficients) for row in conv.rows}) == 1


def test_the_weights_are_the_stored_floats():
    (row,) = read(one("Gemm", (1, 1), np.float32([[0.1]]))).nodes[0].op.rows
    assert Fraction(row.coefficients[0], read(one("Gemm", (1, 1), np.float32([[0.1]]))).nodes[0].op.denominator) == Fraction(
        float(np.float32(0.1))
    )


def test_shape_arithmetic_is_folded():
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "i"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "zero"], ["m"]),
        helper.make_node("Concat", ["m", "minus"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["r"]),
        helper.make_node("Size", ["x"], ["size"]),
        helper.make_node("Cast", ["size"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["r", "f"], ["y"]),
    ]
    weights = {"i": np.array(0), "zero": ints(0), "minus": ints(-1)}
    assert kinds(agrees(model(nodes, {"x": (2, 3, 2)}, weights=weights))) == ["Affine"]


def test_constants_are_folded_exactly():
    nodes = [
        helper.make_node("Constant", [], ["a"], value_floats=[0.1, 0.2]),
        helper.make_node("ConstantOfShape", ["two"], ["b"], value=numpy_helper.from_array(np.float32([0.3]))),
        helper.make_node("Add", ["a", "b"], ["c"]),
        helper.make_node("Div", ["c", "b"], ["d"]),
        helper.make_node("Mul", ["x", "d"], ["y"]),
    ]
    f = read(model(nodes, {"x": (2,)}, weights={"two": ints(2)}))
    a, b = Fraction(float(np.float32(0.1))), Fraction(float(np.float32(0.3)))
    assert f([1, 0])[0] == (a + b) / b


def test_several_inputs_and_outputs_are_stacked_in_graph_order():
    nodes = [helper.make_node("Neg", ["b"], ["p"]), helper.make_node("Relu", ["a"], ["q"])]
    read = agrees(model(nodes, {"a": (2,), "b": (1, 3)}, ("p", "q")))
    assert read.inputs == (("a", (2,)), ("b", (1, 3)))
    assert read.network([1, -1, 2, 3, 4]) == (-2, -3, -4, 1, 0)


def test_an_open_batch_is_one_and_other_open_sides_are_refused():
    assert read(one("Relu", ("batch", 3))).arity == 3
    assert read(one("Relu", (0, 3))).arity == 3
    with pytest.raises(NotSupported, match="only the first dimension may be open"):
        read(one("Relu", (1, "n")))


def test_inputs_that_are_weights_are_no_inputs():
    proto = one("Add", (2,), w(2))
    proto.graph.input.append(helper.make_tensor_value_info("w0", TensorProto.FLOAT, [2]))
    assert read(proto).arity == 2


def test_integer_inputs_are_noted():
    proto = model([helper.make_node("Add", ["x", "a"], ["y"])], {"x": (2,)}, weights={"a": ints(3, 4)}, element=TensorProto.INT64)
    assert "all reals" in agrees(proto, integers=True).notes[0]


def test_nodes_out_of_order_are_sorted():
    nodes = [helper.make_node("Neg", ["h"], ["y"]), helper.make_node("Relu", ["x"], ["h"])]
    assert read(model(nodes, {"x": (1,)}))([2]) == (-2,)


@pytest.mark.parametrize(
    ("op", "activation"),
    [
        ("Sigmoid", Sigmoid()),
        ("Tanh", Tanh()),
        ("Softplus", Softplus()),
        ("Exp", Exp()),
        ("Atan", Atan()),
        ("Erf", Erf()),
        ("Elu", Elu(Fraction(1), Fraction(1))),
    ],
)
def test_smooth_functions_are_named(op, activation):
    assert read(one(op, (2,))).nodes[0].op == Pointwise((activation,) * 2)


def test_selu_keeps_its_stored_constants():
    (selu, _) = read(one("Selu", (2,))).nodes[0].op.activations
    assert selu == Elu(Fraction(float(np.float32(1.67326319217681884765625))), Fraction(float(np.float32(1.05070102214813232421875))))


def test_softmax_before_13_joins_the_axes():
    assert read(one("Softmax", (2, 2, 2), opset=11)).nodes[0].op == Softmax(((0, 1, 2, 3), (4, 5, 6, 7)))
    assert read(one("Softmax", (2, 2, 2))).nodes[0].op == Softmax(((0, 1), (2, 3), (4, 5), (6, 7)))
    assert read(one("Softmax", (2, 2), axis=0)).nodes[0].op == Softmax(((0, 2), (1, 3)))


def test_argmax_takes_the_first_of_equals():
    f = read(one("ArgMax", (1, 3), axis=1))
    assert f.nodes[-1].op == Argmax()
    assert f([1, 2, 2]) == (1,)
    assert read(one("ArgMin", (1, 3), axis=1))([2, 1, 1]) == (1,)


@pytest.mark.parametrize(
    "q", [Fraction(2), Fraction(1, 3), Fraction(10**40 + 1, 7), Fraction(1, 10**300 + 3), Fraction(3 * 2**-1000 * 2**1001)]
)
def test_inverse_roots_are_the_nearest_binary64_numbers(q):
    r = inverse_root(q)
    assert Fraction(float(r)) == r
    step = Fraction(np.spacing(float(r)))
    assert (r - step / 2) ** 2 * q < 1 < (r + step / 2) ** 2 * q


def test_inverse_roots_of_squares_are_exact():
    assert inverse_root(Fraction(9, 4)) == Fraction(2, 3)


def test_reading_logs_where_the_network_is_not_quite_what_the_file_says(caplog):
    read(AGREEING["batch norm 15"])
    assert "irrational" in caplog.text


def test_batch_normalisation_says_where_it_rounds():
    (note,) = read_model(AGREEING["batch norm 15"]).notes
    assert note.startswith("BatchNormalization 'y': 1/sqrt(var+eps) is irrational")
    ones = np.ones(2, np.float32)
    assert read_model(one("BatchNormalization", (1, 2), ones, ones, ones, 4 * ones, epsilon=0.0)).notes == ()


two = {"x": (2,), "z": (2,)}
REFUSED = {
    "operator set 6": one("Relu", (2,), opset=6),
    "operator set 29": one("Relu", (2,), opset=29),
    "Cosh node 'y'.*supported_operators": one("Cosh", (2,)),
    "training_mode is on": one("Dropout", (2,), np.float32(0.5), np.array(True)),
    "training_mode 1": one("BatchNormalization", (1, 2), w(2), w(2), w(2), w(2), opset=15, training_mode=1),
    "division by a value that depends": model([helper.make_node("Div", ["x", "z"], ["y"])], two),
    "a cast of the network's values to integers rounds": one("Cast", (2,), to=TensorProto.INT64),
    "a cast of the network's values to float16 rounds": one("Cast", (2,), to=TensorProto.FLOAT16),
    "the slope .input 1. depends on the network's input": model([helper.make_node("PRelu", ["x", "z"], ["y"])], two),
    "select_last_index": one("ArgMax", (2,), axis=0, select_last_index=1),
    "all other axes must be 1": one("ArgMax", (2, 2), axis=0),
    "count_include_pad": one("AveragePool", (1, 1, 4), kernel_shape=[3], strides=[2], ceil_mode=1, count_include_pad=1),
    "nearest-neighbour": one("Resize", (1, 1, 4), None, np.float32([1, 1, 2]), mode="linear"),
    "the factor 1.5": one("Resize", (1, 1, 4), None, np.float32([1, 1, 1.5])),
    "mode 'wrap'": one("Pad", (4,), ints(1, 1), mode="wrap", opset=19),
    "its further output 'i' is used": model(
        [helper.make_node("MaxPool", ["x"], ["y", "i"], kernel_shape=[2])], {"x": (1, 1, 4)}, ("y", "i")
    ),
    "indices .input 1. depends": model([helper.make_node("Gather", ["a", "x"], ["y"])], {"x": (2,)}, weights={"a": w(2)}, element=7),
    "alpha -1": one("HardSigmoid", (2,), alpha=-1.0),
    "a negative|must be positive": one("Elu", (2,), alpha=-1.0),
    "the element type STRING": one("Add", (2,), np.array(["a", "b"], dtype=object)),
    "the element type COMPLEX64": one("Add", (2,), np.array([1j], dtype=np.complex64)),
    "of the domain 'com.acme'": model([helper.make_node("Relu", ["x"], ["y"], domain="com.acme")], {"x": (2,)}),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_not_supported_is_refused_in_a_sentence(words):
    with pytest.raises(NotSupported, match=words):
        read(REFUSED[words])


def test_all_obstacles_are_named_at_once():
    nodes = [
        helper.make_node("Cosh", ["x"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Sinh", ["b"], ["y"]),
    ]
    with pytest.raises(NotSupported, match=r"Cosh node 'first' .operator set 13.: express.*; Sinh node 'y'"):
        read(model(nodes, {"x": (2,)}))


MALFORMED = {
    "reads 'nothing', which no input": model([helper.make_node("Add", ["x", "nothing"], ["y"])], {"x": (2,)}),
    "the graph has a cycle": model([helper.make_node("Add", ["x", "y"], ["z"]), helper.make_node("Relu", ["z"], ["y"])], {"x": (2,)}),
    "a name that is taken": model([helper.make_node("Relu", ["x"], ["x"])], {"x": (2,)}, ("x",)),
    "no node computes the output 'y'": model([helper.make_node("Relu", ["x"], ["z"])], {"x": (2,)}),
    "the graph has no outputs": model([helper.make_node("Relu", ["x"], ["z"])], {"x": (2,)}, ()),
    "tensor 'w0' holds nan at .1.": one("Add", (2,), np.float32([1, np.nan])),
    "tensor 'w0' holds inf at": one("Gemm", (1, 2), np.float32([[1], [np.inf]])),
    "do not broadcast": one("Add", (2,), w(3)),
    "a product of matrices 2×3 and 4×1": one("MatMul", (2, 3), w(4, 1)),
    "division by zero": one("Div", (2,), np.float32([1, 0])),
    "a kernel of shape": one("Conv", (1, 2, 4), w(1, 3, 2)),
    "a window of 5 on an axis of 4": one("Conv", (1, 2, 4), w(1, 2, 5)),
    "cannot be given the shape": one("Reshape", (2, 3), ints(4, -1)),
    "reach outside the 2 entries": one("Gather", (2,), ints(2)),
    "attribute 'alpha' does not exist": one("Relu", (2,), alpha=1.0),
    "do not fit operator set": one("Relu", (2,), w(2)),
    "attribute 'axis' is missing": one("Concat", (2,)),
    "variance .* must be positive": one("BatchNormalization", (1, 1), w(1), w(1), w(1), np.float32([-1])),
    "axis 3 of a tensor": one("Concat", (2,), axis=3),
    "step 0": one("Slice", (2,), ints(0), ints(1), ints(0), ints(0)),
    "over padding alone": one("MaxPool", (1, 1, 1), kernel_shape=[1], pads=[1, 1]),
}


@pytest.mark.parametrize("words", MALFORMED)
def test_what_is_wrong_is_named(words):
    with pytest.raises(Malformed, match=words):
        read(MALFORMED[words])
