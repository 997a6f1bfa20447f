"""A float shadow of a network: fast values and gradients that tell the search where to look. Nothing here is believed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, assert_never

import numpy as np

from bijection.exact.patches import backward, forward, patches
from bijection.exact.splines import spline_in_floats
from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Sqrt, Tanh
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Forward: TypeAlias = Callable[[list[Array]], Array]
Backward: TypeAlias = Callable[[list[Array], Array, Array], list[Array]]

_DENSE = 4_000_000  # a matrix with at most this many entries is held whole,
_SPARSE = 8  # unless it is large and only one entry in so many is not 0, as in a convolution


@dataclass(frozen=True, slots=True)
class Shadow:
    """Values on batches (one input a row) and the gradients of linear functions of the output."""

    inputs: tuple[tuple[int, ...], ...]
    forward: tuple[Forward, ...]
    backward: tuple[Backward, ...]

    def trace(self, x: Array) -> list[Array]:
        """Every value of the straight-line code, for each row of x."""
        values = [x]
        with np.errstate(all="ignore"):  # what overflows leads nowhere, which is all there is to say about it
            for sources, run in zip(self.inputs, self.forward, strict=True):
                values.append(run([values[j] for j in sources]))
        return values

    def __call__(self, x: Array) -> Array:
        """The output for each row of x."""
        return self.trace(x)[-1]

    def gradient(self, x: Array, u: Array) -> Array:
        """∇ₓ ⟨u, f(x)⟩, row by row; where f has a corner, one of its slopes."""
        return self._back(self.trace(x), u)

    def with_gradient(self, x: Array, weigh: Callable[[Array], Array]) -> tuple[Array, Array]:
        """f(x), and ∇ₓ ⟨u, f(x)⟩ for the weights u of the output that are chosen when it is known."""
        values = self.trace(x)
        return values[-1], self._back(values, weigh(values[-1]))

    def jacobian(self, x: Array) -> Array:
        """The m×n matrix of slopes at a single point."""
        values = self.trace(x[None])
        m = values[-1].size
        return self._back([np.broadcast_to(v, (m, v.shape[1])) for v in values], np.eye(m))

    def _back(self, values: list[Array], u: Array) -> Array:
        slopes: list[Array | None] = [None] * (len(values) - 1) + [u]
        for i in range(len(self.inputs) - 1, -1, -1):
            slope = slopes[i + 1]
            if slope is None:
                continue
            sources = self.inputs[i]
            with np.errstate(all="ignore"):
                parts = self.backward[i]([values[j] for j in sources], values[i + 1], slope)
            for j, part in zip(sources, parts, strict=True):
                known = slopes[j]
                slopes[j] = part if known is None else known + part
        first = slopes[0]
        return np.zeros_like(values[0]) if first is None else first


def independent_columns(a: Array, preferred: Sequence[int] = ()) -> list[int] | None:
    """As many independent columns as there are rows, the preferred ones first, by elimination with the largest pivots."""
    chosen: list[int] = []
    left = a / np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-300)
    for columns in (list(preferred), list(range(a.shape[1]))):
        while len(chosen) < len(a) and columns:
            norms = np.linalg.norm(left[:, columns], axis=0)
            k = int(np.argmax(norms))
            if norms[k] < 1e-8:
                break
            q = left[:, columns[k]] / norms[k]
            left = left - np.outer(q, q @ left)
            chosen.append(columns[k])
    return chosen if len(chosen) == len(a) else None


def shadow(f: Network) -> Shadow:
    """The float shadow of the network."""
    pairs = [_compiled(node.op, [f.widths[j] for j in node.inputs]) for node in f.nodes]
    return Shadow(tuple(node.inputs for node in f.nodes), tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))


def _compiled(op: Op, widths: list[int]) -> tuple[Forward, Backward]:
    match op:
        case Affine():
            return _affine(op)
        case Pointwise(activations):
            return _pointwise(activations)
        case Sum():
            return (lambda xs: np.sum(xs, axis=0)), (lambda xs, y, s: [s for _ in xs])
        case Stack():
            ends = np.cumsum(widths)[:-1]
            return (lambda xs: np.concatenate(xs, axis=1)), (lambda xs, y, s: list(np.split(s, ends, axis=1)))
        case Product():
            return (lambda xs: np.multiply(xs[0], xs[1])), (lambda xs, y, s: [s * xs[1], s * xs[0]])
        case Max(groups):
            return _max(groups)
        case Softmax(groups):
            return _softmax(groups)
        case Spline(least, power):
            return spline_in_floats(approximate(least), power)
        case Argmax():
            return (lambda xs: np.argmax(xs[0], axis=1)[:, None].astype(float)), (lambda xs, y, s: [np.zeros_like(xs[0])])
        case _:
            assert_never(op)


def _affine(op: Affine) -> tuple[Forward, Backward]:
    bias = quotients([row.constant for row in op.rows], op.denominator)
    cache: dict[int, Array] = {}  # convolutions share coefficient tuples

    def numbers(coefficients: tuple[int, ...]) -> Array:
        key = id(coefficients)
        if key not in cache:
            cache[key] = quotients(coefficients, op.denominator)
        return cache[key]

    size = len(op.rows) * op.columns
    if size <= _DENSE and (size <= 50_000 or size <= _SPARSE * op.entries):
        w = np.zeros((len(op.rows), op.columns))
        for i, row in enumerate(op.rows):
            w[i, list(row.columns)] = numbers(row.coefficients)

        def product(xs: list[Array]) -> Array:
            out: Array = xs[0] @ w.T + bias
            return out

        return product, (lambda xs, y, s: [s @ w])
    parts = patches(op, numbers)
    if parts is not None:
        return (lambda xs: forward(parts, xs[0], len(op.rows)) + bias), (lambda xs, y, s: [backward(parts, s, op.columns)])
    columns = np.concatenate([np.array(row.columns, dtype=np.int64) for row in op.rows])
    data = np.concatenate([numbers(row.coefficients) for row in op.rows])
    owner = np.repeat(np.arange(len(op.rows)), [len(row.columns) for row in op.rows])

    def run(xs: list[Array]) -> Array:
        out: Array = np.stack([np.bincount(owner, data * x[columns], len(op.rows)) for x in xs[0]]) + bias
        return out

    def back(xs: list[Array], y: Array, s: Array) -> list[Array]:
        return [np.stack([np.bincount(columns, data * t[owner], op.columns) for t in s])]

    return run, back


def _pointwise(activations: tuple[Activation, ...]) -> tuple[Forward, Backward]:
    blocks, start = [], 0
    for activation, count in runs(activations):
        blocks.append((slice(start, start + count), *scalar(activation)))
        start += count

    def run(xs: list[Array]) -> Array:
        out = np.empty_like(xs[0])
        for block, value, _ in blocks:
            out[:, block] = value(xs[0][:, block])
        return out

    def back(xs: list[Array], y: Array, s: Array) -> list[Array]:
        out = np.empty_like(xs[0])
        for block, _, slope in blocks:
            out[:, block] = s[:, block] * slope(xs[0][:, block])
        return [out]

    return run, back


def scalar(activation: Activation) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The function and its derivative on arrays."""
    match activation:
        case PiecewiseAffine(breakpoints, pieces):
            ends, slopes, shifts = floats(breakpoints), floats(p for p, _ in pieces), floats(q for _, q in pieces)
            return (
                lambda t: slopes[np.searchsorted(ends, t)] * t + shifts[np.searchsorted(ends, t)],
                lambda t: slopes[np.searchsorted(ends, t)],
            )
        case Sigmoid():
            return _sigmoid, lambda t: _sigmoid(t) * _sigmoid(-t)
        case Tanh():
            return np.tanh, lambda t: 1 - np.tanh(t) ** 2
        case Softplus():
            return (lambda t: np.logaddexp(0.0, t)), _sigmoid
        case Exp():
            return np.exp, np.exp
        case Atan():
            return np.arctan, lambda t: 1 / (1 + t**2)
        case Erf():
            return error_function, lambda t: 2 / np.sqrt(np.pi) * np.exp(-(t**2))
        case Sin():
            return np.sin, np.cos
        case Sqrt():
            return (lambda t: np.sqrt(np.maximum(t, 0.0))), (lambda t: np.where(t > 0, 0.5 / np.sqrt(np.maximum(t, 1e-300)), 0.0))
        case Reciprocal(least):
            c = approximate(least)
            return (lambda t: 1 / np.maximum(t, c)), (lambda t: np.where(t > c, -1 / np.maximum(t, c) ** 2, 0.0))
        case Elu(alpha, scale):
            a, c = approximate(alpha), approximate(scale)
            return (
                lambda t: c * np.where(t > 0, t, a * np.expm1(np.minimum(t, 0.0))),
                lambda t: c * np.where(t > 0, 1.0, a * np.exp(np.minimum(t, 0.0))),
            )
        case _:
            assert_never(activation)


