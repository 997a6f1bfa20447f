"""All cells of a piecewise-affine network and a functional for every pair of them: floats find, the kernel certifies (A4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from bijection.engines.complete.dealing import Entry, results
from bijection.engines.complete.secants import whole
from bijection.engines.complete.separation import Separation
from bijection.engines.complete.units import Result, portions, prepared, put_together, work
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array
from bijection.exact.linear import nullspace, pivot_columns
from bijection.exact.smt import combination, functional
from proofs.domains import Box, Point, Polytope, Reals
from proofs.errors import Malformed, Rejected, well_formed
from proofs.limits import Meter
from proofs.network import Network
from proofs.statements import Injective, Not, Positive
from proofs.subdivision import Cell, Generator, Subdivision
from proofs.theorems.cell_tree import LEAF, SPLIT, CellTree
from proofs.theorems.collision import Collision
from proofs.theorems.separated_cells import SeparatedCells

_MOST_INPUTS = 6
_FEW = 256  # nodes of a tree of cells


def by_few_cells(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Where cells are few their pairs are told apart sooner than more is tried; not where they are work to share out or to keep."""
    if search.executor is None and search.journal is None and search.wish is None:
        yield from by_cell_pairs(goal, search, _FEW)


def by_cell_pairs(goal: Positive, search: Search, most: int = 200_000) -> Iterator[Proposal]:
    """The cells, then the pairs of cells, taken together in a tree as far as one functional serves. Complete: if time suffices
    there is a proof or a pair. A tree of cells with more nodes is not tried.
    """
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on) if 0 < f.arity <= _MOST_INPUTS and f.width:
            pass
        case _:
            return
    try:
        subdivision = Subdivision(f, on)
        cuts = grow(subdivision, search, most)
        if cuts is None:
            return
        subdivision.meter = Meter()
        tree = CellTree(subdivision, cuts)  # the same corners, numbered as the kernel and other processes number them: both in preorder
        leaves = list(tree.leaves())
        search.report(f"{len(leaves)} cells with {len(tree.subdivision.generators)} corners")
        s = prepared(goal, tree, search.seed)
        s.whole = whole(tree, s.secants)
        dealt = [range(number, tree.after(number)) for number in s.whole]
        flat = next((leaf for leaf in leaves if not any(leaf in below for below in dealt) and not tree.injective_on(leaf)), None)
        if flat is not None:
            yield from _proposed(goal, collapsed(tree, flat), "a cell on which the network is affine and not injective")
            return
    except (Rejected, Malformed, OverflowError):
        return  # not piecewise affine, numbers too long, or too large for floats
    units = portions(tree, s.whole)
    total, closed = max(1, len(leaves) * (len(leaves) - 1) // 2), 0
    near = nearest(s)
    found: dict[int, Result] = {}
    looked = 0  # units whose stuck pairs have been looked at: in order, so that the pair shown is the same whoever does the work
    exact: dict[tuple[int, int], Entry] = {}
    for number, given in results(goal, work(goal, s, units, search), list(reversed(range(len(units)))), search):
        result: Result = [None if entry is None else tuple(entry) for entry in given]
        found[number] = result
        closed += sum(pairs_below(s, p, q) for p, q in units[number])
        search.report(f"{len(leaves)} cells; {closed / total:.1%} of their pairs are told apart{near}")
        while looked in found:
            for pair, entry in put_together(tree, {0: found[looked]}, units[looked : looked + 1]):
                if entry is not None:
                    continue
                met = meeting(tree, *pair, search.remaining())
                if met is not None:
                    yield from _proposed(goal, met, "two cells whose images meet")
                    return
                better = exact_functional(tree, *pair, search.remaining())
                if better is None:
                    return
                exact[pair] = better
            looked += 1
    if len(found) < len(units):
        return
    theorem = certificate(s, found, units, exact)
    yield Proposal(goal, (theorem,), f"{len(leaves)} cells, told apart in {len(theorem.pairs)} steps")


def pairs_below(s: Separation, p: int, q: int) -> int:
    """How many pairs of leaves are dealt with when a pair to begin with is."""
    a, b = s.tree.sizes[p], s.tree.sizes[q]
    together = p - 1 in s.whole and s.tree.children[p - 1] == (p, q)  # a first child follows its node
    return (a + b) * (a + b - 1) // 2 if together else a * b


def _proposed(goal: Injective, pair: tuple[Point, Point] | None, because: str) -> Iterator[Proposal]:
    if pair is not None and proves(Collision(*pair), Not(goal)):
        yield Proposal(Not(goal), (Collision(*pair),), because)


def certificate(
    s: Separation, found: dict[int, Result], units: list[list[tuple[int, int]]], exact: dict[tuple[int, int], Entry]
) -> SeparatedCells:
    """The entries in the order of the theorem, with the directions that are used."""
    pairs: list[Entry] = []
    used: dict[int, int] = {}
    for pair, given in put_together(s.tree, found, units):
        entry = exact[pair] if given is None else given
        if len(entry) == 1 and entry != (SPLIT,):
            well_formed(entry[0] < len(s.directions), "the journal names direction {}; name another folder", entry[0])
            entry = (used.setdefault(entry[0], len(used)),)
        pairs.append(entry)
    return SeparatedCells(s.tree.cuts, tuple(s.directions[k] for k in used), tuple(pairs))


def nearest(s: Separation, most: int = 600) -> str:
    """In words, the two corners of cells whose images are nearest for their distance, roughly and in floating point."""
    generators = s.tree.subdivision.generators
    points = [k for k, g in enumerate(generators) if g.ray[-1]][:most]
    if len(points) < 2:
        return ""
    x = np.array([[t / generators[k].ray[-1] for t in generators[k].ray[:-1]] for k in points])
    y = s.images[points][:, :-1]
    with np.errstate(all="ignore"):
        moved = np.abs(x[:, None] - x[None]).max(axis=2)
        share = np.where(moved > 0, np.abs(y[:, None] - y[None]).max(axis=2) / moved, np.inf).min()
    return f"; nearest corners: outputs about {share:.1g} times as far apart as inputs"


def collapsed(tree: CellTree, leaf: int) -> tuple[Point, Point] | None:
    """Two points of a cell with the same image, where the images of its generators have too small a rank."""
    generators = [tree.subdivision.generators[g] for g in sorted(tree.members[leaf])]
    images = [list(column) for column in zip(*(g.image for g in generators), strict=True)]
    rays = [list(column) for column in zip(*(g.ray for g in generators), strict=True)]
    for k in nullspace(images, len(generators)):
        moves = [c * g.factor for c, g in zip(k, generators, strict=True)]
        if any(sum(c * t for c, t in zip(moves, row, strict=True)) for row in rays):
            most = max(map(abs, moves))
            return _point(generators, [most + c for c in moves]), _point(generators, [most - c for c in moves])
    return None


def meeting(tree: CellTree, p: int, q: int, seconds: float) -> tuple[Point, Point] | None:
    """A point of leaf p and another one of leaf q with the same image, exactly, or None."""
    images = tree.subdivision.generators
    first, second = sorted(tree.members[p]), sorted(tree.members[q])
    vectors = [images[g].image for g in first] + [tuple(-t for t in images[g].image) for g in second]
    common = tree.members[p] & tree.members[q]
    own = [k for k, g in enumerate([*first, *second]) if g not in common]
    points = [k for k, g in enumerate(first) if images[g].ray[-1]]
    origin = next((g for g in sorted(common) if images[g].ray[-1]), None)
    found = combination(vectors, own, points, seconds)
    if found is None and origin is not None:  # they may meet at infinity: go there from a common point
        found = combination(vectors, own, own, seconds)
    if found is None:
        return None
    weights = [t * images[g].factor for t, g in zip(found, [*first, *second], strict=True)]
    if not any(weights[k] for k in points) and origin is not None:
        weights[first.index(origin)] += 1
        weights[len(first) + second.index(origin)] += 1
    return _point([images[g] for g in first], weights[: len(first)]), _point([images[g] for g in second], weights[len(first) :])


def _point(generators: Sequence[Generator], weights: Sequence[Fraction | int]) -> Point:
    columns = zip(*(g.ray for g in generators), strict=True)
    *x, w = (sum((c * t for c, t in zip(weights, column, strict=True)), Fraction(0)) for column in columns)
    return tuple(t / w for t in x)


def exact_functional(tree: CellTree, p: int, q: int, seconds: float) -> tuple[int, ...] | None:
    """The functional for two leaves, where floats found none, or None."""
    images = tree.subdivision.generators
    common = tree.members[p] & tree.members[q]
    signed = [(images[g], images[g].image) for g in sorted(tree.members[p])]
    signed += [(images[g], tuple(-t for t in images[g].image)) for g in sorted(tree.members[q])]
    if not any(images[g].ray[-1] for g in common):  # nothing finite in common: directions need not be told apart
        u = functional([v for g, v in signed if g.ray[-1]], [v for g, v in signed if not g.ray[-1]], [], seconds)
        return None if u is None else (0, *u[:-1])
    zero = [images[g].image for g in sorted(common)]
    away = [images[g].image for g in sorted(tree.members[p] - common)]
    away += [tuple(-t for t in images[g].image) for g in sorted(tree.members[q] - common)]
    u = functional(away, [], zero, seconds)
    if u is None:
        return None
    pivots = pivot_columns(zero)
    return (sum(1 << j for j in pivots), *(t for j, t in enumerate(u) if j not in pivots))


def grow(subdivision: Subdivision, search: Search, most: int = 200_000) -> tuple[int, ...] | None:
    """The cuts of a tree of cells, each by the switch that comes nearest to halving the cell; None if time or room run out."""
    first = 2 * subdivision.f.arity + 1 + len(getattr(subdivision.on, "normals", ()))
    levels: list[Array] = []
    cuts: list[int] = []
    todo: list[tuple[Cell, int]] = [(cell, first) for cell in reversed(subdivision.roots())]
    while todo:
        if len(cuts) % 64 == 0 and (search.remaining() <= 0 or len(cuts) > most):
            return None
        cell, wall = todo.pop()
        mixed = subdivision.mixed(cell)
        if not mixed:
            cuts.append(LEAF)
            continue
        for g in subdivision.generators[len(levels) :]:
            levels.append(np.array([a / (b * (g.ray[-1] or 1)) for a, b in zip(g.levels, g.scales, strict=True)]))
        choice = np.array(list(subdivision.available(mixed)))
        here = np.array([levels[number] for number in cell])[:, choice]
        high, low = here.max(axis=0), -here.min(axis=0)
        with np.errstate(all="ignore"):  # what is too small or too large for floats is as good as any other
            switch = int(choice[np.argmax(np.minimum(high, low) / (high + low))])
        cuts.append(switch)
        above, below = subdivision.cut(cell, switch, wall)
        todo.append((below, wall + 1))
        todo.append((above, wall + 1))
    return tuple(cuts)
