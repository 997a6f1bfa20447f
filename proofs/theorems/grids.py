"""Affine maps on grids: some tell all points apart although they lower the dimension (F6), some stay on another grid (G17)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import ClassVar

from proofs.domains import Grid, Labels, Point
from proofs.elimination import longest, rank_modulo
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.kernel import Status
from proofs.limits import MOST_POINTS, Meter, digits
from proofs.network import Affine
from proofs.statements import Injective, MapsInto, Statement
from proofs.theorems.affine import affine_form

_PRIME = 2**61 - 1


@dataclass(frozen=True, slots=True, repr=False)
class ShortDualVectors(Brief):
    """x ↦ Wx + b is injective on a grid if rational combinations y·A of the rows of its integer matrix A on the steps of the grid
    lie so close to integer vectors k that Σ |k − yA|·c < 1, c the numbers of steps, and A with these k has full column rank.

    Proof: let two points of the grid have the same value, and let t be the vector of the steps between them, so that |tⱼ| ≤ cⱼ and
    At = 0. Then k·t = (k − yA)·t is an integer, and less than 1 in absolute value: it is 0. So t lies in the kernel of A and
    of all k, which is 0 (the rank is counted modulo a prime, where it is at most the rank).
    `vectors` lists the y; k is yA rounded to the nearest integers. Digits in base m are the case y = 1/m, 1/m², …
    """

    vectors: tuple[Point, ...]
    name: ClassVar[str] = "ShortDualVectors"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (F6)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, Grid) outright, for a network that is one affine map."""
        match goal:
            case Injective(f, Grid() as grid):
                w = affine_form(f)
            case _:
                raise Rejected("short dual vectors prove injectivity on a grid only")
        meter = Meter()
        moving = [j for j, c in enumerate(grid.counts()) if c > 1]
        steps = [grid.counts()[j] - 1 for j in moving]
        rows = matrix_on_steps(w, grid, moving, meter)
        equations = list(rows)
        for number, y in enumerate(self.vectors):
            require(len(y) == len(rows), f"vector {number} has {len(y)} coordinates for {len(rows)} rows")
            k, close = _nearest(rows, y, steps, meter)
            require(close, f"vector {number} does not come close enough to an integer vector")
            equations.append(k)
        found = rank_modulo(equations, _PRIME, len(moving), meter)
        require(found == len(moving), "the equations leave a direction open (their rank is {} of {})", found, len(moving))
        return ()


def matrix_on_steps(w: Affine, grid: Grid, moving: list[int], meter: Meter) -> list[list[int]]:
    """The integer matrix A with W·(x − x′) = A·t, up to a factor for all of it, for points x, x′ of the grid that are t steps apart."""
    step = vector(grid.step[j] for j in moving)
    entries = len(w.rows) * len(moving)
    meter.take(entries * (200 + digits(w.bits) * digits(step.bits())), entries * (w.bits + step.bits()))
    scaled = dict(zip(moving, step.numerators, strict=True))
    rows = []
    for row in w.rows:
        known = dict(zip(row.columns, row.coefficients, strict=True))
        rows.append([known.get(j, 0) * scaled[j] for j in moving])
    return rows


