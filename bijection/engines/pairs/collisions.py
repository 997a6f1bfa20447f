"""Explicit pairs: a direction of the kernel inside a linear region, kept short by lattice reduction (A1, T2, L4, I6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import isqrt

import numpy as np

from bijection.engines.cells import Region, region, slope_at
from bijection.engines.pairs.near import close
from bijection.engines.proposal import Proposal, Search
from bijection.engines.sampling import spread
from bijection.exact.lattice import nearest, siegel
from bijection.exact.linear import nullspace, short_kernel
from bijection.exact.simplest import step_below
from proofs.activations import PiecewiseAffine
from proofs.compose import cuts
from proofs.domains import Box, Domain, Grid, Integers, Point, Polytope, Reals, contains
from proofs.exact import vector
from proofs.network import Affine, Network, Pointwise
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.composition import PrefixCollides

_WORK = 8_000_000  # columns² × bits of all rows, a few seconds of lattice reduction
_MOVES = 100_000_000  # coefficients times directions, about five seconds of computing how values move
_LONG = 12  # bits of a kernel vector above which a shorter one is looked for
_STARTS = 20_000_000  # coefficients times directions of all starts, about five seconds
_BLOCKED = 8  # directions that lead nowhere after which another start is tried
_SMALL = 64  # inputs up to which all of them are moved at once


def by_kernel(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of one linear region that a prefix of the network does not tell apart."""
    match goal:
        case Injective(Network() as f, Grid()) if f.arity > _SMALL:
            return  # that is work for lattices
        case Injective(Network() as f, Reals() | Box() | Polytope() | Grid() | Integers() as on):
            yield from _pairs(goal, f, on, search)
        case _:
            return


