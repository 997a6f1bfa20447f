"""`bijection check DIR --rocq`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bijection.commands import cli
from bijection.verdict import accept
from proofs.domains import Reals
from proofs.network import Max
from proofs.statements import Injective, Not, Surjective
from proofs.theorems import Collision, MaximumOnto
from tests.build import affine, chain, point


def answered(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    return result.return_value if result.return_value is not None else result.exit_code, result.output


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    claim = Injective(chain(2, affine([[1, -1]])), Reals(2))
    return accept(claim, Not(claim), (Collision(point(0, 0), point(1, 1)),), "equal differences", 0.0).save(tmp_path / "verdict")


def test_rocq_checks_a_saved_verdict(saved: Path, rocq: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))
    code, output = answered("check", str(saved), "--rocq")
    assert (code, output.splitlines()[-1]) == (0, "Rocq: checked")


def test_without_rocq_it_is_said_that_the_check_is_unavailable(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    code, output = answered("check", str(saved), "--rocq")
    assert code == 3
    assert "Rocq: unavailable: coqc is not installed" in output


def test_a_theorem_that_is_not_formalised_is_named(tmp_path: Path) -> None:
    claim = Surjective(chain(2, Max(((0, 1),))), Reals(2), Reals(1))
    folder = accept(claim, claim, (MaximumOnto(),), "a maximum", 0.0).save(tmp_path / "verdict")
    code, output = answered("check", str(folder), "--rocq")
    assert code == 3
    assert "Rocq: unavailable: MaximumOnto: not proved in proofs/rocq" in output
