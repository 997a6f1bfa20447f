"""Dimension: bottlenecks, null images, narrow first layers, signs of determinants (T1, T5, T7, L4)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import ClassVar

from proofs.activations import Activation, PiecewiseAffine
from proofs.compose import suffix
from proofs.domains import Box, Domain, Point, Polytope, Reals, Simplex
from proofs.errors import Brief, Rejected, require
from proofs.exact import Vector, dot, vector
from proofs.kernel import Status
from proofs.limits import MOST_NUMBERS, MOST_WORK, Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Node, Op, Pointwise
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.theorems.collision import derivative

Matrix = list[list[int]]


@dataclass(frozen=True, slots=True, repr=False)
class Bottleneck(Brief):
    """A continuous map that factors through ℝᵏ is not injective on a set that contains a d-dimensional ball, d > k.

    Proof: restricted to the ball and followed by ℝᵏ ⊂ ℝᵈ, the first factor would be a continuous injection of an open
    set of ℝᵈ into ℝᵈ whose image lies in a proper subspace; by invariance of domain the image would be open.
    `cut` is the value of width k; `interior` is a point strictly inside, needed for polytopes only.
    """

    cut: int
    interior: Point | None
    name: ClassVar[str] = "Bottleneck"
    status: ClassVar[Status] = Status.CITED
    source: ClassVar[str] = "L. E. J. Brouwer, Beweis der Invarianz des n-dimensionalen Gebiets, Math. Ann. 71 (1912) 305–313 (T1)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright."""
        match goal:
            case Not(Injective(Network() as f, on)):
                suffix(f, self.cut)  # f factors here, or this is Malformed
                require(not any(isinstance(node.op, Argmax) for node in f.nodes[: self.cut]), "an argmax before the cut is not continuous")
                k, d = f.widths[self.cut], ball_dimension(on, self.interior)
                require(k < d, f"the network is {k} wide at the cut, the domain is known to be {d}-dimensional")
                return ()
            case _:
                raise Rejected("a bottleneck refutes injectivity of a network only")


@dataclass(frozen=True, slots=True, repr=False)
class NullImage(Brief):
    """A map that factors through ℝᵏ with a second factor ℝᵏ → ℝᵐ, locally Lipschitz but for roots, reaches no m-dimensional ball, m > k.

    Proof: cut a cube of side 1 of ℝᵏ into Nᵏ cubes of side 1/N; their images lie in balls of radius c/N, of total volume
    at most c′·Nᵏ⁻ᵐ → 0. So the image is a countable union of null sets. Every op but argmax and √ is locally
    Lipschitz. Roots: put 0 for some of them, and keep the others; this is locally Lipschitz on the open set where what the others are
    taken of is > 0. At each point one of these finitely many functions has the value of f. For a C that contains a ball of dimension
    d < m only, project to d coordinates that C determines freely.
    """

    cut: int
    name: ClassVar[str] = "NullImage"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary measure theory (T7)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Surjective(f, D, C)) outright."""
        match goal:
            case Not(Surjective(Network() as f, _, onto)):
                rest = suffix(f, self.cut)
                require(not any(isinstance(node.op, Argmax) for node in rest.nodes), "an argmax after the cut is not Lipschitz")
                k, d = rest.arity, ball_dimension(onto, None)
                require(k < d, f"the network is {k} wide at the cut, the codomain is known to be {d}-dimensional")
                return ()
            case _:
                raise Rejected("a null image refutes surjectivity of a network only")


@dataclass(frozen=True, slots=True, repr=False)
class NarrowFirstLayer(Brief):
    """σ(Wx + b), with W of N < 2n rows and every σᵢ constant near −∞ or near +∞, is not injective on ℝⁿ; nor is any network
    that starts with it.

    Proof: choose v with ⟨wᵢ, v⟩ ≠ 0 for all wᵢ ≠ 0. Far along v or along −v unit i ends up in its constant part, so
    one of the two directions leaves at most ⌊N/2⌋ ≤ n − 1 units not constant. Far out there a step u ≠ 0 orthogonal to
    their rows changes nothing: the other units stay constant if the step is small against the distance.
    """

    name: ClassVar[str] = "NarrowFirstLayer"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (L4); Puthawala et al., JMLR 23(105) 2022, arXiv:2006.08464, for ReLU without bias"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, ℝⁿ)) outright."""
        match goal:
            case Not(Injective(Network(nodes=(Node(Affine() as w, (0,)), Node(Pointwise(activations), (1,)), *_)) as f, Reals(n))):
                suffix(f, 2)
                require(len(w.rows) < 2 * n, f"the first layer has {len(w.rows)} units on {n} inputs; fewer than {2 * n} are too few")
                require(all(_half_constant(s) for s in activations), "an activation of the first layer is constant at neither end")
                return ()
            case _:
                raise Rejected("needs Not(Injective(f, Reals)) of a network that starts with an affine map and activations")


