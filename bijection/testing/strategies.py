"""Hypothesis strategies: networks of every kind, points of every domain, pairs of points. They shrink to small integers and few layers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from hypothesis import strategies as st

from bijection.testing.points import pairs, points
from proofs.activations import ABS, RELU, Activation, Elu, PiecewiseAffine, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.binary32 import LARGEST
from proofs.domains import Point
from proofs.exact import vector
from proofs.network import Affine, Network, Node, Pointwise, Row

__all__ = ["colliding_networks", "injective_networks", "networks", "pairs", "points", "weights"]

Matrix: TypeAlias = Sequence[Sequence[Fraction]]

_HALF = Fraction(1, 2)
PIECEWISE: tuple[Activation, ...] = (RELU, leaky_relu(_HALF), ABS, clip(Fraction(0), Fraction(1)), leaky_relu(-_HALF))
SMOOTH: tuple[Activation, ...] = (Tanh(), Sigmoid(), Softplus(), Elu(Fraction(1), Fraction(1)))
_MAGNITUDES = (Fraction(1, 2**149), Fraction(1, 2**126), Fraction(1, 2**40), Fraction(2**40), LARGEST)
EXTREME = tuple(sign * t for t in (*_MAGNITUDES, 1 - Fraction(1, 2**24), 1 + Fraction(1, 2**23)) for sign in (1, -1))
_KINDS = (*["drawn"] * 6, "zero", "multiple", "twin", "one bit", "hinge")
STEEP: tuple[Activation, ...] = (leaky_relu(_HALF), leaky_relu(Fraction(2)), leaky_relu(Fraction(1, 8)))  # strictly increasing, onto ℝ


def weights() -> st.SearchStrategy[Fraction]:
    """Binary32 numbers: zero and small integers most of all; some very large, some very small or subnormal, some that differ in one bit."""
    ordinary = st.integers(-3, 3).map(Fraction)
    dyadic = st.builds(lambda a, e: Fraction(a, 2**e), st.integers(-64, 64), st.integers(0, 6))
    return st.one_of(ordinary, ordinary, dyadic, st.sampled_from(EXTREME))


_weights = weights()  # the name is that of an option too


@st.composite
def networks(
    draw: st.DrawFn,
    inputs: int | None = None,
    outputs: int | None = None,
    *,
    depth: int = 3,
    width: int = 5,
    widths: Sequence[int] | None = None,
    activations: Sequence[Activation] = (*PIECEWISE, *SMOOTH),
    weights: st.SearchStrategy[Fraction] | None = None,
) -> Network:
    """Up to `depth` layers of up to `width` units (or layers of these `widths`), with one of the activations each, an affine map last.

    What searches stumble over is drawn often: rows that are zero, equal to another one, a multiple of it or one bit from it, units that are
    twins, units whose hinge goes through a corner of [−1, 1]ⁿ or [0, 1]ⁿ, and weights (by default `weights()`) of every magnitude.
    """
    entries = _weights if weights is None else weights
    n = draw(st.integers(1, 3)) if inputs is None else inputs
    sizes = draw(st.lists(st.integers(1, width), max_size=depth)) if widths is None else list(widths)
    last = draw(st.integers(1, 3)) if outputs is None else outputs
    ops: list[Affine | Pointwise] = []
    for size in sizes:
        units = draw(st.lists(st.sampled_from(activations), min_size=size, max_size=size))
        ops += [draw(_affine(n, size, entries)), Pointwise(tuple(units))]
        n = size
    ops.append(draw(_affine(n, last, entries)))
    return _chain(ops)


@st.composite
def _affine(draw: st.DrawFn, n: int, m: int, entries: st.SearchStrategy[Fraction]) -> Affine:
    """Rows that are drawn, some of them made from others."""
    lines = [draw(st.tuples(*[entries] * (n + 1))) for _ in range(m)]
    for i, line in enumerate(lines):
        other = lines[draw(st.integers(0, i))]
        match draw(st.sampled_from(_KINDS)):
            case "zero":
                lines[i] = (*[Fraction(0)] * n, line[-1])
            case "multiple":
                factor = draw(st.sampled_from([Fraction(1), Fraction(-1), Fraction(2)]))
                lines[i] = (*(factor * t for t in other[:-1]), line[-1])
            case "twin":
                lines[i] = other
            case "one bit":
                k = draw(st.integers(0, n))
                lines[i] = (*other[:k], other[k] * (1 + Fraction(1, 2**23)), *other[k + 1 :])
            case "hinge":
                corner = draw(st.lists(st.sampled_from([0, 1, -1]), min_size=n, max_size=n))
                lines[i] = (*line[:-1], -sum((t * c for t, c in zip(line[:-1], corner, strict=True)), Fraction(0)))
    return _matrix([line[:-1] for line in lines], [line[-1] for line in lines], n)


@st.composite
def injective_networks(draw: st.DrawFn, inputs: int | None = None, *, depth: int = 3) -> Network:
    """Networks ℝⁿ → ℝⁿ that are bijective: triangular matrices without 0 on the diagonal, permuted, and leaky units of positive slopes."""
    n = draw(st.integers(1, 4)) if inputs is None else inputs
    ops: list[Affine | Pointwise] = []
    for _ in range(draw(st.integers(1, depth))):
        ops += [_regular(draw, n), Pointwise(tuple(draw(st.lists(st.sampled_from(STEEP), min_size=n, max_size=n))))]
    return _chain([*ops, _regular(draw, n)])


@st.composite
def colliding_networks(draw: st.DrawFn, inputs: int | None = None) -> tuple[Network, Point, Point]:
    """A network and two different inputs with one output: bijective layers, then a fold |t| or a dropped coordinate, then anything."""
    n = draw(st.integers(1, 4)) if inputs is None else inputs
    first = draw(injective_networks(n, depth=1))
    image = draw(st.lists(st.integers(-4, 4).map(Fraction), min_size=n, max_size=n))
    k, size = draw(st.integers(0, n - 1)), Fraction(draw(st.integers(1, 4)))
    fold = Pointwise(tuple(ABS if i == k else leaky_relu(Fraction(1)) for i in range(n)))
    ends = [tuple(sign * size if i == k else t for i, t in enumerate(image)) for sign in (1, -1)]
    x, y = (_solved(first, end) for end in ends)
    return (
        _chain([*(node.op for node in first.nodes if isinstance(node.op, Affine | Pointwise)), fold, draw(_affine(n, n, weights()))]),
        x,
        y,
    )


def _regular(draw: st.DrawFn, n: int) -> Affine:
    order = draw(st.permutations(range(n)))
    small = st.integers(-2, 2).map(Fraction)
    diagonal = [Fraction(draw(st.sampled_from([1, -1, 2]))) for _ in range(n)]
    rows = [[draw(small) if j > i else diagonal[i] if i == j else Fraction(0) for j in range(n)] for i in order]
    return _matrix(rows, draw(st.lists(small, min_size=n, max_size=n)), n)


def _solved(f: Network, y: Point) -> Point:
    """The input of a network of `injective_networks` with that output, layer by layer from the end."""
    for node in reversed(f.nodes):
        match node.op:
            case Affine(n, rows, d):
                y = _back(rows, d, n, y)
            case Pointwise(activations):
                y = tuple(t / _slope(s, t) for s, t in zip(activations, y, strict=True))
            case _:
                raise AssertionError("these networks are chains of affine maps and activations")
    return y


def _slope(s: Activation, t: Fraction) -> Fraction:
    assert isinstance(s, PiecewiseAffine)
    return s.pieces[-1 if t >= 0 else 0][0]


def _back(rows: Sequence[Row], d: int, n: int, y: Point) -> Point:
    """The solution of a system whose rows, in some order, are triangular: the shortest row is solved first."""
    x: dict[int, Fraction] = {}
    for row, t in sorted(zip(rows, y, strict=True), key=lambda pair: -min(pair[0].columns)):
        first = min(row.columns)
        rest = sum((c * x[j] for j, c in zip(row.columns, row.coefficients, strict=True) if j != first), Fraction(row.constant))
        x[first] = (t * d - rest) / row.coefficients[row.columns.index(first)]
    return tuple(x[j] for j in range(n))


def _matrix(rows: Matrix, constants: Sequence[Fraction], n: int) -> Affine:
    d = vector([t for row in (*rows, constants) for t in row]).denominator
    made = []
    for row, b in zip(rows, constants, strict=True):
        used = tuple(j for j, t in enumerate(row) if t)
        made.append(Row(used, tuple(int(row[j] * d) for j in used), int(b * d)))
    return Affine(n, tuple(made), d)


def _chain(ops: Sequence[Affine | Pointwise]) -> Network:
    first = ops[0]
    assert isinstance(first, Affine)
    return Network(first.columns, tuple(Node(op, (i,)) for i, op in enumerate(ops)))
