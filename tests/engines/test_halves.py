"""Pairs on small grids that lattice reduction misses, proofs that there are none, and what equal sizes settle."""

import random
from fractions import Fraction

import pytest

import bijection
from bijection.engines.grids.finite import by_counting
from bijection.engines.grids.halves import by_halves
from bijection.engines.grids.lattice import by_lattice, by_long_reduction
from bijection.engines.pairs.collisions import by_kernel
from bijection.engines.structure.layers import by_layers
from bijection.verdict import Pair, Proved, Refuted
from bijection.wishes import Near
from proofs.activations import RELU, leaky_relu
from proofs.domains import Labels
from proofs.network import Pointwise, Table
from proofs.statements import Bijective, Injective, Surjective
from tests.build import affine, box, chain, grid
from tests.engines.asking import proposals, verdicts
from tests.networks.ground_truth import distinct_subset_sums, packing


def subset_sums(n: int, bits: int, seed: int) -> Injective:
    """A row of random weights of so many bits, on {0, 1}ⁿ."""
    rng = random.Random(seed)
    return Injective(chain(n, affine([[rng.randrange(2 ** (bits - 1), 2**bits) for _ in range(n)]])), grid(0, 1, n))


@pytest.mark.parametrize(("n", "bits", "seed"), [(16, 23, 6), (18, 26, 27), (20, 28, 29)])
def test_a_pair_that_one_lattice_reduction_misses(n: int, bits: int, seed: int) -> None:
    goal = subset_sums(n, bits, seed)
    assert proposals(by_kernel, goal) == []
    for engine in (by_halves, by_long_reduction):
        (verdict,) = verdicts(engine, goal)
        assert isinstance(verdict.counterexample, Pair)


def test_in_a_region_of_a_network_that_is_not_affine() -> None:
    hidden = affine([[3, 5, 6, 7, 1, 2], [1, 1, 1, 1, 1, 1]], [-40, 100])  # the first unit is off wherever few are on
    goal = Injective(chain(6, hidden, Pointwise((RELU,) * 2), affine([[1, 1]])), grid(0, 3, 6))
    near = tuple(Fraction(t) for t in (1, 1, 1, 1, 0, 2))
    (verdict,) = verdicts(by_halves, goal, wish=Near(near))
    assert isinstance(verdict.counterexample, Pair)


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert proposals(by_halves, Injective(packing(*distinct_subset_sums(12)), grid(0, 1, 12))) == []
    assert proposals(by_halves, Injective(packing(1, 2), box(0, 1, 2))) == []


@pytest.mark.parametrize("after", [(), (Pointwise((leaky_relu(Fraction(1, 2)),)), affine([[2]], [1]))])
def test_weights_with_different_subset_sums_are_proved_injective(after: tuple) -> None:  # type: ignore[type-arg]
    f = chain(20, affine([distinct_subset_sums(20)]), *after)
    (verdict,) = verdicts(by_layers, Injective(f, grid(0, 1, 20)))
    assert isinstance(verdict, Proved)
    assert "MeetInTheMiddle" in [b.name for b in verdict.rests_on]


RGB, COLOURS, NUMBERS = packing(1, 256, 65536), grid(0, 255, 3), grid(0, 256**3 - 1)


def test_packed_colours_are_onto_the_numbers_they_make() -> None:
    for goal in (Surjective(RGB, COLOURS, NUMBERS), Bijective(RGB, COLOURS, NUMBERS), Bijective(RGB, COLOURS, Labels(256**3))):
        verdict = bijection.decide(goal, within=None)
        assert isinstance(verdict, Proved)
        assert {"EqualSizes", "StaysOnGrid"} <= {b.name for b in verdict.rests_on}


def test_packed_colours_that_collide_are_not_onto() -> None:
    verdict = bijection.decide(Surjective(packing(1, 255, 65025), COLOURS, NUMBERS), within=None)
    assert isinstance(verdict, Refuted)


def test_a_table_that_repeats_is_not_onto_and_the_missed_label_is_shown() -> None:
    verdict = bijection.decide(Surjective(Table((0, 0, 1)), Labels(3), Labels(3)), within=None)
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample is not None


def test_siegels_lemma_is_told() -> None:
    rng = random.Random(0)
    f = chain(200, affine([[rng.randint(-127, 127) for _ in range(200)] for _ in range(4)]))
    (counted,) = verdicts(by_counting, Injective(f, grid(0, 255, 200)))
    assert "by Siegel's lemma two that are at most 1 step apart in each coordinate have one value" in counted.because
    (shown,) = verdicts(by_lattice, Injective(f, grid(0, 255, 200)))
    assert "Siegel's lemma promises a solution of its 4 equations in 200 inputs with steps of at most 1, here" in shown.because
