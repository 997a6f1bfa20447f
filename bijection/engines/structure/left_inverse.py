"""A left inverse of a network, part by part (S4, B1, B8, G10). INVERTERS is the place to add the inverse of another kind of layer.

An inverter takes a part of a network, itself a network ℝⁿ → ℝᵐ, and answers with a network g for which g ∘ part = id is expected, or
None. It only proposes: what is put together here goes to the kernel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from bijection.engines.proposal import Search, proves
from bijection.engines.structure.flows import stages
from bijection.engines.structure.radial import radial_step
from bijection.engines.structure.solving import solved, undone
from bijection.exact.linear import left_factor
from proofs.activations import PiecewiseAffine
from proofs.compose import compose, cuts, prefix, suffix
from proofs.domains import Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.kernel import Theorem
from proofs.network import Affine, Network, Node, Op, Pointwise, Row, Spline, Sum
from proofs.statements import Injective, IsIdentity
from proofs.theorems.forms import ONE, Atoms, Form
from proofs.theorems.identity import Cancels, CancelsInside
from proofs.theorems.radial import unradial
from proofs.theorems.stages import segments

Inverter: TypeAlias = Callable[[Network], Network | None]

_LONGEST = 6  # segments between cuts that are taken as one part
_STEPS = 4  # of an iteration
_SECONDS = 30.0
_MOST_BITS = 10**9  # of the entries of an inverse matrix, roughly


def activations(part: Network) -> Network | None:
    """One layer of strictly monotone piecewise-affine functions onto ℝ: each is undone."""
    if len(part.nodes) != 1 or not isinstance(part.nodes[0].op, Pointwise):
        return None
    known: dict[object, PiecewiseAffine | None] = {}
    for s in part.nodes[0].op.activations:
        if s not in known:
            known[s] = undone(s) if isinstance(s, PiecewiseAffine) else None
    inverses = [known[s] for s in part.nodes[0].op.activations]
    found = [s for s in inverses if s is not None]
    return chain(part.width, Pointwise(tuple(found))) if len(found) == len(inverses) else None


def recombined(part: Network) -> Network | None:
    """The inputs are affine combinations of the outputs: affine maps of full column rank, rectified pairs B, −DB, x⁺ and x⁻ …"""
    if part.width < part.arity or _splined(part):
        return None
    atoms = Atoms(part.arity)
    out = atoms.run(part)
    forms = [expanded(form, atoms) for form in out.forms]
    known = sorted({atom for form in forms for atom in form} - set(range(part.arity + 1)))
    columns = [*range(1, part.arity + 1), *known]
    bits = max(map(int.bit_length, (out.denominator, *(a for form in forms for a in form.values()))))
    if len(columns) * part.width * min(part.width, len(columns)) * bits > _MOST_BITS:
        return None
    unit = [[out.denominator * (i + 1 == atom) for atom in columns] for i in range(part.arity)]
    factor = left_factor([[form.get(atom, 0) for atom in columns] for form in forms], unit)
    if factor is None:
        return None
    shifts = [Fraction(form.get(ONE, 0), out.denominator) for form in forms]
    return chain(part.width, affine(factor, [-_dot(row, shifts) for row in factor], part.width))


def _splined(part: Network) -> bool:
    """Splines are solved for; the forms of their bins are long, and combinations of the outputs seldom free of them."""
    return any(isinstance(node.op, Spline) for node in part.nodes)


def iterated(part: Network) -> Network | None:
    """f(x) = Ax + N(x) with A invertible: x ← x + A⁻¹(y − f(x)) from A⁻¹(y − f(0)) ends at x after few steps if N(x) depends on
    what is known already, as in additive couplings and autoregressive layers."""
    if part.width != part.arity or not part.nodes or isinstance(part.nodes[0].op, Pointwise) or _splined(part):
        return None
    atoms = Atoms(part.arity)
    out = atoms.run(part)
    n = part.arity
    for forms in (out.forms, [expanded(form, atoms) for form in out.forms]):
        unit = [[int(i == j) * out.denominator for j in range(n)] for i in range(n)]
        inverse = left_factor([[form.get(j + 1, 0) for j in range(n)] for form in forms], unit)
        if inverse is None:
            continue
        try:
            g = _started(part, inverse)
        except NoExactValue:
            return None
        for _ in range(_STEPS):
            g = _improved(part, inverse, g)
            if is_left_inverse(g, part):
                return g
    return None


def staged(part: Network) -> Network | None:
    """Parts between sets of coordinates, where no value is a cut: two-sided couplings, flows that split."""
    if part.width != part.arity:
        return None
    found = stages(Injective(part, Reals(part.arity)), Search(time.monotonic() + _SECONDS), strong=False)
    if found is None or not found[0]:
        return None
    g: Network = Network(part.width, ())
    for piece in reversed(segments(part, found[0])):
        back = inverse_of_part(piece, _SINGLE)
        if back is None:
            return None
        g = together(back.g, g)
    return g


def along_rays(part: Network) -> Network | None:
    """A radial flow: how far a point is from the centre solves a quadratic equation."""
    step = radial_step(part)
    return None if step is None or step.beta <= -step.alpha else unradial(step.center, step.alpha, step.beta)


_SINGLE: tuple[Inverter, ...] = (activations, recombined, iterated, solved)
INVERTERS: tuple[Inverter, ...] = (*_SINGLE, staged, along_rays)


@dataclass(frozen=True, slots=True)
class Undone:
    """A part f of a network, g, and the theorem that proves g ∘ f = id."""

    f: Network
    g: Network
    by: Theorem


def by_layers(f: Network) -> Network | None:
    """g with g ∘ f = id on ℝⁿ, put together from the inverses of parts; None if they are not found."""
    found = undone_parts(f)
    return None if found is None else inverse_of(f, found)


def inverse_of(f: Network, parts: Sequence[Undone]) -> Network:
    """The inverse of the last part, then that of the one before, to the first one."""
    g: Network = Network(f.width, ())
    for part in reversed(parts):
        g = together(part.g, g)
    return g


def proof_of(parts: Sequence[Undone]) -> tuple[Theorem, ...]:
    """Evidence for g ∘ f = id: normal forms; or part by part from the last one on, if these do not see all."""
    others = [k for k, part in enumerate(parts) if not isinstance(part.by, Cancels)]
    if not others:
        return (Cancels(),)
    steps, start = list[Theorem](), sum(len(part.f.nodes) for part in parts)
    for part in parts[:0:-1]:
        end, start = start + len(part.g.nodes), start - len(part.f.nodes)
        steps += [CancelsInside(start, end), part.by]
    return (*steps, parts[0].by)


def undone_parts(f: Network, until: float | None = None) -> list[Undone] | None:
    """The parts of a network, with their inverses; None if they are not found before that reading of time.monotonic."""
    places = sorted({0, *cuts(f)})
    failed: set[int] = set()
    found: list[Undone] = []

    def rest(start: int) -> bool:
        if places[start] == len(f.nodes):
            return True
        if start in failed:
            return False
        tail = suffix(f, places[start])
        for end in range(start + 1, min(start + _LONGEST, len(places) - 1) + 1):
            if until is not None and time.monotonic() > until:
                return False
            undone = inverse_of_part(prefix(tail, places[end] - places[start]))
            if undone is not None:
                found.append(undone)
                if rest(end):
                    return True
                found.pop()
        failed.add(start)
        return False

    return found if rest(0) else None


def inverse_of_part(part: Network, inverters: Sequence[Inverter] | None = None) -> Undone | None:
    """The proposal of the first inverter that has one which the kernel believes."""
    for inverter in INVERTERS if inverters is None else inverters:
        try:
            g = inverter(part)
        except (Rejected, Malformed):  # an operation that has no form, or too much work
            continue
        by = Cancels() if inverter is not along_rays else radial_step(part)
        if g is not None and by is not None and proves(by, IsIdentity(compose(g, part), Reals(part.arity))):
            return Undone(part, g, by)
    return None


def is_left_inverse(g: Network, f: Network) -> bool:
    """Whether g ∘ f = id on ℝⁿ is seen by normal forms."""
    composed = compose(g, f)
    return proves(Cancels(), IsIdentity(composed, Reals(f.arity)))


def together(outer: Network, inner: Network) -> Network:
    """outer ∘ inner."""
    composed = compose(outer, inner)
    assert isinstance(composed, Network)
    return composed


def expanded(form: Form, atoms: Atoms) -> Form:
    """The form with every name replaced by what it stands for."""
    while any(atom in atoms.meaning for atom in form):
        total: Form = {}
        for atom, a in form.items():
            for inner, b in atoms.meaning.get(atom, {atom: 1}).items():
                total[inner] = total.get(inner, 0) + a * b
        form = {atom: a for atom, a in total.items() if a}
    return form


def chain(arity: int, *ops: Op) -> Network:
    """The operations one after the other."""
    return Network(arity, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


def affine(w: Sequence[Sequence[Fraction]], b: Sequence[Fraction], columns: int | None = None) -> Affine:
    """x ↦ Wx + b."""
    d = lcm(*(t.denominator for line in (*w, b) for t in line))
    rows = []
    for line, t in zip(w, b, strict=True):
        used = tuple(j for j, a in enumerate(line) if a)
        rows.append(Row(used, tuple(line[j].numerator * (d // line[j].denominator) for j in used), t.numerator * (d // t.denominator)))
    return Affine(len(w[0]) if w else columns or 0, tuple(rows), d)


def _started(part: Network, inverse: Sequence[Sequence[Fraction]]) -> Network:
    """y ↦ A⁻¹(y − f(0))."""
    at_zero = part([0] * part.arity)
    return chain(part.width, affine(inverse, [-_dot(row, at_zero) for row in inverse], part.width))


def _improved(part: Network, inverse: Sequence[Sequence[Fraction]], g: Network) -> Network:
    """y ↦ x + A⁻¹(y − f(x)) at x = g(y)."""
    n = part.arity
    zero = [Fraction(0)] * n
    guess = together(part, g)
    known, image = len(g.nodes), len(guess.nodes)
    back = Node(affine(inverse, zero, n), (0,))
    forth = Node(affine([[-a for a in row] for row in inverse], zero, n), (image,))
    return Network(n, (*guess.nodes, back, forth, Node(Sum(), (known, image + 1, image + 2))))


def _dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(u, v, strict=True) if a and b), Fraction(0))
