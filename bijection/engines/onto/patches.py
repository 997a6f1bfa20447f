"""Onto a bounded set by single regions, found one by one, for networks with too many regions to list (A10, P16).

With more inputs than outputs each value has many preimages, inside many regions. In one of these, with the matrix A, a linear program finds
the preimage x of the middle of a piece of the codomain for which the preimages x + A⁺(c − f(x)) of its corners stay furthest inside; a
piece for which they leave the region is halved. The certificate is that of `CoveredByCells`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np

from bijection.engines.local import jacobian, piecewise_affine, trace
from bijection.engines.onto.inputs import in_domain, kept, window
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import spread
from bijection.exact.floating import Array, floats, shadow
from bijection.exact.linear import solve
from bijection.exact.lp import maximise
from proofs.activations import PiecewiseAffine
from proofs.compose import prefix
from proofs.domains import Box, Point, Polytope, Reals, contains, dimension
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.network import Max, Network, Op, Pointwise
from proofs.statements import Positive, Surjective
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.images import CoveredByCells

_SHARE = 0.2  # of the time that is left
_MOST_OUTPUTS, _MOST_ENTRIES = 10, 2_000_000  # of the matrix of a linear program
_MOST_PIECES = 2_000
_DEEPEST = 40  # halvings of one piece
_SAMPLES, _STARTS, _STEPS = 200, 4, 25
_PACES = np.array([1.0, 0.6, 0.3, 0.1])
_BITS = 16  # of coordinates that are free
Ray = tuple[int, ...]


def by_patches(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A box or bounded polytope cut into pieces, each in the image of one region that is found by Newton's method."""
    match goal:
        case Surjective(Network() as f, Reals() | Box() | Polytope(), Box() | Polytope()) if 0 < f.width < f.arity:
            pass
        case _:
            return
    if piecewise_affine(f) < len(f.nodes) or f.width > _MOST_OUTPUTS:
        return
    limited = replace(search, deadline=time.monotonic() + _SHARE * max(0.0, search.remaining()))
    try:
        with np.errstate(all="ignore"):
            theorem = Patches(goal, f, limited).run()
    except (Rejected, Malformed, OverflowError, ValueError, np.linalg.LinAlgError):
        return  # too large, or numbers that are too large for floats
    if theorem is not None and proves(theorem, goal):
        count = len(theorem.leaves)
        yield Proposal(goal, (theorem,), f"the codomain is cut into {count} pieces, each in the image of one linear region")


