"""How many outputs the 4 278 190 079 finite binary32 numbers have under simple maps (F2): python -m tests.benchmark.binary32

Each map is a network with one input, computed in binary32 arithmetic on all numbers; the pair in the last column has passed the kernel.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np

from bijection.exhaustive import count
from bijection.frontends import load
from bijection.progress import progress
from proofs.exact import vector
from proofs.ieee import Binary32

MAPS = {
    "2x": [[[2]]],
    "x/2": [[[0.5]]],
    "3x": [[[3]]],
    "x + 1": [([[1]], [1])],
    "leaky ReLU 0.01": [[[1]], ("leaky_relu", np.float32(0.01))],
    "leaky ReLU 0.25": [[[1]], ("leaky_relu", 0.25)],
}


def main(names: Sequence[str]) -> int:
    print("| map | distinct outputs | inputs lost | share | seconds | two inputs with one output |\n|---|---|---|---|---|---|")
    for name in names or MAPS:
        f = load(MAPS[name], arithmetic="binary32")
        assert isinstance(f, Binary32)
        started = time.perf_counter()
        with progress() as report:
            found = count(f, report)
        seconds = time.perf_counter() - started
        pair = "none"
        if found.pair is not None:
            x, y = ((t,) for t in found.pair)
            assert f.trace(vector(x))[-1] == f.trace(vector(y))[-1]
            pair = f"{float(x[0]).hex()}, {float(y[0]).hex()}"
        print(f"| {name} | {found.outputs:,} | {found.lost:,} | {found.lost / found.inputs:.1%} | {seconds:.0f} | {pair} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
