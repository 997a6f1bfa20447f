"""Pairs, reached and missed values, images that stay inside a set, in words."""

from __future__ import annotations

from fractions import Fraction

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.supplement import equals, shown
from bijection.export.tex import number
from bijection.export.tex import vector as written
from bijection.export.words.said import Words, lemma
from proofs.compose import prefix
from proofs.domains import Box, Finite, Labels, Point, Reals, Simplex
from proofs.enclosure import bounds, functional
from proofs.exact import Interval, dot, vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.network import Network, Table
from proofs.statements import MapsInto, Not, Reached, Surjective
from proofs.theorems.collision import Collision, KernelDirection
from proofs.theorems.contraction import ContractsNear
from proofs.theorems.identity import Moves
from proofs.theorems.values import DominatedLabel, Escapes, Misses, Reaches, ReachesAll, ReachesEach, ReachesLabel, Separator, StaysInside


def _computed(f: Function, x: Point, pen: Pen) -> str:
    """The value of f at x with the values between, if they are short: 'x ↦ … ↦ …'; else ''."""
    values = [v.fractions() for v in f.trace(vector(x))]
    if not isinstance(f, Network) or len(values) < 3 or pen.supplement.long([q for v in values for q in v]):
        return ""
    if any(node.inputs != (i,) for i, node in enumerate(f.nodes)):
        return ""
    return r" \mapsto ".join(written(v) for v in values)


def _how(f: Function) -> str:
    return "in the arithmetic stated, without any other error" if isinstance(f, Binary32) else "in exact rational arithmetic"


def _collision(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Collision)
    assert isinstance(step.goal, Not)
    goal, x, y = step.goal.statement, step.theorem.x, step.theorem.y
    f, on = pen.name(goal.f), pen.set(goal.on)
    moved = sum(a != b for a, b in zip(x, y, strict=True))
    where = f"They differ in {moved} of {len(x)} coordinates" if len(x) > 1 else "They are different"
    value = goal.f.trace(vector(x))[-1].fractions()
    steps = [_computed(goal.f, p, pen) for p in (x, y)]
    shown_steps = f" Indeed ${steps[0]}$ and ${steps[1]}$." if all(steps) else ""
    return (
        f"Take the points {pen.point('x', x, pen.where(step, 'x'))} and {pen.point('y', y, pen.where(step, 'y'))}. {where}, and both lie "
        f"in ${on}$. Computed {_how(goal.f)}, ${f}(x) = {f}(y)$ is "
        f"{pen.point('z', value, 'not written out here')}.{shown_steps}"
    )


def _kernel_direction(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, KernelDirection)
    assert isinstance(step.goal, Not)
    goal, theorem = step.goal.statement, step.theorem
    f, on = pen.name(goal.f), pen.set(goal.on)
    return (
        f"Take the point {pen.point('x', theorem.x, pen.where(step, 'x'))} of ${on}$ and the direction "
        f"{pen.point('v', theorem.v, pen.where(step, 'v'))}, which does not leave ${on}$ at $x$. Applying the chain rule for one-sided "
        f"derivatives operation by operation one finds ${f}'(x; v) = 0$ exactly. {lemma(step)} applies."
    )


def _reaches(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Reaches)
    assert isinstance(step.goal, Reached)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    computed = _computed(step.goal.f, step.theorem.x, pen)
    indeed = f": ${computed}$" if computed else ""
    where = pen.point("x", step.theorem.x, pen.where(step, "x"))
    return f"Take the point {where} of ${on}$. Computed {_how(step.goal.f)}, ${f}(x)$ is the value{indeed}."


def _reaches_all(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, ReachesAll)
    assert isinstance(step.goal, Surjective)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    pairs = [(x, step.goal.f.trace(vector(x))[-1].fractions()) for x in step.theorem.points]
    text = pen.supplement.place(
        f"x \\mapsto {f}(x)",
        [q for x, y in pairs for q in (*x, *y)],
        lambda: r",\quad ".join(rf"{written(x)} \mapsto {written(y)}" for x, y in pairs),
        pen.where(step, "points"),
    ).replace(" = ", r":\ ", 1)
    return f"The points {text} lie in ${on}$, and computed exactly their values are all points of ${pen.set(step.goal.onto)}$."


