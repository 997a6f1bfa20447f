"""Images of sets as lists of polytopes, and bijections onto them."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest

import bijection as bj
import bijection.__main__ as command_line
from bijection.errors import NotSupported
from bijection.verdict import Proved, Refuted
from proofs.activations import ABS, RELU, Tanh, leaky_relu
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import Malformed
from proofs.network import Network, Pointwise
from proofs.statements import Injective, Reached
from tests.build import affine, box, chain, grid, layer, point
from tests.networks.ground_truth import SQUARE
from tests.networks.truth import truth
from tests.verdicts import onnx_file

TRIANGLE = Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 1))
QUADRANT = Polytope(2, (point(-1, 0), point(0, -1)), point(0, 0))


def small(rng: random.Random, n: int, m: int) -> Network:
    """n-4-m with small integers, hinges through one point among them."""
    first = affine([[rng.randint(-2, 2) for _ in range(n)] for _ in range(4)], [rng.choice([0, 0, 1]) for _ in range(4)])
    units = Pointwise(tuple(rng.choice([RELU, ABS, leaky_relu(Fraction(1, 2))]) for _ in range(4)))
    return chain(n, first, units, affine([[rng.randint(-2, 2) for _ in range(4)] for _ in range(m)]))


@pytest.mark.parametrize(
    ("n", "m", "on"), [(1, 1, box(-1, 2)), (1, 2, Reals(1)), (2, 1, TRIANGLE), (2, 2, box(-1, 1, 2)), (2, 3, QUADRANT)]
)
def test_what_lies_in_the_image_is_what_z3_says_is_reached(n: int, m: int, on: Domain) -> None:
    rng = random.Random(n + 10 * m)
    for _ in range(6):
        f = small(rng, n, m)
        found = bj.image(f, on)
        corners = [corner for piece in found for corner in piece.corners]
        for y in [*corners[:3], *(tuple(Fraction(rng.randint(-8, 8), 2) for _ in range(m)) for _ in range(6))]:
            assert (y in found) == truth(Reached(f, on, y), 10.0)


def test_the_pieces_are_told_by_their_corners() -> None:
    (piece,) = bj.image([[[1, 1], [1, -1]], "relu"], bj.box(-1, 1, 2))
    assert set(piece.corners) == {point(0, 0), point(0, 2), point(2, 0)}
    (line,) = bj.image([[[1, 2], [2, 4]]])
    assert (line.dimension, len(line.corners), len(line.directions)) == (1, 1, 2)
    (flat,) = bj.image([[[1, 2], [2, 4]]], Box(point(1, 1), point(1, 1)))
    assert (flat.dimension, flat.corners) == (0, (point(3, 6),))


def test_regions_whose_images_others_cover_are_left_out() -> None:
    assert len(bj.image(layer(ABS, ABS), box(-1, 1, 2))) == 1
    found = bj.image(layer(RELU, RELU), box(-1, 2, 2))
    assert found.dimensions == {2: 1}
    assert bj.image(SQUARE).dimensions == {2: 4}  # eight regions, and each value is taken twice
    assert found.regions == 4


def test_a_map_is_a_bijection_onto_its_image_exactly_if_it_is_injective() -> None:
    square = box(-1, 1, 2)
    sheared = chain(2, Pointwise((leaky_relu(Fraction(1, 2)),) * 2), affine([[1, 1], [0, 1], [1, 0]]))
    yes, no = bj.is_bijective(sheared, square, "image"), bj.is_bijective(SQUARE, square, "image")
    assert isinstance(yes, Proved)
    assert yes.statement == Injective(sheared, square)
    assert isinstance(no, Refuted)
    with pytest.raises(Malformed, match="it is a codomain, such as a Box, or"):
        bj.is_bijective(sheared, square, "range")


def test_what_has_no_list_of_polytopes() -> None:
    with pytest.raises(NotSupported, match="not cut into linear regions"):
        bj.image(layer(Tanh()), box(-1, 1))
    with pytest.raises(Malformed, match="not of a Grid"):
        bj.image(layer(RELU), grid(0, 3))
    with pytest.raises(Malformed, match="an output of 2 numbers; the network has 1"):
        assert point(1, 2) in bj.image(layer(RELU))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, fold = str(onnx_file(tmp_path, [[2, 0], [0, 3], [1, 1]])), str(onnx_file(tmp_path, [[1, 1], [1, -1]], relu=True, name="fold.onnx"))
    assert command_line.main(["image", fold, "--on", "box:-1,1"]) == 0
    assert capsys.readouterr().out.startswith("the image of [-1, 1]²: 1 of dimension 2 (of 4 linear regions)\n  dimension 2: ")
    assert command_line.main(["image", net, "--on", "box:0,1", "--json"]) == 0
    (piece,) = json.loads(capsys.readouterr().out)["pieces"]
    assert piece["dimension"] == 2
    assert sorted(piece["corners"]) == [["0", "0", "0"], ["0", "3", "1"], ["2", "0", "1"], ["2", "3", "2"]]
    assert command_line.main(["decide", net, "--bijective", "--on", "box:0,1", "--onto", "image"]) == 0
    assert command_line.main(["decide", fold, "--bijective", "--on", "box:-1,1", "--onto", "image"]) == 1
    assert command_line.main(["decide", net, "--surjective", "--onto", "image"]) == 2
    assert command_line.main(["image", "example:digits", "--json"]) == 3
