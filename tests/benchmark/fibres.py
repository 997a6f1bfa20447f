"""All inputs with the output of a random input, for the networks of ../shared/networks that are piecewise affine and have few inputs.

python -m tests.benchmark.fibres [--within 30] [--values 3] [--seed 0] [--only WORD]
"""

from __future__ import annotations

import argparse
import random
from fractions import Fraction
from pathlib import Path

from bijection import load, preimages
from bijection.errors import NotSupported
from proofs.domains import Box
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.subdivision import recession

SHARED = Path(__file__).parents[3] / "shared" / "networks"
MOST_INPUTS, MOST_LEFT = 12, 4  # inputs, and by how many they may exceed the outputs


def main() -> None:
    """One row for each network and value; a star marks a list that is not proved to be complete."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=float, default=30.0, help="seconds for each value")
    parser.add_argument("--values", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="a part of the path")
    chosen = parser.parse_args()
    print("network | n → m | units | pieces of dimension | complete | seconds | how")
    for path in sorted((*SHARED.rglob("*.onnx"), *SHARED.rglob("*.nnet"))):
        name = str(path.relative_to(SHARED))
        f = _small(path) if chosen.only in name else None
        if f is None:
            continue
        for number in range(chosen.values):
            rng = random.Random(f"{chosen.seed}/{name}/{number}")
            x = tuple(Fraction(rng.randint(-64, 64), 128) for _ in range(f.arity))
            box = Box((Fraction(-1, 2),) * f.arity, (Fraction(1, 2),) * f.arity)
            found = preimages(f, like=x, on=box, within=chosen.within)
            kinds = ", ".join(f"{count} of {d}" for d, count in found.dimensions.items())
            units = sum(f.widths[i + 1] for i, node in enumerate(f.nodes) if type(node.op).__name__ == "Pointwise")
            done = "yes" if found.complete else "not proved"
            print(f"{name} | {f.arity} → {f.width} | {units} | {kinds} | {done} | {found.seconds:.1f} | {found.because}", flush=True)


def _small(path: Path) -> Network | None:
    """The network, if it is piecewise affine and small enough to ask."""
    try:
        f = load(path)
        recession(f)
    except (NotSupported, Malformed, Rejected, ValueError):
        return None
    fits = isinstance(f, Network) and 0 < f.arity <= MOST_INPUTS and f.width and f.arity - f.width <= MOST_LEFT
    return f if fits and isinstance(f, Network) else None


if __name__ == "__main__":
    main()
