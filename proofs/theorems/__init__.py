"""The closed list of what the kernel believes, one file per family. Nothing registers itself: this tuple is all there is."""

from proofs.theorems.affine import FullColumnRank, FullRowRank
from proofs.theorems.agreement import Agreement, IntermediateValue
from proofs.theorems.blocks import Blocks
from proofs.theorems.boundary import InjectiveOnBoundary
from proofs.theorems.branching import BranchAndBound
from proofs.theorems.collision import Collision, KernelDirection
from proofs.theorems.composition import MissedBefore, PrefixCollides, SuffixCollides, SuffixMisses, Through
from proofs.theorems.contraction import ContractsNear
from proofs.theorems.counting import Enumeration, EqualSizes, FloatCount, GridCount, Pigeonhole, TooFewPoints
from proofs.theorems.dimension import Bottleneck, NarrowFirstLayer, NullImage, OppositeDeterminants
from proofs.theorems.fibres import FibreByBranching, FibreByCells
from proofs.theorems.grids import MeetInTheMiddle, ShortDualVectors, StaysOnGrid
from proofs.theorems.identity import Cancels, CancelsInside, FixesCells, Moves, OtherSide
from proofs.theorems.images import CellsStayInside, CoveredByCells, MissedByCells
from proofs.theorems.integer_coupling import IntegerCoupling
from proofs.theorems.inverted import InvertedByCells
from proofs.theorems.lattice_form import MaxOfMins
from proofs.theorems.layer_tree import LayerTree
from proofs.theorems.lipschitz import ExpandsSlopes, LipschitzCells, LipschitzInverse, LipschitzLayers, LipschitzSlopes
from proofs.theorems.maxima import WithoutMaxima
from proofs.theorems.merging import Merged
from proofs.theorems.moment import MomentCurve
from proofs.theorems.monotone import MonotoneLayer, OntoLayer
from proofs.theorems.monotonicity import StronglyMonotone
from proofs.theorems.onto import Coercive, MaximumOnto, OpenRange, OppositeEnds, SoftmaxOnto
from proofs.theorems.orientation import InjectiveIsBijective, NonzeroDegree, OnePreimage, OppositeOrientations
from proofs.theorems.radial import Radial
from proofs.theorems.rays import ScaledRays
from proofs.theorems.recession import Recession
from proofs.theorems.representatives import ColumnRepresentatives, DefiniteKinks
from proofs.theorems.rounding import NoRounding, SmallRounding
from proofs.theorems.separated_boxes import SeparatedBoxes
from proofs.theorems.separated_cells import SeparatedCells
from proofs.theorems.sets import BrokenHalf, CancelInner, CancelOuter, Halves, LeftInverse, Restriction, RightInverse
from proofs.theorems.stages import Stages
from proofs.theorems.tails import OppositeTails, SeparatorAlong
from proofs.theorems.triangular import Triangular
from proofs.theorems.values import DominatedLabel, Escapes, Misses, Reaches, ReachesAll, ReachesEach, ReachesLabel, Separator, StaysInside

THEOREMS = (
    LeftInverse,
    RightInverse,
    Halves,
    BrokenHalf,
    Blocks,
    CancelOuter,
    CancelInner,
    Restriction,
    Through,
    Stages,
    PrefixCollides,
    SuffixCollides,
    SuffixMisses,
    MissedBefore,
    Merged,
    WithoutMaxima,
    Pigeonhole,
    TooFewPoints,
    EqualSizes,
    GridCount,
    FloatCount,
    Enumeration,
    Collision,
    KernelDirection,
    Agreement,
    IntermediateValue,
    Bottleneck,
    NullImage,
    NarrowFirstLayer,
    OppositeDeterminants,
    OppositeOrientations,
    InjectiveIsBijective,
    OnePreimage,
    NonzeroDegree,
    Recession,
    FullColumnRank,
    FullRowRank,
    ShortDualVectors,
    MeetInTheMiddle,
    MonotoneLayer,
    OntoLayer,
    MaximumOnto,
    SoftmaxOnto,
    OppositeEnds,
    OppositeTails,
    Coercive,
    LayerTree,
    StronglyMonotone,
    ColumnRepresentatives,
    DefiniteKinks,
    Triangular,
    ScaledRays,
    Radial,
    SeparatedCells,
    SeparatedBoxes,
    InjectiveOnBoundary,
    Reaches,
    ContractsNear,
    ReachesLabel,
    ReachesEach,
    ReachesAll,
    Misses,
    Separator,
    SeparatorAlong,
    MomentCurve,
    DominatedLabel,
    OpenRange,
    StaysInside,
    StaysOnGrid,
    Escapes,
    BranchAndBound,
    MissedByCells,
    CoveredByCells,
    CellsStayInside,
    FibreByCells,
    FibreByBranching,
    Cancels,
    Moves,
    FixesCells,
    OtherSide,
    CancelsInside,
    MaxOfMins,
    InvertedByCells,
    LipschitzLayers,
    LipschitzSlopes,
    ExpandsSlopes,
    LipschitzCells,
    LipschitzInverse,
    NoRounding,
    SmallRounding,
    IntegerCoupling,
)
