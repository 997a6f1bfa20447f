"""Pairs with a meaning: far apart, symmetric about the middle, or one close to each of two given inputs (T4, A12).

Newton's method on f(x) = f(y), in a box around where the pair should be, ends in two linear regions; linear programs lead from them to
better ones, and linear algebra makes the last pair exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bijection.engines.local import usable_cuts
from bijection.engines.pairs.collisions import pair_proposal
from bijection.engines.pairs.equal import Aim, Convex, Meeting, improved, inside, linear, meet, meeting
from bijection.engines.pairs.exact_ends import exact
from bijection.engines.proposal import Proposal, Search
from bijection.exact.floating import Array, floats
from bijection.wishes import Antipodal, Apart, Between, distance
from proofs.compose import prefix
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.network import Network
from proofs.statements import Injective, Positive

_WIDEST = 300  # values that must agree
_STARTS, _MORE_STARTS = 5, 200  # patterns from which far pairs are sought; more of them for few inputs
_FEW = 16  # inputs
_INSIDE = 0.9  # of the way from the middle of the box to a corner, where they start
_SHAKEN = 2  # times that a pair is moved on by a random vector, away from the ends of its linear regions
_SHAKE = 0.02  # of the width
_CLOSER_BY = (0.0, 0.25, 0.4)  # of the way to each other, where the search starts
_LITTLE_MORE = (1.005, 1.03)  # times the largest change, which leaves room for exact numbers
_SIDES = 6  # coordinates of a polytope along which a pair is pulled apart


def by_meeting(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of a convex set that a prefix of the network does not tell apart, as the wish has them."""
    match goal:
        case Injective(Network() as f, Box() | Polytope() | Reals() as whole) if isinstance(search.wish, Apart | Antipodal | Between):
            on = _around(whole, search.wish)
        case _:
            return
    known = [k for k in usable_cuts(f) if f.widths[k] <= _WIDEST]
    if not known or f.arity == 0 or on is None:
        return
    for cut in sorted(known, key=lambda k: (f.widths[k], -k)):
        with np.errstate(all="ignore"):  # numbers beyond floats lead nowhere, which is all there is to say about them
            found = close_pair(f, cut, on, search.wish, search) if isinstance(search.wish, Between) else _far(f, cut, on, search)
        if found is not None:
            lie = "close to the given ones" if isinstance(search.wish, Between) else "far apart"
            yield pair_proposal(goal, f, cut, found, lie=lie)
            return


def _around(on: Domain, wish: object) -> Convex | None:
    """The domain; in ℝⁿ a box around two given inputs: nobody has to go further than they are apart."""
    if not isinstance(on, Reals):
        return on if isinstance(on, Box | Polytope) else None
    if not isinstance(wish, Between):
        return None
    most = max((abs(a - b) for a, b in zip(wish.x, wish.y, strict=True)), default=Fraction(0))
    ends = list(zip(wish.x, wish.y, strict=True))
    return Box(tuple(min(pair) - most for pair in ends), tuple(max(pair) + most for pair in ends))


