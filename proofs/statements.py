"""What can be claimed: statements are data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from proofs.domains import Domain, Finite, Labels, Point, Polytope, cardinality, dimension, exact_point
from proofs.errors import Brief, Malformed, well_formed
from proofs.exact import rational
from proofs.functions import Function
from proofs.network import Affine, Table


@dataclass(frozen=True, slots=True, repr=False)
class Injective(Brief):
    """f(x) = f(x′) with x, x′ ∈ on implies x = x′."""

    f: Function
    on: Domain

    def __post_init__(self) -> None:
        _applies(self.f, self.on)


@dataclass(frozen=True, slots=True, repr=False)
class _Onto(Brief):
    f: Function
    on: Domain
    onto: Domain

    def __post_init__(self) -> None:
        _applies(self.f, self.on)
        _receives(self.f, self.onto)


@dataclass(frozen=True, slots=True, repr=False)
class Surjective(_Onto):
    """Every point of onto is f(x) for some x ∈ on. (That f stays inside onto is another statement: MapsInto.)"""


@dataclass(frozen=True, slots=True, repr=False)
class Bijective(_Onto):
    """f restricted to on is injective, its image is exactly onto."""


@dataclass(frozen=True, slots=True, repr=False)
class MapsInto(Brief):
    """f(x) ∈ into for all x ∈ on."""

    f: Function
    on: Domain
    into: Domain

    def __post_init__(self) -> None:
        _applies(self.f, self.on)
        _receives(self.f, self.into)


@dataclass(frozen=True, slots=True, repr=False)
class Reached(Brief):
    """f(x) = value for some x ∈ on."""

    f: Function
    on: Domain
    value: Point

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", exact_point(self.value))
        _applies(self.f, self.on)
        well_formed(len(self.value) == self.f.width, f"a value of {len(self.value)} coordinates for {self.f.width} outputs")


@dataclass(frozen=True, slots=True, repr=False)
class IsIdentity(Brief):
    """f(x) = x for all x ∈ on."""

    f: Function
    on: Domain

    def __post_init__(self) -> None:
        _applies(self.f, self.on)
        well_formed(self.f.width == self.f.arity, f"the identity would map {self.f.arity} numbers to {self.f.width}")


@dataclass(frozen=True, slots=True, repr=False)
class FibreIs(Brief):
    """The x ∈ on with f(x) = value are exactly those of the pieces.

    A piece is given by rays in ℤⁿ⁺¹, at least one of them a point: it is the convex hull of the points x/w, for its rays (x, w) with w > 0,
    plus all sums of nonnegative multiples of r, for its rays (r, 0).
    """

    f: Function
    on: Domain
    value: Point
    pieces: tuple[tuple[tuple[int, ...], ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", Reached(self.f, self.on, self.value).value)
        for piece in self.pieces:
            inside = all(len(ray) == self.f.arity + 1 and ray[-1] >= 0 for ray in piece)
            well_formed(inside, "a ray of a piece is no point and no direction")
            well_formed(any(ray[-1] for ray in piece), "a piece without points")


@dataclass(frozen=True, slots=True, repr=False)
class Inverts(Brief):
    """g(f(x)) = x for all x ∈ on and, if onto is given, f(g(y)) = y for all y ∈ onto, where g is in pieces, each a region with a map: all
    those f(x) and y lie in regions, and whichever map of a region that holds such a point is taken for g there, both are true."""

    f: Function
    on: Domain
    onto: Domain | None
    pieces: tuple[tuple[Polytope, Affine], ...]

    def __post_init__(self) -> None:
        _applies(self.f, self.on)
        well_formed(self.onto is None or dimension(self.onto) == self.f.width, "a codomain that has not {} dimensions", self.f.width)
        fits = all(q.n == a.columns == self.f.width and len(a.rows) == self.f.arity for q, a in self.pieces)
        well_formed(fits, "a piece is no map from {} numbers to {}", self.f.width, self.f.arity)


@dataclass(frozen=True, slots=True, repr=False)
class _Stretched(Brief):
    f: Function
    on: Domain
    constant: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant", rational(self.constant))
        _applies(self.f, self.on)
        well_formed(self.constant >= 0, "the constant {}, by which distances are multiplied, is negative", self.constant)


@dataclass(frozen=True, slots=True, repr=False)
class Lipschitz(_Stretched):
    """max |fᵢ(x) − fᵢ(x′)| ≤ constant·max |xⱼ − x′ⱼ| for all x, x′ ∈ on."""


@dataclass(frozen=True, slots=True, repr=False)
class Expands(_Stretched):
    """max |fᵢ(x) − fᵢ(x′)| ≥ constant·max |xⱼ − x′ⱼ| for all x, x′ ∈ on."""


Positive: TypeAlias = Injective | Surjective | Bijective | MapsInto | Reached | IsIdentity | FibreIs | Inverts | Lipschitz | Expands


@dataclass(frozen=True, slots=True, repr=False)
class Not(Brief):
    """The statement is false."""

    statement: Positive


Statement: TypeAlias = Positive | Not


def negate(statement: Statement) -> Statement:
    """The statement that is true exactly when the given one is false."""
    return statement.statement if isinstance(statement, Not) else Not(statement)


def _applies(f: Function, on: Domain) -> None:
    n, kind = dimension(on), type(on).__name__
    well_formed(n == f.arity, "the function takes {} inputs, the domain {} has dimension {}", f.arity, kind, n)
    if not isinstance(f, Table):
        return
    size = len(f.values)
    match on:
        case Labels(k):
            inside = k <= size
        case Finite(points):
            inside = all(p[0].denominator == 1 and 0 <= p[0] < size for p in points)
        case _:
            raise Malformed(f"a table has no values on {kind}; its points are Labels({size})")
    well_formed(inside, "the domain has {} points, not all of them among the table's {}", cardinality(on), size)


def _receives(f: Function, onto: Domain) -> None:
    m = dimension(onto)
    well_formed(m == f.width, "the function has {} outputs, the codomain {} has dimension {}", f.width, type(onto).__name__, m)
