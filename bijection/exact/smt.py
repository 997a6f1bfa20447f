"""Exact linear arithmetic by z3; numbers reach it as quotients of integers, never as floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, Literal

import z3

from proofs.activations import Activation, PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.errors import NoExactValue
from proofs.exact import Interval, Rational
from proofs.network import Affine, Argmax, Max, Network, Pointwise, Product, Softmax, Spline, Stack, Sum, gather


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


def point_beyond(on: Polytope, u: Point, side: Interval, above: bool, seconds: float) -> Point | None:
    """A point of the polytope with ⟨u, y⟩ above (or below) the interval, by a whole unit if there is one; None if there is none in time."""
    end = side.upper if above else side.lower
    if end is None:
        return None
    y = [z3.Real(f"y{i}") for i in range(on.n)]
    height = _form(u, y, -end) * (1 if above else -1)
    for least in (height >= 1, height > 0):
        solver = _solver(seconds)
        solver.add([*_inside(on, y), least])
        if solver.check() == z3.sat:
            model = solver.model()
            return tuple(fraction(model.eval(t, model_completion=True)) for t in y)
    return None


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


Graph = Sequence[tuple[Sequence[Fraction], Sequence[Fraction], int]]  # points (x, f(x)), scaled by the last number; 0: directions


def steepest(
    pair: tuple[Graph, Graph], goals: Sequence[Sequence[int]], sums: bool, above: Fraction, seconds: float
) -> Fraction | Literal["none", "unknown"]:
    """The largest ⟨goal, x − x′⟩ / |f(x) − f(x′)|, or `above` if none is larger, for x and x′ in the two hulls; or that there is none, or
    that it is not known in time. The norm below is the sum of absolute values, or the largest.
    """
    solver = _solver(seconds)
    weights = [[z3.Real(f"{name}{k}") for k in range(len(graph))] for name, graph in zip("vw", pair, strict=True)]
    signed = [(t, sign, ray) for own, graph, sign in zip(weights, pair, (1, -1), strict=True) for t, ray in zip(own, graph, strict=True)]

    def between(values: Sequence[Sequence[Fraction]]) -> list[Any]:
        factors = [(t, sign) for t, sign, _ in signed]
        columns = zip(*values, strict=True)
        return [z3.Sum([number(0), *(t * number(sign * a) for (t, sign), a in zip(factors, c, strict=True) if a)]) for c in columns]

    moved, image = between([x for _, _, (x, _, _) in signed]), between([y for _, _, (_, y, _) in signed])
    (scale,) = between([(Fraction(w),) for _, _, (_, _, w) in signed])
    sizes = [z3.Real(f"s{i}") for i in range(len(image))]
    solver.add(scale == 0, *(t >= 0 for own in weights for t in own))
    solver.add([z3.And(-s <= y, y <= s) for s, y in zip(sizes, image, strict=True)])
    solver.add(z3.Sum([number(0), *sizes]) <= 1 if sums else z3.And([s <= 1 for s in sizes]))
    for goal in goals:
        value = z3.Sum([number(0), *(g * x for g, x in zip(goal, moved, strict=True) if g)])
        if solver.check(value > number(above)) == z3.unsat:
            continue
        best = z3.Optimize()
        best.set("timeout", max(1, int(1000 * seconds)))
        best.add(solver.assertions())
        found = best.maximize(value)
        if best.check() != z3.sat:
            return "unknown"
        top = best.upper(found)
        if not (z3.is_rational_value(top) or z3.is_int_value(top)):  # ∞ is neither
            return "none"
        above = max(above, Fraction(str(top)))
    return above


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


def two_copies(f: Network, on: Domain, seconds: float, effort: int = 0) -> tuple[Point, Point] | Literal["none", "unknown"]:
    """x ≠ y in the domain with f(x) = f(y), exact; "none" if there are none; "unknown" at the end of the time (or of the effort, in
    z3's own units, 0 for any) or where an operation is not piecewise affine. The reference procedure: two copies in linear arithmetic.
    """
    if not isinstance(on, Reals | Box | Polytope) or any(isinstance(node.op, Product | Softmax | Argmax | Spline) for node in f.nodes):
        return "unknown"
    solver = _solver(seconds)
    solver.set("rlimit", effort)
    x, y = copies = [[z3.Real(f"{name}{i}") for i in range(f.arity)] for name in "xy"]
    try:
        outputs = [_outputs(f, copy, name, solver) for copy, name in zip(copies, "xy", strict=True)]
    except NoExactValue:
        return "unknown"
    for copy in copies:
        solver.add(_inside(on, copy))
    solver.add(z3.Or([a > b for a, b in zip(x, y, strict=True)]))  # or else the other way round
    solver.add([u == v for u, v in zip(*outputs, strict=True)])
    answer = solver.check()
    if answer == z3.unsat:
        return "none"
    if answer == z3.unknown:
        return "unknown"
    model = solver.model()
    first, second = (tuple(fraction(model.eval(t, model_completion=True)) for t in copy) for copy in copies)
    return first, second


def _inside(on: Reals | Box | Polytope, x: Sequence[Any]) -> list[Any]:
    match on:
        case Box(lower, upper):
            return [side for a, t, b in zip(lower, x, upper, strict=True) for side in (t >= number(a), t <= number(b))]
        case Polytope(_, normals, offsets):
            return [_form(a, x, 0) <= number(b) for a, b in zip(normals, offsets, strict=True)]
        case Reals():
            return []


def _outputs(f: Network, x: Sequence[Any], name: str, solver: Any) -> Sequence[Any]:
    """The outputs of a copy as terms; what a unit writes is a variable."""
    values: list[Sequence[Any]] = [x]
    for node in f.nodes:
        inputs = [values[j] for j in node.inputs]
        match node.op:
            case Affine(_, rows, d):
                values.append([_form(row.coefficients, gather(row.columns, inputs[0]), row.constant) / d for row in rows])
            case Pointwise(activations):
                values.append([_unit(s, t, name, solver) for s, t in zip(activations, inputs[0], strict=True)])
            case Max(groups):
                values.append([_largest([inputs[0][i] for i in group], name, solver) for group in groups])
            case Sum():
                values.append([z3.Sum(list(terms)) for terms in zip(*inputs, strict=True)])
            case Stack():
                values.append([t for part in inputs for t in part])
    return values[-1]


def _unit(s: Activation, z: Any, name: str, solver: Any) -> Any:
    """σ(z): the largest of its lines where σ is convex (z3 decides that several times faster), else case by case."""
    if not isinstance(s, PiecewiseAffine):
        raise NoExactValue(f"{type(s).__name__} is not piecewise affine")
    lines = [number(p) * z + number(q) for p, q in s.pieces]
    if all(p < r for (p, _), (r, _) in pairwise(s.pieces)):
        return _largest(lines, name, solver)
    h = z3.FreshReal(name)
    ends = [None, *map(number, s.breakpoints), None]
    cases = []
    for line, low, high in zip(lines, ends, ends[1:], strict=False):
        cases.append(z3.And([h == line] + ([z >= low] if low is not None else []) + ([z <= high] if high is not None else [])))
    solver.add(z3.Or(cases))
    return h


def _largest(terms: Sequence[Any], name: str, solver: Any) -> Any:
    if len(terms) == 1:
        return terms[0]
    h = z3.FreshReal(name)
    solver.add([h >= t for t in terms])
    solver.add(z3.Or([h <= t for t in terms]))
    return h


def _form(a: Sequence[Rational], x: Sequence[Any], constant: Rational) -> Any:
    return z3.Sum([number(constant), *(number(c) * t for c, t in zip(a, x, strict=True) if c)])
