"""Exact linear arithmetic by z3. The only file that imports it; numbers reach it as quotients of integers, never as floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import z3

from proofs.domains import Point
from proofs.exact import Interval


def number(q: Fraction | int) -> Any:
    """The z3 numeral of an exact rational. (`z3.RealVal(0.1)` would be 1/10, not the float.)"""
    q = Fraction(q)
    return z3.Q(q.numerator, q.denominator)


def fraction(value: Any) -> Fraction:
    """The exact rational of a z3 numeral."""
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def one_sided_functional(rows: Sequence[Sequence[int]], hidden: Sequence[Interval], seconds: float) -> Point | None:
    """u ≠ 0 such that ⟨u, rows·h⟩ is bounded below over the product of the intervals, or None if there is none (or no time).

    The coefficient of an unbounded hidden value must not pull it towards −∞.
    """
    u = [z3.Real(f"u{i}") for i in range(len(rows))]
    solver = z3.Solver()
    solver.set("timeout", max(1, int(1000 * seconds)))
    for j, side in enumerate(hidden):
        pull = z3.Sum([u[i] * row[j] for i, row in enumerate(rows) if row[j]] + [number(0)])
        if side.upper is None:
            solver.add(pull >= 0)
        if side.lower is None:
            solver.add(pull <= 0)
    solver.add(z3.Or([t == s for t in u for s in (1, -1)]))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return tuple(fraction(model.eval(t, model_completion=True)) for t in u)
