import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import ABS, RELU, Activation, Elu, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.compose import prefix
from proofs.domains import Domain, Polytope, Reals, contains
from proofs.enclosure import bounds
from proofs.errors import Rejected
from proofs.exact import LINE, Interval, vector
from proofs.network import Max, Network, Node, Pointwise, Product, Sum, Table, apply_affine
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import StronglyMonotone
from proofs.theorems.monotonicity import positive_definite, secants, slopes
from tests.build import affine, box, chain, finite, grid, point, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in, truth

Matrix = Sequence[Sequence[int | str]]


def residual(inner: Matrix, outer: Matrix, activation: Activation = RELU, skip: Matrix | None = None) -> Network:
    """x ↦ skip·x + outer·σ(inner·x)."""
    n = len(inner[0])
    eye: Matrix = [[int(i == j) for j in range(n)] for i in range(n)]
    nodes = (Node(affine(inner), (0,)), Node(Pointwise((activation,) * len(inner)), (1,)), Node(affine(outer), (2,)))
    return Network(n, (*nodes, Node(affine(skip or eye), (0,)), Node(Sum(), (3, 4))))


def step(matrix: Matrix, *weights: int | str) -> StronglyMonotone:
    return StronglyMonotone(tuple(point(*line) for line in matrix), point(*weights))


def absolute(a: Matrix) -> Network:
    """x ↦ x − A|x|."""
    return residual([[1, 0], [0, 1]], [[-q(t) for t in line] for line in a], ABS)  # type: ignore[misc]


def normal(m: Matrix) -> Network:
    """x ↦ x⁺ − M·x⁻ = M·x + (I − M)·x⁺."""
    rest = [[int(i == j) - q(t) for j, t in enumerate(line)] for i, line in enumerate(m)]
    return residual([[1, 0], [0, 1]], rest, RELU, m)  # type: ignore[arg-type]


HALVED = residual([[1]], [["-1/2"]])
FLAT = residual([[1]], [[-1]])  # x − max(x, 0)
FOLDED = residual([[1]], [[-2]])
MURTY = normal([[1, 2], [0, 1]])  # a P-matrix whose symmetric part is not positive definite
NOT_P = normal([[1, 2], [2, 1]])  # maps three points to (−1, −1)


@pytest.mark.parametrize(
    ("f", "on", "certificate"),
    [
        (HALVED, Reals(1), step([[1]], "1/2")),
        (HALVED, Polytope(1, (point(-1),), point(0)), step([[1]])),
        (HALVED, finite([1], [-2]), step([[1]], "1/2")),
        (residual([[1]], [["-99/100"]]), Reals(1), step([[1]], "98/100")),
        (residual([[1]], [["-1/2"]], Tanh()), Reals(1), step([[1]], "1/2")),
        (residual([[1]], [["-1/2"]], Elu(q("1/2"), q(1))), Reals(1), step([[1]], "1/2")),
        (FOLDED, box(1, 2), step([[-1]])),
        (FOLDED, box(-2, 0), step([[1]])),
        (FOLDED, box(0, 0), step([[1]])),
        (absolute([[0, 2], ["1/4", 0]]), Reals(2), step([[1, 0], [0, 8]], "1/2", 4)),
        (MURTY, Reals(2), step([[1, 0], [0, 8]], 1, 8)),
        (chain(1, affine([[2], [-1]])), Reals(1), step([[1, -1]])),
        (chain(1, Pointwise((leaky_relu(q("1/2")),)), Pointwise((leaky_relu(q("1/2")),))), Reals(1), step([["3/2"]], "3/2", 2)),
        (Network(0, ()), Reals(0), step([])),
    ],
    ids=["residual", "half line", "two points", "near the border", "tanh", "elu", "right", "left", "a point", "absolute value equation",
         "Murty", "affine", "deep", "nothing"],
)  # fmt: skip
def test_a_certificate_is_accepted(f: Network, on: Domain, certificate: StronglyMonotone) -> None:
    assert proves(Injective(f, on), certificate)


@pytest.mark.parametrize(
    ("f", "on", "certificate"),
    [
        (HALVED, Reals(1), step([[1]], 0)),
        (HALVED, Reals(1), step([[-1]], "1/2")),
        (HALVED, Reals(1), step([[0]], "1/2")),
        (HALVED, Reals(1), step([[1]], 9)),
        (FLAT, Reals(1), step([[1]], 1)),
        (FOLDED, box("-1/100", 1), step([[-1]], 1)),
        (absolute([[0, 2], [1, 0]]), Reals(2), step([[1, 0], [0, 2]], "1/2", 1)),
        (MURTY, Reals(2), step([[1, 0], [0, 1]], 1, 1)),
        (NOT_P, Reals(2), step([[1, 0], [0, 8]], 1, 8)),
        (chain(2, affine([[1, 1], [1, 1]])), Reals(2), step([[1, 0], [0, 1]])),
    ],
    ids=[
        "no weight",
        "wrong sign",
        "no matrix",
        "too heavy",
        "flat",
        "a fold",
        "absolute value equation",
        "Murty",
        "no P-matrix",
        "no rank",
    ],
)
def test_a_form_that_is_not_definite_is_rejected(f: Network, on: Domain, certificate: StronglyMonotone) -> None:
    rejects("the quadratic form is not positive definite", Injective(f, on), certificate)