def close_pair(f: Network, cut: int, on: Convex, wish: Between, search: Search) -> tuple[Point, Point] | None:
    """The pair with the least largest change of a coordinate that is found."""
    state = meeting(prefix(f, cut), on)
    if state is None:
        return None
    start = np.concatenate([floats(wish.x), floats(wish.y)])
    aim = Aim(start, np.zeros(len(start)))
    across = np.roll(start, len(start) // 2) - start
    starts = (meet(state, inside(state, start + share * across), search) for share in _CLOSER_BY)
    ends = [(improved(state, met, aim, search), met) for met in starts if met is not None]
    if not ends:
        return None
    best, met = min(ends, key=lambda end: aim(end[0]))
    rng = np.random.default_rng(search.seed)
    for p in [best] if best is met else [best, met]:
        for more in _LITTLE_MORE:
            most = more * aim(p)
            found = shaken(state.within(start - most, start + most), p, (more - 1) / 2, rng, search)
            if found is not None:
                return found
    return None


def _far(f: Network, cut: int, on: Convex, search: Search) -> tuple[Point, Point] | None:
    """A pair of which one coordinate stands at both ends of a side, and the others are far apart."""
    whole = meeting(prefix(f, cut), on) if f.arity else None
    if whole is None or (isinstance(on, Box) and on.lower == on.upper):
        return None
    if isinstance(on, Polytope):
        return _pulled_apart(whole, search)
    width = [b - a for a, b in zip(on.lower, on.upper, strict=True)]
    middle, half = tuple((a + b) / 2 for a, b in zip(on.lower, on.upper, strict=True)), floats(width) / 2
    rng = np.random.default_rng(search.seed)
    # symmetric pairs have fewer unknowns
    forms = (True,) if isinstance(search.wish, Antipodal) else (True, False)
    faces = _faces(width)
    for number in range(_MORE_STARTS if f.arity <= _FEW else _STARTS):
        for symmetric in forms:
            if search.remaining() <= 0:
                return None
            corner = rng.choice([-1.0, 1.0], size=f.arity)
            j, z = faces[number % len(faces)], half * corner * (rng.uniform(0, 1, size=f.arity) if f.arity <= _FEW else _INSIDE)
            z[j] = half[j]
            lower, upper = -half, half.copy()
            lower[j] = half[j]
            c = floats(middle)
            if symmetric:
                state, p = replace(whole, middle=middle, lower=lower, upper=upper, sides=np.zeros((0, f.arity))), z
            else:
                p = np.concatenate([c + z, c - z])
                state = replace(whole, lower=np.concatenate([c + lower, c - upper]), upper=np.concatenate([c + upper, c - lower]))
            found = shaken(state, p, _SHAKE, rng, search)
            if found is not None:
                return found
    return None


def _faces(width: list[Fraction]) -> list[int]:
    """The coordinates that may stand at both ends: the longest sides first, the middle one of these first of all."""
    longest = [j for j, w in enumerate(width) if w == max(width)]
    half = len(longest) // 2
    return longest[half:] + longest[:half] + sorted((j for j, w in enumerate(width) if 0 < w < max(width)), key=lambda j: -width[j])


def shaken(state: Meeting, p: Array, size: float, rng: np.random.Generator, search: Search) -> tuple[Point, Point] | None:
    """An exact pair that Newton's method leads to, here or a little further on, where it leaves the end of a region behind."""
    for _ in range(1 + _SHAKEN):
        met = meet(state, p, search)
        found = None if met is None else exact(state, met, search)
        if found is not None or search.remaining() <= 0:
            return found
        p = p if met is None else met
        p = np.clip(p + size * state.width * rng.uniform(-1, 1, size=len(p)), state.lower, state.upper)
    return None


def _pulled_apart(state: Meeting, search: Search) -> tuple[Point, Point] | None:
    """In a polytope: two of its points that are far apart in one coordinate, moved until their outputs are equal, then pulled apart."""
    n, best = state.g.arity, None
    room = state.upper - state.lower
    for j in np.argsort(-room[:n], kind="stable")[:_SIDES].tolist():
        direction = np.zeros(2 * n)
        direction[[j, n + j]] = [-1.0, 1.0]
        aim = Aim(None, direction)
        ends = linear(np.zeros((0, 2 * n)), np.zeros(0), aim, (state.lower, state.upper), state.sides, state.offsets)
        met = None if ends is None or search.remaining() <= 1 else meet(state, ends, search)
        if met is None or (best is not None and room[j] <= distance(*best)):
            continue
        pulled = improved(state, met, aim, search)
        found = exact(state, pulled, search) or exact(state, met, search)
        if found is not None and (best is None or distance(*found) > distance(*best)):
            best = found
    return best
