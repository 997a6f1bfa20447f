"""Functionals and matrices that tell two boxes apart, for thousands of pairs at once in floating point; the kernel certifies them.

f(x) = L·x + V·σ(Wx + b). On a box each unit lies within a strip λ·z + [low, high]; between two boxes its secants have slopes in a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any, TypeAlias

import numpy as np

from bijection.exact.floating import Array, quotient
from proofs.theorems.box_tree import FINE
from proofs.theorems.one_layer import OneLayer
from proofs.theorems.separated_boxes import FUNCTIONAL, MATRIX

_RIDGE, _CAP = 1e-10, 0.2
_ROUNDS = 6  # of weighing the sources of noise against each other
_HOPELESS = {0: 6.0, 1: 3.0, 2: 2.0, 3: 1.5, 4: 1.2}  # after so many rounds, matrices that fail by so much are given up
_SURE = 0.997
_SLACK = 1e-7

Entry: TypeAlias = tuple[int, ...]
Bits: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Strips:
    """Bounds on boxes, a line each: the range of z; σ(z) lies within `wide` of λ·z + shift; the middle and half the sides of the box."""

    least: Array
    most: Array
    slopes: Array
    shift: Array
    wide: Array
    middle: Array
    half: Array

    def some(self, k: Any) -> Strips:
        """Those of some of the boxes."""
        return Strips(*(getattr(self, name)[k] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Units:
    """A network with one layer in floating point; the breakpoints of its units, a column each (∞ where there is none), and their pieces."""

    forms: OneLayer
    scale: int
    w: Array
    b: Array
    v: Array
    rest: Array
    breaks: Array
    slopes: Array
    shifts: Array
    bends: Array
    squares: Array  # the matrices vᵢvᵢᵀ, flat

    def sigma(self, z: Array) -> Array:
        """The values of the units."""
        piece = (z[..., None] > self.breaks).sum(axis=-1)
        unit = np.arange(len(self.b))
        values: Array = self.slopes[unit, piece] * z + self.shifts[unit, piece]
        return values

    def strips(self, low: Array, high: Array) -> Strips:
        """Bounds of all units on boxes."""
        middle, half = (low + high) / 2, (high - low) / 2
        z, reach = middle @ self.w.T + self.b, half @ np.abs(self.w).T
        a, b = z - reach, z + reach
        unit = np.arange(len(self.b))
        inner = (self.breaks > a[..., None]) & (self.breaks < b[..., None])
        piece = (b[..., None] > self.breaks).sum(axis=-1)
        start, end = self.sigma(a), self.sigma(b)
        grain = FINE * self.scale
        chord = np.floor((end - start) / np.where(b > a, b - a, 1) * grain) / grain
        bent = inner.any(axis=-1)
        slope = np.where(bent, chord, self.slopes[unit, piece])
        least, most = np.minimum(start - slope * a, end - slope * b), np.maximum(start - slope * a, end - slope * b)
        for k in range(self.breaks.shape[1]):
            at = np.where(np.isfinite(self.breaks[:, k]), self.breaks[:, k], 0.0)
            off = self.sigma(at) - slope * at
            least = np.where(inner[..., k], np.minimum(least, off), least)
            most = np.where(inner[..., k], np.maximum(most, off), most)
        return Strips(a, b, slope, (least + most) / 2, np.where(bent, (most - least) / 2, 0.0), middle, half)

    def jacobians(self, slopes: Array) -> Array:
        """L + V·S·W for each line of slopes, transposed."""
        n, m = self.w.shape[1], len(self.v)
        inner = (slopes[:, :, None] * self.w).transpose(0, 2, 1).reshape(-1, slopes.shape[1]) @ self.v.T
        return inner.reshape(-1, n, m) + self.rest.T

    def secants(self, p: Strips, q: Strips) -> tuple[Array, Array]:
        """Bounds of the slopes of secants between boxes, at least as wide as the kernel's."""
        low, high = np.minimum(p.least, q.least), np.maximum(p.most, q.most)
        touched = np.ones((*low.shape, self.slopes.shape[1]), dtype=bool)
        touched[..., 1:] = self.breaks < high[..., None]
        touched[..., :-1] &= self.breaks > low[..., None]
        least = np.where(touched, self.slopes, np.inf).min(axis=-1)
        most = np.where(touched, self.slopes, -np.inf).max(axis=-1)
        under, over = (self._chord(a, b) for a, b in ((p.least, q.least), (p.most, q.most)))
        first, second = np.where(self.bends > 0, under, over), np.where(self.bends > 0, over, under)
        grain = FINE * self.scale
        usable = (self.bends != 0) & (least < most)
        down = np.where(usable & np.isfinite(first), np.floor(first * grain - 1e-6) / grain, least)
        up = np.where(usable & np.isfinite(second), np.ceil(second * grain + 1e-6) / grain, most)
        return np.clip(down, least, most), np.clip(up, least, most)

    def _chord(self, a: Array, b: Array) -> Array:
        near = np.abs(a - b) <= 1e-9 * np.maximum(np.abs(a), np.abs(b))
        return np.where(near, np.nan, (self.sigma(a) - self.sigma(b)) / np.where(near, 1.0, a - b))

    def functionals(self, p: Strips, q: Strips) -> tuple[list[Entry | None], Array]:
        """For each pair a functional, or None; and how much noise each of the two boxes makes.

        u·(f(x) − f(y)) is u·(the difference in the middle), give or take Σ |u·g| over sources of noise g: sides of boxes and strips. u
        maximises signal to noise in squares, where sources are weighed anew until they count as they do in the sum.
        """
        m = len(self.v)
        centre = (p.slopes * (p.middle @ self.w.T + self.b) + p.shift) - (q.slopes * (q.middle @ self.w.T + self.b) + q.shift)
        signal = centre @ self.v.T + (p.middle - q.middle) @ self.rest.T
        sides = np.concatenate([self.jacobians(s.slopes) * s.half[:, :, None] for s in (p, q)], axis=1)
        wide = p.wide + q.wide
        by_side, by_unit = np.ones(sides.shape[:2]), np.ones_like(wide)
        best, chosen, noises = np.full(len(signal), -np.inf), np.zeros_like(signal), np.ones((len(signal), 2))
        n = self.w.shape[1]
        for _ in range(_ROUNDS):
            noise = (sides * by_side[:, :, None]).transpose(0, 2, 1) @ sides + ((wide**2 * by_unit) @ self.squares).reshape(-1, m, m)
            noise += (1e-9 * np.einsum("bmm->b", noise) + 1e-300)[:, None, None] * np.eye(m)
            u = np.linalg.solve(noise, signal[:, :, None])[:, :, 0]
            a, c = np.abs((sides @ u[:, :, None])[:, :, 0]), np.abs(u @ self.v)
            value, total = (u * signal).sum(axis=1), a.sum(axis=1) + (c * wide).sum(axis=1)
            share = (value - total) / np.maximum(value, 1e-300)
            better = share > best
            best[better], chosen[better] = share[better], u[better]
            both = [a[:, :n].sum(axis=1) + (c * p.wide).sum(axis=1), a[:, n:].sum(axis=1) + (c * q.wide).sum(axis=1)]
            noises[better] = np.stack(both, axis=1)[better]
            total = np.maximum(total, 1e-300)[:, None]
            by_side, by_unit = total / np.maximum(a, 1e-3 * total), total / np.maximum(c * wide, 1e-3 * total)
        out: list[Entry | None] = [None] * len(signal)
        close = np.flatnonzero(best > 1e-6)
        size = np.abs(centre) @ np.abs(self.v.T) + np.abs(p.middle - q.middle) @ np.abs(self.rest.T)
        for bits in (4, 7, 11, 16, 24):
            u = chosen[close]
            short = np.rint(u * (2.0**bits / np.abs(u).max(axis=1, keepdims=True)))
            total = np.abs((sides[close] @ short[:, :, None])[:, :, 0]).sum(axis=1) + (np.abs(short @ self.v) * wide[close]).sum(axis=1)
            slack = 1e-11 * (np.abs(short) * size[close]).sum(axis=1) + 1e-9 * total
            good = (short * signal[close]).sum(axis=1) > total + slack
            for k, line in zip(close[good], short[good].astype(int).tolist(), strict=True):
                out[k] = (FUNCTIONAL, *line)
            close = close[~good]
        return out, noises

    def matrices(self, p: Strips, q: Strips, reach: Array) -> list[Entry | None]:
        """For each pair a matrix with its exponents, or None.

        For weights t of the units, M = JᵀN⁻¹ with N = Σ r·t·vvᵀ is best of all, where J is the middle slope and r half the range of a
        unit: the form is G − K with G = JᵀN⁻¹J, K = Σ r/t·wwᵀ (a square is completed). The weights are moved to where the largest
        eigenvalue of K for G is least.
        """
        low, high = self.secants(p, q)
        middle, radius = (low + high) / 2, (high - low) / 2
        jacobian = self.jacobians(middle).transpose(0, 2, 1)
        t = self._powers(np.sqrt(reach**2 @ (self.w**2).T + 1e-300) / np.maximum(np.linalg.norm(self.v, axis=0), 1e-30))
        best, kept = np.full(len(t), np.inf), t.copy()
        act = np.arange(len(t))
        with np.errstate(all="ignore"):
            for step in range(_ROUNDS):
                top, moved = self._weighed(jacobian[act], radius[act], t[act])
                better = top < best[act]
                best[act[better]], kept[act[better]] = top[better], t[act[better]]
                t[act] = self._powers(moved)
                act = act[(best[act] >= _SURE) & (best[act] < _HOPELESS.get(step, np.inf))]
                if not len(act):
                    break
        out: list[Entry | None] = [None] * len(t)
        close = np.flatnonzero(best < _SURE)
        if len(close):
            matrix = self._capped(jacobian[close], radius[close], kept[close], best[close])
            self._round(out, close, matrix, kept[close], middle[close], radius[close])
        return out

    def _powers(self, t: Array) -> Array:
        """Weights as the kernel takes them."""
        scale = log2(self.forms.d) - log2(self.forms.e)
        found: Array = np.exp2(np.rint(np.log2(t) + scale) - scale)
        return found

    def _noise(self, weights: Array) -> Array:
        m = len(self.v)
        noise = (weights @ self.squares).reshape(-1, m, m)
        size = np.einsum("bmm->b", noise)
        noise += (_RIDGE * size + np.where(size > 0, 0.0, 1.0))[:, None, None] * np.eye(m)
        return noise

    def _capped(self, jacobian: Array, radius: Array, t: Array, top: Array) -> Array:
        """JᵀN⁻¹ with c·JJᵀ added to N, which makes (G⁻¹ + c)⁻¹ of G: none of its eigenvalues is larger than need be, so that the matrix
        can be rounded. As G⁻¹ ≤ top·K⁻¹, and c·K is at most a part of 1 − top, it stays larger than K.
        """
        noise = self._noise(radius * t)
        gram = jacobian.transpose(0, 2, 1) @ np.linalg.solve(noise, jacobian)
        bend = (self.w * (radius / t)[:, :, None]).transpose(0, 2, 1) @ self.w
        most = np.maximum(np.linalg.eigvalsh(bend)[:, -1], 1e-9 * np.einsum("bii->b", gram))
        noise += (_CAP * (1 - top) / most)[:, None, None] * (jacobian @ jacobian.transpose(0, 2, 1))
        matrix: Array = np.asarray(np.linalg.solve(noise, jacobian), dtype=float)
        return matrix.transpose(0, 2, 1)

    def _weighed(self, jacobian: Array, radius: Array, t: Array) -> tuple[Array, Array]:
        """The largest eigenvalue of K for G, and better weights."""
        n = self.w.shape[1]
        solved = np.linalg.solve(self._noise(radius * t), jacobian)
        gram = jacobian.transpose(0, 2, 1) @ solved
        bend = (self.w * (radius / t)[:, :, None]).transpose(0, 2, 1) @ self.w
        gram = (gram + gram.transpose(0, 2, 1)) / 2 + 1e-14 * np.einsum("bii->b", gram)[:, None, None] * np.eye(n)
        good = np.isfinite(gram).all(axis=(1, 2)) & np.isfinite(bend).all(axis=(1, 2))
        gram[~good] = np.eye(n)
        good &= np.linalg.eigvalsh(gram)[:, 0] > 0
        gram[~good], bend[~good] = np.eye(n), 99 * np.eye(n)
        root = np.linalg.cholesky(gram)
        form = np.linalg.solve(root, np.linalg.solve(root, bend).transpose(0, 2, 1))
        form = (form + form.transpose(0, 2, 1)) / 2
        fine = np.isfinite(form).all(axis=(1, 2))
        form[~fine] = 99 * np.eye(n)
        values, vectors = np.linalg.eigh(form)
        d = np.linalg.solve(root.transpose(0, 2, 1), vectors)
        share = (np.maximum(values, 0) / np.maximum(values[:, -1:], 1e-300)) ** 2
        a, b = self.v.T @ (solved @ d), self.w @ d
        moved = np.sqrt(np.maximum((b**2 * share[:, None]).sum(axis=2), 1e-300) / np.maximum((a**2 * share[:, None]).sum(axis=2), 1e-300))
        return np.where(good & fine, values[:, -1], np.inf), np.maximum(moved, 1e-12 * moved.max(axis=1, keepdims=True))

    def _round(self, out: list[Entry | None], close: Any, matrix: Array, t: Array, middle: Array, radius: Array) -> None:
        """Put the matrices in integers as short as will do, and the weights as powers of two, into `out`."""
        scale = log2(self.forms.d) - log2(self.forms.e)
        left = np.arange(len(close))
        for bits in (6, 9, 13, 18, 26):
            factor = np.exp2(bits - np.ceil(np.log2(np.abs(matrix[left]).max(axis=(1, 2)))))
            short = np.rint(matrix[left] * factor[:, None, None])
            exponents = np.rint(np.log2(t[left] / factor[:, None]) + scale)
            good = self._positive(short, np.exp2(exponents - scale), middle[left], radius[left])
            for k, entry in zip(left[good], zip(short[good], exponents[good], radius[left[good]], strict=True), strict=True):
                out[close[k]] = _entry(*entry)
            left = left[~good]

    def _positive(self, short: Array, t: Array, middle: Array, radius: Array) -> Bits:
        p = short @ self.v
        form = short @ self.rest + (p * middle[:, None]) @ self.w
        form = form + form.transpose(0, 2, 1) - (p * (radius * t)[:, None]) @ p.transpose(0, 2, 1)
        form -= (self.w * (radius / t)[:, :, None]).transpose(0, 2, 1) @ self.w
        good = np.isfinite(form).all(axis=(1, 2))
        form[~good] = 0
        values = np.linalg.eigvalsh(form)
        size = (np.abs(p) * middle[:, None]) @ np.abs(self.w)
        return np.asarray(good & (values[:, 0] > _SLACK * np.maximum(np.abs(values[:, -1]), size.max(axis=(1, 2)))))


