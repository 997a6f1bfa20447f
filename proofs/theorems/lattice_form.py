"""Left inverses that are maxima of minima of affine forms, as every continuous piecewise-affine function on ℝⁿ can be written (S1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import ClassVar

from proofs.compose import prefix, suffix
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Brief, Rejected, require
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Max, Network, Node, gather
from proofs.statements import IsIdentity, Statement
from proofs.subdivision import Generator, Subdivision
from proofs.theorems.cell_tree import CellTree


@dataclass(frozen=True, slots=True, repr=False)
class MaxOfMins(Brief):
    """h = g ∘ f at a cut, f piecewise affine on D = ℝⁿ, a box or a polytope, g_c(y) = max over groups G of min over j ∈ G of l_j(y), l_j
    affine: h = id on D if for each cell of f and each coordinate c of the input one group has l_j ∘ f ≥ x_c on the cell for all its j,
    and every group has an l_j ∘ f ≤ x_c on the cell.

    `cuts` describes the tree of cells of f as in SeparatedCells. g is written as an affine map (the −l_j), maxima, a change of signs, and
    maxima.

    Proof: on the cell the minimum of the one group is ≥ x_c, and the minima of all groups are ≤ x_c, so their maximum is x_c. In
    homogeneous coordinates (proofs/subdivision.py) l_j ∘ f and x_c are linear on the cell, so l_j ∘ f ≥ x_c holds on the cell if it
    holds at its generators.
    """

    cuts: tuple[int, ...]
    cut: int
    name: ClassVar[str] = "MaxOfMins"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (S1)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """IsIdentity(h, D) outright."""
        match goal:
            case IsIdentity(Network() as h, Reals() | Box() | Polytope() as on):
                f, g = prefix(h, self.cut), suffix(h, self.cut)
            case _:
                raise Rejected("maxima of minima show that a network is the identity on ℝⁿ, a box or a polytope only")
        forms, groups, maxima = _max_of_mins(g)
        tree = CellTree(Subdivision(f, on), self.cuts)
        sides: dict[int, list[tuple[int, int]]] = {}  # for each generator and each coordinate, the forms above and below
        for leaf in tree.leaves():
            tree.meter.take(len(tree.members[leaf]) * len(maxima) * (100 + digits(len(forms.rows))))
            for number in tree.members[leaf]:
                if number not in sides:
                    sides[number] = _sides(forms, tree.subdivision.generators[number], f.arity, tree.meter)
            for c, members in enumerate(maxima):
                above = below = -1
                for number in tree.members[leaf]:
                    above &= sides[number][c][0]
                    below &= sides[number][c][1]
                tree.meter.take(100 * len(members) * digits(len(forms.rows)))
                enough = any(not groups[i] & ~above for i in members)
                require(enough, "no minimum is seen to be at least coordinate {} on the cell of node {}", c, leaf)
                little = all(groups[i] & below for i in members)
                require(little, "a minimum may exceed coordinate {} on the cell of node {}", c, leaf)
        return ()


def _max_of_mins(g: Network) -> tuple[Affine, list[int], tuple[tuple[int, ...], ...]]:
    """The negated forms, the groups whose minima are taken (as bits), and for each output the groups whose maximum it is."""
    match g.nodes:
        case (Node(Affine() as forms, (0,)), Node(Max(minima), (1,)), Node(Affine() as signs, (2,)), Node(Max(maxima), (3,))):
            pass
        case _:
            raise Rejected("what follows the cut is not an affine map, maxima, a change of signs, and maxima")
    d = signs.denominator
    for i, row in enumerate(signs.rows):
        entries = [(j, a) for j, a in zip(row.columns, row.coefficients, strict=True) if a]
        require(entries == [(i, -d)] and row.constant == 0, "row {} of the third operation is not a change of sign", i)
    Meter().take(sum(map(len, minima)) * digits(len(forms.rows)), 2 * len(minima) * len(forms.rows))
    return forms, [_bits(group) for group in minima], maxima


def _bits(group: Sequence[int]) -> int:
    out = 0
    for j in group:
        out |= 1 << j
    return out


def _sides(forms: Affine, g: Generator, n: int, meter: Meter) -> list[tuple[int, int]]:
    """For each coordinate c of the input, the forms l_j, given as −l_j, that are ≥ x_c at the generator, and those ≤ x_c, as bits."""
    bits, rows = max(map(int.bit_length, (*g.image, *g.ray, g.factor.numerator, g.factor.denominator))), len(forms.rows)
    work = (forms.entries + (n + 1) * rows) * (150 + digits(2 * bits) * digits(forms.bits)) + n * rows * digits(rows)
    meter.take(work, 2 * n * rows)
    p, q = g.factor.numerator, g.factor.denominator  # the image is p/q times the value at the ray
    values = [-q * (sum(map(mul, row.coefficients, gather(row.columns, g.image))) + row.constant * g.image[-1]) for row in forms.rows]
    out = []
    for t in g.ray[:n]:
        wanted = t * forms.denominator * p
        above = sum(1 << j for j, value in enumerate(values) if value >= wanted)
        out.append((above, sum(1 << j for j, value in enumerate(values) if value <= wanted)))
    return out
