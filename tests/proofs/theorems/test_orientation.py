"""Signs of determinants, degrees and single preimages: what is accepted is so, and each hypothesis is needed."""

import random

import pytest

from proofs.activations import ABS, RELU, Sigmoid, clip, leaky_relu
from proofs.domains import Box, Integers, Point, Polytope, Reals
from proofs.errors import Rejected
from proofs.network import Affine, Network, Node, Pointwise, Product, Stack, Sum
from proofs.statements import Bijective, Injective, Not, Surjective
from proofs.theorems import (
    FullColumnRank,
    InjectiveIsBijective,
    Misses,
    NonzeroDegree,
    OnePreimage,
    OppositeOrientations,
    Separator,
)
from proofs.theorems.orientation import OrientedCells
from tests.build import affine, box, chain, layer, point, q
from tests.networks.build import pieces
from tests.networks.ground_truth import GROUND_TRUTH, SQUARE
from tests.networks.truth import OutOfReach, truth
from tests.proofs.cells import ACTIVATIONS, grown, random_affine, random_point
from tests.proofs.theorems.cases import proves, rejects

PLANE, LINE = Reals(2), Reals(1)
LEAKY = chain(2, affine([[1, 2], [0, 1]], [0, 1]), Pointwise((leaky_relu(q("1/2")),) * 2), affine([[1, 0], [3, 1]]))
FOLD = layer(pieces([0, 1], [1, -1, 1]))  # onto, not injective, degree 1
BUMP = layer(pieces([0, 1, 2], [1, -1, 0, 1]))  # with a flat piece, and bounded cells of determinant −1 and 0


def one(f: Network, value: Point) -> OnePreimage:
    """The theorem with a complete tree of cells."""
    return OnePreimage(grown(f, Reals(f.arity)), value)


def degree(f: Network, value: Point | None) -> NonzeroDegree:
    """The theorem with a complete tree of cells."""
    return NonzeroDegree(grown(f, Reals(f.arity)), value)


def test_one_regular_value_with_one_preimage() -> None:
    assert proves(Injective(LEAKY, PLANE), one(LEAKY, point("1/3", "1/7")))
    assert proves(Bijective(LEAKY, PLANE, PLANE), InjectiveIsBijective(), one(LEAKY, point("1/3", "1/7")))
    assert proves(Injective(Network(0, ()), Reals(0)), one(Network(0, ()), ()))


def test_the_branched_square_is_onto_and_not_injective() -> None:
    """G1: a rule of signs alone would call it bijective; its only irregular value 0 has one preimage."""
    assert proves(Surjective(SQUARE, PLANE, PLANE), degree(SQUARE, None))
    assert proves(Surjective(SQUARE, PLANE, box(-9, 9, 2)), degree(SQUARE, point(3, "7/5")))
    rejects("the value has 2 preimages", Injective(SQUARE, PLANE), one(SQUARE, point(3, "7/5")))
    rejects("on the border of cells", Injective(SQUARE, PLANE), one(SQUARE, point(0, 0)))
    rejects("on the border of cells", Surjective(SQUARE, PLANE, PLANE), degree(SQUARE, point(0, 0)))


def test_preimages_and_their_signs() -> None:
    cells = OrientedCells(FOLD, LINE, grown(FOLD, LINE))
    assert cells.preimages(point("-1/2")) == {point("-1/2"): 1, point("1/2"): -1, point("3/2"): 1}
    assert cells.preimages(point(5)) == {point(7): 1}


def test_a_fold_is_onto_by_degree() -> None:
    for value in (None, point(5), point("-1/2")):
        assert proves(Surjective(FOLD, LINE, LINE), degree(FOLD, value))
    rejects("the determinants have the signs", Injective(FOLD, LINE), one(FOLD, point(5)))
    rejects("on the border of cells", Surjective(FOLD, LINE, LINE), degree(FOLD, point(0)))


def test_bounded_cells_may_be_singular() -> None:
    assert proves(Surjective(BUMP, LINE, LINE), degree(BUMP, None))
    assert proves(Surjective(BUMP, LINE, LINE), degree(BUMP, point("-1/2")))
    rejects("lies in the span of the image of the singular cell", Surjective(BUMP, LINE, LINE), degree(BUMP, point(-1)))


@pytest.mark.parametrize("f", [layer(RELU), layer(RELU, ABS), layer(clip(q(0), q(1)))], ids=["relu", "relu and abs", "clip"])
def test_a_network_that_is_constant_far_away_has_no_degree(f: Network) -> None:
    space = Reals(f.arity)
    rejects("signs", Surjective(f, space, space), degree(f, None))
    rejects("constant along a direction", Surjective(f, space, space), degree(f, point(*["1/2"] * f.arity)))


def test_degree_zero_proves_nothing() -> None:
    rejects("cancel", Surjective(layer(ABS), LINE, LINE), degree(layer(ABS), point(1)))
    rejects("cancel", Surjective(layer(ABS), LINE, LINE), degree(layer(ABS), point(-1)))
    rejects("the determinants of unbounded cells have the signs", Surjective(layer(ABS), LINE, LINE), degree(layer(ABS), None))


def test_the_cells_must_be_all_cells() -> None:
    cuts = grown(SQUARE, PLANE)
    rejects("several pieces", Surjective(SQUARE, PLANE, PLANE), NonzeroDegree((-1,) * 4, None))
    rejects("the tree of cells ends", Surjective(SQUARE, PLANE, PLANE), NonzeroDegree(cuts[:-1], None))
    rejects("more are given", Surjective(SQUARE, PLANE, PLANE), NonzeroDegree((*cuts, -1), None))
    rejects("has not 2 coordinates", Injective(SQUARE, PLANE), OnePreimage(cuts, point(1)))


