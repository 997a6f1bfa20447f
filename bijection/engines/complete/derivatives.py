"""Bounds of the derivatives of a piecewise-affine network on many boxes at once, in floating point; the kernel bounds them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bijection.exact.floating import Array, padded, quotient
from bijection.exact.linear import dense
from proofs.activations import PiecewiseAffine
from proofs.errors import Rejected
from proofs.network import Affine, Network, Pointwise, Stack, Sum

_MOST = 10_000_000  # entries of all matrices
_SURE = 1e-6


@dataclass(frozen=True, slots=True)
class _Units:
    """Breakpoints and pieces of a layer of activations, padded with breakpoints at infinity."""

    breaks: Array
    slopes: Array
    shifts: Array


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The network in floating point: a matrix and a vector, or activations, for each node."""

    f: Network
    ready: tuple[tuple[Array, Array] | _Units | None, ...]

    def weights(self) -> Array:
        """How much each input moves the first layer."""
        first = [ready[0] for node, ready in zip(self.f.nodes, self.ready, strict=True) if node.inputs == (0,) and isinstance(ready, tuple)]
        return np.sum([np.abs(w).sum(axis=0) for w in first], axis=0) + 1e-9 if first else np.ones(self.f.arity)

    def signs(self, lower: Array, upper: Array) -> tuple[Array, Array]:
        """For each box the sign of the determinant in the middle of the bounds, and whether all matrices within them are regular: with the
        matrices in C ± R, if the spectral radius of |C⁻¹|·R is less than 1 (proofs/theorems/regular_boxes.py).
        """
        n = self.f.arity
        half = (upper - lower) / 2
        slopes = np.broadcast_to(np.eye(n), (len(lower), n, n))
        values = [((lower + upper) / 2, slopes, np.zeros_like(slopes))]
        for node, ready in zip(self.f.nodes, self.ready, strict=True):
            given = [values[j] for j in node.inputs]
            match node.op, ready:
                case _, _Units():
                    values.append(_bent(ready, *given[0], half))
                case _, (w, b):
                    z, s, r = given[0]
                    values.append((z @ w.T + b, w @ s, np.abs(w) @ r))
                case Sum(), _:
                    values.append(tuple(sum(parts[1:], parts[0]) for parts in zip(*given, strict=True)))
                case _:
                    values.append(tuple(np.concatenate(parts, axis=1) for parts in zip(*given, strict=True)))  # type: ignore[arg-type]
        _, centre, radius = values[-1]
        determinant = np.linalg.det(centre)
        usable = np.isfinite(determinant) & (np.abs(determinant) > 1e-200)
        safe = np.where(usable[:, None, None], centre, np.eye(n))
        spread = np.abs(np.linalg.inv(safe)) @ radius
        usable &= np.isfinite(spread).all(axis=(1, 2))
        spread[~usable] = np.eye(n) * 9
        return np.sign(determinant), np.abs(np.linalg.eigvals(spread)).max(axis=1) < 1 - _SURE


def derivatives(f: Network) -> Derivatives:
    """The network made ready; Rejected if it has other operations, OverflowError if a number is too large."""
    ready: list[tuple[Array, Array] | _Units | None] = []
    for node in f.nodes:
        match node.op:
            case Affine(columns, rows, d) as op:
                if columns * len(rows) > _MOST:
                    raise Rejected("a matrix is too large")
                w = np.array([[quotient(t, d) for t in row] for row in dense(op)]).reshape(len(rows), columns)
                ready.append((w, np.array([quotient(row.constant, d) for row in rows])))
            case Pointwise(activations):
                ready.append(_units([s for s in activations if isinstance(s, PiecewiseAffine)], len(activations)))
            case Sum() | Stack():
                ready.append(None)
            case _:
                raise Rejected(f"derivatives of {type(node.op).__name__} are not bounded")
    return Derivatives(f, tuple(ready))


def _units(activations: list[PiecewiseAffine], count: int) -> _Units:
    if len(activations) < count:
        raise Rejected("an activation is not piecewise affine")
    return _Units(*padded(activations))


def _bent(units: _Units, z: Array, s: Array, r: Array, half: Array) -> tuple[Array, Array, Array]:
    size = np.abs(s) + r
    reach = (size @ half[:, :, None])[:, :, 0] * (1 + 1e-9) + 1e-12 * np.abs(z)
    touched = np.ones((*z.shape, units.slopes.shape[1]), dtype=bool)
    touched[..., 1:] = units.breaks < (z + reach)[..., None]
    touched[..., :-1] &= units.breaks > (z - reach)[..., None]
    least = np.where(touched, units.slopes, np.inf).min(axis=-1)
    most = np.where(touched, units.slopes, -np.inf).max(axis=-1)
    piece = (units.breaks < z[..., None]).sum(axis=-1)
    rows = np.arange(z.shape[1])
    at = units.slopes[rows, piece] * z + units.shifts[rows, piece]
    empty = ~np.isfinite(least)  # a box that is a point to floats
    least, most = (np.where(empty, units.slopes[rows, piece], t) for t in (least, most))
    middle, wide = ((most + least) / 2)[:, :, None], ((most - least) / 2)[:, :, None]
    return at, middle * s, np.abs(middle) * r + wide * size