def test_the_network_of_a_matrix_that_is_no_p_matrix_does_collide() -> None:
    third = point("-1/3", "-1/3")
    assert NOT_P(third) == NOT_P(point(-1, 1)) == NOT_P(point(1, -1)) == point(-1, -1)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (step([[1]]), "0 weights for 1 units"),
        (step([[1]], 1, 1), "2 weights for 1 units"),
        (step([[1]], -1), "a weight is negative"),
        (step([[1, 0]], 1), "M is not a matrix of 1 rows and 1 columns"),
        (step([[1], [0]], 1), "M is not a matrix of 1 rows and 1 columns"),
    ],
)
def test_a_certificate_of_another_shape_is_rejected(certificate: StronglyMonotone, why: str) -> None:
    rejects(why, Injective(HALVED, Reals(1)), certificate)


def test_other_operations_and_other_claims_are_rejected() -> None:
    rejects("Max has no slopes", Injective(chain(1, Max(((0,),))), Reals(1)), step([[1]]))
    rejects("a table has no slopes", Injective(Table((0, 1)), finite([0], [1])), step([[1]]))
    rejects("proves injectivity, or that", Not(Injective(HALVED, Reals(1))), step([[1]], "1/2"))


def test_a_monotone_map_of_the_whole_space_is_onto() -> None:
    assert proves(Surjective(HALVED, Reals(1), Reals(1)), step([[1]], "1/2"))
    assert proves(Surjective(MURTY, Reals(2), grid(-9, 9, 2)), step([[1, 0], [0, 8]], 1, 8))
    rejects("that a map of all of ℝⁿ is onto", Surjective(HALVED, box(0, 1), box(0, 1)), step([[1]], "1/2"))
    rejects("is not onto because it is monotone", Surjective(chain(1, affine([[1], [1]])), Reals(1), Reals(2)), step([[1, 1]]))
    rejects("not positive definite", Surjective(FLAT, Reals(1), Reals(1)), step([[1]], 1))


SIDES = (LINE, Interval(q(0), None), Interval(q(-1), q(0)), Interval(q("1/2"), q(3)), Interval(q(1), q(1)))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("s", [RELU, ABS, clip(q(0), q(1)), leaky_relu(q(-2)), Elu(q(3), q(2))], ids=["relu", "abs", "clip", "turn", "elu"])
def test_secants_lie_between_the_slopes(s: Activation, side: Interval) -> None:
    low, high = slopes(s, side)
    ends = [t for t in (q(k) / 2 for k in range(-8, 9)) if t in side and not (isinstance(s, Elu) and t < 0)]
    f = chain(1, Pointwise((s,)))
    for t, u in combinations(ends, 2):
        assert low * (u - t) <= f((u,))[0] - f((t,))[0] <= high * (u - t)


def test_the_smooth_activations_are_as_steep_as_their_tables_say() -> None:
    assert [slopes(s, LINE) for s in (Sigmoid(), Tanh(), Softplus(), Elu(q(3), q(2)), Elu(q("1/3"), q(2)))] == [
        (0, q("1/4")), (0, 1), (0, 1), (0, 6), (0, 2),
    ]  # fmt: skip


@settings(max_examples=30)
@given(st.data())
def test_the_forms_are_the_differences_of_the_values(data: st.DataObject) -> None:
    f = data.draw(networks(smooth=False))
    on = data.draw(st.sampled_from([Reals(f.arity), box(-2, 2, f.arity)]))
    try:
        forms, pairs = secants(f, on)
    except Rejected:
        return
    x, y = (data.draw(points_in(f.arity)) for _ in range(2))
    if not (contains(on, vector(x)) and contains(on, vector(y))):
        return
    ours, theirs = f.trace(vector(x)), f.trace(vector(y))
    values = [[a - b for a, b in zip(u.fractions(), v.fractions(), strict=True)] for u, v in zip(ours, theirs, strict=True)]
    inputs, outputs = [], []
    for i, node in enumerate(f.nodes):
        if isinstance(node.op, Pointwise):
            j = node.inputs[0]
            for k, s in enumerate(node.op.activations):
                side = LINE if isinstance(on, Reals) else _side(f, j, k, on)
                low, high = slopes(s, side)
                dz, dh = values[j][k], values[i + 1][k]
                assert (dh - low * dz) * (high * dz - dh) >= 0
                if low < high:
                    inputs.append(dz)
                    outputs.append(dh)
    linear = apply_affine(forms, vector((*values[0], *outputs))).fractions()
    rest = [Fraction(row.constant, forms.denominator) for row in forms.rows]
    assert len(pairs) == len(inputs)
    assert [a - b for a, b in zip(linear, rest, strict=True)] == [*inputs, *values[-1]]


