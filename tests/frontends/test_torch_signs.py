"""Slopes by the sign of the input, as FrEIA's InvAutoAct has them: exact at 0, refused where they are no function of the sign times x."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from bijection import decide  # noqa: E402
from bijection.errors import NotSupported  # noqa: E402
from bijection.exact.floating import shadow  # noqa: E402
from bijection.frontends import load  # noqa: E402
from proofs.domains import Reals  # noqa: E402
from proofs.network import Network  # noqa: E402
from proofs.statements import Bijective  # noqa: E402


class BySign(nn.Module):
    def __init__(self, f: Any) -> None:
        super().__init__()
        self.f = f

    def forward(self, x: Any) -> Any:
        return self.f(x)


SLOPES = {
    "a power": lambda x: x * torch.exp(0.7 * x.sign()),
    "two slopes": lambda x: torch.exp(torch.tensor([0.3, -0.2]) + 0.5 * torch.tensor([1.0, -2.0]) * (1 - torch.sign(x))) * x,
    "a leaky unit": lambda x: x * (2 + torch.sign(x)) / 4,
    "negative": lambda x: -(x * (torch.sign(x) * torch.sign(x) + 1)),
}


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_by_sign(name: str) -> None:
    module = BySign(SLOPES[name])
    f = load(module, input_shape=2)
    assert isinstance(f, Network)
    x = torch.tensor([[0.0, 1.5], [-2.0, 0.25], [3.0, -0.125], [-1.0, 0.0]])
    assert np.allclose(shadow(f)(x.double().numpy()), module(x).numpy(), rtol=1e-6)
    assert decide(Bijective(f, Reals(2), Reals(2)))


@pytest.mark.parametrize(
    "f",
    [torch.sign, lambda x: x.flip(1) * x.sign(), lambda x: x * x.sign().sum(), lambda x: x[:, :1] * x.sign(), lambda x: x + x.sign()],
    ids=["the sign alone", "another coordinate", "a sum of signs", "one coordinate", "a jump"],
)
def test_what_jumps_is_refused(f: Any) -> None:
    with pytest.raises(NotSupported):
        load(BySign(f), input_shape=2)


@pytest.mark.parametrize("name", ["InvAutoAct", "InvAutoActFixed", "InvAutoActTwoSided"])
@pytest.mark.filterwarnings("ignore")
def test_the_activations_of_freia(name: str) -> None:
    modules = pytest.importorskip("FrEIA.modules", reason="FrEIA is not installed (extra 'flows')")
    module = getattr(modules, name)([(3, 2, 2)])
    for p in module.parameters():
        nn.init.normal_(p)
    f = load(module, input_shape=(3, 2, 2))
    assert isinstance(f, Network)
    x = torch.randn(5, 3, 2, 2)
    with torch.no_grad():
        wanted = module([x], jac=False)[0][0].flatten(1).numpy()
    assert np.allclose(shadow(f)(x.flatten(1).double().numpy()), wanted, rtol=1e-5)
    assert decide(Bijective(f, Reals(12), Reals(12)))
