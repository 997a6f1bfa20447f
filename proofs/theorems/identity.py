"""When a network is the identity: by the normal form of its outputs, by its cells, or because it undoes a bijection (S1–S3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.compose import compose, prefix, suffix
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.errors import Brief, Rejected, require
from proofs.exact import same, vector
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import IsIdentity, Not, Statement, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.forms import forms


@dataclass(frozen=True, slots=True, repr=False)
class Cancels(Brief):
    """A network is the identity of ℝⁿ if its outputs, written as affine forms in few functions of the input, are the inputs.

    Proof: each coordinate of each value equals its form (theorems/forms.py); output i has the form 1·xᵢ.
    """

    name: ClassVar[str] = "Cancels"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(f, D) outright."""
        match goal:
            case IsIdentity(Network() as f, _):
                out = forms(f)
                left = sum(form != {i + 1: out.denominator} for i, form in enumerate(out.forms))
                require(not left, f"{left} outputs do not cancel")
                return ()
            case _:
                raise Rejected("a normal form shows that a network is the identity only")


@dataclass(frozen=True, slots=True, repr=False)
class FixesCells(Brief):
    """f piecewise affine, D a box, a polytope or ℝⁿ: f is the identity on D if it fixes every generator of every cell.

    `cuts` describes the tree of cells as in SeparatedCells.

    Proof: x ∈ D lies in a cell, so (x, 1) is a sum of nonnegative multiples of its generators. In homogeneous coordinates f
    (proofs/subdivision.py) is linear on the cell and maps each generator to itself, so (x, 1) too, and f(x) = x.
    """

    cuts: tuple[int, ...]
    name: ClassVar[str] = "FixesCells"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S1, S2)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(f, D) outright."""
        match goal:
            case IsIdentity(Network() as f, Reals() | Box() | Polytope() as on):
                pass
            case _:
                raise Rejected("cells show that a network is the identity on ℝⁿ, a box or a polytope only")
        tree = CellTree(Subdivision(f, on), self.cuts)
        used = frozenset(number for leaf in tree.leaves() for number in tree.members[leaf])
        for number in sorted(used):
            g = tree.subdivision.generators[number]
            p, q = g.factor.numerator, g.factor.denominator
            fixed = all(p * t == q * y for t, y in zip(g.ray, g.image, strict=True))
            require(fixed, "a generator of a cell is not fixed: {}", g.ray)
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class OtherSide(Brief):
    """h = f ∘ g at a cut: f maps D onto C and g ∘ f = id on D imply that f ∘ g = id on C.

    Proof: y ∈ C is f(x) for some x ∈ D; g(y) = g(f(x)) = x, so f(g(y)) = f(x) = y.
    """

    cut: int
    on: Domain
    name: ClassVar[str] = "OtherSide"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(f ∘ g, C) from Surjective(f, D, C) and IsIdentity(g ∘ f, D)."""
        match goal:
            case IsIdentity(Network() as h, onto):
                g, f = prefix(h, self.cut), suffix(h, self.cut)
                return (Surjective(f, self.on, onto), IsIdentity(compose(g, f), self.on))
            case _:
                raise Rejected("the other side of an inverse is a statement about the identity")


@dataclass(frozen=True, slots=True, repr=False)
class CancelsInside(Brief):
    """h = c ∘ b ∘ a at two cuts: b = id on all of ℝᵏ and c ∘ a = id on D imply that h = id on D.

    Proof: h(x) = c(b(a(x))) = c(a(x)) = x.
    """

    start: int
    end: int
    name: ClassVar[str] = "CancelsInside"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(c ∘ b ∘ a, D) from IsIdentity(b, ℝᵏ) and IsIdentity(c ∘ a, D)."""
        match goal:
            case IsIdentity(Network() as h, on):
                require(self.start <= self.end, "the cuts {} and {} do not increase", self.start, self.end)
                before, inside = prefix(h, self.start), prefix(suffix(h, self.start), self.end - self.start)
                require(inside.width == inside.arity, "the part inside maps {} numbers to {}", inside.arity, inside.width)
                return (IsIdentity(inside, Reals(inside.arity)), IsIdentity(compose(suffix(h, self.end), before), on))
            case _:
                raise Rejected("what cancels inside is a part of a network that is the identity")


@dataclass(frozen=True, slots=True, repr=False)
class Moves(Brief):
    """x ∈ D with f(x) ≠ x: f is not the identity on D (the definition), evaluated exactly."""

    x: Point
    name: ClassVar[str] = "Moves"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(IsIdentity(f, D)) outright."""
        match goal:
            case Not(IsIdentity(f, on)):
                x = vector(self.x)
                require(contains(on, x), "the point lies outside the domain")
                require(not same(f.trace(x)[-1], x), "the point stays where it is")
                return ()
            case _:
                raise Rejected("a point that is moved refutes the identity only")
