"""The stock blocks of libraries of flows compute in the network what the module computes; what overwrites and branches is seen through."""

from __future__ import annotations

import logging
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from bijection.errors import NotSupported  # noqa: E402
from bijection.exact.floating import shadow  # noqa: E402
from bijection.frontends import load  # noqa: E402
from bijection.frontends.torch.flows import convention  # noqa: E402
from proofs.activations import Exp, Reciprocal  # noqa: E402
from proofs.network import Network, Pointwise, runs  # noqa: E402
from tests.benchmark.flow_blocks import LIBRARIES, Block  # noqa: E402

READ = {
    "FrEIA": (
        "NICECouplingBlock", "RNVPCouplingBlock", "GINCouplingBlock", "AllInOneBlock", "AllInOneBlock, householder", "ActNorm",
        "InvertibleSigmoid", "InvAutoAct", "OrthogonalTransform", "HaarDownsampling", "HaarUpsampling", "IRevNetUpsampling", "IResNetLayer",
        "GraphINN with a split",
    ),
    "normflows": ("AffineCouplingBlock, sigmoid", "MaskedAffineFlow", "MaskedAffineAutoregressive", "GlowBlock",
        "LULinearPermute", "Planar", "Radial", "Residual"),
    "nflows": ("AffineCouplingTransform", "MaskedAffineAutoregressiveTransform", "LULinear", "QRLinear", "SVDLinear",
        "OneByOneConvolution"),
    "zuko": ("NICE", "RealNVP", "MAF", "NAF"),
}  # fmt: skip
BLOCKS = [(library, name) for library, names in READ.items() for name in names]


def block(library: str, name: str) -> Block:
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed (extra 'flows')")
    return next(b for b in LIBRARIES[library]() if b[0] == name)


@pytest.mark.parametrize(("library", "name"), BLOCKS)
def test_a_stock_block_computes_what_the_module_computes(library: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, make, shape = block(library, name)
        torch.manual_seed(0)
        module = make().eval()
        f = load(module, input_shape=shape)
    assert isinstance(f, Network)
    x = torch.randn(3, *shape)
    call = convention(module)
    assert call is not None
    with torch.no_grad():
        outputs = [call(module, x[i : i + 1].clone()) for i in range(3)]  # FrEIA's HaarUpsampling overwrites its input
    wanted = [np.concatenate([y.numpy().ravel() for y in (out if isinstance(out, tuple | list) else (out,))]) for out in outputs]
    assert np.allclose(shadow(f)(x.reshape(3, -1).double().numpy()), wanted, rtol=1e-3, atol=1e-4)


def test_an_inverse_is_not_taken_for_what_it_inverts() -> None:
    """nflows' Logit is the inverse of a Sigmoid, and a distribution's transform has the same name as what an inverse inverts."""
    _, make, shape = block("nflows", "Logit")
    with pytest.raises(NotSupported, match="Logit"):
        load(make(), input_shape=shape)


class Filling(nn.Module):
    """(x₀, x₁) ↦ (x₁, 2x₀), filled in entry by entry."""

    def forward(self, x: Any) -> Any:
        y, even, odd = x.new_empty(x.shape), torch.tensor([0]), torch.tensor([1])
        y[:, even] = x[:, odd]
        y[:, odd] = 2 * x[:, even]
        return y


class Branching(nn.Module):
    """A branch on the input, inside a loop that no tracer follows."""

    def forward(self, x: Any) -> Any:
        for row in x:
            if row.sum() > 0:
                return x * 2
        return x


class Selecting(nn.Module):
    """A branch on how many entries a mask leaves."""

    def forward(self, x: Any) -> Any:
        return x * 2 if len(x[x > 0]) > 1 else x


class Aliasing(nn.Module):
    """Overwrites through a view of what is returned."""

    def forward(self, x: Any) -> Any:
        y = torch.zeros(x.shape)
        part = y[:, :1]
        part.copy_(x[:, 1:])
        list(x)
        return y + x


class Noisy(nn.Module):
    """Random numbers that the output does not need, or needs."""

    def __init__(self, needed: bool) -> None:
        super().__init__()
        self.needed = needed

    def forward(self, x: Any) -> Any:
        noise = torch.stack([torch.randn_like(row) for row in x])
        trace = (noise * x).sum()
        return x + trace if self.needed else 2 * x


def test_tensors_that_are_filled_entry_by_entry() -> None:
    assert load(Filling(), input_shape=2)((3, 5)) == (5, 6)  # type: ignore[operator]


def test_random_numbers_that_the_output_does_not_need() -> None:
    assert load(Noisy(False), input_shape=2)((3, 5)) == (6, 10)  # type: ignore[operator]


def test_what_is_overwritten_through_a_view_is_read_as_torch_computes_it() -> None:
    assert load(Aliasing(), input_shape=2)((3, 5)) == (8, 5)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (Branching(), "forward branches on its input: it compares what does not depend on its argument"),
        (
            Selecting(),
            "forward branches on its input: it takes a way through the program for some inputs that it takes for no single piece",
        ),
        (Noisy(True), "randn_like"),
    ],
    ids=["branch", "selection", "noise"],
)
def test_what_no_single_run_shows_is_refused(module: nn.Module, why: str) -> None:
    with pytest.raises(NotSupported, match=why):
        load(module, input_shape=2)


class Dividing(nn.Module):
    """x divided by something positive."""

    def __init__(self, below: Any) -> None:
        super().__init__()
        self.below = below

    def forward(self, x: Any) -> Any:
        return x / self.below(x)


@pytest.mark.parametrize(
    ("below", "kind"), [(torch.exp, Exp), (torch.sigmoid, Exp), (lambda x: 1 + x.abs(), Reciprocal)], ids=["exp", "sigmoid", "1 + |x|"]
)
def test_division_by_what_is_positive(below: Any, kind: type) -> None:
    f = load(Dividing(below), input_shape=2)
    assert isinstance(f, Network)
    assert kind in {type(s) for node in f.nodes if isinstance(node.op, Pointwise) for s, _ in runs(node.op.activations)}
    x = torch.tensor([[0.3, -1.7]])
    assert np.allclose(shadow(f)(x.double().numpy()), Dividing(below)(x).numpy(), rtol=1e-5)


def test_division_by_what_may_vanish() -> None:
    with pytest.raises(NotSupported, match="not known to stay above a positive number"):
        load(Dividing(lambda x: x * x), input_shape=2)
