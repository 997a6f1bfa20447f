"""Real numbers as terms over the coordinates of a network under construction, and the terms that are affine, in a normal form."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bijection.errors import NotSupported
from bijection.frontends.code import Code
from proofs.activations import Exp, Sigmoid, Softplus
from proofs.network import Affine, Pointwise, Softmax, Stack

ZERO, ONE = Fraction(0), Fraction(1)
MOST = 2_000_000  # terms of one function
_WIDE = 256  # coefficients of a row that is looked through
POSITIVE = ("exp", "softplus", "sigmoid", "softmax")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """An operation and what it is applied to; equal terms are one object."""

    op: str
    args: tuple[Any, ...]

    @property
    def number(self) -> Fraction | None:
        """The number that the term is, if it is one."""
        return self.args[0] if self.op == "number" else None


class Terms:
    """The terms made so far."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[Any, ...]], Term] = {}
        self.zero, self.one = self.number(ZERO), self.number(ONE)

    def make(self, op: str, *args: Any) -> Term:
        """The one term with these arguments."""
        key = (op, args)
        if key not in self._made:
            if len(self._made) >= MOST:
                raise NotSupported(f"written out for each of its bins it has more than {MOST:,} terms")
            self._made[key] = Term(op, args)
        return self._made[key]

    def number(self, q: Fraction) -> Term:
        """A constant."""
        return self.make("number", Fraction(q))

    def add(self, a: Term, b: Term) -> Term:
        """The sum a + b."""
        if a.op == b.op == "number":
            return self.number(a.args[0] + b.args[0])
        return b if a is self.zero else a if b is self.zero else self.make("add", a, b)

    def sub(self, a: Term, b: Term) -> Term:
        """The difference a − b."""
        return self.add(a, self.mul(self.number(-ONE), b))

    def mul(self, a: Term, b: Term) -> Term:
        """The product a · b."""
        if a.op == b.op == "number":
            return self.number(a.args[0] * b.args[0])
        if self.zero in (a, b):
            return self.zero
        return b if a is self.one else a if b is self.one else self.make("mul", a, b)

    def div(self, a: Term, b: Term) -> Term:
        """The quotient a ÷ b."""
        if b.op == "number":
            return self.mul(a, self.number(1 / b.args[0])) if b.args[0] else self.make("unread", "division by 0")
        return self.make("div", a, b)


@dataclass(frozen=True, slots=True)
class Form:
    """The affine function Σ weights[a]·a + constant of terms that are not affine; weights are not 0."""

    weights: Mapping[Term, Fraction]
    constant: Fraction

    def plus(self, other: Form, factor: Fraction = ONE) -> Form:
        """The form self + factor·other."""
        weights = dict(self.weights)
        for a, c in other.weights.items():
            total = weights.get(a, ZERO) + factor * c
            if total:
                weights[a] = total
            else:
                weights.pop(a, None)
        return Form(weights, self.constant + factor * other.constant)

    def minus(self, other: Form) -> Form:
        """The form self − other."""
        return self.plus(other, -ONE)

    def times(self, factor: Fraction) -> Form:
        """The form factor·self."""
        return Form({a: c * factor for a, c in self.weights.items()} if factor else {}, self.constant * factor)

    def of(self, a: Term) -> Fraction:
        """The coefficient of a."""
        return self.weights.get(a, ZERO)

    @property
    def is_constant(self) -> bool:
        """Whether it is a number."""
        return not self.weights

    @property
    def is_zero(self) -> bool:
        """Whether it is 0 (terms that are not affine are taken for independent, but for softmax)."""
        return not self.weights and not self.constant


