"""Is f injective on the box? Ours beside general solvers on one suite, one instance after the other, each in a process of its own.

python -m tests.benchmark.injectivity [--only PATTERN] [--seeds N] [--within 60] [--peers z3,highs,scip,marabou] [--peer-seconds 30]
                                      [--write FILE.md | FILE.json] [--growth]

Times are wall times inside the process, without its start and imports; memory is its peak, imports included. Ours includes the check by
the kernel. A solver that gives no answer counts with its whole time.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from tests.benchmark.child import ask
from tests.benchmark.peers import EPSILON, PEERS, importable
from tests.benchmark.suite import SEEDS, instance, instances

Result: TypeAlias = dict[str, Any]  # one instance: its name, and an answer by solver
WIDTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)  # h of the growth table
INSTANCE_HEAD = ["instance", "ours", "s", "check s", "bytes", "MiB", "rests on"]


def main() -> int:
    """Print the tables; exit 1 if there is a disagreement."""
    chosen = _arguments()
    console = Console(width=160)
    peers = [name for name in chosen.peers.split(",") if name]
    for name in peers:
        if not importable(name):
            console.print(f"{name} is skipped: the package {PEERS[name][0]} is not installed")
    peers = [name for name in peers if importable(name)]
    results: list[Result] = []
    if chosen.growth:
        tables = [growth(chosen.within, console)]
    else:
        names = [i.name for i in instances(chosen.seeds) if re.search(chosen.only, i.name)]
        with suppress(KeyboardInterrupt):  # Ctrl-C: the tables of what is measured
            for name in names:
                results.append(measured(name, peers, chosen.within, chosen.peer_seconds, console))
        tables = [by_instance(results, peers), by_group(results, peers)]
    notes = [] if chosen.growth else summary(results, peers)
    for head, rows in tables:
        console.print(_table(head, rows))
    for note in notes:
        console.print(note)
    if chosen.write:
        _write(chosen.write, tables, notes, results, chosen)
    return int(bool(disagreements(results, peers)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="instances whose name matches this regular expression")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="instances per size")
    parser.add_argument("--within", type=float, default=60.0, help="seconds for ours")
    parser.add_argument("--peers", default="", help=f"peers, with commas between: {', '.join(PEERS)}")
    parser.add_argument("--peer-seconds", type=float, default=30.0, help="seconds for each peer")
    parser.add_argument("--write", type=Path, help="write tables (.md) or everything (.json) to this file")
    parser.add_argument("--growth", action="store_true", help="time against h for n → h → 2n + 1, n = 2 and 3, instead of the suite")
    chosen = parser.parse_args()
    unknown = {name for name in chosen.peers.split(",") if name} - set(PEERS)
    if unknown:
        parser.error(f"there is no peer {sorted(unknown)}; there are {', '.join(PEERS)}")
    return chosen


def measured(name: str, peers: Sequence[str], within: float, peer_seconds: float, console: Console) -> Result:
    """Every solver's answer on one instance."""
    result: Result = {"name": name}
    for who in ("ours", *peers):
        result[who] = ask(who, instance(name), within if who == "ours" else peer_seconds)
        console.print(f"{name}: {who} {_said(result[who])}", highlight=False)
    return result


def _said(answer: Result) -> str:
    gap = f", outputs {answer['gap']:.2g} apart" if answer["answer"] == "wrong" else ""
    why = f" ({answer['because']})" if answer["answer"] == "undecided" and "because" in answer else ""
    return f"{answer['answer']} {answer['seconds']:.2f} s{gap}{why}"


def _group(result: Result) -> str:
    return str(result["name"]).partition(" #")[0]


def best(result: Result, peers: Iterable[str]) -> float | None:
    """The time of the fastest peer that answers, and does not answer otherwise than ours; None if there is none."""
    allowed = {"injective", "collides"} if result["ours"]["answer"] == "undecided" else {result["ours"]["answer"]}
    return min((result[p]["seconds"] for p in peers if result[p]["answer"] in allowed), default=None)


def contradicts(result: Result, peer: str) -> bool:
    """Whether the peer's answer cannot be true together with ours. "Injective" of a peer in floats allows for pairs nearer than EPSILON."""
    ours, theirs = result["ours"], result[peer]["answer"]
    if (ours["answer"], theirs) == ("injective", "collides"):
        return True
    far = peer == "z3" or (ours.get("distance") or 0.0) >= EPSILON
    return (ours["answer"], theirs) == ("collides", "injective") and far


def disagreements(results: Sequence[Result], peers: Sequence[str]) -> list[str]:
    """Where z3, which is exact, says otherwise than the kernel has accepted."""
    return [result["name"] for result in results if "z3" in peers and contradicts(result, "z3")]


