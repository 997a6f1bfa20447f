"""Smooth networks: inputs whose traces meet inside, and turning points along one input (L11, L12, L13, T11)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import start
from bijection.exact.floating import Shadow, approximate, floats, shadow
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains, hull
from proofs.errors import Malformed, Rejected
from proofs.exact import Interval, vector
from proofs.network import Argmax, Network, Op, Pointwise, Product, Softmax, Spline, runs
from proofs.statements import Injective, Not, Positive
from proofs.theorems.agreement import Agreement, IntermediateValue
from proofs.theorems.blocks import dependence

_MOST_INPUTS = 64
_REACH = 12.0  # how far a line is followed where the domain does not end
_POINTS = 769  # on a line
_LINES = 3  # through each input
_ONE, _ZERO = Fraction(1), Fraction(0)


def by_agreement(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two inputs that a softmax, a normalisation or a gate does not tell apart."""
    match goal:
        case Injective(Network() as f, (Reals() | Box() | Polytope()) as on) if _smooth(f) and f.arity <= _MOST_INPUTS:
            pass
        case _:
            return
    first = start(on, search.near)
    if first is None:
        return
    n = f.arity
    directions = [(_ONE,) * n, *(tuple(_ONE if i == j else _ZERO for i in range(n)) for j in range(n))]
    directions += [tuple(_ONE if i in set(group) else _ZERO for i in range(n)) for group in _groups(f)]
    for x in (first, (_ZERO,) * n):
        for d in directions:
            for step in (Fraction(1), Fraction(-1), Fraction(1, 64)):
                pair = Agreement(x, tuple(a + step * b for a, b in zip(x, d, strict=True)))
                if contains(on, vector(pair.x)) and contains(on, vector(pair.y)) and proves(pair, Not(goal)):
                    yield Proposal(Not(goal), (pair,), "two inputs that agree inside the network")
                    return


def _smooth(f: Network) -> bool:
    """Not piecewise affine: such networks have exact pairs of their own kinds."""
    return any(isinstance(node.op, Softmax | Product | Spline) or _curved(node.op) for node in f.nodes)


def _curved(op: Op) -> bool:
    return isinstance(op, Pointwise) and any(not isinstance(s, PiecewiseAffine) for s, _ in runs(op.activations))


def _groups(f: Network) -> Iterator[tuple[int, ...]]:
    """The groups of the softmaxes that read the input itself."""
    for node in f.nodes:
        if isinstance(node.op, Softmax) and node.inputs == (0,):
            yield from node.op.groups


def by_turning_points(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Along an input on which one output depends alone, three inputs between which the output turns."""
    match goal:
        case Injective(Network() as f, (Reals() | Box() | Polytope()) as on) if f.arity <= _MOST_INPUTS:
            pass
        case _:
            return
    if any(isinstance(node.op, Argmax) for node in f.nodes):
        return
    first = start(on, search.near)
    if first is None:
        return
    try:
        reads, g = dependence(f), shadow(f)
    except (Malformed, Rejected, OverflowError):
        return
    rng = np.random.default_rng([search.seed, 11])
    for i in range(f.arity):
        outputs = [j for j, inputs in enumerate(reads) if inputs >> i & 1]
        if len(outputs) != 1 or search.remaining() <= 0:
            continue
        for line in range(_LINES):
            x = first if line == 0 else tuple(t + Fraction(int(rng.integers(-16, 17)), 8) for t in first)
            step = _turn(g, on, x, i, outputs[0])
            if step is not None and proves(step, Not(goal)):
                yield Proposal(Not(goal), (step,), f"along input {i} output {outputs[0]} turns back", improvable=True)
                return


def _turn(g: Shadow, on: Domain, x: Point, i: int, j: int) -> IntermediateValue | None:
    """The turn with the largest margin along coordinate i through x."""
    low, high = _ends(hull(on)[i], approximate(x[i]))
    t = np.linspace(low, high, _POINTS)
    line = np.repeat(floats(x)[None], _POINTS, axis=0)
    line[:, i] = t
    h = g(line)[:, j]
    if not np.isfinite(h).all():
        return None
    best: tuple[float, int, int, int] | None = None
    for sign in (1, -1):
        v = sign * h
        before, after = np.minimum.accumulate(v), np.minimum.accumulate(v[::-1])[::-1]
        margin = v - np.maximum(before, after)
        k = int(margin.argmax())
        if best is None or margin[k] > best[0]:
            best = float(margin[k]), int(v[: k + 1].argmin()), k, k + int(v[k:].argmin())
    if best is None or best[0] <= 0:
        return None
    a, b, c = (Fraction(float(t[k])).limit_denominator(2**10) for k in best[1:])
    return IntermediateValue(x, i, j, (a, b, c)) if a < b < c else None


def _ends(side: Interval, middle: float) -> tuple[float, float]:
    low = middle - _REACH if side.lower is None else max(approximate(side.lower), middle - _REACH)
    high = middle + _REACH if side.upper is None else min(approximate(side.upper), middle + _REACH)
    return low, high