@dataclass
class Forms:
    """Terms as affine forms; coordinates that are affine in the network's code are looked through, but for the `kept` ones, and only if
    `through`.
    """

    code: Code
    kept: frozenset[Term]
    terms: Terms
    through: bool = True
    _of: dict[Term, Form | None] = field(default_factory=dict)

    def of(self, term: Term) -> Form | None:
        """The affine form that the term is; None if it is none."""
        if term not in self._of:
            self._of[term] = self._form(term)
        return self._of[term]

    def _form(self, term: Term) -> Form | None:
        match term.op, term.args:
            case "number", (q,):
                return Form({}, q)
            case "add", (a, b):
                first, second = self.of(a), self.of(b)
                return None if first is None or second is None else first.plus(second)
            case "mul" | "div", (a, b):
                first, second = self.of(a), self.of(b)
                if first is None or second is None:
                    return None
                if second.is_constant and (term.op == "mul" or second.constant):
                    return first.times(second.constant if term.op == "mul" else 1 / second.constant)
                return second.times(first.constant) if first.is_constant and term.op == "mul" else None
            case "sqrt", _:
                return None
            case "coordinate", (value, j) if self.through and term not in self.kept:
                return self._coordinate(term, value, j)
            case "softmax", (int(i), *children) if i == len(children) - 1:
                return self._rest(self.terms.make("softmax", k, *children) for k in range(i))
            case _:
                return Form({term: ONE}, ZERO)

    def _coordinate(self, term: Term, value: int, j: int) -> Form | None:
        op = self.code.producer(value)
        sources = self.code.nodes[value - 1].inputs if value else ()
        if isinstance(op, Affine) and len(op.rows[j].columns) <= _WIDE:
            row, out = op.rows[j], Form({}, Fraction(op.rows[j].constant, op.denominator))
            for column, a in zip(row.columns, row.coefficients, strict=True):
                inner = self.of(self.terms.make("coordinate", sources[0], column))
                assert inner is not None, "coordinates have forms"
                out = out.plus(inner, Fraction(a, op.denominator))
            return out
        if isinstance(op, Stack):
            for source in sources:
                if j < self.code.widths[source]:
                    return self.of(self.terms.make("coordinate", source, j))
                j -= self.code.widths[source]
        if isinstance(op, Softmax):
            group = next(g for g in op.groups if j in g)
            if j == group[-1]:
                return self._rest(self.terms.make("coordinate", value, k) for k in group[:-1])
        return Form({term: ONE}, ZERO)

    def _rest(self, shares: Iterable[Term]) -> Form:
        """What is left of 1."""
        return Form(dict.fromkeys(shares, -ONE), ONE)

    def group(self, atom: Term) -> tuple[Term, ...]:
        """The shares of the softmax that the atom is one of, all of them; the empty tuple if it is none."""
        match atom.op, atom.args:
            case "softmax", (int(), *children):
                return tuple(self.terms.make("softmax", k, *children) for k in range(len(children)))
            case "coordinate", (value, j):
                op = self.code.producer(value)
                if isinstance(op, Softmax):
                    return tuple(self.terms.make("coordinate", value, k) for k in next(g for g in op.groups if j in g))
        return ()

    def short(self, form: Form) -> Form:
        """The same number, with shares of a softmax that have no negative coefficients, and not all of them."""
        weights, constant = dict(form.weights), form.constant
        for group in {self.group(a) for a in form.weights} - {()}:
            least = min(form.of(a) for a in group)
            constant += least  # times the sum of the shares, which is 1
            for a in group:
                weights[a] = form.of(a) - least
        return Form({a: c for a, c in weights.items() if c}, constant)

    def lower(self, form: Form) -> Fraction | None:
        """A number that the form is never below; None if none is known."""
        total, written = form.constant, self.short(form)
        total = written.constant
        for a, c in written.weights.items():
            low, high = self.side(a)
            end = low if c > 0 else high
            if end is None:
                return None
            total += c * end
        return total

    def positive(self, form: Form) -> bool:
        """Whether the form is known to be positive always: not below 0, and more because of a term that never is 0."""
        low = self.lower(form)
        grows = any(c > 0 and self._is_positive(a) for a, c in self.short(form).weights.items())
        return low is not None and (low > 0 or (low == 0 and grows))

    def _is_positive(self, a: Term) -> bool:
        if a.op != "coordinate":
            return a.op in POSITIVE
        op = self.code.producer(a.args[0])
        return isinstance(op, Softmax) or (isinstance(op, Pointwise) and isinstance(op.activations[a.args[1]], Exp | Softplus | Sigmoid))

    def side(self, a: Term) -> tuple[Fraction | None, Fraction | None]:
        """Between which numbers the term is, None where none is known."""
        if a.op == "coordinate":
            side = self.code.sides(a.args[0])[a.args[1]]
            return side.lower, side.upper
        return (ZERO if a.op in (*POSITIVE, "relu", "abs") else None), (ONE if a.op in ("sigmoid", "softmax") else None)


def evaluated(term: Term, at: Mapping[Term, float], known: dict[Term, float]) -> float:
    """About which number the term is where coordinates are these; only proposes where to look."""
    if term not in known:
        try:
            known[term] = _evaluated(term, at, known)
        except (ArithmeticError, ValueError):
            known[term] = math.nan
    return known[term]


def _evaluated(term: Term, at: Mapping[Term, float], known: dict[Term, float]) -> float:
    if term.op == "number":
        return float(term.args[0])
    if term.op == "coordinate":
        return at[term]
    if term.op == "softmax":
        i, *children = term.args
        shares = [evaluated(a, at, known) for a in children]
        return 1 / sum(math.exp(s - shares[i]) for s in shares)
    given = [evaluated(a, at, known) if isinstance(a, Term) else a for a in term.args]
    return FLOATS[term.op](*given) if term.op in FLOATS else math.nan


FLOATS: Mapping[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "abs": abs,
    "relu": lambda a: max(a, 0.0),
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "softplus": lambda a, *_: math.log1p(math.exp(-abs(a))) + max(a, 0.0),
}


def coordinates_in(term: Term, known: dict[Term, frozenset[Term]]) -> frozenset[Term]:
    """The coordinates that the term is made of."""
    if term not in known:
        known[term] = frozenset((term,)) if term.op == "coordinate" else frozenset()
        known[term] = known[term].union(*(coordinates_in(a, known) for a in term.args if isinstance(a, Term)))
    return known[term]
