"""The engines about outputs and sizes: missed values, labels, counting, dimension, layers."""

from fractions import Fraction

import pytest

from bijection.engines import ENGINES
from bijection.engines.grids.finite import by_counting
from bijection.engines.onto.dimension import by_dimension, crowded
from bijection.engines.onto.labels import by_labels
from bijection.engines.onto.missed import by_bounds, by_separation, vanishing
from bijection.engines.proposal import Engine
from bijection.engines.structure.layers import by_layers
from bijection.verdict import Missed, Proved, Refuted
from proofs.activations import IDENTITY, RELU, Elu, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.domains import Box, Domain, Floats, Integers, Labels, Polytope, Reals, Simplex, contains
from proofs.exact import vector
from proofs.network import Argmax, Max, Network, Pointwise, Softmax, Table
from proofs.statements import Injective, IsIdentity, MapsInto, Positive, Reached, Surjective
from tests.build import affine, box, chain, finite, grid, layer, point
from tests.engines.asking import proposals, random_network, verdicts

LEAKY = leaky_relu(Fraction(1, 10))


def proves(engine: Engine, goal: Positive) -> bool:
    return any(isinstance(v, Proved) for v in verdicts(engine, goal))


def refutes(engine: Engine, goal: Positive) -> bool:
    return any(isinstance(v, Refuted) for v in verdicts(engine, goal))


def missed(goal: Surjective) -> Missed:
    verdict, *_ = [*verdicts(by_bounds, goal), *verdicts(by_separation, goal)]
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.counterexample, Missed)
    assert contains(goal.onto, vector(verdict.counterexample.value))
    return verdict.counterexample


@pytest.mark.parametrize("seed", range(5))
def test_square_leaky_networks_are_bijections_layer_by_layer(seed: int) -> None:
    f = random_network(4, 4, 4, 4, seed=seed, activation=LEAKY)
    assert proves(by_layers, Injective(f, Reals(4)))
    assert proves(by_layers, Injective(f, box(-1, 1, 4)))
    assert proves(by_layers, Surjective(f, Reals(4), Reals(4)))


def test_expanding_smooth_networks_are_injective() -> None:
    for smooth in (Sigmoid(), Tanh(), Softplus(), Elu(Fraction(1), Fraction(1))):
        assert proves(by_layers, Injective(random_network(3, 5, 8, activation=smooth), Reals(3)))


def test_a_relu_that_never_switches_on_the_domain_is_injective_there() -> None:
    f = chain(2, affine([[1, 2], [3, 1]], [1, 1]), Pointwise((RELU, RELU)))
    assert proves(by_layers, Injective(f, box(0, 1, 2)))
    assert not proves(by_layers, Injective(f, box(-1, 1, 2)))


def test_the_identity_and_the_map_to_nothing() -> None:
    assert proves(by_layers, Injective(Network(3, ()), Reals(3)))
    assert proves(by_layers, Surjective(Network(3, ()), Reals(3), Reals(3)))
    assert proves(by_layers, Injective(chain(0, affine([[], []], [1, 2], columns=0)), Reals(0)))


def test_a_singular_matrix_is_neither_injective_nor_onto() -> None:
    f = chain(2, affine([[1, 2], [2, 4]], [0, 1]))
    assert not proves(by_layers, Injective(f, Reals(2)))
    assert missed(Surjective(f, Reals(2), Reals(2))).value == point(0, 0)


def test_a_maximum_over_separate_groups_takes_every_value() -> None:
    assert proves(by_layers, Surjective(chain(4, Max(((0, 1), (2, 3)))), Reals(4), Reals(2)))
    assert proves(by_layers, Surjective(chain(3, Max(((0, 1), (1, 2)))), Reals(3), Reals(2)))
    assert not proves(by_layers, Surjective(chain(2, Max(((0, 1), (1,)))), Reals(2), Reals(2)))


@pytest.mark.parametrize(
    ("f", "on", "onto"),
    [
        (layer(RELU), Reals(1), Reals(1)),
        (layer(Sigmoid(), Tanh()), Reals(2), Reals(2)),
        (layer(clip(Fraction(0), Fraction(6))), Reals(1), Reals(1)),
        (chain(2, affine([[1, 1], [1, -1]])), box(0, 1, 2), Reals(2)),
        (chain(2, affine([[1, 1], [1, -1]])), box(0, 1, 2), box(-2, 2, 2)),
        (chain(1, affine([[1], [2]], [0, 1])), Reals(1), Reals(2)),
        (chain(2, affine([[1, 0], [0, 1]]), Pointwise((RELU, RELU)), affine([[1, 2], [1, 1]])), Reals(2), Reals(2)),
        (chain(3, affine([[1, 0, 0]] * 3), Softmax(((0, 1, 2),))), Reals(3), Reals(3)),
    ],
    ids=["half line", "open square", "clip", "bounded image", "bounded image in a box", "line in a plane", "cone", "softmax"],
)
def test_a_value_outside_the_image_is_shown_and_short(f: Network, on: Box | Reals, onto: Box | Reals) -> None:
    assert max(abs(t) for t in missed(Surjective(f, on, onto)).value) <= 8


