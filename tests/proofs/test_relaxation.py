"""Bounds by combinations hold at every point of the region, whatever the combination."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import RELU, Atan, Exp, Reciprocal, Sqrt, Tanh
from proofs.compose import prefix
from proofs.domains import Box, Polytope, contains
from proofs.enclosure import bounds, functional
from proofs.errors import Malformed, Rejected
from proofs.exact import LINE, Interval, vector
from proofs.ranges import enclosure, intercept_below
from proofs.relaxation import Combination, Region
from tests.strategies import SMOOTH, domains, networks, points_in, zigzags

SMALL = st.fractions(-3, 3, max_denominator=4)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_combination_bounds_the_functional_from_below(data: st.DataObject) -> None:
    f = data.draw(networks())
    on = data.draw(domains(f.arity))
    points = [x for x in data.draw(st.lists(points_in(f.arity), min_size=1, max_size=6)) if contains(on, vector(x))]
    region = Region.whole(f, on)
    for _ in range(data.draw(st.integers(0, 3))):
        v = data.draw(st.integers(0, len(f.nodes)))
        if not f.widths[v]:
            continue
        i, at = data.draw(st.integers(0, f.widths[v] - 1)), data.draw(SMALL)
        side = data.draw(st.sampled_from([Interval(at, None), Interval(None, at)]))
        try:
            region = region.restricted(v, i, side)
            points = [x for x in points if bounds(prefix(f, v), Box(x, x))[i].within(side)]
        except Rejected:
            return
    chosen = st.lists(st.tuples(st.integers(0, len(f.nodes)), st.integers(0, 3), SMALL), max_size=4).map(tuple)
    sides = st.lists(st.tuples(st.integers(0, 2), st.fractions(0, 2, max_denominator=3)), max_size=2).map(tuple)
    by = Combination(
        data.draw(points_in(f.width)), data.draw(chosen), data.draw(chosen), data.draw(sides) if isinstance(on, Polytope) else ()
    )
    try:
        least = region.least(by)
    except (Rejected, Malformed):
        return
    for x in points:
        (value,) = bounds(functional(f, by.functional), Box(x, x))
        assert value.upper is None or value.upper >= least


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(zigzags(), st.sampled_from(SMOOTH)),
    st.fractions(-6, 6, max_denominator=8),
    st.fractions(0, 6, max_denominator=8),
    SMALL,
    st.sampled_from([1, -1]),
    st.lists(st.fractions(0, 1), max_size=5),
)
def test_a_line_lies_on_its_side_of_the_activation(
    s: object, low: Fraction, width: Fraction, slope: Fraction, sign: int, places: list[Fraction]
) -> None:
    shift = intercept_below(s, Interval(low, low + width), slope, sign)  # type: ignore[arg-type]
    if shift is None:
        assert isinstance(s, Exp | Atan | Reciprocal | Sqrt)  # of which no line is known
        return
    for place in places:
        t = low + place * width
        at = enclosure(s, Interval(t, t))  # type: ignore[arg-type]
        assert at.lower is not None
        assert at.upper is not None
        assert at.upper >= slope * t + shift if sign > 0 else at.lower <= slope * t + shift


def test_a_line_that_an_activation_falls_below_is_none() -> None:
    half = Fraction(1, 2)
    assert intercept_below(RELU, LINE, half, 1) == 0
    assert intercept_below(RELU, LINE, half, -1) is None
    assert intercept_below(RELU, LINE, Fraction(2), 1) is None
    assert intercept_below(RELU, Interval(None, Fraction(1)), half, -1) is None
    assert intercept_below(RELU, Interval(Fraction(-1), None), Fraction(1), -1) == 1
    assert intercept_below(Tanh(), LINE, half, 1) is None
    assert intercept_below(Tanh(), LINE, Fraction(0), 1) == -1
