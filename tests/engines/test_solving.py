"""Inverses of couplings and autoregressive maps: proved to be inverses, and evaluated."""

import numpy as np
import pytest

from bijection.engines.solving import solved
from bijection.errors import NoInverse, NotSupported
from bijection.exact.floating import shadow
from bijection.frontends import load
from bijection.inversion.inverse import inverse
from proofs.activations import Exp, Sigmoid
from proofs.network import Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Bijective, IsIdentity
from tests.build import affine, chain, point
from tests.networks.flows import FLOWS

INVERTED = ("affine coupling, e^s", "affine coupling, sigmoid", "affine coupling, clamped", "coupling that divides")


@pytest.mark.parametrize("name", INVERTED)
def test_a_coupling_has_an_inverse_in_both_directions(name: str) -> None:
    f = FLOWS[f"{name}: bijective"].statement.f  # type: ignore[union-attr]
    g = inverse(f)
    assert [type(proof.statement) for proof in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    assert g.network is not None
    x = np.random.default_rng(0).normal(size=(20, 2))
    assert np.allclose(shadow(g.network)(shadow(f)(x)), x, atol=1e-12)


def test_two_couplings_without_a_cut_between_them() -> None:
    """(x, y) ↦ (u, v), u = x·e^y + y, v = y·sigmoid(u): no value between holds u and y."""
    nodes = (
        Node(affine([[0, 1]]), (0,)),
        Node(Pointwise((Exp(),)), (1,)),
        Node(affine([[1, 0]]), (0,)),
        Node(Product(), (2, 3)),
        Node(Sum(), (4, 1)),
        Node(Pointwise((Sigmoid(),)), (5,)),
        Node(Product(), (6, 1)),
        Node(Stack(), (5, 7)),
    )
    f = Network(2, nodes)
    g = inverse(f)
    assert g.network is not None
    x = np.random.default_rng(1).normal(size=(20, 2))
    assert np.allclose(shadow(g.network)(shadow(f)(x)), x, atol=1e-10)


def test_an_exact_value_where_there_is_one() -> None:
    f = FLOWS["coupling that divides: bijective"].statement.f  # type: ignore[union-attr]
    assert inverse(f)(point(0, 3)) == (0, 3)


def test_the_inverse_is_written_and_read_again(tmp_path: object) -> None:
    f = FLOWS["affine coupling, clamped: bijective"].statement.f  # type: ignore[union-attr]
    g = inverse(f)
    g.save(f"{tmp_path}/inverse.onnx")
    back = load(f"{tmp_path}/inverse.onnx")
    assert isinstance(back, Network)
    x = np.random.default_rng(2).normal(size=(20, 2))
    assert np.allclose(shadow(back)(shadow(f)(x)), x, atol=1e-10)


def test_a_scale_whose_inverse_is_no_network() -> None:
    f = FLOWS["affine coupling, softplus: bijective"].statement.f  # type: ignore[union-attr]
    with pytest.raises(NotSupported):
        inverse(f)


def test_a_coupling_that_is_none() -> None:
    f = FLOWS["coupling, scale x: bijective"].statement.f  # type: ignore[union-attr]
    with pytest.raises((NoInverse, NotSupported)):
        inverse(f, within=5)


def test_what_cannot_be_solved_for() -> None:
    assert solved(chain(2, affine([[1, 1], [1, -1]]))) is None
    assert solved(chain(1, affine([[1], [2]]))) is None
    assert solved(chain(1, Pointwise((Exp(),)))) is None
