"""Values of inverses with a proved bound of their error."""

from fractions import Fraction

import numpy as np
import pytest

import bijection as bj
from bijection.errors import NoInverse, NotSupported
from bijection.evidence import check
from bijection.exact.floating import shadow
from bijection.inversion.approximate import Approximation
from proofs.activations import RELU, Elu, Sigmoid, Tanh
from proofs.domains import Box, Reals
from proofs.errors import Malformed
from proofs.network import Network, Node, Pointwise, Product, Sum
from proofs.statements import Bijective, Injective, Reached
from tests.build import affine, box, chain, finite, q

INNER, OUTER = [["1/2", "1/4"], ["-1/4", "1/2"], ["1/8", "1/8"]], [["1/4", "1/8", 0], ["-1/4", "1/4", "1/2"]]


def residual(*activation: object) -> Network:
    """x + V·σ(Wx), |W|·|V| < 1."""
    first, last = Node(affine(INNER), (0,)), affine(OUTER)
    return Network(2, (first, Node(Pointwise(activation * 3), (1,)), Node(last, (2,)), Node(Sum(), (0, 3))))  # type: ignore[arg-type]


SWISH = Network(
    2,
    (
        Node(affine(INNER), (0,)),
        Node(Pointwise((Sigmoid(),) * 3), (1,)),
        Node(Product(), (1, 2)),
        Node(affine(OUTER), (3,)),
        Node(Sum(), (0, 4)),
    ),
)
PLANAR = Network(
    2, (Node(affine([[1, 2]], [1]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(affine([["1/2"], [1]]), (2,)), Node(Sum(), (0, 3)))
)
FLOWS = {"tanh": residual(Tanh()), "elu": residual(Elu(q(1), q(1))), "relu": residual(RELU), "swish": SWISH, "planar": PLANAR}


@pytest.mark.parametrize("error", [Fraction(1, 10**9), Fraction(1, 10**40)])
@pytest.mark.parametrize("f", FLOWS.values(), ids=FLOWS)
def test_an_input_is_found_with_its_error(f: Network, error: Fraction) -> None:
    g = bj.approximate_inverse(f, error=error)
    y = (Fraction(1, 3), Fraction(-2))
    found = g(y)
    assert isinstance(found, Approximation)
    assert found.error == error
    reached, injective = found.proofs
    assert reached.statement == Reached(f, Box(tuple(t - error for t in found.x), tuple(t + error for t in found.x)), y)
    assert injective.statement == Bijective(f, Reals(2), Reals(2))
    x = np.array([[float(t) for t in found.x]])
    assert np.allclose(shadow(f)(x), [[float(t) for t in y]], atol=1e-8)


def test_it_says_that_it_is_approximate() -> None:
    g = bj.approximate_inverse(PLANAR)
    assert "approximate: single values, each with a proved error of at most 1e-09" in str(g)
    assert "approximately: each coordinate is within 1e-09" in str(g([1, q("5/2")]))
    assert g([1, q("5/2")], error=q("1/1000")).error == q("1/1000")


def test_far_values_are_found() -> None:
    for y in ([1000, -3000], [-77, 10**6]):
        assert bj.approximate_inverse(FLOWS["relu"])(y).error == Fraction(1, 10**9)


def test_the_proofs_are_saved_and_checked_again(tmp_path: object) -> None:
    found = bj.approximate_inverse(PLANAR)([1, 2])
    found.proofs[0].save(f"{tmp_path}/reached")
    assert check(f"{tmp_path}/reached")


def test_on_a_box_injectivity_is_enough() -> None:
    f = chain(1, affine([[1]]), Pointwise((Tanh(),)))
    g = bj.approximate_inverse(f, box(-2, 2))
    assert g.proof.statement == Injective(f, box(-2, 2))
    assert abs(g([q("1/2")]).x[0] - Fraction(np.arctanh(0.5))) < q("1/100000000")
    with pytest.raises(NotSupported):
        g([q("99/100")])  # its input lies outside of the box
    with pytest.raises(NotSupported, match="no input with this output was found"):
        g([2])


def test_what_is_not_injective_has_none() -> None:
    with pytest.raises(NoInverse):
        bj.approximate_inverse(chain(2, Pointwise((RELU, RELU))))


def test_what_is_asked_wrongly_is_malformed() -> None:
    with pytest.raises(Malformed, match="an error of 0"):
        bj.approximate_inverse(PLANAR, error=q(0))
    with pytest.raises(Malformed, match="2 inputs and 1 outputs"):
        bj.approximate_inverse(chain(2, affine([[1, 1]])))
    with pytest.raises(Malformed, match="in 3 dimensions"):
        bj.approximate_inverse(PLANAR, Reals(3))
    with pytest.raises(NotSupported, match="on ℝⁿ and boxes"):
        bj.approximate_inverse(PLANAR, finite([0, 1]))
    with pytest.raises(Malformed, match="not an exact rational"):
        bj.approximate_inverse(PLANAR)([1.5, 2])  # type: ignore[list-item]
    with pytest.raises(Malformed, match="an output of 1 numbers"):
        bj.approximate_inverse(PLANAR)([1])


def test_the_inverse_that_is_no_network_says_what_to_do() -> None:
    with pytest.raises(NotSupported, match="approximate_inverse"):
        bj.inverse(PLANAR)
