"""The degree of maps ℝⁿ → ℝⁿ, with the preimages of a regular value."""

import json
from pathlib import Path

import pytest

import bijection.__main__ as command_line
from bijection import degree
from bijection.driver import decide
from bijection.verdict import Proved, Refuted
from proofs.activations import ABS, RELU, leaky_relu
from proofs.domains import Reals
from proofs.errors import Malformed
from proofs.network import Table
from proofs.statements import Injective, Surjective
from tests.build import affine, chain, layer, q
from tests.engines.asking import random_network
from tests.networks.ground_truth import SQUARE
from tests.verdicts import onnx_file


def test_the_square_of_the_plane_has_degree_two() -> None:
    found = degree(SQUARE)
    assert (found.number, set(found.preimages.values()), found.signs) == (2, {1}, {1})
    assert len(found.preimages) == 2
    assert {SQUARE(x) for x in found.preimages} == {found.value}


def test_a_reflection_has_degree_minus_one() -> None:
    assert degree([[[0, 1], [1, 0]]]).number == -1


def test_the_absolute_value_has_degree_zero_with_two_preimages_or_none() -> None:
    found = degree(layer(ABS))
    assert (found.number, found.signs) == (0, {-1, 1})
    assert sorted(found.preimages.values()) in ([], [-1, 1])


def test_what_is_constant_along_a_ray_has_no_degree() -> None:
    found = degree([[[1, 0], [0, 1]], "relu"])
    assert (found.number, found.value) == (None, None)
    assert "not proper" in found.because


@pytest.mark.parametrize("seed", range(6))
def test_a_degree_agrees_with_the_verdicts(seed: int) -> None:
    f = random_network(2, 3, 2, 2, seed=seed, activation=leaky_relu(q("1/8")))
    found = degree(f)
    if found.number is None:
        return
    assert {f(x) for x in found.preimages} <= {found.value}
    assert sum(found.preimages.values()) == found.number
    one = len(found.preimages) == 1 and len(found.signs) == 1
    assert isinstance(decide(Injective(f, Reals(2)), within=None), Proved if one else Refuted)
    if found.number:
        assert isinstance(decide(Surjective(f, Reals(2), Reals(2)), within=None), Proved)


def test_what_has_no_degree_is_refused() -> None:
    with pytest.raises(Malformed, match="ℝ\\^1 → ℝ\\^2"):
        degree(chain(1, affine([[1], [2]])))
    with pytest.raises(Malformed, match="a table"):
        degree(Table((0, 1)))
    assert "not for 7" in degree(layer(*[RELU] * 7)).because
    assert "not enumerated" in degree([[[1]], "sigmoid"]).because


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = str(onnx_file(tmp_path, [[2, 0], [0, 3]]))
    assert command_line.main(["degree", net]) == 0
    assert "degree 1 (the sum of the signs at 1 preimage of a regular value" in capsys.readouterr().out
    assert command_line.main(["degree", net, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["degree"], shown["preimages"][0]["sign"], shown["signs"]) == (1, 1, [1])
    assert command_line.main(["degree", str(onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True))]) == 3
