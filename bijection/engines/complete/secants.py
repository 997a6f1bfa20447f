"""Matrices M with ⟨x − y, M(f(x) − f(y))⟩ > 0 for all x, y in two nodes of a tree of cells, for thousands of pairs at once (P13, P14)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any, TypeAlias

import numpy as np

from bijection.exact.floating import Array, quotient
from proofs.errors import Malformed, Rejected
from proofs.theorems.cell_tree import MATRIX, CellTree
from proofs.theorems.one_layer import OneLayer, one_layer

_ROUNDS = 4  # of balancing the units against each other
_RIDGE = 1e-3
_SLACK = 1e-7  # a form that is positive by less, for its size, is left alone
_TOGETHER = 256  # pairs
_MOST = 64  # units that bend, which is hopeless

Entry: TypeAlias = tuple[int, ...]
Bits: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(slots=True)
class Secants:
    """A network with one layer in floating point, and for each node of the tree the signs of the switches and where it lies."""

    forms: OneLayer
    w: Array
    v: Array
    rest: Array
    pieces: Array  # the slopes of each unit, the last one repeated
    owner: list[int]  # the unit of each switch
    positive: Bits
    negative: Bits
    low: Array
    high: Array
    most: int

    def entries(self, pairs: list[tuple[int, int]]) -> list[Entry | None]:
        """For each pair of nodes an entry of the certificate, or None."""
        out: list[Entry | None] = [None] * len(pairs)
        if not pairs:
            return out
        p, q = np.array(pairs).T
        low, high = self._slopes(self.positive[p] | self.positive[q], self.negative[p] | self.negative[q])
        able = np.flatnonzero((low < high).sum(axis=1) <= self.most)
        reach = np.maximum(self.high[p], self.high[q]) - np.minimum(self.low[p], self.low[q])
        for start in range(0, len(able), _TOGETHER):
            chunk = able[start : start + _TOGETHER]
            with np.errstate(all="ignore"):
                for k, entry in zip(chunk, self._found(low[chunk], high[chunk], reach[chunk]), strict=True):
                    out[k] = entry
        return out

    def _slopes(self, positive: Bits, negative: Bits) -> tuple[Array, Array]:
        units, count = self.pieces.shape
        first, last = np.zeros((len(positive), units), dtype=int), np.zeros((len(positive), units), dtype=int)
        for k, unit in enumerate(self.owner):
            first[:, unit] += ~negative[:, k]
            last[:, unit] += positive[:, k]
        first, last = np.minimum(first, last)[:, :, None], np.maximum(first, last)[:, :, None]
        taken = (np.arange(count) >= first) & (np.arange(count) <= last)
        return np.where(taken, self.pieces, np.inf).min(axis=2), np.where(taken, self.pieces, -np.inf).max(axis=2)

    def _found(self, low: Array, high: Array, reach: Array) -> list[Entry | None]:
        """M as the left inverse of the middle slope that weakens the columns of the bent units; then a metric that balances them."""
        n, m = self.w.shape[1], len(self.v)
        middle, radius = (low + high) / 2, (high - low) / 2
        slope = self.rest + np.einsum("mh,bh,hn->bmn", self.v, middle, self.w)
        bent = radius * np.sqrt(np.einsum("hn,bn->bh", self.w**2, reach**2))
        noise = np.einsum("mh,bh,kh->bmk", self.v, bent**2, self.v)
        size = np.einsum("bmm->b", noise) / m
        noise += (_RIDGE * size + np.where(size > 0, 0, 1))[:, None, None] * np.eye(m)
        good = np.isfinite(noise).all(axis=(1, 2))
        noise[~good] = np.eye(m)
        weighted = np.linalg.solve(noise, slope).transpose(0, 2, 1)
        gram = weighted @ slope
        good &= np.isfinite(gram).all(axis=(1, 2))
        gram[~good] = np.eye(n)
        good &= np.linalg.cond(gram) < 1e12
        gram[~good] = np.eye(n)
        matrix = np.linalg.solve(gram, weighted)
        metric, t, good = self._balanced(matrix @ self.v, radius, good)
        out: list[Entry | None] = []
        for k in range(len(low)):
            out.append(self._exact(metric[k] @ metric[k].T, matrix[k], t[k], low[k], high[k]) if good[k] else None)
        return out

    def _balanced(self, p: Array, radius: Array, good: Bits) -> tuple[Array, Array, Bits]:
        """A change S of coordinates and weights t of the units with Σ r/2·(t·S⁻¹p(S⁻¹p)ᵀ + Sᵀq(Sᵀq)ᵀ/t) < 1."""
        n = self.w.shape[1]
        metric = np.broadcast_to(np.eye(n), (len(p), n, n)).copy()
        best, kept, weights = np.full(len(p), np.inf), metric.copy(), np.ones(radius.shape)
        for _ in range(_ROUNDS):
            a, b = np.linalg.solve(metric, p), self.w @ metric
            t = np.linalg.norm(b, axis=2) / np.maximum(np.linalg.norm(a, axis=1), 1e-30)
            first = np.einsum("bih,bh,bjh->bij", a, radius * t / 2, a)
            second = np.einsum("bhi,bh,bhj->bij", b, radius / t, b) / 2
            total = first + second
            good &= np.isfinite(total).all(axis=(1, 2))
            total[~good] = np.eye(n) * 9
            top = np.linalg.eigvalsh(total)[:, -1]
            better = top < best
            best[better], kept[better], weights[better] = top[better], metric[better], t[better]
            if (best < 0.9).all():
                break
            metric = metric @ _mean(np.where(good[:, None, None], first, np.eye(n)), np.where(good[:, None, None], second, np.eye(n)))
        return kept, weights, good & (best < 1 - 1e-3)

    def _exact(self, square: Array, matrix: Array, t: Array, low: Array, high: Array) -> Entry | None:
        """The entry for the matrix in the original coordinates; None if their metric is too small for floats."""
        try:
            found = np.asarray(np.linalg.solve(square, matrix), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        return self._rounded(found, t, low, high)

    def _rounded(self, matrix: Array, t: Array, low: Array, high: Array) -> Entry | None:
        """The matrix in integers as short as will do, with the weights as powers of two."""
        free = np.flatnonzero(low < high)
        scale = log2(self.forms.d) - log2(self.forms.e)
        for bits in (5, 8, 12, 20):
            factor = 2.0**bits / np.abs(matrix).max()
            short = np.rint(matrix * factor)
            exponents = np.rint(np.log2(t[free] / factor) + scale)
            if self._positive(short, np.exp2(exponents - scale), free, low, high):
                return (MATRIX, *(int(a) for a in short.ravel()), *(int(k) for k in exponents))
        return None

    def _positive(self, matrix: Array, t: Array, free: Any, low: Array, high: Array) -> bool:
        p = matrix @ self.v
        form = matrix @ self.rest + (p * (low + high) / 2) @ self.w
        a, b, r = p[:, free], self.w[free], (high - low)[free] / 2
        form = form + form.T - (a * (r * t)) @ a.T - (b.T * (r / t)) @ b
        values = np.linalg.eigvalsh(form)
        return bool(values[0] > _SLACK * max(abs(values[-1]), float(np.abs(form).max())))


def _mean(first: Array, second: Array) -> Array:
    """T with T⁻¹·A·T⁻ᵀ = Tᵀ·B·T for positive definite A and B (a little is added)."""
    n = first.shape[1]
    small = 1e-6 * np.maximum(np.einsum("bii->b", first), 1e-30)[:, None, None] * np.eye(n)
    root = np.linalg.cholesky(first + small)
    small = 1e-6 * np.maximum(np.einsum("bii->b", second), 1e-30)[:, None, None] * np.eye(n)
    values, vectors = np.linalg.eigh(root.transpose(0, 2, 1) @ (second + small) @ root)
    values = np.maximum(values, 1e-9 * values[:, -1:])
    found: Array = root @ (vectors * values[:, None, :] ** -0.25)
    return found


def secants(tree: CellTree) -> Secants | None:
    """What is needed to look for matrices; None for other networks, or numbers too large for floats."""
    subdivision = tree.subdivision
    try:
        forms = one_layer(subdivision.f)
        w = np.array([[quotient(t, forms.d) for t in row] for row in forms.w])
        v = np.array([[quotient(t, forms.e) for t in column] for column in forms.v]).T
        rest = np.array([[quotient(t, forms.e) for t in row] for row in forms.rest])
        pieces = [[quotient(t, forms.s) for t in unit] for unit in forms.slopes]
    except (Rejected, Malformed, OverflowError):
        return None
    if not len(w) or not len(rest) or not all(np.isfinite(a).all() for a in (w, v, rest)):
        return None
    most = max(map(len, pieces))
    owner = [i for i, unit in enumerate(pieces) for _ in unit[1:]]
    table = np.array([[*unit, *[unit[-1]] * (most - len(unit))] for unit in pieces])
    positive, negative = (_bits([tree.signs(k)[side] for k in range(len(tree.children))], len(owner)) for side in (0, 1))
    low, high = _boxes(tree)
    return Secants(forms, w, v, rest, table, owner, positive, negative, low, high, min(_MOST, 4 + 4 * len(rest)))


def _bits(sets: list[int], count: int) -> Bits:
    width = (count + 7) // 8
    raw = np.frombuffer(b"".join(k.to_bytes(width, "little") for k in sets), dtype=np.uint8).reshape(len(sets), width)
    return np.unpackbits(raw, axis=1, bitorder="little")[:, :count].astype(bool)


def _boxes(tree: CellTree) -> tuple[Array, Array]:
    """A box around each node; directions are left out."""
    n = tree.subdivision.f.arity
    points = np.array([[quotient(t, g.ray[-1] or 1) for t in g.ray[:-1]] for g in tree.subdivision.generators]).reshape(-1, n)
    low, high = np.empty((len(tree.children), n)), np.empty((len(tree.children), n))
    for number in reversed(range(len(tree.children))):
        pair = tree.children[number]
        if pair is None:
            own = list(tree.members[number])
            low[number], high[number] = points[own].min(axis=0), points[own].max(axis=0)
        else:
            p, q = pair
            low[number], high[number] = np.minimum(low[p], low[q]), np.maximum(high[p], high[q])
    return low, high


def whole(tree: CellTree, found: Secants | None) -> dict[int, Entry]:
    """The inner nodes that one matrix deals with, the largest ones, each with its entry."""
    out: dict[int, Entry] = {}
    todo = [number for number in tree.roots if tree.children[number] is not None] if found is not None else []
    while todo and found is not None:
        below: list[int] = []
        for number, entry in zip(todo, found.entries([(k, k) for k in todo]), strict=True):
            if entry is not None:
                out[number] = entry
                continue
            below += [k for k in tree.children[number] or () if tree.children[k] is not None]
        todo = below
    return out
