"""Networks in stages, and maps whose inputs can be solved for, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.tex import number
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Injective, IsIdentity, Not, Surjective
from proofs.theorems.radial import Radial
from proofs.theorems.rays import ScaledRays
from proofs.theorems.stages import Stages
from proofs.theorems.triangular import Triangular

_FEW = 8  # inputs whose levels and outputs are written out


def _stages(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Stages)
    goal = step.goal
    if isinstance(goal, Not):
        assert isinstance(goal.statement, Injective)
        return (
            f"Cut ${pen.name(goal.statement.f)}$ at two lists of coordinates of its values, "
            f"the field \\texttt{{stages}} of step {step.number} "
            f"in \\texttt{{evidence.json}}. {lemma(step)} applies if the part before is onto and the part between is not injective:"
        )
    assert isinstance(goal, Injective | Surjective)
    count = len(step.theorem.stages)
    lists = "one list" if count == 1 else f"{count} lists"
    word = "injective" if isinstance(goal, Injective) else "onto"
    return (
        f"Cut ${pen.name(goal.f)}$ at {lists} of coordinates of its values, the field \\texttt{{stages}} of step {step.number} in "
        f"\\texttt{{evidence.json}}. {lemma(step)} applies if each of the {count + 1} parts is {word}:"
    )


def _triangular(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Triangular)
    goal, theorem = step.goal, step.theorem
    assert isinstance(goal, Injective | Surjective)
    levels = len(set(theorem.levels))
    if len(theorem.levels) <= _FEW:
        pairs = ", ".join(f"$({k}, {j + 1})$" for k, j in zip(theorem.levels, theorem.outputs, strict=True))
        given = f"Give the inputs of ${pen.name(goal.f)}$ the levels and the outputs {pairs}"
    else:
        given = (
            f"Give the {len(theorem.levels)} inputs of ${pen.name(goal.f)}$ the {levels} levels and the outputs that stand in the fields "
            f"\\texttt{{levels}} and \\texttt{{outputs}} of step {step.number} in \\texttt{{evidence.json}}"
        )
    more = " and takes all values" if isinstance(goal, Surjective) else ""
    return (
        f"{given}. Bounds and signs, node by node, show that each of these outputs depends on inputs of lower levels and on its own input "
        f"only, in which it is strictly monotone{more}. {lemma(step)} applies."
    )


def _rays(step: Step, pen: Pen) -> str:
    goal = step.goal
    assert isinstance(goal, Injective)
    return (
        f"${pen.name(goal.f)}$ multiplies its input by reciprocals of roots, or of sums; that each is a number of this kind, and the same "
        f"for a group of inputs on which alone it depends, is read off the operations and their bounds. {lemma(step)} applies."
    )


def _radial(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, Radial)
    goal = step.goal.statement if isinstance(step.goal, Not) else step.goal
    assert isinstance(goal, Injective | Surjective | IsIdentity)
    theorem = step.theorem
    which = "the inverse, as above, after the radial flow" if isinstance(goal, IsIdentity) else "the radial flow"
    return (
        f"Written out, the outputs of ${pen.name(goal.f)}$ are those of {which} with $\\alpha = {number(theorem.alpha)}$, "
        f"$\\beta = {number(theorem.beta)}$ and the centre in the field \\texttt{{center}} of step {step.number} in "
        f"\\texttt{{evidence.json}}. "
        f"{lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    ScaledRays: Words(
        "scaled rays",
        r"Let $f(x)_i = x_i \cdot s(x)$ with one $s = (h + \varepsilon)^{-e}$ for all $i$ of a group of inputs, on which alone it "
        r"depends, where $\varepsilon > 0$, $h \ge 0$, $h(\lambda x) = \lambda^k h(x)$ for $\lambda > 0$, $e \in \{1, 1/2\}$, $ke \le 1$. "
        r"Then $f$ is injective on every set.",
        r"Let $f(x) = f(y)$. As $s > 0$, $x = 0$ on a group if and only if $y = 0$ there. Otherwise $y = \lambda x$ there with $\lambda = "
        r"s(x)/s(y) > 0$, so $\varphi(1) = \varphi(\lambda)$ for $\varphi(t) = t\,(t^k h(x) + \varepsilon)^{-e}$, whose derivative "
        r"$(t^k h(x) + \varepsilon)^{-e-1}(\varepsilon + (1 - ke)\,t^k h(x))$ is positive. Hence $\lambda = 1$.",
        _rays,
    ),
    Radial: Words(
        "radial flows",
        r"Let $f(x) = x + \frac{\beta}{\alpha + |x - c|}(x - c)$ on $\mathbb{R}^n$ with the Euclidean norm and $\alpha > 0$. Then $f$ maps "
        r"$\mathbb{R}^n$ onto $\mathbb{R}^n$. If $\beta \ge -\alpha$, it is injective; if $\beta < -\alpha$, it is not. If "
        r"$\beta > -\alpha$, its inverse is $y \mapsto y - \frac{\beta}{\alpha + \beta + r}(y - c)$, $2r = p + \sqrt{p^2 + 4\alpha s}$, "
        r"$p = s - \alpha - \beta$, $s = |y - c|$.",
        r"For $|u| = 1$ and $s \ge 0$, $f(c + su) = c + g(s)u$ with $g(s) = s + \beta s/(\alpha + s)$, which is continuous, $g(0) = 0$ and "
        r"$g(s) \to \infty$, so it takes all values $t \ge 0$. For $0 \le s < t$, $g(t) - g(s) = "
        r"(t - s)\bigl(1 + \alpha\beta/((\alpha + s)(\alpha + t))\bigr)$, which is positive if $\beta \ge -\alpha$, since "
        r"$(\alpha + s)(\alpha + t) > \alpha^2$; then each ray from $c$ is mapped injectively into itself. If $\beta < -\alpha$, "
        r"$g(-\alpha - \beta) = 0 = g(0)$. For the inverse let $y = f(x)$ and $t = |x - c|$: then $s(\alpha + t) = t(\alpha + \beta + t)$, "
        r"so $t$ is a root $\ge 0$ of $t^2 - pt - \alpha s$, whose roots have the product $-\alpha s \le 0$; hence $t = r$, and "
        r"$x - c = \frac{\alpha + r}{\alpha + \beta + r}(y - c)$.",
        _radial,
    ),
    Stages: Words(
        "stages",
        r"Let $f = g_k \circ \dots \circ g_1$ and let $E_0 = D, E_1, \dots, E_{k-1}$ be sets. If every $g_j$ is injective on $E_{j-1}$ and "
        r"maps it into $E_j$ for $j < k$, then $f$ is injective on $D$. If every $g_j$ maps $E_{j-1}$ onto $E_j$, where $E_k = "
        r"C$, then $f$ "
        r"maps $D$ onto $C$. If $k = 3$, $g_1$ maps $D$ onto $E_1$ and $g_2$ is not injective on $E_1$, then $f$ is not injective on $D$.",
        r"Equal values of $f$ come from equal values of $g_{k-1} \circ \dots \circ g_1$, both in $E_{k-1}$, and so on down to "
        r"equal inputs. "
        r"A point of $C$ is a value of $g_k$ at a point of $E_{k-1}$, which is a value of $g_{k-1}$, and so on up to a point of "
        r"$D$. Different points of $E_1$ with one value under $g_2$ are values of $g_1$ at different points of $D$.",
        _stages,
    ),
    Triangular: Words(
        "solving for the inputs",
        r"Let every input $x_i$ of $f$ have a level and an output $o(i)$ that depends only on inputs of lower levels and on $x_i$, and is "
        r"strictly monotone in $x_i$ where the others are fixed. Then $f$ is injective on $D$. If moreover the $o(i)$ are all "
        r"outputs, each "
        r"once, $D = \mathbb{R}^n$, and each $o(i)$ is continuous and unbounded above and below in $x_i$ where the others are fixed, then "
        r"$f$ maps $\mathbb{R}^n$ onto $\mathbb{R}^n$.",
        r"Let $f(x) = f(y)$, $x \neq y$, and $i$ of the lowest level with $x_i \neq y_i$. The inputs of lower levels agree, so "
        r"$o(i)$ takes "
        r"one value at two different $x_i$, which it does not. For the second part choose the inputs level by level: where those of lower "
        r"levels are chosen, $o(i)$ is a function of $x_i$ alone and takes the wanted value by the intermediate value theorem.",
        _triangular,
    ),
}
