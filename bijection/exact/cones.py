"""Cones that integer vectors span, exactly: their facets, by double description."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from operator import mul

from bijection.exact.linear import nullspace, pivot_columns

Integers = tuple[int, ...]


def walls(vectors: Sequence[Integers]) -> list[Integers]:
    """Forms h with integer coefficients such that the cone of the vectors is where all of them are ≥ 0: one for each facet, and for
    each equation that holds on a flat cone the two with opposite signs.
    """
    size = len(vectors[0])
    equations = [tuple(h) for h in nullspace(list(map(list, vectors)), size)]
    used = pivot_columns(list(map(list, vectors)))  # coordinates that determine the others on the span
    found = []
    for h in _facets([tuple(v[j] for j in used) for v in vectors]):
        form = [0] * size
        for j, t in zip(used, h, strict=True):
            form[j] = t
        found.append(tuple(form))
    return [*found, *equations, *(tuple(-t for t in h) for h in equations)]


def _facets(vectors: Sequence[Integers]) -> list[Integers]:
    """The facets of a cone that is not flat. The forms ≥ 0 on independent vectors are spanned by the dual basis; each further vector
    cuts that cone.
    """
    size = len(vectors[0])
    basis = pivot_columns([list(column) for column in zip(*vectors, strict=True)]) if size else []
    tight: dict[Integers, frozenset[int]] = {}  # a form → the vectors taken in so far where it vanishes
    for k in basis:
        (h,) = nullspace([list(vectors[j]) for j in basis if j != k], size)
        sign = 1 if dot(h, vectors[k]) > 0 else -1
        tight[tuple(sign * t for t in h)] = frozenset(j for j in basis if j != k)
    for k, vector in enumerate(vectors):
        if k not in basis:
            tight = _cut(tight, k, vector)
    return list(tight)


def dot(u: Sequence[int], v: Sequence[int]) -> int:
    """The scalar product."""
    return sum(map(mul, u, v))


def _cut(tight: dict[Integers, frozenset[int]], k: int, vector: Integers) -> dict[Integers, frozenset[int]]:
    """The extreme rays of the part of a cone of forms that is ≥ 0 on the vector."""
    values = {h: dot(h, vector) for h in tight}
    out = {h: zeros | {k} if values[h] == 0 else zeros for h, zeros in tight.items() if values[h] >= 0}
    above = [h for h, t in values.items() if t > 0]
    for g in (h for h, t in values.items() if t < 0):
        for h in above:
            common = tight[g] & tight[h]
            if len(common) >= len(vector) - 2 and not any(common <= zeros for f, zeros in tight.items() if f not in (g, h)):
                form = [values[h] * a - values[g] * b for a, b in zip(g, h, strict=True)]
                divisor = gcd(*form)
                out[tuple(t // divisor for t in form)] = common | {k}
    return out
