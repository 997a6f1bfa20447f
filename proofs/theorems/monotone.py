"""Layers of activations alone: strictly monotone ones are injective, unbounded ones are onto (L11)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.activations import Activation, Atan, PiecewiseAffine
from proofs.domains import Box, Reals, hull
from proofs.errors import Brief, Rejected, require
from proofs.exact import LINE, Interval
from proofs.functions import Function
from proofs.kernel import Status
from proofs.network import Network, Node, Pointwise
from proofs.ranges import enclosure, strictly_monotone
from proofs.statements import Injective, Statement, Surjective


@dataclass(frozen=True, slots=True, repr=False)
class MonotoneLayer(Brief):
    """(x₁, …, xₙ) ↦ (σ₁(x₁), …, σₙ(xₙ)) with every σᵢ strictly monotone on the i-th side of a box around D is injective on D.

    Proof: coordinate by coordinate.
    """

    name: ClassVar[str] = "MonotoneLayer"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (L11); the smooth activations by calculus"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright, for a network that is one layer of activations."""
        if not isinstance(goal, Injective):
            raise Rejected("a monotone layer proves injectivity only")
        for i, (s, side) in enumerate(zip(_activations(goal.f), hull(goal.on), strict=True)):
            require(strictly_monotone(s, side), f"activation {i} is not strictly monotone on its side of the domain")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class OntoLayer(Brief):
    """Coordinatewise continuous σᵢ map ℝⁿ or a box onto the product of their ranges, and onto each of its subsets.

    Proof: the intermediate value theorem in each coordinate; the coordinates are independent. The range of a smooth σᵢ on
    ℝ is an open interval (its docstring), for a reciprocal closed above; it holds every closed interval with both ends strictly inside.
    """

    name: ClassVar[str] = "OntoLayer"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "intermediate value theorem (L11)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) outright, for a network that is one layer of activations, D = ℝⁿ or a box."""
        if not (isinstance(goal, Surjective) and isinstance(goal.on, Reals | Box)):
            raise Rejected("a layer of activations is shown to be onto from ℝⁿ or a box only")
        sides = zip(_activations(goal.f), hull(goal.on), hull(goal.onto), strict=True)
        for i, (s, side, wanted) in enumerate(sides):
            require(_reaches(s, side, wanted), f"activation {i} does not reach the whole side of the codomain")
        return ()


def _reaches(s: Activation, side: Interval, wanted: Interval) -> bool:
    """Every point of the wanted interval is σ(t) for some t on the side."""
    image = Interval(Fraction(-3, 2), Fraction(3, 2)) if isinstance(s, Atan) else enclosure(s, side)  # π > 3
    if isinstance(s, PiecewiseAffine):
        return wanted.within(image)
    above = image.lower is None or (wanted.lower is not None and image.lower < wanted.lower)
    below = image.upper is None or (wanted.upper is not None and wanted.upper < image.upper)
    return side == LINE and above and below


def _activations(f: Function) -> tuple[Activation, ...]:
    match f:
        case Network(nodes=(Node(Pointwise(activations), (0,)),)):
            return activations
        case _:
            raise Rejected("the network is not one layer of activations")
