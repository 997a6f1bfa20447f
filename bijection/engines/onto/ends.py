"""Onto ℝ by two ends, onto ℝⁿ by growth, onto the simplex, and ends of open ranges, for networks of any width (P15, A9, T8, L11, L12)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np

from bijection.engines.onto.branching import never
from bijection.engines.onto.inputs import in_domain, kept, window
from bijection.engines.onto.targets import Value
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import spread
from bijection.engines.structure.growth import coercive
from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.exact.values import value_at
from proofs.compose import cuts, prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals, Simplex, contains, hull
from proofs.errors import Rejected
from proofs.exact import vector
from proofs.kernel import Theorem
from proofs.network import Network, Node, Pointwise, Softmax
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.branching import BranchAndBound
from proofs.theorems.composition import Through
from proofs.theorems.monotone import OntoLayer
from proofs.theorems.onto import OpenRange, OppositeEnds, SoftmaxOnto, asymptotic
from proofs.theorems.values import Misses

_STARTS, _STEPS = 32, 60
_ROUGH = 2**12  # directions are rounded to multiples of 1/_ROUGH


def by_ends(goal: Positive, search: Search) -> Iterator[Proposal]:
    """One output: a point or direction at each end of the codomain; or else an end that is never passed."""
    match goal:
        case Surjective(Network() as f, Reals() | Box() | Polytope() as on, onto) if f.width == 1:
            (wanted,) = hull(onto)
            try:
                ends = [_end(f, on, end, sign, search) for end, sign in ((wanted.lower, -1), (wanted.upper, 1))]
            except Rejected:
                return
            low, high = ends
            if low is not None and high is not None and proves(OppositeEnds(low, high), goal):
                yield Proposal(goal, (OppositeEnds(low, high),), "the function takes values at both ends of the codomain")
                return
            if isinstance(on, Reals):
                for end, sign in zip(ends, (-1, 1), strict=True):
                    found = _unpassed(f, on, onto, sign, search) if end is None else None
                    if found is not None:
                        why = f"the function is bounded {'above' if sign > 0 else 'below'}"
                        yield Proposal(Not(goal), found, why)
                        return
        case _:
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


def _end(f: Network, on: Domain, end: Fraction | None, sign: int, search: Search) -> Point | None:
    """A point where f passes this end of the codomain, or a direction along which it goes there without end."""
    if end is None:
        if not isinstance(on, Reals):
            return None
        far = asymptotic(f)
        for x in _climbed(far, Box((Fraction(-1),) * f.arity, (Fraction(1),) * f.arity), sign, search):
            point = tuple(Fraction(round(float(t) * _ROUGH), _ROUGH) for t in x)
            if sign * far(point)[0] > 0:
                return point
        return None
    for x in _climbed(f, on, sign, search):
        for bits in (2, 8, 30):
            near = in_domain(on, x, bits)
            if near is not None and _passes(f, near, end, sign):
                return near
    return None


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
