"""How large the library for Rocq is, how long it compiles, and how long verdicts of each kind take it: a table in Markdown.

python -m tests.benchmark.rocq [--only TEXT] [--minutes 10] [--cache FOLDER]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from bijection import load
from bijection.driver import decide
from bijection.engines.complete.box_pairs import by_box_pairs
from bijection.engines.complete.cell_pairs import by_cell_pairs
from bijection.engines.proposal import Engine, Search
from bijection.errors import NotSupported
from bijection.export import rocq
from bijection.export.rocq_check import Unavailable, check_text, compiler, library, sources
from bijection.frontends.exact import scaled
from bijection.verdict import Proved, Refuted, accept
from proofs.activations import RELU, Exp, Tanh, leaky_relu
from proofs.domains import Box, Domain, Reals
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Stack, Sum
from proofs.statements import Bijective, Injective, Positive
from proofs.theorems import Collision, LayerTree, SeparatedBoxes, SeparatedCells
from tests.benchmark.suite import instance
from tests.build import affine, chain
from tests.rocq.copies import System, below_signs, file, leaves

NETWORKS = Path(__file__).parents[3] / "shared" / "networks"
COPIES = "split tree over two copies"
LARGEST = "mnist/NeuralNetworkVerification__yizhak_net.onnx"
ADVISORY = "vertcas/Zhang-Xiyue__VCAS_21_VertCAS_{}.onnx"


def random_network(widths: tuple[int, ...], seed: int = 0) -> Network:
    """ReLU layers with normal binary32 weights."""
    rng, nodes = np.random.default_rng(seed), list[Node]()
    for n, m in pairwise(widths):
        weights = (rng.standard_normal((m, n + 1)) / np.sqrt(n)).astype(np.float32)
        numbers, d = scaled(weights)
        rows = tuple(Row(tuple(range(n)), tuple(line[:-1]), line[-1]) for line in numbers.tolist())
        nodes.append(Node(Affine(n, rows, d), (len(nodes),)))
        if len(nodes) < 2 * (len(widths) - 2):
            nodes.append(Node(Pointwise((RELU,) * m), (len(nodes),)))
    return Network(widths[0], tuple(nodes))


def images(n: int) -> Box:
    """[0, 255]ⁿ; on the 8-bit images alone, counting settles the question without a pair."""
    return Box((Fraction(0),) * n, (Fraction(255),) * n)


def box(n: int) -> Box:
    """[−1, 1]ⁿ."""
    return Box((Fraction(-1),) * n, (Fraction(1),) * n)


def operating(n: int) -> Box:
    """[−1/2, 1/2]ⁿ, where advisory networks are used."""
    return Box((Fraction(-1, 2),) * n, (Fraction(1, 2),) * n)


def layer(n: int, m: int) -> Network:
    """One layer of m ReLU units."""
    f = random_network((n, m, 1))
    return Network(n, f.nodes[:2])


def shared(name: str) -> Network:
    """A network of ../shared/networks."""
    f = load(NETWORKS / name)
    assert isinstance(f, Network)
    return f


def couplings(n: int, count: int) -> Network:
    """RealNVP: one half of n numbers scaled by e^tanh of the other half and shifted by leaky units of it, in turn."""
    rng, half, nodes = np.random.default_rng(0), n // 2, list[Node]()

    def emit(op: Affine | Pointwise | Product | Sum | Stack, *inputs: int) -> int:
        nodes.append(Node(op, inputs))
        return len(nodes)

    def linear(k: int) -> Affine:
        numbers, d = scaled(rng.normal(size=(half, k + 1)).astype(np.float32))
        return Affine(k, tuple(Row(tuple(range(k)), tuple(line[:-1]), line[-1]) for line in numbers.tolist()), d)

    first, second = (emit(affine(np.eye(n, dtype=int)[part].tolist()), 0) for part in (slice(half), slice(half, n)))
    for _ in range(count):
        scale = emit(Pointwise((Exp(),) * half), emit(Pointwise((Tanh(),) * half), emit(linear(half), first)))
        shift = emit(linear(half), emit(Pointwise((leaky_relu(Fraction(1, 4)),) * half), emit(linear(half), first)))
        first, second = emit(Sum(), emit(Product(), second, scale), shift), first
    emit(Stack(), first, second)
    return Network(n, tuple(nodes))


@dataclass(frozen=True)
class Kind:
    """A question, what answers it (everything, or one engine), and the processor seconds that Rocq may take."""

    make: Callable[[], Network]
    on: Callable[[int], Domain]
    target: int | None = None
    engine: Engine | None = None
    bijective: bool = False


KINDS = {
    "collision, 784-64-10": Kind(lambda: random_network((784, 64, 10)), images, 8),
    f"collision, {LARGEST} (784-256-10)": Kind(lambda: shared(LARGEST), images, 120),
    "collision, 784-256-256-10": Kind(lambda: random_network((784, 256, 256, 10)), images),
    "flow of 8 couplings of 16 numbers": Kind(lambda: couplings(16, 8), Reals, bijective=True),
    "one layer 3-24 on a box": Kind(lambda: layer(3, 24), box),
    "one layer 4-32 on ℝ⁴": Kind(lambda: layer(4, 32), Reals),
    "one layer 6-24 on a box": Kind(lambda: layer(6, 24), box),
    "one layer 6-36 on ℝ⁶": Kind(lambda: layer(6, 36), Reals),
    "cells, 2-8-4 on a square": Kind(lambda: random_network((2, 8, 4)), box, engine=by_cell_pairs),
    "cells, 2-40-6 on a square": Kind(lambda: random_network((2, 40, 6)), box, engine=by_cell_pairs),
    "boxes, 2-32-5 on a square": Kind(lambda: instance("shallow 2-32-5 #1").f, box, engine=by_box_pairs),
    "boxes, vertcas/VCAS_21_VertCAS_1 (4-21-9)": Kind(lambda: shared(ADVISORY.format(1)), operating, engine=by_box_pairs),
    "boxes, vertcas/VCAS_21_VertCAS_2 (4-21-9)": Kind(lambda: shared(ADVISORY.format(2)), operating, engine=by_box_pairs),
}
SPLITS = 60  # processor seconds for ten thousand leaves of a split tree


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="kinds that contain this text")
    parser.add_argument("--minutes", type=float, default=10, help="what is not reached by then is left out, and said so")
    parser.add_argument("--cache", help="where the library is compiled already, or stays compiled; else a folder for this run")
    chosen = parser.parse_args()
    try:
        print(f"Rocq: {' '.join(compiler())}")
    except Unavailable as why:
        print(why)
        return 2
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources())
    with tempfile.TemporaryDirectory() as folder:
        cache = chosen.cache or folder
        wall, cpu = timed(lambda: library(cache))
        print(f"library: {len(sources())} files, {lines} lines, compiled in {wall:.0f} s ({cpu:.0f} s of processor time)\n")
        print("| verdict | size | bytes | write s | check s | processor s | target | |\n|---|---|--:|--:|--:|--:|--:|---|")
        end = time.monotonic() + 60 * chosen.minutes
        for name, kind in KINDS.items():
            if chosen.only in name and ("/" not in name or NETWORKS.is_dir()):
                print(f"| {name} | {row(kind, cache, end)} |", flush=True)
        if chosen.only in COPIES and time.monotonic() < end:
            print(copies(cache), flush=True)
    return 0


def row(kind: Kind, cache: str, end: float) -> str:
    """The line of one kind of verdict."""
    left = end - time.monotonic()
    if left < 1:
        return "| | | | | | the time is up"
    f = kind.make()
    verdict = answered(kind, f, min(120.0, left))
    if verdict is None:
        return "| | | | | | not settled"
    started = time.perf_counter()
    try:
        text = rocq.text(verdict)
    except NotSupported as why:
        return f"| | | | | | {why}"
    wrote, answers = time.perf_counter() - started, list[object]()
    wall, cpu = timed(lambda: answers.append(check_text(text, cache=cache, seconds=max(30.0, end - time.monotonic()))))
    return f"{size(verdict)} | {len(text):,} | {wrote:.1f} | {wall:.1f} | {cpu:.1f} | {kind.target or ''} | {answers[0]}"


def answered(kind: Kind, f: Network, seconds: float) -> Proved | Refuted | None:
    """The verdict that is written down."""
    on = kind.on(f.arity)
    claim: Positive = Bijective(f, on, Reals(f.width)) if kind.bijective else Injective(f, on)
    if kind.engine is None:
        verdict = decide(claim, within=seconds)
        return verdict if isinstance(verdict, Proved | Refuted) else None
    proposals = kind.engine(claim, Search(deadline=time.monotonic() + seconds))
    return next((accept(claim, p.claim, p.evidence, p.because, 0.0) for p in proposals), None)


def size(verdict: Proved | Refuted) -> str:
    """What there is to check."""
    match verdict.evidence:
        case (*_, Collision(x, y)):
            return f"rationals of {max(max(t.numerator.bit_length(), t.denominator.bit_length()) for t in (*x, *y))} bits"
        case (LayerTree(_, dependencies, tree),):
            return f"{len(tree)} nodes, {len(dependencies)} dependencies"
        case (SeparatedCells(cuts, _, pairs),):
            return f"{cuts.count(-1)} cells, {len(pairs)} pairs"
        case (SeparatedBoxes() as theorem,):
            return f"{theorem.cuts.count(-1)} boxes, {len(theorem.pairs)} pairs"
        case steps:
            return f"{len(steps)} steps"


def copies(cache: str) -> str:
    """A split tree over two copies of a 2-2-2 network of leaky units: 200 leaves found by a search in fractions, 64 times over."""
    leaky = Pointwise((leaky_relu(Fraction(1, 4)),) * 2)
    f = chain(2, affine([[1, 2], [-1, 1]], ["1/3", 0]), leaky, affine([[1, 1], [0, 1]]), leaky)
    system = System(f, box(2))
    trees = [below_signs(system, tree, 6) for i in range(2) if (tree := system.tree(i)) is not None]
    text, answers = file(Injective(f, box(2)), trees), list[object]()
    wall, cpu = timed(lambda: answers.append(check_text(text, cache=cache)))
    return f"| {COPIES} | {sum(map(leaves, trees)):,} leaves | {len(text):,} | | {wall:.1f} | {cpu:.1f} | {SPLITS} | {answers[0]} |"


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of processor time of the programs that were run."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    call()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
