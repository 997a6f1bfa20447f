import pytest

from proofs.activations import ABS, RELU, PiecewiseAffine, Sigmoid, clip, leaky_relu
from proofs.domains import Box, Polytope, Reals
from proofs.network import Max, Network, Node, Pointwise, Sum, Table
from proofs.statements import Injective, Not
from proofs.theorems import Enumeration, LayerTree
from proofs.theorems.layer_tree import Flat, flats
from tests.build import affine, box, chain, finite, layer, point, q
from tests.proofs.theorems.cases import proves, rejects

CRELU = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)))
BOTH = ((0, 1), (1, 1), ())  # the two units are not flat at once
TREE = LayerTree(7, (BOTH,), (0,))
TWICE = chain(2, affine([[1, 0], [0, 1], [-1, 0], [0, -2]]), Pointwise((RELU,) * 4))
TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point("1/2", "1/2")), point(0, 0, 1))
LEFT, RIGHT = ((0,), (1,), ()), ((1,), (-1,), ())
STEPS = PiecewiseAffine((q(0), q(1), q(2), q(3)), ((q(1), q(0)), (q(0), q(0)), (q(1), q(-1)), (q(0), q(1)), (q(1), q(-2))))


def test_a_unit_and_its_opposite_determine_the_input() -> None:
    assert proves(Injective(CRELU, Reals(1)), TREE)


def test_each_child_of_a_node_has_its_own_subtree() -> None:
    pairs = (((0, 2), (1, 1), ()), ((1, 3), (2, 1), ()))
    assert proves(Injective(TWICE, Reals(2)), LayerTree(7, pairs, (0, 1, 1)))
    rejects("the tree ends after 2 nodes", Injective(TWICE, Reals(2)), LayerTree(7, pairs, (0, 1)))
    rejects("the tree has 4 nodes, 3 of them are used", Injective(TWICE, Reals(2)), LayerTree(7, pairs, (0, 1, 1, 1)))


def test_the_dimension_zero_needs_no_tree() -> None:
    assert proves(Injective(chain(0, affine([[]], [1]), Pointwise((RELU,))), Reals(0)), LayerTree(2, (), ()))


def test_a_bias_may_help_and_may_hurt() -> None:
    def biased(a: int | str, b: int | str) -> Injective:
        return Injective(chain(1, affine([[1], [-1]], [a, b]), Pointwise((RELU, RELU))), Reals(1))

    assert proves(biased(1, "-1/2"), TREE)
    assert proves(biased(1, -1), TREE)
    rejects("dependency 0: its flats may well hold at once", biased(-1, -1), TREE)


def test_on_a_box_the_least_value_counts() -> None:
    tree = LayerTree(3, (LEFT,), (0,))
    assert proves(Injective(layer(RELU), box(0, 1)), tree)
    rejects("may well hold at once", Injective(layer(RELU), box("-1/8", 1)), tree)


def test_on_a_polytope_sides_help() -> None:
    goal = Injective(chain(2, Pointwise((RELU, leaky_relu(q("1/2"))))), TRIANGLE)
    assert proves(goal, LayerTree(5, (((0,), (1,), ((0, 1),)),), (0,)))
    rejects("is not constant", goal, LayerTree(5, (((0,), (1,), ((2, 1),)),), (0,)))
    for wrong in ((0, -1), (0, 0), (3, 1), (-1, 1)):
        rejects("side -?[0-9]+ with the multiplier", goal, LayerTree(5, (((0,), (1,), (wrong,)),), (0,)))


def test_a_side_is_counted_over_its_common_denominator() -> None:
    f = chain(2, affine([[-1, -1], [1, 0], [0, 1]], [2, 5, 5]), Pointwise((RELU, leaky_relu(q(2)), leaky_relu(q(3)))))
    assert proves(Injective(f, TRIANGLE), LayerTree(5, (), ()))
    g = chain(2, affine([[-1, -1], [1, 0]], [2, 5]), Pointwise((RELU, leaky_relu(q(2)))))
    assert proves(Injective(g, TRIANGLE), LayerTree(5, (((0,), (1,), ((2, 1),)),), (0,)))


