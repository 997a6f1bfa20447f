"""A domain cut into cells on which a piecewise-affine network is affine, exactly, in homogeneous coordinates.

The point x is written as the ray through (x, 1) ∈ ℝⁿ⁺¹, a direction r of the domain as (r, 0). A cell is a closed convex cone,
the set of all sums of nonnegative multiples of its *generators*, which are integer vectors (x·w, w), w ≥ 0. The network f
becomes f̂(x, w) = w·f(x/w) for w > 0, and f̂(r, 0) = lim f(x + t·r)/t for t → ∞. For the operations allowed here (affine
maps, continuous piecewise-affine activations, maxima, sums, stacks) this limit exists, does not depend on x, and is the
value at r of the *recession network*: constants dropped, each activation replaced by its first and last slope about 0. f̂
is continuous, and linear on every cone on which no *switch* of the network changes its sign: a switch is a form
z − b·w (z before an activation with breakpoint b) or zᵢ − zⱼ (two members of one maximum).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from math import gcd
from typing import TypeAlias

from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Rejected, require
from proofs.exact import Vector, vector
from proofs.functions import Function
from proofs.limits import Meter, digits
from proofs.network import Affine, Max, Network, Node, Op, Pointwise, Row, Stack, Sum

Cell: TypeAlias = dict[int, int]  # number of a generator → the set of walls of the cell that it lies in, as the bits of an integer
MOST_INPUTS = 12  # a box on n inputs has 2ⁿ corners


@dataclass(frozen=True, slots=True)
class Generator:
    """A ray (x, w), the signs of all switches on it as two sets of bits, and `factor` > 0 times (f̂, w) there as `image`, in integers.

    If w > 0, then image = (F, W) with f(x/w) = F/W. The value of switch k on the ray is levels[k] / scales[k], scales[k] > 0.
    """

    ray: tuple[int, ...]
    positive: int
    negative: int
    image: tuple[int, ...]
    factor: Fraction
    levels: tuple[int, ...]
    scales: tuple[int, ...]


@dataclass(slots=True)
class Subdivision:
    """The generators found so far of the cells of f on a domain; `switches` says how many switches f has."""

    f: Network
    on: Reals | Box | Polytope
    generators: list[Generator] = field(default_factory=list)
    before: list[int] = field(default_factory=list)  # for each switch, the switches that its form depends on
    meter: Meter = field(default_factory=Meter)
    _numbers: dict[tuple[int, ...], int] = field(default_factory=dict)
    _scales: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)  # generators share them
    _recession: Network = field(init=False)
    _growth: int = field(init=False)  # numbers of so many bits may be multiplied with a coordinate of the input

    def __post_init__(self) -> None:
        self._recession = recession(self.f)
        self._growth = sum(_growth(node) for node in self.f.nodes)
        earlier = [0]  # for each value, the switches it depends on
        for node in self.f.nodes:
            count = _count(node.op)
            total = len(self.before) + count
            self.meter.take(100 * count + (2 + len(node.inputs)) * digits(total), 64 * count + 2 * total)
            known = 0
            for j in node.inputs:
                known |= earlier[j]
            own = ((1 << count) - 1) << len(self.before)
            self.before.extend([known] * count)
            earlier.append(known | own)

    @property
    def switches(self) -> int:
        """How many switches the network has."""
        return len(self.before)

    def roots(self) -> list[Cell]:
        """Cells whose union is the domain: the box itself, or what the polytope has in common with each orthant where that is needed."""
        match self.on:
            case Box(lower, upper):
                corners: Cell = {}
                n = len(lower)
                require(n <= MOST_INPUTS, "{} inputs; the corners of a box are written down for at most {}", n, MOST_INPUTS)
                for ends in product((0, 1), repeat=n):
                    corner = [upper[i] if end else lower[i] for i, end in enumerate(ends)]
                    walls = sum(1 << (2 * i + end) for i, end in enumerate(ends))
                    number = self.point(vector(corner))
                    corners[number] = corners.get(number, 0) | walls
                return [corners]
            case Reals(n):
                return self._orthants(n)
            case Polytope(n):
                return self._needed([self._clipped(orthant, self.on) for orthant in self._orthants(n)])

    def _needed(self, cells: list[Cell]) -> list[Cell]:
        """The cells without those that hold no point (but directions at most) and those whose generators another one has too."""
        cells = [cell for cell in cells if any(self.generators[number].ray[-1] for number in cell)]
        self.meter.take(len(cells) * sum(100 + 30 * len(cell) for cell in cells))
        kept: list[Cell] = []
        for cell in sorted(cells, key=len, reverse=True):
            if not any(cell.keys() <= other.keys() for other in kept):
                kept.append(cell)
        return kept

    def mixed(self, cell: Cell) -> int:
        """The switches that are positive on one generator of the cell and negative on another."""
        self.meter.take(len(cell) * (100 + digits(self.switches)))
        positive = negative = 0
        for number in cell:
            g = self.generators[number]
            positive |= g.positive
            negative |= g.negative
        return positive & negative

    def available(self, mixed: int) -> Iterator[int]:
        """The switches by which a cell may be cut: those of `mixed` whose form is linear on it."""
        for k in range(mixed.bit_length()):
            if mixed >> k & 1 and not mixed & self.before[k]:
                yield k

    def affine_up_to(self, mixed: int) -> int:
        """The input of the first operation with a switch among these; all values up to it are affine where no others are mixed."""
        count = 0
        for node in self.f.nodes:
            count += _count(node.op)
            if mixed & ((1 << count) - 1):
                return node.inputs[0]
        return len(self.f.nodes)

    def cut(self, cell: Cell, switch: int, wall: int) -> tuple[Cell, Cell]:
        """The parts of the cell where the switch is ≥ 0 and ≤ 0; the cut is wall number `wall`, a number not used before.

        Contract: every switch of before[switch] has one sign on the cell, so that the form is linear there. Each part is the
        intersection of the cell with the half-space. Proof: its extreme rays are extreme rays of the cell, or lie in the
        hyperplane and on an edge of the cell (a face of dimension 2), whose ends have opposite signs. The walls that contain an
        edge have rank n − 1, so its two ends lie in at least n − 1 common walls: all such pairs are taken. Every vector taken
        lies in the part. The walls that contain a point between two generators are those that contain both.
        """
        generators = self.generators
        levels = {number: (generators[number].levels[switch], generators[number].scales[switch]) for number in cell}
        return self.cut_at(cell, levels, wall)

    def cut_by(self, cell: Cell, form: Sequence[int], wall: int) -> tuple[Cell, Cell]:
        """The parts of the cell where a form that is not 0 is ≥ 0 and ≤ 0; otherwise as `cut`."""
        self.meter.take(len(cell) * len(form) * (100 + digits(max(map(int.bit_length, form))) ** 2))
        levels = {number: (sum(a * t for a, t in zip(form, self.generators[number].ray, strict=True)), 1) for number in cell}
        return self.cut_at(cell, levels, wall)

    def cut_at(self, cell: Cell, levels: dict[int, tuple[int, int]], wall: int) -> tuple[Cell, Cell]:
        """The parts where a form that is linear on the cell is ≥ 0 and ≤ 0; a generator with the level (a, b), b > 0, has the value a/b."""
        n, bit = self.f.arity, 1 << wall
        above: Cell = {}
        below: Cell = {}
        between: Cell = {}
        for number, walls in cell.items():
            level = levels[number][0]
            if level > 0:
                above[number] = walls
            elif level < 0:
                below[number] = walls
            else:
                between[number] = walls | bit
        self.meter.take(100 * (len(cell) + len(above) * len(below)) * digits(wall))
        for a, first in above.items():
            for b, second in below.items():
                common = first & second
                if common.bit_count() >= n - 1:
                    number = self._between(a, b, levels)
                    between[number] = between.get(number, 0) | common | bit
        return {**above, **between}, {**below, **between}

    def _between(self, a: int, b: int, levels: dict[int, tuple[int, int]]) -> int:
        """The generator on the segment from a (positive) to b (negative) where the form vanishes."""
        s, p = levels[a]
        t, q = levels[b]
        s, t = s * q, -t * p
        u, v = self.generators[a].ray, self.generators[b].ray
        return self.ray([t * i + s * j for i, j in zip(u, v, strict=True)])

    def _orthants(self, n: int) -> list[Cell]:
        require(n <= MOST_INPUTS, "{} inputs; cells are written down for at most {}", n, MOST_INPUTS)
        origin = self.ray([0] * n + [1])
        cells = []
        for signs in product((1, -1), repeat=n):
            cell = {origin: (1 << n) - 1}
            for i, sign in enumerate(signs):
                number = self.ray([sign if j == i else 0 for j in range(n)] + [0])
                cell[number] = ((1 << n) - 1) & ~(1 << i) | 1 << n
            cells.append(cell)
        return cells

    def _clipped(self, cell: Cell, on: Polytope) -> Cell:
        for k, (normal, offset) in enumerate(zip(on.normals, on.offsets, strict=True)):
            side = vector((*normal, -offset)).numerators
            if any(side):  # otherwise 0 ≤ 0, and no wall: it would make every two generators look closer
                cell = self.cut_by(cell, side, on.n + 1 + k)[1]
        return cell

    def point(self, x: Vector) -> int:
        """The number of the generator (x, 1)."""
        return self.ray([*x.numerators, x.denominator])

    def ray(self, ray: Sequence[int]) -> int:
        """The number of the generator; not all coordinates are 0, the last one is ≥ 0."""
        self.meter.take(1000 + len(ray) * digits(max(map(int.bit_length, ray))) ** 2)
        common = gcd(*ray)
        key = tuple(t // common for t in ray)
        if key not in self._numbers:
            self._numbers[key] = len(self.generators)
            self.generators.append(self._generator(key))
        return self._numbers[key]

    def _generator(self, ray: tuple[int, ...]) -> Generator:
        w = ray[-1]
        bits = max(map(int.bit_length, ray)) + self._growth
        work = self.switches * (200 + digits(self.switches) + digits(bits) * digits(self._growth)) + (1 + self.f.width) * digits(bits) ** 2
        self.meter.take(work, self.switches * (300 + bits))
        values = (self.f if w else self._recession).trace(Vector(ray[:-1], w or 1), self.meter)
        positive = negative = 0
        levels: list[int] = []
        scales: list[int] = []
        for node in self.f.nodes:
            for level, scale in _levels(node.op, values[node.inputs[0]], w):
                if level > 0:
                    positive |= 1 << len(levels)
                elif level < 0:
                    negative |= 1 << len(levels)
                levels.append(level)
                scales.append(scale)
        out = values[-1]
        image = (*out.numerators, out.denominator if w else 0)
        common = gcd(*image) or 1
        factor = Fraction(out.denominator, common * (w or 1))
        shared = self._scales.setdefault(tuple(scales), tuple(scales))
        return Generator(ray, positive, negative, tuple(t // common for t in image), factor, tuple(levels), shared)


def recession(f: Function) -> Network:
    """The network x ↦ lim f(tx)/t for t → ∞: no constants, each activation with its first and last slope about 0."""
    if not isinstance(f, Network):
        raise Rejected("a table has no cells")
    return Network(f.arity, tuple(Node(_recession(node.op), node.inputs) for node in f.nodes))


def _recession(op: Op) -> Op:
    match op:
        case Affine(columns, rows, d):
            return Affine(columns, tuple(Row(row.columns, row.coefficients, 0) for row in rows), d)
        case Pointwise(activations):
            known: dict[PiecewiseAffine, PiecewiseAffine] = {}
            for s in set(activations):
                if not isinstance(s, PiecewiseAffine):
                    raise Rejected(f"{type(s).__name__} is not piecewise affine: there are no cells")
                zero = Fraction(0)
                known[s] = PiecewiseAffine((zero,), ((s.pieces[0][0], zero), (s.pieces[-1][0], zero)))
            return Pointwise(tuple(known[s] for s in activations if isinstance(s, PiecewiseAffine)))
        case Max() | Sum() | Stack():
            return op
        case _:
            raise Rejected(f"{type(op).__name__} is not continuous and piecewise affine: there are no cells")


def _count(op: Op) -> int:
    """How many switches the operation has."""
    match op:
        case Pointwise(activations):
            return sum(len(s.breakpoints) for s in activations if isinstance(s, PiecewiseAffine))
        case Max(groups):
            return sum(len(group) * (len(group) - 1) // 2 for group in groups)
        case _:
            return 0


def _growth(node: Node) -> int:
    """By how many bits the numbers of the node's value may exceed those of its inputs; common denominators are counted where they arise."""
    match node.op:
        case Affine() as op:
            return 2 * op.bits + op.entries.bit_length()
        case Pointwise() as op:
            return 2 * op.bits
        case _:
            return len(node.inputs).bit_length()


def _levels(op: Op, z: Vector, w: int) -> Iterator[tuple[int, int]]:
    """The switches of an operation on a ray (x, w) that takes the value z at x/w, or at x if w = 0; numerators, positive denominators.

    w·(t/d − b) = (t·q − p·d) / (q·d/w) for b = p/q; operations multiply denominators by fixed numbers, so that w divides d.
    """
    d = z.denominator
    match op:
        case Pointwise(activations):
            scale = _without(w, d)
            for s, t in zip(activations, z.numerators, strict=True):
                assert isinstance(s, PiecewiseAffine)
                for b in s.breakpoints:
                    q = b.denominator
                    yield (t * q - b.numerator * d, scale * q) if w else (t, scale)
        case Max(groups):
            scale = _without(w, d)
            for group in groups:
                for i, j in combinations(group, 2):
                    yield z.numerators[i] - z.numerators[j], scale
        case _:
            return


def _without(w: int, d: int) -> int:
    quotient, rest = divmod(d, w or 1)
    assert not rest, "the denominators of a network's values at x are multiples of that of x"
    return quotient
