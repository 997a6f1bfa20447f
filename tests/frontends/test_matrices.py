"""Lists of layers: every way to write a matrix, every activation by name, and errors that say what was wrong."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from bijection.frontends.matrices import NAMED, WITH_NUMBERS, read
from proofs.activations import RELU, Tanh, leaky_relu
from proofs.errors import Malformed
from proofs.network import Affine, Argmax, Network, Pointwise, Softmax

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    "w",
    [
        [[1, HALF], [0, 2]],
        ((1, 0.5), (0, 2)),
        np.array([[1, 0.5], [0, 2]], dtype=np.float32),
        np.array([[1, HALF], [0, 2]], dtype=object),
        sympy.Matrix([[1, sympy.Rational(1, 2)], [0, 2]]),
    ],
    ids=["list", "tuple", "float32", "object", "sympy"],
)
def test_every_kind_of_matrix_is_read(w: object) -> None:
    assert read([w])([2, 6]) == (5, 12)
    assert read([(w, [1, -HALF])])([2, 6]) == (6, Fraction(23, 2))


def test_a_layer_list_is_the_composition() -> None:
    f = read([([[1, 1], [1, -1]], [0, 1]), "relu", [[1, 2]]])
    assert f([1, 3]) == (4,)
    assert f([3, 1]) == (4 + 2 * 3,)


def test_a_sympy_column_is_a_bias() -> None:
    assert read([(sympy.eye(2), sympy.Matrix([1, 2]))])([0, 0]) == (1, 2)


def test_large_ints_beside_floats_are_not_rounded() -> None:
    assert read([[[2**60 + 1, 0.5]]])([1, 0]) == (2**60 + 1,)


def test_floats_are_the_rationals_they_are() -> None:
    assert read([[[0.1]]])([1]) == (Fraction(0.1),)
    assert read([("leaky_relu", 0.1), [[1]]])([-1]) == (-Fraction(0.1),)


@pytest.mark.parametrize("name", [n for n in NAMED])
def test_every_named_activation_is_applied_to_every_coordinate(name: str) -> None:
    f = read([name, [[1, 0], [0, 1]]])
    assert f.nodes[0].op == Pointwise((NAMED[name],) * 2)


@pytest.mark.parametrize(
    ("layer", "at", "value"),
    [
        (("leaky_relu", Fraction(1, 10)), -10, -1),
        (("elu", 2), 3, 3),
        (("clip", -1, 2), 5, 2),
        (["hardtanh", -2, 2], -5, -2),
        (("hardsigmoid", Fraction(1, 5), HALF), 1, Fraction(7, 10)),
        ("hardsigmoid", 1, Fraction(2, 3)),
        ("relu6", 7, 6),
        (RELU, -1, 0),
        (leaky_relu(Fraction(2)), -1, -2),
        (Tanh(), 0, 0),
    ],
)
def test_activations_take_their_values(layer: object, at: int, value: Fraction) -> None:
    assert read([layer], arity=1)([at]) == (value,)


def test_all_activations_with_numbers_are_tested_above() -> None:
    assert set(WITH_NUMBERS) == {"leaky_relu", "elu", "clip", "hardtanh", "hardsigmoid"}


def test_softmax_and_argmax_end_a_network() -> None:
    assert read([np.eye(2), "softmax"]).nodes[-1].op == Softmax(((0, 1),))
    labels = read([np.eye(3), "argmax", [[2]]])
    assert isinstance(labels.nodes[1].op, Argmax)
    assert labels([1, 5, 2]) == (2,)


def test_a_list_without_layers_is_the_identity_of_the_given_arity() -> None:
    assert read([], arity=3) == Network(3, ())
    assert read(["identity"], arity=0)([]) == ()


def test_widths_of_zero_are_read() -> None:
    f = read([np.zeros((0, 2)), (np.zeros((1, 0)), [7])])
    assert isinstance(f.nodes[0].op, Affine)
    assert f([1, 2]) == (7,)


WRONG = {
    "open arity": (["relu"], r"no matrix among them: the number of inputs is open; pass input_shape=\(n,\)"),
    "width": ([np.eye(2), np.eye(3)], "layer 1: the weight is 3×3 but its input has width 2; expected 3×2"),
    "vector": ([[1, 2]], r"layer 0 is \[1, 2\], of the shape \(2,\); a layer is a matrix W"),
    "number": ([3], r"layer 0 is 3, of the shape \(\)"),
    "ragged": ([[[1, 2], [3]]], r"layer 0 is \[\[1, 2\], \[3\]\]"),
    "ragged deeper": ([[np.zeros((2, 3)), np.zeros((2, 4))]], "the bias of layer 0 has the shape|whose rows differ in length"),
    "bias": ([(np.eye(2), [1])], r"the bias of layer 0 has the shape \(1,\); \(2,\) is needed"),
    "name": ([np.eye(2), "gelu"], "layer 1: there is no activation .*gelu.*; known are abs, argmax"),
    "numbers": ([np.eye(2), "leaky_relu"], r"'leaky_relu' with 0 numbers; it takes 1, as in \('leaky_relu', 1\)"),
    "text": ([[["1/2"]]], "the weight of layer 0 is '1/2', a str"),
    "irrational": ([sympy.Matrix([[sympy.sqrt(2)]])], "the weight of layer 0 is sqrt"),
    "nan": ([[[float("nan")]]], "the weight of layer 0 is nan, which is no real number"),
    "complex": ([np.eye(2) * 1j], "layer 0 has the type complex128; pass real numbers"),
    "longdouble": ([np.eye(2, dtype=np.longdouble)], "layer 0 has the type .*; pass real numbers"),
    "softmax": ([np.zeros((0, 1)), "softmax"], "layer 1: softmax of an input of width 0"),
    "slope": ([("clip", 2, 1)], "no matrix|do not increase"),
}


@pytest.mark.parametrize(("layers", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_list_is_one_clear_error(layers: list[object], message: str) -> None:
    with pytest.raises(Malformed, match=message):
        read(layers)
