"""Are the stock blocks of FrEIA, normflows, nflows and zuko, and a Keras model, bijective over the reals? A table in Markdown.

python -m tests.benchmark.flows [--only TEXT] [--within SECONDS] [--write FILE] [--short]
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bijection import decide, load
from bijection.verdict import Proved, Refuted, Verdict
from proofs.domains import Reals
from proofs.network import Network
from proofs.statements import Bijective, Injective, Surjective
from tests.benchmark.flow_blocks import LIBRARIES

HEAD = "| library | block | ℝⁿ → ℝᵐ | over the reals | because | s |"


def main() -> int:
    """Print the table; exit 2 where no library is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="blocks whose library and name contain this text")
    parser.add_argument("--within", type=float, default=20.0, help="seconds for each question")
    parser.add_argument("--write", type=Path, help="write the table to this file too")
    parser.add_argument("--short", action="store_true", help="a line for each library and answer instead of one for each block")
    chosen = parser.parse_args()
    there = [name for name in LIBRARIES if find_spec(name)]
    if not there or not find_spec("torch"):
        print("no library of flows is installed: pip install 'bijection-nn[torch,flows]'")
        return 2
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    print("" if chosen.short else "\n".join(lines), flush=True)
    for line in rows(there, chosen.only, chosen.within):
        print("" if chosen.short else f"{line}\n", end="", flush=True)
        lines.append(line)
    if chosen.short:
        lines = short(lines[2:])
        print("\n".join(lines))
    if chosen.write:
        chosen.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def short(lines: list[str]) -> list[str]:
    """The blocks of each library by what is known of them."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        _, library, block, _, answer, *_ = (cell.strip() for cell in line.split("|"))
        found.setdefault((library, answer), []).append(block)
    head = ["| library | over the reals | blocks |", "|---|---|---|"]
    return head + [f"| {library} | {answer} | {', '.join(blocks)} |" for (library, answer), blocks in found.items()]


def rows(libraries: list[str], only: str, within: float) -> Iterator[str]:
    """A row for each block."""
    import torch

    for library in libraries:
        for name, make, shape in LIBRARIES[library]():
            if only in f"{library} {name}":
                torch.manual_seed(0)  # the weights are those that the library starts with
                started = time.monotonic()
                cells = _row(make, shape, within)
                yield f"| {library} | {name} | {' | '.join(cells)} | {time.monotonic() - started:.1f} |"


def read(make: Callable[[], Any], shape: tuple[int, ...]) -> Network:
    """The block as an exact network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = make()
        function = load(made.eval() if hasattr(made, "eval") else made, input_shape=shape)
    assert isinstance(function, Network)
    return function


def _row(make: Callable[[], Any], shape: tuple[int, ...], within: float) -> tuple[str, str, str]:
    try:
        f = read(make, shape)
    except Exception as why:  # the library's own code runs too
        return "", "not read", str(why).splitlines()[0].replace("|", "∣")[:160]
    found, because = answer(f, within)
    return f"{f.arity} → {f.width}", found, because


def answer(f: Network, within: float) -> tuple[str, str]:
    """What holds of the network over the reals, and why."""
    on, onto = Reals(f.arity), Reals(f.width)
    if f.arity == f.width:
        verdict = decide(Bijective(f, on, onto), within=within)
        if isinstance(verdict, Proved):
            return "bijective", _short(verdict)
    first, second = decide(Injective(f, on), within=within), decide(Surjective(f, on, onto), within=within)
    words = [_word(v, kind) for v, kind in ((first, "injective"), (second, "onto"))]
    return ", ".join(words), "; ".join(_short(v) for v in (first, second) if isinstance(v, Proved | Refuted)) or _short(first)


def _word(verdict: Verdict, kind: str) -> str:
    return kind if isinstance(verdict, Proved) else f"not {kind}" if isinstance(verdict, Refuted) else f"{kind}?"


def _short(verdict: Verdict) -> str:
    return "; ".join(dict.fromkeys(verdict.because.split("; "))).replace("|", "∣")


if __name__ == "__main__":
    sys.exit(main())
