"""Cardinality: pigeonhole, equal finite sizes, counting on grids, enumeration (S5, S6, S7, S8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, prod
from typing import ClassVar

from proofs.activations import PiecewiseAffine
from proofs.domains import Domain, Grid, cardinality, membership, more, points
from proofs.enclosure import bounds
from proofs.errors import Brief, Rejected, require
from proofs.exact import Vector, common_denominator, over, reduced, same, vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.kernel import Status
from proofs.limits import MOST_POINTS, MOST_SIZE, MOST_WORK, Meter
from proofs.network import Network, Pointwise, Softmax, Spline, runs
from proofs.statements import Injective, IsIdentity, MapsInto, Not, Reached, Statement, Surjective


@dataclass(frozen=True, slots=True, repr=False)
class Pigeonhole(Brief):
    """f(D) ⊆ C and |D| > |C| ⇒ f is not injective on D (finite, ℵ₀ and 2^ℵ₀ are compared).

    Proof: an injection D → C would give |D| ≤ |C|. In particular a map from an infinite set to finitely many labels.
    """

    into: Domain
    name: ClassVar[str] = "Pigeonhole"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S5, S6); Cantor for ℵ₀ < 2^ℵ₀"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) from MapsInto(f, D, C)."""
        match goal:
            case Not(Injective(f, on)):
                a, b = cardinality(on), cardinality(self.into)
                require(more(a, b), "the domain is not known to have more points than the set it is mapped into")
                return (MapsInto(f, on, self.into),)
            case _:
                raise Rejected("the pigeonhole principle refutes injectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class TooFewPoints(Brief):
    """|D| < |C| ⇒ f does not map D onto C.

    Proof: the image of D has at most |D| points.
    """

    name: ClassVar[str] = "TooFewPoints"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S5); Cantor for ℵ₀ < 2^ℵ₀"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Surjective(f, D, C)) outright."""
        match goal:
            case Not(Surjective(_, on, onto)):
                require(more(cardinality(onto), cardinality(on)), "the codomain is not known to have more points than the domain")
                return ()
            case _:
                raise Rejected("a small domain refutes surjectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class EqualSizes(Brief):
    """|D| = |C| finite: for f with f(D) ⊆ C, injective on D ⇔ onto C.

    Proof: the image of an injective f has |D| = |C| points inside C, so it is C; an f that is not injective has an
    image with fewer points than C.
    """

    other: Domain
    name: ClassVar[str] = "EqualSizes"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S5)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """One half from the other; `other` is the codomain C, and must be that of the goal where the goal has one."""
        match goal:
            case Injective(f, on):
                self._equal(on, self.other)
                return (Surjective(f, on, self.other),)
            case Not(Injective(f, on)):
                self._equal(on, self.other)
                return (MapsInto(f, on, self.other), Not(Surjective(f, on, self.other)))
            case Surjective(f, on, onto):
                self._equal(on, onto)
                return (MapsInto(f, on, onto), Injective(f, on))
            case Not(Surjective(f, on, onto)):
                self._equal(on, onto)
                return (Not(Injective(f, on)),)
            case _:
                raise Rejected("equal sizes speak of injectivity and surjectivity only")

    def _equal(self, on: Domain, onto: Domain) -> None:
        size = cardinality(on)
        require(onto == self.other, "the codomain of the certificate is not that of the goal")
        require(isinstance(size, int) and size == cardinality(onto), "the domain and the codomain are not finite of the same size")


