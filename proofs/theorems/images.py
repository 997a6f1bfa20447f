"""Images of the cells of a piecewise-affine network: what they cover, what none of them contains, where they stay (A10, P16, T7).

Homogeneous coordinates as in proofs/subdivision.py: f̂(x, w) = (w·f(x/w), w), and f̂(r, 0) = (lim f(x + t·r)/t, 0) for a direction r, is
linear on the cone that some rays span if no switch is positive on one of them and negative on another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from proofs.domains import Box, Domain, Polytope, Reals, contains, dimension
from proofs.errors import Brief, Rejected, require
from proofs.exact import Vector
from proofs.functions import Function
from proofs.kernel import Status
from proofs.network import Network
from proofs.statements import MapsInto, Not, Reached, Statement, Surjective
from proofs.subdivision import Cell, Subdivision
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.fibres import excludes, number_of, receding

Ray = tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class MissedByCells(Brief):
    """f piecewise affine, D a box, a polytope or ℝⁿ: y is not reached from D if for each cell some functional U on ℝᵐ⁺¹ is ≥ 0 on f̂ of
    its generators and U·(y, 1) < 0.

    `cuts` is the tree of cells, as in SeparatedCells. `functionals` goes through it in preorder: U settles a node with all that is
    below; an empty one leads on to the two children.

    Proof. x ∈ D lies in a leaf below a node that is settled: (x, 1) is a sum of nonnegative multiples of the generators of that leaf, and
    f̂ is linear on it, so U·(f(x), 1) ≥ 0 > U·(y, 1).
    """

    cuts: tuple[int, ...]
    functionals: tuple[Ray, ...]
    name: ClassVar[str] = "MissedByCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "Farkas' lemma, of which only the elementary direction is used (A10)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Not(Reached(f, D, y)) outright."""
        match goal:
            case Not(Reached(f, on, value)):
                tree = CellTree(_subdivision(f, on), self.cuts)
            case _:
                raise Rejected("cells show that a network misses a value only")
        given = iter(self.functionals)
        todo = list(reversed(tree.roots))
        while todo:
            node = todo.pop()
            functional = next(given, None)
            require(functional is not None, "the functionals end before node {}", node)
            pair = tree.children[node]
            if functional:
                excludes(functional, tree, node, value)
            else:
                require(pair is not None, "no functional for the leaf {}", node)
                todo += reversed(pair or ())
        require(next(given, None) is None, "more functionals are given than there are nodes to settle")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class CoveredByCells(Brief):
    """f piecewise affine, D and C boxes, polytopes or whole spaces: f maps D onto C if C is cut into pieces, on each of which one
    affine map is a right inverse of f.

    `planes` describes a tree of pieces for each root of the subdivision of C, in preorder: the form h on ℝᵐ⁺¹ by which a piece is cut (h
    ≥ 0 first), or an empty one for a leaf. `leaves` has for each leaf that holds a point, in order, the numbers in `rays` of what its
    generators are the images of.

    Proof. Let y lie in a leaf with the generators q₁, …, q_r and the rays ρ₁, …, ρ_r: (y, 1) = Σ λⱼ·qⱼ, λ ≥ 0. Each ρⱼ is a point or a
    direction of D, f̂(ρⱼ) is a positive multiple of qⱼ, and f̂ is linear on the cone of the ρⱼ. So (y, 1) = f̂(ρ) for a sum ρ of
    nonnegative multiples of the ρⱼ, whose last coordinate is 1 as f̂ keeps it: ρ = (x, 1), x ∈ D, which is convex and closed, and f(x) =
    y.
    """

    planes: tuple[Ray, ...]
    leaves: tuple[tuple[int, ...], ...]
    rays: tuple[Ray, ...]
    name: ClassVar[str] = "CoveredByCells"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (A10, P16)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Surjective(f, D, C) outright."""
        match goal:
            case Surjective(f, on, Reals() | Box() | Polytope() as onto):
                below, above = _subdivision(f, on), Subdivision(Network(dimension(onto), ()), onto)
            case _:
                raise Rejected("cells cover a box, a polytope or ℝᵐ only")
        numbers = [number_of(ray, below, on) for ray in self.rays]
        given = iter(self.leaves)
        for leaf in pieces(above, self.planes):
            generators = sorted(leaf)
            if not any(above.generators[g].ray[-1] for g in generators):
                continue  # no point lies in it
            chosen = next(given, None)
            require(
                chosen is not None and len(chosen) == len(generators), "a piece of {} corners has no preimages of them", len(generators)
            )
            assert chosen is not None
            require(all(0 <= k < len(numbers) for k in chosen), "a ray with a number beyond the {} rays", len(numbers))
            for k, g in zip(chosen, generators, strict=True):
                right = below.generators[numbers[k]].image == above.generators[g].ray
                require(right, "ray {} is not mapped to the corner of the piece", k)
            require(not below.mixed({numbers[k]: 0 for k in chosen}), "the network is not seen to be affine between the rays {}", chosen)
        require(next(given, None) is None, "more leaves are given than there are")
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class CellsStayInside(Brief):
    """f piecewise affine, D a box, a polytope or ℝⁿ, C a box or a polytope: f(D) ⊆ C if the images of all corners of cells lie in C
    and those of their directions are directions of C.

    `cuts` is the tree of cells, as in SeparatedCells. Proof: f̂ is linear on each cell and C is convex and closed.
    """

    cuts: tuple[int, ...]
    name: ClassVar[str] = "CellsStayInside"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """MapsInto(f, D, C) outright."""
        match goal:
            case MapsInto(f, on, Box() | Polytope() as into):
                tree = CellTree(_subdivision(f, on), self.cuts)
            case _:
                raise Rejected("corners of cells show that an image stays inside a box or a polytope only")
        used = {g for leaf in tree.leaves() for g in tree.members[leaf]}
        for g in used:
            *y, w = tree.subdivision.generators[g].image
            inside = contains(into, Vector(tuple(y), w)) if w else receding(into, y)
            require(inside, "the image of a corner of a cell lies outside the set" if w else "a direction of a cell leaves the set")
        return ()


def pieces(s: Subdivision, planes: Sequence[Ray]) -> Iterator[Cell]:
    """The leaves of the trees that the planes describe, in preorder; Rejected where they describe none."""
    wall = 2 * s.f.arity + 1 + (len(s.on.normals) if isinstance(s.on, Polytope) else 0)
    given = iter(planes)
    todo = [(cell, wall) for cell in reversed(s.roots())]
    while todo:
        cell, wall = todo.pop()
        plane = next(given, None)
        require(plane is not None, "the tree of pieces ends before all pieces are described")
        if not plane:
            yield cell
            continue
        require(len(plane) == s.f.arity + 1, "a plane with {} coefficients, not {}", len(plane), s.f.arity + 1)
        require(any(plane), "a plane vanishes everywhere")
        above, below = s.cut_by(cell, plane, wall)
        todo += [(below, wall + 1), (above, wall + 1)]
    require(next(given, None) is None, "more pieces are described than there are")


def _subdivision(f: Function, on: Domain) -> Subdivision:
    if not (isinstance(f, Network) and isinstance(on, Reals | Box | Polytope)):
        raise Rejected("only networks on ℝⁿ, a box or a polytope have cells")
    return Subdivision(f, on)
