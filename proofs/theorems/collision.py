"""Two inputs with one output: an explicit pair, or a direction along which nothing changes (S4, T2)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, assert_never

from proofs.activations import Activation, Elu, PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains, dimension
from proofs.errors import Brief, Rejected, brief, require
from proofs.exact import Vector, dot, same, vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Row, Softmax, Spline, Stack, Sum, apply
from proofs.statements import Injective, Not, Statement


@dataclass(frozen=True, slots=True, repr=False)
class Collision(Brief):
    """x ≠ y in D with f(x) = f(y): f is not injective on D (the definition), evaluated exactly."""

    x: Point
    y: Point
    name: ClassVar[str] = "Collision"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "definition"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright."""
        match goal:
            case Not(Injective(f, on)):
                x, y = vector(self.x), vector(self.y)
                require(len(x) == len(y) == dimension(on), f"the points do not have {dimension(on)} coordinates")
                require(not same(x, y), "the two points are the same")
                require(contains(on, x) and contains(on, y), "a point lies outside the domain")
                require(same(f.trace(x)[-1], f.trace(y)[-1]), "the two outputs differ")
                return ()
            case _:
                raise Rejected("a collision refutes injectivity only")


@dataclass(frozen=True, slots=True, repr=False)
class KernelDirection(Brief):
    """f piecewise affine, x ∈ D, v ≠ 0 feasible at x, one-sided derivative f′(x; v) = 0 ⇒ f is constant on [x, x + εv]
    for some ε > 0, so not injective on D.

    Proof: a piecewise-affine f satisfies f(x + tv) = f(x) + t·f′(x; v) for all small t ≥ 0; D is convex here, so
    [x, x + εv] ⊆ D for small ε.
    """

    x: Point
    v: Point
    name: ClassVar[str] = "KernelDirection"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (T2)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright, D = ℝⁿ, a box or a polytope."""
        match goal:
            case Not(Injective(Network() as f, on)):
                require(len(self.x) == len(self.v) == f.arity, f"the point and the direction need {f.arity} coordinates")
                require(any(self.v), "the direction is 0")
                x, v = vector(self.x), vector(self.v)
                require(_feasible(on, self.x, self.v), "the direction leaves the domain at the point")
                for node in f.nodes:
                    _is_affine_in_pieces(node.op)
                require(not any(derivative(f, f.trace(x), v, Meter()).numerators), "the output changes along the direction")
                return ()
            case _:
                raise Rejected("a kernel direction refutes injectivity of a network only")


def _feasible(on: Domain, x: Point, v: Point) -> bool:
    """x + tv lies in the domain for all small t ≥ 0."""
    match on:
        case Reals():
            return True
        case Box(lower, upper):
            return all((a, 0) <= (s, t) <= (b, 0) for a, s, t, b in zip(lower, x, v, upper, strict=True))
        case Polytope(_, normals, offsets):
            return all((dot(a, x), dot(a, v)) <= (b, 0) for a, b in zip(normals, offsets, strict=True))
        case _:
            return False


def _is_affine_in_pieces(op: Op) -> None:
    match op:
        case Product() | Softmax() | Argmax() | Spline():
            raise Rejected(f"{type(op).__name__} is not piecewise affine and continuous")
        case _:
            pass


def derivative(f: Network, values: Sequence[Vector], v: Vector, meter: Meter) -> Vector:
    """The one-sided derivative f′(x; v) at the input x of the trace `values`.

    Node by node, by the chain rule for one-sided derivatives. Beside the ends of pieces it is that of the piece; at an
    end the sign of v chooses the piece; of several largest entries of a maximum, the one that grows fastest stays largest.
    """
    slopes = [v]
    for node in f.nodes:
        at, along = [values[j] for j in node.inputs], [slopes[j] for j in node.inputs]
        slopes.append(_along(node.op, at, along, meter))
    return slopes[-1]


def _along(op: Op, at: list[Vector], v: list[Vector], meter: Meter) -> Vector:
    match op:
        case Affine(columns, rows, d):
            linear = tuple(Row(row.columns, row.coefficients, 0) for row in rows)
            return apply(Affine(columns, linear, d), v, meter)
        case Pointwise(activations):
            meter.take(len(at[0]) * (1000 + digits(at[0].bits()) ** 2))
            entries = zip(activations, at[0].fractions(), v[0].numerators, strict=True)
            return _scaled([_slope(s, t, b) for s, t, b in entries], v[0], meter)
        case Sum() | Stack():
            return apply(op, v, meter)
        case Max(groups):
            pairs = list(zip(at[0].numerators, v[0].numerators, strict=True))
            return apply(Max(tuple((max(group, key=pairs.__getitem__),) for group in groups)), v, meter)
        case Product():
            left, right = _scaled(at[1].fractions(), v[0], meter), _scaled(at[0].fractions(), v[1], meter)
            return apply(Sum(), [left, right], meter)
        case Softmax() | Argmax() | Spline():
            raise Rejected(f"the derivative of {type(op).__name__} is not computed")
        case _:
            assert_never(op)


def _scaled(factors: Sequence[Fraction], v: Vector, meter: Meter) -> Vector:
    return apply(Product(), [vector(factors), v], meter)


def _slope(s: Activation, t: Fraction, direction: int) -> Fraction:
    """The slope of the piece that holds at t and on the side of the direction."""
    match s:
        case PiecewiseAffine(breakpoints, pieces):
            return pieces[bisect_right(breakpoints, t) if direction >= 0 else bisect_left(breakpoints, t)][0]
        case Elu(_, scale) if t > 0 or (t == 0 and direction >= 0):
            return scale
        case _:
            raise Rejected(f"{type(s).__name__} is not affine near {brief(t)}")
