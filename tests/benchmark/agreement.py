"""Random small networks: what the kernel has accepted against what z3 says.

python -m tests.benchmark.agreement [--instances 10000] [--seed 0] [--within 10]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from fractions import Fraction

from bijection.driver import proposals
from bijection.engines.proposal import Search
from bijection.exact.smt import two_copies
from bijection.frontends.matrices import read
from bijection.verdict import Proved, accept
from proofs.activations import ABS, RELU, Activation, clip, leaky_relu
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.network import Network, Node, Sum
from proofs.statements import Injective

# With repetitions: what is often used is often drawn.
ACTIVATIONS: tuple[Activation, ...] = (
    RELU,
    RELU,
    RELU,
    leaky_relu(Fraction(1, 2)),
    leaky_relu(Fraction(-1, 2)),
    ABS,
    clip(Fraction(-1), Fraction(1)),
)


def main() -> int:
    """Print the counts; exit 1 at a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="instance k is drawn from the seed and k")
    parser.add_argument("--within", type=float, default=10.0, help="seconds for each side on each instance")
    chosen = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for number in range(chosen.instances):
        answers = compare(question(f"{chosen.seed}/{number}"), chosen.within)
        counts[answers] += 1
        if disagree(answers):
            wrong.append(number)
            print(f"instance {number}: ours {answers[0]}, z3 {answers[1]}", flush=True)
        if (number + 1) % 500 == 0:
            print(f"{number + 1} instances, {len(wrong)} disagreements", flush=True)
    for (ours, theirs), count in counts.most_common():
        print(f"ours {ours}, z3 {theirs}: {count}")
    print(f"{chosen.instances} instances, {len(wrong)} disagreements")
    return int(bool(wrong))


def question(name: str, largest: int = 3) -> Injective:
    """A random question: n ≤ largest, one or two layers of few units with small integer weights, on a box, a cone or a triangle, or ℝⁿ."""
    rng = random.Random(name)
    n = rng.randint(1, largest)
    activation = rng.choice(ACTIVATIONS)
    layers: list[object] = []
    width = n
    for _ in range(rng.choice((1, 1, 1, 2))):
        units = rng.randint(max(1, n - 1), 2 * n + 2)
        layers += [(_matrix(rng, width, units), _biases(rng, units)), activation]
        width = units
    if rng.random() < 0.6:
        out = rng.randint(max(1, n - 1), n + 2)
        layers.append((_matrix(rng, width, out), _biases(rng, out)))
    f = read(layers)
    if f.width == n and rng.random() < 0.3:
        f = Network(n, (*f.nodes, Node(Sum(), (0, len(f.nodes)))))
    return Injective(f, _domain(rng, n))


def _matrix(rng: random.Random, n: int, m: int) -> list[list[int]]:
    return [[rng.choice((-3, -2, -1, -1, 0, 1, 1, 2, 3)) for _ in range(n)] for _ in range(m)]


def _biases(rng: random.Random, m: int) -> list[int]:
    return [rng.choice((-2, -1, 0, 0, 1, 2)) for _ in range(m)]


def _domain(rng: random.Random, n: int) -> Domain:
    match rng.randrange(5):
        case 0 | 1:
            lower = [rng.randint(-2, 1) for _ in range(n)]
            return Box(tuple(map(Fraction, lower)), tuple(Fraction(a + rng.randint(0, 3)) for a in lower))
        case 2 | 3:
            return Reals(n)
        case _:
            sides = rng.randint(1, n + 1)
            return Polytope(
                n, tuple(tuple(map(Fraction, line)) for line in _matrix(rng, n, sides)), tuple(map(Fraction, _biases(rng, sides)))
            )


def compare(goal: Injective, seconds: float) -> tuple[str, str]:
    """What the kernel has accepted ("injective", "collides", "undecided"), and what z3 says."""
    assert isinstance(goal.f, Network)
    found = two_copies(goal.f, goal.on, seconds)
    theirs = {"none": "injective", "unknown": "undecided"}[found] if isinstance(found, str) else "collides"
    return accepted(goal, seconds), theirs


def accepted(goal: Injective, seconds: float) -> str:
    """The first verdict that the kernel accepts, searched for in this process."""
    for proposal in proposals(goal, Search(deadline=time.monotonic() + seconds)):
        try:
            verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, 0.0)
        except (Rejected, Malformed, NoExactValue):
            continue
        return "injective" if isinstance(verdict, Proved) else "collides"
    return "undecided"


def disagree(answers: tuple[str, str]) -> bool:
    """Whether the two answers cannot both be true."""
    return set(answers) == {"injective", "collides"}


if __name__ == "__main__":
    sys.exit(main())
