"""Residual networks, and networks hidden behind copies of their units."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bijection.engines import ENGINES
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.merging import by_merging
from bijection.engines.structure.monotone import by_monotonicity
from bijection.frontends.exact import dense
from bijection.verdict import Proved
from proofs.activations import ABS, RELU, Activation, Tanh, leaky_relu
from proofs.compose import compose
from proofs.domains import Domain, Reals
from proofs.network import Max, Network, Node, Pointwise, Sum
from proofs.statements import Injective, Positive, Surjective
from tests.build import affine, box, chain
from tests.engines.asking import proposals, random_network, verdicts

LEAKY = leaky_relu(Fraction(1, 8))


def residual(n: int, h: int, norms: float, s: Activation = RELU, seed: int = 0) -> Network:
    """x + W₂σ(W₁x + b) with ‖W₁‖·‖W₂‖ close to `norms`."""
    rng = np.random.default_rng([n, h, seed])
    first, second = rng.normal(size=(h, n)), rng.normal(size=(n, h))
    share = (norms / (np.linalg.norm(first, 2) * np.linalg.norm(second, 2))) ** 0.5
    w, v = ((a * share).astype(np.float32) for a in (first, second))
    nodes = (Node(dense(w, rng.normal(size=h).astype(np.float32)), (0,)), Node(Pointwise((s,) * h), (1,)))
    return Network(n, (*nodes, Node(dense(v, np.zeros(n, np.float32)), (2,)), Node(Sum(), (0, 3))))


def hidden(*widths: int, seed: int = 0) -> Network:
    """A leaky network in which every unit stands twice, scaled by powers of two, and its outgoing weights are split."""
    rng = np.random.default_rng(seed)
    ops: list[Any] = []
    copies = None
    for n, m in pairwise(widths):
        w, b = rng.normal(size=(m, n)).astype(np.float32), rng.normal(size=m).astype(np.float32)
        if copies is not None:
            part = (w * rng.uniform(0.5, 1.0, w.shape)).astype(np.float32)
            w = np.hstack([part, w - part]) / copies
        copies = np.float32(2.0) ** rng.integers(-2, 3, 2 * m).astype(np.float32)
        ops += [dense(np.vstack([w, w]) * copies[:, None], np.concatenate([b, b]) * copies), Pointwise((LEAKY,) * (2 * m))]
    last = rng.normal(size=(widths[-1], widths[-1])).astype(np.float32)
    return chain(widths[0], *ops, dense(np.hstack([last, last]) / copies, np.zeros(widths[-1], np.float32)))


def names(engine: Any, goal: Positive) -> list[str]:
    """The theorems of the engine's one accepted proof."""
    (verdict,) = verdicts(engine, goal)
    assert isinstance(verdict, Proved)
    return [step.name for step in verdict.evidence]


@pytest.mark.parametrize(("n", "h"), [(1, 1), (2, 16), (4, 4), (8, 32), (24, 24)])
@pytest.mark.parametrize("norms", [0.95, 1.05])
def test_residual_networks_are_injective_and_onto(n: int, h: int, norms: float) -> None:
    f = residual(n, h, norms, seed=1)
    assert names(by_monotonicity, Injective(f, Reals(n))) == ["StronglyMonotone"]
    assert names(by_monotonicity, Surjective(f, Reals(n), Reals(n))) == ["StronglyMonotone"]


@pytest.mark.parametrize("s", [Tanh(), ABS, LEAKY], ids=["tanh", "abs", "leaky"])
def test_all_activations_with_bounded_slopes_will_do(s: Activation) -> None:
    assert names(by_monotonicity, Injective(residual(3, 5, 0.9, s), box(-1, 1, 3))) == ["StronglyMonotone"]


def test_many_blocks_are_proved_one_by_one() -> None:
    f = residual(3, 4, 0.9)
    for seed in range(1, 6):
        f = compose(residual(3, 4, 0.9, seed=seed), f)
    assert "StronglyMonotone" in names(by_monotonicity, Injective(f, box(-1, 1, 3)))
    assert "StronglyMonotone" in names(by_monotonicity, Surjective(f, Reals(3), Reals(3)))


