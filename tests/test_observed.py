"""Observations: pairs through onnxruntime, round trips of programs that lose digits."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import bijection as bj
import bijection.__main__ as command_line
from bijection.examples import path
from bijection.observed import callable_runtime, observe, onnx_runtime, round_trip, singular_values, torch_runtime
from bijection.questions import floats
from bijection.verdict import Pair
from proofs.errors import Malformed


def doubled(x: np.ndarray) -> np.ndarray:
    return x * np.float32(2)


def halved(x: np.ndarray) -> np.ndarray:
    return x * np.float32(0.5)


def test_a_pair_that_the_kernel_has_accepted_is_run() -> None:
    pytest.importorskip("onnxruntime")
    pair = bj.is_injective(path("digits.onnx"), floats(0, 16, 64), arithmetic="binary32", within=30).counterexample
    assert isinstance(pair, Pair)
    seen = observe(onnx_runtime(path("digits.onnx")), pair.x, pair.y)
    again = observe(onnx_runtime(path("digits.onnx")), pair.x, pair.y)
    assert seen == again
    assert seen.identical == (seen.first == seen.second)
    assert "onnxruntime" in str(seen)
    assert "optimisation on" in onnx_runtime(path("digits.onnx"), optimise=True).name


def test_the_command_runs_a_saved_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    folder = str(tmp_path / "saved")
    command_line.main(["decide", "example:digits", "--injective", "--on", "floats:0,16", "--arithmetic", "binary32", "--save", folder])
    capsys.readouterr()
    assert command_line.main(["observe", folder, str(path("digits.onnx"))]) in (0, 1)
    assert "observed with onnxruntime" in capsys.readouterr().out


def test_torch_modules_are_run() -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Linear(2, 2)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    assert observe(torch_runtime(module), (1, 0), (1, 5)).identical
    assert not observe(torch_runtime(module), (1, 0), (2, 0)).identical


def test_what_is_no_pair_of_binary32_inputs() -> None:
    runtime = callable_runtime(doubled)
    with pytest.raises(Malformed, match="not a vector of binary32"):
        observe(runtime, (Fraction(1, 3),), (Fraction(1),))
    with pytest.raises(Malformed, match="are the same"):
        observe(runtime, (1,), (1,))
    assert observe(runtime, (2**127,), (Fraction(3, 2) * 2**127,)).identical  # both infinite


def test_round_trips_over_magnitudes() -> None:
    small, large = round_trip(doubled, halved, 3, magnitudes=(1.0, 2.0**126), rows=50)
    assert (small.largest, small.exact, small.lost) == (0, 50, 0)
    assert large.largest == np.inf


def test_the_search_finds_a_worse_input_than_the_samples() -> None:
    def absorbed(x: np.ndarray) -> np.ndarray:
        return x + np.float32(2**20)

    def back(y: np.ndarray) -> np.ndarray:
        return y - np.float32(2**20)

    (found,) = round_trip(absorbed, back, 2, magnitudes=(1.0,), rows=20, seed=3)
    assert found.largest >= found.median > 0
    worst = np.array(found.worst, dtype=np.float32)
    assert np.abs(back(absorbed(worst)) - worst).max() == found.largest
    assert singular_values(doubled, (1.0, 2.0)) == pytest.approx((2.0, 2.0))
