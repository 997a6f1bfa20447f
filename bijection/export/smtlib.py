"""Questions in SMT-LIB 2.6, exact: two copies of the network for injectivity (QF_LRA), a quantified one for surjectivity (LRA).

The answers of a solver: `unsat` proves the statement, `sat` refutes it (the model is the counterexample). For a value that is asked to
be reached it is the other way round, as `:status` and the first comment say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

import bijection
from bijection.errors import NotSupported
from bijection.words import statement as in_words
from proofs.activations import Activation, PiecewiseAffine
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Polytope, Reals, Simplex, cardinality, more, points
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Affine, Argmax, Max, Pointwise, Product, Softmax, Spline, Stack, Sum, Table
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

_MOST_BITS = 12_000  # of a number in decimals
_MOST_POINTS = 10_000  # of a finite set that is written out

Lines = list[str]


def question(asked: Statement) -> str:
    """The question whether the statement holds, as one file. NotSupported where linear arithmetic cannot ask it."""
    inner = asked.statement if isinstance(asked, Not) else asked
    comment, logic, body = _body(inner)
    integers = any(isinstance(d, Grid | Integers) for d in (inner.on, *(getattr(inner, name, inner.on) for name in ("onto", "into"))))
    if integers:
        logic = logic.replace("LRA", "LIRA")
    header = [f"; Is it true that {in_words(inner)}?", f"; {comment}"]
    info = [
        "(set-info :smt-lib-version 2.6)",
        f'(set-info :source "bijection {bijection.__version__}")',
        f"(set-logic {logic})",
    ]
    return (
        "\n".join([*header, *info, *body, "(check-sat)", "(get-model)" if logic.startswith("QF") else "", "(exit)"]).replace("\n\n", "\n")
        + "\n"
    )


def _body(inner: Statement) -> tuple[str, str, Lines]:
    unsat = "unsat: yes; sat: no, and the model is a counterexample."
    match inner:
        case Injective(f, on):
            lines = [*_copy(f, "x", "u"), *_copy(f, "y", "v"), *_inside(on, "x", f.arity), *_inside(on, "y", f.arity)]
            lines += [f"(assert {_or(f'(not (= x{i} y{i}))' for i in range(f.arity))})"]
            return unsat, "QF_LRA", lines + _equal(_outputs(f, "x", "u"), _outputs(f, "y", "v"))
        case MapsInto(f, on, into):
            lines = [*_copy(f, "x", "u"), *_inside(on, "x", f.arity)]
            outputs = _outputs(f, "x", "u")
            return unsat, "QF_LRA", [*lines, f"(assert (not {_and(_member(into, outputs))}))"]
        case IsIdentity(f, on):
            lines = [*_copy(f, "x", "u"), *_inside(on, "x", f.arity)]
            outputs = _outputs(f, "x", "u")
            return unsat, "QF_LRA", [*lines, f"(assert {_or(f'(not (= x{i} {t}))' for i, t in enumerate(outputs))})"]
        case Reached(f, on, value):
            lines = [*_copy(f, "x", "u"), *_inside(on, "x", f.arity)]
            answer = "sat: yes, and the model is an input with this value; unsat: no."
            return answer, "QF_LRA", lines + _equal(_outputs(f, "x", "u"), [number(q) for q in value])
        case Surjective(f, on, onto):
            return unsat.replace("the model", "y"), "LRA", _missed(f, on, onto)
        case Lipschitz() | Expands():
            raise NotSupported(
                "SMT-LIB is asked one thing at a time, and a Lipschitz constant is not among them; `bijection check` re-checks it"
            )
        case FibreIs():
            raise NotSupported("SMT-LIB asks one thing at a time: export that the value is reached in place of its whole fibre")
        case Inverts():
            raise NotSupported("SMT-LIB asks one thing at a time: export that the network is injective in place of its inverse in pieces")
        case Bijective():
            raise NotSupported("SMT-LIB asks one thing at a time: export the injective and the surjective half of a bijection separately")
        case Not():
            raise AssertionError("statements are not negated twice")
        case _:
            assert_never(inner)


def _missed(f: Function, on: Domain, onto: Domain) -> Lines:
    """There is a y in the codomain such that no x of the domain has f(x) = y: values between are quantified with x."""
    names = [f"y{i}" for i in range(f.width)]
    definitions, outputs = _definitions(f, "x", "u")
    bound = [f"x{i}" for i in range(f.arity)] + [name for name, _ in definitions]
    inside = [*_member(on, [f"x{i}" for i in range(f.arity)]), *(f"(= {name} {term})" for name, term in definitions)]
    reached = _and([*inside, *(f"(= {t} {y})" for t, y in zip(outputs, names, strict=True))])
    missed = f"(not (exists ({' '.join(f'({b} Real)' for b in bound)}) {reached}))" if bound else f"(not {reached})"
    return [*(f"(declare-const {y} Real)" for y in names), *(f"(assert {c})" for c in _member(onto, names)), f"(assert {missed})"]


def _copy(f: Function, x: str, v: str) -> Lines:
    """The inputs of a copy and everything that is computed from them, each value named."""
    lines = [f"(declare-const {x}{i} Real)" for i in range(f.arity)]
    for name, term in _definitions(f, x, v)[0]:
        lines += [f"(declare-const {name} Real)", f"(assert (= {name} {term}))"]
    return lines


def _outputs(f: Function, x: str, v: str) -> list[str]:
    return _definitions(f, x, v)[1]


def _definitions(f: Function, x: str, v: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Names with their terms, in order, and the outputs as names or numbers."""
    if isinstance(f, Table):
        term = number(f.values[-1]) if f.values else "0.0"
        for k, value in reversed(list(enumerate(f.values[:-1]))):
            term = f"(ite (= {x}0 {number(k)}) {number(value)} {term})"
        return [(f"{v}1_0", term)], [f"{v}1_0"]
    if isinstance(f, Binary32):
        raise NotSupported("binary32 arithmetic is not linear; SMT-LIB questions are written in linear arithmetic over the reals")
    values = [[f"{x}{i}" for i in range(f.arity)]]
    definitions: list[tuple[str, str]] = []
    for number_, node in enumerate(f.nodes, 1):
        inputs = [values[j] for j in node.inputs]
        match node.op:
            case Stack():
                values.append([t for part in inputs for t in part])
                continue
            case Affine(_, rows, d):
                terms = [_form(r.coefficients, [inputs[0][j] for j in r.columns], r.constant, d) for r in rows]
            case Pointwise(activations):
                terms = [_unit(s, t) for s, t in zip(activations, inputs[0], strict=True)]
            case Sum():
                terms = [_plus(column) for column in zip(*inputs, strict=True)]
            case Max(groups):
                terms = [_largest([inputs[0][i] for i in group]) for group in groups]
            case Argmax():
                terms = [_argmax(inputs[0])]
            case Product() | Softmax() | Spline() as op:
                raise NotSupported(f"{type(op).__name__} is not linear; SMT-LIB questions are written in linear arithmetic")
            case _:
                assert_never(node.op)
        names = [f"{v}{number_}_{i}" for i in range(len(terms))]
        definitions += zip(names, terms, strict=True)
        values.append(names)
    return definitions, values[-1]


