"""Split trees over two copies of a small network, as proofs/rocq/Leaves.v checks them: the constraints, and a search in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm

from bijection.export.rocq import HEAD
from bijection.export.rocq_terms import Terms, listed_in_lines, words
from proofs.activations import PiecewiseAffine
from proofs.domains import Box
from proofs.network import Affine, Network, Pointwise
from proofs.statements import Injective

Row = list[int]  # constant, then coefficients: it is ≥ 0
Group = list[Row]


@dataclass(frozen=True)
class Leaf:
    """Multipliers of constraints, by their numbers, that add up to a contradiction."""

    combination: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Split:
    """One tree for each case of a choice."""

    number: int
    cases: tuple[Tree, ...]


@dataclass(frozen=True)
class Cut:
    """The combination, relaxed by the slack, is one more constraint."""

    combination: tuple[tuple[int, int], ...]
    slack: int
    rest: Tree


@dataclass(frozen=True)
class Contraction:
    """I − M·J has a norm below 1 for all secant matrices J that the constraints allow; bounds are integers over the precision."""

    matrix: tuple[tuple[int, ...], ...]
    over: int
    norm: tuple[int, ...]
    precision: int = 2**30


Tree = Leaf | Contraction | Split | Cut


def code(tree: Tree) -> list[int]:
    """The tree as the integers that `tree_of` reads."""
    match tree:
        case Leaf(combination):
            return [0, len(combination), *(t for pair in combination for t in pair)]
        case Contraction(matrix, over, norm, precision):
            reason = [precision, over, len(matrix[0]), *norm, *(t for line in matrix for t in line)]
            return [3, len(reason), *reason]
        case Split(number, cases):
            return [1, number, len(cases), *(t for case in cases for t in code(case))]
        case Cut(combination, slack, rest):
            return [2, len(combination), *(t for pair in combination for t in pair), slack, *code(rest)]


def leaves(tree: Tree) -> int:
    """How many leaves the tree has."""
    match tree:
        case Leaf() | Contraction():
            return 1
        case Split(_, cases):
            return sum(map(leaves, cases))
        case Cut(_, _, rest):
            return leaves(rest)


class System:
    """The constraints of Copies.v for a chain of layers on a box."""

    def __init__(self, f: Network, box: Box) -> None:
        self.n = f.arity
        self.size = f.arity + sum(len(node.op.activations) for node in f.nodes if isinstance(node.op, Pointwise))
        rows, d, following = [self._unit(j) for j in range(self.n)], 1, self.n
        self.choices: list[list[Group]] = []
        for node in f.nodes:
            match node.op:
                case Affine(_, lines, e):
                    rows = [self._line(line.columns, line.coefficients, line.constant * d, rows) for line in lines]
                    d *= e
                case Pointwise(activations):
                    for row, s in zip(rows, activations, strict=True):
                        assert isinstance(s, PiecewiseAffine)
                        self._neuron(following, row, d, s)
                        following += 1
                    rows, d = [self._unit(following - len(activations) + k) for k in range(len(activations))], 1
        self.outputs = rows
        self.sides = []
        for j, (a, b) in enumerate(zip(box.lower, box.upper, strict=True)):
            self.sides += [[-a.numerator, *[0] * j, a.denominator], [b.numerator, *[0] * j, -b.denominator]]

    def _unit(self, j: int) -> Row:
        return [0] * (j + 1) + [1] + [0] * (self.size - j - 1)

    def _line(self, columns: Sequence[int], coefficients: Sequence[int], constant: int, rows: list[Row]) -> Row:
        total = [constant] + [0] * self.size
        for j, a in zip(columns, coefficients, strict=True):
            total = [t + a * r for t, r in zip(total, rows[j], strict=True)]
        return total

    def at_y(self, r: Row) -> Row:
        return [r[0], *[0] * self.size, *r[1:]]

    def at_d(self, r: Row) -> Row:
        return [0, *[0] * (2 * self.size), *r[1:]]

    def apart(self, r: Row) -> Row:
        return added(self.at_y(r), minus(r))

    def _neuron(self, number: int, z: Row, d: int, s: PiecewiseAffine) -> None:
        h, one, slopes = self._unit(number), [1] + [0] * self.size, [p for p, _ in s.pieces]

        def at_least(b: Fraction) -> Row:
            return combined(b.denominator, b.numerator * d, z, one)

        def graph(p: Fraction, q: Fraction) -> Row:
            inner = combined(p.numerator * q.denominator, -q.numerator * p.denominator * d, z, one)
            return combined(d * p.denominator * q.denominator, 1, h, inner)

        def over_slope(p: Fraction) -> Row:
            return combined(d * p.denominator, p.numerator, h, z)

        ends = [None, *s.breakpoints, None]
        cases: list[Group] = []
        for low, high, (p, q) in zip(ends[:-1], ends[1:], s.pieces, strict=True):
            above = [at_least(low)] if low is not None else []
            below = [minus(at_least(high))] if high is not None else []
            cases.append([*above, *below, *zero(graph(p, q))])
        rising = [z, over_slope(min(slopes)), minus(over_slope(max(slopes)))]
        falling = list(map(minus, rising))
        both = []
        for (i, a), (j, b) in product(enumerate(cases), repeat=2):
            difference = zero(over_slope(slopes[i])) if i == j else rising if i < j else falling
            both.append([*a, *map(self.at_y, b), *map(self.at_d, difference)])
        signs = [list(map(self.at_d, rising)), list(map(self.at_d, falling))]
        self.choices += [cases, [list(map(self.at_y, a)) for a in cases], both, signs]

    def root(self, i: int) -> Group:
        """The strict constraint first."""
        e = [self._unit(j) for j in range(self.n)]
        equal = [row for r in self.outputs for row in (*zero(self.apart(r)), *zero(self.at_d(r)))]
        most = [row for v in e for row in (added(self.apart(e[i]), minus(self.apart(v))), added(self.apart(e[i]), self.apart(v)))]
        unit = [row for v in e for row in (added([1], minus(self.at_d(v))), added([1], self.at_d(v)))]
        sides = [*self.sides, *map(self.at_y, self.sides)]
        return [self.apart(e[i]), *sides, *equal, *most, *zero(added([-1], self.at_d(e[i]))), *unit]

    def tree(self, i: int, forced: int = 0, work: int = 10_000) -> Tree | None:
        """A tree that closes coordinate i, which splits the first `forced` neurons everywhere; None if there is none or work runs out."""
        left = [work]

        def close(h: Group, neuron: int) -> Tree | None:
            left[0] -= 1
            if left[0] < 0:
                return None
            if neuron >= forced and (found := farkas(h, len(h) - start)):
                return Leaf(tuple(found))
            if 4 * neuron >= len(self.choices):
                return None
            number = 4 * neuron + 2
            cases = []
            for group in self.choices[number]:
                case = close([*group, *h], neuron + 1)
                if case is None:
                    return None
                cases.append(case)
            return Split(number, tuple(cases))

        root = self.root(i)
        start = len(root)
        return close(root, 0)


def shifted(system: System, tree: Tree, since: int, by: int) -> Tree:
    """The tree with the numbers of constraints from `since` on moved, as if others had come in front of them."""
    match tree:
        case Leaf(combination):
            return Leaf(_moved(combination, since, by))
        case Contraction():
            return tree
        case Split(number, cases):
            sizes = map(len, system.choices[number])
            return Split(number, tuple(shifted(system, case, since + size, by) for case, size in zip(cases, sizes, strict=True)))
        case Cut(combination, slack, rest):
            return Cut(_moved(combination, since, by), slack, shifted(system, rest, since + 1, by))


def _moved(combination: Sequence[tuple[int, int]], since: int, by: int) -> tuple[tuple[int, int], ...]:
    return tuple((k + by if k >= since else k, c) for k, c in combination)


def below_signs(system: System, tree: Tree, times: int) -> Tree:
    """2^times copies of the tree: as often the sign of a difference is asked, for nothing."""
    for _ in range(times):
        tree = Split(3, (shifted(system, tree, 0, 3),) * 2)
    return tree


def combined(a: int, b: int, u: Row, v: Row) -> Row:
    return [a * s - b * t for s, t in zip(u, v, strict=True)]


def added(u: Row, v: Row) -> Row:
    size = max(len(u), len(v))
    return [s + t for s, t in zip(u + [0] * (size - len(u)), v + [0] * (size - len(v)), strict=True)]


def minus(r: Row) -> Row:
    return [-t for t in r]


def zero(r: Row) -> Group:
    return [r, minus(r)]


def farkas(rows: Group, strict: int) -> list[tuple[int, int]] | None:
    """Positive integer multipliers with a sum without variables that is < 0, or ≤ 0 if row `strict` takes part; None if there are none.

    λ ≥ 0 with Σ λᵢ·rowᵢ = −s without variables, s ≥ 0, λ_strict + s = 1, by the simplex method in fractions with Bland's rule.
    """
    width = max(map(len, rows))
    columns = [[*(r + [0] * (width - len(r))), int(k == strict)] for k, r in enumerate(rows)]
    columns.append([1] + [0] * (width - 1) + [1])  # s
    table = [[Fraction(c[i]) for c in columns] + [Fraction(int(i == width))] for i in range(width + 1)]
    basis: list[int] = [-1] * len(table)  # −1: an artificial variable
    last = len(columns)
    while True:
        worth = [sum(line[j] for line, b in zip(table, basis, strict=True) if b < 0) for j in range(last)]
        entering = next((j for j in range(last) if j not in basis and worth[j] > 0), None)
        if entering is None:
            break
        ratios = [(line[last] / line[entering], basis[k], k) for k, line in enumerate(table) if line[entering] > 0]
        _, _, k = min(ratios)
        pivot = table[k][entering]
        table[k] = [t / pivot for t in table[k]]
        for i, line in enumerate(table):
            if i != k and line[entering]:
                factor = line[entering]
                table[i] = [t - factor * p if p else t for t, p in zip(line, table[k], strict=True)]
        basis[k] = entering
    if any(b < 0 and line[last] for b, line in zip(basis, table, strict=True)):
        return None
    found = {b: line[last] for b, line in zip(basis, table, strict=True) if 0 <= b < len(rows) and line[last]}
    scale = lcm(*(q.denominator for q in found.values()))
    return [(k, int(q * scale)) for k, q in sorted(found.items())]


def file(claim: Injective, trees: Sequence[Tree]) -> str:
    """A file that proves the claim by one tree for each coordinate."""
    return f"{HEAD}\nFrom Bijection Require Import Copies Leaves.\n\n{body(claim, trees)}\nPrint Assumptions verdict.\n"


def body(claim: Injective, trees: Sequence[Tree]) -> str:
    """The definitions, the trees, and the claim as the theorem `verdict`."""
    terms = Terms()
    asserted, proposition = terms.statement(claim), terms.proposition(claim)
    coded = listed_in_lines(f"tree_of (integers {words(code(tree))})" for tree in trees)
    definitions = "\n\n".join(terms.definitions)
    return f"""{definitions}

Definition trees : list Farkas.tree := {coded}.

Definition evidence : list step := [by_ (split_tree_proves trees)].

Lemma accepted : check evidence [{asserted}] = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem verdict : forall K : ofield,
  {proposition}.
Proof. exact (kernel evidence {asserted} accepted). Qed.
"""
