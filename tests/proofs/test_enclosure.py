from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import RELU
from proofs.domains import Integers, Labels, Polytope, Reals, contains
from proofs.enclosure import bounds, functional
from proofs.errors import Malformed, NoExactValue
from proofs.exact import LINE, Interval, dot, vector
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax
from tests.build import affine, box, chain, point, q
from tests.strategies import domains, networks, points_in


@settings(max_examples=400)
@given(st.data())
def test_the_values_at_points_of_the_domain_lie_in_the_bounds(data: st.DataObject) -> None:
    f = data.draw(networks())
    on = data.draw(domains(f.arity))
    sides = bounds(f, on)
    for x in data.draw(st.lists(points_in(f.arity), max_size=8)):
        if not contains(on, vector(x)):
            continue
        try:
            y = f(x)
        except NoExactValue:
            return
        assert all(t in side for t, side in zip(y, sides, strict=True))


@settings(max_examples=200)
@given(st.data())
def test_a_functional_of_a_network_is_the_scalar_product(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    u = data.draw(points_in(f.width))
    constant = data.draw(st.sampled_from([Fraction(0), Fraction(1, 3)]))
    x = data.draw(points_in(f.arity))
    assert functional(f, u, constant)(x) == (dot(u, f(x)) + constant,)


def test_a_functional_sees_that_outputs_depend_on_each_other() -> None:
    f = chain(1, affine([[1], [1]]))
    assert bounds(functional(f, point(1, -1)), Reals(1)) == (Interval(q(0), q(0)),)


_BOUNDS = {
    "relu of the line": (chain(1, Pointwise((RELU,))), Reals(1), Interval(q(0), None)),
    "negated ray": (chain(1, affine([[-1]])), Polytope(1, (point(-1),), point(0)), Interval(None, q(0))),
    "affine on a box": (chain(2, affine([[1, -2]], [1])), box(0, 1, 2), Interval(q(-1), q(2))),
    "a coefficient zero on the line": (chain(2, affine([[0, 0]], [5])), Reals(2), Interval(q(5), q(5))),
    "a maximum": (chain(2, affine([[1, 0], [0, 0]], [0, 3])), Integers(2), LINE),
    "a maximum with a constant": (chain(2, affine([[1, 0], [0, 0]], [0, 3]), Max(((0, 1),))), Reals(2), Interval(q(3), None)),
    "a square": (Network(1, (Node(Product(), (0, 0)),)), box(-1, 2), Interval(q(0), q(4))),
    "a square of the line": (Network(1, (Node(Product(), (0, 0)),)), Reals(1), Interval(q(0), None)),
    "a square of a half line": (Network(1, (Node(Product(), (0, 0)),)), Polytope(1, (point(1),), point(-3)), Interval(q(9), None)),
    "a product of equal values": (Network(1, (Node(affine([[1]]), (0,)), Node(Product(), (0, 1)))), box(-1, 2), Interval(q(-2), q(4))),
    "zero times the line": (Network(1, (Node(affine([[0]]), (0,)), Node(Product(), (0, 1)))), Reals(1), Interval(q(0), q(0))),
    "labels": (chain(3, Argmax()), Reals(3), Interval(q(0), q(2))),
    "softmax": (chain(2, Softmax(((0, 1),))), Reals(2), Interval(q(0), q(1))),
    "softmax of one": (chain(1, Softmax(((0,),))), box(3, 5), Interval(q(1), q(1))),
    "no points": (Network(1, ()), Labels(0), Interval(q(0), q(0))),
}


@pytest.mark.parametrize(("f", "on", "expected"), _BOUNDS.values(), ids=_BOUNDS.keys())
def test_bounds_known_by_hand(f: Network, on: object, expected: Interval) -> None:
    assert bounds(f, on)[0] == expected  # type: ignore[arg-type]


def test_squaring_bounds_without_end_is_refused() -> None:
    f = Network(1, tuple(Node(Product(), (i, i)) for i in range(60)))
    with pytest.raises(Malformed, match="a product of up to"):
        bounds(f, box(2, 3))
