"""Convolutions in floats: rows of a matrix that read the same columns are one small matrix product, at all places at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from proofs.network import Affine

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

_MOST_KINDS = 64  # places that differ in what is done there: the inside, sides and corners of an image
_LEAST_SHARED = 4  # rows for each choice of columns, or nothing is gained
_ROWS_AT_ONCE = 4_000_000  # entries that are gathered together


@dataclass(frozen=True, slots=True)
class Patches:
    """At each place p, rows[p] of the product are weights · x[columns[p]]."""

    columns: Indices  # places × columns
    rows: Indices  # places × rows
    weights: Array  # rows × columns


def patches(op: Affine, numbers: Callable[[tuple[int, ...]], Array]) -> list[Patches] | None:
    """The matrix as patches, where it is much like a convolution."""
    at: dict[tuple[int, ...], list[int]] = {}
    for i, row in enumerate(op.rows):
        if row.columns:
            at.setdefault(row.columns, []).append(i)
    if len(op.rows) < _LEAST_SHARED * len(at):
        return None
    same: dict[tuple[int, ...], int] = {}
    name = {id(row.coefficients): same.setdefault(row.coefficients, len(same)) for row in _distinct(op)}
    kinds: dict[tuple[int, ...], list[tuple[tuple[int, ...], list[int]]]] = {}
    for columns, rows in at.items():
        kinds.setdefault(tuple(name[id(op.rows[i].coefficients)] for i in rows), []).append((columns, rows))
        if len(kinds) > _MOST_KINDS:
            return None
    return [
        Patches(
            np.array([columns for columns, _ in places], dtype=np.int64),
            np.array([rows for _, rows in places], dtype=np.int64),
            np.stack([numbers(op.rows[i].coefficients) for i in places[0][1]]),
        )
        for places in kinds.values()
    ]


def _distinct(op: Affine) -> Iterable[Any]:
    """One row for each list of coefficients."""
    return {id(row.coefficients): row for row in op.rows}.values()


def forward(parts: list[Patches], x: Array, width: int) -> Array:
    """The product for each row of x."""
    out = np.zeros((len(x), width))
    for part in parts:
        step = max(1, _ROWS_AT_ONCE // part.columns.size)
        for k in range(0, len(x), step):
            out[k : k + step, part.rows] = x[k : k + step][:, part.columns] @ part.weights.T
    return out


def backward(parts: list[Patches], s: Array, width: int) -> Array:
    """The product of each row of s with the matrix."""
    out = np.zeros((len(s), width))
    for part in parts:
        for k, row in enumerate(s):
            out[k] += np.bincount(part.columns.ravel(), (row[part.rows] @ part.weights).ravel(), width)
    return out
