"""Terms as quotients of polynomials in few affine forms, and when such a quotient is a piece of a rational-quadratic spline.

Identities of polynomials over ℚ, by sympy's rings: no number is rounded, nothing is compared up to a tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from sympy import QQ
from sympy.polys.fields import field as fractions_in

from bijection.errors import NotSupported
from bijection.frontends.pieces.terms import ONE, ZERO, Form, Forms, Term

Tree: TypeAlias = tuple[Any, ...]


@dataclass
class Basis:
    """Affine forms that are linearly independent together with 1: u = x − start first, then w, the length of the piece, if it is not
    a number; forms after u do not contain x. Polynomials in them are polynomials in the terms.
    """

    forms: Forms
    x: Term
    start: Form
    length: Form
    _trees: dict[Term, Tree] = field(default_factory=dict)
    _found: list[Form] = field(default_factory=list)
    _rows: list[tuple[Term, Form, list[Fraction]]] = field(default_factory=list)  # pivot, reduced form, how it is made of those found

    def __post_init__(self) -> None:
        if not self.length.is_constant:
            self._grow(self.length)

    def coordinates(self, form: Form) -> tuple[Fraction, ...]:
        """Of u, of the forms found, and the constant; a form that is new is added."""
        c = form.of(self.x)
        rest = self._without_x(form)
        made = self._solved(rest)
        if made is None:
            self._grow(rest)
            made = self._solved(rest)
        assert made is not None, "the form was added"
        return (c, *made)

    def _reduced(self, form: Form) -> tuple[Form, list[Fraction]]:
        left, made = Form(form.weights, ZERO), [ZERO] * len(self._found)
        for pivot, row, parts in self._rows:
            c = left.of(pivot)
            if c:
                left = left.plus(row, -c)
                made = [a + c * b for a, b in zip(made, parts + [ZERO] * (len(made) - len(parts)), strict=True)]
        return left, made

    def _solved(self, form: Form) -> tuple[Fraction, ...] | None:
        left, made = self._reduced(form)
        if left.weights:
            return None
        constant = form.constant - sum((c * f.constant for c, f in zip(made, self._found, strict=True)), ZERO)
        return (*made, constant)

    def _grow(self, form: Form) -> None:
        left, made = self._reduced(form)
        pivot = next(iter(left.weights))
        scale = 1 / left.of(pivot)
        self._found.append(form)
        self._rows.append((pivot, left.times(scale), [*(-a * scale for a in made), scale]))

    def tree(self, term: Term) -> Tree:
        """The term with affine forms as the tuple of their coordinates; what is positive and short is in the basis rather than others."""
        leaves = [self._without_x(form) for form in self._leaves(term)]
        for form in sorted((f for f in leaves if self.forms.positive(f)), key=self._terms):
            for other in self._found:  # a + b where a is known: then b, if that is positive
                rest = form.minus(other)
                form = rest if self._terms(rest) < self._terms(form) and self.forms.positive(rest) else form
            if self._solved(form) is None:
                self._grow(form)
        return self._tree(term)

    def _terms(self, form: Form) -> int:
        return len(self.forms.short(form).weights)

    def _without_x(self, form: Form) -> Form:
        return form.plus(Form({self.x: ONE}, ZERO).minus(self.start), -form.of(self.x))

    def _affine(self, term: Term) -> Form | None:
        form = self.forms.of(term)
        return None if form is None or any(self.x in below(a) for a in form.weights if a is not self.x) else form

    def _leaves(self, term: Term) -> list[Form]:
        """The affine forms that the term is computed from."""
        found, more, seen = list[Form](), [term], set[Term]()
        while more:
            at = more.pop()
            if at in seen:
                continue
            seen.add(at)
            form = self._affine(at)
            if form is not None:
                found.append(form)
            elif at.op in ("add", "mul", "div", "sqrt"):
                more += reversed(at.args)
        return found

    def _tree(self, term: Term) -> Tree:
        if term not in self._trees:
            self._trees[term] = self._new_tree(term)
        return self._trees[term]

    def _new_tree(self, term: Term) -> Tree:
        form = self._affine(term)
        if form is not None:
            return ("form", *self.coordinates(form))
        if term.op in ("add", "mul", "div", "sqrt"):
            divisor = self._affine(term.args[-1]) if term.op == "div" else None
            known = divisor is not None and not divisor.of(self.x) and any(self.forms.positive(divisor.times(ONE * s)) for s in (1, -1))
            return ("over" if known else term.op, *map(self._tree, term.args))
        raise NotSupported(str(term.args[0]) if term.op == "unread" else f"it takes {term.op} of its argument")

    def form(self, coordinates: Sequence[Fraction]) -> Form:
        """What these coordinates stand for; the first one is 0."""
        *weights, constant = coordinates[1:]
        out = Form({}, constant)
        for c, f in zip(weights, self._found, strict=False):
            out = out.plus(f, c)
        return out

    @property
    def size(self) -> int:
        """How many forms there are beside u."""
        return len(self._found)

    def positive(self) -> tuple[bool, ...]:
        """Which of them are known to be positive."""
        return tuple(map(self.forms.positive, self._found))


def below(atom: Term) -> set[Term]:
    """The terms below a term."""
    found, more = set[Term](), [a for a in atom.args if isinstance(a, Term)]
    while more:
        at = more.pop()
        if at not in found:
            found.add(at)
            more += [a for a in at.args if isinstance(a, Term)]
    return found


@dataclass(frozen=True, slots=True)
class Bin:
    """A piece: where it starts and ends, and its slopes there, as coordinates."""

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    left: tuple[Fraction, ...]
    right: tuple[Fraction, ...]


@lru_cache(maxsize=1024)
def rational_quadratic(tree: Tree, size: int, length: Fraction | None, positive: tuple[bool, ...]) -> Bin:
    """The piece as h·A/(A + B) above its start (see `proofs.splines.Spline`), or NotSupported.

    What its start, its end and its slopes must be follows from the quotient itself: the values and derivatives at u = 0 and u = w.
    Then both are compared as polynomials. Divisors must have no zero for u, v ≥ 0 with u + v = w: written in u, v and what is
    positive, they have no negative coefficients, and stay positive where u or v is 0.
    """
    calculus = Calculus(size, length, positive)
    value = calculus.value(tree)
    u, w = calculus.u, calculus.w
    low, high = calculus.at(value, calculus.zero), calculus.at(value, w)
    slope = value.diff(u)
    left, right = calculus.at(slope, calculus.zero), calculus.at(slope, w)
    h, v = high - low, w - u
    a, b = h * u**2 + left * w * u * v, h * v**2 + right * w * u * v
    if a + b == 0 or value - low != h * a / (a + b):
        raise NotSupported("it is no rational-quadratic function with the values and slopes that it has at its ends")
    return Bin(*map(calculus.coordinates, (low, high, left, right)))


@lru_cache(maxsize=1024)
def affine(tree: Tree, size: int, length: Fraction | None, positive: tuple[bool, ...]) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The values at both ends, as coordinates, of a piece that is affine in u; NotSupported for others."""
    calculus = Calculus(size, length, positive)
    value = calculus.value(tree)
    if value.diff(calculus.u).diff(calculus.u) != 0:
        raise NotSupported("it is not affine in its argument")
    low, high = (calculus.coordinates(calculus.at(value, end)) for end in (calculus.zero, calculus.w))
    return low, high


