"""Block reduction of lattice bases: in blocks of a reduced basis short vectors are found by a sieve and put first, from the left to the
right and again, which makes vectors shorter than LLL does. Floats steer; the basis itself stays exact.

Sources: blocks, C. P. Schnorr and M. Euchner, Math. Programming 66 (1994) 181–199; the sieve, P. Q. Nguyen and T. Vidick, J. Math.
Cryptol. 2 (2008) 181–207; a few dimensions without sieving, L. Ducas, EUROCRYPT 2018.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bijection.exact.floating import Array
from bijection.exact.lattice import Whole
from bijection.exact.linear import reducing

_SIEVED, _FREE = 30, 8  # dimensions of a block that are sieved, and those before them into which vectors are lifted
_STEP = 8  # from one block to the next
_WINDOW = 50  # dimensions that are reduced at once after a tour
_LIST = 3.0  # times (4/3)^(n/2), the vectors that a sieve of n dimensions holds
_ROUNDS, _SETTLED = 12, 0.995  # rounds of a sieve, at most; it is done when squares sum to this share of what they were
_TAIL = 8  # coordinates that are drawn at random for a first list; the others follow
_SHORTER = 0.9999  # times the square, of a vector that is worth being put first
_TRIED = 5  # vectors for each place
_EXACT = 2.0**52  # integers below it are floats
_WORD = 2.0**62


def tours(basis: Whole, seed: int = 0) -> Iterator[Whole]:
    """The basis (rows, independent) after each tour through its blocks, without end."""
    b, rng = basis.copy(), np.random.default_rng(seed)
    d = len(b)
    while True:
        frame = _frame(b)
        _size_reduce(b, frame, 0, d)
        for left in range(0, d - 1, _STEP):
            right = min(d, left + _FREE + _SIEVED)
            block = frame[left:right, left:right]
            _apply(b, frame, left, right, _short_first(block, min(_FREE, max(0, right - left - _TAIL)), rng))
        for left in range(0, d - 1, _WINDOW // 2):
            right = min(d, left + _WINDOW)
            _apply(b, frame, left, right, _reduced(frame[left:right, left:right]))
        yield b.copy()


def _frame(b: Whole) -> Array:
    """The upper triangle R of b.T = QR, with a positive diagonal: its columns are the vectors in orthogonal coordinates."""
    frame: Array = np.asarray(np.linalg.qr(b.T.astype(float), mode="r"), dtype=np.float64)
    return frame * _signs(frame)[:, None]


def _signs(triangle: Array) -> Array:
    return np.where(np.diag(triangle) < 0, -1.0, 1.0)


def _size_reduce(b: Whole, frame: Array, left: int, right: int) -> None:
    """Take from the vectors left, …, right − 1 what they have of those before them, as far as integers allow; in place."""
    for i in range(right - 2, -1, -1):
        first = max(left, i + 1)
        times = np.rint(frame[i, first:right] / frame[i, i])
        moved = np.flatnonzero(times)
        if len(moved):
            frame[: i + 1, first + moved] -= np.outer(frame[: i + 1, i], times[moved])
            b[first + moved] -= np.outer(times[moved].astype(np.int64), b[i])


def _apply(b: Whole, frame: Array, left: int, right: int, moves: Array | None) -> None:
    """Put moves·(the vectors left, …, right − 1) in their place, where moves is unimodular; nothing if numbers would grow too long."""
    if moves is None or not np.abs(moves).max() * float(np.abs(b[left:right]).max()) * len(moves) < _WORD:
        return
    b[left:right] = moves.astype(np.int64) @ b[left:right]
    frame[:right, left:right] = frame[:right, left:right] @ moves.T
    turn, triangle = np.linalg.qr(frame[left:right, left:right])
    frame[left:right, left:] = _signs(triangle)[:, None] * (turn.T @ frame[left:right, left:])
    _size_reduce(b, frame, left, right)


def _reduced(block: Array) -> Array | None:
    """The moves of LLL on a block; None where its numbers are too far apart."""
    scaled = np.rint(block.T * (2.0**20 / np.diag(block).min()))
    if not np.abs(scaled).max() < _EXACT:
        return None
    return np.array(reducing([[int(t) for t in row] for row in scaled]), dtype=float)


def _short_first(block: Array, free: int, rng: np.random.Generator) -> Array:
    """The moves that put short vectors first, place by place. Vectors are found by a sieve without the first dimensions, and lifted."""
    n = len(block)
    found = np.zeros((0, n))
    if n - free > 1:
        sieved = _sieve(block[free:, free:], rng)
        found = np.zeros((len(sieved), n))
        found[:, free:] = sieved
        _lift(found, block, free)
    moves, now = np.eye(n), block
    for place in range(n - 1):
        inside = found[:, place:] @ now[place:, place:].T
        squares = np.einsum("ij,ij->i", inside, inside)
        least = now[place, place] ** 2
        squares[squares < 1e-9 * least] = np.inf  # 0 from here on
        for k in np.argsort(squares, kind="stable")[:_TRIED]:
            if not squares[k] < _SHORTER * least:
                break
            ones = place + np.flatnonzero(np.abs(found[k, place:]) == 1)
            if len(ones):
                moves, found = _first(moves, found, k, place, int(ones[-1]))
                now = np.asarray(np.linalg.qr(block @ moves.T, mode="r"), dtype=np.float64)
                now = now * _signs(now)[:, None]
                break
    return moves


def _first(moves: Array, found: Array, k: int, place: int, replaced: int) -> tuple[Array, Array]:
    """The basis with vector k of the list at the place, in exchange for one of which it holds ±1; and the list in the new coordinates."""
    n = len(moves)
    c = found[k].copy()
    c[:place] = 0
    order = [*range(place), replaced, *(i for i in range(place, n) if i != replaced)]
    share = found[:, replaced] * c[replaced]
    others = found - np.outer(share, c)
    others[:, replaced] = share
    basis = moves.copy()
    basis[replaced] = c @ moves
    return basis[order], others[:, order]


def _lift(found: Array, block: Array, free: int) -> None:
    """Choose the first coordinates so that the vectors are as short there as rounding makes them; in place."""
    at = found @ block.T
    for i in range(free - 1, -1, -1):
        times = np.rint(at[:, i] / block[i, i])
        found[:, i] -= times
        at -= np.outer(times, block[:, i])


def _sieve(block: Array, rng: np.random.Generator) -> Array:
    """Short vectors of the lattice of the columns, by their integer coordinates, shortest first: differences of two that are shorter
    than most take the place of long ones, until that changes little."""
    n = len(block)
    most = int(_LIST * (4 / 3) ** (n / 2)) + 2 * n
    drawn = np.zeros((2 * most, n))
    tail = min(_TAIL, n)
    drawn[:, n - tail :] = rng.integers(-1, 2, (2 * most, tail)) * (rng.random((2 * most, tail)) < 0.5)
    _lift(drawn, block, n - tail)
    key = rng.integers(1, 2**40, n).astype(float)
    found, at, squares = _kept(np.vstack([np.eye(n), drawn]), block, key, most)
    for _ in range(_ROUNDS):
        products = at @ at.T
        sums = squares[:, None] + squares[None, :] - 2 * np.abs(products)
        first, second = np.nonzero(np.triu(sums < squares[int(0.7 * len(squares))], 1))
        if len(first) > 2 * most:
            best = np.argpartition(sums[first, second], 2 * most)[: 2 * most]
            first, second = first[best], second[best]
        sign = np.sign(products[first, second])[:, None]
        before = squares.sum()
        found, at, squares = _kept(np.vstack([found, found[first] - sign * found[second]]), block, key, most)
        if squares.sum() > _SETTLED * before:
            break
    return found


def _kept(found: Array, block: Array, key: Array, most: int) -> tuple[Array, Array, Array]:
    """The shortest vectors ≠ 0, one of each and its negative: (coordinates, places, squares of lengths)."""
    names = found @ key
    found = found * np.where(names < 0, -1.0, 1.0)[:, None]
    names, kept = np.unique(np.abs(names), return_index=True)
    found = found[kept[names > 0]]
    at = found @ block.T
    squares = np.einsum("ij,ij->i", at, at)
    order = np.argsort(squares, kind="stable")[:most]
    return found[order], at[order], squares[order]
