"""Sums of kinks, such as absolute-value and complementarity forms: column representatives, or weights in their place (P5, P7, P9)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from typing import TypeAlias

import numpy as np

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.structure.monotone import definite_weights
from bijection.exact.floating import Array, quotient
from bijection.exact.linear import complement, determinant_sign, left_factor, nullspace, solve
from proofs.domains import Point, Reals
from proofs.elimination import longest
from proofs.errors import Malformed, Rejected
from proofs.limits import Meter, digits
from proofs.network import Max, Network, Pointwise
from proofs.statements import Injective, Not, Positive
from proofs.theorems.collision import Collision
from proofs.theorems.monotonicity import positive_definite
from proofs.theorems.representatives import MOST_FREE, ColumnRepresentatives, DefiniteKinks, Kinks, Responses, negative

Certificate: TypeAlias = ColumnRepresentatives | DefiniteKinks
Choice: TypeAlias = tuple[int, ...]  # for each argument how many of its kinks have slope 1

_MOST_INPUTS = 128
_MOST_UNITS = 400
_FEW = 1 << 10  # so many determinants are taken before anything else is tried
_SOME, _MANY = 5e8, 3e10  # nanoseconds that trees may take before, and after other engines have been asked
_LONGEST = 1e12  # of an elimination that is done with faster arithmetic here
_STEPS, _WALKS = 60, 12  # of one search for a determinant that is not positive, and such searches
_WORK = 10**8  # size³ of a block times such searches
_MOST_DEFINITE = 160  # kinks whose weights are looked for by an interior point method
_NOTHING = 1e-9  # a determinant falls to that part of it, or less, if floats see it become 0
_BITS = (12, 24, 48)  # of a number in a certificate
_HALVINGS = 100


def by_representatives(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof by few determinants for each block, or by weights."""
    for _, kinks, found in _answers(goal, search, thorough=False):
        if not isinstance(found, tuple):
            yield Proposal(goal, (found,), _because(found, kinks))


def by_sign_changes(goal: Positive, search: Search) -> Iterator[Proposal]:
    """Two points of ℝⁿ where two regions of opposite signs meet, or in a region with determinant 0; or a proof by many determinants."""
    for f, kinks, found in _answers(goal, search, thorough=True):
        if not isinstance(found, tuple):
            yield Proposal(goal, (found,), _because(found, kinks))
        elif isinstance(goal.on, Reals):
            pair = _pair(f, kinks, found)
            if pair is not None and proves(Collision(*pair), Not(goal)):
                yield Proposal(Not(goal), (Collision(*pair),), "the determinant is 0, or changes its sign where two regions meet")


def _answers(goal: Positive, search: Search, *, thorough: bool) -> Iterator[tuple[Network, Kinks, Certificate | Choice]]:
    """The network as a sum of kinks with a proof, or with a choice of slopes that shows a fold; none or one."""
    match goal:
        case Injective(Network() as f, _) if 0 < f.arity == f.width <= _MOST_INPUTS and 0 < _units(f) <= _MOST_UNITS:
            pass
        case _:
            return
    try:
        kinks = Kinks.of(f, Meter())
        found = _certificate(kinks, search, thorough=thorough) if kinks.arguments else None
    except (Rejected, Malformed, OverflowError):
        return  # not piecewise affine, or numbers too long
    if found is not None:
        yield f, kinks, found


def _units(f: Network) -> int:
    return sum(width for node, width in zip(f.nodes, f.widths[1:], strict=True) if isinstance(node.op, Pointwise | Max))


def _because(step: Certificate, kinks: Kinks) -> str:
    count = len(kinks.breakpoints)
    if isinstance(step, DefiniteKinks):
        return f"weights of its {count} kinks make a quadratic form definite"
    parts = f", in {len(step.blocks)} blocks" if len(step.blocks) > 1 else ""
    return f"all choices of slopes on the sides of its {count} kinks have determinants of one sign{parts}"


