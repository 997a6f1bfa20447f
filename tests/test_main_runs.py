"""The command line in processes of its own: exit codes, the JSON object, nothing on a pipe but the answer."""

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

import bijection.driver
from bijection import evidence
from tests.verdicts import onnx_file

ROOT = Path(bijection.__file__).parents[1]


def run(*arguments: str | Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, piped."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "bijection", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=timeout, check=False)


@pytest.fixture(name="net")
def _net(tmp_path: Path) -> Path:
    return onnx_file(tmp_path, [[2, 0], [0, 3]])


@pytest.fixture(name="fold")
def _fold(tmp_path: Path) -> Path:
    return onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True, name="fold.onnx")


def test_a_matrix_of_full_rank_is_proved_injective(net: Path) -> None:
    done = run("decide", net, "--injective")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVED: f: ℝ² → ℝ² (network ")
    assert "rests on\n  FullColumnRank (machine: " in done.stdout


def test_a_refutation_is_one_json_object_saved_checked_and_shown(fold: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = run("decide", fold, "--injective", "--on", "box:-1,1", "--json", "--save", folder, "--seed", "3")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert answer.keys() == {"statement", "verdict", "counterexample", "rests_on", "because", "seconds"}
    assert (answer["verdict"], answer["counterexample"].keys()) == ("refuted", {"x", "y"})
    x, y = ([Fraction(t) for t in answer["counterexample"][k]] for k in "xy")
    assert x != y
    assert all(max(a, 0) == max(b, 0) for a, b in zip(x, y, strict=True))
    assert answer["rests_on"][-1].keys() == {"name", "status"}
    assert done.stderr == f"saved in {folder}; check it again with: bijection check {folder}\n"
    assert evidence.record(folder)["run"]["command"].endswith(f"--save {folder} --seed 3")

    checked = run("check", folder)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("accepted; it rests on\n  ")
    shown = run("show", folder)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (1, f"REFUTED: {answer['statement']}")


def test_what_is_piped_has_no_escape_codes_and_no_progress(net: Path) -> None:
    done = run("decide", net, "--bijective")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_no_time_is_unknown_with_exit_code_3(net: Path) -> None:
    started = time.monotonic()
    done = run("decide", net, "--injective", "--within", "0.001", "--json")
    assert done.returncode == 3
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["counterexample"], answer["rests_on"]) == ("unknown", None, [])
    assert time.monotonic() - started < 10


def test_a_terminal_without_mathematics_is_no_obstacle(net: Path) -> None:
    environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONIOENCODING="latin-1")
    done = subprocess.run([sys.executable, "-m", "bijection", "info", str(net)], env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"f: \\u211d\xb2 \\u2192" in done.stdout


def test_help_comes_at_once_without_heavy_packages() -> None:
    program = """
import sys
from bijection.__main__ import main
assert main(["decide", "--help"]) == 0
heavy = {"numpy", "z3", "flint", "sympy", "onnx", "highspy", "rich", "torch"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal as a terminal does")
def test_ctrl_c_prints_what_is_known_and_leaves_no_worker(net: Path, tmp_path: Path) -> None:
    program = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background have it ignored
import bijection.worker as worker
worker._PROGRAM = "import json, time; print(json.dumps({'report': 'x'}), flush=True); time.sleep(60)"
import bijection.commands.deciding as command
from bijection.__main__ import main
from contextlib import contextmanager
@contextmanager
def progress():
    yield lambda line: print("ready", file=sys.stderr, flush=True)
command.progress = progress
sys.exit(main(sys.argv[1:]))
"""
    command = [sys.executable, "-c", program, "decide", str(net), "--injective", "--json"]
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=20)
    assert (process.returncode, error) == (3, "ready\n")  # one more line of progress: that it was interrupted
    assert json.loads(out)["because"].startswith("the search was stopped after")
