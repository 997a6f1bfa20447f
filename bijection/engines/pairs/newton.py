"""Two points of different linear regions with one output: descent from many starts finds, exact linear algebra certifies (A4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from bijection.engines.local import piecewise_affine
from bijection.engines.pairs.two_regions import exact_pair
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, Shadow, floats, shadow
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.network import Network, Pointwise
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision

Indices: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]

_LARGEST = 40  # inputs
_WORK = 100_000  # numbers of all pairs that descend at once
_MOST_PAIRS = 512  # that descend at once
_FEW = 96  # of them in the first round, which answers most often
_STEPS = 25
_HALVED = (4, 7, 11, 15)  # after so many steps the worse half is given up
_FEWEST = 12
_SCALES = (1.0, 0.5, 0.2, 0.05)  # of a step
_CLOSED = 1e-9  # a gap, relative to the distance of the points, that counts as none
_TRIED = 8  # pairs of a round that are made exact if they can
_SOON, _LATER = 8, 60  # rounds
_BRIEFLY, _LESS_BRIEFLY = 1.0, 8.0  # seconds
_WIDE = 200  # numbers in all layers: what would prove these injective takes long as well


def by_newton(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A first look, before anything that takes long: Newton's method on f(x) = f(y) for hundreds of pairs at once.

    Not for fewer outputs than inputs or a single layer, which other engines decide.
    """
    match goal:
        case Injective(Network() as f, _) if f.width >= f.arity and not _one_layer(f):
            pass
        case _:
            return
    if search.near is not None:
        return  # kernels of regions come nearer to a point, so they go first
    if not search.apart:
        seconds = _BRIEFLY if sum(f.widths) < _WIDE else _LESS_BRIEFLY
        search = replace(search, deadline=min(search.deadline, time.monotonic() + seconds))
    yield from _by_descent(goal, search, range(_SOON))


