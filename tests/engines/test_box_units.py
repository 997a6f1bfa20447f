"""Units of work on pairs of boxes: the certificate is the same whoever does them, and a journal is gone on with."""

import json
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bijection import decide
from bijection.engines.complete.box_pairs import by_box_pairs
from bijection.engines.complete.box_units import depth, parts, prepared, share
from bijection.engines.complete.dealing import walked
from bijection.engines.proposal import Proposal, Search
from bijection.verdict import Unknown, accept
from proofs.codec import encode_evidence
from proofs.errors import Malformed
from proofs.statements import Injective
from proofs.theorems.separated_boxes import FIRST, SECOND
from tests.benchmark.suite import instance
from tests.build import box
from tests.engines.asking import random_network

ASKED = instance("shallow 3-32-7 #1")
INJECTIVE = Injective(ASKED.f, ASKED.on)  # several units of work


def found(goal: Injective, **wishes: object) -> list[Proposal]:
    return list(by_box_pairs(goal, replace(Search(time.monotonic() + 1000), **wishes)))


@pytest.fixture(scope="module")
def alone() -> Proposal:
    (proposal,) = found(INJECTIVE)
    return proposal


def test_the_certificate_does_not_depend_on_who_does_the_work(pool: Executor, alone: Proposal):
    (together,) = found(INJECTIVE, executor=pool)
    assert encode_evidence(together.evidence) == encode_evidence(alone.evidence)


def test_threads_do_not_get_in_each_others_way(alone: Proposal):
    with ThreadPoolExecutor(3) as threads:
        (together,) = found(INJECTIVE, executor=threads)
    assert encode_evidence(together.evidence) == encode_evidence(alone.evidence)


def test_dask_serves_as_it_is(alone: Proposal):
    distributed = pytest.importorskip("distributed", reason="Dask is the extra 'dask'")
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        (together,) = found(INJECTIVE, executor=client.get_executor())
    assert encode_evidence(together.evidence) == encode_evidence(alone.evidence)


def test_a_journal_is_gone_on_with(tmp_path: Path, alone: Proposal):
    (first,) = found(INJECTIVE, journal=str(tmp_path))
    path = tmp_path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) > 5
    path.write_bytes(b"".join(lines[:4]) + lines[4][:200])  # stopped while it wrote the fourth unit
    (again,) = found(INJECTIVE, journal=str(tmp_path))
    assert encode_evidence(first.evidence) == encode_evidence(again.evidence) == encode_evidence(alone.evidence)
    units = [json.loads(line)["unit"] for line in path.read_bytes().splitlines()[1:] if line.endswith(b"}")]
    assert len(units) == len(lines) - 1 == len(set(map(str, units)))


def test_what_an_executor_has_done_is_gone_on_with_here(tmp_path: Path, pool: Executor, alone: Proposal):
    search = Search(time.monotonic() + 1000, executor=pool, journal=str(tmp_path), report=interrupt_at(0.05))
    with pytest.raises(KeyboardInterrupt):
        list(by_box_pairs(INJECTIVE, search))
    done = (tmp_path / "journal.jsonl").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        list(by_box_pairs(INJECTIVE, replace(search, executor=None, report=interrupt_at(0.04))))  # before anything is done
    assert (tmp_path / "journal.jsonl").read_bytes() == done
    (again,) = found(INJECTIVE, journal=str(tmp_path))
    assert encode_evidence(again.evidence) == encode_evidence(alone.evidence)


def interrupt_at(part: float):
    def report(line: str) -> None:
        if "%" in line and float(line.partition("%")[0].split()[-1]) > 100 * part:
            raise KeyboardInterrupt

    return report


def test_units_of_the_journal_are_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found(INJECTIVE, journal=str(tmp_path))
    monkeypatch.setattr("bijection.engines.complete.box_units.BoxPairs.entries", lambda *_: pytest.fail("done again"))
    assert len(found(INJECTIVE, journal=str(tmp_path))) == 1


def test_the_journal_of_another_search_is_refused(tmp_path: Path):
    few = Injective(random_network(2, 6, 5, seed=1), box(-1, 1, 2))
    found(few, journal=str(tmp_path))
    with pytest.raises(Malformed, match="the journal of another search"):
        found(few, journal=str(tmp_path), seed=1)
    with pytest.raises(Malformed, match="the journal of another search"):
        decide(INJECTIVE, journal=tmp_path)


def test_a_journal_that_was_edited_is_refused(tmp_path: Path):
    found(INJECTIVE, journal=str(tmp_path))
    path = tmp_path / "journal.jsonl"
    head, unit, *_ = path.read_bytes().splitlines()
    record = json.loads(unit)
    entries = record["result"]["entries"]
    for edited, said in ((entries[:-1], "too little"), ([*entries, [-1]], "more than is asked")):
        record["result"]["entries"] = edited
        path.write_bytes(head + b"\n" + json.dumps(record).encode() + b"\n")
        with pytest.raises(Malformed, match=said):
            found(INJECTIVE, journal=str(tmp_path))


def test_unknown_says_what_share_was_closed(pool: Executor, tmp_path: Path):
    verdict = decide(INJECTIVE, executor=pool, journal=tmp_path, progress=interrupt_at(0.05))
    assert isinstance(verdict, Unknown)
    assert "stopped after" in verdict.because
    assert "% of all pairs of inputs are told apart" in verdict.because
    assert "nearest so far: (" in verdict.because
    assert decide(INJECTIVE, journal=tmp_path)


def test_shares_add_up():
    for pair, entry in [((1, 1), FIRST), ((5, 5), FIRST), ((4, 5), FIRST), ((4, 11), SECOND)]:
        assert sum(map(share, parts(pair, entry))) == share(pair)
    assert share((1, 1)) == 1
    assert depth((4, 11)) == 3


def test_a_unit_in_the_order_of_the_theorem():
    result = [FIRST, None, (0, 1), (0, 2)]
    assert [pair for pair, _ in walked([(1, 1)], result, parts)] == [(1, 1), (2, 2), (2, 3), (3, 3)]
    with pytest.raises(Malformed, match="too little about the pair"):
        list(walked([(1, 1)], result[:2], parts))


def test_the_halves_of_a_box_do_not_depend_on_what_was_asked_before():
    one, other = (prepared(ASKED.f, ASKED.on).boxes for _ in range(2))
    numbers = [1, 2, 3, 9, 10, 75, 1200]
    alone = [other.ends([k]) for k in reversed(numbers)][::-1]
    for side in (0, 1):
        assert np.array_equal(one.ends(numbers)[side], np.concatenate([ends[side] for ends in alone]))
    low, high = one.ends([2, 3])
    (axis,) = one.axes([1])
    assert high[0, axis] == low[1, axis] == 0


def test_the_kernel_accepts_it():
    asked = instance("shallow 3-24-8 #1")
    (proposal,) = found(Injective(asked.f, asked.on))
    assert accept(proposal.claim, proposal.claim, proposal.evidence, proposal.because, 0.0)
