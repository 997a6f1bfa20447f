"""All inputs with one output, as users ask for them."""

import json
import random
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

import bijection.__main__ as command_line
from bijection import preimages
from bijection.driver import decide
from bijection.engines.proposal import Search
from bijection.evidence import read
from bijection.fibres import Piece, _enumerated, _walked
from bijection.verdict import Proved
from bijection.words import statement
from proofs.activations import IDENTITY, RELU
from proofs.domains import Polytope, Reals, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.network import Network, Node, Pointwise, Sum
from proofs.statements import FibreIs
from tests.build import affine, box, chain, grid, point
from tests.engines.asking import random_network
from tests.networks.ground_truth import SQUARE
from tests.networks.truth import OutOfReach, truth
from tests.proofs.cells import random_question
from tests.verdicts import onnx_file

NET = [[[1, 1], [1, -1]], "relu"]
# G30: a two-layer preimage need not be convex: r(1 − r(x) − r(−x)) is 0 exactly for |x| ≥ 1.
APART = chain(1, affine([[1], [-1]]), Pointwise((RELU, RELU)), affine([[-1, -1]], [1]), Pointwise((RELU,)))


def test_a_cone_of_inputs_that_a_layer_kills() -> None:
    found = preimages(NET, [0, 0])
    assert found.complete
    assert found.dimensions == {2: len(found)}
    corners = {corner for piece in found for corner in piece.corners}
    assert corners == {point(0, 0)}
    assert all(any(contains(piece.polytope, vector(x)) for piece in found) for x in (point(-1, 0), point(-2, 1), point(-2, -2)))
    assert not any(contains(piece.polytope, vector(point(-1, 2))) for piece in found)


def test_a_fibre_need_not_be_convex() -> None:
    found = preimages(APART, [0])
    assert found.dimensions == {1: 2}
    assert {piece.directions for piece in found} == {((Fraction(1),),), ((Fraction(-1),),)}
    assert {corner for piece in found for corner in piece.corners} == {point(1), point(-1)}


def test_several_roots_one_root_and_none() -> None:
    assert [len(preimages(SQUARE, y)) for y in ((3, Fraction(7, 5)), (0, 0))] == [2, 1]
    missed = preimages(NET, [-1, 0])
    assert (len(missed), missed.complete) == (0, True)


@pytest.mark.parametrize("widths", [(2, 10, 2), (2, 8, 1), (3, 8, 2), (2, 6, 6, 1)], ids=str)
def test_the_pieces_of_random_networks_have_the_value_and_their_inequalities_say_the_same(widths: tuple[int, ...]) -> None:
    f = random_network(*widths, seed=2)
    rng = random.Random(str(widths))
    for _ in range(2):
        x = tuple(Fraction(rng.randint(-50, 50), 64) for _ in range(widths[0]))
        found = preimages(f, f(x), box(-1, 1, widths[0]))
        assert found.complete
        assert any(contains(piece.polytope, vector(x)) for piece in found)
        assert all(f(corner) == f(x) and contains(piece.polytope, vector(corner)) for piece in found for corner in piece.corners)
        assert max(found.dimensions) >= widths[0] - widths[-1]


@pytest.mark.parametrize("widths", [(2, 12, 1), (3, 8, 2), (4, 8, 2), (2, 6, 6, 1)], ids=str)
def test_walking_from_region_to_region_finds_the_pieces_that_are_joined(widths: tuple[int, ...]) -> None:
    """With starts in all components it finds what the enumeration finds."""
    f, n = random_network(*widths, seed=3), widths[0]
    on, x = box(-1, 1, n), tuple(Fraction(1, 3 + k) for k in range(n))
    every = preimages(f, like=x, on=on)
    found, why = _walked(f, f(x), on, Search(time.monotonic() + 20), [piece.corners[0] for piece in every] + [x])
    assert every.complete
    assert {piece.rays for piece in found} == {piece.rays for piece in every}
    assert "may not be all" in why


@pytest.mark.parametrize("widths", [(2, 12, 2), (3, 8, 8, 2), (2, 6, 6, 1), (1, 9, 1)], ids=str)
def test_branching_finds_what_the_enumeration_finds(widths: tuple[int, ...]) -> None:
    f, n = random_network(*widths, seed=5), widths[0]
    on, x = box(-1, 1, n), tuple(Fraction(1, 3 + k) for k in range(n))
    branched = preimages(f, like=x, on=on)
    assert isinstance(branched.verdict, Proved)
    assert branched.verdict.rests_on[0].name == "FibreByBranching"
    found = _enumerated(f, f(x), on, Search(time.monotonic() + 30))
    assert found is not None
    assert set(found[1][0]) == set(branched.pieces)


