"""Onto ℝ by two ends, onto ℝⁿ by growth, onto the simplex; ends of open ranges."""

import pytest

from proofs.activations import RELU, Atan, Elu, Exp, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, Tanh, leaky_relu
from proofs.domains import Labels, Polytope, Reals, Simplex
from proofs.network import Argmax, Max, Network, Node, Op, Pointwise, Product, Softmax, Sum, Table
from proofs.statements import Injective, Not, Reached, Surjective
from proofs.theorems import (
    Coercive,
    MaximumOnto,
    MissedBefore,
    MonotoneLayer,
    OpenRange,
    OppositeEnds,
    Separator,
    SoftmaxOnto,
    StaysInside,
)  # fmt: skip
from proofs.theorems.onto import asymptotic
from tests.build import affine, box, chain, layer, point, q
from tests.proofs.theorems.cases import proves, rejects

DIFFERENCE = chain(2, affine([[1, 1], [1, 0]], [3, -5]), Pointwise((RELU, RELU)), affine([[1, -1]], [7]))
BELOW = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Pointwise((RELU,) * 3), affine([[1, 1, -1]]))  # ≥ 0
I2 = (point(1, 0), point(0, 1))


def plus(n: int, *branch: Op) -> Network:
    """x + branch(x)."""
    return Network(n, (*(Node(op, (i,)) for i, op in enumerate(branch)), Node(Sum(), (0, len(branch)))))


def test_directions_of_both_signs_reach_the_whole_line() -> None:
    assert proves(Surjective(DIFFERENCE, Reals(2), Reals(1)), OppositeEnds(point(1, -1), point(0, 1)))
    rejects("the slope 0 at infinity", Surjective(DIFFERENCE, Reals(2), Reals(1)), OppositeEnds(point(0, -1), point(0, 1)))
    rejects("the slope 1 at infinity", Surjective(BELOW, Reals(2), Reals(1)), OppositeEnds(point(1, -1), point(1, -1)))
    rejects("has 1 coordinates, there are 2", Surjective(BELOW, Reals(2), Reals(1)), OppositeEnds(point(1), point(1)))


def test_points_at_both_ends_reach_an_interval() -> None:
    total = chain(2, affine([[1, 1]]))
    assert proves(Surjective(total, box(0, 1, 2), box(0, 2)), OppositeEnds(point(0, 0), point(1, 1)))
    assert proves(Surjective(total, Polytope(2, I2, point(1, 1)), box(-1, 2)), OppositeEnds(point(0, -1), point(1, 1)))
    rejects("outside the domain", Surjective(total, box(0, 1, 2), box(0, 3)), OppositeEnds(point(0, 0), point(2, 1)))
    rejects("the end 3 of the codomain", Surjective(total, box(0, 1, 2), box(0, 3)), OppositeEnds(point(0, 0), point(1, 1)))
    rejects("the domain is not ℝⁿ", Surjective(total, box(0, 1, 2), Reals(1)), OppositeEnds(point(0, 0), point(1, 1)))
    half = Polytope(1, (point(-1),), point(0))
    assert proves(Surjective(BELOW, Reals(2), half), OppositeEnds(point(0, 0), point(1, -1)))


def test_smooth_functions_have_ends_too() -> None:
    assert proves(Surjective(layer(Tanh()), Reals(1), box("-1/2", "1/2")), OppositeEnds(point(-1), point(1)))
    rejects("the end 1 of the codomain", Surjective(layer(Tanh()), Reals(1), box(0, 1)), OppositeEnds(point(0), point(50)))
    f = chain(1, affine([[1], [-1]]), Pointwise((Softplus(), Elu(q(1), q(2)))), affine([[1, -1]]))
    assert proves(Surjective(f, Reals(1), Reals(1)), OppositeEnds(point(-1), point(1)))
    rejects("growth of Exp is not linear", Surjective(layer(Exp()), Reals(1), Reals(1)), OppositeEnds(point(-1), point(1)))


def test_two_ends_are_not_enough_elsewhere() -> None:
    steps = chain(1, affine([[1], [0]]), Argmax())
    rejects("an argmax is not continuous", Surjective(steps, Reals(1), box(0, 1)), OppositeEnds(point(1), point(-1)))
    rejects("with one output", Surjective(chain(2, affine(I2)), Reals(2), Reals(2)), OppositeEnds(point(-1, -1), point(1, 1)))
    rejects("with one output", Surjective(Table((0, 1)), Labels(2), Labels(2)), OppositeEnds(point(0), point(1)))


@pytest.mark.parametrize(
    "f",
    [
        plus(1, affine([[-1]]), Pointwise((Tanh(),)), affine([[3]])),  # G27
        plus(2, affine([[3, 1], [2, 5]]), Pointwise((Sigmoid(), Atan())), affine([[9, -7], [4, 4]])),
        plus(2, Pointwise((RELU, RELU)), affine([["-1/2", "1/4"], ["1/4", "1/2"]])),
        plus(2, Softmax(((0, 1),))),
        plus(1, Pointwise((Reciprocal(q(1)),))),
        chain(2, affine(I2), Pointwise((leaky_relu(q("1/3")),) * 2)),
        plus(1, Pointwise((Softplus(),)), affine([["1/2"]])),
    ],
    ids=["overshooting", "bounded", "small growth", "softmax", "reciprocal", "leaky", "softplus"],
)
def test_a_network_close_to_the_identity_far_out_is_onto(f: Network) -> None:
    n = f.arity
    identity = tuple(tuple(q(int(i == j)) for j in range(n)) for i in range(n))
    assert proves(Surjective(f, Reals(n), Reals(n)), Coercive(identity))


