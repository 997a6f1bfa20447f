import random
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

import bijection as bj
from bijection.errors import NotSupported
from bijection.inversion.lipschitz import NORMS, by_columns, length, of_matrices, operator_norm, root_below
from proofs.activations import ABS, RELU, Exp, Tanh
from proofs.domains import Polytope, Reals
from proofs.errors import Malformed
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Stack, Sum, Table
from proofs.statements import Expands, Lipschitz
from proofs.theorems.rounding import lipschitz as layerwise
from tests.build import affine, box, chain, finite, point, q
from tests.inversion.cases import CELLS, LAYERED, absolute_value
from tests.proofs.cells import random_point, random_question


@pytest.mark.parametrize("norm", ["max", "sum"])
def test_the_constant_of_an_absolute_value_form(norm: str) -> None:
    found = bj.lipschitz(absolute_value("2", "1/4"), norm=norm)  # the matrices are [[1, ±2], [±1/4, 1]]
    assert (found.lower, found.upper, found.regions) == (3, 3, 4)
    assert found.exact


def test_constants_by_hand() -> None:
    f = chain(2, affine([[1, 2], [0, -3]]))
    assert (bj.lipschitz(f).upper, bj.lipschitz(f, norm="sum").upper) == (3, 5)
    euclidean = bj.lipschitz(f, norm="euclidean")
    true = np.linalg.norm([[1, 2], [0, -3]], 2)
    assert euclidean.lower <= euclidean.upper
    assert float(euclidean.upper - euclidean.lower) < 1e-9
    assert abs(float(euclidean.upper) - true) < 1e-9


def test_the_domain_counts() -> None:
    f = chain(1, Pointwise((ABS,)), affine([[1]]), affine([[1], [1]], [0, -1]), Pointwise((RELU, RELU)), affine([[1, 5]]))
    assert bj.lipschitz(f).upper == 6
    assert bj.lipschitz(f, box(0, 1)).upper == 1


@pytest.mark.parametrize("norm", NORMS)
def test_no_pair_of_points_is_stretched_by_more(norm: str) -> None:
    rng = random.Random(f"lipschitz {norm}")
    for _ in range(40):
        f, _ = random_question(rng)
        found = bj.lipschitz(f, norm=norm)
        rows = max(layerwise(f))
        bounds = rows * by_columns(f)
        assert (found.proof is not None) is (norm == "max")
        assert {"max": found.upper <= rows, "sum": found.upper <= by_columns(f), "euclidean": found.lower**2 <= bounds}[norm]
        for _ in range(5):
            x, y = random_point(rng, f.arity), random_point(rng, f.arity)
            moved = length([a - b for a, b in zip(x, y, strict=True)], norm)[1]
            image = length([a - b for a, b in zip(f(x), f(y), strict=True)], norm)[0]
            assert image <= found.upper * moved


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["leaky layers", "coupling", "absolute values (G11)", "rectified pairs (G10)"])
def test_the_inverse_shrinks_no_pair_by_more(name: str, norm: str) -> None:
    f = {**LAYERED, **CELLS}[name]
    found = bj.inverse(f).lipschitz(norm)
    assert found.lower <= found.upper
    rng = random.Random(name)
    for _ in range(30):
        x, y = random_point(rng, f.arity), random_point(rng, f.arity)
        moved = length([a - b for a, b in zip(x, y, strict=True)], norm)[0]
        image = length([a - b for a, b in zip(f(x), f(y), strict=True)], norm)[1]
        assert moved <= found.upper * image


def test_the_inverse_of_an_absolute_value_form_in_all_regions() -> None:
    g = bj.inverse(absolute_value("2", "1/4"))
    assert g.lipschitz().exact
    assert g.lipschitz().upper == 6  # [[2, 4], [1/2, 2]] in one region
    assert g.lipschitz("sum").upper == 6
    proof = g.lipschitz().proof
    assert proof is not None
    assert proof.statement == Lipschitz(g.network, Reals(2), Fraction(6))  # type: ignore[arg-type]
    assert {"LipschitzInverse", "MaxOfMins", "InjectiveIsBijective"} <= {b.name for b in proof.rests_on}


def test_many_regions_are_bounded() -> None:
    layers = [np.random.default_rng(0).normal(size=(30, 8)), "relu", np.random.default_rng(1).normal(size=(4, 30))]
    for norm in NORMS:
        found = bj.lipschitz(layers, norm=norm, within=0.5)
        assert found.regions is None
        assert 0 < found.lower < found.upper
        assert "layer by layer" in str(found)
        assert (found.proof is not None) is (norm == "max")


