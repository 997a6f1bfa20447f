"""Random small networks: what the kernel has accepted about onto against what z3's quantified arithmetic says (∀y ∃x).

python -m tests.benchmark.agreement_onto [--instances 1000] [--seed 0] [--within 10]
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
from bijection.verdict import Proved, accept
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.network import Network, Node, Pointwise, Sum
from proofs.statements import Bijective, Surjective
from tests.benchmark.agreement import ACTIVATIONS
from tests.networks.truth import OutOfReach, truth
from tests.proofs.cells import random_affine, random_domain


def main() -> int:
    """Print the counts; exit 1 at a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="instance k is drawn from the seed and k")
    parser.add_argument("--within", type=float, default=10.0, help="seconds for each side on each instance")
    chosen = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    wrong = 0
    for number in range(chosen.instances):
        answers = compare(question(f"{chosen.seed}/{number}"), chosen.within)
        counts[answers] += 1
        if set(answers) == {"yes", "no"}:
            wrong += 1
            print(f"instance {number}: ours {answers[0]}, z3 {answers[1]}", flush=True)
        if (number + 1) % 200 == 0:
            print(f"{number + 1} instances, {wrong} disagreements", flush=True)
    for (ours, theirs), count in counts.most_common():
        print(f"ours {ours}, z3 {theirs}: {count}")
    print(f"{chosen.instances} instances, {wrong} disagreements")
    return int(bool(wrong))


def question(name: str) -> Surjective | Bijective:
    """A random network on n ≤ 2 inputs with m ≤ 2 outputs and few units; from ℝⁿ, a box or a polytope, onto ℝᵐ, a box or a polytope."""
    rng = random.Random(name)
    n, m = rng.choice([(1, 1), (1, 1), (2, 2), (2, 2), (2, 2), (2, 1), (1, 2)])
    units = rng.randint(1, 3 if n > 1 else 4)
    biased = rng.random() < 0.6
    activation = rng.choice(ACTIVATIONS)
    ops = [random_affine(rng, n, units, biased), Pointwise((activation,) * units), random_affine(rng, units, m, biased)]
    f = Network(n, tuple(Node(op, (i,)) for i, op in enumerate(ops)))
    if n == m and rng.random() < 0.5:
        f = Network(n, (*f.nodes, Node(Sum(), (0, len(f.nodes)))))
    on: Domain = Reals(n) if rng.random() < 0.5 else random_domain(rng, n)
    onto = Reals(m) if isinstance(on, Reals) and rng.random() < 0.7 else _codomain(rng, f, on)
    return Bijective(f, on, onto) if rng.random() < 0.2 else Surjective(f, on, onto)


def _codomain(rng: random.Random, f: Network, on: Domain) -> Box | Polytope | Reals:
    """A set that may well be covered: small, around a value."""
    corner = on.lower if isinstance(on, Box) else tuple(Fraction(0) for _ in range(f.arity))
    y = f(corner)
    sizes = [Fraction(rng.choice([0, 1, 1, 2]), rng.choice([1, 2, 4])) for _ in y]
    lower = tuple(t - rng.choice([Fraction(0), s]) for t, s in zip(y, sizes, strict=True))
    box = Box(lower, tuple(a + s for a, s in zip(lower, sizes, strict=True)))
    if rng.random() < 0.7:
        return box
    return random_domain(rng, f.width)


def compare(goal: Surjective | Bijective, seconds: float) -> tuple[str, str]:
    """What the kernel has accepted ("yes", "no", "undecided"), and what z3 says."""
    try:
        theirs = "yes" if truth(goal, seconds) else "no"
    except OutOfReach:
        theirs = "undecided"
    return accepted(goal, seconds), theirs


def accepted(goal: Surjective | Bijective, seconds: float) -> str:
    """The first verdict that the kernel accepts, searched for in this process."""
    for proposal in proposals(goal, Search(deadline=time.monotonic() + seconds)):
        try:
            verdict = accept(goal, proposal.claim, proposal.evidence, proposal.because, 0.0)
        except (Rejected, Malformed, NoExactValue):
            continue
        return "yes" if isinstance(verdict, Proved) else "no"
    return "undecided"


if __name__ == "__main__":
    sys.exit(main())
