"""All x with f(x) = y, exactly, for a piecewise-affine network: the preimage of a value, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import TypeAlias

from proofs.domains import Box, Point, Polytope, Reals
from proofs.elimination import longest
from proofs.errors import require
from proofs.exact import vector
from proofs.limits import digits
from proofs.network import Network
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.separated_cells import CellTree

Ray: TypeAlias = tuple[int, ...]
Piece: TypeAlias = tuple[Ray, ...]  # the points (x·w, w), w > 0, and the directions (r, 0) whose convex hull it is, in order


def fibre(f: Network, on: Reals | Box | Polytope, value: Point, cuts: tuple[int, ...], functionals: Sequence[Ray]) -> tuple[Piece, ...]:
    """The convex pieces whose union is {x ∈ D : f(x) = y}; none lies in another one. Rejected if the cells or functionals do not fit.

    `cuts` is a tree of cells and `functionals` goes through it in preorder, as in MissedByCells: a functional shows that no cell below
    a node holds a preimage, an empty one leads on to the two children, or stands at a leaf that is computed.

    Proof. x ∈ D lies in a leaf. Below a node with a functional there is no preimage (MissedByCells). On a leaf f̂ is linear, so that the (x, w)
    with w ≥ 0 and f̂(x, w) = w·(y, 1) form the part of the leaf where m linear forms vanish. That part is spanned by the generators that
    cutting by the forms leaves, one form after the other (`Subdivision.cut`): those with w > 0 are preimages x/w, those with w = 0 directions
    along which f does not change. The preimages in the leaf are the hull of these; if none of them has w > 0, there are none.
    """
    tree = CellTree(Subdivision(f, on), cuts)
    require(len(value) == f.width, "a value of {} coordinates for {} outputs", len(value), f.width)
    given, found, todo = iter(functionals), set[Piece](), list(reversed(tree.roots))
    while todo:
        node = todo.pop()
        functional = next(given, None)
        require(functional is not None, "the functionals end before node {}", node)
        pair = tree.children[node]
        if functional:
            excludes(functional, tree, node, value)
        elif pair is not None:
            todo += reversed(pair)
        else:
            rest = section(tree.subdivision, tree.cells[node], value)
            rays = [tree.subdivision.generators[g].ray for g in rest]
            if any(ray[-1] for ray in rays):
                found.add(tuple(sorted(rays)))
    require(next(given, None) is None, "more functionals are given than there are nodes to settle")
    return _largest(found, tree)


def section(s: Subdivision, cell: Cell, value: Point) -> Cell:
    """The part of a cell on which f is affine where f(x) = value, in homogeneous coordinates."""
    y, wall = vector(value), max(map(int.bit_length, cell.values()))
    for i, t in enumerate(y.numerators):
        levels = {}
        for number in cell:
            g = s.generators[number]
            s.meter.take(500 + digits(longest([g.image])) * digits(y.bits()))
            level = g.image[i] * y.denominator - t * g.image[-1]  # factor·d times the form f̂ᵢ − yᵢ·w
            levels[number] = (level * g.factor.denominator, g.factor.numerator * y.denominator)
        above, below = s.cut_at(cell, levels, wall + i)
        cell = {number: walls for number, walls in above.items() if number in below}
    return cell


def excludes(functional: Ray, tree: CellTree, node: int, value: Point) -> None:
    """Rejected unless the functional is ≥ 0 on the images of the generators of the node and < 0 at (value, 1)."""
    y, members = vector(value), tree.members[node]
    require(len(functional) == len(y) + 1, "a functional on {} coordinates, not {}", len(functional), len(y) + 1)
    images = [tree.subdivision.generators[g].image for g in members]
    tree.meter.take(len(images) * (200 + len(functional) * digits(longest([functional])) * digits(longest(images))))
    require(sum(map(mul, functional, (*y.numerators, y.denominator))) < 0, "the functional for node {} is not negative at the value", node)
    require(all(sum(map(mul, functional, v)) >= 0 for v in images), "the functional for node {} is negative on the image", node)


def _largest(found: set[Piece], tree: CellTree) -> tuple[Piece, ...]:
    """The pieces, in order, without those whose generators another one has too."""
    having: dict[Ray, list[frozenset[Ray]]] = {}
    for piece in found:
        for ray in piece:
            having.setdefault(ray, []).append(frozenset(piece))
    tree.meter.take(100 * sum(len(piece) * len(having[piece[0]]) for piece in found))
    return tuple(piece for piece in sorted(found) if not any(frozenset(piece) < others for others in having[piece[0]]))
