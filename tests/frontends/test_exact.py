"""The float border: what is stored is what is meant."""

import struct
from fractions import Fraction

import numpy as np
import pytest
import sympy
import z3
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bijection.frontends.exact import dense, exact, scaled
from proofs.errors import Malformed


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_fraction(value: float) -> None:
    assert exact(value) == Fraction(value) == Fraction(*value.as_integer_ratio())


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_binary32_value_is_its_fraction(value: float) -> None:
    assert exact(np.float32(value)) == Fraction(value)


def test_a_float_is_not_its_decimal() -> None:
    assert exact(0.1) == Fraction(3602879701896397, 36028797018963968) != Fraction(1, 10)


def test_ints_fractions_and_sympy_rationals_are_themselves() -> None:
    third = Fraction(1, 3)
    assert [exact(v) for v in (2, np.int8(-2), third, sympy.Rational(1, 3), sympy.Float(0.5))] == [2, -2, third, third, Fraction(1, 2)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("-inf")])
def test_what_is_no_real_number_is_refused(value: float) -> None:
    with pytest.raises(Malformed, match="no real number"):
        exact(value)
    with pytest.raises(Malformed, match=r"array holds .* at \[1\], which is no real number"):
        scaled(np.array([0.0, value]))


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(Malformed, match="a str; pass an int, a float, a Fraction or a sympy rational"):
        exact("1/3")


def assert_same(a: np.ndarray) -> None:
    numerators, d = scaled(a)
    assert numerators.shape == a.shape
    assert [Fraction(n, d) for n in numerators.ravel()] == [Fraction(float(v)) for v in a.ravel()]


@given(arrays.arrays(np.uint32, st.integers(0, 6)))
def test_scaled_keeps_every_finite_binary32_bit_pattern(bits: np.ndarray) -> None:
    a = bits.view(np.float32)
    assert_same(np.where(np.isfinite(a), a, np.float32(0)))


@given(arrays.arrays(np.uint64, st.integers(0, 6)))
def test_scaled_keeps_every_finite_binary64_bit_pattern(bits: np.ndarray) -> None:
    a = bits.view(np.float64)
    assert_same(np.where(np.isfinite(a), a, 0.0))


def test_scaled_keeps_the_ends_of_every_exponent_of_binary32() -> None:
    exponents = np.arange(255, dtype=np.uint32) << 23
    mantissas = np.array([0, 1, 2, 0x400000, 0x7FFFFF], dtype=np.uint32)
    bits = (exponents[:, None] | mantissas).ravel()
    assert_same(np.concatenate([bits, bits | np.uint32(1 << 31)]).view(np.float32))


def test_scaled_keeps_every_binary16_value() -> None:
    a = np.arange(2**16, dtype=np.uint16).view(np.float16)
    assert_same(a[np.isfinite(a)])


def test_scaled_keeps_subnormals() -> None:
    least = struct.unpack("<f", b"\x01\0\0\0")[0]
    numerators, d = scaled(np.array([least, -3 * least], dtype=np.float32))
    assert (numerators.tolist(), d) == ([1, -3], 2**149)


def test_scaled_keeps_integers_and_fractions() -> None:
    assert scaled(np.array([[2**63]], dtype=np.uint64))[0].tolist() == [[2**63]]
    numerators, d = scaled(np.array([Fraction(1, 3), 0.5, 2], dtype=object))
    assert (numerators.tolist(), d) == ([2, 3, 12], 6)


def test_dense_is_the_affine_map() -> None:
    op = dense(np.array([[0.5, 1], [0, 2]]), [Fraction(1, 3), 0])
    assert [(r.columns, [Fraction(c, op.denominator) for c in r.coefficients], Fraction(r.constant, op.denominator)) for r in op.rows] == [
        ((0, 1), [Fraction(1, 2), 1], Fraction(1, 3)),
        ((0, 1), [0, 2], 0),
    ]


def test_dense_refuses_shapes_that_do_not_fit() -> None:
    with pytest.raises(Malformed, match=r"the weight of layer has the shape \(2,\); a matrix is needed"):
        dense([1, 2])
    with pytest.raises(Malformed, match=r"the bias of layer has the shape \(2,\); \(1,\) is needed"):
        dense([[1, 2]], [1, 2])


def test_z3_reads_a_float_as_its_decimal_so_the_exact_ratio_must_be_passed() -> None:
    ours = exact(0.1)
    assert z3.RealVal(0.1).as_fraction() == Fraction(1, 10) != ours
    assert z3.Q(*ours.as_integer_ratio()).as_fraction() == ours
