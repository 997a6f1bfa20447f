"""ℝⁿ → ℝⁿ on a box or a polytope: determinants of one sign inside, and pairs of cells of the boundary only (T13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from bijection.engines.complete.cell_pairs import certificate, exact_functional, grow, meeting
from bijection.engines.complete.dealing import Entry
from bijection.engines.complete.derivatives import Derivatives, derivatives
from bijection.engines.complete.units import Result, done, portions, prepared, put_together
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, floats
from proofs.domains import Box, Polytope
from proofs.errors import Malformed, Rejected
from proofs.limits import Meter
from proofs.network import Affine, Network
from proofs.statements import Injective, Not, Positive
from proofs.subdivision import Subdivision
from proofs.theorems.boundary import CELLS, LEAF, Facets, InjectiveOnBoundary, halves
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.collision import Collision
from proofs.theorems.orientation import OrientedCells

_MOST_INPUTS = 3  # a boundary of more dimensions has more cells than the inside
_FEW, _SHORT = 2_000, 20_000_000  # nodes of the tree of cells, and entries of matrices times nodes, for which no boxes are tried
_MOST_BOXES, _MOST_WORK = 20_000, 100_000_000  # so many boxes, and entries of matrices times boxes; a check takes a third of a minute
_TOGETHER, _OPEN = 256, 2_000  # boxes; if more are open at a time, bounds are not the way
_DEEP = 10  # halvings in each coordinate, after which, as when boxes are so many, those left are cut into cells

Tree: TypeAlias = tuple[int, ...]


def by_boundary(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof, if all determinants have one sign, as cells or boxes show, and f is injective on the boundary; or a pair of the boundary."""
    match goal:
        case Injective(Network() as f, Box() | Polytope() as on) if f.width == f.arity and 2 <= f.arity <= _MOST_INPUTS:
            pass
        case _:
            return
    try:
        inside = _inside(f, on, search)
        if inside is None:
            return
        cuts = grow(Facets(f, on), search)
        if cuts is None:
            return
        tree = CellTree(Facets(f, on), cuts)
        search.report(f"{sum(1 for _ in tree.leaves())} cells of the boundary")
        s = prepared(goal, tree, search.seed)
        s.secants = None
        units = portions(tree)
        found: dict[int, Result] = {}
        for number, starts in enumerate(units):
            result = done(s, starts, search)
            if result is None:
                return
            found[number] = result
        exact: dict[tuple[int, int], Entry] = {}
        for pair, entry in put_together(tree, found, units):
            if entry is not None:
                continue
            met = meeting(tree, *pair, search.remaining())
            if met is not None:
                if proves(Collision(*met), Not(goal)):
                    yield Proposal(Not(goal), (Collision(*met),), "two points of the boundary with the same output")
                return
            better = exact_functional(tree, *pair, search.remaining())
            if better is None:
                return
            exact[pair] = better
    except (Rejected, Malformed, OverflowError, np.linalg.LinAlgError):
        return  # not piecewise affine, not bounded, numbers too long, or too large for floats
    told = certificate(s, found, units, exact)
    theorem = InjectiveOnBoundary(*inside, told.cuts, told.directions, told.pairs)
    leaves = sum(1 for _ in tree.leaves())
    yield Proposal(goal, (theorem,), f"determinants of one sign, and {leaves} cells of the boundary, told apart in {len(told.pairs)} steps")


def _inside(f: Network, on: Box | Polytope, search: Search) -> tuple[Tree, tuple[Tree, ...]] | None:
    """How the determinants are seen to have one sign: the first fields of the theorem; None if they have not, or cells are too many.

    Few cells are looked at one by one. Bounds on boxes need the fewer boxes the smoother f is, however many cells it has.
    """
    cuts = grow(Subdivision(f, on), search, min(_FEW, _SHORT // _entries(f)))
    if cuts is not None:
        return ((CELLS,), (cuts,)) if _same(f, on, cuts) else None
    if not isinstance(on, Box) or not all(a < b for a, b in zip(on.lower, on.upper, strict=True)):
        return None
    return _boxes(f, on, search)


def _entries(f: Network) -> int:
    return 1 + sum(node.op.entries for node in f.nodes if isinstance(node.op, Affine))


def _same(f: Network, on: Box | Polytope, cuts: Tree) -> bool:
    return set(OrientedCells(f, on, cuts).signs.values()) in ({1}, {-1})


def _boxes(f: Network, on: Box, search: Search) -> tuple[Tree, tuple[Tree, ...]] | None:
    """Boxes that are halved until the bounds of the derivatives are regular; those that stay too long are cut into cells."""
    bounds = derivatives(f)
    lower, upper = floats(on.lower)[None], floats(on.upper)[None]
    weights = bounds.weights()
    axes: dict[tuple[int, ...], int] = {}  # a box, by the halves taken on the way to it → what becomes of it
    names: list[tuple[int, ...]] = [()]
    seen: set[float] = set()
    most = min(_MOST_BOXES, _MOST_WORK // _entries(f))
    while names:
        if search.remaining() <= 0 or len(names) > _OPEN:
            return None
        with np.errstate(all="ignore"):  # what overflows is not regular
            signs, regular = (np.concatenate(t) for t in zip(*_batches(bounds, lower, upper), strict=True))
        seen |= set(signs[regular].tolist())
        if len(seen) > 1:
            return None
        axis = ((upper - lower) * weights).argmax(axis=1)
        deep = len(names[0]) >= _DEEP * f.arity or len(axes) + 3 * len(names) > most
        axes.update({name: LEAF if ok else CELLS if deep else int(a) for name, ok, a in zip(names, regular, axis, strict=True)})
        left = np.flatnonzero(~regular) if not deep else np.array([], dtype=int)
        names = [(*names[k], half) for k in left.tolist() for half in (0, 1)]
        lower, upper, axis = (np.repeat(t[left], 2, axis=0) for t in (lower, upper, axis))
        middle = (lower[np.arange(len(axis)), axis] + upper[np.arange(len(axis)), axis]) / 2
        first = np.arange(len(axis)) % 2 == 0
        upper[np.flatnonzero(first), axis[first]] = middle[first]
        lower[np.flatnonzero(~first), axis[~first]] = middle[~first]
    search.report(f"{len(axes)} boxes with determinants of one sign")
    return _written(f, on, axes, search)


def _batches(bounds: Derivatives, lower: Array, upper: Array) -> Iterator[tuple[Array, Array]]:
    return (bounds.signs(lower[k : k + _TOGETHER], upper[k : k + _TOGETHER]) for k in range(0, len(lower), _TOGETHER))


def _written(f: Network, on: Box, axes: dict[tuple[int, ...], int], search: Search) -> tuple[Tree, tuple[Tree, ...]] | None:
    """The tree in preorder, with the trees of cells."""
    out, trees, meter = [], [], Meter()
    todo: list[tuple[tuple[int, ...], Box]] = [((), on)]
    while todo:
        name, box = todo.pop()
        entry = axes[name]
        out.append(entry)
        if entry == CELLS:
            cuts = grow(Subdivision(f, box), search, _FEW)
            if cuts is None or not _same(f, box, cuts):
                return None
            trees.append(cuts)
        elif entry != LEAF:
            low, high = halves(box, entry, meter)
            todo += [((*name, 1), high), ((*name, 0), low)]
    return tuple(out), tuple(trees)
