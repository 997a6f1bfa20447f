"""Which labels the classifiers of ../shared/networks have on their boxes and 8-bit grids, and which networks are onto; tables in Markdown.

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
from bijection.frontends.nnet import stated_box
from bijection.label_table import LabelTable
from bijection.questions import grid_of, reached_labels
from bijection.verdict import Missed, Proved, Refuted
from bijection.words import domain as in_words
from bijection.words import kind
from proofs.codec import decode_claim, decode_evidence
from proofs.domains import Box, Domain, Reals
from proofs.errors import Malformed
from proofs.kernel import check
from proofs.network import Network
from proofs.statements import Surjective
from tests.benchmark.shared_networks import NETWORKS, _checked, _domain, _filled, _name

CLASSIFIERS = ("mnist/", "transformer/", "cifar/", "vertcas/", "acasxu/", "control/")
LABELS_HEAD = "| network | n → labels | on | reached | never | unknown | rests on | find s | check s |"
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
    path = NETWORKS / entry["file"]
    readouts = ("argmin", "label") if entry["file"].startswith("acasxu/") else ("label",)  # scores of ACAS Xu are costs
    for readout in readouts:
        try:
            f = load(path, readout=readout)
        except (NotSupported, Malformed) as why:
            yield f"| {_name(entry)} | | | refused: {str(why).splitlines()[0]} | | | | | |"
            return
        box = stated_box(path) if path.suffix == ".nnet" else _domain(entry.get("domain") or "", f.arity)
        box = Box(_filled(("-1",), f.arity), _filled(("1",), f.arity)) if not isinstance(box, Box) else box
        name = _name(entry) + (", argmin" if readout == "argmin" else "")
        for on in (box, grid_of(box)) if f.arity >= 784 else (box,):
            yield _line(name, f, on, within)


def _line(name: str, f: Network, on: Domain, within: float) -> str:
    started = time.perf_counter()
    found = reached_labels(f, on, within=within)
    seconds = time.perf_counter() - started
    groups = " | ".join(" ".join(map(str, labels)) for labels in (found.reached, found.never, found.unknown))
    rests = ", ".join(dict.fromkeys(basis.name for verdict in found.values() for basis in verdict.rests_on))
    return f"| {name} | {f.arity} → {len(found)} | {in_words(on)} | {groups} | {rests} | {seconds:.1f} | {_check_seconds(found):.1f} |"


def _check_seconds(found: LabelTable) -> float:
    """How long the kernel takes for all answers, read from bytes."""
    files = [verdict.files() for verdict in found.values() if isinstance(verdict, Proved | Refuted)]
    started = time.perf_counter()
    for claim, evidence in files:
        check(decode_claim(claim), decode_evidence(evidence))
    return time.perf_counter() - started


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
