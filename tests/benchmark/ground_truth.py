"""The float32 pairs and round trips of FrEIA's blocks in ../shared/networks/GROUND_TRUTH, replayed. A table in Markdown.

python -m tests.benchmark.ground_truth [TEXT]

TEXT: only blocks with this in their names. Needs ../shared/networks and FrEIA; an observation, not a proof.

The files hold inputs and outputs as bit patterns and no weights. The weights are those that torch draws from the seed 0 with two linear
layers of 64 hidden units as subnet, the inputs are a thousand normal vectors of the seed 1, and in stacks block k is followed by
PermuteRandom(seed=k): found by trying, confirmed by the bits. AllInOneBlock also draws a permutation from NumPy's generator, whose state is
not recorded: the one taken is that which the first recorded output shows. Stacks of it are not rebuilt, as there no output shows it.
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
    """The blocks and stacks of blocks whose weights the seed gives."""
    import FrEIA.framework as framework
    import FrEIA.modules as Fm
    from torch import nn

    sizes = [(SIDE,)]

    def subnet(n: int, m: int) -> Any:
        return nn.Sequential(nn.Linear(n, 64), nn.ReLU(), nn.Linear(64, m))

    def stack(name: str, count: int) -> Any:
        made = framework.SequenceINN(SIDE)
        for k in range(count):
            made.append(getattr(Fm, name), subnet_constructor=subnet)
            made.append(Fm.PermuteRandom, seed=k)
        return made

    coupling = ["NICECouplingBlock", "RNVPCouplingBlock", "GLOWCouplingBlock", "GINCouplingBlock", "AffineCouplingOneSided"]
    plain = ("ActNorm", "OrthogonalTransform", "InvertibleSigmoid")
    return {
        **{name: lambda name=name: getattr(Fm, name)(sizes, subnet_constructor=subnet) for name in [*coupling, "AllInOneBlock"]},
        **{name: lambda name=name: getattr(Fm, name)(sizes) for name in plain},
        "HouseholderPerm": lambda: Fm.HouseholderPerm(sizes, n_reflections=4),
        "IResNetLayer": lambda: Fm.IResNetLayer(sizes, internal_size=64),
        **{
            f"SequenceINN {name} x{count}": lambda name=name, count=count: stack(name, count)
            for name in ("RNVPCouplingBlock", "GLOWCouplingBlock")
            for count in (1, 8)
        },
    }


def rebuilt(make: Callable[[], Any], x: np.ndarray[Any, Any]) -> Any:
    """The block with the recorded weights; ActNorm takes its own from the first batch it sees."""
    import torch

    torch.manual_seed(0)
    block = make()
    if type(block).__name__ == "ActNorm":
        run(block, x)
    return block.eval()


def permuted(block: Any, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> None:
    """Give an AllInOneBlock the permutation that makes y of x; its outputs are different numbers."""
    import torch

    out = run(block, x[None])[0].tolist()
    if sorted(out) != sorted(y.tolist()):
        return
    moves = torch.zeros(SIDE, SIDE)
    moves[range(SIDE), [out.index(t) for t in y.tolist()]] = 1
    block.w_perm.data = (moves @ block.w_perm.data).contiguous()
    block.w_perm_inv.data = block.w_perm.data.T.contiguous()


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
        given = torch.from_numpy(np.ascontiguousarray(x))
        stack = type(block).__name__ == "SequenceINN"
        jac = type(block).__name__ != "IResNetLayer"  # its log-determinant needs gradients
        found = block(given if stack else [given], rev=back, jac=jac)[0]
        out: np.ndarray[Any, Any] = (found if stack else found[0]).numpy()
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


def main(only: str = "") -> int:
    """Print the table; exit 2 where the files or FrEIA are absent."""
    if not FOLDER.is_dir() or not find_spec("FrEIA"):
        print("needs ../shared/networks/GROUND_TRUTH and FrEIA (the extra 'flows')", file=sys.stderr)
        return 2
    pairs, trips = recorded("float32_collisions_FrEIA.json"), recorded("roundtrip_FrEIA.json")
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for name, make in blocks().items():
        if only not in name:
            continue
        for magnitude in ("1", "100"):
            batch = inputs(magnitude)
            block = rebuilt(make, batch)
            example = pairs[f"FrEIA.{name} mag {magnitude}"]["example"]
            x, other, y = (singles(example[key]) for key in ("x", "x_prime", "y"))
            if name == "AllInOneBlock":
                permuted(block, x, y)
            same = all(run(block, p[None])[0].tobytes() == y.tobytes() for p in (x, other))
            error, exact = round_trip(block if name == "AllInOneBlock" else rebuilt(make, inputs("1")), batch)
            known = _known(trips, name, magnitude)
            cells = (f"{known['max_abs']:.3g}", f"{error:.3g}", known.get("bitexact_rows", "–"), exact)
            print(f"| {name} | {magnitude} | {_said(same)} | {_ours(block, x, other)} | {' | '.join(map(str, cells))} |", flush=True)
    return 0


def _known(trips: dict[str, Any], name: str, magnitude: str) -> dict[str, Any]:
    """The round trip that is recorded."""
    if name.startswith("SequenceINN "):
        found = trips["stacks"][f"{name.removeprefix('SequenceINN ')} gain 1 mag {magnitude}"]
        return {"max_abs": found["f32_max_abs"]}
    if name == "IResNetLayer":
        (key,) = (key for key in trips["stacks"] if key.startswith(name) and key.endswith(f" mag {magnitude}"))
        return {"max_abs": trips["stacks"][key]}
    known: dict[str, Any] = trips["single_layers"][name][magnitude]
    return known


def _ours(block: Any, x: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> str:
    try:
        f = load(block, input_shape=SIDE, arithmetic="binary32")
        assert isinstance(f, Binary32)
        one, two = (f([Fraction(float(t)) for t in p]) for p in (x, other))
    except (NotSupported, Malformed, NoExactValue) as why:
        return str(why).partition(";")[0][:60]
    return f"{_said(one == two)}"


def _said(yes: bool) -> str:
    return "yes" if yes else "no"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
