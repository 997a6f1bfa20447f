"""Products whose factor vanishes: two inputs with short coordinates and one output, in the network or in the stage of it that fails."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, islice, pairwise, product

from bijection.engines.proposal import Proposal, Search
from bijection.engines.structure.flows import stages
from bijection.engines.structure.places import separators
from proofs.domains import Domain, Point, Reals, contains
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.exact import vector
from proofs.limits import Meter
from proofs.network import Network, Product
from proofs.statements import Injective, Not, Positive, Surjective
from proofs.theorems.collision import Collision
from proofs.theorems.stages import Place, Stages, segment

_SHORT = tuple(map(Fraction, (0, 1, -1, 2, -2)))
_MOST = 1_000  # points
_MANY = 64  # inputs, with which
_WORK = 150_000  # coordinates of all values at all of these points are enough
_LARGEST = 50_000  # coordinates of all values of a network that is evaluated


def by_vanishing_factors(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A pair of short points that collides."""
    match goal:
        case Injective(Network() as f, on) if f.arity > 0 and has_products(f):
            pair = colliding(f, on)
            if pair is not None:
                far = search.wish is not None
                because = "two inputs with one output, where a factor vanishes"
                yield Proposal(Not(goal), (Collision(*pair),), because, improvable=far)
        case _:
            return


def by_vanishing_stages(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A pair of short points that collides in the first stage of a flow that is not proved, behind stages that are onto."""
    match goal:
        case Injective(Network() as f, Reals() as on) if f.arity > 0 and has_products(f) and sum(f.widths) <= _LARGEST:
            pass
        case _:
            return
    for start, end in _stages(f):
        try:
            before, between = segment(f, [(0, i) for i in range(f.arity)], start, Meter()), segment(f, start, end, Meter())
        except (Rejected, Malformed):
            continue
        pair = colliding(between, Reals(len(start)))
        if pair is None or search.remaining() <= 0:
            continue
        onto = stages(Surjective(before, on, Reals(len(start))), search, strong=False)
        if onto is not None:
            parts, steps = onto
            inner = (Stages(parts, tuple(Reals(len(part)) for part in parts)), *steps) if parts else steps
            head = Stages((start, end), (Reals(len(start)), Reals(len(end))))
            yield Proposal(Not(goal), (head, *inner, Collision(*pair)), "a factor vanishes inside, behind a part that is onto")
            return


def has_products(f: Network) -> bool:
    """Whether the network multiplies numbers that depend on its input."""
    return any(isinstance(node.op, Product) for node in f.nodes)


def _stages(f: Network) -> Iterator[tuple[tuple[Place, ...], tuple[Place, ...]]]:
    """Neighbouring sets of coordinates, as many as there are inputs."""
    first = tuple((0, i) for i in range(f.arity))
    last = tuple((len(f.nodes), i) for i in range(f.width))
    sets = [first, *(places for places in separators(f) if len(places) == f.arity and places != first), last]
    yield from pairwise(sets)


def colliding(f: Network, on: Domain) -> tuple[Point, Point] | None:
    """Two points of the domain with short coordinates and the same exact value."""
    seen: dict[Point, Point] = {}
    if sum(f.widths) > _LARGEST:
        return None
    most = _MOST if f.arity <= _MANY else min(_MOST, _WORK // sum(f.widths))
    for x in islice(_points(f.arity), most):
        try:
            if contains(on, vector(x)):
                other = seen.setdefault(f(x), x)
                if other != x:
                    return other, x
        except (NoExactValue, Malformed):
            continue
    return None


def _points(n: int) -> Iterator[Point]:
    """All short points in few dimensions; in many, those with at most two coordinates that are not 0."""
    if len(_SHORT) ** n <= _MOST:
        yield from product(_SHORT, repeat=n)
        return
    zero = (Fraction(0),) * n
    yield zero
    for count in (1, 2):
        for where in combinations(range(n), count):
            for values in product(_SHORT[1:], repeat=count):
                moved = dict(zip(where, values, strict=True))
                yield tuple(moved.get(i, t) for i, t in enumerate(zero))