def test_the_matrix_may_be_another_one() -> None:
    f = chain(2, affine([[0, 2], [1, 0]]), Pointwise((leaky_relu(q("1/3")), leaky_relu(q("1/2")))))
    rejects("row 0: x − M·f", Surjective(f, Reals(2), Reals(2)), Coercive(I2))
    assert proves(Surjective(f, Reals(2), Reals(2)), Coercive((point(0, 1), point("1/2", 0))))


def test_growth_that_is_too_fast_is_rejected() -> None:
    relu = plus(1, Pointwise((RELU,)), affine([[-2]]))  # x for x < 0, −x for x > 0: not onto
    rejects("row 0", Surjective(relu, Reals(1), Reals(1)), Coercive((point(1),)))
    flat = chain(1, Pointwise((PiecewiseAffine((q(0),), ((q(0), q(0)), (q(2), q(0)))),)))  # 2·relu: |x − f(x)| = |x|
    rejects("row 0", Surjective(flat, Reals(1), Reals(1)), Coercive((point(1),)))
    rejects("not a matrix of 1 rows", Surjective(relu, Reals(1), Reals(1)), Coercive(I2))
    rejects(r"maps ℝ\^2 to ℝ\^1", Surjective(BELOW, Reals(2), Reals(1)), Coercive(I2))
    rejects("onto ℝⁿ only", Surjective(relu, box(0, 1), box(0, 1)), Coercive((point(1),)))
    rejects("growth of Product", Surjective(Network(1, (Node(Product(), (0, 0)),)), Reals(1), Reals(1)), Coercive((point(1),)))


def test_what_is_bounded_does_not_count_far_out() -> None:
    f = chain(2, affine(I2, [5, 6]), Pointwise((Softplus(), Elu(q(1), q(3)))), Max(((0, 1),)))
    assert asymptotic(f)((2, 3)) == (9,)
    assert asymptotic(f)((-2, -3)) == (0,)


def test_maxima_with_members_of_their_own_are_onto() -> None:
    assert proves(Surjective(chain(5, Max(((0, 1, 2), (2, 3), (2, 4, 4)))), Reals(5), Reals(3)), MaximumOnto())
    rejects("the group 1 is in another", Surjective(chain(3, Max(((0, 1), (1,)))), Reals(3), Reals(2)), MaximumOnto())
    rejects("one layer of maxima", Surjective(chain(2, Max(((0,), (1,)))), box(0, 1, 2), Reals(2)), MaximumOnto())


def test_softmax_is_onto_the_simplex() -> None:
    soft = chain(2, Softmax(((0, 1),)))
    assert proves(Surjective(soft, Reals(2), Simplex(2)), SoftmaxOnto())
    assert proves(Surjective(soft, Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0)), Simplex(2)), SoftmaxOnto())
    rejects("moves into the domain", Surjective(soft, Polytope(2, (point(1, 0),), point(0)), Simplex(2)), SoftmaxOnto())
    rejects("moves into the domain", Surjective(soft, box(0, 1, 2), Simplex(2)), SoftmaxOnto())
    rejects("one softmax", Surjective(chain(2, Softmax(((0,), (1,)))), Reals(2), Simplex(2)), SoftmaxOnto())


@pytest.mark.parametrize(
    ("last", "end"),
    [(Sigmoid(), 0), (Sigmoid(), 1), (Tanh(), -1), (Tanh(), 1), (Softplus(), 0), (Exp(), 0), (Elu(q(2), q(3)), -6), (Reciprocal(q(2)), 0)],
    ids=str,
)
def test_the_end_of_an_open_range_is_missed(last: object, end: int) -> None:
    f = chain(1, affine([[5]]), Pointwise((last,)))  # type: ignore[arg-type]
    assert proves(Not(Reached(f, Reals(1), point(end))), OpenRange(0))
    rejects("not known to be an end", Not(Reached(f, Reals(1), point("1/7"))), OpenRange(0))


def test_softmax_is_positive() -> None:
    soft = chain(2, Softmax(((0, 1),)))
    assert proves(Not(Reached(soft, Reals(2), point(0, 1))), OpenRange(0))
    rejects("not known to be an end", Not(Reached(soft, Reals(2), point(0, 1))), OpenRange(1))
    rejects("no coordinate 2", Not(Reached(soft, Reals(2), point(0, 1))), OpenRange(2))
    rejects("misses a value only", Injective(soft, Reals(2)), OpenRange(0))


def test_what_is_missed_before_an_injective_part_is_missed() -> None:
    f = chain(2, affine([[1, 1], [1, 1]]), Pointwise((leaky_relu(q("1/2")),) * 2), affine([[1, 1], [0, 1]]))
    rest = (MonotoneLayer(),)
    cut = MissedBefore(1, Reals(2), point(0, 1))
    goal = Not(Reached(chain(2, *[node.op for node in f.nodes[:2]]), Reals(2), point(0, 1)))
    assert proves(goal, cut, StaysInside(), *rest, Separator(point(1, -1)))
    rejects("is not sent to the value", Not(Reached(f, Reals(2), point(0, 1))), MissedBefore(1, Reals(2), point(0, 2)))
    rejects("does not lie in the set between", goal, MissedBefore(1, box(2, 3, 2), point(0, 1)))
    rejects("that a value is missed only", Injective(f, Reals(2)), cut)
