"""What a user writes is read exactly, or refused with the way out."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bijection import written
from proofs.codec import encode
from proofs.domains import Domain, Finite, Floats, Integers, Labels, Polytope, Reals, Simplex
from proofs.errors import Malformed
from proofs.network import Table
from tests.build import box, grid, point, q
from tests.verdicts import CLASSIFIER, IDENTITY

NUMBERS = {
    "0.1": "1/10",
    "1/255": "1/255",
    "-3": "-3",
    "+2.50": "5/2",
    ".5": "1/2",
    "1.": "1",
    "1e-3": "1/1000",
    "-0x10/0x20": "-1/2",
    "0x10": "16",
    "007/0x7": "1",
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_the_decimals_and_fractions_that_they_say(text: str) -> None:
    assert written.number(text) == Fraction(NUMBERS[text])


@pytest.mark.parametrize("text", ["", "nan", "inf", "1_000", "1/2/3", "0.1/3", "1 2", "٣", "1e9999", "0x", "two", "--1", "1/-2", "1/"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"is no exact number; write an integer, a decimal such as 0\.1"):
        written.number(text)


def test_a_denominator_of_zero_is_refused() -> None:
    with pytest.raises(Malformed, match="the number '1/0' has denominator 0"):
        written.number("1/0")


def test_numbers_beyond_what_python_reads_are_written_in_hexadecimal() -> None:
    assert written.number(hex(7**9000)) == 7**9000
    with pytest.raises(Malformed, match=r"a number of 5000 characters; beyond 4000 write it in hexadecimal"):
        written.number("1" * 5000)


DOMAINS: dict[str, Domain] = {
    "reals": Reals(2),
    "integers": Integers(2),
    "box:0,0.1": box(0, "1/10", 2),
    "box:-1/3, 1/3": box("-1/3", "1/3", 2),
    "grid:0,255,1": grid(0, 255, 2),
    "grid:0,1,1/255": grid(0, 1, 2, "1/255"),
    "floats:0,1": Floats(point(0, 0), point(1, 1)),
}


@pytest.mark.parametrize("text", DOMAINS)
def test_domains_hold_for_every_coordinate(text: str) -> None:
    assert written.domain(text, IDENTITY) == DOMAINS[text]
    assert written.codomain(text, IDENTITY) == DOMAINS[text]


def test_labels_and_the_simplex_come_from_the_function() -> None:
    assert written.codomain("labels", CLASSIFIER) == Labels(3)
    assert written.codomain("simplex", IDENTITY) == Simplex(2)
    assert written.domain("labels", Table((0, 5))) == Labels(2)
    assert written.codomain("labels", Table((0, 5))) == Labels(6)


@pytest.mark.parametrize("text", ["", "box", "box:1", "box:1,2,3", "grid:0,1", "reals:3", "reals:", "sphere", "labels:3", "Box:0,1", "0,1"])
def test_a_domain_that_is_not_understood_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(Malformed, match=r"the domain '.*' is not understood; write reals, integers, labels, box:LO,HI"):
        written.domain(text, IDENTITY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("box:1,0", "empty box: coordinate 0 runs from 1 to 0"),
        ("box:nan,1", "'nan' is no exact number"),
        ("box:", "'' is no exact number"),
        ("grid:0,1,0", "step 0 in coordinate 0 is not positive"),
        ("labels", "no labels as its domain; for the labels of a classifier add --readout label"),
    ],
)
def test_a_domain_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        written.domain(text, IDENTITY)


FILES: dict[str, Domain] = {
    '{"box": [0, 1]}': box(0, 1, 2),
    '{"box": [[0, "1/3"], 0.5]}': type(box(0, 1))(point(0, "1/3"), point("1/2", "1/2")),
    '{"grid": [0, 1, 0.1]}': grid(0, 1, 2, "1/10"),
    '{"floats": [0, 1]}': Floats(point(0, 0), point(1, 1)),
    '{"finite": [[0, 1], [0.1, "2"]]}': Finite((point(0, 1), point("1/10", 2))),
    '{"polytope": {"normals": [[1, -1]], "offsets": [0.25]}}': Polytope(2, (point(1, -1),), point("1/4")),
    '{"is": "Box", "lower": ["0", "0"], "upper": ["1", "1"]}': box(0, 1, 2),
    '{"is": "Reals", "n": 2}': Reals(2),
}


@pytest.mark.parametrize("text", FILES)
def test_domains_are_read_from_files_exactly(text: str, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(text)
    assert written.domain(f"@{tmp_path / 'd.json'}", IDENTITY) == FILES[text]


@pytest.mark.parametrize("domain", FILES.values(), ids=str)
def test_every_domain_of_a_certificate_can_be_written_to_a_file(domain: Domain, tmp_path: Path) -> None:
    import json

    (tmp_path / "d.json").write_text(json.dumps(encode(domain)))
    assert written.domain(f"@{tmp_path / 'd.json'}", IDENTITY) == domain


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[0, 1]", "no domain is described"),
        ('{"box": [0]}', "no domain is described"),
        ('{"box": [0, 1], "grid": 3}', "no domain is described"),
        ('{"box": [0, 1], "box": [2, 3]}', "an object names a field twice"),
        ('{"box": [0, NaN]}', "NaN is no exact number"),
        ('{"box": [0, -Infinity]}', "-Infinity is no exact number"),
        ('{"box": [0, true]}', "True is no number"),
        ('{"box": [[0], 1]}', r"a list of 1 numbers; the function needs 2 \(or one number for all of them\)"),
        ('{"box": [1, 0]}', "empty box"),
        ('{"is": "Box", "lower": [0.5], "upper": ["1"]}', "Box|expected a rational"),
        ('{"is": "Reals", "n": 3}', "a set in dimension 3; the function needs dimension 2"),
        ('{"is": "Sphere"}', "expected one of Reals"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"box": [0, ' + "1" * 5000 + "]}", "not JSON"),
    ],
)
def test_a_file_that_describes_no_domain_is_refused_by_name(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(text)
    with pytest.raises(Malformed, match=rf"d\.json: .*({why})"):
        written.domain(f"@{tmp_path / 'd.json'}", IDENTITY)


def test_points_are_read_from_json_and_npy_and_flattened(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[[0.1, "1/3"], [2, -1e-2]]')
    assert written.point(f"@{tmp_path / 'x.json'}") == (q("1/10"), q("1/3"), 2, q("-1/100"))
    np.save(tmp_path / "x.npy", np.array([[0.5, 2.0]], dtype=np.float32))
    assert written.point(f"@{tmp_path / 'x.npy'}") == (0.5, 2.0)


def test_a_pickle_in_a_npy_file_is_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(Malformed, match=r"x\.npy: not a \.npy array of numbers: Object arrays cannot be loaded"):
        written.point(f"@{tmp_path / 'x.npy'}")


@pytest.mark.parametrize(("text", "why"), [("{}", "not a list of numbers"), ("[null]", "None is no number"), ("", "not JSON")])
def test_a_file_that_holds_no_point_is_refused(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(Malformed, match=why):
        written.point(f"@{tmp_path / 'x.json'}")


def test_a_point_is_named_by_its_file() -> None:
    with pytest.raises(Malformed, match="'1,2' is no file; write @FILE"):
        written.point("1,2")
