"""Small ONNX models for the tests, and the comparison of an exact network with a float runtime."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bijection.frontends.onnx.reader import OnnxModel, read_model


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Sequence[Any]],
    outputs: Sequence[str] = ("y",),
    weights: dict[str, Any] | None = None,
    opset: int = 13,
    element: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(n, element, list(s)) for n, s in inputs.items()],
        [onnx.ValueInfoProto(name=n) for n in outputs],
        [numpy_helper.from_array(np.asarray(w), n) for n, w in (weights or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def one(op: str, x: Sequence[Any], *weights: Any, opset: int = 13, outputs: int = 1, **attributes: Any) -> onnx.ModelProto:
    """The model x ↦ op(x, weights…); None leaves an input out."""
    named = {f"w{i}": np.asarray(w) for i, w in enumerate(weights) if w is not None}
    given = ["x", *("" if w is None else f"w{i}" for i, w in enumerate(weights))]
    names = ["y"] if outputs == 1 else [f"y{i}" for i in range(outputs)]
    return model([helper.make_node(op, given, names, **attributes)], {"x": x}, names, named, opset)


def replay(proto: onnx.ModelProto, feeds: dict[str, Any]) -> list[Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, feeds))


def agrees(proto: onnx.ModelProto, *, integers: bool = False, tolerance: float = 1e-5) -> OnnxModel:
    """The exact network, after its values at random inputs were found equal to the runtime's within float rounding."""
    read = read_model(proto)
    rng = np.random.default_rng(0)
    for _ in range(2):
        feeds = {n: rng.uniform(-2, 2, s).astype(np.float32) for n, s in read.inputs}
        if integers:
            feeds = {n: rng.integers(-9, 9, s) for n, s in read.inputs}
        x = [Fraction(v) for n, _ in read.inputs for v in feeds[n].ravel().tolist()]
        found = replay(proto, feeds)
        assert tuple(y.shape for y in found) == tuple(s for _, s in read.outputs)
        exact = [float(v) for v in read.network(x)]
        np.testing.assert_allclose(exact, np.concatenate([y.ravel() for y in found]), rtol=tolerance, atol=tolerance)
    return read


def kinds(read: OnnxModel) -> list[str]:
    return [type(node.op).__name__ for node in read.network.nodes]
