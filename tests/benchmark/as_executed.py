"""Blocks that are bijective over the reals, in binary32 arithmetic and as PyTorch executes them. A table in Markdown.

python -m tests.benchmark.as_executed [--only TEXT] [--within SECONDS]

pair: two inputs with |x| ≤ 4 that differ in one unit in the last place and have one output, checked by the kernel in its own order of
operations; magnitude is that of the coordinate that differs. as executed: how many of up to 32 such pairs PyTorch maps to identical bits.
round trip: the largest |inverse(forward(x)) − x| that a search finds at the magnitudes 1, 100, 10 000, relative to the magnitude.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bijection import floats, load
from bijection.engines.binary32 import by_neighbours
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.frontends.torch_flows import convention
from bijection.observed import Batch, Singles, callable_runtime, observe, round_trip
from bijection.verdict import Pair, accept
from proofs.errors import Malformed
from proofs.ieee import Binary32
from proofs.statements import Injective
from tests.benchmark.flow_blocks import LIBRARIES

HEAD = "| library | block | binary32 pair | magnitude | find s | as executed | round trip at 1 | at 100 | at 10 000 |"
MAGNITUDES = (1.0, 100.0, 10_000.0)
SEEDS = 32

INVERSES: dict[str, Callable[[Any, Any], Any]] = {
    "FrEIA": lambda module, y: module(y if hasattr(module, "module_list") or hasattr(module, "node_list") else (y,), rev=True, jac=False)[
        0
    ],
    "normflows": lambda module, y: _first(module.inverse(y)),
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
    try:
        module = make().eval()
        f = load(load(module, input_shape=shape), arithmetic="binary32")
    except (NotSupported, Malformed, NameError) as why:  # NameError: torch.fx writes names into its code that it does not import
        return [str(why).splitlines()[0].replace("|", "∣")[:120], *[""] * 6]
    assert isinstance(f, Binary32)
    forward, inverse = _batches(library, module, shape)
    return [*_pairs(f, forward, within), *_trips(forward, inverse, f.arity)]


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
    (k,) = (i for i, (a, b) in enumerate(zip(pair.x, pair.y, strict=True)) if a != b)
    return ["1 ulp", f"{abs(float(pair.x[k])):.2g}", f"{taken:.2f}", f"{identical} of {len(found)}"]


def _trips(forward: Batch, inverse: Batch, n: int) -> list[str]:
    try:
        trips = round_trip(forward, inverse, n, MAGNITUDES, rows=500)
    except (NotImplementedError, RuntimeError, AttributeError, ValueError, AssertionError) as why:
        return [f"no inverse: {type(why).__name__}", "", ""]
    return [f"{trip.largest / trip.magnitude:.1e}" + (f", {trip.lost} of {trip.rows} lost" if trip.lost else "") for trip in trips]


def _batches(library: str, module: Any, shape: tuple[int, ...]) -> tuple[Batch, Batch]:
    torch = import_module("torch")
    run = convention(module)

    def call(step: Callable[[Any, Any], Any], x: Singles, kept: list[tuple[int, ...]], inside: tuple[int, ...] | None) -> Singles:
        with torch.no_grad():
            tensor = torch.from_numpy(np.ascontiguousarray(x)).reshape(len(x), *(inside or kept[0]))
            found = step(module, tensor)
        parts = list(found) if isinstance(found, tuple | list) else [found]
        kept[:] = [tuple(parts[0].shape[1:])]
        y = torch.cat([part.reshape(len(x), -1) for part in parts], dim=1)
        return np.asarray(y.reshape(len(x), -1).numpy(), dtype=np.float32)

    shapes: list[tuple[int, ...]] = [shape]
    forward_step = run or (lambda m, x: m(x))
    return (
        lambda x: call(forward_step, x, shapes, shape),
        lambda y: call(INVERSES[library], y, list(shapes), None),
    )


def _is_inn(module: Any) -> bool:
    return hasattr(module, "module_list") or hasattr(module, "node_list")


def _first(found: Any) -> Any:
    return found[0] if isinstance(found, tuple) else found


def _zuko(module: Any) -> Any:
    found = module()
    return getattr(found, "transform", found)


if __name__ == "__main__":
    sys.exit(main())
