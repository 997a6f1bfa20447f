"""Networks in binary32 arithmetic: pairs where there are some, proofs where nothing is rounded (F2, F3, F4, F6, G17, G23)."""

from fractions import Fraction

import numpy as np
import pytest

import bijection as bj
from bijection.frontends import load
from bijection.questions import all_floats, floats
from bijection.verdict import Pair, Proved, Refuted, accept
from proofs.activations import RELU
from proofs.domains import Grid
from proofs.ieee import Binary32
from proofs.network import Network, Node, Pointwise, Stack, Sum
from proofs.statements import Injective
from proofs.theorems.identity import Cancels
from proofs.theorems.rounding import SmallRounding
from tests.build import affine, chain

HUNDREDTH = np.float32(0.01)


def refuted(model: object, on: object = None, **options: object) -> Pair:
    verdict = bj.is_injective(model, on, arithmetic="binary32", within=None, **options)
    assert isinstance(verdict, Refuted), verdict
    assert isinstance(verdict.counterexample, Pair)
    return verdict.counterexample


@pytest.mark.parametrize("layer", [("leaky_relu", HUNDREDTH), ("leaky_relu", 0.25), "elu", "tanh", "sigmoid"], ids=str)
def test_an_activation_collides_although_it_is_injective_over_the_reals(layer: object) -> None:
    assert isinstance(bj.is_injective([[[1]], layer], within=None), Proved)
    refuted([[[1]], layer])


@pytest.mark.parametrize("factor", [2, 0.5, 3, 1.5, -0.75, 1 + 2.0**-23, 2 - 2.0**-23])
def test_multiplying_by_a_constant_collides_somewhere(factor: float) -> None:
    refuted([[[factor]]])


@pytest.mark.parametrize("shift", [1.0, 2.0**24, -(2.0**-149)])
def test_adding_a_constant_collides_somewhere(shift: float) -> None:
    refuted([([[1]], [shift])])


def test_sign_and_order_are_not_rounded() -> None:
    for model in ([[1]], [[-1]], [[0, 1], [-1, 0]]):
        verdict = bj.is_injective([model], arithmetic="binary32", within=None)
        assert isinstance(verdict, Proved)
        assert verdict.rests_on[0].name == "NoRounding"


def additive_coupling(shift: int) -> Binary32:
    """(a, b) ↦ (a, b + relu(a) + shift), NICE with one coordinate each."""
    t = Node(affine([[1, 0]]), (0,)), Node(Pointwise((RELU,)), (1,)), Node(affine([[1]], [shift]), (2,))
    return Binary32(Network(2, (*t, Node(affine([[0, 1]]), (0,)), Node(Sum(), (4, 3)), Node(Stack(), (1, 5)))))


def test_a_coupling_layer_absorbs_small_numbers() -> None:
    f = additive_coupling(2**24)
    assert f([0, 0]) == f([0, Fraction(1, 2)]) == (0, 2**24)
    pair = refuted(f)
    assert pair.x[0] == pair.y[0]
    ordinary = refuted(additive_coupling(3), floats(-4, 4, 2))
    assert all(abs(t) <= 4 for t in (*ordinary.x, *ordinary.y))
    near = (Fraction(1, 2), Fraction(1, 8))
    assert refuted(additive_coupling(3), floats(-4, 4, 2), near=near).x == near


def test_packed_colours_are_told_apart() -> None:
    colours = Grid((Fraction(0),) * 3, (Fraction(7),) * 3, (Fraction(1),) * 3)
    packed = [[[1, 8, 64]]]
    assert bj.is_injective(packed, colours, arithmetic="binary32", within=None)
    assert not bj.is_injective(packed, arithmetic="binary32", within=None)


def test_small_rounding_proves_an_inverse_network_on_a_grid() -> None:
    w, inverse = affine([[3, 1], [1, 1]]), affine([["1/2", "-1/2"], ["-1/2", "3/2"]])
    pixels = Grid((Fraction(0),) * 2, (Fraction(1),) * 2, (Fraction(1, 255),) * 2)
    goal = Injective(Binary32(chain(2, w)), pixels)
    assert accept(goal, goal, (SmallRounding(chain(2, inverse)), Cancels()), "", 0.0)


def test_nothing_is_proved_of_a_rounded_network_by_theorems_about_real_ones() -> None:
    """A plain affine bijection of the reals that is not injective in binary32 arithmetic is not called so."""
    f = load([[[3, 1], [1, 1]]], arithmetic="binary32")
    assert isinstance(bj.is_injective(f, within=None), Refuted)
    assert isinstance(bj.is_bijective(f, within=None), Refuted)


def test_the_default_domain_is_all_numbers() -> None:
    verdict = bj.is_injective([[[3]]], arithmetic="binary32", within=None)
    assert verdict.statement.on == all_floats(1)
    assert "in binary32 arithmetic" in str(verdict)


def test_what_rocq_proves_of_real_arithmetic_is_computed_here() -> None:
    rounded = bj.is_injective([[[3]]], arithmetic="binary32", within=None)
    real = bj.is_injective([[[3, 1]]], within=None)
    assert [(b.name, b.status) for b in rounded.rests_on] == [("Collision", "computed")]
    assert [(b.name, b.status) for b in real.rests_on] == [("Collision", "machine")]
