"""Networks that are the identity, in words."""

from __future__ import annotations

from bijection.export.derivation import Step
from bijection.export.operations import operations
from bijection.export.pen import Pen
from bijection.export.words.said import Words, lemma
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Inverts, Not
from proofs.theorems.identity import Cancels, CancelsInside, FixesCells, OtherSide
from proofs.theorems.inverted import InvertedByCells
from proofs.theorems.lattice_form import MaxOfMins


def _cancels(step: Step, pen: Pen) -> str:
    return f"{_network(step, pen)} {lemma(step)} applies: computed exactly, the form of each output is the input of the same number."


def _fixes_cells(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, FixesCells)
    cells = step.theorem.cuts.count(-1)
    return f"{_network(step, pen)} It has {cells} cells, given in the evidence by their cuts. {lemma(step)} applies."


def _other_side(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, OtherSide)
    goal = step.goal
    assert not isinstance(goal, Not)
    after = f"the first {step.theorem.cut} operations of ${pen.name(goal.f)}$ as $g$ and the others as $f$"
    return f"Take {after}, and $D = {pen.set(step.theorem.on)}$. By {lemma(step)} it is enough to prove:"


def _cancels_inside(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, CancelsInside)
    goal, start, end = step.goal, step.theorem.start, step.theorem.end
    assert not isinstance(goal, Not)
    parts = f"the first {start} operations of ${pen.name(goal.f)}$ as $a$, those up to operation {end} as $b$ and the others as $c$"
    return f"Take {parts}. By {lemma(step)} it is enough to prove:"


def _max_of_mins(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, MaxOfMins)
    cells, cut = step.theorem.cuts.count(-1), step.theorem.cut
    parts = f"Its first {cut} operations are $f$, which has {cells} cells, given in the evidence by their cuts; the others are $g$."
    return f"{_network(step, pen)} {parts} {lemma(step)} applies: the inequalities hold at the generators of each cell."


def _inverted_by_cells(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, InvertedByCells)
    goal = step.goal
    assert isinstance(goal, Inverts)
    cells, places = step.theorem.cuts.count(-1), pen.where(step, "places")
    shown = f"${pen.name(goal.f)}$ has {cells} cells, each of which it maps into the region of a piece ({places})"
    sets = r"$P_k = \{x : b_k(x) \in Q_k,\ a_k(b_k(x)) = x\}$"
    return f"{shown}; the $b_k$ are in {pen.where(step, 'maps')}. By {lemma(step)} it is enough to prove, with {sets}:"


def _network(step: Step, pen: Pen) -> str:
    goal = step.goal
    assert not isinstance(goal, Not)
    assert isinstance(goal.f, Network)
    numbers, formula = operations(goal.f)
    shown_formula = "" if pen.supplement.long(numbers) else f" It is ${formula()}$."
    return f"The network ${pen.name(goal.f)}$ has {len(goal.f.nodes)} operations.{shown_formula}"


WORDS: dict[type[Theorem], Words] = {
    Cancels: Words(
        "identity by normal form",
        r"Write every value of a network on $\mathbb{R}^n$ as an affine form in the coordinates of its input, in affine forms $M$ of what "
        r"came before, in $\max(M - b, 0)$ for breakpoints $b$, and in the values of operations that are not piecewise affine. Compose "
        r"piecewise-affine functions of one $M$ exactly. If the form of output $i$ is input $i$ for all $i$, it is the identity.",
        r"Every step of the computation replaces a value by an equal one; so each output equals its form.",
        _cancels,
    ),
    FixesCells: Words(
        "identity by cells",
        r"Let $f$ be continuous and affine on each of finitely many polyhedra that cover $D$. If $f$ fixes each vertex of each of them, "
        r"and its linear part there every extreme direction, then $f(x) = x$ for all $x \in D$.",
        r"Each point of a polyhedron is a convex combination of its vertices plus a nonnegative combination of its directions, and $f$ is "
        r"affine there.",
        _fixes_cells,
    ),
    MaxOfMins: Words(
        "a maximum of minima",
        r"Let $f$ be continuous and affine on each of finitely many polyhedra that cover $D$, and $g_c(y) = \max_G \min_{j \in G} l_j(y)$, "
        r"$l_j$ affine. Suppose that on each polyhedron and for each $c$ there is a group $G$ with $l_j(f(x)) \ge x_c$ for all $j \in G$, "
        r"and every group has some $j$ with $l_j(f(x)) \le x_c$. Then $g(f(x)) = x$ for all $x \in D$.",
        r"The minimum over the one group is at least $x_c$, and the minima over all groups are at most $x_c$. On a polyhedron the "
        r"inequalities compare affine functions of $x$; they hold if they hold at vertices and along extreme directions.",
        _max_of_mins,
    ),
    InvertedByCells: Words(
        "an inverse in pieces",
        r"Let $f$ be continuous, affine on each of finitely many polyhedra that cover $D$, and injective on $D$. Let $Q_k$ be polyhedra "
        r"with affine maps $a_k$, and $b_k$ affine with $b_k(a_k(y)) = y$ on $Q_k$. If $f$ maps each of those polyhedra into some $Q_k$, "
        r"and for each $k$ the set $P_k = \{x : b_k(x) \in Q_k,\ a_k(b_k(x)) = x\}$ lies in $D$ and $f = b_k$ there, then $f(x)$ lies in "
        r"some $Q_k$ for each $x \in D$, and $a_k(f(x)) = x$ for all such $k$. If $f$ is a bijection from $D$ to $C$, then also "
        r"$f(a_k(y)) = y$ for all $y \in C \cap Q_k$, and these $Q_k$ cover $C$.",
        r"Let $y = f(x) \in Q_k$. Then $x' = a_k(y)$ lies in $P_k$, since $b_k(x') = y$, so $f(x') = b_k(x') = f(x)$ and $x' = x$. Each "
        r"$y \in C$ is $f(x)$ for some $x \in D$.",
        _inverted_by_cells,
    ),
    CancelsInside: Words(
        "what cancels inside",
        r"If $b(z) = z$ for all $z \in \mathbb{R}^k$ and $c(a(x)) = x$ for all $x \in D$, then $c(b(a(x))) = x$ for all $x \in D$.",
        r"$c(b(a(x))) = c(a(x)) = x$.",
        _cancels_inside,
    ),
    OtherSide: Words(
        "the other side of an inverse",
        r"If $f$ maps $D$ onto $C$ and $g(f(x)) = x$ for all $x \in D$, then $f(g(y)) = y$ for all $y \in C$.",
        r"Each $y \in C$ is $f(x)$ for some $x \in D$, so $f(g(y)) = f(g(f(x))) = f(x) = y$.",
        _other_side,
    ),
}
