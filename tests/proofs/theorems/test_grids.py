"""Which affine maps tell all points of a grid apart, and which stay on a grid."""

import random
from fractions import Fraction
from itertools import product

import pytest

from bijection.engines.proposal import proves as accepted
from bijection.engines.structure.packing import packed
from proofs.activations import RELU
from proofs.domains import Domain, Grid, Integers, Labels, Reals, contains
from proofs.exact import vector
from proofs.network import Pointwise
from proofs.statements import Injective, MapsInto, Not
from proofs.theorems import MeetInTheMiddle, ShortDualVectors, StaysOnGrid
from proofs.theorems.affine import affine_form
from tests.build import affine, box, chain, grid, point
from tests.proofs.theorems.cases import proves, rejects

RGB = Injective(chain(3, affine([[1, 256, 65536]])), grid(0, 255, 3))
DIGITS = ShortDualVectors((point("1/256"), point("1/65536")))


def test_colours_packed_into_one_number_are_told_apart() -> None:
    assert proves(RGB, DIGITS)


def test_the_base_is_just_large_enough() -> None:
    rejects("vector 0 does not come close enough", Injective(RGB.f, grid(0, 256, 3)), DIGITS)


def test_what_counts_are_steps_not_values() -> None:
    assert proves(Injective(RGB.f, grid(-255, 255, 3, step=2)), ShortDualVectors((point("1/512"), point("1/131072"))))
    assert proves(Injective(RGB.f, Grid(point(0, 0, 7), point(85, 85, 7), point("1/3", "1/3", 1))), ShortDualVectors((point("1/256"),)))
    uneven = Grid(point(0, 0), point(3, 1), point(1, "1/5"))  # t₀ + 20·t₁/5 ≠ 0
    assert proves(Injective(chain(2, affine([[1, 20]])), uneven), ShortDualVectors((point("1/20"),)))


def test_one_point_and_no_coordinate_need_no_vector() -> None:
    assert proves(Injective(chain(2, affine([[0, 0]])), grid(5, 5, 2)), ShortDualVectors(()))
    assert proves(Injective(chain(0, affine([], columns=0)), Grid((), (), ())), ShortDualVectors(()))


def test_equations_that_leave_a_direction_open_prove_nothing() -> None:
    rejects(r"leave a direction open \(their rank is 2 of 3\)", RGB, ShortDualVectors((point("1/256"),)))
    rejects("leave a direction open", RGB, ShortDualVectors((point(1), point(2))))
    rejects("leave a direction open", RGB, ShortDualVectors(()))


def test_vectors_must_fit_the_rows_and_the_goal_the_theorem() -> None:
    rejects("vector 0 has 2 coordinates for 1 rows", RGB, ShortDualVectors((point("1/256", 0),)))
    rejects("on a grid only", Injective(RGB.f, box(0, 255, 3)), DIGITS)
    rejects("on a grid only", Injective(RGB.f, Integers(3)), DIGITS)
    rejects("on a grid only", Not(RGB), DIGITS)
    rejects("Pointwise is not affine", Injective(chain(1, Pointwise((RELU,))), grid(0, 1)), ShortDualVectors(()))


@pytest.mark.parametrize("seed", range(200))
def test_what_the_kernel_accepts_agrees_with_trying_every_point(seed: int) -> None:
    rng = random.Random(seed)
    n, m, most = rng.randint(1, 4), rng.randint(1, 2), rng.randint(1, 4)
    f = chain(n, affine([[rng.randint(-(3**most), 3**most) for _ in range(n)] for _ in range(m)], [rng.randint(-9, 9) for _ in range(m)]))
    goal = Injective(f, Grid(point(*[0] * n), point(*(rng.randint(0, most) for _ in range(n))), point(*[1] * n)))
    values = [f(x) for x in product(*(range(int(b) + 1) for b in goal.on.upper))]
    found = [packed(affine_form(f), goal.on), ShortDualVectors(tuple((point(f"1/{rng.randint(1, 20)}") * m) for _ in range(n)))]
    for theorem in found:
        if theorem is not None and len(set(values)) < len(values):
            rejects(".", goal, theorem)


def test_random_weights_pack_many_pixels() -> None:
    rng = random.Random(0)
    f = chain(6, affine([[rng.randrange(-(2**50), 2**50) for _ in range(6)] for _ in range(2)]))
    goal = Injective(f, grid(0, 255, 6))
    certificate = packed(affine_form(f), goal.on)
    assert certificate is not None
    assert proves(goal, certificate)  # 2⁴⁸ points


SUBSETS = Injective(chain(4, affine([[3, 5, 6, 7]])), grid(0, 1, 4))  # Conway and Guy


@pytest.mark.parametrize("left", [(), (0,), (0, 3), (3, 1), (0, 1, 2, 3)])
def test_different_subset_sums_meet_nowhere_however_they_are_split(left: tuple[int, ...]) -> None:
    assert proves(SUBSETS, MeetInTheMiddle(left))


