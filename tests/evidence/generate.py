"""The corpus of evidence files, as tables; `python -m tests.evidence.generate` writes the files beside this one.

accepted/NAME and rejected/NAME hold claim.json and evidence.json; the reason of a rejection stands in message.txt, and malformed/NAME
holds bytes that are no evidence at all. A bug that is found in the kernel becomes an entry here.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from proofs.activations import (
    ABS,
    IDENTITY,
    RELU,
    Atan,
    Elu,
    Erf,
    Exp,
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
from proofs.codec import encode_claim, encode_evidence
from proofs.domains import Box, Floats, Grid, Integers, Labels, Polytope, Reals, Simplex
from proofs.ieee import Binary32
from proofs.kernel import Theorem
from proofs.network import Argmax, Max, Network, Node, Pointwise, Product, Softmax, Spline, Stack, Sum, Table
from proofs.relaxation import Combination
from proofs.statements import Bijective, FibreIs, Injective, IsIdentity, Lipschitz, MapsInto, Not, Reached, Statement, Surjective
from proofs.theorems import (
    Agreement,
    Blocks,
    Bottleneck,
    BranchAndBound,
    BrokenHalf,
    CancelInner,
    CancelOuter,
    Cancels,
    CellsStayInside,
    Coercive,
    Collision,
    CoveredByCells,
    DominatedLabel,
    Enumeration,
    EqualSizes,
    Escapes,
    FibreByBranching,
    FibreByCells,
    FixesCells,
    FloatCount,
    FullColumnRank,
    FullRowRank,
    GridCount,
    Halves,
    InjectiveIsBijective,
    IntegerCoupling,
    IntermediateValue,
    KernelDirection,
    LayerTree,
    LeftInverse,
    LipschitzCells,
    LipschitzInverse,
    LipschitzLayers,
    LipschitzSlopes,
    MaximumOnto,
    MaxOfMins,
    MeetInTheMiddle,
    Merged,
    MissedBefore,
    MissedByCells,
    Misses,
    MonotoneLayer,
    Moves,
    NarrowFirstLayer,
    NonzeroDegree,
    NoRounding,
    NullImage,
    OnePreimage,
    OntoLayer,
    OpenRange,
    OppositeDeterminants,
    OppositeEnds,
    OppositeOrientations,
    OppositeTails,
    OtherSide,
    Pigeonhole,
    PrefixCollides,
    Radial,
    Reaches,
    ReachesAll,
    ReachesEach,
    ReachesLabel,
    Recession,
    Restriction,
    RightInverse,
    ScaledRays,
    SeparatedBoxes,
    SeparatedCells,
    Separator,
    SeparatorAlong,
    ShortDualVectors,
    SmallRounding,
    SoftmaxOnto,
    Stages,
    StaysInside,
    StaysOnGrid,
    StronglyMonotone,
    SuffixCollides,
    SuffixMisses,
    Through,
    TooFewPoints,
    Triangular,
)
from proofs.theorems.branching import Closed, Cut, Tighten
from proofs.theorems.radial import radial
from tests.build import affine, box, chain, finite, grid, layer, point, q

HERE = Path(__file__).parent

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
CURVED = chain(1, affine([[1], [2]]), Pointwise((Tanh(),) * 2), Argmax())
DECIDED = chain(1, affine([[1], [1]], [0, 1]), Argmax())
SKIP = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(Sum(), (0, 1)), Node(Stack(), (0, 2))))
SQUARE = Network(1, (Node(Product(), (0, 0)),))
ZIGZAG = PiecewiseAffine((q(-1), q(1)), ((q(2), q(3)), (q(-2), q(-1)), (q(2), q(-5))))
SOFT = chain(2, affine([[1, 0], [0, 1]]), Softmax(((0, 1),)))
TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
BIASED = chain(1, affine([[1], [-1]], [1, "-1/2"]), Pointwise((RELU, RELU)))
CLIPS = chain(1, affine([[1], [1]], [0, -1]), Pointwise((clip(q(0), q(1)),) * 2))
COPIES = chain(1, affine([[1], [2]]), Pointwise((leaky_relu(HALF),) * 2), affine([[1, 2]]))
BLOCK = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(affine([["-1/2"]]), (1,)), Node(Sum(), (0, 2))))
KINK = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))  # t ↦ (|t|, t clipped)
LARGEST = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Max(((0, 1), (2,), (0,))))
BENT = chain(2, affine([[1, 2], [0, 1]], [0, 1]), Pointwise((leaky_relu(HALF),) * 2))
HUMP = layer(PiecewiseAffine((q(-1), q(1)), ((q(1), q(2)), (q(-1), q(0)), (q(1), q(-2)))))
FOUR, THREE = (-1, 0, 1, -1, -1, 1, -1, -1, 0, -1, -1, 1, -1, -1), (1, -1, -1, 0, -1, -1)  # trees of cells
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
VANISHING = Network(2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Product(), (1, 2)), Node(Stack(), (1, 3))))
GATED, TURNED = (  # x − x·sigmoid(x)/2, which is increasing, and x − x·sigmoid(x), which is not
    Network(1, (Node(Pointwise((Sigmoid(),)), (0,)), Node(Product(), (0, 1)), Node(affine([[c]]), (2,)), Node(Sum(), (0, 3))))
    for c in ("-1/2", -1)
)
RAYS = Radial(point(1, 0), q(1), q("-1/2"), q(1))
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


ACCEPTED: dict[str, tuple[Statement, tuple[Theorem, ...]]] = {
    "left inverse of a shear": (Injective(SHEAR, Reals(2)), (LeftInverse(UNSHEAR), Cancels())),
    "left inverse of a table": (Injective(CYCLE, Labels(3)), (LeftInverse(BACK), Enumeration())),
    "right inverse of a shear": (Surjective(SHEAR, Reals(2), Reals(2)), (RightInverse(UNSHEAR), Cancels(), StaysInside())),
    "a cycle is a bijection": (Bijective(CYCLE, Labels(3), Labels(3)), (Halves(), Enumeration(), Enumeration(), StaysInside())),
    "a fold is no bijection": (Not(Bijective(FOLD, Reals(1), Reals(1))), (BrokenHalf("injective"), Collision(point(1), point(-1)))),
    "relu is not onto": (
        Not(Bijective(layer(RELU), Reals(1), Reals(1))),
        (BrokenHalf("surjective"), Misses(point(-1)), Separator(point(1))),
    ),
    "doubling leaves the box": (Not(Bijective(DOUBLE, box(0, 1), box(0, 1))), (BrokenHalf("into"), Escapes(point(1)))),
    "two inputs that do not meet": (
        Injective(chain(2, affine([[2, 0], [0, 3]])), Reals(2)),
        (Blocks(((0,), (1,))), FullColumnRank(3, (0,), ((2,),)), FullColumnRank(5, (0,), ((2,),))),
    ),
    "an outer map is cancelled": (Injective(SHEAR, box(0, 1, 2)), (CancelOuter(UNSHEAR), LeftInverse(Network(2, ())), Cancels())),
    "an inner map is cancelled": (
        Surjective(FOLD, Reals(1), grid(0, 3)),
        (CancelInner(DOUBLE, grid(0, 3, step="1/2")), Enumeration(), StaysInside()),
    ),
    "injective on a smaller set": (Injective(DOUBLE, grid(0, 3)), (Restriction(Reals(1), None), FullColumnRank(3, (0,), ((2,),)))),
    "onto from a larger set": (
        Surjective(DOUBLE, box(-9, 9), finite([0], [2])),
        (Restriction(finite([0], [1]), None), Enumeration()),
    ),
    "not injective on a larger set": (
        Not(Injective(FOLD, Reals(1))),
        (Restriction(box(-1, 1), None), Collision(point("1/2"), point("-1/2"))),
    ),
    "through the middle layer": (
        Injective(chain(1, affine([[2]]), Pointwise((leaky_relu(HALF),))), Reals(1)),
        (Through(1, Reals(1)), FullColumnRank(5, (0,), ((3,),)), StaysInside(), MonotoneLayer()),
    ),
    "a prefix collides": (Not(Injective(WIDE, Reals(2))), (PrefixCollides(2), Collision(point(-1, 0), point(-2, 0)))),
    "a suffix collides": (
        Not(Injective(chain(1, affine([[2]]), Pointwise((RELU,))), Reals(1))),
        (SuffixCollides(1, Reals(1)), FullRowRank(3, (0,), ((2,),)), KernelDirection(point(-1), point(1))),
    ),
    "a suffix misses": (
        Not(Surjective(chain(1, affine([[2]]), Pointwise((RELU,))), Reals(1), Reals(1))),
        (SuffixMisses(1, Reals(1)), StaysInside(), Misses(point(-1)), Separator(point(1))),
    ),
    "two equal units are one": (
        Injective(COPIES, Reals(1)),
        (
            *(Merged(), Through(1, Reals(1)), FullColumnRank(3, (0,), ((1,),)), StaysInside()),
            *(Through(1, Reals(1)), MonotoneLayer(), StaysInside(), FullColumnRank(3, (0,), ((2,),))),
        ),
    ),
    "a residual block is monotone": (Injective(BLOCK, Reals(1)), (StronglyMonotone((point(1),), point(HALF)),)),
    "a monotone map is onto": (Surjective(BLOCK, Reals(1), box(-1, 1)), (StronglyMonotone((point(1),), point(HALF)),)),
    "an affine coupling is injective": (Injective(COUPLING, Reals(2)), (Triangular((0, 1), (0, 1)),)),
    "an affine coupling is onto": (Surjective(COUPLING, Reals(2), Reals(2)), (Triangular((0, 1), (0, 1)),)),
    "a residual block with a gate is onto": (Surjective(GATED, Reals(1), Reals(1)), (StronglyMonotone(((q(1),),), (q(1),)),)),
    "a radial flow is onto": (Surjective(radial(point(1, 0), q(1), q("-1/2"), q(1)), Reals(2), Reals(2)), (RAYS,)),
    "a radial flow that is too strong": (
        Not(Injective(radial(point(1, 0), q(1), q(-2), q(1)), Reals(2))),
        (replace(RAYS, beta=q(-2)),),
    ),
    "a spline is solved for": (Surjective(SPLINE, Reals(2), Reals(2)), (Triangular((0, 1), (0, 1)),)),
    "division by a positive number": (Surjective(DIVIDED, Reals(2), Reals(2)), (Triangular((0, 1), (0, 1)),)),
    "two couplings in stages": (
        Injective(BOTH_WAYS, Reals(2)),
        (Stages((((1, 0), (6, 0)),), (Reals(2),)), Triangular((0, 1), (0, 1)), Triangular((1, 0), (0, 1))),
    ),
    "more inputs than labels": (Not(Injective(CLASSIFIER, Reals(1))), (Pigeonhole(Labels(3)), StaysInside())),
    "more labels than inputs": (Not(Surjective(CYCLE, Labels(2), Labels(3))), (TooFewPoints(),)),
    "no countable set covers the line": (Not(Surjective(Network(1, ()), Integers(1), Reals(1))), (TooFewPoints(),)),
    "onto because injective": (Surjective(CYCLE, Labels(3), Labels(3)), (EqualSizes(Labels(3)), StaysInside(), Enumeration())),
    "not onto because not injective": (
        Not(Surjective(Table((0, 0)), Labels(2), Labels(2))),
        (EqualSizes(Labels(2)), Collision(point(0), point(1))),
    ),
    "a sum of grid values collides": (Not(Injective(chain(2, affine([[1, 1]])), grid(0, 3, 2))), (GridCount(),)),
    "a skip network by enumeration": (Injective(SKIP, grid(-3, 3)), (Enumeration(),)),
    "a square is not negative": (Not(Reached(SQUARE, Reals(1), point(-1))), (Separator(point(1)),)),
    "a square collides": (Not(Injective(SQUARE, Integers(1))), (Collision(point(3), point(-3)),)),
    "two floats collide": (Not(Injective(layer(RELU), Floats(point(-1), point(1)))), (Collision(point("-1/2"), point(-1)),)),
    "a direction inside a triangle": (
        Not(Injective(chain(2, affine([[1, 1]]), Pointwise((RELU,))), TRIANGLE)),
        (KernelDirection(point(0, "1/2"), point(1, -1)),),
    ),
    "a bottleneck of width one": (Not(Injective(NARROW, box(0, 1, 2))), (Bottleneck(1, None),)),
    "a bottleneck under a triangle": (Not(Injective(NARROW, TRIANGLE)), (Bottleneck(2, point("1/4", "1/4")),)),
    "a curve covers no cube": (Not(Surjective(NARROW, Reals(2), box(0, 1, 3))), (NullImage(2),)),
    "a narrow first layer": (Not(Injective(WIDE, Reals(2))), (NarrowFirstLayer(),)),
    "opposite determinants": (Not(Injective(SIGNS, box(-2, 2, 2))), (OppositeDeterminants(point(1, 0), point(-1, 0)),)),
    "opposite orientations": (Not(Injective(SIGNS, box(-2, 2, 2))), (OppositeOrientations(point(1, 0), point(-1, 0)),)),
    "one preimage of one value": (Bijective(BENT, Reals(2), Reals(2)), (InjectiveIsBijective(), OnePreimage(FOUR, point(1, "1/2")))),
    "unbounded cells of one sign": (Surjective(HUMP, Reals(1), Reals(1)), (NonzeroDegree(THREE, None),)),
    "a degree that is not zero": (Surjective(HUMP, Reals(1), box(0, 1)), (NonzeroDegree(THREE, point("1/2")),)),
    "far away it misses": (
        Not(Surjective(CLIPPED, Reals(1), Reals(1))),
        (Recession(), Misses(point(-1)), Separator(point(1))),
    ),
    "full column rank": (Injective(chain(2, affine([[1, 2], [3, 4], [5, 6]])), Reals(2)), (FullColumnRank(7, (0, 1), ((5, 1), (5, 3))),)),
    "digits in base 4 packed into one number": (
        Injective(chain(3, affine([[1, 4, 16]])), grid(0, 3, 3)),
        (ShortDualVectors((point("1/4"), point("1/16"))),),
    ),
    "weights with different subset sums": (Injective(chain(4, affine([[3, 5, 6, 7]])), grid(0, 1, 4)), (MeetInTheMiddle((0, 3)),)),
    "even numbers stay even": (MapsInto(chain(2, affine([[2, -4]], [10])), grid(0, 3, 2), grid(-2, 16, step=2)), (StaysOnGrid(),)),
    "full row rank": (Surjective(chain(2, affine([[1, 2]])), Reals(2), Reals(1)), (FullRowRank(2, (0,), ((1,),)),)),
    "clips are injective between their ends": (Injective(layer(clip(q(0), q(1))), box(0, 1)), (MonotoneLayer(),)),
    "some unit is active everywhere": (Injective(BIASED, Reals(1)), (LayerTree(3, (((0, 1), (1, 1), ()),), (0,)),)),
    "two clips take turns": (
        Injective(CLIPS, box(0, 2)),
        (LayerTree(3, (((0,), (1,), ()), ((3,), (-1,), ()), ((1, 2), (-1, 1), ())), (0, 2, 1)),),
    ),
    "units are active in the triangle": (
        Injective(layer(RELU, RELU), TRIANGLE),
        (LayerTree(2, (((0,), (1,), ((0, 1),)), ((1,), (1,), ((1, 1),))), (0, 1)),),
    ),
    "a bent curve by its cells": (Injective(KINK, Reals(1)), (SeparatedCells((2, -1, -1, 1, -1, -1), ((0, 1),), ON_THE_LINE),)),
    "a bent curve on a segment by its cells": (
        Injective(KINK, box(-2, 2)),
        (SeparatedCells((0, 2, -1, -1, 1, -1, -1), ((0, 1),), ((-1,), (0,), (4, -4, 8), (1, -3, -8), (1, -3, 8))),),
    ),
    "maxima on a triangle by their cells": (Injective(LARGEST, TRIANGLE), (SeparatedCells((0, -1, -1), (), ((10, 0, 8),)),)),
    "a bend that a matrix overlooks": (
        Injective(KINK, box(-2, 2)),
        (SeparatedCells((2, -1, 1, 0, -1, -1, -1), ((0, 1),), ((1, -3, 8), (1, -3, -8), (-2, 0, 1, 0))),),
    ),
    "a matrix for all of a leaky line": (Injective(layer(leaky_relu(HALF)), Reals(1)), (SeparatedCells((-1, -1), (), ((-2, 1, 0),)),)),
    "a matrix for a leaky segment": (Injective(layer(leaky_relu(HALF)), box(-1, 1)), (SeparatedBoxes((-1,), (WHOLE,)),)),
    "boxes of a leaky segment": (
        Injective(layer(leaky_relu(HALF)), box(-1, 1)),
        (SeparatedBoxes((0, 0, -1, -1, 0, -1, -1), ((-1,), WHOLE, (-1,), (0, -1), (-2,), (1, 1, 0, 1, 0), (0, -1), WHOLE)),),
    ),
    "smooth activations increase": (Injective(layer(Sigmoid(), Tanh(), Softplus(), Elu(HALF, q(2))), Reals(4)), (MonotoneLayer(),)),
    "a leaky layer is onto": (Surjective(layer(leaky_relu(HALF), ABS), Reals(2), Polytope(2, (point(0, -1),), point(0))), (OntoLayer(),)),
    "a label is reached": (Reached(CLASSIFIER, box(-9, 9), point(0)), (Reaches(point(6)),)),
    "a label is reached by scores that are not rational": (Reached(CURVED, Reals(1), point(1)), (ReachesLabel(point("1/2")),)),
    "both ends of the line": (
        Surjective(chain(2, affine([[1, 1], [1, 0]]), Pointwise((RELU, RELU)), affine([[1, -1]])), Reals(2), Reals(1)),
        (OppositeEnds(point(1, -1), point(0, 1)),),
    ),
    "an overshooting residual block is onto": (
        Surjective(OVERSHOOT, Reals(1), Reals(1)),
        (Coercive((point(1),)),),
    ),
    "maxima that overlap": (Surjective(chain(3, Max(((0, 1), (1, 2)))), Reals(3), Reals(2)), (MaximumOnto(),)),
    "softmax onto the simplex": (Surjective(chain(2, Softmax(((0, 1),))), Reals(2), Simplex(2)), (SoftmaxOnto(),)),
    "the end of an open range": (Not(Reached(layer(Sigmoid()), Reals(1), point(1))), (OpenRange(0),)),
    "missed by the matrix before": (
        Not(Reached(chain(2, affine([[1, 1], [1, 1]]), Pointwise((leaky_relu(HALF),) * 2)), Reals(2), point(0, 1))),
        (MissedBefore(1, Reals(2), point(0, 1)), StaysInside(), MonotoneLayer(), Separator(point(1, -1))),
    ),
    "each label loses to others in turn": (
        Not(Reached(chain(1, affine([[1], [0], [-1]], [0, "-1/4", 0]), Argmax()), box(-9, 9), point(1))),
        (BranchAndBound((Cut(0, 0, q(0)), closed(0, -1, 1), closed(1, -1, 0))),),
    ),
    "lines at units exclude a value": (
        Not(Reached(FOLD, Reals(1), point("-1/9"))),
        (BranchAndBound((closed(1, slopes=((2, 0, q("1/2")),)),)),),
    ),
    "an image on a half line": (
        MapsInto(FOLD, box(-1, 1), Polytope(1, (point(1),), point(1))),
        (BranchAndBound((Tighten(1, 0, -1, closed(-1, 0).by[0]), closed(-1, slopes=((2, 0, q("1/2")),)))),),
    ),
    "each label is reached": (Surjective(CURVED, box(-1, 1), Labels(2)), (ReachesEach(), Reaches(point(0)), ReachesLabel(point(1)))),
    "all labels are reached": (
        Surjective(CLASSIFIER, box(-9, 9), Labels(3)),
        (ReachesAll((point(6), point(0), point(-6))),),
    ),
    "a dominated label": (Not(Reached(DECIDED, Reals(1), point(0))), (DominatedLabel(point(0, 1)),)),
    "a tie goes to the first label": (
        Not(Reached(chain(1, affine([[1], [1]]), Argmax()), Reals(1), point(1))),
        (DominatedLabel(point(1, 0)),),
    ),
    "a label is missed": (Not(Surjective(DECIDED, Reals(1), Labels(2))), (Misses(point(0)), DominatedLabel(point(0, 1)))),
    "a value in the image of no cell": (
        Not(Surjective(KINK, Reals(1), Reals(2))),
        (Misses(point(-1, 0)), MissedByCells((2, -1, -1, 1, -1, -1), ((1, 0, 0), (1, 0, 0)))),
    ),
    "an interval in the image of one cell": (Surjective(FOLD, Reals(1), box(0, 1)), (CoveredByCells(((),), ((0, 1),), ((0, 1), (-1, 1))),)),
    "a line in the images of three cells": (
        Surjective(HUMP, Reals(1), Reals(1)),
        (CoveredByCells(((), ()), ((0, 1), (2, 3)), ((2, 1), (1, 0), (-2, 1), (-1, 0))),),
    ),
    "corners of cells stay inside": (MapsInto(HUMP, box(-2, 2), box(-1, 1)), (CellsStayInside((1, -1, 0, -1, -1)),)),
    "three inputs with one value": (
        FibreIs(HUMP, Reals(1), point(0), (((-2, 1),), ((0, 1),), ((2, 1),))),
        (FibreByCells(THREE, ((),) * 6),),
    ),
    "all inputs where the maximum is one": (
        FibreIs(LARGEST_ALONE, box(0, 1, 2), point(1), (((0, 1, 1), (1, 1, 1)), ((1, 0, 1), (1, 1, 1)))),
        (FibreByCells((0, -1, -1), ((), (), ())),),
    ),
    "a part that bounds exclude": (
        FibreIs(HUMP, box(-2, 9), point(5), (((7, 1),),)),
        (FibreByBranching(((0, 1), (), (1, 1))),),
    ),
    "softmax stays in the simplex": (MapsInto(SOFT, Reals(2), Simplex(2)), (StaysInside(),)),
    "a maximum stays in the box": (MapsInto(chain(2, Max(((0, 1),))), box(0, 1, 2), box(0, 1)), (StaysInside(),)),
    "a value outside the simplex": (Not(MapsInto(SHEAR, Reals(2), Simplex(2))), (Escapes(point(0, 0)),)),
    "a pair of rectifiers has a left inverse": (Injective(PAIR, Reals(1)), (LeftInverse(UNPAIR), Cancels())),
    "a coupling is undone": (
        Bijective(ADDITIVE, Reals(2), Reals(2)),
        (Halves(), LeftInverse(UNCOUPLE), Cancels(), RightInverse(UNCOUPLE), Cancels(), StaysInside(), StaysInside()),
    ),
    "a clip is the identity inside": (IsIdentity(FLAT, box(-1, 1, 2)), (FixesCells((-1,)),)),
    "a leaky layer and its inverse by cells": (
        IsIdentity(chain(1, Pointwise((leaky_relu(HALF),)), Pointwise((leaky_relu(q(2)),))), Reals(1)),
        (FixesCells((-1, -1)),),
    ),
    "a minimum of two lines undoes a bend": (IsIdentity(UNDONE, Reals(1)), (MaxOfMins((-1, -1), 2),)),
    "a bend stretches twice": (Lipschitz(STEEPER, Reals(1), q(2)), (LipschitzLayers(),)),
    "a fold stretches once": (Lipschitz(FOLD, box(-1, 1), q(1)), (LipschitzCells((0, -1, -1)),)),
    "an inverse of a bend stretches once": (
        Lipschitz(MINIMA, Reals(1), q(1)),
        (
            *(LipschitzInverse(STEEPER, Reals(1), (-1, -1)), MaxOfMins((-1, -1), 2)),
            *(InjectiveIsBijective(), LeftInverse(MINIMA), MaxOfMins((-1, -1), 2)),
        ),
    ),
    "the inverse from the other side": (
        IsIdentity(chain(1, affine([["1/2"]]), affine([[2]])), Reals(1)),
        (OtherSide(1, Reals(1)), FullRowRank(3, (0,), ((2,),)), Cancels()),
    ),
    "negation twice is the identity": (IsIdentity(chain(1, affine([[-1]]), affine([[-1]])), Reals(1)), (Cancels(),)),
    "any map on no points is injective": (Injective(Table((0, 0)), Labels(0)), (Enumeration(),)),
    "a pair of neighbouring binary32 numbers": (
        Not(Injective(Binary32(TRIPLE), FLOATS)),
        (Collision(point("11184813/8388608"), point("5592407/4194304")),),
    ),
    "numbers that are copied are not rounded": (Injective(Binary32(NEGATIVE), FLOATS), (NoRounding(), FullColumnRank(3, (0,), ((-1,),)))),
    "packed digits are not rounded": (Injective(Binary32(PACKED), grid(0, 3, 3)), (NoRounding(), Enumeration())),
    "small rounding hides nothing": (Injective(Binary32(TRIPLE), grid(0, 9)), (SmallRounding(THIRD), Cancels())),
    "a softmax does not see a shift": (Not(Injective(SOFT, Reals(2))), (Agreement(point(0, 1), point(1, 2)),)),
    "a closed gate": (Not(Injective(GATE, Reals(2))), (Agreement(point(0, 1), point(0, 2)),)),
    "swish turns back": (
        Not(Injective(SWISH, Reals(1))),
        (IntermediateValue(point(0), 0, 0, (q(-4), q(-1), q(0))),),
    ),
    "a shear moves a point": (Not(IsIdentity(SHEAR, Reals(2))), (Moves(point(0, 1)),)),
    "more inputs than binary32 outputs": (Not(Injective(Binary32(chain(2, affine([[1, 1]]))), grid(0, 2**17, 2))), (FloatCount(),)),
    "a coupling of whole numbers": (Injective(Binary32(ROUNDED), grid(0, 7, 2)), (IntegerCoupling(),)),
    "erf is strictly increasing": (Injective(layer(Erf()), Reals(1)), (MonotoneLayer(),)),
    "swish misses a negative number": (
        Not(Surjective(SWISH, Reals(1), Reals(1))),
        (Misses(point(-1)), SeparatorAlong(point(1), 0, 0, point(-4, -2, -1, 0, 4))),
    ),
    "a cube takes all values": (Surjective(CUBE, Reals(1), Reals(1)), (OppositeTails(point(-1), point(1), q(1)),)),
    "a cube is strictly increasing": (Injective(CUBE, Reals(1)), (Triangular((0,), (0,)),)),
    "Snake is strictly increasing and takes all values": (
        Bijective(SNAKE, Reals(1), Reals(1)),
        (Halves(), Triangular((0,), (0,)), Triangular((0,), (0,)), StaysInside()),
    ),
    "normalised by the root of the mean square": (Injective(NORM, Reals(2)), (ScaledRays(),)),
    "a coupling stretches by a constant on a box": (Lipschitz(COUPLING, box(-1, 1, 2), q(11)), (LipschitzSlopes(),)),
    "the sine increases up to a quarter turn": (Injective(layer(Sin()), Box(point("-3/2"), point("3/2"))), (MonotoneLayer(),)),
    "roots of positive numbers": (Injective(layer(Sqrt()), Box(point(0), point(9))), (MonotoneLayer(),)),
}

REJECTED: dict[str, tuple[Statement, tuple[Theorem, ...], str]] = {
    "swish takes what it is said to miss": (
        Not(Reached(SWISH, Reals(1), point("-1/4"))),
        (SeparatorAlong(point(1), 0, 0, point(-4, -2, -1, 0, 4)),),
        "the functional does not separate the value from the image",
    ),
    "swish does not fall without end": (
        Surjective(SWISH, Reals(1), Reals(1)),
        (OppositeTails(point(-1), point(1), q(1)),),
        "not known to fall without end",
    ),
    "the square of a norm falls too fast": (
        Injective(
            Network(
                1,
                (
                    Node(Product(), (0, 0)),
                    Node(affine([[1]], [1]), (1,)),
                    Node(Pointwise((Reciprocal(q(1)),)), (2,)),
                    Node(Product(), (0, 3)),
                ),
            ),
            Reals(1),
        ),
        (ScaledRays(),),
        "falls too fast",
    ),
    "an exponential scale has no constant": (Lipschitz(COUPLING, Reals(2), q(9)), (LipschitzSlopes(),), "are not bounded"),
    "the sine turns at a quarter": (
        Injective(layer(Sin()), Box(point(0), point(2))),
        (MonotoneLayer(),),
        "activation 0 is not strictly monotone",
    ),
    "a root does not see what is negative": (
        Injective(layer(Sqrt()), Reals(1)),
        (MonotoneLayer(),),
        "activation 0 is not strictly monotone",
    ),
    "a scale that can vanish": (
        Injective(VANISHING, Reals(2)),
        (Triangular((0, 1), (0, 1)),),
        "output 1 is not known to be strictly monotone",
    ),
    "a gate that takes all away": (
        Injective(TURNED, Reals(1)),
        (StronglyMonotone(((q(1),),), (q(1),)),),
        "the quadratic form is not positive definite",
    ),
    "a radial flow with another beta": (
        Injective(radial(point(1, 0), q(1), q(-2), q(1)), Reals(2)),
        (RAYS,),
        "not seen to be this radial flow",
    ),
    "a radial flow below its bound": (
        Injective(radial(point(1, 0), q(1), q(-2), q(1)), Reals(2)),
        (replace(RAYS, beta=q(-2)),),
        "is below −alpha",
    ),
    "a spline that moves its own knots": (
        Injective(SELF, Reals(2)),
        (Triangular((0, 1), (0, 1)),),
        "output 1 is not known to be strictly monotone",
    ),
    "a coupling in the wrong order": (Injective(COUPLING, Reals(2)), (Triangular((1, 0), (0, 1)),), "does not depend on input 1 alone"),
    "a bounded coordinate is not onto": (
        Surjective(layer(Atan()), Reals(1), Reals(1)),
        (Triangular((0,), (0,)),),
        "output 0 is not known to take all values",
    ),
    "a stage that does not suffice": (
        Injective(BOTH_WAYS, Reals(2)),
        (Stages((((6, 0),),), (Reals(1),)), Triangular((0, 1), (0, 1))),
        "input 0 is needed too",
    ),
    "a point collides with itself": (Not(Injective(FOLD, Reals(1))), (Collision(point(1), point(1)),), "the two points are the same"),
    "outputs differ": (Not(Injective(FOLD, Reals(1))), (Collision(point(1), point(2)),), "the two outputs differ"),
    "a pair outside": (Not(Injective(FOLD, box(0, 1))), (Collision(point(1), point(-1)),), "a point lies outside the domain"),
    "a collision of a softmax": (Not(Injective(SOFT, Reals(2))), (Collision(point(0, 0), point(1, 1)),), "no exact rational value"),
    "a wrong left inverse": (Injective(SHEAR, Reals(2)), (LeftInverse(SHEAR), Cancels()), "outputs do not cancel"),
    "a wrong right inverse": (
        Surjective(CYCLE, Labels(3), Labels(3)),
        (RightInverse(CYCLE), Enumeration(), StaysInside()),
        "a point is moved",
    ),
    "a left inverse of a surjection": (Surjective(SHEAR, Reals(2), Reals(2)), (LeftInverse(UNSHEAR), Cancels()), "proves injectivity only"),
    "a right inverse of an injection": (
        Injective(SHEAR, Reals(2)),
        (RightInverse(UNSHEAR), Cancels(), StaysInside()),
        "proves surjectivity only",
    ),
    "no such half": (Not(Bijective(FOLD, Reals(1), Reals(1))), (BrokenHalf("left"),), "no half of a bijection is called 'left'"),
    "a step is missing": (Bijective(CYCLE, Labels(3), Labels(3)), (Halves(), Enumeration(), Enumeration()), "1 goals open"),
    "a step too many": (Injective(CYCLE, Labels(3)), (Enumeration(), Enumeration()), "everything is proved already"),
    "halves for injectivity": (Injective(CYCLE, Labels(3)), (Halves(),), "the two halves make a bijection only"),
    "an outer map of another width": (Injective(SHEAR, Reals(2)), (CancelOuter(DOUBLE),), "takes 1 inputs, the inner one gives 2"),
    "an inner map for injectivity": (Injective(SHEAR, Reals(2)), (CancelInner(SHEAR, Reals(2)),), "from surjectivity only"),
    "restriction to a part": (Injective(DOUBLE, Reals(1)), (Restriction(box(0, 1), None),), "not evident that the Reals lies in the Box"),
    "a cut behind the end": (Injective(DOUBLE, Reals(1)), (Through(2, Reals(1)),), "cut 2 of a network of 1 nodes"),
    "a cut under a skip": (Not(Injective(SKIP, Reals(1))), (PrefixCollides(1),), "reads a value before it"),
    "a suffix of a table": (Not(Injective(CYCLE, Labels(3))), (SuffixCollides(0, Labels(3)),), "only networks have layers"),
    "a suffix misses for injectivity": (Injective(DOUBLE, Reals(1)), (SuffixMisses(0, Reals(1)),), "refutes surjectivity only"),
    "as many points as labels": (Not(Injective(CYCLE, Labels(3))), (Pigeonhole(Labels(3)),), "not known to have more points"),
    "line and plane are equally large": (
        Not(Surjective(chain(1, affine([[1], [1]])), Reals(1), Reals(2))),
        (TooFewPoints(),),
        "not known to have more",
    ),
    "sizes differ": (Surjective(CYCLE, Labels(2), Labels(3)), (EqualSizes(Labels(3)),), "not finite of the same size"),
    "room in binary32": (Not(Injective(Binary32(chain(2, affine([[1, 1]]))), grid(1, 2**16, 2))), (FloatCount(),), "more than 2^32 points"),
    "room on the grid": (Not(Injective(chain(2, affine([[1, 4]])), grid(0, 3, 2))), (GridCount(),), "room for every point"),
    "enumeration finds a pair": (Injective(Table((0, 0)), Labels(2)), (Enumeration(),), "two points of the domain have the same value"),
    "the line is not enumerated": (Injective(DOUBLE, Reals(1)), (Enumeration(),), "cannot be enumerated"),
    "a direction out of the triangle": (
        Not(Injective(chain(2, affine([[1, 1]])), TRIANGLE)),
        (KernelDirection(point("1/2", "1/2"), point(1, 0)),),
        "the direction leaves the domain",
    ),
    "as wide as the domain": (Not(Injective(SHEAR, Reals(2))), (Bottleneck(1, None),), "2 wide at the cut"),
    "an argmax is no bottleneck": (
        Not(Injective(CLASSIFIER, Reals(1))),
        (Bottleneck(2, None),),
        "an argmax before the cut is not continuous",
    ),
    "as wide as the codomain": (Not(Surjective(SHEAR, Reals(2), Reals(2))), (NullImage(1),), "2 wide at the cut"),
    "a first layer wide enough": (
        Not(Injective(chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU))), Reals(1))),
        (NarrowFirstLayer(),),
        "fewer than 2 are too few",
    ),
    "equal determinants": (
        Not(Injective(SIGNS, Reals(2))),
        (OppositeDeterminants(point(1, 0), point(2, 0)),),
        "the determinants have the signs",
    ),
    "orientations that agree": (
        Not(Injective(SIGNS, box(-2, 2, 2))),
        (OppositeOrientations(point(1, 0), point("3/2", 0)),),
        "the determinants have the signs",
    ),
    "a folded map with one preimage": (Injective(HUMP, Reals(1)), (OnePreimage(THREE, point(5)),), "the determinants have the signs"),
    "a value at a fold": (Surjective(HUMP, Reals(1), Reals(1)), (NonzeroDegree(THREE, point(1)),), "on the border of cells"),
    "injective on a box only": (
        Surjective(DOUBLE, box(0, 1), box(0, 1)),
        (InjectiveIsBijective(), FullColumnRank(3, (0,), ((2,),))),
        "relates injective and onto",
    ),
    "a value that a cell may hold": (
        Not(Reached(KINK, Reals(1), point("1/2", "1/2"))),
        (MissedByCells((2, -1, -1, 1, -1, -1), ((0, 1, -1), (1, 0, 0))),),
        "is negative on the image",
    ),
    "preimages in two cells": (
        Surjective(HUMP, Reals(1), box(-1, 1)),
        (CoveredByCells(((),), ((0, 1),), ((-2, 1), (3, 1))),),
        "not mapped to the corner",
    ),
    "a corner outside": (MapsInto(HUMP, box(-2, 2), box(0, 1)), (CellsStayInside((1, -1, 0, -1, -1)),), "lies outside the set"),
    "a preimage left out": (
        FibreIs(HUMP, Reals(1), point(0), (((-2, 1),), ((0, 1),))),
        (FibreByCells(THREE, ((),) * 6),),
        "lies in none of the pieces",
    ),
    "far away from a curve": (
        Not(Injective(KINK, Reals(1))),
        (Recession(), Collision(point(1), point(2))),
        "far away an injective network may collide",
    ),
    "bounds that do not exclude": (
        FibreIs(HUMP, box(-2, 9), point(0), (((2, 1),),)),
        (FibreByBranching(((0, 1), (), (1, 1))),),
        "do not exclude the value",
    ),
    "a determinant at a kink": (Not(Injective(SIGNS, Reals(2))), (OppositeDeterminants(point(0, 0), point(1, 0)),), "differentiable at 0"),
    "a group left out": (
        Injective(SHEAR, Reals(2)),
        (Blocks(((0,),)), FullColumnRank(3, (0,), ((1,),))),
        "the groups do not part the 2 inputs",
    ),
    "a cell cut by what does not change": (
        Injective(KINK, Reals(1)),
        (SeparatedCells((1, -1, -1, 1, -1, -1), ((0, 1),), ON_THE_LINE),),
        "node 0 cannot be cut by switch 1",
    ),
    "a cell that is two": (
        Injective(KINK, Reals(1)),
        (SeparatedCells((-1, 1, -1, -1), ((0, 1),), ON_THE_LINE[1:]),),
        "node 0 is said to be a leaf, but the network has several pieces on it",
    ),
    "cells with one image": (
        Injective(layer(ABS), Reals(1)),
        (SeparatedCells((-1, -1), ((1,),), ((0,),)),),
        "direction 0 does not separate the nodes 0 and 1",
    ),
    "a functional that vanishes": (
        Injective(KINK, Reals(1)),
        (SeparatedCells((2, -1, -1, 1, -1, -1), ((0, 1),), (*ON_THE_LINE[:4], (4, 0, 0))),),
        "an entry does not separate the nodes 2 and 3",
    ),
    "a matrix where slopes change their sign": (
        Injective(layer(ABS), Reals(1)),
        (SeparatedCells((-1, -1), (), ((-2, 1, 0),)),),
        "an entry does not separate the nodes 0 and 1",
    ),
    "a matrix without its exponent": (
        Injective(layer(leaky_relu(HALF)), Reals(1)),
        (SeparatedCells((-1, -1), (), ((-2, 1),)),),
        "1 numbers for a matrix and 1 exponents",
    ),
    "boxes that touch": (
        Injective(layer(leaky_relu(HALF)), box(-1, 1)),
        (SeparatedBoxes((0, -1, -1), ((-1,), WHOLE, (0, -1), WHOLE)),),
        "entry 2 does not tell the boxes 1 and 2 apart",
    ),
    "a matrix for a box with a fold": (
        Injective(layer(ABS), box(-1, 1)),
        (SeparatedBoxes((-1,), (WHOLE,)),),
        "entry 0 does not tell the boxes 0 and 0 apart",
    ),
    "pairs of boxes left open": (
        Injective(layer(leaky_relu(HALF)), box(-1, 1)),
        (SeparatedBoxes((0, -1, -1), ((-1,), WHOLE)),),
        "the entries about pairs end where 2 pairs are open",
    ),
    "a flat cell image": (Injective(layer(RELU), Reals(1)), (SeparatedCells((-1, -1), (), ((-1,),)),), "injective on the cell of node 1"),
    "an entry too many": (
        Injective(KINK, Reals(1)),
        (SeparatedCells((2, -1, -1, 1, -1, -1), ((0, 1),), (*ON_THE_LINE, (0,))),),
        "6 entries about pairs, 5 of them are used",
    ),
    "no rank modulo three": (
        Injective(chain(1, affine([[3]])), Reals(1)),
        (FullColumnRank(3, (0,), ((1,),)),),
        "not the identity modulo 3",
    ),
    "rank modulo zero": (Injective(DOUBLE, Reals(1)), (FullColumnRank(0, (0,), ((1,),)),), "the modulus is 0; it must be at least 2"),
    "digits in a base that is too small": (
        Injective(chain(3, affine([[1, 3, 9]])), grid(0, 3, 3)),
        (ShortDualVectors((point("1/3"), point("1/9"))),),
        "vector 0 does not come close enough",
    ),
    "two subsets with one sum": (
        Injective(chain(4, affine([[3, 5, 6, 8]])), grid(0, 1, 4)),
        (MeetInTheMiddle((0, 3)),),
        "steps of both halves cancel",
    ),
    "a step that is half a step": (
        MapsInto(chain(2, affine([[2, -3]], [10])), grid(0, 3, 2), grid(-2, 16, step=2)),
        (StaysOnGrid(),),
        "a step does not go to a multiple of a step",
    ),
    "rank modulo one": (
        Surjective(DOUBLE, Reals(1), Reals(1)),
        (FullRowRank(1, (0,), ((0,),)),),
        "the modulus is 1; it must be at least 2",
    ),
    "relu is not monotone enough": (Injective(layer(RELU), box(-1, 1)), (MonotoneLayer(),), "activation 0 is not strictly monotone"),
    "no unit is active between": (
        Injective(chain(1, affine([[1], [-1]], [-1, -1]), Pointwise((RELU, RELU))), Reals(1)),
        (LayerTree(3, (((0, 1), (1, 1), ()),), (0,)),),
        "its flats may well hold at once",
    ),
    "a branch is missing": (
        Injective(CLIPS, box(0, 2)),
        (LayerTree(3, (((0,), (1,), ()), ((3,), (-1,), ()), ((1, 2), (-1, 1), ())), (0, 2)),),
        "the tree ends after 2 nodes",
    ),
    "no units are equal": (
        Not(Injective(FOLD, Reals(1))),
        (Merged(), Collision(point(1), point(-1))),
        "there are no equal units in a layer",
    ),
    "a form is not definite": (
        Injective(BLOCK, Reals(1)),
        (StronglyMonotone((point(1),), point(9)),),
        "the quadratic form is not positive definite",
    ),
    "relu does not reach below": (Surjective(layer(RELU), Reals(1), Reals(1)), (OntoLayer(),), "does not reach the whole side"),
    "another value": (Reached(CLASSIFIER, Reals(1), point(0)), (Reaches(point(0)),), "the function has another value there"),
    "a tie that is not rational": (
        Reached(chain(1, affine([[1], [1]]), Pointwise((Sigmoid(),) * 2), Argmax()), Reals(1), point(1)),
        (ReachesLabel(point(1)),),
        "label 0 is not known to have a lower score than 1",
    ),
    "one end of the line": (
        Surjective(layer(RELU), Reals(1), Reals(1)),
        (OppositeEnds(point(-1), point(1)),),
        "along the direction the function has the slope 0 at infinity",
    ),
    "a branch that grows too fast": (
        Surjective(Network(1, (Node(Pointwise((RELU,)), (0,)), Node(affine([[-2]]), (1,)), Node(Sum(), (0, 2)))), Reals(1), Reals(1)),
        (Coercive((point(1),)),),
        "row 0: x − M·f(x) may grow as fast as x",
    ),
    "maxima of each other's members": (
        Surjective(chain(2, Max(((0, 1), (1,)))), Reals(2), Reals(2)),
        (MaximumOnto(),),
        "every member of the group 1 is in another group too",
    ),
    "softmax from a box": (Surjective(chain(2, Softmax(((0, 1),))), box(0, 1, 2), Simplex(2)), (SoftmaxOnto(),), "moves into the domain"),
    "inside an open range": (Not(Reached(layer(Sigmoid()), Reals(1), point(HALF))), (OpenRange(0),), "not known to be an end"),
    "another value before": (
        Not(Reached(chain(1, affine([[1]]), Pointwise((RELU,))), Reals(1), point(-1))),
        (MissedBefore(1, Reals(1), point(-1)),),
        "the value before is not sent to the value",
    ),
    "a case is open": (Not(Reached(FOLD, Reals(1), point(-1))), (BranchAndBound((Cut(0, 0, q(0)), closed(1))),), "where some are open"),
    "too many values to be reached one by one": (
        Surjective(DOUBLE, Reals(1), Reals(1)),
        (ReachesEach(),),
        "the codomain is not known to have at most 10000 points",
    ),
    "too few preimages": (Surjective(CLASSIFIER, Reals(1), Labels(3)), (ReachesAll((point(6),)),), "more points than there are preimages"),
    "a miss outside the codomain": (Not(Surjective(layer(RELU), Reals(1), box(0, 1))), (Misses(point(-1)),), "outside the codomain"),
    "no separation": (Not(Reached(layer(RELU), Reals(1), point(1))), (Separator(point(1)),), "does not separate"),
    "a tie does not go to the last": (
        Not(Reached(chain(1, affine([[1], [1]]), Argmax()), Reals(1), point(0))),
        (DominatedLabel(point(0, 1)),),
        "the label is not dominated",
    ),
    "a wider image": (MapsInto(DOUBLE, box(0, 1), box(0, 1)), (StaysInside(),), "the bounds of the image exceed the box"),
    "it does not escape": (Not(MapsInto(DOUBLE, box(0, 1), box(0, 2))), (Escapes(point(1)),), "the value lies inside the set"),
    "a left inverse of a pair is no right inverse": (
        Surjective(PAIR, Reals(1), Reals(2)),
        (RightInverse(UNPAIR), Cancels(), StaysInside()),
        "2 outputs do not cancel",
    ),
    "layers that cancel are not seen": (Lipschitz(FOLD, Reals(1), q(1)), (LipschitzLayers(),), "the layers give the constant 3"),
    "a bend stretches more than once": (
        Lipschitz(STEEPER, Reals(1), q("3/2")),
        (LipschitzCells((-1, -1)),),
        "the network stretches distances by 2",
    ),
    "an inverse of a bend does not shrink": (
        Lipschitz(MINIMA, Reals(1), HALF),
        (LipschitzInverse(STEEPER, Reals(1), (-1, -1)),),
        "the inverse stretches distances by 1",
    ),
    "a minimum at another cut": (IsIdentity(UNDONE, Reals(1)), (MaxOfMins((-1, -1), 6),), "what follows the cut is not"),
    "a clip is no identity outside": (
        IsIdentity(layer(clip(q(-1), q(1))), box(-1, 2)),
        (FixesCells((1, -1, -1)),),
        "a generator of a cell is not fixed",
    ),
    "a cell with two pieces is no leaf": (IsIdentity(FLAT, box(-1, 2, 2)), (FixesCells((-1,)),), "several pieces on it"),
    "the other side of no inverse": (
        IsIdentity(chain(1, affine([[3]]), affine([[2]])), Reals(1)),
        (OtherSide(1, Reals(1)), FullRowRank(3, (0,), ((2,),)), Cancels()),
        "1 outputs do not cancel",
    ),
    "the other side at no cut": (
        IsIdentity(SKIP_IDENTITY, Reals(1)),
        (OtherSide(1, Reals(1)), FullRowRank(3, (0,), ((2,),)), Cancels()),
        "reads a value before it",
    ),
    "shear and shear do not cancel": (
        IsIdentity(chain(2, *[n.op for n in (*SHEAR.nodes, *SHEAR.nodes)]), Reals(2)),
        (Cancels(),),
        "do not cancel",
    ),
    "a zigzag composed without end": (
        Injective(DOUBLE, Reals(1)),
        (LeftInverse(chain(1, *[Pointwise((ZIGZAG,))] * 40)), Cancels()),
        "a composition of activations with up to",
    ),
    "a square of a square without end": (
        Injective(DOUBLE, finite([2], [3])),
        (LeftInverse(Network(1, tuple(Node(Product(), (i, i)) for i in range(60)))), Enumeration()),
        "a product of up to",
    ),
    "a product is rounded": (
        Injective(Binary32(TRIPLE), FLOATS),
        (NoRounding(), FullColumnRank(5, (0,), ((2,),))),
        "any binary32 number times 3 is rounded",
    ),
    "rounding may hide a small spacing": (
        Injective(Binary32(TRIPLE), Grid(point(0), point(9), (Fraction(1, 2**30),))),
        (SmallRounding(THIRD), Cancels()),
        "may hide the spacing of the grid",
    ),
    "a gate that is open": (Not(Injective(GATE, Reals(2))), (Agreement(point(1, 1), point(1, 2)),), "are not known to agree"),
    "swish does not turn there": (
        Not(Injective(SWISH, Reals(1))),
        (IntermediateValue(point(0), 0, 0, (q(0), q(1), q(2))),),
        "is not known to lie above or below",
    ),
    "a point that stays": (Not(IsIdentity(DOUBLE, Reals(1))), (Moves(point(0)),), "the point stays where it is"),
    "a sum that does not determine its terms": (
        Injective(Binary32(chain(2, affine([[1, 1]]))), grid(0, 3, 2)),
        (IntegerCoupling(),),
        "the outputs determine 0 of the 2 inputs",
    ),
}

_CLAIM = b'{"format":"bijection-claim","statement":%s,"version":1}'
_ON = b'"on":{"is":"Reals","n":1}'
MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON"),
    "a list": (b"[]", "not a bijection-claim file"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "a truncated file": (b'{"format":"bijection-claim","sta', "not JSON"),
    "nested without end": (b"[" * 100_000, "not JSON"),
    "another version": (b'{"format":"bijection-claim","statement":null,"version":2}', "version 2 of"),
    "a version that is true": (b'{"format":"bijection-claim","statement":null,"version":true}', "version True of"),
    "another format": (b'{"format":"bijection-evidence","steps":[],"version":1}', "not a bijection-claim file"),
    "a field twice": (b'{"format":"bijection-claim","format":"bijection-claim","statement":null,"version":1}', "names a field twice"),
    "a field too many": (
        b'{"extra":0,"format":"bijection-claim","statement":null,"version":1}',
        "has the fields format, version, statement",
    ),
    "a float": (_CLAIM % b'{"is":"Injective","f":0.5}', "0.5 is not exact"),
    "not a number": (_CLAIM % b"NaN", "NaN is not exact"),
    "infinity": (_CLAIM % b"-Infinity", "-Infinity is not exact"),
    "an exponent": (_CLAIM % b"1e3", "1e3 is not exact"),
    "no such statement": (_CLAIM % b'{"is":"True"}', "expected one of Injective"),
    "a statement inside a list": (_CLAIM % (b"[" * 900 + b"]" * 900), "expected one of Injective"),
    "an unknown field": (_CLAIM % (b'{"is":"Injective",' + _ON + b"}"), "Injective has the fields"),
    "not not": (_CLAIM % b'{"is":"Not","statement":{"is":"Not","statement":null}}', "expected one of Injective"),
    "a fraction as a number": (
        _CLAIM % b'{"is":"Injective","f":{"is":"Table","values":["1/2"]},"on":{"is":"Labels","k":1}}',
        "expected an integer",
    ),
    "a long integer": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":[' + b"9" * 5000 + b']},"on":{"is":"Labels","k":1}}'),
        "not JSON",
    ),
    "a long number of labels": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":[]},"on":{"is":"Labels","k":"-0x' + b"f" * 9000 + b'"}}'),
        "an integer of 36000 bits labels",
    ),
    "a number without end": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":["0x' + b"f" * 300_000 + b'"]},"on":{"is":"Labels","k":1}}'),
        "a number of 300002 characters",
    ),
    "breakpoints out of order": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":[{"is":"Node","inputs":[0],"op":{"is":"Pointwise","runs":[[1,'
            b'{"is":"PiecewiseAffine","breakpoints":["1","0"],"pieces":[["0","0"],["0","0"],["0","0"]]}]]}}]},' + _ON + b"}"
        ),
        "do not increase strictly",
    ),
    "a layer without end": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":[{"is":"Node","inputs":[0],"op":{"is":"Pointwise","runs":'
            b'[[1000000000000,{"is":"Tanh"}]]}}]},' + _ON + b"}"
        ),
        "unfold to more than 50000000 entries",
    ),
    "a stack of a stack without end": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":['
            + b",".join(b'{"is":"Node","inputs":[%d,%d],"op":{"is":"Stack"}}' % (i, i) for i in range(60))
            + b"]},"
            + _ON
            + b"}"
        ),
        "the limit is 20000000",
    ),
    "a network on too many inputs": (
        _CLAIM % b'{"is":"Injective","f":{"is":"Network","arity":1000000000000,"nodes":[]},"on":{"is":"Reals","n":1000000000000}}',
        "a network on 1000000000000 inputs",
    ),
}


def folder(kind: str, name: str) -> Path:
    """Where the files of an entry are."""
    return HERE / kind / name.replace(" ", "-")


def write() -> None:
    """Write every file of the corpus."""
    for kind, entries in (("accepted", ACCEPTED), ("rejected", REJECTED), ("malformed", MALFORMED)):
        for name in entries:
            folder(kind, name).mkdir(parents=True, exist_ok=True)
    for name, (claim, steps) in ACCEPTED.items():
        (folder("accepted", name) / "claim.json").write_bytes(encode_claim(claim))
        (folder("accepted", name) / "evidence.json").write_bytes(encode_evidence(steps))
    for name, (claim, steps, message) in REJECTED.items():
        (folder("rejected", name) / "claim.json").write_bytes(encode_claim(claim))
        (folder("rejected", name) / "evidence.json").write_bytes(encode_evidence(steps))
        (folder("rejected", name) / "message.txt").write_text(message + "\n", encoding="utf-8")
    for name, (data, message) in MALFORMED.items():
        (folder("malformed", name) / "claim.json").write_bytes(data)
        (folder("malformed", name) / "evidence.json").write_bytes(encode_evidence(()))
        (folder("malformed", name) / "message.txt").write_text(message + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
