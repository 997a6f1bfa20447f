"""Cardinality, in words."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, prod

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.supplement import shown
from bijection.export.tex import is_size, size
from bijection.export.words.said import Words, lemma
from proofs.domains import Domain, Grid, Infinite, cardinality
from proofs.enclosure import bounds
from proofs.exact import Vector, common_denominator, over, vector
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, IsIdentity, MapsInto, Not, Reached, Surjective
from proofs.theorems.counting import Enumeration, EqualSizes, FloatCount, GridCount, Pigeonhole, TooFewPoints


def how_many(d: Domain) -> str:
    """The cardinality of a set: a number, ℵ₀ or the continuum."""
    match cardinality(d):
        case int(n):
            return size(n)
        case Infinite.COUNTABLE:
            return r"\aleph_0"
        case Infinite.CONTINUUM:
            return r"2^{\aleph_0}"
        case _:
            return "|D|"


def _pigeonhole(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Pigeonhole)
    assert isinstance(step.goal, Not)
    assert isinstance(step.goal.statement, Injective)
    on, into = step.goal.statement.on, step.theorem.into
    return (
        f"The set ${pen.set(on)}$ has ${how_many(on)}$ points and $C = {pen.set(into)}$ has ${how_many(into)}$, which is less. By "
        f"{lemma(step)} "
        "it is enough to prove:"
    )


def _too_few(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Not)
    assert isinstance(step.goal.statement, Surjective)
    goal = step.goal.statement
    return (
        f"The domain ${pen.set(goal.on)}$ has ${how_many(goal.on)}$ points, the codomain ${pen.set(goal.onto)}$ has "
        f"${how_many(goal.onto)}$, which is more. {lemma(step)} applies."
    )


def _equal_sizes(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, EqualSizes)
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    both = f"${pen.set(goal.on)}$ and ${pen.set(step.theorem.other)}$"
    return f"{both} have ${how_many(goal.on)}$ points each. By {lemma(step)} it is enough to prove:"


def _float_count(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal, Injective)
    on, values = pen.set(goal.on), 32 * goal.f.width
    size = f"${on}$ has ${how_many(goal.on)}$ points, more than $2^{{{values}}}$"
    return f"{size}. {lemma(step)} applies to ${pen.name(goal.f)}$. No pair is shown."


def _grid_count(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Not)
    assert isinstance(step.goal.statement, Injective)
    f, grid = step.goal.statement.f, step.goal.statement.on
    assert isinstance(f, Network)
    assert isinstance(grid, Grid)
    q, rooms, points = grid_count(f, grid)
    return (
        f"Every value of ${pen.name(f)}$ on the grid lies in $\\frac1q\\mathbb{{Z}}^{{{f.width}}}$ with $q {is_size(q)}$, and within the "
        f"bounds that interval arithmetic gives. There are ${size(rooms)}$ such points, but ${size(points)}$ points of the grid, which "
        f"is more: {lemma(step)} "
        "applies. No pair is shown."
    )


def grid_count(f: Network, grid: Grid) -> tuple[int, int, int]:
    """The denominator of all values on the grid, how many such values fit into the bounds of f, and how many points the grid has."""
    start = vector(grid.lower)
    d = common_denominator([start.denominator, *(s.denominator for s in grid.step)])
    q = f.trace(Vector(over(start, d), d))[-1].denominator
    ends = ((Fraction(side.lower or 0), Fraction(side.upper or 0)) for side in bounds(f, grid))
    return q, prod(floor(b * q) - ceil(a * q) + 1 for a, b in ends), prod(grid.counts())


def _enumeration(step: Step, pen: Pen) -> str:
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    found = {
        Injective: "all values are different",
        Surjective: "every point of the codomain is among the values",
        MapsInto: "every value lies in the set",
        IsIdentity: "every point is its own value",
        Reached: "the value does not occur",
    }[type(goal)]
    f, on = pen.name(goal.f), pen.set(goal.on)
    count = cardinality(goal.on)
    if isinstance(count, int) and count <= 8 and goal.f.width == 1 == goal.f.arity and count:
        from proofs.domains import points

        listed = [(p.fractions()[0], goal.f.trace(p)[-1].fractions()[0]) for p in points(goal.on, 8)]
        table = ", ".join(f"{shown(x)} \\mapsto {shown(y)}" for x, y in listed)
        return f"The set ${on}$ is finite. Computing ${f}$ at each of its points, ${table}$, one sees that {found}."
    return f"The set ${on}$ has ${how_many(goal.on)}$ points. Computing ${f}$ exactly at each of them, one finds that {found}."


_SIZES = (
    r" Here $|D|$ is a natural number, $\aleph_0$ or $2^{\aleph_0}$; a box with more than one point and $\mathbb{R}^n$, $n \ge 1$, have "
    r"$2^{\aleph_0}$ points, and $\aleph_0 < 2^{\aleph_0}$ by Cantor's theorem."
)

WORDS: dict[type[Theorem], Words] = {
    Pigeonhole: Words(
        "pigeonhole principle",
        r"If $f(D) \subseteq C$ and $|D| > |C|$, then $f$ is not injective on $D$." + _SIZES,
        r"An injection $D \to C$ would give $|D| \le |C|$.",
        _pigeonhole,
    ),
    TooFewPoints: Words(
        "too few points",
        r"If $|D| < |C|$, then no map takes $D$ onto $C$." + _SIZES,
        r"The image of $D$ has at most $|D|$ points.",
        _too_few,
    ),
    EqualSizes: Words(
        "equal finite sizes",
        r"Let $|D| = |C|$ be finite and $f(D) \subseteq C$. Then $f$ is injective on $D$ if and only if it maps $D$ onto $C$; and if "
        r"$f$ maps $D$ onto $C$, then it is injective on $D$ even without $f(D) \subseteq C$.",
        r"The image of an injective $f$ has $|D| = |C|$ points in $C$, so it is $C$. If $f$ is not injective, then its image has fewer "
        r"than $|C|$ points and cannot contain $C$.",
        _equal_sizes,
    ),
    GridCount: Words(
        "counting on a grid",
        r"Let $f$ be piecewise affine with rational weights, $G$ a finite grid of rational points and $q$ a natural number with $f(G) "
        r"\subseteq \frac1q\mathbb{Z}^m$. If $G$ has more points than $\frac1q\mathbb{Z}^m$ has in a box that contains $f(G)$, then $f$ "
        r"is not injective on $G$.",
        r"This is the pigeonhole principle. Such a $q$ exists and is found by computing at one point of the grid: if all inputs have "
        r"the denominator $d$, then every operation has values whose denominator depends on $d$ and on the weights only, not on the "
        r"numerators.",
        _grid_count,
    ),
    FloatCount: Words(
        "counting binary32 outputs",
        r"A function in binary32 arithmetic with $m$ outputs is not injective on a set of more than $2^{32m}$ points.",
        r"This is the pigeonhole principle: an output is a finite binary32 number, of which there are $4\,278\,190\,079$, or $\pm\infty$ "
        r"or NaN, which are fewer than $2^{32}$ together.",
        _float_count,
    ),
    Enumeration: Words("enumeration", "", "", _enumeration),
}
