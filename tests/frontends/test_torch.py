"""torch modules: the exact network computes what the module computes, in double precision, within rounding."""

from fractions import Fraction
from math import erf, exp, sin, sqrt
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra 'torch' is not installed")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from bijection.errors import NotSupported  # noqa: E402
from bijection.frontends import load  # noqa: E402
from bijection.frontends.code import Code  # noqa: E402
from bijection.frontends.torch.activations import exported_elu  # noqa: E402
from bijection.frontends.torch.modules import MODULES  # noqa: E402
from bijection.frontends.torch.reader import read  # noqa: E402
from bijection.frontends.torch.stored import constant  # noqa: E402
from bijection.frontends.torch.tracer import Tracer  # noqa: E402
from bijection.frontends.values import Tensor  # noqa: E402
from proofs.activations import Sigmoid  # noqa: E402
from proofs.activations import value as exact_value  # noqa: E402
from proofs.errors import Malformed  # noqa: E402
from proofs.network import Affine, Argmax, Network, Pointwise, Softmax, apply  # noqa: E402


def floats(network: Network, x: np.ndarray) -> np.ndarray:
    """The network in binary64, for those with functions that have no exact values."""
    values = [x]
    for node in network.nodes:
        inputs = [values[j] for j in node.inputs]
        match node.op:
            case Pointwise(activations):
                values.append(np.array([_scalar(s, v) for s, v in zip(activations, inputs[0], strict=True)]))
            case Softmax(groups):
                out = np.empty(len(inputs[0]))
                for g in groups:
                    e = np.exp(inputs[0][list(g)])
                    out[list(g)] = e / e.sum()
                values.append(out)
            case op:
                from proofs.exact import vector

                values.append(np.array([float(v) for v in apply(op, [vector([Fraction(v) for v in u]) for u in inputs]).fractions()]))
    return values[-1]


def _scalar(s: Any, v: float) -> float:
    match type(s).__name__:
        case "Sigmoid":
            return 1 / (1 + exp(-v))
        case "Tanh":
            return float(np.tanh(v))
        case "Softplus":
            return float(np.logaddexp(0, v))
        case "Erf":
            return erf(v)
        case "Reciprocal":
            return 1 / max(v, float(s.least))
        case "Sin":
            return sin(v)
        case "Sqrt":
            return sqrt(max(v, 0))
        case "Elu":
            return float(s.scale) * v if v >= 0 else float(s.scale * s.alpha) * (exp(v) - 1)
        case _:
            return float(exact_value(s, Fraction(v)))


def agree(module: Any, *shape: int, loaded: tuple[int, ...] | None = None) -> Network:
    torch.manual_seed(1)
    network = load(module, input_shape=shape if loaded is None else loaded)
    for scale in (1, 4):
        x = torch.randn(1, *shape, dtype=torch.float64) * scale
        x = x.float().double()
        dtype = next((p.dtype for p in module.parameters()), torch.float32)
        with torch.no_grad():
            wanted = module.double()(x.clone()).flatten().numpy()
        module.to(dtype)
        assert np.allclose(floats(network, x.flatten().numpy()), wanted, rtol=1e-6, atol=1e-6)
    return network


def seeded(*layers: Any) -> Any:
    torch.manual_seed(0)
    module = nn.Sequential(*layers)
    for p in module.parameters():
        nn.init.uniform_(p, -1, 1)
    for m in module.modules():
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(m.running_mean, -1, 1)
            nn.init.uniform_(m.running_var, 0.5, 2)
    return module.eval()


def test_linear_layers_are_the_stored_weights() -> None:
    module = seeded(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2, bias=False))
    network = load(module)
    assert (network.arity, network.width) == (3, 2)
    first = network.nodes[0].op
    assert isinstance(first, Affine)
    assert [Fraction(c, first.denominator) for c in first.rows[1].coefficients] == [Fraction(w) for w in module[0].weight[1].tolist()]
    x = np.array([0.5, -1, 2], dtype=np.float32)
    with torch.no_grad():
        assert np.allclose([float(v) for v in network([Fraction(float(t)) for t in x])], module(torch.tensor(x)))


