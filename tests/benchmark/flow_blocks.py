"""The stock blocks of four libraries of normalizing flows, small and with random weights, as those libraries make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

SPIRAL = Path(__file__).parents[3] / "shared" / "networks" / "flow" / "chrvt__dnf_1_thin_spiral_paper.pt"  # optional
Block: TypeAlias = tuple[str, Callable[[], Any], tuple[int, ...]]  # name, how to make it, shape of its input


def freia() -> Iterator[Block]:
    """FrEIA: modules take the shapes of their inputs and give lists of outputs."""
    import FrEIA.framework as framework
    import FrEIA.modules as modules
    import torch
    from torch import nn

    def subnet(a: int, b: int) -> nn.Module:
        return nn.Sequential(nn.Linear(a, 16), nn.ReLU(), nn.Linear(16, b))

    def convolutions(a: int, b: int) -> nn.Module:
        return nn.Sequential(nn.Conv2d(a, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, b, 3, padding=1))

    flat, image = [(6,)], [(4, 4, 4)]
    for name in (
        "NICECouplingBlock",
        "RNVPCouplingBlock",
        "GLOWCouplingBlock",
        "GINCouplingBlock",
        "AffineCouplingOneSided",
        "AllInOneBlock",
    ):
        yield name, lambda name=name: getattr(modules, name)(flat, subnet_constructor=subnet), flat[0]
    yield "GLOWCouplingBlock, images", lambda: modules.GLOWCouplingBlock(image, subnet_constructor=convolutions), image[0]
    yield "RNVPCouplingBlock, tanh", lambda: modules.RNVPCouplingBlock(flat, subnet_constructor=subnet, clamp_activation="TANH"), flat[0]
    yield (
        "AllInOneBlock, householder",
        lambda: modules.AllInOneBlock(flat, subnet_constructor=subnet, learned_householder_permutation=2),
        flat[0],
    )
    yield "AllInOneBlock, soft permutation", lambda: modules.AllInOneBlock(flat, subnet_constructor=subnet, permute_soft=True), flat[0]
    yield "AllInOneBlock, GIN", lambda: modules.AllInOneBlock(flat, subnet_constructor=subnet, gin_block=True), flat[0]
    yield "ActNorm", lambda: _started(modules.ActNorm(flat), 6), flat[0]
    yield "PermuteRandom", lambda: modules.PermuteRandom(flat, seed=1), flat[0]
    yield "FixedLinearTransform", lambda: modules.FixedLinearTransform(flat, M=torch.randn(6, 6), b=torch.randn(6)), flat[0]
    yield "Fixed1x1Conv", lambda: modules.Fixed1x1Conv(image, M=torch.randn(4, 4)), image[0]
    yield "InvertibleSigmoid", lambda: modules.InvertibleSigmoid(flat), flat[0]
    yield "OrthogonalTransform", lambda: modules.OrthogonalTransform(flat), flat[0]
    yield "HouseholderPerm", lambda: modules.HouseholderPerm(flat, n_reflections=2), flat[0]
    yield "HouseholderPerm, fixed", lambda: modules.HouseholderPerm(flat, n_reflections=2, fixed=True), flat[0]
    yield "LearnedElementwiseScaling", lambda: modules.LearnedElementwiseScaling(flat), flat[0]
    yield "IRevNetDownsampling", lambda: modules.IRevNetDownsampling(image), image[0]
    yield "IRevNetUpsampling", lambda: modules.IRevNetUpsampling(image), image[0]
    yield "HaarDownsampling", lambda: modules.HaarDownsampling(image), image[0]
    yield "HaarUpsampling", lambda: modules.HaarUpsampling(image), image[0]
    yield "Flatten", lambda: modules.Flatten(image), image[0]
    yield "Reshape", lambda: modules.Reshape(image, output_dims=(16, 2, 2)), image[0]
    yield "Split", lambda: modules.Split(flat), flat[0]
    yield "InvAutoAct", lambda: modules.InvAutoAct(flat), flat[0]
    yield "InvAutoActFixed", lambda: modules.InvAutoActFixed(flat), flat[0]
    yield "InvAutoActTwoSided", lambda: modules.InvAutoActTwoSided(flat), flat[0]
    yield "InvAutoConv2D", lambda: modules.InvAutoConv2D(image), image[0]
    yield "InvAutoFC", lambda: modules.InvAutoFC(flat), flat[0]
    yield "IResNetLayer", lambda: modules.IResNetLayer(flat, internal_size=8), flat[0]

    def sequence() -> Any:
        inn = framework.SequenceINN(6)
        for k in range(4):
            inn.append(modules.RNVPCouplingBlock, subnet_constructor=subnet)
            inn.append(modules.PermuteRandom, seed=k)
        return inn

    def graph() -> Any:
        start = framework.InputNode(4, 4, 4, name="in")
        conv = framework.Node(start, modules.GLOWCouplingBlock, {"subnet_constructor": convolutions})
        down = framework.Node(conv, modules.HaarDownsampling, {})
        split = framework.Node(down, modules.Split, {"section_sizes": [4, 12], "dim": 0})
        flat_ = framework.Node(split.out1, modules.Flatten, {})
        dense = framework.Node(split.out0, modules.Flatten, {})
        couple = framework.Node(dense, modules.NICECouplingBlock, {"subnet_constructor": subnet})
        nodes = [start, conv, down, split, flat_, dense, couple]
        return framework.GraphINN([*nodes, framework.OutputNode(couple, name="a"), framework.OutputNode(flat_, name="b")])

    yield "SequenceINN of 4 RealNVP blocks", sequence, flat[0]
    yield "GraphINN with a split", graph, image[0]


def _started(module: Any, n: int) -> Any:
    """An ActNorm that has seen its first batch."""
    import torch

    module((torch.randn(64, n),))
    return module


def normflows_() -> Iterator[Block]:
    """normflows: forward leads from the latent variable to the data."""
    import normflows as nf
    import torch
    from normflows import flows

    def mlp(*sizes: int) -> Any:
        return nf.nets.MLP(list(sizes))

    mask = torch.tensor([1.0, 0, 1, 0])
    yield "AffineConstFlow", lambda: flows.AffineConstFlow((4,)), (4,)
    for scale in ("exp", "sigmoid", "sigmoid_inv"):
        yield f"AffineCouplingBlock, {scale}", lambda scale=scale: flows.AffineCouplingBlock(mlp(2, 8, 4), scale_map=scale), (4,)
    yield "AffineCouplingBlock, additive", lambda: flows.AffineCouplingBlock(mlp(2, 8, 2), scale=False), (4,)
    yield "MaskedAffineFlow", lambda: flows.MaskedAffineFlow(mask, mlp(4, 8, 4), mlp(4, 8, 4)), (4,)
    yield "MaskedAffineAutoregressive", lambda: flows.MaskedAffineAutoregressive(4, 16), (4,)
    yield "GlowBlock", lambda: flows.GlowBlock(4, 8), (4, 4, 4)
    yield "ActNorm", lambda: _seen(flows.ActNorm((4,)), 4), (4,)
    yield "BatchNorm", lambda: flows.BatchNorm(), (4,)
    yield "Permute", lambda: flows.Permute(4), (4,)
    yield "InvertibleAffine", lambda: flows.InvertibleAffine(4), (4,)
    yield "InvertibleAffine, no LU", lambda: flows.InvertibleAffine(4, use_lu=False), (4,)
    yield "Invertible1x1Conv", lambda: flows.Invertible1x1Conv(4, use_lu=True), (4, 2, 2)
    yield "LULinearPermute", lambda: flows.LULinearPermute(4), (4,)
    yield "Planar", lambda: flows.Planar((4,)), (4,)
    yield "Planar, leaky ReLU", lambda: flows.Planar((4,), act="leaky_relu"), (4,)
    yield "Radial", lambda: flows.Radial((4,)), (4,)
    yield "Residual", lambda: flows.Residual(nf.nets.LipschitzMLP([4, 16, 16, 4], lipschitz_const=0.9), reverse=False), (4,)
    yield "CoupledRationalQuadraticSpline", lambda: flows.CoupledRationalQuadraticSpline(4, 1, 16), (4,)
    yield "AutoregressiveRationalQuadraticSpline", lambda: flows.AutoregressiveRationalQuadraticSpline(4, 1, 16), (4,)
    yield "CircularCoupledRationalQuadraticSpline", lambda: flows.CircularCoupledRationalQuadraticSpline(4, 1, 16, ind_circ=[1]), (4,)
    yield "Squeeze", lambda: flows.Squeeze(), (4, 4, 4)
    yield "Split", lambda: flows.Split(), (4,)
    yield "PeriodicWrap", lambda: flows.PeriodicWrap([0], 1.0), (4,)
    yield "PeriodicShift", lambda: flows.PeriodicShift([0], 1.0, 0.3), (4,)

    def boltzmann() -> Any:
        """Real-valued non-volume-preserving layers between centred coordinates and a Gaussian, as in Boltzmann generators."""
        layers = []
        for k in range(8):
            b = torch.tensor([float((i + k) % 2) for i in range(6)])
            layers.append(flows.MaskedAffineFlow(b, mlp(6, 32, 32, 6), mlp(6, 32, 32, 6)))
        return nf.NormalizingFlow(nf.distributions.DiagGaussian(6), [*layers, flows.AffineConstFlow((6,))])

    yield "Boltzmann generator of 8 layers", boltzmann, (6,)


def _seen(module: Any, n: int) -> Any:
    import torch

    module(torch.randn(64, n))
    return module


def nflows_() -> Iterator[Block]:
    """nflows: forward leads from the data to the latent variable."""
    import torch
    from nflows import transforms
    from nflows.nn.nets import ResidualNet

    def net(a: int, b: int) -> Any:
        return ResidualNet(a, b, hidden_features=16)

    mask = torch.tensor([1, -1, 1, -1])
    yield "AdditiveCouplingTransform", lambda: transforms.AdditiveCouplingTransform(mask, net), (4,)
    yield "AffineCouplingTransform", lambda: transforms.AffineCouplingTransform(mask, net), (4,)
    for kind in ("Linear", "Quadratic", "Cubic", "RationalQuadratic"):
        yield (
            f"Piecewise{kind}CouplingTransform",
            lambda kind=kind: getattr(transforms, f"Piecewise{kind}CouplingTransform")(mask, net, tails="linear", tail_bound=3.0),
            (4,),
        )
    yield "MaskedAffineAutoregressiveTransform", lambda: transforms.MaskedAffineAutoregressiveTransform(4, 16), (4,)
    yield (
        "MaskedPiecewiseRationalQuadraticAutoregressiveTransform",
        lambda: transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(4, 16, tails="linear", tail_bound=3.0),
        (4,),
    )
    yield "PiecewiseRationalQuadraticCDF", lambda: transforms.PiecewiseRationalQuadraticCDF((4,), tails="linear", tail_bound=3.0), (4,)
    yield "PiecewiseLinearCDF", lambda: transforms.PiecewiseLinearCDF((4,), tails="linear", tail_bound=3.0), (4,)
    yield "NaiveLinear", lambda: transforms.NaiveLinear(4), (4,)
    yield "LULinear", lambda: transforms.LULinear(4, identity_init=False), (4,)
    yield "QRLinear", lambda: transforms.QRLinear(4, num_householder=3), (4,)
    yield "SVDLinear", lambda: transforms.SVDLinear(4, num_householder=4), (4,)
    yield "HouseholderSequence", lambda: transforms.HouseholderSequence(4, 3), (4,)
    yield "OneByOneConvolution", lambda: transforms.OneByOneConvolution(4), (4, 2, 2)
    yield "ActNorm", lambda: _seen(transforms.ActNorm(4), 4), (4,)
    yield "BatchNorm", lambda: _seen(transforms.BatchNorm(4), 4), (4,)
    yield "RandomPermutation", lambda: transforms.RandomPermutation(4), (4,)
    yield "ReversePermutation", lambda: transforms.ReversePermutation(4), (4,)
    yield "SqueezeTransform", lambda: transforms.SqueezeTransform(), (4, 4, 4)
    yield "PointwiseAffineTransform", lambda: transforms.PointwiseAffineTransform(1.0, 2.0), (4,)
    yield "LeakyReLU", lambda: transforms.LeakyReLU(), (4,)
    yield "LogTanh", lambda: transforms.LogTanh(), (4,)
    yield "Sigmoid", lambda: transforms.Sigmoid(), (4,)
    yield "Tanh", lambda: transforms.Tanh(), (4,)
    yield "Logit", lambda: transforms.Logit(), (4,)
    if SPIRAL.is_file():
        yield "a trained spline flow of the plane", _spiral, (2,)


def _spiral() -> Any:
    """The transform of the plane in ../shared/networks/flow, trained by chrvt/denoising-normalizing-flow: 9 splines, 10 matrices."""
    import torch
    from nflows import transforms
    from nflows.nn.nets import ResidualNet

    stored = torch.load(SPIRAL, map_location="cpu", weights_only=True)

    def linear() -> Any:
        return transforms.CompositeTransform([transforms.RandomPermutation(2), transforms.LULinear(2)])

    def coupling(k: int) -> Any:
        first = stored[f"outer_transform._transforms.{k}._transforms.1.transform_features"].item() == 0
        return transforms.PiecewiseRationalQuadraticCouplingTransform(
            torch.tensor([1, -1] if first else [-1, 1]),
            lambda a, b: ResidualNet(a, b, hidden_features=100),
            num_bins=5,
            tails="linear",
            tail_bound=3.0,
        )

    made = transforms.CompositeTransform([*(transforms.CompositeTransform([linear(), coupling(k)]) for k in range(9)), linear()])
    prefix = "outer_transform."
    made.load_state_dict({key.removeprefix(prefix): v for key, v in stored.items() if key.startswith(prefix)})
    return made


def zuko_() -> Iterator[Block]:
    """zuko: a flow is a distribution with a transform from the data to the latent variable."""
    import zuko

    sizes = {"features": 4, "hidden_features": (16, 16)}
    for name in ("NICE", "RealNVP", "MAF", "NSF", "NCSF", "SOSPF", "BPF", "NAF", "UNAF"):
        yield name, lambda name=name: getattr(zuko.flows, name)(**sizes, transforms=2), (4,)
    yield "GF", lambda: zuko.flows.GF(features=4, transforms=2), (4,)
    yield "CNF", lambda: zuko.flows.CNF(**sizes), (4,)


def keras() -> Iterator[Block]:
    """A Keras model of couplings, in ONNX; see tests/frontends/onnx_flows.py."""
    from tests.frontends.onnx_flows import real_nvp

    yield "NVP of jaekookang/invertible_neural_networks", lambda: real_nvp(n=4, couplings=6, hidden=32), (4,)


LIBRARIES: dict[str, Callable[[], Iterator[Block]]] = {
    "FrEIA": freia,
    "normflows": normflows_,
    "nflows": nflows_,
    "zuko": zuko_,
    "onnx": keras,
}
