"""Pairs as far apart as the box allows: the kernel of a first layer with fewer units than inputs, by linear programming."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, approximate, floats, independent_columns, quotient
from bijection.exact.linear import dense, solve
from bijection.exact.lp import maximise
from proofs.compose import cuts, prefix
from proofs.domains import Box, Point
from proofs.errors import Rejected
from proofs.network import Affine, Network
from proofs.statements import Injective, Not, Positive
from proofs.theorems.affine import affine_form
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides

_MOST_ROWS = 300
_SHRINK = Fraction(255, 256)  # leaves the exact solution room inside the box


def by_distance(goal: Positive, search: Search) -> Iterator[Proposal]:
    """x = c + d/2, y = c − d/2 around the centre c of a box, with W·d = 0 for the first layer W and |d| as large as found."""
    if not (search.apart and isinstance(goal, Injective) and isinstance(goal.f, Network) and isinstance(goal.on, Box)):
        return
    first = _first_layer(goal.f)
    if first is None:
        return
    cut, w = first
    pair = _pair(w, goal.on, search)
    if pair is None:
        return
    steps = (Collision(*pair),) if cut == len(goal.f.nodes) else (PrefixCollides(cut), Collision(*pair))
    yield Proposal(Not(goal), steps, "two inputs far apart that the first layer does not tell apart")


def _first_layer(f: Network) -> tuple[int, Affine] | None:
    """The longest affine start of the network, if it is narrower than the input."""
    for cut in reversed(cuts(f)):
        try:
            w = affine_form(prefix(f, cut)) if cut else None
        except Rejected:
            continue
        if w is not None and len(w.rows) < f.arity and len(w.rows) <= _MOST_ROWS:
            return cut, w
        return None
    return None


def _pair(w: Affine, on: Box, search: Search) -> tuple[Point, Point] | None:
    rows = [row for row in dense(w) if any(row)]
    width = [b - a for a, b in zip(on.lower, on.upper, strict=True)]
    a = np.array([[quotient(t, w.denominator) for t in row] for row in rows]).reshape(len(rows), w.columns)
    reach = floats(width)
    rng = np.random.default_rng(search.seed)
    zero = np.zeros(len(rows))
    for _ in range(5):
        towards = rng.choice([-1.0, 1.0], size=w.columns)
        found = maximise(towards, a, zero, zero, -reach, reach, min(30.0, search.remaining()))
        d = None if found is None else _repaired(rows, a, found * float(_SHRINK), width)
        if d is not None and any(d):
            centre = [(p + q) / 2 for p, q in zip(on.lower, on.upper, strict=True)]
            x = tuple(c + t / 2 for c, t in zip(centre, d, strict=True))
            return x, tuple(c - t / 2 for c, t in zip(centre, d, strict=True))
    return None


def _repaired(rows: list[list[int]], a: Array, d: Array, width: list[Fraction]) -> list[Fraction] | None:
    """An exact solution of rows·d = 0 next to an approximate one: short numbers, but for as many coordinates as there are rows."""
    inside = [j for j in range(len(width)) if abs(d[j]) < approximate(_SHRINK * width[j]) * (1 - 1e-6)]
    basic = independent_columns(a, inside)
    if basic is None:
        return None
    unit = Fraction(1, 256)
    out = [round(Fraction(float(t)) / unit) * unit for t in d]
    out = [max(-b, min(b, t)) for t, b in zip(out, width, strict=True)]
    chosen = set(basic)
    rest = [Fraction(-sum(row[j] * out[j] for j in range(len(out)) if j not in chosen)) for row in rows]
    exact = solve([[row[j] for j in basic] for row in rows], rest)
    if exact is None:
        return None
    for j, t in zip(basic, exact, strict=True):
        out[j] = t
    return out if all(abs(t) <= b for t, b in zip(out, width, strict=True)) else None
