"""Onto ℝ by two ends, onto ℝⁿ by growth, onto the simplex, and ends of open ranges, for networks of any width (P15, A9, T8, L11, L12)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

import numpy as np

from bijection.engines.onto.branching import never
from bijection.engines.onto.covering import by_cell_images
from bijection.engines.onto.inputs import in_domain, kept, window
from bijection.engines.onto.targets import Value
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import spread
from bijection.engines.structure.growth import coercive
from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.exact.lp import interior_point
from bijection.exact.values import value_at
from proofs.activations import RELU
from proofs.compose import compose, cuts, prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals, Simplex, contains, hull
from proofs.errors import Rejected
from proofs.exact import common_denominator, over, vector
from proofs.kernel import Theorem
from proofs.network import Affine, Network, Node, Pointwise, Row, Softmax
from proofs.statements import MapsInto, Not, Positive, Reached, Surjective
from proofs.theorems.branching import BranchAndBound
from proofs.theorems.composition import Through
from proofs.theorems.monotone import OntoLayer
from proofs.theorems.onto import OpenRange, OppositeEnds, SoftmaxOnto, asymptotic
from proofs.theorems.sets import CancelInner
from proofs.theorems.values import Misses

_STARTS, _STEPS = 32, 60
_ROUGH = 12  # bits of directions

End: TypeAlias = Point  # where the function passes an end of the codomain, or a direction along which it goes there without end


def by_ends(goal: Positive, search: Search) -> Iterator[Proposal]:
    """One output: a point or direction at each end of the codomain; or else an end that is never passed."""
    match goal:
        case Surjective(Network() as f, Reals() | Box() | Polytope() as on, onto) if f.width == 1:
            (wanted,) = hull(onto)
            try:
                ends = [_end(f, on, end, sign, search) for end, sign in ((wanted.lower, -1), (wanted.upper, 1))]
            except Rejected:
                return
            steps = _between(goal, on, ends[0], ends[1], search)
            if steps is not None:
                yield Proposal(goal, steps, "the function takes values at both ends of the codomain")
            elif isinstance(on, Reals):
                yield from _bounded(goal, f, on, ends, search)
        case _:
            return


def _between(goal: Surjective, on: Reals | Box | Polytope, low: End | None, high: End | None, search: Search) -> tuple[Theorem, ...] | None:
    """Steps from the two ends; on a polytope a path ℝ → D leads through them, which goes along directions of the polytope."""
    if low is None or high is None:
        return None
    (wanted,) = hull(goal.onto)
    if not isinstance(on, Polytope) or None not in (wanted.lower, wanted.upper):
        step = OppositeEnds(low, high)
        return (step,) if proves(step, goal) else None
    start = low if wanted.lower is not None else high if wanted.upper is not None else interior_point(on)
    if start is None:
        return None
    zero = (Fraction(0),) * on.n
    ways = zip(start, low if wanted.lower is None else zero, high if wanted.upper is None else zero, strict=True)
    v = [vector(line) for line in ways]
    unfolded = Affine(1, (Row((0,), (1,), 0), Row((0,), (-1,), 0)), 1)
    d = common_denominator(t.denominator for t in v)
    rows = tuple(Row((0, 1), (over(t, d)[2], over(t, d)[1]), over(t, d)[0]) for t in v)
    path = Network(1, (Node(unfolded, (0,)), Node(Pointwise((RELU, RELU)), (1,)), Node(Affine(2, rows, d), (2,))))
    inner = compose(goal.f, path) if isinstance(goal.f, Network) else None
    ends = OppositeEnds((Fraction(-(wanted.lower is None)),), (Fraction(int(wanted.upper is None)),))
    stays = next((p for p in by_cell_images(MapsInto(path, Reals(1), on), search) if isinstance(p.claim, MapsInto)), None)
    if inner is None or stays is None or not proves(ends, Surjective(inner, Reals(1), goal.onto)):
        return None
    return (CancelInner(path, Reals(1)), ends, *stays.evidence)


def _bounded(goal: Surjective, f: Network, on: Reals, ends: Sequence[End | None], search: Search) -> Iterator[Proposal]:
    """A value beyond an end that no point or direction passes."""
    for end, sign in zip(ends, (-1, 1), strict=True):
        found = _unpassed(f, on, goal.onto, sign, search) if end is None else None
        if found is not None:
            yield Proposal(Not(goal), found, f"the function is bounded {'above' if sign > 0 else 'below'}")
            return


def by_growth(goal: Positive, search: Search) -> Iterator[Proposal]:
    """ℝⁿ → ℝⁿ like an invertible matrix far out."""
    match goal:
        case Surjective(Network(nodes=(*_, Node(Softmax((_,)), (last,)))) as f, on, Simplex()):
            yield from _onto_simplex(goal, f, on, last)
        case Surjective(Network() as f, Reals(n), _) if f.width == n:
            theorem = coercive(f)
            if theorem is not None and proves(theorem, goal):
                yield Proposal(goal, (theorem,), "far from the origin the network is close enough to an invertible linear map")
        case _:
            return


def by_open_range(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Ends of the open ranges of smooth activations, and what softmax never is."""
    match goal:
        case Surjective(Network(nodes=(*_, Node(Pointwise() | Softmax(), _))) as f, on, onto):
            for value in _border_values(f, onto):
                for i in range(f.width):
                    steps = (Misses(value), OpenRange(i))
                    if proves(steps[1], Not(Reached(f, on, value))):
                        yield Proposal(Not(goal), steps, "an output never takes the value at the end of its open range")
                        return
        case Reached(Network() as f, _, _):
            for i in range(f.width if f.nodes and isinstance(f.nodes[-1].op, Pointwise | Softmax) else 0):
                if proves(OpenRange(i), Not(goal)):
                    yield Proposal(Not(goal), (OpenRange(i),), "an output never takes the value at the end of its open range")
                    return
        case _:
            return