@dataclass(frozen=True, slots=True, repr=False)
class GridCount(Brief):
    """A piecewise-affine f with rational weights maps a finite grid into (1/q)ℤᵐ, q explicit; if the grid has more points
    than that lattice has within the bounds of f, f is not injective on the grid. No pair is shown.

    Proof: exact evaluation keeps one denominator q for all grid points (apply in network.py); interval bounds hold; pigeonhole.
    """

    name: ClassVar[str] = "GridCount"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S5, S8)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, Grid)) outright."""
        match goal:
            case Not(Injective(Network() as f, Grid() as grid)):
                require(_rational_valued(f), "the network has nodes whose values are not rational")
                start = vector(grid.lower)
                d = common_denominator([start.denominator, *(s.denominator for s in grid.step)])
                q = f.trace(Vector(over(start, d), d))[-1].denominator
                boxes = prod(_lattice_points(q, side.lower, side.upper) for side in bounds(f, grid))
                require(prod(grid.counts()) > boxes, "the outputs have room for every point of the grid")
                return ()
            case _:
                raise Rejected("counting on a grid refutes injectivity of a network on a Grid only")


@dataclass(frozen=True, slots=True, repr=False)
class FloatCount(Brief):
    """f in binary32 arithmetic with m outputs takes at most 2³²ᵐ values: it is not injective on a set of more points. No pair is shown.

    Proof: an output is one of 4 278 190 079 finite binary32 numbers, or one of the three numbers that stand for ∞, −∞ and NaN; together
    fewer than 2³². Pigeonhole.
    """

    name: ClassVar[str] = "FloatCount"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S5)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright."""
        match goal:
            case Not(Injective(Binary32() as f, on)):
                require(more(cardinality(on), 1 << 32 * f.width), "the domain is not known to have more than 2^{} points", 32 * f.width)
                return ()
            case _:
                raise Rejected("counting binary32 outputs refutes injectivity in binary32 arithmetic only")


@dataclass(frozen=True, slots=True, repr=False)
class Enumeration(Brief):
    """A statement about a finite domain, by computing f at every point (at most a million)."""

    name: ClassVar[str] = "Enumeration"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective, Surjective onto a finite set, MapsInto, IsIdentity or Not(Reached), outright."""
        match goal:
            case Injective(f, on):
                values = _values(f, on)
                require(len(set(values)) == len(values), "two points of the domain have the same value")
            case Surjective(f, on, onto):
                reached = set(_values(f, on))
                require(all(reduced(y) in reached for y in points(onto, MOST_POINTS)), "a point of the codomain is not reached")
            case MapsInto(f, on, into):
                inside = membership(into)
                require(all(inside(y) for _, y in _graph(f, on)), "a value lies outside the codomain")
            case IsIdentity(f, on):
                require(all(same(x, y) for x, y in _graph(f, on)), "a point is moved")
            case Not(Reached(f, on, value)):
                require(reduced(vector(value)) not in set(_values(f, on)), "the value is reached")
            case _:
                raise Rejected(f"enumeration does not prove {type(goal).__name__}")
        return ()


def _graph(f: Function, on: Domain) -> Iterator[tuple[Vector, Vector]]:
    """The points and their values, as long as the work for all of them together stays within the limit."""
    meter, size = Meter(), cardinality(on)
    for number, x in enumerate(points(on, MOST_POINTS)):
        y = f.trace(x, meter)[-1]
        meter.take(10_000 + 1_000 * (len(x) + len(y)))
        meter.size = MOST_SIZE  # only the value is kept
        if number == 0 and isinstance(size, int):
            Meter().take(size * (MOST_WORK - meter.work))  # the other points take about as long
        yield x, y


def _values(f: Function, on: Domain) -> list[Vector]:
    kept, values = Meter(), []
    for _, y in _graph(f, on):
        values.append(reduced(y))
        kept.take(0, len(y) * (300 + values[-1].bits()))
    return values


def _rational_valued(f: Network) -> bool:
    for node in f.nodes:
        match node.op:
            case Softmax() | Spline():
                return False
            case Pointwise(activations):
                if not all(isinstance(s, PiecewiseAffine) for s, _ in runs(activations)):
                    return False
            case _:
                pass
    return True


def _lattice_points(q: int, lower: object, upper: object) -> int:
    require(lower is not None and upper is not None, "an output has no bound on the grid")
    return floor(upper * q) - ceil(lower * q) + 1  # type: ignore[operator]
