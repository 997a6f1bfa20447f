"""Functions of torch that put parts of tensors together, and norms: the network computes what torch computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from bijection.errors import NotSupported  # noqa: E402
from bijection.exact.floating import shadow  # noqa: E402
from bijection.frontends import load  # noqa: E402
from proofs.network import Network  # noqa: E402


class Calling(nn.Module):
    def __init__(self, f: Callable[[Any], Any]) -> None:
        super().__init__()
        self.f = f

    def forward(self, x: Any) -> Any:
        return self.f(x)


def overwritten(x: Any) -> Any:
    y = 2 * x.reshape(1, 2, 3)
    y[..., 0] = 7.0
    y[:, 1, 1:] = x[:, :2]
    y[..., -1] += x[:, 3:5]
    return y


def divided_in_place(x: Any) -> Any:
    y = x.reshape(1, 2, 3) + 1
    first, rest = y[..., :1], y[..., 1:]
    first /= 2
    rest *= 3
    return torch.cat([rest, first], dim=-1)


MATRICES = torch.arange(24.0).reshape(2, 4, 3) / 7
PARTS: dict[str, Callable[[Any], Any]] = {
    "padding": lambda x: F.pad(x.reshape(1, 2, 3), (1, 2), value=0.5),
    "padding of two axes": lambda x: F.pad(x.reshape(1, 2, 3), (1, 0, 0, 2)),
    "padding by edges": lambda x: F.pad(x.reshape(1, 2, 3), (1, 1), mode="replicate"),
    "padding by reflection": lambda x: F.pad(x.reshape(1, 2, 3), (2, 1), mode="reflect"),
    "a constant of the same shape": lambda x: x + torch.full_like(x, 0.1),
    "slices that are overwritten": overwritten,
    "slices that are divided in place": divided_in_place,
    "matrices times vectors": lambda x: torch.einsum("...ij,...j->...i", MATRICES, x.reshape(1, 2, 3)),
    "Euclidean norms": lambda x: torch.linalg.vector_norm(x.reshape(1, 2, 3), dim=-1, keepdim=True) + x.reshape(1, 2, 3),
    "one Euclidean norm": lambda x: x * torch.linalg.vector_norm(x - 1),
    "broadcasting": lambda x: torch.broadcast_to(x[:, None], (1, 2, 6)) + x[:, None],
}


@pytest.mark.parametrize("name", PARTS)
def test_it_is_what_torch_computes(name: str) -> None:
    module = Calling(PARTS[name])
    f = load(module, input_shape=6)
    assert isinstance(f, Network)
    x = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    wanted = np.stack([module(row[None].clone()).numpy().ravel() for row in x])
    assert np.allclose(shadow(f)(x.double().numpy()), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda x: torch.linalg.vector_norm(x, ord=1), "the norm of order 1"),
        (lambda x: torch.einsum("bi,bj->bij", x, x), "einsum of 'bi,bj->bij'"),
        (lambda x: F.pad(x.reshape(1, 2, 3), (1, 1), mode="circular"), "circular"),
        (lambda x: torch.remainder(x, 1.0), "a line is wrapped around a circle"),
        (lambda x: x / x.std(dim=0), "statistics of a batch"),
    ],
    ids=["another norm", "another contraction", "around", "a remainder", "a batch"],
)
def test_what_is_refused(f: Callable[[Any], Any], why: str) -> None:
    with pytest.raises(NotSupported, match=why):
        load(Calling(f), input_shape=6)
