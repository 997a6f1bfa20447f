"""Inputs with a label that are closer to a wished one: the search for the label again in smaller and smaller balls around it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bijection.engines.onto.inputs import Ascent, scores_of
from bijection.engines.proposal import SHORTER, Proposal, Search
from bijection.engines.sampling import distinct
from bijection.exact.floating import approximate, floats
from bijection.wishes import distance
from proofs.domains import Box, Domain, Floats, Grid, Integers, Point, Polytope, Reals
from proofs.functions import Function
from proofs.statements import Reached

_TRIALS = 12
_STARTS, _STEPS = 16, 80
_ENOUGH = Fraction(1, 20)  # of the distance, that is not worth another trial


def nearer(f: Function, on: Domain, found: Mapping[int, Point], search: Search) -> Iterator[Proposal]:
    """For labels with an input each, inputs that are closer to the wished one, in the largest change of a coordinate."""
    wished = search.near
    if wished is None:
        return
    for done, (label, x) in enumerate(sorted(found.items())):
        share = min(SHORTER, search.remaining() / (len(found) - done))
        yield from _for_label(f, on, label, x, wished, replace(search, deadline=time.monotonic() + share))


def _for_label(f: Function, on: Domain, label: int, x: Point, wished: Point, search: Search) -> Iterator[Proposal]:
    low, high = Fraction(0), distance(x, wished)
    for _ in range(_TRIALS):
        ball = _ball(on, wished, (low + high) / 2)
        if ball is None or search.remaining() < 0.1 or high - low <= _ENOUGH * high:
            return
        points = [wished, *distinct(ball, search.random(f"near {label}"), _STARTS)]
        climb = Ascent(f, ball, scores_of(f), np.array([floats(p) for p in points]), search)
        step = climb.to(label, _STARTS, _STEPS)
        if step is None:
            low = (low + high) / 2
            continue
        high = distance(step.x, wished)
        away = str(high) if len(str(high)) < 10 else f"{approximate(high):.4g}"
        yield Proposal(Reached(f, on, (Fraction(label),)), (step,), f"an input with that label, {away} away from the given one")


def _ball(on: Domain, x: Point, r: Fraction) -> Domain | None:
    """The points of the domain that are at most so far from x, which is one of them; None where this is no domain that is searched."""
    match on:
        case Reals():
            return Box(tuple(t - r for t in x), tuple(t + r for t in x))
        case Box(lower, upper):
            return Box(*_ends(lower, x, upper, r))
        case Floats(lower, upper):
            return Floats(*_ends(lower, x, upper, r))
        case Grid(lower, upper, step):
            low, high = _ends(lower, x, upper, r)
            return Grid(tuple(t - (t - a) // s * s for t, a, s in zip(x, low, step, strict=True)), high, step)
        case Integers(n):
            return Grid(tuple(t - r // 1 for t in x), tuple(t + r // 1 for t in x), (Fraction(1),) * n)
        case Polytope(n, normals, offsets):
            units = [tuple(Fraction(int(i == j)) for j in range(n)) for i in range(n)]
            sides = [*units, *(tuple(-t for t in e) for e in units)]
            return Polytope(n, (*normals, *sides), (*offsets, *(t + r for t in x), *(r - t for t in x)))
        case _:
            return None


def _ends(lower: Point, x: Point, upper: Point, r: Fraction) -> tuple[Point, Point]:
    return tuple(max(a, t - r) for a, t in zip(lower, x, strict=True)), tuple(min(b, t + r) for t, b in zip(x, upper, strict=True))
