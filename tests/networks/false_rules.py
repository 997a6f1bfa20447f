"""Rules that sound right and are false, each with the network that kills it."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import IDENTITY, RELU, clip, leaky_relu
from proofs.domains import Reals, Simplex
from proofs.network import Argmax, Max, Network, Node, Pointwise, Softmax, Sum
from proofs.statements import Reached, Surjective
from tests.networks.build import (
    Entry,
    affine,
    both,
    box,
    chain,
    each,
    grid,
    injective,
    named,
    onto,
    pieces,
    point,
    polytope,
    relu,
    scalar,
)  # fmt: skip
from tests.networks.ground_truth import GROUND_TRUTH, SQUARE

_UNIT = clip(Fraction(-1), Fraction(1))
_WEDGE = chain(2, affine([[1, 0], [2, 1], [1, 1], [3, 1], [4, 1]]), relu(5))
_ALWAYS_ON = chain(2, affine([[1, 0], [0, 1]], [2, 2]), relu(2))
_HALF_PLANE = Network(
    2, (Node(affine([[1, 0], [0, 1]]), (0,)), Node(Pointwise((IDENTITY, RELU)), (1,)), Node(affine([[1, 1], [1, -1]]), (2,)))
)
_SKIP = Network(1, (Node(each(_UNIT, 1), (0,)), Node(Sum(), (0, 1))))
_HOLE = GROUND_TRUTH["G5 hole: onto"].statement.f
_WAVE = scalar(pieces([0, 1], [1, -1, 1]))
_QUADRANT = polytope([[-1, 0], [0, -1]], [0, 0])

_LOSES_IN_TURN = chain(1, affine([[1], [-1]]), relu(2), affine([[1, -1], ["1/2", "1/2"], [-1, 1]], [0, "-1/4", 0]), Argmax())

FALSE_RULES: dict[str, Entry] = named(
    {
        "n > m is enough": injective(chain(2, affine([[1, 10]])), grid(0, 9, 2), True, "two digits in one number"),
        "full column rank is enough": both(chain(2, affine([[1, 0], [0, 1]]), relu(2)), False, False, "identity matrix, then a ReLU"),
        "twice the width is enough": both(_WEDGE, False, False, "all five rows are inactive at (−1, 0)"),
        "twice the width is needed on a box": injective(_ALWAYS_ON, box(-1, 1, 2), True, "both units are active on the whole box"),
        "always active on a box, everywhere": injective(_ALWAYS_ON, Reals(2), False, "nothing is active far away"),
        "every piece injective is enough": both(scalar(pieces([0], [-1, 1])), False, False, "|x|"),
        "one sign of determinants is enough": injective(SQUARE, Reals(2), False, "G1: all determinants are 1"),
        "one sign of determinants is enough on a box": injective(SQUARE, box(-1, 1, 2), False, "G1: the branch point lies inside"),
        "a right inverse is enough in equal dimensions": both(SQUARE, False, True, "G1 is onto, so it has a right inverse"),
        "unbounded cells of one sign are enough": both(_WAVE, False, True, "slopes 1, −1, 1"),
        "one value with one preimage is enough": injective(_WAVE, Reals(1), False, "5 has the preimage 7 only, 0 has three"),
        "degree one is enough": injective(_WAVE, Reals(1), False, "its degree is 1: one preimage far away"),
        "a last layer that spans positively is onto": both(
            chain(2, affine([[1, 0], [1, 0], [-1, 0]]), relu(3), affine([[1, 0, -1], [0, 1, -1]])), False, False, "two rays"
        ),
        "onto far away is onto": onto(
            GROUND_TRUTH["G5 hole: onto"].statement.f, Reals(2), Reals(2), False, "G5: its recession map is onto"
        ),
        "a layer that collides spoils the network": injective(
            chain(1, affine([[1], [-1]]), relu(2), relu(2)), Reals(1), True, "the second ReLU sees x ≥ 0"
        ),
        "every layer of an injective network is injective": both(
            chain(1, affine([[1], [-1]]), relu(2), affine([[1, -1]])),
            True,
            True,
            "x⁺ − x⁻ = x, ReLU in the middle, a 1×2 matrix at the end",
        ),
        "a last layer that is onto makes the network onto": onto(
            chain(1, relu(1), affine([[2]])), Reals(1), Reals(1), False, "2·r(x) ≥ 0 though x ↦ 2x is onto"
        ),
        "bounded branches bound the network": both(_SKIP, True, True, "x + clip(x): slopes 1, 2, 1"),
        "a residual block is injective": injective(
            Network(1, (Node(each(_UNIT, 1), (0,)), Node(affine([[-2]]), (1,)), Node(Sum(), (0, 2)))), Reals(1), False, "0 ↦ 0, 2 ↦ 0"
        ),
        "softmax is monotone, so injective": injective(chain(3, Softmax(((0, 1, 2),))), Reals(3), False, "z and z + (1, 1, 1)"),
        "softmax onto its simplex": onto(chain(3, Softmax(((0, 1, 2),))), Reals(3), Simplex(3), True, "logarithms"),
        "unbounded outputs are onto": both(_HALF_PLANE, False, False, "y₁ ≥ y₂"),
        "unbounded outputs are onto, rank": both(chain(2, affine([[1, 0], [1, 0]])), False, False, "the diagonal"),
        "a layer without bias says enough": both(
            chain(1, affine([[1], [-1]]), relu(2)), True, False, "with the bias (−1, −1) it is not injective (G12)"
        ),
        "n < m can be onto": onto(
            chain(1, affine([[1], [1]]), Pointwise((pieces([0], [-1, 1]), IDENTITY))), Reals(1), Reals(2), False, "piecewise affine"
        ),
        "no collision near a point means none": injective(scalar(pieces([10], [1, -1])), Reals(1), False, "9 and 11"),
        "no collision near a point means none, box": injective(scalar(pieces([10], [1, -1])), box(-9, 9), True, "the identity there"),
        "equal labels collide the logits": both(chain(1, affine([[1], [-1], [2]])), True, False, "the logits differ"),
        "equal labels collide the labels": injective(chain(1, affine([[1], [-1], [2]]), Argmax()), Reals(1), False, "three labels"),
        "a kernel vector gives a pixel collision": injective(chain(2, affine([[1, 300]])), grid(0, 255, 2), True, "(300, −1) does not fit"),
        "max is injective like a sum": injective(chain(2, Max(((0, 1),))), Reals(2), False, "max(0, 1) = max(1, 0)"),
        "leaky never collides": injective(
            chain(2, affine([[1, 1], [1, 1]]), each(leaky_relu(Fraction(1, 2)), 2)), Reals(2), False, "the matrix does"
        ),
        "collisions on the plane stay on the quadrant": injective(chain(2, relu(2)), _QUADRANT, True, "ReLU is the identity there"),
        "a dead label loses to one other label": {
            "reached": Entry(Reached(_LOSES_IN_TURN, Reals(1), point(1)), False, "max(x, −x) = |x| > |x|/2 − 1/4"),
            "reached, the others": Entry(Reached(_LOSES_IN_TURN, Reals(1), point(2)), True, "x = −1"),
        },
        "a tie has two labels": {
            "first": Entry(Reached(chain(1, affine([[1], [1]]), Argmax()), Reals(1), point(0)), True, "the first maximum wins"),
            "second": Entry(Reached(chain(1, affine([[1], [1]]), Argmax()), Reals(1), point(1)), False, "the first maximum wins"),
        },
        "nonnegative at infinity is nonnegative": {
            "reached": Entry(
                Reached(chain(2, affine([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), relu(3), affine([[1, 1, -1]])), Reals(2), point(-1)),
                True,
                "r(x) + r(y) − r(x + y + 1) at (0, 0), though r(x) + r(y) ≥ r(x + y)",
            ),
            "onto": Entry(
                Surjective(chain(2, affine([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), relu(3), affine([[1, 1, -1]])), Reals(2), Reals(1)),
                False,
                "≥ −1",
            ),
        },
        "a missed value is far away": {
            "reached": Entry(
                Reached(chain(1, affine([[1], [1]], [0, "-1/1000"]), relu(2), affine([[1, -1]])), Reals(1), point("1/999")),
                False,
                "the bump is 1/1000 high",
            )
        },
    }
)
