"""Which labels a classifier reaches: an input for a label, or a proof that there is none (S6, A11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import spread
from bijection.exact.floating import Array, Shadow, approximate, floats, quotient, shadow
from bijection.exact.linear import dense
from bijection.exact.lp import maximise
from bijection.exact.values import value_at
from proofs.compose import prefix
from proofs.domains import Box, Domain, Floats, Grid, Labels, Point, contains
from proofs.enclosure import bounds
from proofs.exact import Interval, vector
from proofs.network import Affine, Argmax, Network
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.values import DominatedLabel, Misses, Reaches, ReachesAll

_SAMPLES = 200
_STARTS = 8
_STEPS = 60


def by_labels(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Surjective onto the labels, or one label reached, by showing inputs; or a label that another one always beats."""
    match goal:
        case Surjective(Network() as f, on, Labels(k)) if f.nodes and isinstance(f.nodes[-1].op, Argmax):
            found = _inputs(f, on, range(k), search)
            if len(found) == k:
                yield Proposal(goal, (ReachesAll(tuple(found[label] for label in range(k))),), "an input for every label")
                return
            for label in set(range(k)) - set(found):
                steps = _never(f, on, label)
                if steps is not None:
                    yield Proposal(Not(goal), (Misses((Fraction(label),)), steps), f"label {label} is always beaten by others")
                    return
        case Reached(Network() as f, on, (label,)) if f.nodes and isinstance(f.nodes[-1].op, Argmax) and label.denominator == 1:
            found = _inputs(f, on, [int(label)], search)
            if found:
                yield Proposal(goal, (Reaches(found[int(label)]),), "an input with that label")
                return
            steps = _never(f, on, int(label))
            if steps is not None:
                yield Proposal(Not(goal), (steps,), f"label {label} is always beaten by others")
        case _:
            return


def _inputs(f: Network, on: Domain, wanted: range | list[int], search: Search) -> dict[int, Point]:
    """Inputs with the wanted labels, as many as random points and gradient ascent find; each one exactly checked."""
    found: dict[int, Point] = {}
    samples = list(islice(spread(on, search.random("labels"), search.near), _SAMPLES))
    if not samples:
        return found
    scores = shadow(prefix(f, f.nodes[-1].inputs[0]))
    batch = np.array([floats(x) for x in samples])
    for x, label in zip(samples, scores(batch).argmax(axis=1), strict=True):
        if int(label) in wanted and int(label) not in found and value_at(f, x) == (Fraction(int(label)),):
            found[int(label)] = x
    for label in wanted:
        if label not in found and 0 <= label < f.widths[f.nodes[-1].inputs[0]] and search.remaining() > 1:
            point = _ascend(f, scores, on, label, batch)
            if point is not None:
                found[label] = point
    return found


def _ascend(f: Network, scores: Shadow, on: Domain, label: int, batch: Array) -> Point | None:
    """Gradient ascent on the margin of the label from the most promising samples, rounded to short points of the domain."""
    margin = scores(batch)[:, label] - np.delete(scores(batch), label, axis=1).max(axis=1, initial=-np.inf)
    x = batch[np.argsort(-margin)[:_STARTS]]
    lower, upper = _window(on, x)
    rows = np.arange(len(x))
    for step in np.geomspace(0.3, 0.01, _STEPS):
        y = scores(x)
        rival = np.where(np.arange(y.shape[1]) == label, -np.inf, y).argmax(axis=1)
        u = np.zeros_like(y)
        u[:, label] = 1.0
        u[rows, rival] -= 1.0
        slope = scores.gradient(x, u)
        size = np.abs(slope).max(axis=1, keepdims=True)
        with np.errstate(all="ignore"):
            x = np.clip(x + step * (upper - lower) * slope / np.where(size > 0, size, 1.0), lower, upper)
    for start in x[np.isfinite(x).all(axis=1)]:
        for bits in (3, 6, 12, 24):
            point = _in_domain(on, start, bits)
            if point is not None and value_at(f, point) == (Fraction(label),):
                return point
    return None


def _window(on: Domain, x: Array) -> tuple[Array, Array]:
    match on:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            return floats(lower), floats(upper)
        case _:
            return np.full(x.shape[1], -100.0), np.full(x.shape[1], 100.0)


def _in_domain(on: Domain, x: Array, bits: int) -> Point | None:
    """The nearest point of the domain with coordinates of few bits."""
    if isinstance(on, Grid):
        steps = zip(x, on.lower, on.step, on.counts(), strict=True)
        return tuple(a + min(max(round((Fraction(float(t)) - a) / s), 0), c - 1) * s for t, a, s, c in steps)
    point = tuple(Fraction(round(float(t) * 2**bits), 2**bits) for t in x)
    if isinstance(on, Box):
        point = tuple(max(a, min(b, t)) for a, t, b in zip(on.lower, point, on.upper, strict=True))
    return point if contains(on, vector(point)) else None


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
