"""ℝⁿ → ℝⁿ by the signs of the determinants of all cells and the preimages of one value: complete for injectivity (P1–P3, A6)."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.complete.cell_pairs import collapsed, grow, meeting
from bijection.engines.proposal import Proposal, Search, proves, reduces
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.merging import by_merging
from bijection.engines.structure.monotone import by_monotonicity
from bijection.engines.structure.representatives import by_representatives
from bijection.exact.linear import rank
from proofs.domains import Point, Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.statements import Injective, Not, Positive, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems.collision import Collision
from proofs.theorems.orientation import InjectiveIsBijective, NonzeroDegree, OnePreimage, OppositeOrientations, OrientedCells

MOST_INPUTS = 6
_TRIES = 12  # values until a regular one is found
_FOLDS = 20  # pairs of neighbouring cells in which a pair of inputs is looked for


def by_orientation(goal: Positive, search: Search) -> Iterator[Proposal]:
    """f: ℝⁿ → ℝⁿ. Injective: a proof or a pair, if time suffices. Onto: a proof if the degree is not 0."""
    match goal:
        case Injective(Network() as f, Reals(n)) | Surjective(Network() as f, Reals(n), _) if f.width == n and 0 < n <= MOST_INPUTS:
            pass
        case _:
            return
    try:
        cuts = grow(Subdivision(f, Reals(n)), search)
        if cuts is None:
            return
        cells = OrientedCells(f, Reals(n), cuts)
        search.report(f"{len(cells.signs)} cells with the signs {sorted(set(cells.signs.values()))} of determinants")
        rng = search.random("orientation")
        yield from _injective(goal, cells, rng, search) if isinstance(goal, Injective) else _onto(goal, cells, rng)
    except (Rejected, Malformed, OverflowError):
        return  # not piecewise affine, numbers too long, or too large for floats


def by_injectivity(goal: Positive, search: Search) -> Iterator[Proposal]:
    """f: ℝⁿ → ℝⁿ piecewise affine and injective is onto (P8): what proves that many inputs do not collide."""
    match goal:
        case Surjective(Network() as f, Reals(n) as on, _) if f.width == n and reduces(InjectiveIsBijective(), goal) is not None:
            pass
        case _:
            return
    for engine in (by_layers, by_representatives, by_merging, by_monotonicity):
        for proposal in engine(Injective(f, on), search):
            if isinstance(proposal.claim, Injective):
                yield Proposal(goal, (InjectiveIsBijective(), *proposal.evidence), f"injective, and so onto: {proposal.because}")
                return


def _injective(goal: Injective, cells: OrientedCells, rng: random.Random, search: Search) -> Iterator[Proposal]:
    for leaf, sign in cells.signs.items():
        pair = collapsed(cells.tree, leaf) if sign == 0 else None
        if pair is not None:
            yield Proposal(Not(goal), (Collision(*pair),), "a cell on which the network is affine and not injective")
            return
    if len(set(cells.signs.values())) > 1:
        yield from _folded(goal, cells, rng, search)
        return
    found = regular_value(cells, rng)
    if found is None:
        return
    value, preimages = found
    sign = next(iter(cells.signs.values()))
    kind = "positive" if sign > 0 else "negative"
    why = f"all {len(cells.signs)} cells have {kind} determinants, and the degree is {sign * len(preimages)}"
    if len(preimages) == 1:
        yield Proposal(goal, (OnePreimage(cells.cuts, value),), f"{why}: a value inside the images of cells has one preimage")
    else:
        x, y, *_ = preimages
        yield Proposal(Not(goal), (Collision(x, y),), f"{why}: almost every value has {len(preimages)} preimages")


def _folded(goal: Injective, cells: OrientedCells, rng: random.Random, search: Search) -> Iterator[Proposal]:
    """Two cells of opposite signs; then a pair of inputs on both sides of a facet between such cells."""
    points = [inside(cells, next(leaf for leaf, s in cells.signs.items() if s == sign), rng) for sign in (1, -1)]
    yield Proposal(Not(goal), (OppositeOrientations(*points),), "the determinant of the derivative takes both signs", improvable=True)
    for tried, (p, q) in enumerate(facets(cells)):
        if tried == _FOLDS or search.remaining() <= 0:
            return
        pair = meeting(cells.tree, p, q, min(2.0, search.remaining())) if cells.signs[p] * cells.signs[q] < 0 else None
        if pair is not None and proves(Collision(*pair), Not(goal)):
            yield Proposal(Not(goal), (Collision(*pair),), "the determinant changes its sign between two cells: the map folds there")
            return


def facets(cells: OrientedCells) -> Iterator[tuple[int, int]]:
    """Pairs of cells of opposite signs that have generators of a whole facet in common."""
    n = cells.f.arity
    having: dict[int, list[int]] = defaultdict(list)
    for leaf in cells.signs:
        for g in cells.tree.members[leaf]:
            having[g].append(leaf)
    seen: set[tuple[int, int]] = set()
    for leaf in cells.signs:
        near = sorted({other for g in cells.tree.members[leaf] for other in having[g]})
        for other in near:
            pair = (leaf, other)
            if leaf < other and pair not in seen and cells.signs[leaf] * cells.signs[other] < 0:
                seen.add(pair)
                common = cells.tree.members[leaf] & cells.tree.members[other]
                if len(common) >= n and rank([cells.tree.subdivision.generators[g].ray for g in sorted(common)]) == n:
                    yield pair


def _onto(goal: Surjective, cells: OrientedCells, rng: random.Random) -> Iterator[Proposal]:
    unbounded = {sign for leaf, sign in cells.signs.items() if cells.directions(leaf)}
    if unbounded in ({1}, {-1}):
        yield Proposal(goal, (NonzeroDegree(cells.cuts, None),), "the determinants of all unbounded cells have one sign")
        return
    if not all(sign or cells.proper(leaf) for leaf, sign in cells.signs.items()):
        return
    found = regular_value(cells, rng)
    if found is not None and sum(found[1].values()) != 0:
        value, preimages = found
        why = f"the degree is {sum(preimages.values())}: the sum of the signs at the {len(preimages)} preimages of a regular value"
        yield Proposal(goal, (NonzeroDegree(cells.cuts, value),), why)


def regular_value(cells: OrientedCells, rng: random.Random) -> tuple[Point, dict[Point, int]] | None:
    """A regular value with all its preimages."""
    leaf = next((leaf for leaf, sign in cells.signs.items() if sign), None)
    for _ in range(_TRIES if leaf is not None else 0):
        assert leaf is not None
        value = cells.f(inside(cells, leaf, rng))
        try:
            return value, cells.preimages(value)
        except Rejected:
            continue
    return None


def inside(cells: OrientedCells, leaf: int, rng: random.Random) -> Point:
    """A point inside a cell, no particular one."""
    generators = cells.of(leaf)
    weights = [Fraction(rng.randint(1, 64), max(1, g.ray[-1])) for g in generators]
    columns = zip(*(g.ray for g in generators), strict=True)
    *x, w = (sum((c * t for c, t in zip(weights, column, strict=True)), Fraction(0)) for column in columns)
    return tuple(t / w for t in x)
