"""Bijectivity of ℝⁿ → ℝⁿ against the width, beside naive enumeration and z3; leaky networks n-n-n-n; and complementarity forms.

python -m tests.benchmark.bijectivity [--within 60] [--seeds 3] [--widest 48] [--largest 64]

The networks n-h-n are x ↦ x + gain·(random branch) with the identity written as r(t) − r(−t), units in random order, so that no layer is a
bijection. Naive enumeration goes through the units, asks one linear program in floats for each phase whether it occurs, and takes one
determinant for each cell: it finds the signs, which alone prove nothing, and no preimages. z3 is asked for two inputs with one output, on
the first network of each width, until it does not answer in the time. Of x⁺ − Mx⁻ and z − A|z| naive enumeration takes all 2ⁿ determinants.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from bijection.driver import proposals
from bijection.engines.proposal import Search
from bijection.exact.floating import Array
from bijection.exact.lp import maximise
from bijection.frontends.exact import dense
from bijection.verdict import accept
from proofs.activations import ABS, RELU
from proofs.domains import Reals
from proofs.network import Affine, Network, Node, Pointwise, Sum
from proofs.statements import Bijective, Injective
from tests.benchmark.suite import instance
from tests.build import chain
from tests.networks.truth import OutOfReach, truth

WIDTHS = {2: (8, 12, 16, 24, 32, 48), 3: (8, 12, 16, 24, 32), 4: (10, 12, 16, 20)}
GAIN = 0.35


def main() -> None:
    """Three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=float, default=60.0, help="seconds for each side on each network")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--widest", type=int, default=48, help="of the networks n-h-n")
    parser.add_argument("--largest", type=int, default=64, help="of the other networks")
    chosen = parser.parse_args()
    print("network | answers | cells | ours s (median) | naive enumeration s | z3 s")
    for n, widths in WIDTHS.items():
        reached = True
        for h in (width for width in widths if width <= chosen.widest):
            line, reached = _row(n, h, chosen.seeds, chosen.within, reached)
            print(line, flush=True)
    for n in (size for size in (3, 4, 5, 8, 16, 64) if size <= chosen.largest):
        for kind in ("plain", "hidden"):
            nets = [instance(f"leaky {n}-{n}-{n}-{n} {kind} #{number}").f for number in range(1, chosen.seeds + 1)]
            seconds, answers = _all(nets, chosen.within)
            print(f"leaky {n}-{n}-{n}-{n} {kind} | {answers} | | {seconds:.2f} | | ", flush=True)
    for name, make in FORMS.items():
        for n in (size for size in (8, 16, 32, 64) if size <= chosen.largest):
            nets = [make(n, np.random.default_rng([n, number])) for number in range(chosen.seeds)]
            seconds, answers = _all(nets, chosen.within)
            started = time.monotonic()
            done = choices(nets[0], started + chosen.within)
            naively = f"{time.monotonic() - started:.2f}" if done else "–"
            print(f"{name}, n = {n} | {answers} | 2^{n} | {seconds:.2f} | {naively} | ", flush=True)


def _all(nets: Sequence[Network], within: float) -> tuple[float, str]:
    """The median of the seconds, and all verdicts."""
    found = [timed(f, within) for f in nets]
    return statistics.median(spent for _, spent in found), ", ".join(sorted({verdict for verdict, _ in found}))


def _row(n: int, h: int, seeds: int, within: float, by_z3: bool) -> tuple[str, bool]:
    """One line, and whether z3 answered."""
    nets = [hidden(n, h, GAIN, seed) for seed in range(seeds)]
    ours, answers = _all(nets, within)
    theirs, cells = [], 0
    for f in nets:
        started = time.monotonic()
        found = naive(f, started + within)
        theirs.append(time.monotonic() - started if found is not None else float("inf"))
        cells = max(cells, found or 0)
    median = statistics.median(theirs)
    slow = "–" if median == float("inf") else f"{median:.2f}"
    last = "–"
    if by_z3:
        started = time.monotonic()
        try:
            truth(Injective(nets[0], Reals(n)), within)
            last = f"{time.monotonic() - started:.2f}"
        except OutOfReach:
            by_z3 = False
    return f"{n}-{h}-{n} | {answers} | {cells or '–'} | {ours:.2f} | {slow} | {last}", by_z3


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


