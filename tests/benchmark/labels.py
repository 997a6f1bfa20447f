"""Which labels the classifiers of ../shared/networks have on their operating boxes, and which of its networks are onto; tables in Markdown.

python -m tests.benchmark.labels [--only TEXT] [--within SECONDS] [--onto]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from bijection import decide, load
from bijection.errors import NotSupported
from bijection.questions import reached_labels
from bijection.verdict import Missed, Proved, Refuted, Verdict
from bijection.words import domain as in_words
from bijection.words import kind
from proofs.domains import Box, Reals
from proofs.errors import Malformed
from proofs.statements import Surjective
from tests.benchmark.shared_networks import NETWORKS, _checked, _domain, _filled, _name

CLASSIFIERS = ("mnist/", "transformer/", "cifar/", "vertcas/", "acasxu/", "control/")
LABELS_HEAD = "| network | n → labels | on | reached | never | unknown | rests on | seconds |"
ONTO_HEAD = "| network | n → m | onto ℝᵐ, from | verdict | rests on | missed | find s | check s | manifest |"


def main() -> int:
    """Print the table; exit 2 where the networks are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="networks whose path contains this text")
    parser.add_argument("--within", type=float, default=60.0, help="seconds for all labels of a network, or for one question")
    parser.add_argument("--onto", action="store_true", help="ask whether the networks are onto, not for labels")
    chosen = parser.parse_args()
    if not NETWORKS.is_dir():
        print("the networks are not there: ../shared/networks beside the repository")
        return 2
    head = ONTO_HEAD if chosen.onto else LABELS_HEAD
    print(f"{head}\n|{'---|' * (head.count('|') - 1)}", flush=True)
    for entry in json.loads((NETWORKS / "MANIFEST.json").read_text())["files"]:
        if chosen.only in entry["file"]:
            for line in (_onto if chosen.onto else _labels)(entry, chosen.within):
                print(line, flush=True)
    return 0


def _labels(entry: dict[str, Any], within: float) -> Iterator[str]:
    if not entry["file"].startswith(CLASSIFIERS) or entry["m"] < 2:
        return
    try:
        f = load(NETWORKS / entry["file"], readout="label")
    except (NotSupported, Malformed) as why:
        yield f"| {_name(entry)} | | | refused: {str(why).splitlines()[0]} | | | | |"
        return
    on = _domain(entry.get("domain") or "", f.arity)
    on = Box(_filled(("-1",), f.arity), _filled(("1",), f.arity)) if isinstance(on, Reals) else on
    started = time.perf_counter()
    found = reached_labels(f, on, within=within)
    seconds = time.perf_counter() - started
    groups = [
        _list(found, Proved),
        _list(found, Refuted),
        " ".join(str(k) for k, v in found.items() if not isinstance(v, Proved | Refuted)),
    ]
    rests = ", ".join(dict.fromkeys(basis.name for verdict in found.values() for basis in verdict.rests_on))
    yield f"| {_name(entry)} | {f.arity} → {len(found)} | {in_words(on)} | {' | '.join(groups)} | {rests} | {seconds:.1f} |"


def _list(found: dict[int, Verdict], side: type) -> str:
    return " ".join(str(label) for label, verdict in found.items() if isinstance(verdict, side))


def _onto(entry: dict[str, Any], within: float) -> Iterator[str]:
    try:
        f = load(NETWORKS / entry["file"])
    except (NotSupported, Malformed):
        return  # tests.benchmark.shared_networks lists what is refused
    on = Reals(f.arity)
    started = time.perf_counter()
    verdict = decide(Surjective(f, on, Reals(f.width)), within=within)
    seconds = time.perf_counter() - started
    missed = f"{max(map(abs, verdict.counterexample.value))} at most" if isinstance(verdict.counterexample, Missed) else ""
    rests = ", ".join(basis.name for basis in verdict.rests_on)
    said = [
        in_words(on),
        kind(verdict),
        rests,
        missed[:40],
        f"{seconds:.1f}",
        _checked(verdict)[1],
        str(entry["reference"]["surjective_onto_Rm"]),
    ]
    yield f"| {_name(entry)} | {f.arity} → {f.width} | {' | '.join(said)} |"


if __name__ == "__main__":
    sys.exit(main())
