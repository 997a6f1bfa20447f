import pytest

from proofs.activations import ABS, RELU, Activation, Elu, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.domains import Labels, Polytope, Reals, Simplex
from proofs.network import Network, Node, Pointwise, Sum
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import MonotoneLayer, OntoLayer
from tests.build import affine, box, chain, grid, layer, point, q
from tests.proofs.theorems.cases import proves, rejects

HALF_LINE = Polytope(1, (point(-1),), point(0))


@pytest.mark.parametrize(
    ("activation", "on"),
    [
        (leaky_relu(q("1/10")), Reals(1)),
        (RELU, HALF_LINE),
        (RELU, box(-1, -1)),
        (ABS, box(-3, 0)),
        (RELU, Labels(5)),
        (RELU, Simplex(1)),
        (Sigmoid(), Reals(1)),
        (clip(q(0), q(6)), grid(0, 6)),
    ],
    ids=["leaky", "relu right of 0", "a point", "abs left of 0", "labels", "simplex", "sigmoid", "relu6 between its ends"],
)
def test_a_strictly_monotone_layer_is_injective(activation: Activation, on: object) -> None:
    assert proves(Injective(layer(activation), on), MonotoneLayer())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("activation", "on"),
    [
        (RELU, Reals(1)),
        (RELU, box("-1/2", 1)),
        (ABS, box(-1, 1)),
        (leaky_relu(q(-1)), Reals(1)),
        (clip(q(0), q(6)), grid(0, 7)),
        (leaky_relu(q(0)), box(-1, 0)),
    ],
    ids=["relu", "relu across 0", "abs", "leaky with slope -1", "relu6 above its end", "slope 0"],
)
def test_a_layer_that_is_flat_or_turns_is_rejected(activation: Activation, on: object) -> None:
    rejects("activation 0 is not strictly monotone", Injective(layer(activation), on), MonotoneLayer())  # type: ignore[arg-type]


def test_the_message_names_the_coordinate() -> None:
    rejects("activation 1 is not strictly monotone", Injective(layer(Tanh(), RELU), Reals(2)), MonotoneLayer())


@pytest.mark.parametrize(
    "f",
    [
        Network(1, ()),
        chain(1, affine([[1]])),
        chain(1, Pointwise((Tanh(),)), Pointwise((Tanh(),))),
        Network(1, (Node(Pointwise((Tanh(),)), (0,)), Node(Sum(), (0, 1)))),
    ],
    ids=["nothing", "affine", "two layers", "residual"],
)
def test_anything_but_one_layer_is_rejected(f: Network) -> None:
    rejects("not one layer of activations", Injective(f, Reals(1)), MonotoneLayer())
    rejects("not one layer of activations", Surjective(f, Reals(1), Reals(1)), OntoLayer())


@pytest.mark.parametrize(
    ("activation", "on", "onto"),
    [
        (leaky_relu(q("1/10")), Reals(1), Reals(1)),
        (RELU, Reals(1), HALF_LINE),
        (RELU, box(-1, 2), box(0, 2)),
        (ABS, box(-3, 2), grid(0, 3)),
        (clip(q(0), q(6)), Reals(1), Labels(7)),
        (Sigmoid(), Reals(1), box("1/4", "3/4")),
        (Tanh(), Reals(1), box("-9/10", 0)),
        (Softplus(), Reals(1), box("1/100", 100)),
        (Elu(q(1), q(2)), Reals(1), grid(-1, 9)),
    ],
    ids=["leaky", "relu", "relu of a box", "abs of a box", "labels", "sigmoid", "tanh", "softplus", "elu"],
)
def test_a_layer_reaches_the_ranges_of_its_activations(activation: Activation, on: object, onto: object) -> None:
    assert proves(Surjective(layer(activation), on, onto), OntoLayer())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("activation", "on", "onto", "why"),
    [
        (RELU, Reals(1), Reals(1), "activation 0 does not reach the whole side"),
        (RELU, box(-1, 2), box(0, 3), "activation 0 does not reach"),
        (Tanh(), Reals(1), box(0, 1), "activation 0 does not reach"),
        (Sigmoid(), Reals(1), box(0, "1/2"), "activation 0 does not reach"),
        (Tanh(), box(-9, 9), box(0, "1/2"), "activation 0 does not reach"),
        (Softplus(), Reals(1), HALF_LINE, "activation 0 does not reach"),
        (Elu(q(1), q(2)), Reals(1), box(-2, 0), "activation 0 does not reach"),
        (leaky_relu(q("1/10")), grid(0, 9), Labels(3), "from ℝⁿ or a box only"),
    ],
    ids=["relu", "a larger box", "tanh at its end", "sigmoid at its end", "tanh of a box", "softplus at its end", "elu at its end", "grid"],
)
def test_what_a_layer_does_not_reach_is_rejected(activation: Activation, on: object, onto: object, why: str) -> None:
    rejects(why, Surjective(layer(activation), on, onto), OntoLayer())  # type: ignore[arg-type]


def test_a_monotone_layer_refutes_nothing() -> None:
    rejects("proves injectivity only", Not(Injective(layer(RELU), Reals(1))), MonotoneLayer())
