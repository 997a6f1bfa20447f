"""A solution of f(x) = y in a small box, by a contraction (Krawczyk's test)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from proofs.domains import Box, Point, exact_point, subset
from proofs.enclosure import bounds, interval_product, interval_sum
from proofs.errors import Brief, Rejected, require
from proofs.exact import Interval, rational
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.statements import Reached, Statement
from proofs.theorems.slopes import secants, size

Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class ContractsNear(Brief):
    """B = {x : max|x − c| ≤ r} ⊆ D, n = m, intervals S with f(x) − f(x′) = S·(x − x′) on B, and a matrix M with ‖I − M·S‖ ≤ q < 1 and
    max|M·(f(c) − y)| ≤ (1 − q)·r ⇒ y is reached from D: by a point of B, and by no other point of B.

    ‖A‖ is the largest Σⱼ|aᵢⱼ| of a row. Proof: let T(x) = x − M·(f(x) − y). For x, x′ ∈ B there is a matrix A in S with T(x) − T(x′) =
    (I − M·A)·(x − x′), so max|T(x) − T(x′)| ≤ q·max|x − x′|; and max|T(x) − c| ≤ q·max|x − c| + max|T(c) − c| ≤ q·r + (1 − q)·r = r. So T
    is a contraction of B into itself, and has exactly one fixed point there (Banach): M·(f(x) − y) = 0. M is invertible, because
    ‖I − M·A‖ < 1 makes the square matrix M·A invertible. Hence f(x) = y; and where f(x) = y, x is a fixed point. ∎

    S is found as for LipschitzSlopes, f(c) lies in the bounds of f on {c}. `center` is c, `radius` r > 0, `matrix` M, n lines of n.
    """

    center: Point
    radius: Fraction
    matrix: Matrix
    name: ClassVar[str] = "ContractsNear"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary; Banach's fixed point theorem; R. Krawczyk, Computing 4 (1969) 187–201, for the test"

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", exact_point(self.center))
        object.__setattr__(self, "radius", rational(self.radius))
        object.__setattr__(self, "matrix", tuple(exact_point(line) for line in self.matrix))

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Reached(f, D, y) outright."""
        match goal:
            case Reached(Network() as f, on, value):
                pass
            case _:
                raise Rejected("a contraction near a point shows that a value is reached only")
        n = f.arity
        require(f.width == n > 0, "a network from ℝ^{} to ℝ^{} has no square matrix of slopes", n, f.width)
        require(len(self.center) == n, "a centre of {} coordinates for {} inputs", len(self.center), n)
        require(len(self.matrix) == n and all(len(line) == n for line in self.matrix), "M is not a matrix of {} lines and columns", n)
        require(self.radius > 0, "the radius {} is not positive", self.radius)
        box = Box(tuple(c - self.radius for c in self.center), tuple(c + self.radius for c in self.center))
        require(subset(box, on), "the box around the centre is not known to lie in the domain")
        off = [Interval(_less(s.lower, y), _less(s.upper, y)) for s, y in zip(bounds(f, Box(self.center, self.center)), value, strict=True)]
        slopes = secants(f, box)
        _meter(self.matrix, [*slopes, off])
        shrinks = max(self._row(i, slopes) for i in range(n))
        require(shrinks < 1, "in the box, distances are known to shrink to {} of themselves only", shrinks)
        moved = max(_bounded(_combined(line, off)) for line in self.matrix)
        require(moved <= (1 - shrinks) * self.radius, "the centre moves by up to {}, which is too far for the radius", moved)
        return ()

    def _row(self, i: int, slopes: Sequence[Sequence[Interval]]) -> Fraction:
        """Σⱼ|aᵢⱼ| of I − M·S, at most."""
        total = Fraction(0)
        for j, column in enumerate(zip(*slopes, strict=True)):
            entry = _combined(self.matrix[i], column)
            total += _bounded(Interval(_less(entry.lower, Fraction(int(i == j))), _less(entry.upper, Fraction(int(i == j)))))
        return total


def _combined(weights: Sequence[Fraction], sides: Sequence[Interval]) -> Interval:
    """What Σ wₖ·tₖ lies in, tₖ in the sides."""
    return interval_sum([interval_product(Interval(w, w), side) for w, side in zip(weights, sides, strict=True)])


def _less(t: Fraction | None, by: Fraction) -> Fraction | None:
    return None if t is None else t - by


def _bounded(side: Interval) -> Fraction:
    found = size(side)
    if found is None:
        raise Rejected("values or slopes in the box have no bounds")
    return found


def _meter(matrix: Matrix, slopes: Sequence[Sequence[Interval]]) -> None:
    """Refuse what takes too much work."""
    ends = [t for line in slopes for side in line for t in (side.lower, side.upper) if t is not None]
    bits = [max((t.numerator.bit_length() + t.denominator.bit_length() for t in part), default=0) for part in (ends, sum(matrix, ()))]
    n = len(matrix)
    Meter().take(2 * n**2 * (n + 1) * (3000 + digits(sum(bits)) * digits((n + 1) * sum(bits))))
