"""Affine maps, layers of activations, trees of layers, quadratic forms and cells, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bijection.export.derivation import Step
from bijection.export.operations import dense
from bijection.export.pen import Pen
from bijection.export.supplement import INLINE
from bijection.export.tex import length, matrix, number, reals, vector
from bijection.export.words.dimension import determinant
from bijection.export.words.said import Words, lemma
from proofs.domains import Box, Polytope, Reals
from proofs.kernel import Theorem
from proofs.network import Network
from proofs.statements import Injective, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems.affine import FullColumnRank, FullRowRank, affine_form
from proofs.theorems.cell_tree import MATRIX, CellTree
from proofs.theorems.layer_tree import Flat, LayerTree, flats, layer
from proofs.theorems.monotone import MonotoneLayer, OntoLayer
from proofs.theorems.monotonicity import StronglyMonotone, secants
from proofs.theorems.separated_cells import SeparatedCells

_LARGEST = 6  # size of a quadratic form that is written out
_FEW = 8  # dependencies or directions that are written out


def _positive(step: Step) -> Injective | Surjective:
    assert isinstance(step.goal, Injective | Surjective)
    return step.goal


def _columns(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, FullColumnRank)
    goal, theorem = _positive(step), step.theorem
    w, m = affine_form(goal.f), theorem.modulus
    z = [dense(w.rows[i], w.columns) for i in theorem.rows]
    return (
        f"${pen.name(goal.f)}$ is an affine map $x \\mapsto Wx + b$ from ${reals(w.columns)}$ to ${reals(len(w.rows))}$. The "
        f"row{_s(theorem.rows)} {_listed(theorem.rows, pen.where(step, 'rows'))} of $W$, times the common denominator "
        f"{pen.supplement.place('d', [w.denominator], lambda: number(w.denominator), 'of $W$ and $b$')} of the map, give the integer "
        f"matrix {pen.matrix('Z', z, 'read off from the weights')}. With {pen.matrix('L', theorem.inverse, pen.where(step, 'inverse'))} "
        f"one has $LZ \\equiv I \\pmod{{{number(m)}}}$. {lemma(step)} applies."
    )


def _s(things: Sequence[int]) -> str:
    return "" if len(things) == 1 else "s"


def _listed(indices: Sequence[int], where: str) -> str:
    """Row or column numbers, counted from 1, or where they are listed."""
    if list(indices) == list(range(len(indices))) and len(indices) > _FEW:
        return f"$1, \\dots, {len(indices)}$"
    return f"${', '.join(str(i + 1) for i in indices)}$" if len(indices) <= 3 * _FEW else f"({where})"


def _rows(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, FullRowRank)
    goal, theorem = _positive(step), step.theorem
    w, m = affine_form(goal.f), theorem.modulus
    z = [[line[j] for j in theorem.columns] for line in (dense(row, w.columns) for row in w.rows)]
    return (
        f"${pen.name(goal.f)}$ is an affine map $x \\mapsto Wx + b$ from ${reals(w.columns)}$ to ${reals(len(w.rows))}$. The "
        f"column{_s(theorem.columns)} {_listed(theorem.columns, pen.where(step, 'columns'))} of $W$, times the common denominator "
        f"{pen.supplement.place('d', [w.denominator], lambda: number(w.denominator), 'of $W$ and $b$')} of the map, give the integer "
        f"matrix {pen.matrix('Z', z, 'read off from the weights')}. With {pen.matrix('R', theorem.inverse, pen.where(step, 'inverse'))} "
        f"one has $ZR \\equiv I \\pmod{{{number(m)}}}$. {lemma(step)} applies."
    )


def _monotone(step: Step, pen: Pen) -> str:
    goal = _positive(step)
    return (
        f"${pen.name(goal.f)}$ applies one activation to each coordinate. Each is strictly monotone on the side of a box around "
        f"${pen.set(goal.on)}$ that belongs to it. {lemma(step)} applies."
    )


def _onto(step: Step, pen: Pen) -> str:
    goal = _positive(step)
    assert isinstance(goal, Surjective)
    return (
        f"${pen.name(goal.f)}$ applies one continuous activation to each coordinate, and each takes on its side of ${pen.set(goal.on)}$ "
        f"all values on the side of a box around ${pen.set(goal.onto)}$. {lemma(step)} applies."
    )


def _flat(flat: Flat) -> str:
    low = r"-\infty" if flat.left is None else number(flat.left)
    high = r"\infty" if flat.right is None else number(flat.right)
    return f"z_{{{flat.unit + 1}}} \\in ({low}, {high})"


def _tree(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, LayerTree)
    goal, theorem = _positive(step), step.theorem
    w, activations = layer(goal.f)
    known = flats(activations)
    f, on = pen.name(goal.f), pen.set(goal.on)
    text = (
        f"${f}$ is one layer $\\sigma(z)$, $z = Wx + b$, of {len(w.rows)} units on {w.columns} inputs; its activations are monotone and "
        f"have together {len(known)} longest intervals on which they are constant."
    )
    few = len(theorem.dependencies) <= _FEW and len(known) <= 2 * _FEW
    numbers = [q for named, factors, _ in theorem.dependencies for q in (*named, *factors)]
    if few and not pen.supplement.long(numbers):
        lines = [_dependency(known, d) for d in theorem.dependencies]
        text += (
            f" On ${on}$, where $z = Wx + b$, there is no point with " + "; ".join(f"({k}) {line}" for k, line in enumerate(lines, 1)) + "."
        )
    else:
        sets = f"{len(theorem.dependencies)} sets of such intervals that cannot hold at once"
        text += f" The evidence lists {sets} ({pen.where(step, 'dependencies')})."
    return text + (
        f" A tree with {len(theorem.tree)} inner node{'s' if len(theorem.tree) != 1 else ''}, each naming one of these sets "
        f"({pen.where(step, 'tree')}), excludes intervals one by one; at each of its leaves the rows of units that are not constant have "
        f"rank ${w.columns}$ (modulo ${number(theorem.modulus)}$, which is enough). {lemma(step)} applies."
    )


def _dependency(known: Sequence[Flat], dependency: tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, int], ...]]) -> str:
    named, factors, _ = dependency
    parts = " and ".join(f"${_flat(known[k])}$" for k in named)
    terms = []
    for k, factor in zip(named, factors, strict=True):
        end = known[k].right if factor > 0 else known[k].left
        assert end is not None
        weight = factor * end.denominator
        sign = "" if weight == 1 else "-" if weight == -1 else number(weight)
        inside = f"z_{{{known[k].unit + 1}}}"
        terms.append(f"{sign}({inside} {'-' if end > 0 else '+'} {number(abs(end))})" if end else f"{sign}{inside}")
    total = " + ".join(terms).replace("+ -", "- ")
    return f"{parts}, because ${total} \\ge 0$"


def _strongly(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, StronglyMonotone)
    goal, theorem = _positive(step), step.theorem
    assert isinstance(goal.f, Network)
    forms, slopes = secants(goal.f, goal.on)
    text = (
        f"Interval bounds on ${pen.set(goal.on)}$ leave {len(slopes)} unit{'s' if len(slopes) != 1 else ''} of ${pen.name(goal.f)}$ "
        f"whose slopes are not known. Take {pen.matrix('M', theorem.matrix, pen.where(step, 'matrix'))} and the weights "
        f"{pen.point('t', theorem.weights, pen.where(step, 'weights'))}."
    )
    if forms.columns <= _LARGEST:
        s = theorem._form(forms, slopes, goal.f.arity)
        minors = [determinant([[Fraction(t) for t in row[:k]] for row in s[:k]]) for k in range(1, len(s) + 1)]
        numbers = [q for row in s for q in row]
        if not pen.supplement.long([*numbers, *minors]):
            return text + (
                f" In the variables $(\\delta x, \\delta h)$ a positive multiple of $2Q$ has the matrix ${matrix(s)}$, whose leading "
                f"principal minors ${', '.join(map(number, minors))}$ are positive. {lemma(step)} applies."
            )
    return text + (
        f" Then $Q$, a quadratic form in {forms.columns} variables with rational coefficients, is positive definite, as elimination in "
        f"integers with rounding to the safe side shows. {lemma(step)} applies."
    )


def _cells(step: Step, pen: Pen) -> str:
    assert isinstance(step.theorem, SeparatedCells)
    goal, theorem = _positive(step), step.theorem
    leaves = sum(1 for c in theorem.cuts if c < 0)
    kinds = [len(e) == 1 and e[0] >= 0 for e in theorem.pairs]
    matrices = sum(1 for e in theorem.pairs if len(e) > 1 and e[0] == MATRIX)
    by_direction, own = sum(kinds), sum(1 for e in theorem.pairs if len(e) > 1) - matrices
    few = len(theorem.directions) <= _FEW and not pen.supplement.long([q for u in theorem.directions for q in u])
    listed = " ($u = " + "$, $".join(map(vector, theorem.directions)) + "$)" if few and theorem.directions else ""
    ways = [f"{by_direction} by {len(theorem.directions)} functionals that serve several pairs{listed}"] if by_direction else []
    ways += [f"{own} by a functional each"] if own else []
    ways += [f"{matrices} by a matrix each"] if matrices else []
    pairs = (
        f" Pairs of unions of cells that account for all pairs of cells are told apart as {lemma(step)} demands: {', '.join(ways)}."
        if ways
        else ""
    )
    cells = "one cell" if leaves == 1 else f"{leaves} cells"
    f, on = pen.name(goal.f), pen.set(goal.on)
    return (
        f"Cutting ${on}$ along the kinks of ${f}$ gives {cells} on which ${f}$ is affine{_generators(goal, theorem, leaves, pen)}. On "
        f"each of them{' outside the unions that a matrix deals with' if matrices else ''} the images of the "
        rf"generators have the rank of the generators.{pairs} {lemma(step)} applies. The cuts, functionals and matrices are the fields "
        rf"\texttt{{cuts}}, \texttt{{directions}} and \texttt{{pairs}} of step {step.number} in {pen.evidence()}."
    )


def _generators(goal: Injective | Surjective, theorem: SeparatedCells, leaves: int, pen: Pen) -> str:
    """The cells by their generators, where these are few and short."""
    if leaves > _FEW or not (isinstance(goal.f, Network) and isinstance(goal.on, Reals | Box | Polytope)):
        return ""
    tree = CellTree(Subdivision(goal.f, goal.on), theorem.cuts)
    cells = []
    for leaf in tree.leaves():
        rays = [tree.subdivision.generators[g].ray for g in sorted(tree.members[leaf])]
        points = [tuple(Fraction(t, ray[-1]) for t in ray[:-1]) for ray in rays if ray[-1]]
        cells.append((points, [ray[:-1] for ray in rays if not ray[-1]]))
    if length([q for cell in cells for part in cell for x in part for q in x]) > 2 * INLINE:
        return ""
    described = []
    for points, directions in cells:
        text = f"${', '.join(map(vector, points))}$"  # a cell has at least one point
        many = "s" if len(directions) > 1 else ""
        described.append(text + (f" and the direction{many} ${', '.join(map(vector, directions))}$" if directions else ""))
    return ", generated by " + "; by ".join(described)


WORDS: dict[type[Theorem], Words] = {
    FullColumnRank: Words(
        "rank by a congruence",
        r"Let some rows of $W$, multiplied by a number that makes them integers, be the matrix $Z$, and let $L$ be an integer matrix "
        r"with $LZ \equiv I \pmod m$, $m \ge 2$. Then $x \mapsto Wx + b$ is injective on every set.",
        r"$\det(LZ) \equiv 1 \pmod m$, so $\det(LZ) \neq 0$, so $Z$ has full column rank over $\mathbb{Q}$, hence over $\mathbb{R}$: "
        r"$Wv = 0$ implies $v = 0$.",
        _columns,
    ),
    FullRowRank: Words(
        "rank by a congruence, for rows",
        r"Let some columns of $W \in \mathbb{Q}^{m' \times n}$, multiplied by a number that makes them integers, be the matrix $Z$, and "
        r"let $R$ be an integer matrix with $ZR \equiv I \pmod m$, $m \ge 2$. Then $x \mapsto Wx + b$ maps $\mathbb{R}^n$ onto "
        r"$\mathbb{R}^{m'}$.",
        r"$\det(ZR) \equiv 1 \pmod m$ is not $0$, so $Z$ has full row rank, so $Wx = y - b$ has a solution for every $y$.",
        _rows,
    ),
    MonotoneLayer: Words(
        "monotone layers",
        r"If every $\sigma_i$ is strictly monotone on the $i$-th side of a box that contains $D$, then $(x_1, \dots, x_n) \mapsto "
        r"(\sigma_1(x_1), \dots, \sigma_n(x_n))$ is injective on $D$.",
        r"Equal values have equal coordinates $\sigma_i(x_i) = \sigma_i(x_i')$, hence $x_i = x_i'$. A continuous piecewise-affine "
        r"function is strictly monotone where all its slopes have one sign; of the smooth activations this is elementary "
        r"calculus (sigmoid, $\tanh$, softplus, $\exp$, $\arctan$ have positive derivatives, ELU but for a kink).",
        _monotone,
    ),
    OntoLayer: Words(
        "layers that are onto",
        r"If every $\sigma_i$ is continuous and takes on the $i$-th side of $D$, $\mathbb{R}^n$ or a box, all values on the $i$-th side "
        r"of a box that contains $C$, then $(x_1, \dots, x_n) \mapsto (\sigma_1(x_1), \dots, \sigma_n(x_n))$ maps $D$ onto $C$.",
        r"The coordinates are independent, and in each one there is a preimage (the extreme values are attained or approached at the "
        r"ends, the others taken by the intermediate value theorem).",
        _onto,
    ),
    LayerTree: Words(
        "trees of a layer",
        r"Let $f(x) = \sigma(Wx + b)$ with continuous monotone $\sigma_i$ and let $D$ be $\mathbb{R}^n$, a box or a polytope. Call a "
        r"longest interval on which $\sigma_i$ is constant a flat of unit $i$. Suppose that sets of flats are known that cannot hold at "
        r"once at any point of $D$, and a finite tree as follows. On the way from the root some flats are excluded. At an inner node "
        r"one of these sets is named, and there is a child for each of its flats, which is excluded there. At a leaf the rows $w_i$ of "
        r"the units all of whose flats are excluded, or that have none, together with the normals of hyperplanes that contain $D$, have "
        r"rank $n$. Then $f$ is injective on $D$.",
        r"Suppose $f(x) = f(y)$ with $x \neq y$ in $D$; let $v = y - x$ and $p = (x + y)/2 \in D$. Between $z_i(x)$ and $z_i(y)$ the "
        r"monotone $\sigma_i$ is constant, so either $\langle w_i, v\rangle = 0$, or the interior of one flat of unit $i$ contains "
        r"$z_i(p)$. Say that a flat is excluded if its interior does not contain $z_i(p)$ or if $\langle w_i, v\rangle = 0$. At an "
        r"inner node not all flats of the set can have $z_i(p)$ in their interior, so one of them is excluded in this sense; go to its "
        r"child. At the leaf all rows named there are orthogonal to $v$, as are the normals of hyperplanes that contain $D$; as they "
        r"have rank $n$, $v = 0$, a contradiction. (That a set of flats cannot hold at once is shown by $\sum \lambda(z_i - e_i) \ge 0$ "
        r"on $D$, where $e_i$ is the right end of the flat if $\lambda > 0$ and its left end if $\lambda < 0$: inside all of them every "
        r"term would be negative.)",
        _tree,
    ),
    StronglyMonotone: Words(
        "strong monotonicity",
        r"Let $f$ consist of affine operations, sums, stacks and units $h = \sigma(z)$ whose slopes on $D$ lie between $a$ and $b$. For "
        r"$x, y \in D$ write $\delta v = v(x) - v(y)$ for every value $v$ of the network. Let $M$ be a matrix and $t \ge 0$ a weight "
        r"for each unit with $a < b$, and let $Q = \langle \delta x, M \delta f\rangle - \sum t(\delta h - a\,\delta z)(b\,\delta z - "
        r"\delta h)$, as a quadratic form in $(\delta x, \delta h)$, be positive definite. Then $f$ is injective on $D$; and if $D = "
        r"\mathbb{R}^n$ and $f$ takes values in $\mathbb{R}^n$, it maps $D$ onto $\mathbb{R}^n$.",
        r"A unit has $\delta h = c\,\delta z$ with $a \le c \le b$ (integrate the slope), so $(\delta h - a\,\delta z)(b\,\delta z - "
        r"\delta h) \ge 0$; if $a = b$, then $\delta h = a\,\delta z$. So all $\delta z$ and $\delta f$ are linear forms in $(\delta x, "
        r"\delta h)$, and $\langle \delta x, M\delta f\rangle \ge Q \ge \mu|\delta x|^2$ for some $\mu > 0$. \emph{Injective}: $\delta "
        r"f = 0$ implies $\delta x = 0$. \emph{Onto}: $F = M \circ f$ is Lipschitz with a constant $L \ge \mu$, so $|\delta x - "
        r"\tau\,\delta F|^2 \le (1 - 2\tau\mu + \tau^2L^2)|\delta x|^2$, and for $\tau = \mu/L^2$ the map $x \mapsto x - \tau(F(x) - "
        r"y)$ is a contraction of $\mathbb{R}^n$. By Banach's theorem it has a fixed point, where $F(x) = y$. As $F$ is onto, $M$ is "
        r"invertible, and $f = M^{-1} \circ F$ is onto.",
        _strongly,
    ),
    SeparatedCells: Words(
        "separated cells",
        r"Let $f$ be continuous and piecewise affine on $D = \mathbb{R}^n$, a box or a polytope, cut into cells on which $f$ is affine. "
        r"Each cell is generated by points and directions; write $\hat f(x, w) = (w f(x/w), w)$ in homogeneous coordinates, which is "
        r"linear on each cell. Suppose that for each cell the images under $\hat f$ of the generators have the rank of the generators, or "
        r"it lies in a union $P = Q$ of cells with (iii) below, and "
        r"that for any two different cells there are unions $P$ and $Q$ of cells containing them for which (i) a functional $u$ has "
        r"$u \cdot f > c$ on one of them and $u \cdot f < c$ on the other, or (ii) $P$ is a cell and a functional $U$ on "
        r"$\mathbb{R}^{m+1}$ satisfies $U \cdot \hat f \ge 0$ on the generators of $P$, $U \cdot \hat f = 0$ on the generators common "
        r"to $P$ and $Q$, and $U \cdot \hat f < 0$ on the other generators of $Q$, or (iii) $f(x) = Lx + V\sigma(Wx + b) + c$, and "
        r"there are a matrix $M$ and numbers $t_i > 0$ such that $\langle v, MLv\rangle + \sum_i \bigl(\frac{a_i + "
        r"b_i}{2} \langle p_i, v\rangle "
        r"\langle w_i, v\rangle - \frac{b_i - a_i}{4}(t_i\langle p_i, v\rangle^2 + \langle w_i, v\rangle^2/t_i)\bigr)$ is a positive "
        r"definite quadratic form in $v$, where $w_i$ is row $i$ of $W$, $p_i$ is $M$ times column $i$ of $V$, and $\sigma_i$ has slopes "
        r"between $a_i$ and $b_i$ on the interval spanned by the arguments of unit $i$ on $P \cup Q$. Then $f$ is injective on $D$.",
        r"Let $f(x) = f(y)$ with $x \neq y$ in $D$. Let both lie in $P \cup Q$ with (iii), and $v = x - y$. Unit $i$ has $\delta h_i = s_i "
        r"\langle w_i, v\rangle$ with $a_i \le s_i \le b_i$ (the mean slope), so $\langle v, M(f(x) - f(y))\rangle = \langle v, MLv\rangle "
        r"+ \sum s_i\langle p_i, v\rangle\langle w_i, v\rangle$, which is at least the form in (iii), as $|\alpha\beta| \le (t\alpha^2 + "
        r"\beta^2/t)/2$. So $0 > 0$, a contradiction. If they lie in one cell otherwise, then $\hat f$ is injective on the span of its "
        r"generators, which contains $(x, 1)$ and $(y, 1)$: a contradiction. Otherwise let $x \in P$, $y \in Q$ as "
        r"above. Case (i) contradicts "
        r"$f(x) = f(y)$. In case (ii) $(x, 1)$ and $(y, 1)$ are sums of nonnegative multiples of generators of a cell of $P$ and of "
        r"$Q$, so $U\cdot\hat f(x, 1) \ge 0 \ge U \cdot \hat f(y, 1)$; both are equal, hence $0$, and $(y, 1)$ is a sum of multiples of "
        r"common generators. These lie in the convex cell $P$, so $x$ and $y$ lie in the cell $P$ both, which was excluded.",
        _cells,
    ),
}
