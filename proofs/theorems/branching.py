"""Branch and bound: values, labels and half-spaces that a network never reaches, case by case (T12, A10)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, TypeAlias

from proofs.compose import prefix
from proofs.domains import Box, Grid, Integers, Point, Polytope
from proofs.errors import Brief, Rejected, require
from proofs.exact import Interval, dot
from proofs.functions import Function
from proofs.kernel import Status
from proofs.network import Argmax, Network, Node
from proofs.relaxation import Combination, Region, common
from proofs.statements import MapsInto, Not, Reached, Statement


@dataclass(frozen=True, slots=True)
class Cut:
    """Two cases: the coordinate of the value is ≤ at, or ≥ at. What follows closes the first, then the second.

    Of a coordinate of the input on a grid, or ℤ: ≤ the last of its values that is ≤ at, or ≥ the one after that. If there is no such
    value within the bounds that are known, nothing follows for that case.
    """

    value: int
    coordinate: int
    at: Fraction


@dataclass(frozen=True, slots=True)
class Tighten:
    """A bound of one coordinate of a value, by a combination for the network up to there: a lower one for sign 1, an upper one for −1."""

    value: int
    coordinate: int
    sign: int
    by: Combination


@dataclass(frozen=True, slots=True)
class Closed:
    """The case is closed by these combinations: one for each half-space of the goal, or one that shows that there is no such case."""

    by: tuple[Combination, ...]


Case: TypeAlias = Cut | Tighten | Closed


@dataclass(frozen=True, slots=True, repr=False)
class BranchAndBound(Brief):
    """Cases by thresholds inside the network, each closed by a linear combination of bounds ⇒ a value y, or a label, is not reached from D;
    or f(D) ⊆ C for a box or polytope C.

    Proof: every x ∈ D is in one of the two cases of a `Cut`, so in one of the cases at the leaves. `Tighten` narrows an interval
    by a bound that holds in the case. Let x be in a closed case. *Value*: the combination shows ⟨u, f(x)⟩ > ⟨u, y⟩, so f(x) ≠ y.
    *Label* l of argmax ∘ g: u has the form Σ λⱼ(eⱼ − e_l), λ ≥ 0, and ⟨u, g(x)⟩ > 0, or ≥ 0 with λⱼ > 0 for some j < l; but
    where l is the first maximum, gⱼ(x) < g_l(x) for j < l and gⱼ(x) ≤ g_l(x) for all others, so ⟨u, g(x)⟩ is ≤ 0, and then < 0.
    *Half-spaces* ⟨a, y⟩ ≤ b of C: ⟨−a, f(x)⟩ ≥ −b for each. A combination with u = 0 and a bound > 0 says 0 > 0 of every x in
    the case, so there is none. (The bounds themselves: `Region.least`.)

    `cases` is the tree in preorder.
    """

    cases: tuple[Case, ...]
    name: ClassVar[str] = "BranchAndBound"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (T12, A10); linear programming duality"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) or MapsInto(f, D, C) outright."""
        match goal:
            case Not(Reached(f, on, value)):
                g = _scores(f)
                wanted: _Missed | _HalfSpaces = _Missed(value, None if g is f else g.width)
            case MapsInto(f, on, into):
                g = _network(f)
                wanted = _HalfSpaces(*half_spaces(into))
            case _:
                raise Rejected("branch and bound shows that values are not reached, or that an image stays inside a set, only")
        todo, used = [Region.whole(g, on)], 0
        while todo:
            region = todo.pop()
            require(used < len(self.cases), "the tree ends after {} cases, where some are open", used)
            step = self.cases[used]
            used += 1
            match step:
                case Cut():
                    todo += cases(region, step)
                case Tighten():
                    todo.append(_tightened(region, step))
                case Closed(by):
                    require(_impossible(region, by) or wanted.closed(region, by), "case {} is not closed by its combinations", used - 1)
            region.forget()
        require(used == len(self.cases), "the tree has {} cases, {} of them are used", len(self.cases), used)
        return ()


