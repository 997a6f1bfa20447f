"""A piecewise-affine network is injective if the images of its cells meet only where the cells do (A4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Box, Polytope, Reals
from proofs.errors import Brief, Rejected, require
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import CellTree, Functional


@dataclass(frozen=True, slots=True, repr=False)
class SeparatedCells(Brief):
    """f piecewise affine, D a box, a polytope or ℝⁿ: injective on D if f is so on each cell and functionals separate the images of
    any two cells, up to what the cells have in common, or f is strongly monotone along all secants between them.

    `cuts` describes a binary tree of cells for each root of the subdivision, in preorder: the number of the switch by which
    a cell is cut (positive side first), or −1 for a leaf. `pairs` says in the same order how each pair is dealt with: first
    for each inner node the pair of its two children, in preorder, then the pairs of roots; below an inner node whose pair is
    dealt with by a matrix there are no entries. An entry is one of
      (−1,)               take the pair apart: the node with more leaves (the first, if equal) is replaced by its children;
      (k,), k ≥ 0         directions[k] separates the two images;
      (0, u₁, …, u_m)     the functional u separates the two images;
      (p, v₁, v₂, …)      p > 0 a set of coordinates of ℝᵐ⁺¹, as bits: the functional U on ℝᵐ⁺¹ that has the values v, in order, at the
                          other coordinates and vanishes on the images of all generators that the two nodes have in common;
      (−2, a₁, a₂, …)     a matrix M and exponents: ⟨x − y, M(f(x) − f(y))⟩ > 0 for x ≠ y in the two nodes (`OneLayer.monotone`).

    Proof. Write P for a node, a union of leaves, and f̂ for the network with the last coordinate of its argument, (x, w) ↦ (w·f(x/w), w),
    in homogeneous coordinates (proofs/subdivision.py), linear on each leaf. Let x ≠ y in D with f(x) = f(y), thus f̂(x, 1) = f̂(y, 1).
    *Both in a node whose pair has a matrix*: 0 = ⟨x − y, M·0⟩ > 0, a contradiction. *Otherwise in the same leaf*: the images of its
    generators have at least the rank of the generators, so f̂ is injective on their span, which contains (x, 1) and (y, 1), a
    contradiction. *Otherwise in different leaves*: their paths part at an inner node or at the roots, and following the entries one
    comes to a pair of nodes P ∋ (x, 1), Q ∋ (y, 1) (or the other way round) that is not taken apart. A matrix is again a
    contradiction. (x, 1) is a sum of nonnegative multiples of the generators of a leaf of P, and f̂ is linear on it, so u·f(x) ≥ c,
    where c is the least u·f over the generators of P that are points, provided that u·f̂ ≥ 0 on those that are directions;
    likewise u·f(y) ≤ c′ on Q. c > c′ is a contradiction.
    In the last case let E be the common generators and say P is a leaf. U·f̂ ≥ 0 on the generators of P, U·f̂ = 0 on E and U·f̂ < 0 on
    all other generators of Q (or −U is so). As U·f̂(x, 1) = U·f̂(y, 1), both are 0, so (y, 1) is a sum of multiples of the members of E,
    and these lie in P, which is convex. So x and y lie in the same leaf P, and that was excluded.

    A switch that is ≥ 0 on the generators of all leaves of a node is so on the node; the signs of P and Q together are those of both.
    The rank is found modulo a prime, where it can only be smaller. Values u·f are compared by their roundings: F/W rounded down to
    64 bits behind the point is wrong by less than one unit, so u·f lies within the sum of the positive, and of the negative, entries of u.
    """

    cuts: tuple[int, ...]
    directions: tuple[Functional, ...]
    pairs: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "SeparatedCells"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (A4)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright."""
        if not (isinstance(goal, Injective) and isinstance(goal.f, Network) and isinstance(goal.on, Reals | Box | Polytope)):
            raise Rejected("cells show that a network is injective on ℝⁿ, a box or a polytope, and nothing else")
        require(all(len(u) == goal.f.width for u in self.directions), "a direction has not {} coordinates", goal.f.width)
        CellTree(Subdivision(goal.f, goal.on), self.cuts).run(self.pairs, self.directions)
        return ()
