"""SeparatedCells: what it accepts is so, and each part of a certificate is needed."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
import sympy
import z3

from proofs.activations import ABS, RELU, PiecewiseAffine, Tanh, clip
from proofs.domains import Polytope, Reals
from proofs.elimination import rank, rank_modulo, vanishing
from proofs.errors import Rejected
from proofs.limits import Meter
from proofs.network import Max, Network, Node, Pointwise
from proofs.statements import Injective, Not
from proofs.subdivision import Subdivision
from proofs.theorems import SeparatedCells
from proofs.theorems.cell_tree import PRIME, CellTree, rounded
from tests.build import affine, box, chain, grid, layer, point, q
from tests.networks.ground_truth import SQUARE
from tests.proofs.cells import cell_tree, random_question
from tests.proofs.theorems.cases import proves, rejects

KINK = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))  # t ↦ (|t|, t clipped)
LATE = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(1), q(2)))))  # ½ and −½ collide, the switches are those of KINK otherwise
ON_THE_LINE = SeparatedCells((2, -1, -1, 1, -1, -1), ((0, 127),), ((1, -3, -8), (1, -3, 8), (-1,), (0,), (4, -6, 8)))
ON_A_SEGMENT = SeparatedCells((0, 2, -1, -1, 1, -1, -1), ((0, 1),), ((-1,), (0,), (4, -4, 8), (1, -3, -8), (1, -3, 8)))
LARGEST = Network(2, (Node(affine([[1, 0], [0, 1], [1, 1]]), (0,)), Node(Max(((0, 1), (2,), (0,))), (1,))))
TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))


def test_a_bent_curve_is_injective() -> None:
    assert proves(Injective(KINK, Reals(1)), ON_THE_LINE)
    assert proves(Injective(KINK, box(-2, 2)), ON_A_SEGMENT)


def test_maxima_on_a_polytope() -> None:
    assert proves(Injective(LARGEST, TRIANGLE), SeparatedCells((0, -1, -1), (), ((10, 0, 8),)))


def test_one_cell_needs_a_rank_only() -> None:
    one = SeparatedCells((-1,), (), ())
    assert proves(Injective(chain(2, affine([[1, 2], [3, 4]])), box(0, 1, 2)), one)
    assert proves(Injective(layer(RELU), box(0, 1)), one)
    rejects("not seen to be injective on the cell of node 0", Injective(chain(2, affine([[1, 2], [2, 4]])), box(0, 1, 2)), one)
    rejects("not seen to be injective on the cell of node 0", Injective(layer(RELU), box(-1, 0)), one)


def test_nothing_is_injective() -> None:
    nothing = Polytope(1, (point(1), point(-1)), point(0, -1))
    assert proves(Injective(layer(RELU), nothing), SeparatedCells((), (), ()))
    rejects("more are given", Injective(layer(RELU), nothing), SeparatedCells((-1,), (), ()))


@pytest.mark.parametrize("k", range(5))
def test_no_entry_can_be_left_out(k: int) -> None:
    for on, theorem in ((Reals(1), ON_THE_LINE), (box(-2, 2), ON_A_SEGMENT)):
        entries = theorem.pairs
        rejects(".", Injective(KINK, on), replace(theorem, pairs=entries[:k] + entries[k + 1 :]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pairs": (*ON_THE_LINE.pairs, (0,))}, "6 entries about pairs, 5 of them are used"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (4, 6, 8))}, "an entry does not separate the nodes 2 and 3"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (-1,))}, "the entries about pairs end before the nodes"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (1,))}, "there is no direction 1; 1 are given"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (-2,))}, "there is no direction -2"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], ())}, "the entry about the nodes 2 and 3 is empty"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (0, 0, 0))}, "an entry does not separate"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (0, 1))}, "a functional on 1 coordinates"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (4, 0, 0))}, "an entry does not separate"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (4, 1))}, "an entry does not separate"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (8, 1, 1, 1))}, "an entry does not separate"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (-4, -6, 8))}, "an entry does not separate"),
        ({"pairs": (*ON_THE_LINE.pairs[:4], (7, ))}, "there is no direction 7"),
        ({"pairs": ((-1,), *ON_THE_LINE.pairs[1:])}, "cannot be taken apart"),
        ({"directions": ((0, -127), )}, None),
        ({"directions": ((127, 0),)}, "direction 0 does not separate the nodes 1 and 3"),
        ({"directions": ((0, 0),)}, "direction 0 does not separate"),
        ({"directions": ((0, 127, 1),)}, "a direction has not 2 coordinates"),
        ({"directions": ()}, "there is no direction 0; 0 are given"),
        ({"cuts": (2, -1, -1, 1, -1)}, "the tree of cells ends after 5 nodes"),
        ({"cuts": (2, -1, -1, 1, -1, -1, -1)}, "the tree of cells has 6 nodes, more are given"),
        ({"cuts": (-1, -1)}, "node 0 is said to be a leaf, but the network has several pieces on it"),
        ({"cuts": (1, -1, -1, 2, -1, -1)}, "node 0 cannot be cut by switch 1"),
        ({"cuts": (0, -1, -1, 1, -1, -1)}, "node 0 cannot be cut by switch 0"),
        ({"cuts": (9, -1, -1, 1, -1, -1)}, "node 0 cannot be cut by switch 9"),
        ({"cuts": (-2, -1, -1, 1, -1, -1)}, "node 0 cannot be cut by switch -2"),
        ({"cuts": ()}, "the tree of cells ends after 0 nodes"),
    ],
)  # fmt: skip
def test_a_changed_certificate_is_rejected_for_its_reason(change: dict[str, tuple[object, ...]], why: str | None) -> None:
    theorem = replace(ON_THE_LINE, **change)  # type: ignore[arg-type]
    if why is None:  # a functional and its opposite separate alike
        assert proves(Injective(KINK, Reals(1)), theorem)
    else:
        rejects(why, Injective(KINK, Reals(1)), theorem)


def test_the_certificate_of_one_network_is_none_for_another() -> None:
    rejects("cannot be cut by switch 0", Injective(LATE, box(-2, 0)), ON_A_SEGMENT)
    rejects("several pieces", Injective(LATE, Reals(1)), replace(ON_THE_LINE, cuts=(-1, -1), pairs=((0,),)))
    for clipped in (clip(q(-1), q("-1/2")), clip(q("1/2"), q(1))):
        rejects(".", Injective(chain(1, affine([[1], [1]]), Pointwise((ABS, clipped))), Reals(1)), ON_THE_LINE)


def test_other_statements_are_not_its_business() -> None:
    rejects("and nothing else", Not(Injective(KINK, Reals(1))), ON_THE_LINE)
    rejects("and nothing else", Injective(KINK, grid(-2, 2)), ON_A_SEGMENT)
    rejects("Tanh is not piecewise affine", Injective(layer(Tanh()), Reals(1)), SeparatedCells((-1, -1), (), ()))


def test_a_square_that_is_wound_around_twice_has_no_certificate() -> None:
    """All cells have determinant 1 (G1), but no functional separates opposite ones."""
    tree = cell_tree(SQUARE, Reals(2))
    opposite = [pair for pair in _pairs(tree) if _collide(tree, *pair)]
    assert len(opposite) == 4 + 8  # and those next to the opposite one, which share a ray with it
    for pair in opposite:
        assert not any(tree.separates((0, *u), *pair) for u in product(range(-2, 3), repeat=2))
        for pivots in range(1, 8):
            for values in product(range(-2, 3), repeat=3 - pivots.bit_count()):
                assert not tree.separates((pivots, *values), *pair)


def test_cells_that_meet_at_infinity_only_are_told_apart() -> None:
    """t ↦ (|t|, t clipped): both ends go to infinity in the direction (1, 0), at different heights."""
    tree = CellTree(Subdivision(KINK, Reals(1)), ON_THE_LINE.cuts)
    far, other = 1, 5  # t ≥ 1 and t ≤ −1
    assert tree.separates((0, 0, 1), far, other)
    assert not tree.separates((0, 1, 0), far, other)


def test_values_that_differ_by_less_than_the_rounding_are_not_told_apart() -> None:
    step = PiecewiseAffine((q(-1), q(1)), ((q(1), q(1)), (q(0), q(0)), (q(1), q(-1))))
    for shift, holds in ((f"1/{2**60}", True), (f"1/{2**70}", False)):
        f = chain(1, affine([[1], [1]]), Pointwise((step, clip(q(0), q(shift)))), affine([[1, 0], [0, 1], [0, 1]]))
        tree = cell_tree(f, box(-2, 2))
        low, high = (next(leaf for leaf in tree.leaves() if side in _ends(tree, leaf)) for side in (-2, 2))
        assert tree.separates((0, 0, 1, 0), low, high) is holds


def _ends(tree: CellTree, leaf: int) -> set[int]:
    rays = (tree.subdivision.generators[g].ray for g in tree.members[leaf])
    return {x // w for x, w in rays if w}


def _pairs(tree: CellTree) -> Iterator[tuple[int, int]]:
    leaves = list(tree.leaves())
    return ((p, q) for k, p in enumerate(leaves) for q in leaves[k + 1 :])


def _collide(tree: CellTree, p: int, q: int) -> bool:
    """Whether two different points of these leaves have the same image; by z3."""
    solver = z3.SolverFor("QF_LRA")
    sides = []
    for leaf in (p, q):
        generators = [tree.subdivision.generators[g] for g in sorted(tree.members[leaf])]
        weights = [z3.FreshReal() for _ in generators]
        solver.add([t >= 0 for t in weights])
        inputs = [
            z3.Sum([c * t for c, t in zip(weights, column, strict=True)]) for column in zip(*(g.ray for g in generators), strict=True)
        ]
        images = [[z3.Q(t * g.factor.denominator, g.factor.numerator) for t in g.image] for g in generators]
        values = [z3.Sum([c * t for c, t in zip(weights, column, strict=True)]) for column in zip(*images, strict=True)]
        solver.add(inputs[-1] == 1)
        sides.append((inputs, values))
    (x, fx), (y, fy) = sides
    solver.add([a == b for a, b in zip(fx, fy, strict=True)])
    solver.add(z3.Or([a != b for a, b in zip(x, y, strict=True)]))
    return bool(solver.check() == z3.sat)


def _some_entry(rng: random.Random, width: int) -> tuple[int, ...]:
    head = rng.choice([0, 0, *range(1, 2 ** (width + 1) - 1)]) if width < 5 else rng.choice([0, rng.randrange(1, 2 ** (width + 1) - 1)])
    return head, *(rng.randint(-3, 3) for _ in range(width if head == 0 else width + 1 - head.bit_count()))


@pytest.mark.parametrize("seed", range(20))
def test_an_entry_that_separates_is_right(seed: int) -> None:
    """Random functionals for random pairs of leaves and of nodes; the collisions, if any, are found by z3."""
    rng = random.Random(f"entry {seed}")
    f, on = random_question(rng, 4)
    tree = cell_tree(f, on)
    starts = list(tree.starts())
    for pair in rng.sample(starts, min(6, len(starts))):
        for _ in range(4):
            entries = [_some_entry(rng, f.width) for _ in range(40)]
            below = [_below(tree, number) for number in pair]
            sure = all(tree.injective_on(leaf) for leaf in below[0] | below[1])  # the theorem asks for that before
            if sure and f.width and any(tree.separates(entry, *pair) for entry in entries):
                assert not any(_collide(tree, a, b) for a in below[0] for b in below[1])
            if tree.children[pair[0]] is None and tree.children[pair[1]] is None:
                break
            pair = rng.choice(tree.apart(*pair))


def _below(tree: CellTree, number: int) -> set[int]:
    """The leaves under a node."""
    pair = tree.children[number]
    return {number} if pair is None else _below(tree, pair[0]) | _below(tree, pair[1])


@pytest.mark.parametrize("seed", range(20))
def test_a_leaf_is_injective_when_no_rank_is_lost(seed: int) -> None:
    tree = cell_tree(*random_question(random.Random(f"rank {seed}"), 3))
    for leaf in tree.leaves():
        generators = [tree.subdivision.generators[g] for g in tree.members[leaf]]
        images, rays = sympy.Matrix([g.image for g in generators]), sympy.Matrix([g.ray for g in generators])
        assert tree.injective_on(leaf) is (images.rank() == rays.rank())


@pytest.mark.parametrize("seed", range(20))
def test_ranks_and_vanishing_functionals(seed: int) -> None:
    rng = random.Random(f"elimination {seed}")
    height, width, known = rng.randint(1, 5), rng.randint(1, 5), rng.choice([1, 9, 10**20])
    rows = [[rng.randint(-known, known) for _ in range(width)] for _ in range(height)]
    rows.append([a + 2 * b for a, b in zip(rows[0], rows[-1], strict=True)])
    exact = sympy.Matrix(rows).rank()
    assert rank(rows, Meter()) == exact == rank_modulo(rows, PRIME, width, Meter())
    for pivots in range(1, 2**width):
        values = [rng.randint(-3, 3) for _ in range(width - pivots.bit_count())]
        found = vanishing(pivots, values, rows, Meter())
        columns = [j for j in range(width) if pivots >> j & 1]
        unique = sympy.Matrix([[row[j] for j in columns] for row in rows]).rank() == len(columns)
        assert (found is not None) is unique
        if found is not None:
            rest = [t for j, t in enumerate(found) if j not in columns]
            factor = next((a // b for a, b in zip(rest, values, strict=True) if b), 1)
            assert factor > 0
            assert rest == [factor * t for t in values]
            if exact == len(columns):
                assert all(sum(a * b for a, b in zip(found, row, strict=True)) == 0 for row in rows)


def test_a_rank_modulo_a_prime_may_be_smaller() -> None:
    assert rank_modulo([(PRIME, 0), (0, 1)], PRIME, 2, Meter()) == 1
    assert rank([(PRIME, 0), (0, 1)], Meter()) == 2


def test_values_are_rounded_down() -> None:
    tree = cell_tree(chain(1, affine([["-1/3"], ["1/3"]])), box(1, 1))
    (g,) = tree.subdivision.generators
    assert rounded(g) == (-(2**64) // 3, 2**64 // 3, 2**64)
    low, high = tree.range((5, -2), frozenset({0}))
    assert low[1] <= -7 * 2**64 / q(3) <= high[1]
    assert high[1] - low[1] == 7


def test_the_pairs_to_begin_with_lead_to_every_pair_of_leaves_once() -> None:
    for seed in range(20):
        tree = cell_tree(*random_question(random.Random(f"starts {seed}"), 4))
        met, todo = [], list(tree.starts())
        while todo:
            p, q = todo.pop()
            if tree.sizes[p] == tree.sizes[q] == 1:
                met.append(frozenset((p, q)))
            else:
                todo += tree.apart(p, q)
        assert len(met) == len(set(met))
        assert set(met) == {frozenset(pair) for pair in _pairs(tree)}


def test_two_leaves_cannot_be_taken_apart() -> None:
    tree = cell_tree(KINK, box(-2, 2))
    with pytest.raises(Rejected, match="cannot be taken apart"):
        tree.apart(*list(tree.leaves())[:2])


def test_no_outputs_tell_nothing_apart() -> None:
    nothing = chain(1, affine([], columns=1))
    rejects("not seen to be injective on the cell of node 0", Injective(nothing, Reals(1)), SeparatedCells((-1, -1), (), ((-1,),)))
    assert proves(Injective(nothing, box(1, 1)), SeparatedCells((-1,), (), ()))


def test_a_deep_tree_is_no_problem() -> None:
    """More switches one behind the other than Python may call functions: every cut takes off one piece."""
    count = 1100
    f = chain(1, affine([[1]] * count, [-k for k in range(count)]), Pointwise((RELU,) * count))
    tree = CellTree(Subdivision(f, box(-1, count)), (*range(count), *(-1,) * (count + 1)))
    assert len(tree.members[0]) == count + 2
