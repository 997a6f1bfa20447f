"""A map in pieces as an ONNX graph: all affine maps, how far outside of each region the point is, and the map of the nearest region."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from bijection.errors import NotSupported
from bijection.export.onnx_model import MOST_ENTRIES, Writer, Written
from bijection.inversion.pieces import Piece, Pieces, matrix
from proofs.errors import well_formed

Rows = list[tuple[list[Fraction], Fraction]]


def write_pieces(pieces: Pieces, file: str | Path | None = None, dtype: str = "double") -> Written:
    """The map as an ONNX model with one input of the shape (batch, n), written to the file if one is named.

    If no weight is rounded, its value is that of the map on all regions, in real arithmetic. It selects by ArgMin, so it is no network that
    `load` reads.
    """
    well_formed(dtype in ("double", "float"), f"weights of the type {dtype!r}; choose double or float")
    count, most = len(pieces), max((len(piece.region.normals) for piece in pieces.pieces), default=0) or 1
    if count == 0 or count * (pieces.width + most) * (pieces.arity + 1) > MOST_ENTRIES:
        raise NotSupported(f"{count} pieces with up to {most} sides each are not written to ONNX; at most {MOST_ENTRIES} weights are")
    writer = Writer(dtype)
    values = _gemm(writer, [row for piece in pieces.pieces for row in _map(piece)], "values")
    sides = _gemm(writer, [row for piece in pieces.pieces for row in _sides(piece, most)], "sides")
    every = writer.constant(np.array([0, count, pieces.width]), "values_shape")
    each = writer.constant(np.array([0, count, most]), "sides_shape")
    outside = writer.node("ReduceMax", [writer.node("Reshape", [sides, each], "sides_by_piece")], "outside", axes=[2], keepdims=0)
    nearest = writer.node("ArgMin", [outside], "nearest", axis=1, keepdims=1)
    wide = writer.node("Unsqueeze", [nearest, writer.constant(np.array([2]), "last")], "nearest_wide")
    chosen = writer.node("Tile", [wide, writer.constant(np.array([1, 1, pieces.width]), "times")], "chosen")
    by_piece = writer.node("Reshape", [values, every], "values_by_piece")
    picked = writer.node("GatherElements", [by_piece, chosen], "picked", axis=1)
    out = writer.node("Squeeze", [picked, writer.constant(np.array([1]), "middle")], "value")
    return writer.finished(out, pieces.arity, pieces.width).put(file)


def _gemm(writer: Writer, rows: Rows, name: str) -> str:
    weight = writer.numbers([t for row, _ in rows for t in row], (len(rows), len(rows[0][0])), f"{name}_weight")
    bias = writer.numbers([t for _, t in rows], (len(rows),), f"{name}_bias")
    return writer.node("Gemm", ["x", weight, bias], name, transB=1)


def _map(piece: Piece) -> Rows:
    constants = [Fraction(row.constant, piece.map.denominator) for row in piece.map.rows]
    return list(zip(matrix(piece.map), constants, strict=True))


def _sides(piece: Piece, most: int) -> Rows:
    """How far outside of each side, roughly in lengths: sides are scaled by powers of two, which round nothing."""
    rows: Rows = []
    for normal, offset in zip(piece.region.normals, piece.region.offsets, strict=True):
        size = max(map(abs, normal), default=Fraction(0)) or Fraction(1)
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        scale = Fraction(1, 2**exponent) if exponent >= 0 else Fraction(2**-exponent)
        rows.append(([t * scale for t in normal], -offset * scale))
    rows = rows or [([Fraction(0)] * piece.region.n, Fraction(0))]
    return rows + [rows[0]] * (most - len(rows))
