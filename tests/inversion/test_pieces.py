import random
import time

import numpy as np
import pytest

from bijection.engines.complete.regions import cells, groups
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from bijection.inversion.formula import formula
from bijection.inversion.pieces import facets, inverse_pieces, pieces_of, sides_of
from proofs.activations import ABS, Tanh, clip
from proofs.domains import Polytope, Reals, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Network, Pointwise
from tests.build import affine, box, chain, point, q
from tests.inversion.cases import CELLS, absolute_value
from tests.proofs.cells import random_point, random_question

BENT = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))  # t ↦ (|t|, t between −1 and 1), a curve in the plane


def search(seconds: float = 60) -> Search:
    return Search(time.monotonic() + seconds)


def test_random_networks_are_their_pieces() -> None:
    rng = random.Random("pieces")
    looked = 0
    for _ in range(60):
        f, on = random_question(rng)
        pieces = pieces_of(cells(f, on, search()))
        for _ in range(6):
            x = random_point(rng, f.arity)
            if contains(on, vector(x)):
                looked += 1
                assert pieces(x) == f(x)
                at = np.array([[float(t) for t in x]])
                assert np.allclose(pieces.in_floats(at), [[float(t) for t in f(x)]], atol=1e-6)
            else:
                with pytest.raises(Malformed, match="none of the regions"):
                    pieces(x)
    assert looked > 60


@pytest.mark.parametrize("f", CELLS.values(), ids=CELLS)
def test_each_region_of_the_inverse_is_the_image_of_a_region(f: Network) -> None:
    tree = cells(f, Reals(f.arity), search())
    forth, back = pieces_of(tree), inverse_pieces(tree)
    assert len(forth) == len(back) == 2**f.arity
    rng = random.Random("regions")
    for _ in range(30):
        x = random_point(rng, f.arity)
        holders = [contains(piece.region, vector(x)) for piece in forth.pieces]
        assert [contains(piece.region, vector(f(x))) for piece in back.pieces] == holders
        assert back(f(x)) == x


def test_the_image_of_a_curve_is_met_in_its_own_region_only() -> None:
    back = inverse_pieces(cells(BENT, Reals(1), search()))
    assert len(back) == 4
    for t in (-5, -1, "-1/2", 0, "1/3", 1, 9):
        assert back(BENT(point(t))) == point(t)
    with pytest.raises(Malformed, match="none of the regions"):
        back(point(5, 0))


def test_orthants_are_no_regions() -> None:
    assert len(pieces_of(cells(chain(3, affine([[1, 2, 3]])), Reals(3), search()))) == 1
    assert len(pieces_of(cells(absolute_value("2", "1/4"), box(1, 2, 2), search()))) == 1


def test_the_sides_of_a_box_are_facets() -> None:
    tree = cells(chain(2), box(0, 1, 2), search())
    ((generators,),) = (groups(tree),)
    assert sorted(facets(tree, generators)) == sorted([[1, 0, 0], [-1, 0, 1], [0, 1, 0], [0, -1, 1]])
    assert sides_of(Polytope(1, (point("1/2"),), point(3))) == [[-1, 6]]


def test_a_flat_domain_has_regions_of_its_own() -> None:
    line = Polytope(2, (point(1, -1), point(-1, 1)), point(0, 0))  # the diagonal
    f = chain(2, Pointwise((ABS, ABS)))
    pieces = pieces_of(cells(f, line, search()))
    assert len(pieces) == 2
    assert pieces(point(-3, -3)) == point(3, 3)
    with pytest.raises(Malformed, match="none of the regions"):
        pieces(point(1, 2))


def test_what_has_no_pieces_is_refused() -> None:
    with pytest.raises(NotSupported, match="not cut into linear regions: Tanh is not piecewise affine"):
        cells(chain(1, Pointwise((Tanh(),))), Reals(1), search())
    with pytest.raises(NotSupported, match="too many linear regions"):
        cells(BENT, Reals(1), search(0))


def test_a_formula_of_many_pieces_is_refused() -> None:
    with pytest.raises(NotSupported, match="a formula of 128 pieces"):
        formula(pieces_of(cells(chain(7, Pointwise((ABS,) * 7)), box(-1, 1, 7), search())), "x")