MODELS: dict[str, tuple[tuple[int, ...], tuple[Any, ...]]] = {
    "Linear": ((3,), (nn.Linear(3, 2), nn.Identity(), nn.Dropout(), nn.AlphaDropout(), nn.FeatureAlphaDropout())),
    "Conv1d": ((2, 7), (nn.Conv1d(2, 3, 3, stride=2, padding=1), nn.Dropout1d())),
    "Conv2d": ((2, 5, 6), (nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2), nn.Dropout2d())),
    "Conv2d same": ((1, 4, 4), (nn.Conv2d(1, 2, (2, 3), dilation=(2, 1), padding="same", bias=False),)),
    "Conv2d valid": ((1, 4, 4), (nn.Conv2d(1, 2, 3, padding="valid"),)),
    "Conv3d": ((1, 3, 3, 3), (nn.Conv3d(1, 2, 2), nn.Dropout3d())),
    "BatchNorm1d": ((3,), (nn.BatchNorm1d(3), nn.Linear(3, 2))),
    "BatchNorm2d": ((2, 3, 3), (nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.ReLU(inplace=True))),
    "BatchNorm3d": ((2, 1, 2, 2), (nn.BatchNorm3d(2, affine=False),)),
    "MaxPool1d": ((2, 7), (nn.MaxPool1d(3, 2, 1, ceil_mode=True),)),
    "MaxPool2d": ((1, 6, 6), (nn.MaxPool2d((2, 3), dilation=(1, 2), padding=(1, 0)), nn.AdaptiveMaxPool2d(1))),
    "MaxPool3d": ((1, 2, 2, 2), (nn.MaxPool3d(2),)),
    "AvgPool1d": ((2, 7), (nn.AvgPool1d(3, 2, 1, count_include_pad=False), nn.AdaptiveAvgPool1d(1))),
    "AvgPool2d": ((1, 6, 6), (nn.AvgPool2d(3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())),
    "AvgPool3d": ((1, 2, 2, 2), (nn.AvgPool3d((1, 2, 2)), nn.AdaptiveAvgPool3d(1))),
    "Adaptive": ((1, 4, 6), (nn.AdaptiveAvgPool2d((2, None)), nn.AdaptiveMaxPool2d((1, 3)), nn.Flatten(), nn.Unflatten(1, (1, 3)))),
    "Adaptive max": ((1, 4), (nn.AdaptiveMaxPool1d(2), nn.Unflatten(1, (1, 1, 1)), nn.AdaptiveMaxPool3d(1))),
    "clips": ((6,), (nn.Hardtanh(-2, 0.3), nn.LeakyReLU(0.1), nn.ReLU6(), nn.Hardsigmoid(), nn.PReLU())),
    "PReLU": ((2, 2, 2), (nn.PReLU(2),)),
    "smooth": ((6,), (nn.ELU(0.7), nn.CELU(0.6), nn.SELU(), nn.Tanh(), nn.Softplus(), nn.Softplus(2.0), nn.Sigmoid(), nn.LogSigmoid())),
    "products": ((6,), (nn.SiLU(), nn.Hardswish(), nn.GELU(), nn.GELU(approximate="tanh"))),
    "Softmax": ((2, 3), (nn.Softmax(dim=1), nn.Softmax(dim=-1), nn.Softmin(dim=-1))),
    "Softmax2d": ((3, 2, 2), (nn.Softmax2d(),)),
    "LogSoftmax": ((2, 4), (nn.LogSoftmax(dim=-1), nn.LogSoftmax(dim=1))),
    "gates": ((4,), (nn.Softsign(), nn.Mish(), nn.Tanhshrink(), nn.GLU())),
    "shrinkage": ((5,), (nn.Softshrink(0.3), nn.Hardshrink(0.0), nn.RReLU(0.1, 0.4), nn.Threshold(-0.2, -0.2))),
    "LayerNorm": ((4,), (nn.Linear(4, 4), nn.LayerNorm(4))),
    "RMSNorm": ((2, 3), (nn.RMSNorm(3), nn.RMSNorm((2, 3), eps=0.5))),
    "GroupNorm": ((4, 2), (nn.GroupNorm(2, 4), nn.InstanceNorm1d(4, affine=True))),
    "InstanceNorm": (
        (2, 2, 2),
        (nn.InstanceNorm2d(2), nn.InstanceNorm2d(2, track_running_stats=True), nn.Unflatten(1, (2, 1)), nn.InstanceNorm3d(2)),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_modules_agree_with_torch(name: str) -> None:
    shape, layers = MODELS[name]
    agree(seeded(*layers), *shape)


def test_every_module_that_is_read_is_in_a_model_above() -> None:
    tested = {type(layer).__name__ for _, layers in MODELS.values() for layer in layers} | {"ReLU", "BatchNorm1d"}
    assert set(MODULES) <= tested


class Net(nn.Module):
    """A module whose forward is the given function of itself and the input."""

    def __init__(self, f: Any) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.f = f
        self.fc = nn.Linear(4, 4)
        self.relu = nn.ReLU(inplace=True)
        self.register_buffer("order", torch.tensor([2, 0, 1]))
        self.register_buffer("shift", torch.tensor([1.0, -0.3, 0.0, 2.0], dtype=torch.bfloat16).float())
        self.eval()

    def forward(self, x: Any) -> Any:
        return self.f(self, x)


PROGRAMS: dict[str, tuple[tuple[int, ...], Any]] = {
    "residual": ((4,), lambda s, x: x + F.relu(s.fc(x))),
    "residual in place": ((4,), lambda s, x: s.relu(s.fc(x) + x)),
    "augmented": ((4,), lambda s, x: s.fc(x).add_(x).mul_(2)),
    "constants": ((4,), lambda s, x: 0.1 - (2 * x - 1) / 3 + s.shift * x.sub(s.shift, alpha=2)),
    "coupling": ((4,), lambda s, x: torch.cat([x[:, :2], x[:, 2:] + F.leaky_relu(x[:, :2] * 2, 0.2)], dim=1)),
    "chunks": ((4,), lambda s, x: torch.cat(x.chunk(2, 1)[::-1], 1) * 3 + torch.stack(x.unbind(1), 1)),
    "splits": ((4,), lambda s, x: torch.cat([p * k for k, p in enumerate(x.split([1, 3], dim=1), 2)], -1) + x),
    "products": ((4,), lambda s, x: (x * s.fc(x)) ** 2 - torch.square(x)),
    "view": ((2, 2), lambda s, x: F.linear(x.view(x.size(0), -1), s.fc.weight, s.fc.bias).abs().reshape(-1, 2, 2)),
    "shape": ((2, 2), lambda s, x: s.fc(torch.flatten(x, 1)).view(x.shape[0], x.shape[1] * 2).clamp(-0.5, 0.5)),
    "transposed": ((2, 3), lambda s, x: x.transpose(1, 2).permute(0, 2, 1).mT.contiguous().unsqueeze(1).squeeze(1)),
    "matmul": ((2, 4), lambda s, x: x @ s.fc.weight.t() + torch.matmul(x, s.fc.weight.T)),
    "attention": ((2, 2), lambda s, x: torch.bmm(x, x.transpose(1, 2))),
    "index": ((3,), lambda s, x: x[:, s.order] - x[..., None, :].flip(-1).squeeze(1) * x.select(1, 0)),
    "reductions": (
        (2, 3),
        lambda s, x: torch.cat([x.sum(2), x.mean(dim=(1,)), x.amax(-1), x.amin(2), x.mean(dim=(1, 2), keepdim=False)[:, None]], 1),
    ),
    "extremes": ((4,), lambda s, x: torch.maximum(x, -s.fc(x)) + torch.minimum(x, s.shift)),
    "expand": ((2, 1), lambda s, x: x.expand(-1, 2, 3) + x.narrow(1, 0, 1)),
    "functional": ((4,), lambda s, x: F.hardtanh(F.dropout(F.elu(s.fc(x), 0.5), training=s.training), 0.0, 1.0).float()),
    "maxpool": ((1, 4), lambda s, x: F.max_pool1d(F.relu(x.to(torch.float64) + 0, False), 2)),
    "argmax": ((4,), lambda s, x: s.fc(x).argmax(1, keepdim=True)),
    "powers": ((4,), lambda s, x: x**3 + (x**2 + 1) ** 0.5 - (x * x + 2).pow(-0.5) + torch.sqrt(x**4) + 1 / (x.abs() + 3) ** 2),
    "waves": ((4,), lambda s, x: torch.sin(x) + torch.cos(s.fc(x)) ** 2),
    "snake": ((4,), lambda s, x: x + torch.sin(2 * x) ** 2 / 2),
    "norms": ((4,), lambda s, x: F.log_softmax(F.rms_norm(F.layer_norm(s.fc(x), (4,)), (4,)), dim=1) + x.logsumexp(1, keepdim=True)),
    "mean and variance": ((4,), lambda s, x: (x - x.mean(1, True)) * torch.rsqrt(((x - x.mean(1, True)) ** 2).mean(1, True) + 0.01)),
    "label": ((4,), lambda s, x: torch.argmax(s.fc(x))),
    "argmin": ((4,), lambda s, x: s.fc(x).argmin(1, keepdim=True)),
    "label of costs": ((4,), lambda s, x: torch.argmin(s.fc(x))),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_agree_with_torch(name: str) -> None:
    shape, f = PROGRAMS[name]
    agree(Net(f), *shape)


def test_numbers_of_the_program_have_the_precision_of_the_weights() -> None:
    assert read(nn.LeakyReLU(0.1), (1,))([-1]) == (-Fraction(float(np.float32(0.1))),)
    double = seeded(nn.Linear(1, 1)).double()
    double.append(nn.LeakyReLU(0.1))
    with torch.no_grad():
        double[0].weight[:] = 1
        double[0].bias[:] = 0
    assert read(double.eval())([-1]) == (-Fraction(0.1),)


def test_half_precision_weights_are_exact() -> None:
    for dtype in (torch.float16, torch.bfloat16):
        module = seeded(nn.Linear(2, 1)).to(dtype)
        wanted = sum(map(Fraction, module[0].weight[0].tolist())) + Fraction(module[0].bias.item())
        assert read(module)([1, 1]) == (wanted,)


def test_the_width_is_read_off_a_leading_linear_layer() -> None:
    assert load(seeded(nn.Flatten(), nn.Dropout(), nn.Linear(3, 2))).arity == 3


def test_a_parametrised_layer_is_read_with_the_weight_it_has() -> None:
    layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)).eval()
    network = load(nn.Sequential(layer).eval())
    first = network.nodes[0].op
    assert isinstance(first, Affine)
    assert [Fraction(c, first.denominator) for c in first.rows[0].coefficients] == [Fraction(w) for w in layer.weight[0].tolist()]


def test_readouts_and_preprocessing_join_the_module() -> None:
    module = seeded(nn.Linear(2, 3), nn.Softmax(dim=1))
    assert load(module, readout="logits").nodes == load(module[:1]).nodes
    assert load(module, readout="label").nodes[-1].op == Argmax()
    single = load(seeded(nn.Linear(2, 1), nn.Sigmoid()), preprocessing={"mean": 1, "std": 2})
    assert single.nodes[-1].op == Pointwise((Sigmoid(),))


def branching(s: Any, x: Any) -> Any:
    return s.fc(x) if x.shape[1] == 4 and all(d > 0 for d in x.shape) else x


class Looped(nn.Module):
    """torch.fx cannot iterate over a symbolic shape; torch.export can."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.layers = nn.ModuleList([nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2)])
        self.fc = nn.Linear(8, 4)
        self.elu = nn.ELU(0.5)

    def forward(self, x: Any) -> Any:
        if x.sum().shape != () or x.shape[1] > 5:
            return x
        for layer in self.layers:
            x = F.relu(layer(x))
        a, b = torch.chunk(self.fc(x.flatten(1)), 2, dim=1)
        return torch.cat([self.elu(a) * 0.5, b[:, 1:], F.max_pool1d(b[:, None], 2)[:, 0]], dim=1)


def test_what_fx_cannot_trace_goes_through_export() -> None:
    agree(Looped().eval(), 1, 3, 3)


def mutating(s: Any, x: Any) -> Any:
    for d in x.shape:  # torch.fx cannot do this, so it goes through torch.export
        s.shift.add_(d)
    return x + s.shift


def augmenting(s: Any, x: Any) -> Any:
    y = s.fc(x)
    z = y
    z += 1  # torch.fx records a sum, and y unchanged
    return torch.cat([y, z * 2], 1)


def test_a_trace_that_is_not_what_the_module_computes_is_not_used() -> None:
    agree(Net(augmenting), 4)
    with pytest.raises(NotSupported, match=r"Net uses rand 'rand', not read yet"):
        read(Net(lambda s, x: x + torch.rand(4)), (4,))


REFUSED: dict[str, tuple[Any, tuple[int, ...] | None, type[Exception], str]] = {
    "open": (nn.Conv1d(1, 1, 1), None, Malformed, "the shape of the input of Conv1d is open; pass input_shape"),
    "no layers": (nn.Sequential(), None, Malformed, "the shape of the input of Sequential is open"),
    "tensor": (torch.zeros(2), None, NotSupported, "a Tensor of torch; only modules"),
    "dropout": (nn.Sequential(nn.Linear(2, 2), nn.Dropout()), None, Malformed, r"Dropout '1' is in training mode.*call .eval\(\)"),
    "norm": (nn.BatchNorm1d(2), (2,), Malformed, "BatchNorm1d is in training mode"),
    "no statistics": (nn.BatchNorm1d(2, track_running_stats=False).eval(), (2,), NotSupported, "the batch's own statistics"),
    "module": (
        nn.Sequential(nn.Linear(2, 2), nn.GELU(), nn.PixelShuffle(1)),
        None,
        NotSupported,
        "uses PixelShuffle '2', not read yet",
    ),
    "function": (Net(lambda s, x: torch.sinh(torch.cosh(x))), (4,), NotSupported, "Net uses cosh 'cosh', sinh 'sinh'"),
    "functional dropout": (Net(lambda s, x: F.dropout(x)), (4,), Malformed, "dropout .*: dropout in training mode is random"),
    "branch": (Net(lambda s, x: x if x.sum() > 0 else -x), (4,), NotSupported, "forward branches on its input: it compares what does not"),
    "inputs": (nn.Bilinear(2, 2, 2), (2,), NotSupported, "Bilinear|takes 2 inputs"),
    "output": (Net(lambda s, x: (x, x)), (4,), NotSupported, "the output is a tuple; wrap the module so that it returns one tensor"),
    "constant": (Net(lambda s, x: s.shift), (4,), NotSupported, "the output does not depend on the input"),
    "in place": (Net(lambda s, x: F.relu_(x) + x), (4,), NotSupported, "it overwrites 'x', which is used elsewhere"),
    "in place by position": (Net(lambda s, x: F.relu(x, True) + x), (4,), NotSupported, "it overwrites 'x', which is used elsewhere"),
    "conversion": (Net(lambda s, x: x.to(torch.int64)), (4,), NotSupported, "a conversion to torch.int64, which rounds"),
    "mutation in an export": (Net(mutating), (4,), NotSupported, "it changes its own stored tensors when called"),
    "view in place": (Net(lambda s, x: x[:, :1].relu_() + x), (4,), NotSupported, "it overwrites"),
    "buffer in place": (Net(lambda s, x: s.shift.add_(1) + x), (4,), Malformed, "Net changes its own stored tensors when called"),
    "power": (Net(lambda s, x: x**0.3), (4,), NotSupported, "the power .*; whole numbers up to 16 and 1/2 are read"),
    "root": (Net(lambda s, x: torch.sqrt(x)), (4,), NotSupported, "the square root of a value that is not known to be at least 0"),
    "epsilon": (nn.LayerNorm(2, eps=0.0), (2,), NotSupported, "normalisation with epsilon 0: equal entries would give 0/0"),
    "jump": (nn.Hardshrink(), (2,), NotSupported, "shrinking by 0 beyond 0.5 jumps"),
    "halves": (nn.GLU(), (3,), Malformed, "two halves of 3 entries"),
    "random slope": (Net(lambda s, x: F.rrelu(x, training=True)), (4,), Malformed, "rrelu in training mode is random"),
    "divisor": (Net(lambda s, x: 1 / x), (4,), NotSupported, "truediv|not read yet|depends on the network's input"),
    "number": (Net(lambda s, x: torch.add(x, True)), (4,), NotSupported, "True where a number is needed"),
    "call": (Net(lambda s, x: torch.div(x, 2, rounding_mode="floor")), (4,), NotSupported, "called in a way that is not read"),
    "index": (Net(lambda s, x: x[x > 0]), (4,), NotSupported, "the shape of its output depends on the input"),
    "key": (Net(lambda s, x: x[:, [0, 1]]), (4,), NotSupported, "an index of the kind"),
    "attribute": (Net(lambda s, x: x.real), (4,), NotSupported, "the attribute 'real' of a tensor; shape, ndim"),
    "shape": (Net(lambda s, x: x.view(3, 5)), (4,), Malformed, r"view .*: on the shape \[1, 4\]: cannot reshape"),
    "pieces": (Net(lambda s, x: x.split([1, 1], 1)[0]), (4,), Malformed, r"pieces of the sizes \[1, 1\] of an axis of 4"),
    "no pieces": (Net(lambda s, x: x.split(0, 1)[0]), (4,), Malformed, "pieces of the size 0"),
    "width": (nn.Linear(3, 2), (4,), Malformed, "linear|4|3"),
    "padding": (nn.Conv1d(1, 1, 3, padding=1, padding_mode="circular"), (1, 4), NotSupported, "padding_mode 'circular'"),
    "axes": (nn.Conv2d(1, 1, 1), (1, 4), Malformed, r"an input of shape \[1, 1, 4\], the batch first; 2 spatial axes"),
    "indices": (nn.MaxPool1d(2, return_indices=True), (1, 4), NotSupported, "max pooling with return_indices"),
    "divisor override": (nn.AvgPool2d(2, divisor_override=3), (1, 4, 4), NotSupported, "divisor_override"),
    "adaptive": (nn.AdaptiveAvgPool1d(3), (1, 4), NotSupported, r"adaptive pooling from \[4\] to \[3\]"),
    "adaptive size": (nn.AdaptiveAvgPool1d(0), (1, 4), Malformed, r"pooling to the size \[0\]"),
    "threshold": (nn.Softplus(threshold=1), (1,), NotSupported, "softplus with the threshold 1"),
    "beta": (nn.Softplus(beta=-1), (1,), Malformed, "softplus with beta -1; it must be positive"),
    "alpha": (nn.ELU(-1.0), (1,), NotSupported, "ELU with alpha -1; it must be positive"),
    "celu": (nn.CELU(-1.0), (1,), NotSupported, "CELU with alpha -1; it must be positive"),
    "softmax": (nn.Softmax(), (1,), NotSupported, "softmax without dim"),
    "sparse": (Net(lambda s, x: x + s.extra), (4,), NotSupported, "extra is a tensor of the kind torch.sparse_coo"),
    "no tensor": (Net(lambda s, x: x + s.text), (4,), NotSupported, "'abc' where a number is needed; only constant numbers"),
    "nan": (nn.Linear(1, 1), None, Malformed, "nan .*no real number"),
    "hooks": (nn.Linear(1, 1), None, NotSupported, "Linear has forward hooks"),
}
REFUSED["sparse"][0].register_buffer("extra", torch.eye(4).to_sparse())
REFUSED["no tensor"][0].text = "abc"
REFUSED["nan"][0].weight.data[:] = float("nan")
REFUSED["hooks"][0].register_forward_hook(lambda *_: None)


@pytest.mark.parametrize(("module", "shape", "kind", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_read_is_refused(module: Any, shape: tuple[int, ...] | None, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        read(module, shape)


def test_what_only_exported_programs_hold_is_refused() -> None:
    with pytest.raises(NotSupported, match="elu with input_scale 2; only 1 is read"):
        exported_elu(Tracer(Code(1), True), Tensor(0, np.zeros((1, 1), dtype=np.int64)), 1, 1, 2)
    with pytest.raises(NotSupported, match="x is a list; only tensors are read"):
        constant([1], "x")


class FailsWhenRun(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(2, 2)

    def forward(self, x):
        if type(x) is torch.Tensor:
            raise RuntimeError("not today")
        return self.lin(x)


def test_a_module_that_fails_where_its_graph_can_be_read_is_refused():
    with pytest.raises(NotSupported, match="not today"):
        read(FailsWhenRun().eval())


class Scaling(nn.Module):
    """x·(a + b)."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(2.0**-26))

    def forward(self, x):
        return x * (self.a + self.b)


def test_in_binary32_what_is_computed_from_weights_is_rounded_as_torch_does_it():
    """1 + 2⁻²⁶ is no binary32 number."""
    exact = load(Scaling(), input_shape=1)
    assert exact((1,)) == (1 + Fraction(1, 2**26),)
    rounded = load(Scaling(), input_shape=1, arithmetic="binary32")
    assert rounded((1,)) == (1,)
