"""How many of 20 000 random states give one and the same output in the ACAS Xu networks as onnxruntime executes them.

python -m tests.benchmark.acas_as_executed — needs ../shared/networks and onnxruntime; an observation, not a proof.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from bijection.observed import onnx_runtime

NETWORKS = Path(__file__).parents[3] / "shared" / "networks" / "acasxu"
LOWER, UPPER = np.array([-0.3284, -0.5, -0.5, -0.5, -0.5]), np.array([0.6799, 0.5, 0.5, 0.5, 0.5])
STATES = 20_000


def main() -> int:
    """Print the table; exit 2 where the networks are absent."""
    files = sorted(NETWORKS.glob("*_batch_2000.onnx"))
    if not files:
        print(f"no ACAS Xu networks in {NETWORKS.name}: put them beside the clone as ../shared/networks/acasxu", file=sys.stderr)
        return 2
    x = (LOWER + (UPPER - LOWER) * np.random.default_rng(0).random((STATES, 5))).astype(np.float32)
    print("| network | runtime | states | different outputs | states that share theirs | largest class |\n|---|---|---|---|---|---|")
    for file in files:
        runtime = onnx_runtime(file)
        outputs = Counter(row.tobytes() for row in runtime.run(x) + np.float32(0))
        shared = sum(count for count in outputs.values() if count > 1)
        print(f"| {file.stem} | {runtime} | {STATES:,} | {len(outputs):,} | {shared:,} | {max(outputs.values()):,} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
