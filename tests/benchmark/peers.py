"""The question "x ≠ y, f(x) = f(y), both in the box?" as general solvers take it; none of them is needed to run ours.

z3 decides it exactly. The others compute in floats, where x ≠ y must become a distance: xᵢ − yᵢ ≥ EPSILON for some i (by symmetry one
sign is enough), so their "injective" says only that no two points so far apart collide. Units h = max(z, a·z) are big-M rows for SCIP
and HiGHS, with the exact interval bounds, and constraints of their own for Marabou.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, nextafter
from typing import Any, TypeAlias

from proofs.activations import IDENTITY, PiecewiseAffine
from proofs.domains import Box, Point, contains
from proofs.enclosure import bounds
from proofs.exact import vector
from proofs.network import Affine, Network, Pointwise, Sum

EPSILON = 0.01
CLAIMED = 1e-5  # a pair whose outputs are further apart than this violates even the solver's own constraints

Form: TypeAlias = dict[int, float]  # coefficients by the numbers of the variables
Found: TypeAlias = tuple[Point, Point] | str  # a claimed pair, "none" or "unknown"


@dataclass(slots=True)
class Program:
    """Variables between bounds, equations Σ = right side, units h = max(z, slope·z); the inputs of both copies."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    equations: list[tuple[Form, float]] = field(default_factory=list)
    units: list[tuple[int, int, float]] = field(default_factory=list)
    inputs: list[list[int]] = field(default_factory=list)

    def variable(self, low: float, high: float) -> int:
        """A new variable between the bounds."""
        self.lower.append(low)
        self.upper.append(high)
        return len(self.lower) - 1


def program(f: Network, on: Box) -> Program:
    """Two copies of the network with equal outputs. Its weights must be floats, its units the largest of t and a·t."""
    p = Program()
    outputs = []
    sides = [on_sides(Network(f.arity, f.nodes[:k]), on) for k in range(len(f.nodes) + 1)]
    for _ in range(2):
        values = [[p.variable(low, high) for low, high in sides[0]]]
        p.inputs.append(values[0])
        for node, ends in zip(f.nodes, sides[1:], strict=True):
            values.append(_node(p, node.op, [values[j] for j in node.inputs], ends))
        outputs.append(values[-1])
    p.equations += [({u: 1.0, v: -1.0}, 0.0) for u, v in zip(*outputs, strict=True)]
    return p


def on_sides(f: Network, on: Box) -> list[tuple[float, float]]:
    """Bounds of the outputs, rounded outwards where they are no floats."""
    return [(_rounded(side.lower, -inf), _rounded(side.upper, inf)) for side in bounds(f, on)]


def _rounded(end: Fraction | None, towards: float) -> float:
    assert end is not None, "the bounds of a network on a box are finite"
    return float(end) if Fraction(float(end)) == end else nextafter(float(end), towards)


def _node(p: Program, op: object, inputs: list[list[int]], ends: list[tuple[float, float]]) -> list[int]:
    out = []
    for k, (low, high) in enumerate(ends):
        if isinstance(op, Pointwise) and op.activations[k] == IDENTITY:
            out.append(inputs[0][k])
            continue
        h = p.variable(low, high)
        out.append(h)
        match op:
            case Affine(_, rows, d):
                form = {inputs[0][j]: -a / d for j, a in zip(rows[k].columns, rows[k].coefficients, strict=True)}
                p.equations.append(({**form, h: 1.0}, rows[k].constant / d))
            case Sum():
                form = {}
                for value in inputs:
                    form[value[k]] = form.get(value[k], 0.0) - 1.0
                p.equations.append(({**form, h: 1.0}, 0.0))
            case Pointwise(activations):
                p.units.append((inputs[0][k], h, _slope(activations[k])))
            case _:
                raise ValueError(f"{type(op).__name__} is not encoded for solvers in floats")
    return out


def _slope(s: object) -> float:
    match s:
        case PiecewiseAffine((Fraction(numerator=0),), ((slope, Fraction(numerator=0)), (Fraction(numerator=1, denominator=1), _))) if (
            0 <= slope < 1
        ):
            return float(slope)
        case _:
            raise ValueError("an activation that is neither ReLU nor a leaky ReLU is not encoded for solvers in floats")


@dataclass(frozen=True, slots=True)
class Row:
    """low ≤ Σ ≤ high."""

    form: Form
    low: float
    high: float


def mixed_integer(p: Program) -> tuple[list[Row], list[int]]:
    """The program as rows over its variables and new binary ones, whose numbers are returned too. Adds these to the program."""
    rows = [Row(form, right, right) for form, right in p.equations]
    binary = []
    for z, h, a in p.units:
        low, high = p.lower[z], p.upper[z]
        if low >= 0 or high <= 0:
            rows.append(Row({h: 1.0, z: -1.0 if low >= 0 else -a}, 0.0, 0.0))
            continue
        on = p.variable(0.0, 1.0)
        binary.append(on)
        rows += [
            Row({h: 1.0, z: -1.0}, 0.0, inf),
            Row({h: 1.0, z: -a}, 0.0, inf),
            Row({h: 1.0, z: -a, on: -(1 - a) * high}, -inf, 0.0),
            Row({h: 1.0, z: -1.0, on: -(1 - a) * low}, -inf, -(1 - a) * low),
        ]
    chosen: Form = {}
    for x, y in zip(*p.inputs, strict=True):
        here = p.variable(0.0, 1.0)
        chosen[here] = 1.0
        reach = EPSILON + p.upper[y] - p.lower[x]
        rows.append(Row({x: 1.0, y: -1.0, here: -reach}, EPSILON - reach, inf))
    rows.append(Row(chosen, 1.0, inf))
    return rows, [*binary, *chosen]


