"""Bounds by powers far out, values that are missed, and functions that take all values."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijection.exact.floating import shadow
from proofs.activations import Elu, Erf, Exp, Reciprocal, Sigmoid, Softplus, Sqrt, Tanh
from proofs.domains import Reals
from proofs.enclosure import all_bounds
from proofs.errors import Malformed
from proofs.exact import Interval
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Sum
from proofs.statements import Not, Reached, Surjective
from proofs.theorems import OppositeTails, SeparatorAlong
from proofs.theorems.powers import Tail, numeric, tails
from proofs.theorems.tails import along, parts
from tests.build import affine, chain, layer, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks

FAR = Fraction(4)
SWISH = Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(Product(), (0, 1))))
CUBE = Network(1, (Node(Product(), (0, 0)), Node(Product(), (0, 1))))


def traced(f: Network, x: np.ndarray) -> list[np.ndarray]:
    return shadow(f).trace(x)


def between(value: float, side: Interval) -> bool:
    low = -inf if side.lower is None else float(side.lower)
    high = inf if side.upper is None else float(side.upper)
    slack = 1e-9 * (1 + abs(value))
    return low - slack <= value <= high + slack


def inside(value: float, tail: Tail, r: float) -> bool:
    low = -inf if tail.low is None else float(tail.base) + float(tail.low[0]) * r ** tail.low[1]
    high = inf if tail.high is None else float(tail.base) + float(tail.high[0]) * r ** tail.high[1]
    slack = 1e-9 * (1 + abs(value))
    return low - slack <= value <= high + slack


@settings(max_examples=150, deadline=None)
@given(networks(), st.data())
def test_samples_lie_between_the_powers(f: Network, data: st.DataObject) -> None:
    direction = [data.draw(st.integers(-2, 2)) for _ in range(f.arity)]
    rows = tuple(Row((0,), (a,), 0) for a in direction)
    g = Network(1, (Node(Affine(1, rows, 1), (0,)), *(Node(n.op, tuple(j + 1 for j in n.inputs)) for n in f.nodes)))
    try:
        found = tails(g, [[Tail(Fraction(0), (Fraction(1), 1), (Fraction(1), 1))]], FAR)
    except Malformed:
        return  # powers beyond the limit
    for r in (4.0, 4.5, 7.0, 20.0, 31.0):
        with np.errstate(all="ignore"):
            values = traced(g, np.array([[r]]))
        for known, value in zip(found, values, strict=True):
            for tail, y in zip(known, value[0], strict=True):
                assert not np.isfinite(y) or abs(y) > 1e12 or (inside(float(y), tail, r) and between(float(y), numeric(tail, FAR)))


@settings(max_examples=100, deadline=None)
@given(networks(most=5), st.data())
def test_samples_lie_in_the_part_that_they_belong_to(f: Network, data: st.DataObject) -> None:
    if f.width != 1 or not f.nodes:
        return
    cuts = point(-4, -1, "1/2", 3)
    v = data.draw(st.integers(0, len(f.nodes) - 1))
    k = data.draw(st.integers(0, f.widths[v] - 1))
    try:
        found = parts(f, all_bounds(f, Reals(f.arity)), (v, k), cuts)
    except Malformed:
        return
    *inner, left, right = found
    for _ in range(10):
        x = np.array([[data.draw(st.integers(-60, 60)) / 4 for _ in range(f.arity)]])
        with np.errstate(all="ignore"):
            values = traced(f, x)
        t, y = float(values[v][0, k]), float(values[-1][0, 0])
        if not np.isfinite(y) or abs(y) > 1e12 or min(abs(t - float(c)) for c in cuts) < 1e-9:
            continue
        side = left if t < -4 else right if t > 3 else inner[sum(t > float(c) for c in cuts[1:-1])]
        assert between(y, side)


@pytest.mark.parametrize(
    ("op", "start", "low", "high"),
    [
        (Sigmoid(), -1, 0.0, 0.2),
        (Sigmoid(), 1, 0.8, 1.0),
        (Tanh(), -1, -1.0, -0.9),
        (Softplus(), -1, 0.0, 0.2),
        (Erf(), 1, 0.99, 1.0),
        (Elu(q(2), q(1)), -1, -2.0, -1.7),
        (Reciprocal(q(1)), 1, 0.0, 0.25),
        (Exp(), -1, 0.0, 0.2),
    ],
    ids=lambda v: type(v).__name__ if not isinstance(v, int | float) else str(v),
)
def test_what_activations_do_far_out(op: object, start: int, low: float, high: float) -> None:
    (tail,) = tails(layer(op), [[Tail(q(0), (q(start), 1), (q(start), 1))]], FAR)[-1]  # type: ignore[arg-type]
    side = numeric(tail, FAR)
    assert side.lower is not None
    assert side.upper is not None
    assert low - 1e-12 <= float(side.lower) <= float(side.upper) <= high + 1e-12


def test_a_root_grows_like_half_the_power() -> None:
    end = along(chain(1, affine([[9]]), Pointwise((Sqrt(),))), point(1), FAR, 1)
    assert end is not None
    assert end[1] == 0  # √(9r) ≥ 6·r⁰ for r ≥ 4
    assert end[0] == 6
    square = Network(1, (Node(Product(), (0, 0)), Node(Pointwise((Sqrt(),)), (1,))))
    assert along(square, point(1), FAR, 1) == (1, 1)


def test_the_branch_of_a_cancelled_power_is_bounded() -> None:
    f = Network(1, (Node(affine([[-1]]), (0,)), Node(Sum(), (0, 1))))
    assert along(f, point(1), FAR, 1) == (0, 0)


@pytest.mark.parametrize("value", ["-1", "-7/10", "-5"])
def test_swish_misses_values_below_its_least_one(value: str) -> None:
    assert proves(Not(Reached(SWISH, Reals(1), point(value))), SeparatorAlong(point(1), 0, 0, point(-8, -4, -2, -1, 0, 4)))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (SeparatorAlong(point(1, 0), 0, 0, point(-4, 4)), "the functional needs 1 coordinates"),
        (SeparatorAlong(point(1), 0, 1, point(-4, 4)), "there is no coordinate 1 of the value 0"),
        (SeparatorAlong(point(1), 2, 0, point(-4, 4)), "does not separate"),
        (SeparatorAlong(point(1), 3, 0, point(-4, 4)), "there is no coordinate 0 of the value 3"),
        (SeparatorAlong(point(1), 0, 0, point(4, -4)), "the cuts do not increase"),
        (SeparatorAlong(point(1), 0, 0, point(1, 4)), "the outer parts must lie on one side of 0"),
        (SeparatorAlong(point(1), 0, 0, ()), "0 cuts"),
        (SeparatorAlong(point(1), 0, 0, point(-4, 4)), "on part 0 the functional does not separate"),
    ],
)
def test_bad_separators_are_rejected(step: SeparatorAlong, why: str) -> None:
    rejects(why, Not(Reached(SWISH, Reals(1), point(-1))), step)


def test_a_cube_takes_all_values_and_a_square_does_not() -> None:
    square = Network(1, (Node(Product(), (0, 0)),))
    assert proves(Surjective(CUBE, Reals(1), Reals(1)), OppositeTails(point(-1), point(1), q(1)))
    for low, high in ((-1, 1), (1, -1)):
        rejects("to fall without end", Surjective(square, Reals(1), Reals(1)), OppositeTails(point(low), point(high), q(1)))
    rejects("to fall without end", Surjective(CUBE, Reals(1), Reals(1)), OppositeTails(point(1), point(1), q(1)))
    rejects("that must be positive", Surjective(CUBE, Reals(1), Reals(1)), OppositeTails(point(-1), point(1), q(0)))
    rejects("has 2 coordinates", Surjective(CUBE, Reals(1), Reals(1)), OppositeTails(point(-1, 0), point(1, 0), q(1)))


def test_high_powers_and_long_numbers_are_refused() -> None:
    nodes = tuple(Node(Product(), (k, k)) for k in range(8))
    rejects("a power", Surjective(Network(1, nodes), Reals(1), Reals(1)), OppositeTails(point(-1), point(1), q(1)))
    rejects("short positive number", Surjective(CUBE, Reals(1), Reals(1)), OppositeTails(point(-1), point(1), Fraction(3**200)))
