"""Splines of the vocabulary: exact values, the inverse, order, bounds."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijection.exact.floating import shadow
from proofs.domains import Box
from proofs.enclosure import bounds
from proofs.errors import Malformed, NoExactValue
from proofs.network import Network, Node, Spline
from tests.build import affine, point, q

BINS = 3
NUMBERS = st.fractions(min_value=-1, max_value=4, max_denominator=7)
ARGUMENTS = st.fractions(min_value=-3, max_value=15, max_denominator=11)
PARTS = st.lists(NUMBERS, min_size=4 * BINS, max_size=4 * BINS)
LEAST = q("1/10")


def spline(power: int = 1, n: int = 1) -> Network:
    """(x, widths, heights, left slopes, right slopes) ↦ S(x), all of them inputs."""
    ends = [0, n] + [n + (k + 1) * n * BINS for k in range(4)]
    width = ends[-1]
    parts = [[[int(j == i) for j in range(width)] for i in range(a, b)] for a, b in pairwise(ends)]
    return Network(width, (*(Node(affine(rows), (0,)) for rows in parts), Node(Spline(LEAST, power), (1, 2, 3, 4, 5))))


FORWARD, BACK = spline(), spline(-1)


@given(t=ARGUMENTS, u=ARGUMENTS, bins=PARTS)
def test_it_increases_strictly_and_its_inverse_undoes_it(t: Fraction, u: Fraction, bins: list[Fraction]) -> None:
    (y,), (z,) = FORWARD([t, *bins]), FORWARD([u, *bins])
    assert (y < z) == (t < u)
    assert BACK([y, *bins]) == (t,)


@given(t=ARGUMENTS, bins=PARTS)
def test_values_in_floats_and_bounds_agree(t: Fraction, bins: list[Fraction]) -> None:
    x = np.array([[float(v) for v in (t, *bins)]])
    around = Box(tuple(v - q("1/5") for v in (t, *bins)), tuple(v + q("1/7") for v in (t, *bins)))
    for f in (FORWARD, BACK):
        (side,) = bounds(f, around)
        found = float(shadow(f)(x)[0, 0])
        assert float(side.lower or 0) - 1e-9 <= found <= float(side.upper or 0) + 1e-9
        try:
            (exact,) = f([t, *bins])
        except NoExactValue:
            assert f is BACK
        else:
            assert exact in side
            assert np.isclose(float(exact), found, atol=1e-9)


def test_it_goes_through_its_knots_with_its_slopes() -> None:
    widths, heights, left, right = point(1, 2, 1), point(2, 1, 3), point(3, "1/2", 2), point("1/2", 2, 1)
    bins = (*widths, *heights, *left, *right)
    step = q("1/1000000")
    for k in range(BINS):
        x, y = sum(widths[:k], q(0)), sum(heights[:k], q(0))
        assert FORWARD([x, *bins]) == (y,)
        assert abs((FORWARD([x + step, *bins])[0] - y) / step - left[k]) < q("1/1000")
        assert abs((FORWARD([x + widths[k] - step, *bins])[0] - y - heights[k]) / -step - right[k]) < q("1/1000")
    assert FORWARD([q(-5), *bins]) == point(-5)
    assert FORWARD([q(14), *bins]) == point(16)


def test_bins_of_several_arguments_lie_one_after_the_other() -> None:
    f = spline(n=2)
    first, second = point(1, 1, 1), point(2, 1, 3)
    bins = [*first, *second] * 4
    assert f([q("1/2"), q(3), *bins]) == (*FORWARD([q("1/2"), *first * 4]), *FORWARD([q(3), *second * 4]))


@given(t=ARGUMENTS, bins=PARTS, power=st.sampled_from([1, -1]))
def test_gradients_are_those_of_the_values(t: Fraction, bins: list[Fraction], power: int) -> None:
    g = shadow(spline(power))
    x = np.array([float(t) + 0.00321, *(float(v) + 0.00017 * k for k, v in enumerate(bins))])  # beside the corners
    step = 1e-6 * np.eye(x.size)
    assert np.allclose(g.jacobian(x)[0], (g(x + step) - g(x - step))[:, 0] / 2e-6, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: Spline(q(0), 1), "must be positive"),
        (lambda: Spline(q(1), 2), "1 is the spline, −1 its inverse"),
        (lambda: Network(3, (Node(Spline(q(1), 1), (0, 0, 0)),)), "a spline of vectors of the widths"),
        (lambda: Network(3, (Node(affine([[1, 0, 0]] * 2), (0,)), Node(Spline(q(1), 1), (1, 0, 0, 0, 0)))), "2 arguments and 3 bins"),
    ],
)
def test_what_is_no_spline_is_malformed(wrong: object, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        wrong()  # type: ignore[operator]
