"""Pairs that agree inside a smooth network, and continuous functions that turn back (L11, L12, L13, T11)."""

from fractions import Fraction

import pytest

import bijection as bj
from bijection.verdict import Refuted
from proofs.activations import Elu, Sigmoid, Softplus, Tanh
from proofs.domains import Box, Domain, Grid, Reals
from proofs.errors import Rejected
from proofs.network import Argmax, Network, Node, Pointwise, Product, Softmax, Stack, Sum
from proofs.statements import Injective, Not
from proofs.theorems.agreement import Agreement, IntermediateValue
from tests.build import affine, chain, point

MEAN_OUT = affine([["2/3", "-1/3", "-1/3"], ["-1/3", "2/3", "-1/3"], ["-1/3", "-1/3", "2/3"]])
NORMALISED = chain(3, MEAN_OUT, Pointwise((Tanh(),) * 3), Softmax(((0, 1, 2),)))
SWISH = Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(Product(), (0, 1))))
MISH = Network(1, (Node(Pointwise((Softplus(),)), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(Product(), (0, 2))))
BESIDE = Network(
    2, (Node(affine([[1, 0]]), (0,)), *(Node(n.op, tuple(j + 1 for j in n.inputs)) for n in SWISH.nodes), Node(Stack(), (3, 0)))
)


def refutes(f: Network, theorem: Agreement | IntermediateValue, on: Domain | None = None) -> bool:
    return theorem.reduce(Not(Injective(f, on or Reals(f.arity)))) == ()


def test_a_normalisation_does_not_see_a_shift() -> None:
    assert refutes(NORMALISED, Agreement(point(0, 0, 0), point("1/3", "1/3", "1/3")))
    with pytest.raises(Rejected, match="not known to agree"):
        refutes(NORMALISED, Agreement(point(0, 0, 0), point("1/3", "1/3", 0)))


def test_a_softmax_agrees_group_by_group() -> None:
    f = chain(4, Softmax(((0, 2), (1, 3))))
    assert refutes(f, Agreement(point(0, 0, 1, 5), point(2, -1, 3, 4)))
    with pytest.raises(Rejected, match="not known to agree"):
        refutes(f, Agreement(point(0, 0, 1, 5), point(2, -1, 3, 5)))


def test_what_is_read_beside_still_counts() -> None:
    f = Network(2, (Node(Softmax(((0, 1),)), (0,)), Node(Stack(), (1, 0))))
    with pytest.raises(Rejected, match="not known to agree"):
        refutes(f, Agreement(point(0, 0), point(1, 1)))


@pytest.mark.parametrize(
    ("x", "y", "on", "message"),
    [
        (point(0, 0, 0), point(0, 0, 0), None, "the same"),
        (point(0, 0), point(1, 1), None, "do not have 3 coordinates"),
        (point(0, 0, 0), point(1, 1, 1), Box(point(0, 0, 0), point(1, 1, "1/2")), "outside the domain"),
    ],
)
def test_a_pair_that_is_none(x: tuple[Fraction, ...], y: tuple[Fraction, ...], on: Domain | None, message: str) -> None:
    with pytest.raises(Rejected, match=message):
        refutes(NORMALISED, Agreement(x, y), on)


@pytest.mark.parametrize("f", [SWISH, MISH], ids=["swish", "mish"])
def test_swish_and_mish_turn_back(f: Network) -> None:
    assert refutes(f, IntermediateValue(point(0), 0, 0, (Fraction(-5), Fraction(-1), Fraction(0))))
    assert refutes(f, IntermediateValue(point(0), 0, 0, (Fraction(-5), Fraction(-1), Fraction(0))), Box(point(-5), point(0)))
    with pytest.raises(Rejected, match="outside the domain"):
        refutes(f, IntermediateValue(point(0), 0, 0, (Fraction(-5), Fraction(-1), Fraction(0))), Box(point(-4), point(0)))
    with pytest.raises(Rejected, match="do not increase"):
        refutes(f, IntermediateValue(point(0), 0, 0, (Fraction(0), Fraction(-1), Fraction(-5))))


def test_the_other_outputs_must_stay() -> None:
    with pytest.raises(Rejected, match="another output depends on the input"):
        refutes(BESIDE, IntermediateValue(point(0, 0), 0, 0, (Fraction(-5), Fraction(-1), Fraction(0))))


def test_an_argmax_and_a_grid_are_no_place_for_intermediate_values() -> None:
    at = (Fraction(-5), Fraction(-1), Fraction(0))
    with pytest.raises(Rejected, match="not continuous"):
        refutes(chain(1, affine([[1], [0]]), Argmax()), IntermediateValue(point(0), 0, 0, at))
    with pytest.raises(Rejected, match="on a convex set only"):
        refutes(SWISH, IntermediateValue(point(0), 0, 0, at), Grid(point(-5), point(0), point(1)))


@pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), Softplus(), Elu(Fraction(1), Fraction(1))], ids=lambda s: type(s).__name__)
def test_an_increasing_activation_does_not_turn(activation: object) -> None:
    f = chain(1, Pointwise((activation,)))
    for at in ((-2, -1, 0), (-1, 0, 1), (0, 1, 2)):
        with pytest.raises(Rejected, match="not known to lie"):
            refutes(f, IntermediateValue(point(0), 0, 0, tuple(map(Fraction, at))))


@pytest.mark.parametrize("f", [SWISH, MISH, NORMALISED, chain(2, Softmax(((0, 1),)))], ids=["swish", "mish", "normalised", "softmax"])
def test_decide_finds_them(f: Network) -> None:
    assert isinstance(bj.is_injective(f, within=None), Refuted)


def test_a_layer_of_swish_turns_back() -> None:
    layer = chain(3, affine([[1, 0, 0], [0, -2, 0], [0, 0, 1]], [0, 1, 3]))
    swish = [Node(Pointwise((Sigmoid(),) * 3), (1,)), Node(Product(), (1, 2))]
    assert isinstance(bj.is_injective(Network(3, (*layer.nodes, *swish)), within=None), Refuted)


def test_a_sum_that_hides_the_turn_is_not_refuted() -> None:
    steep = Network(1, (*SWISH.nodes, Node(affine([[3]]), (0,)), Node(Sum(), (2, 3))))  # 3t + t·sigmoid(t) increases
    assert not isinstance(bj.is_injective(steep, within=None), Refuted)
