import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijection.exact.floating import shadow
from proofs.activations import ABS, RELU, Tanh
from proofs.domains import Box, Polytope, Reals, contains
from proofs.errors import Malformed, Rejected
from proofs.exact import vector
from proofs.network import Network, Node, Pointwise, Product, Sum
from proofs.statements import Expands, Injective, Lipschitz, Not
from proofs.theorems import (
    ExpandsSlopes,
    InjectiveIsBijective,
    LeftInverse,
    LipschitzCells,
    LipschitzInverse,
    LipschitzLayers,
    LipschitzSlopes,
    MaxOfMins,
)
from proofs.theorems.slopes import secants
from tests.build import affine, box, chain, finite, point, q
from tests.proofs.cells import grown, random_point, random_question
from tests.proofs.theorems.cases import proves, rejects
from tests.proofs.theorems.test_lattice_form import ABSOLUTE, BEND, MINIMUM
from tests.strategies import boxes, networks

FOLD = chain(1, affine([[1], [1]]), Pointwise((RELU, RELU)), affine([[2, -1]]))


def test_layers_multiply() -> None:
    f = chain(2, affine([[1, -2], [3, 0]]), Pointwise((ABS, RELU)), affine([["1/2", 1]]))
    assert proves(Lipschitz(f, Reals(2), q("9/2")), LipschitzLayers())
    rejects("the layers give the constant 9/2", Lipschitz(f, Reals(2), q(4)), LipschitzLayers())
    assert proves(Lipschitz(chain(1, Pointwise((Tanh(),))), Reals(1), q(1)), LipschitzLayers())
    assert proves(Lipschitz(f, finite([0, 1]), q(5)), LipschitzLayers())


def test_cells_see_what_cancels() -> None:
    rejects("the layers give the constant 3", Lipschitz(FOLD, Reals(1), q(1)), LipschitzLayers())
    assert proves(Lipschitz(FOLD, Reals(1), q(1)), LipschitzCells(grown(FOLD, Reals(1))))
    rejects("stretches distances by 1", Lipschitz(FOLD, Reals(1), q("1/2")), LipschitzCells(grown(FOLD, Reals(1))))


def test_cells_outside_of_the_domain_do_not_count() -> None:
    assert proves(Lipschitz(BEND, box(-2, 0), q(1)), LipschitzCells(grown(BEND, box(-2, 0))))
    rejects("by 2", Lipschitz(BEND, box(-2, 1), q(1)), LipschitzCells(grown(BEND, box(-2, 1))))


def test_a_unit_that_is_dead_on_a_cell_is_no_obstacle() -> None:
    f = chain(1, Pointwise((RELU,)), Pointwise((RELU,)), affine([[3]]))  # on t < 0 the second unit sits at its breakpoint
    assert proves(Lipschitz(f, Reals(1), q(3)), LipschitzCells(grown(f, Reals(1))))


def test_flat_domains_are_refused() -> None:
    line = Polytope(2, (point(1, -1), point(-1, 1)), point(0, 0))
    f = chain(2, affine([[1, -1], [0, 0]]))
    rejects("not seen to be 2-dimensional", Lipschitz(f, line, q(0)), LipschitzCells(grown(f, line)))


def test_no_pair_is_stretched_by_more() -> None:
    rng, accepted = random.Random("lipschitz"), 0
    for _ in range(120):
        f, on = random_question(rng)
        constant = Fraction(rng.randint(0, 12), rng.choice([1, 2, 3]))
        try:
            proves(Lipschitz(f, on, constant), LipschitzCells(grown(f, on)))
        except Rejected:
            continue
        accepted += 1
        points = [x for x in (random_point(rng, f.arity) for _ in range(8)) if contains(on, vector(x))]
        for x, y in pairwise(points):
            moved = max(abs(a - b) for a, b in zip(x, y, strict=True))
            assert all(abs(a - b) <= constant * moved for a, b in zip(f(x), f(y), strict=True))
    assert accepted > 20


def inverse_steps(f: Network, g: Network, n: int) -> tuple[object, ...]:
    on = Reals(n)
    shows = MaxOfMins(grown(f, on), len(f.nodes))
    return (LipschitzInverse(f, on, grown(f, on)), shows, InjectiveIsBijective(), LeftInverse(g), shows)


def test_the_inverse_of_a_bend() -> None:
    assert proves(Lipschitz(MINIMUM, Reals(1), q(1)), *inverse_steps(BEND, MINIMUM, 1))  # type: ignore[arg-type]
    assert proves(Lipschitz(MINIMUM, box(-3, 3), q(1)), *inverse_steps(BEND, MINIMUM, 1))  # type: ignore[arg-type]
    rejects("the inverse stretches distances by 1", Lipschitz(MINIMUM, Reals(1), q("1/2")), *inverse_steps(BEND, MINIMUM, 1))  # type: ignore[arg-type]


