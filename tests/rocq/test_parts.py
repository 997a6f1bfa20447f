"""Parts of networks as files for Rocq: checked, and refused once an instruction is changed by which a part is put together."""

from pathlib import Path

import pytest

from bijection.export import rocq as writer
from bijection.export.rocq_check import Outcome, check_text
from tests.evidence.accepting import ACCEPTED

CHANGES = {
    "nothing": ("two heads in stages", "", "", Outcome.CHECKED),
    "a place": ("two heads in stages", "(places [8; 4]%uint63 [0; 0]%uint63)", "(places [4; 8]%uint63 [0; 0]%uint63)", Outcome.FAILED),
    "a coordinate that is picked": ("two heads in stages", "(picks [8; 4]%uint63)", "(picks [4; 8]%uint63)", Outcome.FAILED),
    "a node that is copied": ("two heads in stages", "[Copy 4%nat", "[Copy 3%nat", Outcome.FAILED),
    "an instruction": ("two heads in stages", "Copy 1%nat (numbers [0]%uint63); ", "", Outcome.FAILED),
    "a set between": ("two heads in stages on a box", "(unroll [(2%nat, ((-2 # 1)", "(unroll [(2%nat, ((0 # 1)", Outcome.FAILED),
    "a group": ("blocks of a box", "(numbers [0]%uint63, numbers [4]%uint63", "(numbers [4]%uint63, numbers [4]%uint63", Outcome.FAILED),
    "an output": ("blocks of a box", "(numbers [0]%uint63, numbers [4]%uint63", "(numbers [0]%uint63, numbers [0]%uint63", Outcome.FAILED),
}


@pytest.mark.parametrize(("name", "old", "new", "outcome"), CHANGES.values(), ids=CHANGES.keys())
def test_parts_are_checked_and_fail_when_they_are_changed(
    name: str, old: str, new: str, outcome: Outcome, rocq: list[str], cache: Path
) -> None:
    text = writer.source(*ACCEPTED[name])
    assert old in text
    assert check_text(text.replace(old, new, 1), cache=cache).outcome is outcome