@pytest.mark.parametrize("a", [[[0, 2], ["1/4", 0]], [[0, 9], ["1/10", 0]]])
def test_a_matrix_of_large_norm_is_no_obstacle_if_it_can_be_scaled(a: Any) -> None:
    """x − A|x| is a bijection as long as the product of the two entries is less than 1."""
    assert names(by_monotonicity, Injective(_absolute(a), Reals(2))) == ["StronglyMonotone"]


def test_a_p_matrix_is_scaled_too() -> None:
    rest: Any = [[0, -2], [0, 0]]
    nodes = (Node(Pointwise((RELU, RELU)), (0,)), Node(affine(rest), (1,)), Node(affine([[1, 2], [0, 1]]), (0,)), Node(Sum(), (2, 3)))
    assert names(by_monotonicity, Injective(Network(2, nodes), Reals(2))) == ["StronglyMonotone"]


def _absolute(a: Any) -> Network:
    minus = [[str(-Fraction(t)) for t in line] for line in a]
    return Network(2, (Node(Pointwise((ABS, ABS)), (0,)), Node(affine(minus), (1,)), Node(Sum(), (0, 2))))


@pytest.mark.parametrize(
    ("f", "on"),
    [
        (_absolute([[0, 2], [1, 0]]), Reals(2)),
        (residual(3, 8, 9.0), Reals(3)),
        (chain(1, Pointwise((RELU,)), affine([[1], [1]])), Reals(1)),
        (chain(2, Max(((0, 1), (0,)))), Reals(2)),
        (chain(1, affine([[0]]), Pointwise((RELU,)), affine([[1]])), box(0, 1)),
    ],
    ids=["collides", "far above one", "plain relu", "maximum", "constant"],
)
def test_nothing_is_proposed_where_no_certificate_is_found(f: Network, on: Domain) -> None:
    assert proposals(by_monotonicity, Injective(f, on)) == []


def test_on_a_box_only_the_pieces_that_are_met_count() -> None:
    fold = Network(1, (Node(Pointwise((RELU,)), (0,)), Node(affine([[-2]]), (1,)), Node(Sum(), (0, 2))))
    assert names(by_monotonicity, Injective(fold, box(1, 2))) == ["StronglyMonotone"]
    assert proposals(by_monotonicity, Injective(fold, box(-1, 2))) == []


@pytest.mark.parametrize("n", [3, 8, 24])
def test_a_leaky_network_hidden_behind_copies_is_found_out(n: int) -> None:
    f = hidden(n, n, n)
    assert proposals(by_layers, Injective(f, box(-1, 1, n))) == []
    assert names(by_merging, Injective(f, box(-1, 1, n)))[0] == "Merged"
    assert names(by_merging, Surjective(f, Reals(n), Reals(n)))[0] == "Merged"


def test_a_residual_network_hidden_behind_copies_is_found_out() -> None:
    f = residual(2, 3, 0.9)
    w, s, v = (node.op for node in f.nodes[:3])
    double = affine([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    half = affine([["1/2" if i == j % 3 else 0 for j in range(6)] for i in range(3)])
    copied = compose(chain(3, double, Pointwise(s.activations * 2), half), chain(2, w))  # type: ignore[union-attr]
    f = Network(2, (*copied.nodes, Node(v, (4,)), Node(Sum(), (0, 5))))
    assert names(by_merging, Injective(f, Reals(2))) == ["Merged", "StronglyMonotone"]


def test_where_no_units_are_equal_nothing_is_merged() -> None:
    assert proposals(by_merging, Injective(random_network(3, 3, 3, activation=LEAKY), box(-1, 1, 3))) == []
    assert proposals(by_merging, Injective(chain(1, Pointwise((Tanh(),))), Reals(1))) == []


def test_both_are_asked() -> None:
    assert by_merging in ENGINES
    assert by_monotonicity in ENGINES