def by_instance(results: Sequence[Result], peers: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """One line for each instance."""
    rows = []
    for result in results:
        ours = result["ours"]
        row = [result["name"], ours["answer"], f"{ours['seconds']:.2f}"]
        row += [f"{ours['check']:.2f}" if "check" in ours else "", f"{ours['bytes']:,}" if "bytes" in ours else ""]
        row += [f"{ours['mebibytes']:.0f}" if "mebibytes" in ours else "", ", ".join(ours.get("rests_on", []))]
        rows.append(row + [_said(result[p]).removesuffix(" s").partition(" (")[0] for p in peers])
    return [*INSTANCE_HEAD, *peers], rows


def by_group(results: Sequence[Result], peers: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Medians for each size, and how many times longer the best peer takes: at least so many where none answers."""
    rows = []
    for group, members in groupby(results, _group):
        these = list(members)
        decided = sum(r["ours"]["answer"] != "undecided" for r in these)
        row = [group, f"{decided}/{len(these)}", f"{median(r['ours']['seconds'] for r in these):.2f}"]
        for p in peers:
            right = sum(r[p]["answer"] in ("injective", "collides") and not contradicts(r, p) for r in these)
            row.append(f"{right}/{len(these)}, {median(r[p]['seconds'] for r in these):.2f}")
        rows.append([*row, _ratio(these, peers)] if peers else row)
    return ["size", "decided", "median s", *(f"{p}: decided, median s" for p in peers), *(["best peer / ours"] if peers else [])], rows


def _ratio(results: Sequence[Result], peers: Sequence[str]) -> str:
    if any(r["ours"]["answer"] == "undecided" for r in results):
        return ""
    times = [(best(r, peers), r["ours"]["seconds"]) for r in results]
    lowest = [(t if t is not None else max(r[p]["seconds"] for p in peers)) / s for (t, s), r in zip(times, results, strict=True)]
    return ("≥ " if any(t is None for t, _ in times) else "") + f"{median(lowest):.1f}"


def summary(results: Sequence[Result], peers: Sequence[str]) -> list[str]:
    """What the tables say together."""
    undecided = [r["name"] for r in results if r["ours"]["answer"] == "undecided"]
    notes = [f"ours: {len(results) - len(undecided)} of {len(results)} decided; undecided: {', '.join(undecided) or 'none'}"]
    slow = [r["name"] for r in results if r["ours"].get("check", 0.0) > r["ours"]["seconds"] / 2]
    notes.append(f"checked in less time than found: all but {', '.join(slow) or 'none'}")
    if not peers:
        return notes
    ratios = [(t, t / r["ours"]["seconds"]) for r in results for t in [best(r, peers)] if t is not None]
    hard = [ratio for t, ratio in ratios if t > 1]
    if hard:
        mean = exp(sum(map(log, hard)) / len(hard))
        notes.append(f"where the best peer needs more than 1 s ({len(hard)} instances), it takes {mean:.1f} times as long (geometric mean)")
    wrong = [
        f"{p} on {r['name']} ({r[p]['answer']}, outputs {r[p].get('gap')} apart)"
        for r in results
        for p in peers
        if r[p]["answer"] == "wrong" or contradicts(r, p)
    ]
    notes.append(f"wrong answers of peers: {'; '.join(wrong) or 'none'}")
    found = disagreements(results, peers)
    notes.append(f"disagreements with z3: {len(found)} {', '.join(found)}")
    return notes


def growth(within: float, console: Console) -> tuple[list[str], list[list[str]]]:
    """Time against h for shallow n → h → 2n + 1, until the time is over."""
    rows = []
    for n in (2, 3):
        for h in WIDTHS:
            name = f"shallow {n}-{h}-{2 * n + 1} #1"
            ours = measured(name, (), within, 0.0, console)["ours"]
            checked = f"{ours['check']:.2f}" if "check" in ours else ""
            rows.append([str(n), str(h), ours["answer"], f"{ours['seconds']:.2f}", checked, f"{ours.get('bytes', 0):,}"])
            if ours["answer"] == "undecided" and ours["seconds"] >= within:
                break
    return ["n", "h", "answer", "s", "check s", "bytes"], rows


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    return table


def _write(
    file: Path, tables: list[tuple[list[str], list[list[str]]]], notes: list[str], results: list[Result], chosen: argparse.Namespace
) -> None:
    options = {name: str(value) for name, value in vars(chosen).items() if name != "write"}
    if file.suffix == ".json":
        plain = [{"head": head, "rows": rows} for head, rows in tables]
        file.write_text(json.dumps({"options": options, "results": results, "tables": plain, "notes": notes}, indent=1), encoding="utf-8")
        return
    parts = [", ".join(f"{name} {value}" for name, value in options.items() if value)]
    for head, rows in tables:
        lines = [head, ["---"] * len(head), *rows]
        parts.append("\n".join("| " + " | ".join(line) + " |" for line in lines))
    file.write_text("\n\n".join([*parts, *notes]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
