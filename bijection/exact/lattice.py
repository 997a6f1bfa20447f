"""Lattice vectors close to a wish: Babai's nearest plane. Floats steer, the vectors themselves stay exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bijection.exact.floating import Array


def nearest(basis: Sequence[Sequence[int]], target: Array) -> list[int]:
    """An integer combination of the (reduced) basis vectors close to the target; L. Babai, Combinatorica 6 (1986) 1–13."""
    b: Array = np.array(basis, dtype=float)
    frame, triangle = np.linalg.qr(b.T)
    left = frame.T @ target
    out = [0] * len(target)
    for i in range(len(b) - 1, -1, -1):
        times = round(float(left[i] / triangle[i, i]))
        if times:
            left = left - times * triangle[:, i]
            out = [a + times * t for a, t in zip(out, basis[i], strict=True)]
    return out
