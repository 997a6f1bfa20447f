"""Onto because far from the origin one linear piece alone takes all values (P16).

Let f: ℝⁿ → ℝᵐ be piecewise affine and n > m. If f_∞(v) = 0 (`proofs.subdivision.recession`) for a direction v inside a linear piece whose
matrix has rank m, then the cone of that piece around v is mapped onto ℝᵐ: directions near v go to all directions. Such a v is a zero of a
function with more inputs than outputs, which Newton's method finds; that it is a zero in floats only does not matter, since a cone around
it serves. The certificate is that of `CoveredByCells`, with one piece for each orthant of ℝᵐ.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import numpy as np

from bijection.engines.local import piecewise_affine
from bijection.engines.proposal import Proposal, Search, proves
from bijection.exact.floating import Array, Shadow, shadow
from bijection.exact.linear import nullspace, solve
from bijection.exact.lp import maximise
from proofs.activations import PiecewiseAffine
from proofs.compose import cuts, prefix
from proofs.domains import Reals
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.network import Network, Node, Op, Pointwise
from proofs.statements import Positive, Surjective
from proofs.subdivision import MOST_INPUTS, Subdivision, recession
from proofs.theorems.fibres import lowest
from proofs.theorems.images import CoveredByCells, pieces
from proofs.theorems.sets import Restriction

_SHARE = 0.2  # of the time that is left
_STARTS, _STEPS = 40, 60
_MOST_ENTRIES = 500_000  # of the matrix of a linear program
_SMALL = 1e-9  # f_∞(v) beside the matrix there and |v| = 1
_BITS = 12  # of a coordinate, beside the width of the cone
_WIDTHS = range(1, 40, 3)  # of the cone, −log₂
_FAR = range(0, 80, 4)  # the point on v from which on the constants do not count, log₂


def by_one_cone(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A cone of ℝⁿ on which the network is affine and takes all values."""
    match goal:
        case Surjective(Network() as f, Reals(n)) if 0 < f.width <= MOST_INPUTS and f.width < n:
            pass
        case _:
            return
    if piecewise_affine(f) < len(f.nodes):
        return
    limited = replace(search, deadline=time.monotonic() + _SHARE * max(0.0, search.remaining()))
    try:
        with np.errstate(all="ignore"):
            theorem = _covering(f, limited)
    except (Rejected, Malformed, OverflowError, ValueError, np.linalg.LinAlgError):
        return  # too large, or numbers that are too large for floats
    whole = Surjective(f, Reals(n), Reals(f.width))
    if theorem is not None and proves(theorem, whole):
        steps = (theorem,) if goal == whole else (Restriction(Reals(n), Reals(f.width)), theorem)
        yield Proposal(goal, steps, "far from the origin there is a cone on which the network is affine and takes all values")


def _covering(f: Network, search: Search) -> CoveredByCells | None:
    far, rng = shadow(recession(f)), np.random.default_rng([search.seed, f.arity])
    starts = (_zero(far, rng.normal(size=f.arity)) for _ in range(_STARTS))
    for v in chain([_all_on(recession(f), search)], starts):
        cone = None if v is None else _cone(f, far, v, search)
        if cone is not None or search.remaining() <= 0:
            return cone
    return None


def _all_on(far: Network, search: Search) -> Array | None:
    """A direction with f_∞(v) = 0, roughly, where the arguments of all units are as large as they can be; None if some are not positive."""
    places = [k for k, node in enumerate(far.nodes, 1) if isinstance(node.op, Pointwise)]
    units, n = sum(far.widths[k] for k in places), far.arity
    if not places or (units + far.width) * n > _MOST_ENTRIES or any(k - 1 not in cuts(far) for k in places):
        return None
    linear = Network(n, tuple(Node(_last_slopes(node.op), node.inputs) for node in far.nodes))
    rows = np.vstack([shadow(prefix(linear, k - 1)).jacobian(np.zeros(n)) for k in places])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)
    outputs = shadow(linear).jacobian(np.zeros(n))
    system = np.vstack([np.hstack([outputs, np.zeros((far.width, 1))]), np.hstack([rows, -np.ones((units, 1))])])
    low, high = np.zeros(far.width + units), np.concatenate([np.zeros(far.width), np.full(units, np.inf)])
    goal = np.concatenate([np.zeros(n), [1.0]])
    found = maximise(goal, system, low, high, -np.ones(n + 1), np.ones(n + 1), search.remaining())
    return None if found is None or found[n] < _SMALL else found[:n] / np.linalg.norm(found[:n])


