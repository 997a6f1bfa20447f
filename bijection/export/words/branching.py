"""Branch and bound, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Auxiliary, Words, lemma
from proofs.kernel import Theorem
from proofs.statements import MapsInto, Not, Reached
from proofs.theorems.branching import BranchAndBound, Closed, Cut, Tighten


def _branches(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, BranchAndBound)
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    assert isinstance(goal, Reached | MapsInto)
    kinds = [type(case) for case in step.theorem.cases]
    cuts, bounds, closed = (kinds.count(kind) for kind in (Cut, Tighten, Closed))
    tree = (
        f"{cuts} threshold{'s' if cuts != 1 else ''} on values inside ${pen.name(goal.f)}$ and {bounds} improved "
        f"bound{'s' if bounds != 1 else ''}"
        if cuts or bounds
        else "no cuts"
    )
    what = "a half-space of the codomain each" if isinstance(goal, MapsInto) else "the value"
    return (
        f"The points of ${pen.set(goal.on)}$ are divided by {tree} into {closed} case{'s' if closed != 1 else ''} "
        f"({pen.where(step, 'cases')}). In each of them linear combinations of bounds, computed exactly, settle {what}, or show that "
        f"there is no such point. {lemma(step)} applies."
    )


BOUNDS = Auxiliary(
    "bounds by duality",
    "lem:bounds",
    r"Let intervals be known for values $v_k$ inside a network $f$ at the points of a set $R \subseteq D$. Start with the form $\langle "
    r"u, f(x)\rangle$ and replace it again and again by one that is nowhere larger on $R$: add $-m(z - a)$ with $m \ge 0$ where $z \ge "
    r"a$ is known, or $-m(b - z)$ where $z \le b$ is known; rewrite affine maps, sums and stacks by their inputs; replace "
    r"$c\,\sigma(z)$ by $c(sz + t)$, where on the interval of $z$ $\sigma(z) \ge sz + t$ if $c > 0$ and $\le$ if $c < 0$; replace $c "
    r"\max(z_1, z_2, \dots)$, $c > 0$, by $c z_j$; replace any other term by its least value on the interval; add $m(\langle a, "
    r"x\rangle - b)$, $m \ge 0$, for a side $\langle a, x\rangle \le b$ of $D$. If at last a constant remains, it is a lower bound of "
    r"$\langle u, f(x)\rangle$ on $R$.",
    r"No step makes the form larger anywhere on $R$.",
)

WORDS: dict[type[Theorem], Words] = {
    BranchAndBound: Words(
        "branch and bound",
        r"Divide $D$ into cases, again and again, by thresholds $v \le t$ and $v \ge t$ of coordinates $v$ of values inside $f$ (for an "
        r"input on a grid, $t$ and the next value of the grid). (i) If "
        r"in each case Lemma~\ref{lem:bounds} gives some $u$ with $\langle u, f(x)\rangle > \langle u, y\rangle$, then $f$ does not "
        r"take the value $y$ on $D$. (ii) Let $f = \operatorname{argmax} \circ g$. If in each case $\langle u, g(x)\rangle > 0$ for "
        r"some $u = \sum_{j \neq l} \lambda_j(e_j - e_l)$, $\lambda \ge 0$, or $\ge 0$ with $\lambda_j > 0$ for some $j < l$, then $f$ "
        r"does not take the value $l$. (iii) If in each case $\langle a, f(x)\rangle \le b$ for each half-space of a "
        r"polytope $C$, then $f(D) \subseteq C$. In all three, a case in which the lemma gives $0 > 0$ is empty and may be left out.",
        r"Every $x \in D$ lies in one of the cases. (i) is clear. (ii) If $f(x) = l$, then $g_j(x) < g_l(x)$ for $j < l$ and $g_j(x) \le "
        r"g_l(x)$ for $j > l$, so $\langle u, g(x)\rangle$ is $\le 0$, and $< 0$ in the second case. (iii) is the definition of $C$.",
        _branches,
        (BOUNDS,),
    ),
}
