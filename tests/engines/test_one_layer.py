"""One layer is decided: against z3, against counted probabilities, on the examples of the theory."""

import random
import time
from fractions import Fraction

import pytest

from bijection.engines.proposal import Proposal, Search
from bijection.engines.structure.one_layer import by_layer_tree
from bijection.verdict import Proved, Refuted, Verdict, accept
from proofs.activations import RELU, PiecewiseAffine, clip, leaky_relu
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.network import Network, Pointwise
from proofs.statements import Injective
from proofs.theorems import LayerTree
from tests.build import affine, box, chain, point, q
from tests.networks.truth import truth

ZERO, ONE = Fraction(0), Fraction(1)
CEILING = PiecewiseAffine((ONE,), ((ONE, ZERO), (ZERO, ONE)))
FALL = PiecewiseAffine((ZERO,), ((ZERO, ZERO), (-ONE, ZERO)))
SHELF = PiecewiseAffine((-ONE, ONE), ((ONE, ONE), (ZERO, ZERO), (ONE, -ONE)))
SHELVES = PiecewiseAffine(
    (-ONE, ZERO, ONE, q(2)), ((ZERO, -ONE), (ONE, ZERO), (ZERO, ZERO), (ONE, -ONE), (ZERO, ONE))
)  # fmt: skip
MONOTONE = (RELU, RELU, RELU, CEILING, FALL, SHELF, SHELVES, clip(-ONE, ONE), leaky_relu(Fraction(1, 2)))


def relus(w: list[list[int | str]], b: list[int | str] | None = None) -> Network:
    return chain(len(w[0]), affine(w, b), Pointwise((RELU,) * len(w)))


def proposals(f: Network, on: Domain) -> list[Proposal]:
    return list(by_layer_tree(Injective(f, on), Search(time.monotonic() + 60)))


def verdict(f: Network, on: Domain) -> Verdict:
    """What the kernel accepts of the only proposal."""
    (proposal,) = proposals(f, on)
    return accept(Injective(f, on), proposal.claim, proposal.evidence, proposal.because, 0.0)


def injective(f: Network, on: Domain) -> bool:
    answer = verdict(f, on)
    assert isinstance(answer, Proved | Refuted)
    return isinstance(answer, Proved)


def _random_layer(rng: random.Random) -> tuple[Network, Domain]:
    n = rng.choice([1, 2, 2, 3])
    rows, size = rng.randint(n, 8), rng.choice([2, 3, 9])
    w = [[rng.randint(-size, size) for _ in range(n)] for _ in range(rows)]
    b = [f"{rng.randint(-6, 6)}/{rng.choice([1, 2, 3])}" if rng.random() < 0.8 else 0 for _ in range(rows)]
    activations = (RELU,) * rows if rng.random() < 0.5 else tuple(rng.choice(MONOTONE) for _ in range(rows))
    normals = tuple(point(*(rng.randint(-3, 3) for _ in range(n))) for _ in range(rng.randint(1, n + 2)))
    domains = (
        Reals(n),
        box(-1, rng.choice([1, 2, 3]), n),
        Box((ZERO,) * n, (ZERO,) + (q(2),) * (n - 1)),
        Polytope(n, normals, tuple(Fraction(rng.randint(1, 4), 2) for _ in normals)),
    )
    return chain(n, affine(w, b), Pointwise(activations)), rng.choice(domains)