@pytest.mark.parametrize(
    "claim",
    [
        Injective(LEAKY, box(0, 1, 2)),
        Injective(LEAKY, Polytope(2, (), ())),
        Injective(chain(1, affine([[1], [2]])), LINE),
        Injective(layer(Sigmoid()), LINE),
        Not(Injective(LEAKY, PLANE)),
        Surjective(LEAKY, box(0, 1, 2), PLANE),
        Surjective(chain(2, affine([[1, 0]])), PLANE, LINE),
        Surjective(Network(1, (Node(Product(), (0, 0)),)), LINE, LINE),
    ],
    ids=str,
)
def test_other_goals_are_rejected(claim: Injective | Surjective | Not) -> None:
    for theorem in (
        OnePreimage((-1,), point(0)),
        NonzeroDegree((-1,), point(0)),
        InjectiveIsBijective(),
        OppositeOrientations(point(0), point(1)),
    ):
        with pytest.raises(Rejected):
            proves(claim, theorem)


def test_injective_is_bijective_in_both_directions() -> None:
    identity = Network(1, ())
    assert proves(Surjective(chain(1, affine([[3]])), LINE, box(0, 1)), InjectiveIsBijective(), FullColumnRank(2, (0,), ((1,),)))
    assert proves(Not(Injective(layer(RELU), LINE)), InjectiveIsBijective(), Misses(point(-1)), Separator(point(1)))
    rejects("relates injective and onto", Surjective(identity, box(0, 1), box(0, 1)), InjectiveIsBijective())
    rejects("relates injective and onto", Not(Surjective(identity, LINE, LINE)), InjectiveIsBijective())
    rejects("relates injective and onto", Bijective(identity, Integers(1), Integers(1)), InjectiveIsBijective())
    rejects("not piecewise affine", Surjective(layer(Sigmoid()), LINE, LINE), InjectiveIsBijective())


def test_opposite_orientations() -> None:
    signs = chain(2, Pointwise((ABS, leaky_relu(q("1/2")))))
    assert proves(Not(Injective(signs, box(-2, 2, 2))), OppositeOrientations(point(1, 1), point(-1, 1)))
    rejects("have the signs", Not(Injective(signs, PLANE)), OppositeOrientations(point(1, 1), point(2, -1)))
    rejects("not interior", Not(Injective(signs, box(-1, 1, 2))), OppositeOrientations(point(1, "1/2"), point("-1/2", "1/2")))
    rejects("no cells", Not(Injective(Network(1, (Node(Product(), (0, 0)),)), LINE)), OppositeOrientations(point(1), point(-1)))
    two = box(-2, -1, 2), Box(point(1, -2), point(2, 2))
    for on in two:
        rejects("not interior", Not(Injective(signs, on)), OppositeOrientations(point("3/2", 0), point("-3/2", "-3/2")))


@pytest.mark.parametrize(
    "name", ["G8 Murty 2", "G8 Murty 3", "G8 shear", "G11 AVE ab = 1/2", "G11 AVE skip", "G28 orthant, P", "G28 box, P"]
)
def test_the_bijections_of_the_literature(name: str) -> None:
    claim = GROUND_TRUTH[f"{name}: bijective"].statement
    assert isinstance(claim, Bijective)
    value = claim.f(random_point(random.Random(name), claim.f.arity))
    assert proves(claim, InjectiveIsBijective(), one(claim.f, value))


def random_square(rng: random.Random) -> Network:
    """ℝⁿ → ℝⁿ for n = 1 or 2, plain or residual, often degenerate."""
    n = rng.choice([1, 2, 2])
    wide = rng.randint(n, 4)
    inner: list[Affine | Pointwise] = [random_affine(rng, n, wide, rng.random() < 0.5), Pointwise(tuple(rng.choices(ACTIVATIONS, k=wide)))]
    f = chain(n, *inner, random_affine(rng, wide, n, rng.random() < 0.5))
    if rng.random() < 0.4:
        return Network(n, (*f.nodes, Node(Sum(), (0, len(f.nodes)))))
    return Network(n, (*f.nodes, Node(Stack(), (len(f.nodes),)))) if rng.random() < 0.1 else f


@pytest.mark.parametrize("seed", range(8))
def test_nothing_false_is_accepted_on_random_networks(seed: int) -> None:
    """Whatever values are tried, regular or not."""
    rng = random.Random(f"square {seed}")
    for _ in range(8):
        f = random_square(rng)
        space, cuts = Reals(f.arity), grown(f, Reals(f.arity))
        values = [f(random_point(rng, f.arity)), random_point(rng, f.arity), (q(0),) * f.arity]
        steps = [NonzeroDegree(cuts, None), *(NonzeroDegree(cuts, v) for v in values)]
        onto = any(_accepted(Surjective(f, space, space), step) for step in steps)
        injective = any(_accepted(Injective(f, space), OnePreimage(cuts, v)) for v in values)
        try:
            assert truth(Surjective(f, space, space), 20) or not onto, f
            assert truth(Injective(f, space), 20) or not injective, f
        except OutOfReach:
            continue


def _accepted(claim: Injective | Surjective, step: OnePreimage | NonzeroDegree) -> bool:
    try:
        return proves(claim, step)
    except Rejected:
        return False
