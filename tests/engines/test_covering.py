"""Onto a set, values, images that stay inside: by the images of all cells."""

import random
from fractions import Fraction

import pytest

from bijection.engines.onto.covering import by_cell_images
from bijection.exact.cones import dot, walls
from bijection.verdict import Missed, Proved, Refuted
from proofs.activations import ABS, RELU, Sigmoid, leaky_relu
from proofs.domains import Polytope, Reals
from proofs.network import Network, Pointwise
from proofs.statements import Injective, MapsInto, Reached, Surjective
from proofs.theorems import CoveredByCells, MissedByCells, Misses
from tests.benchmark.agreement_onto import compare, question
from tests.build import affine, box, chain, grid, layer, point, q
from tests.engines.asking import digits, proposals, random_network, verdicts
from tests.networks.ground_truth import SQUARE
from tests.networks.truth import truth
from tests.proofs.cells import random_question
from tests.zoo import ZOO

PLANE = Reals(2)
WAVE = chain(1, affine([[1], [1]], [0, -1]), Pointwise((ABS, ABS)), affine([[1, -1]]))  # clips to [−1, 1]


def answer(goal: Surjective | Reached | MapsInto) -> Proved | Refuted:
    """The first proposal, accepted by the kernel."""
    return verdicts(by_cell_images, goal)[0]


@pytest.mark.parametrize(
    "name",
    [
        "G5 hole",
        "G5 recession",
        "G14 onto",
        "G14 bounded below",
        "PL tent",
        "sorting onto the half plane",
        "maxpool overlapping",
        "sorting",
    ],
)
def test_known_answers(name: str) -> None:
    entry = ZOO[f"{name}: onto"]
    verdict = answer(entry.statement)  # type: ignore[arg-type]
    assert isinstance(verdict, Proved) is entry.holds
    if not entry.holds:
        assert isinstance(verdict.counterexample, Missed)  # type: ignore[union-attr]
        assert digits([verdict.counterexample.value]) <= 3  # type: ignore[union-attr]


def test_the_branched_square_covers_the_plane_and_each_disc() -> None:
    (proposal,) = proposals(by_cell_images, Surjective(SQUARE, PLANE, PLANE))
    assert isinstance(proposal.evidence[0], CoveredByCells)
    assert isinstance(answer(Surjective(SQUARE, box(-1, 1, 2), box("-1/3", "1/3", 2))), Proved)
    assert isinstance(answer(Surjective(SQUARE, box(-1, 1, 2), box(-1, 1, 2))), Refuted)


def test_fewer_inputs_than_outputs_miss_a_point_that_is_shown() -> None:
    for widths in ((1, 4, 2), (2, 6, 3), (1, 5, 5, 3)):
        f = random_network(*widths, seed=4)
        (proposal,) = proposals(by_cell_images, Surjective(f, Reals(widths[0]), Reals(widths[-1])))
        miss, theorem = proposal.evidence
        assert isinstance(miss, Misses)
        assert isinstance(theorem, MissedByCells)
        assert digits([miss.value]) <= 2


def test_a_network_onto_a_box_and_not_onto_a_larger_one() -> None:
    f = chain(2, affine([[1, 2], [0, 1]], [0, "1/8"]), Pointwise((leaky_relu(Fraction(1, 2)),) * 2))
    y = f((Fraction(1, 8), Fraction(-1, 3)))
    for size, kind in ((Fraction(1, 64), Proved), (Fraction(1000), Refuted)):
        onto = Polytope(2, (point(1, 0), point(-1, 0), point(0, 1), point(0, -1)), tuple(s * t + size for t in y for s in (1, -1)))
        assert isinstance(answer(Surjective(f, box(-1, 1, 2), onto)), kind)
    assert isinstance(answer(Surjective(WAVE, Reals(1), box(-1, 1))), Proved)
    assert isinstance(answer(Surjective(WAVE, Reals(1), box(-1, q("1001/1000")))), Refuted)


