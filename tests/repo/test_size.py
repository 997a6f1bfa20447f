"""Small enough to be read: what must be believed most of all."""

import ast
import re
from pathlib import Path

import pytest

from tests.repo.trees import REPOSITORY, name, sources, tree

LONGEST_FILE, LONGEST_FUNCTION, TRUSTED_WITHOUT_THEOREMS = 350, 60, 3500
ALL = [pytest.param(path, id=name(path)) for room in ("proofs", "bijection") for path in sources(room)]


def lines(path: Path) -> int:
    """All lines, empty ones and docstrings too."""
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", ALL)
def test_a_file_is_short(path: Path) -> None:
    assert lines(path) <= LONGEST_FILE


@pytest.mark.parametrize("path", ALL)
def test_a_function_is_short(path: Path) -> None:
    functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {n.name: n.end_lineno - n.lineno + 1 for n in functions if (n.end_lineno or 0) - n.lineno >= LONGEST_FUNCTION} == {}


def test_the_trusted_room_without_its_theorems_is_small() -> None:
    assert sum(lines(path) for path in sources("proofs") if path.parent.name != "theorems") <= TRUSTED_WITHOUT_THEOREMS


def test_the_readme_states_the_trusted_lines_of_code() -> None:
    text = (REPOSITORY / "proofs" / "README.md").read_text(encoding="utf-8")
    stated = [int(number.replace(" ", "")) for number in re.findall(r"\*\*([0-9 ]+) lines\*\*", text)]
    theorems = [path for path in sources("proofs") if path.parent.name == "theorems"]
    counted = sum(map(lines, sources("proofs"))), sum(map(lines, theorems))
    assert stated == list(counted), "proofs/README.md states other numbers (all of proofs/, of these the theorems)"
