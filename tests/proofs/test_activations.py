from fractions import Fraction
from itertools import pairwise
from math import atan, erf, exp, log1p, sin, sqrt, tanh

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.activations import (
    ABS,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
    clip,
    leaky_relu,
    value,
)
from proofs.errors import Malformed, NoExactValue
from proofs.exact import LINE, Interval
from proofs.ranges import direction, enclosure, pieces_on, slopes, strictly_monotone
from tests.build import q
from tests.strategies import PIECEWISE, SMOOTH, rationals

ends = st.none() | rationals


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    a, b = draw(ends), draw(ends)
    return Interval(a, b) if a is None or b is None or a <= b else Interval(b, a)


def samples(side: Interval) -> list[Fraction]:
    """Points of the interval, its ends and every possible kink among them."""
    low = side.lower if side.lower is not None else (side.upper or Fraction(0)) - 9
    high = side.upper if side.upper is not None else low + 18
    inner = [low + (high - low) * Fraction(k, 24) for k in range(25)]
    return sorted({*inner, *(t for t in map(Fraction, range(-3, 4)) if t in side)})


def naive(activation: Activation, t: Fraction) -> float:
    match activation:
        case Sigmoid():
            return 1 / (1 + exp(-t))
        case Tanh():
            return tanh(t)
        case Softplus():
            return log1p(exp(t))
        case Exp():
            return exp(t)
        case Atan():
            return atan(t)
        case Erf():
            return erf(t)
        case Sin():
            return sin(t)
        case Sqrt():
            return sqrt(max(t, 0))
        case Reciprocal(least):
            return 1 / float(max(t, least))
        case Elu(alpha, scale):
            return float(scale) * (float(t) if t >= 0 else float(alpha) * (exp(t) - 1))
        case _:
            return float(value(activation, t))


@pytest.mark.parametrize(
    ("activation", "t", "expected"),
    [
        (RELU, "-1", "0"),
        (RELU, "0", "0"),
        (RELU, "3/2", "3/2"),
        (ABS, "-3", "3"),
        (leaky_relu(Fraction(1, 10)), "-1", "-1/10"),
        (clip(q(0), q(6)), "7", "6"),
        (clip(q(0), q(6)), "-7", "0"),
        (clip(q(0), q(1), Fraction(1, 6), Fraction(1, 2)), "0", "1/2"),
        (Sigmoid(), "0", "1/2"),
        (Tanh(), "0", "0"),
        (Elu(q(1), q(2)), "3", "6"),
        (Sin(), "0", "0"),
        (Sqrt(), "9/4", "3/2"),
        (Sqrt(), "-4", "0"),
    ],
    ids=lambda v: getattr(v, "__class__", type(v)).__name__ if not isinstance(v, str) else v,
)
def test_values_known_from_the_definition(activation: Activation, t: str, expected: str) -> None:
    assert value(activation, q(t)) == q(expected)


@pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), Softplus(), Elu(q(1), q(1))], ids=lambda s: type(s).__name__)
def test_a_smooth_activation_has_no_exact_value_at_minus_one(activation: Activation) -> None:
    with pytest.raises(NoExactValue, match="no exact rational value at -1"):
        value(activation, q(-1))


@given(st.sampled_from(PIECEWISE + SMOOTH), intervals())
def test_sampled_values_lie_in_the_enclosure(activation: Activation, side: Interval) -> None:
    bound = enclosure(activation, side)
    for t in samples(side):
        y = naive(activation, t)
        assert bound.lower is None or y >= bound.lower - 1e-12
        assert bound.upper is None or y <= bound.upper + 1e-12


@given(st.sampled_from(PIECEWISE), rationals, rationals)
def test_the_enclosure_of_a_piecewise_affine_function_is_attained(activation: PiecewiseAffine, a: Fraction, b: Fraction) -> None:
    side = Interval(min(a, b), max(a, b))
    values = [value(activation, t) for t in (*samples(side), *(t for t in activation.breakpoints if t in side))]
    assert enclosure(activation, side) == Interval(min(values), max(values))