def test_every_operation_is_bounded() -> None:
    f = Network(2, (Node(Stack(), (0, 0)), Node(Max(((0, 1), (2,))), (1,)), Node(Sum(), (2, 0)), Node(affine([[1, 1]]), (3,))))
    assert (max(layerwise(f)), by_columns(f)) == (4, 3)
    assert bj.lipschitz(f).upper == 4
    assert bj.lipschitz(f, norm="sum").upper == 3


def test_norms_of_matrices() -> None:
    a = [[q(3), q(0)], [q(4), q(5)]]
    assert operator_norm(a, "max") == (9, 9)
    assert operator_norm(a, "sum") == (7, 7)
    low, high = operator_norm(a, "euclidean")
    assert low <= high
    assert abs(float(low) - sqrt(45)) < 1e-9
    assert operator_norm([[q(0)]], "euclidean") == (0, 0)
    huge = Fraction(10) ** 400
    assert operator_norm([[huge]], "euclidean")[1] >= huge
    assert of_matrices([], "max").upper == 0
    assert root_below(q(2)) ** 2 <= 2 < (root_below(q(2)) + Fraction(1, 2**90)) ** 2


def test_what_has_no_constant_here_is_refused() -> None:
    with pytest.raises(Malformed, match="choose max, sum, euclidean"):
        bj.lipschitz([[[1]]], norm="two")
    with pytest.raises(Malformed, match="choose max, sum, euclidean"):
        bj.inverse([[[1]]]).lipschitz("two")
    with pytest.raises(NotSupported, match="convex sets"):
        bj.lipschitz([[[1]]], finite([0]))
    with pytest.raises(NotSupported, match="has no Lipschitz constant here"):
        bj.lipschitz(Table((0,)))
    with pytest.raises(NotSupported, match="the domain is flat"):
        bj.lipschitz(chain(2), Polytope(2, (point(1, 0), point(-1, 0)), point(0, 0)))
    with pytest.raises(NotSupported, match="an argmax jumps"):
        bj.lipschitz(chain(1, Argmax()))


# (x, y) ↦ (x, e^x·y)
SCALED = Network(
    2,
    (
        *(Node(affine([[1, 0]]), (0,)), Node(Pointwise((Exp(),)), (1,)), Node(affine([[0, 1]]), (0,))),
        *(Node(Product(), (2, 3)), Node(Stack(), (1, 4))),
    ),
)
# x + tanh(Wx)/2, |W| ≤ 1
RESIDUAL = Network(
    2,
    (
        *(Node(affine([["1/2", "-1/2"], ["1/4", "1/4"]]), (0,)), Node(Pointwise((Tanh(), Tanh())), (1,))),
        *(Node(affine([["1/2", 0], [0, "1/2"]]), (2,)), Node(Sum(), (0, 3))),
    ),
)


def test_a_coupling_has_constants_on_a_box_only() -> None:
    everywhere = bj.lipschitz(SCALED)
    assert everywhere.upper is None
    assert everywhere.lower > 1
    assert "the slope of output 1 along input 0 has no bound on ℝⁿ; a box may have one" in str(everywhere)
    found = bj.lipschitz(SCALED, box(-1, 1, 2))
    assert found.proof is not None
    assert 2 < float(found.lower) <= float(found.upper or 0) < 5.5  # e·|y| + e on the box
    g = bj.inverse(SCALED)
    back = bj.lipschitz(g.network, box(-1, 1, 2))
    assert 2 < float(back.lower) <= float(back.upper or 0) < 5.5
    assert g.lipschitz().upper is None


def test_a_residual_block_is_bounded_on_both_sides() -> None:
    found = bj.lipschitz(RESIDUAL)
    assert found.proof is not None
    assert found.below == Fraction(3, 4) <= found.lower <= found.upper == Fraction(3, 2)
    assert found.expansion is not None
    assert found.expansion.statement == Expands(RESIDUAL, Reals(2), Fraction(3, 4))
    assert "multiplied by at least about 0.75" in str(found)
    assert found.lower > 1


def test_a_network_without_a_constant_may_be_bounded_from_below() -> None:
    steep = Network(1, (Node(Pointwise((Exp(),)), (0,)), Node(Sum(), (0, 1))))
    found = bj.lipschitz(steep)
    assert found.upper is None
    assert found.below == 1
    assert "multiplied by at least about 1" in str(found)


def test_smooth_activations_have_constants() -> None:
    found = bj.lipschitz(chain(1, Pointwise((Tanh(),))))
    assert found.upper == 1
    assert found.below is None
    assert bj.lipschitz(chain(1, Pointwise((Tanh(),))), norm="sum").upper == 1
    assert bj.lipschitz(chain(1, Pointwise((Exp(),))), box(0, 1)).upper is not None
    assert bj.lipschitz(Network(1, (Node(Product(), (0, 0)),))).upper is None


def test_nothing_in_nothing_out() -> None:
    assert bj.lipschitz(chain(0), Reals(0)).upper == 0
