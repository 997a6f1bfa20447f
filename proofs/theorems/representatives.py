"""Sums of kinks: absolute-value and complementarity forms, by determinants of matrices whose columns are chosen freely (P5, P7, P9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import ClassVar, TypeAlias

from proofs.domains import exact_point
from proofs.elimination import longest
from proofs.errors import Brief, Rejected, require
from proofs.exact import vector
from proofs.kernel import Status
from proofs.limits import Meter, digits
from proofs.network import Network
from proofs.statements import Injective, Statement
from proofs.theorems.forms import ONE, Atoms, Form
from proofs.theorems.monotonicity import positive_definite

MOST_FREE = 40  # arguments of one block: more have too many determinants anyway

Column: TypeAlias = Sequence[int]


@dataclass(frozen=True, slots=True, repr=False)
class ColumnRepresentatives(Brief):
    """f(x) = F·x + Σ gᵢ·max(M_c(i) − bᵢ, 0), det F ≠ 0: f is injective on every set if all matrices with one column from each of some
    finite sets, a set for each M, have positive determinants.

    `Kinks` are F, G = (g₁, g₂, …), κᵢ = max(M_c(i) − bᵢ, 0), and M_c = h_c·x + l_c·κ + a constant. Let U = H·F⁻¹·G − L, a line for each
    M, a column for each kink. The *column representatives* of M_c are the unit vector e_c, and e_c plus the columns of U for the first q
    of its kinks in the order of their breakpoints, q = 1, 2, ….

    *Proof.* Let f(x) = f(y), and write δv = v(x) − v(y). Then δx = −F⁻¹G·δκ, so δM + U·δκ = 0, and if δκ = 0, then δx = 0. For a kink of
    M, δκᵢ = dᵢ·δM with 0 ≤ dᵢ ≤ 1, and dᵢ ≥ dⱼ if bᵢ ≤ bⱼ: max(t − b, 0) has slope 1 right of b, and 0 left of it. So the d of one M, in
    the order of the b, are a convex combination of (1, …, 1, 0, …, 0), and δM + U·δκ = C·δM, where column c of C is a convex combination
    of column representatives of M_c. A determinant is linear in each column, so det C is a convex combination of those of matrices of
    column representatives. If these are positive, δM = 0, so δκ = 0, so x = y. *In blocks*: if lines of U in a block of the M vanish at
    the kinks of later blocks, then δM + U·δκ = 0 holds for the first block by itself, where δM = 0 by this argument; and so on, block by
    block. ∎

    The determinants are found in a tree: a representative e_c strikes line and column c out, any other one is a pivot, which must be
    positive.

    *If all M are linearly independent functions of the input* (L = 0, H of full rank), nothing is lost: each choice of columns belongs to
    a cell, where the derivative is, up to a change of coordinates, F times the matrix of these columns; and if f is injective on ℝⁿ, the
    derivatives have determinants of one sign (orientation.py), the sign of det F. So x⁺ − Mx⁻ is a bijection of ℝⁿ exactly if all
    principal minors of M, which are these determinants, are positive: M is a P-matrix.

    `blocks` lists the M by their numbers.
    """

    blocks: tuple[tuple[int, ...], ...]
    name: ClassVar[str] = "ColumnRepresentatives"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P5, P7); R. Sznajder and M. S. Gowda, Linear Algebra Appl. 223/224 (1995) 695–715"

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright, f: ℝⁿ → ℝⁿ piecewise affine."""
        meter = Meter()
        kinks = _of(goal, meter)
        count, found = len(kinks.owned), kinks.responses(meter)
        require(sorted(sum(self.blocks, ())) == list(range(count)), "the blocks do not hold each of {} arguments once", count)
        later = {i for owned in kinks.owned for i in owned}
        for block in self.blocks:
            later -= {i for c in block for i in kinks.owned[c]}
            require(not any(found.lines[c][i] for c in block for i in later), "a block depends on a later one")
            require(len(block) <= MOST_FREE, "a block of {} arguments has too many determinants", len(block))
            bad = negative(found.representatives(block), found.scale, meter)
            require(bad is None, "the representatives {} of the arguments {} have no positive determinant", bad, block)
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class DefiniteKinks(Brief):
    """f(x) = F·x + Σ gᵢ·max(M_c(i) − bᵢ, 0): f is injective on every set if a matrix R and weights wᵢ ≥ 0 make the form
    |q|² + Σ wᵢ·ξᵢ·(ξᵢ + p_c(i)) in (v, ξ) positive definite, where q = R·(F·v + G·ξ) and p = H·(q − v) − L·ξ.

    *Proof* (words as for ColumnRepresentatives). Let f(x) = f(y). At v = δx, ξ = δκ the form has q = 0, as F·δx + G·δκ = δf = 0, and p =
    −δM. It is Σ wᵢ·δκᵢ·(δκᵢ − δM_c(i)) = −Σ wᵢ·dᵢ·(1 − dᵢ)·(δM_c(i))² ≤ 0. So δx = 0. ∎

    F and G are multiplied by a common denominator here. If R = F⁻¹, the form is |q|² + Σ wᵢ·ξᵢ·(ξᵢ + (Uξ)_c(i)): so R has to be known
    roughly only, and x⁺ − Mx⁻ has such weights wherever WM + MᵀW is positive definite for W = diag(w): where M + Mᵀ is, and where M is
    diagonally dominant after scaling, with a positive diagonal (M-matrices, H-matrices).

    `matrix` is R, n lines of n; `weights` are the wᵢ, in the order of the M and of their breakpoints.
    """

    matrix: tuple[tuple[Fraction, ...], ...]
    weights: tuple[Fraction, ...]
    name: ClassVar[str] = "DefiniteKinks"
    status: ClassVar[Status] = Status.COMPUTED
    source: ClassVar[str] = "elementary (P7, P14)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", tuple(exact_point(line) for line in self.matrix))
        object.__setattr__(self, "weights", exact_point(self.weights))

    def reduce(self, goal: Statement) -> tuple[Statement, ...]:
        """Injective(f, D) outright, f: ℝⁿ → ℝⁿ piecewise affine."""
        meter = Meter()
        kinks = _of(goal, meter)
        n, count = len(kinks.outputs), len(kinks.breakpoints)
        require(len(self.matrix) == n and all(len(line) == n for line in self.matrix), "R is not a matrix of {} lines and columns", n)
        require(len(self.weights) == count, "{} weights for {} kinks", len(self.weights), count)
        require(all(w >= 0 for w in self.weights), "a weight is negative")
        require(positive_definite(self.form(kinks, meter)), "the quadratic form is not positive definite")
        return ()

    def form(self, kinks: Kinks, meter: Meter) -> list[list[int]]:
        """The lower half of the symmetric matrix of 2·r²·s times the form, with R = (integers)/r, w = (integers)/s."""
        n, size = len(kinks.outputs), len(kinks.outputs[0])
        matrix, weights = vector(t for line in self.matrix for t in line), vector(self.weights)
        r, s = matrix.denominator, weights.denominator
        bits = matrix.bits() + longest(kinks.outputs), matrix.bits() + longest(kinks.outputs) + longest(kinks.arguments) + 16
        work = n * n * digits(matrix.bits()) * digits(bits[0]) + size * (n + len(kinks.arguments)) * digits(bits[1]) * digits(bits[1])
        meter.take(size * (300 * size + work), size * size * (2 * sum(bits) + weights.bits()))
        columns = list(zip(*kinks.outputs, strict=True))
        q = [[sum(map(mul, matrix.numerators[i * n : i * n + n], column)) for column in columns] for i in range(n)]  # times r
        moved = [[t - r * (i == j) for j, t in enumerate(line)] for i, line in enumerate(q)]  # q − v
        p = [[sum(map(mul, line[:n], column)) for column in zip(*moved, strict=True)] for line in kinks.arguments]
        p = [
            [t - (r * a if j >= n else 0) for j, (t, a) in enumerate(zip(*pair, strict=True))]
            for pair in zip(p, kinks.arguments, strict=True)
        ]
        lines = list(zip(*q, strict=True))
        form = [[2 * s * sum(map(mul, a, b)) for b in lines[: j + 1]] for j, a in enumerate(lines)]
        for c, owned in enumerate(kinks.owned):
            for i in owned:
                k, w = n + i, weights.numerators[i] * r
                form[k][k] += 2 * w * r
                for j, t in enumerate(p[c]):
                    form[max(j, k)][min(j, k)] += w * t * (2 if j == k else 1)
        return form


