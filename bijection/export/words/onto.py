"""Layers of maxima and softmax that are onto, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Surjective
from proofs.theorems.onto import MaximumOnto, SoftmaxOnto


def _maximum(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Surjective)
    f = pen.name(step.goal.f)
    return f"${f}$ is one layer of maxima, and each of its groups has a coordinate that is in no other. {lemma(step)} applies."


def _softmax(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Surjective)
    on = pen.set(step.goal.on)
    return (
        f"${pen.name(step.goal.f)}$ is one softmax over all coordinates, and every point moves into ${on}$ along $(1, \\dots, 1)$. "
        f"{lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    MaximumOnto: Words(
        "maxima that are onto",
        r"Maxima over groups of coordinates, each with a member that is in no other group, map $\mathbb{R}^n$ onto $\mathbb{R}^m$.",
        r"Let $y \in \mathbb{R}^m$ and let $x_i$ be the least $y_k$ over the groups $k$ that $i$ is in ($0$ if there "
        r"are none). In group $k$ every "
        r"$x_i \le y_k$, with equality for the member that is in no other group. So the maximum over the group is $y_k$.",
        _maximum,
    ),
    SoftmaxOnto: Words(
        "softmax is onto the simplex",
        r"If every $x \in \mathbb{R}^n$ has some $x + t(1, \dots, 1)$ in $D$, then softmax over all coordinates maps "
        r"$D$ onto the open simplex. "
        r"This holds for $D = \mathbb{R}^n$ and for a polytope with $\langle a, (1, \dots, 1)\rangle < 0$ for each side "
        r"$\langle a, x\rangle \le b$.",
        r"For $p > 0$ with $\sum p_i = 1$, $\mathrm{softmax}(\ln p) = p$, and $\mathrm{softmax}(x + t(1, \dots, 1)) = "
        r"\mathrm{softmax}(x)$. Each "
        r"side holds for large $t$.",
        _softmax,
    ),
}
