"""Matrices for secants: what is accepted is so between any two points, and why the rest is not."""

import random
from fractions import Fraction
from itertools import product

import pytest

from proofs.activations import ABS, RELU, Tanh, clip, leaky_relu
from proofs.domains import Reals
from proofs.errors import Rejected
from proofs.exact import dot, vector
from proofs.limits import Meter
from proofs.network import Network, Node, Pointwise, Stack, Sum
from proofs.statements import Injective
from proofs.theorems import SeparatedCells
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.one_layer import one_layer
from tests.build import affine, box, chain, layer, q
from tests.proofs.cells import cell_tree, random_question
from tests.proofs.theorems.cases import proves, rejects

SKIP = Network(2, (Node(affine([[1, 2], [3, -1], [0, 1]], [1, 0, "1/2"]), (0,)), Node(Pointwise((RELU, ABS, leaky_relu(q("1/4")))), (1,)),
                   Node(affine([["1/3", 1, -1], [2, 0, 1]]), (2,)), Node(Sum(), (3, 0)), Node(Stack(), (4, 0))))  # fmt: skip


def _point(rng: random.Random, tree: CellTree, leaf: int) -> tuple[Fraction, ...]:
    """A point of a leaf: a sum of multiples of its generators."""
    while True:
        rays = [tree.subdivision.generators[g].ray for g in sorted(tree.members[leaf])]
        weights = [rng.choice([0, 1, 1, 2, 7]) for _ in rays]
        *x, w = (sum(t * a for t, a in zip(weights, column, strict=True)) for column in zip(*rays, strict=True))
        if w:
            return tuple(Fraction(t, w) for t in x)


def _leaf(rng: random.Random, tree: CellTree, node: int) -> int:
    while (pair := tree.children[node]) is not None:
        node = rng.choice(pair)
    return node


def test_the_forms_are_those_of_the_network() -> None:
    forms, rng = one_layer(SKIP), random.Random(0)
    for _ in range(20):
        x, y = (tuple(q(rng.randint(-9, 9)) for _ in range(2)) for _ in range(2))
        before = [SKIP.trace(vector(t), Meter()) for t in (x, y)]
        move = [a - b for a, b in zip(x, y, strict=True)]
        z, h, out = ([a - b for a, b in zip(*(v[k].fractions() for v in before), strict=True)] for k in (1, 2, -1))
        assert [dot(row, move) / forms.d for row in forms.w] == z
        assert [(dot(row, move) + dot([v[i] for v in forms.v], h)) / forms.e for i, row in enumerate(forms.rest)] == out


def test_an_accepted_matrix_is_positive_along_all_secants() -> None:
    accepted = 0
    for seed in range(250):
        rng = random.Random(f"matrix {seed}")
        f, on = random_question(rng, 4)
        try:
            forms = one_layer(f)
        except Rejected:
            continue
        tree = cell_tree(f, on)
        if not tree.children:
            continue
        p, q_ = rng.randrange(len(tree.children)), rng.randrange(len(tree.children))
        (a, b), (c, d) = tree.signs(p), tree.signs(q_)
        free = sum(low < high for low, high in forms.ranges(a | c, b | d))
        ranges, n = forms.ranges(a | c, b | d), f.arity
        middle = [[2 * forms.s * forms.d * row[i] for i in range(n)] for row in forms.rest]
        for k, row in enumerate(middle):
            for i in range(n):
                row[i] += sum((low + high) * w[i] * v[k] for (low, high), w, v in zip(ranges, forms.w, forms.v, strict=True))
        matrix = [row[i] + rng.randint(-1, 1) for i in range(n) for row in middle]  # the transposed middle slope, changed a little
        if not forms.monotone([*matrix, *(rng.randint(-6, 2) for _ in range(free))], a | c, b | d, Meter()):
            continue
        accepted += 1
        for _ in range(10):
            nodes = rng.choice([p, q_]), rng.choice([p, q_])
            x, y = (_point(rng, tree, _leaf(rng, tree, node)) for node in nodes)
            move = [s - t for s, t in zip(x, y, strict=True)]
            change = [s - t for s, t in zip(*(f.trace(vector(t), Meter())[-1].fractions() for t in (x, y)), strict=True)]
            rows = [matrix[i * f.width : (i + 1) * f.width] for i in range(f.arity)]
            assert x == y or dot(move, [dot(row, change) for row in rows]) > 0
    assert accepted > 20


