"""Maps whose inputs can be solved for: what is known of single coordinates, and what follows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijection.exact.floating import shadow
from proofs.activations import ABS, RELU, Atan, Exp, Reciprocal, Sigmoid, Sin, Softplus, Tanh, clip, leaky_relu
from proofs.domains import Labels, Reals
from proofs.enclosure import all_bounds
from proofs.errors import Malformed, NoExactValue
from proofs.exact import Interval
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum, Table
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import Triangular
from proofs.theorems.triangular import Coordinate, coordinates
from tests.build import affine, box, chain, layer, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in

FIRST, SECOND = affine([[1, 0]]), affine([[0, 1]])
ORDER = Triangular((0, 1), (0, 1))


def scaled(*scale: object) -> Network:
    """(x, y) ↦ (x, s(x)·y), the scale s given by operations on x."""
    nodes = [Node(FIRST, (0,))]
    nodes += [Node(op, (len(nodes) + k,)) for k, op in enumerate(scale)]  # type: ignore[arg-type]
    count = len(nodes)
    return Network(2, (*nodes, Node(SECOND, (0,)), Node(Product(), (count, count + 1)), Node(Stack(), (1, count + 2))))


def known(f: Network, *levels: int, on: object = None) -> tuple[Coordinate, ...]:
    return coordinates(f, all_bounds(f, on or Reals(f.arity)), levels)[-1]


@pytest.mark.parametrize(
    "scale",
    [
        (Pointwise((Exp(),)),),
        (Pointwise((Sigmoid(),)),),
        (Pointwise((Softplus(),)),),
        (affine([[3]], [2]), Pointwise((Tanh(),)), affine([[1]], [1]), Pointwise((Exp(),)), affine([["-1/2"]])),
        (Pointwise((Tanh(),)), affine([[1]], ["3/2"])),
        (Pointwise((RELU,)), affine([[2]], ["1/100"])),
        (Pointwise((Tanh(),)), affine([[1]], [1])),
        (affine([[1], [1]]), Pointwise((Tanh(), Sigmoid())), affine([[-1, -2]], [3])),
        (Pointwise((ABS,)), affine([[1]], [1]), Pointwise((Reciprocal(q(1)),))),
        (affine([[1], [-1]]), Pointwise((Exp(), Exp())), affine([[1, 2]])),
        (affine([[1], [-1]]), Pointwise((Exp(), Exp())), Max(((0, 1),))),
        (affine([[1], [-1]]), Softmax(((0, 1),)), affine([[2, 0]])),
    ],
    ids=[
        "exp",
        "sigmoid",
        "softplus",
        "−exp/2",
        "tanh + 3/2",
        "relu + 1/100",
        "1 + tanh",
        "3 − tanh − 2·sigmoid",
        "1/(1 + |x|)",
        "cosh-like",
        "a maximum",
        "softmax",
    ],
)
def test_scales_that_cannot_vanish(scale: tuple[object, ...]) -> None:
    f = scaled(*scale)
    assert proves(Injective(f, Reals(2)), ORDER)
    assert proves(Surjective(f, Reals(2), Reals(2)), ORDER)


@pytest.mark.parametrize(
    "scale",
    [
        (),
        (Pointwise((RELU,)),),
        (Pointwise((clip(q(-1), q(1)),)), affine([[1]], [1])),
        (Pointwise((Exp(),)), affine([[1]], [-1])),
        (Pointwise((clip(q(0), q(1)),)),),
        (affine([[1], [-1]]), Pointwise((Exp(), Exp())), affine([[1, -1]])),
        (affine([[0], [0]], [2, 1]), Argmax()),
    ],
    ids=["x", "relu", "1 + clip", "e^x − 1", "a hard sigmoid", "sinh", "argmax"],
)
def test_scales_that_vanish_or_are_not_known_not_to(scale: tuple[object, ...]) -> None:
    rejects("output 1 is not known to be strictly monotone in input 1", Injective(scaled(*scale), Reals(2)), ORDER)


def test_a_scale_that_vanishes_outside_the_domain_only() -> None:
    f = scaled()
    assert proves(Injective(f, box(1, 2, 2)), ORDER)
    rejects("not known to be strictly monotone", Injective(f, box(0, 2, 2)), ORDER)


def test_one_coordinate_that_increases_by_its_slope() -> None:
    """t + tanh(−t)/2 and t·(2 + tanh t) for t > 0: no part of either tells it alone."""
    half = Network(1, (Node(affine([[-1]]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(affine([["1/2"]]), (2,)), Node(Sum(), (0, 3))))
    assert proves(Surjective(half, Reals(1), Reals(1)), Triangular((0,), (0,)))
    whole = Network(1, (*half.nodes[:2], Node(Sum(), (0, 2))))
    assert proves(Surjective(whole, Reals(1), Reals(1)), Triangular((0,), (0,)))  # slope tanh² t, which is 0 at 0 only
    more = Network(1, (*half.nodes[:2], Node(affine([["1001/1000"]]), (2,)), Node(Sum(), (0, 3))))
    rejects("strictly monotone", Injective(more, Reals(1)), Triangular((0,), (0,)))
    product = Network(1, (Node(Pointwise((Tanh(),)), (0,)), Node(affine([[1]], [2]), (1,)), Node(Product(), (0, 2))))
    assert proves(Injective(product, box(0, 9)), Triangular((0,), (0,)))
    rejects("strictly monotone", Injective(product, Reals(1)), Triangular((0,), (0,)))


def test_an_autoregressive_map_has_a_level_for_each_input() -> None:
    """(x, y, z) ↦ (x, e^x·y + x, e^(x − y)·z)."""
    nodes = (
        Node(affine([[1, 0, 0], [1, -1, 0]]), (0,)),
        Node(Pointwise((Exp(), Exp())), (1,)),
        Node(affine([[0, 1, 0], [0, 0, 1]]), (0,)),
        Node(Product(), (2, 3)),
        Node(Stack(), (0, 4)),
        Node(affine([[1, 0, 0, 0, 0], [1, 0, 0, 1, 0], [0, 0, 0, 0, 1]]), (5,)),
    )
    f = Network(3, nodes)
    assert proves(Surjective(f, Reals(3), box(-1, 1, 3)), Triangular((0, 1, 2), (0, 1, 2)))
    rejects("output 2 does not depend on input 2 alone", Injective(f, Reals(3)), Triangular((0, 1, 1), (0, 1, 2)))
    leaks = Network(3, (*nodes, Node(affine([[1, 0, 0], [0, 1, 1], [0, 0, 1]]), (6,))))
    rejects("output 1 does not depend on input 1 alone", Injective(leaks, Reals(3)), Triangular((0, 1, 2), (0, 1, 2)))


def test_more_outputs_than_inputs_are_injective_and_not_onto() -> None:
    padded = chain(1, affine([[1], [0]]))
    assert proves(Injective(padded, Reals(1)), Triangular((0,), (0,)))
    rejects("an output is left over", Surjective(padded, Reals(1), Reals(2)), Triangular((0,), (0,)))
    copied = chain(2, affine([[1, 0], [1, 0]]))
    rejects("an output is left over", Surjective(copied, Reals(2), Reals(2)), Triangular((0, 0), (0, 0)))


def test_bounded_coordinates_are_not_onto() -> None:
    for s in (Atan(), Exp(), Softplus()):
        assert proves(Injective(layer(s), Reals(1)), Triangular((0,), (0,)))
        rejects("not known to take all values", Surjective(layer(s), Reals(1), Reals(1)), Triangular((0,), (0,)))
    assert proves(Surjective(layer(leaky_relu(q("1/5"))), Reals(1), Reals(1)), Triangular((0,), (0,)))


@pytest.mark.parametrize(
    ("why", "step"),
    [
        ("2 inputs need a level and an output each", Triangular((0,), (0, 1))),
        ("names an output that is not there", Triangular((0, 1), (0, 2))),
        ("names an output that is not there", Triangular((0, 1), (0, -1))),
        ("a level is negative", Triangular((-1, 1), (0, 1))),
    ],
)
def test_certificates_that_do_not_fit(why: str, step: Triangular) -> None:
    rejects(why, Injective(scaled(Pointwise((Exp(),))), Reals(2)), step)


def test_other_statements_and_functions() -> None:
    rejects("all of ℝⁿ is onto", Not(Injective(layer(RELU), Reals(1))), Triangular((0,), (0,)))
    rejects("all of ℝⁿ is onto", Surjective(layer(RELU), box(0, 1), box(0, 1)), Triangular((0,), (0,)))
    rejects("only a network in exact arithmetic has coordinates", Injective(Table((1, 0)), Labels(2)), Triangular((0,), (0,)))


@given(networks(), st.data())
def test_what_is_known_of_a_coordinate_holds_at_sampled_points(f: Network, data: st.DataObject) -> None:
    """Move one input, keep those of lower levels: slopes, directions, signs and bounds are as stated."""
    levels = tuple(data.draw(st.lists(st.integers(0, 2), min_size=f.arity, max_size=f.arity)))
    i = data.draw(st.integers(0, f.arity - 1))
    x = data.draw(points_in(f.arity))
    moved = list(data.draw(points_in(f.arity)))
    for j, level in enumerate(levels):
        if level < levels[i] or (level == levels[i] and j != i):
            moved[j] = x[j]
    try:
        before, after = f(x), f(moved)
        facts = known(f, *levels)
    except (NoExactValue, Malformed):
        return
    step = moved[i] - x[i]
    for c, a, b in zip(facts, before, after, strict=True):
        assert a in c.side
        assert not (c.nonzero and a == 0)
        assert not (c.inner and a in (c.side.lower, c.side.upper))
        if c.level < levels[i] or (c.level == levels[i] and c.own not in (-1, i)):
            assert a == b
        elif c.level == levels[i] and c.own == i and step:
            assert (b - a) / step in c.slope
            assert c.rise == 0 or c.rise * (b - a) * step > 0


def test_the_bounds_of_slopes_follow_products() -> None:
    f = scaled(Pointwise((Tanh(),)), affine([[1]], [3]))
    assert known(f, 0, 1)[1].slope == Interval(q(2), q(4))
    found = known(scaled(), 0, 1, on=box(1, 2, 2))[1]
    assert found == Coordinate(1, 1, 1, True, Interval(q(1), q(2)), Interval(q(1), q(4)), True, power=(3, 0, 1))


def wave(factor: object, squared: bool) -> Network:
    """t + factor·sin t, or with sin²t."""
    sine = (Node(Pointwise((Sin(),)), (0,)), *((Node(Product(), (1, 1)),) if squared else ()))
    return Network(1, (*sine, Node(affine([[factor]]), (len(sine),)), Node(Sum(), (0, len(sine) + 1))))  # type: ignore[list-item]


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("factor", [1, -1, "1/2"])
def test_a_wave_of_slope_one_does_not_turn_the_line(factor: object, squared: bool) -> None:
    for goal in (Injective(wave(factor, squared), Reals(1)), Surjective(wave(factor, squared), Reals(1), Reals(1))):
        assert proves(goal, Triangular((0,), (0,)))


@pytest.mark.parametrize("squared", [True, False])
def test_a_steeper_wave_may_turn_it(squared: bool) -> None:
    rejects("strictly monotone", Injective(wave("1001/1000", squared), Reals(1)), Triangular((0,), (0,)))


def test_odd_powers_increase_and_even_ones_do_not() -> None:
    nodes = (Node(affine([[2]], [1]), (0,)), Node(Product(), (1, 1)), Node(Product(), (2, 1)), Node(Product(), (2, 3)))
    for exponent, holds in ((2, False), (3, True), (5, True)):
        f = Network(1, nodes[: {2: 2, 3: 3, 5: 4}[exponent]])
        if holds:
            assert proves(Surjective(f, Reals(1), Reals(1)), Triangular((0,), (0,)))
            assert proves(Injective(f, Reals(1)), Triangular((0,), (0,)))
        else:
            rejects("strictly monotone", Injective(f, Reals(1)), Triangular((0,), (0,)))


@settings(max_examples=200, deadline=None)
@given(networks(arity=1), st.lists(st.integers(-40, 40), min_size=2, max_size=2, unique=True))
def test_what_is_known_of_a_coordinate_holds_of_samples(f: Network, at: list[int]) -> None:
    t, u = sorted(a / 8 for a in at)
    low, high = shadow(f)(np.array([[t], [u]]))
    for c, a, b in zip(known(f, 0), low, high, strict=True):
        if c.own < 0 or not np.isfinite([a, b]).all() or max(abs(a), abs(b)) > 1e6:
            continue
        slope, slack = (b - a) / (u - t), 1e-7 * (1 + abs(a) + abs(b))
        assert c.rise * slope >= -slack
        assert c.slope.lower is None or slope >= float(c.slope.lower) - slack
        assert c.slope.upper is None or slope <= float(c.slope.upper) + slack


def test_a_hidden_constant_is_no_input() -> None:
    f = chain(1, affine([[0], [1]], [5, 0]), affine([[1, 1]]))
    (c,) = known(f, 0)
    assert (c.level, c.own, c.rise) == (0, 0, 1)
    assert known(chain(1, affine([[0]], [5])), 0)[0].level == -1
    assert f(point(2)) == (7,)
