"""The README is run: its Python is a doctest, its commands are the ones that CI runs, its picture is what the command prints."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_gives_what_it_shows() -> None:
    source = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    test = doctest.DocTestParser().get_doctest(source, {}, "README", "README.md", 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 8
    assert result.failed == 0


def test_the_first_command_prints_the_picture_that_is_shown() -> None:
    (arguments,) = re.findall(r"\.venv/bin/python -m bijection (decide example:.*)", README)
    command = [sys.executable, "-m", "bijection", *arguments.split()]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY, check=False)
    assert run.returncode == 1, run.stderr
    (block,) = re.findall(r"```\n(REFUTED.*?)```", README, re.S)
    missing = [line for line in block.splitlines() if line not in run.stdout]
    assert missing == []


def test_ci_runs_the_readmes_test_command() -> None:
    assert "python -m pytest" in README
    assert "python -m pytest" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
