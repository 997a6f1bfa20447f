"""A bijection out of two injections (Cantor–Schröder–Bernstein), for any sets whose injections can be undone where they can.

Theorem. If f: A → B and g: B → A are injective, there is a bijection h: A → B; at each a, h(a) is f(a) or g⁻¹(a).

Proof. Every element has at most one parent: that of a ∈ A is g⁻¹(a) ∈ B, that of b ∈ B is f⁻¹(b) ∈ A, where these
exist; its child is f(a) or g(b). So A and B fall apart into lines, along which they alternate. Going back, a line (1) starts in A,
with an element that g does not reach, (2) starts in B, with one that f does not reach, (3) returns to where it was,
or (4) has no start. Let h(a) = g⁻¹(a) on lines of type 2 and h(a) = f(a) on all others. h respects lines, so it is enough
to look at one. Type 2: every a in it has a parent (only the start has none, and that lies in B), and a ↦ parent is
inverse to b ↦ g(b). Otherwise every b in it has a parent, and b ↦ parent is inverse to a ↦ f(a). ∎

The proof is a program except for one thing: type 4 is recognised by never ending. On such lines f and g⁻¹ both do, the
convention is f, but no finite number of steps shows that a line is one. So the number of steps is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bijection.maps.correspondence import Bijection
from bijection.maps.finite import question
from bijection.maps.function import FiniteMap, find, show
from proofs.errors import Malformed

A = TypeVar("A")
B = TypeVar("B")


class Undecided(Exception):
    """The question is well posed, but the steps allowed were not enough to answer it."""


def schroeder_bernstein(
    f: Callable[[A], B],
    g: Callable[[B], A],
    f_inverse: Callable[[B], A | None],
    g_inverse: Callable[[A], B | None],
    *,
    most_steps: int = 10_000,
) -> Bijection[A, B]:
    """The bijection A → B of the theorem, from injections f: A → B, g: B → A and their inverses, None where there is none.

    So None is no element here. A and B may overlap. Inverses that contradict the injections are refused at the element where
    it shows; Undecided names an element whose line has no start within `most_steps` steps back.
    """
    if most_steps < 1:
        raise Malformed(f"most_steps is {most_steps}; following a line back takes at least 1 step")

    def parent_of_a(a: A) -> B | None:
        return _undone(a, g_inverse(a), g, "g")

    def parent_of_b(b: B) -> A | None:
        return _undone(b, f_inverse(b), f, "f")

    def starts_in_b(start: A) -> bool:
        a = start
        for _ in range(most_steps):
            b = parent_of_a(a)
            if b is None:
                return False
            parent = parent_of_b(b)
            if parent is None:
                return True
            if parent == start:  # injections: a line that meets itself does so where it was entered
                return False
            a = parent
        raise Undecided(
            f"the line of {show(start)} has no start within {2 * most_steps} ancestors; raise most_steps above {most_steps}, "
            "unless the line has no start at all: then f is the convention, and no number of steps shows it"
        )

    def forward(a: A) -> B:
        parent = parent_of_a(a)
        return parent if parent is not None and starts_in_b(a) else f(a)

    def backward(b: B) -> A:
        parent = parent_of_b(b)
        return g(b) if parent is None or starts_in_b(parent) else parent

    return Bijection(forward, backward)


def between_finite(f: FiniteMap, g: FiniteMap) -> FiniteMap:
    """The bijection of the theorem for finite sets, where every line returns to where it was: it is f itself.

    That is the pigeonhole principle seen from here: injections both ways make finite sets equally large, and an
    injection between equally large finite sets is onto (S5). The lines are followed all the same.
    """
    for one, other, names in ((f, g, "the domain of f and the codomain of g"), (g, f, "the domain of g and the codomain of f")):
        if set(one.domain) != set(other.codomain):
            raise Malformed(f"{names} differ; the theorem needs f: A → B and g: B → A")
        pair = question(one, "injective").collision
        if pair is not None:
            raise Malformed(f"{show(pair[0])} and {show(pair[1])} have the same value {show(one(pair[0]))}; both maps must be injective")
    down = _numbered(f, g)
    up = _numbered(g, f)
    h = schroeder_bernstein(
        down.__getitem__, up.__getitem__, _back(down).get, _back(up).get, most_steps=max(len(f.domain), 1)
    )  # numbers, because None may be an element
    return FiniteMap(f.domain, g.domain, tuple(g.domain[h(i)] for i in range(len(f.domain))))


def _numbered(f: FiniteMap, g: FiniteMap) -> dict[int, int]:
    """f between the numbers of the domain of f and of the domain of g."""
    where = {y: j for j, y in enumerate(g.domain)}
    return {i: find(where, g.domain, y, "the domain of the map back") for i, y in enumerate(f.values)}


def _back(numbers: dict[int, int]) -> dict[int, int]:
    return {j: i for i, j in numbers.items()}


def _undone(value: B, element: A | None, injection: Callable[[A], B], name: str) -> A | None:
    """The element, after checking that the injection takes it to the value."""
    if element is not None and injection(element) != value:
        raise Malformed(
            f"{name}_inverse({show(value)}) is {show(element)}, but {name} of it is {show(injection(element))}; "
            f"return x with {name}(x) equal to the argument, or None"
        )
    return element
