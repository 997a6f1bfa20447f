"""Onto ℝ by two ends, onto ℝⁿ by growth, onto the simplex; and the ends of open ranges, which are missed (P15, T8, T12, L12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.activations import Activation, Atan, Elu, Erf, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Sin, Softplus, Tanh
from proofs.domains import Box, Domain, Point, Polytope, Reals, Simplex, contains, hull
from proofs.enclosure import bounds
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.functions import Function
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise, Row, Softmax, Stack, Sum
from proofs.statements import Not, Reached, Statement, Surjective
from proofs.theorems.monotonicity import secants

Form = dict[int, Fraction]


@dataclass(frozen=True, slots=True, repr=False)
class OppositeEnds(Brief):
    """f: D → ℝ continuous, D convex, takes values ≤ a and values ≥ b: f maps D onto [a, b]; where D = ℝⁿ, a and b may be infinite,
    shown by directions along which f falls and rises without end.

    Proof: f is continuous on the segment between two points of D, so it takes all values between those at its ends (intermediate value
    theorem). Along a direction v, f(tv)/t → f_∞(v) for t → ∞ (`asymptotic`), so f(tv) → −∞ if f_∞(v) < 0, and → ∞ if f_∞(v) > 0.

    `low` is a point x with f(x) ≤ a, or a direction with f_∞ < 0 if the codomain is unbounded below; `high` likewise.
    """

    low: Point
    high: Point
    name: ClassVar[str] = "OppositeEnds"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "intermediate value theorem (A9, P15)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) outright, for one output, D = ℝⁿ, a box or a polytope."""
        match goal:
            case Surjective(Network() as f, Reals() | Box() | Polytope() as on, onto) if f.width == 1:
                require(not any(isinstance(node.op, Argmax) for node in f.nodes), "an argmax is not continuous")
                (wanted,) = hull(onto)
                self._reaches(f, on, self.low, wanted.lower, -1)
                self._reaches(f, on, self.high, wanted.upper, 1)
                return ()
            case _:
                raise Rejected("two ends show that a network with one output maps ℝⁿ, a box or a polytope onto a set of numbers only")

    def _reaches(self, f: Network, on: Domain, x: Point, end: Fraction | None, sign: int) -> None:
        if end is None:
            require(isinstance(on, Reals), "the codomain is unbounded, and the domain is not ℝⁿ")
            require(len(x) == f.arity, "a direction has {} coordinates, there are {} inputs", len(x), f.arity)
            (slope,) = asymptotic(f)(x)
            require(sign * slope > 0, "along the direction the function has the slope {} at infinity", slope)
            return
        require(contains(on, vector(x)), "the point lies outside the domain")
        (side,) = bounds(f, Box(x, x))
        near = side.upper if sign < 0 else side.lower
        require(near is not None and sign * near >= sign * end, "at the point, the end {} of the codomain is not known to be passed", end)