def _nearest(rows: list[list[int]], y: Point, steps: list[int], meter: Meter) -> tuple[list[int], bool]:
    """The integer vector k nearest to y·A, and whether Σ |k − yA|·c < 1."""
    weights = vector(y)
    bits, q = longest(rows), weights.denominator
    products = len(rows) * len(steps) * (200 + digits(bits) * digits(weights.bits()))
    meter.take(products + 10 * len(steps) * digits(bits + weights.bits()) ** 2)
    k, distance = [], 0
    for j, c in enumerate(steps):
        total = sum(a * row[j] for a, row in zip(weights.numerators, rows, strict=True))
        k.append((2 * total + q) // (2 * q))
        distance += abs(k[-1] * q - total) * c
    return k, distance < q


@dataclass(frozen=True, slots=True, repr=False)
class MeetInTheMiddle(Brief):
    """x ↦ Wx + b is injective on a grid if At = 0 has no solution t ≠ 0 in integers with |tⱼ| ≤ cⱼ, where A is its integer matrix on
    the steps of the grid and c are the numbers of steps: the sums over some of the coordinates are listed, those over the others
    are looked up among them.

    Proof: let two points of the grid have the same value, and let t be the vector of the steps between them, so that |tⱼ| ≤ cⱼ and At =
    0. The rows of A are joined into one row g, row i times the product of 2sₖ + 1 over the rows k before it, where |Aₖt| ≤ sₖ: then gt =
    0 gives A₀t ≡ 0 modulo 2s₀ + 1, so A₀t = 0, and so on, so that gt = 0 and At = 0 say the same. Split gt = u + v into the sums over the
    coordinates in `left` and over the others. −u is listed with u. If only t = 0 gives u = 0 among the first, and only t = 0 gives a v
    that is listed, then gt = 0 holds for t = 0 only. `left` lists coordinates of the grid.
    """

    left: tuple[int, ...]
    name: ClassVar[str] = "MeetInTheMiddle"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (F6); the split is that of E. Horowitz and S. Sahni, J. ACM 21 (1974) 277–292"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, Grid) outright, for a network that is one affine map."""
        match goal:
            case Injective(f, Grid() as grid):
                w = affine_form(f)
            case _:
                raise Rejected("meeting in the middle proves injectivity on a grid only")
        meter, counts = Meter(), grid.counts()
        moving = [j for j, c in enumerate(counts) if c > 1]
        steps = [counts[j] - 1 for j in moving]
        weights = dict(zip(moving, _joined(matrix_on_steps(w, grid, moving, meter), steps, meter), strict=True))
        chosen = set(self.left)
        require(chosen <= weights.keys() and len(chosen) == len(self.left), "`left` does not list different coordinates that move")
        first = _sums([(weights[j], counts[j] - 1) for j in self.left], meter)
        second = _sums([(weights[j], counts[j] - 1) for j in moving if j not in chosen], meter)
        require(first.count(0) == 1, "steps of the first half alone change nothing")
        first.sort()  # no set: whoever wrote the weights could make all hashes equal
        require(sum(first[min(bisect_left(first, t), len(first) - 1)] == t for t in second) == 1, "steps of both halves cancel")
        return ()


def _joined(rows: list[list[int]], steps: list[int], meter: Meter) -> list[int]:
    """One row g such that gt = 0 and At = 0 say the same of all t with |tⱼ| ≤ cⱼ."""
    joined, place = [0] * len(steps), 1
    for row in rows:
        bits = place.bit_length() + longest([row])
        meter.take(len(row) * (200 + digits(longest([row])) * (digits(place.bit_length()) + digits(longest([steps])))), len(row) * bits)
        joined = [g + a * place for g, a in zip(joined, row, strict=True)]
        place *= 2 * sum(abs(a) * c for a, c in zip(row, steps, strict=True)) + 1
    return joined


def _sums(terms: list[tuple[int, int]], meter: Meter) -> list[int]:
    """All sums of one multiple k of each weight, |k| ≤ c."""
    many = prod(2 * c + 1 for _, c in terms)
    require(many <= MOST_POINTS, "{} sums; at most {} are listed", many, MOST_POINTS)
    bits = sum(abs(g) * c for g, c in terms).bit_length()
    meter.take(many * (200 + 4 * digits(bits)), 3 * many * (300 + bits))
    sums = [0]
    for g, c in terms:
        multiples = [g * k for k in range(-c, c + 1)]
        sums = [u + v for u in sums for v in multiples]
    return sums


@dataclass(frozen=True, slots=True, repr=False)
class StaysOnGrid(Brief):
    """x ↦ Wx + b maps a grid into a grid C, or into labels, if it takes the lowest point to the lattice of C and each step to multiples
    of the steps of C, and if the ends of each coordinate of the image lie between those of C.

    Proof: a point of the grid is its lowest one and some steps, so its value lies on the lattice of C. The least and the largest value
    of a coordinate are at the ends of the steps, by the signs of its coefficients.
    """

    name: ClassVar[str] = "StaysOnGrid"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """MapsInto(f, Grid, Grid or Labels) outright, for a network that is one affine map."""
        match goal:
            case MapsInto(f, Grid() as grid, Grid() | Labels() as into):
                w = affine_form(f)
            case _:
                raise Rejected("only shows that a grid is mapped into a grid or into labels")
        require(isinstance(into, Grid) or into.k > 0, "there are no labels")
        to = into if isinstance(into, Grid) else Grid((Fraction(0),), (Fraction(into.k - 1),), (Fraction(1),))
        meter, counts = Meter(), grid.counts()
        moving = [j for j, c in enumerate(counts) if c > 1]
        rows, steps = matrix_on_steps(w, grid, moving, meter), [counts[j] - 1 for j in moving]
        unit = w.denominator * vector(grid.step[j] for j in moving).denominator
        start = f.trace(vector(grid.lower), meter)[-1].fractions()
        meter.take(len(rows) * (10_000 + len(steps) * (1_000 + 4 * digits(longest(rows)) * digits(longest([steps])))))
        for row, value, low, high, step in zip(rows, start, to.lower, to.upper, to.step, strict=True):
            require((value - low) % step == 0, "the lowest point does not go to the lattice")
            multiple = unit * step.numerator
            require(all(a * step.denominator % multiple == 0 for a in row), "a step does not go to a multiple of a step")
            sums = [sum(max(sign * a, 0) * c for a, c in zip(row, steps, strict=True)) for sign in (-1, 1)]
            ends = value - Fraction(sums[0], unit), value + Fraction(sums[1], unit)
            require(low <= ends[0] and ends[1] <= high, "a value lies outside the grid")
        return ()
