"""Lipschitz constants in the maximum norm: layer by layer, from the cells, and of an inverse from the cells of what it inverts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.compose import compose
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.elimination import rank_modulo
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.kernel import Status
from proofs.limits import MOST_WORK, Meter, digits
from proofs.network import Network
from proofs.statements import Expands, IsIdentity, Lipschitz, Statement, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import PRIME, CellTree
from proofs.theorems.collision import derivative
from proofs.theorems.rounding import lipschitz
from proofs.theorems.slopes import nearest, secants, size

Columns = list[tuple[Fraction, ...]]  # a matrix by its columns


@dataclass(frozen=True, slots=True, repr=False)
class LipschitzLayers(Brief):
    """f is Lipschitz with the largest constant that its outputs have, multiplying operation by operation.

    Proof: a row of an affine map multiplies constants by Σ|wᵢ|, an activation by its largest slope; sums add them, maxima take the largest.
    """

    name: ClassVar[str] = "LipschitzLayers"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Lipschitz(f, D, K) outright."""
        match goal:
            case Lipschitz(Network() as f, _, constant):
                found = max(lipschitz(f), default=Fraction(0))
                require(found <= constant, "the layers give the constant {}", found)
                return ()
            case _:
                raise Rejected("layers bound the Lipschitz constant of a network only")


@dataclass(frozen=True, slots=True, repr=False)
class LipschitzSlopes(Brief):
    """Intervals S with f(x) − f(y) = S·(x − y) for all x, y ∈ D, whose rows have Σⱼ max|sᵢⱼ| ≤ K ⇒ f is Lipschitz on D with the constant K.

    Proof: |fᵢ(x) − fᵢ(y)| ≤ Σⱼ |sᵢⱼ|·|xⱼ − yⱼ| ≤ K·max|x − y|. How S is found (`secants`): for affine maps and sums by linearity; for an
    activation σ(c(x)) − σ(c(y)) is c(x) − c(y) times a slope of σ between two numbers where c lies; for products (cd)(x) − (cd)(y) =
    (c(x) − c(y))·d(x) + c(y)·(d(x) − d(y)); a maximum moves by a number between those by which its members move, which is a mean of them
    with some weights; the derivatives of softmax are pᵢ(1 − pᵢ) and −pᵢpⱼ, between 0 and 1/4 in size. Values lie in bounds that hold on D.
    """

    name: ClassVar[str] = "LipschitzSlopes"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary; the mean value theorem for softmax"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Lipschitz(f, D, K) outright."""
        match goal:
            case Lipschitz(Network() as f, on, constant):
                for i, row in enumerate(secants(f, on)):
                    sizes = [size(side) for side in row]
                    bounded = [s for s in sizes if s is not None]
                    require(len(bounded) == len(sizes), "the slopes of output {} are not bounded", i)
                    total = sum(bounded, Fraction(0))
                    require(total <= constant, "output {} is known to have the constant {} only", i, total)
                return ()
            case _:
                raise Rejected("slopes bound the Lipschitz constant of a network only")


@dataclass(frozen=True, slots=True, repr=False)
class ExpandsSlopes(Brief):
    """Intervals S with f(x) − f(y) = S·(x − y) for all x, y ∈ D, whose rows have min|sᵢᵢ| − Σ max|sᵢⱼ| ≥ c, j ≠ i ⇒ f multiplies distances
    on D by at least c.

    f may have more outputs than inputs: the first ones count. Proof: for the i with the largest |xᵢ − yᵢ|,
    |fᵢ(x) − fᵢ(y)| ≥ |sᵢᵢ|·|xᵢ − yᵢ| − Σ |sᵢⱼ|·|xⱼ − yⱼ| ≥ c·|xᵢ − yᵢ|. S as for LipschitzSlopes.
    """

    name: ClassVar[str] = "ExpandsSlopes"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary; the mean value theorem for softmax"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Expands(f, D, c) outright."""
        match goal:
            case Expands(Network() as f, on, constant):
                require(f.arity <= f.width, "{} inputs are more than {} outputs", f.arity, f.width)
                for i, row in enumerate(secants(f, on)[: f.arity]):
                    others = [size(side) for j, side in enumerate(row) if j != i]
                    bounded = [s for s in others if s is not None]
                    require(len(bounded) == len(others), "the slopes of output {} are not bounded", i)
                    least = nearest(row[i]) - sum(bounded, Fraction(0))
                    require(least >= constant, "output {} is known to move by at least {} times its input only", i, least)
                return ()
            case _:
                raise Rejected("slopes bound from below how much a network expands, and nothing else")


