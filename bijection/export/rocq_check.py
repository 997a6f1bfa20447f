"""Run Rocq (Coq) on a verdict: the library in proofs/rocq is compiled once into a cache, then files are checked against it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import proofs
from proofs.errors import Malformed

LIBRARY = Path(proofs.__file__).parent / "rocq"
SECONDS = 900.0  # for one file

# What a theorem may rest on beside the logic of Rocq: the machine words that weights are written with, which are primitives of its kernel.
PRIMITIVES = frozenset({"int", "lsr", "land", "eqb", "add"})
# And the axioms of the real numbers of Rocq's standard library, where a theorem is about them alone and not about every ordered field.
REALS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
_ASSUMING = re.compile(
    r"\b(Axioms?|Parameters?|Conjecture|Hypothes[ie]s|Variables?|Admitted|admit|Unset|bypass_check|type_in_type|Declare)\b"
)
_COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)


class Outcome(Enum):
    """What became of a check."""

    CHECKED = "checked"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class RocqCheck:
    """The answer of Rocq. `reason` says why it failed or is unavailable; `assumptions` are what the theorem rests on beside the logic."""

    outcome: Outcome
    reason: str = ""
    assumptions: tuple[str, ...] = ()
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return self.outcome is Outcome.CHECKED

    def __str__(self) -> str:
        return self.outcome.value + (f": {self.reason}" if self.reason else "")


class Unavailable(Exception):
    """Rocq is not there, or cannot be used; the message says why."""


def sources() -> list[Path]:
    """The files of the library, each behind those it needs."""
    return [LIBRARY / name for name in (LIBRARY / "_CoqProject").read_text(encoding="utf-8").split() if name.endswith(".v")]


def compiler() -> list[str]:
    """The command that compiles one file; Unavailable if there is none."""
    for program, arguments in (("coqc", []), ("rocq", ["compile"])):
        if found := shutil.which(program):
            return [found, *arguments]
    raise Unavailable("coqc is not installed (Debian: apt-get install --no-install-recommends coq)")


def library(cache: str | Path | None = None) -> Path:
    """The folder with the compiled library, compiled first if this version of Rocq has not compiled these sources yet.

    It lies in the user's cache folder ($XDG_CACHE_HOME, ~/.cache), or in the one given.
    """
    command = compiler()
    banner = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    key = hashlib.sha256(banner.encode())
    for path in sources():
        key.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    home = (
        Path(cache).absolute() if cache is not None else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bijection-nn"
    )
    target = home / f"rocq-{key.hexdigest()[:16]}"
    if not target.is_dir():
        try:
            home.mkdir(parents=True, exist_ok=True)
            _build(command, home, target)
        except OSError as error:
            raise Unavailable(f"the library cannot be compiled in {home}: {error}") from None
    return target


def _build(command: Sequence[str], home: Path, target: Path) -> None:
    """Compile beside the target and move there at once: another process may do the same."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        place = Path(folder) / "library"
        place.mkdir()
        for path in sources():
            shutil.copy(path, place / path.name)
        for path in sources():
            done = _run(command, place, place, path.name, SECONDS)
            if done.returncode:
                raise Unavailable(f"{path.name} of proofs/rocq does not compile with this version: {_first_error(done)}")
        try:
            place.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def _run(command: Sequence[str], compiled: Path, folder: Path, name: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Compile one file, with all the stack the system allows: long lists are read by recursion."""
    call = [*command, "-q", "-Q", str(compiled), "Bijection", name]
    limits = ["sh", "-c", 'ulimit -s "$(ulimit -H -s)"; exec "$@"', "sh"] if os.name == "posix" else []
    try:
        return subprocess.run([*limits, *call], cwd=folder, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Rocq has not finished {name} within {seconds:g} seconds") from None


def _first_error(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    start = next((i for i, line in enumerate(lines) if line.startswith("Error")), 0)
    return " ".join(line.strip()[:200] for line in lines[start : start + 3])


def check_text(text: str, *, seconds: float = SECONDS, cache: str | Path | None = None) -> RocqCheck:
    """Check the text of a file whose last theorem is called `verdict`, as bijection.export.rocq writes it."""
    bare = _COMMENT.sub(" ", text)
    if found := _ASSUMING.search(bare):
        return RocqCheck(Outcome.FAILED, f"the file assumes something: {found.group()}")
    if not bare.rstrip().endswith("Print Assumptions verdict."):
        return RocqCheck(Outcome.FAILED, "the file does not end with `Print Assumptions verdict.`")
    try:
        command, compiled = compiler(), library(cache)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Verdict.v").write_text(text, encoding="utf-8")
            started = time.monotonic()
            done = _run(command, compiled, Path(folder), "Verdict.v", seconds)
    except Unavailable as error:
        return RocqCheck(Outcome.UNAVAILABLE, str(error))
    took = time.monotonic() - started
    if done.returncode:
        return RocqCheck(Outcome.FAILED, _first_error(done), (), took)
    rests_on = assumptions(done.stdout)
    if surplus := sorted(set(rests_on) - PRIMITIVES - REALS):
        return RocqCheck(Outcome.FAILED, f"the theorem rests on {', '.join(surplus)}", rests_on, took)
    return RocqCheck(Outcome.CHECKED, "", rests_on, took)


def check_file(path: str | Path, *, seconds: float = SECONDS, cache: str | Path | None = None) -> RocqCheck:
    """Check a file that `to_rocq` wrote. Rocq runs it: write the file of a stranger's verdict anew, from the evidence."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{path} cannot be read: {error}") from None
    return check_text(text, seconds=seconds, cache=cache)


def assumptions(output: str) -> tuple[str, ...]:
    """The names that the last `Print Assumptions` of Rocq's output lists; none if it is closed."""
    _, found, block = output.rpartition("Axioms:")
    if not found or "Closed under the global context" in block:
        return ()
    return tuple(sorted({match.group(1) for line in block.splitlines() if (match := re.match(r"([\w.']+)(?: :|$)", line))}))
