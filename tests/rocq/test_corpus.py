"""Rocq's kernel answers as ours does: on every accepted and every rejected file of tests/evidence whose theorems it knows."""

import subprocess
from pathlib import Path

from bijection.export.rocq import HEAD, body
from bijection.export.rocq_check import library
from bijection.export.rocq_goals import goals
from proofs.codec import encode_claim, encode_evidence
from proofs.domains import Labels
from proofs.kernel import Status, standing
from proofs.statements import Not, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.counting import EqualSizes
from tests.build import point
from tests.evidence.accepting import ACCEPTED
from tests.evidence.functions import SHIFTED
from tests.evidence.rejecting import REJECTED

LARGE = {  # too large for tests that go through all points of a set
    "two million labels are enough for a collision": (
        Not(Surjective(SHIFTED, Labels(2_000_000), Labels(2_000_000))),
        (EqualSizes(Labels(2_000_000)), Collision(point(0), point(1))),
    )
}
NO_FORM = {"no such half"}  # what a certificate's type excludes in Rocq
NO_LIMIT = {"a square of a square without end"}  # what only a limit on work rejects; Rocq would go on


def known(claim, steps) -> bool:
    """Only theorems that are proved in Rocq, about functions that have a meaning there."""
    asked = zip(steps, goals(claim, steps), strict=True)
    machine = all(standing(step, goal or claim) is Status.MACHINE for step, goal in asked)
    return machine and b"Binary32" not in encode_claim(claim) + encode_evidence(steps)


def module(number: int, name: str, text: str) -> str:
    return f"(* {name} *)\nModule Case{number}.\n{text}\nEnd Case{number}.\n"


def run(command: list[str], compiled: Path, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "Cases.v").write_text(f"{HEAD}\n{text}", encoding="utf-8")
    call = [*command, "-q", "-Q", str(compiled), "Bijection", "Cases.v"]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def test_what_the_kernel_accepts_rocq_accepts(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    cases = {name: body(claim, steps) for name, (claim, steps) in (ACCEPTED | LARGE).items() if known(claim, steps)}
    assert cases.keys() >= LARGE.keys()
    done = run(rocq, library(cache), tmp_path, "\n".join(module(i, name, text) for i, (name, text) in enumerate(cases.items())))
    assert done.returncode == 0, done.stderr


def test_what_the_kernel_rejects_rocq_rejects(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    cases = {}
    for name, (claim, steps, _) in REJECTED.items():
        if known(claim, steps) and name not in NO_FORM | NO_LIMIT:
            text, found, _ = body(claim, steps).partition("\nTheorem verdict")
            assert found
            cases[name] = text.replace("= true", "= false").replace("eq_refl true", "eq_refl false")
    assert len(cases) >= 5
    done = run(rocq, library(cache), tmp_path, "\n".join(module(i, name, text) for i, (name, text) in enumerate(cases.items())))
    assert done.returncode == 0, done.stderr
