"""Affine maps that tell all points of a grid apart although they lower the dimension: digits packed into one number (F6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Grid, Point
from proofs.elimination import longest, rank_modulo
from proofs.errors import Rejected, require
from proofs.exact import vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine
from proofs.statements import Injective, Statement
from proofs.theorems.affine import affine_form

_PRIME = 2**61 - 1


@dataclass(frozen=True, slots=True)
class ShortDualVectors:
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