def by_more_newton(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The same from more starts."""
    yield from _by_descent(goal, search, range(_SOON, _LATER))


def _one_layer(f: Network) -> bool:
    return 0 < len(f.nodes) < 3 and isinstance(f.nodes[-1].op, Pointwise)


def _by_descent(goal: Positive, search: Search, rounds: range) -> Iterator[Proposal]:
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on) if 0 < f.arity <= _LARGEST and f.width > 0:
            pass
        case _:
            return
    if piecewise_affine(f) < len(f.nodes):
        return  # what Newton's method finds could not be made exact
    if f.width > 2 * f.arity:
        rounds = rounds[:2]  # more equations than unknowns: only structure makes pairs, and it is seen soon or never
    best: Collision | None = None
    values = shadow(f)
    for number in rounds:
        if search.remaining() <= 0:
            break
        rng = np.random.default_rng([search.seed, f.arity, number])
        lower, upper = _window(on, number)
        x, y = _starts(values, f, lower, upper, search, rng, _FEW if number == 0 else _MOST_PAIRS)
        best = _better(best, goal, *_descend(values, f.width, x, y, lower, upper, search), search)
        if best is not None and (number + 1 >= rounds.start + _SOON or not (search.near is not None or search.apart)):
            break
    if best is not None:
        yield Proposal(Not(goal), (best,), "two inputs in two linear regions with the same output")


def _better(best: Collision | None, goal: Injective, x: Array, y: Array, search: Search) -> Collision | None:
    """The better of a known collision and of what can be made exact of these pairs."""
    wishes = search.near is not None or search.apart
    for s, t in zip(x[:_TRIED], y[:_TRIED], strict=True):
        if search.remaining() <= 0:
            break
        found = exact_pair(goal, s, t, search)
        if found is not None and (best is None or _merit(found, search) < _merit(best, search)):
            best = found
        if best is not None and not wishes:
            break
    return best


def _merit(pair: Collision, search: Search) -> float:
    """Small for a pair that is what was wished for."""
    return float(_wish(floats(pair.x)[None], floats(pair.y)[None], search)[0])


def _wish(x: Array, y: Array, search: Search) -> Array:
    """The distance from the wished point, else minus the distance of the two points: close pairs are hard to make exact."""
    apart: Array = np.max(np.abs(x - y), axis=1)
    if search.near is None:
        return -apart
    wish = floats(search.near)
    out: Array = np.maximum(np.max(np.abs(x - wish), axis=1), np.max(np.abs(y - wish), axis=1))
    return out


def _window(on: Domain, number: int) -> tuple[Array, Array]:
    """Where to look; without bounds, in ever larger cubes."""
    match on:
        case Box(lower, upper):
            return floats(lower), floats(upper)
        case Polytope(n) | Reals(n):
            size = (2.0, 8.0, 1.0, 64.0)[number % 4]
            return np.full(n, -size), np.full(n, size)
        case _:
            raise AssertionError("the engine searches boxes, polytopes and ℝⁿ only")


def _starts(
    f: Shadow, net: Network, lower: Array, upper: Array, search: Search, rng: np.random.Generator, most: int
) -> tuple[Array, Array]:
    """At most so many pairs to start from: at random, close together (across a fold perhaps), and with the nearest outputs of a sample."""
    count = max(24, min(most, _WORK // (sum(net.widths) * net.width)))
    third = count // 3 + 1
    sample = rng.uniform(lower, upper, (4 * third, len(lower)))
    if search.near is not None:
        spread = 10.0 ** rng.uniform(-3, 0, (len(sample), 1))
        sample = floats(search.near) + spread * (sample - floats(search.near))
        sample[:third] = floats(search.near)
    radius = 10.0 ** rng.uniform(-2, -0.3, (third, 1)) * (upper - lower)
    near = np.clip(sample[third : 2 * third] + radius * rng.normal(size=(third, len(lower))), lower, upper)
    first, second = _alike(f, sample, third)
    x = np.concatenate([sample[:third], sample[third : 2 * third], sample[first]])
    return x, np.concatenate([sample[2 * third : 3 * third], near, sample[second]])


def _alike(f: Shadow, sample: Array, count: int) -> tuple[Indices, Indices]:
    """The pairs of the sample whose outputs are closest for the distance of the inputs, each point at most once as the first."""
    with np.errstate(all="ignore"):
        ratio = _distances(f(sample)) / (_distances(sample) + 1e-12)
    ratio[np.arange(len(sample)), np.arange(len(sample))] = np.inf
    ratio = np.where(np.isfinite(ratio), ratio, np.inf)
    other = np.argmin(ratio, axis=1)
    first: Indices = np.argsort(ratio[np.arange(len(sample)), other], kind="stable")[:count]
    return first, other[first]


def _distances(p: Array) -> Array:
    squares = np.sum(p * p, axis=1)
    out: Array = np.sqrt(np.maximum(squares[:, None] + squares - 2 * p @ p.T, 0.0))
    return out


def _descend(f: Shadow, m: int, x: Array, y: Array, lower: Array, upper: Array, search: Search) -> tuple[Array, Array]:
    """Gauss–Newton steps on f(x) − f(y) = 0 for all pairs at once; those that arrive, and the closest that do not, best first.

    A step is of minimal norm within the window; of a few fractions of it, the one is taken after which the gap is smallest
    for the distance of the points, so that the pairs do not close by running into each other.
    """
    n = x.shape[1]
    low, high = np.concatenate([lower, lower]), np.concatenate([upper, upper])
    least = 1e-4 * float(np.max(upper - lower))
    p = np.concatenate([x, y], axis=1)
    done: list[Array] = []
    for number in range(_STEPS):
        if search.remaining() <= 0 or not len(p):
            break
        gap, size = _gap(f, p, n)
        there = gap / size
        sound = np.isfinite(there) & (size > least)
        closed = sound & (there < _CLOSED)
        done.append(p[closed])
        p = p[sound & ~closed]
        if sum(map(len, done)) >= _TRIED or not len(p):
            break
        if number in _HALVED:
            p = p[np.argsort(there[sound & ~closed], kind="stable")[: max(_FEWEST, len(p) // 2)]]
        p = _stepped(f, m, p, n, low, high)
    ratio = np.divide(*_gap(f, p, n)) if len(p) else np.zeros(0)
    arrived = np.concatenate([*done, np.zeros((0, 2 * n))])
    arrived = arrived[np.argsort(_wish(arrived[:, :n], arrived[:, n:], search), kind="stable")]
    order = np.argsort(np.where(np.isfinite(ratio), ratio, np.inf), kind="stable")[:2]
    close = p[[i for i in order if ratio[i] < 0.01]]
    ends = np.concatenate([arrived[: _TRIED - len(close)], close])
    return ends[:, :n], ends[:, n:]


def _gap(f: Shadow, p: Array, n: int) -> tuple[Array, Array]:
    """The distances of the outputs and of the inputs."""
    with np.errstate(all="ignore"):
        return np.linalg.norm(f(p[:, :n]) - f(p[:, n:]), axis=1), np.max(np.abs(p[:, :n] - p[:, n:]), axis=1) + 1e-300


def _stepped(f: Shadow, m: int, p: Array, n: int, low: Array, high: Array) -> Array:
    gap = f(p[:, :n]) - f(p[:, n:])
    slopes = np.concatenate([_jacobians(f, p[:, :n], m), -_jacobians(f, p[:, n:], m)], axis=2)
    step = _least(slopes, gap)
    stuck = ((p <= low) & (step < 0)) | ((p >= high) & (step > 0))
    step = np.where(stuck, 0.0, _least(np.where(stuck[:, None, :], 0.0, slopes), gap))
    ways = np.stack([np.clip(p + s * step, low, high) for s in _SCALES])
    gaps, sizes = _gap(f, ways.reshape(-1, 2 * n), n)
    ratio = (gaps / sizes).reshape(len(_SCALES), len(p))
    out: Array = ways[np.argmin(np.where(np.isfinite(ratio), ratio, np.inf), axis=0), np.arange(len(p))]
    return out


def _jacobians(f: Shadow, x: Array, m: int) -> Array:
    """The m×n matrices of slopes at the rows of x."""
    return f.gradient(np.repeat(x, m, axis=0), np.tile(np.eye(m), (len(x), 1))).reshape(len(x), m, x.shape[1])


def _least(a: Array, gap: Array) -> Array:
    """−aᵀ(aaᵀ + λ)⁻¹·gap for each pair: the step of minimal norm, or the one that brings the gap nearest to 0."""
    back = np.swapaxes(a, 1, 2)
    wide = a.shape[1] <= a.shape[2]
    square = a @ back if wide else back @ a
    damping = 1e-10 * np.trace(square, axis1=1, axis2=2) + 1e-30
    square = square + damping[:, None, None] * np.eye(square.shape[1])
    right = gap[:, :, None] if wide else back @ gap[:, :, None]
    try:
        found = np.linalg.solve(square, right)
    except np.linalg.LinAlgError:  # numbers that floats cannot hold
        return np.zeros((len(a), a.shape[2]))
    out: Array = -(back @ found if wide else found)[:, :, 0]
    return np.where(np.isfinite(out), out, 0.0)
