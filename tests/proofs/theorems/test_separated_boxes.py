"""SeparatedBoxes: what it accepts is so, its bounds hold, and each part of a certificate is needed."""

import random
from fractions import Fraction

import pytest

from proofs.activations import ABS, RELU, Activation, PiecewiseAffine, Tanh, clip, leaky_relu
from proofs.domains import Reals
from proofs.exact import dot
from proofs.network import Network, Node, Pointwise, Stack
from proofs.statements import Injective, Surjective
from proofs.theorems import SeparatedBoxes
from proofs.theorems.box_tree import FINE, BoxTree, bits
from tests.build import affine, box, chain, layer, q
from tests.proofs.theorems.cases import proves, rejects

LEAKY = Injective(layer(leaky_relu(q("1/2"))), box(-1, 1))
WHOLE = (1, 0, 0, 1)
ZIGZAG = PiecewiseAffine((q(0), q("1/2")), ((q(1), q(0)), (q(-1), q(0)), (q(2), q("-3/2"))))
UNITS: tuple[Activation, ...] = (RELU, ABS, leaky_relu(q("1/3")), clip(q(0), q(1)), ZIGZAG, PiecewiseAffine((), ((q(2), q(1)),)))


def test_one_matrix_for_the_whole_box() -> None:
    assert proves(LEAKY, SeparatedBoxes((-1,), (WHOLE,)))


def test_boxes_are_taken_apart_on_either_side() -> None:
    cuts = (0, 0, -1, -1, 0, -1, -1)
    pairs = ((-1,), WHOLE, (-1,), (0, -1), (-2,), (1, 1, 0, 1, 0), (0, -1), WHOLE)
    assert proves(LEAKY, SeparatedBoxes(cuts, pairs))
    for k in range(len(pairs)):
        rejects("entr|apart", LEAKY, SeparatedBoxes(cuts, pairs[:k] + pairs[k + 1 :]))


@pytest.mark.parametrize(
    ("cuts", "pairs", "why"),
    [
        ((-1,), (), "end where 1 pairs are open"),
        ((-1,), (WHOLE, WHOLE), "2 entries about pairs, 1 of them are used"),
        ((-1,), ((-1,),), "the box of node 0 is not cut"),
        ((0, -1, -1), ((-2,),), "takes apart the second of two equal boxes"),
        ((-1,), ((2, 1),), "of no known kind"),
        ((-1,), ((),), "of no known kind"),
        ((-1,), ((0, 1, 1),), "a functional on 2 coordinates"),
        ((-1,), ((0, 1),), "does not tell the boxes 0 and 0 apart"),
        ((-1,), ((1, 0, 0, -1),), "does not tell"),
        ((-1,), ((1, 0, 0),), "2 numbers for a matrix of 1"),
        ((-1,), ((1, 1, 0, 1),), "and 1 exponents"),
        ((-1,), ((1, -1, 0, 1),), "numbers for a matrix"),
        ((-1,), ((1, 0, 2000, 1),), "an exponent is 2000"),
        ((0, -1), (WHOLE,), "ends after 2 nodes"),
        ((-1, -1), (WHOLE,), "the tree of boxes has 1 nodes"),
        ((1, -1, -1), (WHOLE,), "along coordinate 1"),
        ((-2,), (WHOLE,), "along coordinate -2"),
        ((0, -1) * 1001 + (-1,), (WHOLE,), "halved over 1000 times"),
        ((0, -1, -1), ((-1,), WHOLE, (0, 1), WHOLE), "does not tell the boxes 1 and 2 apart"),
    ],
)
def test_what_is_not_told_apart(cuts: tuple[int, ...], pairs: tuple[tuple[int, ...], ...], why: str) -> None:
    rejects(why, LEAKY, SeparatedBoxes(cuts, pairs))


def test_it_is_about_one_layer_on_a_box() -> None:
    whole = SeparatedBoxes((-1,), (WHOLE,))
    rejects("injective on a box, and nothing else", Injective(LEAKY.f, Reals(1)), whole)
    rejects("injective on a box, and nothing else", Surjective(LEAKY.f, box(-1, 1), Reals(1)), whole)
    rejects("not piecewise affine", Injective(layer(Tanh()), box(-1, 1)), whole)
    two = chain(1, Pointwise((RELU,)), affine([[1]]), Pointwise((RELU,)))
    rejects("one layer of activations; the network has 2", Injective(two, box(-1, 1)), whole)


def test_a_fold_is_not_proved_away() -> None:
    rejects("does not tell", Injective(layer(ABS), box(-1, 1)), SeparatedBoxes((-1,), (WHOLE,)))
    rejects("does not tell", Injective(layer(ABS), box(-1, 1)), SeparatedBoxes((0, -1, -1), ((-1,), (1, 0, 0, -1), (0, 1), WHOLE)))


def test_no_outputs_tell_nothing() -> None:
    f = chain(1, Pointwise((RELU,)), affine([], [], columns=1))
    rejects("does not tell", Injective(f, box(-1, 1)), SeparatedBoxes((-1,), ((1, 0, 0),)))
    rejects("does not tell", Injective(f, box(-1, 1)), SeparatedBoxes((-1,), ((0,),)))


