"""Affine maps on grids, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.statements import Injective, MapsInto
from proofs.theorems.grids import MeetInTheMiddle, ShortDualVectors, StaysOnGrid


def _short_duals(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, ShortDualVectors)
    goal = step.goal
    assert isinstance(goal, Injective)
    y = pen.matrix("Y", step.theorem.vectors, pen.where(step, "vectors")) if step.theorem.vectors else "an empty list"
    return (
        f"${pen.name(goal.f)}$ is an affine map on a grid. With the rows of {y} as the $y_i$ the sums are less than $1$, and the rank is "
        f"${goal.f.arity}$ (coordinates of one value left out, and counted modulo a prime, where it is at most the rank). "
        f"{lemma(step)} applies."
    )


def _middle(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, MeetInTheMiddle)
    assert isinstance(step.goal, Injective)
    left = step.theorem.left
    which = ", ".join(str(j + 1) for j in left[:12]) + (r", \dots" if len(left) > 12 else "")
    half = f"the coordinates ${which}$" if left else "no coordinate"
    return (
        f"${pen.name(step.goal.f)}$ is an affine map on a grid. All sums over {half} are listed, and those over the others "
        f"are looked up among them: only $t = 0$ gives $At = 0$. {lemma(step)} applies."
    )


def _stays(step: Step, pen: Pen) -> str:
    assert isinstance(step.goal, MapsInto)
    return f"${pen.name(step.goal.f)}$ is an affine map on a grid. {lemma(step)} applies, as one computes."


WORDS: dict[type[Theorem], Words] = {
    ShortDualVectors: Words(
        "short dual vectors",
        r"Let $A$ be an integer matrix with $W(x - x') = \lambda At$, $\lambda \neq 0$, for points $x$, $x'$ of a grid that are $t$ steps "
        r"apart, and let $c_j$ be the number of steps of coordinate $j$. Let $y_1, y_2, \dots$ be rational and $k_i$ the integer vector "
        r"nearest to $y_iA$. If $\sum_j |k_i - y_iA|_j\, c_j < 1$ for all $i$, and the rows of $A$ with all $k_i$ have rank $n$, then $x "
        r"\mapsto Wx + b$ is injective on the grid.",
        r"If the values at $x$ and $x'$ are equal, then $At = 0$ and $|t_j| \le c_j$. So $k_i t = (k_i - y_iA)t$ is an integer of absolute "
        r"value less than $1$, hence $0$. The only $t$ with $At = 0$ and $k_it = 0$ for all $i$ is $0$.",
        _short_duals,
    ),
    MeetInTheMiddle: Words(
        "meeting in the middle",
        r"Let $A$ be an integer matrix with $W(x - x') = \lambda At$, $\lambda \neq 0$, for points $x$, $x'$ of a grid that are $t$ steps "
        r"apart, and let $c_j$ be the number of steps of coordinate $j$. If $At = 0$ has no integer solution $t \neq 0$ with $|t_j| \le "
        r"c_j$, then $x \mapsto Wx + b$ is injective on the grid. Whether it has one is seen from the list of all sums $\sum_{j \in J} "
        r"A_{\cdot j}t_j$ over some coordinates $J$ and those over the others.",
        r"If the values at $x$ and $x'$ are equal, then $At = 0$ and $|t_j| \le c_j$, so $t = 0$. With $t$ the list over $J$ holds the "
        r"negative of each of its sums; so $At = 0$ has a solution that is not $0$ exactly if a sum over the other coordinates, not all "
        r"$0$, is listed, or if $0$ is listed twice.",
        _middle,
    ),
    StaysOnGrid: Words(
        "affine maps from grid to grid",
        r"If $x \mapsto Wx + b$ takes the lowest point of a grid to a point of the lattice $\ell + s\mathbb{Z}$ in each coordinate, each "
        r"step to multiples of $s$, and the least and the largest value of each coordinate lie between the ends of a grid $C$ on that "
        r"lattice, then it maps the grid into $C$.",
        r"A point of the grid is its lowest one and some steps; and a coordinate of $Wx + b$ is least and largest at ends of the steps, "
        r"by the signs of its coefficients.",
        _stays,
    ),
}
