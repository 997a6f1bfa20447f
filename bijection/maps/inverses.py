"""One-sided inverses, and the two-sided one (S1–S3). One identity proves one half only."""

from __future__ import annotations

from bijection.maps.fibres import fibres
from bijection.maps.finite import question
from bijection.maps.function import FiniteMap, show
from proofs.errors import Malformed


def section(f: FiniteMap) -> FiniteMap:
    """s: f(X) → X with f(s(y)) = y: the first element of each fibre, in the order of the domain.

    For a surjective f this is a right inverse Y → X (S2; no choice is needed on finite sets).
    """
    firsts = {y: xs[0] for y, xs in fibres(f).items()}
    return FiniteMap(tuple(firsts), f.domain, tuple(firsts.values()))


def right_inverse(f: FiniteMap) -> FiniteMap:
    """s: Y → X with f ∘ s = id, for a surjective f; the others have none."""
    answer = question(f, "surjective")
    if answer.missed is not None:
        raise Malformed(f"no right inverse: {show(answer.missed.value)} is not reached; `section` inverts on the image")
    s = section(f)
    return FiniteMap(f.codomain, f.domain, tuple(s(y) for y in f.codomain))


def retraction(f: FiniteMap) -> FiniteMap:
    """r: Y → X with r ∘ f = id, for an injective f; the others have none (S1).

    Values that f misses go to the first element of X. The empty map into a set with elements is injective without one.
    """
    answer = question(f, "injective")
    if answer.collision is not None:
        x, y = answer.collision
        raise Malformed(f"no left inverse: {show(x)} and {show(y)} have the same value; `factor` shows what is invertible")
    if f.codomain and not f.domain:
        raise Malformed(f"no left inverse: {show(f.codomain[0])} would have to go to an element of the empty domain; `section` is empty")
    back = {y: x for x, y in f.graph}
    return FiniteMap(f.codomain, f.domain, tuple(back.get(y, f.domain[0]) for y in f.codomain))


def inverse(f: FiniteMap) -> FiniteMap:
    """The g: Y → X with g ∘ f = id and f ∘ g = id, for a bijection; the others have none. It is unique (S3)."""
    answer = question(f, "bijective")
    if answer.inverse is None:
        raise Malformed(f"no inverse. {answer}")
    return answer.inverse