@dataclass(frozen=True, slots=True)
class Kinks:
    """f = (F | G)·(x, κ) + a constant, with lines `outputs` over some denominators, and the arguments M = `arguments`·(x, κ) of the kinks
    κᵢ = max(M − `breakpoints`[i], 0); `owned` are the kinks of each M, in the order of their breakpoints."""

    outputs: tuple[tuple[int, ...], ...]
    arguments: tuple[tuple[int, ...], ...]
    breakpoints: tuple[Fraction, ...]
    owned: tuple[tuple[int, ...], ...]

    @staticmethod
    def of(f: Network, meter: Meter) -> Kinks:
        """The kinks that the outputs depend on; Rejected if something else is not affine."""
        return _kinks(f, meter)

    def responses(self, meter: Meter) -> Responses:
        """The matrix U; Rejected if F is singular."""
        rows = [*self.outputs, *(tuple(-t for t in line) for line in self.arguments)]
        return Responses(*_complement(rows, len(self.outputs), meter), self.owned)


@dataclass(frozen=True, slots=True)
class Responses:
    """The matrix U, times `scale` = |det F| > 0, in integers, and the kinks of each of its lines.

    So `scale` times the entries of I + U are, up to one sign, the minors of ((F, G), (−H, I − L)) with F and one more line and column.
    """

    lines: tuple[tuple[int, ...], ...]
    scale: int
    owned: tuple[tuple[int, ...], ...]

    def representatives(self, block: Sequence[int]) -> list[list[Column]]:
        """For each M of a block its column representatives, times `scale`, but for the unit vector; lines outside the block left out."""
        out = []
        for place, c in enumerate(block):
            column, found = [self.scale * (k == place) for k in range(len(block))], list[Column]()
            for i in self.owned[c]:
                column = [t + self.lines[r][i] for t, r in zip(column, block, strict=True)]
                found.append(column)
            out.append(found)
        return out


