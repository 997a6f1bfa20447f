"""Which labels a classifier reaches: an input for a label, or a proof that there is none (S6, A11)."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from bijection.engines.onto.branching import never_label
from bijection.engines.onto.inputs import inputs
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, approximate, quotient
from bijection.exact.linear import dense
from bijection.exact.lp import maximise
from proofs.compose import prefix
from proofs.domains import Domain, Labels, Point, cardinality, points
from proofs.enclosure import bounds
from proofs.errors import Malformed, NoExactValue
from proofs.exact import Interval
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.limits import MOST_POINTS
from proofs.network import Affine, Argmax, Network, Node
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.branching import BranchAndBound, Closed
from proofs.theorems.counting import Enumeration
from proofs.theorems.values import DominatedLabel, Misses, Reaches, ReachesEach

Decided: TypeAlias = tuple[int, bool, tuple[Theorem, ...]]

_FEW_POINTS, _MANY_POINTS = 20_000, 5_000_000  # times operations: tried at once, tried before long searches
_FEW_CASES, _SOME_CASES = 50, 2_000  # that are tried before longer searches for an input
_DENOMINATOR = 1000  # of weights that are tried for a tie


def by_labels(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Surjective onto the labels, or one label reached, by showing inputs; or a label that another one always beats."""
    match goal:
        case Surjective(f, on, Labels(k)) if classes(f):
            found: dict[int, tuple[Theorem, ...]] = {}
            for label, reached, steps in decided(f, on, range(k), search):
                if not reached:
                    yield Proposal(Not(goal), (Misses((Fraction(label),)), *steps), _why(label, steps))
                    return
                found[label] = steps
            if len(found) == k:
                evidence = [step for label in range(k) for step in found[label]]
                yield Proposal(goal, (ReachesEach(), *evidence), "an input for every label")
        case Reached(f, on, (label,)) if classes(f) and label.denominator == 1:
            yield from each_label(f, on, [int(label)], search)
        case _:
            return


def classes(f: Function) -> int | None:
    """How many labels a network has that ends with an argmax, in whatever arithmetic."""
    match f.network if isinstance(f, Binary32) else f:
        case Network(nodes=(*_, Node(Argmax(), (last,)))) as g:
            return g.widths[last]
        case _:
            return None


def each_label(f: Function, on: Domain, wanted: Collection[int], search: Search) -> Iterator[Proposal]:
    """For the wanted labels of a classifier, in the order in which they are decided, that it is reached or not."""
    for label, reached, steps in decided(f, on, wanted, search):
        goal = Reached(f, on, (Fraction(label),))
        if reached:
            yield Proposal(goal, steps, "an input with that label")
        else:
            yield Proposal(Not(goal), steps, _why(label, steps))


def _why(label: int, steps: Sequence[Theorem]) -> str:
    match steps[-1]:
        case Enumeration():
            return f"no point of the domain has the label {label}: all were tried"
        case BranchAndBound(cases) if len(cases) > 1:
            closed = sum(isinstance(case, Closed) for case in cases)
            return f"label {label} is always beaten by others ({closed} cases)"
        case _:
            return f"label {label} is always beaten by others"


def decided(f: Function, on: Domain, wanted: Collection[int], search: Search) -> Iterator[Decided]:
    """Labels with whether some input has them, and the steps that show it; what is quick comes first."""
    left = {label for label in wanted if 0 <= label < (classes(f) or 0)}
    for found in _ways(f, on, left, search):
        if found[0] in left:
            left.remove(found[0])
            yield found
        if not left:
            return


def _ways(f: Function, on: Domain, left: set[int], search: Search) -> Iterator[Decided]:
    """What each way finds, while `left` shrinks."""
    yield from _enumerated(f, on, left, _FEW_POINTS)
    rounds = 0
    for found in inputs(f, on, left, search):
        if found is not None:
            yield found[0], True, (found[1],)
            continue
        rounds += 1
        if rounds == 1:
            yield from _dominated(f, on, left)
            yield from _by_cases(f, on, left, search, _FEW_CASES)
            yield from _enumerated(f, on, left, _MANY_POINTS)
        if rounds == 2:
            yield from _by_cases(f, on, left, search, _SOME_CASES)
    if not rounds:  # no point of the domain is known
        yield from _dominated(f, on, left)
    yield from _by_cases(f, on, left, search, None)


def _enumerated(f: Function, on: Domain, left: Collection[int], most: int) -> Iterator[Decided]:
    """All labels, where the domain has few points."""
    size = cardinality(on)
    if not isinstance(size, int) or not left or size > MOST_POINTS or size * _work(f) > most:
        return
    values: dict[Point, Point] = {}
    try:
        for x in points(on, MOST_POINTS):
            values.setdefault(f.trace(x)[-1].fractions(), x.fractions())
    except (NoExactValue, Malformed):  # no rational scores, or more work than the kernel allows
        return
    for label in sorted(left):
        source = values.get((Fraction(label),))
        yield label, source is not None, (Enumeration(),) if source is None else (Reaches(source),)


def _work(f: Function) -> int:
    """Coordinates of all values, about."""
    g = f.network if isinstance(f, Binary32) else f
    return sum(g.widths) if isinstance(g, Network) else 1


def _dominated(f: Function, on: Domain, left: Collection[int]) -> Iterator[Decided]:
    for label in sorted(left) if isinstance(f, Network) else ():
        assert isinstance(f, Network)
        step = _never(f, on, label)
        if step is not None:
            yield label, False, (step,)


def _by_cases(f: Function, on: Domain, left: Collection[int], search: Search, most: int | None) -> Iterator[Decided]:
    """Branch and bound: with a share of the time for each label, or so many cases at most and little of the time, if they are few."""
    for done, label in enumerate(labels := sorted(left) if isinstance(f, Network) else []):
        assert isinstance(f, Network)
        time_left = search.remaining() * (1 if most is None else 0.1 if most == _FEW_CASES else 0.5) / (len(labels) - done)
        steps = never_label(f, on, label, replace(search, deadline=time.monotonic() + time_left), most)
        if steps is not None:
            yield label, not isinstance(steps[-1], BranchAndBound), steps


def _never(f: Network, on: Domain, label: int) -> DominatedLabel | None:
    """Weights that show that some other label always wins: the best lower bound of Σ λⱼ(gⱼ − g_l), by a linear program."""
    last = f.nodes[-1].inputs[0]
    node = f.nodes[last - 1] if last else None
    if node is None or not isinstance(node.op, Affine):
        return None
    sides = bounds(prefix(f, node.inputs[0]), on)
    w = np.array([[quotient(t, node.op.denominator) for t in row] for row in dense(node.op)])
    b = np.array([quotient(row.constant, node.op.denominator) for row in node.op.rows])
    weights = _best_weights(w - w[label], b - b[label], label, sides)
    if weights is None:
        return None
    for rounded in (_simple, lambda t: Fraction(round(t * 2**20), 2**20)):
        theorem = DominatedLabel(tuple(rounded(float(t)) if i != label else Fraction(0) for i, t in enumerate(weights)))
        if proves(theorem, Not(Reached(f, on, (Fraction(label),)))):
            return theorem
    return None


def _simple(t: float) -> Fraction:
    """A quotient of small numbers near t: mixtures of equal scores are ties only with the very weights."""
    return Fraction(t).limit_denominator(_DENOMINATOR)


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
