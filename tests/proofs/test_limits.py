"""Small files that would ask for hours or for all memory are refused before the work is done."""

from collections.abc import Iterator
from fractions import Fraction
from signal import SIGALRM, alarm, signal

import pytest

from proofs.activations import IDENTITY, RELU, Elu, PiecewiseAffine, Sigmoid, Tanh, leaky_relu
from proofs.codec import decode
from proofs.domains import Finite, Grid, Integers, Labels, Reals, Simplex, points, subset
from proofs.errors import Malformed
from proofs.exact import common_denominator, vector
from proofs.limits import MOST_CHARACTERS, MOST_ENTRIES, MOST_SIZE, MOST_WORK, Meter, digits
from proofs.network import Affine, Max, Network, Node, Pointwise, Product, Row, Stack, Sum, Table
from proofs.statements import Injective, IsIdentity, MapsInto, Not, Reached, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems import (
    Cancels,
    Collision,
    Enumeration,
    FullColumnRank,
    FullRowRank,
    KernelDirection,
    OppositeDeterminants,
    Reaches,
    SeparatedCells,
    Separator,
    StaysInside,
)
from proofs.theorems.affine import affine_form, is_identity
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.dimension import determinant_sign
from tests.build import affine, box, chain, grid, layer, point, q
from tests.proofs.theorems.cases import proves, rejects

WORK, MEMORY = "too much work", "too much memory"


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """A test that runs for minutes fails instead."""

    def late(*_: object) -> None:
        raise AssertionError("the check did not end")

    before = signal(SIGALRM, late)
    alarm(100)
    yield
    alarm(0)
    signal(SIGALRM, before)


def doubling(times: int, first: int = 0) -> tuple[Node, ...]:
    """The value `first` stacked on itself again and again."""
    return tuple(Node(Stack(), (first + i, first + i)) for i in range(times))


def not_injective(f: Network) -> Not:
    return Not(Injective(f, Reals(f.arity)))


