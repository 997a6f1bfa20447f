"""Where to divide a case: at the thresholds of units, or between two values of an input on a grid."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from bijection.engines.onto.relaxed import Program, Solved
from bijection.exact.floating import Array, approximate, scalar
from proofs.activations import Activation, PiecewiseAffine
from proofs.domains import Domain, Grid, Integers, Point
from proofs.errors import Rejected
from proofs.exact import Interval
from proofs.network import Network, Pointwise
from proofs.relaxation import Region
from proofs.theorems.branching import Cut


def first_open(region: Region) -> Cut | None:
    """The first unit that does not do one thing on the region, cut."""
    for node in region.f.nodes:
        if isinstance(node.op, Pointwise):
            for i, (s, side) in enumerate(zip(node.op.activations, region.values[node.inputs[0]], strict=True)):
                at = threshold(s, side, None) if isinstance(s, PiecewiseAffine) else None
                if at is not None:
                    return Cut(node.inputs[0], i, at)
    return None


def pinned(region: Region, values: Callable[[int], Array]) -> tuple[Region, set[tuple[int, int]]] | None:
    """The part of the region where each unit stays on the piece on which these values are, and what was bounded for it."""
    units: set[tuple[int, int]] = set()
    for node in region.f.nodes:
        if isinstance(node.op, Pointwise):
            j = node.inputs[0]
            for i, (s, z) in enumerate(zip(node.op.activations, values(j).tolist(), strict=True)):
                if not isinstance(s, PiecewiseAffine):
                    return None
                if threshold(s, region.values[j][i], None) is not None:
                    ends = [None, *s.breakpoints, None]
                    k = sum(z > approximate(b) for b in s.breakpoints)
                    try:
                        region = region.restricted(j, i, Interval(ends[k], ends[k + 1]))
                    except Rejected:
                        return None
                    units.add((j, i))
    return region, units


def between(region: Region, x: Point) -> Cut | None:
    """The first coordinate of the input that is no value of the grid, cut there."""
    match region.on:
        case Grid(lower, _, steps):
            pass
        case Integers(n):
            lower, steps = (Fraction(0),) * n, (Fraction(1),) * n
        case _:
            return None
    off = next((i for i, (t, a, s) in enumerate(zip(x, lower, steps, strict=True)) if (t - a) % s), None)
    return None if off is None else Cut(0, off, x[off])


def deepest(g: Network, on: Domain) -> int:
    """How many cuts lead to a region without cases left, some for each smooth unit and for each input on a grid."""
    units = [s for node in g.nodes if isinstance(node.op, Pointwise) for s in node.op.activations]
    inputs = sum(map(int.bit_length, on.counts())) if isinstance(on, Grid) else 12 * g.arity if isinstance(on, Integers) else 0
    return inputs + sum(len(s.breakpoints) if isinstance(s, PiecewiseAffine) else 12 for s in units)


def cut(program: Program, region: Region, solved: Solved | None) -> Cut | None:
    """The unit where the program is furthest from the network, cut where its point lies; without a point the first unit that can be cut."""
    best: tuple[float, Cut] | None = None
    f = region.f
    force = program.forces(solved) if solved is not None else {}
    weak = 1e-3 * max(force.values(), default=0.0) or 1.0
    for k, node in enumerate(f.nodes, 1):
        if not isinstance(node.op, Pointwise):
            continue
        j = node.inputs[0]
        chosen = {line.coordinate for line in solved.lines if line.value == k and line.chosen} if solved is not None else None
        has_point = solved is not None and solved.duals.x is not None
        z = program.value(solved, j) if solved is not None and has_point else None
        h = program.value(solved, k) if solved is not None and has_point else None
        for i, (s, side) in enumerate(zip(node.op.activations, region.values[j], strict=True)):
            if chosen is not None and i not in chosen and (side.lower is not None and side.upper is not None):
                continue
            at = threshold(s, side, None if z is None else float(z[i]))
            if at is None:
                continue
            gap = 1.0 if z is None or h is None else abs(float(h[i]) - _value(s, float(z[i]))) * (force.get((k, i), 0.0) + weak)
            if best is None or gap > best[0]:
                best = gap, Cut(j, i, at)
        if best is not None and z is None:
            return best[1]
    return None if best is None or best[0] < 1e-9 * weak else best[1]


def threshold(s: Activation, side: Interval, near: float | None) -> Fraction | None:
    """Where to cut the interval of a unit: a breakpoint inside it, or for a smooth activation near a point, not too close to its ends."""
    if isinstance(s, PiecewiseAffine):
        inside = [b for b in s.breakpoints if (side.lower is None or side.lower < b) and (side.upper is None or b < side.upper)]
        if not inside:
            return None
        return inside[len(inside) // 2] if near is None else min(inside, key=lambda b: abs(approximate(b) - near))
    if side.lower is None or side.upper is None:
        end = side.lower if side.lower is not None else side.upper
        if end is None:
            return Fraction(0)
        further = end + (1 + abs(end)) * (1 if side.upper is None else -1)
        return further if abs(further) < 1000 else None
    width = side.upper - side.lower
    if width < Fraction(1, 2**20):
        return None
    middle = approximate(side.lower + width / 2) if near is None else near
    low, high = side.lower + width / 5, side.upper - width / 5
    unit = Fraction(2) ** (int(np.floor(np.log2(approximate(width)))) - 6)
    return round(min(max(Fraction(middle), low), high) / unit) * unit


def _value(s: Activation, z: float) -> float:
    with np.errstate(all="ignore"):
        return float(scalar(s)[0](np.array([z]))[0])