def _reaches_label(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, ReachesLabel)
    assert isinstance(step.goal, Reached)
    goal, x = step.goal, step.theorem.x
    assert isinstance(goal.f, Network)
    sides = bounds(prefix(goal.f, goal.f.nodes[-1].inputs[0]), Finite((x,)))
    scores = rf"; the scores lie in ${', '.join(map(interval, sides))}$" if len(sides) <= 4 else ""
    return (
        f"Take the point {pen.point('x', x, pen.where(step, 'x'))} of ${pen.set(goal.on)}$ and the label $l = {int(goal.value[0])}$. "
        f"Exact enclosures of the scores at $x$ show that the $l$-th is the first largest{scores}. {lemma(step)} applies."
    )


def _reaches_each(step: Step, pen: Pen) -> str:
    return "By definition each point of the codomain is to be reached:"


def _moves(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Moves)
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    value = goal.f.trace(vector(step.theorem.x))[-1].fractions()
    return (
        f"The point {pen.point('x', step.theorem.x, pen.where(step, 'x'))} lies in ${pen.set(goal.on)}$; its value "
        f"{pen.point(f'{pen.name(goal.f)}(x)', value, 'not written out here')}, computed exactly, is another point."
    )


def _misses(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Misses)
    assert isinstance(step.goal, Not)
    assert isinstance(step.goal.statement, Surjective)
    onto = pen.set(step.goal.statement.onto)
    y = pen.point("y", step.theorem.value, pen.where(step, "value"))
    return f"The point {y} lies in ${onto}$. It is enough to prove that it is missed:"


def interval(side: Interval) -> str:
    """A closed interval, its ends exact where they are short."""
    if side.lower is None and side.upper is None:
        return r"\mathbb{R}"
    low = r"(-\infty" if side.lower is None else f"[{_end(side.lower)}"
    high = r"\infty)" if side.upper is None else f"{_end(side.upper)}]"
    return f"{low}, {high}"


def _end(q: Fraction) -> str:
    return shown(q).removeprefix(r"\approx ")


def _separator(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Separator)
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal, Reached)
    assert isinstance(goal.f, Network)
    (side,) = bounds(functional(goal.f, step.theorem.u), goal.on)
    f, on = pen.name(goal.f), pen.set(goal.on)
    return (
        f"Take the functional {pen.point('u', step.theorem.u, pen.where(step, 'u'))}. Exact interval arithmetic, with $u$ merged into "
        f"the last "
        rf"affine map, gives $\langle u, {f}(x)\rangle \in {interval(side)}$ for all $x \in {on}$, while $\langle u, y\rangle "
        f"{equals(dot(step.theorem.u, goal.value))}$ lies outside. {lemma(step)} applies."
    )


def _dominated(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, DominatedLabel)
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal, Reached)
    assert isinstance(goal.f, Network)
    last, label = goal.f.nodes[-1].inputs[0], int(goal.value[0])
    u = list(step.theorem.weights)
    u[label] -= sum(step.theorem.weights)
    (side,) = bounds(functional(prefix(goal.f, last), u), goal.on)
    return (
        f"Take the weights {pen.point(chr(92) + 'lambda', step.theorem.weights, pen.where(step, 'weights'))} (for the labels $0, 1, "
        f"\\dots$) "
        rf"and the label $l = {label}$. Exact interval arithmetic gives $\sum_j \lambda_j(g_j(x) - g_l(x)) \in {interval(side)}$ for all "
        f"$x \\in {pen.set(goal.on)}$. {lemma(step)} applies."
    )


def _stays(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, MapsInto)
    f, goal = pen.name(step.goal.f), step.goal
    match goal.into:
        case Reals(n):
            return f"All values of ${f}$ are vectors of {n} real numbers."
        case Labels(k):
            return f"The values of ${f}$ are among $0, \\dots, {k - 1}$: " + (
                "they are listed." if isinstance(goal.f, Table) else "it ends with an argmax."
            )
        case Simplex():
            return f"${f}$ ends with a softmax over all outputs, whose values are positive with sum $1$."
        case Box() as into:
            assert isinstance(goal.f, Network)
            sides = bounds(goal.f, goal.on)
            found = r" \times ".join(map(interval, sides)) if len(sides) <= 4 else ""
            within = f", namely ${found}$," if found else ""
            return f"Exact interval arithmetic encloses ${f}({pen.set(goal.on)})$ in a box{within} that lies in ${pen.set(into)}$."
        case into:
            return f"This is evident: ${pen.set(into)}$ contains all values of ${f}$."


