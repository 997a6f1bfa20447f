"""Which labels a classifier reaches: an input for a label, or a proof that there is none (S6, A11)."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bijection.engines.onto.branching import never_label
from bijection.engines.onto.inputs import inputs
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, approximate, quotient
from bijection.exact.linear import dense
from bijection.exact.lp import maximise
from proofs.compose import prefix
from proofs.domains import Domain, Labels
from proofs.enclosure import bounds
from proofs.exact import Interval
from proofs.kernel import Theorem
from proofs.network import Affine, Argmax, Network
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.branching import BranchAndBound
from proofs.theorems.values import DominatedLabel, Misses, ReachesEach

_NEVER = "label {} is always beaten by others"


def by_labels(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Surjective onto the labels, or one label reached, by showing inputs; or a label that another one always beats."""
    match goal:
        case Surjective(Network() as f, on, Labels(k)) if is_classifier(f):
            found: dict[int, tuple[Theorem, ...]] = {}
            for label, reached, steps in decided(f, on, range(k), search):
                if not reached:
                    yield Proposal(Not(goal), (Misses((Fraction(label),)), *steps), _NEVER.format(label))
                    return
                found[label] = steps
            if len(found) == k:
                evidence = [step for label in range(k) for step in found[label]]
                yield Proposal(goal, (ReachesEach(), *evidence), "an input for every label")
        case Reached(Network() as f, on, (label,)) if is_classifier(f) and label.denominator == 1:
            yield from each_label(f, on, [int(label)], search)
        case _:
            return


def is_classifier(f: Network) -> bool:
    """Whether the network ends with an argmax."""
    return bool(f.nodes) and isinstance(f.nodes[-1].op, Argmax)


def each_label(f: Network, on: Domain, wanted: Collection[int], search: Search) -> Iterator[Proposal]:
    """For the wanted labels of a classifier, in the order in which they are decided, that it is reached or not."""
    for label, reached, steps in decided(f, on, wanted, search):
        goal = Reached(f, on, (Fraction(label),))
        if reached:
            yield Proposal(goal, steps, "an input with that label")
        else:
            yield Proposal(Not(goal), steps, _NEVER.format(label))


def decided(f: Network, on: Domain, wanted: Collection[int], search: Search) -> Iterator[tuple[int, bool, tuple[Theorem, ...]]]:
    """Labels with whether some input has them, and the steps that show it."""
    left = set(wanted)
    for label, step in inputs(f, on, wanted, search):
        left.remove(label)
        yield label, True, (step,)
    for label in sorted(left):
        dominated = _never(f, on, label)
        if dominated is not None:
            left.remove(label)
            yield label, False, (dominated,)
    left = {label for label in left if 0 <= label < f.widths[f.nodes[-1].inputs[0]]}
    for done, label in enumerate(sorted(left)):
        share = replace(search, deadline=time.monotonic() + search.remaining() / (len(left) - done))
        found = never_label(f, on, label, share)
        if found is not None:
            yield label, not isinstance(found, BranchAndBound), (found,)


def _never(f: Network, on: Domain, label: int) -> DominatedLabel | None:
    """Weights that show that some other label always wins: the best lower bound of Σ λⱼ(gⱼ − g_l), by a linear program."""
    last = f.nodes[-1].inputs[0]
    node = f.nodes[last - 1] if last else None
    if node is None or not isinstance(node.op, Affine) or not 0 <= label < f.widths[last]:
        return None
    sides = bounds(prefix(f, node.inputs[0]), on)
    w = np.array([[quotient(t, node.op.denominator) for t in row] for row in dense(node.op)])
    b = np.array([quotient(row.constant, node.op.denominator) for row in node.op.rows])
    weights = _best_weights(w - w[label], b - b[label], label, sides)
    if weights is None:
        return None
    theorem = DominatedLabel(tuple(Fraction(round(float(t) * 2**20), 2**20) if i != label else Fraction(0) for i, t in enumerate(weights)))
    return theorem if proves(theorem, Not(Reached(f, on, (Fraction(label),)))) else None


def _best_weights(w: Array, b: Array, label: int, sides: Sequence[Interval]) -> Array | None:
    """λ ≥ 0, Σ λ = 1, λ_label = 0 that maximise the least value of ⟨λ, w·h + b⟩ over the box of h."""
    k, n = w.shape
    low = np.array([-1e9 if s.lower is None else approximate(s.lower) for s in sides])
    high = np.array([1e9 if s.upper is None else approximate(s.upper) for s in sides])
    # variables λ (k), c⁺ (n), c⁻ (n) with wᵀλ = c⁺ − c⁻; maximise ⟨b, λ⟩ + ⟨low, c⁺⟩ − ⟨high, c⁻⟩
    system = np.vstack([np.hstack([w.T, -np.eye(n), np.eye(n)]), np.concatenate([np.ones(k), np.zeros(2 * n)])[None]])
    right = np.concatenate([np.zeros(n), [1.0]])
    top = np.full(k + 2 * n, np.inf)
    top[label] = 0.0
    found = maximise(np.concatenate([b, low, -high]), system, right, right, np.zeros(k + 2 * n), top)
    return None if found is None else np.clip(found[:k], 0.0, 1.0)
