"""Absolute-value and complementarity forms of many inputs: proofs without regions, and pairs where regions of opposite signs meet."""

from fractions import Fraction

import numpy as np
import pytest

from bijection.engines.structure.representatives import by_representatives, by_sign_changes
from bijection.exact.floating import Array
from bijection.frontends.exact import dense
from bijection.verdict import Proved, Refuted
from proofs.activations import ABS, RELU, Activation, leaky_relu
from proofs.domains import Reals
from proofs.network import Network, Node, Pointwise, Sum
from proofs.statements import Injective
from proofs.theorems import Collision, ColumnRepresentatives, DefiniteKinks
from tests.build import affine, box, chain, layer
from tests.engines.asking import proposals, verdicts
from tests.networks.build import eye, from_parts, minus, pieces
from tests.networks.ground_truth import lcp, murty


def absolute(a: Array) -> Network:
    """z − A|z|."""
    n = len(a)
    exact = dense(-a.astype(np.float32), np.zeros(n, np.float32))
    return Network(n, (Node(Pointwise((ABS,) * n), (0,)), Node(exact, (1,)), Node(Sum(), (0, 2))))


def normal(n: int, seed: int) -> Array:
    """A square matrix of normally distributed numbers."""
    return np.random.default_rng([n, seed]).normal(size=(n, n))


def theorem(f: Network) -> type:
    """The theorem of the engine's one accepted proof that f is injective, or of its refutation."""
    goal = Injective(f, Reals(f.arity))
    verdict, *_ = [*verdicts(by_representatives, goal), *verdicts(by_sign_changes, goal)]
    return type(verdict.evidence[0])


@pytest.mark.parametrize("n", [2, 8, 24])
def test_absolute_value_forms_of_small_norm(n: int) -> None:
    a = normal(n, 1)
    expected = ColumnRepresentatives if n <= 8 else DefiniteKinks
    assert theorem(absolute(a / (1.05 * np.linalg.norm(a, 2)))) is expected
    assert theorem(absolute(a / (1.05 * np.abs(a).sum(axis=1, keepdims=True)))) is expected


@pytest.mark.parametrize("n", [3, 16, 40])
def test_absolute_value_forms_that_fold(n: int) -> None:
    f = absolute(normal(n, 2) * 3 / n**0.5)
    (verdict,) = verdicts(by_sign_changes, Injective(f, Reals(n)))
    assert isinstance(verdict, Refuted)
    (pair,) = verdict.evidence
    assert isinstance(pair, Collision)
    assert f(pair.x) == f(pair.y)
    assert not proposals(by_sign_changes, Injective(f, box("1/3", "1/2", n)))  # nothing is said about other sets


@pytest.mark.parametrize("n", [2, 9, 64])
def test_murty_s_matrices_are_blocks_of_one(n: int) -> None:
    (verdict,) = verdicts(by_representatives, Injective(lcp(murty(n)), Reals(n)))
    (step,) = verdict.evidence
    assert isinstance(step, ColumnRepresentatives)
    assert all(len(block) == 1 for block in step.blocks)


def test_blocks_are_found_behind_changes_of_coordinates() -> None:
    n = 20
    shear = [[int(i == j or (i > j and (i + j) % 7 == 3)) for j in range(n)] for i in range(n)]
    inner = from_parts(eye(n), minus(murty(n)))
    hidden = chain(n, affine(shear), *(node.op for node in inner.nodes), affine([*zip(*shear, strict=True)]))
    assert theorem(hidden) is ColumnRepresentatives


@pytest.mark.parametrize("s", [RELU, ABS, leaky_relu(Fraction(1, 8)), pieces([-1, 1], [0, 1, 0]), pieces([0, 1, 2], [1, 2, 0, 1])])
def test_residual_blocks_with_more_units_than_inputs(s: Activation) -> None:
    n, h = 4, 14
    rng = np.random.default_rng(3)
    w, v = rng.normal(size=(h, n)).astype(np.float32), rng.normal(size=(n, h)).astype(np.float32)
    v = (v / (4.2 * np.linalg.norm(v, 2) * np.linalg.norm(w, 2))).astype(np.float32)
    inner, outer = dense(w, rng.normal(size=h).astype(np.float32)), dense(v, np.zeros(n, np.float32))
    f = Network(n, (Node(inner, (0,)), Node(Pointwise((s,) * h), (1,)), Node(outer, (2,)), Node(Sum(), (0, 3))))
    assert theorem(f) is DefiniteKinks


def test_a_p_matrix_that_no_weights_make_definite() -> None:
    """A circulant matrix of 15 lines: the determinants of all 2¹⁵ choices are taken."""
    n = 15
    f = lcp([[1 if i == j else -1 if j == (i + 1) % n else 0 for j in range(n)] for i in range(n)])
    assert theorem(f) is Collision  # det = 1 + (−1)ⁿ⁺¹·(−1)ⁿ = 0
    g = lcp([[1 if i == j else 3 if j == (i + 1) % n else 0 for j in range(n)] for i in range(n)])
    (verdict,) = verdicts(by_representatives, Injective(g, Reals(n)))
    assert isinstance(verdict, Proved)  # all minors are 1, but for the whole one, 1 + 3¹⁵
    assert isinstance(verdict.evidence[0], ColumnRepresentatives)


@pytest.mark.parametrize("f", [lcp([[1, 1], [1, 1]]), lcp([[0, 0], [0, 1]]), layer(RELU, RELU), layer(pieces([0, 1], [1, 0, 1]))])
def test_regions_with_determinant_zero(f: Network) -> None:
    assert theorem(f) is Collision
