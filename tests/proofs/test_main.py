"""The command line of the trusted room, in a process that cannot import anything but it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.generate import folder

REPOSITORY = Path(__file__).parents[2]
ALONE = """
import runpy, sys
class Border:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in sys.stdlib_module_names | {"proofs"}:
            raise ImportError(f"the trusted room imports {name}")
sys.meta_path.insert(0, Border())
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("proofs", run_name="__main__", alter_sys=True)
"""


def proofs(*arguments: str | Path, encoding: str = "utf-8") -> tuple[int, str]:
    """Exit code and output of `python -m proofs …` run in isolation; nothing may be written to the error stream."""
    command = [sys.executable, "-I", "-X", f"utf8={int(encoding == 'utf-8')}", "-c", ALONE, str(REPOSITORY), *map(str, arguments)]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.stderr == b"", done.stderr.decode()
    return done.returncode, done.stdout.decode(encoding)


def files(kind: str, name: str) -> tuple[Path, Path]:
    path = folder(kind, name)
    return path / "claim.json", path / "evidence.json"


def test_accepted_evidence_exits_with_0_and_says_what_it_rests_on() -> None:
    code, output = proofs("check", *files("accepted", "a fold is no bijection"))
    assert (code, output.splitlines()) == (
        0,
        ["accepted", "  rests on BrokenHalf (machine): definition (S3)", "  rests on Collision (machine): definition"],
    )


def test_rejected_evidence_exits_with_1_and_the_reason() -> None:
    assert proofs("check", *files("rejected", "outputs differ")) == (1, "rejected: step 0 (Collision): the two outputs differ\n")


def test_a_malformed_claim_exits_with_2_and_the_reason() -> None:
    code, output = proofs("check", *files("malformed", "a float"))
    assert (code, output) == (2, 'malformed: 0.5 is not exact; rationals are strings like "-3/4"\n')


def test_a_claim_is_not_evidence() -> None:
    claim, _ = files("accepted", "full column rank")
    assert proofs("check", claim, claim) == (2, "malformed: not a bijection-evidence file\n")


def test_a_missing_file_exits_with_2() -> None:
    claim, _ = files("accepted", "full column rank")
    code, output = proofs("check", claim, "nowhere.json")
    assert (code, output[:10]) == (2, "malformed:")


def test_a_folder_is_no_file() -> None:
    assert proofs("check", REPOSITORY, REPOSITORY)[0] == 2


def test_a_cited_theorem_is_rejected_when_none_is_permitted() -> None:
    code, output = proofs("check", *files("accepted", "a bottleneck of width one"), "--permit")
    assert (code, output) == (1, "rejected: step 0: the theorem 'Bottleneck' (cited) is not permitted\n")


def test_a_cited_theorem_is_accepted_when_it_is_permitted() -> None:
    assert proofs("check", *files("accepted", "a bottleneck of width one"), "--permit", "Bottleneck")[0] == 0


def test_a_permission_that_names_no_cited_theorem_is_malformed() -> None:
    code, output = proofs("check", *files("accepted", "a bottleneck of width one"), "--permit", "Brouwer", "Collision")
    expected = "malformed: 'Brouwer', 'Collision': no cited theorem; the cited theorems are Bottleneck, Coercive, OppositeDeterminants\n"
    assert (code, output) == (2, expected)


def test_a_computed_theorem_needs_no_permission() -> None:
    assert proofs("check", *files("accepted", "full column rank"), "--permit")[0] == 0


def test_a_terminal_without_mathematical_letters_is_no_error() -> None:
    code, output = proofs("check", *files("accepted", "more inputs than labels"), encoding="ascii")
    assert code == 0
    assert "rests on Pigeonhole" in output


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"[" * 200_000, b'{"is": "\\ud800"}', b"\xef\xbb\xbf{}", b"9" * 100_000, b'"' + b"x" * 10**6], ids=range(7)
)
def test_no_content_of_a_file_makes_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    assert proofs("check", path, path)[0] == 2
