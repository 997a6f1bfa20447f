"""Vectors that are scaled by a positive number which depends on the vector: root mean square normalisation, softsign (L13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, TypeAlias

from proofs.activations import IDENTITY, Activation, PiecewiseAffine, Reciprocal, Sqrt
from proofs.enclosure import all_bounds
from proofs.errors import Brief, Rejected, require
from proofs.exact import Interval
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Affine, Network, Node, Pointwise, Product, Row, Stack, Sum
from proofs.statements import Injective, Statement
from proofs.theorems.blocks import dependence
from proofs.theorems.stages import Place

_ZERO = Fraction(0)
_MOST_DEGREE = 100  # higher ones are too high anyway

Form: TypeAlias = tuple[int, Fraction] | None  # (k, c) stands for h + c with h(λx) = λᵏ·h(x) for λ > 0, where h = 0 if k = 0


@dataclass(frozen=True, slots=True, repr=False)
class ScaledRays(Brief):
    """f(x)ᵢ = xᵢ·s(x), with one s = (h + ε)^(−e) for all i of a group of inputs that depends on these alone, ε > 0, h ≥ 0 with
    h(λx) = λᵏ·h(x) for λ > 0, and ke ≤ 1, e = 1 or 1/2 ⇒ f is injective on every set.

    Proof. Let f(x) = f(y), and take one group. As s > 0, x = 0 there if and only if y = 0 there. Otherwise y = λx there with λ =
    s(x)/s(y) > 0, and xᵢ ≠ 0 for some i; so xᵢ·s(x) = yᵢ·s(y) = λxᵢ·s(λx), that is φ(1) = φ(λ) for φ(t) = t·(tᵏ·h(x) + ε)^(−e). Now
    φ′(t) = (tᵏ·h + ε)^(−e − 1)·(ε + (1 − ke)·tᵏ·h) > 0, so λ = 1. ∎

    The network ends with the product of its input (in order, or copied) and these s, read off 1/max(·, least) after √ or nothing, with
    bounds that show that the maxima do nothing. What is homogeneous of degree k up to a constant is followed from the input: linear
    maps, activations that bend at 0 only, sums, products (`Form`).
    """

    name: ClassVar[str] = "ScaledRays"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (L13)"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright."""
        match goal:
            case Injective(Network(nodes=(*_, Node(Product(), (left, right)))) as f, on):
                n = f.arity
                require(f.width == n, "as many outputs as inputs are needed")
                meter = Meter()
                scale = next((v for w, v in ((left, right), (right, left)) if _copied(f, w, meter)), None)
                require(scale is not None, "no factor of the last product is the input")
                assert scale is not None
                sources = [_origin(f, (scale, i), meter) for i in range(n)]
                sides = all_bounds(f, on)
                forms = _forms(f, meter)
                depends = dependence(Network(n, f.nodes[:scale]))
                groups: dict[Place, int] = {}
                for i, place in enumerate(sources):
                    groups[place] = groups.get(place, 0) | 1 << i
                for i, place in enumerate(sources):
                    require(depends[i] & ~groups[place] == 0, "the factor of input {} depends on inputs that have another one", i)
                for place in groups:
                    _check(f, place, sides, forms, meter)
                return ()
            case _:
                raise Rejected("scaled rays prove that a network which ends with a product is injective only")


def _copied(f: Network, value: int, meter: Meter) -> bool:
    """Whether the value is the input."""
    return f.widths[value] == f.arity and all(_origin(f, (value, i), meter) == (0, i) for i in range(f.arity))


def _origin(f: Network, place: Place, meter: Meter) -> Place:
    """Where the number is copied from."""
    v, i = place
    while v:
        node = f.nodes[v - 1]
        meter.take(500 + 100 * (len(node.op.rows[i].columns) if isinstance(node.op, Affine) else len(node.inputs)))
        match node.op:
            case Affine(_, rows, d) if (source := _copied_from(rows[i], d)) is not None:
                v, i = node.inputs[0], source
            case Stack():
                for v in node.inputs:
                    if i < f.widths[v]:
                        break
                    i -= f.widths[v]
            case Pointwise(activations) if activations[i] == IDENTITY:
                v = node.inputs[0]
            case _:
                return v, i
    return v, i


