"""The pytest plugin, in a pytest of its own."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bijection.evidence import check
from tests.repo.trees import REPOSITORY

SUITE = """
import unittest
import pytest
from bijection.testing import assert_injective, assert_surjective

SHEAR, FOLD = [[[1, 1], [0, 1]]], [[[1, 1]], "abs"]

def test_passes():
    assert_injective(SHEAR)

@pytest.mark.bijection(within=30)
@pytest.mark.parametrize("name", ["a/b", "a-b", "ü \\\\ " + 300 * "x"])
def test_fails(name):
    assert_injective(FOLD)

def test_two_in_one():
    for _ in range(2):
        with pytest.raises(AssertionError):
            assert_injective(FOLD)

@pytest.mark.bijection(unknown="skip")
class TestOpen:
    def test_skips(self):
        assert_injective(SHEAR, within=0)

    @pytest.mark.bijection(unknown="xfail")
    def test_xfails(self):
        assert_injective(SHEAR, within=0)

    def test_says_otherwise(self):
        assert_injective(SHEAR, within=0, unknown="fail")

@pytest.mark.bijection(10)
def test_a_wrong_mark():
    pass

class TestCase(unittest.TestCase):
    def test_fails(self):
        assert_surjective([[[1]], "relu"])
"""


def run(folder: Path, *arguments: str, suite: str = SUITE) -> subprocess.CompletedProcess[str]:
    """The suite, as a user runs it."""
    (folder / "test_mine.py").write_text(suite, encoding="utf-8")
    known = {entry.name for entry in entry_points(group="pytest11")}
    plugin = ["-p", "bijection.pytest_plugin"] if "bijection" not in known and "no:bijection" not in arguments else []
    inside = {"PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"}  # of the run that this test belongs to
    environment = {key: t for key, t in os.environ.items() if key not in inside} | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "pytest", "-q", *plugin, *arguments, "--strict-markers", "--rootdir", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_evidence_is_saved_and_reported(tmp_path: Path, workers: tuple[str, ...]) -> None:
    if workers:
        pytest.importorskip("xdist")
    (tmp_path / "pytest.ini").write_text("[pytest]\nbijection_within = 40\n", encoding="utf-8")
    ran = run(tmp_path, *workers, "--bijection-evidence", "kept", "--junitxml=junit.xml")
    assert "5 failed, 2 passed, 1 skipped, 1 xfailed, 1 error" in ran.stdout, ran.stdout + ran.stderr
    assert "the mark bijection takes within=… and unknown=…, not 10" in ran.stdout
    failures, summary = ran.stdout.split("short test summary info")  # which repeats the whole message where CI is set in the environment
    assert failures.count("Two different inputs with exactly the same output") == 3  # not again in a section of its own
    assert "TestCase::test_fails - AssertionError: not surjective" in summary
    assert "settle" not in ran.stdout  # what is shown is the line of the test
    folders = sorted(folder.name for folder in (tmp_path / "kept").iterdir())
    assert len(folders) == 7  # one that passes, three names that are one for a folder, two in one test, one of a class of unittest
    for name in folders:
        assert check(tmp_path / "kept" / name)
        assert ("test_passes" in name or "two_in_one" in name) == (name not in failures)
    assert "bijection-evidence" in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_without_options_evidence_is_kept_in_the_cache_of_pytest(tmp_path: Path) -> None:
    suite = "from bijection.testing import assert_injective\ndef test_f(): assert_injective([[[1, 1]], 'abs'])\n"
    for _ in range(2):  # again into the same folder
        ran = run(tmp_path, "--tb=line", suite=suite)
        assert "not injective: x = (" in ran.stdout, ran.stdout + ran.stderr
    (folder,) = (tmp_path / ".pytest_cache" / "d" / "bijection").iterdir()
    assert check(folder)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__") == [".pytest_cache", "test_mine.py"]
    ran = run(tmp_path, "-p", "no:cacheprovider", suite=suite)
    assert "evidence:" not in ran.stdout
    assert "f = bijection.load(model)" in ran.stdout
    if "bijection" in {entry.name for entry in entry_points(group="pytest11")}:
        ran = run(tmp_path, "-p", "no:bijection", suite=suite)
        assert "1 failed" in ran.stdout
        assert "f = bijection.load(model)" in ran.stdout


@pytest.mark.parametrize(
    ("ini", "arguments", "said"),
    [
        ("", ["--bijection-within", "0"], "--bijection-within 0.0; a positive number of seconds is needed"),
        ("bijection_within = soon", [], "bijection_within soon; a positive number of seconds is needed"),
        ("bijection_unknown = maybe", [], "bijection_unknown 'maybe'; it is one of fail, skip, xfail"),
        ("", ["--bijection-unknown", "maybe"], "invalid choice: 'maybe'"),
    ],
)
def test_settings_that_make_no_sense_stop_the_run(tmp_path: Path, ini: str, arguments: list[str], said: str) -> None:
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{ini}\n", encoding="utf-8")
    ran = run(tmp_path, *arguments, suite="def test_nothing(): pass\n")
    assert ran.returncode == 4
    assert said in ran.stdout + ran.stderr


def test_the_plugin_costs_nothing_at_start() -> None:
    program = "import sys, bijection.pytest_plugin; assert not {'numpy', 'z3', 'hypothesis', 'torch', 'flint'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)
