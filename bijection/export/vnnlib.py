"""Questions in VNN-LIB 2.0 over the reals: two networks of which one is equal to the other for injectivity, one network for the rest.

sat: there is such a pair (or input); unsat: there is none. Literals are decimals, as in the standard;
other fractions are multiplied out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import assert_never

from bijection.errors import NotSupported
from bijection.words import statement as in_words
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, Simplex
from proofs.errors import well_formed
from proofs.network import Network
from proofs.statements import (
    Bijective,
    Expands,
    FibreIs,
    Injective,
    Inverts,
    IsIdentity,
    Lipschitz,
    MapsInto,
    Not,
    Reached,
    Statement,
    Surjective,
)

Shape = Sequence[int]

_LATER = "VNN-LIB asks whether some inputs satisfy a condition"


def question(asked: Statement, shapes: tuple[Shape, Shape] | None = None) -> str:
    """The question as a file; `shapes` are those of the model's input and output, by default (1, n) and (1, m)."""
    inner = asked.statement if isinstance(asked, Not) else asked
    f = inner.f
    if not isinstance(f, Network):
        raise NotSupported(f"VNN-LIB questions are about networks over the reals, and this is a {type(f).__name__}")
    given = shapes or ((1, f.arity), (1, f.width))
    for shape, n, what in zip(given, (f.arity, f.width), ("input", "output"), strict=True):
        well_formed(prod(shape) == n, f"the {what} has {n} coordinates, which do not fit the shape {tuple(shape)}")
    inputs, outputs = (f"real [{','.join(map(str, shape))}]" for shape in given)
    x, u = (elements(name, given[0]) for name in "XU")
    y, v = (elements(name, given[1]) for name in "YV")
    lines = ["; " + in_words(asked), "(vnnlib-version <2.0>)"]
    lines.append(f"(declare-network f (declare-input X {inputs}) (declare-output Y {outputs}))")
    match inner:
        case Injective(_, on):
            lines.append(f"(declare-network g (equal-to f) (declare-input U {inputs}) (declare-output V {outputs}))")
            lines += [*_asserted(member(on, x)), *_asserted(member(on, u))]
            lines.append(f"(assert {_or(f'(!= {a} {b})' for a, b in zip(x, u, strict=True))})")
            lines += [f"(assert (== {a} {b}))" for a, b in zip(y, v, strict=True)]
        case Reached(_, on, value):
            lines += [*_asserted(member(on, x)), *_asserted(_point(y, value))]
        case MapsInto(_, on, into):
            lines += [*_asserted(member(on, x)), f"(assert {_or(_outside(into, y))})"]
        case IsIdentity(_, on):
            lines += [*_asserted(member(on, x)), f"(assert {_or(f'(!= {a} {b})' for a, b in zip(x, y, strict=True))})"]
        case Lipschitz() | Expands():
            raise NotSupported(f"{_LATER}, and a Lipschitz constant is no such question")
        case FibreIs():
            raise NotSupported(f"{_LATER}, and that a fibre is a union of polytopes is no such question")
        case Inverts():
            raise NotSupported(f"{_LATER}, and that pieces are an inverse is no such question")
        case Surjective() | Bijective():
            raise NotSupported(f"{_LATER}, and that every output is reached is no such question; export it to SMT-LIB")
        case _:
            assert_never(inner)
    return "\n".join(lines) + "\n"


def elements(name: str, shape: Shape) -> list[str]:
    """The elements of a tensor in row-major order."""
    return [f"{name}[{','.join(map(str, index))}]" if index else name for index in product(*map(range, shape))]


def _asserted(conditions: Iterable[str]) -> Iterator[str]:
    return (f"(assert {c})" for c in conditions)


def member(d: Domain, names: Sequence[str]) -> list[str]:
    """Conditions that say together that the point lies in the set."""
    match d:
        case Reals():
            return []
        case Box(lower, upper):
            ends = zip(names, lower, upper, strict=True)
            return [c for t, a, b in ends for c in (_compared(">=", ((Fraction(1), t),), a), _compared("<=", ((Fraction(1), t),), b))]
        case Polytope(_, normals, offsets):
            return [_compared("<=", tuple(zip(a, names, strict=True)), b) for a, b in zip(normals, offsets, strict=True)]
        case Finite(listed):
            return [_or(_and(_point(names, p)) for p in listed)]
        case Labels(k):
            return [_or(f"(== {names[0]} {i}.0)" for i in range(k))]
        case Grid() | Integers() | Floats() | Simplex():
            raise NotSupported(f"VNN-LIB has no {type(d).__name__} over the reals; ask about a box, a polytope, ℝⁿ or listed points")
        case _:
            assert_never(d)


def _outside(d: Domain, names: Sequence[str]) -> list[str]:
    if not isinstance(d, Box | Polytope):
        raise NotSupported(f"that an output leaves a {type(d).__name__} is not asked in VNN-LIB; a box or a polytope is")
    strict = {"(>= ": "(< ", "(<= ": "(> "}
    return [strict[c[:4]] + c[4:] for c in member(d, names)]


def _point(names: Sequence[str], value: Point) -> list[str]:
    return [_compared("==", ((Fraction(1), t),), q) for t, q in zip(names, value, strict=True)]


def _compared(relation: str, form: Sequence[tuple[Fraction, str]], bound: Fraction) -> str:
    """Σ coefficient·name related to the bound, multiplied by a positive number that makes all literals decimals."""
    used = [(q, t) for q, t in form if q]
    scale = _scale([bound, *(q for q, _ in used)])
    terms = [t if q * scale == 1 else f"(* {decimal(q * scale)} {t})" for q, t in used]
    left = "0.0" if not terms else terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"
    return f"({relation} {left} {decimal(bound * scale)})"


def _scale(numbers: Sequence[Fraction]) -> int:
    """The least positive integer whose multiples of these numbers are all finite decimals."""
    scale = 1
    for q in numbers:
        rest = (q * scale).denominator
        for p in (2, 5):
            while rest % p == 0:
                rest //= p
        scale *= rest
    return scale


def decimal(q: Fraction) -> str:
    """A number that is a finite decimal, written as one, with a point."""
    places = 1
    while (q * 10**places).denominator != 1:
        places += 1
    digits = f"{abs(int(q * 10**places)):0{places + 1}d}"
    return ("-" if q < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def _and(conditions: Iterable[str]) -> str:
    found = list(conditions)
    return found[0] if len(found) == 1 else f"(and {' '.join(found)})" if found else "(== 0.0 0.0)"


def _or(conditions: Iterable[str]) -> str:
    found = list(conditions)
    return found[0] if len(found) == 1 else f"(or {' '.join(found)})" if found else "(!= 0.0 0.0)"
