"""Functions that branch on their input are read from what they compute: rational-quadratic splines, whoever wrote them, and no others."""

from __future__ import annotations

import logging
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402

from bijection import decide  # noqa: E402
from bijection.errors import NotSupported  # noqa: E402
from bijection.exact.floating import shadow  # noqa: E402
from bijection.frontends import load  # noqa: E402
from bijection.frontends.torch.flows import convention  # noqa: E402
from proofs.domains import Reals  # noqa: E402
from proofs.network import Affine, Network, Node, Spline  # noqa: E402
from proofs.statements import Bijective  # noqa: E402
from tests.build import affine  # noqa: E402


def curve(x: Any, w: Any, h: Any, d: Any, wrong: str = "") -> Any:
    """A monotone spline on [−2, 2] as somebody may write it: with masks, a count of the knots passed, and one formula."""
    bound = 2.0
    widths = 0.01 + (1 - 0.01 * w.shape[-1]) * torch.softmax(w, -1)
    heights = 0.01 + (1 - 0.01 * h.shape[-1]) * torch.softmax(h, -1)
    at = nn.functional.pad(2 * bound * torch.cumsum(widths, -1) - bound, (1, 0), value=-bound)
    to = nn.functional.pad(2 * bound * torch.cumsum(heights, -1) - bound, (1, 0), value=-bound)
    at[..., -1] = bound + (1e-3 if wrong == "last knot" else 0.0)
    to[..., -1] = bound
    slopes = nn.functional.pad((-0.5 if wrong == "slopes" else 0.05) + nn.functional.softplus(d), (1, 1), value=1.0)
    inside = (x > -bound) & (x < bound)
    out = torch.where(inside, torch.zeros_like(x), x)
    if bool(inside.any()):
        z, at, to, slopes = x[inside], at[inside], to[inside], slopes[inside]
        k = (z[..., None] >= at[..., 1:-1]).sum(-1, keepdim=True)
        low, high, below, above, left, right = (
            t.gather(-1, k + i)[..., 0] for t, i in ((at, 0), (at, 1), (to, 0), (to, 1), (slopes, 0), (slopes, 1))
        )
        above = above + (1e-3 * (k[..., 0] == 1) if wrong == "height" else 0.0)
        t, s = (z - low) / (high - low), (above - below) / (high - low)
        upper = s * t**2 + (-left if wrong == "sign" else left) * t * (1 - t)
        lower = s + (left + right - 2 * s) * t * (1 - t)
        out[inside] = below + (above - below) * upper / lower
    return out


class Own(nn.Module):
    """One coordinate stays, and says how the others are bent."""

    def __init__(self, wrong: str = "", n: int = 3, bins: int = 3) -> None:
        super().__init__()
        self.shape, self.wrong = (n - 1, bins), wrong
        self.net = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, (n - 1) * (3 * bins - 1)))

    def forward(self, x: Any) -> Any:
        n, bins = self.shape
        w, h, d = self.net(x[:, :1]).view(-1, n, 3 * bins - 1).split([bins, bins, bins - 1], -1)
        return torch.cat([x[:, :1], curve(x[:, 1:], w, h, d, self.wrong)], 1)


