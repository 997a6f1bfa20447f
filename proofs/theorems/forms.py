"""The values of a network as affine forms in few functions of the input, so that equal values are seen to be equal.

An *atom* is a function ℝⁿ → ℝ: the constant 1, a coordinate of the input, a *name* for an affine form M in earlier atoms, a *kink*
max(M − b, 0), or a value that is not taken apart (a smooth activation at a form, a product, a softmax, an argmax). Each coordinate of
each value of the network is written as Σ c·atom. What happens on the way is exact, so this holds by induction over the nodes:
  affine maps, sums, stacks    are linear in the forms; max(s, t) is s + max(t − s, 0);
  σ(form), σ with pieces       a form whose atoms are kinks of one M, M itself and 1 is φ(M) with φ: ℝ → ℝ piecewise affine; any
                               other form is c·M + d for a primitive M that gets a name. Then σ ∘ φ is composed exactly, and written
                               as α·M + β + Σ γ·max(M − b, 0), which is unique;
  a form in names alone        is replaced by what the names stand for;
  products                     of products are one product of primitive forms, in which e^s·e^t = e^(s + t), e^0 = 1, 1/(1 + e^(−t))
                               cancels 1 + e^(−t), and 1/max(t, a) cancels t where t ≥ a is evident;
  splines                      S⁻¹(S(t)) = S(S⁻¹(t)) = t, if the bins have the same forms.
Two forms with the same coefficients are the same function. The converse fails: nothing is looked for that is not found this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import TypeAlias, TypeVar, assert_never

from proofs.activations import RELU, Activation, Elu, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, numbers, value
from proofs.exact import LINE, common_denominator
from proofs.limits import Meter, digits
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs
from proofs.ranges import enclosure
from proofs.splines import bins_of
from proofs.theorems.pieces import composed

ONE = 0  # the constant atom; the coordinates of the input follow

Form: TypeAlias = dict[int, int]  # atom → coefficient ≠ 0
Rational: TypeAlias = dict[int, Fraction]
Part: TypeAlias = tuple[tuple[int, int], ...]  # a primitive form, as a factor
Number = TypeVar("Number", int, Fraction)


@dataclass(frozen=True, slots=True)
class Forms:
    """A vector of forms over one denominator."""

    forms: list[Form]
    denominator: int

    def bits(self) -> int:
        """The length of the longest number in it."""
        longest = (max(map(int.bit_length, form.values()), default=0) for form in self.forms)
        return max(self.denominator.bit_length(), max(longest, default=0))


def forms(f: Network) -> Forms:
    """The outputs of the network as forms; the coordinate i of the input is atom i + 1."""
    return Atoms(f.arity).run(f)


@dataclass(slots=True)
class Atoms:
    """The atoms met so far in the values of networks on ℝⁿ."""

    arity: int
    meter: Meter = field(default_factory=Meter)
    meaning: dict[int, Form] = field(default_factory=dict)  # of names
    kinks: dict[int, tuple[int, Fraction]] = field(default_factory=dict)  # the atom M and the breakpoint b
    opaque: set[int] = field(default_factory=set)
    factors: dict[int, tuple[Part, ...]] = field(default_factory=dict)  # of products
    arguments: dict[int, tuple[type, Rational, Fraction]] = field(default_factory=dict)  # of functions that are positive
    splines: dict[int, tuple[int, int, Rational]] = field(default_factory=dict)  # the power, a name for the bins, the argument
    _bent: dict[object, Rational] = field(default_factory=dict)  # what was computed already
    _numbers: dict[object, int] = field(default_factory=dict)

    def run(self, f: Network) -> Forms:
        """The outputs of a network on these inputs."""
        values = [Forms([{i + 1: 1} for i in range(self.arity)], 1)]
        for node in f.nodes:
            values.append(self._settled(self._apply(node.op, [values[j] for j in node.inputs])))
        return values[-1]

    def _apply(self, op: Op, inputs: Sequence[Forms]) -> Forms:
        match op:
            case Affine():
                return self._affine(op, inputs[0])
            case Stack():
                d = common_denominator(v.denominator for v in inputs)
                return Forms([form for v in inputs for form in self._over(v, d)], d)
            case Sum():
                d = common_denominator(v.denominator for v in inputs)
                columns = zip(*(self._over(v, d) for v in inputs), strict=True)
                return Forms([_total([(1, form) for form in column]) for column in columns], d)
            case Pointwise(activations):
                v = inputs[0]
                self.meter.take(30_000 * sum(count * (1 + len(numbers(s))) for s, count in runs(activations)))
                return _common([self._activated(s, form, v.denominator) for s, form in zip(activations, v.forms, strict=True)])
            case Max(groups):
                return _common([self._largest([inputs[0].forms[j] for j in group], inputs[0].denominator) for group in groups])
            case Product():
                u, v = inputs
                return _common([self._product(s, u.denominator, t, v.denominator) for s, t in zip(u.forms, v.forms, strict=True)])
            case Argmax():
                return _common([{self._opaque((op, *_key(inputs[0], range(len(inputs[0].forms))))): Fraction(1)}])
            case Spline():
                return _common([self._spline(op, inputs, i) for i in range(len(inputs[0].forms))])
            case Softmax(groups):
                names = [(self._number(("group", *_key(inputs[0], group))), group) for group in groups]
                places = {i: ("softmax", name, k) for name, group in names for k, i in enumerate(group)}
                return _common([{self._opaque(places[i]): Fraction(1)} for i in range(len(places))])
            case _:
                assert_never(op)

    def _affine(self, op: Affine, x: Forms) -> Forms:
        lengths = [len(form) for form in x.forms]
        bits = x.bits()
        atoms = self.arity + 1 + len(self._numbers)
        for row in op.rows:
            entries = 1 + sum(lengths[j] for j in row.columns)
            self.meter.take(entries * (150 + digits(op.bits) * digits(bits)), min(entries, atoms) * (300 + op.bits + bits))
        out = []
        for row in op.rows:
            terms = [(c, x.forms[j]) for j, c in zip(row.columns, row.coefficients, strict=True)]
            out.append(_total([*terms, (row.constant * x.denominator, {ONE: 1})]))
        return Forms(out, op.denominator * x.denominator)

    def _over(self, v: Forms, denominator: int) -> list[Form]:
        k = denominator // v.denominator
        entries = sum(map(len, v.forms))
        self.meter.take(entries * (100 + digits(v.bits()) * digits(k.bit_length())), entries * (300 + v.bits() + k.bit_length()))
        return [{atom: a * k for atom, a in form.items()} for form in v.forms]

    def _settled(self, v: Forms) -> Forms:
        """The same vector with forms in names alone replaced, in lowest terms."""
        out = [self._unfolded(form) for form in v.forms]
        bits = v.bits()
        self.meter.take(sum(map(len, out)) * (100 + digits(bits) ** 2))
        common = gcd(v.denominator, *(a for form in out for a in form.values()))
        return Forms([{atom: a // common for atom, a in form.items()} for form in out], v.denominator // common)

    def _unfolded(self, form: Form) -> Form:
        while True:
            names = [atom for atom in form if atom in self.meaning]
            if not names or any(atom in self.kinks or atom in self.opaque for atom in form):
                return form
            entries = len(form) + sum(len(self.meaning[name]) for name in names)
            self.meter.take(200 * entries, 400 * entries)
            rest = {atom: a for atom, a in form.items() if atom not in self.meaning}
            form = _total([(1, rest), *((form[name], self.meaning[name]) for name in names)])

    def _activated(self, s: Activation, form: Form, d: int) -> Rational:
        bits = max(map(int.bit_length, (d, *form.values())))
        self.meter.take(3000 + len(form) * (300 + digits(bits) ** 2))
        if isinstance(s, PiecewiseAffine):
            known = (s, d, frozenset(form.items()))
            if known not in self._bent:
                base, inner = self._one_variable(form, d)
                self._bent[known] = self._written(composed(s, inner, self.meter), base)
            return dict(self._bent[known])
        key = _key(Forms([form], d), [0])
        if isinstance(s, Elu):
            return {self._opaque((Elu(s.alpha, Fraction(1)), key)): s.scale}
        number = self._opaque((s, key))
        if isinstance(s, Exp | Sigmoid | Softplus | Reciprocal):
            self.arguments[number] = type(s), dict(key[0]), s.least if isinstance(s, Reciprocal) else Fraction(0)
        return {ONE: Fraction(1)} if s == Exp() and not form else {number: Fraction(1)}

    def _one_variable(self, form: Form, d: int) -> tuple[int, PiecewiseAffine]:
        """(M, φ) with form/d = φ(M)."""
        bends = {self.kinks[atom][0] for atom in form if atom in self.kinks}
        others = {atom: a for atom, a in form.items() if atom != ONE and atom not in self.kinks}
        base, *more = {*bends, *others} or {ONE}
        slope = form.get(base, 0) if base != ONE else 0
        if more and len(bends) == 1:  # the rest may be a multiple of M, written out
            (base,) = bends
            slope = others.pop(base, 0)
            multiple = _multiple(others, self.meaning.get(base, {}))
            slope, more = slope + (multiple or 0), [base] * (multiple is None)
        if more:
            base, slope = self._direction(form)
        cuts = sorted((self.kinks[atom][1], Fraction(a, d)) for atom, a in form.items() if atom in self.kinks) if not more else []
        pieces = [(Fraction(slope, d), Fraction(form.get(ONE, 0), d))]
        for b, c in cuts:
            before, intercept = pieces[-1]
            pieces.append((before + c, intercept - c * b))
        return base, PiecewiseAffine(tuple(b for b, _ in cuts), tuple(pieces))

    def _direction(self, form: Form) -> tuple[int, int]:
        """(M, c) with form = c·M + a constant, M primitive with a positive first coefficient."""
        linear = sorted((atom, a) for atom, a in form.items() if atom != ONE)
        content = gcd(*(a for _, a in linear)) * (1 if linear[0][1] > 0 else -1)
        primitive = tuple((atom, a // content) for atom, a in linear)
        number = self._number(("name", primitive))
        self.meaning.setdefault(number, dict(primitive))
        return number, content

    def _written(self, s: PiecewiseAffine, base: int) -> Rational:
        """σ(M) as α·M + β + Σ γ·max(M − b, 0)."""
        if base == ONE:
            constant = value(s, Fraction(1))
            return {ONE: constant} if constant else {}
        out = dict(zip((base, ONE), s.pieces[0], strict=True))
        for b, (before, _), (after, _) in zip(s.breakpoints, s.pieces, s.pieces[1:], strict=False):
            number = self._number(("kink", base, b))
            self.kinks[number] = (base, b)
            out[number] = after - before
        return {atom: a for atom, a in out.items() if a}

    def _largest(self, members: Sequence[Form], d: int) -> Rational:
        first, *rest = (dict(form) for form in sorted({tuple(sorted(form.items())) for form in members}))  # in an order of their own
        most = {atom: Fraction(a, d) for atom, a in first.items()}
        for form in rest:
            self.meter.take(3000 * (1 + len(form) + len(most)))
            more = _total([(Fraction(1, d), {atom: Fraction(a) for atom, a in form.items()}), (Fraction(-1), most)])
            ahead = _common([more])
            more = self._activated(RELU, self._unfolded(ahead.forms[0]), ahead.denominator)
            most = _total([(Fraction(1), most), (Fraction(1), more)])
        return most

    def _product(self, s: Form, d: int, t: Form, e: int) -> Rational:
        self.meter.take(3000 * (1 + len(s) + len(t)))
        for one, other in ((s, t), (t, s)):
            if one.keys() <= {ONE}:
                return {atom: Fraction(a * one.get(ONE, 0), d * e) for atom, a in other.items() if one}
        factor, parts = Fraction(1, d * e), list[Part]()
        for form in (s, t):
            items = sorted(form.items())
            content = gcd(*form.values()) * (1 if items[0][1] > 0 else -1)
            part = tuple((atom, a // content) for atom, a in items)
            factor *= content
            parts += self.factors.get(part[0][0], (part,)) if len(part) == 1 else (part,)
        parts, inverse = self._without_reciprocals(self._without_sigmoids(self._one_exponential(parts)))
        parts, factor = sorted(parts), factor * inverse
        if len(parts) > 1:
            number = self._opaque(("product", *parts))
            self.factors[number] = tuple(parts)
            return {number: factor}
        return {atom: a * factor for atom, a in parts[0]} if parts else {ONE: factor}

    def _one_exponential(self, parts: list[Part]) -> list[Part]:
        """The factors with all exponentials in one."""
        arguments = [self._argument(part, Exp) for part in parts]
        found = [argument for argument in arguments if argument is not None]
        if len(found) < 2:
            return parts
        self.meter.take(3000 * sum(1 + len(argument) for argument in found))
        whole = _common([_total([(Fraction(1), argument) for argument in found])])
        power = self._activated(Exp(), whole.forms[0], whole.denominator)
        rest = [part for part, argument in zip(parts, arguments, strict=True) if argument is None]
        return rest if power == {ONE: 1} else [*rest, ((next(iter(power)), 1),)]

    def _without_sigmoids(self, parts: list[Part]) -> list[Part]:
        """The factors without pairs 1/(1 + e^(−t)) and 1 + e^(−t)."""
        left = list(parts)
        for part in parts:
            argument = self._argument(part, Sigmoid)
            if argument is not None:
                minus = _common([{atom: -a for atom, a in argument.items()}])
                (power,) = self._activated(Exp(), minus.forms[0], minus.denominator)
                other = tuple(sorted(((ONE, 1), (power, 1))))
                if power != ONE and other in left and part in left:
                    left.remove(part)
                    left.remove(other)
        return left

    def _without_reciprocals(self, parts: list[Part]) -> tuple[list[Part], Fraction]:
        """The factors without pairs 1/max(t, a) and t ≥ a, and the number that is left of them."""
        left, number = list(parts), Fraction(1)
        for part in parts:
            argument = self._argument(part, Reciprocal)
            if argument:
                whole = _common([argument])
                (form,) = whole.forms
                content = gcd(*form.values()) * (1 if min(form.items())[1] > 0 else -1)
                other = tuple((atom, a // content) for atom, a in sorted(form.items()))
                if other in left and part in left and self._at_least(form, whole.denominator, self.arguments[part[0][0]][2]):
                    left.remove(part)
                    left.remove(other)
                    number *= Fraction(whole.denominator, content)
        return left, number

    def _at_least(self, form: Form, d: int, least: Fraction) -> bool:
        """Whether the form is at least that much by its sign pattern, or as a function of one variable."""
        if all(a > 0 and (atom in self.kinks or atom in self.arguments) for atom, a in form.items() if atom != ONE):
            return Fraction(form.get(ONE, 0), d) >= least
        low = enclosure(self._one_variable(form, d)[1], LINE).lower
        return low is not None and low >= least

    def _argument(self, part: Part, kind: type) -> Rational | None:
        """t where the factor is e^t, or the sigmoid of t."""
        found = self.arguments.get(part[0][0]) if len(part) == 1 and part[0][1] == 1 else None
        return found[1] if found is not None and found[0] is kind else None

    def _spline(self, op: Spline, inputs: Sequence[Forms], i: int) -> Rational:
        """A function of the argument and its bins; the argument of the inner one of S and S⁻¹, one after the other, with the same bins."""
        x, *parts = inputs
        own = bins_of(i, len(x.forms), len(parts[0].forms))
        self.meter.take(3000 * (1 + len(x.forms[i]) + sum(len(part.forms[j]) for part in parts for j in own)))
        ((*argument,),) = _key(x, [i])
        bins = self._number(("bins", op.least, *(_key(part, own) for part in parts)))
        inner = self.splines.get(argument[0][0]) if len(argument) == 1 and argument[0][1] == 1 else None
        if inner is not None and inner[:2] == (-op.power, bins):
            return dict(inner[2])
        number = self._opaque(("spline", op.power, bins, *argument))
        self.splines[number] = op.power, bins, dict(argument)
        return {number: Fraction(1)}

    def _opaque(self, key: object) -> int:
        number = self._number(key)
        self.opaque.add(number)
        return number

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, self.arity + 1 + len(self._numbers))


def _total(terms: Iterable[tuple[Number, Mapping[int, Number]]]) -> dict[int, Number]:
    """The sum of multiples of forms."""
    out: dict[int, Number] = {}
    for c, form in terms:
        for atom, a in form.items():
            out[atom] = out[atom] + c * a if atom in out else c * a
    return {atom: a for atom, a in out.items() if a}


def _key(v: Forms, members: Sequence[int]) -> tuple[tuple[tuple[int, Fraction], ...], ...]:
    """Some of the forms as one value that is the same for the same functions."""
    return tuple(tuple(sorted((atom, Fraction(a, v.denominator)) for atom, a in v.forms[i].items())) for i in members)


def _common(rows: Sequence[Rational]) -> Forms:
    """The forms over their common denominator."""
    d = common_denominator(a.denominator for row in rows for a in row.values())
    return Forms([{atom: a.numerator * (d // a.denominator) for atom, a in row.items()} for row in rows], d)


def _multiple(form: Form, other: Form) -> int | None:
    """c with form = c·other, for a primitive other; None if there is none."""
    if not form or form.keys() != other.keys():
        return None if form else 0
    first = next(iter(form))
    c = form[first] // other[first]
    return c if all(a == c * other[atom] for atom, a in form.items()) else None
