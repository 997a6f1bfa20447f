"""Inverses of couplings and autoregressive maps: proved to be inverses, and evaluated."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import sympy

from bijection.engines.structure.solving import solved
from bijection.errors import NoInverse, NotSupported
from bijection.exact.floating import shadow
from bijection.frontends import load
from bijection.inversion.formula import symbolic
from bijection.inversion.inverse import inverse
from proofs.activations import Exp, Sigmoid, leaky_relu
from proofs.network import Network, Node, Pointwise, Product, Spline, Stack, Sum
from proofs.statements import Bijective, IsIdentity
from tests.build import affine, chain, point, q
from tests.networks.flows import FLOWS

INVERTED = (
    "affine coupling, e^s",
    "affine coupling, sigmoid",
    "affine coupling, clamped",
    "coupling that divides",
    "coupling by a spline",
    "coupling by the inverse of a spline",
)


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


def _bent(*, first: int = 1) -> Network:
    """(x, y) ↦ (S(2x), S(leaky(e^x·y + x))·4 + x), the bins of the second spline e^x and e^(−x): all kinds of steps on one way."""
    nodes = (
        Node(affine([[1, 0]]), (0,)),
        Node(Pointwise((Exp(),)), (1,)),  # 2: e^x
        Node(affine([[0, 1]]), (0,)),
        Node(Product(), (2, 3)),
        Node(Sum(), (4, 1)),
        Node(Pointwise((leaky_relu(q("1/4")),)), (5,)),
        Node(affine([[1], [-1]]), (1,)),
        Node(Pointwise((Exp(), Exp())), (7,)),  # 8: the bins
        Node(Spline(q("1/8"), 1), (6, 8, 8, 8, 8)),
        Node(affine([[4]]), (9,)),
        Node(Sum(), (10, 1)),
        Node(affine([[2, 0]]), (0,)),
        Node(affine([[0, 0]] * 3, [1, 2, 1]), (0,)),
        Node(Spline(q("1/8"), first), (12, 13, 13, 13, 13)),
        Node(Stack(), (14, 11)),
    )
    return Network(2, nodes)


@pytest.mark.parametrize("first", [1, -1])
def test_splines_bends_and_products_on_one_way(first: int) -> None:
    f = _bent(first=first)
    g = inverse(f)
    assert g.network is not None
    assert [type(proof.statement) for proof in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    x = 3 * np.random.default_rng(3).normal(size=(50, 2))
    assert np.allclose(shadow(g.network)(shadow(f)(x)), x, atol=1e-9)


def test_an_autoregressive_spline_is_inverted_coordinate_by_coordinate() -> None:
    """yᵢ = S(xᵢ; bins of the coordinates before), for one layer that computes all bins."""
    bins = affine([[0, 0, 0]] * 2 + [[1, 0, 0], [-1, 0, 0], [1, -1, 0], [0, 1, 0]])
    f = Network(3, (Node(bins, (0,)), Node(Pointwise((Exp(),) * 6), (1,)), Node(Spline(q("1/8"), 1), (0, 2, 2, 2, 2))))
    g = inverse(f)
    assert g.network is not None
    assert sum(isinstance(node.op, Spline) and node.op.power == -1 for node in g.network.nodes) == 3
    x = 2 * np.random.default_rng(4).normal(size=(50, 3))
    assert np.allclose(shadow(g.network)(shadow(f)(x)), x, atol=1e-9)


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


@pytest.mark.parametrize("first", [1, -1])
def test_the_inverse_of_a_spline_runs_in_onnxruntime(tmp_path: Path, first: int) -> None:
    f = _bent(first=first)
    g = inverse(f)
    assert g.save(tmp_path / "inverse.onnx").exact
    session = onnxruntime.InferenceSession(tmp_path / "inverse.onnx")
    x = np.random.default_rng(5).normal(size=(20, 2))
    (back,) = session.run(None, {"x": shadow(f)(x)})
    assert np.allclose(back, x, atol=1e-9)


def test_a_spline_and_its_inverse_are_written_as_formulas() -> None:
    f = FLOWS["coupling by the inverse of a spline: bijective"].statement.f  # type: ignore[union-attr]
    _, x1 = inverse(f).formula()
    at = {symbol: value for symbol, value in zip(sympy.symbols("y0:2", real=True), (0.3, 0.7), strict=True)}
    assert np.isclose(float(x1.evalf(subs=at)), shadow(inverse(f).network)(np.array([[0.3, 0.7]]))[0, 1])  # type: ignore[arg-type]
    assert len(str(symbolic(f, "x")[1])) < 2000


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
