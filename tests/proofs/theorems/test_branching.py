"""Branch and bound by hand: what closes a case, and what does not."""

import pytest

from proofs.activations import RELU, Sigmoid
from proofs.domains import Integers, Labels, Polytope, Reals, Simplex
from proofs.network import Argmax, Max, Network, Pointwise, Table
from proofs.relaxation import Combination
from proofs.statements import Injective, MapsInto, Not, Reached, Statement
from proofs.theorems.branching import BranchAndBound, Case, Closed, Cut, Tighten
from tests.build import affine, box, chain, grid, point, q
from tests.proofs.theorems.cases import proves, rejects

ZERO = chain(1, affine([[1], [1]]), Pointwise((RELU, RELU)), affine([[1, -1]]))  # x⁺ − x⁺
SUM = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 1]]))  # |x|
CURVED = chain(1, Pointwise((Sigmoid(),)))
MIDDLE = chain(1, affine([[1], [0], [-1]], [0, "-1/4", 0]), Argmax())  # the middle one never wins
QUADRANT = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))


def by(*u: int | str, slopes: object = (), multipliers: object = (), sides: object = ()) -> Combination:
    return Combination(point(*u), slopes, multipliers, sides)  # type: ignore[arg-type]


def closed(*u: int | str, **more: object) -> Closed:
    return Closed((by(*u, **more),))


def missed(f: Network, on: object, *y: int | str) -> Statement:
    return Not(Reached(f, on, point(*y)))  # type: ignore[arg-type]


def test_lines_below_the_units_exclude_a_value() -> None:
    assert proves(missed(SUM, Reals(1), -1), BranchAndBound((closed(1),)))
    assert proves(missed(SUM, Reals(1), "-1/1000"), BranchAndBound((closed(1, slopes=((2, 0, q("1/2")), (2, 1, q("1/2")))),)))


def test_cases_of_units_exclude_a_value_of_the_line() -> None:
    on_second = closed(-1, multipliers=((1, 1, q(1)),))
    off_second = closed(-1, multipliers=((1, 1, q(-1)),))
    second = Cut(1, 1, q(0))
    tree = (Cut(1, 0, q(0)), second, closed(-1), on_second, second, off_second, closed(-1))
    assert proves(missed(ZERO, Reals(1), 1), BranchAndBound(tree))
    rejects("a bound that is infinite", missed(ZERO, Reals(1), 1), BranchAndBound((*tree[:5], closed(-1), closed(-1))))


def test_bounds_of_the_box_exclude_a_value() -> None:
    assert proves(missed(SUM, box(-1, 1), 2), BranchAndBound((Cut(0, 0, q(0)), closed(-1), closed(-1))))
    rejects("case 0 is not closed", missed(SUM, box(-1, 1), 2), BranchAndBound((closed(-1),)))  # both units up to 1 each
    assert proves(missed(SUM, box(-1, 1), 2), BranchAndBound((closed(-1, slopes=((2, 0, q("1/2")), (2, 1, q("1/2")))),)))


def test_a_smooth_activation_is_bounded_by_its_lines() -> None:
    goal = missed(chain(1, Pointwise((Sigmoid(),)), affine([[1]], ["1/4"])), box(-1, 1), 1)
    assert proves(goal, BranchAndBound((closed(-1, slopes=((1, 0, q("1/5")),)),)))
    unbounded = missed(CURVED, Reals(1), 2)
    assert proves(unbounded, BranchAndBound((closed(-1),)))
    rejects("no line with the slope 1/5 is known to lie above", unbounded, BranchAndBound((closed(-1, slopes=((1, 0, q("1/5")),)),)))


def test_a_tightened_bound_helps_what_follows() -> None:
    f = chain(2, affine([[1, 0], [1, 0]]), affine([[1, -1]]), Pointwise((RELU,)))  # (x − x)⁺
    goal = missed(f, box(0, 1, 2), 1)
    rejects("case 0 is not closed", goal, BranchAndBound((closed(-1),)))
    assert proves(goal, BranchAndBound((Tighten(2, 0, -1, by(-1)), closed(-1))))
    rejects("not the coordinate that is bounded", goal, BranchAndBound((Tighten(2, 0, -1, by(1)), closed(-1))))
    rejects("sign of a bound is 1 or −1, not 0", goal, BranchAndBound((Tighten(2, 0, 0, by(0)), closed(-1))))


