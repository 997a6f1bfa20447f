"""Boxes that are halved, and bounds of a network with one layer of activations on two of them; see `SeparatedBoxes`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import lcm
from operator import mul
from typing import TypeAlias

from proofs.activations import PiecewiseAffine, Scaled, scaled
from proofs.domains import Box
from proofs.errors import require
from proofs.exact import common_denominator, vector
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.theorems.columns import Columns, Numbers
from proofs.theorems.one_layer import OneLayer, one_layer

LEAF = -1
FINE = 64  # slopes are rounded to multiples of 1/(FINE·scale)
_KEPT = 30_000_000  # digits of numbers about boxes that are in memory, twice
_MOST_HALVINGS = 1000  # of one coordinate

Range: TypeAlias = tuple[int, int, int, int]  # least ≤ z ≤ most, and the pieces of σ behind `least` and before `most`


@dataclass(frozen=True, slots=True)
class Zonotope:
    """The set of all centre + Σ tⱼ·sidesⱼ + Σ tᵢ·widthsᵢ·vᵢ with |t| ≤ 1."""

    centre: Numbers
    sides: Sequence[Numbers]
    widths: Numbers
    columns: Columns  # the vᵢ

    def reach(self, u: Numbers) -> int:
        """How far u·f is from u·centre at most: the sum is largest where each t is 1 or −1."""
        across = [sum(map(mul, u, side)) for side in self.sides]
        reach: int = sum(map(abs, across)) + sum(map(mul, self.widths, map(abs, self.columns.times(u))))
        return reach


@dataclass(slots=True)
class Facts:
    """What is known on a box: which units are on one piece of σ there, with their pieces, as the set `fixed` of bits; the `free` others;
    and `sums` with f = sums·(2·unit·x, 1) + Σ vᵢσᵢ(zᵢ) + a constant, the sum over the free ones, all in the units of `BoxTree`.

    The columns of `sums` are FINE·scale·d·L + Σ slope·vᵢwᵢᵀ and Σ vᵢ·(slope·2·unit·bᵢ + shift), the sums over the fixed units.
    """

    fixed: int
    free: Sequence[int]
    columns: Columns  # the vᵢ of the free units
    sums: Sequence[Numbers]
    ranges: dict[int, Range] = field(default_factory=dict)
    zonotope: Zonotope | None = None


@dataclass(slots=True)
class BoxTree:
    """A box cut into halves, in preorder: the number of the coordinate that is halved (lower half first), or −1 for no cut.

    The middles and half the sides of boxes are integers over 2·unit; the z of units over the `denominator` 2·d·unit, where `unit` is such
    that breakpoints are integers too; the slopes of lines and secants over FINE·scale, values σ(z) over FINE·scale·denominator, and
    values of f over e times that.
    """

    f: Network
    on: Box
    cuts: tuple[int, ...]
    forms: OneLayer = field(init=False)
    unit: int = field(init=False)
    denominator: int = field(init=False)
    scale: int = field(init=False)
    middles: list[tuple[int, ...]] = field(default_factory=list)
    halfs: list[tuple[int, ...]] = field(default_factory=list)
    second: list[int] = field(default_factory=list)  # the number of the upper half; 0 where there is no cut
    around: list[int] = field(default_factory=list)  # the number of the box that it is a half of; −1 for the first one
    meter: Meter = field(default_factory=Meter)
    _tables: list[tuple[Scaled, list[int], int]] = field(default_factory=list)  # σ, its breakpoints, how it bends: 1 up, −1 down, 0 both
    _sizes: list[tuple[int, ...]] = field(default_factory=list)  # the absolute values of w
    _bits: list[int] = field(default_factory=list)  # the first bit of each unit; it has one for each piece
    _owners: list[int] = field(default_factory=list)  # the unit of each bit
    _effort: int = 0  # of a product of two numbers
    _room: int = 0  # for so many boxes
    _recent: dict[int, Facts] = field(default_factory=dict)
    _before: dict[int, Facts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forms = one_layer(self.f)
        ends = vector([*self.on.lower, *self.on.upper])
        breaks = common_denominator(b.denominator for s in self.forms.units for b in s.breakpoints)
        self.meter.take(len(self.cuts) * (1000 + 20 * self.f.arity))
        halvings = self._halvings()
        self.unit = lcm(ends.denominator, breaks) << halvings
        factor, n = self.unit // ends.denominator, self.f.arity
        self.meter.take(len(self.cuts) * n * (200 + digits(self.unit.bit_length() + ends.bits())), 64 * 2 * n * len(self.cuts))
        self._grow([t * factor for t in ends.numerators[:n]], [t * factor for t in ends.numerators[n:]])
        self.denominator = 2 * self.forms.d * self.unit
        self.scale = common_denominator([self.forms.s, *(q.denominator for s in self.forms.units for _, q in s.pieces)])
        tables = {id(s): self._table(s) for s in self.forms.units}
        self._tables = [tables[id(s)] for s in self.forms.units]
        self._sizes = [tuple(map(abs, row)) for row in self.forms.w]
        for i, s in enumerate(self.forms.units):
            self._bits.append(len(self._owners))
            self._owners += [i] * len(s.pieces)
        longest = digits(self.denominator.bit_length() + self.scale.bit_length() + 2 * self.forms.bits)
        self._effort = 50 + digits(self.forms.bits) * longest
        self._room = 1 + _KEPT // (longest * (1 + 6 * len(self._tables) + 2 * (n + 1) * self.f.width))

    def _halvings(self) -> int:
        """The greatest number of times that a coordinate is halved."""
        deepest, todo = 0, [(0,) * self.f.arity]
        for number, j in enumerate(self.cuts):
            require(bool(todo), "the tree of boxes has {} nodes, more are given", number)
            depth = todo.pop()
            if j == LEAF:
                continue
            require(0 <= j < self.f.arity, "node {} is cut along coordinate {}; there are {}", number, j, self.f.arity)
            depth = (*depth[:j], depth[j] + 1, *depth[j + 1 :])
            deepest = max(deepest, depth[j])
            require(deepest <= _MOST_HALVINGS, "a coordinate is halved over {} times", _MOST_HALVINGS)
            todo += [depth, depth]
        require(not todo, "the tree of boxes ends after {} nodes", len(self.cuts))
        return deepest

    def _grow(self, lower: Numbers, upper: Numbers) -> None:
        self.second = [0] * len(self.cuts)
        todo = [(tuple(a + b for a, b in zip(lower, upper, strict=True)), tuple(b - a for a, b in zip(lower, upper, strict=True)), -1)]
        for number, j in enumerate(self.cuts):
            middle, half, around = todo.pop()
            self.middles.append(middle)
            self.halfs.append(half)
            self.around.append(around)
            if around >= 0:
                self.second[around] = number  # the upper half is the last one
            if j != LEAF:
                quarter = half[j] // 2
                half = (*half[:j], quarter, *half[j + 1 :])
                todo += [((*middle[:j], middle[j] + t, *middle[j + 1 :]), half, number) for t in (quarter, -quarter)]

    def _table(self, s: PiecewiseAffine) -> tuple[Scaled, list[int], int]:
        slopes = [slope for slope, _ in s.pieces]
        bends = 1 if slopes == sorted(slopes) else -1 if slopes == sorted(slopes, reverse=True) else 0
        return scaled(s, self.denominator, self.scale * FINE), [int(b * self.denominator) for b in s.breakpoints], bends

    def halves(self, number: int) -> tuple[int, int]:
        """The two halves of a box."""
        require(self.second[number] > 0, "the box of node {} is not cut", number)
        return number + 1, self.second[number]

    def facts(self, number: int) -> Facts:
        """What is known on a box.

        Proof: a unit that is on one piece of σ all over a box is so on its halves. So only those that are free on the box around it are
        looked at.
        """
        found = self._recent.get(number)
        if found is not None:
            return found
        path = []
        while number >= 0 and (found := self._recent.get(number) or self._before.pop(number, None)) is None:
            path.append(number)
            number = self.around[number]
        if found is None:
            sums = [*self.forms.linear(FINE * self.scale), [0] * self.f.width]
            found = Facts(0, range(len(self._tables)), Columns(self.forms.v, self.forms.bits), sums)
        else:
            self._keep(number, found)
        for number in reversed(path):
            found = self._within(found, number)
            self._keep(number, found)
        return found

    def _keep(self, number: int, facts: Facts) -> None:
        if len(self._recent) >= self._room:  # what has not been asked for since this happened last is forgotten
            self._before, self._recent = self._recent, {}
        self._recent[number] = facts

    def _within(self, facts: Facts, number: int) -> Facts:
        """What is known on a half of the box that the facts are about."""
        self.meter.take(len(facts.free) * (1000 + 2 * self.f.arity * self._effort))
        fixed, free, lines = facts.fixed, [], []
        ranges: dict[int, Range] = {}
        for i in facts.free:
            _, _, first, last = ranges[i] = self._range(i, number)
            if first < last:
                free.append(i)
            else:
                fixed |= 1 << self._bits[i] + last
                lines.append((i, *self._tables[i][0][2][last]))
        columns = Columns([self.forms.v[i] for i in free], self.forms.bits)
        return Facts(fixed, free, columns, self._with(facts.sums, lines), ranges)

    def _range(self, i: int, number: int) -> Range:
        """Proof: z = w·x + b is affine, so it lies within Σ |wⱼ|·(half the side j) of its value in the middle."""
        z = sum(map(mul, self.forms.w[i], self.middles[number])) + 2 * self.unit * self.forms.b[i]
        reach = sum(map(mul, self._sizes[i], self.halfs[number]))
        breaks = self._tables[i][1]
        return z - reach, z + reach, bisect_right(breaks, z - reach), bisect_left(breaks, z + reach)

    def _with(self, sums: Sequence[Numbers], lines: Sequence[tuple[int, int, int]]) -> Sequence[Numbers]:
        """The sums with those of units i whose σ(z) are slope·z + shift."""
        if not lines:
            return sums
        self.meter.take(len(sums) * self.f.width * (300 + len(lines) * self._effort))
        columns, last, twice = list(sums), len(sums) - 1, 2 * self.unit
        for i, slope, shift in lines:
            v = self.forms.v[i]
            for j, t in enumerate([*self.forms.w[i], twice * self.forms.b[i]]):
                factor = slope * t if j < last else slope * t + shift
                if factor:
                    columns[j] = [s + factor * a for s, a in zip(columns[j], v, strict=True)]
        return columns

    def zonotope(self, number: int) -> Zonotope:
        """Where the values of f on a box are, but for a constant that is the same for all boxes.

        Proof: for any slope λ is σ(z) − λz affine between breakpoints, so it has its least and its greatest value at the ends or at
        breakpoints. So σ(z) lies within a width of a line, for each free unit; and an affine map takes the box to what is within the images
        of half its sides.
        """
        facts = self.facts(number)
        if facts.zonotope is not None:
            return facts.zonotope
        lines, widths, work = [], [], 0
        for i in facts.free:
            low, high, first, last = facts.ranges[i]
            (_, _, pieces), breaks, _ = self._tables[i]
            ends = [low, *breaks[first:last], high]
            work += len(ends)
            values = [p * t + q for t, (p, q) in zip(ends, [pieces[first], *pieces[first:last], pieces[last]], strict=True)]
            slope = (values[-1] - values[0]) // (high - low)
            off = [v - slope * t for v, t in zip(values, ends, strict=True)]
            shift = (min(off) + max(off)) // 2
            lines.append((i, slope, shift))
            widths.append(max(off) - shift)
        *columns, constant = self._with(facts.sums, lines)
        self.meter.take(work * 1000 + (work + 2 * self.f.arity * self.f.width) * self._effort)
        sides = [[t * half for t in column] for column, half in zip(columns, self.halfs[number], strict=True)]
        middle = self.middles[number]
        centre = [t + sum(map(mul, row, middle)) for t, row in zip(constant, zip(*columns, strict=True), strict=True)]
        facts.zonotope = Zonotope(centre, sides, widths, facts.columns)
        return facts.zonotope

    def separates(self, u: Numbers, p: int, q: int) -> bool:
        """Whether u·f(x) > u·f(y) for all x in box p and y in box q: u·f is near its value in the centre of the zonotope."""
        require(len(u) == self.f.width, "a functional on {} coordinates", len(u))
        one, other = self.zonotope(p), self.zonotope(q)
        longest = max(map(int.bit_length, u), default=0)
        sources = 2 * (1 + self.f.arity) + len(one.widths) + len(other.widths)
        self.meter.take(sources * (300 + len(u) * (self._effort + digits(longest) * (self._effort - 50))))
        between: int = sum(map(mul, u, one.centre)) - sum(map(mul, u, other.centre))
        return between > one.reach(u) + other.reach(u)

    def monotone(self, numbers: Numbers, p: int, q: int) -> bool:
        """Whether ⟨x − y, M(f(x) − f(y))⟩ > 0 for all different x in box p and y in box q.

        `numbers` are a set of units, as bits, an exponent for all others, M by rows, and an exponent for each unit of the set.
        Proof: δh = c·δz for the mean c of the slopes between two values of z (any c if δz = 0). `OneLayer.definite` is given the sums over
        the units on box p that are fixed there; of those that are free, or not on the same piece on box q, the slope between the two
        boxes, less the one that the sums have.
        """
        size = self.forms.size
        require(len(numbers) >= 2 + size and numbers[0] >= 0, "{} numbers for a matrix of {}", len(numbers), size)
        named = [i for i in bits(numbers[0]) if i < len(self._tables)]
        require(len(numbers) == 2 + size + len(named), "{} numbers for a matrix of {} and {} exponents", len(numbers), size, len(named))
        exponents = dict(zip(named, numbers[2 + size :], strict=True))
        one, other, usual = self.facts(p), self.facts(q), numbers[1]
        if len(one.free) < len(other.free):  # it is the same for y and x
            one, other, p, q = other, one, q, p
        spreads = []
        for i in one.free:
            low, high = self._slopes(i, one, p, other, q)
            spreads.append((i, low, high, exponents.get(i, usual)))
        for bit in bits(one.fixed & ~other.fixed):
            i = self._owners[bit]
            low, high = self._slopes(i, one, p, other, q)
            slope = self._tables[i][0][2][bit - self._bits[i]][0]
            spreads.append((i, low - slope, high - slope, exponents.get(i, usual)))
        self.meter.take(len(spreads) * (3000 + 4 * self.f.arity * self._effort))
        fine, matrix = FINE * self.scale // self.forms.s, numbers[2 : 2 + size]
        return self.forms.definite(matrix, one.sums[:-1], one.columns, spreads, fine, self.meter)

    def _slopes(self, i: int, one: Facts, p: int, other: Facts, q: int) -> tuple[int, int]:
        """Bounds of the slopes of the secants of a unit between the boxes, rounded outwards.

        Proof: the slope of the secant from t to t′ is the mean of σ′ between them, so it lies between the least and the greatest slope of
        pieces there. If σ is convex, σ′ increases, and the mean does so in both t and t′: the bounds are the slopes between the lower ends
        and between the upper ends of the two ranges; or, where these ends are equal, the slope behind the one and before the other,
        between which the slopes of all other pairs lie. If σ is concave, −σ is convex.
        """
        if i not in one.ranges:
            one.ranges[i] = self._range(i, p)
        if i not in other.ranges:
            other.ranges[i] = self._range(i, q)
        (a, b, first, last), (c, d, first_, last_) = one.ranges[i], other.ranges[i]
        (_, _, pieces), _, bends = self._tables[i]
        start, end = (first if first < first_ else first_), (last if last > last_ else last_)
        if start >= end or not bends:
            slopes = [slope for slope, _ in pieces[min(start, end) : max(start, end) + 1]]
            return min(slopes), max(slopes)
        (s, t), (s_, t_) = pieces[first], pieces[first_]
        under = (s, 1) if first == first_ else (s * a + t - s_ * c - t_, a - c)
        (s, t), (s_, t_) = pieces[last], pieces[last_]
        over = (s, 1) if last == last_ else (s * b + t - s_ * d - t_, b - d)
        low, high = (under, over) if bends > 0 else (over, under)
        return low[0] // low[1], -(-high[0] // high[1])


def bits(number: int) -> Iterator[int]:
    """Where the bits of a number ≥ 0 are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
