"""One layer σ(Wx + b) on a convex domain is decided; networks of such layers are proved layer by layer (L2, L3, A3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import start
from bijection.engines.structure.layers import Steps, injective
from bijection.engines.structure.tree import Convex, Gap, find
from bijection.exact.linear import nullspace, short_kernel
from proofs.compose import cuts, prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals, contains
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.network import Network, Pointwise
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision, KernelDirection
from proofs.theorems.composition import PrefixCollides
from proofs.theorems.layer_tree import LayerTree, flats, layer

_MOST = 1_000_000  # nodes of a tree, about a minute
_MOST_IN_A_NETWORK = 100_000  # where other engines may know better
_WORK = 30_000_000  # columns² × bits of all rows, a few seconds of lattice reduction


def by_layer_tree(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A pair that the first layer maps to one point, or a proof that each layer is injective."""
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on):
            pass
        case _:
            return
    cut = first_layer(f)
    if cut is None:
        return
    head = prefix(f, cut)
    first = _decide(head, on, search, _MOST if cut == len(f.nodes) else _MOST_IN_A_NETWORK)
    if isinstance(first, Collision):
        whole = cut == len(f.nodes)
        where = "the layer" if whole else f"the first layer (of the {len(f.nodes)} operations, {cut})"
        yield Proposal(Not(goal), (first,) if whole else (PrefixCollides(cut), first), f"two inputs that {where} cannot tell apart")
    elif first is not None and cut == len(f.nodes):
        yield Proposal(goal, (first,), f"wherever units are flat, the others have full rank: a tree of {len(first.tree)} nodes")
    elif first is not None:
        steps = injective(f, on, search, _tree)
        if steps is not None:
            yield Proposal(goal, steps, "every layer is injective: wherever units are flat, the others have full rank")


def first_layer(f: Network) -> int | None:
    """The first cut before which the network is one layer: affine operations and then activations, if there are any."""
    for cut in cuts(f):
        if cut > 0 and isinstance(f.nodes[cut - 1].op, Pointwise):
            return cut
    return len(f.nodes) if f.nodes else None


def _tree(f: Network, on: Domain, search: Search) -> Steps | None:
    found = _found(f, on, search, _MOST_IN_A_NETWORK) if isinstance(on, Reals | Box | Polytope) else None
    return (found,) if isinstance(found, LayerTree) else None


def _decide(f: Network, on: Convex, search: Search, most: int) -> LayerTree | Collision | None:
    """A tree for a network that is one layer, or a collision."""
    found = _found(f, on, search, most)
    return _collision(f, on, found) if isinstance(found, Gap) else found


def _found(f: Network, on: Convex, search: Search, most: int) -> LayerTree | Gap | None:
    """The same, with the gap instead of a collision there: a gap of a later layer refutes nothing, so no time goes into a pair."""
    try:
        w, activations = layer(f)
        return find(w, flats(activations), on, search, most)
    except (Rejected, Malformed):
        return None


def _collision(f: Network, on: Convex, gap: Gap) -> Collision | None:
    """Two points near the gap, apart along a direction in which no unit varies but flat ones."""
    rows = [list(row) for row in gap.rows]
    bits = sum(max((t.bit_length() for t in row), default=0) for row in rows)
    reducible = f.arity * f.arity * bits <= _WORK
    kernel = ((short_kernel(rows, f.arity) if reducible else []) or nullspace(rows, f.arity))[:2]
    directions = [tuple(Fraction(sign * t) for t in v) for v in kernel for sign in (1, -1)]
    for x in _near(gap.point, on):
        for v in directions:
            if proves(KernelDirection(x, v), Not(Injective(f, on))):
                return _step(f, on, x, v)
    return None


def _near(x: Sequence[float], on: Convex) -> Iterator[Point]:
    """Points of the domain with short coordinates near x, some of them moved a little inside."""
    middle = start(on, None) or tuple(map(Fraction, x))
    for bits in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 52):
        for part in (Fraction(0), Fraction(1, 16), Fraction(1, 1024)):
            moved = (Fraction(a) + part * (b - Fraction(a)) for a, b in zip(x, middle, strict=True))
            y = tuple(Fraction(round(a * 2**bits), 2**bits) for a in moved)
            if isinstance(on, Box):
                y = tuple(min(max(a, low), high) for a, low, high in zip(y, on.lower, on.upper, strict=True))
            if contains(on, vector(y)):
                yield y


def _step(f: Network, on: Convex, x: Point, v: Point) -> Collision | None:
    """x and x + v/2ᵏ for the least k that will do."""
    for k in range(200):
        pair = Collision(x, tuple(a + b / 2**k for a, b in zip(x, v, strict=True)))
        if proves(pair, Not(Injective(f, on))):
            return pair
    return None
