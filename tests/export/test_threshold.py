"""The experiment about random layers: exact probabilities by counting, counts that go on where they stopped, the figure."""

from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bijection.export.threshold import (
    FIGURES,
    OUTCOMES,
    Records,
    experiment,
    gaussian,
    interval,
    main,
    outcome,
    probability_injective,
    widths,
)
from proofs.errors import Malformed

KNOWN = {4: "0", 5: "1/16", 6: "1/4", 7: "29/64", 8: "5/8", 9: "193/256", 10: "27/32", 11: "925/1024", 12: "241/256"}


def lines(units: int) -> list[tuple[int, int]]:
    """Normals of lines of the plane, no two of them parallel."""
    return [(1, k - 4) for k in range(units)]


def fewest_active(rows: list[tuple[int, int]]) -> int:
    """How few of the half-planes ⟨w, x⟩ > 0 hold a point off all lines; the cells lie on both sides of each line."""
    beside = []
    for a, b in rows:
        for along in ((b, -a), (-b, a)):
            beside += [(10**6 * along[0] + side * a, 10**6 * along[1] + side * b) for side in (1, -1)]
    return min(sum(a * x + b * y > 0 for a, b in rows) for x, y in beside)


@pytest.mark.parametrize("units", range(1, 11))
def test_the_probability_for_two_inputs_by_counting_all_signs(units: int):
    enough = 0
    for signs in product((1, -1), repeat=units):
        enough += fewest_active([(s * a, s * b) for s, (a, b) in zip(signs, lines(units), strict=True)]) >= 2
    assert probability_injective(2, units) == Fraction(enough, 2**units)


@pytest.mark.parametrize("units", range(1, 9))
def test_the_probability_for_one_input_by_counting_all_signs(units: int):
    enough = sum(1 in signs and -1 in signs for signs in product((1, -1), repeat=units))
    assert probability_injective(1, units) == Fraction(enough, 2**units)


@pytest.mark.parametrize(("units", "known"), KNOWN.items())
def test_the_probabilities_of_the_literature(units: int, known: str):
    assert probability_injective(2, units) == Fraction(known)


@pytest.mark.parametrize(("n", "units"), [(1, 4), (2, 5), (2, 6)])
def test_every_choice_of_signs_is_decided_as_counted(n: int, units: int):
    rows = np.array([[1 + k] for k in range(units)] if n == 1 else lines(units), dtype=np.float32)
    found = Counter(outcome(rows * np.array(signs, dtype=np.float32)[:, None]) for signs in product((1, -1), repeat=units))
    assert found["undecided"] == 0
    assert Fraction(found["injective"], 2**units) == probability_injective(n, units)


def test_there_is_no_formula_for_three_inputs():
    with pytest.raises(Malformed, match="known for n = 1 and 2"):
        probability_injective(3, 12)


def test_a_layer_depends_on_its_four_numbers_only():
    assert (gaussian(2, 7, 0, 3) == gaussian(2, 7, 0, 3)).all()
    assert (gaussian(2, 7, 0, 3) != gaussian(2, 7, 1, 3)).any()
    assert outcome(gaussian(3, 5, 0, 0)) == "narrow"
    assert outcome(gaussian(2, 16, 0, 0), seconds=0.0) == "undecided"


def test_the_undecided_may_be_either():
    low, high = interval(Counter(injective=5, pair=3, undecided=2))
    assert low == interval(Counter(injective=5, pair=5))[0]
    assert high == interval(Counter(injective=7, pair=3))[1]
    assert interval(Counter(narrow=20))[0] == 0.0
    assert interval(Counter(injective=20))[1] == 1.0


def test_what_is_known_is_not_decided_again(tmp_path: Path):
    data = tmp_path / "counts.csv"
    assert main(["--n", "1", "--layers", "3", "--data", str(data)]) == 0
    first = Records(data, 0)
    assert first.known(1) == {units: 3 for units in widths(1)}
    assert main(["--n", "1", "--layers", "5", "--data", str(data)]) == 0
    straight = Records(None, 0)
    for units, number, found in experiment(1, 5, 0, {}, float("inf")):
        straight.add(1, units, number, found)
    assert Records(data, 0).tallies == straight.tallies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "the columns must be n,units,seed"),
        (f"n,units,seed,first,{','.join(OUTCOMES)}\n1,2,0,0,1,x,0,0\n", "line 2: '1,2,0,0,1,x,0,0'; 8 natural numbers"),
        (f"n,units,seed,first,{','.join(OUTCOMES)}\n1,2,7,0,1,1,0,0\n", "go on with --seed 7"),
        (f"n,units,seed,first,{','.join(OUTCOMES)}\n1,2,0,4,1,1,0,0\n", "layer 4 does not follow on the 0 layers"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "counts.csv"
    data.write_text(text, encoding="ascii")
    with pytest.raises(SystemExit) as stopped:
        main(["--n", "1", "--layers", "1", "--data", str(data)])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--n", "0"], "at least 1 is needed"),
        (["--n", "1,x"], "'x' is no natural number"),
        (["--within", "-1"], "no positive number of seconds"),
        (["--output", "figure.txt"], "must end in one of"),
        (["--output", "no/such/folder/figure.png"], "does not exist"),
    ],
)
def test_bad_options_are_named(options: list[str], message: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(options)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_time_that_is_up_is_said(capsys: pytest.CaptureFixture[str]):
    assert main(["--n", "1,6", "--layers", "100000", "--within", "0.5"]) == 0
    said = capsys.readouterr()
    assert "time is up" in said.err
    assert said.out.splitlines()[0].split()[:3] == ["n", "N", "N/n"]


@pytest.mark.parametrize("ending", FIGURES)
def test_the_figure_is_drawn(tmp_path: Path, ending: str):
    pytest.importorskip("matplotlib", reason="figures need the extra 'plot'")
    figure = tmp_path / f"figure{ending}"
    assert main(["--n", "1,2", "--layers", "2", "--output", str(figure)]) == 0
    assert figure.stat().st_size > 10_000
