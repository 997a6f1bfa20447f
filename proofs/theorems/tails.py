"""Far out along one number of a network: bounds by powers, and what follows for values that are missed or all taken (T11, L11, L13, A9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from proofs.compose import compose
from proofs.domains import Point, Reals
from proofs.enclosure import all_bounds, functional, through
from proofs.errors import Brief, Rejected, require, well_formed
from proofs.exact import Interval, dot, vector
from proofs.kernel import Status
from proofs.limits import Meter
from proofs.network import Affine, Argmax, Network, Node, Row
from proofs.statements import Not, Reached, Statement, Surjective
from proofs.theorems.powers import Power, Tail, constant, merged, numeric, tails

MOST_CUTS = 1000
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True, repr=False)
class SeparatorAlong(Brief):
    """t a coordinate of a value of f, the line cut at t₀ < … < t_k, t₀ < 0 < t_k; if bounds of ⟨u, f(x)⟩ where t(x) is in one part exclude
    ⟨u, y⟩, for each part, then y is not reached.

    Proof: t(x) lies in one of the parts (−∞, t₀], [t₀, t₁], …, [t_k, ∞). On a bounded part the bounds of what follows are recomputed
    from t in it; on an unbounded one every number is bounded by powers of r = |t| ≥ far (`powers`). So x·σ(x) and x/√(mean x² + ε), whose
    factors have no bounds together, are seen to be bounded.
    """

    u: Point
    value: int
    coordinate: int
    cuts: Point
    name: ClassVar[str] = "SeparatorAlong"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (T11, T12, L11, L13)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) outright."""
        match goal:
            case Not(Reached(Network() as f, on, y)):
                require(len(self.u) == f.width, f"the functional needs {f.width} coordinates")
                wanted = dot(self.u, y)
                for k, side in enumerate(parts(functional(f, self.u), all_bounds(f, on), (self.value, self.coordinate), self.cuts)):
                    require(wanted not in side, "on part {} the functional does not separate the value from the image", k)
                return ()
            case _:
                raise Rejected("a separator shows that a network misses a value only")


@dataclass(frozen=True, slots=True, repr=False)
class OppositeTails(Brief):
    """Directions v, w along which the continuous f: ℝⁿ → ℝ falls below, and rises above, every bound ⇒ f maps ℝⁿ onto ℝ.

    Proof: f is continuous on ℝⁿ, which is convex, so it takes all values between two (intermediate value theorem). That f(rv) → −∞ is
    seen from an upper bound −a·rᵖ with a > 0, p ≥ 1 for r ≥ far (`powers`), as in `SeparatorAlong`.
    """

    low: Point
    high: Point
    far: Fraction
    name: ClassVar[str] = "OppositeTails"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "intermediate value theorem (T11, A9)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, ℝⁿ, C) outright, for one output."""
        match goal:
            case Surjective(Network() as f, Reals(), _) if f.width == 1:
                require(not any(isinstance(node.op, Argmax) for node in f.nodes), "an argmax is not continuous")
                require(self.far > 0, "the bounds hold from {} on; that must be positive", self.far)
                for v, sign in ((self.low, -1), (self.high, 1)):
                    require(len(v) == f.arity, "a direction has {} coordinates, there are {} inputs", len(v), f.arity)
                    end = along(f, v, self.far, sign)
                    grows = end is not None and sign * end[0] > 0 and end[1] >= 1
                    require(grows, f"along the direction the function is not known to {'rise' if sign > 0 else 'fall'} without end")
                return ()
            case _:
                raise Rejected("two tails show that a network with one output is onto ℝ only")


def along(f: Network, v: Point, far: Fraction, sign: int) -> Power | None:
    """A power below f(rv) for sign 1, above it for sign −1, for r ≥ far; None if none is known."""
    line = Network(1, (Node(_ray(v), (0,)),))
    g, ray = compose(f, line), Tail(_ZERO, (_ONE, 1), (_ONE, 1))
    assert isinstance(g, Network)
    (end,) = tails(g, [[ray]], far)[-1]
    low, high = merged(end, far)
    return low if sign > 0 else high


def _ray(v: Point) -> Affine:
    """The map t ↦ t·v."""
    integers = vector(v)
    return Affine(1, tuple(Row((0,), (a,), 0) for a in integers.numerators), integers.denominator)


def parts(g: Network, before: Sequence[tuple[Interval, ...]], place: tuple[int, int], cuts: Point) -> list[Interval]:
    """Bounds of g, which has one output, on each of the parts; `before` bounds the values of g up to the one that is cut."""
    v, k = place
    well_formed(0 <= v < len(g.nodes) and 0 <= k < g.widths[v], "there is no coordinate {} of the value {}", k, v)
    well_formed(0 < len(cuts) <= MOST_CUTS, "{} cuts; there must be between 1 and {}", len(cuts), MOST_CUTS)
    well_formed(all(a < b for a, b in pairwise(cuts)), "the cuts do not increase")
    well_formed(cuts[0] < 0 < cuts[-1], "the outer parts must lie on one side of 0 each")
    meter, found = Meter(), []
    for a, b in pairwise(cuts):
        values = list(before[: v + 1])
        values[v] = (*values[v][:k], Interval(a, b), *values[v][k + 1 :])
        for node in g.nodes[v:]:
            values.append(through(node, values, meter))
        found.append(values[-1][0])
    for sign, far in ((-1, -cuts[0]), (1, cuts[-1])):
        known = [[constant(side) for side in sides] for sides in before[: v + 1]]
        known[v][k] = Tail(_ZERO, (Fraction(sign), 1), (Fraction(sign), 1))
        found.append(numeric(tails(g, known, far)[-1][0], far))
    return found