def test_no_value_is_missed_where_nothing_is_known() -> None:
    for engine in (by_bounds, by_separation):
        assert proposals(engine, Surjective(layer(LEAKY), Reals(1), Reals(1))) == []
        assert proposals(engine, Surjective(layer(RELU), Reals(1), Polytope(1, (point(-1),), point(0)))) == []  # all t ≥ 0


HALF_PLANE = Polytope(2, (point(1, 1),), point(0))
ORTHANT = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))


@pytest.mark.parametrize(
    ("f", "on", "onto"),
    [
        (chain(2, affine([[1, 0], [0, 1]]), Pointwise((Tanh(), Tanh())), affine([[3, 1], [1, 3]])), Reals(2), HALF_PLANE),
        (chain(2, affine([[1, 5], [2, 3]])), box(-1, 1, 2), ORTHANT),
        (chain(2, affine([[1, 5], [2, 3]])), box(-1, 1, 2), HALF_PLANE),
        (chain(2, affine([[1, 2], [2, 4]])), Reals(2), ORTHANT),
        (chain(2, affine([[1, 0], [0, 1]]), Pointwise((RELU, RELU)), affine([[1, 2], [1, 1]])), Reals(2), HALF_PLANE),
    ],
    ids=["bounded activations", "box onto orthant", "box onto half plane", "rank", "cone"],
)
def test_a_value_of_an_unbounded_polytope_is_missed(f: Network, on: Box | Reals, onto: Polytope) -> None:
    assert max(abs(t) for t in missed(Surjective(f, on, onto)).value) <= 20


def test_few_outputs_that_depend_on_few_inputs_are_told_from_the_matrix() -> None:
    stripes = affine([[int(j in (i, i + 1)) * (k + i % 3 + 1) for j in range(40)] for i in range(39) for k in (0, 2)])
    ((u),) = vanishing(stripes)
    moved = [i for i, t in enumerate(u) if t]
    assert 1 < len(moved) <= 3
    assert all(t == 0 for t in chain(40, stripes, affine([u]))(range(40)))
    assert missed(Surjective(chain(40, stripes), Reals(40), Reals(78))).value
    assert crowded([0b011, 0b110, 0b101], range(3)) == []
    assert crowded([0b011, 0b110, 0b011, 0b001], range(4)) == [0, 2, 3]


def test_a_single_value_is_excluded() -> None:
    assert refutes(by_separation, Reached(layer(RELU), Reals(1), point(-1)))
    assert not refutes(by_separation, Reached(layer(RELU), Reals(1), point(1)))


def classifier(*rows: list[int | str]) -> Network:
    return chain(len(rows[0]), affine(list(rows)), Argmax())


def test_every_label_is_reached_with_an_input_for_each() -> None:
    f = chain(6, *[node.op for node in random_network(6, 12, 4).nodes], Argmax())
    (verdict,) = verdicts(by_labels, Surjective(f, Reals(6), Labels(4)))
    assert isinstance(verdict, Proved)
    assert [f(x) for x in verdict.inputs] == [point(k) for k in range(4)]


def test_a_label_between_two_others_is_never_reached() -> None:
    f = classifier([1, 0], [0, 1], ["1/2", "1/2"])
    (verdict,) = verdicts(by_labels, Surjective(f, Reals(2), Labels(3)))
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample == Missed(point(2))
    assert proves(by_labels, Reached(f, box(0, 1, 2), point(0)))
    assert refutes(by_labels, Reached(f, box(0, 1, 2), point(2)))


def test_labels_are_found_on_grids_and_floats() -> None:
    f = classifier([1, 0], [0, 1])
    for on in (grid(0, 3, 2), Floats(point(0, 0), point(1, 1)), finite([0, 1], [1, 0])):
        assert proves(by_labels, Reached(f, on, point(1)))


def test_more_inputs_than_labels_share_one_and_two_of_them_are_shown() -> None:
    f = classifier([1, 0], [0, 1])
    for on in (Reals(2), box(0, 1, 2), grid(0, 3, 2), Integers(2)):
        found = verdicts(by_counting, Injective(f, on))
        assert [v.counterexample is None for v in found[:2]] == [True, False]