def test_slopes_are_those_of_the_pieces_between_the_signs() -> None:
    forms = one_layer(layer(clip(q(0), q(1)), leaky_relu(q("1/2"))))  # switches: t, t − 1 of the first, t of the second
    assert forms.s == 2
    for (first, positive, negative), (low, high) in {
        ((0, 1), 0b011, 0b000): (0, 0),  # beyond 1
        ((0, 1), 0b001, 0b010): (2, 2),  # between
        ((0, 1), 0b000, 0b011): (0, 0),  # before 0
        ((0, 1), 0b001, 0b011): (0, 2),
        ((0, 1), 0b000, 0b010): (0, 2),  # 0 itself
    }.items():
        assert first == (0, 1)
        assert forms.ranges(positive | 0b100, negative)[0] == (low, high)
        assert forms.ranges(positive, negative | 0b100)[1] == (1, 1)


def test_a_matrix_in_place_of_all_entries_below() -> None:
    f = layer(leaky_relu(q("1/2")), leaky_relu(q("1/2")))
    goal, cuts = Injective(f, box(-1, 1, 2)), (0, 1, -1, -1, 1, -1, -1)
    identity = (-2, 1, 0, 0, 1)
    assert proves(goal, SeparatedCells(cuts, (), ((*identity, 0, 0),)))
    rejects("2 entries about pairs, 1 of them are used", goal, SeparatedCells(cuts, (), ((*identity, 0, 0), (*identity, 0))))
    both, one = (*identity, 0, 0), (*identity, 0)  # with both units bent, or one
    assert proves(goal, SeparatedCells(cuts, (), ((-1,), both, both, one, one)))


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ((-2, 1, 0, 0, 1), "4 numbers for a matrix and 2 exponents"),
        ((-2, 1, 0, 0, 1, 0, 0, 0), "7 numbers for a matrix and 2 exponents"),
        ((-2, 1, 0, 0, 1, 0, 1001), "an exponent is 1001; at most 1000"),
        ((-2, 1, 0, 0, 1, 0, 3), "does not separate"),
        ((-2, -1, 0, 0, 1, 0, 0), "does not separate"),
        ((-2, 0, 0, 0, 0, 0, 0), "does not separate"),
    ],
)
def test_a_changed_entry_is_rejected_for_its_reason(entry: tuple[int, ...], why: str) -> None:
    f = layer(leaky_relu(q("1/2")), leaky_relu(q("1/2")))
    rejects(why, Injective(f, box(-1, 1, 2)), SeparatedCells((0, 1, -1, -1, 1, -1, -1), (), (entry,)))


def test_folds_have_no_matrix() -> None:
    f = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 1]]))  # |t|
    tree = cell_tree(f, Reals(1))
    for m, k, j in product(range(-2, 3), range(-3, 4), range(-3, 4)):
        assert not tree.separates((-2, m, k, j), 0, 1)


def test_other_networks_are_refused() -> None:
    two = chain(1, Pointwise((RELU,)), Pointwise((RELU,)))
    with pytest.raises(Rejected, match="needs one layer of activations; the network has 2"):
        one_layer(two)
    with pytest.raises(Rejected, match="not piecewise affine"):
        one_layer(layer(Tanh()))
    rejects("the network has 2", Injective(two, box(-1, 1)), SeparatedCells((0, -1, -1), (), ((-2, 1, 0),)))


def test_without_outputs_nothing_is_monotone() -> None:
    for f in (chain(1, Pointwise((RELU,)), affine([], columns=1)), chain(1, Pointwise((ABS,)), affine([], columns=1), affine([]))):
        for exponents in ((0,), (-3,)):
            rejects("does not separate", Injective(f, box(-1, 1)), SeparatedCells((0, -1, -1), (), ((-2, *exponents),)))