def test_sides_belong_to_polytopes() -> None:
    rejects("the domain is no polytope", Injective(CRELU, Reals(1)), LayerTree(7, (((0, 1), (1, 1), ((0, 1),)),), (0,)))
    rejects("the domain is no polytope", Injective(CRELU, box(0, 1)), LayerTree(7, (((0, 1), (1, 1), ((0, 1),)),), (0,)))


def test_a_clip_is_known_when_it_is_flat_at_neither_end() -> None:
    goal = Injective(layer(clip(q(0), q(1))), box(0, 1))
    assert proves(goal, LayerTree(3, (LEFT, RIGHT), (0, 1)))
    assert proves(goal, LayerTree(3, (LEFT, RIGHT), (1, 0)))
    rejects("the tree ends after 1 nodes", goal, LayerTree(3, (LEFT, RIGHT), (0,)))
    rejects("flat 0 is excluded twice", goal, LayerTree(3, (LEFT, RIGHT), (0, 0)))
    rejects("may well hold at once", Injective(layer(clip(q(0), q(1))), box(0, 2)), LayerTree(3, (LEFT, RIGHT), (0, 1)))


def test_overlapping_clips_take_turns() -> None:
    f = chain(1, affine([[1], [1]], [0, -1]), Pointwise((clip(q(0), q(1)),) * 2))
    turn = ((1, 2), (-1, 1), ())
    tree = LayerTree(3, (LEFT, ((3,), (-1,), ()), turn), (0, 2, 1))
    assert proves(Injective(f, box(0, 2)), tree)
    rejects("may well hold at once", Injective(f, box(0, 3)), tree)


def test_a_flat_between_two_ends_serves_with_either() -> None:
    for lower, upper, sign in ((1, 2, 1), (-1, 0, -1)):
        goal = Injective(layer(PiecewiseAffine((q(0), q(1)), ((q(1), q(0)), (q(0), q(0)), (q(1), q(-1))))), box(lower, upper))
        assert proves(goal, LayerTree(3, (((0,), (sign,), ()),), (0,)))
        rejects("may well hold at once", goal, LayerTree(3, (((0,), (-sign,), ()),), (0,)))


def test_decreasing_and_smooth_activations_are_monotone() -> None:
    fall = PiecewiseAffine((q(0),), ((q(0), q(0)), (q(-1), q(0))))
    assert proves(Injective(chain(1, affine([[1], [-1]]), Pointwise((fall, fall))), Reals(1)), TREE)
    assert proves(Injective(layer(Sigmoid()), Reals(1)), LayerTree(2, (), ()))


def test_an_absolute_value_is_not_monotone() -> None:
    rejects("is not monotone", Injective(layer(ABS), box(0, 1)), LayerTree(2, (), ()))


def test_affine_operations_alone_are_a_layer() -> None:
    assert proves(Injective(Network(1, (Node(Sum(), (0, 0)),)), Reals(1)), LayerTree(3, (), ()))
    rejects("the tree ends after 0 nodes", Injective(Network(1, (Node(Sum(), (0, 0)),)), Reals(1)), LayerTree(2, (), ()))


def test_a_flat_domain_leaves_fewer_directions() -> None:
    total = chain(2, affine([[1, 1]]))
    line = Polytope(2, (point(1, -1), point(-1, 1)), point(0, 0))
    assert proves(Injective(total, Box(point(0, 3), point(1, 3))), LayerTree(3, (), ()))
    assert proves(Injective(total, line), LayerTree(3, (), ()))
    for on in (Box(point(0, 3), point(1, 4)), Polytope(2, line.normals, point(0, 1)), Reals(2)):
        rejects("the tree ends after 0 nodes", Injective(total, on), LayerTree(3, (), ()))
    rejects("the tree ends after 0 nodes", Injective(chain(2, affine([[1, -1]])), line), LayerTree(3, (), ()))


