"""RealNVP as Keras exports it: two-sided affine couplings with tanh-bounded log-scales and a reversal in between, as ONNX.

The structure is that of the Keras models in github.com/jaekookang/invertible_neural_networks, written down in ONNX operators.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


def real_nvp(n: int = 4, couplings: int = 3, hidden: int = 16, depth: int = 3, seed: int = 0) -> onnx.ModelProto:
    """x ↦ z with random weights: in each layer the coordinates are reversed, then both halves transformed by turns."""
    graph = _Graph(np.random.default_rng(seed))
    z = "x"
    for _ in range(couplings):
        turned = graph.node("Transpose", [graph.node("Gather", [graph.node("Transpose", [z]), graph.stored(np.arange(n)[::-1])])])
        x = graph.node("Reshape", [turned, graph.stored(np.array([-1, n]))])
        first, second = graph.half(x, 0, n // 2), graph.half(x, n // 2, n)
        first = graph.transformed(first, second, n - n // 2, n // 2, hidden, depth)
        second = graph.transformed(second, first, n // 2, n - n // 2, hidden, depth)
        z = graph.node("Concat", [first, second], axis=-1)
    inputs = [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, n])]
    outputs = [helper.make_tensor_value_info(z, onnx.TensorProto.FLOAT, [1, n])]
    made = helper.make_graph(graph.nodes, "real_nvp", inputs, outputs, graph.weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


class _Graph:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.nodes, self.weights = rng, list[Any](), list[Any]()

    def node(self, op: str, inputs: list[str], **attributes: Any) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def stored(self, values: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def half(self, x: str, start: int, end: int) -> str:
        return self.node("Slice", [x, self.stored(np.array([start])), self.stored(np.array([end])), self.stored(np.array([1]))])

    def dense(self, x: str, a: int, b: int, activation: str | None) -> str:
        weight = self.stored(self.rng.normal(0, a**-0.5, (a, b)).astype(np.float32))
        out = self.node("Add", [self.node("MatMul", [x, weight]), self.stored(self.rng.normal(0, 0.1, b).astype(np.float32))])
        return out if activation is None else self.node(activation, [out])

    def transformed(self, x: str, condition: str, a: int, b: int, hidden: int, depth: int) -> str:
        """x·e^(tanh …) + …, both computed from the condition."""
        for k in range(depth):
            condition = self.dense(condition, a if k == 0 else hidden, hidden, "Relu")
        scale = self.node("Exp", [self.dense(condition, hidden, b, "Tanh")])
        return self.node("Add", [self.node("Mul", [x, scale]), self.dense(condition, hidden, b, None)])
