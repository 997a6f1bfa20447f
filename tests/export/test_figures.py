"""Figures: exact regions, folds and windows; and that every kind of answer is drawn, says what it shows, and always the same way."""

import re
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import bijection.__main__ as command_line
from bijection import degree, evidence, inverse, local_fibre, preimages
from bijection.errors import NotSupported
from bijection.export.flat import around, flats, folds, labelled, window
from bijection.fibres import Fibre, Piece
from bijection.maps import is_injective, table_map
from bijection.verdict import Missed, Pair
from proofs.activations import ABS, RELU, Tanh
from proofs.codec import digest
from proofs.domains import Box, Domain, Floats, Integers, Point, Polytope, Reals, contains
from proofs.errors import Malformed
from proofs.exact import vector
from proofs.ieee import Binary32
from proofs.network import Argmax, Network, Pointwise, Table
from tests import verdicts
from tests.build import affine, box, chain, finite, grid, point, q
from tests.export.readme_figures import FOLDER, main
from tests.export.readme_figures import verdicts as verdicts_of_the_readme
from tests.repo.trees import REPOSITORY
from tests.verdicts import onnx_file

FOLDED = chain(2, Pointwise((ABS, ABS)))
HUGE = Fraction(2) ** 100


def area(corners: tuple[Point, ...]) -> Fraction:
    return sum((a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True)), Fraction(0)) / 2


# Regions


def test_the_regions_tile_the_window_and_carry_the_sign_of_the_determinant() -> None:
    regions = flats(FOLDED, box(-1, 2, 2))
    assert sum(area(r.corners) for r in regions) == 9
    assert sorted((area(r.corners), r.sign, r.rank) for r in regions) == [(1, 1, 2), (2, -1, 2), (2, -1, 2), (4, 1, 2)]
    for region in regions:
        assert all(FOLDED(x) == y for x, y in zip(region.corners, region.images, strict=True))
        assert abs(area(region.images)) == area(region.corners)


def test_folds_are_where_the_sign_changes() -> None:
    found = folds(flats(FOLDED, box(-1, 1, 2)))
    assert sorted(found) == [
        (point(-1, 0), point(0, 0)),
        (point(0, -1), point(0, 0)),
        (point(0, 0), point(0, 1)),
        (point(0, 0), point(1, 0)),
    ]
    assert folds(flats(verdicts.RELU_2, box(-1, 1, 2))) == []  # flat regions beside it: nothing turns back


def test_pieces_on_a_line_carry_the_sign_of_the_slope() -> None:
    tent = chain(1, affine([[1], [1], [1]], [0, -1, -2]), Pointwise((RELU,) * 3), affine([[1, -2, 1]]))
    regions = sorted(flats(tent, box(-1, 3)), key=lambda r: r.corners)
    assert [(r.corners[0][0], r.sign, r.rank) for r in regions] == [(-1, 0, 0), (0, 1, 1), (1, -1, 1), (2, 0, 0)]


def test_the_hull_is_exact() -> None:
    third = Fraction(1, 3)
    square = [point(0, 0), point(1, 0), point(1, 1), point(0, 1), (third, Fraction(0)), (third, third)]
    assert around(square) == (point(0, 0), point(1, 0), point(1, 1), point(0, 1))
    assert around([point(0, 0), point(2, 2), point(1, 1)]) == (point(0, 0), point(2, 2))
    assert around([point(5, 5)]) == (point(5, 5),)


@pytest.mark.parametrize(
    "on",
    [
        Reals(2),
        Integers(2),
        box(0, 1, 2),
        Box((-HUGE, -HUGE), (HUGE, HUGE)),
        grid(0, 9, 2),
        Floats((-HUGE,) * 2, (HUGE,) * 2),
        finite([1, 2], [3, 4]),
        Polytope(2, (point(1, 1),), point(3)),
        Polytope(2, (point(-1, 0), point(0, -1), point(1, 1)), point(0, 0, 3)),
    ],
    ids=lambda on: type(on).__name__,
)
def test_the_window_is_bounded_and_holds_the_points(on: Domain) -> None:
    marked = (point(1, 2), point("1/2", 1)) if not isinstance(on, Box) or on.upper[0] > 1 else (point(0, 1), point("1/2", 1))
    found = window(FOLDED, on, marked)
    assert all(contains(found, vector(x)) for x in marked)
    assert isinstance(found, Polytope) or all(0 < b - a <= 300 for a, b in zip(found.lower, found.upper, strict=True))


