import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import ABS, RELU, Elu, Sigmoid, Tanh, clip, leaky_relu
from proofs.compose import compose
from proofs.domains import Labels, Reals, contains
from proofs.errors import Rejected
from proofs.exact import vector
from proofs.network import Affine, Argmax, Max, Network, Node, Pointwise, Product, Softmax, Sum, Table
from proofs.statements import Injective, IsIdentity, Surjective
from proofs.theorems import (
    Cancels,
    CancelsInside,
    FixesCells,
    FullRowRank,
    OtherSide,
)
from tests.build import affine, box, chain, point, q
from tests.proofs.cells import grown, random_point, random_question
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in

LEAKY, STEEP = leaky_relu(q("1/2")), leaky_relu(q(2))
PAIR = chain(2, affine([[1, 2], [1, 1], [-3, -6], [-1, -1]], [1, 0, -3, 0]), Pointwise((RELU,) * 4))
UNPAIR = chain(4, affine([[1, 0, "-1/3", 0], [0, 1, 0, -1]], [-1, 0]), affine([[-1, 2], [1, -1]]))


def coupling(sign: int, s: object = RELU) -> Network:
    """(x, y) ↦ (x, y ± 2·σ(3x + 1))."""
    inner = (Node(affine([[3, 0]], [1]), (0,)), Node(Pointwise((s,)), (1,)))  # type: ignore[arg-type]
    return Network(2, (*inner, Node(affine([[0], [2 * sign]]), (2,)), Node(Sum(), (0, 3))))


@pytest.mark.parametrize(
    "f",
    [
        Network(2, ()),
        chain(1, affine([[2]], [1]), affine([["1/2"]], ["-1/2"])),
        chain(1, Pointwise((LEAKY,)), Pointwise((STEEP,))),
        chain(1, affine([[2]]), Pointwise((LEAKY,)), Pointwise((STEEP,)), affine([["1/2"]])),
        chain(1, affine([[1], [1]]), Max(((0, 1),))),
        chain(0),
        Network(1, (Node(affine([["1/2"]]), (0,)), Node(Sum(), (1, 1)))),
        compose(UNPAIR, PAIR),
        compose(coupling(-1), coupling(1)),
        compose(coupling(-1, Tanh()), coupling(1, Tanh())),
        compose(coupling(-1, Elu(q(1), q(2))), coupling(1, Elu(q(1), q(2)))),
    ],
    ids=[
        *("nothing", "affine", "leaky", "nested", "maximum of equal rows", "no inputs", "halves", "pairs of rectifiers"),
        *("coupling", "coupling by tanh", "coupling by elu"),
    ],
)
def test_outputs_that_cancel_leave_the_identity(f: Network) -> None:
    assert proves(IsIdentity(f, Reals(f.arity)), Cancels())


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (chain(1, affine([[2]])), "1 outputs do not cancel"),
        (chain(1, affine([[1]], [1])), "1 outputs do not cancel"),
        (chain(2, affine([[0, 1], [1, 0]])), "2 outputs do not cancel"),
        (chain(1, Pointwise((RELU,)), Pointwise((RELU,))), "1 outputs do not cancel"),
        (chain(1, affine([[1], [2]]), Max(((0, 1),))), "1 outputs do not cancel"),
        (chain(1, Pointwise((Sigmoid(),)), Pointwise((Sigmoid(),))), "1 outputs do not cancel"),
        (chain(1, Pointwise((RELU,)), affine([[1]])), "1 outputs do not cancel"),
        (Network(1, (Node(Product(), (0, 0)),)), "1 outputs do not cancel"),
        (compose(coupling(1), coupling(1)), "1 outputs do not cancel"),
        (compose(coupling(-1, RELU), coupling(1, ABS)), "1 outputs do not cancel"),
        (chain(2, affine([[1, 0], [0, 1]]), Softmax(((0, 1),))), "2 outputs do not cancel"),
        (chain(1, Argmax()), "1 outputs do not cancel"),
    ],
    ids=["double", "shift", "swap", "relu", "maximum", "smooth", "bent", "square", "twice", "other", "softmax", "argmax"],
)
def test_what_does_not_cancel_is_rejected(f: Network, why: str) -> None:
    rejects(why, IsIdentity(f, Reals(f.arity)), Cancels())


def test_cancelling_proves_no_injectivity() -> None:
    rejects("the identity only", Injective(Network(1, ()), Reals(1)), Cancels())


def test_a_table_has_no_normal_form() -> None:
    rejects("the identity only", IsIdentity(Table((0,)), Labels(1)), Cancels())


