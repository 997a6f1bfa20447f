"""Exact linear arithmetic by z3. The only file that imports it; numbers reach it as quotients of integers, never as floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import z3

from proofs.domains import Box, Domain, Point
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


def dependency(forms: Sequence[Sequence[int]], sides: Sequence[Sequence[int]], on: Domain, seconds: float) -> list[int] | None:
    """Integers λ ≥ 0, not all 0, and μ ≥ 0 with Σ λ·form + Σ μ·side ≥ 0 on the domain, or None if there are none (or no time).

    A form is its coefficients and then its constant. On a box the least value is taken, elsewhere the linear part vanishes.
    """
    weights = [z3.Real(f"w{i}") for i in range(len(forms) + len(sides))]
    solver = z3.Solver()
    solver.set("timeout", max(1, min(int(1000 * seconds), 2**31 - 1)))
    solver.add([t >= 0 for t in weights])
    solver.add(z3.Sum([number(0), *weights[: len(forms)]]) == 1)
    *pulls, total = (
        z3.Sum([number(0), *(t * a for t, a in zip(weights, column, strict=True))]) for column in zip(*forms, *sides, strict=True)
    )
    for j, pull in enumerate(pulls):
        if isinstance(on, Box):
            share = z3.Real(f"s{j}")
            solver.add(share <= pull * number(on.lower[j]), share <= pull * number(on.upper[j]))
            total = total + share
        else:
            solver.add(pull == 0)
    solver.add(total >= 0)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    found = [fraction(model.eval(t, model_completion=True)) for t in weights]
    common = lcm(*(t.denominator for t in found))
    return [int(t * common) for t in found]


def combination(vectors: Sequence[Sequence[int]], some: Sequence[int], one: Sequence[int], seconds: float) -> list[Fraction] | None:
    """λ ≥ 0 with Σ λ·vector = 0, λ > 0 for one of the numbers in `some`, and Σ λ = 1 over those in `one`; or None."""
    weights = [z3.Real(f"w{i}") for i in range(len(vectors))]
    solver = _solver(seconds)
    solver.add([t >= 0 for t in weights])
    solver.add(z3.Sum([number(0), *(weights[k] for k in some)]) > 0)
    solver.add(z3.Sum([number(0), *(weights[k] for k in one)]) == 1)
    for column in zip(*vectors, strict=True):
        solver.add(z3.Sum([t * a for t, a in zip(weights, column, strict=True) if a] + [number(0)]) == 0)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return [fraction(model.eval(t, model_completion=True)) for t in weights]


def functional(
    positive: Sequence[Sequence[int]], weak: Sequence[Sequence[int]], zero: Sequence[Sequence[int]], seconds: float
) -> list[int] | None:
    """An integer functional that is > 0 on the first vectors, ≥ 0 on the second, 0 on the last, or None."""
    u = [z3.Real(f"u{j}") for j in range(len([*positive, *weak, *zero][0]))]
    solver = _solver(seconds)

    def value(vector: Sequence[int]) -> Any:
        return z3.Sum([t * a for t, a in zip(u, vector, strict=True) if a] + [number(0)])

    solver.add([value(vector) >= 1 for vector in positive])
    solver.add([value(vector) >= 0 for vector in weak])
    solver.add([value(vector) == 0 for vector in zero])
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    found = [fraction(model.eval(t, model_completion=True)) for t in u]
    common = lcm(*(t.denominator for t in found))
    return [int(t * common) for t in found]


def _solver(seconds: float) -> Any:
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", max(1, min(int(1000 * seconds), 2**31 - 1)))
    return solver
