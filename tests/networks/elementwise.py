"""Activations, gates and normalisations as they stand in networks: injective, onto (L11–L13, G15)."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import (
    ABS,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
    clip,
    leaky_relu,
)
from proofs.network import Argmax, Network, Node, Op, Product, Softmax, Sum
from tests.networks.build import Entry, affine, both, chain, each, named, pieces, scalar

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
# t + sin²(2t)/2
_SNAKE = Network(
    1,
    (
        Node(affine([[2]]), (0,)),
        Node(each(Sin(), 1), (1,)),
        Node(Product(), (2, 2)),
        Node(affine([["1/2"]]), (3,)),
        Node(Sum(), (0, 4)),
    ),
)
_TANHSHRINK = Network(1, (Node(each(Tanh(), 1), (0,)), Node(affine([[-1]]), (1,)), Node(Sum(), (0, 2))))


def _normalised(n: int, centred: bool) -> Network:
    """x/√(mean x² + 1/4), where centred for x − mean x in the place of x."""
    mean = [[int(i == j) - Fraction(int(centred), n) for j in range(n)] for i in range(n)]
    return Network(
        n,
        (
            Node(affine(mean), (0,)),
            Node(Product(), (1, 1)),
            Node(affine([[Fraction(1, n)] * n], ["1/4"]), (2,)),
            Node(each(Sqrt(), 1), (3,)),
            Node(each(Reciprocal(_HALF), 1), (4,)),
            Node(affine([[1]] * n), (5,)),
            Node(Product(), (1, 6)),
        ),
    )


def _log_softmax() -> Network:
    """(a, b) ↦ (−softplus(b − a), −softplus(a − b))."""
    return chain(2, affine([[-1, 1], [1, -1]]), each(Softplus(), 2), affine([[-1, 0], [0, -1]]))


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
        "E soft shrink": both(scalar(pieces([-1, 1], [1, 0, 1])), False, True, "0 between −1 and 1; unbounded"),
        "E prelu, slope −1/2": both(scalar(leaky_relu(-_HALF)), False, False, "σ(−2) = 1 = σ(1); never negative"),
        "E log sigmoid": both(chain(1, affine([[-1]]), *_each(Softplus()), affine([[-1]])), True, False, "strictly increasing; negative"),
        "E tanh shrink": both(_TANHSHRINK, True, True, "slope tanh² ≥ 0, which is 0 at 0 only; unbounded"),
        "E snake": both(_SNAKE, True, True, "slope 1 + sin 4t ≥ 0 with isolated zeros; unbounded"),
        "E sin": both(scalar(Sin()), False, False, "sin 0 = sin π; bounded"),
        "E step": both(chain(1, affine([[0], [1]]), Argmax()), False, False, "1 for t > 0, else 0: two values"),
        "E cube": both(_CUBE, True, True, "strictly increasing, unbounded; its slope is 0 at 0"),
        "E square": both(_SQUARE, False, False, "1 = (−1)²; never negative"),
        "E abs": both(scalar(ABS), False, False, "|−1| = |1|; never negative"),
        "E glu": both(_GLU, False, True, "(0, b) ↦ 0 for every b; a ↦ a/2 at b = 0"),
        "E swiglu": both(_SWIGLU, False, True, "(0, b) ↦ 0 for every b; b = 1 scales a by more than 0"),
        "E log softmax": both(_log_softmax(), False, False, "z and z + (1, 1); negative"),
        "E layer norm": both(_normalised(3, True), False, False, "x and x + (1, 1, 1); bounded"),
        "E RMS norm": both(_normalised(3, False), True, False, "λ ↦ λ/√(λ²s + 1/4) increases for λ > 0; bounded"),
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
        *(
            f"E {name}: {question}"
            for name in ("snake", "tanh shrink", "sin", "softsign", "RMS norm")
            for question in ("injective", "onto")
        ),
        *(f"E {name}: onto" for name in ("silu", "gelu", "mish", "hard swish", "layer norm", "glu")),
    )
}
