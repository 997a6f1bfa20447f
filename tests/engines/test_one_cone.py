"""Networks that take all values on one cone, on more inputs than cells can be listed for."""

import pytest

from bijection.engines.onto.one_cone import by_one_cone
from bijection.verdict import Proved, accept
from proofs.activations import RELU, leaky_relu
from proofs.domains import Reals
from proofs.errors import Rejected
from proofs.network import Network, Pointwise
from proofs.statements import Surjective
from proofs.theorems import CoveredByCells, Restriction
from tests.build import affine, box, chain
from tests.engines.asking import proposals, random_network, verdicts

DIFFERENCES = chain(4, Pointwise((RELU,) * 4), affine([[1, -1, 0, 0], [0, 0, 1, -1]], [5, -7]))


@pytest.mark.parametrize(
    "f",
    [
        DIFFERENCES,
        random_network(14, 12, 3),
        random_network(40, 30, 20, 4, seed=1),
        random_network(20, 20, 5, seed=2, activation=leaky_relu(0)),
    ],
    ids=["differences", "14-12-3", "40-30-20-4", "20-20-5"],
)
def test_all_values_are_taken(f: Network) -> None:
    (verdict,) = verdicts(by_one_cone, Surjective(f, Reals(f.arity), Reals(f.width)))
    assert isinstance(verdict, Proved)
    assert isinstance(verdict.evidence[0], CoveredByCells)


def test_a_part_of_the_codomain_is_taken_too() -> None:
    (verdict,) = verdicts(by_one_cone, Surjective(DIFFERENCES, Reals(4), box(0, 1, 2)))
    assert [type(step) for step in verdict.evidence] == [Restriction, CoveredByCells]


@pytest.mark.parametrize(
    "f",
    [
        chain(4, *(node.op for node in DIFFERENCES.nodes), Pointwise((RELU,) * 2)),  # no negative outputs
        chain(3, Pointwise((RELU,) * 3), affine([[1, 1, 1], [1, 2, 3]])),  # the second output is between one and three times the first
        random_network(3, 8, 3),  # as many outputs as inputs: another matter
    ],
)
def test_nothing_is_proposed_where_nothing_is_known(f: Network) -> None:
    assert proposals(by_one_cone, Surjective(f, Reals(f.arity), Reals(f.width))) == []


def test_the_kernel_wants_one_linear_piece() -> None:
    goal = Surjective(DIFFERENCES, Reals(4), Reals(2))
    (proposal,) = proposals(by_one_cone, goal)
    (theorem,) = proposal.evidence
    assert isinstance(theorem, CoveredByCells)
    k = next(k for k, ray in enumerate(theorem.rays) if ray[-1] == 0)
    ray = list(theorem.rays[k])
    ray[0], ray[1] = ray[0] - ray[1] - 1, -1  # another piece
    tampered = CoveredByCells(theorem.planes, theorem.leaves, (*theorem.rays[:k], tuple(ray), *theorem.rays[k + 1 :]))
    with pytest.raises(Rejected):
        accept(goal, goal, (tampered,), "", 0.0)


def test_all_units_on_is_tried_where_newton_ends_at_zero() -> None:
    f = chain(6, Pointwise((RELU,) * 6), affine([[1, 1, 1, -1, -1, -1], [1, -2, 1, 1, -2, 1], [1, 0, -1, -1, 0, 1]]))
    (verdict,) = verdicts(by_one_cone, Surjective(f, Reals(6), Reals(3)))
    assert isinstance(verdict, Proved)
