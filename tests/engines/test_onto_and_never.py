"""Onto by two ends and by growth; values and labels that are never reached, by branch and bound."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from bijection.engines.onto.branching import by_branching
from bijection.engines.onto.ends import by_ends, by_growth, by_open_range
from bijection.engines.onto.labels import by_labels
from bijection.engines.onto.values import by_missed_value
from bijection.engines.proposal import Engine
from bijection.engines.structure.growth import coercive
from bijection.questions import reached_labels
from bijection.verdict import Missed, Proved, Refuted
from proofs.activations import RELU, Activation, Elu, Sigmoid, Softplus, Tanh, leaky_relu
from proofs.domains import Labels, Polytope, Reals, Simplex, contains
from proofs.exact import vector
from proofs.network import Argmax, Max, Network, Node, Op, Softmax, Sum
from proofs.statements import MapsInto, Positive, Reached, Surjective
from tests.engines.asking import verdicts
from tests.networks.build import affine, box, chain, each, point, polytope, relu
from tests.networks.truth import truth


def proves(engine: Engine, goal: Positive) -> bool:
    return any(isinstance(v, Proved) for v in verdicts(engine, goal))


def refutes(engine: Engine, goal: Positive) -> bool:
    return any(isinstance(v, Refuted) for v in verdicts(engine, goal))


def dense(rng: random.Random, *widths: int, s: Activation = RELU) -> tuple[Op, ...]:
    """Random layers with activations between them."""
    ops: list[Op] = []
    for n, m in pairwise(widths):
        rows = [[Fraction(rng.randint(-8, 8), 8) for _ in range(n)] for _ in range(m)]
        ops += [affine(rows, [Fraction(rng.randint(-8, 8), 8) for _ in range(m)]), each(s, m)]
    return tuple(ops[:-1])


def plus(n: int, *branch: Op) -> Network:
    return Network(n, (*(Node(op, (i,)) for i, op in enumerate(branch)), Node(Sum(), (0, len(branch)))))


LOSES_IN_TURN = chain(1, affine([[1], [-1]]), relu(2), affine([[1, -1], ["1/2", "1/2"], [-1, 1]], [0, "-1/4", 0]), Argmax())


def test_a_label_that_loses_to_others_in_turn_is_refuted_and_the_others_are_shown() -> None:
    found = reached_labels(LOSES_IN_TURN, box(-9, 9), within=None)
    assert [type(found[label]) for label in range(3)] == [Proved, Refuted, Proved]
    for label in (0, 2):
        (x,) = found[label].inputs  # type: ignore[union-attr]
        assert LOSES_IN_TURN(x) == point(label)
    (verdict,) = verdicts(by_labels, Surjective(LOSES_IN_TURN, Reals(1), Labels(3)))
    assert verdict.counterexample == Missed(point(1))


@pytest.mark.parametrize("s", [RELU, Sigmoid(), Tanh(), Softplus(), Elu(Fraction(1), Fraction(1))], ids=lambda s: type(s).__name__)
def test_what_is_far_outside_is_excluded_and_the_samples_are_not(s: Activation) -> None:
    rng = random.Random(5)
    f = chain(4, *dense(rng, 4, 8, 6, 2, s=s))
    inside = f((0, 0, 0, 0)) if s is RELU else None
    assert refutes(by_branching, Reached(f, box(-1, 1, 4), point(9, -9)))
    if inside is not None:
        assert not refutes(by_branching, Reached(f, box(-1, 1, 4), inside))


def test_branch_and_bound_agrees_with_z3_on_small_networks() -> None:
    rng = random.Random(7)
    closed = 0
    for _ in range(30):
        f = chain(2, *dense(rng, 2, 4, 3, 1))
        on = rng.choice([box(-1, 1, 2), Reals(2), polytope([[1, 1], [-1, 0], [0, -1]], [1, 0, 0])])
        goal = Reached(f, on, point(Fraction(rng.randint(-12, 12), 4)))
        found = refutes(by_branching, goal)
        closed += found
        assert not (found and truth(goal))
    assert closed > 8


def test_an_image_on_one_side_of_a_plane_is_seen() -> None:
    f = chain(2, *dense(random.Random(1), 2, 6, 1))
    tent = chain(1, affine([[1], [-1]]), relu(2), affine([[-1, -1]], [3]))
    assert proves(by_branching, MapsInto(tent, Reals(1), Polytope(1, (point(1),), point(3))))
    assert not proves(by_branching, MapsInto(tent, Reals(1), Polytope(1, (point(1),), point("299/100"))))
    assert proves(by_branching, MapsInto(f, box(-1, 1, 2), Polytope(1, (point(1),), point(99))))


def test_many_inputs_and_one_output() -> None:
    rng = random.Random(3)
    f = chain(50, *dense(rng, 50, 30, 20, 1))
    assert proves(by_ends, Surjective(f, Reals(50), Reals(1)))
    below = chain(8, affine([[int(i == j) for j in range(8)] for i in range(8)] + [[1] * 8]), relu(9), affine([[1] * 8 + [-1]]))
    (verdict,) = verdicts(by_ends, Surjective(below, Reals(8), Reals(1)))
    assert isinstance(verdict.counterexample, Missed)
    assert verdict.counterexample.value[0] < 0
    assert proves(by_ends, Surjective(below, box(-1, 1, 8), box(0, 4)))
    assert not proves(by_ends, Surjective(below, box(-1, 1, 8), box(0, 5)))


def test_residual_blocks_are_onto_where_their_growth_is_small() -> None:
    rng = random.Random(4)
    bounded = plus(12, *dense(rng, 12, 20, s=Tanh()), each(Tanh(), 20), *dense(rng, 20, 12))
    assert proves(by_growth, Surjective(bounded, Reals(12), Reals(12)))
    fold = plus(1, each(RELU, 1), affine([[-2]]))
    assert not proves(by_growth, Surjective(fold, Reals(1), Reals(1)))
    leaky = chain(3, affine([[0, 2, 0], [1, 0, 0], [0, 0, 3]]), each(leaky_relu(Fraction(1, 3)), 3))
    assert coercive(leaky) is not None
    assert proves(by_growth, Surjective(leaky, Reals(3), Reals(3)))
    assert coercive(chain(2, affine([[1, 1], [1, 1]]))) is None


def test_softmax_and_open_ranges() -> None:
    soft = chain(3, relu(3), Softmax(((0, 1, 2),)))
    assert proves(by_growth, Surjective(soft, Reals(3), Simplex(3)))
    assert refutes(by_open_range, Surjective(chain(1, each(Sigmoid(), 1)), Reals(1), box(0, 1)))
    assert not refutes(by_open_range, Surjective(chain(1, each(Sigmoid(), 1)), Reals(1), box("1/4", "3/4")))
    assert refutes(by_open_range, Reached(chain(1, each(Tanh(), 1)), Reals(1), point(1)))


def test_what_a_singular_matrix_misses_is_carried_through_injective_layers() -> None:
    rng = random.Random(6)
    rows = [[Fraction(rng.randint(-8, 8), 8) for _ in range(7)] for _ in range(6)]
    f = chain(7, affine([*rows, rows[0]]), each(leaky_relu(Fraction(1, 10)), 7), *dense(rng, 7, 7))
    (verdict,) = verdicts(by_missed_value, Surjective(f, Reals(7), Reals(7)))
    assert isinstance(verdict.counterexample, Missed)


def test_maxima_are_left_to_others() -> None:
    assert verdicts(by_missed_value, Surjective(chain(2, Max(((0, 1),))), Reals(2), Reals(1))) == []


def test_values_of_bounded_codomains_that_lie_far_from_the_image_are_missed_on_many_inputs() -> None:
    rng = random.Random(12)
    f = chain(9, *dense(rng, 9, 10, 2))
    near = f((0,) * 9)
    around = type(box(0, 1, 2))(tuple(t - 40 for t in near), tuple(t + 40 for t in near))
    (verdict,) = verdicts(by_missed_value, Surjective(f, box(-1, 1, 9), around))
    assert isinstance(verdict.counterexample, Missed)
    below = polytope([[1, 0], [0, 1], [-1, -1]], [*near, Fraction(60) - sum(near)])
    (verdict,) = verdicts(by_missed_value, Surjective(f, box(-1, 1, 9), below))
    assert isinstance(verdict.counterexample, Missed)
    assert contains(below, vector(verdict.counterexample.value))


def test_one_output_takes_all_values_along_directions_of_an_unbounded_polytope() -> None:
    rng = random.Random(3)
    f = plus(8, *dense(rng, 8, 6, s=Tanh()), each(Tanh(), 6), *dense(rng, 6, 8))
    f = Network(8, (*f.nodes, Node(affine([[1, 2, -1, 0, 1, 0, 3, 1]]), (len(f.nodes),))))
    half = polytope([[1, 0, 0, 0, 0, 0, 0, 0]], [1])
    orthant = polytope([[-int(i == j) for j in range(8)] for i in range(8)], [0] * 8)
    for on in (half, orthant):
        for onto in (Reals(1), polytope([[1]], [-5]), polytope([[-1]], [-7]), box(-9, 9)):
            assert proves(by_ends, Surjective(f, on, onto))
    upward = polytope([[-1, 0, 0, 0, 0, 0, 0, 0]], [2])
    first = Network(8, (*f.nodes[:-1], Node(affine([[1, 0, 0, 0, 0, 0, 0, 0]]), (len(f.nodes) - 1,))))
    assert proves(by_ends, Surjective(first, upward, polytope([[-1]], [-90])))
    assert not proves(by_ends, Surjective(first, upward, Reals(1)))


def test_one_output_on_a_bounded_polytope_without_a_box_around_it_is_no_line() -> None:
    f = plus(2, affine([[1, 2], [2, -1]]), each(Tanh(), 2))
    f = Network(2, (*f.nodes, Node(affine([[2, 1]]), (len(f.nodes),))))
    assert refutes(by_missed_value, Surjective(f, polytope([[1, 1], [-1, 0], [0, -1]], [3, 1, 1]), Reals(1)))


def test_points_of_a_flat_polytope() -> None:
    segment = polytope([[1, 1], [-1, -1], [-1, 0], [0, -1]], [1, -1, 2, 2])
    assert proves(by_ends, Surjective(chain(2, affine([[1, 0]])), segment, box("1/4", "3/4")))
    assert not proves(by_ends, Surjective(chain(2, affine([[1, 1]])), segment, box(0, 1)))
