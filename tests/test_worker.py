"""The budget holds whatever the worker does, and nothing it leaves behind outlives it.

The worker is another process, so what it runs is replaced by short programs in place of a real search.
"""

import threading
import time
from pathlib import Path
from textwrap import dedent

import pytest

from bijection import worker
from bijection.engines import proposal
from bijection.engines.proposal import Proposal, Search
from bijection.errors import EngineBug
from bijection.wishes import Sparse
from proofs.domains import Reals
from proofs.network import Network
from proofs.statements import Injective, Not
from proofs.theorems.collision import Collision
from tests.build import affine, chain, point
from tests.verdicts import RELU_2

GOAL = Injective(RELU_2, Reals(2))
RIGHT = Proposal(Not(GOAL), (Collision(point(-1, 0), point(-2, 0)),), "it folds", improvable=True)
SENT = worker._sent([GOAL], RIGHT)
FOREVER = "import time\nwhile True: time.sleep(1)\n"


def run(program: str, monkeypatch: pytest.MonkeyPatch, seconds: float = 0.7, goal: Injective = GOAL) -> tuple[list[Proposal], float]:
    """What is proposed when the worker runs the program, and how long it took."""
    monkeypatch.setattr(worker, "_PROGRAM", dedent(program))
    started = time.monotonic()
    found = list(worker.proposals(goal, Search(started + seconds)))
    return found, time.monotonic() - started


def writes(message: object) -> str:
    return f"import json\nprint(json.dumps({message!r}), flush=True)\n"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    threads, processes = threading.active_count(), children()
    yield
    assert children() <= processes  # zombies are children too
    assert threading.active_count() <= threads


def children() -> set[str]:
    """The processes that this one has started and not yet waited for."""
    return {pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}


def gone(pid: int) -> bool:
    """Whether the process has ended; init may need a moment to collect it."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "program",
    [
        FOREVER,
        "while True: pass",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER,
        "import sys\nwhile True: sys.stderr.write('noise' * 1000)",
    ],
    ids=["sleeps", "spins", "ignores SIGTERM", "is noisy"],
)
def test_a_worker_that_does_not_stop_is_ended_on_time(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, seconds = run(program, monkeypatch)
    assert found == []
    assert 0.6 < seconds < 1.7


def test_a_request_that_is_never_read_does_not_hold_us_up(monkeypatch: pytest.MonkeyPatch) -> None:
    large = chain(2, affine([[i, 2**200 + i] for i in range(4000)]))  # more than a pipe holds
    found, seconds = run(FOREVER, monkeypatch, goal=Injective(large, Reals(2)))
    assert found == []
    assert seconds < 1.7


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_processes_that_a_solver_has_started_are_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "pid"
    program = f"""
        import pathlib, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(note)!r}).write_text(str(child.pid))
        time.sleep(60)
    """
    _, seconds = run(program, monkeypatch, seconds=1.5)
    assert seconds < 2.5
    assert gone(int(note.read_text()))


def test_closing_the_search_ends_the_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PROGRAM", writes(SENT) + FOREVER)
    started = time.monotonic()
    source = worker.proposals(GOAL, Search(started + 60))
    assert next(source) == RIGHT
    source.close()
    assert time.monotonic() - started < 5


def test_what_is_found_before_the_deadline_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    found, seconds = run(writes(SENT) + FOREVER, monkeypatch, seconds=1.2)
    assert found == [RIGHT]
    assert seconds < 2.2


def test_time_for_a_better_witness_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposal, "SHORTER", 0.3)
    found, seconds = run(writes(SENT) + FOREVER, monkeypatch, seconds=60)
    assert found == [RIGHT]
    assert seconds < 5


def test_progress_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PROGRAM", writes({"report": "counting"}) + writes({"done": True}))
    lines: list[str] = []
    assert list(worker.proposals(GOAL, Search(time.monotonic() + 10, report=lines.append))) == []
    assert lines == ["counting"]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("", "ended without an answer"),
        ("import os; os.abort()", "ended without an answer"),
        ("import os; os.close(0); os._exit(3)", "ended without an answer"),
        ("import does_not_exist", "ended without an answer"),
        ("print('hello', flush=True)", r"wrote b'hello\\n', which is no message"),
        ("print('[1]', flush=True)", "which is no message"),
        (writes({"hello": 1}), "a proposal that cannot be read: 'goal'"),
        (writes({**SENT, "goal": 1}), "a proposal that cannot be read: list index out of range"),
        (writes({**SENT, "evidence": "{}"}), "a proposal that cannot be read: not a bijection-evidence file"),
        (writes({"error": "ZeroDivisionError in the search"}), "ZeroDivisionError in the search"),
    ],
)
def test_a_worker_that_fails_is_our_bug_and_says_so(program: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineBug, match=why):
        run(program, monkeypatch, seconds=20)


def _with_engine(body: str) -> str:
    """The real worker, whose only engine is the given one."""
    head = "import bijection.driver as driver\ndef engine(goal, search):\n"
    return (
        head
        + "".join(f"    {line}\n" for line in body.splitlines())
        + "driver.ENGINES = (engine,)\nfrom bijection.worker import main; main()"
    )


def test_an_engine_that_crashes_is_named_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineBug, match="ZeroDivisionError: division by zero in the search"):
        run(_with_engine("1 / 0\nyield"), monkeypatch, seconds=30)


def test_evidence_for_another_statement_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """from dataclasses import replace
from proofs.domains import Reals, Box
from fractions import Fraction as Q
from bijection.engines import proposal
from bijection.engines.proposal import Proposal
yield Proposal(replace(goal, on=Box((Q(0),) * 2, (Q(1),) * 2)), (), "on a smaller set")"""
    with pytest.raises(EngineBug, match="AssertionError: evidence for another statement in the search"):
        run(_with_engine(body), monkeypatch, seconds=30)


def test_what_an_engine_prints_does_not_mix_with_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """import os
print("solver says hello", flush=True)
os.write(1, b"and so does its C code")
from proofs.statements import Not
from proofs.theorems.collision import Collision
from fractions import Fraction as Q
from bijection.engines.proposal import Proposal
assert search.seed == 5 and search.near == (Q(1, 3), Q(2)) and not search.apart
yield Proposal(Not(goal), (Collision((Q(-1), Q(0)), (Q(-2), Q(0))),), "it folds", improvable=True)"""
    monkeypatch.setattr(worker, "_PROGRAM", _with_engine(body))
    search = Search(time.monotonic() + 30, seed=5, wish=Sparse(point("1/3", 2)))
    assert list(worker.proposals(GOAL, search)) == [RIGHT]


def test_a_worker_ends_when_its_parent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PROGRAM", _with_engine("import time\ntime.sleep(60)\nyield"))
    process = worker._start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(worker._request(GOAL, Search(time.monotonic() + 60), ()) + b"\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(b'{"report"')
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    process.stdout.close()


def test_the_empty_network_crosses_the_border() -> None:
    assert worker._request(Injective(Network(0, ()), Reals(0)), Search(0.0), ()).startswith(b'{"claim"')
