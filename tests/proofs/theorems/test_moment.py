"""Values as on the moment curve, which no narrow piecewise-affine map takes."""

import random
from fractions import Fraction

import pytest

from bijection.engines.onto.dimension import by_dimension
from bijection.exact.linear import nullspace
from proofs.activations import RELU, PiecewiseAffine, Tanh, leaky_relu
from proofs.domains import Reals
from proofs.network import Max, Network, Node, Pointwise, Stack, Sum
from proofs.statements import Not, Reached, Surjective
from proofs.theorems import MomentCurve
from proofs.theorems.moment import relations
from tests.build import affine, chain, point
from tests.engines.asking import verdicts
from tests.networks.truth import truth
from tests.proofs.cells import cell_tree, random_affine
from tests.proofs.theorems.cases import proves, rejects

LINE = chain(1, affine([[1], [2]]))  # (t, 2t)
BENT = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, 0], [2, 1], [0, 3]]))
STEEP = PiecewiseAffine((Fraction(0),), ((Fraction(1, 3), Fraction(0)), (Fraction(7), Fraction(0))))


def missed(f: Network, *value: object) -> Not:
    return Not(Reached(f, Reals(f.arity), point(*value)))


def test_a_line_misses_a_value_beside_any_point() -> None:
    assert relations(LINE, (0, 1)) == (1, 2)
    assert proves(missed(LINE, "1/8", "1/64"), MomentCurve(0, point(0, 0)))
    assert proves(missed(LINE, "1/64", "1/8"), MomentCurve(0, point(0, 0)))
    assert proves(missed(LINE, "57/8", "-8001/1000"), MomentCurve(0, point(7, -8)))


@pytest.mark.parametrize(
    ("value", "base", "why"),
    [
        (("1/8", "1/4"), (0, 0), "coordinate 1 does not differ enough"),  # 2·(1/8) = 1/4 is reached
        (("1/8", "1/8"), (0, 0), "does not differ enough"),
        ((5, 1), (0, 0), "differ too much"),
        (("1/8", 0), (0, 0), "differ in 1 coordinates, which read 1 numbers"),
        (("1/8", "1/64"), (0,), "the point a has 1 coordinates"),
        (("1/4", "1/2"), ("7/32", "63/128"), "differ too much"),  # near a point with a denominator there are values of f
    ],
)
def test_what_is_not_small_enough_is_rejected(value: tuple[object, ...], base: tuple[object, ...], why: str) -> None:
    rejects(why, missed(LINE, *value), MomentCurve(0, point(*base)))


def test_only_what_follows_the_cut_has_to_be_piecewise_affine() -> None:
    bounded = chain(1, affine([[3]]), Pointwise((Tanh(),)), affine([[1], [2]]))
    assert proves(missed(bounded, "1/8", "1/64"), MomentCurve(2, point(0, 0)))
    rejects("Pointwise is not piecewise affine", missed(bounded, "1/8", "1/64"), MomentCurve(0, point(0, 0)))
    skip = Network(1, (Node(affine([[1], [1]]), (0,)), Node(Stack(), (0, 1))))
    rejects("reads a value before it", missed(skip, 1, "1/64", 0), MomentCurve(1, point(0, 0, 0)))


def test_it_is_about_values_that_are_missed_only() -> None:
    rejects("misses a value only", Not(Surjective(LINE, Reals(1), Reals(2))), MomentCurve(0, point(0, 0)))


def _shaped(rng: random.Random, shape: str) -> Network:
    """ℝ¹ or ℝ² into one dimension more, with slopes and constants that have denominators."""
    n = rng.choice([1, 1, 2])
    w = [random_affine(rng, n, 3, True), random_affine(rng, 3, n + 1, True)]
    slopes = rng.choice([RELU, STEEP, leaky_relu(Fraction(-1, 5))])
    if shape == "maximum":
        return chain(n, w[0], Max(((0, 1), (1, 2), (0, 2))), w[1])
    if shape == "skip":
        narrow = [Node(w[0], (0,)), Node(Pointwise((slopes,) * 3), (1,)), Node(w[1], (2,)), Node(random_affine(rng, n, n + 1, True), (0,))]
        return Network(n, (*narrow, Node(Sum(), (3, 4))))
    return chain(n, w[0], Pointwise((slopes,) * 3), w[1])


@pytest.mark.parametrize("shape", ["plain", "maximum", "skip"])
def test_in_every_region_the_outputs_have_a_relation_with_integers_as_small_as_that(shape: str) -> None:
    rng = random.Random(shape)
    for _ in range(12):
        f = _shaped(rng, shape)
        scale, most = relations(f, range(f.width))
        tree = cell_tree(f, Reals(f.arity))
        for leaf in tree.leaves():
            generators = [tree.subdivision.generators[g] for g in tree.members[leaf]]
            normal = _normal([g.image for g in generators])  # integers, without a common divisor: ⟨u, (y, 1)⟩ = 0 on the image
            assert all(abs(t) <= most * scale for t in normal[:-1])


def _normal(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Of the integer forms of a basis that vanish on all rows, the one with the smallest numbers."""
    return min((tuple(v) for v in nullspace([list(row) for row in rows], len(rows[0])) if any(v[:-1])), key=lambda v: max(map(abs, v)))


@pytest.mark.parametrize("shape", ["plain", "maximum", "skip"])
def test_the_value_that_the_search_finds_is_missed_as_z3_says(shape: str) -> None:
    rng = random.Random(f"{shape} of z3")
    for _ in range(8):
        f = _shaped(rng, shape)
        (verdict,) = verdicts(by_dimension, Surjective(f, Reals(f.arity), Reals(f.width)))
        assert isinstance(verdict.evidence[1], MomentCurve)
        assert not truth(Reached(f, Reals(f.arity), verdict.counterexample.value))  # type: ignore[union-attr]


def test_the_kernel_never_agrees_on_a_value_that_is_reached() -> None:
    rng = random.Random(11)
    for _ in range(300):
        f = _shaped(rng, rng.choice(["plain", "maximum", "skip"]))
        x = tuple(Fraction(rng.randint(-64, 64), 2 ** rng.randint(0, 6)) for _ in range(f.arity))
        y = f(x)
        for bits in (0, 4, 8):
            base = tuple(Fraction(round(t * 2**bits), 2**bits) for t in y)
            with pytest.raises(Exception, match="differ"):
                proves(missed(f, *y), MomentCurve(0, base))


def test_many_inputs_and_one_output_more() -> None:
    wide = chain(40, affine([[Fraction(i * j % 7, 3) for j in range(40)] for i in range(41)]))
    (verdict,) = verdicts(by_dimension, Surjective(wide, Reals(40), Reals(41)))
    assert isinstance(verdict.evidence[1], MomentCurve)
