"""Blocks that are bijective over the reals, in binary32 arithmetic and as PyTorch executes them. A table in Markdown.

python -m tests.benchmark.as_executed [--only TEXT] [--within SECONDS]

pair: two inputs with |x| ≤ 4 that differ in one unit in the last place and have one output, checked by the kernel in its own order of
operations; magnitude is that of the coordinate that differs. as executed: how many of up to 32 such pairs PyTorch maps to identical bits.
round trip: the largest |inverse(forward(x)) − x| that a search finds at the magnitudes 1, 100, 10 000, relative to the magnitude.
σ: the largest and the smallest singular value of the Jacobian over 16 normal inputs, condition: the largest ratio of the two at one input,
all from differences of the block's own outputs.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from math import inf, prod
from typing import Any

import numpy as np

from bijection import floats, load
from bijection.engines.grids.binary32 import by_neighbours
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.frontends.torch.flows import convention
from bijection.observed import Batch, Singles, callable_runtime, observe, round_trip, singular_values
from bijection.verdict import Pair, accept
from proofs.errors import Malformed
from proofs.ieee import Binary32
from proofs.statements import Injective
from tests.benchmark.flow_blocks import LIBRARIES

HEAD = (
    "| library | block | binary32 pair | magnitude | find s | as executed | round trip at 1 | at 100 | at 10 000 "
    "| σ max | σ min | condition |"
)
MAGNITUDES = (1.0, 100.0, 10_000.0)
SEEDS = 32

INVERSES: dict[str, Callable[[Any, Any], Any]] = {
    "FrEIA": lambda module, y: _freia(module, y),
    "normflows": lambda module, y: module.inverse(y),
    "nflows": lambda module, y: getattr(module, "_transform", module).inverse(y)[0],
    "zuko": lambda module, y: _zuko(module).inv(y),
}


def main() -> int:
    """Print the table; exit 2 where no library is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="blocks whose library and name contain this text")
    parser.add_argument("--within", type=float, default=10.0, help="seconds for each pair")
    chosen = parser.parse_args()
    there = [name for name in LIBRARIES if find_spec(name)]
    if not there or not find_spec("torch"):
        print("no library of flows is installed: pip install 'bijection-nn[torch,flows]'")
        return 2
    import_module("torch").set_num_threads(1)
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for library in there:
        for name, make, shape in LIBRARIES[library]():
            if chosen.only in f"{library} {name}":
                import_module("torch").manual_seed(0)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    print(f"| {library} | {name} | {' | '.join(_row(library, make, shape, chosen.within))} |", flush=True)
    return 0


def _row(library: str, make: Callable[[], Any], shape: tuple[int, ...], within: float) -> list[str]:
    module = make().eval()
    forward, inverse = _batches(library, module, shape)
    try:
        f = load(module, input_shape=shape, arithmetic="binary32")
        assert isinstance(f, Binary32)
        pairs = _pairs(f, forward, within)
    except (NotSupported, Malformed, NameError) as why:  # NameError: torch.fx writes names into its code that it does not import
        pairs = [str(why).splitlines()[0].replace("|", "∣")[:120], "", "", ""]
    n = prod(shape)
    return [*pairs, *_trips(forward, inverse, n), *_jacobian(forward, n)]


def _pairs(f: Binary32, forward: Batch, within: float) -> list[str]:
    goal, runtime = Injective(f, floats(-4, 4, f.arity)), callable_runtime(forward, "PyTorch")
    started, identical, found = time.perf_counter(), 0, list[tuple[Pair, float]]()
    for seed in range(SEEDS):
        proposal = next(by_neighbours(goal, Search(time.monotonic() + within, seed)), None)
        if proposal is None:
            break
        verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, 0.0)
        assert isinstance(verdict.counterexample, Pair)
        found.append((verdict.counterexample, time.perf_counter() - started))
        identical += observe(runtime, verdict.counterexample.x, verdict.counterexample.y).identical
        if time.perf_counter() - started > within:
            break
    if not found:
        return ["none found", "", f"{time.perf_counter() - started:.1f}", ""]
    pair, taken = found[0]
    changed = [(a, b) for a, b in zip(pair.x, pair.y, strict=True) if a != b]
    largest = max(abs(float(a)) for a, _ in changed)
    near = len(changed) == 1 and _next(changed[0])
    kind = "1 ulp" if near else f"{len(changed)} coordinates"
    return [kind, f"{largest:.2g}", f"{taken:.2f}", f"{identical} of {len(found)}"]