def error_function(t: np.ndarray[Any, Any]) -> Array:
    """erf t, one entry at a time."""
    return np.asarray(np.vectorize(math.erf, otypes=[np.float64])(t), dtype=np.float64)


def _sigmoid(t: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -t))


def _max(groups: tuple[tuple[int, ...], ...]) -> tuple[Forward, Backward]:
    longest = max((len(g) for g in groups), default=1)
    index = np.array([g + (g[0],) * (longest - len(g)) for g in groups], dtype=np.int64).reshape(len(groups), longest)

    def back(xs: list[Array], y: Array, s: Array) -> list[Array]:
        best = np.take_along_axis(np.broadcast_to(index, (len(s), *index.shape)), xs[0][:, index].argmax(axis=2)[:, :, None], axis=2)[
            :, :, 0
        ]
        out = np.zeros_like(xs[0])
        for k in range(len(s)):
            np.add.at(out[k], best[k], s[k])
        return [out]

    return (lambda xs: xs[0][:, index].max(axis=2)), back


def _softmax(groups: tuple[tuple[int, ...], ...]) -> tuple[Forward, Backward]:
    blocks = [np.array(g, dtype=np.int64) for g in groups]

    def run(xs: list[Array]) -> Array:
        out = np.empty_like(xs[0])
        for g in blocks:
            e = np.exp(xs[0][:, g] - xs[0][:, g].max(axis=1, keepdims=True))
            out[:, g] = e / e.sum(axis=1, keepdims=True)
        return out

    def back(xs: list[Array], y: Array, s: Array) -> list[Array]:
        out = np.empty_like(xs[0])
        for g in blocks:
            p = y[:, g]
            out[:, g] = p * (s[:, g] - (p * s[:, g]).sum(axis=1, keepdims=True))
        return [out]

    return run, back