def test_wishes_for_the_pair_with_one_label_are_heard() -> None:
    f, on = classifier([1, 0], [0, 1]), box(0, 1, 2)
    near = verdicts(by_counting, Injective(f, on), near=point("1/3", "1/5"))[-1].counterexample
    apart = verdicts(by_counting, Injective(f, on), apart=True)[-1].counterexample
    assert near is not None
    assert near.x == point("1/3", "1/5")  # type: ignore[union-attr]
    assert apart is not None
    assert apart.distance == 1  # type: ignore[union-attr]


def test_finite_questions_are_decided_by_trying() -> None:
    packing = chain(3, affine([[1, 4, 16]]))
    assert proves(by_counting, Injective(packing, grid(0, 3, 3)))
    assert refutes(by_counting, Injective(packing, grid(0, 4, 3)))
    assert proves(by_counting, Surjective(packing, grid(0, 3, 3), grid(0, 63)))
    assert refutes(by_counting, Surjective(packing, grid(0, 3, 3), grid(0, 64)))
    assert proves(by_counting, MapsInto(Table((1, 0)), Labels(2), Labels(2)))
    assert refutes(by_counting, Reached(Table((1, 1)), Labels(2), point(0)))


def test_a_grid_of_images_is_larger_than_the_set_of_exact_outputs() -> None:
    f = random_network(784, 10, 10)
    assert refutes(by_counting, Injective(f, grid(0, 255, 784)))
    assert not refutes(by_counting, Injective(random_network(64, 10, 10), grid(0, 1, 64)))


def test_a_countable_set_does_not_cover_the_line() -> None:
    assert refutes(by_counting, Surjective(Network(2, ()), Integers(2), Reals(2)))


def test_narrow_places_are_seen_and_wide_ones_are_not() -> None:
    assert refutes(by_dimension, Injective(random_network(3, 8, 2, 8), box(0, 1, 3)))
    assert refutes(by_dimension, Injective(random_network(3, 5, 9), Reals(3)))
    assert refutes(by_dimension, Surjective(random_network(2, 8, 3), Reals(2), Reals(3)))
    assert not refutes(by_dimension, Injective(random_network(3, 6, 9), Reals(3)))
    assert not refutes(by_dimension, Injective(random_network(3, 8, 2, 8), Box(point(0, 0, 0), point(0, 1, 1))))
    assert not refutes(by_dimension, Injective(random_network(3, 8, 2, 8), finite([0, 0, 0], [1, 1, 1])))


def test_an_argmax_is_no_continuous_bottleneck() -> None:
    assert not refutes(by_dimension, Injective(chain(2, Argmax()), Reals(2)))


@pytest.mark.parametrize("engine", ENGINES, ids=[engine.__name__ for engine in ENGINES])
def test_a_true_statement_is_never_refuted(engine: Engine) -> None:
    assert not refutes(engine, Injective(layer(IDENTITY), Reals(1)))
    assert not refutes(engine, Surjective(Table((0, 1)), Labels(2), Labels(2)))


@pytest.mark.parametrize("onto", [Labels(5), Reals(1), grid(-2, 3), Integers(1), Floats(point(-1), point(1)), finite([0], [7])], ids=str)
def test_two_labels_miss_everything_outside_of_them(onto: Domain) -> None:
    assert missed(Surjective(classifier([1, 0], [0, 1]), Reals(2), onto)).value not in (point(0), point(1))


@pytest.mark.parametrize("onto", [Reals(1), Integers(1), Floats(point(0), point(3)), box(0, 2), grid(0, 10**7)], ids=str)
def test_a_few_points_miss_a_value_of_every_larger_set_and_it_is_shown(onto: Domain) -> None:
    verdict = verdicts(by_counting, Surjective(Network(1, ()), finite([0], [1]), onto))[-1]
    assert isinstance(verdict.counterexample, Missed)


def test_sets_of_one_point_are_finite_whatever_their_kind() -> None:
    nothing: list[Domain] = [Reals(0), Integers(0)]
    for on in nothing:
        assert proves(by_counting, Injective(Network(0, ()), on))
        assert proves(by_counting, Surjective(Network(0, ()), on, Reals(0)))
    assert proves(by_counting, Surjective(Network(1, ()), finite([1], [2]), Simplex(1)))
    assert proposals(by_counting, Surjective(Network(1, ()), box(0, 0), Floats(point(0), point(0)))) == []


def test_the_identity_of_a_finite_set_is_seen_by_trying() -> None:
    assert proves(by_counting, IsIdentity(layer(RELU), finite([0], [3])))
    assert proposals(by_counting, IsIdentity(layer(RELU), finite([0], [-3]))) == []