def _last_slopes(op: Op) -> Op:
    if not isinstance(op, Pointwise):
        return op
    zero = Fraction(0)
    return Pointwise(tuple(PiecewiseAffine((), ((s.pieces[-1][0], zero),)) for s in op.activations if isinstance(s, PiecewiseAffine)))


def _zero(far: Shadow, v: Array) -> Array | None:
    """A direction with f_∞(v) = 0, roughly, where the matrix has full rank."""
    for _ in range(_STEPS):
        length = np.linalg.norm(v)
        if not 0 < length < np.inf:
            return None
        v = v / length
        value, matrix = far(v[None])[0], far.jacobian(v)
        size = np.linalg.norm(matrix)
        if not np.isfinite(size):
            return None
        if np.linalg.norm(value) <= _SMALL * size:
            return v if np.linalg.matrix_rank(matrix, tol=1e-7 * size) == len(value) else None
        v = v - np.linalg.pinv(matrix) @ value
    return None


def _cone(f: Network, far: Shadow, v: Array, search: Search) -> CoveredByCells | None:
    """A cone around v on which the network is affine, exactly, with what it takes to the corners of the codomain."""
    matrix = far.jacobian(v)
    inverse = np.linalg.pinv(matrix).T
    if not np.abs(inverse).max() > 0:
        return None  # constant there
    steps = np.vstack([-inverse.sum(axis=0), inverse]) / np.abs(inverse).max()
    for width in _WIDTHS:
        around = v + steps * 2.0**-width
        if search.remaining() <= 0:
            return None
        if all(np.array_equal(far.jacobian(x), matrix) for x in around):
            break
    else:
        return None
    unit = 2.0 ** (width + _BITS)
    rays = [[round(float(t) * unit) for t in x] + [0] for x in around]
    s = Subdivision(f, Reals(f.arity))
    numbers = [s.ray(ray) for ray in rays]
    middle = [sum(column) for column in zip(*rays, strict=True)][:-1]
    for k in _FAR:
        start = s.ray([t << k for t in middle] + [1])
        if not s.mixed(dict.fromkeys([*numbers, start], 0)):
            return _certificate(f, s, numbers, start)
    return None


def _certificate(f: Network, s: Subdivision, numbers: list[int], start: int) -> CoveredByCells | None:
    """What is mapped to the origin and to the directions of the axes, a point and directions in the cone of the rays."""
    m, known = f.width, [s.generators[k] for k in numbers]
    images = [[g.image[i] for g in known] for i in range(m)]
    (balance,) = nullspace(images, m + 1)
    if not all(t > 0 for t in balance) and not all(t < 0 for t in balance):
        return None  # the images do not go into all directions

    def back(y: list[Fraction]) -> list[Fraction]:
        """A direction in the cone that is mapped to y."""
        some = solve([row[1:] for row in images], y)
        assert some is not None
        parts = [Fraction(0), *some]
        more = max(Fraction(0), *(-p / abs(b) for p, b in zip(parts, balance, strict=True)))
        weights = [(p + more * abs(b)) * g.factor for p, b, g in zip(parts, balance, known, strict=True)]
        columns = zip(*(g.ray for g in known), strict=True)
        return [sum((c * t for c, t in zip(weights, column, strict=True)), Fraction(0)) for column in columns]

    origin = s.generators[start]
    x = back([Fraction(-t, origin.image[m]) for t in origin.image[:m]])
    homogeneous = [Fraction(t, origin.ray[-1]) + u for t, u in zip(origin.ray, x, strict=True)]
    preimages = {(*[0] * m, 1): homogeneous}
    for i in range(m):
        for sign in (1, -1):
            axis = [sign if j == i else 0 for j in range(m)]
            preimages[(*axis, 0)] = back([Fraction(t) for t in axis])
    order = list(preimages)
    above = Subdivision(Network(m, ()), Reals(m))
    planes = ((),) * 2**m
    leaves = tuple(tuple(order.index(above.generators[g].ray) for g in sorted(leaf)) for leaf in pieces(above, planes))
    return CoveredByCells(planes, leaves, tuple(_lowest(ray) for ray in preimages.values()))


def _lowest(ray: list[Fraction]) -> tuple[int, ...]:
    """The ray in integers without a common divisor."""
    return lowest(vector(ray).numerators)
