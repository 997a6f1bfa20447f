"""Every ONNX network of ../shared/networks is read and agrees with onnxruntime, or is refused in a sentence."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import pytest

from bijection.errors import NotSupported
from bijection.frontends.onnx.reader import OnnxModel, read_model
from proofs.activations import Elu, PiecewiseAffine, Sigmoid, Tanh
from proofs.network import Affine, Argmax, Max, Network, Pointwise, Product, Softmax, Stack, Sum
from tests.frontends.onnx_models import replay

FOLDER = Path(__file__).parents[3] / "shared" / "networks"
FILES = [f["file"] for f in json.loads((FOLDER / "MANIFEST.json").read_text())["files"]] if FOLDER.is_dir() else []
NETWORKS = [name for name in FILES if name.endswith(".onnx")]

REFUSED = {
    "tiny/webonnx__single_relu.onnx": "operator set 6; the sets 7 to 28 are read",
    "layer-zoo/NeuralNetworkVerification__dropout_training_mode_true.onnx": "Dropout node 'y' .*training_mode is on",
    "quantised/alrevuelta__model_quantized.onnx": "ConvInteger node 'Convolution28_quant'.*integer arithmetic that rounds",
    "superres/alrevuelta__super_resolution.onnx": "Conv node '9' .*80,281,600 coefficients",
}

pytest.importorskip("onnxruntime", reason="onnxruntime, the float side of the comparison, is not installed")
needs_networks = pytest.mark.skipif(not NETWORKS, reason="../shared/networks is not there")


def smooth(activation, t):
    match activation:
        case Sigmoid():
            return 1 / (1 + np.exp(-t))
        case Tanh():
            return np.tanh(t)
        case Elu(alpha, scale):
            return float(scale) * (t if t >= 0 else float(alpha) * np.expm1(t))
        case PiecewiseAffine(breakpoints, pieces):
            p, q = pieces[sum(float(b) < t for b in breakpoints)]
            return float(p) * t + float(q)


def in_floats(f: Network, x: np.ndarray) -> np.ndarray:
    """The network in binary64, written a second time for the test: also where no exact value exists."""
    values = [x]
    for node in f.nodes:
        args = [values[j] for j in node.inputs]
        match node.op:
            case Affine(_, rows, d):
                values.append(
                    np.array(
                        [sum((c / d) * args[0][j] for j, c in zip(r.columns, r.coefficients, strict=True)) + r.constant / d for r in rows]
                    )
                )
            case Pointwise(activations):
                values.append(np.array([smooth(s, t) for s, t in zip(activations, args[0], strict=True)]))
            case Sum():
                values.append(sum(args))
            case Stack():
                values.append(np.concatenate(args))
            case Product():
                values.append(args[0] * args[1])
            case Max(groups):
                values.append(np.array([args[0][list(g)].max() for g in groups]))
            case Softmax(groups):
                out = np.exp(args[0] - args[0].max())
                for g in groups:
                    out[list(g)] /= out[list(g)].sum()
                values.append(out)
            case Argmax():
                values.append(np.array([args[0].argmax()]))
    return values[-1]


def exact_everywhere(f: Network) -> bool:
    kinds = {s for node in f.nodes if isinstance(node.op, Pointwise) for s in set(node.op.activations)}
    return all(isinstance(s, PiecewiseAffine) for s in kinds) and not any(isinstance(node.op, Softmax) for node in f.nodes)


def feeds_for(read: OnnxModel, proto: onnx.ModelProto) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    types = {v.name: onnx.helper.tensor_dtype_to_np_dtype(v.type.tensor_type.elem_type) for v in proto.graph.input}
    return {n: (rng.integers(-9, 9, s) if types[n].kind == "i" else rng.uniform(-1, 1, s)).astype(types[n]) for n, s in read.inputs}


@needs_networks
@pytest.mark.parametrize("name", [n for n in NETWORKS if n not in REFUSED])
def test_it_loads_quickly_and_agrees_with_onnxruntime(name):
    start = time.perf_counter()
    read = read_model(FOLDER / name)
    assert time.perf_counter() - start < 10
    proto = onnx.load(FOLDER / name)
    feeds = feeds_for(read, proto)
    x = np.concatenate([feeds[n].ravel() for n, _ in read.inputs])
    f = read.network
    found = np.concatenate([y.ravel() for y in replay(proto, feeds)])
    ours = [float(v) for v in f([Fraction(v) for v in x.tolist()])] if exact_everywhere(f) else in_floats(f, x.astype(np.float64))
    np.testing.assert_allclose(ours, found, rtol=0, atol=2e-5 * max(1.0, float(np.abs(found).max())))


@needs_networks
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(name):
    with pytest.raises(NotSupported, match=REFUSED[name]):
        read_model(FOLDER / name)


@needs_networks
def test_the_sizes_are_those_of_the_manifest():
    for f in json.loads((FOLDER / "MANIFEST.json").read_text())["files"]:
        if f["file"].endswith(".onnx") and f["file"] not in REFUSED and "cifar" not in f["file"]:
            network = read_model(FOLDER / f["file"]).network
            assert (network.arity, network.width) == (f["n"], f["m"]), f["file"]