def _form(coefficients: Sequence[int], names: Sequence[str], constant: int, d: int) -> str:
    terms = [_times(Fraction(a, d), name) for a, name in zip(coefficients, names, strict=True) if a]
    return _plus([*terms, *([number(Fraction(constant, d))] if constant or not terms else [])])


def _times(q: Fraction, name: str) -> str:
    return name if q == 1 else f"(* {number(q)} {name})"


def _plus(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"


def _unit(s: Activation, t: str) -> str:
    if not isinstance(s, PiecewiseAffine):
        raise NotSupported(f"{type(s).__name__} is not piecewise affine; SMT-LIB questions are written in linear arithmetic")
    lines = [_plus([*([_times(p, t)] if p else []), *([number(q)] if q or not p else [])]) for p, q in s.pieces]
    if all(p < r for (p, _), (r, _) in pairwise(s.pieces)):
        return _largest(lines)
    term = lines[-1]
    for line, b in zip(reversed(lines[:-1]), reversed(s.breakpoints), strict=True):
        term = f"(ite (<= {t} {number(b)}) {line} {term})"
    return term


def _largest(terms: Sequence[str]) -> str:
    *others, last = terms
    for i in range(len(others) - 1, -1, -1):
        a = others[i]
        last = f"(ite (>= {a} {last}) {a} {last})" if len(last) < 400 else f"(let ((m{i} {last})) (ite (>= {a} m{i}) {a} m{i}))"
    return last


def _argmax(terms: Sequence[str]) -> str:
    """The first index whose term is at least every later one and more than every earlier one is at least every one; the last otherwise."""
    term = number(len(terms) - 1)
    for i in range(len(terms) - 2, -1, -1):
        term = f"(ite {_and(f'(>= {terms[i]} {other})' for j, other in enumerate(terms) if j != i)} {number(i)} {term})"
    return term


def _inside(on: Domain, x: str, n: int) -> Lines:
    return [f"(assert {c})" for c in _member(on, [f"{x}{i}" for i in range(n)])]


def _member(d: Domain, names: Sequence[str]) -> list[str]:
    """Conditions that say together that the point lies in the set."""
    match d:
        case Reals():
            return []
        case Integers():
            return [f"(= {t} (to_real (to_int {t})))" for t in names]
        case Box(lower, upper):
            sides = zip(names, lower, upper, strict=True)
            return [f"(<= {number(a)} {t})" for t, a, _ in sides] + [f"(<= {t} {number(b)})" for t, b in zip(names, upper, strict=True)]
        case Grid(lower, upper, step):
            return [*_member(Box(lower, upper), names), *(_on_grid(t, a, s) for t, a, s in zip(names, lower, step, strict=True))]
        case Polytope(_, normals, offsets):
            return [f"(<= {_dot(a, names)} {number(b)})" for a, b in zip(normals, offsets, strict=True)]
        case Simplex():
            return [*(f"(< 0.0 {t})" for t in names), f"(= {_plus(names)} 1.0)"]
        case Labels() | Finite():
            if more(cardinality(d), _MOST_POINTS):
                raise NotSupported(f"a set of more than {_MOST_POINTS} points is not written out; ask about a grid")
            listed = (p.fractions() for p in points(d, _MOST_POINTS))
            return [_or(_and(f"(= {t} {number(q)})" for t, q in zip(names, p, strict=True)) for p in listed)]
        case Floats():
            raise NotSupported("the binary32 values of a box are no set of linear arithmetic; ask about the box or list the points")
        case _:
            assert_never(d)


def _on_grid(t: str, low: Fraction, step: Fraction) -> str:
    shifted = f"(* {number(1 / step)} (- {t} {number(low)}))"
    return f"(= {shifted} (to_real (to_int {shifted})))"


def _dot(a: Sequence[Fraction], names: Sequence[str]) -> str:
    terms = [_times(q, t) for q, t in zip(a, names, strict=True) if q]
    return _plus(terms) if terms else "0.0"


def _equal(a: Sequence[str], b: Sequence[str]) -> Lines:
    return [f"(assert (= {s} {t}))" for s, t in zip(a, b, strict=True)]


def _and(conditions: Iterator[str] | Sequence[str]) -> str:
    found = list(conditions)
    return "true" if not found else found[0] if len(found) == 1 else f"(and {' '.join(found)})"


def _or(conditions: Iterator[str] | Sequence[str]) -> str:
    found = list(conditions)
    return "false" if not found else found[0] if len(found) == 1 else f"(or {' '.join(found)})"


def number(q: Fraction | int) -> str:
    """A rational as a term: decimals of integers, quotients of them."""
    q = Fraction(q)
    if max(q.numerator.bit_length(), q.denominator.bit_length()) > _MOST_BITS:
        raise NotSupported(f"a number of more than {_MOST_BITS} bits is not written in decimals")
    size = f"{abs(q.numerator)}.0" if q.denominator == 1 else f"(/ {abs(q.numerator)}.0 {q.denominator}.0)"
    return f"(- {size})" if q < 0 else size