def complementary(m: Array) -> Network:
    """x ↦ x⁺ − Mx⁻."""
    n, eye = len(m), np.eye(len(m), dtype=np.float32)
    zero = np.zeros(n, np.float32)
    outer = np.hstack([eye, -m.astype(np.float32)])
    return chain(n, dense(np.vstack([eye, -eye]), np.zeros(2 * n, np.float32)), Pointwise((RELU,) * (2 * n)), dense(outer, zero))


def absolute(a: Array) -> Network:
    """z ↦ z − A|z|."""
    n, zero = len(a), np.zeros(len(a), np.float32)
    return Network(n, (Node(Pointwise((ABS,) * n), (0,)), Node(dense(-a.astype(np.float32), zero), (1,)), Node(Sum(), (0, 2))))


def _definite(n: int, rng: np.random.Generator) -> Array:
    """M + Mᵀ positive definite, M far from symmetric."""
    b, c = rng.normal(size=(n, n)), rng.normal(size=(n, n))
    out: Array = b @ b.T / n + 0.1 * np.eye(n) + 2 * (c - c.T)
    return out


def _dominant(n: int, rng: np.random.Generator, signs: tuple[int, ...]) -> Array:
    """s·I − N with the spectral radius of |N| below s, lines scaled: an M-matrix, or an H-matrix with positive diagonal."""
    a = np.abs(rng.normal(size=(n, n)))
    np.fill_diagonal(a, 0)
    a /= 1.05 * np.abs(np.linalg.eigvals(a)).max()
    out: Array = np.exp(rng.normal(size=n))[:, None] * (np.eye(n) - a * rng.choice(signs, size=(n, n)))
    return out


FORMS: dict[str, Callable[[int, np.random.Generator], Network]] = {
    "x⁺ − Mx⁻, Murty's M": lambda n, _: complementary(np.eye(n) + 2 * np.triu(np.ones((n, n)), 1)),
    "x⁺ − Mx⁻, M + Mᵀ definite": lambda n, rng: complementary(_definite(n, rng)),
    "x⁺ − Mx⁻, M-matrix": lambda n, rng: complementary(_dominant(n, rng, (1,))),
    "x⁺ − Mx⁻, H-matrix": lambda n, rng: complementary(_dominant(n, rng, (-1, 1))),
    "x⁺ − Mx⁻, no P-matrix": lambda n, rng: complementary(np.eye(n) + 2 * rng.normal(size=(n, n)) / n**0.5),
    "z − A|z|, ‖A‖ = 0.95": lambda n, rng: absolute((lambda a: 0.95 * a / np.linalg.norm(a, 2))(rng.normal(size=(n, n)))),
    "z − A|z|, folded": lambda n, rng: absolute(rng.normal(size=(n, n)) * 2 / n**0.5),
}


def choices(f: Network, deadline: float) -> bool:
    """All 2ⁿ determinants of a form, by floats, unless the time ends or two signs are met."""
    n = f.arity
    rows = _derivatives(f)
    signs: set[float] = set()
    for k in range(2**n):
        if time.monotonic() > deadline:
            return False
        sides = [(k >> i) & 1 for i in range(n)]
        signs.add(float(np.linalg.slogdet(rows[sides, :, range(n)])[0]))
        if len(signs) > 1:
            return True
    return True


def _derivatives(f: Network) -> Array:
    """The columns of the derivative, [0, :, j] for xⱼ < 0 and [1, :, j] for xⱼ > 0."""
    n = f.arity
    points = [[tuple(Fraction(sign * (i == j)) for i in range(n)) for j in range(n)] for sign in (-1, 1)]
    values = [np.array([[float(t) for t in f(x)] for x in line]).T for line in points]
    return np.stack([-values[0], values[1]])


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
