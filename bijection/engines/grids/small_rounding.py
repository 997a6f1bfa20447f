"""From the reals to binary32: where an inverse network leaves room to spare, rounding cannot make two points of a grid collide (F8)."""

from __future__ import annotations

from collections.abc import Iterator

from bijection.engines.proposal import Proposal, Search
from bijection.engines.structure.left_inverse import by_layers
from proofs.domains import Grid
from proofs.errors import Malformed, Rejected
from proofs.ieee import Binary32
from proofs.network import Affine, Network, Product, Softmax
from proofs.statements import Injective, Positive
from proofs.theorems.identity import Cancels
from proofs.theorems.rounding import SmallRounding, errors

_LARGEST = 5_000_000  # coefficients: an inverse of more is not computed for this


def by_small_rounding(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A network that undoes the real function and stretches so little that what rounding moves stays within half a step of the grid."""
    match goal:
        case Injective(Binary32(f), Grid() as grid) if 0 < f.arity <= f.width and _bounded(f):
            pass
        case _:
            return
    try:
        errors(f, grid)  # a bound on the rounding, which is cheaper than the inverse
        g = by_layers(f)
        if g is None or search.remaining() <= 0:
            return
        SmallRounding(g).reduce(goal)
    except (Rejected, Malformed):
        return
    yield Proposal(goal, (SmallRounding(g), Cancels()), "an inverse network leaves more room between the outputs than rounding takes")


def _bounded(f: Network) -> bool:
    """Whether Lipschitz constants on all of ℝⁿ can be had at all."""
    entries = sum(node.op.entries for node in f.nodes if isinstance(node.op, Affine))
    return entries <= _LARGEST and not any(isinstance(node.op, Product | Softmax) for node in f.nodes)
