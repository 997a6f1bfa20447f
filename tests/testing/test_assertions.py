"""What users write in their own test-suites, run by a pytest of its own."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from unittest import SkipTest

import pytest
from hypothesis import strategies as st

from bijection.errors import NotSupported
from bijection.evidence import check
from bijection.testing import assert_bijective, assert_injective, assert_inverse, assert_surjective
from tests.repo.trees import REPOSITORY

SHEAR, UNSHEAR, FOLD = [[[1, 1], [0, 1]]], [[[1, -1], [0, 1]]], [[[1, 1]], "abs"]


def test_what_holds_passes() -> None:
    assert_injective([[[2, 1], [1, 1]], "tanh"])
    assert_surjective([[[1, 1]]])
    assert_bijective(SHEAR)
    assert_inverse(SHEAR, UNSHEAR)
    assert_injective(lambda t: 3 * t, st.integers(-100, 100), max_examples=200)


def test_what_fails_shows_the_pair_and_how_to_reproduce_it() -> None:
    with pytest.raises(AssertionError, match="Two different inputs with exactly the same output") as failed:
        assert_injective(FOLD)
    text = str(failed.value)
    start = text.index("x = (")
    namespace: dict[str, object] = {"Fraction": Fraction}
    exec("\n".join(text[start:].splitlines()[:2]), namespace)
    assert namespace["x"] != namespace["y"]
    with pytest.raises(AssertionError, match="is not reached"):
        assert_surjective([[[1]], "relu"])
    with pytest.raises(AssertionError):
        assert_bijective(FOLD)
    with pytest.raises(AssertionError, match=r"A point that is moved: x = \(.*\), f\(x\) = \("):
        assert_inverse(SHEAR, SHEAR)
    with pytest.raises(AssertionError, match="two different inputs with the same output"):
        assert_injective(lambda t: t * t, st.integers(-10, 10))


def test_options_that_make_no_sense() -> None:
    with pytest.raises(NotSupported, match="say from where"):
        assert_injective(lambda t: t)
    with pytest.raises(NotSupported, match="no option for a Python function"):
        assert_injective(lambda t: t, st.integers(), arithmetic="binary32")
    with pytest.raises(NotSupported, match="it is one of fail, skip, xfail"):
        assert_injective(SHEAR, unknown="ignore")


def test_an_unknown_answer_fails_or_skips() -> None:
    with pytest.raises(SkipTest, match="unknown"):
        assert_injective(SHEAR, unknown="skip", within=0)
    with pytest.raises(AssertionError, match="UNKNOWN"):
        assert_injective(SHEAR, within=0)


SUITE = """
import pytest
from bijection.testing import assert_injective

def test_passes():
    assert_injective([[[1, 1], [0, 1]]])

@pytest.mark.bijection(within=30)
def test_fails():
    assert_injective([[[1, 1]], "abs"])
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_plugin_saves_evidence_and_reports(tmp_path: Path, workers: tuple[str, ...]) -> None:
    if workers:
        pytest.importorskip("xdist")
    (tmp_path / "test_mine.py").write_text(SUITE, encoding="utf-8")
    evidence, junit = tmp_path / "evidence", tmp_path / "junit.xml"
    plugin = ["-p", "bijection.pytest_plugin"] if "bijection" not in _installed_plugins() else []
    command = [sys.executable, "-m", "pytest", "-q", *plugin, *workers, "--bijection-within", "20", "--bijection-evidence", str(evidence)]
    environment = dict(os.environ, PYTHONPATH=str(REPOSITORY))
    run = subprocess.run(
        [*command, f"--junitxml={junit}", "--strict-markers", "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    failures, _ = run.stdout.split("short test summary info")  # which repeats the whole message where CI is set in the environment
    assert failures.count("Two different inputs with exactly the same output") == 1  # not again in a section of its own
    assert "_settle" not in run.stdout  # what is shown is the line of the test
    (folder,) = evidence.iterdir()
    assert "test_fails" in folder.name
    assert check(folder)
    assert "bijection-evidence" in junit.read_text(encoding="utf-8")


def _installed_plugins() -> set[str]:
    from importlib.metadata import entry_points

    return {entry.name for entry in entry_points(group="pytest11")}


def test_the_plugin_costs_nothing_at_start() -> None:
    program = "import sys, bijection.pytest_plugin; assert not {'numpy', 'z3', 'hypothesis', 'torch', 'flint'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)
