"""Is a statement true? Answers that share no code with the kernel: z3 on exact rationals, and enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import z3

from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Finite, Grid, Integers, Labels, Point, Polytope, Reals, dimension
from proofs.functions import Function
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Stack, Sum, Table
from proofs.statements import Bijective, FibreIs, Injective, Inverts, IsIdentity, MapsInto, Not, Reached, Statement, Surjective

Term: TypeAlias = Any  # z3 arithmetic
Terms: TypeAlias = list[Term]


class OutOfReach(Exception):
    """Neither z3 nor enumeration says."""


def truth(statement: Statement, seconds: float = 5.0) -> bool:
    """Whether the statement is true; OutOfReach where this is not found out in the time."""
    if isinstance(statement, Not):
        return not truth(statement.statement, seconds)
    listed = _listed(statement.on)
    if listed is not None and not isinstance(statement, Inverts):
        return _by_enumeration(statement, listed, seconds)
    return _by_solver(statement, seconds)


def _by_enumeration(statement: Statement, listed: Sequence[Point], seconds: float) -> bool:
    f: Any = statement.f  # type: ignore[union-attr]
    images = [f(x) for x in listed]
    match statement:
        case Injective():
            return len(set(images)) == len(images)
        case Surjective(_, _, onto):
            goal = _listed(onto)
            if goal is not None:
                return set(goal) <= set(images)
            y = _variables("y", onto)  # a polytope may be a single point, or empty
            return not _satisfiable([inside(onto, y), *(z3.Not(_equal(y, [_number(t) for t in v])) for v in set(images))], seconds)
        case Bijective(f, on, onto):
            parts = (Injective(f, on), Surjective(f, on, onto), MapsInto(f, on, onto))
            return all(_by_enumeration(part, listed, seconds) for part in parts)
        case MapsInto(_, _, into):
            return all(z3.is_true(z3.simplify(inside(into, [_number(t) for t in y]))) for y in images)
        case Reached(_, _, value):
            return value in images
        case IsIdentity():
            return images == list(listed)
        case _:
            raise OutOfReach(type(statement).__name__)


def _by_solver(statement: Statement, seconds: float) -> bool:
    match statement:
        case Injective(f, on):
            x, y = _variables("x", on), _variables("y", on)
            different = z3.Or([a != b for a, b in zip(x, y, strict=True)])
            return not _satisfiable([inside(on, x), inside(on, y), different, _equal(values(f, x), values(f, y))], seconds)
        case Surjective(f, on, onto):
            if isinstance(on, Integers) or isinstance(onto, Integers):
                raise OutOfReach("z3 is not dependable on ∀ over the integers")
            x, y = _variables("x", on), _variables("y", onto)
            hit = z3.And(inside(on, x), _equal(values(f, x), y))
            missed = z3.ForAll(x, z3.Not(hit)) if x else z3.Not(hit)
            return not _satisfiable([inside(onto, y), missed], seconds, "LRA" if x else None)
        case Bijective(f, on, onto):
            return all(_by_solver(part, seconds) for part in (MapsInto(f, on, onto), Injective(f, on), Surjective(f, on, onto)))
        case MapsInto(f, on, into):
            x = _variables("x", on)
            return not _satisfiable([inside(on, x), z3.Not(inside(into, values(f, x)))], seconds)
        case Reached(f, on, value):
            x = _variables("x", on)
            return _satisfiable([inside(on, x), _equal(values(f, x), [_number(t) for t in value])], seconds)
        case IsIdentity(f, on):
            x = _variables("x", on)
            return not _satisfiable([inside(on, x), z3.Not(_equal(values(f, x), x))], seconds)
        case FibreIs(f, on, value, pieces):
            x = _variables("x", on)
            fibre = z3.And(inside(on, x), _equal(values(f, x), [_number(t) for t in value]))
            return not _satisfiable([fibre != z3.Or([_spanned(x, piece) for piece in pieces])], seconds, "LRA")
        case Inverts():
            return _undone(statement, seconds) and (statement.onto is None or _redone(statement, statement.onto, seconds))
        case _:
            raise OutOfReach(type(statement).__name__)


def _undone(claim: Inverts, seconds: float) -> bool:
    """g(f(x)) = x for all x of the domain, for the pieces g."""
    x = _variables("x", claim.on)
    y = values(claim.f, x)
    holds = [inside(region, y) for region, _ in claim.pieces]
    back = [z3.Implies(h, _equal(_mapped(a, y), x)) for h, (_, a) in zip(holds, claim.pieces, strict=True)]
    return not _satisfiable([inside(claim.on, x), z3.Not(z3.And(z3.Or(holds), *back))], seconds)


def _redone(claim: Inverts, onto: Domain, seconds: float) -> bool:
    """f(g(y)) = y for all y of the codomain."""
    y = _variables("y", onto)
    holds = [inside(region, y) for region, _ in claim.pieces]
    forth = [z3.Implies(h, _equal(values(claim.f, _mapped(a, y)), y)) for h, (_, a) in zip(holds, claim.pieces, strict=True)]
    return not _satisfiable([inside(onto, y), z3.Not(z3.And(z3.Or(holds), *forth))], seconds)


def _mapped(a: Affine, y: Terms) -> Terms:
    return values(Network(a.columns, (Node(a, (0,)),)), y)


def inside(domain: Domain, x: Terms) -> Term:
    """x ∈ domain as a formula."""
    match domain:
        case Reals():
            return z3.BoolVal(True)
        case Box(lower, upper):
            return z3.And([z3.And(_number(a) <= t, t <= _number(b)) for a, t, b in zip(lower, x, upper, strict=True)])
        case Polytope(_, normals, offsets):
            return z3.And([_dot(a, x) <= _number(b) for a, b in zip(normals, offsets, strict=True)])
        case Finite() | Labels() | Grid():
            return z3.Or([_equal(x, [_number(t) for t in p]) for p in _listed(domain) or ()])
        case Integers():
            return z3.And([z3.IsInt(t) for t in x if not z3.is_int(t)])
        case _:
            raise OutOfReach(type(domain).__name__)


def values(f: Function, x: Terms) -> Terms:
    """The outputs of a piecewise-affine network as terms in its inputs."""
    if isinstance(f, Table):
        raise OutOfReach("a table on an infinite domain")
    known = [x]
    for node in f.nodes:
        known.append(_apply(node.op, [known[j] for j in node.inputs]))
    return known[-1]


def _apply(op: Op, inputs: list[Terms]) -> Terms:
    x = inputs[0]
    match op:
        case Affine(_, rows, d):
            forms = [[z3.Q(c, d) * _real(x[j]) for j, c in zip(row.columns, row.coefficients, strict=True)] for row in rows]
            return [z3.Sum([*terms, z3.Q(row.constant, d)]) for terms, row in zip(forms, rows, strict=True)]
        case Pointwise(activations):
            return [_activate(s, t) for s, t in zip(activations, x, strict=True)]
        case Sum():
            return [z3.Sum(list(ts)) for ts in zip(*inputs, strict=True)]
        case Stack():
            return [t for part in inputs for t in part]
        case Max(groups):
            return [_largest([x[i] for i in group]) for group in groups]
        case Argmax():
            label: Term = z3.RealVal(len(x) - 1)
            for i in range(len(x) - 2, -1, -1):
                label = z3.If(z3.And([x[i] >= t for t in x]), z3.RealVal(i), label)
            return [label]
        case _:
            raise OutOfReach(type(op).__name__)


def _activate(s: object, t: Term) -> Term:
    if not isinstance(s, PiecewiseAffine):
        raise OutOfReach(type(s).__name__)
    lines = [_number(p) * t + _number(q) for p, q in s.pieces]
    out = lines[-1]
    for b, line in reversed(list(zip(s.breakpoints, lines, strict=False))):
        out = z3.If(t <= _number(b), line, out)
    return out


def _spanned(x: Terms, piece: tuple[tuple[int, ...], ...]) -> Term:
    """(x, 1) is a sum of nonnegative multiples of the rays."""
    weights = [z3.FreshReal("w") for _ in piece]
    sums = [z3.Sum([w * t for w, t in zip(weights, column, strict=True)]) for column in zip(*piece, strict=True)]
    return z3.Exists(weights, z3.And(*[w >= 0 for w in weights], _equal(sums, [*x, z3.RealVal(1)])))


def _largest(terms: Terms) -> Term:
    out = terms[0]
    for t in terms[1:]:
        out = z3.If(t >= out, t, out)
    return out


def _listed(domain: Domain) -> list[Point] | None:
    match domain:
        case Finite(points):
            return list(points)
        case Labels(k):
            return [(Fraction(i),) for i in range(k)]
        case Box(lower, upper) if lower == upper:
            return [lower]
        case Reals(0) | Integers(0):
            return [()]
        case Grid(lower, upper, step):
            axes = [[a + i * s for i in range(int((b - a) / s) + 1)] for a, b, s in zip(lower, upper, step, strict=True)]
            size = 1
            for axis in axes:
                size *= len(axis)
            if size > 70_000:
                raise OutOfReach(f"{size} points")
            return list(product(*axes))
        case _:
            return None


def _satisfiable(formulas: list[Term], seconds: float, logic: str | None = None) -> bool:
    solver = z3.SolverFor(logic) if logic else z3.Solver()
    solver.set("timeout", int(seconds * 1000))
    solver.add(*formulas)
    answer = solver.check()
    if answer == z3.unknown:
        raise OutOfReach(f"z3: {solver.reason_unknown()}")
    return bool(answer == z3.sat)


def _equal(u: Terms, v: Terms) -> Term:
    return z3.And([a == b for a, b in zip(u, v, strict=True)])


def _dot(a: Point, x: Terms) -> Term:
    return z3.Sum([_number(c) * t for c, t in zip(a, x, strict=True)])


def _real(t: Term) -> Term:
    return z3.ToReal(t) if z3.is_int(t) else t


def _number(q: Fraction) -> Term:
    return z3.Q(q.numerator, q.denominator)


def _variables(name: str, domain: Domain) -> Terms:
    make = z3.Int if isinstance(domain, Integers) else z3.Real
    return [make(f"{name}{i}") for i in range(dimension(domain))]
