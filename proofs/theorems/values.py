"""Single values: reached, missed, and images that stay inside a set (T6, T12, labels)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.compose import prefix
from proofs.domains import Box, Labels, Point, Reals, Simplex, cardinality, contains, points
from proofs.enclosure import bounds, functional
from proofs.errors import Brief, Rejected, require
from proofs.exact import dot, reduced, vector
from proofs.functions import Function
from proofs.kernel import Status, smooth
from proofs.limits import MOST_GOALS, MOST_POINTS
from proofs.network import Argmax, Network, Node, Softmax, Table
from proofs.statements import MapsInto, Not, Reached, Statement, Surjective


@dataclass(frozen=True, slots=True, repr=False)
class Reaches(Brief):
    """x ∈ D with f(x) = y: y is reached from D (the definition), evaluated exactly."""

    x: Point
    name: ClassVar[str] = "Reaches"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Reached(f, D, y) outright."""
        if not isinstance(goal, Reached):
            raise Rejected("a preimage proves that a value is reached only")
        x = vector(self.x)
        require(contains(goal.on, x), "the point lies outside the domain")
        require(goal.f.trace(x)[-1].fractions() == goal.value, "the function has another value there")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class ReachesLabel(Brief):
    """x ∈ D where g_l exceeds every gⱼ with j < l and no gⱼ with j > l exceeds it: the label l of argmax ∘ g is reached from D.

    Proof: the first maximum of g(x) has the index l. The scores g(x) are bounded with the box {x} as domain, so that they need
    not be rational.
    """

    x: Point
    name: ClassVar[str] = "ReachesLabel"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Reached(f, D, (l,)) outright, for a network that ends with an argmax."""
        match goal:
            case Reached(Network(nodes=(*_, Node(Argmax(), (last,)))) as f, on, (label,)):
                require(contains(on, vector(self.x)), "the point lies outside the domain")
                require(label.denominator == 1 and 0 <= label < f.widths[last], "{} is not a label below {}", label, f.widths[last])
                sides = bounds(prefix(f, last), Box(self.x, self.x))
                low = sides[int(label)].lower
                for j, side in enumerate(sides):
                    beaten = low is not None and side.upper is not None and (side.upper < low or (side.upper == low and j > label))
                    require(j == label or beaten, "at the point, label {} is not known to have a lower score than {}", j, label)
                return ()
            case _:
                raise Rejected("scores at a point show that a classifier reaches a label only")


@dataclass(frozen=True, slots=True, repr=False)
class ReachesEach(Brief):
    """C finite, every point of C reached from D ⇒ f maps D onto C (the definition)."""

    name: ClassVar[str] = "ReachesEach"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) from Reached(f, D, y) for each y ∈ C, in order."""
        match goal:
            case Surjective(f, on, onto):
                size = cardinality(onto)
                require(isinstance(size, int) and size <= MOST_GOALS, "the codomain is not known to have at most {} points", MOST_GOALS)
                return tuple(Reached(f, on, y.fractions()) for y in points(onto, MOST_GOALS))
            case _:
                raise Rejected("values that are reached one by one prove surjectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class ReachesAll(Brief):
    """C finite, every point of C is f(x) for one of the listed x ∈ D: f maps D onto C."""

    points: tuple[Point, ...]
    name: ClassVar[str] = "ReachesAll"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) outright."""
        if not isinstance(goal, Surjective):
            raise Rejected("preimages prove surjectivity only")
        xs = [vector(p) for p in self.points]
        require(all(contains(goal.on, x) for x in xs), "a point lies outside the domain")
        size = cardinality(goal.onto)
        require(isinstance(size, int) and size <= len(xs), "the codomain has more points than there are preimages")
        reached = {reduced(goal.f.trace(x)[-1]) for x in xs}
        require(all(reduced(y) in reached for y in points(goal.onto, MOST_POINTS)), "a point of the codomain is not among the values")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class Misses(Brief):
    """y ∈ C not reached from D ⇒ f does not map D onto C (the definition)."""

    value: Point
    name: ClassVar[str] = "Misses"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Surjective(f, D, C)) from Not(Reached(f, D, y))."""
        match goal:
            case Not(Surjective(f, on, onto)):
                require(contains(onto, vector(self.value)), "the value lies outside the codomain")
                return (Not(Reached(f, on, self.value)),)
            case _:
                raise Rejected("a missed value refutes surjectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class Separator(Brief):
    """⟨u, f(x)⟩ lies in an interval for all x ∈ D that does not contain ⟨u, y⟩ ⇒ y is not reached from D.

    Proof: f(x) = y would give ⟨u, f(x)⟩ = ⟨u, y⟩. The interval is computed with u merged into the last affine map, so this
    covers bounded images, images in a proper affine subspace (uᵀW = 0), and images in a cone (uᵀW ≥ 0 on values ≥ 0).
    """

    u: Point
    name: ClassVar[str] = "Separator"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (T6, T12)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) outright."""
        match goal:
            case Not(Reached(Network() as f, on, value)):
                require(len(self.u) == f.width, f"the functional needs {f.width} coordinates")
                (side,) = bounds(functional(f, self.u), on)
                require(dot(self.u, value) not in side, "the functional does not separate the value from the image")
                return ()
            case _:
                raise Rejected("a separator shows that a network misses a value only")


@dataclass(frozen=True, slots=True, repr=False)
class DominatedLabel(Brief):
    """weights λ ≥ 0 with Σ λⱼ·(gⱼ(x) − g_l(x)) > 0 for all x ∈ D ⇒ the label l of argmax ∘ g is not reached from D;
    ≥ 0 is enough if λⱼ > 0 for some j < l.

    Proof: where l is the first maximum, gⱼ(x) < g_l(x) for j < l, gⱼ(x) ≤ g_l(x) for others, so the sum is ≤ 0, in the second case < 0.
    """

    weights: Point
    name: ClassVar[str] = "DominatedLabel"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, (l,))) outright, for a network that ends with an argmax."""
        match goal:
            case Not(Reached(Network(nodes=(*_, Node(Argmax(), (last,)))) as f, on, (label,))):
                k = f.widths[last]
                require(label.denominator == 1 and 0 <= label < k, "{} is not a label below {}", label, k)
                require(len(self.weights) == k and all(w >= 0 for w in self.weights), f"the weights are not {k} numbers ≥ 0")
                u = list(self.weights)
                u[int(label)] -= sum(self.weights)
                (side,) = bounds(functional(prefix(f, last), u), on)
                earlier = any(self.weights[: int(label)])
                low = side.lower
                require(low is not None and (low > 0 or (low == 0 and earlier)), "the label is not dominated everywhere")
                return ()
            case _:
                raise Rejected("a dominated label shows that a classifier misses it only")


