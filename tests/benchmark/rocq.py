"""How large the library for Rocq is, how long it compiles, and how long verdicts of each kind take it: a table in Markdown.

python -m tests.benchmark.rocq [--only TEXT]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from bijection import load
from bijection.driver import decide
from bijection.errors import NotSupported
from bijection.export import rocq
from bijection.export.rocq_check import Unavailable, check_text, compiler, library, sources
from bijection.frontends.exact import scaled
from bijection.verdict import Proved, Refuted
from proofs.activations import RELU, leaky_relu
from proofs.domains import Box, Domain, Reals
from proofs.network import Affine, Network, Node, Pointwise, Row
from proofs.statements import Injective, Positive
from tests.build import affine, chain
from tests.rocq.copies import System, below_signs, file, leaves

NETWORKS = Path(__file__).parents[3] / "shared" / "networks"
COPIES = "split tree over two copies"
LARGEST = "mnist/NeuralNetworkVerification__yizhak_net.onnx"


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


def layer(n: int, m: int) -> Network:
    """One layer of m ReLU units."""
    f = random_network((n, m, 1))
    return Network(n, f.nodes[:2])


def shared(name: str) -> Network:
    """A network of ../shared/networks."""
    f = load(NETWORKS / name)
    assert isinstance(f, Network)
    return f


KINDS: dict[str, tuple[Callable[[], Network], Callable[[int], Domain]]] = {
    "collision, 784-64-10": (lambda: random_network((784, 64, 10)), images),
    "collision, 784-256-10": (lambda: random_network((784, 256, 10)), images),
    "collision, 784-256-256-10": (lambda: random_network((784, 256, 256, 10)), images),
    f"collision, {LARGEST}": (lambda: shared(LARGEST), images),
    "one layer 3-24 on a box": (lambda: layer(3, 24), box),
    "one layer 4-32 on ℝ⁴": (lambda: layer(4, 32), Reals),
    "one layer 6-24 on a box": (lambda: layer(6, 24), box),
    "one layer 6-36 on ℝ⁶": (lambda: layer(6, 36), Reals),
}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="kinds that contain this text")
    chosen = parser.parse_args()
    try:
        print(f"Rocq: {' '.join(compiler())}")
    except Unavailable as why:
        print(why)
        return 2
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources())
    with tempfile.TemporaryDirectory() as cache:
        wall, cpu = timed(lambda: library(cache))
        print(f"library: {len(sources())} files, {lines} lines, compiled in {wall:.0f} s ({cpu:.0f} s of processor time)\n")
        print("| verdict | bytes | write s | check s | processor s | |\n|---|--:|--:|--:|--:|---|")
        for row in rows(chosen.only, cache):
            print(row, flush=True)
        if chosen.only in COPIES:
            print(copies(cache))
    return 0


def rows(only: str, cache: str) -> Iterator[str]:
    """A line for each kind of verdict."""
    for name, (make, domain) in KINDS.items():
        if only not in name or ("/" in name and not NETWORKS.is_dir()):
            continue
        f = make()
        claim: Positive = Injective(f, domain(f.arity))
        verdict = decide(claim, within=120)
        if not isinstance(verdict, Proved | Refuted):
            yield f"| {name} | | | | | {verdict.because} |"
            continue
        started = time.perf_counter()
        try:
            text = rocq.text(verdict)
        except NotSupported as why:
            yield f"| {name} | | | | | {why} |"
            continue
        wrote = time.perf_counter() - started
        answers = []
        wall, cpu = timed(lambda text=text, answers=answers: answers.append(check_text(text, cache=cache)))  # type: ignore[misc]
        yield f"| {name} | {len(text):,} | {wrote:.1f} | {wall:.1f} | {cpu:.1f} | {answers[0]} |"


def copies(cache: str) -> str:
    """A split tree over two copies of a 2-2-2 network of leaky units: 200 leaves found by a search in fractions, 64 times over."""
    leaky = Pointwise((leaky_relu(Fraction(1, 4)),) * 2)
    f = chain(2, affine([[1, 2], [-1, 1]], ["1/3", 0]), leaky, affine([[1, 1], [0, 1]]), leaky)
    system = System(f, box(2))
    trees = [below_signs(system, tree, 6) for i in range(2) if (tree := system.tree(i)) is not None]
    text, answers = file(Injective(f, box(2)), trees), list[object]()
    wall, cpu = timed(lambda: answers.append(check_text(text, cache=cache)))
    return f"| {COPIES}, {sum(map(leaves, trees)):,} leaves | {len(text):,} | | {wall:.1f} | {cpu:.1f} | {answers[0]} |"


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of processor time of the programs that were run."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    call()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
