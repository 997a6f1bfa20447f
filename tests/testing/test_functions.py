"""What users write about their own Python functions."""

import math
import time
from fractions import Fraction
from unittest import SkipTest

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bijection.errors import NotSupported
from bijection.maps import finite_map
from bijection.testing import assert_bijective, assert_injective, assert_inverse, assert_surjective
from tests.build import box, grid


def test_what_holds_passes() -> None:
    assert_injective(lambda t: 3 * t, st.integers(-100, 100), max_examples=100)
    assert_injective(str.upper, on=["a", "b"])
    assert_injective(lambda x: x[0] * 2, on=grid(0, 9))
    assert_injective({"a": 1, "b": 2})
    assert_surjective(abs, on=range(-3, 4), onto=range(4))
    assert_bijective(lambda t: (t + 1) % 5, range(5), range(5))
    assert_bijective(finite_map({"a": 1, "b": 2}), onto=[1, 2])
    assert_inverse(lambda t: 2 * t, lambda t: t // 2, st.integers(), max_examples=100)
    assert_inverse(str.swapcase, str.swapcase, ["aB", "C"], ["Ab", "c"])
    assert_inverse(np.negative, np.negative, st.floats(), max_examples=100)  # the sign of zero, and NaN, are no other input


def test_what_fails_shows_the_pair() -> None:
    with pytest.raises(AssertionError, match=r"^not injective: .* the same output, among the 3 inputs\nx = 'B'\ny = 'b'"):
        assert_injective(str.lower, on=["a", "B", "b"])
    with pytest.raises(AssertionError, match=r"found by a search\nx = -?1\ny = -?1\nf\(x\) = f\(y\) = 1, bit for bit"):
        assert_injective(lambda t: t * t, st.integers(-10, 10))
    with pytest.raises(AssertionError, match="x = 'a'\ny = 'b'"):
        assert_injective({"a": 1, "b": 1})
    with pytest.raises(AssertionError, match="not surjective: 2 is not an output of any of the 3 inputs"):
        assert_surjective(lambda t: t % 2, range(3), range(3))
    with pytest.raises(AssertionError, match=r"not bijective: the output of 3, 4, is not in the codomain$"):
        assert_bijective(lambda t: t + 1, range(4), range(4))
    with pytest.raises(AssertionError, match="it contains 1, a int, not a float"):
        assert_bijective(float, range(1, 3), range(1, 3))
    with pytest.raises(AssertionError, match=r"not the inverse: f\(inverse\(x\)\) is not x\nx = 1\n"):
        assert_inverse(lambda t: 2 * t, lambda t: t // 2, st.integers(), st.integers())
    with pytest.raises(AssertionError, match=r"not the inverse: inverse\(f\(x\)\) is not x\nx = 3\ninverse\(f\(x\)\) = 2"):
        assert_inverse(lambda t: t // 2, lambda t: 2 * t, [0, 2, 3])


def test_outputs_are_compared_bit_for_bit_and_inputs_as_values() -> None:
    assert_injective(lambda t: -0.0 if t else 0.0, [0, 1])
    assert_injective(lambda t: t + 1, [0.0, -0.0, math.nan, math.nan])  # three of the four are no other inputs
    with pytest.raises(AssertionError, match="nan, bit for bit"):
        assert_injective(lambda t: math.nan, [0, 1])


def test_a_function_may_change_what_it_is_given() -> None:
    with pytest.raises(AssertionError, match=r"x = \[1, 2\]\ny = \[2, 1\]"):
        assert_injective(lambda xs: (xs.sort(), tuple(xs))[1], [[1, 2], [2, 1]])


def test_options_that_make_no_sense() -> None:
    with pytest.raises(NotSupported, match="say where"):
        assert_injective(lambda t: t)
    with pytest.raises(NotSupported, match="as `on`, not 7"):
        assert_injective(lambda t: t, 7)
    with pytest.raises(NotSupported, match="no option for a Python function"):
        assert_injective(lambda t: t, st.integers(), arithmetic="binary32")
    with pytest.raises(NotSupported, match="name it as `onto`"):
        assert_surjective(abs, range(3))
    with pytest.raises(NotSupported, match="cannot show that a value is missed"):
        assert_surjective(abs, st.integers(), range(3))


def test_a_search_ends_on_time_and_says_if_it_has_compared_nothing() -> None:
    started = time.monotonic()
    assert_injective(lambda t: time.sleep(0.01) or t, st.integers(), within=0.5, max_examples=100_000)
    assert time.monotonic() - started < 60
    with pytest.raises(AssertionError, match="nothing was tried"):
        assert_injective(lambda t: t, st.integers(), within=0)
    with pytest.raises(SkipTest):
        assert_injective(lambda t: t, st.integers(), within=0, unknown="skip")


def test_what_the_function_raises_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        assert_injective(lambda t: 1 // t, st.integers())


@settings(suppress_health_check=[HealthCheck.nested_given], max_examples=3, deadline=None)
@given(st.integers(1, 5))
def test_inside_a_test_of_hypothesis(k: int) -> None:
    assert_injective(lambda t: k * t, st.integers(), max_examples=20)
    with pytest.raises(AssertionError, match="not injective"):
        assert_injective(lambda x: x[0] // k - x[1], on=box(-5, 5, 2), max_examples=100)


def test_points_of_domains_are_tuples_of_fractions() -> None:
    def check(x: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        assert all(isinstance(t, Fraction) for t in x)
        return x

    assert_injective(check, on=box(0, 1, 2), max_examples=50)
