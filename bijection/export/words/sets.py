"""Inverses, the two halves of a bijection, cancellation, restriction, products, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Injective, Not, Surjective
from proofs.theorems.blocks import Blocks
from proofs.theorems.sets import BrokenHalf, CancelInner, CancelOuter, Halves, LeftInverse, Restriction, RightInverse


def _composed(step: Step, pen: Pen, other: str, outer: bool) -> None:
    """Name the composition that the first premise speaks of."""
    goal = step.goal
    assert isinstance(goal, Injective | Surjective)
    premise = step.premises[0].goal
    assert not isinstance(premise, Not)
    f = pen.name(goal.f)
    pen.call(premise.f, rf"({other}\circ {f})" if outer else rf"({f}\circ {other})")


def _left_inverse(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, LeftInverse)
    g = pen.introduce(step.theorem.inverse, step, "inverse")
    _composed(step, pen, pen.name(step.theorem.inverse), True)
    return f"Take the left inverse {g} By {lemma(step)} it is enough to prove:"


def _right_inverse(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, RightInverse)
    g = pen.introduce(step.theorem.inverse, step, "inverse")
    _composed(step, pen, pen.name(step.theorem.inverse), False)
    return f"Take the right inverse {g} By {lemma(step)} it is enough to prove:"


def _cancel_outer(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, CancelOuter)
    g = pen.introduce(step.theorem.outer, step, "outer")
    _composed(step, pen, pen.name(step.theorem.outer), True)
    return f"Compose with {g} By {lemma(step)} it is enough to prove:"


def _cancel_inner(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, CancelInner)
    g = pen.introduce(step.theorem.inner, step, "inner")
    _composed(step, pen, pen.name(step.theorem.inner), False)
    return f"Compose with {g} on $E = {pen.set(step.theorem.on)}$. By {lemma(step)} it is enough to prove:"


def _halves(step: Step, pen: Pen) -> str:
    return "By the definition of a bijection three things are to be proved:"


def _broken_half(step: Step, pen: Pen) -> str:
    return "A bijection is injective, onto, and takes no value outside its codomain. It is enough to prove that one of these fails:"


def _restriction(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Restriction)
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    other = pen.set(step.theorem.on)
    larger = isinstance(goal, Injective) != isinstance(step.goal, Not)
    inclusion = f"{pen.set(goal.on)} \\subseteq {other}" if larger else f"{other} \\subseteq {pen.set(goal.on)}"
    return f"Since ${inclusion}$, by {lemma(step)} it is enough to prove:"


def _blocks(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Blocks)
    for k, premise in enumerate(step.premises, 1):
        assert isinstance(premise.goal, Injective)
        pen.call(premise.goal.f, f"g_{{{step.number},{k}}}")
    groups = ["\\{" + ",".join(str(i + 1) for i in group) + "\\}" for group in step.theorem.groups]
    total = sum(map(len, step.theorem.groups))
    named = "$" + "$, $".join(groups) + "$" if total <= 40 else f"{len(groups)} groups ({pen.where(step, 'groups')})"
    f = pen.name(step.goal.f) if isinstance(step.goal, Injective) else "f"
    return (
        f"The inputs fall into the groups {named}. Let $g_{{{step.number},k}}$ be the outputs of ${f}$ that depend on no input outside "
        f"the $k$-th group, as a function of that group. By {lemma(step)} it is enough to prove:"
    )


WORDS: dict[type[Theorem], Words] = {
    LeftInverse: Words(
        "left inverse",
        r"If $g(f(x)) = x$ for all $x \in D$, then $f$ is injective on $D$.",
        r"If $f(x) = f(x')$ with $x, x' \in D$, then $x = g(f(x)) = g(f(x')) = x'$.",
        _left_inverse,
    ),
    RightInverse: Words(
        "right inverse",
        r"If $f(g(y)) = y$ for all $y \in C$ and $g(C) \subseteq D$, then $f$ maps $D$ onto $C$.",
        r"Every $y \in C$ is $f(x)$ for $x = g(y) \in D$.",
        _right_inverse,
    ),
    CancelOuter: Words(
        "cancelling an outer map",
        r"If $g \circ f$ is injective on $D$, then so is $f$.",
        r"If $f(x) = f(x')$, then $g(f(x)) = g(f(x'))$, hence $x = x'$.",
        _cancel_outer,
    ),
    CancelInner: Words(
        "cancelling an inner map",
        r"If $f \circ g$ maps $E$ onto $C$ and $g(E) \subseteq D$, then $f$ maps $D$ onto $C$.",
        r"Every $y \in C$ is $f(g(t))$ for some $t \in E$, and $g(t) \in D$.",
        _cancel_inner,
    ),
    Halves: Words("bijection", "", "", _halves),
    BrokenHalf: Words("bijection", "", "", _broken_half),
    Restriction: Words(
        "restriction",
        r"If $f$ is injective on a set, then on each of its subsets. If $f$ maps $D$ onto $C$, then it maps each set that contains $D$ "
        r"onto each subset of $C$.",
        r"A pair of different points of the subset with equal values is one of the larger set. A preimage in $D$ is one in every set "
        r"that contains $D$. (Read backwards, this carries refutations the other way.)",
        _restriction,
    ),
    Blocks: Words(
        "separate groups of inputs",
        r"Let $D = D_1 \times \dots \times D_k$ be $\mathbb{R}^n$ or a box, split by disjoint groups of coordinates. If for each group "
        r"the outputs of $f$ that depend on this group alone are, as functions of it, injective on the factor $D_j$, then $f$ is "
        r"injective on $D$.",
        r"Let $f(x) = f(y)$ with $x \neq y$ in $D$. Some group $I$ has $x_I \neq y_I$. The outputs $g$ that depend on $I$ alone satisfy "
        r"$g(x_I) = g(y_I)$, while $x_I$ and $y_I$ lie in the factor of $D$: $g$ is not injective there. (An output depends on an input "
        r"if the computation leads from one to the other through coefficients that are not zero.)",
        _blocks,
    ),
}