@settings(max_examples=150)
@given(st.data())
def test_what_cancels_moves_no_point(data: st.DataObject) -> None:
    f = data.draw(networks(arity=1, smooth=False))
    x = data.draw(points_in(1))
    try:
        proves(IsIdentity(f, Reals(1)), Cancels()) if f.width == 1 else None
    except Rejected:
        return
    assert f.width != 1 or f(x) == x


# By cells


def test_a_clip_is_the_identity_between_its_ends() -> None:
    f = chain(2, Pointwise((clip(q(-1), q(1)),) * 2))
    assert proves(IsIdentity(f, box(-1, 1, 2)), FixesCells((-1,)))
    rejects("a generator of a cell is not fixed", IsIdentity(f, box(-1, 2, 2)), FixesCells(grown(f, box(-1, 2, 2))))


def test_directions_are_fixed_with_their_length() -> None:
    f = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, -2]]))  # t for t ≥ 0, 2t below: both directions go to themselves
    rejects("a generator of a cell is not fixed", IsIdentity(f, Reals(1)), FixesCells(grown(f, Reals(1))))


def test_cells_show_the_identity_only() -> None:
    rejects("the identity on", Injective(Network(1, ()), Reals(1)), FixesCells((-1, -1)))


def test_what_the_cells_say_is_true_of_random_points() -> None:
    rng, accepted = random.Random("fixed cells"), 0
    for _ in range(150):
        f, on = random_question(rng)
        back = Affine(f.width, affine([[rng.choice([0, 1]) for _ in range(f.width)] for _ in range(f.arity)], columns=f.width).rows, 1)
        g = compose(chain(f.width, back), f)
        claim = IsIdentity(g, on)
        try:
            proves(claim, FixesCells(grown(g, on)))  # type: ignore[arg-type]
        except Rejected:
            continue
        accepted += 1
        for _ in range(5):
            x = random_point(rng, g.arity)
            assert not contains(on, vector(x)) or g(x) == x
    assert accepted


# Inside


def test_what_cancels_inside_is_left_out() -> None:
    shear, back, double, half = (
        chain(2, affine(w)) for w in ([[1, 1], [0, 1]], [[1, -1], [0, 1]], [[2, 0], [0, 2]], [["1/2", 0], [0, "1/2"]])
    )
    h = compose(half, compose(back, compose(shear, double)))
    goals = CancelsInside(1, 3).reduce(IsIdentity(h, box(0, 1, 2)))
    assert goals == (IsIdentity(compose(back, shear), Reals(2)), IsIdentity(compose(half, double), box(0, 1, 2)))
    assert proves(IsIdentity(h, box(0, 1, 2)), CancelsInside(1, 3), Cancels(), Cancels())
    rejects("do not increase", IsIdentity(h, Reals(2)), CancelsInside(3, 1), Cancels(), Cancels())
    rejects("outputs do not cancel", IsIdentity(h, Reals(2)), CancelsInside(1, 2), Cancels(), Cancels())
    rejects("is the identity", Injective(h, Reals(2)), CancelsInside(1, 3), Cancels(), Cancels())


def test_what_is_inside_must_be_between_two_cuts_and_of_one_width() -> None:
    wide = compose(UNPAIR, PAIR)
    rejects("the part inside maps 2 numbers to 4", IsIdentity(wide, Reals(2)), CancelsInside(0, 1), Cancels(), Cancels())
    past = Network(1, (Node(affine([[2]]), (0,)), Node(affine([["1/2"]]), (1,)), Node(Sum(), (0, 2)), Node(affine([["1/2"]]), (3,))))
    rejects("reads a value before it", IsIdentity(past, Reals(1)), CancelsInside(1, 2), Cancels(), Cancels())


# The other side


def test_an_onto_map_makes_a_left_inverse_a_right_one() -> None:
    h = chain(1, affine([["1/2"]]), affine([[2]]))
    steps = (OtherSide(1, Reals(1)), FullRowRank(3, (0,), ((2,),)), Cancels())
    assert proves(IsIdentity(h, Reals(1)), *steps)
    assert proves(IsIdentity(h, box(0, 1)), *steps)


def test_the_other_side_needs_that_the_map_is_onto() -> None:
    h = compose(PAIR, UNPAIR)
    goals = OtherSide(2, Reals(2)).reduce(IsIdentity(h, Reals(4)))
    assert goals == (Surjective(PAIR, Reals(2), Reals(4)), IsIdentity(compose(UNPAIR, PAIR), Reals(2)))
    rejects("cut 7", IsIdentity(h, Reals(4)), OtherSide(7, Reals(2)))
    rejects("about the identity", Injective(h, Reals(4)), OtherSide(2, Reals(2)))


def test_points_of_an_inverse_that_holds_on_a_box() -> None:
    assert compose(UNPAIR, PAIR)(point(3, -4)) == point(3, -4)