def question(rng: random.Random) -> tuple[Network, BoxTree]:
    """A network x ↦ (Vσ(Wx + b), x₁) with units of several kinds, and a tree of boxes of three."""
    n, h = rng.randint(1, 3), rng.randint(1, 4)

    def numbers(count: int) -> list[str]:
        return [f"{rng.randint(-6, 6)}/{rng.randint(1, 4)}" for _ in range(count)]

    inner = affine([numbers(n) for _ in range(h)], numbers(h))
    outer = affine([numbers(h) for _ in range(2)], numbers(2))
    nodes = [Node(inner, (0,)), Node(Pointwise(tuple(rng.choices(UNITS, k=h))), (1,)), Node(outer, (2,))]
    nodes += [Node(affine([[1] + [0] * (n - 1)]), (0,)), Node(Stack(), (3, 4))]
    f = Network(n, tuple(nodes))
    i, j = rng.randrange(n), rng.randrange(n)
    return f, BoxTree(f, box("-1/3", "7/5", n), (i, -1, j, -1, -1))


def place(rng: random.Random, tree: BoxTree, number: int) -> tuple[Fraction, ...]:
    """A point of a box, often a corner."""
    ends = zip(tree.middles[number], tree.halfs[number], strict=True)
    return tuple(Fraction(4 * middle + k * half, 8 * tree.unit) for middle, half in ends for k in (rng.choice([-4, -4, -1, 1, 4, 4]),))


@pytest.mark.parametrize("seed", range(12))
def test_zonotopes_hold_the_values(seed: int) -> None:
    rng = random.Random(f"zonotopes {seed}")
    f, tree = question(rng)
    factor = FINE * tree.scale * tree.denominator * tree.forms.e
    for p, q_ in ((4, 1), (1, 3), (3, 0)):
        one, other = tree.zonotope(p), tree.zonotope(q_)
        for _ in range(20):
            x, y, u = place(rng, tree, p), place(rng, tree, q_), [rng.randint(-9, 9) for _ in range(3)]
            off = [factor * (s - t) - c + d for s, t, c, d in zip(f(x), f(y), one.centre, other.centre, strict=True)]
            assert abs(dot(u, off)) <= one.reach(u) + other.reach(u)


def test_a_zonotope_is_as_small_as_the_box_where_no_unit_bends() -> None:
    f = chain(2, affine([[1, 2], [3, -1]]), Pointwise((RELU, leaky_relu(q("1/2")))), affine([[1, 1], [0, 4]]))
    tree = BoxTree(f, box(3, 5, 2), (0, -1, -1))  # x₁ + 2x₂ > 0, 3x₁ − x₂ > 0: f = (4x₁ + x₂, 12x₁ − 4x₂)
    factor = FINE * tree.scale * tree.denominator * tree.forms.e
    for number, middle in ((1, q("7/2")), (2, q("9/2"))):
        zonotope = tree.zonotope(number)
        assert [c / factor for c in map(Fraction, zonotope.centre)] == [4 * middle + 4, 12 * middle - 16]
        assert zonotope.reach([1, 0]) == factor * 3
        assert zonotope.reach([3, -1]) == factor * 7


@pytest.mark.parametrize("seed", range(12))
def test_known_units_and_secants_lie_in_their_ranges(seed: int) -> None:
    rng = random.Random(f"secants {seed}")
    f, tree = question(rng)
    units = f.nodes[1].op
    assert isinstance(units, Pointwise)
    d = FINE * tree.scale
    for p, q_ in ((0, 0), (1, 1), (1, 2), (3, 4), (4, 1)):
        one, other = tree.facts(p), tree.facts(q_)
        common = {tree._owners[k]: k for k in bits(one.fixed & other.fixed)}
        assert {tree._owners[k] for k in bits(one.fixed)} | set(one.free) == set(range(len(units.activations)))
        for _ in range(30):
            x, y = place(rng, tree, p), place(rng, tree, q_)
            (z, s), (z_, s_) = ([Network(f.arity, f.nodes[:k])(t) for k in (1, 2)] for t in (x, y))
            for i, unit in enumerate(units.activations):
                low, high = tree._slopes(i, one, p, other, q_)
                if i in common and isinstance(unit, PiecewiseAffine):
                    low, high = (d * int(12 * unit.pieces[common[i] - tree._bits[i]][0]) // 12,) * 2
                assert z[i] == z_[i] or low <= d * (s[i] - s_[i]) / (z[i] - z_[i]) <= high


def test_accepted_entries_tell_points_apart() -> None:
    accepted = [0, 0]
    for seed in range(300):
        rng = random.Random(f"entries {seed}")
        f, tree = question(rng)
        p, q_ = rng.choice([(0, 0), (1, 1), (1, 2), (3, 1), (4, 1)])
        u = [rng.randint(-3, 3) for _ in range(3)]
        m = [rng.randint(-2, 2) for _ in range(tree.forms.size)]
        separated, monotone = tree.separates(u, p, q_), tree.monotone([0, rng.randint(-2, 2), *m], p, q_)
        accepted[0] += separated
        accepted[1] += monotone
        for _ in range(20 if separated or monotone else 0):
            x, y = place(rng, tree, p), place(rng, tree, q_)
            move = [a - b for a, b in zip(f(x), f(y), strict=True)]
            assert not separated or dot(u, move) > 0
            lines = [m[i * 3 : i * 3 + 3] for i in range(f.arity)]
            assert not monotone or x == y or dot([a - b for a, b in zip(x, y, strict=True)], [dot(line, move) for line in lines]) > 0
    assert min(accepted) > 5, accepted
