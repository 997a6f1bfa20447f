"""Identities by cells, and inputs that agree inside, as files for Rocq: checked, and refused once something in them is changed."""

from pathlib import Path

import pytest

from bijection.errors import NotSupported
from bijection.export import rocq as writer
from bijection.export.rocq_check import Outcome, check_text
from bijection.verdict import accept
from proofs.statements import Not
from tests.evidence.accepting import ACCEPTED

UNDONE, GATE = "a leaky layer and its inverse by cells", "a closed gate"
CHANGES = {
    "an identity": (UNDONE, "", "", Outcome.CHECKED),
    "a slope": (UNDONE, "((2 # 1)%Q, (0 # 1)%Q)", "((3 # 1)%Q, (0 # 1)%Q)", Outcome.FAILED),
    "a cell": (UNDONE, "[0%nat; 1%nat]", "[0%nat; 0%nat]", Outcome.FAILED),
    "a closed gate": (GATE, "", "", Outcome.CHECKED),
    "a gate that opens": (GATE, "(fractions_of [4]%uint63 [0; 4]%uint63)", "(fractions_of [4]%uint63 [4; 4]%uint63)", Outcome.FAILED),
    "a point twice": (GATE, "[0; 8]%uint63", "[0; 4]%uint63", Outcome.FAILED),
    "no product": (GATE, "Node Product [", "Node Sum [", Outcome.FAILED),
}


@pytest.mark.parametrize(("name", "old", "new", "outcome"), CHANGES.values(), ids=CHANGES.keys())
def test_they_are_checked_and_fail_when_they_are_changed(
    name: str, old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path
) -> None:
    text = writer.source(*ACCEPTED[name])
    assert old in text
    assert check_text(text.replace(old, new, 1), cache=cache).outcome is outcome


def test_what_a_softmax_does_not_see_is_not_written() -> None:
    claim, steps = ACCEPTED["a softmax does not see a shift"]
    assert isinstance(claim, Not)
    verdict = accept(claim.statement, claim, steps, "e^(t + c)", 0.0)
    assert [basis.status for basis in verdict.rests_on] == ["computed"]
    with pytest.raises(NotSupported, match="Agreement: not proved in proofs/rocq"):
        writer.text(verdict)
