"""Finite, countable, continuum: the arithmetic of sizes, and what sizes say about maps (S5, S7) and what they do not."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bijection.maps.function import show
from proofs import domains
from proofs.domains import Domain, Infinite
from proofs.errors import Malformed, brief

MOST_BITS = 10_000_000  # a finite power longer than this is not written out


@dataclass(frozen=True, slots=True, order=True)
class Cardinal:
    """A natural number (level 0), ℵ₀ (level 1) or 2^ℵ₀ (level 2); compared as sizes are, by Cantor's theorem between the levels.

    Written with `finite_size(n)`, `ALEPH_0` and `CONTINUUM`. + is the disjoint union, * the set of pairs, ** the set of maps
    exponent → base, where the result is one of these sizes.
    """

    level: int
    n: int = 0

    def __post_init__(self) -> None:
        exact = type(self.level) is int and type(self.n) is int
        if not exact or self.level not in (0, 1, 2) or self.n < 0 or (self.level and self.n):
            raise Malformed(
                f"no cardinal has level {show(self.level)} and number {show(self.n)}; write finite_size(n), ALEPH_0 or CONTINUUM"
            )

    def is_finite(self) -> bool:
        """Whether it is a natural number."""
        return self.level == 0

    def __str__(self) -> str:
        return (brief(self.n), "ℵ₀", "2^ℵ₀")[self.level]

    def __add__(self, other: Cardinal) -> Cardinal:
        if self.is_finite() and other.is_finite():
            return finite_size(self.n + other.n)
        return max(self, other)

    def __mul__(self, other: Cardinal) -> Cardinal:
        if self.is_finite() and other.is_finite():
            return finite_size(self.n * other.n)
        return finite_size(0) if finite_size(0) in (self, other) else max(self, other)

    def __pow__(self, other: Cardinal) -> Cardinal:
        """|{maps from other to self}|; in particular 0⁰ = 1, the empty map."""
        if other == finite_size(0) or self == finite_size(1):
            return finite_size(1)
        if self == finite_size(0):
            return self
        if other == CONTINUUM:
            raise Malformed(f"{self} to the power 2^ℵ₀ is larger than the continuum; this arithmetic ends there")
        if other == ALEPH_0:
            return CONTINUUM  # 2^ℵ₀ ≤ n^ℵ₀ ≤ (2^ℵ₀)^ℵ₀ = 2^(ℵ₀·ℵ₀)
        if not self.is_finite():
            return self
        bits = self.n.bit_length() * other.n
        if bits > MOST_BITS:
            raise Malformed(
                f"{self} to the power {other} has up to {brief(bits)} bits, the limit is {MOST_BITS}; compare logarithms instead"
            )
        return finite_size(self.n**other.n)


ALEPH_0 = Cardinal(1)
CONTINUUM = Cardinal(2)


def finite_size(n: int) -> Cardinal:
    """The natural number n as a cardinality."""
    return Cardinal(0, n)


def cardinality(of: Domain | Sized) -> Cardinal:
    """|X| of a domain of the vocabulary, a finite map's domain, or a Python collection that lists no element twice."""
    if isinstance(of, Domain):
        size = domains.cardinality(of)
        match size:
            case None:
                raise Malformed(
                    f"the size of a {type(of).__name__} is not read off: empty, one point or the continuum; show which and pass that"
                )
            case Infinite.COUNTABLE:
                return ALEPH_0
            case Infinite.CONTINUUM:
                return CONTINUUM
            case _:
                return finite_size(size)
    if isinstance(of, Sized):
        return finite_size(len(of))
    raise Malformed(f"{show(of)} has no size that is known; pass a domain, a collection, finite_size(n), ALEPH_0 or CONTINUUM")


def fullest_fibre(x: Cardinal, y: Cardinal) -> Cardinal:
    """Every map X → Y, Y not empty, has a fibre with at least this many elements: ⌈|X|/|Y|⌉ when both are finite (S5).

    For infinite |X| > |Y| some fibre is as large as X: finitely many finite sets are finite, and the continuum is not the union
    of countably many smaller sets (König). For infinite |X| ≤ |Y| there are injections, and 1 is all that can be said.
    """
    if y == finite_size(0):
        raise Malformed("a map into the empty set has no fibres to speak of; the codomain must not be empty")
    if x.is_finite():
        return finite_size(-(-x.n // y.n)) if y.is_finite() else min(x, finite_size(1))
    if x <= y:
        return finite_size(1)
    return x


HowMany: TypeAlias = Literal["every", "some", "no"]


@dataclass(frozen=True, slots=True)
class Settled:
    """How many of the maps X → Y are injective, how many surjective, going by |X| and |Y| alone.

    "some" means that some are and some are not, so that the sizes settle nothing for a given map. `equivalent`: injective and surjective
    are the same thing for these sizes. `explanation` says why, and where to look instead.
    """

    injective: HowMany
    surjective: HowMany
    equivalent: bool
    explanation: str


def settles(x: Cardinal, y: Cardinal) -> Settled:
    """What |X| and |Y| settle about maps X → Y, and what they leave open."""
    one, none = finite_size(1), finite_size(0)
    if y == none < x:
        return Settled(
            "every", "every", True, "There is no map from a set with elements into the empty set, so all is true of all of them."
        )
    injective: HowMany = "no" if x > y else "every" if x <= one else "some"
    if x < y:
        surjective: HowMany = "no"
    else:
        surjective = "every" if y <= one else "some"
    equal_finite = x == y and x.is_finite()
    return Settled(injective, surjective, equal_finite or (injective == surjective != "some"), _explanation(x, y))


def _explanation(x: Cardinal, y: Cardinal) -> str:
    if x > y:
        crowd = fullest_fibre(x, y)
        return f"{x} > {y}: no map is injective (pigeonhole); some value is taken by at least {crowd} elements. Being onto is not settled."
    if x < y:
        return f"{x} < {y}: no map is onto, since the image has at most {x} elements. Being injective is not settled."
    if x.is_finite():
        return f"{x} = {y}, finite: a map is injective exactly when it is onto. Which of the two cases it is, counting does not say."
    dimension = (
        " ℝ⁷⁸⁴ and ℝ¹⁰ are equally large, so '784 > 10' is no counting argument: some (discontinuous) map is a bijection. "
        "For continuous maps look at the dimension (invariance of domain), not at the size."
    )
    return f"{x} on both sides: size settles nothing; some maps are bijections, some are neither." + (dimension if x == CONTINUUM else "")
