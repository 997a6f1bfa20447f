"""ShortDualVectors: which affine maps tell all points of a grid apart."""

import random
from itertools import product

import pytest

from bijection.engines.packing import packed
from proofs.activations import RELU
from proofs.domains import Grid, Integers
from proofs.network import Pointwise
from proofs.statements import Injective, Not
from proofs.theorems import ShortDualVectors
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
