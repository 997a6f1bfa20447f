"""The discipline of derivations: every goal is proved by one step, in preorder, by a permitted theorem."""

import pytest

from proofs.activations import Atan, Tanh
from proofs.domains import Labels, Reals
from proofs.errors import Rejected
from proofs.kernel import Status, Theorem, check
from proofs.network import Pointwise
from proofs.statements import Bijective, Injective, Not
from proofs.theorems import Bottleneck, CancelOuter, Collision, Enumeration, FullColumnRank, Halves, MonotoneLayer, StaysInside, Through
from tests.build import affine, box, chain, point
from tests.evidence.functions import CYCLE, NARROW

CLAIM = Bijective(CYCLE, Labels(3), Labels(3))
STEPS = (Halves(), Enumeration(), Enumeration(), StaysInside())


def test_a_derivation_in_preorder_is_accepted() -> None:
    assert list(check(CLAIM, STEPS)) == ["Halves", "Enumeration", "StaysInside"]


def test_no_steps_prove_nothing() -> None:
    with pytest.raises(Rejected, match="the evidence ends with 1 goals open, the next one: Bijective"):
        check(CLAIM, ())


@pytest.mark.parametrize("length", range(4))
def test_too_few_steps_are_rejected(length: int) -> None:
    with pytest.raises(Rejected, match="goals open"):
        check(CLAIM, STEPS[:length])


def test_a_step_too_many_is_rejected() -> None:
    with pytest.raises(Rejected, match=r"step 4 \(Enumeration\): everything is proved already"):
        check(CLAIM, (*STEPS, Enumeration()))


def test_swapped_premises_are_rejected() -> None:
    with pytest.raises(Rejected, match=r"step 1 \(StaysInside\)"):
        check(CLAIM, (STEPS[0], *reversed(STEPS[1:])))


def test_a_rejection_names_the_step_and_the_theorem() -> None:
    with pytest.raises(Rejected, match=r"step 0 \(Collision\): a collision refutes injectivity only"):
        check(CLAIM, (Collision(point(0), point(1)),))


def test_a_theorem_that_is_not_permitted_is_rejected() -> None:
    claim = Not(Injective(NARROW, box(0, 1, 2)))
    with pytest.raises(Rejected, match=r"step 0: the theorem 'Bottleneck' \(cited\) is not permitted"):
        check(claim, (Bottleneck(1, None),), lambda theorem: theorem.status is not Status.CITED)


def test_without_a_permission_every_theorem_is_permitted() -> None:
    assert set(check(Not(Injective(NARROW, box(0, 1, 2))), (Bottleneck(1, None),))) == {"Bottleneck"}


def test_a_status_is_that_of_the_goals_that_are_proved() -> None:
    """The claim has no activation that Rocq does not know, but what the evidence puts after it has one."""
    twice = chain(1, affine([[2]]))
    steps = (Through(1, Reals(1)), FullColumnRank(3, (0,), ((2,),)), StaysInside(), MonotoneLayer())
    known = check(Injective(twice, Reals(1)), (CancelOuter(chain(1, Pointwise((Tanh(),)))), *steps))
    unknown = check(Injective(twice, Reals(1)), (CancelOuter(chain(1, Pointwise((Atan(),)))), *steps))
    assert known["MonotoneLayer"][1] is Status.MACHINE
    assert unknown["MonotoneLayer"][1] is Status.COMPUTED
    assert unknown["CancelOuter"][1] is Status.COMPUTED  # it brings in a function that has no meaning in Rocq
    assert unknown["FullColumnRank"][1] is Status.MACHINE


def test_a_theorem_that_runs_out_of_memory_rejects() -> None:
    class Hungry(Halves):
        def reduce(self, goal: object) -> tuple[()]:
            raise MemoryError

    hungry: Theorem = Hungry()
    with pytest.raises(Rejected, match="out of memory"):
        check(CLAIM, (hungry,))
