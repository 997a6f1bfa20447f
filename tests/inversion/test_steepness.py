"""Lipschitz constants of inverses on images that need not be convex."""

import random
import time
from fractions import Fraction

import pytest

import bijection as bj
from bijection.engines.complete.regions import cells
from bijection.engines.proposal import Search
from bijection.inversion import steepness as module
from bijection.inversion.lipschitz import NORMS, length
from bijection.inversion.steepness import steepness
from proofs.activations import ABS, RELU, clip
from proofs.domains import Point
from proofs.network import Pointwise
from proofs.statements import Injective
from proofs.theorems.cell_tree import CellTree
from tests.build import affine, box, chain, q
from tests.proofs.cells import random_question

# t ↦ three sides of a square, from (0, 0) over (1, 0) and (1, 1) to (0, 1): nowhere shrinking, but 3 becomes 1 at the ends
BENT = chain(
    1,
    affine([[1], [1], [1]], [0, -1, -2]),
    Pointwise((clip(q(0), q(1)),) * 3),
    affine([[1, 0, -1], [0, 1, 0]]),
)


def test_the_ends_of_a_path_come_near_to_each_other() -> None:
    g = bj.inverse(BENT, box(0, 3))
    assert [g.lipschitz(norm).upper for norm in ("max", "sum")] == [3, 3]
    assert all(g.lipschitz(norm).exact for norm in ("max", "sum"))
    found = g.lipschitz("euclidean")
    assert found.upper is not None
    assert found.lower <= 3 <= found.upper
    assert bj.lipschitz(BENT, box(0, 3)).upper == 1


def test_two_ends_that_go_to_infinity_side_by_side_have_no_constant() -> None:
    beside = chain(1, affine([[1], [1]]), Pointwise((ABS, clip(q(-1), q(1)))))  # (|t|, t clipped)
    found = bj.inverse(beside).lipschitz()
    assert found.upper is None
    assert "inputs move apart, and outputs do not" in str(found)


def test_on_a_line_only_what_lies_on_it_counts() -> None:
    g = bj.inverse(chain(1, affine([[1], [10]])), box(0, 1))
    assert g.lipschitz().upper == Fraction(1, 10)
    assert g.lipschitz("sum").upper == Fraction(1, 11)


def test_on_a_flat_box_too() -> None:
    f = chain(2, affine([[1, 0], [0, 1], [1, 1]]), Pointwise((ABS, RELU, RELU)), affine([[1, 0, 5], [0, 1, 0]]))
    flat = bj.Box((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1)))
    g = bj.inverse(f, flat)
    assert g.lipschitz().upper == Fraction(1, 5)  # (1, t) ↦ (6 + 5t, t)


def samples(tree: CellTree, rng: random.Random) -> list[Point]:
    """Corners of cells, and points between them."""
    generators = [tree.subdivision.generators[k] for k in sorted({k for leaf in tree.leaves() for k in tree.members[leaf]})]
    found = [tuple(Fraction(t, g.ray[-1]) for t in g.ray[:-1]) for g in generators if g.ray[-1]]
    for _ in range(30 if found else 0):
        (x, y), s = (rng.choice(found), rng.choice(found)), Fraction(rng.randint(0, 8), 8)
        found.append(tuple(s * a + (1 - s) * b for a, b in zip(x, y, strict=True)))
    return found


@pytest.mark.parametrize("norm", NORMS)
def test_no_pair_of_points_is_further_apart_than_that(norm: str) -> None:
    rng, tried, reached = random.Random(f"steepness {norm}"), 0, 0
    while tried < 8:
        f, on = random_question(rng, 4)
        if not f.arity or not isinstance(bj.decide(Injective(f, on), within=None), bj.Proved):
            continue
        tree = cells(f, on, Search(time.monotonic() + 60))
        if len(list(tree.leaves())) > 20:
            continue
        found = steepness(tree, norm, Search(time.monotonic() + 60))
        assert found is not None
        if found == "none":
            assert any(not g.ray[-1] for g in tree.subdivision.generators)
            continue
        tried += 1
        least, points = found[1], samples(tree, rng)
        for _ in range(60 if points else 0):
            x, y = rng.choice(points), rng.choice(points)
            moved = length([a - b for a, b in zip(x, y, strict=True)], norm)[0]
            image = length([a - b for a, b in zip(f(x), f(y), strict=True)], norm)[1]
            assert moved <= least * image
            reached += moved == found[0] * image and bool(moved)
    assert reached or norm == "euclidean"


def test_where_pairs_are_many_there_are_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_PAIRS", 0)
    g = bj.inverse(BENT, box(0, 3))
    found = g.lipschitz()
    assert found.regions is None
    assert found.upper is None or found.lower <= 3 <= found.upper
    assert found.upper is not None or "too many pairs" in str(found)
    leaning = bj.inverse(chain(1, affine([[2], [1]]), Pointwise((ABS, RELU))), box(1, 2))
    assert leaning.lipschitz().upper is not None
