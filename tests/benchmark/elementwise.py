"""Activations, gates and softmax over the reals: injective, onto, by which theorem, with which witness. A table in Markdown.

python -m tests.benchmark.elementwise [--within SECONDS]

Exit 1 if an answer contradicts what is known of the function (tests/networks/elementwise.py).
"""

from __future__ import annotations

import argparse
import sys

from bijection import decide
from bijection.verdict import Pair, Proved, Refuted, Verdict
from tests.networks.build import Entry
from tests.networks.elementwise import ELEMENTWISE

HEAD = "| function | injective | because | onto ℝᵐ | because | what is known |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=float, default=5.0, help="seconds for each question")
    chosen = parser.parse_args()
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    wrong = False
    for name in dict.fromkeys(name.split(": ")[0] for name in ELEMENTWISE):
        cells = []
        for question in ("injective", "onto"):
            entry = ELEMENTWISE[f"{name}: {question}"]
            verdict = decide(entry.statement, within=chosen.within)
            wrong |= (isinstance(verdict, Proved) and not entry.holds) or (isinstance(verdict, Refuted) and entry.holds)
            cells += [answer(verdict), because(verdict)]
        print(f"| {name.removeprefix('E ')} | {' | '.join(cells)} | {_known(ELEMENTWISE[f'{name}: injective'])} |", flush=True)
    return int(wrong)


def answer(verdict: Verdict) -> str:
    """The verdict in a word."""
    return {Proved: "yes", Refuted: "no"}.get(type(verdict), "unknown")  # type: ignore[call-overload]


def because(verdict: Verdict) -> str:
    """The theorem the verdict ends with, and the pair or the value if it is short."""
    if not isinstance(verdict, Proved | Refuted):
        return str(verdict.because).splitlines()[0].replace("|", "∣")[:80]
    shown = ""
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Pair):
        x, y = (f"({', '.join(map(str, t))})" for t in (verdict.counterexample.x, verdict.counterexample.y))
        shown = f": {x}, {y}" if len(x) + len(y) < 60 else ""
    return f"{verdict.because.splitlines()[0].replace('|', '∣')[:80]}{shown}"


def _known(entry: Entry) -> str:
    return entry.reason.replace("|", "∣")


if __name__ == "__main__":
    sys.exit(main())
