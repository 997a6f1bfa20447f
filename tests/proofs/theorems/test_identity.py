import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.activations import IDENTITY, RELU, PiecewiseAffine, Sigmoid, leaky_relu, value
from proofs.domains import Labels, Reals
from proofs.errors import Rejected
from proofs.limits import Meter
from proofs.network import Max, Network, Node, Pointwise, Sum, Table
from proofs.statements import Injective, IsIdentity
from proofs.theorems import Cancels
from proofs.theorems.identity import _after
from tests.build import affine, chain, q
from tests.proofs.theorems.cases import proves, rejects
from tests.strategies import networks, points_in, rationals, zigzags


@pytest.mark.parametrize(
    "f",
    [
        Network(2, ()),
        chain(1, affine([[2]], [1]), affine([["1/2"]], ["-1/2"])),
        chain(1, Pointwise((leaky_relu(q("1/2")),)), Pointwise((leaky_relu(q(2)),))),
        chain(1, affine([[2]]), Pointwise((leaky_relu(q("1/2")),)), Pointwise((leaky_relu(q(2)),)), affine([["1/2"]])),
        chain(1, affine([[1], [1]]), Max(((0, 1),))),
        chain(0),
    ],
    ids=["nothing", "affine", "leaky", "nested", "maximum of equal rows", "no inputs"],
)
def test_neighbours_that_cancel_leave_the_identity(f: Network) -> None:
    assert proves(IsIdentity(f, Reals(f.arity)), Cancels())


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (chain(1, affine([[2]])), "1 operations do not cancel"),
        (chain(1, affine([[1]], [1])), "1 operations do not cancel"),
        (chain(2, affine([[0, 1], [1, 0]])), "1 operations do not cancel"),
        (chain(1, Pointwise((RELU,)), Pointwise((RELU,))), "1 operations do not cancel"),
        (chain(1, affine([[1], [2]]), Max(((0, 1),))), "2 operations do not cancel"),
        (Network(1, (Node(affine([["1/2"]]), (0,)), Node(Sum(), (1, 1)))), "the network is not a chain"),
        (chain(1, Pointwise((Sigmoid(),)), Pointwise((Sigmoid(),))), "only piecewise-affine activations are composed exactly"),
    ],
    ids=["double", "shift", "swap", "relu", "maximum", "sum", "smooth"],
)
def test_what_does_not_cancel_is_rejected(f: Network, why: str) -> None:
    rejects(why, IsIdentity(f, Reals(f.arity)), Cancels())


def test_cancelling_proves_no_injectivity() -> None:
    rejects("the identity only", Injective(Network(1, ()), Reals(1)), Cancels())


def test_a_table_is_no_chain() -> None:
    rejects("the identity only", IsIdentity(Table((0,)), Labels(1)), Cancels())


@settings(max_examples=200)
@given(zigzags(), zigzags(), rationals)
def test_a_composed_activation_has_the_values_of_one_after_the_other(outer: PiecewiseAffine, inner: PiecewiseAffine, t: object) -> None:
    assert value(_after(outer, inner, Meter()), t) == value(outer, value(inner, t))  # type: ignore[arg-type]


def test_an_activation_composed_with_its_inverse_is_the_identity_in_canonical_form() -> None:
    assert _after(leaky_relu(q(2)), leaky_relu(q("1/2")), Meter()) == IDENTITY


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