class Calculus:
    """Quotients of polynomials in u and the forms of a basis."""

    def __init__(self, size: int, length: Fraction | None, positive: tuple[bool, ...]) -> None:
        self._field, *symbols = fractions_in([f"g{k}" for k in range(size + 1 if size else 2)], QQ)
        self._symbols, self._size, self._positive = symbols, size, positive
        self.zero = self._field.zero
        self.u, self.w = symbols[0], symbols[1] if length is None else self.number(length)
        self._length = length

    def number(self, q: Fraction) -> Any:
        """A constant."""
        return self._field(QQ(q.numerator, q.denominator))

    def value(self, tree: Tree) -> Any:
        """The quotient that the tree is."""
        if tree[0] == "form":
            c, *weights, constant = tree[1:]
            total = self.number(constant) + self.number(c) * self.u
            return sum((self.number(a) * g for a, g in zip(weights, self._symbols[1:], strict=False) if a), total)
        if tree[0] == "sqrt":
            raise NotSupported("it takes a square root of its argument")
        a, b = map(self.value, tree[1:])
        if tree[0] == "add":
            return a + b
        if tree[0] == "mul":
            return a * b
        if tree[0] == "div":
            self.divides(b)
        return a / b

    def divides(self, b: Any) -> None:
        """NotSupported where the quotient is not known to be different from 0."""
        if not self._is_positive(b.numer) and not self._is_positive(-b.numer):
            raise NotSupported("it divides by what is not known to differ from 0")

    def is_positive(self, quotient: Any) -> bool:
        """Whether the quotient is known to be positive."""
        return any(self._is_positive(s * quotient.numer) and self._is_positive(s * quotient.denom) for s in (1, -1))

    def at(self, quotient: Any, end: Any) -> Any:
        """The quotient where u is that."""
        numerator, denominator = (self._put(p, end) for p in (quotient.numer, quotient.denom))
        if denominator == 0:
            raise NotSupported("it divides by 0 at an end")
        return numerator / denominator

    def _put(self, p: Any, end: Any) -> Any:
        total = self.zero
        for exponents, c in p.terms():
            term = self._field(c)
            for g, e in zip((end, *self._symbols[1:]), exponents, strict=True):
                term *= g**e if e else 1
            total += term
        return total

    def _is_positive(self, p: Any) -> bool:
        """Whether the polynomial is positive for u, v ≥ 0, u + v = w, and positive forms."""
        if self._length is None:
            ring = p.ring
            p = p.compose(ring.gens[1], ring.gens[0] + ring.gens[1])  # from here on the second symbol is v
            ends: tuple[int, ...] = (0, 1)
            known = (True, True, *self._positive[1:])
        else:
            p = self._with_unit(p)
            ends, known = (0, 1), (True, True, *self._positive)
        terms = list(p.terms())
        if not terms or any(c < 0 for _, c in terms):
            return False
        if any(e and not good for exponents, _ in terms for e, good in zip(exponents, known, strict=False)):
            return False
        return all(any(not exponents[k] for exponents, _ in terms) for k in ends)

    def _with_unit(self, p: Any) -> Any:
        """The polynomial with u/w and v/w for u and a new symbol v where w is a number: 1 = (u + v)/w makes it homogeneous in them."""
        assert self._length is not None
        wide, u, v, *rest = fractions_in([f"h{k}" for k in range(len(self._symbols) + 1)], QQ)
        w = wide(QQ(self._length.numerator, self._length.denominator))
        degree = max((exponents[0] for exponents, _ in p.terms()), default=0)
        total = wide.zero
        for exponents, c in p.terms():
            term = wide(c) * ((u + v) / w) ** (degree - exponents[0])
            for g, e in zip((u, *rest), exponents, strict=True):
                term *= g**e
            total += term
        return total.numer

    def coordinates(self, quotient: Any) -> tuple[Fraction, ...]:
        """The affine form that the quotient is."""
        if (
            quotient.denom.degree() > 0
            or any(sum(exponents) > 1 for exponents, _ in quotient.numer.terms())
            or not quotient.denom.is_ground
        ):
            raise NotSupported("its knots and slopes are no affine functions of exponentials, softmax and softplus")
        out = [ZERO] * (self._size + 2)
        d = quotient.denom.LC
        for exponents, c in quotient.numer.terms():
            q = Fraction(int((c / d).numerator), int((c / d).denominator))
            at = next((k for k, e in enumerate(exponents) if e), self._size + 1)
            out[at] = q
        return tuple(out)
