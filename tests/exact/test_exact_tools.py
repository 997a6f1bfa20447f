"""The exact tools of the search, judged by the kernel and by brute force."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from bijection.exact import floating
from bijection.exact.floating import shadow
from bijection.exact.lattice import nearest
from bijection.exact.linear import (
    column_certificate,
    dense,
    determinant_sign,
    nullspace,
    rank,
    row_certificate,
    short_kernel,
    solve,
)
from bijection.exact.lp import interior_point, maximise
from bijection.exact.simplest import dyadic_between, step_below
from bijection.exact.smt import fraction, number, one_sided_functional
from proofs.activations import ABS, RELU, Elu, Sigmoid, Softplus, Tanh, leaky_relu
from proofs.domains import Polytope, Reals, contains
from proofs.exact import Interval, vector
from proofs.kernel import check
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Stack, Sum
from proofs.statements import Injective, Surjective
from proofs.theorems.affine import FullColumnRank, FullRowRank
from tests.build import affine, chain, point

small = st.integers(-4, 4)
matrices = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(small, min_size=n, max_size=n), min_size=1, max_size=4))


@given(matrices)
def test_the_nullspace_is_the_kernel_and_has_its_dimension(a: list[list[int]]) -> None:
    n = len(a[0])
    basis = nullspace(a, n)
    assert len(basis) == n - rank(a)
    assert all(sum(s * t for s, t in zip(row, v, strict=True)) == 0 for row in a for v in basis)


@given(matrices)
def test_short_vectors_of_the_kernel_lie_in_it(a: list[list[int]]) -> None:
    n = len(a[0])
    found = short_kernel(a, n)
    assert bool(found) == (rank(a) < n)
    assert all(any(v) and sum(s * t for s, t in zip(row, v, strict=True)) == 0 for row in a for v in found)


def test_lattice_reduction_finds_shorter_vectors_than_elimination() -> None:
    rng = np.random.default_rng(0)
    a = [[int(t) for t in row] for row in rng.integers(-(2**30), 2**30, (6, 40))]
    assert max(map(abs, short_kernel(a, 40)[0])) < 2**8 < min(max(map(abs, v)) for v in nullspace(a, 40))


@given(matrices)
def test_certificates_of_rank_are_accepted_and_exist_exactly_where_the_rank_is_full(a: list[list[int]]) -> None:
    w, n = affine(a, columns=len(a[0])), len(a[0])
    f = chain(n, w)
    columns, rows = column_certificate(w), row_certificate(w)
    assert (columns is not None) == (rank(a) == n)
    assert (rows is not None) == (rank(a) == len(a))
    if columns is not None:
        check(Injective(f, Reals(n)), (FullColumnRank(*columns),))
    if rows is not None:
        check(Surjective(f, Reals(n), Reals(len(a))), (FullRowRank(*rows),))


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(small, min_size=n, max_size=n), min_size=n, max_size=n)))
def test_a_square_system_is_solved_where_its_determinant_is_not_zero(a: list[list[int]]) -> None:
    right = [Fraction(k, 3) for k in range(len(a))]
    found = solve(a, right)
    assert (found is None) == (determinant_sign(a) == 0)
    if found is not None:
        assert [sum(s * t for s, t in zip(row, found, strict=True)) for row in a] == right


def test_a_singular_system_has_no_solution_to_show() -> None:
    assert solve([[1, 2], [2, 4]], [Fraction(1), Fraction(0)]) is None
    assert dense(affine([[0, "1/2"]])) == [[0, 1]]


@given(st.fractions(min_value=Fraction(1, 1000), max_value=100, max_denominator=1000))
def test_a_step_stays_below_its_limit(limit: Fraction) -> None:
    for unit in (Fraction(1), Fraction(1, 255)):
        step = step_below(limit, unit)
        assert 0 < step < limit
        assert step / unit == int(step / unit) or (unit / step).denominator == 1


@given(st.fractions(max_denominator=50), st.fractions(min_value=Fraction(1, 99), max_value=9))
def test_a_dyadic_number_lies_strictly_between(low: Fraction, gap: Fraction) -> None:
    found = dyadic_between(low, low + gap)
    assert low < found < low + gap
    assert found.denominator & (found.denominator - 1) == 0


def test_the_shadow_follows_the_exact_network_and_its_slopes() -> None:
    nodes = (
        Node(affine([[1, 2, -1], [0, 1, 3], [2, -1, 1], [1, 1, 1]], ["1/2", 0, -1, 1]), (0,)),
        Node(Pointwise((RELU, ABS, leaky_relu(Fraction(1, 4)), RELU)), (1,)),
        Node(Max(((0, 1), (2, 3), (1,))), (2,)),
        Node(Sum(), (3, 0)),
        Node(Product(), (3, 0)),
        Node(Stack(), (4, 5)),
    )
    f = Network(3, nodes)
    rng = np.random.default_rng(3)
    for _ in range(20):
        x = rng.integers(-40, 40, 3) / 16
        exact = np.array([float(t) for t in f([Fraction(t) for t in x])])
        fast = shadow(f)
        assert np.allclose(fast(x[None])[0], exact)
        slopes = np.stack([(fast((x + h)[None])[0] - fast((x - h)[None])[0]) / 2e-6 for h in 1e-6 * np.eye(3)], axis=1)
        assert np.allclose(fast.jacobian(x), slopes, atol=1e-4) or np.min(np.abs(x)) < 1


def test_the_shadow_knows_the_smooth_functions() -> None:
    smooth = Pointwise((Sigmoid(), Tanh(), Softplus(), Elu(Fraction(1, 2), Fraction(2))))
    f = shadow(chain(4, smooth, Softmax(((0, 1), (2, 3)))))
    x = np.array([0.3, -0.7, 1.1, -0.4])
    first = [1 / (1 + np.exp(-0.3)), np.tanh(-0.7), np.log1p(np.exp(1.1)), np.expm1(-0.4)]
    pairs = [np.exp(first[i : i + 2]) / np.exp(first[i : i + 2]).sum() for i in (0, 2)]
    assert np.allclose(f(x[None])[0], np.concatenate(pairs))
    slopes = np.stack([(f((x + h)[None])[0] - f((x - h)[None])[0]) / 2e-6 for h in 1e-6 * np.eye(4)], axis=1)
    assert np.allclose(f.jacobian(x), slopes, atol=1e-6)
    assert shadow(chain(3, Argmax()))(np.array([[1.0, 3.0, 2.0]])) == [[1.0]]


def test_a_large_sparse_matrix_is_not_held_whole_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = affine([[1 if j == 3 * i else 0 for j in range(60)] for i in range(20)])
    whole = shadow(chain(60, wide))
    monkeypatch.setattr(floating, "_DENSE", 10)
    sparse = shadow(chain(60, wide))
    x = np.random.default_rng(0).normal(size=(3, 60))
    assert np.allclose(whole(x), sparse(x))
    assert np.allclose(whole.jacobian(x[0]), sparse.jacobian(x[0]))


def test_babai_finds_the_nearest_vector_of_an_orthogonal_lattice() -> None:
    for target in product((-3.4, 0.2, 2.6), repeat=2):
        assert nearest([[2, 0], [0, 3]], np.array(target)) == [2 * round(target[0] / 2), 3 * round(target[1] / 3)]


def test_linear_programs_and_points_inside_polytopes() -> None:
    found = maximise(np.array([1.0, 1.0]), np.array([[1.0, 2.0]]), np.array([-np.inf]), np.array([4.0]), np.zeros(2), np.full(2, 3.0))
    assert found is not None
    assert np.allclose(found, [3.0, 0.5])
    assert maximise(np.ones(1), np.ones((1, 1)), np.array([2.0]), np.array([3.0]), np.zeros(1), np.ones(1)) is None
    triangle = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point("-1/7", "-1/7", 1))
    inside = interior_point(triangle)
    assert inside is not None
    assert contains(triangle, vector(inside))
    assert interior_point(Polytope(1, (point(1), point(-1)), point(0, -1))) is None


@given(st.fractions(max_denominator=10**9))
def test_numbers_reach_z3_exactly(t: Fraction) -> None:
    assert fraction(z3.simplify(number(t))) == t


def test_a_float_given_to_z3_as_text_would_be_another_number() -> None:
    assert fraction(z3.RealVal(0.1)) != Fraction(0.1) == fraction(z3.simplify(number(Fraction(0.1))))


@pytest.mark.parametrize(
    ("rows", "bounded"), [([[1, 2], [1, 1]], True), ([[1, -1], [-1, 1]], True), ([[1, -1, 0, 0], [0, 0, 1, -1]], False)]
)
def test_one_sided_functionals_exist_where_the_cone_is_not_everything(rows: list[list[int]], bounded: bool) -> None:
    half = Interval(Fraction(0), None)
    u = one_sided_functional(rows, [half] * len(rows[0]), 10.0)
    assert (u is not None) == bounded
    if u is not None:
        assert all(sum(t * row[j] for t, row in zip(u, rows, strict=True)) >= 0 for j in range(len(rows[0])))
