"""Pairs in two linear regions: known answers, wishes, the budget, and silence where there is no pair."""

import time
from fractions import Fraction

import pytest

from bijection.engines.pairs.newton import by_more_newton, by_newton
from bijection.engines.proposal import Engine, Search
from bijection.verdict import Pair, Refuted
from proofs.activations import RELU, leaky_relu
from proofs.domains import Domain, Polytope, Reals, contains
from proofs.exact import vector
from proofs.network import Network, Pointwise
from proofs.statements import Injective
from tests.build import affine, box, chain, point
from tests.engines.asking import digits, proposals, random_network, verdicts

FOLD = chain(1, affine([[1], [-1], [1]], [0, 0, -1]), Pointwise((RELU,) * 3), affine([[-1, -1, 2]]))  # G2
LOOP = chain(1, affine([[1], [1], [1]], [0, -1, -2]), Pointwise((RELU,) * 3), affine([[1, -2, 1], [0, 1, -2]]))  # G3 on [0, 3]
DIRECTIONS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]]
SQUARE = chain(  # G1, z² in pieces
    2,
    affine(DIRECTIONS),
    Pointwise((RELU,) * 8),
    affine([[1, 1, -1, -1, 0, 0, 0, 0], [0, 0, 0, 0, "1/2", "1/2", "-1/2", "-1/2"]]),
)


def pair(f: Network, on: Domain, engine: Engine = by_newton, **wishes: object) -> Pair:
    """The last pair shown, after the kernel has accepted it."""
    last = verdicts(engine, Injective(f, on), **wishes)[-1]
    assert isinstance(last, Refuted)
    assert isinstance(last.counterexample, Pair)
    return last.counterexample


def test_the_fold_has_a_short_pair() -> None:
    found = pair(FOLD, Reals(1))
    assert digits((found.x, found.y)) <= 3


def test_the_closed_loop_has_only_its_ends() -> None:
    found = pair(LOOP, box(0, 3))
    assert {found.x, found.y} == {point(0), point(3)}
    assert proposals(by_newton, Injective(LOOP, box(0, "5/2"))) == []


def test_the_square_identifies_opposite_points() -> None:
    found = pair(SQUARE, Reals(2))
    assert found.x == tuple(-t for t in found.y)


@pytest.mark.parametrize("widths", [(2, 16, 3), (2, 16, 2), (3, 16, 16, 6)], ids=str)
def test_networks_with_pairs_show_one(widths: tuple[int, ...]) -> None:
    assert pair(random_network(*widths), box(-1, 1, widths[0])).distance > 0


def test_on_a_polytope_both_points_lie_in_it() -> None:
    simplex = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(1, 1, 1))
    found = pair(random_network(2, 32, 3), simplex)
    assert contains(simplex, vector(found.x))
    assert contains(simplex, vector(found.y))


def test_wishes_are_heard() -> None:
    f, on = random_network(2, 32, 2), box(-1, 1, 2)
    plain, far = pair(f, on), pair(f, on, apart=True)
    assert far.distance >= plain.distance
    assert far.distance > 1
    wish = point("1/4", "1/4")
    near, other = pair(f, on, by_more_newton, near=wish), pair(f, on)
    assert _from(near, wish) <= _from(other, wish)


def _from(found: Pair, wish: tuple[Fraction, ...]) -> Fraction:
    return max(abs(a - b) for p in (found.x, found.y) for a, b in zip(p, wish, strict=True))


def test_the_same_seed_shows_the_same_pair() -> None:
    first, second = (pair(random_network(2, 16, 3), box(-1, 1, 2), seed=5) for _ in range(2))
    assert (first.x, first.y) == (second.x, second.y)


@pytest.mark.parametrize("engine", [by_newton, by_more_newton])
def test_nothing_is_begun_without_time(engine: Engine) -> None:
    past = Search(deadline=time.monotonic() - 1)
    assert list(engine(Injective(FOLD, Reals(1)), past)) == []


def test_injective_networks_have_no_pairs() -> None:
    leaky = random_network(3, 3, 3, 3, activation=leaky_relu(Fraction(1, 10)))
    doubled = chain(
        2, affine([[2, 1], [1, 1], [-2, -1], [-1, -1]]), Pointwise((RELU,) * 4), affine([[1, 0, -1, 0], [0, 1, 0, -1], [1, 1, 0, 0]])
    )
    for f in (leaky, doubled):
        assert proposals(by_newton, Injective(f, box(-1, 1, f.arity))) == []
