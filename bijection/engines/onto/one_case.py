"""One case of branch and bound, exactly: a label that is reached where all units are affine, or weights that exclude it (A10, Motzkin)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bijection.exact.smt import combination, functional
from proofs.activations import PiecewiseAffine
from proofs.domains import Point, Polytope
from proofs.exact import vector
from proofs.network import Affine, Node, Pointwise, Row, Stack, Sum
from proofs.ranges import pieces_on
from proofs.relaxation import Combination, Region

_ENTRIES = 40_000  # of the forms of all values together, and of the program that is solved exactly

Form = list[Fraction]  # coefficients of the inputs, then the constant


def settled(region: Region, cut: Collection[tuple[int, int]], label: int, seconds: float) -> Combination | Point | None:
    """Of the scores of a network: an input of the region (not of a grid in it) that has the label, or a combination that shows that there
    is none; None where a unit is not affine on the region, or the case is too large.

    `cut`: the coordinates whose bounds make the region out of the domain. Each has a form that is affine in the input, and so do the
    scores g. By Motzkin's theorem either some x has gⱼ < g_l for j < l and gⱼ ≤ g_l for j > l, and all bounds, or
    Σ λⱼ(gⱼ − g_l) = κ + a sum of bounds, with λ, κ ≥ 0 and κ > 0 or λⱼ > 0 for some j < l. Rational solvers find one of the two.
    """
    forms = _forms(region)
    if forms is None:
        return None
    scores, n = forms[-1], region.f.arity
    rivals = [j for j in range(len(scores)) if j != label]
    margins = [_minus(scores[label], scores[j]) for j in rivals]
    bounds = _bounds(region, forms, cut)
    if (n + 1) * (len(rivals) + len(bounds)) > _ENTRIES:
        return None
    one = vector([*([Fraction(0)] * n), Fraction(1)])
    earlier, later = ([vector(m) for m, j in zip(margins, rivals, strict=True) if (j < label) is side] for side in (True, False))
    vectors = [*earlier, *later, *(vector(b.form) for b in bounds), one]
    some = [*range(len(earlier)), len(vectors) - 1]
    weights = combination([[-t for t in v.numerators] for v in vectors], some, some, seconds)
    if weights is not None:
        exact = [w * v.denominator for w, v in zip(weights, vectors, strict=True)]
        return _combination(exact[: len(rivals)], zip(bounds, exact[len(rivals) : -1], strict=True), label)
    strict, weak = ([v.numerators for v in some] for some in ([one, *earlier], vectors[len(earlier) : -1]))
    u = functional(strict, weak, [], seconds)
    return None if u is None else tuple(Fraction(t, u[-1]) for t in u[:-1])


@dataclass(frozen=True, slots=True)
class _Bound:
    """form ≥ 0 on the region: an end of a coordinate of a value (sign 1 for a lower one, −1 for an upper one), or a side of a polytope
    (sign 0, and `value` is its number)."""

    form: Form
    value: int
    coordinate: int
    sign: int


def _bounds(region: Region, forms: Sequence[Sequence[Form]], cut: Collection[tuple[int, int]]) -> list[_Bound]:
    found = []
    for v, i in sorted({*((0, i) for i in range(region.f.arity)), *cut}):
        side, form = region.side(v, i), forms[v][i]
        if side.lower is not None:
            found.append(_Bound([*form[:-1], form[-1] - side.lower], v, i, 1))
        if side.upper is not None:
            found.append(_Bound([*(-t for t in form[:-1]), side.upper - form[-1]], v, i, -1))
    if isinstance(region.on, Polytope):
        sides = enumerate(zip(region.on.normals, region.on.offsets, strict=True))
        found += [_Bound([*(-t for t in a), b], k, 0, 0) for k, (a, b) in sides]
    return found


def _combination(weights: Sequence[Fraction], bounds: Iterable[tuple[_Bound, Fraction]], label: int) -> Combination:
    """As the kernel wants it; ends of inputs it takes by itself."""
    used = [(b, m) for b, m in bounds if m]
    multipliers = tuple((b.value, b.coordinate, b.sign * m) for b, m in used if b.sign and b.value)
    sides = tuple((b.value, m) for b, m in used if not b.sign)
    return Combination((*weights[:label], -sum(weights, Fraction(0)), *weights[label:]), (), multipliers, sides)


def _minus(a: Form, b: Form) -> Form:
    return [s - t for s, t in zip(a, b, strict=True)]


def _forms(region: Region) -> list[list[Form]] | None:
    """Every coordinate of every value as an affine form of the input, where all units are affine on the region."""
    f = region.f
    if sum(f.widths) * (f.arity + 1) > _ENTRIES:
        return None
    forms = [[[Fraction(int(i == j)) for j in range(f.arity + 1)] for i in range(f.arity)]]
    for node in f.nodes:
        found = _through(node, [forms[j] for j in node.inputs], region)
        if found is None:
            return None
        forms.append(found)
    return forms


def _through(node: Node, inputs: Sequence[list[Form]], region: Region) -> list[Form] | None:
    match node.op:
        case Affine(_, rows, d):
            return [_row(row, d, inputs[0], region.f.arity) for row in rows]
        case Sum():
            return [[sum(entries, Fraction(0)) for entries in zip(*parts, strict=True)] for parts in zip(*inputs, strict=True)]
        case Stack():
            return [form for part in inputs for form in part]
        case Pointwise(activations):
            found = []
            for s, side, form in zip(activations, region.values[node.inputs[0]], inputs[0], strict=True):
                pieces = pieces_on(s, side) if isinstance(s, PiecewiseAffine) else ()
                if len(pieces) != 1:
                    return None
                slope, shift = pieces[0]
                found.append([*(slope * t for t in form[:-1]), slope * form[-1] + shift])
            return found
        case _:
            return None


def _row(row: Row, d: int, inputs: Sequence[Form], n: int) -> Form:
    out = [Fraction(0)] * n + [Fraction(row.constant)]
    for j, a in zip(row.columns, row.coefficients, strict=True):
        out = [t + a * u for t, u in zip(out, inputs[j], strict=True)]
    return [t / d for t in out]
