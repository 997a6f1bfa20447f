"""Bounds of e^t and its relatives against ball arithmetic of 400 bits."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import Elu, Sigmoid, Softplus, Tanh
from proofs.exact import LINE, Interval
from proofs.ranges import enclosure
from proofs.transcendental import POINTS, Bounds, erf, exponential, interval, root, sigmoid, sin, sine, softmax, softplus, tanh

flint = pytest.importorskip("flint")


def at(function: Callable[[Fraction, int], Bounds]) -> Callable[[Fraction], Interval]:
    return lambda t: interval(function(t, POINTS))


TRUTH = {
    exponential: lambda x: x.exp(),
    at(sigmoid): lambda x: 1 / (1 + (-x).exp()),
    at(tanh): lambda x: x.tanh(),
    at(erf): lambda x: x.erf(),
    at(sin): lambda x: x.sin(),
    at(softplus): lambda x: (-abs(x)).exp().log1p() + max(x, flint.arb(0)),
}
RATIONALS = st.one_of(
    st.fractions(-200, 200),
    st.fractions(-2, 2, max_denominator=64),
    st.sampled_from([Fraction(0), Fraction(128), Fraction(-128), Fraction(10**9)]),
)


def ball(t: Fraction) -> object:
    return flint.arb(flint.fmpq(t.numerator, t.denominator))


@pytest.mark.parametrize("function", TRUTH, ids=["exp", "sigmoid", "tanh", "erf", "sin", "softplus"])
@settings(max_examples=300, deadline=None)
@given(t=RATIONALS)
def test_the_value_lies_between_bounds_that_are_close(function: object, t: Fraction) -> None:
    flint.ctx.prec = 400
    side, true = function(t), TRUTH[function](ball(t))
    assert side.lower is None or ball(side.lower) <= true or ball(side.lower).overlaps(true)
    assert side.upper is None or ball(side.upper) >= true or ball(side.upper).overlaps(true)
    if abs(t) <= 64:
        assert side.upper - side.lower <= Fraction(1, 2**100) * max(1, side.upper)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (exponential(Fraction(0)), 1),
        (at(sigmoid)(Fraction(0)), Fraction(1, 2)),
        (at(tanh)(Fraction(0)), 0),
        (softmax([Interval(Fraction(3), Fraction(4))])[0], 1),
    ],
    ids=["exp", "sigmoid", "tanh", "softmax"],
)
def test_what_is_rational_is_exact(side: Interval, expected: Fraction) -> None:
    assert side == Interval(Fraction(expected), Fraction(expected))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.fractions(-150, 150), st.fractions(0, 3), st.fractions(0, 1)), min_size=1, max_size=4))
def test_softmax_of_numbers_on_the_sides_lies_between_the_bounds(rows: list[tuple[Fraction, Fraction, Fraction]]) -> None:
    flint.ctx.prec = 400
    found = softmax([Interval(a, a + w) for a, w, _ in rows])
    powers = [ball(a + w * at).exp() for a, w, at in rows]
    for side, power in zip(found, powers, strict=True):
        true = power / sum(powers)
        assert ball(side.lower) <= true or ball(side.lower).overlaps(true)
        assert ball(side.upper) >= true or ball(side.upper).overlaps(true)


def test_softmax_of_unbounded_numbers_lies_between_zero_and_one() -> None:
    assert softmax([LINE, Interval(Fraction(0), Fraction(1))]) == [Interval(Fraction(0), Fraction(1))] * 2


@pytest.mark.parametrize(
    ("activation", "everywhere"),
    [
        (Sigmoid(), Interval(Fraction(0), Fraction(1))),
        (Tanh(), Interval(Fraction(-1), Fraction(1))),
        (Softplus(), Interval(Fraction(0), None)),
        (Elu(Fraction(2), Fraction(3)), Interval(Fraction(-6), None)),
    ],
    ids=["sigmoid", "tanh", "softplus", "elu"],
)
def test_an_enclosure_on_a_half_line_keeps_what_is_known_of_the_whole_line(activation: object, everywhere: Interval) -> None:
    assert enclosure(activation, LINE) == everywhere
    one = Fraction(1)
    assert enclosure(activation, Interval(None, one)).lower == everywhere.lower
    assert enclosure(activation, Interval(one, None)).upper == everywhere.upper
    small = enclosure(activation, Interval(one, one + Fraction(1, 2**20)))
    assert small.upper - small.lower < Fraction(1, 2**18)


def test_an_elu_is_exact_above_zero() -> None:
    assert enclosure(Elu(Fraction(2), Fraction(3)), Interval(Fraction(1), Fraction(2))) == Interval(Fraction(3), Fraction(6))


@given(st.fractions(-30, 30), st.fractions(0, 8))
def test_sines_of_an_interval_lie_between_the_bounds_and_close_to_them(start: Fraction, length: Fraction) -> None:
    flint.ctx.prec = 400
    side = sine(Interval(start, start + length))
    values = [ball(start + length * Fraction(k, 200)).sin() for k in range(201)]
    assert all(ball(side.lower) <= v + flint.arb(2) ** -90 and v <= ball(side.upper) + flint.arb(2) ** -90 for v in values)
    assert min(map(float, values)) - float(side.lower) < 0.01
    assert float(side.upper) - max(map(float, values)) < 0.01


@given(st.fractions(0, 10**6))
def test_a_root_lies_between_its_bounds_and_a_rational_one_is_exact(t: Fraction) -> None:
    lo, hi = root(t, POINTS)
    assert Fraction(lo, 2**POINTS) ** 2 <= t <= Fraction(hi, 2**POINTS) ** 2
    assert hi - lo <= 2
    dyadic = Fraction(round(t * 64), 64)
    assert root(dyadic**2, POINTS) == (dyadic * 2**POINTS,) * 2
