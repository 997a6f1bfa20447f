from fractions import Fraction
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings

from bijection import load
from bijection.errors import NotSupported
from bijection.exact.floating import shadow
from bijection.export.onnx_model import agrees, same_function, write
from proofs.activations import ABS, IDENTITY, RELU, Elu, Reciprocal, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.errors import Malformed
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum, Table
from tests.build import affine, chain, q
from tests.strategies import networks

BENT = clip(q(-1), q(1))
NETWORKS = {
    "nothing": Network(2, ()),
    "leaky": chain(2, affine([[1, 2], [1, 1]], ["1/2", 3]), Pointwise((leaky_relu(q("1/4")), leaky_relu(q("1/2")))), affine([[1, 0]])),
    "bent": chain(3, Pointwise((BENT, ABS, IDENTITY))),
    "two kinds": chain(2, Pointwise((RELU, Tanh()))),
    "smooth": chain(2, Pointwise((Sigmoid(), Tanh()))),
    "maximum": chain(3, Max(((0, 1), (2,), (2, 0, 1)))),
    "skip": Network(2, (Node(affine([[1, 0]]), (0,)), Node(Pointwise((RELU,)), (1,)), Node(Stack(), (0, 2)))),
    "sum": Network(2, (Node(Pointwise((RELU, ABS)), (0,)), Node(Sum(), (0, 1, 1)))),
    "product": Network(2, (Node(Product(), (0, 0)),)),
    "softmax": chain(2, affine([[1, 0], [2, 1]]), Softmax(((0, 1),))),
    "labels": chain(2, affine([[1, 0], [2, 1]]), Argmax()),
}


@pytest.mark.parametrize("dtype", ["double", "float"])
@pytest.mark.parametrize("f", NETWORKS.values(), ids=NETWORKS)
def test_a_network_that_is_written_is_read_as_the_same_function(f: Network, dtype: str, tmp_path: Path) -> None:
    written = write(f, tmp_path / "f.onnx", dtype)
    assert written.exact
    assert str(written).startswith("the file holds exactly this function")
    assert same_function(f, load(tmp_path / "f.onnx"))
    x = np.random.default_rng(0).normal(size=(20, f.arity))
    kind = {"double": np.float64, "float": np.float32}[dtype]
    (out,) = onnxruntime.InferenceSession(tmp_path / "f.onnx").run(None, {"x": x.astype(kind)})
    assert np.allclose(out, shadow(f)(x), rtol=1e-5 if dtype == "float" else 1e-12, atol=1e-5 if dtype == "float" else 1e-12)


def test_smooth_activations_that_the_runtime_has_in_float_only_are_written() -> None:
    assert write(chain(1, Pointwise((Elu(q("1/2"), q(3)),)))).exact
    assert write(chain(1, Pointwise((Softplus(),)))).exact
    with pytest.raises(NotSupported, match="alpha of an ELU"):
        write(chain(1, Pointwise((Elu(q("1/3"), q(3)),))))


@settings(max_examples=60, deadline=None)
@given(networks(smooth=False))
def test_random_networks_are_read_as_they_were(f: Network) -> None:
    written = write(f)
    assert written.exact
    read = load(written.data)
    x = [Fraction(k, 3) for k in range(f.arity)]
    assert read(x) == f(x)


def test_rounded_weights_are_counted() -> None:
    f = chain(1, affine([["1/3"], ["1/2"]], ["1/10", 0]))
    written = write(f)
    assert (written.weights, written.rounded) == (4, 2)
    assert 0 < written.worst < 2**-52
    assert not same_function(f, load(written.data))
    assert write(chain(1, affine([[2**30 + 1]]))).exact
    assert write(chain(1, affine([[2**30 + 1]])), dtype="float").rounded == 1


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(NotSupported, match="beyond the range of float"):
        write(chain(1, affine([[2**200]])), dtype="float")
    with pytest.raises(NotSupported, match="several groups"):
        write(chain(2, Softmax(((0,), (1,)))))
    with pytest.raises(Malformed, match="choose double or float"):
        write(chain(1), dtype="half")


def test_different_functions_are_told_apart() -> None:
    assert not same_function(chain(1, Pointwise((RELU,))), chain(1, Pointwise((ABS,))))
    assert not same_function(chain(1), chain(2))
    assert not same_function(chain(1), Table((0, 1)))


def test_networks_with_divisions_are_compared_at_points() -> None:
    def quotient(weight: int) -> Network:
        return chain(1, affine([[weight]], [9]), Pointwise((Reciprocal(q(1)),)))

    assert agrees(quotient(1), quotient(1))
    assert not agrees(quotient(1), quotient(2))
    assert not agrees(chain(1, affine([[1]])), chain(1, affine([[2]])))
