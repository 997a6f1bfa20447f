"""Linear programs in floating point, by HiGHS. The only file that imports it; nothing it says is believed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import highspy
import numpy as np

from bijection.exact.floating import Array, floats
from proofs.domains import Point, Polytope, contains
from proofs.exact import vector


def maximise(c: Array, a: Array, low: Array, high: Array, lower: Array, upper: Array, seconds: float = 30.0) -> Array | None:
    """x that maximises ⟨c, x⟩ with low ≤ a·x ≤ high and lower ≤ x ≤ upper, or None if none is found in time."""
    solver = _silent_solver()
    solver.setOptionValue("time_limit", max(0.1, seconds))
    program = _program(-np.asarray(c, dtype=float), a, low, high, lower, upper)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value, dtype=float)


def _program(cost: Array, a: Array, low: Array, high: Array, lower: Array, upper: Array) -> highspy.HighsLp:
    """Minimise ⟨cost, x⟩ with low ≤ a·x ≤ high and lower ≤ x ≤ upper, as HiGHS holds it."""
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = a.shape
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = _clean(lower), _clean(upper)
    program.row_lower_, program.row_upper_ = _clean(low), _clean(high)
    mask = a != 0
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.concatenate([[0], np.cumsum(mask.sum(axis=1))])
    program.a_matrix_.index_ = np.nonzero(mask)[1]
    program.a_matrix_.value_ = a[mask]
    return program


@dataclass(frozen=True, slots=True)
class Sparse:
    """Rows one after the other: `starts` has one entry more than there are rows."""

    starts: np.ndarray[Any, np.dtype[np.int64]]
    index: np.ndarray[Any, np.dtype[np.int64]]
    values: Array

    @classmethod
    def of(cls, a: Array) -> Sparse:
        """The rows of a matrix."""
        mask = a != 0
        return cls(np.concatenate([[0], np.cumsum(mask.sum(axis=1))]), np.nonzero(mask)[1], a[mask])

    def above(self, other: Sparse) -> Sparse:
        """These rows, then the others."""
        starts = np.concatenate([self.starts[:-1], self.starts[-1] + other.starts])
        return Sparse(starts, np.concatenate([self.index, other.index]), np.concatenate([self.values, other.values]))

    def transposed(self, y: Array, columns: int) -> Array:
        """Aᵀy."""
        weights = np.repeat(y, np.diff(self.starts)) * self.values
        out: Array = np.bincount(self.index, weights, columns)  # type: ignore[assignment]
        return out


@dataclass(frozen=True, slots=True)
class Duals:
    """A lower bound of the least value with its proof: multipliers of rows and of bounds of columns; x is None if there is no point.

    Multipliers are positive for lower ends and negative for upper ones; without a point they add up to a contradiction.
    """

    value: float
    x: Array | None
    rows: Array
    columns: Array


def minimise(
    cost: Array, a: Sparse, ends: tuple[Array, Array], bounds: tuple[Array, Array], seconds: float, interior: bool = False
) -> Duals | None:
    """min ⟨cost, x⟩ with ends[0] ≤ a·x ≤ ends[1] and bounds[0] ≤ x ≤ bounds[1]; None if it is −∞ or not found in time.

    interior: by an interior-point method, sooner for thousands of columns; what shows that there is no point may then be missing.
    """
    solver = _silent_solver()
    solver.setOptionValue("time_limit", max(0.1, seconds))
    if interior:
        solver.setOptionValue("solver", "ipm")
    else:
        solver.setOptionValue("presolve", "off")
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = len(a.starts) - 1, len(cost)
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = map(_clean, bounds)
    program.row_lower_, program.row_upper_ = map(_clean, ends)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = a.starts
    program.a_matrix_.index_ = a.index
    program.a_matrix_.value_ = a.values
    solver.passModel(program)
    solver.run()
    match solver.getModelStatus():
        case highspy.HighsModelStatus.kOptimal:
            found = solver.getSolution()
            duals = np.array(found.row_dual), np.array(found.col_dual)
            return Duals(solver.getInfo().objective_function_value, np.array(found.col_value), *duals)
        case highspy.HighsModelStatus.kInfeasible:
            _, known, ray = solver.getDualRay()
            return Duals(np.inf, None, np.array(ray), -a.transposed(np.array(ray), len(cost))) if known else None
        case _:
            return None


def _silent_solver() -> highspy.Highs:
    """A solver that prints nothing: from version 1.16 on its constructor writes a banner before any option can be set."""
    with open(os.devnull, "wb") as nowhere:
        known = os.dup(1)
        try:
            os.dup2(nowhere.fileno(), 1)
            solver = highspy.Highs()
        finally:
            os.dup2(known, 1)
            os.close(known)
    solver.setOptionValue("output_flag", False)
    return solver


def interior_point(domain: Polytope) -> Point | None:
    """A point with short coordinates well inside the polytope, exactly checked to lie in it; None if none is found."""
    n = domain.n
    normals = np.array([floats(a) for a in domain.normals]).reshape(len(domain.normals), n)
    offsets = floats(domain.offsets)
    # the largest r with ⟨a, x⟩ + |a|·r ≤ b, within a large box
    system = np.hstack([normals, np.linalg.norm(normals, axis=1)[:, None]])
    goal = np.concatenate([np.zeros(n), [1.0]])
    found = None
    for size in (4.0, 1e6):
        reach = np.concatenate([np.full(n, size), [1.0]])
        floor = np.concatenate([np.full(n, -size), [0.0]])
        found = maximise(goal, system, np.full(len(offsets), -np.inf), offsets, floor, reach) if found is None else found
    if found is None:
        return None
    for bits in (2, 4, 8, 16, 32, 52):
        point = tuple(Fraction(round(float(t) * 2**bits), 2**bits) for t in found[:-1])
        if contains(domain, vector(point)):
            return point
    return None


def _clean(values: Sequence[float] | Array) -> Array:
    out: Array = np.clip(np.asarray(values, dtype=float), -highspy.kHighsInf, highspy.kHighsInf)
    return out


@dataclass(frozen=True, slots=True)
class Corner:
    """An optimal basis: the value, the point, the multipliers of the rows, the tight rows, the columns between their ends."""

    value: float
    x: Array
    multipliers: Array
    tight: tuple[int, ...]
    free: tuple[int, ...]


class Margin:
    """max s ≤ 1 with ⟨aᵢ, x⟩ + s ≤ bᵢ for the rows i that are switched on, ⟨a, x⟩ ≤ b for the sides, lower ≤ x ≤ upper.

    One model for many choices of rows; each solution starts from the basis of the one before. Rows are numbered before sides.
    """

    def __init__(self, a: Array, b: Array, sides: Array, offsets: Array, lower: Array, upper: Array) -> None:
        m, n = a.shape
        self._b = np.asarray(b, dtype=float)
        self._on: frozenset[int] = frozenset()
        whole = np.hstack([np.vstack([a, sides.reshape(-1, n)]), np.repeat([1.0, 0.0], [m, len(sides)])[:, None]])
        low, high = np.full(len(whole), -np.inf), np.array([*[np.inf] * m, *offsets])
        cost = np.concatenate([np.zeros(n), [-1.0]])
        program = _program(cost, whole, low, high, np.array([*lower, -np.inf]), np.array([*upper, 1.0]))
        self._solver = _silent_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("time_limit", 1e9)
        self._solver.passModel(program)

    def solve(self, rows: frozenset[int]) -> Corner | None:
        """The best corner with these rows switched on, or None if there is none (or HiGHS fails)."""
        for i in sorted(self._on ^ rows):
            self._solver.changeRowBounds(i, -highspy.kHighsInf, float(self._b[i]) if i in rows else highspy.kHighsInf)
        self._on = rows
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution, basis = self._solver.getSolution(), self._solver.getBasis()
        x = np.array(solution.col_value)
        basic = highspy.HighsBasisStatus.kBasic
        size = len(self._b)
        tight = tuple(i for i, status in enumerate(basis.row_status) if status != basic and (i in rows or i >= size))
        free = tuple(j for j, status in enumerate(basis.col_status[:-1]) if status == basic)
        return Corner(float(x[-1]), x[:-1], -np.array(solution.row_dual), tight, free)
