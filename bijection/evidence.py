"""A verdict as a folder that stands alone: claim, evidence, what is needed to cite it, and the command that re-checks it."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import Any

import bijection
from bijection.report import counterexample
from bijection.verdict import Basis, Proved, Refuted, Unknown, Verdict, accept
from bijection.words import NEEDED, kind, statement
from proofs.codec import decode_claim, decode_evidence, digest, encode_claim
from proofs.errors import Malformed, Rejected, well_formed
from proofs.statements import Not, Statement, negate

FORMAT = "bijection-verdict"
VERSION = 1
RECHECK = "python -m proofs check claim.json evidence.json"
PACKAGES = ("numpy", "python-flint", "sympy", "z3-solver", "highspy", "onnx")

_FIELDS = {
    "format",
    "version",
    "statement",
    "verdict",
    "because",
    "tried",
    "network",
    "counterexample",
    "rests_on",
    "files",
    "recheck",
    "run",
}


def save(
    verdict: Verdict,
    folder: str | Path,
    *,
    command: str | None = None,
    model_file: str | Path | None = None,
    seed: int | None = None,
) -> Path:
    """Write claim.json, evidence.json (unless unknown), verdict.json and README.txt into the folder; the same verdict writes the
    same bytes, except under "run" in verdict.json. An older verdict in the folder is replaced, anything else is left alone."""
    target = may_write(folder)
    if isinstance(verdict, Unknown):
        files = {"claim.json": encode_claim(verdict.statement)}
    else:
        files = dict(zip(("claim.json", "evidence.json"), verdict.files(), strict=True))
    record = _record(verdict, {name: _sha256(data) for name, data in files.items()})
    record["run"] = run(verdict.seconds, command, model_file, seed)
    target.mkdir(parents=True, exist_ok=True)
    for name in ("verdict.json", "evidence.json"):
        (target / name).unlink(missing_ok=True)  # nothing of an older verdict may stand beside parts of this one
    for name, data in files.items():
        (target / name).write_bytes(data)
    (target / "README.txt").write_bytes(_readme(record).encode())
    (target / "verdict.json").write_bytes(_dump(record).encode())
    return target


def may_write(folder: str | Path) -> Path:
    """The folder, if it is new, empty, or holds a verdict already; Malformed otherwise. Ask this before a long search."""
    target = Path(folder)
    if target.exists():
        well_formed(target.is_dir(), f"{target} is a file; name a folder to save the verdict in")
        ours = (target / "verdict.json").is_file() and _is_ours(target)
        well_formed(ours or not any(target.iterdir()), f"{target} holds other files and no verdict; name a new or empty folder")
    return target


def _is_ours(folder: Path) -> bool:
    try:
        return bool(record(folder))
    except Malformed:
        return False


def record(folder: str | Path) -> dict[str, Any]:
    """verdict.json as it stands, unchecked: use `read` for anything that is to be believed."""
    path = Path(folder) / "verdict.json"
    try:
        value: dict[str, Any] = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{path} is not JSON: {error}") from None
    well_formed(isinstance(value, dict) and value.get("format") == FORMAT, f"{path} is not a {FORMAT} file")
    well_formed(value.get("version") == VERSION, f"{path} has version {value.get('version')!r}; this program reads version {VERSION}")
    well_formed(value.keys() == _FIELDS, f"{path} has the fields {sorted(value)}; expected {sorted(_FIELDS)}")
    return value


def read(folder: str | Path) -> Verdict:
    """The verdict in the folder, after the kernel has accepted its evidence again; Rejected if any file says something else.

    Not checked, because nothing could: `because`, `tried` and `run`.
    """
    source = Path(folder)
    known = record(source)
    claim = decode_claim((source / "claim.json").read_bytes())
    well_formed(known["verdict"] in {"proved", "refuted", "unknown"}, f"verdict.json has the verdict {known['verdict']!r}")
    well_formed(_is_text(known["because"]), "verdict.json gives no reason in printable words")
    verdict = _again(source, claim, known)
    for name, field in _record(verdict, {n: _sha256((source / n).read_bytes()) for n in _names(verdict)}).items():
        if known[name] != field and not (name == "rests_on" and _was_weaker(known[name], field)):
            raise Rejected(f"verdict.json does not fit the claim and the evidence in its field {name!r}")
    if (source / "README.txt").read_bytes() != _readme(known).encode():
        raise Rejected("README.txt does not say what verdict.json says")
    return verdict


def _was_weaker(before: Any, now: list[dict[str, str]]) -> bool:
    """Whether it is the same but for theorems that have been proved in Rocq since."""
    since = [{**n, "status": "computed"} if n["status"] == "machine" else n for n in now]
    return isinstance(before, list) and len(before) == len(now) and all(b in both for b, *both in zip(before, now, since, strict=True))


def check(folder: str | Path) -> tuple[Basis, ...]:
    """What the verdict in the folder rests on, if the kernel accepts its evidence and the files fit together; else Rejected."""
    verdict = read(folder)
    if isinstance(verdict, Unknown):
        raise Malformed(f"{folder}: the verdict is unknown, so there is no evidence to check")
    return verdict.rests_on


def _again(source: Path, claim: Statement, known: dict[str, Any]) -> Verdict:
    because = known["because"]
    seconds = known["run"].get("seconds") if isinstance(known["run"], dict) else None
    spent = seconds if isinstance(seconds, float) and isfinite(seconds) else 0.0
    if known["verdict"] == "unknown":
        tried = known["tried"]
        well_formed(isinstance(tried, list) and all(map(_is_text, tried)), "verdict.json does not say what was tried")
        return Unknown(claim, because, tuple(tried), spent)
    steps = decode_evidence((source / "evidence.json").read_bytes())
    asked = claim if known["verdict"] == "proved" else negate(claim)
    return accept(asked, claim, steps, because, spent)


def _is_text(value: Any) -> bool:
    """A line of text without control characters, which a terminal would obey."""
    return isinstance(value, str) and value.isprintable()


def _names(verdict: Verdict) -> tuple[str, ...]:
    return ("claim.json",) if isinstance(verdict, Unknown) else ("claim.json", "evidence.json")


def _record(verdict: Verdict, files: dict[str, str]) -> dict[str, Any]:
    """What verdict.json says and the claim and the evidence show."""
    asked = verdict.statement
    f = asked.statement.f if isinstance(asked, Not) else asked.f
    fingerprint = digest(f)
    match verdict:
        case Unknown(tried=tried):
            attempts = list(tried)
        case Proved() | Refuted():
            attempts = []
    return {
        "format": FORMAT,
        "version": VERSION,
        "statement": statement(asked, fingerprint),
        "verdict": kind(verdict),
        "because": verdict.because,
        "tried": attempts,
        "network": fingerprint,
        "counterexample": counterexample(verdict),
        "rests_on": [{"name": b.name, "status": b.status, "source": b.source} for b in verdict.rests_on],
        "files": files,
        "recheck": None if isinstance(verdict, Unknown) else RECHECK,
    }


def run(seconds: float, command: str | None, model_file: str | Path | None, seed: int | None) -> dict[str, Any]:
    """How the verdict was found; differs from run to run."""
    model = None if model_file is None else Path(model_file)
    return {
        "note": "how the verdict was found; this part is not checked and differs from run to run",
        "seconds": round(seconds, 3),
        "seed": seed,
        "command": command,
        "model_file": None if model is None else {"name": model.name, "sha256": _sha256(model.read_bytes())},
        "bijection": bijection.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: found for name in PACKAGES if (found := _version(name)) is not None},
    }


def _dump(record: dict[str, Any]) -> str:
    """JSON with one field a line: long vectors stay on theirs."""
    return "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in record.items()) + "\n}\n"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _readme(known: dict[str, Any]) -> str:
    """The folder in plain words; depends on the checked part of verdict.json only."""
    lines = [f"{known['verdict'].upper()}", "", known["statement"], "", f"because {known['because']}", ""]
    lines += ["The function is the one in claim.json, written out in exact numbers; its digest (SHA-256) is", f"    {known['network']}", ""]
    if known["verdict"] == "unknown":
        lines += [
            "Neither the statement nor its negation was shown, so there is no evidence to check.",
            f"Tried: {', '.join(known['tried'])}",
        ]
        return "\n".join(lines) + "\n"
    proved = "the statement" if known["verdict"] == "proved" else "the negation of the statement"
    lines += [
        f"claim.json says {proved}; evidence.json is a proof of it. To check it again, in this folder, with Python 3.11 or later",
        "and the folder `proofs` of the project on PYTHONPATH (it needs no other package, and shares no code with the search):",
        "",
        f"    {known['recheck']}",
        "",
        "Exit code 0: accepted, 1: rejected, 2: malformed. `bijection check` on this folder also compares these words with the claim.",
        "",
        "It rests on",
        *(f"    {b['name']} ({b['status']}: {NEEDED.get(b['status'], '')}; {b['source']})" for b in known["rests_on"]),
        "",
        "What must be believed: that the kernel in `proofs` and Python do what they say; the theorems above, each as far as its",
        "status says; and that the function in claim.json is the one you mean. It is a real function: every stored float counts",
        "as the rational number that it is, and nothing is rounded.",
    ]
    return "\n".join(lines) + "\n"
