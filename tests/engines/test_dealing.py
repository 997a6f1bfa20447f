"""Units of work: everyone is told once what they share, more may come up meanwhile, and time runs out."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bijection.engines.complete.dealing import Work, results
from bijection.engines.proposal import Search
from proofs.activations import RELU
from proofs.errors import Malformed
from proofs.statements import Injective
from tests.build import box, layer

GOAL = Injective(layer(RELU), box(0, 1))
PREPARED: list[bytes] = []


def squares(shared: bytes) -> Callable[[Any, Search], Any]:
    PREPARED.append(shared)

    def do(unit: int, search: Search) -> int | None:
        time.sleep(0.002)
        return None if search.remaining() < 0 or unit == 99 else unit * unit

    return do


class Counting(Executor):
    """A pool of threads that counts how often what is shared goes along."""

    def __init__(self, threads: int) -> None:
        self.pool, self.sent = ThreadPoolExecutor(threads), 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += b"shared" in args
        return self.pool.submit(fn, *args, **kwargs)


def done(waiting: list[Any], seconds: float = 100, **wishes: Any) -> dict[int, int]:
    PREPARED.clear()
    work = Work(b"shared", squares, squares(b"here"))
    return dict(results(GOAL, work, waiting, Search(time.monotonic() + seconds, **wishes)))


def test_the_last_unit_comes_first_and_more_may_come_up():
    waiting = [1, 2, 3]
    seen = []
    for unit, result in results(GOAL, Work(b"shared", squares, squares(b"")), waiting, Search(time.monotonic() + 100)):
        seen.append((unit, result))
        if unit == 3:
            waiting += [4, 5]
    assert seen == [(3, 9), (5, 25), (4, 16), (2, 4), (1, 1)]
    assert done([]) == {}


def test_each_worker_is_told_once_what_the_units_share():
    executor = Counting(3)
    with executor.pool:
        assert done(list(range(90)), executor=executor) == {k: k * k for k in range(90)}
    assert PREPARED.count(b"shared") <= 3
    assert executor.sent < 20


def test_it_ends_where_time_runs_out():
    assert done([1, 2], seconds=-1) == {}
    assert done([1, 99, 2]) == {2: 4}
    executor = Counting(2)
    with executor.pool:
        assert done([1, 2], seconds=-1, executor=executor) == {}


def test_what_goes_wrong_in_a_unit_is_raised():
    def broken(unit: int, search: Search) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(results(GOAL, Work(b"", squares, broken), [1], Search(time.monotonic() + 100)))


def test_the_journal_is_read_first(tmp_path: Path):
    assert done([1, 2, 3], journal=str(tmp_path)) == {1: 1, 2: 4, 3: 9}
    waiting = [5, 1, 4, 2]
    order = [unit for unit, _ in results(GOAL, Work(b"shared", squares, squares(b"")), waiting, search(tmp_path))]
    assert order == [2, 1, 4, 5]


def test_other_work_on_the_same_question_reads_nothing_of_it(tmp_path: Path):
    assert done([1], journal=str(tmp_path)) == {1: 1}
    work = Work(b"other", squares, lambda unit, search: 7)
    assert list(results(GOAL, work, [1], search(tmp_path))) == [(1, 7)]
    assert list(results(GOAL, work, [1], search(tmp_path))) == [(1, 7)]


def test_the_journal_of_another_question_is_refused(tmp_path: Path):
    done([1], journal=str(tmp_path))
    other = Injective(layer(RELU), box(0, "1/2"))
    with pytest.raises(Malformed, match="the journal of another search"):
        list(results(other, Work(b"shared", squares, squares(b"")), [1], search(tmp_path)))


def search(folder: Path) -> Search:
    return Search(time.monotonic() + 100, journal=str(folder))