class Inside(nn.Module):
    """The same function in the body of forward, with parameters of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.h, self.d = (nn.Parameter(torch.randn(2, k)) for k in (4, 4, 3))

    def forward(self, x: Any) -> Any:
        bound = 1.5
        at, to = (torch.cumsum(torch.softmax(p, -1), -1)[:, :-1] * 2 * bound - bound for p in (self.w, self.h))
        ends = torch.full((2, 1), bound)
        at, to = (torch.cat([-ends, v, ends], -1).expand(len(x), -1, -1) for v in (at, to))
        slopes = torch.cat([torch.ones(2, 1), torch.exp(self.d), torch.ones(2, 1)], -1).expand(len(x), -1, -1)
        k = torch.clamp((at <= x[..., None]).sum(-1, keepdim=True) - 1, 0, 3)
        v, b, c, e = (torch.gather(t, -1, k).squeeze(-1) for t in (at, to, slopes, slopes[..., 1:]))
        w, h = (torch.gather(t, -1, k + 1).squeeze(-1) - torch.gather(t, -1, k).squeeze(-1) for t in (at, to))
        u = x - v
        y = b + h * (h * u * u + c * w * u * (w - u)) / (h * (u * u + (w - u) ** 2) + (c + e) * w * u * (w - u))
        return torch.where((x < -bound) | (x > bound), x, y)


def _nflows(kind: str) -> nn.Module:
    transforms = pytest.importorskip("nflows.transforms", reason="nflows is not installed (extra 'flows')")
    if kind == "coupling":
        from nflows.nn.nets import ResidualNet

        return transforms.PiecewiseRationalQuadraticCouplingTransform(
            torch.tensor([1, -1, 1]), lambda a, b: ResidualNet(a, b, hidden_features=8), num_bins=4, tails="linear", tail_bound=2.0
        )
    if kind == "inverse":
        return transforms.InverseTransform(_nflows("coupling"))
    if kind == "linear":
        return transforms.PiecewiseLinearCDF((3,), num_bins=4, tails="linear", tail_bound=2.0)
    return transforms.PiecewiseRationalQuadraticCDF((3,), num_bins=5, tails="linear", tail_bound=2.0, min_bin_width=0.05)


def _normflows(kind: str) -> nn.Module:
    flows = pytest.importorskip("normflows.flows", reason="normflows is not installed (extra 'flows')")
    if kind == "coupling":
        return flows.CoupledRationalQuadraticSpline(3, 1, 8, num_bins=3)
    if kind == "circular":
        return flows.CircularCoupledRationalQuadraticSpline(3, 1, 8, ind_circ=[1], tail_bound=torch.tensor([1.0, 2.0, 3.0]))
    return flows.AutoregressiveRationalQuadraticSpline(3, 1, 8, num_bins=3)


def _zuko(kind: str) -> nn.Module:
    zuko = pytest.importorskip("zuko", reason="zuko is not installed (extra 'flows')")
    return zuko.flows.NSF(3, transforms=1, hidden_features=(8,), bins=4)


def _own(kind: str) -> nn.Module:
    return Own() if kind == "function" else nn.Sequential(nn.Linear(2, 2), Inside())


MADE = [
    pytest.param(_own, "function", id="a function of one's own"),
    pytest.param(_own, "forward", id="a forward of one's own"),
    pytest.param(_nflows, "coupling", id="nflows coupling"),
    pytest.param(_nflows, "inverse", id="nflows inverse"),
    pytest.param(_nflows, "cdf", id="nflows cdf"),
    pytest.param(_nflows, "linear", id="nflows linear cdf"),
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
    n = 2 if kind == "forward" else 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f = load(module, input_shape=n)
    assert caplog.text == ""
    assert isinstance(f, Network)
    assert any(isinstance(node.op, Spline) for node in f.nodes)
    at_ends = torch.tensor([[0.0, 2.0, -2.0], [2.0, 0.0, 3.0], [-3.0, 1.0, 1.0]])
    x = torch.cat([torch.randn(40, 3), 3 * torch.randn(20, 3), at_ends]).double()[:, :n]
    call = convention(module) or (lambda m, z: m(z))
    with torch.no_grad():
        wanted = torch.cat([call(module.double(), row[None]) for row in x]).numpy()
    assert np.allclose(shadow(f)(x.numpy()), wanted, rtol=1e-5, atol=1e-5)
    assert decide(Bijective(f, Reals(n), Reals(n)))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("sign", "in bin 1 of 3, its left slope is not known to be positive"),
        ("last knot", "in bin 3 of 3, it is no rational-quadratic function with the values and slopes that it has at its ends"),
        ("height", "it jumps where bin 3 of 3 starts"),
        ("slopes", "in bin 1 of 3, its right slope is not known to be positive"),
    ],
)
def test_a_spline_with_one_thing_wrong_is_refused(wrong: str, why: str) -> None:
    with pytest.raises(NotSupported, match=f"curve branches on its input: {why}"):
        load(Own(wrong), input_shape=3)


def _by_another(x: Any) -> Any:
    return torch.cat([torch.where(x[:, 1:] > 0, 1.0, 2.0) * torch.where(x[:, :1] > 0, x[:, :1], 3 * x[:, :1]), x[:, 1:]], 1)


def _by_all(x: Any) -> Any:
    return 2 * x if bool((x > 0).all()) else x


def _crossed(x: Any) -> Any:
    y = x.clone()
    y[x.flip(1) > 0] = 2 * x[x > 0]
    return y


def _counted(x: Any) -> Any:
    return x * ((x > 0).sum() + 1)


@pytest.mark.parametrize("function", [_by_another, _by_all, _crossed, _counted])
def test_entries_that_decide_what_others_are_are_refused(function: Any) -> None:
    """Where all entries are of one sign, each of these functions looks as if it were one of each entry by itself."""

    class Module(nn.Module):
        def forward(self, x: Any) -> Any:
            return function(x)

    with pytest.raises(NotSupported, match=r"branches on its input: .*(two entries|depends on another one|for no single piece)"):
        load(Module(), input_shape=2)


def test_places_of_entries_are_no_facts() -> None:
    class Module(nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.where(x > 0, 2 * x, x) + x.argmax(1, keepdim=True)

    with pytest.raises(NotSupported, match="argmax of a value that depends on the input, with no fact that says what it gives"):
        load(Module(), input_shape=2)


def test_numbers_that_leave_tensors_are_refused() -> None:
    class Module(nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.where(x > 0, 2 * x, x) * (2.0 if sum((x > 0).numpy().ravel()) else 1.0)

    with pytest.raises(NotSupported, match="numpy of a tensor that depends on the input"):
        load(Module(), input_shape=2)


def test_activations_written_with_masks() -> None:
    class Bent(nn.Module):
        def forward(self, x: Any) -> Any:
            y = 0.5 * x
            y[x > 1] = 2 * x[x > 1] - 1.5
            return torch.where(x < -1, x + 0.5, y)

    f = load(Bent(), input_shape=2)
    assert isinstance(f, Network)
    assert f([3, -2]) == (Fraction(9, 2), Fraction(-3, 2))
    assert f([Fraction(1, 2), 1]) == (Fraction(1, 4), Fraction(1, 2))


def test_a_jump_is_refused() -> None:
    class Jump(nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.where(x > 0, x + 1, x)

    with pytest.raises(NotSupported, match="it jumps at 0, from 0 to 1"):
        load(Jump(), input_shape=2)


def test_tails_for_each_feature_are_refused() -> None:
    """normflows gives 0 outside of the bins there."""
    with pytest.raises(NotSupported, match="left of all bins it is 0, not its argument plus a number"):
        load(_quiet(_normflows, "circular"), input_shape=3)


def test_the_shares_of_the_bins_add_up_to_one_exactly() -> None:
    f = load(_quiet(_nflows, "cdf"), input_shape=3)
    assert isinstance(f, Network)
    at = next(i for i, node in enumerate(f.nodes) if isinstance(node.op, Spline))
    source = f.nodes[at].inputs[1]
    widths = Network(f.arity, (*f.nodes[:source], Node(_sum(f.widths[source], 5), (source,))))
    assert np.allclose(shadow(widths)(np.zeros((1, 3))), 4.0, rtol=1e-14)


def _sum(width: int, bins: int) -> Affine:
    return affine([[int(j // bins == i) for j in range(width)] for i in range(width // bins)])
