"""What a map does to sets: images, preimages, fibres, and the factorisation through the quotient by them (S10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bijection.maps.function import Element, FiniteMap


def image(f: FiniteMap, subset: Iterable[Element] | None = None) -> tuple[Element, ...]:
    """f(A) for a subset A of the domain, or f(X): each value once, in the order of the codomain."""
    reached = set(f.values) if subset is None else {f(x) for x in subset}
    return tuple(y for y in f.codomain if y in reached)


def preimage(f: FiniteMap, subset: Iterable[Element]) -> tuple[Element, ...]:
    """f⁻¹(B) for a subset B of the codomain: every x with f(x) ∈ B, in the order of the domain."""
    wanted = {f.number(y) for y in subset}
    return tuple(x for x, j in zip(f.domain, f.table.values, strict=True) if j in wanted)


def fibre(f: FiniteMap, y: Element) -> tuple[Element, ...]:
    """f⁻¹(y): every x with f(x) = y; empty exactly when y is missed, one element at most for every y exactly when f is injective."""
    return preimage(f, (y,))


def fibres(f: FiniteMap) -> dict[Element, tuple[Element, ...]]:
    """y ↦ f⁻¹(y) for the y that are reached: a partition of the domain, in the order of the codomain."""
    parts: dict[int, list[Element]] = {}
    for x, j in zip(f.domain, f.table.values, strict=True):
        parts.setdefault(j, []).append(x)
    return {f.codomain[j]: tuple(parts[j]) for j in sorted(parts)}


def kernel_pair(f: FiniteMap) -> tuple[tuple[Element, Element], ...]:
    """The pairs (x, x′) with f(x) = f(x′): an equivalence relation, equality exactly when f is injective."""
    parts = fibres(f)
    return tuple((x, other) for x, y in f.graph for other in parts[y])


@dataclass(frozen=True, slots=True)
class Factorisation:
    """f = inclusion ∘ middle ∘ quotient: X → X/∼ → f(X) → Y, where x ∼ x′ means f(x) = f(x′).

    The quotient map is onto, the middle one a bijection, the inclusion injective. The classes are the fibres, as tuples.
    """

    quotient: FiniteMap
    middle: FiniteMap
    inclusion: FiniteMap


def factor(f: FiniteMap) -> Factorisation:
    """The factorisation of f through the quotient by its fibres: every map is invertible up to what it forgets."""
    parts = fibres(f)
    classes, reached = tuple(parts.values()), tuple(parts)
    return Factorisation(
        quotient=FiniteMap(f.domain, classes, tuple(parts[y] for y in f.values)),
        middle=FiniteMap(classes, reached, reached),
        inclusion=FiniteMap(reached, f.codomain, reached),
    )
