"""Binary32 arithmetic beside real arithmetic, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.supplement import equals
from bijection.export.words.said import Words, lemma
from proofs.domains import Grid
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.statements import Injective, Not
from proofs.theorems.integer_coupling import IntegerCoupling
from proofs.theorems.rounding import NoRounding, SmallRounding, errors, lipschitz


def _exact(step: Step, pen: Pen) -> str:
    goal, premise = (g.statement if isinstance(g, Not) else g for g in (step.goal, step.premises[0].goal))
    f = pen.name(goal.f)
    real = pen.call(premise.f, rf"{f}^{{\mathbb{{R}}}}")
    return (
        f"Let ${real}$ be the real function of the network. On ${pen.set(goal.on)}$ every intermediate result of ${f}$ is a multiple of "
        f"a power of two with at most 24 binary digits, so nothing is rounded. By {lemma(step)} it is enough to prove:"
    )


def _small(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, SmallRounding)
    goal, grid = step.goal, getattr(step.goal, "on", None)
    assert isinstance(goal, Injective)
    assert isinstance(goal.f, Binary32)
    assert isinstance(grid, Grid)
    constant = max(lipschitz(step.theorem.inverse), default=0)
    error = max((v.error for v in errors(goal.f.network, grid)), default=0)
    f = pen.name(goal.f)
    real = pen.call(goal.f.network, rf"{f}^{{\mathbb{{R}}}}")
    inverse = pen.introduce(step.theorem.inverse, step, "inverse")
    premise = step.premises[0].goal
    assert not isinstance(premise, Not)
    pen.call(premise.f, rf"({pen.name(step.theorem.inverse)}\circ {real})")
    return (
        f"Let ${real}$ be the real function of the network. Take the left inverse {inverse} with the Lipschitz constant $K "
        f"{equals(constant)}$; on ${pen.set(grid)}$ rounding moves the outputs by at most $\\varepsilon {equals(error)}$, and the "
        f"spacing is $\\delta {equals(min(grid.step))} > 2\\varepsilon K$. By {lemma(step)} it is enough to prove:"
    )


def _coupling(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Injective)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    return (
        f"The kernel has followed how ${f}$ rounds on ${on}$, and found the inputs determined one after the other. {lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    NoRounding: Words(
        "where nothing is rounded",
        r"If every intermediate result of a network in binary32 arithmetic at the points of $D$ is a binary32 number before it is "
        r"rounded, then its binary32 function and its real function agree on $D$, and each has the properties of the other there.",
        r"By induction over the operations the values are the same. The results lie in a lattice $2^e\mathbb{Z}$, $e \ge -149$, and "
        r"have absolute value at most $2^{e+24} < 2^{128}$; such numbers are binary32 numbers, which rounding leaves as they are. "
        r"Partial sums lie in the lattice of the sum and are bounded by the sum of the absolute values.",
        _exact,
    ),
    SmallRounding: Words(
        "where rounding is small",
        r"In the maximum norm, let $g \circ f = \mathrm{id}$ on a grid whose points are at least $\delta$ apart, let $g$ have the "
        r"Lipschitz constant $K$, and let $|\hat f - f| \le \varepsilon$ on the grid, $2\varepsilon K < \delta$. Then $\hat f$ is "
        r"injective on the grid.",
        r"$\hat f(x) = \hat f(x')$ gives $|f(x) - f(x')| \le 2\varepsilon$, so $|x - x'| = |g(f(x)) - g(f(x'))| \le 2\varepsilon K < "
        r"\delta$, and $x = x'$. (The constant $K$ is found operation by operation: a row of an affine map multiplies by $\sum|w_i|$, "
        r"an activation by its largest slope. Rounding to nearest moves a number $t$, $|t| < 2^{127}$, by at most $|t|2^{-24} + "
        r"2^{-150}$; these errors are added up and carried on by the same constants.)",
        _small,
    ),
    IntegerCoupling: Words(
        "inputs determined one after the other",
        r"Let each value inside a network in binary32 arithmetic on a grid be written as $\sum c_a a$ over inputs $a$ and results $a$ of "
        r"rounded operations. If the inputs can be ordered such that for each input $x_i$ some output is $c x_i$ plus results of "
        r"operations that read only inputs before it, plus such inputs, plus multiples of some $m$, with $|c|$ times the range "
        r"of $x_i$ below $m$ (any $c \neq 0$ if there are no such multiples), then the network is injective on the grid.",
        r"An operation whose exact result is $k 2^e$ with at most 24 binary digits is not rounded; a rounded result is a number of its "
        r"own, a multiple of its unit in the last place. Let two inputs have equal outputs and agree before $x_i$. Then the "
        r"two $c x_i$ differ by a multiple of $m$ and by less than $m$: they are equal. So the inputs agree one after the other. In "
        r"this way $b \mapsto b + \mathrm{round}(t(a))$ is injective for every function $t$, where "
        r"$\mathrm{round}(t) = (t + 3\cdot 2^{22}) - 3 \cdot 2^{22}$.",
        _coupling,
    ),
}
