"""The networks of the mathematical literature (and folklore) whose answers are known, over the reals unless said."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import IDENTITY, RELU, Activation, Tanh, clip, leaky_relu
from proofs.domains import Box, Grid, Reals
from proofs.network import Affine, Network, Node, Op, Pointwise, Product, Row, Stack, Sum
from proofs.statements import FibreIs, Reached
from tests.networks.build import (
    Entry,
    above,
    affine,
    beside,
    both,
    box,
    chain,
    each,
    eye,
    from_parts,
    grid,
    injective,
    minus,
    named,
    onto,
    pieces,
    point,
    relu,
    scalar,
    with_absolute,
)  # fmt: skip

SWAP = [[0, 1], [1, 0]]
BENT = pieces([0], ["1/2", 2])  # slope ½ below 0, 2 above

# |x| − |y| and (|x + y| − |x − y|)/2 by four absolute values, each two ReLUs.
_SIDES = [[1, 0], [0, 1], [1, 1], [1, -1]]
_SQUARE: tuple[Op, ...] = (
    affine(above(_SIDES, minus(_SIDES))),
    relu(8),
    affine([[1, -1, 0, 0, 1, -1, 0, 0], [0, 0, "1/2", "-1/2", 0, 0, "1/2", "-1/2"]]),
)
SQUARE = chain(2, *_SQUARE)
_FOURTH = chain(2, *_SQUARE, *_SQUARE)
_TWO_LAYERS = chain(1, affine([[1], [-1]]), relu(2), affine([[-1, -1]], [1]), relu(1))


def residual(branch: tuple[Op, ...], n: int) -> Network:
    """x ↦ x + branch(x), with a real skip connection."""
    nodes = tuple(Node(op, (i,)) for i, op in enumerate(branch))
    return Network(n, (*nodes, Node(Sum(), (0, len(nodes)))))


def murty(n: int) -> list[list[int]]:
    """1 on the diagonal, 2 above it."""
    return [[1 if i == j else 2 if i < j else 0 for j in range(n)] for i in range(n)]


def lcp(m: list[list[int]]) -> Network:
    """x ↦ x⁺ − m·x⁻: bijective exactly when m is a P-matrix, onto exactly when m is a Q-matrix."""
    return from_parts(eye(len(m)), minus(m))


def circular(kernel: tuple[int, int], n: int) -> Network:
    """Circular convolution xᵢ ↦ kernel[0]·xᵢ + kernel[1]·xᵢ₊₁ on ℤₙ."""
    return chain(n, affine([[kernel[0] * (i == j) + kernel[1] * (j == (i + 1) % n) for j in range(n)] for i in range(n)]))


def full_convolution(kernel: tuple[int, int], n: int) -> Network:
    """Zero-padded convolution with n + 1 outputs."""
    return chain(n, affine([[kernel[0] * (i == j) + kernel[1] * (i == j + 1) for j in range(n)] for i in range(n + 1)]))


def tridiagonal(n: int) -> Network:
    """Convolution with [1, 1, 1] and the same length, padded with zeros."""
    return chain(n, affine([[int(abs(i - j) <= 1) for j in range(n)] for i in range(n)]))


def distinct_subset_sums(n: int) -> list[int]:
    """n numbers all of whose subsets have different sums, smaller than powers of two. J. H. Conway and R. K. Guy, 1968; proved for all n
    by T. Bohman, Proc. AMS 124 (1996) 3627–3636."""
    u = [0, 1]
    for k in range(1, n):
        u.append(2 * u[k] - u[k - round((2 * k) ** 0.5)])
    return [u[n] - t for t in u[:n]]


def packing(*weights: int) -> Network:
    """x ↦ ⟨weights, x⟩: several grey levels in one number."""
    return chain(len(weights), affine([weights]))


def normal_map(a: list[list[int]], s: Op) -> Network:
    """x ↦ a·π(x) + x − π(x) for a projection π that acts coordinatewise."""
    n = len(a)
    difference = [[a[i][j] - (i == j) for j in range(n)] for i in range(n)]
    return residual((s, affine(difference)), n)


def half_plane(a: list[list[int]]) -> Network:
    """v ↦ a·π(v) + v − π(v) for the projection π onto the half-plane y ≤ x: v − π(v) = max(y − x, 0)/2·(−1, 1)."""
    rest = [[Fraction(a[i][0] - a[i][1] - (1 if i == 0 else -1), 2)] for i in range(2)]
    nodes = (Node(affine([[-1, 1]]), (0,)), Node(relu(1), (1,)), Node(affine(rest), (2,)), Node(affine(a), (0,)), Node(Sum(), (3, 4)))
    return Network(2, nodes)


def residual_plus(s: Activation, a: list[list[int]]) -> Network:
    """x ↦ s(x) + a·x with s in each coordinate."""
    n = len(a)
    return Network(n, (Node(each(s, n), (0,)), Node(affine(a), (0,)), Node(Sum(), (1, 2))))


def _pinchuk() -> Network:
    """(x, y) ↦ (P, Q), t = xy − 1, h = t(xt + 1), f = (xt + 1)²(t² + y), P = f + h, Q = −t² − 6th(h+1) − …"""
    nodes: list[Node] = []

    def put(op: Op, *inputs: int) -> int:
        nodes.append(Node(op, inputs))
        return len(nodes)

    def take(value: int, width: int, i: int, shift: int = 0) -> int:
        return put(Affine(width, (Row((i,), (1,), shift),), 1), value)

    x, y = take(0, 2, 0), take(0, 2, 1)
    t = take(put(Product(), x, y), 1, 0, -1)
    u = take(put(Product(), x, t), 1, 0, 1)
    h = put(Product(), t, u)
    tt = put(Product(), t, t)
    f = put(Product(), put(Product(), u, u), put(Sum(), tt, y))
    hh = put(Product(), h, h)
    hhh = put(Product(), hh, h)
    terms = (
        f, h, tt, put(Product(), put(Product(), t, h), take(h, 1, 0, 1)), put(Product(), f, h), hh, put(Product(), f, hh), hhh,
        put(Product(), hhh, f), put(Product(), hh, hh),
    )  # fmt: skip
    stacked = put(Stack(), *terms)
    put(affine([[1, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, -1, -6, -170, -91, -195, -69, -75, "-75/4"]]), stacked)
    return Network(2, tuple(nodes))


PINCHUK = _pinchuk()

_B = [[1, 2], [0, 1]]
_TWICE = above(_B, [[-2, -4], [0, -3]])  # [B; −DB] with D = diag(2, 3)
_LOOP = chain(1, affine([[1]] * 3, [0, -1, -2]), relu(3), affine([[1, -2, 1], [0, 1, -2]]))
_STRIP = chain(2, Pointwise((IDENTITY, pieces([0], [-1, 1]))), Pointwise((IDENTITY, clip(point(1)[0], None))), *_SQUARE)
_CONE = chain(2, Pointwise((IDENTITY, pieces([0], [-1, 1]))), *_SQUARE)
_FOUR = chain(1, affine([[1], [1]]), Pointwise((pieces([0], [-1, 1]), clip(point(-1)[0], point(1)[0]))))
_UNIT = clip(point(-1)[0], point(1)[0])

GROUND_TRUTH: dict[str, Entry] = named(
    {
        "G1 PL z²": both(SQUARE, False, True, "degree 2: all cells have determinant +1, F(1, 0) = F(−1, 0)"),
        "G1 PL z² right half": injective(SQUARE, Box(point("1/10", -1), point(2, 1)), True, "angles below π are doubled"),
        "G1 PL z⁴ thin slice": injective(
            _FOURTH, Box(point("1/2", "-1/4"), point(1, "1/4")), True, "angles below π/2 are taken four times"
        ),
        "G1 PL z⁴ slice": injective(
            _FOURTH, Box(point("1/10", -1), point(1, 1)), False, "one sign, no branch point inside, and yet it overlaps: 2z² = ±i"
        ),
        "G1 PL z² box": injective(SQUARE, box(-1, 1, 2), False, "the branch point lies inside"),
        "G2 fold": both(
            chain(1, affine([[1], [1], [1]], [0, 0, -1]), Pointwise((IDENTITY, RELU, RELU)), affine([[1, -2, 2]])),
            False,
            True,
            "f(½) = f(−½) = −½; f(t) = t + bounded",
        ),
        "G3 loop on [0, 3]": both(_LOOP, False, False, "a closed triangle: f(0) = f(3)", on=box(0, 3)),
        "G3 loop on [0, 5/2]": injective(_LOOP, box(0, "5/2"), True, "the path does not close"),
        "G4 kink": both(_FOUR, True, False, "|t| = |s| leaves s = −t, and the clip tells them apart; a curve in the plane"),
        "G4 recession": both(chain(1, each(pieces([0], [-1, 1]), 1), affine([[1], [0]])), False, False, "(|t|, 0)"),
        "G5 hole": both(_STRIP, False, False, "F(x, y) = F(x, −y); Z maps only 0 to 0"),
        "G5 hole at 0": {"reached": Entry(Reached(_STRIP, Reals(2), point(0, 0)), False, "Z(x, y) = 0 needs y = 0, here y ≥ 1")},
        "G5 recession": both(_CONE, False, True, "Z(x, |y|): the upper half plane is wound around once"),
        "G7 Pinchuk": both(PINCHUK, False, False, "F(1, 0) = F(−1, −2) = (0, −1); (0, 0) is missed although det > 0 everywhere"),
        "G8 not P": both(lcp([[1, 2], [2, 1]]), False, True, "det < 0; a positive matrix is a Q-matrix"),
        "G8 Murty 2": both(lcp(murty(2)), True, True, "P-matrix: triangular with positive diagonal"),
        "G8 Murty 3": both(lcp(murty(3)), True, True, "P-matrix: triangular with positive diagonal"),
        "G8 shear": both(lcp([[1, -5], [0, 1]]), True, True, "P-matrix though M + Mᵀ is not positive definite"),
        "G8 leading minors": both(
            lcp([[1, -2], [1, -1]]), False, True, "leading minors 1 and 1, but −1 is a principal minor; the cones cover the plane"
        ),
        "G10 doubled": both(chain(2, affine(_TWICE), relu(4)), True, False, "[B; −DB]; outputs are ≥ 0"),
        "G10 one row short": both(chain(2, affine(_TWICE[:3]), relu(3)), False, False, "3 < 2·2 rows; outputs are ≥ 0"),
        "G10 decoded": both(chain(2, affine(_TWICE), relu(4), affine(beside(eye(2), [["-1/2", 0], [0, "-1/3"]]))), True, True, "is x ↦ Bx"),
        "G11 AVE ab = 1/2": both(with_absolute(eye(2), [[0, -2], ["-1/4", 0]]), True, True, "determinants ½, 3/2, 3/2, ½"),
        "G11 AVE ab = 2": both(with_absolute(eye(2), [[0, -2], [-1, 0]]), False, False, "determinants −1 and 3; degree 0"),
        "G11 AVE ab = 1": both(with_absolute(eye(2), [[0, -1], [-1, 0]]), False, False, "a determinant is 0"),
        "G11 AVE ab = −1/2": both(with_absolute(eye(2), [[0, -2], ["1/4", 0]]), True, True, "determinants 3/2, ½, ½, 3/2"),
        "G11 AVE ab = −2": both(with_absolute(eye(2), [[0, -2], [1, 0]]), False, False, "determinants 3 and −1; degree 0"),
        "G11 AVE skip": both(residual((each(pieces([0], [-1, 1]), 2), affine([[0, -2], ["-1/4", 0]])), 2), True, True, "as ab = 1/2"),
        "G12 bias helps": both(chain(1, affine([[1], [-1]], [1, "-1/2"]), relu(2)), True, False, "some unit is active everywhere"),
        "G12 bias hurts": both(chain(1, affine([[1], [-1]], [-1, -1]), relu(2)), False, False, "nothing is active on [−1, 1]"),
        "G14 bounded below": both(
            chain(2, affine([[1, 0], [0, 1], [1, 1]]), relu(3), affine([[1, 1, -1]])), False, False, "r(x) + r(y) ≥ r(x + y)"
        ),
        "G14 onto": both(chain(2, affine([[1, 1], [1, 0]]), relu(2), affine([[1, -1]])), False, True, "both signs occur, homogeneous"),
        **{
            f"G16 circular {n}": both(circular((1, 1), n), n % 2 == 1, n % 2 == 1, "kernel (1, −1, …) exactly for even n")
            for n in (3, 4, 5, 6)
        },
        **{f"G16 padded {n}": both(full_convolution((1, 1), n), True, False, "polynomial product; n + 1 > n") for n in (3, 4)},
        **{f"G16 same {n}": both(tridiagonal(n), n % 3 != 2, n % 3 != 2, "1 + 2cos(kπ/(n + 1)) = 0 needs 3 | n + 1") for n in (2, 3, 4, 5)},
        "G16 circular leaky": both(
            Network(3, (*circular((1, 1), 3).nodes, Node(each(leaky_relu(point("1/10")[0]), 3), (1,)))),
            True,
            True,
            "an invertible matrix, then a bijection in each coordinate",
        ),
        "G17 packing ℝ³": both(packing(1, 256, 65536), False, True, "(256, −1, 0) is in the kernel"),
        "G17 packing 4 levels": both(packing(1, 4, 16), True, True, "digits in base 4", on=grid(0, 3, 3), to=grid(0, 63)),
        "G17 packing 256 levels": both(
            packing(1, 256, 65536), True, True, "digits in base 256", on=grid(0, 255, 3), to=grid(0, 256**3 - 1)
        ),
        "G17 two more colours": injective(packing(*(256**i for i in range(5))), grid(0, 255, 5), True, "digits in base 256, 2⁴⁰ images"),
        "G17 mixed bases": injective(
            packing(1, 4, 12, 60), Grid(point(0, 0, 0, 0), point(3, 2, 4, 9), point(1, 1, 1, 1)), True, "4, 3, 5, 10"
        ),
        "G17 packed after a shear": injective(
            chain(3, affine([[1, 256, 65536], [1, 256, 65536]]), each(leaky_relu(Fraction(1, 2)), 2), affine(SWAP)),
            grid(0, 255, 3),
            True,
            "digits in base 256, then injective layers",
        ),
        "F6 weights without order": injective(
            packing(697215503, -412379811, 588106093, 123456789, -987654321),
            grid(0, 3, 5),
            True,
            "no short vector in the kernel (1024 points)",
        ),
        "F6 distinct subset sums": injective(packing(*distinct_subset_sums(20)), grid(0, 1, 20), True, "Conway and Guy, Bohman"),
        "F6 one weight is the sum of two": injective(
            packing(*(w := distinct_subset_sums(20))[:-1], w[0] + w[9]), grid(0, 1, 20), False, "two subsets with that sum"
        ),
        "G17 base 255 onto": onto(
            packing(1, 255, 65025), grid(0, 255, 3), grid(0, 256**3 - 1), False, "16 777 216 points for as many, two collide"
        ),
        "G17 base too small": injective(packing(1, 3, 9), grid(0, 3, 3), False, "(3, 0, 0) and (0, 1, 0)"),
        "G17 base 255": injective(packing(1, 255, 65025), grid(0, 255, 3), False, "(255, 0, 0) and (0, 1, 0)"),
        "G25 subset sums": injective(packing(*range(1, 9)), grid(0, 1, 8), False, "256 subsets, sums 0 … 36"),
        "G25 powers of two": injective(packing(*(2**i for i in range(8))), grid(0, 1, 8), True, "binary digits"),
        "G25 two sums": injective(
            chain(12, affine([[1, 2, 3, 4, 5] * 2 + [1, 2], [5, 4, 3, 2, 1] * 2 + [5, 4]])),
            grid(0, 1, 12),
            False,
            "4096 subsets, 34·40 values",
        ),
        "G26 rotation": both(residual_plus(BENT, [[0, -1], [1, 0]]), True, True, "P₀-matrix, strictly increasing onto activation"),
        "G26 swap": both(residual_plus(BENT, SWAP), False, False, "determinants −3/4 and 3"),
        "G26 swap, identity": both(residual_plus(IDENTITY, SWAP), False, False, "I + A is singular"),
        "G27 overshooting residual": both(
            residual((affine([[-1]]), each(_UNIT, 1), affine([[3]])), 1), False, True, "f(0) = f(3) = 0; bounded branch"
        ),
        "G27 overshooting tanh": both(
            residual((affine([[-1]]), each(Tanh(), 1), affine([[3]])), 1), False, True, "f(0) = 0 and f has two zeros more; bounded branch"
        ),
        "G27 damped residual": both(residual((affine([[-1]]), each(_UNIT, 1), affine([["1/2"]])), 1), True, True, "slopes 1, ½, 1"),
        "G27 rotating residual": both(
            residual((each(_UNIT, 2), affine([[0, -2], [2, 0]])), 2), True, True, "determinants 1 and 5, degree 1"
        ),
        "G28 orthant, P": both(normal_map([[2, 1], [1, 2]], relu(2)), True, True, "P-matrix"),
        "G28 orthant, not P": both(normal_map([[1, 2], [2, 1]], relu(2)), False, True, "det A < 0; a positive matrix is a Q-matrix"),
        "G28 box, P": both(normal_map([[2, 1], [1, 2]], each(_UNIT, 2)), True, True, "P-matrix"),
        "G28 box, not P": both(normal_map([[1, 2], [2, 1]], each(_UNIT, 2)), False, True, "determinants −3 and 1; bounded branch"),
        "G28 half-plane, coherent": both(half_plane([[1, 4], [0, 1]]), True, True, "determinants 1 and 3"),
        "G28 half-plane, not coherent": both(half_plane([[1, -4], [0, 1]]), False, False, "determinants 1 and −1: folded along a line"),
        "G30 two layers": both(_TWO_LAYERS, False, False, "zero for |x| ≥ 1; values in [0, 1]"),
        "G30 fibre": {
            "fibre": Entry(FibreIs(_TWO_LAYERS, Reals(1), point(0), (((1, 1), (1, 0)), ((-1, 1), (-1, 0)))), True, "|x| ≥ 1: not convex")
        },
        "G1 fibre": {
            "fibre": Entry(FibreIs(SQUARE, Reals(2), point(0, 1), (((1, 1, 1),), ((-1, -1, 1),))), True, "the two square roots of i"),
            "branch point": Entry(FibreIs(SQUARE, Reals(2), point(0, 0), (((0, 0, 1),),)), True, "0 has one root"),
        },
        "PL tent": both(
            chain(1, affine([[1], [1]], [0, "-1/2"]), relu(2), affine([[2, -4]])),
            False,
            True,
            "f(0) = f(1) = 0",
            on=box(0, 1),
            to=box(0, 1),
        ),
        "x²": both(Network(1, (Node(Product(), (0, 0)),)), False, False, "(−1)² = 1²; never negative"),
        "x³": both(
            Network(1, (Node(Product(), (0, 0)), Node(Product(), (1, 0)))),
            True,
            True,
            "increasing, unbounded, though its derivative is 0 at 0",
        ),
        "x³ on {−2 … 2}": injective(Network(1, (Node(Product(), (0, 0)), Node(Product(), (1, 0)))), grid(-2, 2), True, "increasing"),
        "xy": both(
            Network(2, (Node(affine([[1, 0]]), (0,)), Node(affine([[0, 1]]), (0,)), Node(Product(), (1, 2)))),
            False,
            True,
            "0 on the axes; x·1 = x",
        ),
        "identity layer of G2": onto(scalar(pieces([0, 1], [1, -1, 1])), Reals(1), Reals(1), True, "unbounded both ways"),
    }
)
