"""Random small networks: what the kernel has accepted about onto against what z3's quantified arithmetic says (∀y ∃x).

python -m tests.benchmark.agreement_onto [--instances 1000] [--seed 0] [--within 10]

Networks on one to three inputs with one to three outputs; whole spaces, boxes, and polytopes that are bounded, unbounded, flat or empty, on
both sides.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from fractions import Fraction

import z3

from bijection.driver import proposals
from bijection.engines.proposal import Search
from bijection.verdict import Proved, accept
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.network import Max, Network, Node, Op, Pointwise, Sum
from proofs.statements import Bijective, Surjective
from tests.benchmark.agreement import ACTIVATIONS
from tests.networks.truth import OutOfReach, inside, truth
from tests.proofs.cells import random_affine, random_domain


def main() -> int:
    """Print the counts; exit 1 at a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="instance k is drawn from the seed and k")
    parser.add_argument("--within", type=float, default=10.0, help="seconds for each side on each instance")
    chosen = parser.parse_args()
    kinds: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    wrong = 0
    for number in range(chosen.instances):
        goal = question(f"{chosen.seed}/{number}")
        ours, theirs = compare(goal, chosen.within)
        kinds[kind(goal.on), kind(goal.onto)].update([ours, "open to z3"] if theirs == "undecided" else [ours])
        if {ours, theirs} == {"yes", "no"}:
            wrong += 1
            print(f"instance {number}: ours {ours}, z3 {theirs}", flush=True)
        if ours == "undecided":
            print(f"instance {number}: undecided here, z3 {theirs}: {goal.f.arity} → {goal.f.width} {type(goal).__name__}", flush=True)
        if (number + 1) % 200 == 0:
            print(f"{number + 1} instances, {wrong} disagreements, {time.process_time():.0f} s of processor time", flush=True)
    print("| from | onto | instances | yes | no | undecided | undecided by z3 |\n|---|---|---|---|---|---|---|")
    total: Counter[str] = Counter()
    for ends, counts in sorted(kinds.items()):
        print(_row(ends, counts))
        total += counts
    print(_row(("all", ""), total))
    print(f"{chosen.instances} instances, {wrong} disagreements")
    return int(bool(wrong))


def _row(ends: tuple[str, str], counts: Counter[str]) -> str:
    many = sum(counts[word] for word in ("yes", "no", "undecided"))
    return f"| {' | '.join(ends)} | {many} | {counts['yes']} | {counts['no']} | {counts['undecided']} | {counts['open to z3']} |"


def kind(domain: Domain) -> str:
    """What sort of set it is; a polytope is unbounded where it has a direction, which z3 says."""
    match domain:
        case Reals():
            return "ℝⁿ"
        case Box(lower, upper):
            return "box" if all(a < b for a, b in zip(lower, upper, strict=True)) else "flat box"
        case Polytope(n, normals, offsets):
            solver, x, v = z3.Solver(), z3.Reals(" ".join(f"x{i}" for i in range(n))), z3.Reals(" ".join(f"v{i}" for i in range(n)))
            solver.add(inside(domain, x))
            if solver.check() == z3.unsat:
                return "empty polytope"
            solver.add(inside(Polytope(n, normals, (Fraction(0),) * len(offsets)), v), z3.Or([t != 0 for t in v]))
            return "unbounded polytope" if solver.check() == z3.sat else "bounded polytope"
        case _:
            return type(domain).__name__


def question(name: str) -> Surjective | Bijective:
    """A random network with few units on n ≤ 3 inputs with m ≤ 3 outputs: from ℝⁿ, a box or a polytope, onto ℝᵐ, a box or a polytope."""
    rng = random.Random(name)
    n, m = rng.choice([(1, 1), (1, 1), (2, 2), (2, 2), (2, 2), (2, 1), (1, 2), (3, 2), (3, 1), (2, 3), (3, 3)])
    units = rng.randint(1, 4 if n == 1 else 3)
    biased = rng.random() < 0.6
    f = Network(n, tuple(Node(op, (i,)) for i, op in enumerate(_layers(rng, n, m, units, biased))))
    if n == m and rng.random() < 0.4:
        f = Network(n, (*f.nodes, Node(Sum(), (0, len(f.nodes)))))
    on: Domain = Reals(n) if rng.random() < 0.4 else random_domain(rng, n)
    onto = Reals(m) if isinstance(on, Reals) and rng.random() < 0.5 else _codomain(rng, f, on)
    return Bijective(f, on, onto) if rng.random() < 0.15 else Surjective(f, on, onto)


def _layers(rng: random.Random, n: int, m: int, units: int, biased: bool) -> list[Op]:
    """One hidden layer of activations, or of maxima, or two layers."""
    activation = rng.choice(ACTIVATIONS)
    shape = rng.random()
    if shape < 0.15:
        pool = Max(tuple((2 * i, 2 * i + 1) for i in range(units)))
        return [random_affine(rng, n, 2 * units, biased), pool, random_affine(rng, units, m, biased)]
    ops: list[Op] = [random_affine(rng, n, units, biased), Pointwise((activation,) * units)]
    if shape < 0.3 and n < 3:
        ops += [random_affine(rng, units, units, biased), Pointwise((activation,) * units)]
    return [*ops, random_affine(rng, units, m, biased)]


def _codomain(rng: random.Random, f: Network, on: Domain) -> Box | Polytope | Reals:
    """A set that may well be covered: small, around a value, or a half-space or an orthant with a value at its border."""
    corner = on.lower if isinstance(on, Box) else tuple(Fraction(0) for _ in range(f.arity))
    y = f(corner)
    sizes = [Fraction(rng.choice([0, 1, 1, 2]), rng.choice([1, 2, 4])) for _ in y]
    shape = rng.choice(["box", "box", "simplex", "half-space", "orthant", "any"])
    if shape == "box":
        lower = tuple(t - rng.choice([Fraction(0), s]) for t, s in zip(y, sizes, strict=True))
        return Box(lower, tuple(a + s for a, s in zip(lower, sizes, strict=True)))
    if shape == "any":
        return random_domain(rng, f.width)
    signs = [rng.choice([-1, 1]) for _ in y]
    units = [tuple(Fraction(-s * int(i == j)) for j in range(f.width)) for i, s in enumerate(signs)]
    away = [-s * t for s, t in zip(signs, y, strict=True)]
    if shape == "orthant":
        return Polytope(f.width, tuple(units), tuple(away))
    normal = tuple(Fraction(s * rng.randint(1, 2)) for s in signs)
    level = sum((a * t for a, t in zip(normal, y, strict=True)), Fraction(0))
    if shape == "half-space":
        return Polytope(f.width, (normal,), (level,))
    return Polytope(f.width, (*units, normal), (*away, level + max(sizes)))


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