@pytest.mark.parametrize("seed", range(10))
def test_z3_agrees_on_random_layers(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        f, on = _random_layer(rng)
        assert injective(f, on) is truth(Injective(f, on)), (f, on)


def test_a_bias_may_help_and_may_hurt() -> None:
    assert injective(relus([[1], [-1]], [1, "-1/2"]), Reals(1))
    assert not injective(relus([[1], [-1]], [-1, -1]), Reals(1))


def test_rows_with_their_opposites_are_enough_and_one_less_is_not() -> None:
    w: list[list[int | str]] = [[1, 2, 0], [0, 1, 1], [3, 0, 1]]
    doubled = [*w, *([f"-{k}/7" if (k := int(t) * (i + 1)) else 0 for t in row] for i, row in enumerate(w))]
    assert injective(relus(doubled), Reals(3))
    assert not injective(relus(doubled[:-1]), Reals(3))


@pytest.mark.parametrize(("bias", "holds"), [("3/2", True), (2, True), ("5/4", False), (1, False)])
def test_three_rows_are_enough_in_the_plane_where_two_are_always_active(bias: int | str, holds: bool) -> None:
    frame = relus([[0, 2], [2, -1], [-2, -1]], [bias] * 3)
    assert injective(frame, box(-1, 1, 2)) is holds
    assert not injective(frame, Reals(2))


def test_what_is_always_active_makes_a_path_and_not_a_tree() -> None:
    (proposal,) = proposals(relus([[1, 1], [1, -1], [5, 4], [1, 0]], [2, 2, -3, 0]), box(-1, 1, 2))
    (tree,) = proposal.evidence
    assert isinstance(tree, LayerTree)
    assert len(tree.tree) == 2


def _share(n: int, rows: int, samples: int) -> float:
    """The share of injective layers among random integer matrices; signs and directions are symmetric, ties are rare."""
    rng = random.Random(f"share {n} {rows}")
    found = 0
    for _ in range(samples):
        w: list[list[int | str]] = [[round(rng.gauss(0, 1) * 10**6) for _ in range(n)] for _ in range(rows)]
        found += injective(relus(w), Reals(n))
    return found / samples


@pytest.mark.parametrize(
    ("n", "rows", "share"),
    [
        *((1, k, 1 - 2 ** (1 - k)) for k in (1, 2, 3, 5)),
        (2, 4, 0.0),
        (2, 5, 1 / 16),
        (2, 6, 1 / 4),
        (2, 7, 29 / 64),
        (2, 8, 5 / 8),
        (2, 10, 27 / 32),
    ],
)
def test_random_layers_are_injective_as_often_as_was_counted(n: int, rows: int, share: float) -> None:
    samples = 200
    assert abs(_share(n, rows, samples) - share) <= 4 * (share * (1 - share) / samples) ** 0.5


def test_affine_operations_in_front_are_merged() -> None:
    f = chain(1, affine([[2]]), affine([[1], [-1]], [1, 0]), Pointwise((RELU, RELU)))
    assert injective(f, Reals(1))
    assert not injective(chain(1, affine([[0]]), affine([[1], [-1]]), Pointwise((RELU, RELU))), Reals(1))


def test_what_the_first_layer_forgets_no_other_one_remembers() -> None:
    answer = verdict(chain(1, affine([[1]]), Pointwise((RELU,)), affine([[1], [2]]), Pointwise((RELU, RELU))), box(-1, 1))
    assert isinstance(answer, Refuted)
    assert answer.counterexample is not None


def test_layers_that_are_injective_one_by_one_make_an_injective_network() -> None:
    frame = affine([[0, 2], [2, -1], [-2, -1]], ["3/2"] * 3)
    both = affine([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, -2]], [0, 0, 0, -9])
    f = chain(2, frame, Pointwise((RELU,) * 3), both, Pointwise((RELU,) * 4), affine([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0]]))
    assert injective(f, box(-1, 1, 2))
    assert truth(Injective(f, box(-1, 1, 2)))


def test_a_later_layer_that_may_forget_is_left_to_others() -> None:
    f = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[1, -1], [1, 1]]), Pointwise((RELU, RELU)))
    assert proposals(f, box(-1, 1)) == []


def test_other_networks_and_domains_are_left_alone() -> None:
    square = chain(1, Pointwise((RELU,)), Pointwise((RELU,)))
    assert proposals(Network(1, ()), Reals(1)) == []
    assert list(by_layer_tree(Injective(square, box(0, 1)), Search(time.monotonic() - 1))) == []


def test_the_same_search_finds_the_same_tree() -> None:
    rng = random.Random(5)
    f = relus([[rng.randint(-99, 99) for _ in range(3)] for _ in range(24)], [rng.randint(-30, 30) for _ in range(24)])
    first, second = proposals(f, box(-1, 1, 3)), proposals(f, box(-1, 1, 3))
    assert first == second != []


def test_no_inputs_are_no_problem() -> None:
    assert injective(chain(0, affine([[], []], [1, 2]), Pointwise((RELU, RELU))), Reals(0))


def test_a_flat_polytope_is_no_problem() -> None:
    on = Polytope(2, (point(2, -2), point(-1, 1)), point(0, 0))
    assert injective(relus([[1, 0], [0, -1]]), on)
    assert injective(chain(2, affine([[1, 1]])), on)
