"""Values of the codomain that lie far from all samples of the image, shown to be missed by branch and bound; and what an early layer misses
(S4, T12, A10)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np

from bijection.engines.onto.branching import never
from bijection.engines.onto.inputs import in_domain
from bijection.engines.onto.missed import off_the_image
from bijection.engines.onto.targets import Value
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import spread
from bijection.engines.structure.layers import injective
from bijection.exact.floating import Array, floats, shadow
from bijection.exact.lp import interior_point, maximise
from bijection.exact.values import value_at
from proofs.compose import cuts, prefix, suffix
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.kernel import Theorem
from proofs.network import Affine, Network
from proofs.statements import Not, Positive, Surjective
from proofs.theorems.branching import BranchAndBound
from proofs.theorems.composition import MissedBefore
from proofs.theorems.values import Misses, StaysInside

_SAMPLES, _POOL, _TRIED = 200, 128, 6
_TOGETHER, _EACH = 5.0, 2.0  # seconds
_FAR = 2.0**12  # times the samples of ℝⁿ
_FURTHER = 8  # than all samples, where little more is missed


def by_missed_value(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A value that no input has: some far from all samples are tried by branch and bound; what an early layer misses is carried on."""
    match goal:
        case Surjective(Network() as f, on, Reals() | Box() | Polytope() as onto) if f.width > 1 or not isinstance(on, Reals):
            steps = _missed_before(f, on, search) if isinstance(onto, Reals) else None
            if steps is not None:
                yield Proposal(Not(goal), steps, "a layer misses a value, and what follows is injective")
                return
            end = time.monotonic() + min(_TOGETHER, search.remaining() / 4)
            with np.errstate(all="ignore"):  # numbers beyond floats make poor candidates only
                values = _far_values(f, on, onto, search)
            for value in values:
                share = replace(search, deadline=min(end, time.monotonic() + _EACH))
                found = never(f, on, Value(value), share) if share.remaining() > 0 else None
                if isinstance(found, BranchAndBound):
                    yield Proposal(Not(goal), (Misses(value), found), f"no part of the domain reaches the value ({len(found.cases)} cases)")
                    return
        case _:
            return


def _far_values(f: Network, on: Domain, onto: Reals | Box | Polytope, search: Search) -> list[Point]:
    """Values of the codomain with few digits, the furthest from all samples of the image first."""
    rng = np.random.default_rng([search.seed, f.width])
    inputs = np.array([floats(x) for x in islice(spread(on, search.random("values"), search.near), _SAMPLES)])
    if not len(inputs):
        return []
    y = shadow(f)(inputs)
    y = y[np.isfinite(y).all(axis=1)]
    if isinstance(onto, Reals):
        far = shadow(f)(_FAR * inputs) if isinstance(on, Reals) else y
        return _directions(far[np.isfinite(far).all(axis=1)], y, rng)
    pool = _corners(onto, float(np.abs(y).max(initial=1.0)), rng)
    if not pool or not len(y):
        return pool[:_TRIED]
    points = np.array([floats(p) for p in pool])
    away = np.abs(points[:, None, :] - y[None, :, :]).max(axis=2).min(axis=1)
    return [pool[k] for k in np.argsort(-away, kind="stable")[:_TRIED]]


def _directions(outer: Array, y: Array, rng: np.random.Generator) -> list[Point]:
    """Far along directions of −1, 0 and 1 from which all of the image keeps away, as far as can be seen far out."""
    m = y.shape[1]
    size = int(np.ceil(np.abs(y).max(initial=1.0))) + 1
    axes = np.concatenate([np.eye(m), -np.eye(m), np.ones((1, m)), -np.ones((1, m))])
    pool = np.concatenate([axes, rng.integers(-1, 2, (_POOL, m))])
    pool = np.unique(pool[np.abs(pool).any(axis=1)], axis=0)
    seen = np.nan_to_num(outer / np.maximum(np.linalg.norm(outer, axis=1, keepdims=True), 1e-300))
    near = (pool @ seen.T).max(axis=1, initial=-np.inf) / np.linalg.norm(pool, axis=1)
    best = [pool[k] for k in np.argsort(near, kind="stable")[:_TRIED]]
    return [tuple(Fraction(far * int(t)) for t in d) for far, those in ((size, best), (_FURTHER * size, best[:2])) for d in those]


def _corners(onto: Box | Polytope, size: float, rng: np.random.Generator) -> list[Point]:
    """Points at the border of the codomain in many directions, not further out than a little more than `size`."""
    if isinstance(onto, Box):
        high = [*(rng.random((_POOL, len(onto.lower))) < 0.5), np.ones(len(onto.lower), dtype=bool), np.zeros(len(onto.lower), dtype=bool)]
        return list(dict.fromkeys(tuple(b if t else a for t, a, b in zip(row, onto.lower, onto.upper, strict=True)) for row in high))
    inside = interior_point(onto)
    if inside is None:
        return []
    reach = np.full(onto.n, 2 * size + 1 + float(np.abs(floats(inside)).max(initial=0.0)))
    normals = np.array([floats(a) for a in onto.normals]).reshape(len(onto.normals), onto.n)
    found: dict[Point, None] = {}
    for direction in rng.normal(size=(_POOL // 8, onto.n)):
        end = maximise(direction, normals, np.full(len(normals), -np.inf), floats(onto.offsets), -reach, reach, 1.0)
        if end is None:
            continue
        for share, bits in ((0.0, 2), (1 / 32, 6), (1 / 256, 12)):
            point = in_domain(onto, end + share * (floats(inside) - end), bits)
            if point is not None:
                found.setdefault(point)
                break
    return list(found)


def _missed_before(f: Network, on: Domain, search: Search) -> tuple[Theorem, ...] | None:
    """A value off the image of an affine part whose rank is too small, carried through what follows if that is injective."""
    for cut in reversed(cuts(f)[1:-1]):
        g, h = prefix(f, cut), suffix(f, cut)
        last = g.nodes[-1]
        if not isinstance(last.op, Affine) or g.width != f.width:
            continue
        off = off_the_image(last.op)
        steps = None if off is None else injective(h, Reals(g.width), search)
        if off is None or steps is None:
            continue
        z, separator = off
        y = value_at(h, z)
        if y is not None:
            return Misses(y), MissedBefore(cut, Reals(g.width), z), StaysInside(), *steps, separator
    return None
