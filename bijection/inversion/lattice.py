"""A piecewise-affine map as a network: the maximum of minima of its affine pieces.

For a continuous map on a convex set with pieces l₁, …, l_N on regions Q₁, …, Q_N, each coordinate is max_k min {l_j : l_j ≥ l_k on Q_k}
(the lattice representation; Tarela & Martínez 1999, Ovchinnikov 2002, for regions on which the pieces keep their order). It is only
proposed here; whether it holds is for the kernel to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from operator import mul

import numpy as np

from bijection.engines.structure.left_inverse import affine, chain
from bijection.inversion.pieces import Pieces, matrix
from proofs.network import Affine, Max, Network, Row
from proofs.subdivision import Generator

MOST_FORMS = 1500  # for each coordinate; comparisons go with the square
MOST_BITS = 50_000_000  # of the matrix of all forms

Form = tuple[Fraction, ...]


def max_of_mins(pieces: Pieces, regions: Sequence[Sequence[Generator]]) -> Network | None:
    """y ↦ the map, with the generators whose images span each region; None if there are too many pieces, or too long numbers."""
    generators = list(dict.fromkeys(g.image for region in regions for g in region))
    place = {image: k for k, image in enumerate(generators)}
    spans = [np.array([place[g.image] for g in region]) for region in regions]
    rows: list[Form] = []
    minima: list[tuple[int, ...]] = []
    maxima: list[tuple[int, ...]] = []
    if _bits(pieces) > MOST_BITS:
        return None
    for c in range(pieces.width):
        found = [_form(piece.map, c) for piece in pieces.pieces]
        distinct = list(dict.fromkeys(found))
        if len(distinct) > MOST_FORMS:
            return None
        number = {form: j for j, form in enumerate(distinct)}
        d = lcm(*(t.denominator for form in distinct for t in form))
        whole = [[t.numerator * (d // t.denominator) for t in form] for form in distinct]
        ranks = np.array([_ranks(whole, image) for image in generators])
        above = [(ranks[span] >= ranks[span, number[form]][:, None]).all(axis=0) for form, span in zip(found, spans, strict=True)]
        start, first = len(rows), len(minima)
        rows += distinct
        for group in _least([frozenset(np.flatnonzero(mask).tolist()) for mask in above]):
            minima.append(tuple(start + j for j in sorted(group)))
        maxima.append(tuple(range(first, len(minima))))
    forms = affine([[-a for a in row[:-1]] for row in rows], [-row[-1] for row in rows], pieces.arity)
    n = len(minima)
    signs = Affine(n, tuple(Row((i,), (-1,), 0) for i in range(n)), 1)
    return chain(pieces.arity, forms, Max(tuple(minima)), signs, Max(tuple(maxima)))


def _bits(pieces: Pieces) -> int:
    """About how many bits the matrix of all forms takes: its entries have one denominator, which grows with each piece."""
    common = 1
    for piece in pieces.pieces:
        common = lcm(common, piece.map.denominator)
        if common.bit_length() > MOST_BITS:
            break
    return common.bit_length() * len(pieces) * pieces.width * (pieces.arity + 1)


def _form(a: Affine, c: int) -> Form:
    return (*matrix(Affine(a.columns, (a.rows[c],), a.denominator))[0], Fraction(a.rows[c].constant, a.denominator))


def _ranks(forms: Sequence[Sequence[int]], image: Sequence[int]) -> list[int]:
    """The order of the values of the forms at a generator: equal numbers for equal values, exactly."""
    values = [sum(map(mul, form, image)) for form in forms]
    order = {value: k for k, value in enumerate(sorted(set(values)))}
    return [order[value] for value in values]


def _least(groups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The groups that contain no other one: a minimum over more is no larger, and adds nothing to the maximum."""
    kept: list[frozenset[int]] = []
    for group in sorted(set(groups), key=lambda g: (len(g), sorted(g))):
        if not any(other <= group for other in kept):
            kept.append(group)
    return kept
