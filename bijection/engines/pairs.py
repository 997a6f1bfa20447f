"""Two points of different linear regions with one output: Newton's method finds, exact linear algebra certifies (A4)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bijection.engines.cells import region
from bijection.engines.determinants import jacobian
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, Shadow, floats, independent_columns, shadow
from bijection.exact.linear import solve
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.exact import vector
from proofs.network import Affine, Max, Network, Pointwise, Stack, Sum
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision

_TRIES = 400
_LARGEST = 40  # inputs
_STEPS = 40
_GRID = Fraction(1, 2**20)  # free coordinates are rounded to this


def by_newton(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Newton's method on f(x) = f(y) from random starts, then the exact solution in the two regions it ends in."""
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on) if 0 < f.arity <= _LARGEST and 0 < f.width <= 2 * f.arity:
            pass
        case _:
            return
    if not _piecewise_affine(f):
        return  # what Newton's method finds could not be made exact
    rng = np.random.default_rng([search.seed, f.arity])
    approximate = shadow(f)
    lower, upper = _window(on)
    for number in range(_TRIES):
        if search.remaining() <= 0:
            return
        x, y = (rng.uniform(lower, upper) for _ in range(2))
        if search.near is not None and number % 2 == 0:
            x = floats(search.near)
        found = _newton(approximate, x, y, lower, upper)
        if found is None:
            continue
        pair = _exact_pair(f, on, *found)
        if pair is not None:
            yield Proposal(Not(goal), (Collision(*pair),), "two inputs in two linear regions with the same output")
            return


def _piecewise_affine(f: Network) -> bool:
    for node in f.nodes:
        match node.op:
            case Affine() | Max() | Sum() | Stack():
                pass
            case Pointwise(activations) if all(isinstance(s, PiecewiseAffine) for s in set(activations)):
                pass
            case _:
                return False
    return True


def _window(on: Domain) -> tuple[Array, Array]:
    match on:
        case Box(lower, upper):
            return floats(lower), floats(upper)
        case Polytope(n) | Reals(n):
            return np.full(n, -2.0), np.full(n, 2.0)
        case _:
            raise AssertionError("the engine searches boxes, polytopes and ℝⁿ only")


def _newton(f: Shadow, x: Array, y: Array, lower: Array, upper: Array) -> tuple[Array, Array] | None:
    """Points well apart with almost equal outputs, from two starting points."""
    far = float(np.max(upper - lower)) / 50
    for _ in range(_STEPS):
        at, there = f(x[None])[0], f(y[None])[0]
        slopes = np.hstack([f.jacobian(x), -f.jacobian(y)])
        if not (np.isfinite(slopes).all() and np.isfinite(at).all() and np.isfinite(there).all()):
            return None
        gap = at - there
        if np.max(np.abs(gap), initial=0.0) < 1e-11:
            return (x, y) if np.max(np.abs(x - y)) > far else None
        step = np.linalg.lstsq(slopes, -gap, rcond=None)[0]
        x = np.clip(x + step[: len(x)], lower, upper)
        y = np.clip(y + step[len(x) :], lower, upper)
        if np.max(np.abs(x - y)) < far:
            return None
    return None


def _exact_pair(f: Network, on: Domain, x: Array, y: Array) -> tuple[Point, Point] | None:
    """The exact collision next to an approximate one, in the two regions of its points."""
    n = f.arity
    start = _rounded(x) + _rounded(y)
    places = [region(f, p, range(n), [Fraction(1)] * n) for p in (start[:n], start[n:])]
    first, second = places
    if first is None or second is None or len(first.values) <= len(f.nodes) or len(second.values) <= len(f.nodes):
        return None
    slopes = [[*a, *(-t for t in b)] for a, b in zip(jacobian(first), jacobian(second), strict=True)]
    if first.scales[-1] != second.scales[-1]:
        return None
    gap = [b - a for a, b in zip(first.values[-1].fractions(), second.values[-1].fractions(), strict=True)]
    top = max(abs(t) for row in slopes for t in row) or 1
    basic = independent_columns(np.array([[t / top for t in row] for row in slopes]))
    if basic is None:
        return None
    step = solve([[row[j] for j in basic] for row in slopes], [t * first.scales[-1] for t in gap])
    if step is None:
        return None
    moved = list(start)
    for j, t in zip(basic, step, strict=True):
        moved[j] += t
    u, v = tuple(moved[:n]), tuple(moved[n:])
    inside = contains(on, vector(u)) and contains(on, vector(v))
    return (u, v) if inside and u != v and f(u) == f(v) else None


def _rounded(x: Array) -> Point:
    return tuple(round(Fraction(float(t)) / _GRID) * _GRID for t in x)
