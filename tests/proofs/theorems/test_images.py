"""Values missed by all cells, codomains covered by images of cells, images that stay inside: accepted, and each part is needed."""

import random
from dataclasses import replace

import pytest

from proofs.activations import ABS, IDENTITY, RELU, Sigmoid, clip
from proofs.domains import Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Network, Pointwise
from proofs.statements import Injective, MapsInto, Not, Reached, Surjective
from proofs.theorems import CellsStayInside, CoveredByCells, MissedByCells, Misses
from tests.build import affine, box, chain, finite, grid, layer, point, q
from tests.networks.truth import OutOfReach, truth
from tests.proofs.cells import grown, random_domain, random_point, random_question
from tests.proofs.theorems.cases import proves, rejects

LINE, PLANE = Reals(1), Reals(2)
FOLD = layer(ABS)
CORNER = chain(1, affine([[1], [1]]), Pointwise((ABS, IDENTITY)))  # t ↦ (|t|, t)
TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
HALVES = grown(FOLD, LINE)
UP = MissedByCells(HALVES, ((1, 0), (1, 0)))


def test_a_value_below_both_images() -> None:
    assert proves(Not(Reached(FOLD, LINE, point(-1))), UP)
    assert proves(Not(Surjective(FOLD, LINE, box(-1, 1))), Misses(point(-1)), UP)
    rejects("is not negative at the value", Not(Reached(FOLD, LINE, point(0))), UP)
    rejects("is negative on the image", Not(Reached(FOLD, LINE, point(-1))), replace(UP, functionals=((2, -1), (1, 0))))


def test_a_curve_in_the_plane_misses_a_point() -> None:
    """T7: fewer inputs than outputs, with the value in hand; the point (2, 4) of the moment curve."""
    cuts = grown(CORNER, LINE)
    assert proves(Not(Reached(CORNER, LINE, point(2, 4))), MissedByCells(cuts, ((1, -1, 0), (1, -1, 0))))
    rejects("negative on the image", Not(Reached(CORNER, LINE, point(2, 4))), MissedByCells(cuts, ((1, -1, -1), (1, -1, 0))))


def test_every_cell_needs_its_functional() -> None:
    claim = Not(Reached(FOLD, LINE, point(-1)))
    rejects("end before node", claim, replace(UP, functionals=((1, 0),)))
    rejects("more functionals", claim, replace(UP, functionals=((1, 0),) * 3))
    rejects("no functional for the leaf", claim, replace(UP, functionals=((1, 0), ())))
    rejects("on 3 coordinates", claim, replace(UP, functionals=((1, 0, 0), (1, 0))))
    rejects("tree of cells", claim, replace(UP, cuts=HALVES[:1]))


def test_one_functional_settles_all_cells_below_a_node() -> None:
    f = chain(1, affine([[1], [1]], [0, -1]), Pointwise((RELU, RELU)))
    cuts = grown(f, box(-1, 2))
    assert proves(Not(Reached(f, box(-1, 2), point(-1, 0))), MissedByCells(cuts, ((1, 0, 0),)))
    rejects("more functionals", Not(Reached(f, box(-1, 2), point(-1, 0))), MissedByCells(cuts, ((1, 0, 0), (1, 0, 0))))


def test_nothing_is_reached_from_nothing() -> None:
    nothing = Polytope(1, (point(1), point(-1)), point(0, -1))
    assert proves(Not(Reached(FOLD, nothing, point(1))), MissedByCells((), ()))
    assert proves(Surjective(FOLD, LINE, nothing), CoveredByCells((), (), ()))
    assert proves(MapsInto(FOLD, nothing, box(5, 6)), CellsStayInside(()))


def test_an_interval_is_covered_by_one_cell_or_by_two() -> None:
    assert proves(Surjective(FOLD, LINE, box(0, 1)), CoveredByCells(((),), ((0, 1),), ((0, 1), (-1, 1))))
    halves = CoveredByCells(((2, -1), (), ()), ((0, 1), (2, 1)), ((1, 1), (1, 2), (0, 1)))
    assert proves(Surjective(FOLD, box(-1, 1), box(0, 1)), replace(halves, leaves=((0, 1), (2, 1))))


def test_a_ray_is_covered_with_its_direction() -> None:
    ray = Polytope(1, (point(-1),), point(-1))
    claim = Surjective(FOLD, LINE, ray)
    rays = ((-1, 1), (-1, 0))
    accepted = [order for order in ((0, 1), (1, 0)) if _accepted(claim, CoveredByCells(((),), (order,), rays))]
    assert len(accepted) == 1
    rejects("not mapped to the corner", claim, CoveredByCells(((),), (accepted[0],), ((-1, 1), (-1, 1))))
    rejects("leaves the domain", Surjective(FOLD, box(-9, 9), ray), CoveredByCells(((),), (accepted[0],), rays))


def _accepted(claim: Surjective, step: CoveredByCells) -> bool:
    try:
        return proves(claim, step)
    except Rejected:
        return False