def _side(f: Network, value: int, coordinate: int, on: Domain) -> Interval:
    return bounds(prefix(f, value), on)[coordinate]


def _random_case(rng: random.Random) -> tuple[Network, StronglyMonotone]:
    n = rng.choice([1, 1, 2])
    weights = [Fraction(rng.randint(1, 8), 4) for _ in range(2)]
    inner, outer, skip = ([[rng.randint(-2, 2) for _ in range(n)] for _ in range(n)] for _ in range(3))
    matrix = [[rng.randint(-2, 2) if i != j else rng.choice([-2, -1, 1, 2]) for j in range(n)] for i in range(n)]
    return residual(inner, outer, rng.choice([RELU, ABS, clip(q(-1), q(1))]), skip), step(matrix, *weights[:n])


def test_what_is_accepted_is_injective_on_every_grid() -> None:
    rng, accepted = random.Random(1), 0
    for _ in range(1000):
        f, certificate = _random_case(rng)
        on = grid(-3, 3, f.arity, "1/2" if f.arity == 1 else 1)
        try:
            certificate.reduce(Injective(f, Reals(f.arity)))
        except Rejected:
            continue
        accepted += 1
        assert truth(Injective(f, on)), (f, certificate)
    assert accepted >= 30


def gated(outer: Matrix, scale: Matrix, order: tuple[int, int] = (1, 3), constant: int = 0) -> Network:
    """x ↦ x + outer·(z·sigmoid(scale·z + constant)), z = x in one coordinate or two."""
    n = len(scale)
    eye = [[int(i == j) for j in range(n)] for i in range(n)]
    first = (Node(affine(eye), (0,)), Node(affine(scale, [constant] * n), (1,)), Node(Pointwise((Sigmoid(),) * n), (2,)))
    return Network(n, (*first, Node(Product(), order), Node(affine(outer), (4,)), Node(Sum(), (0, 5))))


def test_the_slopes_of_gates_are_between_minus_a_tenth_and_eleven_tenths() -> None:
    t = np.linspace(-60, 60, 400_001)
    p = 1 / (1 + np.exp(-t))
    slope = p + t * p * (1 - p)
    assert -0.1 < slope.min() < -0.0998
    assert 1.0998 < slope.max() < 1.1


@pytest.mark.parametrize("order", [(1, 3), (3, 1)])
def test_a_gate_is_one_unit(order: tuple[int, int]) -> None:
    f = gated([["-1/4", "1/4"], ["1/4", "1/4"]], [[3, 0], [0, -2]], order)
    assert secants(f, Reals(2))[1] == ((q("-1/10"), q("11/10")),) * 2
    assert proves(Injective(f, Reals(2)), step([[1, 0], [0, 1]], 1, 1))


def test_a_gate_that_nobody_reads_is_no_unit() -> None:
    f = gated([[-1]], [[1]])
    unread = Network(1, (*f.nodes[:5], Node(affine([[2]]), (0,))))
    assert secants(unread, Reals(1))[1] == ()
    assert proves(Injective(unread, Reals(1)), step([[1]]))
    rejects("1 weights for 0 units", Injective(unread, Reals(1)), step([[1]], 1))


@pytest.mark.parametrize(
    "f",
    [gated([[-1, 0], [0, -1]], [[1, 1], [0, 1]]), gated([[-1]], [[1]], constant=1), gated([[-1]], [[1]], (1, 1))],
    ids=["numbers that are mixed", "a constant", "a square"],
)
def test_what_is_no_gate(f: Network) -> None:
    with pytest.raises(Rejected, match="Product has no slopes between bounds"):
        secants(f, Reals(f.arity))


def _determinant(a: list[list[int]]) -> int:
    if not a:
        return 1
    return sum((-1) ** j * a[0][j] * _determinant([row[:j] + row[j + 1 :] for row in a[1:]]) for j in range(len(a)))


@settings(max_examples=100)
@given(st.integers(0, 4), st.data())
def test_definite_matrices_are_those_with_positive_leading_minors(size: int, data: st.DataObject) -> None:
    g = [[data.draw(st.integers(-3, 3)) for _ in range(size)] for _ in range(size)]
    shift = data.draw(st.integers(-2, 1))
    s = [[sum(g[k][i] * g[k][j] for k in range(size)) + shift * (i == j) for j in range(size)] for i in range(size)]
    truly = all(_determinant([row[:k] for row in s[:k]]) > 0 for k in range(1, size + 1))
    assert positive_definite(s) == truly


def test_definite_matrices_with_long_and_short_entries() -> None:
    big = 10**60
    assert positive_definite([[1, 0], [0, big]])
    assert positive_definite([[2, big], [big, big**2]])
    assert not positive_definite([[1, big], [big, big**2]])
    assert not positive_definite([[1, big, 0], [big, big**2 - 1, 0], [0, 0, 1]])
    assert not positive_definite([[1, 0, big], [0, 1, big], [big, big, 2 * big**2]])
