"""Piecewise-affine maps as lists of polytopes with an affine map each: of a network, and of the inverse of an injective network.

The cells are those that the kernel knows (proofs/subdivision.py), computed exactly; a region is what the inputs have in common with
one choice of sides of all switches. That the pieces agree where they meet, and that every point of the image has one, follows from
the network being continuous and injective, which is what is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np

from bijection.engines.complete.regions import groups
from bijection.engines.structure.left_inverse import affine
from bijection.exact.floating import Array, approximate, floats
from bijection.exact.linear import left_factor, nullspace, rank
from proofs.domains import Box, Point, Polytope, Reals, contains
from proofs.errors import Malformed, well_formed
from proofs.exact import vector
from proofs.network import Affine, apply_affine
from proofs.subdivision import Generator
from proofs.theorems.cell_tree import CellTree

Vectors = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """The map is this affine one on this region."""

    region: Polytope
    map: Affine


@dataclass(frozen=True, slots=True)
class Pieces:
    """A map ℝⁿ ⊇ ∪ regions → ℝᵐ. Call it on an exact point, or on float arrays (one point, or one a row) for a float evaluation."""

    arity: int
    width: int
    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def __call__(self, x: Sequence[Fraction | int]) -> Point:
        """The exact value; Malformed outside of all regions."""
        at = vector(x)
        for piece in self.pieces:
            if contains(piece.region, at):
                return apply_affine(piece.map, at).fractions()
        raise Malformed("the point lies in none of the regions; the map is not defined there")

    def in_floats(self, x: Array) -> Array:
        """Values in binary64 for each row of x: of the piece whose region is nearest. Not exact, nothing is proved of it."""
        worst = np.full(len(x), np.inf)
        out = np.full((len(x), self.width), np.nan)  # of what has no pieces
        for piece in self.pieces:
            normals = np.array([floats(a) for a in piece.region.normals]).reshape(-1, self.arity)
            lengths = np.linalg.norm(normals, axis=1) if len(normals) else np.ones(0)
            outside = ((x @ normals.T - floats(piece.region.offsets)) / np.maximum(lengths, 1e-300)).max(axis=1, initial=0.0)
            better = outside < worst
            w = np.array([[approximate(a) for a in row] for row in matrix(piece.map)]).reshape(self.width, self.arity)
            b = floats(Fraction(row.constant, piece.map.denominator) for row in piece.map.rows)
            out[better] = x[better] @ w.T + b
            worst[better] = outside[better]
        return out


def matrix(a: Affine) -> list[list[Fraction]]:
    """The matrix with its zeros."""
    out = [[Fraction(0)] * a.columns for _ in a.rows]
    for line, row in zip(out, a.rows, strict=True):
        for j, c in zip(row.columns, row.coefficients, strict=True):
            line[j] = Fraction(c, a.denominator)
    return out


def pieces_of(tree: CellTree) -> Pieces:
    """The network itself, piece by piece."""
    f = tree.subdivision.f
    found = []
    for generators in groups(tree):
        rays = [g.ray for g in generators]
        images = [[t * g.factor.denominator for t in g.image] for g in generators]
        scaled = [[t * g.factor.numerator for t in ray] for g, ray in zip(generators, rays, strict=True)]
        sides = [*facets(tree, generators), *both_signs(nullspace(rays, f.arity + 1))]
        found.append(Piece(polytope(f.arity, sides), solved(scaled, images)))
    return Pieces(f.arity, f.width, tuple(found))


def inverse_pieces(tree: CellTree) -> Pieces:
    """The inverse of an injective network on its image, piece by piece."""
    f = tree.subdivision.f
    found = []
    for generators in groups(tree):
        images = [g.image for g in generators]
        rays = [[t * g.factor.numerator for t in g.ray] for g in generators]
        scaled = [[t * g.factor.denominator for t in image] for g, image in zip(generators, images, strict=True)]
        back = solved(scaled, rays)
        pulled = [pulled_back(side, back) for side in facets(tree, generators)]
        found.append(Piece(polytope(f.width, [*pulled, *both_signs(nullspace(images, f.width + 1))]), back))
    return Pieces(f.width, f.arity, tuple(found))


def solved(sources: Vectors, targets: Vectors) -> Affine:
    """The affine map that takes the points and directions to those; both in homogeneous coordinates."""
    columns = [list(line) for line in zip(*sources, strict=True)]
    wanted = [list(line) for line in zip(*targets, strict=True)][:-1]
    factor = left_factor(columns, wanted)
    assert factor is not None, "the network is affine, and injective if it is inverted, on each cell"
    return affine([row[:-1] for row in factor], [row[-1] for row in factor], len(columns) - 1)


def facets(tree: CellTree, generators: Sequence[Generator]) -> list[list[int]]:
    """The forms on (x, 1) that are ≥ 0 on the region and vanish on a facet of it."""
    rays = [g.ray for g in generators]
    full = rank(rays)
    found: dict[tuple[int, ...], list[int]] = {}
    for zero in _candidates(tree, generators):
        members = [ray for ray, inside in zip(rays, zero, strict=True) if inside]
        if len(members) == len(rays) or len(members) < full - 1 or rank(members) != full - 1:
            continue
        for form in nullspace(members, len(rays[0])):
            values = [sum(a * t for a, t in zip(form, ray, strict=True)) for ray in rays]
            if any(values):
                sign = 1 if max(values) > 0 else -1
                found.setdefault(tuple(zero), [sign * a for a in form])
                break
    return [form for form in found.values() if any(form[:-1])]


def _candidates(tree: CellTree, generators: Sequence[Generator]) -> Iterator[list[bool]]:
    """For each switch and each side of the domain, which generators lie on it."""
    for k in range(tree.subdivision.switches):
        yield [g.levels[k] == 0 for g in generators]
    for form in sides_of(tree.subdivision.on):
        yield [sum(a * t for a, t in zip(form, g.ray, strict=True)) == 0 for g in generators]


def sides_of(on: Reals | Box | Polytope) -> list[list[int]]:
    """Forms on (x, 1) that are ≥ 0 on the domain."""
    match on:
        case Reals():
            return []
        case Box(lower, upper):
            n = len(lower)
            forms = []
            for i in range(n):
                for sign, end in ((1, lower[i]), (-1, upper[i])):
                    forms.append([sign * (i == j) * end.denominator for j in range(n)] + [-sign * end.numerator])
            return forms
        case Polytope(_, normals, offsets):
            return [list(vector([*(-a for a in normal), offset]).numerators) for normal, offset in zip(normals, offsets, strict=True)]


def pulled_back(form: Sequence[int], back: Affine) -> list[int]:
    """The form on (y, 1) that has at y the value of the given one at x = back(y), up to a positive factor."""
    out = [0] * (back.columns + 1)
    for c, row in zip(form[:-1], back.rows, strict=True):
        for j, a in zip(row.columns, row.coefficients, strict=True):
            out[j] += c * a
        out[-1] += c * row.constant
    out[-1] += form[-1] * back.denominator
    common = gcd(*out) or 1
    return [t // common for t in out]


def both_signs(forms: Sequence[list[int]]) -> list[list[int]]:
    """The forms and their negatives: what is ≥ 0 for both is 0."""
    return [[sign * t for t in form] for form in forms for sign in (1, -1)]


def polytope(n: int, forms: Sequence[Sequence[int]]) -> Polytope:
    """{x : form(x, 1) ≥ 0 for all forms}."""
    normals = tuple(tuple(Fraction(-t) for t in form[:-1]) for form in forms)
    return Polytope(n, normals, tuple(Fraction(form[-1]) for form in forms))


def is_flat(region: Polytope) -> bool:
    """Whether two opposite sides make an equation."""
    sides = {tuple(vector([*normal, -offset]).numerators) for normal, offset in zip(region.normals, region.offsets, strict=True)}
    return any(tuple(-t for t in side) in sides for side in sides)


def as_rows(values: Any, width: int, what: str) -> tuple[Array, Callable[[Array], Array]]:
    """A float array as rows, and how the result is given back: as one point, or as rows."""
    array = np.asarray(values, dtype=np.float64)
    shaped = array.ndim in (1, 2) and array.shape[-1] == width
    well_formed(shaped, f"{what} of the shape {array.shape}; {width} numbers are needed, or rows of them")
    if array.ndim == 2:
        return array, lambda out: out
    return array[None], lambda out: np.asarray(out[0])
