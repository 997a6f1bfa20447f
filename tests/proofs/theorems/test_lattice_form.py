from fractions import Fraction

import pytest

from proofs.activations import ABS, RELU
from proofs.compose import compose
from proofs.domains import Reals
from proofs.network import Affine, Max, Network, Node, Pointwise, Row, Sum
from proofs.statements import Injective, IsIdentity
from proofs.theorems import LeftInverse, MaxOfMins
from tests.build import affine, box, chain, point
from tests.proofs.cells import grown
from tests.proofs.theorems.cases import proves, rejects

BEND = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1))))  # t + t⁺
ABSOLUTE = Network(2, (Node(Pointwise((ABS, ABS)), (0,)), Node(affine([[0, -2], ["-1/4", 0]]), (1,)), Node(Sum(), (0, 2))))  # G11


def max_of_mins(forms: list[list[str]], minima: tuple[tuple[int, ...], ...], maxima: tuple[tuple[int, ...], ...]) -> Network:
    """The network of these affine forms in y (coefficients, then the constant)."""
    negated = affine([[str(-Fraction(t)) for t in form[:-1]] for form in forms], [str(-Fraction(form[-1])) for form in forms])
    n = len(minima)
    signs = Affine(n, tuple(Row((i,), (-1,), 0) for i in range(n)), 1)
    return chain(negated.columns, negated, Max(minima), signs, Max(maxima))


MINIMUM = max_of_mins([["1", "0"], ["1/2", "0"]], ((0, 1),), ((0,),))


def claim(g: Network, f: Network, n: int) -> IsIdentity:
    return IsIdentity(compose(g, f), Reals(n))  # type: ignore[arg-type]


def test_the_smaller_of_two_lines_undoes_a_bend() -> None:
    assert proves(claim(MINIMUM, BEND, 1), MaxOfMins(grown(BEND, Reals(1)), 2))
    assert proves(Injective(BEND, Reals(1)), LeftInverse(MINIMUM), MaxOfMins(grown(BEND, Reals(1)), 2))
    assert compose(MINIMUM, BEND)(point(-3)) == point(-3)


def test_one_line_is_enough_on_one_side() -> None:
    one = max_of_mins([["1/2", "0"]], ((0,),), ((0,),))
    on = box(0, 5)
    assert proves(IsIdentity(compose(one, BEND), on), MaxOfMins(grown(BEND, on), 2))
    rejects("no minimum is seen to be at least coordinate 0|may exceed", claim(one, BEND, 1), MaxOfMins(grown(BEND, Reals(1)), 2))


@pytest.mark.parametrize(
    ("g", "why"),
    [
        (max_of_mins([["1", "0"], ["1/2", "0"]], ((0,), (1,)), ((0, 1),)), "a minimum may exceed coordinate 0"),
        (max_of_mins([["1", "-1"], ["1/2", "-1"]], ((0, 1),), ((0,),)), "no minimum is seen to be at least coordinate 0"),
        (max_of_mins([["1", "0"], ["1/2", "0"]], ((0, 1), (0,)), ((0, 1),)), "a minimum may exceed coordinate 0"),
        (chain(1, *[node.op for node in MINIMUM.nodes[:2]], affine([[1]]), Max(((0,),))), "is not a change of sign"),
        (chain(1, affine([[1]]), Max(((0,),))), "what follows the cut is not"),
    ],
    ids=["a maximum", "shifted", "a group too many", "no signs", "too short"],
)
def test_other_lattices_are_rejected(g: Network, why: str) -> None:
    rejects(why, claim(g, BEND, 1), MaxOfMins(grown(BEND, Reals(1)), 2))


def test_the_tree_of_cells_must_be_one() -> None:
    rejects("several pieces on it", IsIdentity(compose(MINIMUM, BEND), box(-1, 1)), MaxOfMins((-1,), 2))
    rejects("ends after 1 nodes", claim(MINIMUM, BEND, 1), MaxOfMins((-1,), 2))
    rejects("the identity on", Injective(BEND, Reals(1)), MaxOfMins((-1,), 2))


def test_coordinates_are_told_apart() -> None:
    swapped = max_of_mins([["0", "1", "0"], ["1", "0", "0"]], ((0,), (1,)), ((0,), (1,)))
    straight = max_of_mins([["1", "0", "0"], ["0", "1", "0"]], ((0,), (1,)), ((0,), (1,)))
    on = box(-1, 1, 2)
    assert proves(IsIdentity(straight, on), MaxOfMins((-1,), 0))
    rejects("coordinate 0", IsIdentity(swapped, on), MaxOfMins((-1,), 0))


def test_numbers_of_directions_count_with_their_length() -> None:
    double = max_of_mins([["2", "0"]], ((0,),), ((0,),))
    rejects("coordinate 0", claim(double, chain(1), 1), MaxOfMins((-1, -1), 0))
