"""Inverses of the spline flows of libraries (extra `flows`), as networks."""

import numpy as np
import pytest

from bijection import load
from bijection.exact.floating import shadow
from bijection.inversion.inverse import inverse
from proofs.network import Network
from proofs.statements import Bijective, IsIdentity

torch = pytest.importorskip("torch", reason="extra torch is not installed")


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