def _certificate(kinks: Kinks, search: Search, *, thorough: bool) -> Certificate | Choice | None:
    """A proof; or a choice of slopes whose determinant is not of one sign with the others; or None."""
    count, n = len(kinks.arguments), len(kinks.outputs)
    if _elimination(kinks) > _LONGEST:
        return None
    found = complement([*kinks.outputs, *([-t for t in line] for line in kinks.arguments)], n)
    if found is None:
        return (0,) * count  # the determinant is 0
    responses = Responses(*found, kinks.owned)
    blocks, large = _blocks(responses), list[tuple[Choice, int]]()
    for block in blocks:
        size = prod(1 + len(responses.owned[c]) for c in block)
        if size > _FEW:
            large.append((block, size))
            continue
        bad = negative(responses.representatives(block), responses.scale, Meter())
        if bad is not None:
            return _whole(block, bad, count)
    if not large:
        return _checked(ColumnRepresentatives(blocks), kinks)
    search.report(f"choices of slopes: {' + '.join(str(size) for _, size in large[:5])}{' + …' * (len(large) > 5)}")
    walks = [_Walk.of(responses, block, search) for block, _ in large]
    for _ in range(min(_WALKS, 1 + _WORK // max(len(block) for block, _ in large) ** 3) if thorough else 1):
        for (block, _), walk in zip(large, walks, strict=True):
            if search.remaining() <= 0:
                return None
            bad = walk.go()
            if bad is not None:
                return _whole(block, bad, count)
    definite = None if thorough else _definite(kinks, responses, search)
    if definite is not None:
        return definite
    answer = _by_trees(responses, blocks, [block for block, _ in large], n, _MANY if thorough else _SOME)
    return _checked(answer, kinks) if isinstance(answer, ColumnRepresentatives) else answer


def _by_trees(
    responses: Responses, blocks: tuple[Choice, ...], large: Sequence[Choice], n: int, most: float
) -> Certificate | Choice | None:
    """All determinants of the large blocks, if they take no more work."""
    if any(len(block) > MOST_FREE for block in large) or sum(_work(responses, block, n) for block in large) > most:
        return None
    for block in large:
        bad = negative(responses.representatives(block), responses.scale, Meter())
        if bad is not None:
            return _whole(block, bad, len(responses.lines))
    return ColumnRepresentatives(blocks)


def _elimination(kinks: Kinks) -> float:
    """About how many nanoseconds the kernel takes to find U."""
    n, size, bits = len(kinks.outputs), len(kinks.outputs[0]), longest([*kinks.outputs, *kinks.arguments])
    rows = n + len(kinks.arguments)
    return sum(rows * (size - k) * (100 + 3 * digits((k + 2) * (bits + 8)) ** 2) for k in range(n))


def _checked(step: ColumnRepresentatives, kinks: Kinks) -> ColumnRepresentatives | None:
    """The step, unless it takes the kernel too long."""
    return step if _elimination(kinks) < _MANY else None


def _work(responses: Responses, block: Choice, n: int) -> float:
    """About how many nanoseconds the tree of a block takes, as the kernel estimates it."""
    counts = [len(responses.owned[c]) for c in block]
    bits = longest([responses.lines[c] for c in block])
    growth = bits // (n + 1) + 4  # of each pivot
    nodes, work = 1.0, 0.0
    for done, count in enumerate(counts):
        left = len(counts) - done
        work += nodes * (1 + count) * sum(counts[done + 1 :]) * left * (600 + 3 * digits(bits + done * growth) ** 2)
        nodes *= 1 + count
    return work


def _whole(block: Choice, bad: Choice, count: int) -> Choice:
    """The choice for all arguments."""
    levels = dict(zip(block, bad, strict=True))
    return tuple(levels.get(c, 0) for c in range(count))


def _blocks(responses: Responses) -> tuple[tuple[int, ...], ...]:
    """The strongly connected parts of the graph of the matrix, those that no other one is needed for at the end."""
    count = len(responses.lines)
    reach = [1 << r for r in range(count)]
    for r, line in enumerate(responses.lines):
        for c, owned in enumerate(responses.owned):
            if any(line[i] for i in owned):
                reach[r] |= 1 << c
    for k in range(count):
        for r in range(count):
            if reach[r] >> k & 1:
                reach[r] |= reach[k]
    parts = {tuple(c for c in range(count) if reach[r] >> c & 1 and reach[c] >> r & 1) for r in range(count)}
    return tuple(sorted(parts, key=lambda part: (reach[part[0]].bit_count(), part)))


def _definite(kinks: Kinks, responses: Responses, search: Search) -> DefiniteKinks | None:
    """Weights that make the form of all kinks definite, and a matrix near F⁻¹."""
    own = [(c, i) for c, owned in enumerate(responses.owned) for i in owned]
    matrix = np.array([[quotient(responses.lines[c][j], responses.scale) + float(i == j) for _, j in own] for c, i in own])
    n = len(kinks.outputs)
    sizes = [max(map(abs, line[:n])) for line in kinks.outputs]  # F is not singular
    try:
        inverse = np.linalg.inv(np.array([[quotient(t, size) for t in line[:n]] for line, size in zip(kinks.outputs, sizes, strict=True)]))
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(matrix).all() and np.isfinite(inverse).all()):
        return None
    for way in (_dominant, _dominant_inverse, definite_weights)[: 2 + (len(own) <= _MOST_DEFINITE)]:
        weights = way(matrix, search)
        if weights is None or not np.isfinite(weights).all() or weights.min() <= 0:
            continue
        for bits in _BITS:
            step = DefiniteKinks(
                tuple(tuple(_rounded(Fraction(float(t)) / size, bits) for t, size in zip(line, sizes, strict=True)) for line in inverse),
                tuple(_rounded(Fraction(float(w)) / Fraction(float(weights.max())), bits) for w in weights),
            )
            if positive_definite(step.form(kinks, Meter())):
                return step
    return None


def _rounded(t: Fraction, bits: int) -> Fraction:
    """The number to so many bits."""
    unit = Fraction(2) ** (t.numerator.bit_length() - t.denominator.bit_length() - bits)
    return round(t / unit) * unit


def _dominant(matrix: Array, _: Search) -> Array | None:
    """The quotients of weights for columns and lines that make the matrix diagonally dominant: they make it definite, too."""
    comparison = 2 * np.diag(np.diag(matrix)) - np.abs(matrix)
    ones = np.ones(len(matrix))
    try:
        right, left = np.linalg.solve(comparison, ones), np.linalg.solve(comparison.T, ones)
    except np.linalg.LinAlgError:
        return None
    return left / right if min(right.min(), left.min()) > 0 else None


def _dominant_inverse(matrix: Array, search: Search) -> Array | None:
    """The same for the inverse, which the same weights make definite."""
    try:
        return _dominant(np.asarray(np.linalg.inv(matrix), dtype=np.float64), search)
    except np.linalg.LinAlgError:
        return None


@dataclass(slots=True)
class _Walk:
    """Walks from choice to choice of a block; each step changes one column, mostly so that the determinant falls most."""

    options: list[Array]
    rng: random.Random

    @staticmethod
    def of(responses: Responses, block: Choice, search: Search) -> _Walk:
        """No step is taken yet."""
        unit, options = np.eye(len(block)), list[Array]()
        for c, found in enumerate(responses.representatives(block)):
            options.append(np.vstack([unit[c], *([quotient(t, responses.scale) for t in column] for column in found)]))
        return _Walk(options, search.random(f"representatives {block}"))

    def go(self) -> Choice | None:
        """A choice whose determinant is not positive, roughly, from the units in a number of steps."""
        size = len(self.options)
        choice, matrix = [0] * size, np.eye(size)
        for step in range(_STEPS):
            try:
                inverse = np.linalg.inv(matrix)
            except np.linalg.LinAlgError:
                return None
            falls = [(float(t), c, q) for c in range(size) for q, t in enumerate(self.options[c] @ inverse[c]) if q != choice[c]]
            least, other = min(falls), self.rng.choice(falls)
            ratio, c, q = other if step % 4 == 3 and least[0] > 0 else least
            choice[c] = q
            if ratio <= _NOTHING:
                return tuple(choice)
            matrix[:, c] = self.options[c][q]
        return None


def _pair(f: Network, kinks: Kinks, choice: Choice) -> tuple[Point, Point] | None:
    """Two points with one value: in a region with determinant 0, or on both sides of the border of regions of opposite signs."""
    path = [(0,) * len(choice)]
    for c, level in enumerate(choice):
        path += [(*path[-1][:c], q, *path[-1][c + 1 :]) for q in range(1, level + 1)]
    low, high = 0, len(path) - 1
    signs = [determinant_sign(_derivative(kinks, path[k])) for k in (low, high)]
    if signs[0] == signs[1] != 0:
        return None  # floats were wrong
    while signs[0] and high > low + 1:
        middle = (low + high) // 2
        same = determinant_sign(_derivative(kinks, path[middle])) == signs[0]
        low, high = (middle, high) if same else (low, middle)
    flat = path[high] if signs[0] else path[0]
    derivative, inside = _derivative(kinks, flat), _place(kinks, flat)
    if inside is None:
        return None  # the arguments are not independent
    if not determinant_sign(derivative):
        return _near(f, inside, [Fraction(0)] * f.arity, [Fraction(t) for t in nullspace(derivative, f.arity)[0]])
    (c,) = (c for c, (p, q) in enumerate(zip(path[low], path[high], strict=True)) if p != q)
    border = _place(kinks, path[low], c)
    if border is None:
        return None
    ahead = [t - s for s, t in zip(border, inside, strict=True)]
    back = solve(_derivative(kinks, path[low]), [sum((a * t for a, t in zip(row, ahead, strict=True)), Fraction(0)) for row in derivative])
    return None if back is None else _near(f, border, ahead, back)


def _derivative(kinks: Kinks, choice: Choice) -> list[list[int]]:
    """The derivative of the output, but for a factor, for this choice of slopes."""
    n = len(kinks.outputs)
    moves: dict[int, list[int]] = {}
    for line, level, owned in zip(kinks.arguments, choice, kinks.owned, strict=True):
        moves |= dict.fromkeys(owned[:level], _moved(line, n, moves))
    return [_moved(line, n, moves) for line in kinks.outputs]


def _moved(line: Sequence[int], n: int, moves: Mapping[int, Sequence[int]]) -> list[int]:
    out = list(line[:n])
    for i, move in moves.items():
        if line[n + i]:
            out = [s + line[n + i] * t for s, t in zip(out, move, strict=True)]
    return out


def _place(kinks: Kinks, choice: Choice, border: int = -1) -> Point | None:
    """A point where so many kinks of each argument have slope 1; one argument may lie at the next breakpoint. None if there is none."""
    n = len(kinks.outputs)
    targets = []
    for c, (level, owned) in enumerate(zip(choice, kinks.owned, strict=True)):
        cuts = [kinks.breakpoints[i] for i in owned]
        below, above = ([None, *cuts][level], [*cuts, None][level])
        if c == border or below is None:
            targets.append(above - (c != border) if above is not None else Fraction(0))
        else:
            targets.append((below + above) / 2 if above is not None else below + 1)
    values = {i: max(t - kinks.breakpoints[i], Fraction(0)) for t, owned in zip(targets, kinks.owned, strict=True) for i in owned}
    wanted = [
        t - sum((a * values[i] for i, a in enumerate(line[n:]) if a), Fraction(0)) for t, line in zip(targets, kinks.arguments, strict=True)
    ]
    d = lcm(*(t.denominator for t in wanted))
    found = left_factor([[line[j] for line in kinks.arguments] for j in range(n)], [[int(t * d) for t in wanted]])
    return None if found is None else tuple(t / d for t in found[0])


def _near(f: Network, x: Point, v: Sequence[Fraction], w: Sequence[Fraction]) -> tuple[Point, Point] | None:
    """x + tv and x + tw with one value, t as large as halving 1 finds it."""
    for k in range(_HALVINGS):
        pair = tuple(tuple(s + t / 2**k for s, t in zip(x, u, strict=True)) for u in (v, w))
        if f(pair[0]) == f(pair[1]):
            return pair[0], pair[1]
    return None