def test_two_rows_are_one_that_is_long_enough() -> None:
    two = chain(3, affine([[1, 2, 0], [0, 1, 3]]))  # (2, −1, 1/3) is in the kernel
    assert proves(Injective(two, grid(0, 2, 3)), MeetInTheMiddle((0,)))
    rejects("steps of both halves cancel", Injective(two, grid(0, 6, 3)), MeetInTheMiddle((0,)))


def test_sums_that_meet_are_seen_in_either_half() -> None:
    rejects("steps of the first half alone change nothing", Injective(chain(2, affine([[1, 1]])), grid(0, 1, 2)), MeetInTheMiddle((0, 1)))
    rejects("steps of both halves cancel", Injective(chain(2, affine([[1, 1]])), grid(0, 1, 2)), MeetInTheMiddle(()))
    rejects("steps of both halves cancel", Injective(chain(2, affine([[1, 0]])), grid(0, 1, 2)), MeetInTheMiddle((0,)))


def test_the_halves_must_be_coordinates_and_small() -> None:
    rejects("`left` does not list different coordinates", SUBSETS, MeetInTheMiddle((4,)))
    rejects("`left` does not list different coordinates", SUBSETS, MeetInTheMiddle((1, 1)))
    rejects(
        "`left` does not list different coordinates",
        Injective(SUBSETS.f, Grid(point(0, 0, 0, 0), point(1, 1, 1, 0), point(1, 1, 1, 1))),
        MeetInTheMiddle((3,)),
    )
    rejects("1594323 sums; at most 1000000", Injective(chain(13, affine([[3**k for k in range(13)]])), grid(0, 1, 13)), MeetInTheMiddle(()))
    rejects("on a grid only", Injective(SUBSETS.f, Reals(4)), MeetInTheMiddle(()))
    rejects("is not affine", Injective(chain(1, Pointwise((RELU,))), grid(0, 1)), MeetInTheMiddle(()))


def test_weights_that_hash_alike_take_no_longer() -> None:
    same = chain(12, affine([[(2**61 - 1) * 3**k for k in range(12)]]))
    assert proves(Injective(same, grid(0, 1, 12)), MeetInTheMiddle(tuple(range(0, 12, 2))))


@pytest.mark.parametrize("seed", range(200))
def test_meeting_in_the_middle_is_right_both_ways(seed: int) -> None:
    rng = random.Random(seed)
    n, m = rng.randint(1, 5), rng.randint(1, 2)
    f = chain(n, affine([[Fraction(rng.randint(-20, 20), rng.randint(1, 3)) for _ in range(n)] for _ in range(m)]))
    on = Grid(*(tuple(point(*[t] * n)) for t in (-1, rng.randint(0, 2), 1)))
    points = list(product(*[[on.lower[0] + k for k in range(on.counts()[0])]] * n))
    left = tuple(rng.sample(range(n), rng.randint(0, n)))
    assert accepted(MeetInTheMiddle(left), Injective(f, on)) is (len({f(x) for x in points}) == len(points))


EVEN = chain(2, affine([[2, -4]], [10]))


def test_an_affine_map_stays_on_a_grid() -> None:
    assert proves(MapsInto(EVEN, grid(0, 3, 2), grid(-2, 16, step=2)), StaysOnGrid())
    assert proves(MapsInto(RGB.f, RGB.on, grid(0, 256**3 - 1)), StaysOnGrid())
    assert proves(MapsInto(RGB.f, RGB.on, Labels(256**3)), StaysOnGrid())
    third = Grid(point("1/3"), point(3), point("1/3"))
    assert proves(MapsInto(chain(1, affine([["3/2"]])), third, Grid(point("1/2"), point(5), point("1/4"))), StaysOnGrid())


@pytest.mark.parametrize(
    ("into", "why"),
    [
        (grid(-2, 15, step=2), "a value lies outside the grid"),
        (grid(0, 16, step=2), "a value lies outside the grid"),
        (grid(-3, 17, step=2), "the lowest point does not go to the lattice"),
        (grid(-2, 16, step=3), "a step does not go to a multiple of a step"),
        (grid(-2, 16, step=4), "a step does not go to a multiple of a step"),
        (Labels(17), "a value lies outside the grid"),
        (Labels(0), "there are no labels"),
        (Reals(1), "only shows that a grid is mapped into a grid"),
    ],
)
def test_a_value_beside_the_grid_is_seen(into: Domain, why: str) -> None:
    rejects(why, MapsInto(EVEN, grid(0, 3, 2), into), StaysOnGrid())


@pytest.mark.parametrize("seed", range(200))
def test_staying_on_a_grid_agrees_with_trying_every_point(seed: int) -> None:
    rng = random.Random(seed)
    half = [Fraction(k, 2) for k in range(-4, 5)]
    f = chain(2, affine([[rng.choice(half), rng.choice(half)]], [rng.choice(half)]))
    on = grid(0, 2, 2)
    low, step = rng.choice(half) - 4, rng.choice([Fraction(1, 2), Fraction(1), Fraction(3, 2)])
    into = Grid((low,), (low + rng.randint(4, 30) * step,), (step,))
    stays = all(contains(into, vector(f(x))) for x in product(*[point(0, 1, 2)] * 2))
    assert accepted(StaysOnGrid(), MapsInto(f, on, into)) is stays
