"""Inputs that all units reading them may overlook."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bijection.engines.pairs.unseen import by_unseen_inputs
from bijection.frontends import load
from bijection.frontends.matrices import read
from bijection.verdict import Pair, Refuted
from bijection.wishes import Near, Sparse
from proofs.activations import RELU, Activation, clip, leaky_relu
from proofs.domains import Point, Reals
from proofs.network import Network, Pointwise
from proofs.statements import Injective, Positive
from tests.build import affine, box, chain, point
from tests.engines.asking import proposals, verdicts


def convolution(kernels: list[list[int]], biases: list[int], n: int, activation: Activation = RELU) -> Network:
    """Over a line of n inputs, zeros at both ends."""
    w, b = [], []
    for kernel, bias in zip(kernels, biases, strict=True):
        half = len(kernel) // 2
        for middle in range(n):
            w.append([kernel[j - middle + half] if 0 <= j - middle + half < len(kernel) else 0 for j in range(n)])
            b.append(bias)
    return chain(n, affine(w, b), Pointwise((activation,) * len(w)))


def refuted(goal: Positive) -> Refuted:
    (verdict,) = verdicts(by_unseen_inputs, goal)
    assert isinstance(verdict, Refuted)
    return verdict


@pytest.mark.parametrize("activation", [RELU, clip(Fraction(0), Fraction(1))])
def test_two_kernels_that_overlook_one_input(activation: Activation):
    f = convolution([[1, -3, 1], [-2, 1, -2]], [0, 0], 30, activation)
    pair = refuted(Injective(f, box(0, 8, 30))).counterexample
    assert sum(a != b for a, b in zip(pair.x, pair.y, strict=True)) == 1
    assert pair.distance > Fraction(1, 4)


def test_a_kernel_that_always_sees():
    assert proposals(by_unseen_inputs, Injective(convolution([[0, 1, 0], [0, -1, 0]], [0, 0], 12), box(-1, 1, 12))) == []


def test_an_input_that_cannot_move_is_no_candidate():
    on = box(0, 0, 6)
    assert proposals(by_unseen_inputs, Injective(convolution([[-1]], [0], 6), on)) == []


def test_units_without_flats_see_everything():
    assert proposals(by_unseen_inputs, Injective(convolution([[1]], [0], 6, leaky_relu(Fraction(1, 8))), box(-1, 1, 6))) == []


def test_another_kind_of_domain_is_left_to_others():
    assert proposals(by_unseen_inputs, Injective(convolution([[1]], [0], 6), Reals(6))) == []


def test_a_later_layer_does_not_matter():
    rng = np.random.default_rng(0)
    f = convolution([[1, -3, 1], [-2, 1, -2]], [0, 0], 30)
    g = read([rng.normal(size=(70, 60)).astype(np.float32)])
    deeper = Network(30, (*f.nodes, *(type(node)(node.op, (len(f.nodes),)) for node in g.nodes)))
    refuted(Injective(deeper, box(0, 8, 30)))


SHARED = Path(__file__).parents[3] / "shared" / "networks" / "mnist-partial"


@pytest.mark.parametrize("file", ["alrevuelta__3_ReLU32_Output_0.onnx", "alrevuelta__4_Pooling66_Output_0.onnx"])
@pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of real networks is not here")
def test_a_deployed_convolution_overlooks_a_pixel(file: str):
    refuted(Injective(load(SHARED / file), box(0, 255, 784)))


CORNER = chain(2, affine([[1, 1], [1, 2]], [-1, -2]), Pointwise((RELU, RELU)))  # both units are off where x + y ≤ 1


@pytest.mark.parametrize(("wish", "most"), [(point("3/4", "3/4"), Fraction(27, 100)), (point("1/4", "1/3"), Fraction(1, 100))])
def test_near_a_given_input_as_little_is_changed_as_can_be(wish: Point, most: Fraction) -> None:
    (verdict,) = verdicts(by_unseen_inputs, Injective(CORNER, box(0, 1, 2)), wish=Near(wish))
    pair = verdict.counterexample
    assert isinstance(pair, Pair)
    assert max(abs(a - b) for p in (pair.x, pair.y) for a, b in zip(p, wish, strict=True)) <= most


def test_near_a_given_input_few_coordinates_are_changed() -> None:
    f = chain(6, affine([[1, 1, 1, 1, 1, 4]], [-5]), Pointwise((RELU,)))  # the last input counts most
    wish = point(*["3/4"] * 6)
    (verdict,) = verdicts(by_unseen_inputs, Injective(f, box(0, 1, 6)), wish=Sparse(wish))
    pair = verdict.counterexample
    assert isinstance(pair, Pair)
    assert sum(len({a, b, c}) > 1 for a, b, c in zip(pair.x, pair.y, wish, strict=True)) <= 2
