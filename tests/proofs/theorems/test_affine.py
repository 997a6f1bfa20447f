import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.activations import RELU
from proofs.domains import Reals
from proofs.network import Network, Node, Pointwise, Stack, Sum
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import FullColumnRank, FullRowRank
from proofs.theorems.affine import affine_form, is_identity
from tests.build import affine, box, chain, grid, point
from tests.proofs.theorems.cases import proves, rejects

IDENTITY = chain(1, affine([[1]]))
small = st.integers(-3, 3)


@given(st.integers(2, 9), st.integers(0, 3), st.integers(0, 3), st.data())
def test_the_packed_product_is_the_plain_one(m: int, n: int, inner: int, data: st.DataObject) -> None:
    def matrix(rows: int, columns: int) -> list[list[int]]:
        return data.draw(st.lists(st.lists(small, min_size=columns, max_size=columns), min_size=rows, max_size=rows))

    a, b = matrix(n, inner), matrix(inner, n)
    plain = all((sum(a[i][k] * b[k][j] for k in range(inner)) - (i == j)) % m == 0 for i in range(n) for j in range(n))
    assert is_identity(a, b, n, m) == plain


@pytest.mark.parametrize(
    ("a", "b"),
    [([[1, 0]], [[1]]), ([[1], [0]], [[1]]), ([[1]], [[1, 0]]), ([], [[1]]), ([[1]], [])],
    ids=["wide", "high", "wide right", "no left", "no right"],
)
def test_a_product_of_another_shape_is_no_identity(a: list[list[int]], b: list[list[int]]) -> None:
    assert not is_identity(a, b, 1, 5)


def test_sums_and_stacks_of_affine_maps_are_affine() -> None:
    f = Network(1, (Node(affine([["1/2"]], [1]), (0,)), Node(Sum(), (0, 1)), Node(Stack(), (2, 0))))
    assert chain(1, affine_form(f))(point(2)) == f(point(2)) == point(4, 2)


def test_a_network_without_nodes_has_full_rank() -> None:
    assert proves(Injective(Network(2, ()), Reals(2)), FullColumnRank(2, (0, 1), ((1, 0), (0, 1))))


def test_the_map_of_dimension_zero_is_injective() -> None:
    assert proves(Injective(Network(0, ()), Reals(0)), FullColumnRank(2, (), ()))


def test_rank_modulo_a_composite_number_is_rank() -> None:
    assert proves(Injective(chain(1, affine([[5]])), Reals(1)), FullColumnRank(6, (0,), ((5,),)))


@pytest.mark.parametrize("modulus", [1, 0, -7])
def test_a_modulus_below_two_is_rejected(modulus: int) -> None:
    rejects(f"the modulus is {modulus}", Injective(IDENTITY, Reals(1)), FullColumnRank(modulus, (0,), ((1,),)))
    rejects(f"the modulus is {modulus}", Surjective(IDENTITY, Reals(1), Reals(1)), FullRowRank(modulus, (0,), ((1,),)))


@pytest.mark.parametrize("row", [-1, 1])
def test_a_row_or_column_that_is_not_there_is_rejected(row: int) -> None:
    rejects("a row that is not there", Injective(IDENTITY, Reals(1)), FullColumnRank(3, (row,), ((1,),)))
    rejects("a column that is not there", Surjective(IDENTITY, Reals(1), Reals(1)), FullRowRank(3, (row,), ((1,),)))


@pytest.mark.parametrize("inverse", [(), ((),), ((1, 0),), ((1,), (0,))], ids=str)
def test_an_inverse_of_another_shape_is_rejected(inverse: tuple[tuple[int, ...], ...]) -> None:
    rejects("L is not a matrix of 1 rows and 1 columns", Injective(IDENTITY, Reals(1)), FullColumnRank(3, (0,), inverse))
    rejects("R is not a matrix of 1 rows and 1 columns", Surjective(IDENTITY, Reals(1), Reals(1)), FullRowRank(3, (0,), inverse))


def test_a_product_that_is_not_the_identity_is_rejected() -> None:
    rejects("not the identity modulo 3", Injective(IDENTITY, Reals(1)), FullColumnRank(3, (0,), ((0,),)))
    rejects("not the identity modulo 3", Surjective(IDENTITY, Reals(1), Reals(1)), FullRowRank(3, (0,), ((0,),)))


def test_a_layer_of_activations_is_not_affine() -> None:
    rejects("Pointwise is not affine", Injective(chain(1, Pointwise((RELU,))), Reals(1)), FullColumnRank(3, (0,), ((1,),)))


@pytest.mark.parametrize("on", [box(0, 1), grid(0, 1)], ids=["box", "grid"])
def test_full_row_rank_speaks_of_the_whole_space_only(on: object) -> None:
    rejects("all of ℝⁿ", Surjective(IDENTITY, on, on), FullRowRank(3, (0,), ((1,),)))  # type: ignore[arg-type]


def test_column_rank_refutes_nothing() -> None:
    rejects("proves injectivity only", Not(Injective(IDENTITY, Reals(1))), FullColumnRank(3, (0,), ((1,),)))
