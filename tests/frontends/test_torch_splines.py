"""Splines of nflows, normflows and zuko: the network computes what the module computes, inside and outside of the bins."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from bijection import decide  # noqa: E402
from bijection.errors import NotSupported  # noqa: E402
from bijection.exact.floating import shadow  # noqa: E402
from bijection.frontends import load  # noqa: E402
from bijection.frontends.torch_flows import convention  # noqa: E402
from bijection.frontends.torch_splines import FUNCTION, _agrees, _unconstrained, splines_as_operators  # noqa: E402
from proofs.domains import Reals  # noqa: E402
from proofs.network import Affine, Network, Node, Spline  # noqa: E402
from proofs.statements import Bijective  # noqa: E402
from tests.build import affine  # noqa: E402


def _nflows(kind: str) -> nn.Module:
    transforms = pytest.importorskip("nflows.transforms", reason="nflows is not installed (extra 'flows')")
    if kind == "coupling":
        from nflows.nn.nets import ResidualNet

        return transforms.PiecewiseRationalQuadraticCouplingTransform(
            torch.tensor([1, -1, 1]), lambda a, b: ResidualNet(a, b, hidden_features=8), num_bins=4, tails="linear", tail_bound=2.0
        )
    if kind == "inverse":
        return transforms.InverseTransform(_nflows("coupling"))
    return transforms.PiecewiseRationalQuadraticCDF((3,), num_bins=5, tails="linear", tail_bound=2.0, min_bin_width=0.05)


def _normflows(kind: str) -> nn.Module:
    flows = pytest.importorskip("normflows.flows", reason="normflows is not installed (extra 'flows')")
    if kind == "coupling":
        return flows.CoupledRationalQuadraticSpline(3, 1, 8)
    if kind == "circular":
        return flows.CircularCoupledRationalQuadraticSpline(3, 1, 8, ind_circ=[1], tail_bound=torch.tensor([1.0, 2.0, 3.0]))
    return flows.AutoregressiveRationalQuadraticSpline(3, 1, 8)


def _zuko(kind: str) -> nn.Module:
    zuko = pytest.importorskip("zuko", reason="zuko is not installed (extra 'flows')")
    return zuko.flows.NSF(3, transforms=1, hidden_features=(8,), bins=4)


MADE = [
    pytest.param(_nflows, "coupling", id="nflows coupling"),
    pytest.param(_nflows, "inverse", id="nflows inverse"),
    pytest.param(_nflows, "cdf", id="nflows cdf"),
    pytest.param(_normflows, "coupling", id="normflows coupling"),
    pytest.param(_normflows, "autoregressive", id="normflows autoregressive"),
    pytest.param(_zuko, "autoregressive", id="zuko"),
]


def _quiet(make: Any, kind: str) -> nn.Module:
    torch.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = make(kind).eval()
        for p in module.parameters():  # some libraries start at the identity
            nn.init.normal_(p)
    return module  # type: ignore[no-any-return]


@pytest.mark.parametrize(("make", "kind"), MADE)
def test_the_network_is_the_module_and_bijective(make: Any, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "bijection")
    module = _quiet(make, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f = load(module, input_shape=3)
    assert caplog.text.count("recognised by its name") == 1
    assert isinstance(f, Network)
    assert any(isinstance(node.op, Spline) for node in f.nodes)
    at_ends = torch.tensor([[0.0, 2.0, -2.0], [2.0, 0.0, 3.0], [-3.0, 1.0, 1.0]])
    x = torch.cat([torch.randn(40, 3), 3 * torch.randn(20, 3), at_ends]).double()
    call = convention(module)
    assert call is not None
    with torch.no_grad():
        wanted = torch.cat([call(module.double(), row[None]) for row in x]).numpy()
    assert np.allclose(shadow(f)(x.numpy()), wanted, rtol=1e-5, atol=1e-5)
    assert decide(Bijective(f, Reals(3), Reals(3)))


def test_a_function_that_computes_something_else_is_left_alone() -> None:
    def other(x: Any, w: Any, h: Any, d: Any, inverse: bool, tails: str, tail_bound: float) -> tuple[Any, None]:
        return x + 1e-3 * torch.sin(w[:, 0]), None

    assert not _agrees(other)


def test_tails_for_each_feature_are_refused() -> None:
    """normflows gives 0 outside of the bins there."""
    with pytest.raises(NotSupported, match="normflows gives 0 outside of the bins"):
        load(_quiet(_normflows, "circular"), input_shape=3)


def test_circular_tails_have_one_slope_at_both_ends() -> None:
    splines = pytest.importorskip("normflows.utils.splines", reason="normflows is not installed (extra 'flows')")
    random = torch.Generator().manual_seed(0)
    x = 2 * torch.randn(50, generator=random).double()
    w, h, d = (torch.randn(50, 4, generator=random).double() for _ in range(3))
    for inverse in (False, True):
        found = [f(x, w, h, d, inverse=inverse, tails="circular", tail_bound=1.5)[0] for f in (getattr(splines, FUNCTION), _unconstrained)]
        assert torch.allclose(*found)


def test_the_libraries_are_as_before_afterwards() -> None:
    splines = pytest.importorskip("nflows.transforms.splines", reason="nflows is not installed (extra 'flows')")
    before = getattr(splines, FUNCTION)
    with splines_as_operators():
        assert getattr(splines, FUNCTION) is not before
    assert getattr(splines, FUNCTION) is before


def test_bins_that_may_vanish_are_refused() -> None:
    class Folding(nn.Module):
        def forward(self, x: Any) -> Any:
            w = x[:, :1, None].expand(-1, 2, 2)
            return torch.ops.bijection.monotone_spline(x, w, w, w, w, 1)

    with pytest.raises(NotSupported, match="not known to stay above a positive number"):
        load(Folding(), input_shape=2)


def test_the_shares_of_the_bins_add_up_to_one_exactly() -> None:
    f = load(_quiet(_nflows, "cdf"), input_shape=3)
    assert isinstance(f, Network)
    at = next(i for i, node in enumerate(f.nodes) if isinstance(node.op, Spline))
    source = f.nodes[at].inputs[1]
    widths = Network(f.arity, (*f.nodes[:source], Node(_sum(f.widths[source], 5), (source,))))
    assert np.allclose(shadow(widths)(np.zeros((1, 3))), 4.0, rtol=1e-14)


def _sum(width: int, bins: int) -> Affine:
    return affine([[int(j // bins == i) for j in range(width)] for i in range(width // bins)])
