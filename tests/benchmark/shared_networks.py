"""Ask every network of ../shared/networks the natural question that its manifest states, and print a table in Markdown.

python -m tests.benchmark.shared_networks [--only TEXT] [--within SECONDS] [--write FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from bijection import decide, load
from bijection.errors import NotSupported
from bijection.verdict import Missed, Pair, Unknown, Verdict
from bijection.words import domain as in_words
from bijection.words import kind
from proofs.domains import Box, Domain, Point, Reals
from proofs.errors import Malformed
from proofs.functions import Function
from proofs.statements import Injective, Positive, Surjective

REPOSITORY = Path(__file__).parents[2]
NETWORKS = REPOSITORY.parent / "shared" / "networks"

# The domains as the manifest words them, by their beginnings; n is the number of inputs.
DOMAINS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("[-1,1]^2", ("-1",), ("1",)),
    ("normalised box", ("-3284/10000", "-1/2"), ("6799/10000", "1/2")),
    ("[-0.5", ("-1/2",), ("1/2",)),
    ("[-2,2]", ("-2",), ("2",)),
    ("[0,255]", ("0",), ("255",)),
    ("[0,1]", ("0",), ("1",)),
)
HEAD = "| network | n → m | question | verdict | rests on | witness | load s | find s | claim + evidence | check s | manifest |"


def main() -> int:
    """Print the table; exit 2 where the networks are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="networks whose path contains this text")
    parser.add_argument("--within", type=float, default=60.0, help="seconds for each question")
    parser.add_argument("--write", type=Path, help="write the table to this file too")
    chosen = parser.parse_args()
    if not NETWORKS.is_dir():
        print("the networks are not there: ../shared/networks beside the repository")
        return 2
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    print("\n".join(lines), flush=True)
    for entry in json.loads((NETWORKS / "MANIFEST.json").read_text())["files"]:
        if chosen.only in entry["file"]:
            for line in _rows(entry, chosen.within):
                print(line, flush=True)
                lines.append(line)
    if chosen.write:
        chosen.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _rows(entry: dict[str, Any], within: float) -> Iterator[str]:
    started = time.perf_counter()
    try:
        f = load(NETWORKS / entry["file"])
    except (NotSupported, Malformed) as why:
        sizes = f"{entry['n']} → {entry['m']}"
        yield f"| {_name(entry)} | {sizes} | | refused: {str(why).splitlines()[0]} | | | | | | | {entry['reference']['injective']} |"
        return
    loaded = time.perf_counter() - started
    for goal in _questions(entry, f):
        started = time.perf_counter()
        verdict = decide(goal, within=within)
        found = time.perf_counter() - started
        size, checked = _checked(verdict)
        question = f"{type(goal).__name__.lower()} on {in_words(goal.on)}"
        rests = ", ".join(basis.name for basis in verdict.rests_on)
        said = [question, kind(verdict), rests, _witness(verdict), f"{loaded:.2f}", f"{found:.2f}", size, checked, _reference(entry, goal)]
        yield f"| {_name(entry)} | {f.arity} → {f.width} | {' | '.join(said)} |"


def _questions(entry: dict[str, Any], f: Function) -> Iterator[Positive]:
    on = _domain(entry.get("domain") or "", f.arity)
    yield Injective(f, on)
    if entry["file"].startswith("layer-zoo"):
        yield Surjective(f, on, Reals(f.width))


def _domain(words: str, n: int) -> Domain:
    for start, lower, upper in DOMAINS:
        if words.startswith(start):
            return Box(_filled(lower, n), _filled(upper, n))
    return Box(_filled(("0",), n), _filled(("1",), n)) if n >= 784 else Reals(n)


def _filled(values: tuple[str, ...], n: int) -> tuple[Fraction, ...]:
    numbers = [Fraction(v) for v in values]
    return tuple(numbers + numbers[-1:] * (n - len(numbers)))[:n]


def _checked(verdict: Verdict) -> tuple[str, str]:
    """Bytes of the claim and the evidence, and the seconds that a fresh kernel takes for them, its start included."""
    if isinstance(verdict, Unknown):
        return "", ""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "claim.json", Path(folder) / "evidence.json"]
        for file, data in zip(files, verdict.files(), strict=True):
            file.write_bytes(data)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "proofs", "check", *files], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
        return f"{files[0].stat().st_size:,} + {files[1].stat().st_size:,}", f"{time.perf_counter() - started:.2f}"


def _witness(verdict: Verdict) -> str:
    match verdict.counterexample:
        case Pair(_, x, y) as pair:
            moved = sum(a != b for a, b in zip(x, y, strict=True))
            floats = {True: "float32 too", False: "not in float32", None: "exact inside only"}[pair.in_floats().collides]
            return f"pair: {moved} moved by ≤ {float(pair.distance):.3g}, {_digits(x + y)} digits, {floats}"
        case Missed(value):
            return f"missed value, {_digits(value)} digits"
        case _:
            return ""


def _digits(numbers: Point) -> int:
    """The length of the longest numerator or denominator."""
    return max((len(str(max(abs(t.numerator), t.denominator))) for t in numbers), default=0)


def _name(entry: dict[str, Any]) -> str:
    folder, _, file = entry["file"].partition("/")
    return f"{folder}/{file.partition('__')[2]}"


def _reference(entry: dict[str, Any], goal: Positive) -> str:
    return str(entry["reference"]["surjective_onto_Rm" if isinstance(goal, Surjective) else "injective"])


if __name__ == "__main__":
    sys.exit(main())