def _pairs(goal: Injective, f: Network, on: Domain, search: Search) -> Iterator[Proposal]:
    rng = search.random("collisions")
    each = (1 + f.arity) * (1 + _coefficients(f, len(f.nodes))[1])
    tries = max(12, min(100, _STARTS // each)) if f.arity <= _SMALL and not _one_layer(f, on) else 12
    for x in _bases(on, islice(spread(on, rng, search.near), tries), search.near):
        if search.remaining() <= 0:
            return
        coordinates = movable(on, x)
        found, blocked = False, 0
        for at, cut, v, short in _directions(f, on, x, coordinates, search):
            pair = _step(at, cut, v, on)
            if pair is None:
                blocked += 1
                if blocked == _BLOCKED:
                    break
                continue
            found = True
            note = promised(on, at.rows(cut), len(at.coordinates), pair) if isinstance(on, Grid) else ""
            far = search.near is not None and not close(on, pair, search.near)
            yield pair_proposal(goal, f, cut, pair, improvable=not short or far, note=note)
            if short and not far:
                return
        if found:
            return


def _one_layer(f: Network, on: Domain) -> bool:
    """Whether a tree of dependencies decides the question soon, so that a brief look is enough."""
    kinds = [type(node.op) for node in f.nodes]
    return kinds == [Affine, Pointwise] and isinstance(on, Reals | Box | Polytope)


def pair_proposal(
    goal: Injective,
    f: Network,
    cut: int,
    pair: tuple[Point, Point],
    improvable: bool = False,
    lie: str = "in one linear region",
    note: str = "",
) -> Proposal:
    """The pair, which the first `cut` operations do not tell apart, as evidence."""
    whole = cut == len(f.nodes)
    evidence = (Collision(*pair),) if whole else (PrefixCollides(cut), Collision(*pair))
    where = "the whole network" if whole else f"the first{f' {cut}' if cut > 1 else ''} of its {len(f.nodes)} operations"
    return Proposal(Not(goal), evidence, f"two inputs {lie} that {where} cannot tell apart{note}", improvable)


def promised(on: Grid, rows: Sequence[Sequence[int]], columns: int, pair: tuple[Point, Point]) -> str:
    """What Siegel's lemma says of the kernel of the rows, beside what was found."""
    bound = siegel(rows, columns)
    if bound is None:
        return ""
    largest = max(int(abs(a - b) / s) for a, b, s in zip(*pair, on.step, strict=True))
    equations = f"{len(rows)} equation{'s' * (len(rows) != 1)} in {columns} inputs"
    return f"; Siegel's lemma promises a solution of its {equations} with steps of at most {bound}, here they are at most {largest}"


def _bases(on: Domain, points: Iterator[Point], near: Point | None) -> Iterator[Point]:
    """The points; behind a wished one that lies on sides of a box, the same with some coordinates moved a little inside."""
    for x in points:
        yield x
        if x == near and isinstance(on, Box):
            edge = {j for j in movable(on, x) if not on.lower[j] < x[j] < on.upper[j]}
            yield tuple(t + (a + b - 2 * t) / 16 if j in edge else t for j, (t, a, b) in enumerate(zip(x, on.lower, on.upper, strict=True)))


def movable(on: Domain, x: Point) -> list[int]:
    """The coordinates that may move both ways from x first, then those that may move one way; each part from the middle
    of the vector outwards."""
    middle = len(x) // 2
    order = sorted(range(len(x)), key=lambda j: (abs(j - middle), j))
    match on:
        case Box(lower, upper) | Grid(lower, upper):
            inner = [j for j in order if lower[j] < x[j] < upper[j]]
            edge = [j for j in order if lower[j] < upper[j] and not lower[j] < x[j] < upper[j]]
            return inner + edge
        case _:
            return order


def _units(on: Domain, coordinates: Sequence[int]) -> list[Fraction]:
    return [on.step[j] if isinstance(on, Grid) else Fraction(1) for j in coordinates]


def _directions(f: Network, on: Domain, x: Point, coordinates: list[int], search: Search) -> Iterator[tuple[Region, int, list[int], bool]]:
    """(region, cut, kernel vector, whether it is short): the quick long ones first, then shorter ones."""
    if f.arity <= _SMALL:
        at = region(f, x, coordinates, _units(on, coordinates))
        if at is not None:
            yield from _of_region(at, on, search, last=True)
        return
    # Moving more coordinates than the narrowest value has active units always leaves a kernel.
    scout = region(f, x, coordinates[:1], _units(on, coordinates[:1]))
    if scout is None:
        return
    active = {k: _active(scout, k) for k in cuts(f) if 0 < k < len(scout.values)}
    narrow = sorted((r * _coefficients(f, k)[0], k) for k, r in active.items() if r < len(coordinates))
    for cost, k in narrow[:1]:
        r, bits = active[k], 45 * cost
        steps = isinstance(on, Grid)  # there the steps must be whole: only short vectors help, and longer work for them pays
        widest = min(isqrt((4 * _WORK if steps else _WORK) // max(bits, 1)), _MOVES // (1 + _coefficients(f, k)[1]), len(coordinates))
        widths = sorted({r + 1, max(r + 1, min(widest, r + max(8, bits // (3 if steps else 6))))})
        for width in widths:
            if r < width <= len(coordinates) and search.remaining() > 0:
                at = region(f, x, coordinates[:width], _units(on, coordinates[:width]))
                if at is not None:
                    yield from _of_region(at, on, search, last=width == widths[-1])


def _active(at: Region, k: int) -> int:
    """How many coordinates of value k are not constant in the region."""
    node = at.f.nodes[k - 1]
    if not isinstance(node.op, Pointwise):
        return at.f.widths[k]
    z = at.values[node.inputs[0]]
    units = zip(node.op.activations, z.numerators, strict=True)
    return sum(isinstance(s, PiecewiseAffine) and slope_at(s, Fraction(a, z.denominator)) != 0 for s, a in units)


def _coefficients(f: Network, k: int) -> tuple[int, int]:
    """The number of affine maps before value k and of their coefficients."""
    maps = [node.op for node in f.nodes[:k] if isinstance(node.op, Affine)]
    return len(maps), sum(len(row.columns) for w in maps for row in w.rows)


def _of_region(at: Region, on: Domain, search: Search, last: bool) -> Iterator[tuple[Region, int, list[int], bool]]:
    """Kernel vectors of the earliest prefix that has any; `last` says that no wider search follows."""
    for cut in cuts(at.f):
        if not 0 < cut < len(at.values):
            continue
        rows = at.rows(cut)
        columns = len(at.coordinates)
        quick = nullspace(rows, columns) if len(rows) < columns or columns <= _SMALL else []
        if not quick:
            continue
        quick.sort(key=_size)
        bits = sum(max(t.bit_length() for t in row) for row in rows)
        reducible = last and len(quick) > 1 and columns * columns * bits <= 4 * _WORK and search.remaining() > 2
        if _size(quick[0]) <= _LONG:
            yield from ((at, cut, v, True) for v in quick)
        elif reducible:
            yield at, cut, quick[0], False
        else:
            yield from ((at, cut, v, last) for v in quick)
        if reducible:
            basis = short_kernel(rows, columns)
            if isinstance(on, Grid):
                yield from ((at, cut, v, True) for v in _towards_the_inside(at, basis, on, search))
            yield from ((at, cut, v, True) for v in basis[:8])
        return


def _towards_the_inside(at: Region, basis: list[list[int]], on: Grid, search: Search) -> list[list[int]]:
    """Kernel vectors that keep x on the grid, smallest change first: close to a wish that points inwards from every edge."""
    rng = np.random.default_rng(search.seed)
    top = [a + (c - 1) * s for a, c, s in zip(on.lower, on.counts(), on.step, strict=True)]
    inwards = np.array([(at.x[j] == on.lower[j]) * 1.0 - (at.x[j] == top[j]) * 1.0 for j in at.coordinates])
    room = [(int((on.lower[j] - at.x[j]) / on.step[j]), int((top[j] - at.x[j]) / on.step[j])) for j in at.coordinates]
    found: dict[tuple[int, ...], None] = {}
    for size in (1.0, 1.5, 2.0, 3.0, 4.0):
        for _ in range(8):
            v = nearest(basis, size * inwards + 0.3 * rng.normal(size=len(inwards)))
            if any(v) and all(low <= t <= high for t, (low, high) in zip(v, room, strict=True)):
                found[tuple(v)] = None
    return [list(v) for v in sorted(found, key=lambda v: (max(map(abs, v)), sum(map(abs, v))))][:8]


def _size(v: Sequence[int]) -> int:
    return max(t.bit_length() for t in v)


def _step(at: Region, cut: int, v: Sequence[int], on: Domain) -> tuple[Point, Point] | None:
    """x and x + εv inside the region and the domain, with a simple ε."""
    for sign in (1, -1):
        w = [sign * t for t in v]
        reach = at.reach(w, cut, on)
        whole = isinstance(on, Grid | Integers)
        if not isinstance(on, Box):  # nothing but taste bounds the step: about 1, but whole for short directions
            taste = Fraction(2, 2 ** max(0, _size(v) - 6))
            reach = taste if reach is None else min(reach, taste)
        if reach is None or (whole and reach >= 1):
            step = Fraction(1)
        elif reach <= 0 or whole:
            continue
        else:
            step = step_below(reach, Fraction(1))
        y = tuple(a + step * b for a, b in zip(at.x, at.direction(w), strict=True))
        if contains(on, vector(y)):
            return at.x, y
    return None
