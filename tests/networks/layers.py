"""One layer at a time, and short stacks of layers: activations, pooling, classifiers, sums of powers of nothing special."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import ABS, IDENTITY, RELU, Elu, Sigmoid, Softplus, Tanh, clip, leaky_relu
from proofs.domains import Finite, Reals, Simplex
from proofs.network import Argmax, Max, Network, Node, Op, Pointwise, Product, Softmax
from proofs.statements import MapsInto, Reached
from tests.networks.build import (
    Entry,
    above,
    affine,
    both,
    box,
    chain,
    each,
    eye,
    grid,
    injective,
    labels,
    named,
    onto,
    pieces,
    point,
    polytope,
    relu,
    scalar,
)  # fmt: skip

_HALF = Fraction(1, 2)
_TURN = affine([[1, 2], [3, 5]], [1, "-1/2"])
_ABS2 = Pointwise((ABS, IDENTITY))


def classifier(w: list[list[int]], b: list[int]) -> Network:
    """x ↦ argmax(wx + b), the first one on ties."""
    return chain(len(w[0]), affine(w, b), Argmax())


def _leaky_stack(*matrices: list[list[int]]) -> Network:
    ops: list[Op] = []
    for w in matrices:
        ops += [affine(w), each(leaky_relu(Fraction(1, 5)), len(w))]
    return chain(len(matrices[0][0]), *ops)


_THREE = classifier([[1, 0], [0, 1], [-1, -1]], [0, 0, 0])
_DEAD = classifier([[1, 0], [-1, 0], [0, 0]], [0, 0, -1])
_TWINS = classifier([[1, 0], [1, 0], [0, 1]], [0, 0, 0])
_SUM_ZERO = polytope([[1, 1], [-1, -1]], [0, 0])
_SORT = chain(2, affine([[-1, 0], [0, -1], [1, 0], [0, 1]]), Max(((0, 1), (2, 3))), affine([[-1, 0], [0, 1]]))

LAYERS: dict[str, Entry] = named(
    {
        **{f"identity {n}": both(Network(n, ()), True, True, "definition") for n in (1, 3)},
        **{f"relu {n}": both(chain(n, relu(n)), False, False, "σ(−1) = σ(−2); −1 is missed") for n in (1, 2, 5)},
        **{f"leaky relu {n}": both(chain(n, each(leaky_relu(Fraction(1, 100)), n)), True, True, "inverse y, 100·y") for n in (1, 4)},
        "prelu −1/2": both(scalar(leaky_relu(-_HALF)), False, False, "σ(−2) = 1 = σ(1); never negative"),
        "prelu mixed signs": both(
            chain(2, Pointwise((leaky_relu(_HALF), leaky_relu(-_HALF)))), False, False, "the second coordinate folds"
        ),
        "decreasing": both(scalar(pieces([0], [-2, -1])), True, True, "strictly decreasing, unbounded"),
        "abs": both(scalar(ABS), False, False, "|−1| = |1|; −1 is missed"),
        "abs on [1, 2]": both(scalar(ABS), True, True, "the identity there", on=box(1, 2), to=box(1, 2)),
        "abs on {−1, 0, 1}": injective(scalar(ABS), grid(-1, 1), False, "|−1| = |1|"),
        "abs on {−1, 2}": injective(scalar(ABS), Finite((point(-1), point(2))), True, "1 and 2"),
        "relu6": both(scalar(clip(Fraction(0), Fraction(6))), False, False, "constant above 6; bounded"),
        "relu6 on [1, 5]": both(scalar(clip(Fraction(0), Fraction(6))), True, True, "the identity there", on=box(1, 5), to=box(1, 5)),
        "hard sigmoid": both(scalar(clip(Fraction(0), Fraction(1), Fraction(1, 6), _HALF)), False, False, "constant above 3; bounded"),
        "hard sigmoid onto [0, 1]": onto(
            scalar(clip(Fraction(0), Fraction(1), Fraction(1, 6), _HALF)), Reals(1), box(0, 1), True, "from −3 to 3"
        ),
        "relu on [0, 1]": both(scalar(RELU), True, True, "the identity there", on=box(0, 1), to=box(0, 1)),
        "relu on [−1, 1]": both(scalar(RELU), False, True, "zero on half of it", on=box(-1, 1), to=box(0, 1)),
        "relu on {0 … 3}": injective(scalar(RELU), grid(0, 3), True, "the identity there"),
        "sigmoid": both(scalar(Sigmoid()), True, False, "strictly increasing; bounded"),
        "sigmoid onto [0, 1]": onto(scalar(Sigmoid()), Reals(1), box(0, 1), False, "0 is a limit only"),
        "sigmoid onto [1/4, 3/4]": onto(
            scalar(Sigmoid()), Reals(1), box("1/4", "3/4"), True, "the logistic function takes all values in (0, 1)"
        ),
        "tanh 2": both(chain(2, each(Tanh(), 2)), True, False, "strictly increasing; bounded"),
        "softplus": both(scalar(Softplus()), True, False, "strictly increasing; positive"),
        "elu": both(scalar(Elu(Fraction(1), Fraction(1))), True, False, "strictly increasing; above −1"),
        "elu onto [−1/2, 3]": onto(scalar(Elu(Fraction(1), Fraction(1))), Reals(1), box("-1/2", 3), True, "all values above −1"),
        "rising": both(scalar(pieces([-1, 1], [1, "1/10", 3])), True, True, "slopes 1, 1/10, 3"),
        "rising with a flat piece": both(scalar(pieces([-1, 1], [1, 0, 3])), False, True, "constant on [−1, 1]"),
        "rising, falling, rising": both(scalar(pieces([-1, 1], [1, -1, 1])), False, True, "turns back"),
        "turned leaky layer": both(
            chain(2, _TURN, each(leaky_relu(_HALF), 2)), True, True, "determinant −1, then a bijection in each coordinate"
        ),
        "turned relu layer": both(chain(2, _TURN, relu(2)), False, False, "2 < 2·2 units; outputs are ≥ 0"),
        "two leaky layers": both(_leaky_stack([[1, 2], [0, 1]], [[2, 1], [1, 1]]), True, True, "both matrices are invertible"),
        "leaky layers, singular first": both(
            _leaky_stack([[1, 2], [2, 4]], [[2, 1], [1, 1]]), False, False, "rank 1; the image is a curve"
        ),
        "leaky layers, singular last": both(_leaky_stack([[2, 1], [1, 1]], [[1, 2], [2, 4]]), False, False, "rank 1; the image is a curve"),
        "wide leaky layer": both(_leaky_stack([[1, 0], [0, 1], [1, 1]]), True, False, "full column rank; two dimensions in three"),
        "leaky bottleneck": both(_leaky_stack([[1, 2]], [[1], [1]]), False, False, "one unit between two"),
        "narrowing leaky layer": both(_leaky_stack([[1, 1, 0], [0, 1, 1]]), False, True, "three inputs, rank 2"),
        "leaky layers up and down": both(
            _leaky_stack([[1, 0], [0, 1], [1, 1]], [[1, 0, 0], [0, 1, 0]]), True, True, "the third unit is not used"
        ),
        "abs in one coordinate": both(chain(2, _ABS2), False, False, "folds"),
        "crelu": both(chain(1, affine([[1], [-1]]), relu(2)), True, False, "x = x⁺ − x⁻; values ≥ 0"),
        "crelu 2 decoded": both(
            chain(2, affine(above(eye(2), eye(2, -1))), relu(4), affine([[1, 0, -1, 0], [0, 1, 0, -1]])), True, True, "x⁺ − x⁻ = x"
        ),
        "relu classifier head": both(
            chain(2, affine([[1, -1], [2, 1], [0, 1]]), relu(3), affine([[1, 1, 1], [0, 0, 0]])), False, False, "second output constant"
        ),
        "cone": both(chain(2, affine([[1, 0], [0, 1], [1, 1]]), relu(3), affine([[1, 0, 1], [0, 1, 1]])), False, False, "outputs are ≥ 0"),
        "maxpool 4 to 2": both(chain(4, Max(((0, 1), (2, 3)))), False, True, "more inputs than outputs; max(a, a) = a"),
        "maxpool overlapping": both(chain(3, Max(((0, 1), (1, 2)))), False, True, "3 > 2; max(a, m), max(m, b) with m = min(a, b)"),
        "maxpool circular": both(chain(3, Max(((0, 1), (1, 2), (2, 0)))), False, False, "the largest coordinate appears twice"),
        "sorting": both(_SORT, False, False, "forgets the order; the first output is the smaller one"),
        "sorting onto the half plane": onto(_SORT, Reals(2), polytope([[1, -1]], [0]), True, "sorted pairs are fixed"),
        "softmax": both(chain(2, Softmax(((0, 1),))), False, True, "z and z + (1, 1); log inverts on the simplex", to=Simplex(2)),
        "softmax onto ℝ²": onto(chain(2, Softmax(((0, 1),))), Reals(2), Reals(2), False, "the values sum to 1"),
        "softmax on sum zero": injective(chain(2, Softmax(((0, 1),))), _SUM_ZERO, True, "log-ratios give the differences"),
        "softmax after relu": both(
            chain(2, relu(2), Softmax(((0, 1),))), False, True, "relu collides; (z, 0) and (0, z) reach all ratios", to=Simplex(2)
        ),
        "two softmaxes": injective(chain(4, Softmax(((0, 1), (2, 3)))), Reals(4), False, "each is invariant under (1, 1)"),
        "gate": both(
            Network(
                2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(each(Sigmoid(), 1), (2,)), Node(Product(), (1, 3)))
            ),
            False,
            True,
            "(0, b) ↦ 0; a = 2y, b = 0",
        ),
        "classifier": both(_THREE, False, True, "infinitely many inputs, 3 labels; (1, 0), (0, 1), (−1, −1)", to=labels(3)),
        "classifier on three points": both(
            _THREE, True, True, "the labels 0, 1, 2", on=Finite((point(1, 0), point(0, 1), point(-1, -1))), to=labels(3)
        ),
        "classifier on a quadrant": onto(_THREE, box(1, 2, 2), labels(3), False, "the third logit is negative there"),
        "dead label": both(_DEAD, False, False, "max(x, −x) ≥ 0 > −1", to=labels(3)),
        "dead label reached": {"reached": Entry(Reached(_DEAD, Reals(2), point(2)), False, "max(x, −x) ≥ 0 > −1")},
        "live label reached": {"reached": Entry(Reached(_DEAD, Reals(2), point(1)), True, "at (−1, 0)")},
        "twin labels": both(_TWINS, False, False, "equal logits: the first one wins", to=labels(3)),
        "twin label reached": {"reached": Entry(Reached(_TWINS, Reals(2), point(1)), False, "equal logits: the first one wins")},
        "one label": both(classifier([[1, 1]], [0]), False, True, "always 0", to=labels(1)),
        "one label, one point": both(classifier([[1, 1]], [0]), True, True, "one point", on=box(2, 2, 2), to=labels(1)),
        "too many labels": onto(_THREE, Reals(2), labels(4), False, "three logits"),
        "label stays": {"into": Entry(MapsInto(_THREE, Reals(2), labels(3)), True, "an index of three logits")},
        "label escapes": {"into": Entry(MapsInto(_THREE, Reals(2), labels(2)), False, "label 2 at (−1, −1)")},
        "logits of a classifier": injective(chain(1, affine([[1], [-1]])), Reals(1), True, "the label map collides, the logits do not"),
    }
)
