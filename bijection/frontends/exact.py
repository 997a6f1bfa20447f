"""The one border where stored floats become the rationals they are. Everything after it is exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from proofs.errors import Malformed
from proofs.network import Affine, Row


def exact(value: Any, what: str = "value") -> Fraction:
    """The rational number that the value is: 0.1 becomes 3602879701896397/36028797018963968, not 1/10.

    Takes int, Fraction, Python and NumPy floats and integers, sympy rationals and floats. Raises Malformed on NaN and ±∞.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        try:
            return Fraction(value)
        except (ValueError, OverflowError):
            raise Malformed(f"{what} is {value}, which is no real number; only finite values are exact") from None
    numerator, denominator = getattr(value, "p", None), getattr(value, "q", None)  # sympy.Rational, flint.fmpq
    if numerator is not None and denominator is not None:
        return Fraction(int(numerator), int(denominator))
    if getattr(value, "is_Float", False):  # sympy.Float is a binary number of any precision, and its Rational is exact
        from sympy import Rational  # the object has brought sympy already

        return exact(Rational(value), what)
    raise Malformed(f"{what} is {value!r}, a {type(value).__name__}; pass an int, a float, a Fraction or a sympy rational")


def scaled(array: Any, what: str = "array") -> tuple[np.ndarray[Any, np.dtype[np.object_]], int]:
    """(numerators, d): Python ints of the array's shape and one denominator d > 0, with array = numerators/d exactly."""
    a = np.asarray(array)
    if a.dtype.kind in "iub":
        return a.astype(object), 1
    if a.dtype.kind not in "iubfOV" or (a.dtype.kind == "f" and a.dtype.itemsize > 8):
        raise Malformed(f"{what} has the element type {a.dtype}; integers, exact objects and floats of at most 64 bits are read")
    if a.dtype.kind == "O":
        entries = [exact(v, what) for v in a.ravel()]
        d = lcm(*(q.denominator for q in entries))
        return _objects([q.numerator * (d // q.denominator) for q in entries], a.shape), d
    a = a.astype(np.float64)  # no float here is wider; bfloat16 is of kind V
    if not np.isfinite(a).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
        raise Malformed(f"{what} holds {a[where]} at {list(where)}, which is no real number; only finite weights are exact")
    mantissa, exponent = np.frexp(a)
    m = (mantissa * 2.0**53).astype(np.int64)
    e = exponent.astype(np.int64) - 53
    low = np.where(m == 0, 1, m & -m)
    zeros = np.frexp(low.astype(np.float64))[1].astype(np.int64) - 1
    m, e = m >> zeros, np.where(m == 0, 0, e + zeros)
    k = max(0, -int(e.min(initial=0)))
    numerators = [x << s for x, s in zip(m.ravel().tolist(), (e + k).ravel().tolist(), strict=True)]
    return _objects(numerators, a.shape), 2**k


def dense(weight: Any, bias: Any | None = None, what: str = "layer") -> Affine:
    """x ↦ weight·x + bias with weight of shape (m, n) and bias of shape (m,) or absent."""
    w, d = scaled(weight, f"the weight of {what}")
    if w.ndim != 2:
        raise Malformed(f"the weight of {what} has the shape {w.shape}; a matrix is needed")
    b, e = (_objects([0] * w.shape[0], (w.shape[0],)), 1) if bias is None else scaled(bias, f"the bias of {what}")
    if b.shape != (w.shape[0],):
        raise Malformed(f"the bias of {what} has the shape {b.shape}; ({w.shape[0]},) is needed beside a weight of shape {w.shape}")
    common = lcm(d, e)
    every = tuple(range(w.shape[1]))
    rows = (Row(every, tuple(a * (common // d) for a in line), c * (common // e)) for line, c in zip(w.tolist(), b.tolist(), strict=True))
    return Affine(w.shape[1], tuple(rows), common)


def _objects(values: Sequence[int], shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.object_]]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(shape)
