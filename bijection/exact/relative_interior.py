"""A point well inside a polytope within the flat that it spans, and the directions of that flat, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bijection.exact.floating import floats
from bijection.exact.linear import nullspace, pivot_columns, solve
from bijection.exact.lp import interior_point, maximise
from proofs.domains import Point, Polytope, contains
from proofs.exact import dot, vector

_TIGHT = 1e-7
_REACH = 1e6  # how far from 0 a point is looked for


def relative_interior(domain: Polytope) -> tuple[Point, list[list[int]]] | None:
    """A point of the polytope, and integer vectors that span the directions in which it can be left without leaving the polytope's
    flat; None if no point is found. Every point of a full-dimensional polytope can be left in any direction.
    """
    n = domain.n
    units = [[int(i == j) for i in range(n)] for j in range(n)]
    tight = _tight(domain)
    if not tight:
        point = interior_point(domain)
        return None if point is None else (point, units)
    rows, offsets = [], []
    for i in tight:
        scale = vector((*domain.normals[i], domain.offsets[i])).denominator
        rows.append([int(t * scale) for t in domain.normals[i]])
        offsets.append(domain.offsets[i] * scale)
    start = _solution(rows, offsets, n)
    if start is None:
        return None
    basis = nullspace(rows, n)
    inner = interior_point(_within(domain, tight, start, basis)) if basis else ()
    if inner is None:
        return None
    point = tuple(a + sum((t * v[j] for t, v in zip(inner, basis, strict=True)), Fraction(0)) for j, a in enumerate(start))
    return (point, basis) if contains(domain, vector(point)) else None


def _solution(rows: list[list[int]], offsets: list[Fraction], n: int) -> list[Fraction] | None:
    """A solution of rows·x = offsets with as many zeros as may be, if there is one; whether it is one is not checked."""
    columns = pivot_columns(rows)
    chosen = pivot_columns([list(line) for line in zip(*rows, strict=True)])
    found = solve([[rows[i][j] for j in columns] for i in chosen], [offsets[i] for i in chosen])
    if found is None:
        return None
    known = dict(zip(columns, found, strict=True))
    return [known.get(j, Fraction(0)) for j in range(n)]


def _tight(domain: Polytope) -> list[int]:
    """The inequalities that seem to be equations on the whole polytope."""
    offsets = floats(domain.offsets)
    normals = np.array([floats(a) for a in domain.normals]).reshape(len(offsets), domain.n)
    ends, none = np.full(domain.n, _REACH), np.full(len(offsets), -np.inf)
    found = []
    for i, a in enumerate(normals):
        x = maximise(-a, normals, none, offsets, -ends, ends)
        if x is not None and offsets[i] - a @ x <= _TIGHT * max(1.0, abs(offsets[i]), float(np.abs(a).max(initial=0.0))):
            found.append(i)
    return found


def _within(domain: Polytope, tight: list[int], start: list[Fraction], basis: list[list[int]]) -> Polytope:
    """The polytope in the coordinates t of its flat, x = start + Σ tᵢ·basisᵢ."""
    normals, offsets = [], []
    for i, (a, b) in enumerate(zip(domain.normals, domain.offsets, strict=True)):
        along = tuple(dot(a, tuple(map(Fraction, v))) for v in basis)
        if i not in tight and any(along):
            normals.append(along)
            offsets.append(b - dot(a, tuple(start)))
    return Polytope(len(basis), tuple(normals), tuple(offsets))
