"""Piecewise-affine maps as sympy expressions, for small cases."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bijection.errors import NotSupported
from bijection.inversion.pieces import Pieces, matrix
from proofs.domains import Polytope

MOST_PIECES = 100


def formula(pieces: Pieces, name: str) -> Any:
    """The map as a column of sympy.Piecewise in the symbols name0, name1, …; undefined (nan) outside of the regions."""
    if len(pieces) > MOST_PIECES:
        raise NotSupported(f"a formula of {len(pieces)} pieces is not for reading; up to {MOST_PIECES} are written")
    symbols = sympy.symbols(f"{name}0:{pieces.arity}", real=True)
    conditions = [_inside(piece.region, symbols) for piece in pieces.pieces]
    rows = []
    for i in range(pieces.width):
        values = []
        for piece in pieces.pieces:
            constant = Fraction(piece.map.rows[i].constant, piece.map.denominator)
            values.append(_sum(matrix(piece.map)[i], symbols) + _rational(constant))
        everywhere = conditions == [sympy.true]
        rows.append(values[0] if everywhere else sympy.Piecewise(*zip(values, conditions, strict=True), evaluate=False))
    return sympy.Matrix(rows)


def _inside(region: Polytope, symbols: Any) -> Any:
    """The condition of lying in the region; two opposite sides are an equation."""
    sides = list(zip(region.normals, region.offsets, strict=True))
    opposite = [(tuple(-a for a in normal), -offset) for normal, offset in sides]
    conditions = []
    for k, (normal, offset) in enumerate(sides):
        left, right = _sum(normal, symbols), _rational(offset)
        if opposite[k] not in sides:
            conditions.append(left <= right)
        elif sides.index(opposite[k]) > k:
            conditions.append(sympy.Eq(left, right))
    return sympy.And(*conditions)


def _sum(coefficients: Any, symbols: Any) -> Any:
    return sympy.Add(*(_rational(a) * symbol for a, symbol in zip(coefficients, symbols, strict=True)))


def _rational(t: Fraction) -> Any:
    return sympy.Rational(t.numerator, t.denominator)
