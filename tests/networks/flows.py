"""Networks that are built to be invertible, and what becomes of them where one hypothesis fails (B1–B13)."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.activations import RELU, Activation, Atan, Exp, Reciprocal, Sigmoid, Softplus, Tanh, clip
from proofs.network import Network, Node, Op, Pointwise, Product, Spline, Stack, Sum
from proofs.theorems.radial import radial
from tests.networks.build import Entry, affine, both, chain, each, named, pieces, point, relu

_FIRST, _SECOND = affine([[1, 0]]), affine([[0, 1]])


def coupling(*scale: Op, shift: Activation | None = None) -> Network:
    """(x, y) ↦ (x, s(x)·y + t(x)), the scale s given by operations on x."""
    nodes = [Node(_FIRST, (0,))]
    nodes += [Node(op, (len(nodes) + k,)) for k, op in enumerate(scale)]
    count = len(nodes)
    nodes += [Node(_SECOND, (0,)), Node(Product(), (count, count + 1))]
    if shift is not None:
        nodes += [Node(each(shift, 1), (1,)), Node(Sum(), (count + 2, count + 3))]
    return Network(2, (*nodes, Node(Stack(), (1, len(nodes)))))


def spline(power: int) -> Network:
    """(x, y) ↦ (x, S(y)), S a spline with two bins, or its inverse: widths e^x, e^(−x), heights and slopes likewise."""
    bins = (Node(_FIRST, (0,)), Node(_SECOND, (0,)), Node(affine([[1], [-1]]), (1,)), Node(each(Exp(), 2), (3,)))
    return Network(2, (*bins, Node(Spline(point("1/8")[0], power), (2, 4, 4, 4, 4)), Node(Stack(), (1, 5))))


def residual(inner: Op, s: Activation, outer: Op, arity: int, units: int) -> Network:
    """x ↦ x + outer(σ(inner(x)))."""
    return Network(arity, (Node(inner, (0,)), Node(each(s, units), (1,)), Node(outer, (2,)), Node(Sum(), (0, 3))))


def gated(c: int | str) -> Network:
    """x ↦ x + c·x·sigmoid(x)."""
    return Network(1, (Node(each(Sigmoid(), 1), (0,)), Node(Product(), (0, 1)), Node(affine([[c]]), (2,)), Node(Sum(), (0, 3))))


def with_map(w: Sequence[Sequence[int]], s: Activation) -> Network:
    """x ↦ σ(x) + wx."""
    return Network(2, (Node(each(s, 2), (0,)), Node(affine(w), (0,)), Node(Sum(), (1, 2))))


# (x, y) ↦ (e^(2x) − y² + 3, 4e^(2x)·y − y³), Gale and Nikaidô 1965
GALE_NIKAIDO = Network(
    2,
    (
        Node(affine([[2, 0]]), (0,)),
        Node(each(Exp(), 1), (1,)),  # 2: e^(2x)
        Node(_SECOND, (0,)),  # 3: y
        Node(Product(), (3, 3)),  # 4: y²
        Node(Stack(), (2, 4)),
        Node(affine([[1, -1], [4, -1]], [3, 0]), (5,)),  # 6: e^(2x) − y² + 3, 4e^(2x) − y²
        Node(affine([[0, 1]]), (6,)),
        Node(Product(), (7, 3)),
        Node(affine([[1, 0]]), (6,)),
        Node(Stack(), (9, 8)),
    ),
)
# One logit after an additive coupling of three numbers: z = (x₁, x₂, x₃ + relu(x₁ − x₂)), logit z₁ + 2z₂ + 3z₃
METAMERS = residual(affine([[1, -1, 0]]), RELU, affine([[0], [0], [1]]), 3, 1)
_ZIGZAG = pieces([0], ["1/2", 2])
_EXP = Pointwise((Exp(),))

FLOWS: dict[str, Entry] = named(
    {
        "affine coupling, e^s": both(coupling(_EXP, shift=RELU), True, True, "y = (v − t(x))·e^(−s(x))"),
        "affine coupling, sigmoid": both(coupling(each(Sigmoid(), 1)), True, True, "a sigmoid is never 0"),
        "affine coupling, softplus": both(coupling(each(Softplus(), 1)), True, True, "softplus is never 0"),
        "affine coupling, clamped": both(
            coupling(each(Atan(), 1), affine([[2]]), _EXP, shift=Tanh()), True, True, "the clamped exponential of FrEIA is never 0"
        ),
        "coupling that divides": both(
            coupling(affine([[1], [-1]]), relu(2), affine([[1, 1]], [1]), each(Reciprocal(point(1)[0]), 1)), True, True, "1/(1 + |x|) > 0"
        ),
        "coupling, scale 1 + tanh": both(
            coupling(each(Tanh(), 1), affine([[1]], [1])), True, True, "1 + tanh x > 0, though its bound is 0"
        ),
        "radial flow, β = −α": both(radial(point(1, 0), *point(1, -1, 1)), True, True, "s − s/(1 + s) increases strictly to ∞"),
        "radial flow, β = 2": both(radial(point(0, "1/2"), *point("1/2", 2, "1/4")), True, True, "β ≥ −α"),
        "radial flow, β < −α": both(radial(point(1, 0), *point(1, -3, 1)), False, True, "|x − c| = 2 goes to c; far out it is onto"),
        "coupling by a spline": both(spline(1), True, True, "a spline increases strictly and takes all values, whatever its bins are"),
        "coupling by the inverse of a spline": both(spline(-1), True, True, "so does its inverse"),
        "coupling, scale x": both(coupling(), False, False, "(0, 0) and (0, 1) collide, (0, 1) is missed"),
        "coupling, scale relu": both(coupling(relu(1)), False, False, "the scale vanishes for x ≤ 0; (−1, 1) is missed"),
        "coupling, scale hard sigmoid": both(
            coupling(each(clip(point(0)[0], point(1)[0]), 1)), False, False, "a hard sigmoid is 0 below 0; (−1, 1) is missed"
        ),
        "coupling, scale e^x − 1": both(coupling(_EXP, affine([[1]], [-1])), False, False, "the scale is 0 at x = 0; (0, 1) is missed"),
        "mask that leaks": both(
            Network(2, (Node(relu(2), (0,)), Node(affine([[0, 1], [1, 0]]), (1,)), Node(Sum(), (0, 2)))),
            False,
            True,
            "(x + relu(y), y + relu(x)) is (x + y, x + y) for x, y > 0; the other three quadrants cover the plane",
        ),
        "padding before a coupling": both(chain(1, affine([[1], [0]])), True, False, "x ↦ (x, 0)"),
        "residual block, norm 1/2": both(
            residual(affine([[1, 1], [1, -1]]), Tanh(), affine([["1/4", "1/4"], ["1/4", "-1/4"]]), 2, 2),
            True,
            True,
            "a contraction added to x",
        ),
        "residual block, SiLU/2": both(gated("-1/2"), True, True, "the slopes of SiLU are at most 11/10"),
        "residual block, SiLU": {
            "injective": both(gated(-1), False, False, "x − x·sigmoid(x) = x/(1 + e^x) rises from 0 and falls back to 0")["injective"]
        },
        "residual block, norm 2": both(residual(affine([[1]]), RELU, affine([[-2]]), 1, 1), False, False, "x − 2·relu(x) = −|x|"),
        "planar flow, wu = 1/2": both(residual(affine([["1/2", 1]]), Tanh(), affine([[1], [0]]), 2, 1), True, True, "wu ≥ −1"),
        "G26 skew": both(
            with_map([[0, -1], [1, 0]], _ZIGZAG), True, True, "σ(x) + Ax with principal minors of A ≥ 0 (Sandberg and Willson 1969)"
        ),
        "G26 symmetric": both(with_map([[0, 1], [1, 0]], _ZIGZAG), False, False, "determinants −3/4 and 3"),
        "G29 metamers": both(
            Network(3, (*METAMERS.nodes, Node(affine([[1, 2, 3]]), (4,)))), False, True, "the fibres are two-dimensional; z ↦ logit is onto"
        ),
        "G6 Gale–Nikaidô": {
            "injective": both(GALE_NIKAIDO, False, True, "(0, 2) and (0, −2) both go to (0, 0), all leading minors are positive")[
                "injective"
            ]
        },
    }
)
