"""Lipschitz constants in the maximum norm, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.tex import number
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Expands, Lipschitz, Not
from proofs.theorems.lipschitz import ExpandsSlopes, LipschitzCells, LipschitzInverse, LipschitzLayers, LipschitzSlopes


def _layers(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Lipschitz)
    return f"Multiplied operation by operation, the constants of ${pen.name(step.goal.f)}$ give no more than that. {lemma(step)} applies."


def _cells(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, LipschitzCells)
    assert isinstance(step.goal, Lipschitz)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    return (
        f"Cutting ${on}$ along the kinks of ${f}$ gives {_many(step.theorem.cuts)} ({pen.where(step, 'cuts')}), all of full dimension. "
        f"On none of them a row of the matrix of ${f}$ has a larger sum of absolute values. {lemma(step)} applies."
    )


def _inverse(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, LipschitzInverse)
    assert isinstance(step.goal, Lipschitz)
    theorem, g = step.theorem, pen.name(step.goal.f)
    f = pen.introduce(theorem.f, step, "f")
    premise = step.premises[0].goal
    assert not isinstance(premise, Not)
    pen.call(premise.f, rf"({g}\circ {pen.name(theorem.f)})")
    return (
        f"Take {f} on $D = {pen.set(theorem.on)}$, which its kinks cut into {_many(theorem.cuts)} ({pen.where(step, 'cuts')}), all of "
        f"full dimension. On each of them its matrix is invertible, and no row of the inverse matrix has a larger sum of absolute "
        f"values. By {lemma(step)} it is enough to prove:"
    )


def _many(cuts: tuple[int, ...]) -> str:
    count = sum(1 for c in cuts if c < 0)
    return "one cell" if count == 1 else f"{count} cells"


def _slopes(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Lipschitz)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    return (
        f"Intervals for the entries of $S$, found operation by operation from bounds of the values of ${f}$ on ${on}$, have rows whose "
        f"largest absolute values add up to at most ${number(step.goal.constant)}$. {lemma(step)} applies."
    )


def _dominant(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, Expands)
    f, on = pen.name(step.goal.f), pen.set(step.goal.on)
    return (
        f"Intervals for the entries of $S$, found operation by operation from bounds of the values of ${f}$ on ${on}$, have rows in which "
        f"the least absolute value on the diagonal exceeds the sum of the largest others by at least ${number(step.goal.constant)}$. "
        f"{lemma(step)} applies."
    )


WORDS: dict[type[Theorem], Words] = {
    LipschitzLayers: Words(
        "Lipschitz constants of layers",
        r"In the maximum norm a row of an affine map multiplies Lipschitz constants by $\sum|w_i|$, an activation by its largest slope; "
        r"sums add them, maxima take the largest.",
        r"$|\langle w, x\rangle - \langle w, x'\rangle| \le \sum|w_i|\,\max|x_i - x_i'|$; the other rules are clear.",
        _layers,
    ),
    LipschitzSlopes: Words(
        "Lipschitz constants by slopes",
        r"If $f(x) - f(y) = S(x - y)$ for all $x, y \in D$ with a matrix $S$ that depends on them, whose rows have "
        r"$\sum_j |s_{ij}| \le K$, then $f$ is Lipschitz on $D$ with the constant $K$ in the maximum norm.",
        r"$|f_i(x) - f_i(y)| \le \sum_j |s_{ij}||x_j - y_j| \le K \max_j |x_j - y_j|$.",
        _slopes,
    ),
    ExpandsSlopes: Words(
        "expansion by slopes",
        r"If $f(x) - f(y) = S(x - y)$ for all $x, y \in D$ with a matrix $S$ that depends on them, whose rows have "
        r"$|s_{ii}| - \sum_{j \ne i} |s_{ij}| \ge c$, then $\max_i |f(x)_i - f(y)_i| \ge c \max_j |x_j - y_j|$ on $D$.",
        r"For the $i$ with the largest $|x_i - y_i|$, $|f_i(x) - f_i(y)| \ge |s_{ii}||x_i - y_i| - \sum_{j \ne i} |s_{ij}||x_j - y_j| \ge "
        r"c|x_i - y_i|$.",
        _dominant,
    ),
    LipschitzCells: Words(
        "Lipschitz constants by cells",
        r"Let $f$ be continuous on $D = \mathbb{R}^n$, a box or a polytope, and affine on each of finitely many $n$-dimensional cells "
        r"that cover $D$, the rows of its matrices satisfying $\sum_j|a_{ij}| \le K$. Then $|f(x) - f(x')| \le K|x - x'|$ on $D$ in the "
        r"maximum norm.",
        r"The segment from $x$ to $x'$ lies in $D$ and is cut into finitely many parts, each in one cell, on which $f$ moves by at most "
        r"$K$ times the length of the part; these lengths add up.",
        _cells,
    ),
    LipschitzInverse: Words(
        "Lipschitz constants of inverses",
        r"Let $g \circ f = \mathrm{id}$ on $D$ and let $f$ map $D$ onto $C = \mathbb{R}^n$, a box or a polytope; let $f$ be affine on "
        r"each of finitely many $n$-dimensional cells that cover $D \subseteq \mathbb{R}^n$, with invertible matrices whose inverses "
        r"have rows with $\sum_j|b_{ij}| \le K$. Then $|g(y) - g(y')| \le K|y - y'|$ on $C$ in the maximum norm.",
        r"The images of the cells are finitely many closed polyhedra that cover $C$, and on each of them $g(y) = A^{-1}(y - b)$. So $g$ "
        r"is continuous on $C$ and affine on finitely many parts of each segment in $C$, and its moves along them add up.",
        _inverse,
    ),
}
