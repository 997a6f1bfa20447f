"""Functionals for pairs of nodes of a tree of cells, thousands at once in floating point; the kernel certifies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bijection.engines.complete.secants import Entry, Secants, secants
from bijection.engines.proposal import Search
from bijection.exact.floating import Array
from bijection.exact.lp import maximise
from proofs.theorems.cell_tree import SPLIT, CellTree

_DIRECTIONS = 24  # that are tried on every pair, beside the coordinates and one for each hundred nodes
_LARGEST = 24  # leaves of a pair of nodes for which a functional is looked for


@dataclass(slots=True)
class Separation:
    """What is known about the pairs: an entry of the certificate for each pair dealt with."""

    tree: CellTree
    images: Array  # f̂ at the generators: (f(x), 1) at points, (F, 0) at directions
    directions: list[tuple[int, ...]]
    low: Array
    high: Array
    secants: Secants | None
    whole: dict[int, Entry] = field(default_factory=dict)  # inner nodes that one matrix deals with
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)
    stuck: list[tuple[int, int]] = field(default_factory=list)


def prepare(tree: CellTree, rng: np.random.Generator) -> Separation:
    """The images in floating point, and the ranges of all nodes in some directions."""
    images = np.array([_floats(g.image) for g in tree.subdivision.generators])
    m = images.shape[1] - 1
    points = images[images[:, -1] != 0][:, :-1]
    spread = np.maximum(points.std(axis=0), 1e-30)
    raw = np.vstack([np.eye(m), rng.standard_normal((_DIRECTIONS + len(tree.children) // 100, m))]) / spread
    directions = np.rint(raw / np.abs(raw).max(axis=1, keepdims=True) * 127).astype(int)
    values = images[:, :-1] @ directions.T.astype(float)
    infinite = images[:, -1] == 0
    lows = np.where(infinite[:, None], np.where(values < 0, -np.inf, np.inf), values)
    highs = np.where(infinite[:, None], np.where(values > 0, np.inf, -np.inf), values)
    low = np.empty((len(tree.children), len(directions)))
    high = np.empty_like(low)
    for number in reversed(range(len(low))):
        pair = tree.children[number]
        if pair is None:
            own = list(tree.members[number])
            low[number], high[number] = lows[own].min(axis=0), highs[own].max(axis=0)
        else:
            low[number] = np.minimum(low[pair[0]], low[pair[1]])
            high[number] = np.maximum(high[pair[0]], high[pair[1]])
    return Separation(tree, images, [tuple(map(int, u)) for u in directions], low, high, secants(tree))


def _floats(image: tuple[int, ...]) -> list[float]:
    """(f(x), 1) at a point; f̂ at a direction, with the largest entry 1."""
    largest = image[-1] or max(map(abs, image)) or 1
    return [t / largest for t in image]


def separate(s: Separation, frontier: list[tuple[int, int]], search: Search) -> bool:
    """Deal with the pairs and all that come from taking them apart; False if time runs out."""
    tree = s.tree
    known = {tree.children[number]: entry for number, entry in s.whole.items()}
    s.entries.update({pair: known[pair] for pair in frontier if pair in known})
    frontier = [pair for pair in frontier if pair not in known]
    while frontier:
        if search.remaining() <= 0:
            return False
        batch, frontier = frontier[-4096:], frontier[:-4096]
        p, q = np.array(batch).T
        # slack: the kernel rounds, and floats do
        apart = (s.low[p] > s.high[q] + 1e-9 * np.abs(s.high[q])) | (s.low[q] > s.high[p] + 1e-9 * np.abs(s.high[p]))
        found = apart.any(axis=1)
        which = apart.argmax(axis=1)
        hard: list[tuple[int, int]] = []
        close = [pair for pair, ok in zip(batch, found.tolist(), strict=True) if not ok]
        matrices = dict(zip(close, s.secants.entries(close), strict=True)) if s.secants is not None else {}
        for pair, ok, k in zip(batch, found.tolist(), which.tolist(), strict=True):
            matrix = matrices.get(pair)
            if ok:
                s.entries[pair] = (k,)
            elif matrix is not None:
                s.entries[pair] = matrix
            elif _few(tree, *pair):
                hard.append(pair)
            else:
                s.entries[pair] = (SPLIT,)
                frontier += tree.apart(*pair)
        for pair, entry in zip(hard, functionals(s, hard), strict=True):
            if entry is not None:
                s.entries[pair] = entry
            elif tree.sizes[pair[0]] == tree.sizes[pair[1]] == 1:
                s.stuck.append(pair)
            else:
                s.entries[pair] = (SPLIT,)
                frontier += tree.apart(*pair)
    return True


def _few(tree: CellTree, p: int, q: int) -> bool:
    """Whether the two nodes are small enough to look for a functional of their own."""
    leaves = tree.sizes[p] + tree.sizes[q]
    return leaves == 2 or (leaves <= _LARGEST and len(tree.members[p]) + len(tree.members[q]) <= 100)


def functionals(s: Separation, pairs: list[tuple[int, int]]) -> list[tuple[int, ...] | None]:
    """For each pair a functional that separates it, as an entry of the certificate, or None."""
    tree = s.tree
    out: list[tuple[int, ...] | None] = [None] * len(pairs)
    common = [tree.members[p] & tree.members[q] for p, q in pairs]
    able = [k for k, (p, q) in enumerate(pairs) if not common[k] or min(tree.sizes[p], tree.sizes[q]) == 1]
    # pairs of about one size together, so that little is padded
    able.sort(key=lambda k: len(tree.members[pairs[k][0]]) + len(tree.members[pairs[k][1]]))
    for start in range(0, len(able), 512):
        chunk = able[start : start + 512]
        for k, entry in zip(chunk, _functionals(s, [pairs[k] for k in chunk], [common[k] for k in chunk]), strict=True):
            out[k] = entry
    return out


def _functionals(s: Separation, pairs: list[tuple[int, int]], common: list[frozenset[int]]) -> Iterator[tuple[int, ...] | None]:
    tree, width = s.tree, s.images.shape[1]
    n = tree.subdivision.f.arity
    lists = []
    for (p, q), e in zip(pairs, common, strict=True):
        lists.append(([*(tree.members[p] - e)], [*(tree.members[q] - e)], [*e]))
    longest = max(len(a) + len(b) for a, b, _ in lists)
    vectors = np.zeros((len(pairs), longest, width))
    touching = np.zeros((len(pairs), max(len(e) for _, _, e in lists), width))
    for k, (a, b, shared) in enumerate(lists):
        vectors[k, : len(a)] = s.images[a]
        vectors[k, len(a) : len(a) + len(b)] = -s.images[b]
        touching[k, : len(shared)] = s.images[shared]
    pivots, echelon = _reduced(touching, n)
    values = np.zeros((len(pairs), longest, n))
    for j in range(n):
        column = np.take_along_axis(vectors, np.maximum(pivots[:, None, j : j + 1], 0), axis=2)[:, :, 0]
        values[:, :, j] = column * (pivots[:, j] >= 0)[:, None]
    vectors = vectors - values @ echelon
    for j in range(n):  # exactly 0 at the pivots
        live = np.flatnonzero(pivots[:, j] >= 0)
        vectors[live, :, pivots[live, j]] = 0
    sizes = np.linalg.norm(vectors, axis=2, keepdims=True)
    unit = np.divide(vectors, sizes, out=np.zeros_like(vectors), where=sizes > 1e-12)
    real = np.array([[i < len(a) + len(b) for i in range(longest)] for a, b, _ in lists])
    best, margin = _separating(unit, real)
    for k, (p, q) in enumerate(pairs):
        if margin[k] <= 1e-9 and tree.sizes[p] == tree.sizes[q] == 1:
            best[k], margin[k] = _widest(unit[k][real[k]])
        yield _entry(best[k], margin[k], pivots[k], unit[k][real[k]], bool(common[k])) if margin[k] > 1e-12 else None


def _widest(a: Array) -> tuple[Array, float]:
    """v in the unit cube with the least ⟨a, v⟩ as large as can be, and this number divided by |v|; a linear program."""
    count, width = a.shape
    slack = np.hstack([a, -np.ones((count, 1))])
    found = maximise(np.eye(width + 1)[-1], slack, np.zeros(count), np.full(count, np.inf), -np.ones(width + 1), np.ones(width + 1))
    v = np.zeros(width) if found is None else found[:-1]
    return v, float((a @ v).min() / max(np.linalg.norm(v), 1e-30))


def _entry(v: Array, margin: float, pivots: Array, unit: Array, touching: bool) -> tuple[int, ...] | None:
    """The functional in integers as short as its margin allows."""
    v = v / np.abs(v).max()
    for bits in (3, 5, 8, 12, 17, 24, 32, 40):
        w = np.rint(v * 2.0**bits)
        reach = unit @ w
        if reach.min() > 1e-13 * np.abs(w).max():
            break
    else:
        return None
    chosen = [int(j) for j in pivots if j >= 0]
    if touching:
        return (sum(1 << j for j in chosen), *(int(t) for j, t in enumerate(w) if j not in chosen))
    return (0, *(int(t) for t in w[:-1]))


def _reduced(rows: Array, most: int) -> tuple[Array, Array]:
    """Batched Gauss–Jordan elimination with complete pivoting: the pivot columns (−1: none left) and the rows of the reduced form."""
    batch, count, width = rows.shape
    pivots = np.full((batch, most), -1)
    echelon = np.zeros((batch, most, width))
    if count == 0:
        return pivots, echelon
    left = rows.copy()
    scale = np.abs(left).max(axis=(1, 2))
    index = np.arange(batch)
    for step in range(most):
        flat = np.abs(left).reshape(batch, -1)
        place = flat.argmax(axis=1)
        size = flat[index, place]
        live = size > 1e-10 * scale
        i, j = place // width, place % width
        row = left[index, i] / np.where(live, left[index, i, j], 1.0)[:, None]
        row[~live] = 0
        left -= left[index, :, j][:, :, None] * row[:, None, :]
        left[index[live], i[live]] = 0
        echelon -= echelon[index, :, j][:, :, None] * row[:, None, :]
        echelon[:, step] = row
        pivots[live, step] = j[live]
    return pivots, echelon


def _separating(unit: Array, real: Array, steps: int = 14) -> tuple[Array, Array]:
    """For each family of vectors a some v with ⟨a, v⟩ > 0 for all of them: Newton's method for Σ max(0, 1 − ⟨a, v⟩)² (a linear support
    vector machine), and the least ⟨a, v⟩ / |v| reached.
    """
    batch, _, width = unit.shape
    v = unit.sum(axis=1)
    best = v.copy()
    margin = np.full(batch, -np.inf)
    todo = np.arange(batch)
    ridge = 1e-9 * np.eye(width)
    for step in range(steps + 1):
        a = unit[todo]
        reach = np.einsum("bij,bj->bi", a, v)
        least = np.where(real[todo], reach, np.inf).min(axis=1) / np.maximum(np.linalg.norm(v, axis=1), 1e-30)
        better = least > margin[todo]
        best[todo[better]], margin[todo[better]] = v[better], least[better]
        open_ = margin[todo] < 1e-3
        if step == steps or not open_.any():
            break
        todo, a, reach = todo[open_], a[open_], reach[open_]
        active = (real[todo] & (reach < 1)).astype(float) if step else real[todo].astype(float)
        weighted = a * active[:, :, None]
        v = np.linalg.solve(np.einsum("bij,bik->bjk", weighted, a) + ridge, weighted.sum(axis=1)[:, :, None])[:, :, 0]
    return best, margin
