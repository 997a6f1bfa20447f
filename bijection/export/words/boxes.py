"""Pairs of boxes, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Injective
from proofs.theorems.separated_boxes import FUNCTIONAL, MATRIX, SeparatedBoxes


def _boxes(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, SeparatedBoxes)
    assert isinstance(step.goal, Injective)
    theorem = step.theorem
    leaves = sum(1 for j in theorem.cuts if j < 0)
    functionals, matrices = (sum(1 for e in theorem.pairs if e[0] == kind) for kind in (FUNCTIONAL, MATRIX))
    boxes = "is one box" if leaves == 1 else f"is halved into {leaves} boxes"
    pairs = (
        "One pair of boxes is"
        if functionals + matrices == 1
        else f"{functionals + matrices} pairs of boxes, whose products cover the set of all pairs of inputs, are"
    )
    ways = [f"{functionals} by a functional $u$ each"] if functionals else []
    ways += [f"{matrices} by a matrix $M$ with numbers $t_i$, powers of two, each"] if matrices else []
    return (
        f"${pen.set(step.goal.on)}$ {boxes}. {pairs} told apart as {lemma(step)} demands: {', '.join(ways)}. They are the fields "
        rf"\texttt{{cuts}} and \texttt{{pairs}} of step {step.number} in {pen.evidence()}."
    )


WORDS: dict[type[Theorem], Words] = {
    SeparatedBoxes: Words(
        "separated boxes",
        r"Let $f(x) = Lx + V\sigma(Wx + b) + c$ on a box $D$, where $\sigma$ acts on each coordinate by a continuous piecewise-affine "
        r"$\sigma_i$; let $w_i$ be row $i$ of $W$ and $v_i$ column $i$ of $V$. Suppose that any two different points of $D$ lie, one "
        r"in $P$ and one in $Q$, for some pair of boxes $P, Q \subseteq D$ (equal or not) with one of the following. (i) A functional "
        r"$u$ has $u \cdot f(x) > u \cdot f(y)$ for all $x \in P$ and $y \in Q$; this is seen from $\lambda_i z_i + \alpha_i \le "
        r"\sigma_i(z_i) \le \lambda_i z_i + \beta_i$ on each of the two boxes. (ii) There are a matrix $M$ and numbers $t_i > 0$ such "
        r"that $\langle v, MLv\rangle + \sum_i \bigl(\frac{a_i + b_i}{2} \langle Mv_i, v\rangle \langle w_i, v\rangle - \frac{b_i - "
        r"a_i}{4}(t_i\langle Mv_i, v\rangle^2 + \langle w_i, v\rangle^2/t_i)\bigr)$ is a positive definite quadratic form in $v$, "
        r"where the slopes of secants of $\sigma_i$ between its arguments on $P$ and on $Q$ lie between $a_i$ and $b_i$. Then $f$ is "
        r"injective on $D$.",
        r"Let $x \neq y$ in $D$, and $P$, $Q$ as supposed, $x \in P$ and $y \in Q$, say. In case (i) $u \cdot f(x) > u \cdot f(y)$. "
        r"In case (ii) let $v = x - y$. Unit $i$ changes by $s_i \langle w_i, v\rangle$ with $a_i \le s_i \le b_i$, so $\langle v, "
        r"M(f(x) - f(y))\rangle = \langle v, MLv\rangle + \sum s_i\langle Mv_i, v\rangle\langle w_i, v\rangle$, which is at least the "
        r"form, as $|\alpha\beta| \le (t\alpha^2 + \beta^2/t)/2$; so it is positive. In both cases $f(x) \neq f(y)$. (If $\sigma_i$ "
        r"is convex, the slope of a secant increases with both of its ends, so the lower ends of the two intervals, and the upper "
        r"ones, give its bounds.)",
        _boxes,
    ),
}
