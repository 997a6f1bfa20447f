"""FibreIs: exactly the inputs with a value; every part of the certificate and of the list is needed."""

import random
from dataclasses import replace

import pytest

from proofs.activations import ABS, RELU, Sigmoid, clip
from proofs.domains import Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Max, Pointwise
from proofs.statements import FibreIs, Not
from proofs.subdivision import Subdivision
from proofs.theorems import FibreByBranching, FibreByCells
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.fibres import fibre
from tests.build import affine, box, chain, grid, layer, point, q
from tests.networks.build import pieces as bent
from tests.networks.ground_truth import SQUARE
from tests.proofs.cells import grown, random_point, random_question
from tests.proofs.theorems.cases import proves, rejects

PLANE = Reals(2)
LARGEST = chain(2, Max(((0, 1),)))
EDGES = (((0, 1, 1), (1, 1, 1)), ((1, 0, 1), (1, 1, 1)))


def whole(f, on, value):  # type: ignore[no-untyped-def]
    """The fibre by a tree grown without the engine, and its theorem."""
    cuts = grown(f, on)
    theorem = FibreByCells(cuts, ((),) * len(cuts))
    return fibre(f, on, value, cuts, theorem.functionals), theorem


def test_two_roots_of_the_branched_square_and_its_double_root() -> None:
    pieces, theorem = whole(SQUARE, PLANE, point(3, "7/5"))
    assert pieces == (((-22, -7, 5),), ((22, 7, 5),))
    assert proves(FibreIs(SQUARE, PLANE, point(3, "7/5"), pieces), theorem)
    assert whole(SQUARE, PLANE, point(0, 0))[0] == (((0, 0, 1),),)


def test_a_union_of_two_edges() -> None:
    pieces, theorem = whole(LARGEST, box(0, 1, 2), point(1))
    assert pieces == EDGES
    assert proves(FibreIs(LARGEST, box(0, 1, 2), point(1), pieces), theorem)
    twice = (*pieces, ((2, 2, 2), (0, 2, 2)))
    assert proves(FibreIs(LARGEST, box(0, 1, 2), point(1), twice), theorem)


def test_a_half_plane_with_its_directions() -> None:
    f = chain(2, affine([[1, 1]]), Pointwise((RELU,)))
    pieces, theorem = whole(f, PLANE, point(0))
    claim = FibreIs(f, PLANE, point(0), pieces)
    assert proves(claim, theorem)
    assert all(not ray[-1] or ray == (0, 0, 1) for piece in pieces for ray in piece)
    rejects("lies in none of the pieces", replace(claim, pieces=pieces[:1]), theorem)


@pytest.mark.parametrize(
    ("why", "pieces"),
    [
        ("lies in none of the pieces", EDGES[:1]),
        ("lies in none of the pieces", (EDGES[0], ((1, 0, 1),))),
        ("with another image", (*EDGES, ((0, 0, 1),))),
        ("affine on piece", (((0, 1, 1), (1, 1, 1), (1, 0, 1)),)),
        ("outside the domain", (*EDGES, ((2, 1, 1),))),
        ("leaves the domain", (*EDGES, ((1, 1, 1), (0, -1, 0)))),
        ("no point or direction", (*EDGES, ((1, 1, 1), (0, 0, 0)))),
    ],
)
def test_what_is_no_list_of_the_fibre(why: str, pieces: tuple[tuple[tuple[int, ...], ...], ...]) -> None:
    _, theorem = whole(LARGEST, box(0, 1, 2), point(1))
    rejects(why, FibreIs(LARGEST, box(0, 1, 2), point(1), pieces), theorem)


def test_a_functional_needs_to_exclude_and_every_node_to_be_settled() -> None:
    on = box(-2, 2)
    f = layer(ABS)
    pieces, theorem = whole(f, on, point(1))
    assert proves(FibreIs(f, on, point(1), pieces), theorem)
    assert proves(FibreIs(f, on, point(-1), ()), replace(theorem, functionals=((), (1, 0), (1, 0))))
    rejects("is negative on the image", FibreIs(f, on, point(1), pieces), replace(theorem, functionals=((), (-2, 1), ())))
    rejects("not negative at the value", FibreIs(f, on, point(1), pieces), replace(theorem, functionals=((), (1, 0), ())))
    rejects("functionals end", FibreIs(f, on, point(1), pieces), replace(theorem, functionals=((), ())))
    rejects("more functionals", FibreIs(f, on, point(1), pieces), replace(theorem, functionals=((),) * 4))