def _escapes(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Escapes)
    assert isinstance(step.goal, Not)
    goal = step.goal.statement
    assert isinstance(goal, MapsInto)
    value = goal.f.trace(vector(step.theorem.x))[-1].fractions()
    return (
        f"The point {pen.point('x', step.theorem.x, pen.where(step, 'x'))} lies in ${pen.set(goal.on)}$; its value "
        f"{pen.point(f'{pen.name(goal.f)}(x)', value, 'not written out here')}, computed exactly, does not lie in ${pen.set(goal.into)}$."
    )


def _contracts(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, ContractsNear)
    goal = step.goal
    assert isinstance(goal, Reached)
    return (
        f"Take $c$ and $M$ as in step {step.number} of \\texttt{{evidence.json}} and $r = {number(step.theorem.radius)}$. Intervals for "
        f"the slopes of ${pen.name(goal.f)}$ on $B$, and for its value at $c$, are computed exactly. {lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    ContractsNear: Words(
        "a contraction near a point",
        r"Let $f: \mathbb{R}^n \to \mathbb{R}^n$, $B = \{x : |x - c|_\infty \le r\} \subseteq D$, and suppose that for all "
        r"$x, x' \in B$ there is a matrix $A \in S$ with $f(x) - f(x') = A(x - x')$. If $\|I - MA\|_\infty \le q < 1$ for all $A \in S$ "
        r"and $|M(f(c) - y)|_\infty \le (1 - q)r$, then $f(x) = y$ for exactly one $x \in B$.",
        r"$T(x) = x - M(f(x) - y)$ is a contraction on $B$, and maps it into itself, as $|T(x) - c|_\infty \le q r + |T(c) - c|_\infty "
        r"\le r$. By Banach's theorem it has exactly one fixed point. $M$ is invertible because $MA$ is, so the fixed points are the "
        r"solutions.",
        _contracts,
    ),
    Collision: Words("an explicit pair", "", "", _collision),
    KernelDirection: Words(
        "a direction along which nothing changes",
        r"Let $f$ be piecewise affine and continuous, $D$ convex, $x \in D$, and $v \neq 0$ such that $x + tv \in D$ for all small $t "
        r"\ge 0$. If the one-sided derivative $f'(x; v)$ is $0$, then $f$ is constant on $[x, x + \varepsilon v] \subseteq D$ for some "
        r"$\varepsilon > 0$; so $f$ is not injective on $D$.",
        r"Along a ray a piecewise-affine function is affine at first: $f(x + tv) = f(x) + t f'(x; v)$ for all small $t \ge 0$.",
        _kernel_direction,
    ),
    Reaches: Words("a preimage", "", "", _reaches),
    ReachesAll: Words("preimages", "", "", _reaches_all),
    ReachesLabel: Words(
        "a label by its scores",
        r"Let $f = \operatorname{argmax} \circ g$, ties going to the smallest label. If at $x \in D$ the score $g_l(x)$ exceeds every "
        r"$g_j(x)$ with $j < l$, and no $g_j(x)$ with $j > l$ exceeds it, then $f$ takes the value $l$ on $D$.",
        r"The first maximum of $g(x)$ has the index $l$. (The scores need not be rational; they are enclosed between rational numbers.)",
        _reaches_label,
    ),
    ReachesEach: Words("values one by one", "", "", _reaches_each),
    Misses: Words("a missed value", "", "", _misses),
    Moves: Words("a point that is moved", "", "", _moves),
    Separator: Words(
        "separating functional",
        r"If $\langle u, f(x)\rangle \in I$ for all $x \in D$ and $\langle u, y\rangle \notin I$, then $f(x) \neq y$ for all $x \in D$.",
        r"$f(x) = y$ would give $\langle u, y\rangle = \langle u, f(x)\rangle \in I$.",
        _separator,
    ),
    DominatedLabel: Words(
        "dominated label",
        r"Let $f = \operatorname{argmax} \circ g$, ties going to the smallest label, and let $\lambda_j \ge 0$. If $\sum_j "
        r"\lambda_j(g_j(x) - g_l(x)) > 0$ for all $x \in D$, then $f$ does not take the value $l$ on $D$. It is enough that the sum is "
        r"$\ge 0$ if $\lambda_j > 0$ for some $j < l$.",
        r"If $f(x) = l$, then $g_j(x) < g_l(x)$ for $j < l$ and $g_j(x) \le g_l(x)$ for $j > l$, so the sum is $\le 0$, and $< 0$ in the "
        r"second case.",
        _dominated,
    ),
    StaysInside: Words("values", "", "", _stays),
    Escapes: Words("a value outside", "", "", _escapes),
}
