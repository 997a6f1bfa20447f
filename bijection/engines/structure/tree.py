"""The tree of a layer: which units can be flat at once, branch by branch; or a point where too many are (L3, A3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from bijection.engines.proposal import Search
from bijection.exact.floating import floats, quotient
from bijection.exact.linear import dense_row, nullspace
from bijection.exact.lp import Corner, Margin
from bijection.exact.smt import dependency
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.limits import Meter
from proofs.network import Affine
from proofs.theorems.affine import dense
from proofs.theorems.layer_tree import Dependency, Flat, LayerTree, hyperplanes, least, side

Residues: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Convex: TypeAlias = Reals | Box | Polytope

PRIME = 2147483629  # its square fits into 63 bits
_LARGEST = 1_000_000  # entries of the matrix
_SHRINK = 300  # dependencies for which a smaller one is looked for
_ZERO = 1e-7


@dataclass(frozen=True, slots=True)
class Gap:
    """Near this point all units are flat, or constant along every direction orthogonal to these rows."""

    rows: tuple[tuple[int, ...], ...]
    point: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """What is excluded on the way to a node (bits), and the rows of W modulo the rows known, modulo PRIME."""

    excluded: int
    known: tuple[int, ...]
    residues: Residues
    rank: int


@dataclass(frozen=True, slots=True)
class _Below:
    """A mark: what was added since this place is the tree below the state with this excluded."""

    excluded: int
    start: int


@dataclass(frozen=True, slots=True)
class _Core:
    """Flats that cannot hold at once, as bits, and the dependency that says so."""

    bits: int
    names: Dependency


def find(w: Affine, flats: Sequence[Flat], on: Convex, search: Search, most: int) -> LayerTree | Gap | None:
    """A tree of at most so many nodes that proves injectivity, or a gap that refutes it, or None (no time, too large, numerical
    trouble)."""
    if w.columns * len(w.rows) > _LARGEST:
        return None
    if w.columns == 0:
        return LayerTree(PRIME, (), ())
    try:
        trunk = _Trunk(w, tuple(flats), on)
    except OverflowError:
        return None
    used: dict[Dependency, int] = {}
    nodes: list[int] = []
    closed: dict[int, tuple[int, int]] = {}  # where in `nodes` the tree below a state stands: it depends on what is excluded only
    todo: list[_State | tuple[_State, int] | _Below] = [trunk.root()]
    while todo:
        match todo.pop():
            case _Below(excluded, start):
                closed[excluded] = (start, len(nodes))
                continue
            case _State() as root:
                state: _State | None = root
            case above, flat:
                begin, end = closed.get(above.excluded | 1 << flat, (0, 0))
                if len(nodes) + end - begin > most:
                    return None
                nodes += nodes[begin:end]
                state = None if end else trunk.child(above, flat)
        if state is None or state.rank == w.columns:
            continue
        if len(nodes) >= most or search.remaining() <= 0:
            return None
        found = trunk.split(state, search)
        if not isinstance(found, _Core):
            return found
        todo.append(_Below(state.excluded, len(nodes)))
        nodes.append(used.setdefault(found.names, len(used)))
        todo += [(state, flat) for flat in reversed(found.names[0])]
    return LayerTree(PRIME, tuple(used), tuple(nodes))


class _Trunk:
    """The layer, its linear program and the dependencies found so far."""

    def __init__(self, w: Affine, flats: tuple[Flat, ...], on: Convex) -> None:
        self.w, self.flats, self.on = w, flats, on
        self.of: list[list[int]] = [[] for _ in w.rows]  # the flats of each unit
        for number, flat in enumerate(flats):
            self.of[flat.unit].append(number)
        self.bits = [sum(1 << number for number in numbers) for numbers in self.of]
        self.ends = [(k, 1) for k, f in enumerate(flats) if f.right is not None]
        self.ends += [(k, -1) for k, f in enumerate(flats) if f.left is not None]
        self.lines = [_line(w, flats[k], sign) for k, sign in self.ends]
        self.sides = [side(on, k) for k in range(len(on.normals))] if isinstance(on, Polytope) else []
        self.scales, self.program = _program(self.lines, self.sides, on, w.columns)
        self.cores: list[_Core] = []
        for core in self._single():
            self._keep(core)

    def root(self) -> _State:
        """Nothing excluded; the hyperplanes of the domain and the rows of units without flats known."""
        n = self.w.columns
        planes = hyperplanes(self.on)
        rows = [dense(row, n, PRIME) for row in (*self.w.rows, *planes)]
        state = _State(0, (), np.array(rows, dtype=np.int64).reshape(len(rows), n), 0)
        for k in range(len(planes)):
            state = self._know(state, len(self.w.rows) + k)
        state = _State(0, (), state.residues[: len(self.w.rows)], state.rank)
        for unit, numbers in enumerate(self.of):
            if not numbers:
                state = self._know(state, unit)
        return state

    def child(self, state: _State, flat: int) -> _State | None:
        """The state with the flat excluded; None where the rank is full, a leaf."""
        unit = self.flats[flat].unit
        excluded = state.excluded | 1 << flat
        if any(not excluded >> k & 1 for k in self.of[unit]):
            return _State(excluded, state.known, state.residues, state.rank)
        if state.rank == self.w.columns - 1:
            return None
        return self._know(_State(excluded, state.known, state.residues, state.rank), unit)

    def _know(self, state: _State, unit: int) -> _State:
        if not state.residues[unit].any():
            return state
        return _State(state.excluded, (*state.known, unit), _eliminate(state.residues, unit), state.rank + 1)

    def split(self, state: _State, search: Search) -> _Core | Gap | None:
        """Flats of units outside the known span that cannot hold at once, or a point where enough of them do."""
        varying = np.flatnonzero(state.residues.any(axis=1)).tolist()
        closed = ~sum(map(self.bits.__getitem__, varying)) | state.excluded
        known = next((core for core in self.cores if not core.bits & closed), None)
        if known is not None:
            return known
        live = {unit: [k for k in self.of[unit] if not state.excluded >> k & 1] for unit in varying}
        only = {numbers[0] for numbers in live.values() if len(numbers) == 1}
        rows = frozenset(e for e, (k, _) in enumerate(self.ends) if k in only)
        corner = self.program.solve(rows)
        if corner is None:
            return None
        if corner.value <= _ZERO:
            core = self._core(corner, rows, search)
            if core is not None:
                self._keep(core)
                return core
        return self._apart(live, corner.x) or Gap(self._normals(state), tuple(corner.x.tolist()))

    def _normals(self, state: _State) -> tuple[tuple[int, ...], ...]:
        rows = [*hyperplanes(self.on), *(self.w.rows[unit] for unit in state.known)]
        return tuple(tuple(dense_row(row, self.w.columns)) for row in rows)

    def _apart(self, live: dict[int, list[int]], x: Any) -> _Core | None:
        """Two flats of one unit, where the point lies in none of them."""
        for unit, numbers in live.items():
            row = self.w.rows[unit]
            z = (sum(c * Fraction(x[j]) for j, c in zip(row.columns, row.coefficients, strict=True)) + row.constant) / self.w.denominator
            inside = any((f.left is None or f.left < z) and (f.right is None or z < f.right) for f in map(self.flats.__getitem__, numbers))
            if len(numbers) > 1 and not inside:
                return self._pair(*numbers[:2])
        return None

    def _pair(self, a: int, b: int) -> _Core:
        right, left = self.flats[a].right, self.flats[b].left
        assert right is not None
        assert left is not None
        return _Core(1 << a | 1 << b, ((a, b), (left.denominator, -right.denominator), ()))

    def _keep(self, core: _Core) -> None:
        self.cores.append(core)
        self.cores.sort(key=lambda c: len(c.names[0]))  # stable: among equals the first found comes first

    def _single(self) -> Iterator[_Core]:
        """Flats that hold nowhere in a box."""
        if isinstance(self.on, Box):
            for k, sign in self.ends:
                yield from self._checked(((k,), (sign,), ()))

    def _core(self, corner: Corner, rows: frozenset[int], search: Search) -> _Core | None:
        """A small set of flats that cannot hold at once: from the multipliers of the linear program, made exact."""
        if len(self.cores) < _SHRINK:
            corner = self._shrunk(corner)
        for candidate in self._candidates(corner):
            for core in self._checked(candidate):
                return core
        weights = dependency([self.lines[e] for e in sorted(rows)], self.sides, self.on, search.remaining())
        if weights is None:
            return None
        ends = sorted(rows)
        for core in self._checked(self._named(ends, weights[: len(ends)], enumerate(weights[len(ends) :]))):
            return core
        return None

    def _shrunk(self, corner: Corner) -> Corner:
        """A corner for fewer rows, where some can be left out."""
        support = [e for e in corner.tight if e < len(self.ends) and corner.multipliers[e] > 1e-9]
        for e in sorted(support, key=lambda e: float(corner.multipliers[e])):
            tight = {t for t in corner.tight if t < len(self.ends) and corner.multipliers[t] > 1e-9}
            if e not in tight or len(tight) == 1:
                continue
            other = self.program.solve(frozenset(tight - {e}))
            if other is not None and other.value <= _ZERO:
                corner = other
        return corner

    def _candidates(self, corner: Corner) -> Iterator[Dependency]:
        """Candidates: multipliers rounded to a few bits (on a box), then the exact ones of the basis."""
        size = len(self.ends)
        ends = [e for e in corner.tight if e < size]
        named = [k - size for k in corner.tight if k >= size]
        if isinstance(self.on, Box) and corner.value < -1e-12:
            weights = np.maximum(corner.multipliers[ends] * self.scales[ends], 0)
            if weights.max(initial=0) > 0:
                weights = weights / weights.max()
                for bits in (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32):
                    yield self._named(ends, [round(float(t) * 2**bits) for t in weights], ())
        free = corner.free
        rows = [self.lines[e] for e in ends] + [self.sides[k] for k in named]
        kernel = nullspace([[row[j] for row in rows] for j in free], len(rows))
        if len(kernel) == 1:
            weights = kernel[0] if sum(kernel[0]) > 0 else [-t for t in kernel[0]]
            if min(weights) >= 0:
                yield self._named(ends, weights[: len(ends)], zip(named, weights[len(ends) :], strict=True))

    def _named(self, ends: Sequence[int], weights: Sequence[int], sides: Any) -> Dependency:
        used = [(*self.ends[e], t) for e, t in zip(ends, weights, strict=True) if t]
        return tuple(k for k, _, _ in used), tuple(sign * t for _, sign, t in used), tuple((k, t) for k, t in sides if t)

    def _checked(self, names: Dependency) -> Iterator[_Core]:
        """The core, if it is one."""
        try:
            if names[0] and len(set(names[0])) == len(names[0]) and least(self.w, self.flats, names, self.on, Meter()) >= 0:
                yield _Core(sum(1 << k for k in names[0]), names)
        except (Rejected, Malformed):
            return


def _line(w: Affine, flat: Flat, sign: int) -> tuple[int, ...]:
    """A positive multiple of z − right end, or of left end − z: integer coefficients and the constant."""
    end = flat.right if sign > 0 else flat.left
    assert end is not None
    factor, constant = sign * end.denominator, w.rows[flat.unit].constant
    return (*(factor * a for a in dense_row(w.rows[flat.unit], w.columns)), factor * constant - sign * end.numerator * w.denominator)


def _eliminate(residues: Residues, unit: int) -> Residues:
    """The rows modulo the row of the unit."""
    row = residues[unit]
    pivot = int(np.flatnonzero(row)[0])
    row = row * pow(int(row[pivot]), -1, PRIME) % PRIME
    reduced: Residues = (residues - residues[:, [pivot]] * row) % PRIME
    return reduced


def _program(lines: Sequence[Sequence[int]], sides: Sequence[Sequence[int]], on: Convex, n: int) -> tuple[Any, Margin]:
    """How the rows are scaled (the largest coefficient becomes 1), and the linear program."""
    lower, upper = (floats(on.lower), floats(on.upper)) if isinstance(on, Box) else (np.full(n, -np.inf), np.full(n, np.inf))

    def scaled(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        out = np.array([[quotient(t, _size(row)) for t in row] for row in rows]).reshape(len(rows), n + 1)
        return out[:, :-1], -out[:, -1]

    a, b = scaled(lines)
    scales = np.array([quotient(_size(lines[0]), _size(row)) for row in lines])
    return scales, Margin(a, b, *scaled(sides), lower, upper)


def _size(row: Sequence[int]) -> int:
    return max(map(abs, row[:-1]), default=0) or 1
