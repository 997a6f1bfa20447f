"""Trees of cells for Rocq: the evidence of `SeparatedCells` with the functionals and left inverses written out that the kernel computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from bijection.exact.linear import left_factor
from bijection.exact.simplest import dyadic_between
from bijection.export.rocq_terms import integer, listed, matrix, natural, rational, words
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.elimination import vanishing
from proofs.errors import Malformed, Rejected
from proofs.network import Max, Network, Pointwise
from proofs.statements import Injective, IsIdentity, Statement
from proofs.subdivision import Generator, Subdivision
from proofs.theorems.cell_tree import MATRIX, SPLIT, CellTree
from proofs.theorems.identity import FixesCells
from proofs.theorems.one_layer import one_layer
from proofs.theorems.separated_cells import SeparatedCells

_FRACTION = 64  # bits behind the point of the bounds of functionals


def certificate(theorem: SeparatedCells, goal: Statement | None) -> list[str]:
    """The certificate of `SeparatedCells` in proofs/rocq; an entry that fits nothing becomes one that Rocq rejects."""
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on):
            directions = f"(map integers {listed(map(words, theorem.directions))})"
            try:
                writer = _Writer(f, CellTree(Subdivision(f, on), theorem.cuts), theorem)
                plans, pairs = writer.written()
                kept = listed(map(natural, writer.kept(on)))
            except (Rejected, Malformed, _Unfit):
                return [directions, "[]", "[]", "[]"]
            return [directions, kept, plans, pairs]
        case _:
            return ["[]", "[]", "[]", "[]"]


def fixing(theorem: FixesCells, goal: Statement | None) -> list[str]:
    """The certificate of `FixesCells` in proofs/rocq: a left inverse of the map on each cell, which is the identity."""
    match goal:
        case IsIdentity(Network() as f, Reals() | Box() | Polytope() as on):
            try:
                tree = CellTree(Subdivision(f, on), theorem.cuts)
                writer, switches = _Writer(f, tree, SeparatedCells(theorem.cuts, (), ())), list(_switches(f))
                return [listed(map(natural, writer.kept(on))), listed(writer.plan(root, switches, {}) for root in tree.roots)]
            except (Rejected, Malformed, _Unfit):
                return ["[]", "[]"]
        case _:
            return ["[]", "[]"]


class _Unfit(Exception):
    """The certificate does not fit the network."""


@dataclass(slots=True)
class _Writer:
    f: Network
    tree: CellTree
    theorem: SeparatedCells

    def written(self) -> tuple[str, str]:
        """The plans of the roots, and the entries about pairs of roots."""
        entries, switches = iter(self.theorem.pairs), list(_switches(self.f))
        told = self._told(entries)
        plans = [self.plan(root, switches, told) for root in self.tree.roots]
        pairs = [self._entry(p, q, entries) for k, p in enumerate(self.tree.roots) for q in self.tree.roots[k + 1 :]]
        if next(entries, None) is not None:
            raise _Unfit
        return listed(plans), listed(pairs)

    def kept(self, on: Domain) -> list[int]:
        """The numbers of the orthants, or of the box, that the roots are."""
        if not isinstance(on, Polytope):
            return list(range(len(self.tree.roots)))
        return [self._orthant(root, on.n) for root in self.tree.roots]

    def _orthant(self, root: int, n: int) -> int:
        """The first orthant that contains the root; signs are counted with + before −, the first coordinate most."""
        rays = [self.tree.subdivision.generators[g].ray for g in self.tree.members[root]]
        return sum(1 << (n - 1 - i) for i in range(n) if any(ray[i] < 0 for ray in rays))

    def _told(self, entries: Iterator[tuple[int, ...]]) -> dict[int, str]:
        """For each inner node the entry about its two children; none below a node that a matrix deals with."""
        out: dict[int, str] = {}
        number = 0
        while number < len(self.tree.children):
            pair = self.tree.children[number]
            if pair is not None:
                out[number] = self._entry(*pair, entries)
                if out[number].startswith("(Secants"):
                    number = self.tree.after(number)
                    continue
            number += 1
        return out

    def plan(self, number: int, switches: Sequence[str], told: dict[int, str]) -> str:
        """The cell, or how it is divided, and how the two parts are told apart."""
        pair = self.tree.children[number]
        if pair is None:
            return self._stop(number)
        entry = f"(Some {told[number]})" if number in told else "None"
        above, below = (self.plan(child, switches, told) for child in pair)
        return f"(Divide {switches[self.tree.cuts[number]]} {above}\n {below} {entry})"

    def _stop(self, leaf: int) -> str:
        """A left inverse L of the map on the leaf, in integers: L·(f̂, w) = scale·(w, x) for the rays (x, w) that span it."""
        generators = [self.tree.subdivision.generators[g] for g in sorted(self.tree.members[leaf])]
        columns = [
            ([t * g.factor.denominator for t in g.image], [t * g.factor.numerator for t in (g.ray[-1], *g.ray[:-1])]) for g in generators
        ]
        images = [list(row) for row in zip(*(a for a, _ in columns), strict=True)]
        rays = [list(row) for row in zip(*(b for _, b in columns), strict=True)]
        found = left_factor(images, rays)
        if found is None:
            raise _Unfit
        scale = lcm(*(t.denominator for row in found for t in row))
        return f"(Stop {integer(scale)} (integers {words(int(t * scale) for row in found for t in row)}))"

    def _entry(self, p: int, q: int, entries: Iterator[tuple[int, ...]]) -> str:
        entry = next(entries, None)
        if entry is None:
            raise _Unfit
        if entry == (SPLIT,):
            first_one = self.tree.sizes[q] <= self.tree.sizes[p]
            (a, b), (c, d) = self.tree.apart(p, q)
            return f"(Halve {str(first_one).lower()} {self._entry(a, b, entries)} {self._entry(c, d, entries)})"
        head, *rest = entry or (0,)
        if head == MATRIX:
            return self._secants(rest, p, q)
        if len(entry) == 1:
            if not 0 <= head < len(self.theorem.directions):
                raise _Unfit
            swap, level = self._between(self.theorem.directions[head], p, q)
            return f"(Along {swap} {natural(head)} {integer(level.numerator)} {integer(level.denominator)})"
        if head == 0:
            swap, level = self._between(rest, p, q)
            return f"(Beside {swap} (integers {words([*(level.denominator * t for t in rest), -level.numerator])}))"
        for swap, leaf, other in (("false", p, q), ("true", q, p)):
            functional = self._touching(head, rest, leaf, other)
            if functional is not None:
                return f"(Touching {swap} (integers {words(functional)}))"
        raise _Unfit

    def _secants(self, numbers: Sequence[int], p: int, q: int) -> str:
        """The matrix, and the exponents of `OneLayer.monotone` as weights of (δh − aδz)(bδz − δh).

        The least value of ⟨p, δx⟩δh − t(δh − aδz)(bδz − δh) over all δh is (a + b)/2·⟨p, δx⟩δz − t·r²δz² − ⟨p, δx⟩²/4t with
        r = (b − a)/2; so 2τ = 1/tr for the number τ = 2ᵏ·e/d there.
        """
        layer = one_layer(self.f)
        (a, b), (c, d) = self.tree.signs(p), self.tree.signs(q)
        widths = [high - low for low, high in layer.ranges(a | c, b | d) if low < high]
        n, m = self.f.arity, self.f.width
        weights = [
            Fraction(layer.d * layer.s, layer.e * width) / Fraction(2) ** k for width, k in zip(widths, numbers[n * m :], strict=False)
        ]
        return f"(Secants {matrix(numbers[i * m : i * m + m] for i in range(n))} {listed(map(rational, weights))})"

    def _between(self, u: Sequence[int], p: int, q: int) -> tuple[str, Fraction]:
        """Whether u·f is larger on q than on p, and a number between."""
        if len(u) != self.f.width:
            raise _Unfit
        (low, high), (least, most) = (self.tree.range(u, self.tree.members[k]) for k in (p, q))
        for swap, below, above in (("false", most, low), ("true", high, least)):
            if below[0] == above[0] == 0 and below < above:
                return swap, dyadic_between(Fraction(below[1], 1 << _FRACTION), Fraction(above[1], 1 << _FRACTION))
        raise _Unfit

    def _touching(self, pivots: int, values: Sequence[int], leaf: int, other: int) -> list[int] | None:
        """A functional that is ≥ 0 on the leaf, 0 on the generators that both have, and < 0 on all others of the other node."""
        if self.tree.children[leaf] is not None:
            return None
        first, second = self.tree.members[leaf], self.tree.members[other]
        images, meter = self.tree.subdivision.generators, self.tree.meter
        vanish = [images[e].image for e in first & second]
        few = vanish[: max(0, pivots).bit_count()]
        found = vanishing(pivots, values, few, meter) or vanishing(pivots, values, vanish, meter)
        if found is None:
            return None
        for u in (list(found), [-t for t in found]):
            on_leaf, outside = ([_value(u, images[g]) for g in part] for part in (first, second - first))
            if all(t >= 0 for t in on_leaf) and all(t < 0 for t in outside) and not any(_value(u, images[g]) for g in first & second):
                return u
        return None


def _value(u: Sequence[int], g: Generator) -> int:
    return sum(a * t for a, t in zip(u, g.image, strict=True))


def _switches(f: Network) -> Iterator[str]:
    """Node, unit and breakpoint of each switch, in the order of proofs/subdivision.py."""
    for k, node in enumerate(f.nodes):
        match node.op:
            case Pointwise(activations):
                counts = [len(s.breakpoints) if isinstance(s, PiecewiseAffine) else 0 for s in activations]
            case Max(groups):
                counts = [len(group) * (len(group) - 1) // 2 for group in groups]
            case _:
                continue
        yield from (f"{natural(k)} {natural(u)} {natural(b)}" for u, count in enumerate(counts) for b in range(count))