def test_a_label_that_is_beaten_by_others_in_turn_is_never_reached() -> None:
    """|x| against 1/4 − … : for x ≥ 0 the first label wins, for x ≤ 0 the last one."""
    goal = missed(MIDDLE, box(-9, 9), 1)
    assert proves(goal, BranchAndBound((Cut(0, 0, q(0)), closed(0, -1, 1), closed(1, -1, 0))))
    assert proves(goal, BranchAndBound((closed("1/2", -1, "1/2"),)))
    rejects("does not compare the label 1", goal, BranchAndBound((closed(1, 0, 0),)))
    rejects("does not compare the label 1", goal, BranchAndBound((closed(-1, 0, 1),)))
    rejects("not a label below 3", missed(MIDDLE, box(-9, 9), 3), BranchAndBound((closed(0, 0, 0),)))


def test_a_tie_goes_to_the_first_label() -> None:
    equal = chain(1, affine([[1], [1]]), Argmax())
    assert proves(missed(equal, Reals(1), 1), BranchAndBound((closed(1, -1),)))
    rejects("case 0 is not closed", missed(equal, Reals(1), 0), BranchAndBound((closed(-1, 1),)))
    rejects("case 0 is not closed", missed(equal, Reals(1), 1), BranchAndBound((closed(0, 0),)))


def test_a_label_that_is_largest_only_where_an_earlier_one_is_as_large_is_never_reached() -> None:
    line = chain(1, affine([[1], [0], [-1]]), Argmax())
    assert proves(missed(line, Reals(1), 1), BranchAndBound((closed(1, -2, 1),)))
    first = chain(1, affine([[0], [1], [-1]]), Argmax())
    assert first(point(0)) == point(0)
    rejects("case 0 is not closed", missed(first, Reals(1), 0), BranchAndBound((closed(-2, 1, 1),)))


def test_the_cases_of_an_input_on_a_grid_leave_out_what_lies_between() -> None:
    between = chain(1, affine([[-1], [0], [1]], ["1/4", 0, "-3/4"]), Argmax())  # label 1 from 1/4 to 3/4
    for at in ("0", "1/2", "3/4"):
        tree = BranchAndBound((Cut(0, 0, q(at)), closed(1, -1, 0), closed(0, -1, 1)))
        assert proves(missed(between, grid(0, 9), 1), tree)
        rejects("case 1 is not closed" if at != "0" else "case 2", missed(between, box(0, 9), 1), tree)
    rejects("case 2 is not closed", missed(between, grid(0, 9, step="1/2"), 1), BranchAndBound((Cut(0, 0, q(0)), *tree.cases[1:])))
    assert proves(missed(between, Integers(1), 1), tree)
    above = BranchAndBound((Cut(0, 0, q("1/2")), closed(0, -1, 1)))  # of {1, …, 9} nothing lies below
    assert proves(missed(between, grid(1, 9), 1), above)
    rejects("case 1 is not closed", missed(between, grid(0, 9), 1), above)
    rejects("outside the bounds", missed(between, box(1, 9), 1), above)
    rejects("no coordinate 1", missed(between, grid(0, 9), 1), BranchAndBound((Cut(0, 1, q(0)), *tree.cases[1:])))
    rejects("no coordinate -1", missed(between, grid(0, 9), 1), BranchAndBound((Cut(0, -1, q(0)), *tree.cases[1:])))