@dataclass(frozen=True, slots=True, repr=False)
class Coercive(Brief):
    """A matrix M with |x − M·f_∞(x)| ≤ q·|x| for a q < 1 in the maximum norm: f maps ℝⁿ onto ℝⁿ.

    Proof: |f − f_∞| is bounded and f_∞(tx) = t·f_∞(x) for t ≥ 0 (`asymptotic`), so the inequality need be shown on the cube |x| ≤ 1
    only, and |x − M·f(x)| ≤ q·|x| + b with some b. Let y ∈ ℝⁿ. The continuous map T(x) = x − M·f(x) + y sends the ball of radius
    (b + |y|)/(1 − q) into itself: |T(x)| ≤ q·|x| + b + |y|. So T has a fixed point (Brouwer), which means M·f(x) = y. Thus M∘f is
    onto, the square matrix M is invertible, and f is onto. ∎

    How q is found: a unit of f_∞ with the slopes p for z < 0 and r for z > 0 is c·z + w with c = (p + r)/2 and |w| = |r − p|/2·|z|.
    So every z, and x − M·f_∞(x), is a linear form in x and the w of earlier units; with |xᵢ| ≤ 1 the forms bound |z|, hence |w|, one
    after the other. A residual block x + g(x) with bounded g (sigmoid, tanh, softmax last) has f_∞(x) = x and q = 0 for M = I.
    """

    matrix: tuple[Point, ...]
    name: ClassVar[str] = "Coercive"
    status: ClassVar[Status] = Status.CITED
    source: ClassVar[str] = "L. E. J. Brouwer, Über Abbildung von Mannigfaltigkeiten, Math. Ann. 71 (1912) 97–115, fixed point theorem (T8)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, ℝⁿ, C) outright, n = m."""
        match goal:
            case Surjective(Network() as f, Reals(n), _):
                require(f.width == n, "the network maps ℝ^{} to ℝ^{}", n, f.width)
                shaped = len(self.matrix) == n and all(len(line) == n for line in self.matrix)
                require(shaped, "M is not a matrix of {} rows and columns", n)
                for i, excess in enumerate(self._excess(f, n)):
                    require(excess < 1, "row {}: x − M·f(x) may grow as fast as x", i)
                return ()
            case _:
                raise Rejected("growth shows that a network maps ℝⁿ onto ℝⁿ only")

    def _excess(self, f: Network, n: int) -> Sequence[Fraction]:
        forms, units = secants(asymptotic(f), Reals(n))
        meter = Meter()
        values: list[Form] = []  # each z and each output as a form in the inputs and the w of the units, which are numbered as in `forms`
        reach: list[Fraction] = [Fraction(1)] * n  # bounds of inputs and of w
        for row in forms.rows:
            k = len(values)
            form: Form = {}
            for j, a in zip(row.columns, row.coefficients, strict=True):
                factor = Fraction(a, forms.denominator)
                _add(form, {j: Fraction(1)}, factor, meter)
                if j >= n:
                    low, high = units[j - n]
                    _add(form, values[j - n], factor * (low + high) * Fraction(1, 2), meter)
            if k < len(units):
                low, high = units[k]
                reach.append(_size(form, reach) * (high - low) * Fraction(1, 2))
            values.append(form)
        outputs = values[len(units) :]
        found = []
        for i, line in enumerate(self.matrix):
            rest: Form = {i: Fraction(1)}
            for factor, form in zip(line, outputs, strict=True):
                _add(rest, form, -factor, meter)
            found.append(_size(rest, reach))
        return found


@dataclass(frozen=True, slots=True, repr=False)
class SoftmaxOnto(Brief):
    """Softmax over all coordinates maps D onto the open simplex if every x ∈ ℝⁿ has some x + t·(1, …, 1) in D: D = ℝⁿ, or a polytope with
    ⟨a, (1, …, 1)⟩ < 0 for each of its sides.

    Proof: for p > 0 with Σ p = 1, softmax(ln p) = p, and softmax(x + t·(1, …, 1)) = softmax(x). Each side holds for large t.
    """

    name: ClassVar[str] = "SoftmaxOnto"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (L12)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(softmax, D, Simplex) outright."""
        match goal:
            case Surjective(Network(arity=n, nodes=(Node(Softmax((_,)), (0,)),)), on, Simplex()):
                sides = on.normals if isinstance(on, Polytope) else ()
                moves = isinstance(on, Reals) or (isinstance(on, Polytope) and all(sum(a) < 0 for a in sides))
                require(moves, "not every point of ℝ^{} moves into the domain along (1, …, 1)", n)
                return ()
            case _:
                raise Rejected("needs Surjective of one softmax over all coordinates, onto the simplex")


@dataclass(frozen=True, slots=True, repr=False)
class MaximumOnto(Brief):
    """Maxima over groups of coordinates, each with a member that is in no other group, map ℝⁿ onto ℝᵐ.

    Proof: let y ∈ ℝᵐ, and xᵢ the least yₖ over the groups k that i is in (0 if there are none). In group k every xᵢ ≤ yₖ, with equality
    for the member that is in no other group. So the maximum over the group is yₖ.
    """

    name: ClassVar[str] = "MaximumOnto"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (L16)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, ℝⁿ, C) outright, for a network that is one layer of maxima."""
        match goal:
            case Surjective(Network(nodes=(Node(Max(groups), (0,)),)), Reals(), _):
                Meter().take(100 * sum(map(len, groups)))
                times = Counter(i for group in groups for i in set(group))
                for k, group in enumerate(groups):
                    require(any(times[i] == 1 for i in group), "every member of the group {} is in another group too", k)
                return ()
            case _:
                raise Rejected("needs Surjective of one layer of maxima on ℝⁿ")


