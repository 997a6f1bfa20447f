"""The images of the cells of a network: which of them hold a value, exactly, and what shows that one does not (A10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from bijection.engines.complete.cell_pairs import grow
from bijection.engines.proposal import Search
from bijection.exact.cones import dot, walls
from bijection.exact.floating import Array
from bijection.exact.linear import pivot_columns, solve
from bijection.exact.simplest import dyadic_between
from bijection.exact.smt import combination
from proofs.domains import Box, Point, Polytope, Reals
from proofs.exact import vector
from proofs.network import Network
from proofs.subdivision import Generator, Subdivision
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.images import MissedByCells

MOST_INPUTS = 6
Ray = tuple[int, ...]
_SLACK = 1e-9


def homogeneous(y: Point) -> Ray:
    """(y, 1) as an integer ray."""
    v = vector(y)
    return (*v.numerators, v.denominator)


@dataclass(slots=True)
class Images:
    """The leaves of a tree of cells with their images."""

    tree: CellTree
    leaves: list[int]
    low: Array  # for each node and coordinate of the output, the least value on it, roughly
    high: Array
    _walls: dict[int, list[Ray]] = field(default_factory=dict)
    _preimages: dict[tuple[int, Ray], Ray | None] = field(default_factory=dict)

    def of(self, leaf: int) -> list[Generator]:
        """The generators of a leaf."""
        return [self.tree.subdivision.generators[g] for g in sorted(self.tree.members[leaf])]

    def walls(self, leaf: int) -> list[Ray]:
        """The forms that are ≥ 0 exactly on the image of a leaf."""
        if leaf not in self._walls:
            self._walls[leaf] = walls([g.image for g in self.of(leaf)])
        return self._walls[leaf]

    def near(self, ray: Ray) -> list[int]:
        """The leaves whose images may hold the value, roughly."""
        y = np.array([t / ray[-1] for t in ray[:-1]])
        room = _SLACK * (1 + np.abs(y))
        inside = ((self.low <= y + room) & (self.high >= y - room)).all(axis=1)
        return [leaf for leaf in self.leaves if inside[leaf]]

    def holds(self, leaf: int, ray: Ray) -> bool:
        """Whether the image of the leaf holds the value."""
        return all(dot(h, ray) >= 0 for h in self.walls(leaf))

    def around(self, ray: Ray, piece: Sequence[Ray]) -> Iterator[int]:
        """The leaves whose images hold the value, which lies inside a piece, with all that is near to it in the piece."""
        for leaf in self.near(ray):
            if all(dot(h, ray) > 0 or not any(dot(h, q) for q in piece) for h in self.walls(leaf)):
                yield leaf

    def excluding(self, leaf: int, ray: Ray) -> Ray | None:
        """A functional ≥ 0 on the image of a leaf and < 0 at the value, with short numbers; None if the image holds the value."""
        return min((h for h in self.walls(leaf) if dot(h, ray) < 0), key=lambda h: max(map(abs, h)), default=None)

    def preimage(self, leaf: int, ray: Ray) -> Ray | None:
        """A ray of the cell whose image is a positive multiple of the ray, which the image of the leaf holds."""
        if (leaf, ray) not in self._preimages:
            self._preimages[leaf, ray] = self._preimage(leaf, ray)
        return self._preimages[leaf, ray]

    def _preimage(self, leaf: int, ray: Ray) -> Ray | None:
        generators = self.of(leaf)
        weights = self._unique(generators, ray)
        if weights is None:
            vectors = [g.image for g in generators] + [tuple(-t for t in ray)]
            found = combination(vectors, [len(generators)], [len(generators)], 10.0)
            if found is None:
                return None
            weights = found[:-1]
        scaled = [c * g.factor for c, g in zip(weights, generators, strict=True)]
        columns = zip(*(g.ray for g in generators), strict=True)
        return vector([sum((c * t for c, t in zip(scaled, column, strict=True)), Fraction(0)) for column in columns]).numerators

    def _unique(self, generators: list[Generator], ray: Ray) -> list[Fraction] | None:
        """Weights of the generators, where the network is invertible on the cell; some of them negative, perhaps."""
        size = len(ray)
        if self.tree.subdivision.f.arity != size - 1:
            return None
        columns = [list(column) for column in zip(*(g.image for g in generators), strict=True)]
        basis = pivot_columns(columns)
        if len(basis) < size:
            return None
        solved = solve([[row[k] for k in basis] for row in columns], [Fraction(t) for t in ray])
        if solved is None:
            return None
        weights = [Fraction(0)] * len(generators)
        for k, t in zip(basis, solved, strict=True):
            weights[k] = t
        return weights


def images(f: Network, on: Reals | Box | Polytope, search: Search, most: int = 200_000) -> Images | None:
    """All cells with their images, or None if time or room run out."""
    cuts = grow(Subdivision(f, on), search, most)
    if cuts is None:
        return None
    tree = CellTree(Subdivision(f, on), cuts)
    rows = [[t / (g.image[-1] or 1) for t in g.image[:-1]] for g in tree.subdivision.generators]
    values = np.array(rows).reshape(len(rows), f.width)
    infinite = np.array([g.image[-1] == 0 for g in tree.subdivision.generators])[:, None]
    lows = np.where(infinite, np.where(values < 0, -np.inf, np.inf), values)
    highs = np.where(infinite, np.where(values > 0, np.inf, -np.inf), values)
    low = np.empty((len(tree.children), f.width))
    high = np.empty_like(low)
    for number in reversed(range(len(low))):
        pair = tree.children[number]
        own = list(tree.members[number]) if pair is None else []
        low[number] = lows[own].min(axis=0) if pair is None else np.minimum(low[pair[0]], low[pair[1]])
        high[number] = highs[own].max(axis=0) if pair is None else np.maximum(high[pair[0]], high[pair[1]])
    return Images(tree, list(tree.leaves()), low, high)


def missed(cells: Images, y: Point) -> MissedByCells | None:
    """The functionals for all cells; None if the value is reached."""
    functionals, holding = settled(cells, y, most=1)
    return None if holding else MissedByCells(cells.tree.cuts, functionals)


def settled(cells: Images, y: Point, most: int | None = None) -> tuple[tuple[Ray, ...], list[int]]:
    """Functionals in preorder, for as many cells at a time as one coordinate tells from the value, empty ones at inner nodes and at leaves
    that hold it; and those leaves, at most so many of them.
    """
    ray, found, holding = homogeneous(y), list[Ray](), list[int]()
    todo = list(reversed(cells.tree.roots))
    while todo and len(holding) != most:
        node = todo.pop()
        pair = cells.tree.children[node]
        own = _coordinate(cells, node, y)
        if own is None and pair is None:
            own = cells.excluding(node, ray)
            holding += [node] if own is None else []
        elif own is None and pair is not None:
            todo += reversed(pair)
        found.append(own or ())
    return tuple(found), holding


def _coordinate(cells: Images, node: int, y: Point) -> Ray | None:
    """±(yⱼ − c) ≥ 0 on the image of a node, and negative at the value, with a short c."""
    for j, t in enumerate(y):
        for sign, end in ((1, cells.low[node, j]), (-1, -cells.high[node, j])):
            if np.isfinite(end) and end - _SLACK * (1 + abs(end)) > sign * t:
                c = dyadic_between(sign * t, Fraction(float(end - _SLACK / 2 * (1 + abs(end)))))
                form: Sequence[Fraction | int] = [sign if i == j else 0 for i in range(len(y))]
                return vector([*form, -c]).numerators
    return None