def padded(activations: Sequence[PiecewiseAffine]) -> tuple[Array, Array, Array]:
    """Breakpoints, slopes and shifts, a line for each function; lines are made equally long by breakpoints at infinity."""
    most = max((len(s.breakpoints) for s in activations), default=0)
    breaks = [[*map(float, s.breakpoints), *[np.inf] * (most - len(s.breakpoints))] for s in activations]
    pieces = [[*s.pieces, *[s.pieces[-1]] * (most - len(s.breakpoints))] for s in activations]
    slopes, shifts = (np.array([[float(piece[k]) for piece in line] for line in pieces]).reshape(-1, most + 1) for k in (0, 1))
    return np.array(breaks).reshape(len(activations), most), slopes, shifts


def quotient(a: int, d: int) -> float:
    """a/d for d > 0; what no float can hold becomes ±1e150, so that squares still fit: the search may miss something, but goes on."""
    try:
        return a / d
    except OverflowError:
        return 1e150 if a > 0 else -1e150


def quotients(numbers: Sequence[int], d: int) -> Array:
    """All of them by d, as `quotient`."""
    if numbers and max(map(int.bit_length, numbers)) <= 53 and d.bit_length() < 1000 and int(float(d)) == d:
        return np.array(numbers, dtype=float) / float(d)  # each a float already, and so is d: the division rounds once
    return np.array([quotient(a, d) for a in numbers])


def approximate(t: Fraction) -> float:
    """The nearest float, as `quotient`."""
    return quotient(t.numerator, t.denominator)


def floats(x: Iterable[Fraction]) -> Array:
    """The vector in floats, as `quotient`."""
    return np.array([approximate(t) for t in x])
