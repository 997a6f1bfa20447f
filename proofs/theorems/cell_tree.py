"""The tree of cells of a piecewise-affine network and what tells the images of two of its nodes apart; see `SeparatedCells`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import mul, or_
from typing import TypeAlias

from proofs.domains import Polytope
from proofs.elimination import rank, rank_modulo, vanishing
from proofs.errors import require
from proofs.limits import Meter, digits
from proofs.subdivision import Cell, Generator, Subdivision
from proofs.theorems.one_layer import OneLayer, one_layer

LEAF, SPLIT, MATRIX = -1, -1, -2
PRIME = 2**61 - 1
_FRACTION = 64  # bits behind the point in the images that are rounded
_WORK_PER_ENTRY = 10**6  # a longer certificate may take longer

Functional: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
Level: TypeAlias = tuple[int, int]  # (0, t) for the number t, (−1, 0) and (1, 0) for −∞ and ∞; tuples compare as they should
Range: TypeAlias = tuple[Level, Level]

_BELOW, _ABOVE = (-1, 0), (1, 0)


class Members(dict[int, frozenset[int]]):
    """The generators of the leaves below a node, put together when they are first asked for: those near the roots have most of all."""

    def __init__(self, leaves: dict[int, frozenset[int]], children: Sequence[tuple[int, int] | None], meter: Meter) -> None:
        super().__init__(leaves)
        self.children, self.meter = children, meter

    def __missing__(self, number: int) -> frozenset[int]:
        todo, missing = [number], []
        while todo:  # a loop, not recursion: trees may be deep
            node = todo.pop()
            if node not in self:
                pair = self.children[node]
                assert pair is not None, "a leaf has its generators"
                missing.append((node, *pair))
                todo += pair
        for node, p, q in sorted(missing, reverse=True):  # children have larger numbers
            first, second = self[p], self[q]
            self.meter.take(100 * (len(first) + len(second)), 400 * (len(first) + len(second)))
            self[node] = first | second
        return self[number]


@dataclass(slots=True)
class CellTree:
    """The nodes of the tree of cells in preorder: for each one its children or None, its generators, how many leaves are below."""

    subdivision: Subdivision
    cuts: tuple[int, ...]
    cells: dict[int, Cell] = field(default_factory=dict)  # of the leaves, with the walls of their generators
    roots: list[int] = field(default_factory=list)
    children: list[tuple[int, int] | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    members: Members = field(init=False)
    meter: Meter = field(default_factory=Meter)
    _rounded: list[tuple[int, ...]] = field(default_factory=list)
    _layer: OneLayer | None = None
    _signs_of: list[tuple[int, int]] = field(default_factory=list)
    _longest: int = 0  # the length of the longest number of all images
    _bounded: bool = True  # no generator is a direction
    _widest: int = 0  # the greatest sum of the absolute values of a rounded image

    def __post_init__(self) -> None:
        entries = iter(self.cuts)
        cells = self.subdivision.roots()
        todo: list[tuple[Cell, int, int | None]] = [(cell, self._first_wall(), None) for cell in reversed(cells)]
        parents: list[int | None] = []
        leaves: dict[int, frozenset[int]] = {}
        while todo:
            cell, wall, parent = todo.pop()
            number = len(parents)
            parents.append(parent)
            switch = next(entries, None)
            require(switch is not None, "the tree of cells ends after {} nodes", number)
            assert switch is not None
            mixed = self.subdivision.mixed(cell)
            if switch == LEAF:
                require(not mixed, "node {} is said to be a leaf, but the network has several pieces on it", number)
                leaves[number] = frozenset(cell)
                self.cells[number] = cell
                continue
            linear = switch >= 0 and mixed >> switch & 1 and not mixed & self.subdivision.before[switch]
            require(bool(linear), "node {} cannot be cut by switch {}", number, switch)
            above, below = self.subdivision.cut(cell, switch, wall)
            todo.append((below, wall + 1, number))
            todo.append((above, wall + 1, number))
        require(next(entries, None) is None, "the tree of cells has {} nodes, more are given", len(parents))
        self._link(parents, leaves)

    def _first_wall(self) -> int:
        on = self.subdivision.on
        return 2 * self.subdivision.f.arity + 1 + (len(on.normals) if isinstance(on, Polytope) else 0)

    def _link(self, parents: list[int | None], leaves: dict[int, frozenset[int]]) -> None:
        below: list[list[int]] = [[] for _ in parents]
        self.roots = [number for number, parent in enumerate(parents) if parent is None]
        for number, parent in enumerate(parents):
            if parent is not None:
                below[parent].append(number)
        self.children = [(c[0], c[1]) if c else None for c in below]
        self.sizes = [1] * len(parents)
        self.members = Members(leaves, self.children, self.meter)
        for number in reversed(range(len(parents))):
            pair = self.children[number]
            if pair is not None:
                self.sizes[number] = self.sizes[pair[0]] + self.sizes[pair[1]]
        self._rounded = [rounded(g) for g in self.subdivision.generators]
        self._bounded = all(g.ray[-1] for g in self.subdivision.generators)
        self._longest = max((max(map(int.bit_length, g.image)) for g in self.subdivision.generators), default=0)
        self._widest = max((sum(map(abs, image)) for image in self._rounded), default=0)

    def leaves(self) -> Iterator[int]:
        """The numbers of the leaves."""
        return (number for number, pair in enumerate(self.children) if pair is None)

    def starts(self, whole: Container[int] = ()) -> Iterator[tuple[int, int]]:
        """The pairs to begin with: the children of each inner node, but none below a node of `whole`; then the pairs of roots."""
        number = 0
        while number < len(self.children):
            pair = self.children[number]
            if pair is not None:
                yield pair
            number = self.after(number) if number in whole else number + 1
        yield from ((p, q) for k, p in enumerate(self.roots) for q in self.roots[k + 1 :])

    def after(self, number: int) -> int:
        """The first node in preorder that is not below this one."""
        return number + 2 * self.sizes[number] - 1

    def apart(self, p: int, q: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The two pairs that a pair of nodes is taken apart into."""
        swap = self.sizes[q] > self.sizes[p]
        pair = self.children[q if swap else p]
        require(pair is not None, "two leaves, {} and {}, cannot be taken apart", p, q)
        assert pair is not None
        return ((p, pair[0]), (p, pair[1])) if swap else ((pair[0], q), (pair[1], q))

    def run(self, pairs: Sequence[tuple[int, ...]], directions: Sequence[Functional]) -> None:
        """Deal with all leaves, and all pairs of leaves as the entries say."""
        self.meter.work += _WORK_PER_ENTRY * len(pairs)
        entries = iter(pairs)
        along: dict[int, list[tuple[int, int]]] = {}  # the pairs for each direction; the ranges for one at a time are in memory
        number = 0
        while number < len(self.children):
            pair = self.children[number]
            if pair is None:
                require(self.injective_on(number), "the network is not seen to be injective on the cell of node {}", number)
            elif self._deal(pair, entries, len(directions), along):
                number = self.after(number)
                continue
            number += 1
        for k, p in enumerate(self.roots):
            for q in self.roots[k + 1 :]:
                self._deal((p, q), entries, len(directions), along)
        left = sum(1 for _ in entries)
        require(left == 0, "{} entries about pairs, {} of them are used", len(pairs), len(pairs) - left)
        for k, found in along.items():
            self._separate(directions[k], found, k)

    def _deal(self, start: Pair, entries: Iterator[tuple[int, ...]], directions: int, along: dict[int, list[Pair]]) -> bool:
        """Deal with one pair and what it is taken apart into; whether it has a matrix itself."""
        todo, matrix = [start], False
        while todo:
            p, q = todo.pop()
            entry = next(entries, None)
            require(entry is not None, "the entries about pairs end before the nodes {} and {}", p, q)
            assert entry is not None
            matrix = (p, q) == start and entry[:1] == (MATRIX,)
            if entry == (SPLIT,):
                first, second = self.apart(p, q)
                todo += (second, first)
            elif len(entry) == 1:
                require(0 <= entry[0] < directions, "there is no direction {}; {} are given", entry[0], directions)
                along.setdefault(entry[0], []).append((p, q))
            else:
                require(self.separates(entry, p, q), "an entry does not separate the nodes {} and {}", p, q)
        return matrix

    def separates(self, entry: tuple[int, ...], p: int, q: int) -> bool:
        """Whether the entry, a functional, shows that x in p and y in q with the same image lie in one leaf."""
        require(bool(entry), "the entry about the nodes {} and {} is empty", p, q)
        head, *rest = entry
        if head == MATRIX:
            if self._layer is None:
                self._layer = one_layer(self.subdivision.f)
            (a, b), (c, d) = self.signs(p), self.signs(q)
            return self._layer.monotone(rest, a | c, b | d, self.meter)
        if head == 0:
            require(len(rest) == self.subdivision.f.width, "a functional on {} coordinates", len(rest))
            return _disjoint(self.range(rest, self.members[p]), self.range(rest, self.members[q]))
        return self._touching(head, rest, p, q) or self._touching(head, rest, q, p)

    def signs(self, number: int) -> tuple[int, int]:
        """The switches that are positive, and those that are negative, on some generator of the node."""
        if not self._signs_of:
            self.meter.take(len(self.children) * (1000 + 10 * digits(self.subdivision.switches)), 64 * len(self.children))
            found = [(0, 0)] * len(self.children)
            for k in reversed(range(len(found))):
                pair = self.children[k]
                if pair is None:
                    generators = [self.subdivision.generators[g] for g in self.members[k]]
                    sets = [(g.positive, g.negative) for g in generators]
                else:
                    sets = [found[pair[0]], found[pair[1]]]
                self.meter.take(len(sets) * (100 + digits(self.subdivision.switches)))
                found[k] = reduce(or_, (a for a, _ in sets), 0), reduce(or_, (b for _, b in sets), 0)
            self._signs_of = found
        return self._signs_of[number]

    def range(self, u: Sequence[int], members: frozenset[int]) -> Range:
        """Bounds of u·f on the points that these generators span."""
        self._take_values(u, len(members), self._longest)
        low, high = zip(*map(self._value(u), members), strict=True)
        return min(low), max(high)

    def _separate(self, u: Functional, pairs: Sequence[Pair], name: int) -> None:
        """Require that u separates all these pairs. Ranges are integers here; a number beyond all others stands for ∞."""
        needed = bytearray(len(self.children))
        for number in {number for pair in pairs for number in pair}:
            needed[number : self.after(number)] = b"\1" * (self.after(number) - number)
        below = [self.members[k] for k, pair in enumerate(self.children) if needed[k] and pair is None]
        self.meter.take(100 * len(needed) + 300 * len(pairs) + 100 * sum(map(len, below)))
        used = set[int]().union(*below)
        self._take_values(u, len(used), self._longest)
        slack = sum(map(abs, u))  # a value lies between its total + the negative entries of u and its total + the positive ones
        lows = {g: sum(map(mul, u, self._rounded[g])) for g in used}
        highs = lows if self._bounded else self._unbound(u, lows, 4 * (1 + slack) * (1 + self._widest))
        low, high = [0] * len(needed), [0] * len(needed)
        for number in reversed(range(len(needed))):
            if not needed[number]:
                continue
            pair = self.children[number]
            if pair is None:
                own = self.members[number]
                low[number], high[number] = min(map(lows.__getitem__, own)), max(map(highs.__getitem__, own))
            else:
                p, q = pair
                low[number] = low[p] if low[p] < low[q] else low[q]
                high[number] = high[p] if high[p] > high[q] else high[q]
        for p, q in pairs:
            apart = low[p] > high[q] + slack or low[q] > high[p] + slack
            require(apart, "direction {} does not separate the nodes {} and {}", name, p, q)

    def _unbound(self, u: Functional, lows: dict[int, int], infinite: int) -> dict[int, int]:
        """The same for upper bounds, after the directions in `lows` are changed: they bound nothing, or remove a bound."""
        highs = dict(lows)
        for k in lows:
            g = self.subdivision.generators[k]
            if not g.ray[-1]:
                total = sum(map(mul, u, g.image))
                lows[k], highs[k] = (-infinite if total < 0 else infinite), (infinite if total > 0 else -infinite)
        return highs

    def _take_values(self, u: Sequence[int], count: int, bits: int) -> None:
        longest = max(map(int.bit_length, u), default=0)
        self.meter.take(count * (300 + len(u) * (20 + digits(longest) * digits(bits + _FRACTION))))

    def _value(self, u: Sequence[int]) -> Callable[[int], Range]:
        up, down = sum(t for t in u if t > 0), sum(t for t in u if t < 0)
        images, generators = self._rounded, self.subdivision.generators

        def value(number: int) -> Range:
            if generators[number].ray[-1]:
                total = sum(map(mul, u, images[number]))
                return (0, total + down), (0, total + up)
            total = sum(map(mul, u, generators[number].image))
            return _BELOW if total < 0 else _ABOVE, _ABOVE if total > 0 else _BELOW  # a direction bounds nothing

        return value

    def injective_on(self, leaf: int) -> bool:
        """Whether the images of the generators of a leaf have the rank of the generators; their own rank is found modulo a prime."""
        generators = [self.subdivision.generators[g] for g in sorted(self.members[leaf])]
        full = min(self.subdivision.f.arity + 1, len(generators))
        found = rank_modulo([g.image for g in generators], PRIME, full, self.meter)
        return found == full or found >= rank([g.ray for g in generators], self.meter)  # less than full: a flat cell

    def _touching(self, pivots: int, values: Sequence[int], p: int, q: int) -> bool:
        """The last kind of entry, with p as the leaf."""
        if self.children[p] is not None:
            return False
        first, second = self.members[p], self.members[q]
        images = self.subdivision.generators
        self.meter.take(3000 + 100 * (len(first) + len(second)))
        common = first & second
        vanish = [images[e].image for e in common]
        few = vanish[: max(0, pivots).bit_count()]  # these span the others, most of the time
        functional = vanishing(pivots, values, few, self.meter) or vanishing(pivots, values, vanish, self.meter)
        if functional is None:
            return False

        self._take_values(functional, len(first) + len(second), self._longest)
        if any(sum(map(mul, functional, images[e].image)) for e in common):
            return False
        low, high = self._signs(functional, second - common)
        if low != high or low == 0:
            return low > high  # nothing of the second node lies outside the first
        least, most = self._signs(functional, first - common)
        return least >= 0 if high < 0 else most <= 0  # if high > 0, then −U is the functional of the proof

    def _signs(self, functional: Sequence[int], members: frozenset[int]) -> tuple[int, int]:
        """The least and the greatest sign of U·f̂ at some generators, (1, −1) if there are none.

        Leading digits mostly suffice: with U = 2ˢ(u + θ) and a positive multiple r + φ of (f̂, w), all entries of θ and φ in [0, 1), U·f̂
        is a positive multiple of a number that differs from u·r by less than Σ|u| + Σ|r| + m + 1.
        """
        images = self._rounded
        short = max(0, max(map(int.bit_length, functional)) - _FRACTION)
        leading = [t >> short for t in functional]
        error = sum(map(abs, leading)) + len(leading) + self._widest
        low, high = 1, -1
        for number in members:
            total = sum(map(mul, leading, images[number]))
            if not -error < total < error:
                sign = 1 if total > 0 else -1
            else:
                exact: int = sum(map(mul, functional, self.subdivision.generators[number].image))
                sign = (exact > 0) - (exact < 0)
            low, high = min(low, sign), max(high, sign)
        return low, high


def _disjoint(a: Range, b: Range) -> bool:
    return a[0] > b[1] or b[0] > a[1]


def rounded(g: Generator) -> tuple[int, ...]:
    """(f, 1) at a point, rounded down to 64 bits behind the point; at a direction (f̂, 0), rounded down to 64 bits or fewer."""
    *f, w = g.image
    if w:
        return (*((t << _FRACTION) // w for t in f), 1 << _FRACTION)
    short = max(0, max(map(int.bit_length, f), default=0) - _FRACTION)
    return (*(t >> short for t in f), 0)
