import json
import time
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bijection import decide
from bijection.engines.complete.cell_pairs import by_cell_pairs
from bijection.engines.complete.units import portions
from bijection.engines.proposal import Proposal, Search
from bijection.frontends.matrices import read
from bijection.verdict import Refuted, Unknown
from proofs.codec import encode_evidence
from proofs.domains import Polytope
from proofs.errors import Malformed
from proofs.network import Network
from proofs.statements import Injective
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import CellTree
from tests.build import box, q


def network(n: int, h: int, m: int, seed: int) -> Network:
    rng = np.random.default_rng(seed)
    first = (rng.normal(size=(h, n)).astype(np.float32), rng.normal(size=h).astype(np.float32) / 4)
    return read([first, "relu", rng.normal(size=(m, h)).astype(np.float32)])


INJECTIVE = Injective(network(2, 48, 6, 0), box(-1, 1, 2))  # several units of work


def found(goal: Injective, **wishes: object) -> list[Proposal]:
    return list(by_cell_pairs(goal, replace(Search(time.monotonic() + 100), **wishes)))


@pytest.fixture(scope="module")
def alone() -> Proposal:
    (proposal,) = found(INJECTIVE)
    return proposal


def test_there_are_several_units(alone: Proposal):
    assert len(portions(CellTree(Subdivision(INJECTIVE.f, INJECTIVE.on), alone.evidence[0].cuts))) > 2


def test_the_certificate_does_not_depend_on_who_does_the_work(pool: Executor, alone: Proposal):
    (together,) = found(INJECTIVE, executor=pool)
    assert encode_evidence(together.evidence) == encode_evidence(alone.evidence)


def test_dask_serves_as_it_is(alone: Proposal):
    distributed = pytest.importorskip("distributed", reason="Dask is the extra 'dask'")
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        (together,) = found(INJECTIVE, executor=client.get_executor())
    assert encode_evidence(together.evidence) == encode_evidence(alone.evidence)


def test_a_pair_is_found_by_any_executor(pool: Executor):
    goal = Injective(network(2, 8, 3, 1), box(-1, 1, 2))
    (here,), (there,) = found(goal), found(goal, executor=pool)
    assert here == there


def test_a_journal_is_gone_on_with(tmp_path: Path, alone: Proposal):
    (first,) = found(INJECTIVE, journal=str(tmp_path))
    path = tmp_path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + lines[3][:20])  # stopped while it wrote the third unit
    (again,) = found(INJECTIVE, journal=str(tmp_path))
    assert encode_evidence(first.evidence) == encode_evidence(again.evidence) == encode_evidence(alone.evidence)
    units = [json.loads(line)["unit"] for line in path.read_bytes().splitlines()[1:] if line.endswith(b"}")]
    assert sorted(units) == list(range(len(lines) - 1))


def test_units_of_the_journal_are_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found(INJECTIVE, journal=str(tmp_path))
    monkeypatch.setattr("bijection.engines.complete.units.done", lambda *_: pytest.fail("done again"))
    assert len(found(INJECTIVE, journal=str(tmp_path))) == 1


def test_the_journal_of_another_search_is_refused(tmp_path: Path):
    found(INJECTIVE, journal=str(tmp_path))
    with pytest.raises(Malformed, match="the journal of another search"):
        found(INJECTIVE, journal=str(tmp_path), seed=1)
    with pytest.raises(Malformed, match="the journal of another search"):
        decide(Injective(network(2, 12, 6, 3), box(-1, 1, 2)), journal=tmp_path)


def test_unknown_says_what_share_was_closed(pool: Executor):
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        if "%" in line:
            raise KeyboardInterrupt

    square = Polytope(2, ((q(1), q(0)), (q(-1), q(0)), (q(0), q(1)), (q(0), q(-1))), (q(1),) * 4)  # boxes would go first on a box
    verdict = decide(Injective(INJECTIVE.f, square), executor=pool, progress=report)
    assert isinstance(verdict, Unknown)
    assert "stopped after" in verdict.because
    assert "% of their pairs are told apart" in verdict.because
    assert "nearest corners" in verdict.because


def test_decide_with_an_executor(pool: Executor):
    assert decide(INJECTIVE, executor=pool)
    assert isinstance(decide(Injective(network(2, 8, 3, 1), box(-1, 1, 2)), executor=pool), Refuted)