# Drawing


@pytest.fixture(name="plot")
def _plot() -> Any:
    pytest.importorskip("matplotlib", reason="figures need the extra 'plot'")
    from bijection.export.figures import plot

    return plot


def told(figure: Any) -> str:
    """All words of a figure."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


IMAGE = chain(64, affine([[1] * 64, list(range(64))]))
ONES = (Fraction(1),) * 64
UNIT = [tuple(int(j in (i, 64)) for j in range(65)) for i in range(64)]  # as corners of pieces
CURVE = chain(1, affine([[1], [1]]), Pointwise((ABS, RELU)))
LABELS = chain(2, affine([[1, 0], [0, 1], [-1, -1]]), Argmax())
PIXELS = chain(64, affine([[0] * 64, [1] * 64], [1, 0]), Argmax())
LONG_LABELS = chain(3, affine([[1, 0, 0], [0, 1, 0]]), Argmax())
ANSWERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "a fold of the plane": (verdicts.collision(), ("determinant > 0", "flat (inputs merge)", "f(x) = f(y) = (0, 2)", "x = (-1/3, 2)")),
    "a box": (verdicts.collision(on=box(-1, 2, 2)), ("Drawn: [-1, 2]²",)),
    "a proof": (verdicts.proved(), ("Proved", "1 linear region: 1 with determinant > 0")),
    "a missed value": (verdicts.missed(), ("missed", "No input has the output (-1)")),
    "an escape": (verdicts.escape(), ("lies outside the codomain",)),
    "three labels": (verdicts.pigeonhole(), ("Refuted",)),
    "unknown": (verdicts.unknown(), ("Unknown", "the time allowed is used up")),
    "images": (
        Pair(IMAGE, ONES, (q(2), *ONES[1:]), (q(64), q(2016))),
        ("x − y", "differ in 1 of 64 coordinates", "Black is 1, white is 2."),
    ),
    "inside of a smooth network": (
        Pair(chain(64, affine([[1] * 64]), Pointwise((Tanh(),))), ONES, (q(2), q(0), *ONES[2:]), None),
        ("f(x) = f(y), in floats", "agree inside the network"),
    ),
    "coordinates": (Pair(chain(5, affine([[0] * 5])), point(0, 1, 2, 3, 4), point(4, 3, 2, 1, 0), point(0)), ("coordinate", "f(x) = f(y)")),
    "a curve": (Pair(CURVE, point(-1), point(1), None), ("the curve of outputs",)),
    "levels": (Pair(chain(1, Pointwise((ABS,))), point(-1), point(1), point(1)), ("rises", "falls", "f(x) = f(y) = (1)")),
    "a smooth function": (chain(1, Pointwise((Tanh(),))), ("in floating-point arithmetic",)),
    "a table": (Pair(Table((3, 1, 3)), point(0), point(2), point(3)), ("f(x)",)),
    "binary32": (Binary32(verdicts.RELU_2), ("in binary32 arithmetic",)),
    "three outputs": (chain(2, affine([[1, 0], [0, 1], [1, 1]]), Pointwise((RELU,) * 3)), ("one-to-one",)),
    "one output": (chain(2, affine([[1, 2]])), ("1 linear region.",)),
    "a fibre of the plane": (preimages([[[1, 1], [1, -1]], "relu"], [0, 0]), ("inputs with this output", "proved to be all")),
    "a fibre on the line": (preimages([[[1]], "relu"], [0]), ("All inputs with the output (0)",)),
    "corners that are images": (
        Fibre(IMAGE, box(0, 1, 64), point(1, 5), (Piece((UNIT[5],)), Piece((UNIT[5], UNIT[4]))), None, "", 0),
        ("corner 2 − corner 1", "output of all", "2 of the 2 corners", "Black is 0, white is 1"),
    ),
    "no image": (Fibre(IMAGE, box(0, 1, 64), point(1, -5), (), None, "", 0), ("no input is known",)),
    "a fibre of a space": (
        preimages([[[1, 1, 0], [1, -1, 1]], "relu"], [0, 0], on=box(-1, 1, 3)),
        ("one line each", "the corners of the polytopes", "1 of dimension 3"),
    ),
    "a fibre without end": (preimages([[[1, 1, 0], [1, -1, 1]], "relu"], [1, 1]), ("without end this way", "3 of dimension 1")),
    "a local fibre of images": (
        local_fibre([[[1] * 64, list(range(64))]], [q("1/2")] * 64, on=box(0, 1, 64)),
        ("point 5 − x", "output of all", "polytope of dimension 62 in ℝ⁶⁴ (2 equations)", "x and 5 points of its local fibre"),
    ),
    "a local fibre of a space": (
        local_fibre([[[1, 1, 1, 2, 3]], "relu"], [1] * 5),
        ("one line each", "x and 12 points of it"),
    ),
    "a local fibre of the plane": (local_fibre([[[1, 1], [1, -1]], "relu"], [-1, q("1/4")]), ("this output", "of dimension 2 in ℝ²")),
    "a local fibre on the line": (local_fibre([[[1]], "relu"], [-1]), ("of dimension 1 in ℝ (0 equations)",)),
    "a local fibre of a smooth network": (local_fibre([[[1, 1]], "tanh"], [1, 2]), ("They agree after 1 of its 2 operations",)),
    "a local fibre that is a point": (local_fibre([[[1, 2, 0], [3, 4, 0], [0, 0, 1]]], [1, 1, 1]), ("of dimension 0 in ℝ³",)),
    "labels of the plane": (LABELS, ("inputs and their labels", "Labels that fill a region: 0, 1, 2.", "On black lines two labels tie.")),
    "labels of a smooth network": (chain(2, Pointwise((Tanh(),) * 2), affine([[1, 0], [0, 1]]), Argmax()), ("inputs and their labels",)),
    "labels of the line": (chain(1, affine([[1], [-1]]), Argmax()), ("1 linear piece before the label",)),
    "an input for every label": (
        verdicts.reached(LABELS, point(1, 0), point(0, 1), point(-1, -1)),
        ("Labels that fill a region: 0, 1, 2.",),
    ),
    "images for labels": (verdicts.reached(PIXELS, (q(0),) * 64, ONES), ("label 0", "label 1", "Black is 0, white is 1.")),
    "lines for labels": (verdicts.reached(LONG_LABELS, point(1, 0, 0), point(0, 1, 0)), ("label 1", "one line each")),
    "a missed vector": (
        verdicts.missed_value(chain(3, affine([[1] * 3] * 4), Pointwise((RELU,) * 4)), point(-1, 0, 0, 0)),
        ("no input has",),
    ),
    "an escape of many inputs": (verdicts.escape_of_three(), ("f(x)", "lies outside the codomain")),
    "a smooth map of the plane": (
        chain(2, affine([[1, 1], [1, -1]]), Pointwise((Tanh(),) * 2), affine([[1, 1], [1, -1]])),
        ("Tanh is not piecewise affine", "In floating-point arithmetic, at 161² points", "determinant > 0"),
    ),
    "a map that merges all": (chain(2, Pointwise((Tanh(),) * 2), affine([[1, 1], [2, 2]])), ("flat (inputs merge)",)),
    "a smooth surface": (chain(2, Pointwise((Tanh(),) * 2), affine([[1, 0], [0, 1], [1, 1]])), ("least factor by which distances grow",)),
    "a smooth function of the plane": (chain(2, Pointwise((Tanh(),) * 2), affine([[1, 1]])), ("equal outputs",)),
    "a flat domain": (verdicts.flat(), ("the domain is flat",)),
    "more than three outputs": (chain(2, affine([[1, 0], [0, 1], [1, 1], [1, 2]])), ("Their images lie in ℝ⁴ and are not drawn.",)),
    "a degree": (degree([[[1, 0], [0, 1]], "abs"]), ("Degree 0", "2 times with the sign + and 2 times with the sign −")),
    "an unknown degree": (degree([[[1, 0], [0, 1]], "relu"]), ("Degree unknown",)),
    "no preimage": (preimages([[[1]], "relu"], [-1]), ("polytopes of inputs: none",)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_is_drawn_and_says_what_it_shows(name: str, plot: Any, tmp_path: Path) -> None:
    thing, words = ANSWERS[name]
    text = told(plot(thing, path=tmp_path / "figure.svg")).replace("\n", " ")
    assert all(word in text for word in words), text
    f = getattr(getattr(thing, "statement", thing), "f", thing)
    assert digest(f)[:8] in text


def test_decision_regions_tile_the_plane_exactly() -> None:
    parts = list(labelled(flats(chain(2, affine([[1, 0], [0, 1], [-1, -1]])), box(-1, 1, 2))))
    assert sum(abs(area(corners)) for _, corners, _ in parts) == 4
    assert {k for k, _, _ in parts} == {0, 1, 2}
    for k, corners, borders in parts:
        middle = tuple(sum(axis) / len(corners) for axis in zip(*corners, strict=True))
        assert LABELS(middle) == (k,)
        assert len(borders) == 2  # each label meets both others


def test_a_label_that_is_never_first_has_no_part() -> None:
    parts = list(labelled(flats(chain(2, affine([[1, 0], [1, 0]])), box(-1, 1, 2))))
    assert [k for k, _, _ in parts] == [0]


def test_a_pair_that_would_seem_one_point_is_drawn_with_what_is_around_it() -> None:
    near = (point(0, 0), point("1/1000", 0))
    assert window(FOLDED, box(-1, 1, 2), near) != box(-1, 1, 2)
    assert window(FOLDED, box(-1, 1, 2), (point(0, 0), point("1/10", 0))) == box(-1, 1, 2)
    far = window(FOLDED, box(1000, 2000, 2), ())
    assert isinstance(far, Box)
    assert all(1000 <= a < b <= 2000 for a, b in zip(far.lower, far.upper, strict=True))


def test_numbers_beyond_floats_are_not_drawn(plot: Any) -> None:
    huge = Fraction(10**400)
    with pytest.raises(NotSupported, match="too large to be drawn"):
        plot(chain(2, affine([[1, 1]])), on=Box((huge,) * 2, (huge + 1,) * 2))
    assert "the outputs are too large" in told(plot(chain(2, affine([[huge, 1], [0, 1]]))))
    assert "in floating-point arithmetic" in told(plot(chain(1, affine([[huge]]), Pointwise((RELU,)))))
    assert plot(chain(1, affine([[1]])), on=box(3, 3)).axes
    assert "does not round" in told(plot(Binary32(chain(1, affine([[1]])))))


@pytest.mark.parametrize("image", [(4, 16), (1, 8, 8), (8, 8, 1)])
def test_the_shape_of_images_can_be_told(image: tuple[int, ...], plot: Any) -> None:
    drawn = plot(ANSWERS["images"][0], image=image).axes[0].images[0].get_array()
    assert drawn.shape == tuple(side for side in image if side != 1)


def test_colours_come_first_or_last(plot: Any) -> None:
    x = tuple(Fraction(k, 192) for k in range(192))
    pair = Pair(chain(192, affine([[0] * 192])), x, (q(1), *x[1:]), (q(0),))
    first, last = (plot(pair, image=image).axes[0].images[0].get_array() for image in ((3, 8, 8), (8, 8, 3)))
    assert first.shape == last.shape == (8, 8, 3)
    assert (first != last).any()
    assert (plot(pair).axes[0].images[0].get_array() == first).all()


@pytest.mark.parametrize(
    ("image", "why"), [((5, 5), "has 25 numbers; the network has 64 inputs"), ((64,), "say rows, columns"), ((2, 4, 8), "say")]
)
def test_other_shapes_are_refused(image: tuple[int, ...], why: str, plot: Any) -> None:
    with pytest.raises(Malformed, match=why):
        plot(ANSWERS["images"][0], image=image)


def test_text_is_text_in_svg_and_fonts_are_embedded_in_pdf(plot: Any, tmp_path: Path) -> None:
    plot(verdicts.collision(), path=tmp_path / "f.svg")
    assert "determinant &gt; 0</text>" in (tmp_path / "f.svg").read_text(encoding="utf-8")
    plot(verdicts.collision(), path=tmp_path / "f.pdf")
    page = (tmp_path / "f.pdf").read_bytes()
    assert b"/FontFile2" in page
    assert b"/Type3" not in page


def test_a_finite_map_is_drawn_with_arrows_and_a_large_one_as_a_graph(plot: Any) -> None:
    small = plot(is_injective(table_map("aab", "abc")).f.arrows())
    assert "A cross is an element that is not a value; there is 1." in told(small)
    assert {"'a'", "'c'", "2"} <= set(told(small).splitlines())
    answer = is_injective(table_map([k % 70 for k in range(100)]))
    assert "is not injective" in told(answer.plot()).replace("\n", " ")
    assert "100 and 70 of them" in told(answer.plot())
    assert table_map([]).plot().axes


def test_an_inverse_is_drawn_as_the_function_it_is(plot: Any) -> None:
    text = told(inverse([[[2, 1], [1, 1]]]).plot()).replace("\n", " ")
    assert "The inverse of f: ℝ² → ℝ²" in text
    assert "1 with determinant > 0" in text


def test_the_figures_of_the_readme_are_those_that_are_drawn(plot: Any, tmp_path: Path) -> None:
    main(tmp_path)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for name in verdicts_of_the_readme():
        kept, drawn = ((folder / name).read_text(encoding="utf-8") for folder in (FOLDER, tmp_path))
        assert f"](bijection/examples/{name})" in readme
        assert re.findall("<text[^>]*>(.*?)</text>", kept) == re.findall("<text[^>]*>(.*?)</text>", drawn), "draw them again"
        assert len(kept) < 60_000


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_the_same_figure_gives_the_same_bytes(suffix: str, plot: Any, tmp_path: Path) -> None:
    first, again = (tmp_path / f"{k}{suffix}" for k in range(2))
    for path in (first, again):
        verdicts.collision().plot(path=path)
    assert first.read_bytes() == again.read_bytes()
    assert not re.search(rb"<dc:date>|CreationDate", first.read_bytes())


def test_nothing_is_clipped_and_no_words_lie_over_each_other(plot: Any) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for name in (
        "a fold of the plane",
        "images",
        "coordinates",
        "a curve",
        "three outputs",
        "a fibre of a space",
        "a local fibre of images",
        "corners that are images",
    ):
        figure = plot(ANSWERS[name][0])
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        whole = figure.bbox
        title, caption = figure._suptitle.get_window_extent(), figure._supxlabel.get_window_extent()
        assert all(whole.x0 <= b.x0 and b.x1 <= whole.x1 and whole.y0 <= b.y0 and b.y1 <= whole.y1 for b in (title, caption)), name
        boxes = [axes.get_tightbbox() for axes in figure.axes]
        for a, b in combinations(boxes, 2):
            assert min(a.x1, b.x1) <= max(a.x0, b.x0) + 1 or min(a.y1, b.y1) <= max(a.y0, b.y0) + 1, name
        assert all(caption.y1 <= b.y0 + 1 and b.y1 <= title.y0 + 1 for b in boxes), name


def test_axes_that_are_given_are_drawn_on(plot: Any) -> None:
    from matplotlib.figure import Figure

    for name in ("a fold of the plane", "images", "levels"):
        figure = Figure()
        axes = figure.add_subplot()
        assert plot(ANSWERS[name][0], ax=axes) is figure
        assert figure._suptitle is None
        assert axes.get_title()


def test_the_settings_of_the_user_are_left_alone(plot: Any) -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 31}):
        figure = plot(verdicts.collision())
        assert matplotlib.rcParams["font.size"] == 31
    assert figure.axes[0].title.get_fontsize() == 9
    assert figure._repr_svg_().lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (Missed(point(1)), "plot the verdict"),
        ("a word", "str has no figure"),
    ],
)
def test_what_is_no_figure_says_so(thing: Any, why: str, plot: Any) -> None:
    with pytest.raises(Malformed, match=why):
        plot(thing)


def test_many_inputs_without_a_pair_have_no_figure(plot: Any) -> None:
    with pytest.raises(NotSupported, match="no figure for 5 inputs without a pair"):
        plot(Network(5, ()))


def test_other_formats_are_refused(plot: Any, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"\.svg, \.pdf, \.png, not as \.docx"):
        plot(verdicts.collision(), path=tmp_path / "figure.docx")


# The command line


def test_a_saved_verdict_a_network_and_a_fibre_are_plotted(plot: Any, tmp_path: Path) -> None:
    saved = evidence.save(verdicts.collision(), tmp_path / "saved")
    model = onnx_file(tmp_path, [[2, 0], [0, 3]], relu=True)
    runs = {
        "verdict": [saved],
        "network": [model, "--on", "box:-1,1"],
        "fibre": [model, "--like", "-1,-1"],
        "value": [model, "--of", "0,0"],
    }
    for name, (source, *options) in runs.items():
        assert command_line.main(["plot", str(source), *options, "--output", str(tmp_path / f"{name}.svg")]) == 0
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_a_verdict_takes_no_domain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = evidence.save(verdicts.collision(), tmp_path / "saved")
    assert command_line.main(["plot", str(saved), "--on", "reals", "--output", str(tmp_path / "f.svg")]) == 2
    assert "--on belongs to a model" in capsys.readouterr().err