def test_an_image_stays_inside_half_spaces() -> None:
    half_line = Polytope(1, (point(-1),), point(0))
    assert proves(MapsInto(SUM, Reals(1), half_line), BranchAndBound((closed(1),)))
    assert proves(MapsInto(SUM, box(-1, 1), box(0, 2)), BranchAndBound((Closed((by(-1), by(1))),)))
    rejects("1 combinations for 2 half-spaces", MapsInto(SUM, box(-1, 1), box(0, 2)), BranchAndBound((closed(-1),)))
    rejects("not that of the half-space", MapsInto(SUM, Reals(1), half_line), BranchAndBound((closed(2),)))
    rejects("a box or a polytope only", MapsInto(SUM, Reals(1), Labels(2)), BranchAndBound((closed(1),)))
    rejects("inside a box or a polytope only", MapsInto(SUM, Reals(1), Simplex(1)), BranchAndBound((closed(1),)))


def test_sides_of_a_polytope_are_used() -> None:
    f = chain(2, affine([[1, 1]]))
    assert proves(missed(f, QUADRANT, -1), BranchAndBound((closed(1, sides=((0, q(1)), (1, q(1)))),)))
    rejects("uses a bound that is infinite", missed(f, Polytope(2, (point(-1, -1),), point(0)), -1), BranchAndBound((closed(1),)))
    assert proves(missed(f, Polytope(2, (point(-1, -1),), point(0)), -1), BranchAndBound((closed(1, sides=((0, q(1)),)),)))
    rejects("side 0 with the multiplier -1", missed(f, QUADRANT, -1), BranchAndBound((closed(1, sides=((0, q(-1)),)),)))
    rejects("side 2 with the multiplier 1", missed(f, QUADRANT, -1), BranchAndBound((closed(1, sides=((2, q(1)),)),)))


def test_a_maximum_is_at_least_a_member_of_it() -> None:
    f = chain(2, affine([[1, 0], [0, 1], [0, 0]], [0, 0, 5]), Max(((0, 1), (0, 2))), affine([[0, 1]]))
    assert proves(missed(f, Reals(2), 4), BranchAndBound((closed(1),)))
    rejects("infinite", missed(f, Reals(2), 6), BranchAndBound((closed(-1),)))


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ((), "ends after 0 cases, where some are open"),
        ((Cut(1, 0, q(0)), closed(1)), "ends after 2 cases"),
        ((closed(1), closed(1)), "has 2 cases, 1 of them are used"),
        ((Cut(4, 0, q(0)), closed(1), closed(1)), "there is no coordinate 0 of value 4"),
        ((Cut(1, -1, q(0)), closed(1), closed(1)), "there is no coordinate -1 of value 1"),
        ((Cut(0, 0, q(5)), closed(1), closed(1)), "a cut lies outside the bounds of what it cuts"),
        ((closed(1, 1),), "the functional needs 1 coordinates"),
        ((closed(-1, multipliers=((1, 0, q(1)),)),), "case 0 is not closed"),
        ((closed(1, multipliers=((1, 9, q(1)),)),), "there is no coordinate 9 of value 1"),
        ((Closed(()),), "a value is excluded by one combination, not by 0"),
    ],
)
def test_a_tree_that_does_not_fit_is_rejected(cases: tuple[Case, ...], why: str) -> None:
    rejects(why, missed(SUM, box(-1, 1), -1), BranchAndBound(cases))


def test_only_its_own_goals_are_proved() -> None:
    rejects("only", Injective(SUM, Reals(1)), BranchAndBound((closed(1),)))
    rejects(
        "only networks in exact arithmetic have values inside",
        Not(Reached(Table((0, 1)), Labels(2), point(7))),
        BranchAndBound((closed(1),)),
    )


def test_a_case_without_points_is_closed_by_a_contradiction() -> None:
    f = chain(1, affine([[1], [1]]), affine([[1, 1]]))  # 2x
    low = closed(-1, multipliers=((1, 0, q(-2)),))
    empty = closed(0, multipliers=((1, 0, q(1)), (1, 1, q(-1))))  # x ≥ 1/2 and x ≤ 1/4
    tree = (Cut(1, 0, q("1/2")), low, Cut(1, 1, q("1/4")), empty, closed(0))
    rejects("case 4 is not closed", missed(f, box(0, 1), "3/2"), BranchAndBound(tree))  # it is reached
    assert proves(missed(f, box(0, 1), 3), BranchAndBound((*tree[:4], closed(-1))))