@dataclass(frozen=True, slots=True)
class _Missed:
    """A value, or a label of so many, that is not to be reached."""

    value: Point
    labels: int | None

    def closed(self, region: Region, by: tuple[Combination, ...]) -> bool:
        require(len(by) == 1, "a value is excluded by one combination, not by {}", len(by))
        u, least = by[0].functional, region.least(by[0])
        if self.labels is None:
            return least > dot(u, self.value)
        label = self.value[0]
        require(label.denominator == 1 and 0 <= label < self.labels, "{} is not a label below {}", label, self.labels)
        k = int(label)
        fits = sum(u) == 0 and all(t >= 0 for j, t in enumerate(u) if j != k)
        require(fits, "the functional does not compare the label {} with others", k)
        return least > 0 or (least == 0 and any(u[:k]))


@dataclass(frozen=True, slots=True)
class _HalfSpaces:
    """Half-spaces ⟨a, y⟩ ≤ b that are to hold the image."""

    normals: tuple[Point, ...]
    offsets: Point

    def closed(self, region: Region, by: tuple[Combination, ...]) -> bool:
        require(len(by) == len(self.normals), "{} combinations for {} half-spaces", len(by), len(self.normals))
        for a, b, one in zip(self.normals, self.offsets, by, strict=True):
            require(one.functional == tuple(-t for t in a), "the functional is not that of the half-space")
            if region.least(one) < -b:
                return False
        return True


def cases(region: Region, cut: Cut) -> list[Region]:
    """The second case and the first; of an input on a grid only those in which there are values of it."""
    v, i, side = cut.value, cut.coordinate, region.side(cut.value, cut.coordinate)
    match region.on:
        case Grid(lower, _, steps) if v == 0:
            first, step = lower[i], steps[i]
        case Integers() if v == 0:
            first, step = Fraction(0), Fraction(1)
        case _:
            return [region.restricted(v, i, Interval(cut.at, None)), region.restricted(v, i, Interval(None, cut.at))]
    low = first + (cut.at - first) // step * step
    above, below = Interval(low + step, None), Interval(None, low)
    return [region.restricted(v, i, part) for part in (above, below) if common(side, part) is not None]


def half_spaces(into: object) -> tuple[tuple[Point, ...], Point]:
    """Normals a and offsets b of the half-spaces ⟨a, y⟩ ≤ b whose intersection is the box or polytope; for a box upper ends come first."""
    match into:
        case Polytope(_, normals, offsets):
            return normals, offsets
        case Box(lower, upper):
            units = [tuple(Fraction(int(i == j)) for j in range(len(lower))) for i in range(len(lower))]
            return (*units, *(tuple(-t for t in e) for e in units)), (*upper, *(-t for t in lower))
        case _:
            raise Rejected("branch and bound shows that an image stays inside a box or a polytope only")


def _impossible(region: Region, by: tuple[Combination, ...]) -> bool:
    return len(by) == 1 and not any(by[0].functional) and region.least(by[0]) > 0


def _tightened(region: Region, step: Tighten) -> Region:
    region.side(step.value, step.coordinate)
    require(step.sign in (1, -1), "the sign of a bound is 1 or −1, not {}", step.sign)
    width = region.f.widths[step.value]
    wanted = tuple(Fraction(step.sign * int(i == step.coordinate)) for i in range(width))
    require(step.by.functional == wanted, "the functional is not the coordinate that is bounded")
    part = Region(prefix(region.f, step.value), region.on, region.values[: step.value + 1], region.meter)
    least = part.least(step.by)
    side = Interval(least, None) if step.sign > 0 else Interval(None, -least)
    return region.restricted(step.value, step.coordinate, side)


def _scores(f: Function) -> Network:
    """The network without its argmax, if it ends with one."""
    match f:
        case Network(nodes=(*_, Node(Argmax(), (last,)))):
            return prefix(f, last)
        case _:
            return _network(f)


def _network(f: Function) -> Network:
    if not isinstance(f, Network):
        raise Rejected("only networks in exact arithmetic have values inside")
    return f