def test_an_inverse_needs_an_inverse() -> None:
    double = chain(1, affine([[2]]))
    steps = (LipschitzInverse(double, Reals(1), grown(double, Reals(1))), MaxOfMins((-1, -1), 1))
    rejects("coordinate 0", Lipschitz(MINIMUM, Reals(1), q(1)), *steps)
    rejects("not invertible", Lipschitz(MINIMUM, Reals(1), q(1)), LipschitzInverse(FOLD, Reals(1), grown(FOLD, Reals(1))))
    flat = chain(1, affine([[0]]))
    rejects("not invertible", Lipschitz(MINIMUM, Reals(1), q(1)), LipschitzInverse(flat, Reals(1), grown(flat, Reals(1))))
    tall = chain(1, affine([[1], [2]]))
    rejects("1 inputs and 2 outputs", Lipschitz(chain(2, affine([[1, 0]])), Reals(2), q(1)), LipschitzInverse(tall, Reals(1), (-1, -1)))


def test_the_matrix_of_an_absolute_value_form_is_inverted() -> None:
    goals = LipschitzInverse(ABSOLUTE, Reals(2), grown(ABSOLUTE, Reals(2))).reduce(Lipschitz(chain(2), Reals(2), q(6)))
    assert [type(goal).__name__ for goal in goals] == ["IsIdentity", "Surjective"]
    rejects("stretches distances by", Lipschitz(chain(2), Reals(2), q(5)), LipschitzInverse(ABSOLUTE, Reals(2), grown(ABSOLUTE, Reals(2))))


@pytest.mark.parametrize("theorem", [LipschitzLayers(), LipschitzCells((-1, -1)), LipschitzInverse(BEND, Reals(1), (-1, -1))])
def test_they_speak_of_lipschitz_constants_only(theorem: object) -> None:
    rejects("only", Injective(BEND, Reals(1)), theorem)  # type: ignore[arg-type]
    rejects("only", Not(Lipschitz(BEND, Reals(1), q(3))), theorem)  # type: ignore[arg-type]


def test_a_constant_is_not_negative() -> None:
    with pytest.raises(Malformed, match="the constant -1, by which"):
        Lipschitz(BEND, Reals(1), q(-1))
    assert Lipschitz(BEND, Box(point(0), point(1)), 2).constant == 2  # type: ignore[arg-type]


def test_products_have_none() -> None:
    f = Network(1, (Node(Product(), (0, 0)), Node(Sum(), (0, 1))))
    rejects("no Lipschitz constant of Product", Lipschitz(f, Reals(1), q(1)), LipschitzLayers())
    rejects("no cells", Lipschitz(f, Reals(1), q(1)), LipschitzCells((-1, -1)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_differences_are_what_some_slopes_between_the_bounds_make_of_them(data: st.DataObject) -> None:
    f = data.draw(networks())
    on = data.draw(boxes(f.arity))
    try:
        matrix = secants(f, on)
    except (Malformed, Rejected):
        return
    ends = list(zip(map(float, on.lower), map(float, on.upper), strict=True))
    x, y = (np.array([[a + (b - a) * data.draw(st.integers(0, 8)) / 8 for a, b in ends]]) for _ in range(2))
    gap, moved = (shadow(f)(x) - shadow(f)(y))[0], (x - y)[0]
    for change, row in zip(gap, matrix, strict=True):
        low = high = 0.0
        for side, step in zip(row, moved, strict=True):
            corners = [
                0.0 if not step else float(e) * step if e is not None else s * np.inf * step for e, s in ((side.lower, -1), (side.upper, 1))
            ]
            low, high = low + min(corners), high + max(corners)
        slack = 1e-7 * (1 + abs(float(np.abs(shadow(f)(x)).max(initial=0))))
        assert not np.isfinite(change) or low - slack <= change <= high + slack


def test_slopes_take_the_domain_into_account() -> None:
    square = Network(1, (Node(Product(), (0, 0)),))
    assert proves(Lipschitz(square, box(-3, 2), q(6)), LipschitzSlopes())
    rejects("the constant 6 only", Lipschitz(square, box(-3, 2), q(5)), LipschitzSlopes())
    rejects("not bounded", Lipschitz(square, Reals(1), q(5)), LipschitzSlopes())


def test_a_dominant_diagonal_bounds_distances_from_below() -> None:
    f = chain(2, affine([[3, -1], ["1/2", -2], [7, 7]]))
    assert proves(Expands(f, Reals(2), q("3/2")), ExpandsSlopes())
    rejects("output 1 is known to move by at least 3/2", Expands(f, Reals(2), q(2)), ExpandsSlopes())
    rejects("more than 1 outputs", Expands(chain(2, affine([[1, 0]])), Reals(2), q(0)), ExpandsSlopes())
    scaled = Network(2, (Node(Product(), (0, 0)), Node(Sum(), (0, 1))))  # x + x² in each coordinate
    assert proves(Expands(scaled, box(0, 1, 2), q(1)), ExpandsSlopes())
    rejects("at least 0 times", Expands(scaled, box(-1, 1, 2), q(1)), ExpandsSlopes())
    mixed = chain(1, affine([[1], [1]]))
    rejects("nothing else", Injective(mixed, Reals(1)), ExpandsSlopes())
    with pytest.raises(Malformed, match="the constant -1"):
        Expands(BEND, Reals(1), q(-1))
