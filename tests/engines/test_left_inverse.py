import random
from fractions import Fraction

import pytest

from bijection.engines.structure.left_inverse import (
    INVERTERS,
    activations,
    affine,
    along_rays,
    by_layers,
    chain,
    iterated,
    recombined,
    staged,
    undone,
)
from bijection.engines.structure.solving import solved
from proofs.activations import RELU, Sigmoid, leaky_relu, value
from proofs.network import Argmax, Network, Pointwise, Product
from proofs.theorems.radial import radial
from tests.build import affine as matrix
from tests.build import point, q
from tests.inversion.cases import AUTOREGRESSIVE, COUPLED, LAYERED, NOT_INJECTIVE


def some_point(rng: random.Random, n: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(rng.randint(-99, 99), rng.choice([1, 3, 8])) for _ in range(n))


@pytest.mark.parametrize("f", LAYERED.values(), ids=LAYERED)
def test_the_inverse_undoes_the_network_at_random_points(f: Network) -> None:
    from proofs.theorems.merging import merged

    g = by_layers(f) or by_layers(merged(f))
    assert g is not None
    rng = random.Random("layers")
    for _ in range(20):
        x = some_point(rng, f.arity)
        assert g(f(x)) == x


@pytest.mark.parametrize("f", NOT_INJECTIVE.values(), ids=NOT_INJECTIVE)
def test_what_is_not_injective_has_no_left_inverse(f: Network) -> None:
    assert by_layers(f) is None


def test_each_inverter_knows_its_own_layers() -> None:
    assert (activations, recombined, iterated, solved, staged, along_rays) == INVERTERS
    assert activations(chain(2, Pointwise((RELU, RELU)))) is None
    assert activations(chain(1, Pointwise((Sigmoid(),)))) is None
    assert recombined(chain(2, matrix([[1, 1]]))) is None
    assert iterated(chain(2, matrix([[1, 1], [2, 2]]))) is None
    assert along_rays(COUPLED) is None
    assert along_rays(radial(point(0, 0), q(1), q(-1), q(1))) is None  # bijective, but without this inverse
    assert recombined(COUPLED) is None
    assert iterated(COUPLED) is not None


def test_an_autoregressive_layer_takes_as_many_steps_as_it_is_deep() -> None:
    g = iterated(AUTOREGRESSIVE)
    assert g is not None
    assert g(AUTOREGRESSIVE(point(-1, 2, "1/2"))) == point(-1, 2, "1/2")


@pytest.mark.parametrize("slope", ["1/2", "3", "-2"])
def test_an_activation_is_undone_piece_by_piece(slope: str) -> None:
    s = leaky_relu(q(slope))
    back = undone(s)
    if q(slope) < 0:
        assert back is None  # a fold
        return
    assert back is not None
    for t in (q(-3), q(0), q("5/2")):
        assert value(back, value(s, t)) == t


def test_a_decreasing_activation_is_undone_too() -> None:
    from proofs.activations import PiecewiseAffine

    s = PiecewiseAffine((q(1),), (point(-2, 0), point(-1, -1)))  # type: ignore[arg-type]
    back = undone(s)
    assert back is not None
    assert [value(back, value(s, q(t))) for t in (-4, 1, 7)] == [-4, 1, 7]


def test_operations_without_forms_have_no_inverse_here() -> None:
    assert by_layers(chain(2, Argmax())) is None
    assert by_layers(Network(1, (chain(1).nodes + (Network(1, ()).nodes)))) is not None
    assert by_layers(Network(2, (*Network(2, ()).nodes, _square()))) is None


def _square():  # type: ignore[no-untyped-def]
    from proofs.network import Node

    return Node(Product(), (0, 0))


def test_a_map_to_nothing_and_from_nothing() -> None:
    assert by_layers(chain(0)) is not None
    assert by_layers(chain(0, matrix([[]] * 2, [1, 2], 0))) is not None
    assert by_layers(chain(1, matrix([], [], 1))) is None


def test_affine_maps_from_fractions() -> None:
    a = affine([[Fraction(1, 2), Fraction(0)], [Fraction(1, 3), Fraction(1)]], [Fraction(1), Fraction(0)])
    assert chain(2, a)(point(6, 1)) == point(4, 3)
