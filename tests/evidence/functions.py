"""The functions and the pieces of certificates that the tables of evidence share."""

from fractions import Fraction

from proofs.activations import (
    ABS,
    IDENTITY,
    RELU,
    Atan,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Sqrt,
    Tanh,
    clip,
    leaky_relu,
)
from proofs.domains import Floats, Polytope
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Spline, Stack, Sum, Table
from proofs.relaxation import Combination
from proofs.theorems import (
    Radial,
)
from proofs.theorems.branching import Closed
from proofs.theorems.radial import unradial
from tests.build import affine, chain, layer, point, q
from tests.networks.ground_truth import GROUND_TRUTH

HALF = Fraction(1, 2)
DOUBLE = chain(1, affine([[2]]))
HALVE = chain(1, affine([["1/2"]]))
SHEAR = chain(2, affine([[1, 1], [0, 1]], [3, 0]))
UNSHEAR = chain(2, affine([[1, -1], [0, 1]], [-3, 0]))
FOLD = chain(1, affine([[1], [1]]), Pointwise((RELU, IDENTITY)), affine([[2, -1]]))  # |t|
WIDE = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Pointwise((RELU,) * 3), affine([[1, 0, 1]]))
NARROW = chain(2, affine([[1, 2]]), Pointwise((Tanh(),)), affine([[1], [1], [1]]))
SIGNS = chain(2, Pointwise((ABS, IDENTITY)))
CLASSIFIER = chain(1, affine([[1], [0], [-1]], [0, 5, 0]), Argmax())
OVERSHOOT = Network(
    1, (Node(affine([[-1]]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(affine([[3]]), (2,)), Node(Sum(), (0, 3)))
)  # x + 3·tanh(−x)
ABSOLUTE = Network(2, (Node(Pointwise((ABS,) * 2), (0,)), Node(affine([[0, -2], ["-1/4", 0]]), (1,)), Node(Sum(), (0, 2))))  # z − A|z|
CURVED = chain(1, affine([[1], [2]]), Pointwise((Tanh(),) * 2), Argmax())
DECIDED = chain(1, affine([[1], [1]], [0, 1]), Argmax())
SKIP = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1)), Node(Stack(), (0, 2))))
_HALVES = (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Pointwise((RELU,)), (1,)), Node(Pointwise((RELU,)), (2,)))
QUADRANT = Network(2, (*_HALVES, Node(Product(), (3, 4))))  # relu(x)·relu(y)
BELOW = Network(2, (*_HALVES, Node(affine([[-1]], [-1]), (4,)), Node(Product(), (3, 5))))  # relu(x)·(−relu(y) − 1)
SHIFTED = chain(1, affine([[1]], [-1]), Pointwise((RELU,)))
HEADS, DEAD_HEAD = (  # two values of the input, which meet again: by leaky units, and by one that is flat
    Network(
        2,
        (
            Node(affine([[1, 1]]), (0,)),
            Node(affine([[0, 1]]), (0,)),
            Node(Stack(), (1, 2)),
            Node(Pointwise((leaky_relu(HALF), second)), (3,)),
            Node(affine([[1, 1], [2, -1]]), (4,)),
        ),
    )
    for second in (leaky_relu(HALF), RELU)
)
SQUARE = Network(1, (Node(Product(), (0, 0)),))
ZIGZAG = PiecewiseAffine((q(-1), q(1)), ((q(2), q(3)), (q(-2), q(-1)), (q(2), q(-5))))
SOFT = chain(2, affine([[1, 0], [0, 1]]), Softmax(((0, 1),)))
TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
BIASED = chain(1, affine([[1], [-1]], [1, "-1/2"]), Pointwise((RELU, RELU)))
CLIPS = chain(1, affine([[1], [1]], [0, -1]), Pointwise((clip(q(0), q(1)),) * 2))
COPIES = chain(1, affine([[1], [2]]), Pointwise((leaky_relu(HALF),) * 2), affine([[1, 2]]))
BLOCK = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(affine([["-1/2"]]), (1,)), Node(Sum(), (0, 2))))
SPARE = Network(  # x + (ReLU and leaky units)(x), and a maximum that nobody reads
    2,
    (
        Node(Max(((0, 1),)), (0,)),
        Node(Pointwise((leaky_relu(HALF), RELU)), (0,)),
        Node(affine([[1, "1/3"], ["-1/3", "1/2"]]), (2,)),
        Node(Sum(), (0, 3)),
    ),
)
KINK = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))  # t ↦ (|t|, t clipped)
LARGEST = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Max(((0, 1), (2,), (0,))))
BENT = chain(2, affine([[1, 2], [0, 1]], [0, 1]), Pointwise((leaky_relu(HALF),) * 2))
HUMP = layer(PiecewiseAffine((q(-1), q(1)), ((q(1), q(2)), (q(-1), q(0)), (q(1), q(-2)))))
FOUR, THREE = (-1, 0, 1, -1, -1, 1, -1, -1, 0, -1, -1, 1, -1, -1), (1, -1, -1, 0, -1, -1)  # trees of cells
HALF_BENT = chain(2, Pointwise((leaky_relu(HALF), IDENTITY)))
LEAKY_PAIR = chain(2, Pointwise((leaky_relu(HALF),) * 2))
FRAME = (-1, -1, 0, -1, -1, 0, -1, -1)  # the four sides of a square, the last two cut by the first switch
AROUND = ((2, 8, 0), (2, 8, 0), (0,), (2, -8, 3), (2, -8, 3), (1, 8, -5), (1, -8, -5), (1,))
WINDING = GROUND_TRUTH["G1 PL z² box: injective"].statement.f
BOTTOM, TOP = (1, -6, -8), (2, -6, -8)
SIDES = ((1, 8, -1), (0,), (0,), (0,), (0,), BOTTOM, (1,), (0,), (0,), (4, 8, 0), (1,), (2, 8, -1), (1,), (1,), TOP, (4, 0, 8), (1,), (0,))
AROUND_A_TRIANGLE = (*SIDES, (4, -8, 8), (0,), (1,))
LARGEST_ALONE = chain(2, Max(((0, 1),)))
CLIPPED = chain(1, affine([[1]], [5]), Pointwise((RELU,)), affine([[1]], [-7]))
WHOLE = (1, 0, 0, 1)  # the matrix (1) with the exponent 0 for all units
ON_THE_LINE = ((1, -3, -8), (1, -3, 8), (-1,), (0,), (4, -6, 8))
TRIPLE, THIRD, NEGATIVE = chain(1, affine([[3]])), chain(1, affine([["1/3"]])), chain(1, affine([[-1]]))
PACKED = chain(3, affine([[1, 4, 16]]))
FLOATS = Floats(point(-(2**24 - 1) * 2**104), point((2**24 - 1) * 2**104))
PAIR = chain(1, affine([[1], [-3]], [2, -6]), Pointwise((RELU, RELU)))  # t ↦ ((t + 2)⁺, 3(t + 2)⁻)
UNPAIR = chain(2, affine([[1, "-1/3"]], [-2]))
SKIP_IDENTITY = Network(1, (Node(affine([[0]]), (0,)), Node(Sum(), (0, 1))))
STEEPER = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1))))  # t + t⁺
MINIMUM = (affine([[-1], ["-1/2"]]), Max(((0, 1),)), affine([[-1]]), Max(((0,),)))  # min(t, t/2)
MINIMA = chain(1, *MINIMUM)
UNDONE = Network(1, (*STEEPER.nodes, *(Node(op, (2 + i,)) for i, op in enumerate(MINIMUM))))
ONCE, TWICE = affine([[1]]), affine([[2]])
TWO_PIECES = (  # of the inverse of STEEPER
    (Polytope(1, (point(1),), point(0)), ONCE),
    (Polytope(1, (point(-1),), point(0)), affine([["1/2"]])),
)
SIDES, ENDS = (point(1), point(-1)), (point(0, 1), point(2, 0))  # [-1, 0] and [0, 2], as y ≤ b and −y ≤ −a
FLAT = chain(2, Pointwise((clip(q(-1), q(1)),) * 2))  # the identity on [-1, 1]²
ADDITIVE = Network(2, (Node(affine([[1, 0]]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(affine([[0], [2]]), (2,)), Node(Sum(), (0, 3))))
UNCOUPLE = Network(2, (*ADDITIVE.nodes[:2], Node(affine([[0], [-2]]), (2,)), Node(Sum(), (0, 3))))
SWISH = Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(Product(), (0, 1))))  # t·sigmoid(t)
GATE = Network(
    2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Pointwise((Sigmoid(),)), (2,)), Node(Product(), (1, 3)))
)
CUBE = Network(1, (Node(Product(), (0, 0)), Node(Product(), (0, 1))))
SNAKE = Network(1, (Node(Pointwise((Sin(),)), (0,)), Node(Product(), (1, 1)), Node(Sum(), (0, 2))))  # t + sin²t
# x/√((x₁² + x₂²)/2 + 1/4)
NORM = Network(
    2,
    (
        Node(Product(), (0, 0)),
        Node(affine([["1/2", "1/2"]], ["1/4"]), (1,)),
        Node(Pointwise((Sqrt(),)), (2,)),
        Node(Pointwise((Reciprocal(q("1/2")),)), (3,)),
        Node(affine([[1], [1]]), (4,)),
        Node(Product(), (0, 5)),
    ),
)
ROUNDED = Network(  # (a, b) ↦ (a, b + round(a/3))
    2,
    (
        *(Node(affine([["11184811/33554432", 0]]), (0,)), Node(affine([[1]], [3 * 2**22]), (1,)), Node(affine([[1]], [-3 * 2**22]), (2,))),
        *(Node(affine([[0, 1]]), (0,)), Node(Sum(), (4, 3)), Node(affine([[1, 0]]), (0,)), Node(Stack(), (6, 5))),
    ),
)
CYCLE, BACK = Table((1, 2, 0)), Table((2, 0, 1))

