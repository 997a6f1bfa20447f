"""Set theory: inverses, the two halves of a bijection, cancellation, restriction (S1, S2, S3, S4, S12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.compose import compose
from proofs.domains import Domain, subset
from proofs.errors import Brief, Rejected, require
from proofs.functions import Function
from proofs.kernel import Status
from proofs.statements import Bijective, Injective, IsIdentity, MapsInto, Not, Statement, Surjective


@dataclass(frozen=True, slots=True, repr=False)
class LeftInverse(Brief):
    """g ∘ f = id on D implies f injective on D.

    Proof: f(x) = f(x′) gives x = g(f(x)) = g(f(x′)) = x′.
    """

    inverse: Function
    name: ClassVar[str] = "LeftInverse"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S1)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) from g ∘ f = id on D."""
        if not isinstance(goal, Injective):
            raise Rejected("a left inverse proves injectivity only")
        return (IsIdentity(compose(self.inverse, goal.f), goal.on),)


@dataclass(frozen=True, slots=True, repr=False)
class RightInverse(Brief):
    """f ∘ g = id on C and g(C) ⊆ D imply that f maps D onto C.

    Proof: y ∈ C is f(g(y)), and g(y) ∈ D.
    """

    inverse: Function
    name: ClassVar[str] = "RightInverse"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S2)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) from f ∘ g = id on C and MapsInto(g, C, D)."""
        if not isinstance(goal, Surjective):
            raise Rejected("a right inverse proves surjectivity only")
        return (IsIdentity(compose(goal.f, self.inverse), goal.onto), MapsInto(self.inverse, goal.onto, goal.on))


@dataclass(frozen=True, slots=True, repr=False)
class Halves(Brief):
    """f is a bijection from D to C if it is injective on D, maps D onto C and maps D into C (the definition)."""

    name: ClassVar[str] = "Halves"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Bijective from its three parts."""
        if not isinstance(goal, Bijective):
            raise Rejected("the two halves make a bijection only")
        f, on, onto = goal.f, goal.on, goal.onto
        return (Injective(f, on), Surjective(f, on, onto), MapsInto(f, on, onto))


@dataclass(frozen=True, slots=True, repr=False)
class BrokenHalf(Brief):
    """f is no bijection from D to C if it is not injective, or not onto, or leaves C; `half` says which is shown."""

    half: str
    name: ClassVar[str] = "BrokenHalf"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition (S3)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Bijective) from the negation of one part."""
        if not (isinstance(goal, Not) and isinstance(goal.statement, Bijective)):
            raise Rejected("a broken half refutes a bijection only")
        f, on, onto = goal.statement.f, goal.statement.on, goal.statement.onto
        match self.half:
            case "injective":
                return (Not(Injective(f, on)),)
            case "surjective":
                return (Not(Surjective(f, on, onto)),)
            case "into":
                return (Not(MapsInto(f, on, onto)),)
            case _:
                raise Rejected(f"no half of a bijection is called {self.half!r}; it is injective, surjective or into")


@dataclass(frozen=True, slots=True, repr=False)
class CancelOuter(Brief):
    """g ∘ f injective on D implies f injective on D.

    Proof: f(x) = f(x′) gives g(f(x)) = g(f(x′)), so x = x′.
    """

    outer: Function
    name: ClassVar[str] = "CancelOuter"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) from Injective(g ∘ f, D)."""
        if not isinstance(goal, Injective):
            raise Rejected("an outer map is cancelled from injectivity only")
        return (Injective(compose(self.outer, goal.f), goal.on),)


@dataclass(frozen=True, slots=True, repr=False)
class CancelInner(Brief):
    """f ∘ g maps E onto C and g(E) ⊆ D imply that f maps D onto C.

    Proof: y ∈ C is f(g(t)) for some t ∈ E, and g(t) ∈ D.
    """

    inner: Function
    on: Domain
    name: ClassVar[str] = "CancelInner"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) from Surjective(f ∘ g, E, C) and MapsInto(g, E, D)."""
        if not isinstance(goal, Surjective):
            raise Rejected("an inner map is cancelled from surjectivity only")
        return (Surjective(compose(goal.f, self.inner), self.on, goal.onto), MapsInto(self.inner, self.on, goal.on))


@dataclass(frozen=True, slots=True, repr=False)
class Restriction(Brief):
    """Injectivity passes to subsets of the domain; being onto passes to supersets of the domain and subsets of the codomain.

    Proof: a pair in the smaller set is a pair in the larger one; a preimage in the smaller set is one in the larger.
    Read backwards it carries refutations the other way. `onto` is used for surjectivity only.
    """

    on: Domain
    onto: Domain | None
    name: ClassVar[str] = "Restriction"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S12)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """The same statement about another domain (and codomain), when the inclusions are evident."""
        match goal:
            case Injective(f, on):
                _inside(on, self.on)
                return (Injective(f, self.on),)
            case Not(Injective(f, on)):
                _inside(self.on, on)
                return (Not(Injective(f, self.on)),)
            case Surjective(f, on, onto):
                _inside(self.on, on)
                _inside(onto, self.onto or onto)
                return (Surjective(f, self.on, self.onto or onto),)
            case Not(Surjective(f, on, onto)):
                _inside(on, self.on)
                _inside(self.onto or onto, onto)
                return (Not(Surjective(f, self.on, self.onto or onto)),)
            case _:
                raise Rejected("restriction speaks of injectivity and surjectivity only")


def _inside(inner: Domain, outer: Domain) -> None:
    require(subset(inner, outer), f"it is not evident that the {type(inner).__name__} lies in the {type(outer).__name__}")
