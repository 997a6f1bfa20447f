"""A network with one layer of activations is injective on a box if its pairs of smaller boxes are told apart (A4, P13, P14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Box
from proofs.errors import Brief, Rejected, require
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.theorems.box_tree import BoxTree

FIRST, SECOND = (-1,), (-2,)
FUNCTIONAL, MATRIX = 0, 1
_WORK_PER_ENTRY = 10**6  # a longer certificate may take longer


@dataclass(frozen=True, slots=True, repr=False)
class SeparatedBoxes(Brief):
    """f affine but for one layer of piecewise-affine activations, D a box cut into boxes: injective on D if any two of them, and each one
    and itself, are told apart by a functional on the outputs, or f is strongly monotone along all secants between them.

    `cuts` describes a binary tree of boxes in preorder: the number of the coordinate that is halved (lower half first), or −1 for a leaf.
    `pairs` deals with the pair of D and itself, then in the same way with what comes of it:
      (−1,)               take the first box p of the pair (p, q) apart into its halves a, b: the pairs (a, q) and (b, q) follow; or, if
                          p = q, the pairs (a, a), (a, b), (b, b);
      (−2,)               take the second box apart, q ≠ p: (p, a) and (p, b) follow;
      (0, u₁, …, u_m)     the functional u: u·f(x) > u·f(y) for x in p, y in q (`BoxTree.separates`);
      (1, s, k, M…, k…)   a matrix M and exponents: ⟨x − y, M(f(x) − f(y))⟩ > 0 for x ≠ y in p and q (`BoxTree.monotone`).

    Proof. Let x ≠ y in D. Both lie in D, and if (x, y) or (y, x) is in p × q, one of them is in one of the pairs that (p, q) is taken
    apart into: boxes are closed, the halves cover the box, and if p = q then (x, y) or (y, x) is in a × a, a × b or b × b. So one comes
    to a pair that is not taken apart. There a functional has different values at f(x) and f(y), or 0 < ⟨x − y, M(f(x) − f(y))⟩:
    f(x) ≠ f(y).
    """

    cuts: tuple[int, ...]
    pairs: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "SeparatedBoxes"
    status: ClassVar[Status] = Status.MACHINE
    source: ClassVar[str] = "elementary (A4, P13, P14)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright."""
        match goal:
            case Injective(Network() as f, Box() as on):
                tree = BoxTree(f, on, self.cuts)
            case _:
                raise Rejected("pairs of boxes show that a network is injective on a box, and nothing else")
        tree.meter.work += _WORK_PER_ENTRY * len(self.pairs)
        todo = [(0, 0)]
        for number, entry in enumerate(self.pairs):
            require(bool(todo), "{} entries about pairs, {} of them are used", len(self.pairs), number)
            p, q = todo.pop()
            if entry == FIRST:
                a, b = tree.halves(p)
                todo += [(b, b), (a, b), (a, a)] if p == q else [(b, q), (a, q)]
            elif entry == SECOND:
                require(p != q, "entry {} takes apart the second of two equal boxes", number)
                a, b = tree.halves(q)
                todo += [(p, b), (p, a)]
            else:
                require(_apart(tree, entry, p, q), "entry {} does not tell the boxes {} and {} apart", number, p, q)
        require(not todo, "the entries about pairs end where {} pairs are open", len(todo))
        return ()


def _apart(tree: BoxTree, entry: tuple[int, ...], p: int, q: int) -> bool:
    require(bool(entry) and entry[0] in (FUNCTIONAL, MATRIX), "an entry about the boxes {} and {} is of no known kind", p, q)
    kind, *numbers = entry
    return tree.separates(numbers, p, q) if kind == FUNCTIONAL else tree.monotone(numbers, p, q)
