"""`bijection.approximate_inverse(model)`: single values of an inverse that is no network, each with a proved bound of its error.

A float search finds the input; corrections in exact arithmetic bring it as near as is wanted; the kernel accepts that an input with this
output lies in a small box around it (`ContractsNear`), and an engine that there is no other one. Nothing here is exact but the bound.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from bijection import load
from bijection.engines.proposal import proves
from bijection.errors import NoInverse, NotSupported
from bijection.exact.floating import Array, Shadow, approximate, floats, shadow
from bijection.questions import decide, whole
from bijection.shown import Shown
from bijection.verdict import Proved, Verdict, accept
from proofs.domains import Box, Domain, Point, Reals, dimension, exact_point, hull
from proofs.enclosure import bounds
from proofs.errors import Brief, Malformed, Rejected, well_formed
from proofs.network import Network
from proofs.statements import Bijective, Injective, Reached, Statement
from proofs.theorems.contraction import ContractsNear

ERROR = Fraction(1, 10**9)
MOST_INPUTS = 200  # the matrix of slopes has so many lines
_NEWTON, _HALVINGS, _LEGS, _CORRECTIONS = 60, 40, 64, 40
_SPARE = 64  # bits that the numbers of the search have beyond the error


@dataclass(frozen=True, slots=True, repr=False)
class Approximation(Shown, Brief):
    """The input with the output y lies within `error` of `x` in every coordinate, and `x` itself is rational.

    `proofs`: that the network takes the value y in that box, and that it is injective (or a bijection), so that this is the input.
    """

    x: Point
    error: Fraction
    proofs: tuple[Proved, ...]

    def __str__(self) -> str:
        at = ", ".join(f"{approximate(t):.17g}" for t in self.x)
        return (
            f"({at}), approximately: each coordinate is within {approximate(self.error):.3g} of that of the input with this output, proved"
        )


@dataclass(frozen=True, slots=True, repr=False)
class ApproximateInverse(Shown, Brief):
    """The inverse of f on a domain, value by value, within `error` of the exact one; `proof` says that f is injective, or a bijection."""

    f: Network = field(repr=False)
    on: Domain
    error: Fraction
    proof: Proved
    within: float = 60.0

    def __call__(self, y: Sequence[int | Fraction], error: Fraction | None = None) -> Approximation:
        """An input near the one with this output, exact numbers.

        NotSupported where none is found, which does not say that there is none.
        """
        value = exact_point(y)
        well_formed(len(value) == self.f.width, "an output of {} numbers; the network has {}", len(value), self.f.width)
        bound = self.error if error is None else error
        well_formed(bound > 0, "an error of {}; it must be positive", bound)
        started = time.monotonic()
        step = _near(self.f, self.on, value, bound, started + self.within)
        claim = Reached(self.f, Box(tuple(c - bound for c in step.center), tuple(c + bound for c in step.center)), value)
        verdict = accept(
            claim, claim, (step,), "a contraction of this box into itself has its fixed point there", time.monotonic() - started
        )
        assert isinstance(verdict, Proved)
        return Approximation(step.center, step.radius, (verdict, self.proof))

    def __str__(self) -> str:
        within = f"{approximate(self.error):.3g}"
        return f"an inverse that is approximate: single values, each with a proved error of at most {within}\n{self.proof}"


def approximate_inverse(
    model: Any, on: Domain | None = None, *, error: Fraction = ERROR, within: float = 60.0, seed: int = 0
) -> ApproximateInverse:
    """The inverse of a network on ℝⁿ or a box, for residual blocks, planar flows and others whose inverse is no network.

    Raises NoInverse with the verdict where the network is not injective, or where that is not decided in time.
    """
    f = load(model)
    if not isinstance(f, Network):
        raise NotSupported(f"a {type(f).__name__} has no slopes; real networks are inverted here, finite maps in bijection.maps")
    well_formed(f.arity == f.width, "a network of {} inputs and {} outputs has no inverse near each value", f.arity, f.width)
    well_formed(error > 0, "an error of {}; it must be positive", error)
    domain = on if on is not None else whole(f)
    well_formed(dimension(domain) == f.arity, "a domain in {} dimensions for a network on {} inputs", dimension(domain), f.arity)
    if not isinstance(domain, Reals | Box) or not 0 < f.arity <= MOST_INPUTS:
        raise NotSupported(f"approximate inverses are computed on ℝⁿ and boxes, for 1 to {MOST_INPUTS} inputs")
    return ApproximateInverse(f, domain, error, _decided(f, domain, time.monotonic() + within, seed), within)


def _decided(f: Network, on: Reals | Box, until: float, seed: int) -> Proved:
    """That f is a bijection, or that it is injective at least."""
    claims: list[Statement] = [Bijective(f, on, Reals(f.width))] if isinstance(on, Reals) else []
    verdict: Verdict | None = None
    for claim in (*claims, Injective(f, on)):
        verdict = decide(claim, within=max(0.1, until - time.monotonic()), seed=seed)
        if isinstance(verdict, Proved):
            return verdict
    raise NoInverse(verdict)


def _near(f: Network, on: Domain, y: Point, error: Fraction, until: float) -> ContractsNear:
    """The certificate for an input within the error of the one with the output y."""
    g = shadow(f)
    start = _found(g, on, floats(y), until)
    if start is None:
        raise NotSupported("no input with this output was found by a search in floats; it may be far away, or outside of the domain")
    digits = max(error.denominator.bit_length() - error.numerator.bit_length(), 0) + _SPARE
    with np.errstate(all="ignore"):
        slopes = g.jacobian(start)
    if not np.isfinite(slopes).all() or np.linalg.matrix_rank(slopes) < len(slopes):
        raise NotSupported("the slopes at the input that was found have no inverse in floats")
    matrix = tuple(tuple(Fraction(float(t)) for t in line) for line in np.linalg.inv(slopes))
    x = tuple(Fraction(float(t)) for t in start)
    for _ in range(_CORRECTIONS):
        claim = Reached(f, on, y)
        step = ContractsNear(x, error, matrix)
        if proves(step, claim):
            return step
        if time.monotonic() > until:
            break
        x = _corrected(f, y, x, matrix, digits)
    why = ""
    try:
        ContractsNear(x, error, matrix).reduce(Reached(f, on, y))
    except (Rejected, Malformed) as refused:
        why = str(refused)
    raise NotSupported(f"an input was found, but not that an exact one is within {approximate(error):.3g} of it: {why}")


def _corrected(f: Network, y: Point, x: Point, matrix: Sequence[Sequence[Fraction]], digits: int) -> Point:
    """x − M·(f(x) − y), in numbers with so many binary digits after the point."""
    off = []
    for side, t in zip(bounds(f, Box(x, x)), y, strict=True):
        if side.lower is None or side.upper is None:
            raise NotSupported("the values of the network at a point have no bounds")
        off.append((side.lower + side.upper) / 2 - t)
    moved = (a - sum((m * d for m, d in zip(line, off, strict=True)), Fraction(0)) for a, line in zip(x, matrix, strict=True))
    return tuple(Fraction(round(t * 2**digits), 2**digits) for t in moved)


def _found(g: Shadow, on: Domain, y: Array, until: float) -> Array | None:
    """An input with nearly this output: by Newton steps that are halved until they help; if they do not, along a line to y."""
    sides = hull(on)
    start = np.array([_middle(side.lower, side.upper) for side in sides])
    x = _newton(g, start, y, until)
    if x is not None:
        return x
    x, begin = start, g(start[None])[0]
    for leg in range(1, _LEGS + 1):
        following = _newton(g, x, begin + (y - begin) * (leg / _LEGS), until)
        if following is None:
            return None
        x = following
    return x


def _middle(lower: Fraction | None, upper: Fraction | None) -> float:
    if lower is None or upper is None:
        return 0.0
    return approximate((lower + upper) / 2)


def _newton(g: Shadow, x: Array, y: Array, until: float) -> Array | None:
    off = g(x[None])[0] - y
    for _ in range(_NEWTON):
        size = float(np.abs(off).max())
        if size <= 1e-13 * (1 + float(np.abs(y).max())):
            return x
        with np.errstate(all="ignore"):
            step, *_ = np.linalg.lstsq(g.jacobian(x), off, rcond=None)
        if not np.isfinite(step).all() or time.monotonic() > until:
            return None
        scale = 1.0
        for _ in range(_HALVINGS):
            ahead = x - scale * step
            left = g(ahead[None])[0] - y
            if float(np.linalg.norm(left)) < float(np.linalg.norm(off)):
                break
            scale /= 2
        else:
            return x if size <= 1e-6 * (1 + float(np.abs(y).max())) else None  # as near as floats come
        x, off = ahead, left
    return x if float(np.abs(off).max()) <= 1e-6 * (1 + float(np.abs(y).max())) else None


__all__ = ["ERROR", "ApproximateInverse", "Approximation", "approximate_inverse"]
