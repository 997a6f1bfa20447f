"""ONNX operators whose values are no rational numbers, against onnxruntime or NumPy, by a shadow in floats."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from onnx import helper

from bijection.errors import NotSupported
from bijection.exact.floating import shadow
from bijection.frontends.onnx.reader import read, read_model
from proofs.errors import Malformed
from tests.frontends.onnx_models import model, one, replay

RNG = np.random.default_rng(3)


def w(*shape: int) -> Any:
    return RNG.uniform(0.5, 1, shape).astype(np.float32)


def chain(*nodes: tuple[str, list[str], str], weights: dict[str, Any], **attributes: Any) -> Any:
    made = [helper.make_node(op, inputs, [output], **(attributes if op == "ReduceMean" else {})) for op, inputs, output in nodes]
    return model(made, {"x": (2, 4)}, weights=weights)


MODELS = {
    "layer norm": one("LayerNormalization", (2, 4), w(4), w(4), opset=17),
    "layer norm over two axes": one("LayerNormalization", (2, 2, 3), w(2, 3), opset=17, axis=1, epsilon=0.1),
    "simplified layer norm": one("SimplifiedLayerNormalization", (2, 4), w(4), opset=17, epsilon=0.01),
    "instance norm": one("InstanceNormalization", (1, 2, 3), w(2), w(2)),
    "group norm": one("GroupNormalization", (1, 4, 3), w(4), w(4), opset=21, num_groups=2),
    "log softmax": one("LogSoftmax", (2, 4)),
    "log softmax of one": one("LogSoftmax", (2, 1)),
    "log softmax along the first axis": one("LogSoftmax", (3, 2), axis=0),
    "log softmax 11": one("LogSoftmax", (2, 2, 2), opset=11),
    "celu": one("Celu", (5,), alpha=0.5),
    "softsign": one("Softsign", (5,)),
    "mish": one("Mish", (5,), opset=18),
    "sine": one("Sin", (5,)),
    "cosine": one("Cos", (5,)),
    "decomposed layer norm": chain(
        ("ReduceMean", ["x"], "m"),
        ("Sub", ["x", "m"], "c"),
        ("Pow", ["c", "two"], "s"),
        ("ReduceMean", ["s"], "v"),
        ("Add", ["v", "e"], "a"),
        ("Sqrt", ["a"], "r"),
        ("Div", ["c", "r"], "y"),
        weights={"two": np.float32(2), "e": np.float32(1e-5)},
        axes=[-1],
    ),
    "decomposed RMS norm": chain(
        ("Mul", ["x", "x"], "s"),
        ("ReduceMean", ["s"], "v"),
        ("Add", ["v", "e"], "a"),
        ("Sqrt", ["a"], "r"),
        ("Reciprocal", ["r"], "q"),
        ("Mul", ["x", "q"], "y"),
        weights={"e": np.float32(1e-3)},
        axes=[-1],
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_network_agrees_with_onnxruntime(name: str) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime, the float side of the comparison, is not installed")
    found = read_model(MODELS[name])
    x = RNG.uniform(-2, 2, found.network.arity).astype(np.float32)
    ((_, shape),) = found.inputs
    (wanted,) = replay(MODELS[name], {"x": x.reshape(shape)})
    assert np.allclose(shadow(found.network)(x[None].astype(float))[0], wanted.ravel(), rtol=1e-4, atol=1e-5)


def test_operators_that_onnxruntime_may_not_know_yet() -> None:
    x = np.array([1.0, -2.0, 3.0, 0.5])
    rms = read(one("RMSNormalization", (1, 4), w(4) * 0 + 1, opset=23, epsilon=0.25))
    assert np.allclose(shadow(rms)(x[None])[0], x / np.sqrt(np.mean(x**2) + 0.25))
    swish = read(one("Swish", (4,), opset=24, alpha=2.0))
    assert np.allclose(shadow(swish)(x[None])[0], x / (1 + np.exp(-2 * x)))


def test_a_root_of_a_square_is_exact() -> None:
    nodes = [helper.make_node("Mul", ["x", "x"], ["s"]), helper.make_node("Sqrt", ["s"], ["y"])]
    assert read(model(nodes, {"x": (2,)}))([Fraction(-3, 2), 0]) == (Fraction(3, 2), 0)


REFUSED = {
    "a root of anything": (one("Sqrt", (2,)), NotSupported, "the square root of a value that is not known to be at least 0"),
    "a reciprocal of anything": (one("Reciprocal", (2,)), NotSupported, "not known to stay above a positive number"),
    "no epsilon": (one("LayerNormalization", (1, 2), w(2), opset=17, epsilon=0.0), NotSupported, "normalisation with epsilon 0"),
    "a strange power": (one("Pow", (2,), np.float32(0.25)), NotSupported, "the power 1/4"),
    "two powers": (one("Pow", (2,), np.float32([1, 2])), NotSupported, "2 different exponents"),
    "old groups": (
        one("GroupNormalization", (1, 4, 3), w(2), w(2), opset=18, num_groups=2),
        NotSupported,
        "withdrawn from operator set 18",
    ),
    "bad groups": (one("GroupNormalization", (1, 4, 3), w(4), w(4), opset=21, num_groups=3), Malformed, "3 groups of channels"),
    "a jump": (one("Shrink", (2,), lambd=0.5), NotSupported, "shrinking by 0 beyond 0.5 jumps"),
    "a step": (one("ThresholdedRelu", (2,)), NotSupported, "0 up to 1 and x beyond jumps"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_in_one_sentence(name: str) -> None:
    proto, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message):
        read(proto)