@pytest.mark.parametrize("seed", range(4))
def test_whole_fibres_of_degenerate_networks_are_what_z3_says(seed: int) -> None:
    rng = random.Random(f"fibres {seed}")
    for _ in range(10):
        f, on = random_question(rng, 4)
        x = tuple(Fraction(rng.randint(-4, 4), 2) for _ in range(f.arity))  # often on a fold
        found = preimages(f, f(x), on)
        assert found.complete
        assert not contains(on, vector(x)) or any(contains(piece.polytope, vector(x)) for piece in found)
        with suppress(OutOfReach):
            assert truth(FibreIs(f, on, f(x), tuple(piece.rays for piece in found)))


SKIPPING = Network(
    2, (Node(Pointwise((RELU, RELU)), (0,)), Node(Sum(), (0, 1)), Node(Pointwise((IDENTITY, IDENTITY)), (2,)), Node(Sum(), (2, 3)))
)


def test_skips_and_activations_without_breakpoints_are_no_hindrance() -> None:
    found = preimages(SKIPPING, [2, -2], box(-1, 1, 2))  # (2x + 2x⁺, 2y + 2y⁺)
    assert found.complete
    assert [piece.corners for piece in found] == [(point("1/2", -1),)]
    assert found.verdict is not None
    assert found.verdict.rests_on[0].name == "FibreByBranching"


def test_newtons_method_finds_roots_that_are_not_joined() -> None:
    found, _ = _walked(SQUARE, point(3, Fraction(7, 5)), box(-9, 9, 2), Search(time.monotonic() + 1), [])
    assert {piece.corners for piece in found} == {(point("22/5", "7/5"),), (point("-22/5", "-7/5"),)}


def test_more_regions_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bijection.fibres.MOST_INPUTS", 1)
    found = preimages(random_network(3, 8, 2, seed=1), like=[0.5, 0.25, 0.125], on=box(-1, 1, 3), within=2)
    assert not found.complete
    assert "too many regions" in found.because
    assert found.dimensions.keys() == {1}


def test_the_verdict_is_saved_and_read_again(tmp_path: Path) -> None:
    found = preimages(SQUARE, [3, 1])
    assert isinstance(found.verdict, Proved)
    found.verdict.save(tmp_path / "fibre")
    again = read(tmp_path / "fibre")
    assert again.statement == found.verdict.statement
    assert "exactly those of 2 polytopes" in statement(found.verdict.statement)


def test_decide_answers_a_question_about_a_whole_fibre() -> None:
    pieces = tuple(piece.rays for piece in preimages(SQUARE, [3, 1]))
    assert isinstance(decide(FibreIs(SQUARE, Reals(2), point(3, 1), pieces), within=None), Proved)
    assert not isinstance(decide(FibreIs(SQUARE, Reals(2), point(3, 1), pieces[:1]), within=None), Proved)


def test_what_cannot_be_asked() -> None:
    with pytest.raises(Malformed, match="1 coordinates for 2 outputs"):
        preimages(NET, [0])
    with pytest.raises(Malformed, match="give one"):
        preimages(NET)
    with pytest.raises(Malformed, match="not on a Grid"):
        preimages(NET, [0, 0], grid(0, 1, 2))
    with pytest.raises(Malformed):
        preimages(NET, [float("nan"), 0])
    assert not preimages([[[1, 0], [0, 1]], "sigmoid"], [0.5, 0.5]).complete


def test_a_piece_speaks_of_itself() -> None:
    piece = Piece(((0, 0, 1), (1, 0, 0)))
    assert (piece.dimension, piece.corners, piece.directions) == (1, (point(0, 0),), (point(1, 0),))
    assert isinstance(piece.polytope, Polytope)
    assert "dimension 1" in repr(piece)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = str(onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True))
    assert command_line.main(["preimages", net, "--of", "0,3", "--on", "box:-1,1"]) == 0
    text = capsys.readouterr().out
    assert "1 of dimension 1" in text
    assert command_line.main(["preimages", net, "--like", "1/2,1/2", "--json", "--save", str(tmp_path / "saved")]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["complete"], len(shown["pieces"])) == (True, 1)
    assert command_line.main(["check", str(tmp_path / "saved")]) == 0
    assert command_line.main(["preimages", net]) == 2
    assert command_line.main(["preimages", net, "--of", "1,2,3"]) == 2
