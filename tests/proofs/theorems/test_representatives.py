"""Choices of slopes and weights of kinks: what is accepted is so, and no choice is forgotten."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from proofs.activations import ABS, RELU, Activation, Tanh, leaky_relu
from proofs.domains import Reals
from proofs.errors import Rejected
from proofs.limits import Meter
from proofs.network import Max, Network, Node, Pointwise, Product, Sum
from proofs.statements import Injective, Surjective
from proofs.theorems import ColumnRepresentatives, DefiniteKinks, InjectiveIsBijective
from proofs.theorems.dimension import determinant_sign
from proofs.theorems.representatives import Kinks
from tests.build import affine, box, chain, layer, point
from tests.networks.build import pieces
from tests.networks.ground_truth import lcp, murty
from tests.networks.truth import OutOfReach, truth
from tests.proofs.theorems.cases import proves, rejects


def minors(m: list[list[int]]) -> bool:
    """Whether m is a P-matrix, by the definition."""
    chosen = (rows for k in range(1, len(m) + 1) for rows in combinations(range(len(m)), k))
    return all(determinant_sign([[m[i][j] for j in rows] for i in rows]) > 0 for rows in chosen)


def whole(f: Network) -> ColumnRepresentatives:
    """All arguments in one block."""
    return ColumnRepresentatives((tuple(range(len(Kinks.of(f, Meter()).arguments))),))


def accepted(f: Network, *steps: ColumnRepresentatives | DefiniteKinks) -> bool:
    """Whether the steps prove that f is injective on ℝⁿ."""
    try:
        return proves(Injective(f, Reals(f.arity)), *steps)
    except Rejected:
        return False


def random_kinks(rng: random.Random) -> Network:
    """Ax + Bσ(Wx + c) with small numbers: parallel rows, hinges through one point, more units than inputs."""
    n, h = rng.randint(1, 2), rng.randint(1, 3)
    kinds: list[Activation] = [RELU, ABS, leaky_relu(Fraction(1, 4)), pieces([0, 1], [2, "1/2", 1]), pieces([-1, 0, 1], [1, 0, 2, 1])]
    first = affine([[rng.randint(-1, 1) for _ in range(n)] for _ in range(h)], [rng.choice([0, 0, 1]) for _ in range(h)])
    last = affine([[rng.randint(-1, 1) for _ in range(h)] for _ in range(n)])
    skip = affine([[rng.randint(-1, 1) + 2 * (i == j) for j in range(n)] for i in range(n)])
    units = Pointwise(tuple(rng.choice(kinds) for _ in range(h)))
    return Network(n, (Node(first, (0,)), Node(units, (1,)), Node(last, (2,)), Node(skip, (0,)), Node(Sum(), (3, 4))))


@pytest.mark.parametrize("seed", range(30))
def test_complementarity_forms_are_injective_exactly_for_p_matrices(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(1, 4)
    m = [[rng.randint(-2, 2) + 2 * (i == j) for j in range(n)] for i in range(n)]
    f = lcp(m)
    assert accepted(f, whole(f)) == minors(m)


def test_several_breakpoints_of_one_argument_are_in_their_order() -> None:
    """Slopes 1, 3, 1 and 1, −1, 1 of the first coordinate: only slopes that follow one another belong together."""
    for slopes, injective in (([1, 3, 1], True), ([1, -1, 1], False), ([2, 1, 3, 1], True)):
        f = chain(2, Pointwise((pieces(list(range(len(slopes) - 1)), slopes), ABS)), affine([[1, 1], [1, 4]]))
        assert not accepted(f, whole(f))  # |y| is not injective
        g = layer(pieces(list(range(len(slopes) - 1)), slopes), leaky_relu(Fraction(1, 2)))
        assert accepted(g, whole(g)) == injective


def test_what_is_accepted_is_true() -> None:
    rng = random.Random(4)
    found = {True: 0, False: 0}
    for _ in range(120):
        f = random_kinks(rng)
        weights = tuple(Fraction(rng.randint(1, 4)) for _ in Kinks.of(f, Meter()).breakpoints)
        identity = tuple(tuple(Fraction(int(i == j)) for j in range(f.arity)) for i in range(f.arity))
        for step in (whole(f), DefiniteKinks(identity, weights)):
            yes = accepted(f, step)
            found[yes] += 1
            if yes:
                assert truth(Injective(f, Reals(f.arity)), 10.0)
    assert min(found.values()) > 20


def test_independent_arguments_leave_no_doubt() -> None:
    """Where the arguments are independent, a rejection says that the map is not injective."""
    rng, decided = random.Random(5), 0
    while decided < 40:
        f = random_kinks(rng)
        kinks = Kinks.of(f, Meter())
        if len(kinks.arguments) > f.arity or (f.arity == 2 and len(kinks.arguments) == 2 and not _independent(kinks)):
            continue
        decided += 1
        try:
            assert accepted(f, whole(f)) == truth(Injective(f, Reals(f.arity)), 10.0)
        except OutOfReach:
            continue


def _independent(kinks: Kinks) -> bool:
    (a, b, *_), (c, d, *_) = kinks.arguments
    return a * d != b * c


def test_blocks_come_in_the_order_in_which_they_are_solved() -> None:
    n = 24
    f = lcp(murty(n))
    count = len(Kinks.of(f, Meter()).arguments)
    singles = tuple((c,) for c in range(count))
    results = [accepted(f, ColumnRepresentatives(order)) for order in (singles, singles[::-1])]
    assert sorted(results) == [False, True]
    assert proves(Surjective(f, Reals(n), Reals(n)), InjectiveIsBijective(), ColumnRepresentatives(singles[:: -1 if results[1] else 1]))


def test_a_block_has_a_size_that_can_be_done() -> None:
    f = lcp([[3 * (i == j) - (i == j + 1) - (j == i + 1) for j in range(60)] for i in range(60)])
    rejects("a block of 60 arguments has too many determinants", Injective(f, Reals(60)), whole(f))


def test_layers_after_one_another_are_one_system() -> None:
    f = chain(2, Pointwise((ABS, RELU)), affine([[1, 0], [0, 1]]))
    g = Network(2, (Node(Pointwise((ABS,) * 2), (0,)), Node(affine([["1/4", 0], ["1/8", "1/4"]]), (1,)), Node(Sum(), (0, 2))))
    twice = Network(2, (*g.nodes, Node(Pointwise((ABS,) * 2), (3,)), Node(affine([[0, "1/4"], ["1/4", 0]]), (4,)), Node(Sum(), (3, 5))))
    assert not accepted(f, whole(f))
    assert accepted(twice, whole(twice))


def test_maxima_are_kinks_and_other_functions_are_not() -> None:
    f = Network(2, (Node(Max(((0, 1), (1,))), (0,)), Node(affine([[1, 0], ["-1/2", 1]]), (1,))))  # (max(x, y), y − max(x, y)/2)
    assert not accepted(f, whole(f))
    g = Network(2, (Node(Max(((0, 1), (1,))), (0,)), Node(Sum(), (0, 1))))  # (x + max(x, y), 2y)
    assert accepted(g, whole(g))
    rejects("not known to be a sum of kinks", Injective(layer(Tanh()), Reals(1)), ColumnRepresentatives(()))
    product = Network(1, (Node(Product(), (0, 0)),))
    rejects("not known to be a sum of kinks", Injective(product, Reals(1)), DefiniteKinks((point(1),), ()))


def test_other_goals_and_shapes() -> None:
    f = lcp(murty(2))
    rejects("nothing else", Surjective(f, Reals(2), Reals(2)), whole(f))
    rejects("has no determinants", Injective(chain(1, affine([[1], [2]])), Reals(1)), ColumnRepresentatives(()))
    rejects("singular", Injective(layer(RELU), Reals(1)), ColumnRepresentatives(((0,),)))
    assert proves(Injective(f, box(-1, 1, 2)), whole(f))
    rejects("not a matrix of 2 lines", Injective(f, Reals(2)), DefiniteKinks((point(1),), point(1)))
    rejects("2 weights for 1 kinks", Injective(f, Reals(2)), DefiniteKinks((point(1, 0), point(0, 1)), point(1, 1)))
