"""Networks in binary32 arithmetic: neighbouring numbers whose outputs are the same, by trying and by counting (F2, F3, F4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.binary32 import Program, Singles, at, exactly, order, single
from bijection.exact.smt_binary32 import two_copies
from proofs.domains import Box, Floats, Grid, Point
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.ieee import Binary32
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.integer_coupling import IntegerCoupling
from proofs.theorems.rounding import NoRounding

_ROUNDS = 24
_STARTS = 64  # inputs of a round
_WORK = 30_000_000  # multiplications of all inputs tried at once
_MAGNITUDES = (0, 0, 0, -6, 6, -12, 12, -24, 24, 60, -100)  # powers of two, ordinary ones first
_FEW_OPERATIONS = 24  # multiplications and numbers, for z3
_SECONDS = 60.0
_CHECKED = 6  # pairs of a round that are computed again exactly
_LARGEST = float(np.finfo(np.float32).max)


def by_neighbours(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two inputs that differ in one coordinate, there by one unit in the last place, with one output.

    First neighbours of random inputs. Then, along each coordinate, halving: where the outputs between two inputs are fewer than
    the inputs, by the order of binary32 numbers, one of the halves is so too. A nondecreasing map of the numbers of a range into
    itself, other than the identity, has such a range (rigidity, F2); so every leaky unit and every coupling layer has a pair.
    """
    match goal:
        case Injective(Binary32() as f, Floats() | Box() as on) if f.arity > 0:
            pass
        case _:
            return
    program = Program(f)
    rng = np.random.default_rng([search.seed, 32])
    lower, upper = _ends(on)
    for number in range(_ROUNDS):
        if search.remaining() <= 0:
            return
        x = _starts(number, lower, upper, rng, search.near)
        for found in (
            _neighbours(program, x, lower, upper, rng),
            _halved(program, x[[0, 1, -1]] if len(x) > 2 else x, lower, upper, search),
        ):
            for pair in found:
                if proves(pair, Not(goal)):
                    yield Proposal(Not(goal), (pair,), "two neighbouring inputs are rounded to one output")
                    return


def _ends(on: Floats | Box) -> tuple[Singles, Singles]:
    ends = [np.array([np.clip(single(t), -_LARGEST, _LARGEST) for t in side], dtype=np.float32) for side in (on.lower, on.upper)]
    return ends[0], ends[1]


def _starts(number: int, lower: Singles, upper: Singles, rng: np.random.Generator, near: Point | None) -> Singles:
    """Inputs of a magnitude, inside the domain; the first ones are the wished one."""
    n = len(lower)
    if near is not None and number == 0:
        x = np.array([[single(t) for t in near]], dtype=np.float32)
    elif number % 2 == 0 and float((upper.astype(float) - lower).max()) < _LARGEST:
        x = (lower + (upper - lower) * rng.random((_STARTS, n), dtype=np.float32)).astype(np.float32)
    else:
        scale = np.float32(2.0 ** _MAGNITUDES[(number // 2) % len(_MAGNITUDES)])
        x = (scale * rng.standard_normal((_STARTS, n), dtype=np.float32)).astype(np.float32)
        x[-1] = 0
    return np.clip(x, lower, upper)


def _neighbours(program: Program, x: Singles, lower: Singles, upper: Singles, rng: np.random.Generator) -> Iterator[Collision]:
    n = x.shape[1]
    most = max(32, _WORK // program.work)
    x = x[: max(1, most // min(n, 32))]
    moved = rng.permutation(n)[: max(1, most // len(x))]
    values = program(x)
    y = np.repeat(x[:, None], len(moved), axis=1)
    columns = np.arange(len(moved))
    up = at(order(np.ascontiguousarray(x[:, moved])) + 1)
    y[:, columns, moved] = np.where(up <= upper[moved], up, at(order(np.ascontiguousarray(x[:, moved])) - 1))
    others = program(y.reshape(-1, n)).reshape(len(x), len(moved), -1)
    same = np.all(others == values[:, None], axis=2)
    ordinary: Any = np.isfinite(values).all(axis=1)
    for i, k in sorted(np.argwhere(same), key=lambda at: not ordinary[at[0]])[:_CHECKED]:
        yield Collision(exactly(x[i]), exactly(y[i, k]))


def _halved(program: Program, x: Singles, lower: Singles, upper: Singles, search: Search) -> Iterator[Collision]:
    for start in x:
        for i in range(min(len(start), 16)):
            if search.remaining() <= 0:
                return
            low, middle, high = (int(order(side[i : i + 1])[0]) for side in (lower, start, upper))
            for ends in ((low, middle), (middle, high)):
                pair = _halve(program, start, i, *ends)
                if pair is not None:
                    yield pair


def _halve(program: Program, start: Singles, i: int, low: int, high: int) -> Collision | None:
    """Halve [low, high], as places of coordinate i, as long as a half has fewer places between its outputs than it has itself."""

    def values(*places: int) -> np.ndarray:
        x = np.repeat(start[None], len(places), axis=0)
        x[:, i] = at(np.array(places, dtype=np.int64))
        return order(np.ascontiguousarray(program(x)))

    def room(a: np.ndarray, b: np.ndarray) -> int:
        return int(np.abs(a - b).max())

    if high <= low:
        return None
    left, right = values(low, high)
    if room(left, right) >= high - low:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        (between,) = values(middle)
        if room(left, between) < middle - low:
            high, right = middle, between
        elif room(between, right) < high - middle:
            low, left = middle, between
        else:
            return None  # not monotone
    if (left != right).any():
        return None
    x, y = start.copy(), start.copy()
    x[i], y[i] = at(np.array([low, high], dtype=np.int64))
    return Collision(exactly(x), exactly(y))


def by_whole_numbers(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Couplings whose sums are exact, whatever is rounded inside them."""
    match goal:
        case Injective(Binary32(), Grid()) if proves(IntegerCoupling(), goal):
            yield Proposal(goal, (IntegerCoupling(),), "the outputs determine the inputs one after the other, exactly")
        case _:
            return


def by_real_arithmetic(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Where nothing is rounded the question is that of the real function, which all other engines may answer."""
    from bijection.engines import ENGINES  # which contains this one

    if not isinstance(goal.f, Binary32):
        return
    try:
        (same,) = NoRounding().reduce(goal)
    except (Rejected, Malformed):
        return
    assert not isinstance(same, Not)
    for engine in ENGINES:
        if search.remaining() <= 0:
            return
        for proposal in engine(same, search):
            claim = goal if proposal.claim == same else Not(goal)
            yield Proposal(claim, (NoRounding(), *proposal.evidence), f"nothing is rounded; {proposal.because}", proposal.improvable)


def by_bits(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A pair that z3 finds bit by bit, for a handful of operations; that there is none is reported, but z3's word is no certificate."""
    match goal:
        case Injective(Binary32() as f, Floats() | Box() as on) if (
            f.arity and Program(f).work <= _FEW_OPERATIONS and search.remaining() > 0
        ):
            pass
        case _:
            return
    try:
        found = two_copies(f, on, min(search.remaining(), _SECONDS))
    except NoExactValue:
        return
    if isinstance(found, str):
        search.report("z3 finds no pair bit by bit, but gives no certificate" if found == "none" else "z3 finds no pair in time")
        return
    yield Proposal(Not(goal), (Collision(*found),), "two inputs with one output, found by z3 bit by bit")