@dataclass(frozen=True, slots=True, repr=False)
class OppositeDeterminants(Brief):
    """f: D → ℝⁿ continuous, differentiable at x and y interior to the convex D ⊆ ℝⁿ, det f′(x)·det f′(y) < 0 ⇒ f is not injective on D.

    Proof: an injective f would have one and the same local degree ±1 on the connected interior of D (invariance of
    domain); at a point with invertible derivative the local degree is the sign of the determinant.
    """

    x: Point
    y: Point
    name: ClassVar[str] = "OppositeDeterminants"
    status: ClassVar[Status] = Status.CITED
    source: ClassVar[str] = "Brouwer degree; e.g. K. Deimling, Nonlinear Functional Analysis, Springer 1985, chapter 1 (T5)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Injective(f, D)) outright, D = ℝⁿ, a box or a polytope."""
        match goal:
            case Not(Injective(Network() as f, on)):
                require(f.arity == f.width, f"the Jacobian is {f.width}×{f.arity}, not square")
                entries = f.arity * sum(f.widths)
                require(entries <= MOST_NUMBERS, f"the Jacobians have {entries} entries; the limit is {MOST_NUMBERS}")
                signs = []
                for point in (self.x, self.y):
                    require(len(point) == f.arity and inside(on, point), "a point is not interior to the domain")
                    signs.append(determinant_sign(jacobian(f, point)))
                require(signs[0] * signs[1] < 0, f"the determinants have the signs {signs}")
                return ()
            case _:
                raise Rejected("determinants refute injectivity of a network only")


def ball_dimension(on: Domain, interior: Point | None) -> int:
    """The dimension of a ball that the set is known to contain, or −1."""
    match on:
        case Reals(n):
            return n
        case Box(lower, upper):
            return sum(a < b for a, b in zip(lower, upper, strict=True))
        case Simplex(n):
            return n - 1
        case Polytope(n):
            return n if interior is not None and inside(on, interior) else -1
        case _:
            return -1


def inside(on: Domain, point: Point) -> bool:
    """Whether the point is interior to ℝⁿ, a box or a polytope."""
    match on:
        case Reals(n):
            return len(point) == n
        case Box(lower, upper):
            return len(point) == len(lower) and all(a < t < b for a, t, b in zip(lower, point, upper, strict=True))
        case Polytope(n, normals, offsets):
            return len(point) == n and all(dot(a, point) < b for a, b in zip(normals, offsets, strict=True))
        case _:
            return False


def jacobian(f: Network, point: Point) -> Matrix:
    """The transposed derivative of f at the point, its lines scaled by positive numbers; Rejected where f may have a kink."""
    values = f.trace(vector(point))
    for node in f.nodes:
        _smooth(node.op, values[node.inputs[0]])
    meter, units = Meter(), range(f.arity)
    directions = (Vector(tuple(int(i == j) for j in units), 1) for i in units)
    lines = []
    for v in directions:
        lines.append(list(derivative(f, values, v, meter).numerators))
        if len(lines) == 1:
            Meter().take(f.arity * (MOST_WORK - meter.work))  # the other directions take about as long
    return lines


def _smooth(op: Op, at: Vector) -> None:
    match op:
        case Pointwise(activations):
            for s, t in zip(activations, at.fractions(), strict=True):
                if not isinstance(s, PiecewiseAffine):
                    raise Rejected(f"the derivative of {type(s).__name__} is not rational")
                i = bisect_left(s.breakpoints, t)
                require(s.breakpoints[i : i + 1] != (t,), "an activation is not known to be differentiable at {}", t)
        case Max(groups):
            for group in groups:
                entries = sorted(at.numerators[i] for i in set(group))
                require(len(entries) == 1 or entries[-1] > entries[-2], "a maximum is attained twice")
        case _:
            pass


def determinant_sign(matrix: Matrix) -> int:
    """The sign of the determinant, by Bareiss' elimination: each division is exact, as the entries stay minors of the matrix."""
    n, bits = len(matrix), max((abs(e).bit_length() for line in matrix for e in line), default=0)
    Meter().take(n**3 // 4 * (100 + digits(n * (bits + n.bit_length()) // 2) ** 2))
    a, sign, last = [line[:] for line in matrix], 1, 1
    for k in range(n):
        pivot = next((i for i in range(k, n) if a[i][k]), None)
        if pivot is None:
            return 0
        if pivot != k:
            a[k], a[pivot], sign = a[pivot], a[k], -sign
        top, p = a[k][k + 1 :], a[k][k]
        for i in range(k + 1, n):
            q = a[i][k]
            a[i][k + 1 :] = [(p * s - q * t) // last for s, t in zip(a[i][k + 1 :], top, strict=True)]
        last = p
    return sign if last > 0 else -sign


def _half_constant(s: Activation) -> bool:
    return isinstance(s, PiecewiseAffine) and 0 in (s.pieces[0][0], s.pieces[-1][0])
