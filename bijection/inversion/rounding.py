"""From the reals to binary32: where an inverse network leaves room to spare, rounding cannot make two points of a grid collide (F8)."""

from __future__ import annotations

import time
from typing import Any

from bijection.inversion.layers import by_layers
from bijection.questions import decide
from bijection.verdict import Verdict, accept
from proofs.domains import Grid
from proofs.errors import Malformed, Rejected
from proofs.ieee import Binary32
from proofs.statements import Injective
from proofs.theorems.identity import Cancels
from proofs.theorems.rounding import SmallRounding


def decide_on_grid(f: Binary32, grid: Grid, *, within: float = 60.0, **options: Any) -> Verdict:
    """Whether a network in binary32 arithmetic is injective on a grid: by an inverse network and a bound on rounding, else as `decide`."""
    started, goal = time.monotonic(), Injective(f, grid)
    try:
        g = by_layers(f.network)
        if g is not None:
            because = "an inverse network leaves more room between the outputs than rounding takes"
            return accept(goal, goal, (SmallRounding(g), Cancels()), because, time.monotonic() - started)
    except (Rejected, Malformed):
        pass  # too close, or not known of these operations
    left = max(1.0, within - (time.monotonic() - started))
    return decide(goal, within=left, **options)