def _entry(matrix: Array, exponents: Array, radius: Array) -> Entry:
    free = np.flatnonzero(radius > 0)
    powers = exponents[free].astype(int)
    common, counts = np.unique(powers, return_counts=True)
    usual = int(common[counts.argmax()]) if len(common) else 0
    named = [(int(i), int(k)) for i, k in zip(free, powers, strict=True) if k != usual]
    numbers = (int(t) for t in matrix.ravel())
    return (MATRIX, sum(1 << i for i, _ in named), usual, *numbers, *(k for _, k in named))


def units(forms: OneLayer, scale: int) -> Units:
    """The network in floating point; OverflowError if a number is too large for that."""
    most = max((len(s.breakpoints) for s in forms.units), default=0)
    breaks, slopes, shifts = [], [], []
    for s in forms.units:
        more = most - len(s.breakpoints)
        breaks.append([*map(float, s.breakpoints), *[np.inf] * more])
        pieces = [*s.pieces, *[s.pieces[-1]] * more]
        slopes.append([float(a) for a, _ in pieces])
        shifts.append([float(c) for _, c in pieces])
    w = np.array([[quotient(t, forms.d) for t in row] for row in forms.w])
    b = np.array([quotient(t, forms.d) for t in forms.b])
    v = np.array([[quotient(t, forms.e) for t in column] for column in forms.v]).T
    rest = np.array([[quotient(t, forms.e) for t in row] for row in forms.rest])
    bends = np.array([_bends([a for a, _ in s.pieces]) for s in forms.units])
    squares = np.einsum("mh,kh->hmk", v, v).reshape(len(w), -1)
    return Units(forms, scale, w, b, v, rest, np.array(breaks), np.array(slopes), np.array(shifts), bends, squares)


def _bends(slopes: list[Any]) -> int:
    return 1 if slopes == sorted(slopes) else -1 if slopes == sorted(slopes, reverse=True) else 0
