"""Two inputs with one output: an explicit pair, or a direction along which nothing changes (S4, T2)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, TypeAlias, assert_never

from proofs.activations import Activation, Elu, PiecewiseAffine
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains, dimension
from proofs.errors import Rejected, require
from proofs.exact import dot, same, vector
from proofs.kernel import Status
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Stack, Sum
from proofs.statements import Injective, Not, Statement

Dual: TypeAlias = tuple[Fraction, Fraction]  # a + b·ε for an infinitely small ε > 0; compared lexicographically


@dataclass(frozen=True, slots=True)
class Collision:
    """x ≠ y in D with f(x) = f(y): f is not injective on D (the definition), evaluated exactly."""

    x: Point
    y: Point
    name: ClassVar[str] = "Collision"
    status: ClassVar[Status] = Status.COMPUTED
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


@dataclass(frozen=True, slots=True)
class KernelDirection:
    """f piecewise affine, x ∈ D, v ≠ 0 feasible at x, one-sided derivative f′(x; v) = 0 ⇒ f is constant on [x, x + εv]
    for some ε > 0, so not injective on D.

    Proof: a piecewise-affine f satisfies f(x + tv) = f(x) + t·f′(x; v) for all small t ≥ 0. The derivative is computed by
    evaluating f at x + εv with an infinitely small ε; D is convex here, so [x, x + εv] ⊆ D for small ε.
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
                duals = list(zip(self.x, self.v, strict=True))
                require(_feasible(on, duals), "the direction leaves the domain at the point")
                values = [duals]
                for node in f.nodes:
                    values.append(_step(node.op, [values[j] for j in node.inputs]))
                require(all(slope == 0 for _, slope in values[-1]), "the output changes along the direction")
                return ()
            case _:
                raise Rejected("a kernel direction refutes injectivity of a network only")


def _feasible(on: Domain, duals: list[Dual]) -> bool:
    match on:
        case Reals():
            return True
        case Box(lower, upper):
            ends = zip(lower, duals, upper, strict=True)
            return all((a, Fraction(0)) <= t <= (b, Fraction(0)) for a, t, b in ends)
        case Polytope(_, normals, offsets):
            x, v = [a for a, _ in duals], [b for _, b in duals]
            return all((dot(a, x), dot(a, v)) <= (b, Fraction(0)) for a, b in zip(normals, offsets, strict=True))
        case _:
            return False


def _step(op: Op, inputs: list[list[Dual]]) -> list[Dual]:
    match op:
        case Affine(_, rows, d):
            x = inputs[0]
            return [
                (
                    Fraction(sum((c * x[j][0] for j, c in zip(row.columns, row.coefficients, strict=True)), Fraction(row.constant)), d),
                    Fraction(sum((c * x[j][1] for j, c in zip(row.columns, row.coefficients, strict=True)), Fraction(0)), d),
                )
                for row in rows
            ]
        case Pointwise(activations):
            return [_through(s, t) for s, t in zip(activations, inputs[0], strict=True)]
        case Sum():
            return [(sum((a for a, _ in ts), Fraction(0)), sum((b for _, b in ts), Fraction(0))) for ts in zip(*inputs, strict=True)]
        case Stack():
            return [t for value in inputs for t in value]
        case Max(groups):
            return [max(inputs[0][i] for i in group) for group in groups]
        case Product() | Softmax() | Argmax():
            raise Rejected(f"{type(op).__name__} is not piecewise affine and continuous")
        case _:
            assert_never(op)


def _through(s: Activation, t: Dual) -> Dual:
    """σ at a + bε: at a breakpoint the sign of b chooses the piece."""
    a, b = t
    match s:
        case PiecewiseAffine(breakpoints, pieces):
            slope, intercept = pieces[sum((end, Fraction(0)) <= t for end in breakpoints)]
            return (slope * a + intercept, slope * b)
        case Elu(_, scale) if a > 0 or (a == 0 and b >= 0):
            return (scale * a, scale * b)
        case _:
            raise Rejected(f"{type(s).__name__} is not affine near {a}")
