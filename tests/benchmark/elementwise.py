"""Activations, gates and softmax over the reals: injective, onto, by which theorem, with which witness. A table in Markdown.

python -m tests.benchmark.elementwise [--torch] [--within SECONDS]

With --torch: every activation of torch.nn, and its normalisation layers, as modules with their default arguments.
Exit 1 if an answer contradicts what is known of the function (tests/networks/elementwise.py, MODULES).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TypeAlias

from bijection import decide, load
from bijection.errors import NotSupported
from bijection.verdict import Missed, Pair, Proved, Refuted, Verdict
from proofs.domains import Reals
from proofs.network import Network
from proofs.statements import Injective, Statement, Surjective
from tests.networks.elementwise import ELEMENTWISE

HEAD = "| function | injective | because | onto ℝᵐ | because | what is known |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", action="store_true", help="the modules of torch.nn instead")
    parser.add_argument("--within", type=float, default=5.0, help="seconds for each question")
    chosen = parser.parse_args()
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    wrong = False
    for name, statements, known, reason in modules() if chosen.torch else zoo():
        cells = []
        for statement, holds in zip(statements, known, strict=True):
            verdict = decide(statement, within=chosen.within)
            wrong |= (isinstance(verdict, Proved) and not holds) or (isinstance(verdict, Refuted) and holds)
            cells += [answer(verdict), because(verdict)]
        print(f"| {name} | {' | '.join(cells) or '| | |'} | {reason} |", flush=True)
    return int(wrong)


Line: TypeAlias = tuple[str, tuple[Statement, ...], tuple[bool, ...], str]


def zoo() -> Iterator[Line]:
    """The functions of tests/networks/elementwise.py."""
    for name in dict.fromkeys(name.split(": ")[0] for name in ELEMENTWISE):
        entries = [ELEMENTWISE[f"{name}: {question}"] for question in ("injective", "onto")]
        known = tuple(entry.holds for entry in entries)
        yield name.removeprefix("E "), tuple(entry.statement for entry in entries), known, entries[0].reason.replace("|", "∣")


# class: arguments, width of the input, injective, onto
MODULES: dict[str, tuple[tuple[object, ...], int, bool, bool]] = {
    **{name: ((), 1, True, True) for name in ("LeakyReLU", "PReLU", "RReLU", "Tanhshrink")},
    **{name: ((), 1, True, False) for name in ("ELU", "SELU", "CELU", "Sigmoid", "LogSigmoid", "Softplus", "Softsign", "Tanh")},
    **{name: ((), 1, False, False) for name in ("ReLU", "ReLU6", "Hardsigmoid", "Hardtanh", "Hardswish", "SiLU", "GELU", "Mish")},
    **{"Softshrink": ((), 1, False, True), "Hardshrink": ((), 1, False, False), "Threshold": ((0.0, 0.0), 1, False, False)},
    **{name: ((-1,), 3, False, False) for name in ("Softmax", "Softmin", "LogSoftmax")},
    **{"GLU": ((), 2, False, True), "LayerNorm": ((3,), 3, False, False), "RMSNorm": ((3,), 3, True, False)},
    "GroupNorm": ((2, 4), 4, False, False),
}


def modules() -> Iterator[Line]:
    """The modules, read as they are; what is not read is named."""
    import torch

    for name, (given, width, *known) in MODULES.items():
        module = getattr(torch.nn, name)(*given).eval()
        shown = f"{name}({', '.join(map(str, given))}) on ℝ{_power(width)}"
        try:
            f = load(module, input_shape=(width, 1) if name == "GroupNorm" else width)
        except NotSupported as why:
            yield shown, (), (), f"not read: {why}".replace("|", "∣")
            continue
        assert isinstance(f, Network)
        yield shown, (Injective(f, Reals(width)), Surjective(f, Reals(width), Reals(f.width))), tuple(known), ""


def _power(n: int) -> str:
    return "" if n == 1 else str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


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
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Missed):
        shown = f"; misses ({', '.join(map(str, verdict.counterexample.value))})"
    return f"{verdict.because.splitlines()[0].replace('|', '∣')[:80]}{shown}"


if __name__ == "__main__":
    sys.exit(main())
