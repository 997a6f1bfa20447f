"""The strategies draw what they say: bijective networks, planted pairs, points of the domain."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import bijection as bj
from bijection.testing.strategies import colliding_networks, injective_networks, networks, pairs, points
from bijection.verdict import Proved
from proofs.activations import RELU
from proofs.binary32 import LARGEST
from proofs.domains import Box, Domain, Floats, Integers, Labels, Polytope, Reals, Simplex, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Network, Pointwise, Row
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from tests.build import box, finite, grid, point

TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
HALF_LINE = Polytope(2, (point(1, 1), point(-1, -1), point(-1, 0)), point("1/3", "-1/3", 5))  # flat and unbounded
SLICE = Polytope(3, (point(1, 1, 1), point(-1, -1, -1), point(-1, 0, 0), point(0, -1, 0), point(0, 0, -1)), point(1, -1, 0, 0, 0))
DOMAINS: list[Domain] = [
    Reals(2),
    Integers(2),
    box(-1, 1, 2),
    grid(0, 3, 2),
    finite([1, 2], [3, 4]),
    Labels(4),
    Simplex(3),
    TRIANGLE,
    HALF_LINE,
    SLICE,
    Polytope(2, (), ()),
    box(0, "1/1000000", 2),
    box(1000, 1001, 1),
    Box(point(0, 1), point(0, 2)),
    Floats(point(-1, 0), point(1, 4)),
    Floats(point(-(2**127)), point(2**127)),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: type(d).__name__)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_points_and_pairs_lie_in_the_domain(domain: Domain, data: st.DataObject) -> None:
    assert contains(domain, vector(data.draw(points(domain))))
    x, y = data.draw(pairs(domain))
    assert x != y
    assert contains(domain, vector(x))
    assert contains(domain, vector(y))


def test_points_shrink_to_few_coordinates_and_short_numbers() -> None:
    assert find(points(box(-1, 1, 3)), lambda x: True) == (0, 0, 0)
    assert find(points(box(-1, 1, 3)), lambda x: x[1] > Fraction(1, 3)) == (0, 1, 0)
    assert find(points(box("1/3", "2/3", 1)), lambda x: True) == (Fraction(1, 2),)
    assert find(points(Floats(point(-5), point(5))), lambda x: x[0] > 0) == (1,)
    assert find(points(grid(0, 9, 2)), lambda x: x[0] != x[1]) == (0, 1)
    assert find(points(Reals(2)), lambda x: x[0] > Fraction(1, 3)) == (1, 0)
    assert find(points(TRIANGLE), lambda x: True) == (0, 0)
    x, y = find(pairs(Reals(3)), lambda p: True)
    assert sum(abs(t) for t in (*x, *y)) == 1


def test_subnormal_numbers_are_drawn() -> None:
    assert find(points(Floats(point(-1), point(1))), lambda x: 0 < x[0] < Fraction(1, 2**126))


def test_there_is_no_pair_of_one_point() -> None:
    with pytest.raises(Malformed, match="the Box has no two points"):
        pairs(box(1, 1, 2))
    with pytest.raises(Malformed, match="no point of the polytope is known"):
        points(Polytope(1, (point(1), point(-1)), point(0, -1)))


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


@settings(max_examples=20, deadline=None)
@given(networks(2, 1, widths=[3, 2], activations=[RELU], weights=st.integers(1, 2).map(Fraction)))
def test_widths_activations_and_weights_can_be_named(f: Network) -> None:
    assert f.widths == (2, 3, 3, 2, 2, 1)
    assert all(s == RELU for node in f.nodes if isinstance(node.op, Pointwise) for s in node.op.activations)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda rows, n: any(not row.columns and row.constant for row in rows),  # a unit that does not move
        lambda rows, n: len(set(rows)) < len(rows),  # twins
        lambda rows, n: len({(r.columns, r.coefficients) for r in rows}) < len(set(rows)),  # equal rows, other constants
        lambda rows, n: any(abs(t) == n * LARGEST for r in rows for t in r.coefficients),
        lambda rows, n: any(t == 1 and n == 2**149 for r in rows for t in r.coefficients),  # subnormal
        lambda rows, n: any(r.constant and sum(r.coefficients) == -r.constant for r in rows),  # a hinge through (1, 1)
        lambda rows, n: all(abs(t) <= 3 * n for r in rows for t in r.coefficients),
    ],
)
def test_degenerate_and_adversarial_weights_are_drawn(wanted: Callable[[tuple[Row, ...], int], bool]) -> None:
    quick = settings(max_examples=3000, phases=[Phase.generate])
    assert find(networks(2, 2, widths=[3]), lambda f: wanted(f.nodes[0].op.rows, f.nodes[0].op.denominator), settings=quick)
