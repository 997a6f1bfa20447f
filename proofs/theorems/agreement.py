"""Two inputs that agree inside the network, and a value that a continuous function takes twice (S4, S10, T11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.domains import Box, Finite, Point, Polytope, Reals, contains, dimension
from proofs.enclosure import bounds
from proofs.errors import Brief, NoExactValue, Rejected, require
from proofs.exact import Interval, Vector, over, same, vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Argmax, Network, Node, Product, Softmax, apply
from proofs.statements import Injective, Not, Statement
from proofs.theorems.blocks import dependence, moved


@dataclass(frozen=True, slots=True, repr=False)
class Agreement(Brief):
    """x ≠ y in D whose values inside the network agree wherever its output depends on them: f is not injective on D.

    Proof: value by value a set of coordinates is kept outside of which both traces agree. An operation agrees in the coordinates that read
    only coordinates that do, whatever it is, in those where both results are computed exactly and are equal, in products with a factor
    that is 0 in both, and a softmax agrees on a group on which its two inputs differ by one number, because e^(t + c) = e^c·e^t. At the end
    the set must be empty. So layer normalisation, softmax and gates have exact pairs although their values are no rational numbers.
    """

    x: Point
    y: Point
    name: ClassVar[str] = "Agreement"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (S4, S10, L12, L13)"

    def formal(self, goal: Statement) -> bool:
        """In Rocq nothing is known of e^(t + c)."""
        match goal:
            case Not(Injective(Network() as f, _)):
                return not any(isinstance(node.op, Softmax) for node in f.nodes)
            case _:
                return False

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright."""
        match goal:
            case Not(Injective(Network() as f, on)):
                x, y = vector(self.x), vector(self.y)
                require(len(x) == len(y) == dimension(on), f"the points do not have {dimension(on)} coordinates")
                require(not same(x, y), "the two points are the same")
                require(contains(on, x) and contains(on, y), "a point lies outside the domain")
                require(not any(_trace(f, x, y)), "the two outputs are not known to agree")
                return ()
            case _:
                raise Rejected("an agreement refutes injectivity of a network only")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A value at x and at y: the coordinates in which they may differ (1) or agree (0), and both vectors where they are known."""

    differ: list[int]
    exact: tuple[Vector, Vector] | None


def _trace(f: Network, x: Vector, y: Vector) -> list[int]:
    meter = Meter()
    values = [_Pair(_differences(x, y, meter), (x, y))]
    for node in f.nodes:
        values.append(_through(node, [values[j] for j in node.inputs], meter))
    return values[-1].differ


def _differences(u: Vector, v: Vector, meter: Meter) -> list[int]:
    meter.take(len(u) * (100 + 2 * digits(u.bits()) * digits(v.bits())))
    return [int(a * v.denominator != b * u.denominator) for a, b in zip(u.numerators, v.numerators, strict=True)]


def _through(node: Node, inputs: Sequence[_Pair], meter: Meter) -> _Pair:
    differ = moved(node.op, [value.differ for value in inputs], meter, 1)
    known = [value.exact for value in inputs if value.exact is not None]
    exact: tuple[Vector, Vector] | None = None
    if len(known) == len(inputs):
        try:
            exact = apply(node.op, [u for u, _ in known], meter), apply(node.op, [v for _, v in known], meter)
        except NoExactValue:
            pass
        else:
            differ = [min(a, b) for a, b in zip(differ, _differences(*exact, meter), strict=True)]
    match node.op:
        case Product():
            for value in inputs:
                zero = _both_zero(value)
                differ = [d and not z for d, z in zip(differ, zero, strict=True)]
        case Softmax(groups) if known:
            by = _moves(*known[0], meter)
            same = {i for group in groups if len({by[i] for i in group}) == 1 for i in group}
            differ = [0 if i in same else d for i, d in enumerate(differ)]
        case _:
            pass
    return _Pair([int(d) for d in differ], exact)


def _both_zero(value: _Pair) -> list[bool]:
    if value.exact is None:
        return [False] * len(value.differ)
    u, v = value.exact
    return [a == b == 0 for a, b in zip(u.numerators, v.numerators, strict=True)]


def _moves(u: Vector, v: Vector, meter: Meter) -> list[int]:
    """u − v, over a common denominator."""
    d = u.denominator * v.denominator
    meter.take(len(u) * (200 + 2 * digits(u.bits()) * digits(v.bits())), 2 * len(u) * (u.bits() + v.bits()))
    return [a - b for a, b in zip(over(u, d), over(v, d), strict=True)]


@dataclass(frozen=True, slots=True, repr=False)
class IntermediateValue(Brief):
    """Along input i, at a < b < c, output j of a continuous f is larger at b than at a and c, or smaller than there, and no other output
    depends on input i ⇒ f is not injective on a convex D that contains the points at a and c. No pair is shown.

    Proof: by the intermediate value theorem output j takes each value between max(at a, at c) and that at b once between a and b and once
    between b and c; at these two inputs all other outputs agree. The values are enclosed by intervals (`bounds`).
    """

    point: Point
    input: int
    output: int
    at: tuple[Fraction, Fraction, Fraction]
    name: ClassVar[str] = "IntermediateValue"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (T11)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright, D = ℝⁿ, a box or a polytope."""
        match goal:
            case Not(Injective(Network() as f, (Reals() | Box() | Polytope()) as on)):
                require(len(self.point) == f.arity, f"the point needs {f.arity} coordinates")
                require(0 <= self.input < f.arity and 0 <= self.output < f.width, "there is no such input or output")
                require(not any(isinstance(node.op, Argmax) for node in f.nodes), "an argmax is not continuous")
                depends = dependence(f)
                only = all(j == self.output or not depends[j] >> self.input & 1 for j in range(f.width))
                require(only, "another output depends on the input as well")
                left, middle, right = self.at
                require(left < middle < right, "the three numbers do not increase")
                points = [(*self.point[: self.input], t, *self.point[self.input + 1 :]) for t in self.at]
                require(contains(on, vector(points[0])) and contains(on, vector(points[2])), "a point lies outside the domain")
                first, between, last = (bounds(f, Finite((p,)))[self.output] for p in points)
                turns = (_above(between, first) and _above(between, last)) or (_above(first, between) and _above(last, between))
                require(turns, "the value in the middle is not known to lie above or below the two others")
                return ()
            case _:
                raise Rejected("the intermediate value theorem refutes injectivity of a network on a convex set only")


def _above(a: Interval, b: Interval) -> bool:
    return a.lower is not None and b.upper is not None and a.lower > b.upper
