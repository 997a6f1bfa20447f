"""More rules that sound right and are false: about derivatives, sizes, samples and rounding."""

from __future__ import annotations

from proofs.activations import leaky_relu
from proofs.domains import Finite, Reals
from proofs.ieee import Binary32
from proofs.network import Network, Node, Pointwise, Sum
from tests.networks.build import Entry, affine, both, chain, injective, named, pieces, point, polytope, scalar
from tests.networks.elementwise import CURVED, ELEMENTWISE
from tests.networks.flows import FLOWS
from tests.networks.ground_truth import GROUND_TRUTH, lcp, murty, residual

_TINY = scalar(pieces([0, "1/1000000000000"], [1, 0, 1]))  # flat on an interval that no sample meets
_STEEP = scalar(leaky_relu(point("1/1000000000000000000000000000000")[0]))

# Slopes [[1, 0], [4, 1]], then I, then [[1, 2], [0, 1]] along the strip from (0, 0) to (4, −4): three P-matrices, which take (1, −1) to
# (1, 3), (1, −1), (−1, −1). The region with x < 1, y < −2, where the determinant is −7, lies outside the strip.
_TURN = Network(
    2,
    (
        Node(affine([[-1, 0], [0, -1]], [1, -2]), (0,)),
        Node(Pointwise((pieces([0], [0, 1]),) * 2), (1,)),
        Node(affine([[0, -2], [-4, 0]]), (2,)),
        Node(Sum(), (0, 3)),
    ),
)
_STRIP = polytope([[-1, 0], [1, 0], [1, 1], [-1, -1]], [0, 4, "1/2", "1/2"])

_ADD = chain(1, affine([[1]], [2**24]))
_CANCELS = chain(3, affine([[1, 1, 1]]))
_HALVES = Finite((point(0), point("1/2")))
_SUMS = Finite((point(2**24, 1, -(2**24)), point(1, 0, 0)))

MORE_FALSE_RULES: dict[str, Entry] = named(
    {
        "determinants that are not 0 are enough": {"injective": FLOWS["G6 Gale–Nikaidô: injective"]},
        "a derivative that is 0 somewhere collides": {"injective": GROUND_TRUTH["x³: injective"]},
        "positive leading minors are enough": {"injective": FLOWS["G6 Gale–Nikaidô: injective"]},
        "positive leading minors make a P-matrix": {"bijective": GROUND_TRUTH["G8 leading minors: bijective"]},
        "P-matrices on a convex set are enough": injective(_TURN, _STRIP, False, "(0, 0) and (4, −4); they are on a box"),
        "P-matrices on a convex set are enough, box": injective(_TURN, polytope([[-1, 0], [0, -1]], [0, 2]), True, "x ≥ 0, y ≥ −2"),
        "G8 Murty 24": {"bijective": both(lcp(murty(24)), True, True, "P-matrix: triangular with positive diagonal")["bijective"]},
        "G8 Murty 24, one entry more": injective(
            lcp([[*row[:-1], row[-1]] if i < 23 else [1, *row[1:]] for i, row in enumerate(murty(24))]), Reals(24), False, "a minor is −1"
        ),
        "an M-matrix is needed": both(lcp([[1, 5], [0, 1]]), True, True, "P-matrix with a positive entry beside the diagonal"),
        "a residual branch must shrink distances": {"bijective": GROUND_TRUTH["G11 AVE skip: bijective"]},
        "the norm seen by power iteration is enough": both(
            residual((Pointwise((pieces([0], [0, 1]),) * 2), affine([["1/2", 0], [0, -1]])), 2),
            False,
            False,
            "from (1, 0) it sees norm ½ for ever; the second branch cancels y",
        ),
        "injective is injective far away": {
            "injective": GROUND_TRUTH["G4 kink: injective"],
            "recession": GROUND_TRUTH["G4 recession: injective"],
        },
        "injective far away is injective": {"injective": GROUND_TRUTH["G2 fold: injective"]},
        "GELU is monotone": {"injective": CURVED["E gelu: injective"]},
        "layer normalisation is injective": {"injective": ELEMENTWISE["E layer norm: injective"]},
        "a small reconstruction error is enough": both(_TINY, False, True, "y ↦ y errs by 10⁻¹² at most"),
        "samples that do not collide are enough": injective(_TINY, Reals(1), False, "the flat piece is 10⁻¹² wide"),
        "full rank at samples is enough": injective(_TINY, Reals(1), False, "the derivative is 1 but on the flat piece"),
        "an enormous reconstruction error collides": both(_STEEP, True, True, "the inverse has the slope 10³⁰, beyond binary32"),
        "almost every matrix is good, so this one is": both(chain(2, affine([[1, 2], [2, 4]])), False, False, "rank 1"),
        "a numerical rank is a rank": both(
            chain(2, affine([[1, 1], [1, f"{10**30 + 1}/{10**30}"]])), True, True, "the determinant is 10⁻³⁰, which no SVD sees"
        ),
        "invertible over ℝ is invertible in binary32": {
            "real": Entry(injective(_ADD, _HALVES, True, "")["injective"].statement, True, "x + 2²⁴"),
            "binary32": Entry(injective(Binary32(_ADD), _HALVES, False, "")["injective"].statement, False, "2²⁴ absorbs ½"),
        },
        "equal sums are equal in binary32": {
            "real": Entry(injective(_CANCELS, _SUMS, False, "")["injective"].statement, False, "both sums are 1"),
            "binary32": Entry(injective(Binary32(_CANCELS), _SUMS, True, "")["injective"].statement, True, "(2²⁴ + 1) − 2²⁴ = 0"),
        },
    }
)
