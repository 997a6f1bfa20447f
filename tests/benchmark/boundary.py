"""Maps of the plane and of space on boxes, with and without the theorem that it is enough to look at the boundary (T13).

python -m tests.benchmark.boundary [--within 60] [--only deep]

The networks approximate maps that turn by more than a right angle, and so are not monotone: eˣ·(cos y, sin y), beside linear ones,
and one such map after another. Hidden units bend along random lines through the box; the last layer is fitted to values and derivatives by
least squares, and rounded to float32. Times are processor seconds of a process that is running already; "check" is the kernel on the bytes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from unittest.mock import patch

import numpy as np

from bijection.driver import proposals
from bijection.engines import ENGINES
from bijection.engines.complete.boundary import by_boundary
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array
from bijection.frontends.matrices import read
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.domains import Box
from proofs.errors import Rejected
from proofs.kernel import check
from proofs.statements import Injective
from tests.build import point

SAMPLES, RIDGE, SLOPES = 4000, 1e-5, 0.3  # slopes weigh so much beside values
TURNING = {2: (128, 256, 512)}
TWICE = {2: (32, 64, 96, 128, 192)}
Map = Callable[[Array], Array]
Layer = tuple[Array, Array]


def main() -> None:
    """One table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=float, default=60.0, help="seconds on the clock for each side on each network")
    parser.add_argument("--only", choices=("shallow", "deep"))
    chosen = parser.parse_args()
    print("network | with: answer | find s | check s | bytes | without: answer | find s | check s | bytes")
    for kind, sizes, make in (("shallow", TURNING, turning), ("deep", TWICE, twice)):
        for n, widths in sizes.items():
            for h in widths if chosen.only in (None, kind) else ():
                goal = make(n, h)
                name = "-".join(map(str, (n, *([h] if kind == "shallow" else [h, h]), n)))
                without = tuple(engine for engine in ENGINES if engine is not by_boundary)
                both = [asked(goal, engines, chosen.within) for engines in (ENGINES, without)]
                print(" | ".join([name, *both]), flush=True)


def asked(goal: Injective, engines: tuple[object, ...], within: float) -> str:
    """The answer, the seconds until it was proposed, those of the check, and the bytes of the evidence."""
    started = time.process_time()
    found: Proposal | None = None
    check_s, size = 0.0, 0
    with patch("bijection.driver.ENGINES", engines):
        for proposal in proposals(goal, Search(time.monotonic() + within)):
            find_s = time.process_time() - started
            claim, evidence = encode_claim(proposal.claim), encode_evidence(proposal.evidence)
            began = time.process_time()
            try:
                check(decode_claim(claim), decode_evidence(evidence))
            except Rejected:
                continue
            found, check_s, size = proposal, time.process_time() - began, len(evidence)
            break
    if found is None:
        return f"unknown | {time.process_time() - started:.2f} | – | –"
    answer = "proved" if isinstance(found.claim, Injective) else "refuted"
    return f"{answer} | {find_s:.2f} | {check_s:.2f} | {size:,}"


def turning(n: int, h: int) -> Injective:
    """One hidden layer of h units for eˣ·(cos y, sin y) on [0, 1] × [-2, 2] × [-1, 1]ⁿ⁻²."""
    lower, upper = [0, -2, *[-1] * (n - 2)], [1, 2, *[1] * (n - 2)]
    rng = np.random.default_rng([n, h])
    first, last = fitted(turn, np.array(lower, float), np.array(upper, float), h, rng)
    return Injective(read([first, "relu", last]), Box(point(*lower), point(*upper)))


def twice(n: int, h: int) -> Injective:
    """Two hidden layers of h units for two such maps on [0, 1] × [-1, 1]ⁿ⁻¹; what is between them is multiplied out."""
    lower, upper = [0, *[-1] * (n - 1)], [1, *[1] * (n - 1)]
    rng = np.random.default_rng([n, h, h])
    start, end = np.array(lower, float), np.array(upper, float)
    first, middle = fitted(turn, start, end, h, rng)
    between = turn(start + (end - start) * rng.uniform(size=(SAMPLES, n)))
    second, last = fitted(again, between.min(axis=0), between.max(axis=0), h, rng)
    product = ((second[0] @ middle[0]).astype(np.float32), (second[0] @ middle[1] + second[1]).astype(np.float32))
    return Injective(read([first, "relu", product, "relu", last]), Box(point(*lower), point(*upper)))


def turn(x: Array) -> Array:
    """eˣ·(cos y, sin y), beside the other coordinates."""
    size = np.exp(0.7 * x[:, 0])
    rest = [x[:, k] + 0.3 * x[:, 0] for k in range(2, x.shape[1])]
    return np.stack([size * np.cos(x[:, 1]), size * np.sin(x[:, 1]), *rest], axis=1)


def again(x: Array) -> Array:
    """The same with the coordinates exchanged, at half the speed."""
    return turn(0.5 * x[:, ::-1])


def fitted(f: Map, lower: Array, upper: Array, h: int, rng: np.random.Generator) -> tuple[Layer, Layer]:
    """The two layers of a network that is close to f, and whose derivatives are."""
    n = len(lower)
    wide = (upper - lower) / 10
    x = rng.uniform(lower - wide, upper + wide, (SAMPLES, n))
    w = rng.normal(size=(h, n)) / (upper - lower) * 2
    b = -(w * rng.uniform(lower - wide, upper + wide, (h, n))).sum(axis=1)
    inner = x @ w.T + b
    rows, values = [np.hstack([np.maximum(inner, 0), np.ones((SAMPLES, 1))])], [f(x)]
    for j in range(n):
        step = np.eye(n)[j] * 1e-4
        rows.append(SLOPES * np.hstack([(inner > 0) * w[:, j], np.zeros((SAMPLES, 1))]))
        values.append(SLOPES * (f(x + step) - f(x - step)) / 2e-4)
    a, y = np.vstack(rows), np.vstack(values)
    solved = np.linalg.solve(a.T @ a + RIDGE * SAMPLES * np.eye(h + 1), a.T @ y)
    return _float32(w, b), _float32(solved[:-1].T, solved[-1])


def _float32(w: Array, b: Array) -> Layer:
    return w.astype(np.float32), b.astype(np.float32)


if __name__ == "__main__":
    main()
