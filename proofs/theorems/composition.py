"""Layers: what holds of the parts of a network and of the whole (S4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.compose import prefix, suffix
from proofs.domains import Domain, Point, contains
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.functions import Function
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import Injective, MapsInto, Not, Reached, Statement, Surjective


@dataclass(frozen=True, slots=True, repr=False)
class Through(Brief):
    """f = h ∘ g at a cut, E a set between: g injective on D, g(D) ⊆ E, h injective on E ⇒ f injective on D;
    g maps D onto E, h maps E onto C ⇒ f maps D onto C.

    Proof: f(x) = f(x′) gives g(x) = g(x′) because both lie in E, so x = x′. y ∈ C is h(z), z ∈ E is g(x).
    """

    cut: int
    via: Domain
    name: ClassVar[str] = "Through"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Statements about the two parts."""
        match goal:
            case Injective(f, on):
                g, h = _parts(f, self.cut)
                return (Injective(g, on), MapsInto(g, on, self.via), Injective(h, self.via))
            case Surjective(f, on, onto):
                g, h = _parts(f, self.cut)
                return (Surjective(g, on, self.via), Surjective(h, self.via, onto))
            case MapsInto(f, on, into):
                g, h = _parts(f, self.cut)
                return (MapsInto(g, on, self.via), MapsInto(h, self.via, into))
            case _:
                raise Rejected("composition speaks of injectivity, surjectivity and images only")


@dataclass(frozen=True, slots=True, repr=False)
class PrefixCollides(Brief):
    """f = h ∘ g with g not injective on D ⇒ f not injective on D.

    Proof: g(x) = g(x′) gives h(g(x)) = h(g(x′)).
    """

    cut: int
    name: ClassVar[str] = "PrefixCollides"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) from Not(Injective(g, D))."""
        match goal:
            case Not(Injective(f, on)):
                return (Not(Injective(_parts(f, self.cut)[0], on)),)
            case _:
                raise Rejected("a collision of a prefix refutes injectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class SuffixCollides(Brief):
    """f = h ∘ g, g maps D onto E and h is not injective on E ⇒ f not injective on D.

    Proof: h(z) = h(z′) with z ≠ z′ in E; choose preimages x, x′ of them; they differ because g does at them.
    """

    cut: int
    via: Domain
    name: ClassVar[str] = "SuffixCollides"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) from Surjective(g, D, E) and Not(Injective(h, E))."""
        match goal:
            case Not(Injective(f, on)):
                g, h = _parts(f, self.cut)
                return (Surjective(g, on, self.via), Not(Injective(h, self.via)))
            case _:
                raise Rejected("a collision of a suffix refutes injectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class SuffixMisses(Brief):
    """f = h ∘ g with g(D) ⊆ E: what h does not reach from E, f does not reach from D.

    Proof: f(x) = h(g(x)) with g(x) ∈ E.
    """

    cut: int
    via: Domain
    name: ClassVar[str] = "SuffixMisses"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Surjective) or Not(Reached) of f from that of h and MapsInto(g, D, E)."""
        match goal:
            case Not(Surjective(f, on, onto)):
                g, h = _parts(f, self.cut)
                return (MapsInto(g, on, self.via), Not(Surjective(h, self.via, onto)))
            case Not(Reached(f, on, value)):
                g, h = _parts(f, self.cut)
                return (MapsInto(g, on, self.via), Not(Reached(h, self.via, value)))
            case _:
                raise Rejected("a suffix that misses values refutes surjectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class MissedBefore(Brief):
    """f = h ∘ g at a cut, g(D) ⊆ E, h injective on E, z ∈ E with h(z) = y: if g does not reach z from D, f does not reach y from D.

    Proof: y = f(x) = h(g(x)) with g(x) ∈ E would give g(x) = z.
    """

    cut: int
    via: Domain
    value: Point
    name: ClassVar[str] = "MissedBefore"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) from MapsInto(g, D, E), Injective(h, E) and Not(Reached(g, D, z))."""
        match goal:
            case Not(Reached(f, on, y)):
                g, h = _parts(f, self.cut)
                z = vector(self.value)
                require(contains(self.via, z), "the value before does not lie in the set between")
                require(h.trace(z)[-1].fractions() == y, "the value before is not sent to the value")
                return (MapsInto(g, on, self.via), Injective(h, self.via), Not(Reached(g, on, self.value)))
            case _:
                raise Rejected("a value missed before a cut shows that a value is missed only")


def _parts(f: Function, cut: int) -> tuple[Network, Network]:
    if not isinstance(f, Network):
        raise Rejected("only networks have layers")
    return prefix(f, cut), suffix(f, cut)
