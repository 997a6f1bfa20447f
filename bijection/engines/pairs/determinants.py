"""Two regions whose determinants have opposite signs: the smallest refutation of all (T5, A7)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from bijection.engines.cells import Region, region
from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import spread
from bijection.exact.linear import determinant_sign
from proofs.domains import Box, Point, Polytope, Reals
from proofs.network import Network
from proofs.statements import Injective, Not, Positive
from proofs.theorems.dimension import OppositeDeterminants, inside
from proofs.theorems.orientation import OppositeOrientations

_SAMPLES = 300
_LARGEST = 40  # inputs


def by_determinants(goal: Positive, search: Search) -> Iterator[Proposal]:
    """f: D → ℝⁿ with n inputs: a point with positive and one with negative determinant."""
    match goal:
        case Injective(Network() as f, Reals() | Box() | Polytope() as on) if f.arity == f.width and f.arity <= _LARGEST:
            pass
        case _:
            return
    seen: dict[int, Point] = {}
    for x in islice(spread(on, search.random("determinants")), _SAMPLES):
        if search.remaining() <= 0:
            return
        at = region(f, x, range(f.arity), [Fraction(1)] * f.arity) if inside(on, x) else None
        if at is None or len(at.values) <= len(f.nodes):
            continue
        seen.setdefault(determinant_sign(jacobian(at)), x)
        if 1 in seen and -1 in seen:
            why = "the determinant of the derivative takes both signs"
            elementary = OppositeOrientations(seen[1], seen[-1])  # for piecewise-affine networks; nothing has to be believed
            theorem = elementary if proves(elementary, Not(goal)) else OppositeDeterminants(seen[1], seen[-1])
            yield Proposal(Not(goal), (theorem,), why, improvable=True)
            return


def jacobian(at: Region) -> list[list[int]]:
    """The Jacobian of the output along the region's directions, over the common denominator at.scales[-1]."""
    zero = [0] * len(at.coordinates)
    return [[int(t) for t in at.moves[-1][i]] if i in at.moves[-1] else zero for i in range(at.f.width)]
