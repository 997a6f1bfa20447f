"""Pairs that agree inside a network, and values that are taken twice, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.tex import vector
from bijection.export.words.said import Words, lemma
from bijection.export.words.values import interval
from proofs.domains import Finite
from proofs.enclosure import bounds
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Not
from proofs.theorems.agreement import Agreement, IntermediateValue


def _agreement(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Agreement)
    assert isinstance(step.goal, Not)
    goal, x, y = step.goal.statement, step.theorem.x, step.theorem.y
    differ = sum(a != b for a, b in zip(x, y, strict=True))
    return (
        f"Take the points {pen.point('x', x, pen.where(step, 'x'))} and {pen.point('y', y, pen.where(step, 'y'))}. They differ in "
        f"{differ} of {len(x)} coordinates, and both lie in ${pen.set(goal.on)}$. Following both through the operations of "
        f"${pen.name(goal.f)}$ by the rules of {lemma(step)}, exactly where values are rational, one finds that all outputs agree."
    )


def _intermediate(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, IntermediateValue)
    assert isinstance(step.goal, Not)
    goal, theorem = step.goal.statement, step.theorem
    assert isinstance(goal.f, Network)
    i, j = theorem.input, theorem.output
    points = [(*theorem.point[:i], t, *theorem.point[i + 1 :]) for t in theorem.at]
    values = [bounds(goal.f, Finite((p,)))[j] for p in points]
    enclosed = ", ".join(f"${interval(v)}$" for v in values)
    return (
        f"In ${pen.name(goal.f)}$ no output but the one with the number {j + 1} depends on the input with the number {i + 1}. Start from "
        f"the point {pen.point('p', theorem.point, pen.where(step, 'point'))} and let this input be ${vector(theorem.at)[1:-1]}$ in "
        f"turn, within ${pen.set(goal.on)}$. Exact enclosures of the output there are {enclosed}; that in the middle lies on one side of "
        f"the two others. {lemma(step)} applies. (No pair is shown.)"
    )


WORDS: dict[type[Theorem], Words] = {
    Agreement: Words(
        "agreement inside a network",
        r"Follow two inputs $x \neq y$ in $D$ through the operations of $f$ and keep a set of coordinates outside of which their values "
        r"are known to agree. A coordinate of a result leaves the set if it reads only coordinates outside the set; if it is computed "
        r"exactly for both inputs with the same result; if it is a product with a factor that is $0$ for both; or if it belongs to a "
        r"group of a softmax on which the arguments of both differ by one number. If the set is empty at the output, then $f$ is not "
        r"injective on $D$.",
        r"Each rule holds: equal arguments give equal results, $0 \cdot s = 0 \cdot t$, and $e^{t_i + c}/\sum_j e^{t_j + c} = "
        r"e^{t_i}/\sum_j e^{t_j}$. So $f(x) = f(y)$.",
        _agreement,
    ),
    IntermediateValue: Words(
        "a turning point",
        r"Let $D$ be convex and $f$ continuous, and let only the $j$-th output depend on the $i$-th input. Change the $i$-th input of a "
        r"point through $a < b < c$, with the points at $a$ and $c$ in $D$. If the $j$-th output is larger at $b$ than at $a$ and at "
        r"$c$, or smaller than at both, then $f$ is not injective on $D$.",
        r"Say it is larger. By the intermediate value theorem the $j$-th output takes each value strictly between its values at $b$ and "
        r"the larger of those at $a$ and $c$ once between $a$ and $b$ and once between $b$ and $c$. At these two inputs, which lie in "
        r"$D$ and differ, all other outputs agree, as they do not depend on the $i$-th input.",
        _intermediate,
    ),
}
