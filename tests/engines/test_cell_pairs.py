"""All cells and a functional for every pair of them: complete on small networks, whatever their depth and the domain."""

import random
import time
from fractions import Fraction

import pytest

from bijection.engines.complete.cell_pairs import by_cell_pairs
from bijection.engines.complete.secants import secants
from bijection.engines.proposal import Search
from bijection.verdict import Pair, Proved, Refuted
from proofs.activations import ABS, RELU, Sigmoid, clip, leaky_relu
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.network import Network, Node, Pointwise, Stack
from proofs.statements import Injective, Surjective
from proofs.theorems import Collision, SeparatedCells
from proofs.theorems.cell_tree import MATRIX
from tests.build import affine, box, chain, grid, layer, point, q
from tests.engines.asking import proposals, random_network, verdicts
from tests.networks.truth import truth
from tests.proofs.cells import cell_tree, random_question
from tests.zoo import ZOO

SMALL = {
    name: entry
    for name, entry in ZOO.items()
    if isinstance(entry.statement, Injective)
    and name.startswith(("G1 ", "G2 ", "G3 ", "G4 ", "G5 r", "G8 ", "G9 ", "G10 ", "G11 ", "G12 ", "G28 "))
    and 0 < entry.statement.f.arity <= min(6, entry.statement.f.width)
}


def answer(f: Network, on: Domain) -> Proved | Refuted:
    """The only proposal, accepted by the kernel."""
    (verdict,) = verdicts(by_cell_pairs, Injective(f, on))
    return verdict


@pytest.mark.parametrize("name", SMALL)
def test_the_examples_of_the_literature_are_decided(name: str) -> None:
    statement = SMALL[name].statement
    assert isinstance(answer(statement.f, statement.on), Proved if SMALL[name].holds else Refuted)


def test_there_are_examples_of_both_kinds() -> None:
    kinds = [entry.holds for entry in SMALL.values()]
    assert min(kinds.count(True), kinds.count(False)) >= 5


@pytest.mark.parametrize("seed", range(12))
def test_z3_agrees_on_random_networks(seed: int) -> None:
    """Residual, with maxima, with skips, degenerate; on ℝⁿ, boxes and polytopes, flat and empty ones too."""
    rng = random.Random(f"agree {seed}")
    for _ in range(6):
        f, on = random_question(rng, 4)
        if f.arity <= f.width:
            assert isinstance(answer(f, on), Proved) is truth(Injective(f, on), 20), (f, on)


@pytest.mark.parametrize("widths", [(2, 8, 4), (2, 6, 6, 4), (3, 7, 5), (1, 12, 2)], ids=str)
def test_shallow_and_deep_networks_are_decided_on_a_box_and_everywhere(widths: tuple[int, ...]) -> None:
    f = random_network(*widths, seed=1)
    for on in (box(-1, 1, widths[0]), Reals(widths[0])):
        assert isinstance(answer(f, on), Proved | Refuted)


def test_leaky_networks_are_proved_though_no_layer_is_looked_at_alone() -> None:
    f = random_network(3, 3, 3, 3, seed=2, activation=leaky_relu(Fraction(1, 2)))
    (verdict,) = verdicts(by_cell_pairs, Injective(f, box(-1, 1, 3)))
    assert isinstance(verdict, Proved)


def test_a_collision_is_exact_and_in_the_domain() -> None:
    fold = chain(1, affine([[1], [1], [1]], ["1/3", 0, "-1/7"]), Pointwise((RELU,) * 3), affine([[1, -2, 2], [0, 0, 0]]))
    for on in (Reals(1), box(-1, 1), Polytope(1, (point(1), point(-3)), point(1, 2))):
        verdict = answer(fold, on)
        assert isinstance(verdict, Refuted)
        pair = verdict.counterexample
        assert isinstance(pair, Pair)
        assert pair.x != pair.y
        assert fold(pair.x) == fold(pair.y)


def test_a_cell_that_collapses_gives_a_pair() -> None:
    (proposal,) = proposals(by_cell_pairs, Injective(chain(2, Pointwise((RELU, leaky_relu(Fraction(1, 2))))), box(-1, 1, 2)))
    assert isinstance(proposal.evidence[0], Collision)
    assert "affine and not injective" in proposal.because


def test_cells_that_meet_far_out_only() -> None:
    """(|x|, clipped x, y): two half planes with the same directions and different heights. Without the clip's height they meet."""
    kink = affine([[1, 0], [1, 0], [0, 1]])
    ends = Pointwise((ABS, clip(q(-1), q(1)), leaky_relu(Fraction(1, 2))))
    assert isinstance(answer(chain(2, kink, ends), Reals(2)), Proved)
    same = chain(2, kink, ends, affine([[1, 0, 0], [0, 0, 1]]))
    assert isinstance(answer(same, Reals(2)), Refuted)