def test_a_unit_that_is_constant_everywhere_says_nothing() -> None:
    goal = Injective(layer(PiecewiseAffine((), ((q(0), q(3)),))), box(0, 1))
    rejects("the tree ends after 0 nodes", goal, LayerTree(3, (), ()))
    rejects("belongs to an infinite end", goal, LayerTree(3, (LEFT,), (0,)))


@pytest.mark.parametrize(
    ("why", "tree"),
    [
        ("the modulus is 1", LayerTree(1, (BOTH,), (0,))),
        ("the modulus is 0", LayerTree(0, (BOTH,), (0,))),
        ("dependency 0 names no flat", LayerTree(7, (((), (), ()),), (0,))),
        ("2 flats and 1 multipliers", LayerTree(7, (((0, 1), (1,), ()),), (0,))),
        ("there is no flat 2", LayerTree(7, (((0, 2), (1, 1), ()),), (0,))),
        ("there is no flat -1", LayerTree(7, (((0, -1), (1, 1), ()),), (0,))),
        ("the multiplier of a flat is 0", LayerTree(7, (((0, 1), (1, 0), ()),), (0,))),
        ("its sign belongs to an infinite end", LayerTree(7, (((0, 1), (-1, -1), ()),), (0,))),
        ("is not constant", LayerTree(7, (((0, 1), (1, 2), ()),), (0,))),
        ("there is no dependency 1", LayerTree(7, (BOTH,), (1,))),
        ("there is no dependency -1", LayerTree(7, (BOTH,), (-1,))),
        ("the tree has 2 nodes, 1 of them are used", LayerTree(7, (BOTH,), (0, 0))),
    ],
)
def test_a_wrong_tree_is_rejected(why: str, tree: LayerTree) -> None:
    rejects(why, Injective(CRELU, Reals(1)), tree)


def test_a_product_that_is_no_unit_is_refused() -> None:
    goal = Injective(chain(1, affine([[2], [-2]]), Pointwise((RELU, RELU))), Reals(1))
    rejects("2 is not a unit modulo 4", goal, LayerTree(4, (BOTH,), (0,)))
    assert proves(goal, LayerTree(9, (BOTH,), (0,)))


def test_a_row_that_vanishes_modulo_the_modulus_is_not_known() -> None:
    rejects("1 dimensions are left", Injective(chain(1, affine([[7], [-7]]), Pointwise((RELU, RELU))), Reals(1)), TREE)


def test_the_claim_is_the_injectivity_of_one_layer_on_a_convex_set() -> None:
    convex = "on ℝⁿ, a box or a polytope only"
    rejects(convex, Not(Injective(CRELU, Reals(1))), TREE)
    rejects(convex, Injective(CRELU, finite([0], [1])), TREE)
    rejects(convex, Injective(Table((0,)), finite([0])), TREE)
    rejects("Max is not affine", Injective(chain(1, Max(((0,),)), Pointwise((RELU,))), Reals(1)), TREE)
    rejects("Pointwise is not affine", Injective(chain(1, Pointwise((RELU,)), Pointwise((RELU,))), Reals(1)), TREE)
    skip = Network(1, (Node(affine([[1]]), (0,)), Node(Pointwise((RELU,)), (0,))))
    rejects("the value before them", Injective(skip, Reals(1)), TREE)


def test_many_inputs_are_refused_before_they_fill_the_memory() -> None:
    n = 30_000
    rejects("too much memory", Injective(Network(n, ()), Reals(n)), LayerTree(3, (), ()))


def test_flats_are_the_longest_intervals() -> None:
    still = PiecewiseAffine((q(0), q(1)), ((q(0), q(0)), (q(0), q(0)), (q(1), q(-1))))
    found = flats((RELU, STEPS, leaky_relu(q(2)), still, clip(None, q(6))))
    expected = [(0, None, 0), (1, 0, 1), (1, 2, 3), (3, None, 1), (4, 6, None)]
    assert found == tuple(Flat(i, a if a is None else q(a), b if b is None else q(b)) for i, a, b in expected)


def test_one_tree_proves_one_claim() -> None:
    rejects("everything is proved already", Injective(CRELU, Reals(1)), TREE, Enumeration())
