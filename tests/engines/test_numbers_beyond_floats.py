"""Numbers that no float can hold are legal: the search may find nothing, but it goes on."""

import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from bijection.driver import decide
from bijection.engines.sampling import spread
from bijection.exact.floating import approximate, floats
from bijection.wishes import Apart
from proofs.activations import RELU, PiecewiseAffine, Sigmoid
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Polytope, Reals, Simplex, contains
from proofs.exact import vector
from proofs.network import Argmax, Network, Pointwise
from proofs.statements import Injective, MapsInto, Positive, Reached, Surjective
from tests.build import affine, chain, layer, point

HUGE = Fraction(10**400)
FAR = PiecewiseAffine((HUGE,), ((Fraction(0), Fraction(0)), (HUGE, -HUGE * HUGE)))


def networks(size: Fraction) -> Iterator[Network]:
    s = str(size)
    yield chain(2, affine([[s, 0], [1, -1], [1, s]], [s, 0, 1]), Pointwise((RELU,) * 3), affine([[1, 2, f"-{s}"], [1, 1, 1]]))
    yield chain(2, affine([[s, 1]], [s]), Pointwise((RELU,)))
    yield chain(2, affine([[s, 1], [1, s], [2, 2]]), Argmax())
    yield chain(2, affine([[s, 1], [1, 2]]), Pointwise((Sigmoid(), FAR)))


def domains() -> Iterator[Domain]:
    zero, one = (Fraction(0),) * 2, (Fraction(1),) * 2
    yield from (Reals(2), Integers(2), Simplex(2), Finite(((HUGE,) * 2, zero)))
    yield from (Box(zero, (HUGE,) * 2), Box((-HUGE,) * 2, (HUGE,) * 2), Floats(zero, (HUGE,) * 2), Grid(zero, (HUGE,) * 2, one))
    yield from (Polytope(2, (one,), point(-HUGE)), Polytope(2, (one, (HUGE, -HUGE)), point(HUGE, -HUGE)))


@pytest.mark.parametrize("on", list(domains()), ids=lambda on: type(on).__name__)
@pytest.mark.parametrize("size", [HUGE, 1 / HUGE], ids=["huge", "tiny"])
def test_every_question_is_answered_without_an_exception(size: Fraction, on: Domain) -> None:
    for f in networks(size):
        everything = Reals(f.width)
        goals: list[Positive] = [Injective(f, on), Surjective(f, on, everything), MapsInto(f, on, everything)]
        for goal in [*goals, Reached(f, on, (HUGE,) * f.width)]:
            decide(goal, within=None)
        decide(goals[0], within=None, wish=Apart())


def test_a_far_turning_point_is_found_all_the_same() -> None:
    assert decide(Injective(layer(FAR), Reals(1)), within=None).counterexample is not None


def test_what_is_too_large_for_a_float_is_large() -> None:
    assert list(floats([HUGE, -HUGE, Fraction(1, 3)])) == [1e150, -1e150, 1 / 3]
    assert approximate(1 / HUGE) == 0.0


@pytest.mark.parametrize(("low", "high"), [("0", "1/3"), ("-1/3", "1/7"), ("1/3", "2/3"), (-HUGE, HUGE), ("1/10", "1001/10000")])
def test_binary32_numbers_are_found_in_every_box(low: str | Fraction, high: str | Fraction) -> None:
    on = Floats(point(low), point(high))
    found = [x for _, x in zip(range(20), spread(on, random.Random(0)), strict=False)]
    assert len(set(found)) > 3
    assert all(contains(on, vector(x)) for x in found)
