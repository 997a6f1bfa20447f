"""Bijectivity of ℝⁿ → ℝⁿ against the width, beside naive enumeration; and leaky networks n-n-n-n.

python -m tests.benchmark.bijectivity [--within 60] [--seeds 3] [--widest 32]

The networks n-h-n are x ↦ x + gain·(random branch) with the identity written as r(t) − r(−t), units in random order, so that no layer is a
bijection. Naive enumeration goes through the units, asks one linear program in floats for each phase whether it occurs, and takes one
determinant for each cell: it finds the signs, which alone prove nothing, and no preimages.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from bijection.driver import proposals
from bijection.engines.proposal import Search
from bijection.exact.floating import Array
from bijection.exact.lp import maximise
from bijection.frontends.exact import dense
from bijection.verdict import accept
from proofs.activations import RELU
from proofs.domains import Reals
from proofs.network import Affine, Network, Pointwise
from proofs.statements import Bijective
from tests.benchmark.suite import instance
from tests.build import chain

WIDTHS = {2: (8, 12, 16, 24, 32, 48), 3: (8, 12, 16, 24, 32), 4: (10, 12, 16, 20)}
GAIN = 0.35


def main() -> None:
    """Two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=float, default=60.0, help="seconds for each side on each network")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--widest", type=int, default=48)
    chosen = parser.parse_args()
    print("network | answers | cells | ours s (median) | naive enumeration s")
    for n, widths in WIDTHS.items():
        for h in (width for width in widths if width <= chosen.widest):
            print(_row(n, h, chosen.seeds, chosen.within), flush=True)
    for n in (3, 4, 5, 8, 16, 64):
        for kind in ("plain", "hidden"):
            seconds, answers = [], set()
            for number in range(1, chosen.seeds + 1):
                f = instance(f"leaky {n}-{n}-{n}-{n} {kind} #{number}").f
                verdict, spent = timed(f, chosen.within)
                seconds.append(spent)
                answers.add(verdict)
            print(f"leaky {n}-{n}-{n}-{n} {kind} | {', '.join(sorted(answers))} | | {statistics.median(seconds):.2f} | ", flush=True)


def _row(n: int, h: int, seeds: int, within: float) -> str:
    ours, theirs, answers, cells = [], [], set(), 0
    for seed in range(seeds):
        f = hidden(n, h, GAIN, seed)
        verdict, spent = timed(f, within)
        ours.append(spent)
        answers.add(verdict)
        started = time.monotonic()
        found = naive(f, started + within)
        theirs.append(time.monotonic() - started if found is not None else float("inf"))
        cells = max(cells, found or 0)
    median = statistics.median(theirs)
    slow = "–" if median == float("inf") else f"{median:.2f}"
    return f"{n}-{h}-{n} | {', '.join(sorted(answers))} | {cells or '–'} | {statistics.median(ours):.2f} | {slow}"


def timed(f: Network, within: float) -> tuple[str, float]:
    """The verdict, found in this process and checked by the kernel as bytes, and the seconds."""
    goal, started = Bijective(f, Reals(f.arity), Reals(f.arity)), time.monotonic()
    for proposal in proposals(goal, Search(started + within)):
        verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, 0.0)
        return type(verdict).__name__.lower(), time.monotonic() - started
    return "unknown", time.monotonic() - started


def hidden(n: int, h: int, gain: float, seed: int) -> Network:
    """x ↦ x + gain·(random branch) as a plain network n-h-n whose layers are no bijections."""
    rng = np.random.default_rng(seed)
    w, v = rng.normal(size=(h - 2 * n, n)), rng.normal(size=(n, h - 2 * n)) * gain / h
    shift, rest = rng.normal(size=n) / 8, rng.normal(size=h - 2 * n) / 8
    order, eye = rng.permutation(h), np.eye(n)
    inner, bias = np.vstack([eye, -eye, w])[order], np.concatenate([shift, -shift, rest])[order]  # r(t) − r(−t) = t
    outer = np.hstack([eye, -eye, v])[:, order]
    parts = [a.astype(np.float32) for a in (inner, bias, outer)]
    return chain(n, dense(parts[0], parts[1]), Pointwise((RELU,) * h), dense(parts[2], np.zeros(n, np.float32)))


def naive(f: Network, deadline: float) -> int | None:
    """How many cells depth-first search with a linear program for each phase finds; None at the end of the time."""
    first, last = f.nodes[0].op, f.nodes[-1].op
    w, b = _matrix(first)
    v, _ = _matrix(last)
    n, count = f.arity, 0
    todo: list[tuple[int, tuple[float, ...]]] = [(0, ())]
    while todo:
        if time.monotonic() > deadline:
            return None
        k, signs = todo.pop()
        if k and not _occurs(w[:k], b[:k], np.array(signs)):
            continue
        if k < len(w):
            todo += [(k + 1, (*signs, 1.0)), (k + 1, (*signs, -1.0))]
            continue
        count += 1
        np.linalg.slogdet(v @ (w * (np.array(signs) > 0)[:, None]) if len(v) == n else np.eye(n))
    return count


def _occurs(w: Array, b: Array, signs: Array) -> bool:
    """Whether some x has signs·(wx + b) > 0, roughly: the largest margin within a large box."""
    k, n = w.shape
    rows = np.hstack([-signs[:, None] * w, np.ones((k, 1))])
    found = maximise(
        np.array([0.0] * n + [1.0]), rows, np.full(k, -np.inf), signs * b, np.array([-1e4] * n + [-1.0]), np.array([1e4] * n + [1.0])
    )
    return found is not None and float(found[-1]) > 1e-7


def _matrix(op: object) -> tuple[Array, Array]:
    assert isinstance(op, Affine)
    w = np.zeros((len(op.rows), op.columns))
    for i, row in enumerate(op.rows):
        w[i, list(row.columns)] = [t / op.denominator for t in row.coefficients]
    return w, np.array([row.constant / op.denominator for row in op.rows])


if __name__ == "__main__":
    main()
