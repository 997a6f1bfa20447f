from proofs.activations import RELU
from proofs.domains import Labels, Reals
from proofs.network import Argmax, Network, Node, Pointwise, Sum, Table
from proofs.statements import Injective, MapsInto, Not, Reached, Surjective
from proofs.theorems import (
    Collision,
    Enumeration,
    FullColumnRank,
    Misses,
    PrefixCollides,
    Separator,
    StaysInside,
    SuffixCollides,
    SuffixMisses,
    Through,
)
from tests.build import affine, box, chain, finite, grid, point
from tests.proofs.theorems.cases import proves, rejects

ABSORB = chain(1, Pointwise((RELU,)), affine([[1]], [1]))  # 1 + relu
SKIP = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1))))
RANK = FullColumnRank(3, (0,), ((1,),))


def test_injectivity_through_a_set_that_holds_the_image() -> None:
    f = chain(1, affine([[1]]), Pointwise((RELU,)))
    assert proves(Injective(f, grid(0, 3)), Through(1, grid(0, 3)), RANK, Enumeration(), Enumeration())


def test_a_set_between_that_does_not_hold_the_image_is_rejected() -> None:
    f = chain(1, affine([[1]]), Pointwise((RELU,)))
    rejects("a value lies outside the codomain", Injective(f, grid(-3, 3)), Through(1, grid(0, 3)), RANK, Enumeration(), Enumeration())


def test_images_pass_through_too() -> None:
    assert proves(MapsInto(ABSORB, grid(-1, 1), grid(1, 2)), Through(1, grid(0, 1)), Enumeration(), Enumeration())


def test_being_onto_passes_through_a_set_that_is_reached() -> None:
    assert proves(Surjective(ABSORB, grid(-1, 1), grid(1, 2)), Through(1, grid(0, 1)), Enumeration(), Enumeration())


def test_a_set_of_another_dimension_between_is_rejected() -> None:
    rejects("2", Injective(ABSORB, Reals(1)), Through(1, Reals(2)))


def test_nothing_passes_through_a_table() -> None:
    rejects("only networks have layers", Injective(Table((0,)), Labels(1)), Through(0, Labels(1)))


def test_reached_values_do_not_pass_through() -> None:
    rejects("injectivity, surjectivity and images only", Reached(ABSORB, Reals(1), point(1)), Through(1, Reals(1)))


def test_a_collision_of_the_first_layer_is_one_of_the_network() -> None:
    assert proves(Not(Injective(ABSORB, Reals(1))), PrefixCollides(1), Collision(point(-1), point(-2)))


def test_a_collision_under_a_skip_is_none_of_the_network() -> None:
    rejects(
        "a node after cut 1 reads a value before it", Not(Injective(SKIP, Reals(1))), PrefixCollides(1), Collision(point(-1), point(-2))
    )


def test_a_prefix_refutes_injectivity_only() -> None:
    rejects("refutes injectivity only", Not(Surjective(ABSORB, Reals(1), Reals(1))), PrefixCollides(1))


def test_a_collision_of_the_last_layer_needs_that_it_is_reached() -> None:
    f = chain(1, affine([[1]]), Pointwise((RELU,)))
    hit = SuffixCollides(1, finite([-1], [-2]))
    collision = Collision(point(-1), point(-2))
    assert proves(Not(Injective(f, grid(-3, 0))), hit, Enumeration(), collision)
    rejects("a point of the codomain is not reached", Not(Injective(f, grid(0, 3))), hit, Enumeration(), collision)


def test_what_the_last_layer_misses_the_network_misses() -> None:
    assert proves(Not(Reached(ABSORB, Reals(1), point(0))), SuffixMisses(0, Reals(1)), StaysInside(), Separator(point(1)))


def test_what_the_last_layer_misses_from_a_smaller_set_proves_nothing() -> None:
    f = chain(1, affine([[1]]), Pointwise((RELU,)))
    steps = SuffixMisses(1, box(-2, -1)), StaysInside(), Misses(point(1)), Separator(point(1))
    rejects("the bounds of the image exceed the box", Not(Surjective(f, box(-2, 1), box(0, 1))), *steps)


def test_a_cut_behind_an_argmax_is_a_cut() -> None:
    f = chain(2, Argmax(), affine([[2]]))
    assert proves(Not(Injective(f, Reals(2))), PrefixCollides(1), Collision(point(1, 0), point(2, 0)))
