"""The zoo is right, and nobody contradicts it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations

import pytest
import sympy

from proofs.domains import Reals
from proofs.network import Affine
from proofs.statements import Bijective, Injective, Surjective
from tests.networks.ground_truth import PINCHUK
from tests.networks.small import AFFINE
from tests.networks.truth import OutOfReach, truth
from tests.networks.undecided import OPEN
from tests.zoo import ZOO

CALCULUS = "a smooth function: elementary calculus, as the reason says"
POLYNOMIAL = "products of inputs: elementary algebra, as the reason says"
SIZE = "16 777 216 points: the digits of a number, as the reason says"

# What z3 and enumeration do not reach, by the name before the colon, and why it is believed all the same.
BY_HAND = {
    **dict.fromkeys(
        [
            "sigmoid", "sigmoid onto [0, 1]", "sigmoid onto [1/4, 3/4]", "tanh 2", "softplus", "elu", "elu onto [−1/2, 3]", "softmax",
            "softmax onto ℝ²", "softmax on sum zero", "softmax after relu", "two softmaxes", "gate", "softmax is monotone, so injective",
            "softmax onto its simplex", "G27 overshooting tanh", "E silu", "E gelu", "E gelu, tanh", "E mish", "E erf",
            "E snake", "E tanh shrink", "E sin", "E softsign", "E RMS norm", "E layer norm", "E glu",
        ],
        CALCULUS,
    ),
    **dict.fromkeys(["x²", "x³", "xy", "E hard swish", "a derivative that is 0 somewhere collides"], POLYNOMIAL),
    **dict.fromkeys(
        [
            "affine coupling, e^s", "affine coupling, sigmoid", "affine coupling, softplus", "affine coupling, clamped",
            "coupling that divides", "coupling, scale 1 + tanh", "coupling, scale e^x − 1", "residual block, norm 1/2",
            "planar flow, wu = 1/2", "G6 Gale–Nikaidô", "determinants that are not 0 are enough",
            "positive leading minors are enough", "GELU is monotone", "layer normalisation is injective", "coupling by a spline",
            "residual block, SiLU/2", "residual block, SiLU", "radial flow, β = −α", "radial flow, β = 2",
            "radial flow, β < −α", "coupling by the inverse of a spline",
        ],
        CALCULUS,
    ),
    **dict.fromkeys(["coupling, scale x", "coupling, scale relu", "coupling, scale hard sigmoid"], POLYNOMIAL),
    "G8 Murty 24: bijective": "too large for ∀∃: triangular with positive diagonal, so all principal minors are 1",
    "G7 Pinchuk": "a polynomial map of degree 25: the tests below",
    "G17 packing 256 levels": SIZE,
    "G17 two more colours": SIZE,
    "G17 base 255 onto": SIZE,
    "F6 distinct subset sums": SIZE,
    "F6 one weight is the sum of two": SIZE,
    "G17 packed after a shear": SIZE,
    "G17 base 255": "16 777 216 points: the pair in the reason is evaluated below",
    **dict.fromkeys(
        [
            "doubling on ℤ: onto",
            "doubling on ℤ: bijective",
            "shift on ℤ: onto",
            "shift on ℤ: bijective",
            "sum on ℤ²: onto",
            "unimodular on ℤ²: onto",
            "unimodular on ℤ²: bijective",
        ],
        "z3 is not dependable on ∀ over the integers: the minors of the matrix, below",
    ),
    "inclusion of ℤ: onto": "cardinality",
}  # fmt: skip


def _by_hand(name: str) -> bool:
    return name in BY_HAND or name.rpartition(": ")[0] in BY_HAND


@pytest.mark.parametrize("name", [name for name in ZOO if not _by_hand(name)])
def test_the_answer_is_what_z3_or_enumeration_says(name: str):
    assert truth(ZOO[name].statement) is ZOO[name].holds


def test_every_exception_is_an_entry():
    assert set(BY_HAND) <= set(ZOO) | {name.rpartition(": ")[0] for name in ZOO}


@pytest.mark.parametrize("name", [name for name in ZOO if _by_hand(name)])
def test_every_exception_is_needed(name: str):
    with pytest.raises(OutOfReach):
        truth(ZOO[name].statement)


@pytest.mark.parametrize("name", [name for name, entry in AFFINE.items() if isinstance(entry.statement.on, Reals)])
def test_an_affine_map_is_injective_or_onto_by_its_rank(name: str):
    entry = AFFINE[name]
    w = sympy.eye(entry.statement.f.arity)
    for node in entry.statement.f.nodes:
        assert isinstance(node.op, Affine)
        w = _matrix(node.op) * w
    full = {Injective: w.rank() == w.cols, Surjective: w.rank() == w.rows, Bijective: w.rank() == w.cols == w.rows}
    assert full[type(entry.statement)] is entry.holds


@pytest.mark.parametrize("name", [name for name in BY_HAND if "on ℤ" in name])
def test_an_integer_matrix_is_onto_or_bijective_on_the_lattice_by_its_minors(name: str):
    """Its columns generate ℤᵐ exactly when its m×m minors have the greatest common divisor 1."""
    entry = ZOO[name]
    (node,) = entry.statement.f.nodes
    w = _matrix(node.op)
    minors = [w[:, list(columns)].det() for columns in combinations(range(w.cols), w.rows)]
    square = w.rows == w.cols or isinstance(entry.statement, Surjective)
    assert (sympy.igcd(*minors, 0) == 1 and square) is entry.holds
    assert all(row.constant % node.op.denominator == 0 for row in node.op.rows)


def _matrix(op: Affine) -> sympy.Matrix:
    w = sympy.zeros(len(op.rows), op.columns)
    for i, row in enumerate(op.rows):
        for j, a in zip(row.columns, row.coefficients, strict=True):
            w[i, j] = sympy.Rational(a, op.denominator)
    return w


def _pinchuk(x, y):
    t = x * y - 1
    h = t * (x * t + 1)
    f = (x * t + 1) ** 2 * (t**2 + y)
    q = -(t**2) - 6 * t * h * (h + 1) - 170 * f * h - 91 * h**2 - 195 * f * h**2 - 69 * h**3 - 75 * h**3 * f - sympy.Rational(75, 4) * h**4
    return t, h, f, f + h, q


@pytest.mark.parametrize("point", [(1, 0), (-1, -2), (2, 3), (Fraction(1, 3), Fraction(-5, 7)), (0, 4)])
def test_the_pinchuk_network_is_the_published_polynomial(point: tuple[Fraction, Fraction]):
    *_, p, q = _pinchuk(*(sympy.Rational(t.numerator, t.denominator) for t in map(Fraction, point)))
    assert PINCHUK(point) == (Fraction(int(p.p), int(p.q)), Fraction(int(q.p), int(q.q)))


def test_the_pinchuk_map_collides():
    assert PINCHUK((1, 0)) == PINCHUK((-1, -2))


def test_the_pinchuk_map_misses_zero():
    """P = 0 leaves x = 0, t = 0, h = 0 or t = h² + 2h; in none of these cases Q = 0."""
    x, y, u = sympy.symbols("x y h")
    t, h, f, p, q = _pinchuk(x, y)
    # Off x·t = 0: x = (h − t)/t², y = (t + 1)/x, and t²·(h − t)·P is h·(h² + 2h − t) up to such factors.
    assert sympy.simplify(f - h**2 * (h + 1) / (h - t)) == 0
    assert sympy.simplify(p - h * (h**2 + 2 * h - t) / (h - t)) == 0
    curve = u**2 + 2 * u
    on_curve = _q_of(curve, u, -u)
    rest = sympy.cancel(on_curve / u**2)
    assert sympy.discriminant(sympy.Poly(rest, u)) < 0  # Q = 0 on the curve only at h = 0, where t = 0
    assert sympy.expand(_q_of(t, sympy.Integer(0), sympy.Integer(0)) + t**2) == 0  # h = 0, t ≠ 0: f = 0 and Q = −t² ≠ 0
    assert sympy.expand(p.subs(y, 1 / x)) == 1 / x  # t = 0: P = y = 1/x
    assert (p.subs({x: 0}), q.subs({x: 0, y: 0})) == (y, sympy.Rational(33, 4))  # x = 0: P = y, and Q(0, 0) = 33/4


def _q_of(t, h, f):
    q = -(t**2) - 6 * t * h * (h + 1) - 170 * f * h - 91 * h**2 - 195 * f * h**2 - 69 * h**3 - 75 * h**3 * f
    return sympy.expand(q - sympy.Rational(75, 4) * h**4)


def test_base_255_is_too_small_for_256_grey_levels():
    f = ZOO["G17 base 255: injective"].statement.f
    assert f((255, 0, 0)) == f((0, 1, 0))


@pytest.mark.parametrize("name", ZOO)
def test_decide_is_never_wrong(name: str):
    assert _verdict(name) != ("Refuted" if ZOO[name].holds else "Proved")


@pytest.mark.parametrize("name", [name for name in ZOO if name not in OPEN])
def test_decide_answers(name: str):
    assert _verdict(name) == ("Proved" if ZOO[name].holds else "Refuted")


def test_every_open_question_is_an_entry():
    assert set(ZOO) >= OPEN


@cache
def _verdict(name: str) -> str:
    decide = pytest.importorskip("bijection.driver").decide
    return type(decide(ZOO[name].statement, within=None)).__name__
