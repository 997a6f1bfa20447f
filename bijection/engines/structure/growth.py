"""What a network is like far from the origin, for proofs that it is onto (T8)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bijection.exact.floating import approximate
from proofs.activations import PiecewiseAffine
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.network import Affine, Network, Node, Pointwise, Row
from proofs.theorems.affine import affine_form
from proofs.theorems.onto import Coercive, asymptotic


def coercive(f: Network) -> Coercive | None:
    """The theorem with the inverse of what f is far out, every unit with the mean of its slopes at both ends."""
    try:
        far = asymptotic(f)
        means = [Node(_mean(node.op) if isinstance(node.op, Pointwise) else node.op, node.inputs) for node in far.nodes]
        form = affine_form(Network(f.arity, tuple(means)))
    except (Rejected, Malformed):
        return None
    n = f.arity
    matrix = np.zeros((n, n))
    for i, row in enumerate(form.rows):
        for j, a in zip(row.columns, row.coefficients, strict=True):
            matrix[i, j] = approximate(Fraction(a, form.denominator))
    if not np.isfinite(matrix).all() or np.linalg.matrix_rank(matrix) < n:
        return None
    inverse = np.linalg.inv(matrix)
    return Coercive(tuple(tuple(Fraction(round(float(t) * 2**30), 2**30) for t in line) for line in inverse))


def _mean(op: Pointwise) -> Affine:
    slopes = [
        (s.pieces[0][0] + s.pieces[-1][0]) * Fraction(1, 2) if isinstance(s, PiecewiseAffine) else Fraction(0) for s in op.activations
    ]
    v = vector(slopes)
    return Affine(len(slopes), tuple(Row((i,), (a,), 0) for i, a in enumerate(v.numerators)), v.denominator)
