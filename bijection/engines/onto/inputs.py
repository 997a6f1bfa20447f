"""Inputs that a classifier gives a wanted label: samples, then ascent on the margin of the label from many starts at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

import numpy as np

from bijection.engines.proposal import Search, proves
from bijection.engines.sampling import spread
from bijection.exact.floating import Array, Shadow, floats, shadow
from bijection.exact.values import value_at
from proofs.compose import prefix
from proofs.domains import Box, Domain, Floats, Grid, Integers, Point, Polytope, contains
from proofs.exact import vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Network
from proofs.statements import Reached
from proofs.theorems.values import Reaches, ReachesLabel

_SAMPLES = 200
_ROUNDS = ((4, 30), (16, 60), (64, 150), (128, 300))  # starts and steps; a label that is found early ends the round
Found: TypeAlias = tuple[int, Reaches | ReachesLabel]

_WANDERERS = ((0, 0), (5_000, 60), (50_000, 150), (400_000, 150))  # random points and moves in these rounds, for few inputs
_FEW_INPUTS = 32
_AT_ONCE = 10_000
_PARENTS, _CHILDREN = 8, 64
_LOOK = 10  # steps between two looks for an exact input beside one that has the label in floats


def inputs(f: Function, on: Domain, wanted: Collection[int], search: Search) -> Iterator[Found | None]:
    """Wanted labels with an input for each, as many as are found; the kernel has looked at each. Between the rounds of the search, which
    take longer and longer, comes a None: what has been settled by then may be taken out of the wanted ones.
    """
    samples = list(islice(spread(on, search.random("labels"), search.near), _SAMPLES))
    if not samples:
        return
    scores = scores_of(f)
    batch = np.array([floats(x) for x in samples])
    seen: set[int] = set()
    for x, label in zip(samples, scores(batch).argmax(axis=1).tolist(), strict=True):
        step = shown(f, on, x, label) if label in wanted and label not in seen else None
        if step is not None:
            seen.add(label)
            yield label, step
    climb = Ascent(f, on, scores, batch, search)
    for (starts, steps), wander in zip(_ROUNDS, _WANDERERS, strict=True):
        for label in sorted(set(wanted) - seen):
            if search.remaining() < 1:
                return
            step = climb.to(label, starts, steps) or (climb.at_random(label, *wander) if f.arity <= _FEW_INPUTS else None)
            if step is not None:
                seen.add(label)
                yield label, step
        yield None


def scores_of(f: Function) -> Shadow:
    """The scores of a classifier in floats, many inputs at once; those over the reals for one in binary32 arithmetic."""
    g = f.network if isinstance(f, Binary32) else f
    assert isinstance(g, Network)
    return shadow(prefix(g, g.nodes[-1].inputs[0]))


def shown(f: Function, on: Domain, x: Point, label: int) -> Reaches | ReachesLabel | None:
    """The step that shows that x has the label, if it has: by the exact value if there is one, else by bounds."""
    value = value_at(f, x)
    if value is not None:
        return Reaches(x) if value == (Fraction(label),) else None
    step = ReachesLabel(x)
    return step if proves(step, Reached(f, on, (Fraction(label),))) else None


@dataclass(frozen=True, slots=True)
class Ascent:
    """Ascent with momentum along the sign of the slope; rivals count the more the closer they are to the best."""

    f: Function
    on: Domain
    scores: Shadow
    batch: Array
    search: Search

    def to(self, label: int, starts: int, steps: int) -> Reaches | ReachesLabel | None:
        """A step that shows an input with the label, or None."""
        x = self._starts(label, starts)
        lower, upper = window(self.on, x.shape[1])
        drift, looked = np.zeros_like(x), -_LOOK
        for k, pace in enumerate(np.geomspace(0.2, 0.002, steps)):
            y, slope = self.scores.with_gradient(x, lambda y: _pull(y, label))
            if k - looked >= _LOOK and _margin(y, label).max() > 0:
                looked = k
                step = self._rounded(x, label)
                if step is not None:
                    return step
            if self.search.remaining() < 1:
                return None
            size = np.abs(slope).max(axis=1, keepdims=True)
            with np.errstate(all="ignore"):
                drift = 0.9 * drift + np.nan_to_num(slope / np.where(size > 0, size, 1.0))
            x = kept(self.on, x, np.clip(x + pace * (upper - lower) * np.sign(drift), lower, upper))
        return self._rounded(x, label)

    def at_random(self, label: int, count: int, moves: int) -> Reaches | ReachesLabel | None:
        """The best of so many random points, moved at random by steps of all sizes: labels of small regions that no slope leads to."""
        rng = np.random.default_rng(self.search.random(f"wandering to {label}").randrange(2**32))
        best, n = self.batch, self.batch.shape[1]
        lower, upper = window(self.on, n)
        for k in range(0, count, _AT_ONCE):
            best = self._best(label, best, lower + (upper - lower) * rng.random((min(_AT_ONCE, count - k), n)))
        for k in range(moves):
            if self.search.remaining() < 1:
                return None
            sizes = 10.0 ** rng.uniform(-5, -0.5, (_PARENTS * _CHILDREN, 1)) * (upper - lower)
            moved = np.repeat(best, _CHILDREN, axis=0)[: len(sizes)]
            best = self._best(label, best, np.clip(moved + sizes[: len(moved)] * rng.normal(size=moved.shape), lower, upper))
            if k % _LOOK == _LOOK - 1 and _margin(self.scores(best), label)[0] > 0:
                step = self._rounded(best, label)
                if step is not None:
                    return step
        return None

    def _best(self, label: int, known: Array, more: Array) -> Array:
        """Of all points of the domain among these some with the largest margins."""
        x = np.concatenate([known, kept(self.on, np.repeat(self.batch[:1], len(more), axis=0), more)])
        return np.asarray(x[np.argsort(-_margin(self.scores(x), label), kind="stable")[:_PARENTS]])

    def _starts(self, label: int, count: int) -> Array:
        """The most promising samples, and points that look different from them."""
        margin = _margin(self.scores(self.batch), label)
        best = self.batch[np.argsort(-margin)[: count // 2]]
        rng = np.random.default_rng(self.search.random(f"ascent to {label}").randrange(2**32))
        lower, upper = window(self.on, best.shape[1])
        shape = (count - len(best), best.shape[1])
        random = np.where(rng.random((shape[0], 1)) < 0.5, rng.random(shape), rng.random(shape) > rng.random((shape[0], 1)))
        return kept(self.on, np.repeat(self.batch[:1], count, axis=0), np.concatenate([best, lower + (upper - lower) * random]))

    def _rounded(self, x: Array, label: int) -> Reaches | ReachesLabel | None:
        """An exact point of the domain beside one of those that have the label in floats, with coordinates as short as may be."""
        margin = _margin(self.scores(x), label)
        for i in [i for i in np.argsort(-margin)[:4] if margin[i] > 0 and np.isfinite(x[i]).all()]:
            for bits in (1, 3, 6, 12, 24):
                point = in_domain(self.on, x[i], bits)
                if point is not None and _margin(self.scores(floats(point)[None]), label)[0] > 0:
                    step = shown(self.f, self.on, point, label)
                    if step is not None:
                        return step
        return None


def _margin(y: Array, label: int) -> Array:
    """By how much the label leads, or trails if negative."""
    out: Array = y[:, label] - np.delete(y, label, axis=1).max(axis=1, initial=-np.inf)
    return out


def _pull(y: Array, label: int) -> Array:
    """The weights of the scores in what is climbed: the label up, its rivals down."""
    rivals = np.where(np.arange(y.shape[1]) == label, -np.inf, y)
    top = rivals.max(axis=1, keepdims=True, initial=-1e300)
    with np.errstate(all="ignore"):
        u = np.nan_to_num(np.exp((rivals - top) / (0.1 + 0.3 * np.abs(y[:, [label]] - top))))
    u = -u / np.maximum(u.sum(axis=1, keepdims=True), 1e-300)
    u[:, label] = 1.0
    return np.asarray(u)


def window(on: Domain, n: int) -> tuple[Array, Array]:
    """The box in which is searched: the domain itself, or a part of it."""
    match on:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper):
            return np.clip(floats(lower), -1e6, 1e6), np.clip(floats(upper), -1e6, 1e6)
        case _:
            return np.full(n, -100.0), np.full(n, 100.0)


def kept(on: Domain, inside: Array, x: Array) -> Array:
    """x, or for a polytope the last points on the way from `inside` to x that lie in it."""
    if not isinstance(on, Polytope) or not on.normals:
        return x
    normals, offsets = np.array([floats(a) for a in on.normals]), floats(on.offsets)
    move = (x - inside) @ normals.T
    with np.errstate(all="ignore"):
        room = np.where(move > 0, (offsets - inside @ normals.T) / move, np.inf).min(axis=1, keepdims=True)
    return np.asarray(inside + np.clip(0.999 * room, 0.0, 1.0) * (x - inside))


def in_domain(on: Domain, x: Array, bits: int) -> Point | None:
    """The nearest point of the domain with coordinates of few bits."""
    if isinstance(on, Grid):
        steps = zip(x, on.lower, on.step, on.counts(), strict=True)
        return tuple(a + min(max(round((Fraction(float(t)) - a) / s), 0), c - 1) * s for t, a, s, c in steps)
    bits = 0 if isinstance(on, Integers) else bits
    point = tuple(Fraction(round(float(t) * 2**bits), 2**bits) for t in x)
    if isinstance(on, Box):
        point = tuple(max(a, min(b, t)) for a, t, b in zip(on.lower, point, on.upper, strict=True))
    return point if contains(on, vector(point)) else None
