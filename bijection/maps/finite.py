"""Is a plain function between finite sets injective, surjective, bijective?  Always decided, always through the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bijection.maps.function import Element, FiniteMap, Source, finite_map, show, show_all
from bijection.shown import Shown
from proofs.codec import decode_claim, decode_evidence, encode_claim, encode_evidence
from proofs.domains import Labels, Point
from proofs.errors import Brief, Malformed
from proofs.kernel import Theorem, check
from proofs.limits import MOST_POINTS
from proofs.network import Table
from proofs.statements import Bijective, Injective, Not, Positive, Statement, Surjective, negate
from proofs.theorems.collision import Collision
from proofs.theorems.counting import Enumeration, Pigeonhole
from proofs.theorems.sets import BrokenHalf, Halves, LeftInverse, RightInverse
from proofs.theorems.values import Misses, StaysInside

Property: TypeAlias = Literal["injective", "surjective", "bijective"]


@dataclass(frozen=True, slots=True)
class Missed:
    """An element of the codomain that no element of the domain is mapped to. (A record, because None can be an element.)"""

    value: Element


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Shown, Brief):
    """Whether the statement holds, evidence that the kernel has accepted as bytes, and what the evidence shows.

    collision: x ≠ x′ with f(x) = f(x′). missed: a value not reached. inverse: the two-sided inverse of a bijection.
    The statement is about f between numbers (f.table); elements are numbered in the order of f.domain and f.codomain.
    """

    f: FiniteMap
    statement: Positive
    holds: bool
    evidence: tuple[Theorem, ...] = field(repr=False)
    rests_on: tuple[str, ...]
    collision: tuple[Element, Element] | None = None
    missed: Missed | None = None
    inverse: FiniteMap | None = None

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        """One sentence with both sets in it: changing either changes the answer."""
        return f"The map from {show_all(self.f.domain)} to {show_all(self.f.codomain)} is {_verdict(self)}."

    def plot(self, ax: Any = None, path: str | Path | None = None, image: Sequence[int] | None = None) -> Any:
        """Both sets and the arrows between them, those to one value marked. See Shown.plot."""
        marked = frozenset(map(self.f.position, self.collision or ()))
        return self.f.arrows(str(self), marked).plot(ax, path, image)

    @property
    def claim(self) -> Statement:
        """What the evidence proves: the statement or its negation."""
        return self.statement if self.holds else negate(self.statement)

    def files(self) -> tuple[bytes, bytes]:
        """The claim and the evidence as the kernel reads them."""
        return encode_claim(self.claim), encode_evidence(self.evidence)


def is_injective(f: Source) -> Answer:
    """Whether different elements have different values; if not, two that have not."""
    return question(finite_map(f), "injective")


def is_surjective(f: Source) -> Answer:
    """Whether every element of the codomain is a value; if not, one that is none. See `finite_map` for the default codomain."""
    return question(finite_map(f), "surjective")


def is_bijective(f: Source) -> Answer:
    """Whether f is injective and surjective; if so, with the inverse; if not, with what is in the way."""
    return question(finite_map(f), "bijective")


def question(f: FiniteMap, what: Property) -> Answer:
    """The answer, proved or refuted, for at most a million elements."""
    _within_limits(f)
    table, on, onto = f.table, Labels(len(f.domain)), Labels(len(f.codomain))
    pair, missed = _pair(f.table), _missed(f)
    match what:
        case "injective":
            statement: Positive = Injective(table, on)
            return _accepted(f, negate(statement), (pair,)) if pair else _accepted(f, statement, (Enumeration(),))
        case "surjective":
            statement = Surjective(table, on, onto)
            return _accepted(f, negate(statement), (missed, Enumeration())) if missed else _accepted(f, statement, (Enumeration(),))
        case "bijective":
            statement = Bijective(table, on, onto)
            if pair:
                return _accepted(f, negate(statement), (BrokenHalf("injective"), pair))
            if missed:
                return _accepted(f, negate(statement), (BrokenHalf("surjective"), missed, Enumeration()))
            return _accepted(f, statement, _two_sided(table))
        case _:
            raise Malformed(f"no question is called {what!r}; ask whether a map is 'injective', 'surjective' or 'bijective'")


def pigeonhole(f: FiniteMap) -> Answer:
    """|X| > |Y| ⇒ f is not injective, by counting alone; the pair that must exist is found and checked as well (S5).

    The evidence is the counting argument. On finite sets finding the pair is a walk through the table; in general it
    can be as hard as breaking a hash function (S9), which is why the two arguments are kept apart.
    """
    _within_limits(f)
    n, k = len(f.domain), len(f.codomain)
    if n <= k:
        raise Malformed(f"{n} elements fit into {k} places; the pigeonhole principle needs more elements than places; ask is_injective")
    claim = Not(Injective(f.table, Labels(n)))
    explicit = question(f, "injective")
    counted = _accepted(f, claim, (Pigeonhole(Labels(k)), StaysInside()))
    rests_on = tuple(dict.fromkeys(counted.rests_on + explicit.rests_on))
    return Answer(f, claim.statement, False, counted.evidence, rests_on, collision=explicit.collision)


def _accepted(f: FiniteMap, claim: Statement, evidence: tuple[Theorem, ...]) -> Answer:
    """The answer that the kernel accepts as bytes; what it shows is read from the bytes, not from the search."""
    steps = decode_evidence(encode_evidence(evidence))
    rests_on = tuple(check(decode_claim(encode_claim(claim)), steps))
    holds = not isinstance(claim, Not)
    statement = claim.statement if isinstance(claim, Not) else claim
    collision, missed, inverse = None, None, None
    for step in steps:
        match step:
            case Collision(x, y):
                collision = f.domain[_index(x)], f.domain[_index(y)]
            case Misses(value):
                missed = Missed(f.codomain[_index(value)])
            case RightInverse(Table(values)):
                inverse = FiniteMap(f.codomain, f.domain, tuple(f.domain[i] for i in values))
            case _:
                continue
    return Answer(f, statement, holds, steps, rests_on, collision, missed, inverse)


def _two_sided(table: Table) -> tuple[Theorem, ...]:
    """g ∘ f = id and f ∘ g = id, so that the inverse itself has passed the kernel, not only its existence."""
    places = {v: i for i, v in enumerate(table.values)}
    g = Table(tuple(places[v] for v in range(len(places))))
    onto = (RightInverse(g), Enumeration(), Enumeration())  # f ∘ g = id, then: g stays inside the domain
    return (Halves(), LeftInverse(g), Enumeration(), *onto, Enumeration())  # the last: f stays inside the codomain


def _pair(table: Table) -> Collision | None:
    """The first element whose value was seen before, with the one that had it first."""
    seen: dict[int, int] = {}
    for i, v in enumerate(table.values):
        earlier = seen.setdefault(v, i)
        if earlier != i:
            return Collision(_point(earlier), _point(i))
    return None


def _missed(f: FiniteMap) -> Misses | None:
    """The first element of the codomain that is no value."""
    reached = set(f.table.values)
    return next((Misses(_point(j)) for j in range(len(f.codomain)) if j not in reached), None)


def _within_limits(f: FiniteMap) -> None:
    for name, size in (("domain", len(f.domain)), ("codomain", len(f.codomain))):
        if size > MOST_POINTS:
            raise Malformed(
                f"the {name} has {size} elements; the kernel enumerates at most {MOST_POINTS}; restrict the map or argue by size"
            )


def _point(i: int) -> Point:
    return (Fraction(i),)


def _index(point: Point) -> int:
    return int(point[0])


def _verdict(answer: Answer) -> str:
    word = {Injective: "injective", Surjective: "surjective", Bijective: "bijective"}[type(answer.statement)]
    if answer.holds:
        return word
    if answer.collision is not None:
        x, y = answer.collision
        return f"not {word}: {show(x)} and {show(y)} have the same value {show(answer.f(x))}"
    assert answer.missed is not None  # a refutation shows one or the other
    return f"not {word}: no element has the value {show(answer.missed.value)}"
