"""What can be shown of a classifier: its label map is not injective, nor are its real-valued outputs; which labels are reached; what
changes on a grid of 8-bit images. Each fact with evidence that the kernel has accepted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

from bijection.questions import decide
from bijection.verdict import Proved, Refuted, Unknown, Verdict, accept
from bijection.wishes import Near
from proofs.binary32 import LARGEST
from proofs.domains import Box, Domain, Floats, Grid, Labels, Point, Reals, cardinality, contains, more, points
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.exact import Vector, vector
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, Not, Positive, Reached, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides
from proofs.theorems.counting import GridCount, Pigeonhole
from proofs.theorems.dimension import Bottleneck, ball_dimension
from proofs.theorems.values import Misses, ReachesAll, StaysInside


@dataclass(frozen=True, slots=True)
class Facts:
    """The verdicts about a classifier on a domain and on a grid, by name; `first` are as many inputs as make two labels equal."""

    outputs: Network
    labels: Network
    on: Domain
    grid: Grid
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    first: tuple[Point, ...] = ()


@dataclass(slots=True)
class Clock:
    """What the searches may take together, who hears of them, and with which seed they begin."""

    within: float
    seed: int
    report: Callable[[str], None] | None
    started: float = field(default_factory=time.monotonic)

    def share(self, parts: int) -> float:
        """Seconds for one of so many parts of what is left."""
        return max(1.0, (self.within - (time.monotonic() - self.started)) / parts)

    def say(self, line: str) -> None:
        """Tell whoever listens."""
        if self.report is not None:
            self.report(line)


def facts(outputs: Network, labels: Network, on: Domain, grid: Grid, clock: Clock, near: Point | None = None) -> Facts:
    """Everything that is shown within the time, the certain parts first."""
    wish = None if near is None else Near(near)
    found = Facts(outputs, labels, on, grid)
    k = labels.widths[labels.nodes[-1].inputs[0]]
    if more(cardinality(on), k):
        _add(found, "labels", Not(Injective(labels, on)), (Pigeonhole(Labels(k)), StaysInside()), "the pigeonhole principle")
    clock.say("the real-valued outputs")
    cut = len(outputs.nodes)
    if ball_dimension(on, None) > outputs.width:
        _add(found, "outputs", Not(Injective(outputs, on)), (Bottleneck(cut, None),), "invariance of dimension")
    found.verdicts["outputs-pair"] = decide(
        Injective(outputs, on),
        within=clock.share(4),
        seed=clock.seed,
        wish=wish if near is not None and contains(on, vector(near)) else None,
    )
    found = _label_pair(found, k)
    clock.say("the grid")
    _on_grid(found, k, clock, wish if near is not None and contains(grid, vector(near)) else None)
    clock.say("binary32 arithmetic")
    _in_floats(found, clock)
    _reached(found, k, clock)
    return found


def _add(found: Facts, name: str, claim: Not | Positive, evidence: tuple[Theorem, ...], because: str) -> bool:
    """Keep the verdict under this name, if the kernel accepts the evidence."""
    statement = claim.statement if isinstance(claim, Not) else claim
    try:
        found.verdicts[name] = accept(statement, claim, evidence, because, 0.0)
    except (Rejected, Malformed, NoExactValue):
        return False
    return True


def some_points(on: Domain, count: int) -> Iterator[Point]:
    """Different points of the domain: on the diagonal of a box or of ℝⁿ, else the first ones."""
    match on:
        case Box(lower, upper):
            for i in range(count):
                t = Fraction(i, max(1, count - 1))
                yield tuple(a + t * (b - a) for a, b in zip(lower, upper, strict=True))
        case Reals(n):
            for i in range(count):
                yield (Fraction(i),) * n
        case Grid(lower, _, step):
            counts = on.counts()
            for i in range(min(count, max(counts, default=1))):
                yield tuple(a + min(i, c - 1) * s for a, s, c in zip(lower, step, counts, strict=True))
        case _:
            yield from (p.fractions() for p in islice(points(on, 10**6), count))


def _label_pair(found: Facts, k: int) -> Facts:
    """Two of k + 1 inputs have one label: the first two that do; where labels have no exact value, the pair of the outputs."""
    inputs = tuple(some_points(found.on, k + 1))
    seen: dict[Vector, Point] = {}
    try:
        for x in inputs:
            label = found.labels.trace(vector(x))[-1]
            if label in seen:
                _add(
                    found, "labels-pair", Not(Injective(found.labels, found.on)), (Collision(seen[label], x),), "two inputs with one label"
                )
                return Facts(found.outputs, found.labels, found.on, found.grid, found.verdicts, inputs[: inputs.index(x) + 1])
            seen[label] = x
    except (NoExactValue, Malformed):
        pass
    pair = found.verdicts["outputs-pair"]
    if isinstance(pair, Refuted):
        evidence = (PrefixCollides(len(found.outputs.nodes)), *pair.evidence)
        _add(found, "labels-pair", Not(Injective(found.labels, found.on)), evidence, "two inputs with the same outputs")
    return found


def _on_grid(found: Facts, k: int, clock: Clock, wish: Near | None) -> None:
    """The label map and the outputs on the finite grid."""
    if more(cardinality(found.grid), k):
        _add(
            found,
            "grid-labels",
            Not(Injective(found.labels, found.grid)),
            (Pigeonhole(Labels(k)), StaysInside()),
            "the pigeonhole principle",
        )
    counted = _add(found, "grid-count", Not(Injective(found.outputs, found.grid)), (GridCount(),), "counting on the grid")
    pair = decide(Injective(found.outputs, found.grid), within=clock.share(3), seed=clock.seed, wish=wish)
    if not counted or pair.counterexample is not None:
        found.verdicts["grid-pair"] = pair


def _in_floats(found: Facts, clock: Clock) -> None:
    """The outputs as a program computes them that rounds every operation, on the binary32 values of the domain; if it has such weights."""
    try:
        rounded = Binary32(found.outputs)
        match found.on:
            case Box(lower, upper):
                where: Domain = Floats(lower, upper)
            case Reals(n):
                where = Floats((-LARGEST,) * n, (LARGEST,) * n)
            case _:
                return
    except Malformed:
        return
    found.verdicts["floats-pair"] = decide(Injective(rounded, where), within=clock.share(3), seed=clock.seed)


def _reached(found: Facts, k: int, clock: Clock) -> None:
    """Which labels some input of the domain has."""
    each: dict[int, Verdict] = {}
    for label in range(k):
        clock.say(f"label {label}")
        goal = Reached(found.labels, found.on, (Fraction(label),))
        each[label] = decide(goal, within=clock.share(k - label + 1), seed=clock.seed)
    inputs = [v.inputs[0] for v in each.values() if isinstance(v, Proved)]
    onto = Surjective(found.labels, found.on, Labels(k))
    if len(inputs) == k and _add(found, "labels-reached", onto, (ReachesAll(tuple(inputs)),), "every label has an input"):
        return
    for label, verdict in each.items():
        found.verdicts[f"label-{label}"] = verdict
    missed = next(((label, v) for label, v in each.items() if isinstance(v, Refuted)), None)
    if missed is not None:
        label, verdict = missed
        _add(found, "labels-missed", Not(onto), (Misses((Fraction(label),)), *verdict.evidence), "a label is never given")


def unknown(found: Facts) -> list[str]:
    """The names of what was not settled."""
    return [name for name, verdict in found.verdicts.items() if isinstance(verdict, Unknown)]
