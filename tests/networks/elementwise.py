"""Activations, gates and normalisations as they stand in networks: injective, onto (L11–L13, G15)."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import ABS, RELU, Activation, Atan, Elu, Erf, PiecewiseAffine, Reciprocal, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.network import Network, Node, Op, Product, Softmax, Sum
from tests.networks.build import Entry, affine, both, chain, each, named, scalar

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_SELU = Elu(Fraction(1.6732632423543772), Fraction(1.0507009873554805))
_HALVED = PiecewiseAffine((), ((_HALF, _HALF),))  # (1 + t)/2


def gated(*gate: Op, n: int = 1) -> Network:
    """x ↦ x·gate(x)."""
    nodes = [Node(op, (k,)) for k, op in enumerate(gate)]
    return Network(n, (*nodes, Node(Product(), (0, len(nodes)))))


def _each(*scalars: Activation) -> tuple[Op, ...]:
    return tuple(each(s, 1) for s in scalars)


_SQUARE = gated()
_CUBE = Network(1, (Node(Product(), (0, 0)), Node(Product(), (0, 1))))
_GELU = gated(affine([["7071/10000"]]), *_each(Erf(), _HALVED))
_GELU_TANH = Network(
    1,
    (
        Node(Product(), (0, 0)),
        Node(Product(), (0, 1)),  # x³
        Node(affine([["7979/10000"]]), (0,)),
        Node(affine([["3568/100000"]]), (2,)),
        Node(Sum(), (3, 4)),
        Node(each(Tanh(), 1), (5,)),
        Node(each(_HALVED, 1), (6,)),
        Node(Product(), (0, 7)),
    ),
)
# t/(1 + |t|)
_SOFTSIGN = gated(each(ABS, 1), affine([[1]], [1]), each(Reciprocal(_ONE), 1))
# (a, b) ↦ a·σ(b)
_GLU = Network(2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(each(Sigmoid(), 1), (2,)), Node(Product(), (1, 3))))
_SWIGLU = Network(
    2,
    (
        Node(affine([[1, 0]]), (0,)),
        Node(affine([[0, 1]]), (0,)),
        Node(each(Sigmoid(), 1), (2,)),
        Node(Product(), (2, 3)),
        Node(Product(), (1, 4)),
    ),
)

ELEMENTWISE: dict[str, Entry] = named(
    {
        "E relu": both(scalar(RELU), False, False, "σ(−1) = σ(−2); never negative"),
        "E leaky relu": both(scalar(leaky_relu(Fraction(1, 100))), True, True, "inverse y, 100·y"),
        "E elu": both(scalar(Elu(_ONE, _ONE)), True, False, "strictly increasing; above −1"),
        "E selu": both(scalar(_SELU), True, False, "strictly increasing; above −1.7582"),
        "E celu, alpha 1/2": both(chain(1, affine([[2]]), *_each(Elu(_ONE, _ONE)), affine([["1/2"]])), True, False, "above −1/2"),
        "E softplus": both(scalar(Softplus()), True, False, "strictly increasing; positive"),
        "E sigmoid": both(scalar(Sigmoid()), True, False, "strictly increasing; bounded"),
        "E tanh": both(scalar(Tanh()), True, False, "strictly increasing; bounded"),
        "E arctan": both(scalar(Atan()), True, False, "strictly increasing; bounded"),
        "E erf": both(scalar(Erf()), True, False, "strictly increasing; bounded"),
        "E softsign": both(_SOFTSIGN, True, False, "inverse y/(1 − |y|); bounded"),
        "E hard sigmoid": both(scalar(clip(Fraction(0), _ONE, Fraction(1, 6), _HALF)), False, False, "constant above 3; bounded"),
        "E hard tanh": both(scalar(clip(-_ONE, _ONE)), False, False, "constant above 1; bounded"),
        "E relu6": both(scalar(clip(Fraction(0), Fraction(6))), False, False, "constant above 6; bounded"),
        "E silu": both(gated(*_each(Sigmoid())), False, False, "σ(−ln 2) = σ(−3·ln 2); above −0.2785"),
        "E gelu": both(_GELU, False, False, "smaller at −1 than at −2 and −1/2; above −0.17"),
        "E gelu, tanh": both(_GELU_TANH, False, False, "smaller at −1 than at −2 and −1/2; above −0.18"),
        "E mish": both(gated(*_each(Softplus(), Tanh())), False, False, "least at −1.1924; above −0.3089"),
        "E hard swish": both(gated(*_each(clip(Fraction(0), _ONE, Fraction(1, 6), _HALF))), False, False, "σ(−3) = 0 = σ(0); ≥ −3/8"),
        "E cube": both(_CUBE, True, True, "strictly increasing, unbounded; its slope is 0 at 0"),
        "E square": both(_SQUARE, False, False, "1 = (−1)²; never negative"),
        "E abs": both(scalar(ABS), False, False, "|−1| = |1|; never negative"),
        "E glu": both(_GLU, False, True, "(0, b) ↦ 0 for every b; a ↦ a/2 at b = 0"),
        "E swiglu": both(_SWIGLU, False, True, "(0, b) ↦ 0 for every b; b = 1 scales a by more than 0"),
        "E softmax": both(chain(3, Softmax(((0, 1, 2),))), False, False, "z and z + (1, 1, 1); the values sum to 1"),
    }
)

# Those that no other part of the zoo has
CURVED: dict[str, Entry] = {
    name: ELEMENTWISE[name]
    for name in (
        "E silu: injective",
        "E gelu: injective",
        "E gelu, tanh: injective",
        "E mish: injective",
        "E hard swish: injective",
        "E erf: injective",
        "E erf: onto",
    )
}
