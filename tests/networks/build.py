"""Short names to write networks and entries with: exact matrices, layers, chains of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from proofs.activations import ABS, IDENTITY, RELU, Activation, PiecewiseAffine
from proofs.domains import Box, Domain, Grid, Labels, Point, Polytope, Reals
from proofs.functions import Function
from proofs.network import Affine, Network, Node, Op, Pointwise, Row
from proofs.statements import Bijective, Injective, Statement, Surjective

Number: TypeAlias = int | str | Fraction
Matrix: TypeAlias = Sequence[Sequence[Number]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement, whether it is true, and why."""

    statement: Statement
    holds: bool
    reason: str


def point(*values: Number) -> Point:
    """The vector of the values; "1/3" is one third."""
    return tuple(Fraction(v) for v in values)


def affine(w: Matrix, b: Sequence[Number] | None = None, columns: int | None = None) -> Affine:
    """x ↦ wx + b; `columns` is needed where w has no rows."""
    rows = [point(*line) for line in w]
    shift = point(*b) if b is not None else point(*[0] * len(rows))
    n = columns if columns is not None else len(rows[0])
    d = lcm(*(q.denominator for line in (*rows, shift) for q in line))
    scaled = [Row(tuple(range(n)), tuple(int(a * d) for a in line), int(c * d)) for line, c in zip(rows, shift, strict=True)]
    return Affine(n, tuple(scaled), d)


def each(s: Activation, n: int) -> Pointwise:
    """The activation in each of n coordinates."""
    return Pointwise((s,) * n)


def relu(n: int) -> Pointwise:
    """ReLU in each of n coordinates."""
    return each(RELU, n)


def chain(arity: int, *ops: Op) -> Network:
    """One op after the other."""
    return Network(arity, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


def pieces(breakpoints: Sequence[Number], slopes: Sequence[Number], at_zero: Number = 0) -> PiecewiseAffine:
    """The continuous function with these slopes between these breakpoints and the value `at_zero` at 0."""
    t, s = point(*breakpoints), point(*slopes)
    lines = [(s[0], Fraction(0))]
    for b, p in zip(t, s[1:], strict=True):
        slope, shift = lines[-1]
        lines.append((p, shift + (slope - p) * b))
    home = sum(b < 0 for b in t)
    move = Fraction(at_zero) - lines[home][1]
    return PiecewiseAffine(t, tuple((p, q + move) for p, q in lines))


def scalar(s: Activation) -> Network:
    """The activation as a network ℝ → ℝ."""
    return chain(1, each(s, 1))


def eye(n: int, factor: Number = 1) -> list[list[Fraction]]:
    """factor·I."""
    return [[Fraction(factor) if i == j else Fraction(0) for j in range(n)] for i in range(n)]


def beside(*blocks: Matrix) -> list[list[Number]]:
    """The blocks side by side."""
    return [[a for line in lines for a in line] for lines in zip(*blocks, strict=True)]


def above(*blocks: Matrix) -> list[list[Number]]:
    """The blocks one above the other."""
    return [list(line) for block in blocks for line in block]


def minus(a: Matrix) -> list[list[Fraction]]:
    """−a."""
    return [[-Fraction(e) for e in line] for line in a]


def from_parts(m: Matrix, n: Matrix) -> Network:
    """x ↦ m·x⁺ + n·x⁻ with x⁺ = max(x, 0), x⁻ = max(−x, 0)."""
    k = len(m[0])
    return chain(k, affine(above(eye(k), eye(k, -1))), relu(2 * k), affine(beside(m, n)))


def with_absolute(m: Matrix, n: Matrix) -> Network:
    """x ↦ m·x + n·|x|."""
    k = len(m[0])
    return chain(k, affine(above(eye(k), eye(k))), Pointwise((IDENTITY,) * k + (ABS,) * k), affine(beside(m, n)))


def box(lower: Number, upper: Number, n: int = 1) -> Box:
    """The cube [lower, upper]ⁿ."""
    return Box(point(*[lower] * n), point(*[upper] * n))


def grid(lower: Number, upper: Number, n: int = 1, step: Number = 1) -> Grid:
    """The lattice points of the cube."""
    return Grid(point(*[lower] * n), point(*[upper] * n), point(*[step] * n))


def polytope(normals: Matrix, offsets: Sequence[Number]) -> Polytope:
    """{x : ⟨normals[i], x⟩ ≤ offsets[i]}."""
    return Polytope(len(normals[0]), tuple(point(*a) for a in normals), point(*offsets))


def both(f: Function, injective: bool, onto: bool, reason: str, *, on: Domain | None = None, to: Domain | None = None) -> dict[str, Entry]:
    """The three questions about f from `on` (default ℝⁿ) to `to` (default ℝᵐ), which f maps into."""
    domain = Reals(f.arity) if on is None else on
    codomain = Reals(f.width) if to is None else to
    return {
        "injective": Entry(Injective(f, domain), injective, reason),
        "onto": Entry(Surjective(f, domain, codomain), onto, reason),
        "bijective": Entry(Bijective(f, domain, codomain), injective and onto, reason),
    }


def injective(f: Function, on: Domain, holds: bool, reason: str) -> dict[str, Entry]:
    """The one question whether f is injective on the domain."""
    return {"injective": Entry(Injective(f, on), holds, reason)}


def onto(f: Function, on: Domain, to: Domain, holds: bool, reason: str) -> dict[str, Entry]:
    """The one question whether f maps the domain onto the codomain."""
    return {"onto": Entry(Surjective(f, on, to), holds, reason)}


def named(families: dict[str, dict[str, Entry]]) -> dict[str, Entry]:
    """The entries under the names "family: question"."""
    return {f"{name}: {question}": entry for name, family in families.items() for question, entry in family.items()}


def labels(k: int) -> Labels:
    """{0, …, k − 1}."""
    return Labels(k)
