"""Onto bounded sets by single regions of networks with more inputs than outputs."""

from fractions import Fraction

from bijection.engines.onto.patches import by_patches
from bijection.verdict import Proved
from proofs.activations import ABS, RELU, Activation, Tanh, leaky_relu
from proofs.domains import Box, Polytope, Reals
from proofs.network import Max, Network
from proofs.statements import Surjective
from proofs.theorems.images import CoveredByCells
from tests.build import affine, box, chain, point
from tests.engines.asking import proposals, random_network, verdicts


def around(y: tuple[Fraction, ...], size: Fraction) -> Box:
    """A box with short ends around a value."""
    middle = [Fraction(round(t * 64), 64) for t in y]
    return Box(tuple(t - size for t in middle), tuple(t + size for t in middle))


def covered(f: Network, on: Box | Reals | Polytope, onto: Box | Polytope) -> int:
    """How many pieces the kernel has accepted."""
    (verdict,) = verdicts(by_patches, Surjective(f, on, onto))
    assert isinstance(verdict, Proved)
    (theorem,) = verdict.evidence
    assert isinstance(theorem, CoveredByCells)
    return len(theorem.leaves)


def test_a_small_box_is_the_image_of_a_part_of_one_region() -> None:
    for widths, activation in (((9, 24, 3), RELU), ((12, 16, 16, 2), leaky_relu(Fraction(1, 8))), ((20, 40, 4), ABS)):
        f = random_network(*widths, seed=3, activation=activation)
        assert covered(f, box(-1, 1, widths[0]), around(f((0,) * widths[0]), Fraction(1, 100))) <= 8


def test_a_larger_box_is_cut() -> None:
    f = random_network(8, 16, 2, seed=1)
    assert covered(f, box(-1, 1, 8), around(f((0,) * 8), Fraction(1, 8))) > 1


def test_flat_boxes_polytopes_and_maxima() -> None:
    f = random_network(8, 16, 2, seed=1)
    a, b = f((0,) * 8)
    assert covered(f, Reals(8), Box(point(a, b), point(a, b + Fraction(1, 50))))
    triangle = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), (-a, -b, a + b + Fraction(1, 50)))
    assert covered(f, box(-1, 1, 8), triangle)
    half = Polytope(8, (point(1, 1, 1, 1, 0, 0, 0, 0),), point(1))
    assert covered(f, half, triangle)
    pooled = chain(8, affine([[(3 * i + 5 * j) % 7 - 3 for j in range(8)] for i in range(6)]), Max(((0, 1, 2), (3, 4, 5))))
    assert covered(pooled, box(-1, 1, 8), around(pooled((Fraction(1, 3),) * 8), Fraction(1, 16)))


def test_nothing_is_said_where_values_are_missed_or_the_network_is_smooth() -> None:
    smooth: Activation = Tanh()
    for f, size in ((random_network(8, 16, 2, seed=1), 100), (random_network(8, 16, 2, seed=1, activation=smooth), 1)):
        assert proposals(by_patches, Surjective(f, box(-1, 1, 8), box(-size, size, 2))) == []
    assert proposals(by_patches, Surjective(random_network(2, 8, 2), box(-1, 1, 2), box(-1, 1, 2))) == []
