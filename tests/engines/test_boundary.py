"""Boundaries: what they prove is true, pairs come from the boundary, and other questions are left alone."""

from fractions import Fraction

import numpy as np
import pytest

from bijection.engines.complete.boundary import _boxes, by_boundary
from bijection.engines.complete.derivatives import derivatives
from bijection.engines.proposal import Search
from bijection.exact.floating import floats
from bijection.frontends.matrices import read
from bijection.verdict import Proved, Refuted
from proofs.activations import ABS, RELU, Activation, Tanh, clip, leaky_relu
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Rejected
from proofs.network import Max, Network, Pointwise
from proofs.statements import Injective, Surjective
from proofs.theorems.boundary import CELLS, LEAF, InjectiveOnBoundary
from proofs.theorems.regular_boxes import RegularBoxes
from tests.build import affine, box, chain, point, q
from tests.engines.asking import proposals, random_network, verdicts
from tests.networks.ground_truth import SQUARE
from tests.networks.truth import OutOfReach, truth

SLICE = Box(point("1/10", -1), point(1, 1))
FOURTH = chain(2, *(node.op for node in (*SQUARE.nodes, *SQUARE.nodes)))


@pytest.mark.parametrize("unit", [RELU, ABS, leaky_relu(q("1/10")), clip(q(-1), q(1))], ids=["relu", "abs", "leaky", "clip"])
@pytest.mark.parametrize("n", [2, 3])
def test_it_says_nothing_that_is_false(unit: Activation, n: int) -> None:
    for seed in range(6 if n == 2 else 2):
        goal = Injective(near_identity(random_network(n, 5 - n, n, seed=seed, activation=unit)), box(-1, 1, n))
        found = verdicts(by_boundary, goal)
        try:
            assert all(isinstance(v, Proved) == truth(goal) for v in found)
        except OutOfReach:
            continue


def near_identity(f: Network) -> Network:
    """x ↦ f(x) + 3x, in one layer: units that are affine are put beside those of f."""
    w, units, v = (node.op for node in f.nodes)
    assert isinstance(units, Pointwise)
    n, count = f.arity, len(units.activations)
    rows = [[Fraction(c, w.denominator) for c in dense(row, n)] for row in w.rows]  # type: ignore[union-attr]
    constants = [Fraction(row.constant, w.denominator) for row in w.rows]  # type: ignore[union-attr]
    eye = [[int(i == j) for j in range(n)] for i in range(n)]
    out = [
        [*(Fraction(c, v.denominator) for c in dense(row, count)), *(3 * t for t in unit)]  # type: ignore[union-attr]
        for row, unit in zip(v.rows, eye, strict=True)  # type: ignore[union-attr]
    ]
    beside = Pointwise((*units.activations, *[leaky_relu(q(1))] * n))
    return chain(n, affine([*rows, *eye], [*constants, *[0] * n]), beside, affine(out))


def dense(row: object, size: int) -> list[int]:
    """The coefficients with zeros."""
    out = [0] * size
    for j, a in zip(row.columns, row.coefficients, strict=True):  # type: ignore[attr-defined]
        out[j] = a
    return out


def test_pairs_come_from_the_boundary() -> None:
    for f, on in ((SQUARE, box(-1, 1, 2)), (FOURTH, SLICE)):
        (verdict,) = verdicts(by_boundary, Injective(f, on))
        assert isinstance(verdict, Refuted)
        assert verdict.counterexample is not None
        for end in (verdict.counterexample.x, verdict.counterexample.y):
            assert any(t in (a, b) for t, a, b in zip(end, on.lower, on.upper, strict=True))


def test_slices_and_triangles_are_proved() -> None:
    triangle = Polytope(2, (point(1, 1), point(-1, 0), point(0, -1)), point(1, "-1/10", "1/2"))
    for goal in (Injective(SQUARE, SLICE), Injective(SQUARE, triangle), Injective(FOURTH, Box(point("1/2", "-1/4"), point(1, "1/4")))):
        (verdict,) = verdicts(by_boundary, goal)
        assert isinstance(verdict, Proved)
        assert [basis.name for basis in verdict.rests_on] == ["InjectiveOnBoundary"]


def test_other_questions_are_left_alone() -> None:
    tanh = chain(2, affine([[1, 2], [0, 1]]), Pointwise((Tanh(), Tanh())))
    goals = [
        Injective(SQUARE, Reals(2)),
        Surjective(SQUARE, box(-1, 1, 2), box(-1, 1, 2)),
        Injective(random_network(2, 3, 3, seed=1), box(-1, 1, 2)),
        Injective(random_network(4, 4, 4, seed=1), box(-1, 1, 4)),
        Injective(random_network(1, 3, 1, seed=1), box(-1, 1)),
        Injective(tanh, box(-1, 1, 2)),
        Injective(SQUARE, Polytope(2, (point(-1, 0),), point("-1/10"))),
        Injective(SQUARE, Box(point("1/10", 0), point(1, 0))),
    ]
    for goal in goals:
        assert not proposals(by_boundary, goal)


def swirl(h: int) -> Network:
    """x ↦ x + a little of a random layer, with so many units that there are more cells than boxes."""
    rng = np.random.default_rng(h)
    w, v = rng.normal(size=(h, 2)), rng.normal(size=(2, h)) * 0.3 / h
    inner, outer = np.vstack([w, np.eye(2), -np.eye(2)]), np.hstack([v, np.eye(2), -np.eye(2)])
    return read([(inner.astype(np.float32), (rng.normal(size=h + 4) * [*[1.0] * h, *[0.0] * 4]).astype(np.float32)), "relu",
                 (outer.astype(np.float32), np.zeros(2, np.float32))])  # fmt: skip


def test_where_cells_are_many_boxes_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bijection.engines.complete.boundary._FEW", 100)
    f, on = swirl(24), box("-7/8", 1, 2)
    (verdict,) = verdicts(by_boundary, Injective(f, on))
    assert isinstance(verdict, Proved)
    (theorem,) = verdict.evidence
    assert isinstance(theorem, InjectiveOnBoundary)
    assert LEAF in theorem.boxes


def test_floats_and_the_kernel_agree_on_boxes() -> None:
    f = swirl(12)
    kernel, shadow, agreed = RegularBoxes(f), derivatives(f), 0
    rng = np.random.default_rng(3)
    for _ in range(60):
        a, b = np.sort(rng.integers(-64, 64, (2, 2)), axis=0) / 64
        if not (a < b).all():
            continue
        on = Box(tuple(map(Fraction, a)), tuple(map(Fraction, b)))
        signs, regular = shadow.signs(floats(on.lower)[None], floats(on.upper)[None])
        try:
            assert kernel.sign(on) == signs[0]
            agreed += bool(regular[0])
        except Rejected:
            assert not regular[0]
    assert agreed > 10


def test_boxes_that_stay_are_cut_into_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bijection.engines.complete.boundary._DEEP", 2)
    found = _boxes(SQUARE, SLICE, Search(1e18))
    assert found is not None
    boxes, cells = found
    assert boxes.count(CELLS) == len(cells) > 0
    assert LEAF in boxes


def test_a_maximum_is_looked_at_by_cells_only() -> None:
    f = chain(2, affine([[2, 1], [0, 1], [1, 2]]), Max(((0, 1), (2,))))
    with pytest.raises(Rejected, match="Max"):
        derivatives(f)
    assert verdicts(by_boundary, Injective(f, Box(point(1, 1), point(2, 2))))