class Patches:
    """Pieces of the codomain, each tried near some inputs, then halved."""

    def __init__(self, goal: Surjective, f: Network, search: Search) -> None:
        self.f, self.on, self.search, self.run_floats = f, goal.on, search, shadow(f)
        assert isinstance(goal.on, Reals | Box | Polytope)
        assert isinstance(goal.onto, Reals | Box | Polytope)
        self.below = Subdivision(f, goal.on)
        self.above = Subdivision(Network(dimension(goal.onto), ()), goal.onto)
        self.wall = 2 * dimension(goal.onto) + 1 + len(getattr(goal.onto, "normals", ()))
        samples = [floats(x) for x in islice(spread(goal.on, search.random("patches"), search.near), _SAMPLES)]
        self.samples = np.array(samples).reshape(-1, f.arity)
        self.images = self.run_floats(self.samples) if samples else np.empty((0, f.width))
        self.numbers: dict[Ray, int] = {}
        bent = [node for node in f.nodes if isinstance(node.op, Pointwise | Max)]
        self.units = [(shadow(prefix(f, node.inputs[0])), node.op) for node in bent]  # with what they read

    def run(self) -> CoveredByCells | None:
        """The cover, or None if some piece is not covered in time."""
        planes: list[Ray] = []
        leaves: list[tuple[int, ...]] = []
        roots = self.above.roots()
        todo: list[tuple[Cell, int, Array | None]] = [(cell, self.wall, None) for cell in reversed(roots)]
        while todo:
            cell, wall, near = todo.pop()
            corners = [self.above.generators[g].ray for g in sorted(cell)]
            if self.search.remaining() <= 0 or len(planes) > _MOST_PIECES or wall - self.wall > _DEEPEST or not all(c[-1] for c in corners):
                return None
            values = [tuple(Fraction(t, c[-1]) for t in c[:-1]) for c in corners]
            found, near = self._region(values, near)
            if near is None:
                return None  # no input for the middle of the piece is found: it may be missed
            if found is not None:
                planes.append(())
                leaves.append(tuple(self.numbers.setdefault(ray, len(self.numbers)) for ray in found))
                continue
            plane = _halving(values)
            if plane is None:
                return None
            planes.append(plane)
            first, second = self.above.cut_by(cell, plane, wall)
            todo += [(second, wall + 1, near), (first, wall + 1, near)]
        return CoveredByCells(tuple(planes), tuple(leaves), tuple(self.numbers))

    def _region(self, corners: Sequence[Point], near: Array | None) -> tuple[list[Ray] | None, Array | None]:
        """Points of one region that are mapped to the corners; and an input for the middle of the piece."""
        c = np.array([floats(p) for p in corners])
        middle = c.mean(axis=0)
        starts = [] if near is None else [near]
        starts += list(self.samples[np.argsort(np.linalg.norm(self.images - middle, axis=1))[:_STARTS]])
        known = None
        for start in starts:
            x = self._newton(start, middle)
            if x is None:
                continue
            x = known = self._centred(x, c - middle)
            matrix = self.run_floats.jacobian(x)
            inside = x + (c - self.run_floats(x[None])[0]) @ np.linalg.pinv(matrix).T
            if all(np.array_equal(self.run_floats.jacobian(p), matrix) for p in inside):
                found = self._exact(x, inside, matrix, corners)
                if found is not None:
                    return found, known
        return None, known

    def _centred(self, x: Array, moves: Array) -> Array:
        """The input with the value of x, in its region, around which preimages of the moved values stay furthest inside."""
        matrix = self.run_floats.jacobian(x)
        around = moves @ np.linalg.pinv(matrix).T
        sides = [_sides(op, before(x[None])[0], before.jacobian(x)) for before, op in self.units]
        a = np.vstack([np.empty((0, self.f.arity)), *(lines for lines, _ in sides)])
        low = np.abs(a @ around.T).max(axis=1) - np.concatenate([np.empty(0), *(gaps for _, gaps in sides)])
        if not len(a) or a.size > _MOST_ENTRIES:
            return x
        lower, upper = window(self.on, self.f.arity)
        system = np.vstack([np.hstack([a, -np.linalg.norm(a, axis=1, keepdims=True)]), np.hstack([matrix, np.zeros((len(matrix), 1))])])
        ends = np.concatenate([low, np.zeros(len(matrix))]), np.concatenate([np.full(len(a), np.inf), np.zeros(len(matrix))])
        size = np.abs(around).max(axis=0)
        least, most = np.minimum(lower - x + size, 0.0), np.maximum(upper - x - size, 0.0)
        goal = np.append(np.zeros(len(x)), 1.0)
        found = maximise(goal, system, *ends, np.append(least, -np.inf), np.append(most, 1e6), max(0.1, self.search.remaining()))
        return x if found is None else np.asarray(x + found[:-1])

    def _newton(self, x: Array, value: Array) -> Array | None:
        """An input that has the value, roughly."""
        lower, upper = window(self.on, self.f.arity)
        for _ in range(_STEPS):
            left = value - self.run_floats(x[None])[0]
            if np.abs(left).max() <= 1e-9 * (1 + np.abs(value).max()):
                return x
            matrix = self.run_floats.jacobian(x)
            free = ((x > lower) | (left @ matrix > 0)) & ((x < upper) | (left @ matrix < 0))
            step = np.where(free, np.linalg.pinv(matrix * free) @ left, 0.0)
            moved = kept(self.on, np.repeat(x[None], len(_PACES), axis=0), np.clip(x + _PACES[:, None] * step, lower, upper))
            away = np.abs(value - self.run_floats(moved)).max(axis=1)
            x = moved[int(np.nan_to_num(away, nan=np.inf).argmin())]
        return None

    def _exact(self, x: Array, inside: Array, matrix: Array, corners: Sequence[Point]) -> list[Ray] | None:
        """The points with coordinates of few bits but for as many as there are outputs, which are solved for."""
        middle = in_domain(self.on, x, 30)
        if middle is None:
            return None
        rows, scale = jacobian(self.f, trace(self.f, middle, len(self.f.nodes)), len(self.f.nodes))
        lower, upper = window(self.on, self.f.arity)
        columns = _independent(matrix * np.maximum(np.minimum(inside - lower, upper - inside).min(axis=0), 0.0))
        if columns is None:
            return None
        square = [[int(row[j]) for j in columns] for row in rows.tolist()]
        found: list[Ray] = []
        for point, corner in zip(inside, corners, strict=True):
            rough = in_domain(self.on, point, _BITS)
            if rough is None:
                return None
            left = [scale * (a - b) for a, b in zip(corner, self.f(rough), strict=True)]
            step = solve(square, left)
            if step is None:
                return None
            exact = list(rough)
            for j, t in zip(columns, step, strict=True):
                exact[j] += t
            if not contains(self.on, vector(exact)):
                return None
            v = vector([*exact, Fraction(1)])
            found.append(v.numerators)
        return None if self.below.mixed({self.below.ray(ray): 0 for ray in found}) else found


def _sides(op: Op, z: Array, slopes: Array) -> tuple[Array, Array]:
    """What is ≥ 0 where the layer stays in the pieces in which it is: forms in a step from the input, and what they are there."""
    match op:
        case Pointwise(activations):
            kinks = [(i, float(b)) for i, s in enumerate(activations) if isinstance(s, PiecewiseAffine) for b in s.breakpoints]
            index = np.array([i for i, _ in kinks], dtype=int)
            gaps = z[index] - np.array([b for _, b in kinks])
            return np.sign(gaps)[:, None] * slopes[index], np.abs(gaps)
        case Max(groups):
            pairs = [(max(group, key=z.__getitem__), j) for group in groups for j in group]
            first, second = (np.array([pair[k] for pair in pairs if pair[0] != pair[1]], dtype=int) for k in (0, 1))
            return slopes[first] - slopes[second], z[first] - z[second]
        case _:
            return np.empty((0, slopes.shape[1])), np.empty(0)


def _halving(corners: Sequence[Point]) -> Ray | None:
    """A plane through the middle of the longest side of a box around the corners; None for a single point."""
    sides = [(min(axis), max(axis)) for axis in zip(*corners, strict=True)]
    j = max(range(len(sides)), key=lambda i: sides[i][1] - sides[i][0])
    low, high = sides[j]
    if low == high:
        return None
    form = [Fraction(int(i == j)) for i in range(len(sides))]
    return vector([*form, -(low + high) / 2]).numerators


def _independent(matrix: Array) -> list[int] | None:
    """As many columns as there are rows, chosen one after the other by what is new in them."""
    left, chosen = matrix.copy(), list[int]()
    size = np.abs(matrix).max(initial=0.0)
    for _ in range(len(matrix)):
        lengths = np.linalg.norm(left, axis=0)
        j = int(lengths.argmax())
        if not lengths[j] > 1e-9 * size:
            return None
        unit = left[:, j] / lengths[j]
        left = left - np.outer(unit, unit @ left)
        chosen.append(j)
    return chosen
