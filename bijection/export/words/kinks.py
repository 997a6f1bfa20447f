"""Sums of kinks, by determinants of all choices of slopes or by a quadratic form, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.limits import Meter
from proofs.network import Network
from proofs.statements import Injective
from proofs.theorems.representatives import ColumnRepresentatives, DefiniteKinks, Kinks

_SUM = (
    r"Let $f \colon \mathbb{R}^n \to \mathbb{R}^n$ be $f(x) = Fx + G\kappa + {}$a constant with the kinks $\kappa_i = \max(M_{c(i)} - b_i, "
    r"0)$ of arguments $M_c = h_c \cdot x + l_c \cdot \kappa + {}$a constant, where $l_c$ reads earlier kinks. "
)
_KINK = (
    r"Let $f(x) = f(y)$, and write $\delta v = v(x) - v(y)$. As $\max(t - b, 0)$ has slope $1$ right of $b$ and $0$ left of it, $\delta "
    r"\kappa_i = d_i\,\delta M_{c(i)}$ with $0 \le d_i \le 1$"
)


def _counted(step: Step, pen: Pen) -> str:
    """What the network is a sum of."""
    assert isinstance(step.goal, Injective)
    assert isinstance(step.goal.f, Network)
    kinks, f = Kinks.of(step.goal.f, Meter()), pen.name(step.goal.f)
    count, arguments = len(kinks.breakpoints), len(kinks.arguments)
    return f"Written out, ${f}$ is such a sum of {count} kink{'s' * (count != 1)} of {arguments} argument{'s' * (arguments != 1)}."


def _representatives(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, ColumnRepresentatives)
    text = _counted(step, pen)
    blocks = len(step.theorem.blocks)
    where = f"The blocks are those of {pen.where(step, 'blocks')}, {blocks} of them. " if blocks > 1 else ""
    return f"{text} {where}All determinants are positive, as pivoting without fractions shows. {lemma(step)} applies."


def _definite(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, DefiniteKinks)
    text = _counted(step, pen)
    matrix = pen.matrix("R", step.theorem.matrix, pen.where(step, "matrix"))
    weights = pen.point("w", step.theorem.weights, pen.where(step, "weights"))
    return f"{text} Take {matrix} and the weights {weights}; the form is positive definite, as elimination shows. {lemma(step)} applies."


WORDS: dict[type[Theorem], Words] = {
    ColumnRepresentatives: Words(
        "column representatives",
        _SUM + r"Let $\det F \ne 0$ and $U = HF^{-1}G - L$, a line for each argument, a column for each kink. The \emph{column "
        r"representatives} of $M_c$ are the unit vector $e_c$, and $e_c$ plus the columns of $U$ for the first $q$ of its "
        r"kinks in the order of their breakpoints, $q = 1, 2, \dots$ Let the arguments be in blocks such that the lines of "
        r"$U$ in a block vanish at the kinks of later blocks, and let all matrices with one representative of each "
        r"argument of a block as its columns, restricted to the lines of the block, have positive determinants. Then $f$ "
        r"is injective on every set.",
        _KINK + r", and $d_i \ge d_j$ for kinks of one argument with $b_i \le b_j$. From $\delta f = 0$ follows $\delta x = "
        r"-F^{-1}G\,\delta \kappa$, so $\delta M + U\,\delta\kappa = 0$, and $\delta x = 0$ if $\delta\kappa = 0$. In the "
        r"first block this is $C\,\delta M = 0$, where each column of $C$ is a convex combination of representatives of "
        r"one argument. A determinant is linear in each column, so $\det C$ is a convex combination of positive numbers, "
        r"hence $\delta M = 0$ and $\delta\kappa = 0$ there; and so on, block by block.",
        _representatives,
    ),
    DefiniteKinks: Words(
        "definite kinks",
        _SUM + r"$F$ and $G$ are multiplied by a common denominator. Let $R$ be a matrix and $w_i \ge 0$ numbers such that the "
        r"form $|q|^2 + \sum w_i\,\xi_i\,(\xi_i + p_{c(i)})$ in $(v, \xi)$ is positive definite, where $q = R(Fv + G\xi)$ "
        r"and $p = H(q - v) - L\xi$. Then $f$ is injective on every set.",
        _KINK + r". At $v = \delta x$, $\xi = \delta\kappa$ the form has $q = 0$, because $F\,\delta x + G\,\delta\kappa = \delta "
        r"f = 0$, and $p = -\delta M$. So it is $\sum w_i\,\delta\kappa_i(\delta\kappa_i - \delta M_{c(i)}) = -\sum w_i "
        r"d_i(1 - d_i)(\delta M_{c(i)})^2 \le 0$, and $\delta x = 0$.",
        _definite,
    ),
}
