"""The library itself: it assumes nothing, compiles, and proves sound exactly the theorems whose status says so."""

import re
import subprocess
from pathlib import Path

import pytest

from bijection.export.rocq_check import LIBRARY, assumptions, library, sources
from proofs.kernel import Status
from proofs.theorems import THEOREMS

RECORD = LIBRARY / "ASSUMPTIONS.txt"
ASSUMING = re.compile(r"\b(Axioms?|Parameters?|Conjecture|Admitted|admit|Unset|bypass_check|type_in_type)\b")
STATED = re.compile(r"^(?:Theorem|Corollary) ([\w']+)", re.MULTILINE)


def code(path: Path) -> str:
    """A file without its comments."""
    return re.sub(r"\(\*.*?\*\)", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def theorems() -> list[str]:
    """Every theorem of the library, with its file."""
    return [f"{path.stem}.{name}" for path in sources() for name in STATED.findall(code(path))]


def test_every_file_is_named_in_the_project_once() -> None:
    assert sorted(sources()) == sorted(LIBRARY.glob("*.v"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_nothing_is_assumed(path: Path) -> None:
    assert not ASSUMING.search(code(path))


def test_a_theorem_is_machine_checked_exactly_if_its_rule_is_proved_sound() -> None:
    proved = {name.removesuffix("_sound") for name in map(lambda n: n.partition(".")[2], theorems()) if name.endswith("_sound")}
    assert {t.name for t in THEOREMS if t.status is Status.MACHINE} == {name for name in proved if name[0].isupper()}


def test_the_assumptions_of_every_theorem_are_those_recorded(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    found = printed(rocq, library(cache), tmp_path)
    recorded = dict(line.split(": ") for line in RECORD.read_text(encoding="utf-8").splitlines())
    assert found == recorded, "python -m tests.rocq.assumptions writes the record anew"


def printed(command: list[str], compiled: Path, folder: Path) -> dict[str, str]:
    """What Rocq prints about each theorem: `closed`, or the axioms of the standard library that it uses."""
    names = theorems()
    modules = " ".join(path.stem for path in sources())
    separator = 'Eval compute in "----"%string.\n'
    text = f"From Bijection Require {modules}.\nRequire Import String.\n" + separator.join(f"Print Assumptions {name}.\n" for name in names)
    (folder / "Record.v").write_text(text, encoding="utf-8")
    call = [*command, "-q", "-Q", str(compiled), "Bijection", "Record.v"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True, timeout=300)
    blocks = done.stdout.split('= "----"')
    assert len(blocks) == len(names)
    return {name: ", ".join(assumptions(block)) or "closed" for name, block in zip(names, blocks, strict=True)}