def by_z3(f: Network, on: Box, seconds: float) -> Found:
    """The reference procedure of the project: exact."""
    from bijection.exact.smt import two_copies

    return two_copies(f, on, seconds)


def by_highs(f: Network, on: Box, seconds: float) -> Found:
    """HiGHS on the mixed-integer program."""
    import highspy

    p = program(f, on)
    rows, binary = mixed_integer(p)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(seconds))
    solver.addVars(len(p.lower), p.lower, p.upper)
    for row in rows:
        low, high = max(row.low, -highspy.kHighsInf), min(row.high, highspy.kHighsInf)
        solver.addRow(low, high, len(row.form), list(row.form), list(row.form.values()))
    for j in binary:
        solver.changeColIntegrality(j, highspy.HighsVarType.kInteger)
    solver.run()
    match solver.getModelStatus():
        case highspy.HighsModelStatus.kInfeasible:
            return "none"
        case highspy.HighsModelStatus.kOptimal:
            values = solver.getSolution().col_value
            return _pair(p, on, values)
        case _:
            return "unknown"


def by_scip(f: Network, on: Box, seconds: float) -> Found:
    """SCIP on the mixed-integer program."""
    import pyscipopt

    p = program(f, on)
    rows, binary = mixed_integer(p)
    solver = pyscipopt.Model()
    solver.hideOutput()
    solver.setParam("limits/time", seconds)
    kinds = dict.fromkeys(binary, "B")
    variables = [
        solver.addVar(lb=low, ub=high, vtype=kinds.get(j, "C")) for j, (low, high) in enumerate(zip(p.lower, p.upper, strict=True))
    ]
    for row in rows:
        total = pyscipopt.quicksum(a * variables[j] for j, a in row.form.items())
        if row.low == row.high:
            solver.addCons(total == row.low)
        elif row.high == inf:
            solver.addCons(total >= row.low)
        else:
            solver.addCons(total <= row.high)
    solver.optimize()
    match solver.getStatus():
        case "infeasible":
            return "none"
        case "optimal":
            return _pair(p, on, [solver.getVal(v) for v in variables])
        case _:
            return "unknown"


def by_marabou(f: Network, on: Box, seconds: float) -> Found:
    """Marabou, with x ≠ y as a disjunction."""
    from maraboupy import Marabou, MarabouCore

    p = program(f, on)
    query = MarabouCore.InputQuery()
    query.setNumberOfVariables(len(p.lower))
    for j, (low, high) in enumerate(zip(p.lower, p.upper, strict=True)):
        query.setLowerBound(j, low)
        query.setUpperBound(j, high)
    for number, j in enumerate(p.inputs[0] + p.inputs[1]):
        query.markInputVariable(j, number)
    for form, right in p.equations:
        query.addEquation(_equation(MarabouCore, MarabouCore.Equation.EQ, form, right))
    for z, h, a in p.units:
        if a:
            MarabouCore.addLeakyReluConstraint(query, z, h, a)
        else:
            MarabouCore.addReluConstraint(query, z, h)
    apart = [[_equation(MarabouCore, MarabouCore.Equation.GE, {x: 1.0, y: -1.0}, EPSILON)] for x, y in zip(*p.inputs, strict=True)]
    MarabouCore.addDisjunctionConstraint(query, apart)
    options = Marabou.createOptions(verbosity=0, timeoutInSeconds=max(1, int(seconds)))
    code, values, _ = MarabouCore.solve(query, options, "")
    if code == "unsat":
        return "none"
    return _pair(p, on, [values[j] for j in range(len(p.lower))]) if code == "sat" else "unknown"


def _equation(core: Any, kind: Any, form: Form, right: float) -> Any:
    equation = core.Equation(kind)
    for j, a in form.items():
        equation.addAddend(a, j)
    equation.setScalar(right)
    return equation


def _pair(p: Program, on: Box, values: Any) -> Found:
    """The inputs of both copies, moved into the box where rounding has put them outside."""
    ends = list(zip(on.lower, on.upper, strict=True))
    x, y = (tuple(min(max(Fraction(values[j]), a), b) for j, (a, b) in zip(copy, ends, strict=True)) for copy in p.inputs)
    return x, y


Peer: TypeAlias = Callable[[Network, Box, float], Found]
PEERS: dict[str, tuple[str, Peer]] = {  # the module that must be there, and the encoding
    "z3": ("z3", by_z3),
    "marabou": ("maraboupy", by_marabou),
    "scip": ("pyscipopt", by_scip),
    "highs": ("highspy", by_highs),
}


def importable(peer: str) -> bool:
    """Whether the peer is installed."""
    return importlib.util.find_spec(PEERS[peer][0]) is not None


def judged(f: Network, on: Box, found: Found) -> tuple[str, float | None]:
    """ "injective", "collides", "undecided" or "wrong", and how far apart the outputs of a claimed pair are, computed exactly.

    A pair in floats hardly ever collides exactly; it is wrong if its outputs are further apart than the solver's constraints allow.
    """
    if isinstance(found, str):
        return {"none": "injective", "unknown": "undecided"}[found], None
    x, y = found
    gap = max((abs(a - b) for a, b in zip(f(x), f(y), strict=True)), default=Fraction(0))
    right = x != y and all(contains(on, vector(point)) for point in found) and gap <= CLAIMED
    return "collides" if right else "wrong", float(gap)