@dataclass(frozen=True, slots=True, repr=False)
class OpenRange(Brief):
    """The last operation is a layer of activations, and yᵢ an end of the open range of the i-th one; or it is a softmax, and yᵢ ≤ 0:
    y is not reached.

    Proof: sigmoid t ∈ (0, 1), tanh t ∈ (−1, 1), softplus t > 0, e^t > 0, elu t > −scale·alpha, 1/max(t, floor) > 0; softmax is positive.
    """

    coordinate: int
    name: ClassVar[str] = "OpenRange"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary calculus (L11, L12)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) outright."""
        match goal:
            case Not(Reached(Network(nodes=(*_, Node(op, _))), _, value)):
                i = self.coordinate
                require(0 <= i < len(value), "there is no coordinate {} of the value", i)
                ends = _ends(op.activations[i]) if isinstance(op, Pointwise) else ()
                outside = (isinstance(op, Softmax) and value[i] <= 0) or value[i] in ends
                require(outside, "{} is not known to be an end of the open range of output {}", value[i], i)
                return ()
            case _:
                raise Rejected("an open range shows that a network misses a value only")


def asymptotic(f: Function) -> Network:
    """f_∞: no constants, each activation with its slopes at −∞ and +∞ about 0; bounded ones and softmax become 0.

    Contract: |f − f_∞| is bounded on ℝⁿ, and f_∞(tx) = t·f_∞(x) for t ≥ 0; so f(tx)/t → f_∞(x) for t → ∞.
    Proof: for each operation h, |h − h_∞| is bounded and h_∞ is Lipschitz and positively homogeneous: |softplus t − max(t, 0)| ≤ ln 2,
    |elu t − scale·max(t, 0)| ≤ scale·alpha. If |u − u_∞| ≤ c, then |h(u) − h_∞(u_∞)| ≤ |h(u) − h_∞(u)| + |h_∞(u) − h_∞(u_∞)| is bounded.
    """
    if not isinstance(f, Network):
        raise Rejected("only networks in exact arithmetic are asked for their growth")
    return Network(f.arity, tuple(Node(_asymptotic(node.op), node.inputs) for node in f.nodes))


def _asymptotic(op: Op) -> Op:
    match op:
        case Affine(columns, rows, d):
            return Affine(columns, tuple(Row(row.columns, row.coefficients, 0) for row in rows), d)
        case Pointwise(activations):
            known = {s: _slopes_at_infinity(s) for s in set(activations)}
            return Pointwise(tuple(known[s] for s in activations))
        case Softmax(groups):
            width = sum(map(len, groups))
            return Affine(width, (Row((), (), 0),) * width, 1)
        case Max() | Sum() | Stack():
            return op
        case _:
            raise Rejected(f"the growth of {type(op).__name__} is not linear")


def _slopes_at_infinity(s: Activation) -> PiecewiseAffine:
    zero, one = Fraction(0), Fraction(1)
    match s:
        case PiecewiseAffine(_, pieces):
            left, right = pieces[0][0], pieces[-1][0]
        case Sigmoid() | Tanh() | Atan() | Erf() | Sin() | Reciprocal():
            left, right = zero, zero
        case Softplus():
            left, right = zero, one
        case Elu(_, scale):
            left, right = zero, scale
        case _:
            raise Rejected(f"the growth of {type(s).__name__} is not linear")
    return PiecewiseAffine((), ((left, zero),)) if left == right else PiecewiseAffine((zero,), ((left, zero), (right, zero)))


def _ends(s: Activation) -> tuple[Fraction, ...]:
    zero, one = Fraction(0), Fraction(1)
    match s:
        case Sigmoid():
            return (zero, one)
        case Tanh() | Erf():
            return (-one, one)
        case Softplus() | Exp() | Reciprocal():
            return (zero,)
        case Elu(alpha, scale):
            return (-scale * alpha,)
        case _:
            return ()


def _add(total: Form, form: Form, factor: Fraction, meter: Meter) -> None:
    if not factor:
        return
    used = (*form.values(), factor, *(total[j] for j in form if j in total))
    bits = max(a.numerator.bit_length() + a.denominator.bit_length() for a in used)
    meter.take(len(form) * (5000 + 20 * digits(bits) ** 2))
    for j, a in form.items():
        total[j] = total.get(j, Fraction(0)) + factor * a


def _size(form: Form, reach: Sequence[Fraction]) -> Fraction:
    """The largest value of |form| where each variable j has |·| ≤ reach[j]."""
    return sum((abs(a) * reach[j] for j, a in form.items()), Fraction(0))
