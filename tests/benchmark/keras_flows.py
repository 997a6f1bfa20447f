"""Keras models through ONNX: over the reals, in binary32 arithmetic, and as TensorFlow executes them. A table in Markdown.

python -m tests.benchmark.keras_flows [--only TEXT] [--within SECONDS]

Needs tensorflow (or tensorflow-cpu) and tf2onnx. The columns are those of tests/benchmark/as_executed.py; pairs and round trips are those
of the Keras model itself, run by TensorFlow.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bijection import decide, load
from bijection.observed import Singles
from bijection.verdict import Proved
from proofs.domains import Reals
from proofs.ieee import Binary32
from proofs.network import Network
from proofs.statements import Bijective
from tests.benchmark.as_executed import _pairs, _trips

MODELS = {
    "NVP, 2 inputs, 3 layers, 3 × 512 hidden (the size in its own file)": (2, 3, 3, 512, "two-sided"),
    "NVP, 6 inputs, 3 layers, 2 × 32 hidden": (6, 3, 2, 32, "two-sided"),
    "NVP with one-sided couplings, 6 inputs, 4 layers, 2 × 32 hidden": (6, 4, 2, 32, "one-sided"),
    "NICE, 6 inputs, 4 layers, 2 × 32 hidden": (6, 4, 2, 32, "additive"),
}
HEAD = (
    "| Keras model | over the reals | rests on | s | binary32 pair | magnitude | find s | as executed "
    "| round trip at 1 | at 100 | at 10 000 |"
)


def main() -> int:
    """Print the table; exit 2 without TensorFlow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="models whose name contains this text")
    parser.add_argument("--within", type=float, default=180.0, help="seconds for the proof")
    chosen = parser.parse_args()
    if not find_spec("tensorflow") or not find_spec("tf2onnx"):
        print("TensorFlow is not installed: pip install tensorflow-cpu tf2onnx")
        return 2
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(HEAD, "|" + "---|" * (HEAD.count("|") - 1), sep="\n", flush=True)
    for name, sizes in MODELS.items():
        if chosen.only in name:
            print(f"| {name} | {' | '.join(_row(sizes, chosen.within))} |", flush=True)
    return 0


def _row(sizes: tuple[int, int, int, int, str], within: float) -> list[str]:
    from tests.benchmark.keras_models import export, flow

    model = flow(*sizes)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export(model, Path(folder) / "model.onnx")
        f, rounded = load(Path(folder) / "model.onnx"), load(Path(folder) / "model.onnx", arithmetic="binary32")
    assert isinstance(f, Network)
    assert isinstance(rounded, Binary32)
    started = time.monotonic()
    verdict = decide(Bijective(f, Reals(f.arity), Reals(f.width)), within=within)
    word = "bijective" if isinstance(verdict, Proved) else "not decided"
    rests = ", ".join(basis.name for basis in verdict.rests_on) if isinstance(verdict, Proved) else ""

    def forward(x: Singles) -> Singles:
        return np.asarray(model(x), dtype=np.float32)

    def inverse(y: Singles) -> Singles:
        return np.asarray(model.inverse(y), dtype=np.float32)

    cells = [word, rests, f"{time.monotonic() - started:.0f}"]
    return [*cells, *_pairs(rounded, forward, 10.0), *_trips(forward, inverse, f.arity)]


if __name__ == "__main__":
    sys.exit(main())