def _end(f: Network, on: Domain, end: Fraction | None, sign: int, search: Search) -> End | None:
    """A point where f passes this end of the codomain, or a direction along which it goes there without end."""
    if end is None:
        if not isinstance(on, Reals | Polytope):
            return None
        far, ahead = asymptotic(f), _directions(on)
        for x in _climbed(far, ahead, sign, search):
            point = in_domain(ahead, x, _ROUGH)
            if point is not None and sign * far(point)[0] > 0:
                return point
        return None
    for x in _climbed(f, on, sign, search):
        for bits in (2, 8, 30):
            near = in_domain(on, x, bits)
            if near is not None and _passes(f, near, end, sign):
                return near
    return None


def _directions(on: Reals | Polytope) -> Box | Polytope:
    """The directions of the set, with coordinates of at most 1."""
    if isinstance(on, Reals):
        return Box((Fraction(-1),) * on.n, (Fraction(1),) * on.n)
    units = [tuple(Fraction(sign * int(i == j)) for j in range(on.n)) for i in range(on.n) for sign in (1, -1)]
    return Polytope(on.n, (*on.normals, *units), (Fraction(0),) * len(on.normals) + (Fraction(1),) * len(units))


def _passes(f: Network, x: Point, end: Fraction, sign: int) -> bool:
    value = value_at(f, x)
    if value is not None:
        return sign * value[0] >= sign * end
    return bool(sign * float(shadow(f)(floats(x)[None])[0, 0]) >= sign * approximate(end))


def _climbed(f: Network, on: Domain, sign: int, search: Search) -> Iterator[Array]:
    """Inputs with large values (small ones for sign −1), the best first."""
    samples = list(islice(spread(on, search.random(f"ends {sign}"), search.near), _STARTS))
    if not samples:
        return
    x, run = np.array([floats(p) for p in samples]), shadow(f)  # what overflows comes last
    lower, upper = window(on, x.shape[1])
    for pace in np.geomspace(0.3, 0.003, _STEPS):
        slope = run.gradient(x, np.full((len(x), 1), float(sign)))
        x = kept(on, x, np.clip(x + pace * (upper - lower) * np.sign(np.nan_to_num(slope)), lower, upper))
    x = np.concatenate([x, np.array([floats(p) for p in samples])])
    yield from x[np.argsort(-sign * np.nan_to_num(run(x)[:, 0]))[:8]]


def _unpassed(f: Network, on: Reals, onto: Domain, sign: int, search: Search) -> tuple[Theorem, ...] | None:
    """A value beyond everything that f takes, with a proof."""
    best = max((sign * float(v) for x in _climbed(f, on, sign, search) for v in shadow(f)(x[None])[0]), default=0.0)
    for gap in (1.0, 100.0):
        value = (Fraction(sign * int(np.ceil(best + gap * (1.0 + abs(best))))),)
        if not contains(onto, vector(value)):
            continue
        share = replace(search, deadline=time.monotonic() + search.remaining() / 3)
        found = never(f, on, Value(value), share)
        if isinstance(found, BranchAndBound):
            return Misses(value), found
    return None


def _onto_simplex(goal: Surjective, f: Network, on: Domain, last: int) -> Iterator[Proposal]:
    """Softmax after nothing, or after a layer that covers a set which every direction (1, …, 1) leads into."""
    if proves(SoftmaxOnto(), goal):
        yield Proposal(goal, (SoftmaxOnto(),), "logarithms")
        return
    n = f.width
    corner = Polytope(n, tuple(tuple(Fraction(-int(i == j)) for j in range(n)) for i in range(n)), (Fraction(0),) * n)
    if last in cuts(f) and proves(OntoLayer(), Surjective(prefix(f, last), on, corner)):
        yield Proposal(goal, (Through(last, corner), OntoLayer(), SoftmaxOnto()), "logarithms, moved into the image of the layer before")


def _border_values(f: Network, onto: Domain) -> Iterator[Point]:
    """Values of the codomain at ends of the ranges of the activations."""
    sides = hull(onto)
    middle = []
    for side in sides:
        low, high = side.lower, side.upper
        middle.append((low + high) * Fraction(1, 2) if low is not None and high is not None else low or high or Fraction(0))
    for i, side in enumerate(sides):
        for end in (Fraction(0), Fraction(1), Fraction(-1), side.lower, side.upper):
            value = None if end is None else tuple(end if j == i else t for j, t in enumerate(middle))
            if value is not None and contains(onto, vector(value)):
                yield value
