"""Inverses of the spline flows of libraries (extra `flows`), as networks."""

from pathlib import Path

import numpy as np
import pytest

from bijection import load
from bijection.engines.structure.left_inverse import together
from bijection.exact.floating import shadow
from bijection.inversion.inverse import inverse
from proofs.network import Network
from proofs.statements import Bijective, IsIdentity
from proofs.theorems.radial import radial
from tests.build import affine, chain, point, q

torch = pytest.importorskip("torch", reason="extra torch is not installed")
FLOW = together(radial(point(1, 2), q(2), q(-1), q(1)), together(chain(2, affine([[1, 2], [0, 1]])), radial(point(0, 0), q(1), q(3), q(1))))


def test_radial_flows_one_after_the_other_have_an_inverse_that_is_a_network() -> None:
    g = inverse(FLOW)
    assert [type(proof.statement) for proof in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    assert {b.name for b in g.proofs[0].rests_on} == {"CancelsInside", "Radial", "Cancels"}
    x = 5 * np.random.default_rng(0).normal(size=(50, 2))
    assert np.allclose(g(shadow(FLOW)(x)), x, atol=1e-9)
    assert np.allclose(g.to_torch()(torch.tensor(shadow(FLOW)(x))).numpy(), x, atol=1e-9)


def test_the_inverse_of_a_radial_flow_is_written_and_read_again(tmp_path: Path) -> None:
    g = inverse(radial(point(1, 2), q(2), q(-1), q(1)))
    assert g.save(tmp_path / "inverse.onnx").exact
    back = load(tmp_path / "inverse.onnx")
    assert isinstance(back, Network)
    x = np.random.default_rng(1).normal(size=(20, 2))
    assert np.allclose(shadow(back)(x), g(x), atol=1e-12)


def _coupled() -> object:
    flows = pytest.importorskip("normflows", reason="normflows is not installed").flows
    return flows.CoupledRationalQuadraticSpline(4, 1, 8)


def _coupled_of_nflows() -> object:
    pytest.importorskip("nflows", reason="nflows is not installed")
    from nflows import transforms
    from nflows.nn.nets import ResidualNet

    def net(a: int, b: int) -> object:
        return ResidualNet(a, b, hidden_features=8)

    return transforms.PiecewiseRationalQuadraticCouplingTransform(torch.tensor([1, -1, 1]), net, 4, tails="linear", tail_bound=3.0)


def _autoregressive() -> object:
    pytest.importorskip("nflows", reason="nflows is not installed")
    from nflows import transforms

    return transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(3, 8, num_bins=4, tails="linear", tail_bound=3.0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("make", "n"), [(_coupled, 4), (_coupled_of_nflows, 3), (_autoregressive, 3)])
def test_a_spline_flow_has_an_inverse_that_is_a_network(make: object, n: int) -> None:
    torch.manual_seed(0)
    module = make()  # type: ignore[operator]
    f = load(module.eval(), input_shape=(n,))
    assert isinstance(f, Network)
    g = inverse(f)
    assert [type(proof.statement) for proof in g.proofs] == [IsIdentity, IsIdentity, Bijective]
    x = 2 * np.random.default_rng(0).normal(size=(30, n))
    assert np.allclose(g(shadow(f)(x)), x, atol=1e-9)
    back = g.to_torch()(torch.tensor(shadow(f)(x)))
    assert np.allclose(back.detach().numpy(), x, atol=1e-9)