def test_pieces_that_are_none_are_malformed() -> None:
    for piece in (((1, 0),), ((1, -1),), ((1, 1, 1),), ()):
        with pytest.raises(Malformed):
            FibreIs(layer(ABS), Reals(1), point(1), (piece,))
    with pytest.raises(Malformed, match="2 coordinates for 1 outputs"):
        FibreIs(layer(ABS), Reals(1), point(1, 1), ())


def test_other_goals_are_rejected() -> None:
    for claim in (
        Not(FibreIs(layer(ABS), Reals(1), point(1), ())),
        FibreIs(layer(ABS), grid(0, 1), point(1), ()),
        FibreIs(layer(Sigmoid()), Reals(1), point(1), ()),
    ):
        with pytest.raises((Rejected, Malformed)):
            proves(claim, FibreByCells((-1, -1), ((), ())))


@pytest.mark.parametrize("seed", range(6))
def test_random_points_lie_in_the_fibre_of_their_value_and_no_others_do(seed: int) -> None:
    """Membership in the pieces, decided on their own by barycentric coordinates in the cells, against evaluation."""
    rng = random.Random(f"fibres {seed}")
    for _ in range(8):
        f, on = random_question(rng, 2)
        if f.arity > 2:
            continue
        x = random_point(rng, f.arity)
        pieces, theorem = whole(f, on, f(x))
        assert proves(FibreIs(f, on, f(x), pieces), theorem)
        for piece in pieces:
            corners = [tuple(q(t) / ray[-1] for t in ray[:-1]) for ray in piece if ray[-1]]
            middle = tuple(sum(axis) / len(corners) for axis in zip(*corners, strict=True))
            assert f(middle) == f(x)
            assert all(f(corner) == f(x) for corner in corners)


SLOPES = ((0, 1), (), (1, 1))  # beyond 1 a cell, bounds elsewhere
WAVE = layer(bent([-1, 1], [1, -1, 1]))


def test_bounds_exclude_parts_that_are_no_cells() -> None:
    claim = FibreIs(WAVE, box(-3, 9), point(5), (((7, 1),),))
    assert proves(claim, FibreByBranching(SLOPES))
    rejects("do not exclude", FibreIs(WAVE, box(-3, 9), point(0), (((2, 1),),)), FibreByBranching(SLOPES))
    rejects("lies in none of the pieces", replace(claim, pieces=()), FibreByBranching(SLOPES))
    rejects("with another image", replace(claim, pieces=(((8, 1),),)), FibreByBranching(SLOPES))


@pytest.mark.parametrize(
    ("why", "steps"),
    [
        ("several pieces", ((),)),
        ("steps end", SLOPES[:2]),
        ("more steps", (*SLOPES, ())),
        ("cannot be cut", ((0, 7), (), ())),
        ("cannot be cut", ((0, -1), (), ())),
        ("cannot be cut", ((0, 1), (0, 1), (), (1, 1))),
        ("has not 1 coordinates", ((0, 1), (), (1, 1, 1))),
        ("no cut, no direction", ((0, 1), (), (2, 1))),
        ("do not exclude", ((1, 0),)),
    ],
)
def test_steps_that_do_not_fit(why: str, steps: tuple[tuple[int, ...], ...]) -> None:
    rejects(why, FibreIs(WAVE, box(-3, 9), point(5), (((7, 1),),)), FibreByBranching(steps))


def test_bounds_are_for_bounded_parts() -> None:
    upwards = Polytope(1, (point(-1),), point(3))
    rejects("bounded parts only", FibreIs(WAVE, upwards, point(-9), ()), FibreByBranching(((1, 1),) * 2))
    rejects("on a bounded set", FibreIs(WAVE, Reals(1), point(5), ()), FibreByBranching(SLOPES))


def test_a_clip_has_a_flat_piece() -> None:
    f = layer(clip(q(0), q(1)))
    assert whole(f, Reals(1), point(1))[0] == (((1, 0), (1, 1)),)
    assert whole(f, Polytope(1, (point(1),), point(3)), point(1))[0] == (((1, 1), (3, 1)),)
    assert isinstance(CellTree(Subdivision(f, Reals(1)), grown(f, Reals(1))).cells, dict)
