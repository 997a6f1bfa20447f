"""Train digits.onnx: scikit-learn's 8×8 handwritten digits, 64 → 16 → 10 with ReLU, weights rounded to small dyadic numbers.

The input is the raw image, grey levels 0 … 16; the scaling to [0, 1] is folded into the first weights. The rounding costs
no accuracy and makes exact answers short: the first layer is an integer matrix with entries of one digit over 64, so the
kernel lattice of its 16 rows in ℤ⁶⁴ holds vectors with entries −2 … 2, and two images that differ by such a vector have
exactly equal logits. Without weight decay the weights of the three pixels that are blank in every training image keep
their random start, so no pixel is ignored outright and a collision has to be looked for.

    python -m bijection.examples.train_digits [--out FILE]

writes FILE (by default digits.onnx beside this script) and digits_samples.json next to it. Needs scikit-learn and onnx.
The same versions of these give the same bytes; another version or processor may round training differently.
"""

from __future__ import annotations

import argparse
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

Array: TypeAlias = np.ndarray[Any, Any]

HIDDEN = 16
SEED = 9
LEVELS = 16  # the largest grey level
FIRST, SECOND = 64, 16  # the denominators that the weights of the two layers are rounded to


@dataclass(frozen=True, slots=True)
class Images:
    """Images as rows of grey levels, and their labels."""

    pixels: Array
    labels: Array


@dataclass(frozen=True, slots=True)
class Layers:
    """x ↦ w2·ReLU(w1·x + b1) + b2, with w1 of shape (16, 64) and w2 of shape (10, 16)."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array

    def logits(self, pixels: Array) -> Array:
        """The ten logits of each row."""
        hidden = np.maximum(pixels @ self.w1.T + self.b1, 0)
        out: Array = hidden @ self.w2.T + self.b2
        return out


def split() -> tuple[Images, Images]:
    """Two thirds of the 1797 images to train on; every third one is held out."""
    pixels, labels = load_digits(return_X_y=True)
    held_out = np.arange(len(labels)) % 3 == 2
    return Images(pixels[~held_out], labels[~held_out]), Images(pixels[held_out], labels[held_out])


def train(images: Images) -> Layers:
    """The trained network on raw grey levels, its weights as training left them."""
    model = MLPClassifier((HIDDEN,), alpha=0.0, random_state=SEED, max_iter=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
        model.fit(images.pixels / LEVELS, images.labels)
    (w1, w2), (b1, b2) = model.coefs_, model.intercepts_
    return Layers(w1.T / LEVELS, b1, w2.T, b2)


def rounded(layers: Layers) -> Layers:
    """The nearest network whose first layer is in multiples of 1/64, the second in multiples of 1/16."""

    def to(a: Array, denominator: int) -> Array:
        return np.round(a * denominator) / denominator + 0.0  # + 0.0 turns −0 into 0

    return Layers(to(layers.w1, FIRST), to(layers.b1, FIRST), to(layers.w2, SECOND), to(layers.b2, SECOND))


def accuracy(layers: Layers, images: Images) -> float:
    """The share of images that get their label."""
    return float(np.mean(layers.logits(images.pixels).argmax(axis=1) == images.labels))


def onnx_bytes(layers: Layers) -> bytes:
    """Gemm, Relu, Gemm in float32, which holds these weights exactly; the same layers give the same bytes."""
    tensors = {"w1": layers.w1, "b1": layers.b1, "w2": layers.w2, "b2": layers.b2}
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["pixels", "w1", "b1"], ["hidden"], transB=1),
            helper.make_node("Relu", ["hidden"], ["active"]),
            helper.make_node("Gemm", ["active", "w2", "b2"], ["logits"], transB=1),
        ],
        "digits",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", layers.w1.shape[1]])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(layers.b2)])],
        [numpy_helper.from_array(a.astype(np.float32), name) for name, a in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="bijection")
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def samples(layers: Layers, images: Images) -> str:
    """The first held-out image of each class that is classified right, as JSON."""
    right = layers.logits(images.pixels).argmax(axis=1) == images.labels
    chosen = [int(np.flatnonzero(right & (images.labels == label))[0]) for label in range(10)]
    lines = [json.dumps({"label": label, "pixels": [int(p) for p in images.pixels[i]]}) for label, i in enumerate(chosen)]
    return '{"source": "UCI Optical Recognition of Handwritten Digits, CC BY 4.0", "samples": [\n' + ",\n".join(lines) + "\n]}\n"


def main(arguments: list[str] | None = None) -> None:
    """Train, round, write the two files and say what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bijection.examples.train_digits", description="Train the example digit classifier.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("digits.onnx"), metavar="FILE")
    out: Path = parser.parse_args(arguments).out
    training, held_out = split()
    before = train(training)
    after = rounded(before)
    out.write_bytes(onnx_bytes(after))
    beside = out.with_name("digits_samples.json")
    beside.write_text(samples(after, held_out), encoding="utf-8")
    print(f"held-out accuracy {accuracy(before, held_out):.2%} as trained, {accuracy(after, held_out):.2%} rounded")
    print(f"wrote {out} and {beside}")


if __name__ == "__main__":
    main()
