import time

from bijection.engines.complete.blocks import by_blocks
from bijection.engines.proposal import Proposal, Search
from proofs.activations import RELU
from proofs.domains import Reals
from proofs.kernel import check
from proofs.network import Pointwise
from proofs.statements import Injective
from tests.build import affine, box, chain

# Each of two inputs goes through (r(t), r(1 − t), …), which is injective on ℝ.
ROWS = chain(2, affine([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 1, 0, 1]), Pointwise((RELU,) * 4))


def found(goal: Injective) -> list[Proposal]:
    return list(by_blocks(goal, Search(time.monotonic() + 60)))


def test_rows_of_a_table():
    for on in (Reals(2), box(-3, 3, 2)):
        (proposal,) = found(Injective(ROWS, on))
        check(proposal.claim, proposal.evidence)
        assert proposal.claim == Injective(ROWS, on)


def test_nothing_where_a_group_is_not_injective_or_there_is_one_group_only():
    assert found(Injective(chain(2, affine([[1, 0], [0, 1]]), Pointwise((RELU,) * 2)), Reals(2))) == []
    assert found(Injective(chain(2, affine([[1, 1], [0, 1]])), Reals(2))) == []
