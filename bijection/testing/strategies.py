"""Hypothesis strategies: networks of every kind, points of every domain, pairs of points. They shrink to small integers and few layers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from bijection.exact.lp import interior_point
from proofs.activations import ABS, RELU, Activation, Elu, PiecewiseAffine, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.binary32 import is_float
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Affine, Network, Node, Pointwise, Row

T = TypeVar("T")
Matrix: TypeAlias = Sequence[Sequence[Fraction]]

_HALF = Fraction(1, 2)
PIECEWISE: tuple[Activation, ...] = (RELU, leaky_relu(_HALF), ABS, clip(Fraction(0), Fraction(1)), leaky_relu(-_HALF))
SMOOTH: tuple[Activation, ...] = (Tanh(), Sigmoid(), Softplus(), Elu(Fraction(1), Fraction(1)))
STEEP: tuple[Activation, ...] = (leaky_relu(_HALF), leaky_relu(Fraction(2)), leaky_relu(Fraction(1, 8)))  # strictly increasing, onto ℝ


def weights() -> st.SearchStrategy[Fraction]:
    """Dyadic numbers, zero and small integers most of all; some very large, some very small, some that differ in one bit."""
    ordinary = st.integers(-3, 3).map(Fraction)
    dyadic = st.builds(lambda a, e: Fraction(a, 2**e), st.integers(-64, 64), st.integers(0, 6))
    extreme = st.sampled_from([Fraction(2) ** e for e in (-40, 40)] + [1 + Fraction(2) ** -23, 1 - Fraction(2) ** -24])
    return st.one_of(ordinary, ordinary, dyadic, extreme)


@st.composite
def networks(
    draw: st.DrawFn,
    inputs: int | None = None,
    outputs: int | None = None,
    *,
    depth: int = 3,
    width: int = 5,
    activations: Sequence[Activation] = (*PIECEWISE, *SMOOTH),
) -> Network:
    """Layers of up to `width` units, up to `depth` of them, an affine map last. Rows may be zero, equal, or multiples of each other."""
    n = draw(st.integers(1, 3)) if inputs is None else inputs
    sizes = draw(st.lists(st.integers(1, width), max_size=depth))
    last = draw(st.integers(1, 3)) if outputs is None else outputs
    ops: list[Affine | Pointwise] = []
    for size in sizes:
        ops += [draw(_affine(n, size)), Pointwise(tuple(draw(st.lists(st.sampled_from(activations), min_size=size, max_size=size))))]
        n = size
    ops.append(draw(_affine(n, last)))
    return _chain(ops)


@st.composite
def _affine(draw: st.DrawFn, n: int, m: int) -> Affine:
    """A matrix that is dense, or has a row that repeats another one or is zero: what searches stumble over."""
    rows = [list(row) for row in draw(st.lists(st.lists(weights(), min_size=n, max_size=n), min_size=m, max_size=m))]
    if m > 1 and draw(st.integers(0, 3)) == 3:
        factor = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(-1), Fraction(2)]))
        rows[-1] = [factor * t for t in rows[0]]
    return _matrix(rows, draw(st.lists(weights(), min_size=m, max_size=m)), n)


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
    return _chain([*(node.op for node in first.nodes if isinstance(node.op, Affine | Pointwise)), fold, draw(_affine(n, n))]), x, y


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


def points(domain: Domain) -> st.SearchStrategy[Point]:
    """Points of the domain, short ones first; Malformed where none is known."""
    match domain:
        case Reals(n):
            return st.tuples(*[_rationals()] * n)
        case Integers(n):
            return st.tuples(*[st.integers(-(2**20), 2**20).map(Fraction)] * n)
        case Box(lower, upper):
            return st.tuples(*(_between(a, b) for a, b in zip(lower, upper, strict=True)))
        case Grid(lower, _, step):
            return st.tuples(*(_steps(a, s, k) for a, s, k in zip(lower, step, domain.counts(), strict=True)))
        case Floats(lower, upper):
            return st.tuples(*(_singles(a, b) for a, b in zip(lower, upper, strict=True)))
        case Finite(listed):
            return st.sampled_from(listed)
        case Labels(k):
            if k == 0:
                raise Malformed("there are no labels, so no point to draw")
            return st.integers(0, k - 1).map(lambda i: (Fraction(i),))
        case Simplex(n):
            return st.lists(st.integers(1, 64), min_size=n, max_size=n).map(lambda w: tuple(Fraction(t, sum(w)) for t in w))
        case Polytope():
            return _inside(domain)


def pairs(domain: Domain) -> st.SearchStrategy[tuple[Point, Point]]:
    """Two different points of the domain: independent ones, and ones that differ in one coordinate."""
    one = points(domain)

    @st.composite
    def neighbours(draw: st.DrawFn) -> tuple[Point, Point]:
        x, other = draw(one), draw(one)
        k = draw(st.integers(0, max(0, len(x) - 1)))
        return x, tuple(b if i == k else a for i, (a, b) in enumerate(zip(x, other, strict=True)))

    inside = neighbours().filter(lambda p: contains(domain, vector(p[1])))
    return st.one_of(inside, st.tuples(one, one)).filter(lambda p: p[0] != p[1])


def _rationals() -> st.SearchStrategy[Fraction]:
    dyadic = st.builds(lambda a, e: Fraction(a, 2**e), st.integers(-1024, 1024), st.integers(0, 10))
    return st.one_of(st.integers(-8, 8).map(Fraction), dyadic)


def _between(a: Fraction, b: Fraction) -> st.SearchStrategy[Fraction]:
    return st.one_of(st.sampled_from([a, b, (a + b) / 2]), st.integers(0, 1024).map(lambda k: a + (b - a) * Fraction(k, 1024)))


def _steps(a: Fraction, s: Fraction, count: int) -> st.SearchStrategy[Fraction]:
    """a, a + s, …: shrinks to the one nearest to 0."""
    least = min(max(round(-a / s), 0), count - 1)
    return st.integers(-least, count - 1 - least).map(lambda k: a + (least + k) * s)


def _inside(domain: Polytope) -> st.SearchStrategy[Point]:
    """From a point inside in a direction, by halves of it until the domain is reached."""
    middle = interior_point(domain)
    if middle is None:
        raise Malformed("no point inside the polytope is known, so none can be drawn")

    def reached(direction: Point) -> Point:
        scale = Fraction(1)
        while True:
            x = tuple(a + scale * b for a, b in zip(middle, direction, strict=True))
            if contains(domain, vector(x)):
                return x
            scale = scale / 2 if scale > Fraction(1, 2**40) else Fraction(0)

    return st.tuples(*[_rationals()] * domain.n).map(reached)


def _singles(a: Fraction, b: Fraction) -> st.SearchStrategy[Fraction]:
    drawn = st.floats(width=32, allow_nan=False, allow_infinity=False).map(Fraction)
    if a <= -(2**127) and b >= 2**127:
        return drawn
    inside = st.integers(0, 2**24).map(lambda k: a + (b - a) * Fraction(k, 2**24)).map(_nearest).filter(lambda t: a <= t <= b)
    ends = [t for t in (a, b) if is_float(t)]
    return st.one_of(st.sampled_from(ends), inside) if ends else inside


def _nearest(t: Fraction) -> Fraction:
    from proofs.ieee import UNIT, nearest_fraction

    return Fraction(nearest_fraction(t), 2**UNIT)
