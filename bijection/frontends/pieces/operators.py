"""Operators on terms, entry by entry and along axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.frontends.pieces.terms import Term, Terms

Numbers = np.ndarray[Any, np.dtype[Any]]


def _each(f: Callable[..., Term], n: int) -> Callable[..., Numbers]:
    def call(t: Terms, *given: Any, alpha: Any = 1) -> Numbers:
        parts = [v if isinstance(v, np.ndarray) else np.array(t.number(Fraction(v)), dtype=object) for v in given[:n]]
        if alpha != 1:
            parts[1] = np.frompyfunc(lambda v: t.mul(t.number(Fraction(alpha)), v), 1, 1)(parts[1])
        return np.asarray(np.frompyfunc(lambda *v: f(t, *v, *given[n:]), n, 1)(*parts), dtype=object)

    return call


def _power(t: Terms, a: Term, exponent: Any) -> Term:
    k = exponent.item().number if isinstance(exponent, np.ndarray) else Fraction(exponent)
    if k == Fraction(1, 2):
        return t.make("sqrt", a)
    if k is None or k.denominator != 1 or not 0 <= k <= 6:
        return t.make("unread", f"a power with the exponent {k}")
    out = t.one
    for _ in range(int(k)):
        out = t.mul(out, a)
    return out


def _summed(t: Terms, a: Numbers, dim: Any = None, keepdim: bool = False, **_: Any) -> Numbers:
    axes = tuple(dim) if isinstance(dim, Sequence) and len(dim) else tuple(range(a.ndim)) if dim in (None, []) else (dim,)
    add = np.frompyfunc(t.add, 2, 1)
    for axis in sorted((k % max(a.ndim, 1) for k in axes), reverse=True):
        a = np.asarray(add.reduce(a, axis=axis, keepdims=keepdim, initial=t.zero), dtype=object)
    return a


def _cumulated(t: Terms, a: Numbers, dim: int, **_: Any) -> Numbers:
    return np.asarray(np.frompyfunc(t.add, 2, 1).accumulate(a, axis=dim, dtype=object), dtype=object)


def _shares(t: Terms, a: Numbers, dim: int, *_: Any, **__: Any) -> Numbers:
    rows = np.moveaxis(a, dim, -1)
    out = np.empty(rows.shape, dtype=object)
    for at in np.ndindex(rows.shape):
        out[at] = t.make("softmax", at[-1], *rows[at[:-1]])
    return np.moveaxis(out, -1, dim)


def _function(name: str) -> Callable[..., Numbers]:
    return _each(lambda t, a, *more: t.make(name, a, *map(Fraction, more)), 1)


TERMS: Mapping[str, Callable[..., Any]] = {
    "add": _each(Terms.add, 2),
    "sub": _each(Terms.sub, 2),
    "rsub": lambda t, a, b, alpha=1: _each(Terms.sub, 2)(t, b, a),
    "mul": _each(Terms.mul, 2),
    "div": _each(Terms.div, 2),
    "neg": _each(lambda t, a: t.mul(t.number(Fraction(-1)), a), 1),
    "reciprocal": _each(lambda t, a: t.div(t.one, a), 1),
    "square": _each(lambda t, a: t.mul(a, a), 1),
    "pow": _each(_power, 1),
    "sum": _summed,
    "cumsum": _cumulated,
    "_softmax": _shares,
    **{name: _function(name) for name in ("exp", "tanh", "abs", "relu", "sigmoid", "sqrt", "log", "softplus")},
}