def test_images_that_meet_in_a_direction_of_both_make_a_pair() -> None:
    """The rays (1, 0) and (0, 1) have the same image, and both start at 0."""
    f = chain(2, affine([[1, 0], [0, 1], [-1, 0], [0, -1]]), Pointwise((RELU,) * 4), affine([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    verdict = answer(f, Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0)))
    assert isinstance(verdict, Refuted)
    bent = Network(2, (Node(affine([[1, 1], [1, -1]]), (0,)), Node(Pointwise((leaky_relu(q(2)), ABS)), (1,)), Node(Stack(), (2,))))
    assert isinstance(answer(bent, Reals(2)), Refuted)


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (Box(point(1, -1), point(1, 2)), False),  # a segment that |y| folds
        (Box(point(-1, 1), point(2, 1)), False),
        (Box(point(1, 2), point(1, 2)), True),
        (Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0)), True),  # a quadrant
        (Polytope(2, (point(1, 0), point(-1, 0)), point(-1, -1)), True),  # nothing
        (Polytope(2, (point(1, -1), point(-1, 1)), point(0, 0)), False),  # a line
        (Polytope(2, (), ()), False),
    ],
    ids=["segment", "other segment", "point", "quadrant", "nothing", "line", "plane"],
)
def test_domains_may_be_flat_empty_or_unbounded(on: Box | Polytope, holds: bool) -> None:
    assert isinstance(answer(layer(ABS, ABS), on), Proved) is holds


def test_other_questions_are_left_alone() -> None:
    square = layer(RELU, RELU)
    assert proposals(by_cell_pairs, Surjective(square, Reals(2), Reals(2))) == []
    assert proposals(by_cell_pairs, Injective(square, grid(0, 3, 2))) == []
    assert proposals(by_cell_pairs, Injective(layer(Sigmoid(), RELU), Reals(2))) == []
    assert proposals(by_cell_pairs, Injective(layer(*(ABS,) * 7), Reals(7))) == []  # too many inputs
    assert proposals(by_cell_pairs, Injective(Network(0, ()), Reals(0))) == []


def test_no_time_no_proposal_and_little_time_is_kept() -> None:
    f = random_network(3, 40, 7)
    assert list(by_cell_pairs(Injective(f, box(-1, 1, 3)), Search(time.monotonic() - 1))) == []
    started = time.monotonic()
    list(by_cell_pairs(Injective(random_network(4, 64, 9), box(-1, 1, 4)), Search(started + 0.2)))
    assert time.monotonic() - started < 10


def test_the_same_search_finds_the_same_certificate() -> None:
    goal = Injective(random_network(2, 10, 4, seed=3), box(-1, 1, 2))
    first, second = proposals(by_cell_pairs, goal), proposals(by_cell_pairs, goal)
    assert first == second != []
    assert isinstance(first[0].evidence[0], SeparatedCells | Collision)


def test_progress_is_reported_in_cells_and_pairs() -> None:
    lines: list[str] = []
    proposals(by_cell_pairs, Injective(layer(leaky_relu(Fraction(1, 2)), leaky_relu(Fraction(1, 3))), Reals(2)), report=lines.append)
    assert lines[0].startswith("4 cells with 5 corners")
    assert "100.0%" in lines[-1]


@pytest.mark.parametrize("size", [10**400, Fraction(1, 10**400)], ids=["huge", "tiny"])
def test_numbers_that_no_float_holds_cause_no_exception(size: Fraction) -> None:
    s = str(size)
    for f in (chain(1, affine([[s], [1]], [1, s]), Pointwise((RELU, RELU))), chain(1, affine([[s], [f"-{s}"]]), Pointwise((ABS, RELU)))):
        for on in (box(-1, 1), Reals(1), box(0, s)):
            verdicts(by_cell_pairs, Injective(f, on))


def test_a_matrix_deals_with_many_pairs_at_once():
    f = random_network(2, 24, 5, seed=3)
    (proposal,) = proposals(by_cell_pairs, Injective(f, box(-1, 1, 2)))
    (theorem,) = proposal.evidence
    assert isinstance(theorem, SeparatedCells)
    matrices = sum(entry[0] == MATRIX and len(entry) > 1 for entry in theorem.pairs)
    assert matrices > 10
    assert len(theorem.pairs) < 2 * theorem.cuts.count(-1)  # of cells


def test_networks_without_one_layer_have_no_secants():
    assert secants(cell_tree(random_network(2, 3, 3, 4, seed=0), box(-1, 1, 2))) is None


def test_matrices_are_found_whatever_the_denominators():
    tiny = q(f"1/{3**90}")  # its denominator is no machine integer
    f = chain(2, affine([[tiny, 0], [0, 1], [1, 1]]), Pointwise((leaky_relu(q("1/2")),) * 3), affine([[q(3**90), 0, 0], [0, 1, tiny]]))
    (proposal,) = proposals(by_cell_pairs, Injective(f, box(-1, 1, 2)))
    (theorem,) = proposal.evidence
    assert isinstance(theorem, SeparatedCells)
    assert len(theorem.pairs) == 1
    assert theorem.pairs[0][0] == MATRIX