def primes(count: int, start: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        if all(start % p for p in range(2, int(start**0.5) + 1)):
            found.append(start)
        start += 1
    return found


def test_a_meter_refuses_what_is_more_than_is_left() -> None:
    meter = Meter()
    meter.take(MOST_WORK, MOST_SIZE)
    with pytest.raises(Malformed, match=WORK):
        meter.take(1)
    with pytest.raises(Malformed, match=MEMORY):
        Meter().take(0, MOST_SIZE + 1)


@pytest.mark.parametrize(("bits", "count"), [(0, 1), (29, 1), (30, 2), (3000, 101)])
def test_digits_have_thirty_bits(bits: int, count: int) -> None:
    assert digits(bits) == count


def test_wide_vectors_of_long_numbers_are_refused() -> None:
    squares = tuple(Node(Product(), (i, i)) for i in range(12))
    f = Network(1, (*squares, *doubling(22, 12), Node(Product(), (34, 34))))
    rejects(MEMORY, not_injective(f), Collision(point(2**64 + 1), point(1)))


def test_long_numbers_in_many_rows_are_refused() -> None:
    f = chain(1, affine([[1]] * 20_000))
    rejects(MEMORY, not_injective(f), Collision(point(2**399_000), point(0)))


def test_a_sum_over_long_denominators_is_refused() -> None:
    scaled = [Node(Affine(1, (Row((0,), (1,), 0),), 3**k), (0,)) for k in range(0, 200_000, 50_000)]
    f = Network(1, (*scaled, *doubling(16, 4), Node(Sum(), (20, 20))))
    assert f.width == 2**16
    rejects(MEMORY, not_injective(f), Collision((Fraction(1, 7**20_000),), point(0)))


def test_coprime_denominators_are_refused() -> None:
    x = tuple(Fraction(1, p) for p in primes(20_000, 10**5))
    with pytest.raises(Malformed, match=MEMORY):
        vector(x)


def test_a_common_denominator_has_a_limit() -> None:
    with pytest.raises(Malformed, match="a common denominator of over 1000000 bits"):
        common_denominator([3**400_000, 7**400_000])


def test_long_numbers_are_brought_to_lowest_terms_within_a_limit() -> None:
    v = vector([2**900_001 + i for i in range(200)])
    with pytest.raises(Malformed, match=WORK):
        v.fractions()


def test_a_number_longer_than_the_limit_is_refused() -> None:
    assert decode("0x" + "1" * (MOST_CHARACTERS - 2), Fraction) > 0
    with pytest.raises(Malformed, match=f"a number of {MOST_CHARACTERS + 1} characters; the limit is {MOST_CHARACTERS}"):
        decode("0x" + "1" * (MOST_CHARACTERS - 1), Fraction)


def test_a_message_about_a_long_number_is_short() -> None:
    x = (Fraction(0), Fraction(1, 2**9000))
    rejects(
        "Sigmoid has no exact rational value at 1/an integer of 9001 bits", not_injective(layer(Sigmoid())), KernelDirection(x[1:], x[1:])
    )


def test_a_rank_certificate_of_another_shape_is_rejected_before_its_matrix_is_built() -> None:
    n = 19_000_000
    f = chain(n, Affine(n, (Row((), (), 0),), 1))
    rejects("L is not a matrix", Injective(f, Reals(n)), FullColumnRank(2, (0,) * 1000, ()))
    rejects("L is not a matrix", Injective(Network(n, ()), Reals(n)), FullColumnRank(2, (), ()))
    rejects("R is not a matrix", Surjective(Network(n, ()), Reals(n), Reals(n)), FullRowRank(2, (0,), ()))


def test_affine_maps_of_many_rows_are_not_multiplied_out() -> None:
    f = Network(1, doubling(22))
    rejects("are not multiplied out", Injective(f, Reals(1)), FullColumnRank(2, (0,), ((1,),)))
    assert 10 * sum(f.widths) > MOST_ENTRIES


def test_a_product_of_dense_matrices_is_refused() -> None:
    row = Row(tuple(range(1600)), (1,) * 1600, 0)
    dense = Affine(1600, (row,) * 1600, 1)
    with pytest.raises(Malformed, match=WORK):
        affine_form(chain(1600, dense, dense))


def test_a_certificate_with_a_long_modulus_is_refused() -> None:
    zeros = [[0] * 300] * 300
    with pytest.raises(Malformed, match=WORK):
        is_identity(zeros, zeros, 300, 2**30_000)


def test_an_activation_of_many_pieces_is_quick_on_wide_vectors() -> None:
    zigzag = PiecewiseAffine(point(*range(3000)), (point(2, 0),) * 3001)  # type: ignore[arg-type]
    f = Network(1, (*doubling(18), Node(Pointwise((zigzag,) * 2**18), (18,))))
    rejects("the two outputs differ", not_injective(f), Collision(point(5000), point(2)))


def test_bounds_of_many_pieces_on_wide_vectors_are_refused() -> None:
    zigzag = PiecewiseAffine(point(*range(3000)), (point(2, 0),) * 3001)  # type: ignore[arg-type]
    f = Network(1, (*doubling(14), Node(Pointwise((zigzag,) * 2**14), (14,))))
    rejects(WORK, MapsInto(f, box(0, 5000), box(0, 1, 2**14)), StaysInside())


def test_many_compositions_of_activations_are_refused() -> None:
    n = 200_000
    bent = PiecewiseAffine(point(*range(99)), (point(2, 0),) * 100)  # type: ignore[arg-type]
    f = chain(n, Pointwise((bent,) * n), Pointwise((bent,) * n))
    rejects(WORK, IsIdentity(f, Reals(n)), Cancels())


def test_runs_of_inverse_activations_cancel() -> None:
    n = 3_000
    f = chain(n, Pointwise((leaky_relu(q(2)),) * n), Pointwise((leaky_relu(q("1/2")),) * n))
    assert proves(IsIdentity(f, Reals(n)), Cancels())
    assert proves(IsIdentity(layer(*(IDENTITY,) * n), Reals(n)), Cancels())


def test_membership_in_a_long_list_is_looked_up() -> None:
    listed = Finite(tuple(point(i) for i in range(30_000)))
    constant = chain(1, affine([[0]], [29_999]))
    assert proves(MapsInto(constant, grid(0, 30_000), listed), Enumeration())
    assert subset(Labels(30_000), listed)
    assert not subset(Labels(30_001), listed)


def test_a_million_points_of_a_table_are_enumerated() -> None:
    n = 10**6
    assert proves(Injective(Table(tuple(range(n))), Labels(n)), Enumeration())


def test_a_layer_of_a_hundred_thousand_coefficients_is_enumerated_on_a_small_grid() -> None:
    wide = affine([[i + 1, 1] for i in range(400)])
    f = chain(2, wide, Pointwise((RELU,) * 400), affine([[1] * 400] * 250))
    assert proves(MapsInto(f, grid(0, 7, 2), Reals(250)), Enumeration())


def test_many_points_of_a_large_network_are_refused() -> None:
    row = Row(tuple(range(2000)), (1,) * 2000, 0)
    f = chain(1, affine([[1]] * 2000), Affine(2000, (row,) * 2000, 1))
    rejects(WORK, MapsInto(f, Labels(10**6), Integers(2000)), Enumeration())


def test_many_values_of_many_coordinates_are_not_kept() -> None:
    f = chain(1, affine([[0]] * 1000, [2**4000] * 1000))
    rejects(MEMORY, Injective(f, Labels(10**4)), Enumeration())


def test_the_sign_of_a_dense_determinant_is_found() -> None:
    n = 120
    matrix = [[(7 * i * i + 3 * j * j + i * j) % 10 + 200 * (i == j) for j in range(n)] for i in range(n)]
    assert determinant_sign(matrix) == 1
    assert determinant_sign([matrix[1], matrix[0], *matrix[2:]]) == -1


def test_a_determinant_too_large_is_refused() -> None:
    with pytest.raises(Malformed, match=WORK):
        determinant_sign([[1] * 600] * 600)


def test_derivatives_in_every_direction_are_refused_where_they_take_too_long() -> None:
    row = Row(tuple(range(1500)), (1,) * 1500, 0)
    f = chain(1500, Affine(1500, (row,) * 1500, 1))
    rejects(WORK, not_injective(f), OppositeDeterminants(point(*[0] * 1500), point(*[1] * 1500)))


def test_a_functional_with_long_weights_is_refused() -> None:
    row = Row(tuple(range(3000)), (1,) * 3000, 0)
    f = chain(3000, Affine(3000, (row,) * 3000, 1))
    u = (Fraction(2**390_000), *point(*[0] * 2999))
    rejects(WORK, Not(Reached(f, Reals(3000), point(*[0] * 3000))), Separator(u))


def test_a_value_of_an_elu_is_exact_where_it_is_rational() -> None:
    selu = Elu(q("5/3"), q("21/20"))
    f = layer(selu, RELU, Sigmoid(), Tanh())
    assert f(point("1/2", "1/3", 0, 0)) == point("21/40", "1/3", "1/2", 0)
    assert proves(Reached(f, Reals(4), point("21/40", 0, "1/2", 0)), Reaches(point("1/2", -1, 0, 0)))


@pytest.mark.parametrize(("domain", "value"), [(Reals(0), ()), (Integers(0), ()), (Simplex(1), (1,))], ids=["reals", "integers", "simplex"])
def test_a_set_of_one_point_is_enumerated(domain: object, value: tuple[int, ...]) -> None:
    assert list(points(domain, 1)) == [vector(value)]  # type: ignore[arg-type]


def test_the_points_of_a_grid_are_its_points() -> None:
    listed = [v.fractions() for v in points(Grid(point("1/2", -1), point(2, 0), point("2/3", "1/5")), 100)]
    assert listed == [(q("1/2") + i * q("2/3"), -1 + j * q("1/5")) for i in range(3) for j in range(6)]


def test_a_maximum_of_many_is_refused_where_it_would_be_cut() -> None:
    many = 20_000
    f = chain(1, affine([[1]] * many), Max((tuple(range(many)), (0,))))
    rejects(MEMORY, Injective(f, box(0, 1)), SeparatedCells((-1,), (), ()))


def test_a_few_inputs_with_long_numbers_are_cut_within_a_limit() -> None:
    w = [[2**300_000 + 3 * i, 2**299_999 - 5 * i, 1] for i in range(80)]
    f = chain(3, affine(w), Pointwise((RELU,) * 80))
    rejects("too much (work|memory)", Injective(f, box(0, 1, 3)), SeparatedCells((-1,), (), ()))


def test_the_budget_for_pairs_grows_with_their_number_only() -> None:
    kink = chain(1, affine([[1], [1]]), Pointwise((leaky_relu(Fraction(1, 2)),) * 2))
    tree = CellTree(Subdivision(kink, box(-1, 1)), (0, -1, -1), meter=Meter(work=0, size=10**6))
    with pytest.raises(Malformed, match=WORK):
        tree.separates((0, 1, 0), 1, 2)
    tree = CellTree(Subdivision(kink, box(-1, 1)), (0, -1, -1), meter=Meter(work=10**4, size=10**6))
    tree.run(((4, 1, 0),), ())
