"""Couplings whose scale vanishes, and what is said of flows that are not proved."""

from bijection.driver import decide
from bijection.verdict import Refuted, Unknown
from proofs.activations import RELU, Exp, Reciprocal, Tanh
from proofs.compose import compose
from proofs.domains import Reals
from proofs.network import Network, Node, Pointwise, Product, Stack
from proofs.statements import Injective
from proofs.theorems import Stages
from tests.build import affine, q
from tests.networks.flows import coupling


def after(outer: Network, inner: Network) -> Network:
    composed = compose(outer, inner)
    assert isinstance(composed, Network)
    return composed


def test_a_function_whose_parts_are_monotone_on_their_images_only() -> None:
    """1/(1 + e^(−x)) as FrEIA writes it: the reciprocal falls above 1 only, and there is where its argument lies."""
    f = Network(
        1,
        (
            Node(affine([[-1]]), (0,)),
            Node(Pointwise((Exp(),)), (1,)),
            Node(affine([[1]], [1]), (2,)),
            Node(Pointwise((Reciprocal(q(1)),)), (3,)),
        ),
    )
    assert decide(Injective(f, Reals(1)), within=None)


def test_a_scale_that_vanishes_behind_a_coupling_without_rational_values() -> None:
    """(x, y·e^(x + 1/3)), then a shear, then a scale relu: the first has a rational value at no short point."""
    first = coupling(affine([[1]], ["1/3"]), Pointwise((Exp(),)))
    shear = Network(2, (Node(affine([[1, 1], [0, 1]]), (0,)),))
    f = after(coupling(Pointwise((RELU,))), after(shear, first))
    verdict = decide(Injective(f, Reals(2)), within=None)
    assert isinstance(verdict, Refuted)
    assert "factor vanishes" in verdict.because
    assert isinstance(verdict.evidence[0], Stages)


def test_the_hypothesis_that_fails_is_named() -> None:
    """y·(tanh x − 1/3): the scale vanishes at an irrational x."""
    nodes = (
        Node(affine([[1, 0]]), (0,)),
        Node(Pointwise((Tanh(),)), (1,)),
        Node(affine([[1]], ["-1/3"]), (2,)),
        Node(affine([[0, 1]]), (0,)),
        Node(Product(), (3, 4)),
        Node(Stack(), (1, 5)),
    )
    verdict = decide(Injective(Network(2, nodes), Reals(2)), within=None)
    assert isinstance(verdict, Unknown)
    assert "output 1 is not known to be strictly monotone in input 1" in verdict.because
