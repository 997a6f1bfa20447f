"""Injective on the boundary, and so inside: what is accepted is so, each hypothesis is needed, and the bounds of derivatives hold."""

import random

import pytest

from bijection.engines.complete.cell_pairs import grow
from bijection.engines.proposal import Search
from proofs.activations import ABS, IDENTITY, RELU, Tanh, clip, leaky_relu
from proofs.domains import Box, Integers, Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.limits import Meter
from proofs.network import Max, Network, Node, Pointwise, Stack, Sum
from proofs.statements import Injective, Not, Surjective
from proofs.subdivision import Subdivision
from proofs.theorems import InjectiveOnBoundary
from proofs.theorems.boundary import Facets
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.collision import derivative
from proofs.theorems.dimension import determinant_sign
from proofs.theorems.regular_boxes import RegularBoxes
from tests.build import affine, box, chain, layer, point, q
from tests.evidence.functions import AROUND, AROUND_A_TRIANGLE, FRAME, HALF_BENT, LEAKY_PAIR, WINDING
from tests.networks.ground_truth import SQUARE
from tests.proofs.cells import random_affine, random_point
from tests.proofs.theorems.cases import proves, rejects

SQUARED = box(-1, 1, 2)
AXES = ((1, 0), (0, 1))
BENT = Injective(HALF_BENT, SQUARED)
TRIANGLE = Polytope(2, (point(1, 1), point(-1, 0), point(0, -1)), point(1, "1/3", "1/2"))


def test_boxes_and_cells_serve_alike() -> None:
    for boxes, cells in (((-1,), ()), ((-2,), ((0, -1, -1),)), ((1, 0, -1, -2, -1), ((-1,),)), ((0, -2, -2), ((-1,), (-1,)))):
        assert proves(BENT, InjectiveOnBoundary(boxes, cells, FRAME, AXES, AROUND))


def test_a_polytope_is_not_halved() -> None:
    claim = Injective(LEAKY_PAIR, TRIANGLE)
    whole = ((-2,), ((-1, -1, -1, -1),), (-1,) * 7, AXES, AROUND_A_TRIANGLE)
    assert proves(claim, InjectiveOnBoundary(*whole))
    for boxes in ((-1,), (0, -2, -2)):
        rejects("says nothing about a Polytope", claim, InjectiveOnBoundary(boxes, *whole[1:]))


@pytest.mark.parametrize(
    ("why", "boxes", "cells"),
    [
        ("ends too early", (), ()),
        ("ends too early", (0, -1), ()),
        ("a tree of cells is missing", (-2,), ()),
        ("fewer nodes", (-1, -1), ()),
        ("fewer nodes", (-1,), ((-1,),)),
        ("says nothing about a Box", (2, -1, -1), ()),
        ("says nothing about a Box", (-3,), ()),
        ("several pieces", (-2,), ((-1,),)),
    ],
)
def test_the_tree_of_boxes_is_complete(why: str, boxes: tuple[int, ...], cells: tuple[tuple[int, ...], ...]) -> None:
    rejects(why, BENT, InjectiveOnBoundary(boxes, cells, FRAME, AXES, AROUND))


def test_every_pair_of_the_boundary_is_dealt_with() -> None:
    for k in range(len(AROUND)):
        rejects("entr|separate|direction", BENT, InjectiveOnBoundary((-1,), (), FRAME, AXES, AROUND[:k] + AROUND[k + 1 :]))
    rejects("several pieces", BENT, InjectiveOnBoundary((-1,), (), (-1,) * 4, AXES, AROUND))


def test_one_sign_is_needed_on_all_cells() -> None:
    both = Injective(chain(2, Pointwise((ABS, IDENTITY))), SQUARED)
    rejects("have the signs", both, InjectiveOnBoundary((0, -1, -1), (), FRAME, AXES, AROUND))
    flat = Injective(chain(2, Pointwise((RELU, IDENTITY))), SQUARED)
    rejects("have the signs", flat, InjectiveOnBoundary((-2,), ((0, -1, -1),), FRAME, AXES, AROUND))
    rejects("singular", flat, InjectiveOnBoundary((0, -1, -1), (), FRAME, AXES, AROUND))
    rejects("regular", flat, InjectiveOnBoundary((-1,), (), FRAME, AXES, AROUND))


