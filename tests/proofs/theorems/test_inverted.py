"""Inverts: pieces are the inverse of a network; every part of the claim and of the certificate is needed."""

import pytest

from proofs.activations import RELU, leaky_relu
from proofs.domains import Labels, Polytope, Reals
from proofs.errors import Malformed
from proofs.kernel import Theorem
from proofs.network import Affine, Pointwise
from proofs.statements import Injective, Inverts, Not, Statement
from proofs.theorems import CellsStayInside, FullColumnRank, InvertedByCells, MonotoneLayer, StaysInside
from tests.build import affine, box, chain, point, q
from tests.proofs.theorems.cases import proves, rejects

BEND = chain(1, Pointwise((leaky_relu(q(2)),)))  # 2t below 0, t above
BELOW, ABOVE = Polytope(1, (point(1),), point(0)), Polytope(1, (point(-1),), point(0))
ONCE, TWICE, HALF = affine([[1]]), affine([[2]]), affine([["1/2"]])
DOWN, UP = (BELOW, HALF), (ABOVE, ONCE)
EACH = (StaysInside(), CellsStayInside((-1,)))
STEEP_LINE = affine([[1], [2]])
DIAGONAL = chain(1, STEEP_LINE)
LINE = Polytope(2, (point(2, -1), point(-2, 1)), point(0, 0))


def of_bend(*pieces: tuple[Polytope, Affine]) -> Inverts:
    """That the pieces are the inverse of the bend on the line."""
    return Inverts(BEND, Reals(1), None, pieces)


def by(*places: int, maps: tuple[Affine, ...] = (ONCE, TWICE)) -> InvertedByCells:
    """The certificate; the leaf of the positive numbers comes first."""
    return InvertedByCells((-1, -1), places, maps)


def test_two_pieces_are_the_inverse_of_a_bend() -> None:
    assert proves(of_bend(UP, DOWN), by(0, 1), MonotoneLayer(), *EACH, *EACH)
    assert proves(of_bend(DOWN, UP), by(1, 0, maps=(TWICE, ONCE)), MonotoneLayer(), *EACH, *EACH)


def test_a_piece_that_is_not_needed_has_to_be_right_too() -> None:
    small, rest = Polytope(1, (point(1), point(-1)), point(2, -1)), (MonotoneLayer(), *EACH, *EACH, *EACH)  # [1, 2]
    assert proves(of_bend(UP, DOWN, (small, ONCE)), by(0, 1, maps=(ONCE, TWICE, ONCE)), *rest)
    rejects("outside the set", of_bend(UP, DOWN, (small, HALF)), by(0, 1, maps=(ONCE, TWICE, TWICE)), *rest)


def test_the_image_of_a_line_is_flat() -> None:
    certificate = InvertedByCells((-1, -1), (0, 0), (STEEP_LINE,))
    claim = Inverts(DIAGONAL, Reals(1), None, ((LINE, affine([["1/2", "1/4"]])),))
    rest = (FullColumnRank(3, (0,), ((1,),)), StaysInside(), CellsStayInside((-1, -1)))
    assert proves(claim, certificate, *rest)
    everywhere = Inverts(DIAGONAL, Reals(1), None, ((Polytope(2, (), ()), claim.pieces[0][1]),))
    rejects("map 0 does not undo", everywhere, certificate, *rest)
    crossed = Polytope(2, (point(2, -1), point(-2, 1), point(1, 1), point(-1, -1)), point(0, 0, 0, 0))
    rejects("not mapped into region 0", Inverts(DIAGONAL, Reals(1), None, ((crossed, claim.pieces[0][1]),)), certificate, *rest)


OUTSIDE = Inverts(BEND, box(0, 1), None, (UP,))


@pytest.mark.parametrize(
    ("why", "claim", "steps"),
    [
        ("not mapped into region 0", of_bend(UP, DOWN), (by(0, 0),)),
        ("not mapped into region 1", of_bend(UP, DOWN), (by(1, 0),)),
        ("1 places for 2 leaves", of_bend(UP, DOWN), (by(0),)),
        ("no piece 2", of_bend(UP, DOWN), (by(0, 2),)),
        ("no piece -1", of_bend(UP, DOWN), (by(0, -1),)),
        ("1 maps for 2 pieces", of_bend(UP, DOWN), (by(0, 1, maps=(ONCE,)),)),
        ("map 1 is not one from 1 to 1", of_bend(UP, DOWN), (by(0, 1, maps=(ONCE, affine([[1, 1]]))),)),
        ("map 0 does not undo", of_bend(UP, DOWN), (by(0, 1, maps=(TWICE, TWICE)),)),
        ("3 goals open", of_bend(UP, DOWN), (by(0, 1), MonotoneLayer(), StaysInside())),
        ("leaves the set", of_bend((ABOVE, HALF), DOWN), (by(0, 1, maps=(TWICE, TWICE)), MonotoneLayer(), *EACH, *EACH)),
        (
            "a direction of a cell leaves the set",
            of_bend((Polytope(1, (), ()), ONCE)),
            (by(0, 0, maps=(ONCE,)), MonotoneLayer(), StaysInside(), CellsStayInside((-1, -1))),
        ),
        (
            "strictly",
            Inverts(chain(1, Pointwise((RELU,))), Reals(1), None, (UP,)),
            (by(0, 0, maps=(ONCE,)), MonotoneLayer()),
        ),
        ("leaves the set", OUTSIDE, (InvertedByCells((-1,), (0,), (ONCE,)), MonotoneLayer(), CellsStayInside((-1,)))),
        ("pieces are the inverse", Injective(BEND, Reals(1)), (by(0, 1),)),
        ("pieces are the inverse", Not(of_bend(UP)), (by(0, 1),)),
        ("pieces are the inverse", Inverts(BEND, Labels(2), None, (UP,)), (by(0, 1),)),
        ("pieces; the limit is", of_bend(*[UP] * 5000), (by(0, 0),)),
    ],
)
def test_what_is_no_inverse_in_pieces(why: str, claim: Statement, steps: tuple[Theorem, ...]) -> None:
    rejects(why, claim, *steps)


def test_a_piece_maps_between_the_right_spaces() -> None:
    with pytest.raises(Malformed, match="a piece is no map from 1 numbers to 1"):
        of_bend((Polytope(2, (), ()), affine([[1, 0]])))
    with pytest.raises(Malformed, match="a codomain that has not 1 dimensions"):
        Inverts(BEND, Reals(1), Reals(2), (UP, DOWN))