def negative(columns: Sequence[Sequence[Column]], previous: int, meter: Meter) -> tuple[int, ...] | None:
    """Numbers q, one for each line, of column representatives (0 for the unit vector) whose determinant is not positive, while all are if
    the last q > 0 becomes 0; None if there are none.

    Pivoting without fractions (Bareiss): the entries are minors of one integer matrix that all hold its first k lines and columns and
    border these by one more, and `previous` is the minor of these alone. At first they are those of F, as for `Responses`.
    """
    for place, choices in enumerate(columns):
        for q, column in enumerate(choices, 1):
            if column[place] <= 0:
                return (*[0] * place, q, *[0] * (len(columns) - place - 1))
    if len(columns) < 2:
        return None
    first, rest = columns[0], columns[1:]
    bits = longest([column for choices in columns for column in choices])
    meter.take((1 + len(first)) * sum(map(len, rest)) * len(columns) * (150 + 3 * digits(bits) ** 2))
    bad = negative([[column[1:] for column in choices] for choices in rest], previous, meter)
    if bad is not None:
        return (0, *bad)
    for q, (pivot, *line) in enumerate(first, 1):
        left = [[_eliminated(pivot, line, column, previous) for column in choices] for choices in rest]
        bad = negative(left, pivot, meter)
        if bad is not None:
            return (q, *bad)
    return None


