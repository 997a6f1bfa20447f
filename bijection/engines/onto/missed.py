"""Outputs that are never reached: outside the bounds, off an affine subspace, outside a cone (T6, T12, A11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain

from bijection.engines.onto.dimension import crowded
from bijection.engines.proposal import Proposal, Search
from bijection.exact.linear import dense, nullspace
from bijection.exact.smt import one_sided_functional, point_beyond
from proofs.compose import prefix
from proofs.domains import Box, Domain, Finite, Floats, Grid, Integers, Labels, Point, Polytope, Reals, contains
from proofs.enclosure import bounds, functional
from proofs.exact import LINE, Interval, dot, vector
from proofs.network import Affine, Network
from proofs.statements import Not, Positive, Reached, Surjective
from proofs.theorems.values import Misses, Separator

_WIDEST = 64  # outputs up to which functionals are looked for by solving linear programs
_MOST_COLUMNS = 20_000
_MOST_DEPENDENT = 600  # columns of outputs that depend on each other


def by_bounds(goal: Positive, search: Search) -> Iterator[Proposal]:
    """An output that is bounded, because the domain is or because of the last activations, or outputs that depend on each other; and a
    value of the codomain that is excluded by that (T6, T12).
    """
    match goal:
        case Surjective(Network() as f, on, _):
            yield from _beyond_one_of(chain(_coordinates(f, on), _dependent(f)), goal)
        case _:
            return


def by_separation(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A functional u that is bounded on the image, by the signs of what reaches the last layer, and a value beyond the bound (T12, A11)."""
    match goal:
        case Surjective(Network() as f, on, _):
            yield from _beyond_one_of(_one_sided(f, on, search), goal)
        case Reached(Network() as f, on, value):
            for u, why in chain(_coordinates(f, on), _dependent(f), _one_sided(f, on, search)):
                (side,) = bounds(functional(f, u), on)
                if dot(u, value) not in side:
                    yield Proposal(Not(goal), (Separator(u),), f"{why}, which excludes the value")
                    return
        case _:
            return


def _beyond_one_of(functionals: Iterable[tuple[Point, str]], goal: Surjective) -> Iterator[Proposal]:
    """A value beyond the bound of one of them."""
    assert isinstance(goal.f, Network)
    for u, why in functionals:
        (side,) = bounds(functional(goal.f, u), goal.on)
        value = beyond(u, side, goal.onto)
        if value is not None:
            yield Proposal(Not(goal), (Misses(value), Separator(u)), why)
            return


def _coordinates(f: Network, on: Domain) -> Iterator[tuple[Point, str]]:
    """The outputs that are bounded."""
    for i, side in enumerate(bounds(f, on)):
        if side != LINE:
            how = "bounded" if None not in (side.lower, side.upper) else "bounded above" if side.lower is None else "bounded below"
            yield tuple(Fraction(int(i == j)) for j in range(f.width)), f"output {i} is {how} on the domain"


def _dependent(f: Network) -> Iterator[tuple[Point, str]]:
    """Linear functions of the output that vanish on the last matrix."""
    if f.nodes and isinstance(f.nodes[-1].op, Affine):
        for u in vanishing(f.nodes[-1].op):
            yield u, "outputs of the last layer depend on each other: a linear function of them is constant"


def _one_sided(f: Network, on: Domain, search: Search) -> Iterator[tuple[Point, str]]:
    """A linear function of the output that is bounded because what reaches the last layer is so on one side."""
    last = f.nodes[-1] if f.nodes else None
    if last is not None and isinstance(last.op, Affine) and f.width <= _WIDEST and search.remaining() > 1:
        hidden = bounds(prefix(f, last.inputs[0]), on)
        found = one_sided_functional(dense(last.op), hidden, min(10.0, search.remaining()))
        if found is not None:
            yield found, "the last layer takes values with signs into a half-space: a linear function of the outputs is bounded"


def vanishing(op: Affine) -> list[Point]:
    """Functionals ≠ 0 that are constant on the image of the affine map, a few; none if its rank is that of its outputs."""
    m = len(op.rows)
    if m <= _WIDEST:
        transposed = list(map(list, zip(*dense(op), strict=True)))
        return [tuple(map(Fraction, v)) for v in nullspace(transposed, m)[:4]]
    reads = [sum(1 << j for j, c in zip(row.columns, row.coefficients, strict=True) if c) for row in op.rows]
    chosen = crowded(reads, range(m)) if op.columns <= _MOST_COLUMNS else []
    columns = sorted({j for i in chosen for j in op.rows[i].columns})
    if not chosen or len(columns) > _MOST_DEPENDENT:
        return []
    rows = [dict(zip(op.rows[i].columns, op.rows[i].coefficients, strict=True)) for i in chosen]
    kernel = nullspace([[row.get(j, 0) for row in rows] for j in columns], len(rows))
    return [tuple(Fraction(known.get(i, 0)) for i in range(m)) for known in (dict(zip(chosen, v, strict=True)) for v in kernel[:1])]


def off_the_image(op: Affine) -> tuple[Point, Separator] | None:
    """A value that the affine map does not take, with what shows it, if its rank is too small."""
    found = vanishing(op)
    if not found:
        return None
    u = found[0]
    shift = dot(u, [Fraction(row.constant, op.denominator) for row in op.rows])
    i = next(i for i, t in enumerate(u) if t)
    steps = (Fraction(k) for k in (0, 1))
    value = next(t for t in steps if t * u[i] != shift)
    return tuple(value if j == i else Fraction(0) for j in range(len(u))), Separator(u)


def beyond(u: Point, side: Interval, onto: Domain) -> Point | None:
    """A point of the codomain with ⟨u, y⟩ outside the interval, a multiple of a unit vector where the codomain is ℝᵐ."""
    candidates: list[Point] = []
    match onto:
        case Reals(m) | Integers(m):
            ends = [(end, sign) for end, sign in ((side.upper, 1), (side.lower, -1)) if end is not None]
            for i, t in sorted(enumerate(u), key=lambda pair: -abs(pair[1])):
                for end, sign in ends if t else []:
                    # the least k ≥ 0 with k·|t| beyond the end
                    k = max(Fraction(0), (sign * end / abs(t)).__floor__() + Fraction(1))
                    candidates.append(tuple(k * sign * (1 if t > 0 else -1) if j == i else Fraction(0) for j in range(m)))
        case Box(lower, upper) | Floats(lower, upper) | Grid(lower, upper):
            if isinstance(onto, Grid):
                upper = tuple(a + (c - 1) * s for a, c, s in zip(lower, onto.counts(), onto.step, strict=True))
            for high in (True, False):
                candidates.append(tuple(b if (t > 0) == high else a for t, a, b in zip(u, lower, upper, strict=True)))
        case Finite(listed):
            candidates.extend(listed)
        case Labels(k):
            candidates.extend((Fraction(label),) for label in {0, k - 1})
        case Polytope(m) if m <= _WIDEST:
            candidates.extend(y for y in (point_beyond(onto, u, side, above, 5.0) for above in (True, False)) if y is not None)
        case _:
            return None
    fitting = [y for y in candidates if dot(u, y) not in side and contains(onto, vector(y))]
    return min(fitting, key=lambda y: max(map(abs, y)), default=None)
