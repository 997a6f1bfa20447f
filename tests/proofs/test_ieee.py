"""Binary32 arithmetic in integers is that of the hardware, bit for bit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijection.exact.binary32 import Program, at, order
from bijection.frontends import load
from proofs.activations import Sigmoid, Tanh
from proofs.errors import Malformed, NoExactValue
from proofs.ieee import INFINITE, UNIT, Binary32, nearest_fraction, nearest_smooth, plus, times
from proofs.network import Network, Node, Pointwise, Product, Softmax
from tests.build import affine, chain

SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


def units(t: float) -> int:
    return int(Fraction(t) * 2**UNIT)


def same(exact: int, t: np.floating) -> bool:
    return abs(exact) == INFINITE if np.isinf(t) else exact == units(float(t))


@given(SINGLES, SINGLES)
def test_a_product_and_a_sum_are_those_of_the_hardware(a: float, b: float) -> None:
    with np.errstate(all="ignore"):
        assert same(times(units(a), units(b)), np.float32(a) * np.float32(b))
        assert same(plus(units(a), units(b)), np.float32(a) + np.float32(b))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_binary64_is_rounded_as_the_hardware_does(t: float) -> None:
    with np.errstate(all="ignore"):
        assert same(nearest_fraction(Fraction(t)), np.float32(t))


@given(st.fractions())
def test_a_rational_is_rounded_to_the_nearest(t: Fraction) -> None:
    x = Fraction(nearest_fraction(t), 2**UNIT)
    place = order(np.array([float(x)], dtype=np.float32))
    for step in (-1, 1):
        (neighbour,) = at(place + step)
        assert abs(t - x) <= abs(t - Fraction(float(neighbour)))


@pytest.mark.parametrize("seed", range(5))
def test_a_network_is_evaluated_as_numpy_does_term_by_term(seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, b, v = (rng.standard_normal(shape).astype(np.float32) for shape in ((7, 11), 7, (3, 7)))
    f = load([(w, b), ("leaky_relu", np.float32(0.01)), v], arithmetic="binary32")
    assert isinstance(f, Binary32)
    x = (rng.standard_normal(11) * 10.0 ** rng.integers(-3, 4)).astype(np.float32)
    z = np.zeros(7, dtype=np.float32)
    for j in range(11):
        z = z + w[:, j] * x[j]
    z = z + b
    z = np.where(z > 0, z, np.float32(0.01) * z).astype(np.float32)
    y = np.zeros(3, dtype=np.float32)
    for j in range(7):
        y = y + v[:, j] * z[j]
    assert f([Fraction(float(t)) for t in x]) == tuple(Fraction(float(t)) for t in y)
    assert (Program(f)(x[None])[0] == y).all()


@given(st.floats(-20, 20, width=32))
def test_smooth_activations_are_correctly_rounded(t: float) -> None:
    x = np.longdouble(t)
    for activation, there in ((Sigmoid(), 1 / (1 + np.exp(-x))), (Tanh(), np.tanh(x))):
        away = abs(Fraction(nearest_smooth(activation, units(t)), 2**UNIT) - Fraction(*there.as_integer_ratio()))
        assert away <= Fraction(float(np.spacing(np.float32(abs(there))))) * Fraction(51, 100)


def test_infinity_and_what_is_no_number() -> None:
    f = Binary32(chain(1, affine([[2**127]]), affine([[1], [-1]])))
    assert f([4]) == (2**128, -(2**128))
    with pytest.raises(NoExactValue, match="∞ − ∞"):
        Binary32(chain(1, affine([[2**127], [-(2**127)]]), affine([[1, 1]])))([4])
    with pytest.raises(NoExactValue, match="0·∞"):
        Binary32(Network(2, (Node(affine([[2**127, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Product(), (1, 2)))))([4, 0])
    with pytest.raises(NoExactValue, match="a smooth activation at ±∞"):
        Binary32(chain(1, affine([[2**127]]), Pointwise((Tanh(),))))([4])
    with pytest.raises(NoExactValue, match="softmax"):
        Binary32(chain(1, Softmax(((0,),))))([4])


def test_weights_must_be_binary32_numbers() -> None:
    with pytest.raises(Malformed, match="node 0: 1/3 is no binary32 number"):
        Binary32(chain(1, affine([["1/3"]])))
    with pytest.raises(Malformed, match="no binary32 number"):
        load([("leaky_relu", Fraction(1, 100))], input_shape=1, arithmetic="binary32")
    with pytest.raises(Malformed, match="arithmetic 'half'; it is one of"):
        load([[1]], arithmetic="half")


def test_an_input_is_rounded_first() -> None:
    assert Binary32(Network(1, ()))([Fraction(1, 3)]) == (Fraction(float(np.float32(1 / 3))),)