def _copied_from(row: Row, d: int) -> int | None:
    """The column that the row copies."""
    used = [(j, a) for j, a in zip(row.columns, row.coefficients, strict=True) if a]
    return used[0][0] if len(used) == 1 and used[0][1] == d and not row.constant else None


def _check(f: Network, place: Place, sides: Sequence[Sequence[Interval]], forms: Sequence[Sequence[Form]], meter: Meter) -> None:
    """That the number at the place is (h + ε)^(−e) with ke ≤ 1."""
    outer, argument = _activation(f, place, meter)
    require(isinstance(outer, Reciprocal), "a factor is no reciprocal")
    assert isinstance(outer, Reciprocal)
    low = sides[argument[0]][argument[1]].lower
    require(low is not None and low >= outer.least, "the argument of a reciprocal is not known to be at least {}", outer.least)
    root, inside = _activation(f, argument, meter)
    half = isinstance(root, Sqrt)
    v, i = inside if half else argument
    form, low = forms[v][i], sides[v][i].lower
    if form is None:
        raise Rejected("a factor is not known to be made of a homogeneous function and a constant")
    degree, epsilon = form
    require(epsilon > 0, "the constant {} is not positive", epsilon)
    require(low is not None and low >= epsilon, "the homogeneous part is not known to be at least 0")
    require(degree <= (2 if half else 1), "a factor falls too fast: the homogeneous part has the degree {}", degree)


def _activation(f: Network, place: Place, meter: Meter) -> tuple[Activation | None, Place]:
    """The activation that computes the number, and where its argument comes from."""
    v, i = place
    match f.nodes[v - 1] if v else None:
        case Node(Pointwise(activations), (w,)):
            return activations[i], _origin(f, (w, i), meter)
        case _:
            return None, place


def _forms(f: Network, meter: Meter) -> list[list[Form]]:
    """For each coordinate of each value its degree and constant; None where it is not known to have them."""
    values: list[list[Form]] = [[(1, _ZERO)] * f.arity]
    for node in f.nodes:
        inputs = [values[j] for j in node.inputs]
        meter.take(20_000 * (1 + sum(map(len, inputs))))
        x = inputs[0]
        match node.op:
            case Affine(_, rows, d):
                meter.take(node.op.entries * (20_000 + digits(node.op.bits) ** 2))
                pairs = [[(Fraction(a, d), x[j]) for j, a in zip(row.columns, row.coefficients, strict=True) if a] for row in rows]
                values.append([_total(terms, Fraction(row.constant, d)) for terms, row in zip(pairs, rows, strict=True)])
            case Sum():
                values.append([_total([(Fraction(1), form) for form in column], _ZERO) for column in zip(*inputs, strict=True)])
            case Stack():
                values.append([form for part in inputs for form in part])
            case Product():
                values.append([_product(a, b) for a, b in zip(*inputs, strict=True)])
            case Pointwise(activations):
                values.append([_bent(s, form) for s, form in zip(activations, x, strict=True)])
            case _:
                values.append([None] * f.widths[len(values)])
    return values


def _total(terms: Sequence[tuple[Fraction, Form]], constant: Fraction) -> Form:
    degrees = set[int]()
    for a, form in terms:
        if form is None:
            return None
        constant += a * form[1]
        degrees |= {form[0]} - {0}
    return None if len(degrees) > 1 else (max(degrees, default=0), constant)


def _product(a: Form, b: Form) -> Form:
    if a is None or b is None or (a[1] and b[1] and a[0] + b[0]):
        return None
    if not a[1] and not b[1]:
        return min(a[0] + b[0], _MOST_DEGREE), _ZERO
    (degree, constant), other = (a, b) if not a[0] else (b, a)
    return None if degree else (other[0], constant * other[1])


def _bent(s: Activation, form: Form) -> Form:
    if form is None or s == IDENTITY:
        return form
    at_zero = isinstance(s, PiecewiseAffine) and all(b == 0 for b in s.breakpoints) and all(q == 0 for _, q in s.pieces)
    return form if at_zero and not form[1] else None