def boundary(f: Network, on: Box) -> tuple[int, ...]:
    """The complete tree of cells of the boundary."""
    cuts = grow(Facets(f, on), Search(1e18))
    assert cuts is not None
    return cuts


def test_the_boundary_must_be_told_apart() -> None:
    """G1 has determinants of one sign, inside a box around 0 and on slices; its fourth power overlaps on a slice without 0."""
    fourth = chain(2, *(node.op for node in (*SQUARE.nodes, *SQUARE.nodes)))
    for f, on in ((WINDING, SQUARED), (fourth, Box(point("1/10", -1), point(1, 1)))):
        cells, facets = grow(Subdivision(f, on), Search(1e18)), boundary(f, on)
        assert cells is not None
        starts = list(CellTree(Facets(f, on), facets).starts())
        rejects("does not separate", Injective(f, on), InjectiveOnBoundary((-2,), (cells,), facets, AXES, ((0,),) * len(starts)))


@pytest.mark.parametrize(
    "claim",
    [
        Injective(HALF_BENT, Reals(2)),
        Injective(HALF_BENT, Integers(2)),
        Injective(layer(leaky_relu(q("1/2"))), box(-1, 1)),
        Injective(chain(2, affine([[1, 0], [0, 1], [1, 1]])), SQUARED),
        Injective(chain(2, Pointwise((Tanh(), IDENTITY))), SQUARED),
        Injective(HALF_BENT, Box(point(-1, 0), point(1, 0))),
        Injective(HALF_BENT, Polytope(2, (point(0, 1),), point(1))),
        Injective(HALF_BENT, Polytope(2, (point(0, 1), point(0, -1), point(1, 0), point(-1, 0)), point(0, 0, 1, 1))),
        Injective(HALF_BENT, Polytope(2, (point(0, 1), point(0, -1)), point(-1, -1))),
        Surjective(HALF_BENT, SQUARED, SQUARED),
        Not(BENT),
    ],
)
def test_other_claims_are_rejected(claim: Injective | Surjective | Not) -> None:
    for boxes, cells in (((-1,), ()), ((-2,), ((0, -1, -1),)), ((-2,), ((-1,) * 4,)), ((-2,), ((-1,),))):
        for facets in (FRAME, (-1,), (-1,) * 2, (-1,) * 3):
            rejects("^step 0", claim, InjectiveOnBoundary(boxes, cells, facets, AXES, AROUND))


def test_the_signs_that_bounds_give_are_those_of_derivatives() -> None:
    rng, seen = random.Random(7), 0
    for case in range(120):
        n = rng.choice((2, 2, 3))
        units = Pointwise(tuple(rng.choice((RELU, leaky_relu(q("1/2")), clip(q(-1), q(1)), IDENTITY)) for _ in range(4)))
        inner = (Node(random_affine(rng, n, 4, True), (0,)), Node(units, (1,)), Node(random_affine(rng, 4, n, True), (2,)))
        f = Network(n, (*inner, Node(Sum(), (0, 3)), Node(Stack(), (4,))) if case % 2 else inner)
        corner, side = random_point(rng, n), q(1) / rng.choice((2, 8, 64))
        on = Box(corner, tuple(t + side for t in corner))
        try:
            sign = RegularBoxes(f).sign(on)
        except Rejected:
            continue
        seen += 1
        for _ in range(20):
            x = tuple(t + side * rng.randrange(1, 999) / 1000 for t in corner)
            values = f.trace(vector(x))
            columns = [derivative(f, values, vector([int(i == j) for i in range(n)]), Meter()).fractions() for j in range(n)]
            common = 10**30
            assert determinant_sign([[int(t * common) for t in column] for column in columns]) == sign
    assert seen > 40


def test_bounds_of_derivatives_for_other_operations() -> None:
    with pytest.raises(Rejected, match="Max"):
        RegularBoxes(chain(2, Max(((0,), (1,)))))
    with pytest.raises(Rejected, match="not piecewise affine"):
        RegularBoxes(chain(2, Pointwise((Tanh(), Tanh()))))
    with pytest.raises(Malformed, match="too much work"):
        RegularBoxes(SQUARE, Meter(1000)).sign(SQUARED)
