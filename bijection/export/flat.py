"""Linear regions for drawing: networks on one or two inputs, cut into intervals or polygons, exactly; and the window that is drawn."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor, log2
from operator import or_

from bijection.engines.complete.regions import cells, groups
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.exact.linear import determinant_sign, pivot_columns, rank
from proofs.compose import prefix
from proofs.domains import Box, Domain, Finite, Floats, Grid, Labels, Point, Polytope, Reals, hull
from proofs.errors import Malformed, Rejected
from proofs.exact import Interval
from proofs.network import Argmax, Network
from proofs.subdivision import Generator

SECONDS = 10.0  # for the regions of a figure
MOST_REGIONS = 4000
_CLOSEST = 50  # points nearer to each other than that part of the sides are drawn with what is around them
_WIDEST = 300  # sides of a box that is drawn whole, in units of the larger of 1 and the pair's distance
Edge = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Flat:
    """A region by its corners, in order around it, with their images; on it the network is x ↦ Ax + b.

    rank is that of A; sign is that of det A where A is square, else 0.
    """

    corners: tuple[Point, ...]
    images: tuple[Point, ...]
    rank: int
    sign: int

    @property
    def edges(self) -> list[Edge]:
        """The sides of the polygon, each with its smaller end first."""
        around = zip(self.corners, self.corners[1:] + self.corners[:1], strict=True)
        return [(a, b) if a < b else (b, a) for a, b in around]


def flats(f: Network, on: Box | Polytope, seconds: float = SECONDS) -> list[Flat]:
    """All regions in a bounded domain, without those that are flat themselves; NotSupported where there are none, or too many."""
    tree = cells(f, on, Search(time.monotonic() + seconds))
    made = [flat for flat in (_flat(f, members) for members in groups(tree)) if flat is not None]
    if len(made) > MOST_REGIONS:
        raise NotSupported(f"{len(made)} linear regions; at most {MOST_REGIONS} are drawn, so choose a smaller domain")
    if not all(_fits(y) for region in made for y in region.images):
        raise NotSupported("the outputs are too large to be drawn")
    return made


def before_label(f: Network) -> Network | None:
    """The network in front of the label that it gives; None for those that give numbers."""
    if not (f.nodes and isinstance(f.nodes[-1].op, Argmax)):
        return None
    (source,) = f.nodes[-1].inputs
    return prefix(f, source)


def labelled(regions: Sequence[Flat]) -> Iterator[tuple[int, tuple[Point, ...], list[Edge]]]:
    """The parts of the regions where one output is largest: which one, the corners, and the sides where another one is as large."""
    for region in regions:
        whole = list(zip(region.corners, region.images, strict=True))
        count = len(region.images[0])
        for k in range(count):
            part = whole
            for j in range(count):
                part = _where(part, k, j) if j != k else part
            corners = dict(part)
            if len(corners) <= len(whole[0][0]):
                continue  # a point or a side
            if any(all(y[j] == y[k] for y in corners.values()) for j in range(k)):
                continue  # an earlier output is as large everywhere
            sides = zip(corners, [*list(corners)[1:], next(iter(corners))], strict=True)
            yield k, tuple(corners), [side for side in sides if _even(corners, side, k)]


def _even(values: Mapping[Point, Point], side: Edge, k: int) -> bool:
    """Whether another output is as large as output k along the whole side."""
    a, b = (values[x] for x in side)
    return any(a[j] == a[k] and b[j] == b[k] for j in range(len(a)) if j != k)


def _where(part: list[tuple[Point, Point]], k: int, j: int) -> list[tuple[Point, Point]]:
    """The part of a convex polygon, given by its corners and their images in order, where output k is at least output j."""
    found: list[tuple[Point, Point]] = []
    for (x, u), (y, v) in zip(part, part[1:] + part[:1], strict=True):
        s, t = u[k] - u[j], v[k] - v[j]
        if s >= 0:
            found.append((x, u))
        if s * t < 0:
            share = s / (s - t)
            found.append((_between(x, y, share), _between(u, v, share)))
    return found


def _between(x: Point, y: Point, share: Fraction) -> Point:
    return tuple(a + share * (b - a) for a, b in zip(x, y, strict=True))


def _flat(f: Network, generators: Sequence[Generator]) -> Flat | None:
    rays = [g.ray for g in generators]
    images = [g.image for g in generators]
    if rank(rays) <= f.arity:
        return None
    independent = pivot_columns([list(line) for line in zip(*rays, strict=True)])
    sign = 0
    if f.arity == f.width:
        sign = determinant_sign([rays[k] for k in independent]) * determinant_sign([images[k] for k in independent])
    values = {_point(ray): _point(image) for ray, image in zip(rays, images, strict=True)}
    corners = around(list(values))
    return Flat(corners, tuple(values[x] for x in corners), rank(images) - 1, sign)


def _point(ray: Sequence[int]) -> Point:
    return tuple(Fraction(t, ray[-1]) for t in ray[:-1])


def around(points: Sequence[Point]) -> tuple[Point, ...]:
    """The corners of the convex hull of points of the line or the plane, counter-clockwise; exact."""
    ordered = sorted(set(points))
    if len(ordered) <= 2 or len(ordered[0]) == 1:
        return tuple(dict.fromkeys((ordered[0], ordered[-1])))
    return (*_chain(ordered), *_chain(ordered[::-1]))


def _chain(points: Sequence[Point]) -> list[Point]:
    """Half of the hull, without its last point."""
    found: list[Point] = []
    for p in points:
        while len(found) >= 2 and _turn(found[-2], found[-1], p) <= 0:
            found.pop()
        found.append(p)
    return found[:-1]


def _turn(a: Point, b: Point, c: Point) -> Fraction:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def folds(regions: Sequence[Flat]) -> list[Edge]:
    """The sides where a region of positive determinant meets one of negative: there the network turns back."""
    signs: dict[Edge, list[int]] = {}
    for region in regions:
        for edge in region.edges:
            signs.setdefault(edge, []).append(region.sign)
    return [edge for edge, found in signs.items() if 1 in found and -1 in found]


def window(f: Network, on: Domain, points: Sequence[Point]) -> Box | Polytope:
    """The part of the domain that is drawn: all of it if it is bounded and not huge, else what is around the points and the corners.

    NotSupported where it reaches beyond what floats hold with room to spare.
    """
    found = _window(f, on, points)
    if not all(side.lower is None or side.upper is None or _fits((side.lower, side.upper)) for side in hull(found)):
        raise NotSupported("the inputs are too large to be drawn; choose a smaller domain")
    return found


def _fits(x: Point) -> bool:
    """Whether no coordinate is larger than about 10¹²⁰."""
    return all(t.numerator.bit_length() - t.denominator.bit_length() < 400 for t in x)


def _window(f: Network, on: Domain, points: Sequence[Point]) -> Box | Polytope:
    match on:
        case Box(lower, upper) | Grid(lower, upper) | Floats(lower, upper) if _drawable(lower, upper, points):
            return Box(lower, upper)
        case Labels(k):
            return Box((Fraction(0),), (Fraction(max(1, k - 1)),))
        case Finite(listed):
            return _frame(f.arity, [*listed, *points], [])
        case Polytope() | Reals():
            corners, bounded = _corners(f, on)
            if bounded and isinstance(on, Polytope) and _drawable(*_ends(corners), points):
                return on
            frame = _frame(f.arity, points, corners)
            return _clipped(on, frame) if isinstance(on, Polytope) else frame
        case _:
            sides = list(hull(on))
            frame = _frame(f.arity, points or [tuple(map(_nearest, sides))], [])
            low = tuple(max(a, s.lower) if s.lower is not None else a for a, s in zip(frame.lower, sides, strict=True))
            high = tuple(min(b, s.upper) if s.upper is not None else b for b, s in zip(frame.upper, sides, strict=True))
            return Box(low, high)


def _nearest(side: Interval) -> Fraction:
    """The number of the side that is nearest to 0."""
    least = Fraction(0) if side.lower is None else max(Fraction(0), side.lower)
    return least if side.upper is None else min(least, side.upper)


def _drawable(lower: Point, upper: Point, points: Sequence[Point]) -> bool:
    """Whether the box is not flat, not huge, and not so large that the points would seem to be one."""
    widths = [b - a for a, b in zip(lower, upper, strict=True)]
    apart = [max(axis) - min(axis) for axis in zip(*points, strict=True)]
    seen = not any(apart) or any(_CLOSEST * a >= w for a, w in zip(apart, widths, strict=True))
    return seen and all(0 < w <= _WIDEST * max(Fraction(1), *apart, Fraction(0)) for w in widths)


def _ends(corners: Sequence[Point]) -> tuple[Point, Point]:
    axes = list(zip(*corners, strict=True))
    return tuple(map(min, axes)), tuple(map(max, axes))


def _corners(f: Network, on: Reals | Polytope) -> tuple[list[Point], bool]:
    """Where regions have corners, and whether the domain is bounded; none if the regions are not found."""
    try:
        tree = cells(f, on, Search(time.monotonic() + SECONDS / 2))
    except (NotSupported, Malformed, Rejected):
        return [], False
    used = reduce(or_, (set(tree.members[leaf]) for leaf in tree.leaves()), set[int]())
    rays = [tree.subdivision.generators[k].ray for k in sorted(used)]
    return [_point(ray) for ray in rays if ray[-1]], all(ray[-1] for ray in rays)


def _frame(n: int, points: Sequence[Point], corners: Sequence[Point]) -> Box:
    """A cube around the points, with the corners that are not far away."""
    kept = list(points) or sorted(corners, key=lambda x: max(map(abs, x)))[: max(1, len(corners) * 9 // 10)]
    middle = [float(min(x[i] for x in kept) + max(x[i] for x in kept)) / 2 for i in range(n)] if kept else [0.0] * n
    radius = max((max(abs(float(t) - m) for t, m in zip(x, middle, strict=True)) for x in kept), default=0.0) or 1.0
    near = [max(abs(float(t) - m) for t, m in zip(x, middle, strict=True)) for x in corners]
    radius = 1.5 * max([radius, *(r for r in near if r <= 8 * radius)])
    unit = Fraction(2) ** (floor(log2(radius)) - 2)
    low = tuple(unit * floor((m - radius) / unit) for m in middle)
    return Box(low, tuple(unit * ceil((m + radius) / unit) for m in middle))


def _clipped(on: Polytope, frame: Box) -> Polytope:
    n = on.n
    normals = [tuple(Fraction(sign * (i == j)) for j in range(n)) for i in range(n) for sign in (1, -1)]
    ends = [t for a, b in zip(frame.lower, frame.upper, strict=True) for t in (b, -a)]
    return Polytope(n, (*on.normals, *normals), (*on.offsets, *ends))