@given(st.sampled_from(PIECEWISE), intervals())
def test_strictly_monotone_means_that_sampled_values_move_one_way(activation: PiecewiseAffine, side: Interval) -> None:
    ts = sorted({*samples(side), *(t for t in activation.breakpoints if t in side)})
    steps = [value(activation, t) - value(activation, s) for s, t in pairwise(ts)]
    observed = all(d > 0 for d in steps) or all(d < 0 for d in steps)
    if side.lower is not None and side.upper is not None:
        assert strictly_monotone(activation, side) == observed
    else:
        assert observed or not strictly_monotone(activation, side)


@given(st.sampled_from(PIECEWISE + SMOOTH), intervals())
def test_sampled_slopes_lie_in_their_bounds_and_have_the_direction(activation: Activation, side: Interval) -> None:
    bound, sign = slopes(activation, side), direction(activation, side)
    for s, t in pairwise(samples(side)):
        rise = (naive(activation, t) - naive(activation, s)) / float(t - s)
        assert bound.lower is None or rise >= float(bound.lower) - 1e-9
        assert bound.upper is None or rise <= float(bound.upper) + 1e-9
        assert sign * rise >= 0


def test_the_exponential_is_bounded_even_where_it_is_large() -> None:
    near = enclosure(Exp(), Interval(q(0), q(1)))
    assert near.lower == 1
    assert near.upper is not None
    assert q("2.718281828") < near.upper < q("2.718281829")
    assert enclosure(Exp(), Interval(q(-(10**9)), q(10**9))).upper is None


def test_a_reciprocal_decreases_above_its_least_argument_only() -> None:
    assert direction(Reciprocal(q(2)), Interval(q(2), None)) == -1
    assert direction(Reciprocal(q(2)), Interval(q(1), None)) == 0


@pytest.mark.parametrize("activation", [s for s in SMOOTH if not isinstance(s, Reciprocal | Sin | Sqrt)], ids=repr)
def test_the_smooth_activations_increase(activation: Activation) -> None:
    values = [naive(activation, Fraction(t, 2)) for t in range(-9, 10)]
    assert strictly_monotone(activation)
    assert all(a < b for a, b in pairwise(values))


def test_every_activation_is_injective_on_a_point() -> None:
    assert strictly_monotone(RELU, Interval(q(-1), q(-1)))


def test_relu_has_one_piece_left_of_zero() -> None:
    assert pieces_on(RELU, Interval(None, q(0))) == ((0, 0),)


def test_relu_is_not_monotone_on_the_line() -> None:
    assert not strictly_monotone(RELU, LINE)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PiecewiseAffine((q(1), q(0)), ((q(0), q(0)),) * 3), "do not increase strictly"),
        (lambda: PiecewiseAffine((q(0), q(0)), ((q(0), q(0)),) * 3), "do not increase strictly"),
        (lambda: PiecewiseAffine((q(0),), ((q(0), q(0)),)), "1 breakpoints need 2 pieces, got 1"),
        (lambda: PiecewiseAffine((), ()), "0 breakpoints need 1 pieces, got 0"),
        (lambda: PiecewiseAffine((q(0),), ((q(0), q(0)), (q(1), q(1)))), "the pieces left and right of 0 do not meet: 0 and 1"),
        (lambda: Reciprocal(q(0)), "a reciprocal of what is at least 0; that must be positive"),
        (lambda: Elu(q(0), q(1)), "ELU with alpha 0, scale 1; both must be positive"),
        (lambda: clip(q(1), q(0)), "clip between 1 and 0: the bounds do not increase"),
        (lambda: clip(q(0), q(1), q(0)), "the slope must be positive"),
    ],
    ids=["out of order", "twice", "a piece missing", "no pieces", "a jump", "division by 0", "flat elu", "bounds exchanged", "flat clip"],
)
def test_a_function_that_is_none_is_refused(make: object, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        make()  # type: ignore[operator]
