"""Evidence that pieces are the inverse of a network: its cells, that it is injective or bijective, and its own pieces."""

from __future__ import annotations

from bijection.inversion.pieces import Pieces, pieces_of
from proofs.domains import Domain, Polytope, Reals
from proofs.kernel import Theorem
from proofs.limits import Meter
from proofs.network import Network
from proofs.statements import Inverts
from proofs.subdivision import Subdivision
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.images import CellsStayInside
from proofs.theorems.inverted import InvertedByCells, where
from proofs.theorems.values import StaysInside


def inverts(pieces: Pieces, tree: CellTree, onto: Domain | None) -> Inverts:
    """The claim that the pieces, one for each region of the tree, are the inverse of its network."""
    return Inverts(tree.subdivision.f, tree.subdivision.on, onto, tuple((piece.region, piece.map) for piece in pieces.pieces))


def proof_of_pieces(pieces: Pieces, tree: CellTree, known: tuple[Theorem, ...]) -> tuple[Theorem, ...]:
    """The steps, out of those that prove the network to be injective, or bijective."""
    numbers: dict[tuple[int, int], int] = {}
    places = tuple(numbers.setdefault(tree.signs(leaf), len(numbers)) for leaf in tree.leaves())
    maps = tuple(piece.map for piece in pieces_of(tree).pieces)
    steps: list[Theorem] = [InvertedByCells(tree.cuts, places, maps), *known]
    for piece, b in zip(pieces.pieces, maps, strict=True):
        whole = CellsStayInside((-1,) * _roots(where(piece.region, piece.map, b, Meter())))
        steps += [StaysInside() if isinstance(tree.subdivision.on, Reals) else whole, whole]
    return tuple(steps)


def _roots(region: Polytope) -> int:
    """How many cells the kernel starts with."""
    return len(Subdivision(Network(region.n, ()), region).roots())
