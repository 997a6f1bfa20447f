"""Combinations on unbounded domains: coefficients of the input must vanish exactly, so multipliers are moved into a nullspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bijection.exact.floating import approximate
from bijection.exact.linear import nullspace
from proofs.activations import PiecewiseAffine
from proofs.domains import Polytope
from proofs.exact import vector
from proofs.network import Affine, Pointwise, Stack, Sum
from proofs.ranges import pieces_on
from proofs.relaxation import Combination, Region

Column = list[Fraction]


def balanced(region: Region, by: Combination, fixed: bool) -> Combination | None:
    """The combination with weights moved as little as possible so that unbounded inputs cancel; `fixed` keeps the functional as it is.

    None if nothing is unbounded, or if the weights do not let themselves be moved.
    """
    free = [i for i, side in enumerate(region.values[0]) if side.lower is None or side.upper is None]
    if not free:
        return None
    slopes = {(v, i): s for v, i, s in by.slopes}
    last = len(region.f.nodes)
    named = [i for i, t in enumerate(by.functional) if t]
    whole = fixed or len(named) == 1
    starts: list[tuple[int, dict[int, Fraction]]] = []
    weights: list[float] = []
    if named:
        groups = [{i: by.functional[i] for i in named}] if whole else [{i: Fraction(1)} for i in named]
        starts += [(last, group) for group in groups]
        weights += [1.0] if whole else [approximate(by.functional[i]) for i in named]
    known = len(starts)
    starts += [(v, {i: Fraction(-1)}) for v, i, _ in by.multipliers]
    columns = [_carried(region, slopes, v, c) for v, c in starts]
    if isinstance(region.on, Polytope):
        columns += [list(region.on.normals[k]) for k, _ in by.sides]
    weights += [approximate(m) for _, _, m in by.multipliers] + [approximate(m) for _, m in by.sides]
    rows = [[column[i] for column in columns] for i in free]
    if not whole and sum(by.functional) == 0:
        rows.append([Fraction(int(j < known)) for j in range(len(columns))])
    moved = _nearest(rows, weights)
    if moved is None:
        return None
    head, middle, tail = moved[:known], moved[known : known + len(by.multipliers)], moved[known + len(by.multipliers) :]
    functional, scale = by.functional, Fraction(1)
    if named and whole:
        if head[0] <= 0:
            return None
        scale = head[0]
    elif named:
        functional = tuple(head[named.index(i)] if i in named else Fraction(0) for i in range(len(by.functional)))
    multipliers = tuple((v, i, t / scale) for (v, i, _), t in zip(by.multipliers, middle, strict=True) if t)
    sides = tuple((k, t / scale) for (k, _), t in zip(by.sides, tail, strict=True) if t > 0)
    return replace(by, functional=functional, multipliers=multipliers, sides=sides)


def _nearest(rows: Sequence[Column], weights: Sequence[float]) -> Column | None:
    """A vector of the nullspace of the rows near the weights."""
    integers = [list(vector(row).numerators) for row in rows]
    basis = nullspace([row for row in integers if any(row)], len(weights))
    if not basis:
        return None
    directions = np.array([[approximate(Fraction(t)) for t in v] for v in basis])
    sizes = np.abs(directions).max(axis=1)
    found, *_ = np.linalg.lstsq((directions / sizes[:, None]).T, np.array(weights), rcond=None)
    steps = [Fraction(round(float(t) * 2**40), 2**40) / max(map(abs, v)) for t, v in zip(found, basis, strict=True)]
    return [sum((s * v[j] for s, v in zip(steps, basis, strict=True)), Fraction(0)) for j in range(len(weights))]


def _carried(region: Region, slopes: Mapping[tuple[int, int], Fraction], value: int, c: Mapping[int, Fraction]) -> Column:
    """The coefficients at the input of the form ⟨c, value⟩ with these slopes at units."""
    f = region.f
    forms: dict[int, dict[int, Fraction]] = {value: dict(c)}
    for k in range(value, 0, -1):
        form, node = forms.pop(k, {}), f.nodes[k - 1]
        widths = [f.widths[j] for j in node.inputs]
        for i, t in form.items():
            match node.op:
                case Affine(_, rows, d):
                    for j, a in zip(rows[i].columns, rows[i].coefficients, strict=True):
                        _add(forms, node.inputs[0], j, t * Fraction(a, d))
                case Pointwise(activations):
                    s, side = activations[i], region.values[node.inputs[0]][i]
                    pieces = pieces_on(s, side) if isinstance(s, PiecewiseAffine) else ()
                    _add(forms, node.inputs[0], i, t * (pieces[0][0] if len(pieces) == 1 else slopes.get((k, i), Fraction(0))))
                case Sum():
                    for j in node.inputs:
                        _add(forms, j, i, t)
                case Stack():
                    part = next(p for p in range(len(widths)) if i < sum(widths[: p + 1]))
                    _add(forms, node.inputs[part], i - sum(widths[:part]), t)
                case _:
                    pass  # bounded from here on, or the combination is none
    return [forms.get(0, {}).get(i, Fraction(0)) for i in range(f.arity)]


def _add(forms: dict[int, dict[int, Fraction]], value: int, i: int, t: Fraction) -> None:
    form = forms.setdefault(value, {})
    form[i] = form.get(i, Fraction(0)) + t
