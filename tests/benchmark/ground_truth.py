"""The float32 pairs and round trips of FrEIA's blocks in ../shared/networks/GROUND_TRUTH, replayed. A table in Markdown.

python -m tests.benchmark.ground_truth — needs ../shared/networks and FrEIA; an observation, not a proof.

The files hold inputs and outputs as bit patterns and no weights. The weights are those that torch draws from the seed 0 with two linear
layers of 64 hidden units as subnet, the inputs are a thousand normal vectors of the seed 1: found by trying, confirmed by the bits.
same bits: whether the block maps both inputs to the outputs recorded, bit by bit. ours: whether the pair has one output in the binary32
arithmetic of the kernel, which sums from left to right. round trip: the largest error, and the rows that come back bit by bit.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bijection import load
from bijection.errors import NotSupported
from proofs.errors import Malformed, NoExactValue
from proofs.ieee import Binary32

FOLDER = Path(__file__).parents[3] / "shared" / "networks" / "GROUND_TRUTH"
SIDE = 8
HEAD = "| block of FrEIA | magnitude | same bits | ours | round trip, recorded | here | exact rows, recorded | here |"


def blocks() -> dict[str, Callable[[], Any]]:
    """The blocks whose weights the seed gives; the others draw from NumPy's generator, whose state is not recorded."""
    import FrEIA.modules as Fm
    from torch import nn

    sizes = [(SIDE,)]

    def subnet(n: int, m: int) -> Any:
        return nn.Sequential(nn.Linear(n, 64), nn.ReLU(), nn.Linear(64, m))

    coupling = ("NICECouplingBlock", "RNVPCouplingBlock", "GLOWCouplingBlock", "GINCouplingBlock", "AffineCouplingOneSided")
    plain = ("ActNorm", "OrthogonalTransform", "InvertibleSigmoid")
    return {
        **{name: lambda name=name: getattr(Fm, name)(sizes, subnet_constructor=subnet) for name in coupling},
        **{name: lambda name=name: getattr(Fm, name)(sizes) for name in plain},
    }


def rebuilt(make: Callable[[], Any], x: np.ndarray[Any, Any]) -> Any:
    """The block with the recorded weights; ActNorm takes its own from the first batch it sees."""
    import torch

    torch.manual_seed(0)
    block = make()
    if type(block).__name__ == "ActNorm":
        run(block, x)
    return block.eval()


def inputs(magnitude: str) -> np.ndarray[Any, Any]:
    """The thousand inputs of that magnitude."""
    import torch

    torch.manual_seed(1)
    drawn: np.ndarray[Any, Any] = (torch.randn(1000, SIDE) * float(magnitude)).numpy()
    return drawn


def run(block: Any, x: np.ndarray[Any, Any], back: bool = False) -> np.ndarray[Any, Any]:
    """The block on a batch, or its inverse."""
    import torch

    with torch.no_grad():
        out: np.ndarray[Any, Any] = block([torch.from_numpy(np.ascontiguousarray(x))], rev=back)[0][0].numpy()
    return out


def round_trip(block: Any, x: np.ndarray[Any, Any]) -> tuple[float, int]:
    """The largest error among the rows that stay finite, and how many rows come back bit by bit."""
    back = run(block, run(block, x), back=True)
    finite = np.isfinite(back).all(axis=1)
    return float(np.abs(back - x)[finite].max()), int((back == x).all(axis=1).sum())


def singles(patterns: Sequence[str]) -> np.ndarray[Any, Any]:
    """The binary32 numbers with these bits."""
    return np.array([struct.unpack(">f", bytes.fromhex(p))[0] for p in patterns], dtype=np.float32)


def recorded(file: str) -> dict[str, Any]:
    """What a file of the folder holds."""
    found: dict[str, Any] = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Print the table; exit 2 where the files or FrEIA are absent."""
    if not FOLDER.is_dir() or not find_spec("FrEIA"):
        print("needs ../shared/networks/GROUND_TRUTH and FrEIA (the extra 'flows')", file=sys.stderr)
        return 2
    pairs, trips = recorded("float32_collisions_FrEIA.json"), recorded("roundtrip_FrEIA.json")["single_layers"]
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for name, make in blocks().items():
        for magnitude in ("1", "100"):
            batch = inputs(magnitude)
            block = rebuilt(make, batch)
            example = pairs[f"FrEIA.{name} mag {magnitude}"]["example"]
            x, other, y = (singles(example[key]) for key in ("x", "x_prime", "y"))
            same = all(run(block, p[None])[0].tobytes() == y.tobytes() for p in (x, other))
            error, exact = round_trip(rebuilt(make, inputs("1")), batch)
            known = trips[name][magnitude]
            cells = (f"{known['max_abs']:.3g}", f"{error:.3g}", known["bitexact_rows"], exact)
            print(f"| {name} | {magnitude} | {_said(same)} | {_ours(block, x, other)} | {' | '.join(map(str, cells))} |", flush=True)
    return 0


def _ours(block: Any, x: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> str:
    try:
        f = Binary32(load(block, input_shape=SIDE))
        one, two = (f([Fraction(float(t)) for t in p]) for p in (x, other))
    except (NotSupported, Malformed, NoExactValue) as why:
        return str(why).partition(";")[0][:60]
    return f"{_said(one == two)}"


def _said(yes: bool) -> str:
    return "yes" if yes else "no"


if __name__ == "__main__":
    sys.exit(main())