def _eliminated(pivot: int, line: Column, column: Column, previous: int) -> Column:
    head = column[0]
    return [(pivot * a - head * b) // previous for a, b in zip(column[1:], line, strict=True)]


def _of(goal: Statement, meter: Meter) -> Kinks:
    match goal:
        case Injective(Network() as f, _):
            return Kinks.of(f, meter)
        case _:
            raise Rejected("determinants and forms of kinks show that a network is injective, and nothing else")


def _kinks(f: Network, meter: Meter) -> Kinks:
    require(f.arity == f.width > 0, "a network from ℝ^{} to ℝ^{} has no determinants", f.arity, f.width)
    atoms = Atoms(f.arity, meter)
    found = atoms.run(f).forms
    used, todo = set[int](), {atom for form in found for atom in form}
    while todo:
        atom = todo.pop()
        require(atom not in atoms.opaque, "the network is not known to be a sum of kinks")
        if atom not in used:
            used.add(atom)
            todo |= {atoms.kinks[atom][0]} if atom in atoms.kinks else set(atoms.meaning.get(atom, ()))
    kinks = sorted((*atoms.kinks[atom], atom) for atom in used if atom in atoms.kinks)
    names = sorted({m for m, _, _ in kinks})
    place = {atom: f.arity + i for i, (_, _, atom) in enumerate(kinks)}
    size = f.arity + len(kinks)
    meter.take(size * (len(used) + f.arity) * 1000, size * (len(used) + f.arity) * 64)
    values = {i + 1: _unit(i, size) for i in range(f.arity)} | {atom: _unit(i, size) for atom, i in place.items()}
    for atom in sorted(used):  # names stand for earlier atoms
        if atom in atoms.meaning:
            values[atom] = _combined(atoms.meaning[atom], values, size, meter)
    outputs = tuple(tuple(_combined(form, values, size, meter)) for form in found)
    owned = tuple(tuple(i for i, (other, _, _) in enumerate(kinks) if other == m) for m in names)
    return Kinks(outputs, tuple(tuple(values[m]) for m in names), tuple(b for _, b, _ in kinks), owned)


def _unit(i: int, size: int) -> list[int]:
    return [int(i == j) for j in range(size)]


def _combined(form: Form, values: dict[int, list[int]], size: int, meter: Meter) -> list[int]:
    """The form without its constant, as a vector of the inputs and the kinks."""
    out = [0] * size
    for atom, a in form.items():
        if atom != ONE:
            meter.take(size * (100 + digits(a.bit_length()) * digits(longest([values[atom]]))))
            out = [s + a * t if t else s for s, t in zip(out, values[atom], strict=True)]
    return out


def _complement(rows: Sequence[Sequence[int]], n: int, meter: Meter) -> tuple[tuple[tuple[int, ...], ...], int]:
    """(s·(D − C·A⁻¹·B), s), s = |det A| > 0, for the rows of (A | B) and (C | D), A of size n; Rejected if A is singular."""
    work, previous, bits = [list(row) for row in rows], 1, longest(rows)
    for k in range(n):
        lead = next((i for i in range(k, n) if work[i][k]), None)
        if lead is None:
            raise Rejected("the matrix in front of the kinks is singular")
        meter.take(len(work) * (len(work[0]) - k) * (100 + 3 * digits((k + 2) * (bits + 8)) ** 2))
        work[k], work[lead] = work[lead], work[k]
        pivot = work[k]
        for i in range(k + 1, len(work)):
            factor = work[i][k]
            work[i] = [0] * (k + 1) + [
                (pivot[k] * a - factor * b) // previous for a, b in zip(work[i][k + 1 :], pivot[k + 1 :], strict=True)
            ]
        previous = pivot[k]
    sign = 1 if previous > 0 else -1
    return tuple(tuple(sign * t for t in row[n:]) for row in work[n:]), abs(previous)
