"""What the words of a theorem are written with: names of functions and sets, statements, networks, numbers and their places."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import assert_never

from bijection.export.derivation import Step
from bijection.export.operations import operations, summary
from bijection.export.supplement import INLINE, Supplement
from bijection.export.tex import NOT_PRINTED, code, equal_runs, length, matrix, number, power, reals, vector
from proofs.binary32 import LARGEST
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Argmax, Network, Table
from proofs.statements import (
    Bijective,
    Expands,
    FibreIs,
    Injective,
    Inverts,
    IsIdentity,
    Lipschitz,
    MapsInto,
    Not,
    Reached,
    Statement,
    Surjective,
)

_FACTORS = 4  # different sides of a box before it gets a name


class Pen:
    """Names are given when they are first needed and then kept; long numbers go to the supplement."""

    def __init__(self) -> None:
        self.supplement = Supplement()
        self.folder = ""  # where the evidence is that is spoken of
        self._functions: list[tuple[Function, str]] = []
        self._sets: list[tuple[Domain, str]] = []
        self._fresh = 0
        self._notes: dict[str, None] = {}

    # functions

    def call(self, f: Function, formula: str) -> str:
        """Name the function, unless it has a name; the name that it has."""
        for known, name in self._functions:
            if known is f or known == f:
                return name
        self._functions.append((f, formula))
        return formula

    def name(self, f: Function) -> str:
        """The name of the function; a new one is f₁, f₂, …."""
        for known, name in self._functions:
            if known is f or known == f:
                return name
        self._fresh += 1
        return self.call(f, f"f_{{{self._fresh}}}")

    def introduce(self, f: Function, step: Step, field: str) -> str:
        """The name of a function that the certificate brings, and what it is."""
        name = self.name(f)
        if isinstance(f, Table):
            return self.supplement.place(name, f.values, lambda: self.table(f), self.where(step, field))
        network, rounded = (f.network, " in binary32 arithmetic,") if isinstance(f, Binary32) else (f, "")
        return f"{self.supplement.place(name, *operations(network), self.where(step, field))}, {summary(network)},{rounded}"

    def table(self, f: Table) -> str:
        """The values of a table."""
        return r"k \mapsto (" + r",\allowbreak ".join(map(number, f.values)) + ")_k"

    # sets

    def set(self, d: Domain) -> str:
        """The set as mathematics, or the name that it has been given because it is long."""
        for known, name in self._sets:
            if known is d or known == d:
                return name
        formula = self._set(d)
        if formula is None:
            formula = self._name_set(d)
            self._sets.append((d, formula))
        return formula

    def _name_set(self, d: Domain) -> str:
        name = f"D_{{{len(self._sets) + 1}}}"
        numbers = [q for x in _numbers(d) for q in x]
        self.supplement.place(name, numbers, lambda: self._written(d), r"a set in \texttt{claim.json}", inline=-1)
        return name

    def _set(self, d: Domain) -> str | None:
        if length(q for x in _numbers(d) for q in x) >= NOT_PRINTED:
            return None
        match d:
            case Reals(n):
                return reals(n)
            case Integers(n):
                return power(r"\mathbb{Z}", n)
            case Labels(k):
                return r"\emptyset" if k == 0 else _axis(Fraction(0), Fraction(1), k)
            case Simplex(n):
                self._notes[r"$\Delta_n = \{y \in \mathbb{R}^n : y_i > 0,\ \sum_i y_i = 1\}$ is the open simplex."] = None
                return rf"\Delta_{{{n}}}"
            case Box(lower, upper):
                return _product([f"[{number(a)},{number(b)}]" for a, b in zip(lower, upper, strict=True)])
            case Grid(lower, _, step):
                return _product([_axis(a, s, k) for a, s, k in zip(lower, step, d.counts(), strict=True)])
            case Floats(lower, upper):
                self._notes[r"$\mathbb{F}_{32}$ is the set of all finite IEEE binary32 values, as real numbers."] = None
                if all(a <= -LARGEST and b >= LARGEST for a, b in zip(lower, upper, strict=True)):
                    return rf"\mathbb{{F}}_{{32}}^{{{len(lower)}}}"
                box = self._set(Box(lower, upper))
                return None if box is None else rf"\mathbb{{F}}_{{32}}^{{{len(lower)}}}\cap {box}"
            case Finite(points):
                return None if self.supplement.long([q for p in points for q in p]) else self._written(d)
            case Polytope(_, normals, offsets):
                return None if self.supplement.long([*offsets, *(q for a in normals for q in a)]) else self._written(d)
            case _:
                assert_never(d)

    def _written(self, d: Domain) -> str:
        """The set with all its numbers."""
        match d:
            case Polytope(n, normals, offsets):
                if not normals:
                    return reals(n)
                return rf"\{{x \in {reals(n)} : {matrix(normals)}x \le {matrix([[b] for b in offsets])}\}}"
            case Finite(points):
                return r"\{" + r",\allowbreak ".join(map(vector, points)) + r"\}"
            case Box(lower, upper):
                return r" \times \allowbreak ".join(f"[{number(a)},{number(b)}]" for a, b in zip(lower, upper, strict=True))
            case Grid(lower, _, step):
                sides = (_axis(a, s, k) for a, s, k in zip(lower, step, d.counts(), strict=True))
                return r" \times \allowbreak ".join(sides)
            case Floats(lower, upper):
                return rf"\mathbb{{F}}_{{32}}^{{{len(lower)}}}\cap {self._written(Box(lower, upper))}"
            case _:
                formula = self._set(d)
                assert formula is not None, "the other sets are short"
                return formula

    def notes(self) -> list[str]:
        """What the names of sets used so far mean."""
        return list(self._notes)

    # statements

    def says(self, statement: Statement) -> str:
        """The statement as a sentence without its period."""
        negated = isinstance(statement, Not)
        inner = statement.statement if isinstance(statement, Not) else statement
        f, on = self.name(inner.f), self.set(inner.on)
        no = "not " if negated else ""
        match inner:
            case Injective():
                return f"${f}$ is {no}injective on ${on}$"
            case Surjective(_, _, onto):
                verb = "does not map" if negated else "maps"
                return f"${f}$ {verb} ${on}$ onto ${self.set(onto)}$"
            case Bijective(_, _, onto):
                return f"${f}$ is {'no' if negated else 'a'} bijection from ${on}$ to ${self.set(onto)}$"
            case MapsInto(_, _, into):
                verb = "does not map" if negated else "maps"
                return f"${f}$ {verb} ${on}$ into ${self.set(into)}$"
            case Reached(_, _, value):
                verb = "does not take" if negated else "takes"
                return f"${f}$ {verb} the value {self.point('y', value, 'the value in the claim')} on ${on}$"
            case IsIdentity():
                return f"${f}(x) = x$ for {'not ' if negated else ''}all $x \\in {on}$"
            case Lipschitz(_, _, constant) | Expands(_, _, constant):
                order = r"\le" if isinstance(inner, Lipschitz) else r"\ge"
                bound = f"\\max_i |{f}(x)_i - {f}(x')_i| {order} {number(constant)} \\max_j |x_j - x'_j|"
                return f"it is {'not ' if negated else ''}true that ${bound}$ for all $x, x' \\in {on}$"
            case FibreIs(_, _, value, pieces):
                verb = "is not" if negated else "is"
                y = self.point("y", value, "the value in the claim")
                union = {0: "empty", 1: "one polyhedron"}.get(len(pieces), f"the union of {len(pieces)} polyhedra")
                return f"the set of all $x \\in {on}$ with ${f}(x)$ equal to {y} {verb} {union}"
            case Inverts(_, _, onto, pieces):
                verb = "are not" if negated else "are"
                both = "" if onto is None else f" and ${f}(g(y)) = y$ for all $y \\in {self.set(onto)}$"
                return f"{len(pieces)} polyhedra with affine maps {verb} a function $g$ with $g({f}(x)) = x$ for all $x \\in {on}${both}"
            case _:
                assert_never(inner)

    def claims(self, step: Step) -> list[str]:
        """The goals of the premises, each after its number."""
        return [rf"\textbf{{({premise.label})}} {self.says(premise.goal)}" for premise in step.premises]

    # numbers

    def where(self, step: Step, field: str) -> str:
        """The place of a part of a certificate in the files."""
        return rf"field \texttt{{{field.replace('_', chr(92) + '_')}}} of step {step.number} in {self.evidence()}"

    def evidence(self) -> str:
        """The file of the evidence that is spoken of."""
        return code(f"{self.folder}evidence.json")

    def point(self, symbol: str, x: Point, where: str) -> str:
        """A point with its name."""
        runs = equal_runs(x)
        if len(runs) < len(x):
            self._notes[r"In points, $a^{\times k}$ stands for $k$ entries $a$ in a row."] = None
        return self.supplement.place(
            symbol, [q for t, count in runs for q in ((t, count) if count > 1 else (t,))], lambda: vector(x), where
        )

    def matrix(self, symbol: str, rows: Sequence[Sequence[Fraction | int]], where: str) -> str:
        """A matrix with its name; one of more than eight columns is too wide for a sentence."""
        wide = max((len(row) for row in rows), default=0) > 8
        return self.supplement.place(symbol, [q for row in rows for q in row], lambda: matrix(rows), where, inline=-1 if wide else INLINE)


def codomain(f: Function) -> str:
    """Where the function takes its values, in the notation of sets."""
    match f:
        case Table():
            return r"\mathbb{Z}"
        case Network(nodes=(*_, last)) if isinstance(last.op, Argmax):
            return _axis(Fraction(0), Fraction(1), f.widths[last.inputs[0]])
        case _:
            return reals(f.width)


def domain_of(f: Function) -> str:
    """Where the function is defined."""
    return _axis(Fraction(0), Fraction(1), len(f.values)) if isinstance(f, Table) else reals(f.arity)


def _axis(lower: Fraction, step: Fraction, count: int) -> str:
    values = [number(lower + k * step) for k in (range(count) if count <= 3 else (0, 1))]
    return r"\{" + ", ".join(values if count <= 3 else [*values, r"\dots", number(lower + (count - 1) * step)]) + r"\}"


def _product(factors: Sequence[str]) -> str | None:
    runs = [(factor, len(list(group))) for factor, group in groupby(factors)]
    if not runs:
        return reals(0)
    parts = [power(factor, count) for factor, count in runs]
    text = r" \times ".join(parts)
    return text if len(parts) <= _FACTORS and len(text) <= 240 else None


def _numbers(d: Domain) -> list[Point]:
    match d:
        case Box(lower, upper) | Floats(lower, upper):
            return [lower, upper]
        case Grid(lower, upper, step):
            return [lower, upper, step]
        case Finite(points):
            return list(points)
        case Polytope(_, normals, offsets):
            return [*normals, offsets]
        case _:
            return []