def test_more_inputs_than_outputs() -> None:
    f = random_network(3, 8, 2, seed=5)
    assert isinstance(answer(Surjective(f, Reals(3), PLANE)), Proved | Refuted)
    leaky = random_network(3, 6, 2, seed=5, activation=leaky_relu(Fraction(1, 2)))
    assert isinstance(answer(Surjective(leaky, Reals(3), PLANE)), Proved)


def test_a_flat_codomain_and_a_flat_domain() -> None:
    ray = Polytope(2, (point(1, -1), point(-1, 1), point(-1, 0)), point(0, 0, 0))  # y₁ = y₂ ≥ 0
    assert isinstance(answer(Surjective(layer(RELU, RELU), PLANE, ray)), Proved)
    assert isinstance(answer(Surjective(layer(RELU, RELU), ray, ray)), Proved)
    assert isinstance(answer(Surjective(layer(RELU, RELU), ray, box(0, 1, 2))), Refuted)


def test_values_are_reached_or_missed_exactly_at_the_border() -> None:
    for value, kind in ((1, Proved), (-1, Proved), (q("1/2"), Proved), (1 + Fraction(1, 2**80), Refuted)):
        assert isinstance(answer(Reached(WAVE, Reals(1), point(value))), kind)


def test_images_stay_inside_or_escape() -> None:
    assert isinstance(answer(MapsInto(WAVE, Reals(1), box(-1, 1))), Proved)
    assert isinstance(answer(MapsInto(WAVE, Reals(1), box(-1, q("999/1000")))), Refuted)
    assert isinstance(answer(MapsInto(layer(ABS), Reals(1), box(-5, 10**9))), Refuted)


def test_what_has_no_cells_is_left_alone() -> None:
    for goal in (
        Surjective(layer(Sigmoid()), Reals(1), Reals(1)),
        Surjective(WAVE, grid(0, 1), box(0, 1)),
        Surjective(random_network(7, 8, 1), Reals(7), Reals(1)),
        Injective(WAVE, Reals(1)),
    ):
        assert proposals(by_cell_images, goal) == []


@pytest.mark.parametrize("seed", range(4))
def test_z3_agrees_about_values_and_images(seed: int) -> None:
    rng = random.Random(f"values {seed}")
    for _ in range(6):
        f, on = random_question(rng, 3)
        value = tuple(Fraction(rng.randint(-4, 4), 2) for _ in range(f.width))
        for goal in (Reached(f, on, value), MapsInto(f, on, box(-3, 3, f.width))):
            assert isinstance(answer(goal), Proved) is truth(goal, 20), goal


def test_a_small_sample_agrees_with_quantified_arithmetic() -> None:
    """The benchmark asks a thousand."""
    answers = [compare(question(f"tests/{k}"), 5.0) for k in range(40)]
    assert not any(set(pair) == {"yes", "no"} for pair in answers)
    assert sum("undecided" in pair for pair in answers) <= 2
    assert {"yes", "no"} <= {ours for ours, _ in answers}


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_walls_hold_exactly_the_cone(size: int) -> None:
    """Sums of the vectors satisfy them, and what satisfies them all is such a sum, by duality: walls of the walls."""
    rng = random.Random(size)
    for _ in range(30):
        vectors = [tuple(rng.randint(-3, 3) for _ in range(size)) for _ in range(rng.randint(1, 7))]
        found = walls(vectors)
        assert all(dot(h, v) >= 0 for h in found for v in vectors)
        again = walls(found) if found else []  # walls of the walls: the vectors' cone itself, by duality
        for u in again:
            assert all(dot(h, u) >= 0 for h in found)
        for v in vectors:
            assert all(dot(h, v) >= 0 for h in (walls(again) if again else []))


def test_the_identity_network_has_one_cell() -> None:
    assert isinstance(answer(Surjective(Network(2, ()), PLANE, PLANE)), Proved)
