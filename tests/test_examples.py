"""The example network is what its README says, and has short exact collisions."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from flint import fmpz_mat
from onnx import numpy_helper

from bijection.examples import digits_samples, path
from bijection.frontends.exact import dense
from proofs.domains import Grid, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.kernel import check
from proofs.network import Affine, Network, Node
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from tests.networks.build import point, relu

LEVELS = Grid(point(*[0] * 64), point(*[16] * 64), point(*[1] * 64))


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    model = onnx.load(path("digits.onnx"))
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


@pytest.fixture(scope="module")
def digits(tensors: dict[str, np.ndarray]) -> Network:
    ops = (dense(tensors["w1"], tensors["b1"]), relu(16), dense(tensors["w2"], tensors["b2"]))
    return Network(64, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


def test_the_weights_are_small_dyadic_numbers(digits: Network):
    first, second = digits.nodes[0].op, digits.nodes[2].op
    assert isinstance(first, Affine)
    assert isinstance(second, Affine)
    assert (first.denominator, second.denominator) == (64, 16)
    assert max(abs(a) for row in first.rows for a in row.coefficients) == 4


def test_no_pixel_is_ignored(tensors: dict[str, np.ndarray]):
    assert np.abs(tensors["w1"]).sum(axis=0).all()


def test_the_samples_are_images_of_ten_classes_classified_right(digits: Network):
    samples = digits_samples()
    assert [sample.label for sample in samples] == list(range(10))
    assert all(contains(LEVELS, vector(sample.pixels)) for sample in samples)
    logits = [digits(sample.pixels) for sample in samples]
    assert [list(z).index(max(z)) for z in logits] == list(range(10))


def test_an_image_and_a_copy_with_every_change_one_grey_level_have_equal_logits(digits: Network):
    first = digits.nodes[0].op
    assert isinstance(first, Affine)
    rows = [[int(i == j) for j in range(64)] + [10**6 * row.coefficients[i] for row in first.rows] for i in range(64)]
    reduced = [[int(a) for a in line] for line in fmpz_mat(rows).lll().tolist()]
    step = min((line[:64] for line in reduced if any(line[:64]) and not any(line[64:])), key=lambda t: (max(map(abs, t)), sum(map(abs, t))))
    assert max(map(abs, step)) == 1
    image = [int(p) for p in digits_samples()[3].pixels]
    x = [min(max(p, -t, 0), 16 - t, 16) for p, t in zip(image, step, strict=True)]
    y = [p + t for p, t in zip(x, step, strict=True)]
    assert check(Not(Injective(digits, LEVELS)), (Collision(point(*x), point(*y)),))


def test_the_script_writes_the_same_file_from_the_same_weights(tensors: dict[str, np.ndarray]):
    train_digits = pytest.importorskip("bijection.examples.train_digits")
    layers = train_digits.Layers(tensors["w1"], tensors["b1"], tensors["w2"], tensors["b2"])
    assert train_digits.onnx_bytes(layers) == path("digits.onnx").read_bytes()


def test_the_accuracy_is_the_one_in_the_readme(tensors: dict[str, np.ndarray]):
    train_digits = pytest.importorskip("bijection.examples.train_digits")
    layers = train_digits.Layers(tensors["w1"], tensors["b1"], tensors["w2"], tensors["b2"])
    accuracy = train_digits.accuracy(layers, train_digits.split()[1])
    assert f"{100 * accuracy:.2f} %" in path("README.md").read_text(encoding="utf-8")


def test_an_unknown_example_is_named_with_those_there_are():
    with pytest.raises(Malformed, match=r"no example is called 'cats.onnx'; there are digits.onnx, digits_samples.json"):
        path("cats.onnx")