# (x, y) ↦ (x, y·e^(arctan x) + x): an affine coupling; and after it (u, v) ↦ (u + relu(v), v)
COUPLING = Network(
    2,
    (
        Node(affine([[1, 0]]), (0,)),
        Node(Pointwise((Atan(),)), (1,)),
        Node(Pointwise((Exp(),)), (2,)),
        Node(affine([[0, 1]]), (0,)),
        Node(Product(), (3, 4)),
        Node(Sum(), (5, 1)),
        Node(Stack(), (1, 6)),
    ),
)
BOTH_WAYS = Network(2, (*COUPLING.nodes, Node(Pointwise((RELU,)), (6,)), Node(Sum(), (1, 8)), Node(Stack(), (9, 6))))
# (x, y·exp(tanh x) + leaky(x)), and then x·exp(tanh of that)
REALNVP = Network(
    2,
    (
        Node(affine([[1, 0]]), (0,)),
        Node(Pointwise((Tanh(),)), (1,)),
        Node(Pointwise((Exp(),)), (2,)),
        Node(affine([[0, 1]]), (0,)),
        Node(Product(), (3, 4)),
        Node(Pointwise((leaky_relu(HALF),)), (1,)),
        Node(Sum(), (5, 6)),
        Node(Stack(), (1, 7)),
    ),
)
REALNVP_TWICE = Network(
    2,
    (
        *REALNVP.nodes,
        Node(Pointwise((Tanh(),)), (7,)),
        Node(Pointwise((Exp(),)), (9,)),
        Node(Product(), (1, 10)),
        Node(Stack(), (11, 7)),
    ),
)
VANISHING = Network(2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Product(), (1, 2)), Node(Stack(), (1, 3))))
GATED, TURNED = (  # x − x·sigmoid(x)/2, which is increasing, and x − x·sigmoid(x), which is not
    Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(Product(), (0, 1)), Node(affine([[c]]), (2,)), Node(Sum(), (0, 3))))
    for c in ("-1/2", -1)
)
RAYS = Radial(point(1, 0), q(1), q("-1/2"), q(1))
LEANING = Network(1, (Node(Pointwise((Tanh(),)), (0,)), Node(Sum(), (0, 1))))  # x + tanh x
SWAPPED = chain(2, affine([[0, 1], [1, 0]]))
UNRAYS = unradial(RAYS.center, RAYS.alpha, RAYS.beta)
SPLINE, SELF = (  # y ↦ S(y), the bins e^x and e^(−x), or e^y and e^(−y)
    Network(
        2,
        (
            Node(affine([[1, 0]]), (0,)),
            Node(affine([[0, 1]]), (0,)),
            Node(affine([[1], [-1]]), (source,)),
            Node(Pointwise((Exp(), Exp())), (3,)),
            Node(Spline(q("1/8"), 1), (2, 4, 4, 4, 4)),
            Node(Stack(), (1, 5)),
        ),
    )
    for source in (1, 2)
)
UNSPLINE = Network(2, tuple(Node(Spline(q("1/8"), -1), node.inputs) if isinstance(node.op, Spline) else node for node in SPLINE.nodes))
DIVIDED = Network(
    2,
    (
        Node(affine([[1, 0]]), (0,)),
        Node(Pointwise((ABS,)), (1,)),
        Node(affine([[1]], [1]), (2,)),
        Node(Pointwise((Reciprocal(q(1)),)), (3,)),
        Node(affine([[0, 1]]), (0,)),
        Node(Product(), (4, 5)),
        Node(Stack(), (1, 6)),
    ),
)


def closed(*u: int | str, slopes: tuple[tuple[int, int, Fraction], ...] = ()) -> Closed:
    """A case closed by one combination."""
    return Closed((Combination(point(*u), slopes, (), ()),))
