"""A part behind a smooth layer does not tell two values apart: both are reached, from inputs that need not be rational (S4)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.pairs.collisions import by_kernel
from bijection.engines.pairs.newton import by_newton
from bijection.engines.proposal import Proposal, Search
from bijection.engines.structure.layers import surjective
from proofs.activations import PiecewiseAffine
from proofs.compose import cuts, prefix, suffix
from proofs.domains import Box, Reals
from proofs.exact import LINE, Interval
from proofs.network import Network, Pointwise
from proofs.ranges import enclosure
from proofs.statements import Injective, Not, Positive
from proofs.theorems.composition import SuffixCollides


def by_collision_behind(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The first layer of smooth activations takes all values in a box, and what follows does not tell two of them apart."""
    match goal:
        case Injective(Network() as f, Reals() as on) if f.arity > 0:
            cut = _behind(f)
        case _:
            return
    if cut is None:
        return
    via = _box(f, cut)
    onto = surjective(prefix(f, cut), on, via, search)
    if onto is None:
        return
    for engine in (by_kernel, by_newton):
        for found in engine(Injective(suffix(f, cut), via), search):
            if isinstance(found.claim, Not):
                because = f"the first {cut} operations take all values in a box, and the others do not tell two of these apart"
                yield Proposal(Not(goal), (SuffixCollides(cut, via), *onto, *found.evidence), because)
                return


def _behind(f: Network) -> int | None:
    """The place behind the first layer with a smooth activation, if the network can be cut there and goes on."""
    for k, node in enumerate(f.nodes[:-1]):
        if isinstance(node.op, Pointwise) and not all(isinstance(s, PiecewiseAffine) for s in node.op.activations):
            return k + 1 if k + 1 in cuts(f) else None
    return None


def _box(f: Network, cut: int) -> Box:
    """A box inside the range of a layer of activations."""
    op = f.nodes[cut - 1].op
    assert isinstance(op, Pointwise)
    ends = [_inner(enclosure(s, LINE)) for s in op.activations]
    return Box(tuple(a for a, _ in ends), tuple(b for _, b in ends))


def _inner(side: Interval) -> tuple[Fraction, Fraction]:
    """The middle half of an interval, or some of it where it has no ends."""
    low = side.lower if side.lower is not None else (side.upper or Fraction(0)) - 4
    high = side.upper if side.upper is not None else low + 4
    return low + (high - low) / 4, high - (high - low) / 4
