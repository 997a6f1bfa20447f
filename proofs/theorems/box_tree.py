"""Boxes that are halved, and bounds of a network with one layer of activations on two of them; see `SeparatedBoxes`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lcm
from operator import mul
from typing import TypeAlias

from proofs.activations import PiecewiseAffine, Scaled, apply_pieces, scaled
from proofs.domains import Box
from proofs.errors import require
from proofs.exact import common_denominator, vector
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.theorems.one_layer import OneLayer, one_layer

LEAF = -1
FINE = 64  # slopes are rounded to multiples of 1/(FINE·scale)
_KEPT = 8192  # boxes about which facts are in memory
_MOST_HALVINGS = 1000  # of one coordinate

Numbers: TypeAlias = Sequence[int]


@dataclass(slots=True)
class Facts:
    """What is known on a box: least ≤ z ≤ most for the input z of each unit, and λ·z + low ≤ σ(z) ≤ λ·z + high, for the slope λ, in the
    units of `BoxTree`.
    """

    least: list[int]
    most: list[int]
    slopes: list[int]
    lows: list[int]
    highs: list[int]


@dataclass(slots=True)
class BoxTree:
    """A box cut into halves, in preorder: the number of the coordinate that is halved (lower half first), or −1 for no cut.

    Corners are integers over `unit`; the z of units over the `denominator` 2·d·unit, where `unit` is such that breakpoints are integers
    too; the slopes of lines and secants over FINE·scale, and values σ(z) over FINE·scale·denominator.
    """

    f: Network
    on: Box
    cuts: tuple[int, ...]
    forms: OneLayer = field(init=False)
    unit: int = field(init=False)
    denominator: int = field(init=False)
    scale: int = field(init=False)
    lower: list[tuple[int, ...]] = field(default_factory=list)
    upper: list[tuple[int, ...]] = field(default_factory=list)
    second: list[int] = field(default_factory=list)  # the number of the upper half; 0 where there is no cut
    meter: Meter = field(default_factory=Meter)
    _tables: list[tuple[Scaled, list[int], int]] = field(default_factory=list)  # σ, its breakpoints, how it bends: 1 up, −1 down, 0 both
    _columns: list[tuple[int, ...]] = field(default_factory=list)
    _rest: list[tuple[int, ...]] = field(default_factory=list)
    _known: dict[int, Facts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forms = one_layer(self.f)
        ends = vector([*self.on.lower, *self.on.upper])
        breaks = common_denominator(b.denominator for s in self.forms.units for b in s.breakpoints)
        self.meter.take(len(self.cuts) * (1000 + 20 * self.f.arity))
        halvings = self._halvings()
        self.unit = lcm(ends.denominator, breaks) << halvings
        factor, n = self.unit // ends.denominator, self.f.arity
        self.meter.take(len(self.cuts) * n * (200 + digits(self.unit.bit_length() + ends.bits())), 64 * 2 * n * len(self.cuts))
        self._grow(tuple(t * factor for t in ends.numerators[:n]), tuple(t * factor for t in ends.numerators[n:]))
        self.denominator = 2 * self.forms.d * self.unit
        self.scale = common_denominator([self.forms.s, *(q.denominator for s in self.forms.units for _, q in s.pieces)])
        tables = {id(s): self._table(s) for s in self.forms.units}
        self._tables = [tables[id(s)] for s in self.forms.units]
        self._columns = [tuple(row[j] for row in self.forms.w) for j in range(self.f.arity)]
        self._rest = [tuple(row[j] for row in self.forms.rest) for j in range(self.f.arity)]

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

    def _grow(self, lower: tuple[int, ...], upper: tuple[int, ...]) -> None:
        self.second = [0] * len(self.cuts)
        todo = [(lower, upper, -1)]
        for number, j in enumerate(self.cuts):
            low, high, parent = todo.pop()
            self.lower.append(low)
            self.upper.append(high)
            if parent >= 0:
                self.second[parent] = number
            if j != LEAF:
                middle = (low[j] + high[j]) // 2
                todo.append(((*low[:j], middle, *low[j + 1 :]), high, number))
                todo.append((low, (*high[:j], middle, *high[j + 1 :]), -1))

    def _table(self, s: PiecewiseAffine) -> tuple[Scaled, list[int], int]:
        slopes = [slope for slope, _ in s.pieces]
        bends = 1 if slopes == sorted(slopes) else -1 if slopes == sorted(slopes, reverse=True) else 0
        return scaled(s, self.denominator, self.scale * FINE), [int(b * self.denominator) for b in s.breakpoints], bends

    def halves(self, number: int) -> tuple[int, int]:
        """The two halves of a box."""
        require(self.second[number] > 0, "the box of node {} is not cut", number)
        return number + 1, self.second[number]

    def facts(self, number: int) -> Facts:
        """Bounds of all units on a box.

        Proof: z = w·x + b is affine, so it lies within Σ |wⱼ|·(half the side j) of its value in the middle. σ(z) − λz is affine between
        breakpoints, so it has its least and its greatest value at the ends or at breakpoints, for any λ.
        """
        known = self._known.get(number)
        if known is not None:
            return known
        if len(self._known) >= _KEPT:
            self._known.clear()
        n, count = self.f.arity, len(self._tables)
        self.meter.take(count * (3000 + n * (50 + digits(self.forms.bits) * digits(self.denominator.bit_length()))))
        low, high = self.lower[number], self.upper[number]
        middle, side = [a + b for a, b in zip(low, high, strict=True)], [b - a for a, b in zip(low, high, strict=True)]
        least, most = [], []
        for row, b in zip(self.forms.w, self.forms.b, strict=True):
            z, reach = sum(map(mul, row, middle)) + 2 * self.unit * b, sum(map(mul, map(abs, row), side))
            least.append(z - reach)
            most.append(z + reach)
        slopes, lows, highs = [], [], []
        for (table, breaks, _), a, b in zip(self._tables, least, most, strict=True):
            inner = breaks[bisect_right(breaks, a) : bisect_left(breaks, b)]
            if not inner:
                p, q = table[2][bisect_left(breaks, b)]
                slopes.append(p)
                lows.append(q)
                highs.append(q)
                continue
            ends = [a, *inner, b]
            values = list(apply_pieces(table, ends))
            slope = (values[-1] - values[0]) // (b - a)
            off = [v - slope * t for v, t in zip(values, ends, strict=True)]
            slopes.append(slope)
            lows.append(min(off))
            highs.append(max(off))
        found = self._known[number] = Facts(least, most, slopes, lows, highs)
        return found

    def separates(self, u: Numbers, p: int, q: int) -> bool:
        """Whether u·f(x) > u·f(y) for all x in box p and y in box q.

        Proof: u·f = (u·L·x + Σ cᵢ·σᵢ(zᵢ) + a constant)/e with c = u·V. By `facts` each cᵢ·σᵢ(zᵢ) lies between cᵢ·λᵢ·zᵢ and a number more
        or less; what remains is affine in x, and lies between sums of its terms at the ends of the sides.
        """
        require(len(u) == self.f.width, "a functional on {} coordinates", len(u))
        longest = max((abs(t).bit_length() for t in u), default=0)
        work = (len(self._tables) + self.f.arity) * (self.f.width + 2 * self.f.arity + 6)
        self.meter.take(work * (50 + digits(longest + self.forms.bits) * digits(self.denominator.bit_length() + self.forms.bits)))
        c = [sum(map(mul, u, column)) for column in self.forms.v]
        rest = [sum(map(mul, u, column)) for column in self._rest]
        return self._range(c, rest, p)[0] > self._range(c, rest, q)[1]

    def _range(self, c: Numbers, rest: Numbers, number: int) -> tuple[int, int]:
        facts, d = self.facts(number), FINE * self.scale * self.forms.d
        weights = list(map(mul, c, facts.slopes))
        least = most = 2 * self.unit * sum(map(mul, weights, self.forms.b))
        for t, low, high in zip(c, facts.lows, facts.highs, strict=True):
            least += t * (low if t > 0 else high)
            most += t * (high if t > 0 else low)
        for column, r, low, high in zip(self._columns, rest, self.lower[number], self.upper[number], strict=True):
            g = 2 * (sum(map(mul, weights, column)) + r * d)
            least += g * (low if g > 0 else high)
            most += g * (high if g > 0 else low)
        return least, most

    def monotone(self, numbers: Numbers, p: int, q: int) -> bool:
        """Whether ⟨x − y, M(f(x) − f(y))⟩ > 0 for all different x in box p and y in box q.

        `numbers` are a set of units, as bits, an exponent for all others, M by rows, and an exponent for each unit of the set
        (`OneLayer.definite`).
        """
        size = self.forms.size
        require(len(numbers) >= 2 + size and numbers[0] >= 0, "{} numbers for a matrix of {}", len(numbers), size)
        named = [i for i in range(len(self._tables)) if numbers[0] >> i & 1]
        require(len(numbers) == 2 + size + len(named), "{} numbers for a matrix of {} and {} exponents", len(numbers), size, len(named))
        self.meter.take(len(self._tables) * 3000)
        exponents = dict(zip(named, numbers[2 + size :], strict=True))
        fine = FINE * self.scale // self.forms.s
        return self.forms.definite(numbers[2 : 2 + size], self._secants(p, q), fine, exponents, numbers[1], self.meter)

    def _secants(self, p: int, q: int) -> list[tuple[int, int]]:
        """For each unit bounds of the slopes of its secants between the boxes, rounded outwards.

        Proof: the slope of the secant from t to t′ is the mean of σ′ between them, so it lies between the least and the greatest slope of
        pieces there. If σ is convex, σ′ increases, and the mean does so in both t and t′: the bounds are the slopes between the lower ends
        and between the upper ends of the two ranges; or, where these ends are equal, the slope behind the one and before the other,
        between which the slopes of all other pairs lie. If σ is concave, −σ is convex.
        """
        one, other = self.facts(p), self.facts(q)
        found = []
        for (table, breaks, bends), a, b, c, d in zip(self._tables, one.least, one.most, other.least, other.most, strict=True):
            low, high = min(a, c), max(b, d)
            first, last = bisect_right(breaks, low), bisect_left(breaks, high)
            if first >= last or not bends:
                slopes = [slope for slope, _ in table[2][min(first, last) : max(first, last) + 1]]
                found.append((min(slopes), max(slopes)))
                continue
            under = _secant(table, a, c, table[2][bisect_right(breaks, a)][0])
            over = _secant(table, b, d, table[2][bisect_left(breaks, b)][0])
            ends = (under, over) if bends > 0 else (over, under)
            found.append((ends[0][0], ends[1][1]))
        return found


def _secant(table: Scaled, a: int, b: int, touching: int) -> tuple[int, int]:
    """The slope of the secant from a to b, rounded down and up; `touching` where a = b."""
    if a == b:
        return touching, touching
    s, t = apply_pieces(table, (a, b))
    rise, run = (s - t, a - b) if a > b else (t - s, b - a)
    return rise // run, -(-rise // run)
