"""The reference procedure: two copies of a small network in linear arithmetic, decided by z3. The last resort."""

from __future__ import annotations

from collections.abc import Iterator

from bijection.engines.proposal import Proposal, Search
from bijection.exact.smt import two_copies
from proofs.activations import PiecewiseAffine
from proofs.domains import Box, Polytope, Reals
from proofs.network import Affine, Max, Network, Pointwise
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision

_UNITS, _ENTRIES = 64, 4096  # of the networks that are asked about: cases, and coefficients
_EFFORT = 3_000_000  # in z3's own units, so that the answer does not depend on the machine; some ten seconds


def by_two_copies(goal: Positive, search: Search) -> Iterator[Proposal]:
    """x ≠ y with f(x) = f(y), if z3 finds them. That there are none is reported, but z3's word is no certificate."""
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on) if f.arity and _small(f) and search.remaining() > 0:
            pass
        case _:
            return
    match two_copies(f, on, search.remaining(), _EFFORT):
        case "none":
            search.report("z3 finds no pair, but gives no certificate")
        case "unknown":
            search.report("z3 does not find out whether there is a pair")
        case x, y:
            yield Proposal(Not(goal), (Collision(x, y),), "two inputs with the same output, found by z3")


def _small(f: Network) -> bool:
    units = entries = 0
    for node in f.nodes:
        match node.op:
            case Affine():
                entries += node.op.entries
            case Pointwise(activations):
                units += sum(len(s.breakpoints) for s in activations if isinstance(s, PiecewiseAffine))
            case Max(groups):
                units += sum(len(group) - 1 for group in groups)
    return units <= _UNITS and entries <= _ENTRIES
