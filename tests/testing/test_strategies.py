"""The strategies draw what they say: bijective networks, planted pairs, points of the domain."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bijection as bj
from bijection.testing.strategies import colliding_networks, injective_networks, networks, pairs, points
from bijection.verdict import Proved
from proofs.domains import Domain, Floats, Integers, Labels, Polytope, Reals, Simplex, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Network
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from tests.build import box, finite, grid, point

TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
DOMAINS: list[Domain] = [
    Reals(2),
    Integers(2),
    box(-1, 1, 2),
    grid(0, 3, 2),
    finite([1, 2], [3, 4]),
    Labels(4),
    Simplex(3),
    TRIANGLE,
    Floats(point(-1, 0), point(1, 4)),
    Floats(point(-(2**127)), point(2**127)),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: type(d).__name__)
@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_points_and_pairs_lie_in_the_domain(domain: Domain, data: st.DataObject) -> None:
    assert contains(domain, vector(data.draw(points(domain))))
    x, y = data.draw(pairs(domain))
    assert x != y
    assert contains(domain, vector(x))
    assert contains(domain, vector(y))


def test_there_are_no_points_of_an_empty_set_of_labels() -> None:
    with pytest.raises(Malformed, match="no labels"):
        points(Labels(0))


@settings(max_examples=25, deadline=None)
@given(injective_networks())
def test_bijective_networks_are_proved_so(f: Network) -> None:
    assert isinstance(bj.is_bijective(f, within=None), Proved)


@settings(max_examples=50, deadline=None)
@given(colliding_networks())
def test_planted_pairs_collide(planted: tuple[Network, tuple[Fraction, ...], tuple[Fraction, ...]]) -> None:
    f, x, y = planted
    assert Collision(x, y).reduce(Not(Injective(f, Reals(f.arity)))) == ()


@settings(max_examples=50, deadline=None)
@given(networks(2, 3, depth=2, width=4))
def test_networks_have_the_shape_that_is_asked_for(f: Network) -> None:
    assert (f.arity, f.width) == (2, 3)
    assert len(f.nodes) <= 5