@dataclass(frozen=True, slots=True, repr=False)
class StaysInside(Brief):
    """f(D) ⊆ C because C is the whole space, or because of what the last operation gives, or by interval bounds.

    Proof: argmax over k numbers is one of 0, …, k−1, a table has its listed values, softmax is positive with sum 1, bounds hold.
    """

    name: ClassVar[str] = "StaysInside"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary"

    def formal(self, goal: Statement) -> bool:
        """Rocq bounds no smooth activations closely enough for every box."""
        match goal:
            case MapsInto(Network() as f, _, Box()):
                return not any(map(smooth, f.nodes))
            case _:
                return True

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """MapsInto(f, D, C) outright."""
        if not isinstance(goal, MapsInto):
            raise Rejected("shows that an image stays inside a set only")
        match goal.into:
            case Reals():
                return ()
            case Labels(k):
                require(_labels(goal.f) <= k, "the values are not known to lie below {}", k)
            case Simplex(n):
                require(_is_softmax(goal.f, n), "the network does not end with a softmax over all outputs")
            case Box(lower, upper) if isinstance(goal.f, Network):
                for side, a, b in zip(bounds(goal.f, goal.on), lower, upper, strict=True):
                    below = side.lower is not None and a <= side.lower
                    require(below and side.upper is not None and side.upper <= b, "the bounds of the image exceed the box")
            case _:
                raise Rejected(f"not evident for a {type(goal.into).__name__}")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class Escapes(Brief):
    """x ∈ D with f(x) ∉ C: f does not map D into C (the definition)."""

    x: Point
    name: ClassVar[str] = "Escapes"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(MapsInto(f, D, C)) outright."""
        match goal:
            case Not(MapsInto(f, on, into)):
                x = vector(self.x)
                require(contains(on, x), "the point lies outside the domain")
                require(not contains(into, f.trace(x)[-1]), "the value lies inside the set")
                return ()
            case _:
                raise Rejected("an escaping point refutes MapsInto only")


def _labels(f: Function) -> int:
    """A k such that all values are integers in {0, …, k−1}."""
    match f:
        case Table(values):
            require(min(values, default=0) >= 0, "a value of the table is negative")
            return max(values, default=-1) + 1
        case Network(nodes=(*_, Node(Argmax(), (last,)))):
            return f.widths[last]
        case _:
            raise Rejected("the values are not known to be integers")


def _is_softmax(f: Function, n: int) -> bool:
    match f:
        case Network(nodes=(*_, Node(Softmax((group,)), _))):
            return len(group) == n
        case _:
            return False