@pytest.mark.parametrize(
    ("why", "step"),
    [
        ("affine between the rays", CoveredByCells(((),), ((0, 1),), ((0, 1), (1, 1)))),
        ("a piece of 2 corners", CoveredByCells(((),), ((0,),), ((0, 1), (-1, 1)))),
        ("a piece of 2 corners", CoveredByCells(((),), (), ())),
        ("more leaves are given", CoveredByCells(((),), ((0, 1), (0, 1)), ((0, 1), (-1, 1)))),
        ("beyond the 2 rays", CoveredByCells(((),), ((0, 2),), ((0, 1), (-1, 1)))),
        ("not mapped to the corner", CoveredByCells(((),), ((1, 0),), ((0, 1), (-1, 1)))),
        ("lies outside the domain", CoveredByCells(((),), ((0, 1),), ((0, 1), (-4, 1)))),
        ("no point or direction", CoveredByCells(((),), ((0, 1),), ((0, 1), (1, -1)))),
        ("no point or direction", CoveredByCells(((),), ((0, 1),), ((0, 1), (0, 0)))),
        ("ends before", CoveredByCells((), ((0, 1),), ((0, 1), (-1, 1)))),
        ("more pieces", CoveredByCells(((), ()), ((0, 1),), ((0, 1), (-1, 1)))),
        ("a plane with 3", CoveredByCells(((1, 0, 0), (), ()), ((0, 1),), ((0, 1), (-1, 1)))),
        ("vanishes everywhere", CoveredByCells(((0, 0), (), ()), ((0, 1),), ((0, 1), (-1, 1)))),
    ],
)
def test_what_is_no_cover(why: str, step: CoveredByCells) -> None:
    on = box(-3, 3)
    hat = chain(1, affine([[1]]), Pointwise((ABS,)), affine([[1]]))
    wrong = replace(step, rays=tuple((-a, w) if why == "affine between the rays" and a == 1 else (a, w) for a, w in step.rays))
    if why == "affine between the rays":  # |t − 1/2| folds between the preimages 0 of ½ and … of ½ again
        bump = chain(1, affine([[1]], ["-1/2"]), Pointwise((ABS,)), affine([[1]], ["-1/2"]))
        rejects(why, Surjective(bump, on, box(0, "1/2")), CoveredByCells(((),), ((0, 1),), ((0, 1), (3, 2))))
        return
    rejects(why, Surjective(hat, on, box(0, 1)), wrong)


def test_images_that_stay_inside() -> None:
    assert proves(MapsInto(FOLD, box(-3, 2), box(0, 3)), CellsStayInside(grown(FOLD, box(-3, 2))))
    rejects("lies outside the set", MapsInto(FOLD, box(-3, 2), box(0, 2)), CellsStayInside(grown(FOLD, box(-3, 2))))
    upwards = Polytope(1, (point(-1),), point(0))
    assert proves(MapsInto(FOLD, LINE, upwards), CellsStayInside(HALVES))
    rejects("leaves the set", MapsInto(FOLD, LINE, box(0, 9)), CellsStayInside(HALVES))
    rejects("leaves the set", MapsInto(layer(IDENTITY), LINE, upwards), CellsStayInside((-1, -1)))
    both = layer(RELU, clip(q(0), q(1)))
    assert proves(MapsInto(both, TRIANGLE, TRIANGLE), CellsStayInside(grown(both, TRIANGLE)))


@pytest.mark.parametrize("step", [UP, CoveredByCells(((),), (), ()), CellsStayInside((-1, -1))], ids=lambda s: s.name)
def test_other_goals_are_rejected(step: MissedByCells) -> None:
    for claim in (
        Injective(FOLD, LINE),
        Reached(FOLD, LINE, point(1)),
        Not(Reached(FOLD, grid(0, 1), point(1))),
        Surjective(FOLD, LINE, finite([0])),
        Surjective(FOLD, grid(0, 1), LINE),
        MapsInto(FOLD, LINE, LINE),
        MapsInto(FOLD, grid(0, 1), box(0, 1)),
        Not(Reached(layer(Sigmoid()), LINE, point(2))),
    ):
        with pytest.raises((Rejected, Malformed)):
            proves(claim, step)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_false_is_accepted_on_random_networks(seed: int) -> None:
    """Functionals from a handful, values of all kinds; ranges of all corners as codomains."""
    rng = random.Random(f"images {seed}")
    for _ in range(8):
        f, on = random_question(rng, 2)
        if f.arity > 2:
            continue
        cuts = grown(f, on)
        value = random_point(rng, f.width)
        units = [tuple(rng.choice([-1, 0, 1]) for _ in range(f.width + 1)) for _ in range(20)]
        claim = Not(Reached(f, on, value))
        into = MapsInto(f, on, random_domain(rng, f.width))
        steps = [(claim, MissedByCells(cuts, (u,) * 4)) for u in units] + [(into, CellsStayInside(cuts))]
        for statement, step in steps:
            try:
                accepted = proves(statement, step)  # type: ignore[arg-type]
            except (Rejected, Malformed):
                continue
            try:
                assert accepted is truth(statement, 20), (f, on)  # type: ignore[arg-type]
            except OutOfReach:
                continue


def test_no_outputs() -> None:
    f = chain(1, affine([], [], 1))
    assert f.width == 0
    assert proves(Surjective(f, LINE, Reals(0)), CoveredByCells(((),), ((0,),), ((5, 1),)))
    assert isinstance(f, Network)
