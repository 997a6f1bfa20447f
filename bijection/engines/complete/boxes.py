"""Functionals and matrices that tell two boxes apart, for thousands of pairs at once in floating point; the kernel certifies them.

f(x) = L·x + V·σ(Wx + b). On a box each unit lies within a strip λ·z + [low, high]; between two boxes its secants have slopes in a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any, TypeAlias

import numpy as np

from bijection.exact.floating import Array, padded, quotient
from proofs.theorems.box_tree import FINE
from proofs.theorems.one_layer import OneLayer
from proofs.theorems.separated_boxes import FUNCTIONAL, MATRIX

_RIDGE, _CAP = 1e-10, 0.8
_ROUNDS = 8  # of weighing the sources of noise, or the units, against each other: what is missing about halves with each
_ENOUGH, _HOPE = 0.1, 0.6  # a functional this good is taken; one that misses by more, halved with each round, is given up
_TOP = 4.0  # and so are matrices that fail by more
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
    squares: Array  # the matrices vᵢvᵢᵀ, flat: sums over units are products of matrices
    bows: Array  # wᵢwᵢᵀ
    crosses: Array  # wᵢvᵢᵀ

    def sigma(self, z: Array) -> Array:
        """The values of the units."""
        unit, piece = np.arange(len(self.b)), self._piece(z)
        values: Array = self.slopes[unit, piece] * z + self.shifts[unit, piece]
        return values

    def _piece(self, z: Array) -> Any:
        """The numbers of the pieces to the left of z."""
        piece = np.zeros(z.shape, dtype=int)
        for at in self.breaks.T:
            piece += z > at
        return piece

    def strips(self, low: Array, high: Array) -> Strips:
        """Bounds of all units on boxes."""
        middle, half = (low + high) / 2, (high - low) / 2
        z, reach = middle @ self.w.T + self.b, half @ np.abs(self.w).T
        a, b = z - reach, z + reach
        start, end = self.sigma(a), self.sigma(b)
        grain = FINE * self.scale
        chord = np.floor((end - start) / np.where(b > a, b - a, 1) * grain) / grain
        inner = [(at > a) & (at < b) for at in self.breaks.T]
        bent = np.logical_or.reduce(inner)
        unit = np.arange(len(self.b))
        slope = np.where(bent, chord, self.slopes[unit, self._piece(b)])
        least, most = np.minimum(start - slope * a, end - slope * b), np.maximum(start - slope * a, end - slope * b)
        for at, within in zip(np.where(np.isfinite(self.breaks), self.breaks, 0.0).T, inner, strict=True):
            off = self.sigma(at) - slope * at
            least = np.where(within, np.minimum(least, off), least)
            most = np.where(within, np.maximum(most, off), most)
        return Strips(a, b, slope, (least + most) / 2, np.where(bent, (most - least) / 2, 0.0), middle, half)

    def jacobians(self, slopes: Array) -> Array:
        """L + V·S·W for each line of slopes, transposed."""
        return (slopes @ self.crosses).reshape(-1, self.w.shape[1], len(self.v)) + self.rest.T

    def secants(self, p: Strips, q: Strips) -> tuple[Array, Array]:
        """Bounds of the slopes of secants between boxes, at least as wide as the kernel's."""
        low, high = np.minimum(p.least, q.least), np.maximum(p.most, q.most)
        least, most = np.full(low.shape, np.inf), np.full(low.shape, -np.inf)
        ends = np.pad(self.breaks, ((0, 0), (1, 1)), constant_values=((0, 0), (-np.inf, np.inf)))
        for slope, start, end in zip(self.slopes.T, ends.T[:-1], ends.T[1:], strict=True):
            touched = (start < high) & (end > low)
            least, most = np.where(touched, np.minimum(least, slope), least), np.where(touched, np.maximum(most, slope), most)
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
        centre = (p.slopes * (p.middle @ self.w.T + self.b) + p.shift) - (q.slopes * (q.middle @ self.w.T + self.b) + q.shift)
        signal = centre @ self.v.T + (p.middle - q.middle) @ self.rest.T
        sides = np.concatenate([self.jacobians(s.slopes) * s.half[:, :, None] for s in (p, q)], axis=1)
        wide = p.wide + q.wide
        best, chosen, noises = np.full(len(signal), -np.inf), np.zeros_like(signal), np.ones((len(signal), 2))
        act, by_side, by_unit = np.arange(len(signal)), np.ones(sides.shape[:2]), np.ones_like(wide)
        for step in range(_ROUNDS):
            side, width = sides[act], wide[act]
            u = self._loudest(signal[act], side, width, by_side, by_unit)
            a, c = np.abs((side @ u[:, :, None])[:, :, 0]), np.abs(u @ self.v)
            value, total = (u * signal[act]).sum(axis=1), a.sum(axis=1) + (c * width).sum(axis=1)
            share = (value - total) / np.maximum(value, 1e-300)
            better = share > best[act]
            k = act[better]
            best[k], chosen[k] = share[better], u[better]
            half = a[:, : a.shape[1] // 2].sum(axis=1) + (c * p.wide[act]).sum(axis=1)
            noises[k] = np.stack([half, total - half], axis=1)[better]
            left = (best[act] < _ENOUGH) & (best[act] > -_HOPE / 2**step)
            total = np.maximum(total, 1e-300)[:, None]
            by_side, by_unit = total / np.maximum(a, 1e-3 * total), total / np.maximum(c * width, 1e-3 * total)
            act, by_side, by_unit = act[left], by_side[left], by_unit[left]
            if not len(act):
                break
        out: list[Entry | None] = [None] * len(signal)
        close = np.flatnonzero(best > 1e-6)
        size = np.abs(centre) @ np.abs(self.v.T) + np.abs(p.middle - q.middle) @ np.abs(self.rest.T)
        for bits in (3, 5, 7, 9, 11, 14, 18, 24):
            u = chosen[close]
            short = np.rint(u * (2.0**bits / np.abs(u).max(axis=1, keepdims=True)))
            total = np.abs((sides[close] @ short[:, :, None])[:, :, 0]).sum(axis=1) + (np.abs(short @ self.v) * wide[close]).sum(axis=1)
            slack = 1e-11 * (np.abs(short) * size[close]).sum(axis=1) + 1e-9 * total
            good = (short * signal[close]).sum(axis=1) > total + slack
            for k, line in zip(close[good], short[good].astype(int).tolist(), strict=True):
                out[k] = (FUNCTIONAL, *line)
            close = close[~good]
        return out, noises

    def _loudest(self, signal: Array, sides: Array, wide: Array, by_side: Array, by_unit: Array) -> Array:
        """The functionals for which the signal is largest for the noise, a sum of squares with these weights."""
        m = len(self.v)
        noise: Any = (sides * by_side[:, :, None]).transpose(0, 2, 1) @ sides + ((wide**2 * by_unit) @ self.squares).reshape(-1, m, m)
        noise += (1e-9 * np.einsum("bmm->b", noise) + 1e-300)[:, None, None] * np.eye(m)
        found: Array = np.linalg.solve(noise, signal[:, :, None])[:, :, 0]
        return found

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
                act = act[(best[act] >= _SURE) & (best[act] < 1 + _TOP / 2**step)]
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

    def _bend(self, weights: Array) -> Array:
        n = self.w.shape[1]
        return (weights @ self.bows).reshape(-1, n, n)

    def _capped(self, jacobian: Array, radius: Array, t: Array, top: Array) -> Array:
        """JᵀN⁻¹ with c·JJᵀ added to N, which makes (G⁻¹ + c)⁻¹ of G: none of its eigenvalues is larger than need be, so that the matrix
        can be rounded. As G⁻¹ ≤ top·K⁻¹, and c·K is at most a part of 1 − top, it stays larger than K.
        """
        noise = self._noise(radius * t)
        gram = jacobian.transpose(0, 2, 1) @ np.linalg.solve(noise, jacobian)
        bend = self._bend(radius / t)
        most = np.maximum(np.linalg.eigvalsh(bend)[:, -1], 1e-9 * np.einsum("bii->b", gram))
        noise += (_CAP * (1 - top) / most)[:, None, None] * (jacobian @ jacobian.transpose(0, 2, 1))
        matrix: Array = np.asarray(np.linalg.solve(noise, jacobian), dtype=float)
        return matrix.transpose(0, 2, 1)

    def _weighed(self, jacobian: Array, radius: Array, t: Array) -> tuple[Array, Array]:
        """The largest eigenvalue of K for G, and better weights."""
        n = self.w.shape[1]
        solved = np.linalg.solve(self._noise(radius * t), jacobian)
        gram = jacobian.transpose(0, 2, 1) @ solved
        bend = self._bend(radius / t)
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
        inside, outside = (((a * share[:, None]) @ a.transpose(0, 2, 1)).reshape(len(a), -1) for a in (d, solved @ d))
        moved = np.sqrt(np.maximum(inside @ self.bows.T, 1e-300) / np.maximum(outside @ self.squares.T, 1e-300))
        return np.where(good & fine, values[:, -1], np.inf), np.maximum(moved, 1e-12 * moved.max(axis=1, keepdims=True))

    def _round(self, out: list[Entry | None], close: Any, matrix: Array, t: Array, middle: Array, radius: Array) -> None:
        """Put the matrices in integers as short as will do, and the weights as powers of two, into `out`."""
        scale = log2(self.forms.d) - log2(self.forms.e)
        left = np.arange(len(close))
        for bits in (6, 8, 10, 12, 14, 17, 20, 26):
            factor = np.exp2(bits - np.ceil(np.log2(np.abs(matrix[left]).max(axis=(1, 2)))))
            short = np.rint(matrix[left] * factor[:, None, None])
            exponents = np.rint(np.log2(t[left] / factor[:, None]) + scale)
            good = self._positive(short, np.exp2(exponents - scale), middle[left], radius[left])
            parts = (a[good].astype(int).tolist() for a in (short.reshape(len(left), self.w.shape[1] * len(self.v)), exponents))
            for k, numbers, powers in zip(left[good].tolist(), *parts, strict=True):
                out[close[k]] = _entry(numbers, powers, np.flatnonzero(radius[k]).tolist())
            left = left[~good]

    def _positive(self, short: Array, t: Array, middle: Array, radius: Array) -> Bits:
        p = short @ self.v  # which is small where M is large: no sums over products of units here
        form = short @ self.rest + (p * middle[:, None]) @ self.w
        form = form + form.transpose(0, 2, 1) - (p * (radius * t)[:, None]) @ p.transpose(0, 2, 1) - self._bend(radius / t)
        good = np.isfinite(form).all(axis=(1, 2))
        form[~good] = 0
        values = np.linalg.eigvalsh(form)
        size = (np.abs(p) * middle[:, None]) @ np.abs(self.w)
        return np.asarray(good & (values[:, 0] > _SLACK * np.maximum(np.abs(values[:, -1]), size.max(axis=(1, 2)))))


def _entry(matrix: list[int], exponents: list[int], free: list[int]) -> Entry:
    powers = [exponents[i] for i in free]
    usual = max(sorted(set(powers)), key=powers.count, default=0)
    named = [i for i in free if exponents[i] != usual]
    return (MATRIX, sum(1 << i for i in named), usual, *matrix, *(exponents[i] for i in named))


def units(forms: OneLayer, scale: int) -> Units:
    """The network in floating point; OverflowError if a number is too large for that."""
    w = np.array([[quotient(t, forms.d) for t in row] for row in forms.w])
    b = np.array([quotient(t, forms.d) for t in forms.b])
    v = np.array([[quotient(t, forms.e) for t in column] for column in forms.v]).T
    rest = np.array([[quotient(t, forms.e) for t in row] for row in forms.rest])
    bends = np.array([_bends([a for a, _ in s.pieces]) for s in forms.units])
    squares, bows, crosses = (np.einsum("hi,hj->hij", a, c).reshape(len(w), -1) for a, c in ((v.T, v.T), (w, w), (w, v.T)))
    return Units(forms, scale, w, b, v, rest, *padded(forms.units), bends, squares, bows, crosses)


def _bends(slopes: list[Any]) -> int:
    return 1 if slopes == sorted(slopes) else -1 if slopes == sorted(slopes, reverse=True) else 0