def _next(pair: tuple[Fraction, Fraction]) -> bool:
    """The two are neighbours among the binary32 numbers."""
    a, b = (np.float32(float(t)) for t in pair)
    return bool(np.nextafter(a, b) == b)


def _trips(forward: Batch, inverse: Batch, n: int) -> list[str]:
    try:
        trips = round_trip(forward, inverse, n, MAGNITUDES, rows=500)
    except (NotImplementedError, RuntimeError, AttributeError, ValueError, TypeError, AssertionError) as why:
        return [f"no inverse: {type(why).__name__}", "", ""]
    except Exception as why:  # the library's own errors: an input outside of the domain of the block or of its inverse
        return [f"refused: {type(why).__name__}", "", ""]
    return [f"{trip.largest / trip.magnitude:.1e}" + (f", {trip.lost} of {trip.rows} lost" if trip.lost else "") for trip in trips]


def _jacobian(forward: Batch, n: int) -> list[str]:
    inputs = np.random.default_rng(0).standard_normal((16, n)).astype(np.float32)
    try:
        values = [singular_values(forward, x.tolist()) for x in inputs]
    except Exception as why:  # the library's own errors
        return [f"refused: {type(why).__name__}", "", ""]
    largest, smallest = max(s for s, _ in values), min(t for _, t in values)
    return [f"{largest:.2g}", f"{smallest:.2g}", f"{max(s / t if t else inf for s, t in values):.2g}"]


def _batches(library: str, module: Any, shape: tuple[int, ...]) -> tuple[Batch, Batch]:
    """The block and its inverse on rows. A block with several outputs has them side by side in a row, and takes them apart again.

    Each call gets a copy: FrEIA's HaarUpsampling multiplies its input in place.
    """
    torch = import_module("torch")
    step = convention(module) or (lambda m, x: m(x))
    shapes: list[tuple[int, ...]] = []

    def rows(found: Any, count: int) -> Singles:
        parts = _parts(found)
        shapes[:] = [tuple(part.shape[1:]) for part in parts]
        return np.asarray(torch.cat([part.reshape(count, -1) for part in parts], dim=1).numpy(), dtype=np.float32)

    def forward(x: Singles) -> Singles:
        with torch.no_grad():
            return rows(step(module, torch.tensor(x).reshape(len(x), *shape)), len(x))

    def inverse(y: Singles) -> Singles:
        kept = list(shapes)
        with torch.no_grad():
            pieces = torch.split(torch.tensor(y), [prod(part) for part in kept], dim=1)
            parts = [piece.reshape(len(y), *part) for piece, part in zip(pieces, kept, strict=True)]
            back = _parts(INVERSES[library](module, parts if len(parts) > 1 else parts[0]))[0]
        return np.asarray(back.reshape(len(y), -1).numpy(), dtype=np.float32)

    return forward, inverse


def _parts(found: Any) -> list[Any]:
    """The tensors of an output that have a row for each input; normflows' log-determinant, a number for each input, is none of them."""
    every = list(found) if isinstance(found, tuple | list) else [found]
    return [part for part in every if getattr(part, "ndim", 0) > 1]


def _freia(module: Any, y: Any) -> Any:
    """Single modules take a tuple of tensors, graphs of them a tensor or a tuple; both give the input first."""
    graph = hasattr(module, "module_list") or hasattr(module, "node_list")
    given = y if graph and not isinstance(y, list) else tuple(y) if isinstance(y, list) else (y,)
    return module(given, rev=True, jac=False)[0]


def _zuko(module: Any) -> Any:
    """The transform from the data to the latent variable."""
    found = module()
    return getattr(found, "transform", found)


if __name__ == "__main__":
    sys.exit(main())
