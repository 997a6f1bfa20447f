"""A piecewise-affine network is injective if the images of its cells meet only where the cells do (A4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import ClassVar, TypeAlias

from proofs.domains import Box, Polytope, Reals
from proofs.elimination import rank, rank_modulo, vanishing
from proofs.errors import Rejected, require
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.subdivision import Cell, Generator, Subdivision

LEAF, SPLIT = -1, -1
PRIME = 2**61 - 1
_FRACTION = 64  # bits behind the point in the images that are rounded
_WORK_PER_ENTRY = 10**6  # a longer certificate may take longer

Functional: TypeAlias = tuple[int, ...]
Level: TypeAlias = tuple[int, int]  # (0, t) for the number t, (−1, 0) and (1, 0) for −∞ and ∞; tuples compare as they should
Range: TypeAlias = tuple[Level, Level]

_BELOW, _ABOVE = (-1, 0), (1, 0)


@dataclass(frozen=True, slots=True)
class SeparatedCells:
    """f piecewise affine, D a box, a polytope or ℝⁿ: injective on D if f is so on each cell and functionals separate the images of
    any two cells, up to what the cells have in common.

    `cuts` describes a binary tree of cells for each root of the subdivision, in preorder: the number of the switch by which
    a cell is cut (positive side first), or −1 for a leaf. `pairs` says in the same order how each pair is dealt with: first
    for each inner node the pair of its two children, in preorder, then the pairs of roots. An entry is one of
      (−1,)               take the pair apart: the node with more leaves (the first, if equal) is replaced by its children;
      (k,), k ≥ 0         directions[k] separates the two images;
      (0, u₁, …, u_m)     the functional u separates the two images;
      (p, v₁, v₂, …)      p > 0 a set of coordinates of ℝᵐ⁺¹, as bits: the functional U on ℝᵐ⁺¹ that has the values v, in order, at the
                          other coordinates and vanishes on the images of all generators that the two nodes have in common.

    Proof. Write P for a node, a union of leaves, and f̂ for the network with the last coordinate of its argument, (x, w) ↦ (w·f(x/w), w), in
    homogeneous coordinates (proofs/subdivision.py), linear on each leaf. Let x ≠ y in D with f(x) = f(y), thus f̂(x, 1) = f̂(y, 1).
    *Same leaf*: the images of its generators have at least the rank of the generators, so f̂ is injective on their span, which contains
    (x, 1) and (y, 1), a contradiction. *Different leaves*: their paths part at an inner node or at the roots, and following the entries
    one comes to a pair of nodes P ∋ (x, 1), Q ∋ (y, 1) (or the other way round) that is not taken apart. (x, 1) is a sum of nonnegative
    multiples of the generators of a leaf of P, and f̂ is linear on it, so u·f(x) ≥ c, where c is the least u·f over the generators of
    P that are points, provided that u·f̂ ≥ 0 on those that are directions; likewise u·f(y) ≤ c′ on Q. c > c′ is a contradiction.
    In the last case let E be the common generators and say P is a leaf. U·f̂ ≥ 0 on the generators of P, U·f̂ = 0 on E and U·f̂ < 0 on
    all other generators of Q (or −U is so). As U·f̂(x, 1) = U·f̂(y, 1), both are 0, so (y, 1) is a sum of multiples of the members of E,
    and these lie in P, which is convex. So x and y lie in the same leaf P, and that was excluded.

    The rank is found modulo a prime, where it can only be smaller. Values u·f are compared by their roundings: F/W rounded down to
    64 bits behind the point is wrong by less than one unit, so u·f lies within the sum of the positive, and of the negative, entries of u.
    """

    cuts: tuple[int, ...]
    directions: tuple[Functional, ...]
    pairs: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "SeparatedCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (A4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright."""
        if not (isinstance(goal, Injective) and isinstance(goal.f, Network) and isinstance(goal.on, Reals | Box | Polytope)):
            raise Rejected("cells show that a network is injective on ℝⁿ, a box or a polytope, and nothing else")
        require(all(len(u) == goal.f.width for u in self.directions), "a direction has not {} coordinates", goal.f.width)
        tree = CellTree(Subdivision(goal.f, goal.on), self.cuts)
        for leaf in tree.leaves():
            require(tree.injective_on(leaf), "the network is not seen to be injective on the cell of node {}", leaf)
        tree.run(self.pairs, self.directions)
        return ()


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
    roots: list[int] = field(default_factory=list)
    children: list[tuple[int, int] | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    members: Members = field(init=False)
    meter: Meter = field(default_factory=Meter)
    _rounded: list[tuple[int, ...]] = field(default_factory=list)
    _longest: int = 0  # the length of the longest number of all images
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
        self._longest = max((max(map(int.bit_length, g.image)) for g in self.subdivision.generators), default=0)
        self._widest = max((sum(map(abs, image)) for image in self._rounded), default=0)

    def leaves(self) -> Iterator[int]:
        """The numbers of the leaves."""
        return (number for number, pair in enumerate(self.children) if pair is None)

    def starts(self) -> Iterator[tuple[int, int]]:
        """The pairs to begin with: the children of each inner node, then the pairs of roots."""
        yield from (pair for pair in self.children if pair is not None)
        yield from ((p, q) for k, p in enumerate(self.roots) for q in self.roots[k + 1 :])

    def apart(self, p: int, q: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The two pairs that a pair of nodes is taken apart into."""
        swap = self.sizes[q] > self.sizes[p]
        pair = self.children[q if swap else p]
        require(pair is not None, "two leaves, {} and {}, cannot be taken apart", p, q)
        assert pair is not None
        return ((p, pair[0]), (p, pair[1])) if swap else ((pair[0], q), (pair[1], q))

    def run(self, pairs: Sequence[tuple[int, ...]], directions: Sequence[Functional]) -> None:
        """Deal with all pairs of leaves as the entries say."""
        self.meter.work += _WORK_PER_ENTRY * len(pairs)
        used = 0
        along: dict[int, list[tuple[int, int]]] = {}  # the pairs for each direction; the ranges for one at a time are in memory
        for start in self.starts():
            todo = [start]
            while todo:
                p, q = todo.pop()
                require(used < len(pairs), "the entries about pairs end after {}", used)
                entry = pairs[used]
                used += 1
                if entry == (SPLIT,):
                    first, second = self.apart(p, q)
                    todo += (second, first)
                elif len(entry) == 1:
                    require(0 <= entry[0] < len(directions), "there is no direction {}; {} are given", entry[0], len(directions))
                    along.setdefault(entry[0], []).append((p, q))
                else:
                    require(self.separates(entry, p, q), "entry {} does not separate the nodes {} and {}", used - 1, p, q)
        require(used == len(pairs), "{} entries about pairs, {} of them are used", len(pairs), used)
        for k, found in along.items():
            ranges = self.ranges(directions[k])
            for p, q in found:
                require(_disjoint(ranges[p], ranges[q]), "direction {} does not separate the nodes {} and {}", k, p, q)

    def separates(self, entry: tuple[int, ...], p: int, q: int) -> bool:
        """Whether the entry, a functional, shows that x in p and y in q with the same image lie in one leaf."""
        require(bool(entry), "the entry about the nodes {} and {} is empty", p, q)
        head, *rest = entry
        if head == 0:
            require(len(rest) == self.subdivision.f.width, "a functional on {} coordinates", len(rest))
            return _disjoint(self.range(rest, self.members[p]), self.range(rest, self.members[q]))
        return self._touching(head, rest, p, q) or self._touching(head, rest, q, p)

    def range(self, u: Sequence[int], members: frozenset[int]) -> Range:
        """Bounds of u·f on the points that these generators span."""
        self._take_values(u, len(members), self._longest)
        low, high = zip(*map(self._value(u), members), strict=True)
        return min(low), max(high)

    def ranges(self, u: Functional) -> list[Range]:
        """The bounds for all nodes."""
        self._take_values(u, len(self._rounded), self._longest)
        self.meter.take(300 * len(self.children) + 100 * sum(len(self.members[leaf]) for leaf in self.leaves()))
        values = list(map(self._value(u), range(len(self._rounded))))
        out: list[Range] = [(_ABOVE, _BELOW)] * len(self.children)
        for number in reversed(range(len(out))):
            pair = self.children[number]
            if pair is None:
                ends = [values[g] for g in self.members[number]]
                out[number] = (min(low for low, _ in ends), max(high for _, high in ends))
            else:
                (a, b), (c, d) = out[pair[0]], out[pair[1]]
                out[number] = (min(a, c), max(b, d))
        return out

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
