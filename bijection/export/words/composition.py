"""What holds of the parts of a network and of the whole, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.operations import operations, summary
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.compose import prefix, suffix
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Not
from proofs.theorems.composition import MissedBefore, PrefixCollides, SuffixCollides, SuffixMisses, Through
from proofs.theorems.maxima import WithoutMaxima
from proofs.theorems.merging import Merged


def _cut(step: Step, pen: Pen, cut: int) -> str:
    """The two parts at the cut get names."""
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    assert isinstance(goal.f, Network)
    f, rest = pen.name(goal.f), len(goal.f.nodes) - cut
    g, h = pen.name(prefix(goal.f, cut)), pen.name(suffix(goal.f, cut))
    first = f"first {cut} operations" if cut != 1 else "first operation"
    last = f"last {rest} operations" if rest != 1 else "last operation"
    return rf"Write ${f} = {h} \circ {g}$, where ${g}$ is the {first} of ${f}$ and ${h}$ the {last}."


def _through(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Through)
    return f"{_cut(step, pen, step.theorem.cut)} By {lemma(step)} with $E = {pen.set(step.theorem.via)}$ it is enough to prove:"


def _prefix(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, PrefixCollides)
    return f"{_cut(step, pen, step.theorem.cut)} By {lemma(step)} it is enough to prove:"


def _suffix(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, SuffixCollides | SuffixMisses)
    return f"{_cut(step, pen, step.theorem.cut)} By {lemma(step)} with $E = {pen.set(step.theorem.via)}$ it is enough to prove:"


def _missed_before(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, MissedBefore)
    z = pen.point("z", step.theorem.value, pen.where(step, "value"))
    return (
        f"{_cut(step, pen, step.theorem.cut)} The last part takes the value at {z}, computed exactly. By {lemma(step)} with "
        f"$E = {pen.set(step.theorem.via)}$ it is enough to prove:"
    )


def _merged(step: Step, pen: Pen) -> str:
    goal, premise = (g.statement if isinstance(g, Not) else g for g in (step.goal, step.premises[0].goal))
    f, g = pen.name(goal.f), pen.name(premise.f)
    assert isinstance(premise.f, Network)
    numbers, formula = operations(premise.f)
    what = f"${g}$, {summary(premise.f)}," if pen.supplement.long(numbers) else f"${g} = {formula()}$"
    how = "Merging equal units of the layers of" if isinstance(step.theorem, Merged) else "Writing with units the maxima in"
    return f"{how} ${f}$ gives {what} which is the same function by {lemma(step)}. It is enough to prove:"


WORDS: dict[type[Theorem], Words] = {
    Through: Words(
        "composition",
        r"Let $f = h \circ g$ and let $E$ be a set. (i) If $g$ is injective on $D$, $g(D) \subseteq E$ and $h$ is injective on $E$, "
        r"then $f$ is injective on $D$. (ii) If $g$ maps $D$ onto $E$ and $h$ maps $E$ onto $C$, then $f$ maps $D$ onto $C$. (iii) If "
        r"$g$ maps $D$ into $E$ and $h$ maps $E$ into $C$, then $f$ maps $D$ into $C$.",
        r"(i) $f(x) = f(x')$ says $h(g(x)) = h(g(x'))$ with $g(x), g(x') \in E$; so $g(x) = g(x')$ and $x = x'$. (ii) Every $y \in C$ "
        r"is $h(z)$ with $z \in E$, and $z = g(x)$ with $x \in D$. (iii) is clear.",
        _through,
    ),
    PrefixCollides: Words(
        "a prefix that is not injective",
        r"If $f = h \circ g$ and $g$ is not injective on $D$, then $f$ is not injective on $D$.",
        r"$g(x) = g(x')$ implies $h(g(x)) = h(g(x'))$.",
        _prefix,
    ),
    SuffixCollides: Words(
        "a suffix that is not injective",
        r"If $f = h \circ g$, $g$ maps $D$ onto $E$ and $h$ is not injective on $E$, then $f$ is not injective on $D$.",
        r"Let $h(z) = h(z')$ with $z \neq z'$ in $E$, and choose $x, x' \in D$ with $g(x) = z$, $g(x') = z'$. They differ, because $g$ "
        r"differs at them, and $f(x) = f(x')$.",
        _suffix,
    ),
    SuffixMisses: Words(
        "a suffix that misses values",
        r"If $f = h \circ g$ and $g(D) \subseteq E$, then $f$ reaches from $D$ only what $h$ reaches from $E$.",
        r"$f(x) = h(g(x))$ with $g(x) \in E$.",
        _suffix,
    ),
    MissedBefore: Words(
        "a value that is missed before",
        r"Let $f = h \circ g$, $g(D) \subseteq E$, $h$ injective on $E$, and $h(z) = y$ with $z \in E$. If $g$ does not "
        r"take the value $z$ on $D$, "
        r"then $f$ does not take the value $y$ on $D$.",
        r"$y = f(x) = h(g(x))$ with $g(x) \in E$ would give $g(x) = z$.",
        _missed_before,
    ),
    Merged: Words(
        "equal units",
        r"Let a network contain $B\sigma(Ax + b) + c$, where nothing else reads $Ax + b$ and only affine maps read $\sigma(Ax + b)$. "
        r"Units whose rows of $(A \mid b)$ and whose activations are equal may be replaced by one of them, if their columns of $B$ are "
        r"added; rows may be divided by a positive number and their columns of $B$ multiplied by it, if the activation satisfies "
        r"$\sigma(\gamma t) = \gamma\sigma(t)$ for $\gamma > 0$; units whose columns in every $B$ are $0$ may be dropped. None of this "
        r"changes the function.",
        r"Equal units compute the same number $u$, so that $B$ receives $u$ times the sum of their columns. The second step rewrites "
        r"$B\sigma(\gamma t)$ as $(\gamma B)\sigma(t)$. A unit with zero columns is never seen.",
        _merged,
    ),
    WithoutMaxima: Words(
        "maxima written with units",
        r"In a network the maximum over a group of coordinates may be replaced by that of the maxima of its pairs, and $\max(a, b)$ by "
        r"$a + \operatorname{relu}(b - a)$. Neither changes the function.",
        r"$a + \operatorname{relu}(b - a)$ is $a$ if $b \le a$, and $b$ otherwise.",
        _merged,
    ),
}
