"""The .nnet format: the reference evaluation, and one clear error for every broken file."""

import contextlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijection.frontends import nnet
from proofs.errors import Malformed

NETWORKS = Path(__file__).parents[3] / "shared" / "networks"  # beside the repository, where it is worked on
FILES = sorted(NETWORKS.glob("*/*.nnet"))

PLAIN = b"2\n2,2,2\n0\n0\n0\n0\n0\n1,1\n-1,1\n-1\n-1\n1,0\n0,1\n0\n0\n"
SCALED = b"// a comment\n2,1,1,2,\n1,2,1,\n0,\n-1.5,\n2.0,\n0.5,3.0,\n4.0,0.1,\n1.0,\n-2.0,\n0.25,\n-0.1,\n1.0,1.0,\n0.5,\n"


def reference(content: nnet.NNet, x: np.ndarray) -> np.ndarray:
    """What the C++ and Julia programs of the format do, in binary64."""
    n, norm = content.sizes[0], content.normalisation
    if norm is not None:
        x = (np.clip(x, norm.lower, norm.upper) - norm.means[:n]) / np.array(norm.ranges[:n])
    for k, (w, b) in enumerate(content.layers):
        x = np.array(w) @ (np.maximum(x, 0) if k else x) + np.array(b)
    return x if norm is None else x * norm.ranges[n] + norm.means[n]


def agree(source: bytes | Path, scale: float) -> None:
    content, network = nnet.parse(source), nnet.read(source)
    rng = np.random.default_rng(0)
    for x in rng.uniform(-scale, scale, (5, network.arity)):
        got = [float(v) for v in network([Fraction(v) for v in x])]
        assert np.allclose(got, reference(content, x), rtol=1e-9, atol=1e-6)


@pytest.mark.skipif(not FILES, reason="the network files are not beside this checkout")
def test_every_stored_file_agrees_with_the_reference_evaluation() -> None:
    for path in FILES:
        agree(path, 70_000.0)
        agree(path, 2.0)


@pytest.mark.parametrize("source", [PLAIN, SCALED])
def test_a_network_agrees_with_the_reference_evaluation(source: bytes) -> None:
    agree(source, 4.0)


def test_the_normalisation_is_exact() -> None:
    x = Fraction(1, 3)
    h = [max(t, Fraction(0)) for t in ((x - Fraction(1, 2)) / 4 + Fraction(1, 4), -2 * (x - Fraction(1, 2)) / 4 + Fraction(-0.1))]
    assert nnet.read(SCALED)([x]) == ((sum(h) + Fraction(1, 2)) * Fraction(0.1) + 3,)


def test_decimals_stand_for_the_nearest_binary64() -> None:
    assert nnet.parse(SCALED).layers[0][1][1] == -0.1
    assert nnet.read(b"1\n1,1\n0\n0\n0\n0\n0\n0.1\n0\n")([1]) == (Fraction(0.1),)


def test_the_clip_is_part_of_the_function_and_can_be_left_out() -> None:
    clipped, free = nnet.read(SCALED), nnet.read(SCALED, clipped=False)
    assert clipped([2]) == clipped([5]) == free([2])
    assert free([5]) != free([2])


def test_the_stated_box_is_read() -> None:
    box = nnet.stated_box(SCALED)
    assert box is not None
    assert (box.lower, box.upper) == ((Fraction(-3, 2),), (Fraction(2),))
    assert nnet.stated_box(PLAIN) is None


def test_an_input_with_equal_ends_is_constant() -> None:
    network = nnet.read(b"1,1,1,1\n1,1\n0\n3\n3\n0,0\n1,1\n1\n0\n")
    assert network([0]) == network([10]) == (3,)


def edited(line: int, text: str) -> bytes:
    lines = SCALED.decode().split("\n")
    lines[line - 1] = text
    return "\n".join(lines).encode()


BROKEN = {
    "depth": (edited(2, "3,1,1,2,"), "line 3 has 3 widths; 3 layers need 4"),
    "no depth": (edited(2, ","), "line 2: '' in the line|line 2 is empty"),
    "inputs": (edited(2, "2,7,1,2,"), r"line 3: the widths run from 1 to 1, the line above states \(7, 1\)"),
    "width": (edited(3, "1,-2,1,"), "line 3: '-2' in the widths of the layers is not a whole number"),
    "huge width": (edited(3, "1,9999999999,1,"), "is not a whole number from 1 to 999999999"),
    "wide": (edited(3, "1,999999999,1,"), "line 13 has 2 numbers; entry|is not|has 2 numbers"),
    "minimums": (edited(5, "1,2,"), "line 5 has 2 numbers; the input minimums need 1"),
    "means": (edited(7, "0.5,"), "line 7 has 1 numbers; the means of inputs and output need 2"),
    "crossed": (edited(6, "-7,"), "line 6: the maximum -7.0 of input 0 is below its minimum -1.5"),
    "range": (edited(8, "0.0,1.0"), "line 8: range 0 is 0"),
    "word": (edited(9, "one,"), "line 9: 'one' in row 0 of the weight of layer 0 is not a decimal number"),
    "underscore": (edited(9, "1_0,"), "line 9: '1_0' .* is not a decimal number"),
    "nan": (edited(9, "nan,"), "line 9: row 0 of the weight of layer 0 holds nan, no finite binary64"),
    "infinite": (edited(12, "1e999,"), "line 12: entry 1 of the bias of layer 0 holds 1e999"),
    "row": (edited(13, "1.0,"), "line 13 has 1 numbers; row 0 of the weight of layer 1 needs 2"),
    "more": (SCALED + b"7\n", "line 15: 1 lines follow the last bias"),
    "truncated": (SCALED[:40], "the file ends after line"),
    "empty": (b"", "the file ends after line 0|line 1"),
}


@pytest.mark.parametrize(("source", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_one_clear_error(source: bytes, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        nnet.read(source)


def test_large_and_missing_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Malformed, match="there is no file"):
        nnet.read(tmp_path / "none.nnet")
    monkeypatch.setattr(nnet, "LARGEST_FILE", 5)
    with pytest.raises(Malformed, match="files of up to 5 bytes"):
        nnet.read(PLAIN)
    (tmp_path / "large.nnet").write_bytes(PLAIN)
    with pytest.raises(Malformed, match=r"large.nnet has \d+ bytes"):
        nnet.read(tmp_path / "large.nnet")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SCALED)), st.integers(0, len(SCALED)), st.binary(max_size=4))
def test_fuzzed_files_are_read_or_malformed(start: int, length: int, patch: bytes) -> None:
    with contextlib.suppress(Malformed):
        nnet.read(SCALED[:start] + patch + SCALED[start + length :])