@dataclass(frozen=True, slots=True, repr=False)
class LipschitzCells(Brief):
    """f piecewise affine on D = ℝⁿ, a box or a polytope, all cells n-dimensional, the rows of their matrices with Σ|aᵢⱼ| ≤ K ⇒ f is
    Lipschitz on D with the constant K.

    `cuts` is the tree of cells, as in SeparatedCells. Proof: the segment from x to x′ lies in D and is cut into finitely many parts, each
    in one cell, where f moves by A·v ≤ K·max|v| for the part v; these add up. A is found by one-sided derivatives at a point inside the
    cell, the sum of its generators: f is affine near it.
    """

    cuts: tuple[int, ...]
    name: ClassVar[str] = "LipschitzCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Lipschitz(f, D, K) outright."""
        match goal:
            case Lipschitz(Network() as f, Reals() | Box() | Polytope() as on, constant):
                for leaf, columns in _matrices(f, on, self.cuts):
                    require(
                        _norm(columns) <= constant, "on the cell of node {} the network stretches distances by {}", leaf, _norm(columns)
                    )
                return ()
            case _:
                raise Rejected("cells bound the Lipschitz constant of a network on ℝⁿ, a box or a polytope only")


@dataclass(frozen=True, slots=True, repr=False)
class LipschitzInverse(Brief):
    """g ∘ f = id on D, f maps D onto C = ℝⁿ, a box or a polytope, and on each cell of f in D ⊆ ℝⁿ, all n-dimensional, f is affine with an
    invertible matrix whose inverse has rows with Σ|bᵢⱼ| ≤ K ⇒ g is Lipschitz on C with the constant K.

    `cuts` is the tree of cells of f on D = `on`, as in SeparatedCells. Proof: the images of the cells are finitely many closed polyhedra
    that cover C, and on each of them g(y) = A⁻¹(y − b). So g is continuous on C, and affine on finitely many parts of a segment in C; its
    moves along them add up as for LipschitzCells.
    """

    f: Network
    on: Domain
    cuts: tuple[int, ...]
    name: ClassVar[str] = "LipschitzInverse"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Lipschitz(g, C, K) from IsIdentity(g ∘ f, D) and Surjective(f, D, C)."""
        match goal, self.on:
            case Lipschitz(Network() as g, Reals() | Box() | Polytope() as onto, constant), Reals() | Box() | Polytope() as on:
                require(self.f.arity == self.f.width, "the network has {} inputs and {} outputs", self.f.arity, self.f.width)
                for leaf, columns in _matrices(self.f, on, self.cuts):
                    found = _norm(_inverse(columns))
                    require(found <= constant, "on the image of the cell of node {} the inverse stretches distances by {}", leaf, found)
                return (IsIdentity(compose(g, self.f), on), Surjective(self.f, on, onto))
            case _:
                raise Rejected("an inverse is bounded between sets that are ℝⁿ, boxes or polytopes only")


def _matrices(f: Network, on: Reals | Box | Polytope, cuts: tuple[int, ...]) -> Iterator[tuple[int, Columns]]:
    """The matrix of f on each leaf, by its columns; every leaf has inner points."""
    tree, n = CellTree(Subdivision(f, on), cuts), f.arity
    units = [vector([int(i == j) for i in range(n)]) for j in range(n)]
    work = MOST_WORK
    for leaf in tree.leaves():
        rays = [tree.subdivision.generators[number].ray for number in sorted(tree.members[leaf])]
        require(rank_modulo(rays, PRIME, n + 1, tree.meter) == n + 1, "the cell of node {} is not seen to be {}-dimensional", leaf, n)
        *x, w = map(sum, zip(*rays, strict=True))
        meter = Meter(work)
        values = f.trace(vector([Fraction(t, w) for t in x]), meter)
        yield leaf, [derivative(f, values, unit, meter).fractions() for unit in units]
        work = meter.work


def _norm(columns: Sequence[Sequence[Fraction]]) -> Fraction:
    """The largest sum of absolute values along a row."""
    return max((sum(map(abs, row), Fraction(0)) for row in zip(*columns, strict=True)), default=Fraction(0))


def _inverse(columns: Columns) -> Columns:
    """The inverse of a square matrix, by elimination; Rejected if there is none."""
    n = len(columns)
    longest = max((max(t.numerator.bit_length(), t.denominator.bit_length()) for column in columns for t in column), default=0)
    Meter().take(2 * n**3 * (2000 + 4 * digits(2 * n * longest) ** 2))
    rows = [[*(column[i] for column in columns), *(Fraction(int(i == j)) for j in range(n))] for i in range(n)]
    for j in range(n):
        lead = next((i for i in range(j, n) if rows[i][j]), None)
        if lead is None:
            raise Rejected("the matrix of a cell is not invertible")
        rows[j], rows[lead] = rows[lead], rows[j]
        pivot = rows[j][j]
        rows[j] = [t / pivot for t in rows[j]]
        for i in range(n):
            if i != j and rows[i][j]:
                factor = rows[i][j]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[j], strict=True)]
    return list(zip(*(row[n:] for row in rows), strict=True))
