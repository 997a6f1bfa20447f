"""What notebooks show: the HTML parses and is escaped, what is long is cut, and IPython finds a representation of everything."""

import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, get_args

import numpy as np
import pytest

from bijection import approximate_inverse, degree, inverse, lipschitz, local_fibre, notebook, preimages
from bijection.label_table import LabelTable
from bijection.local_fibres import LocalFibre
from bijection.maps import Answer, FiniteMap, is_bijective, is_injective, is_surjective, table_map
from bijection.notebook import VOCABULARY, html, latex, plain
from bijection.pixels import brightness, png, shape
from bijection.survey import Line, Survey
from bijection.verdict import Escape, Missed, Pair, Unknown
from proofs.activations import RELU
from proofs.domains import Domain, Finite, Floats, Grid, Integers, Labels, Polytope, Reals, Simplex
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Argmax, Network, Pointwise, Table
from proofs.statements import Injective, Not, Statement
from tests import verdicts
from tests.build import affine, box, chain, finite, point

WIDE = chain(20, affine([[i + j for j in range(20)] for i in range(30)], list(range(30))), Pointwise((RELU,) * 30))
IMAGES = chain(64, affine([[1] * 64]))
ONE = Fraction(1)
LONG = Fraction(10**40 + 1, 3**60)

DOMAINS: tuple[Domain, ...] = (
    Reals(3),
    Integers(2),
    box(0, 1, 784),
    verdicts.box("-1/3", 2),
    Polytope(20, tuple((Fraction(k),) * 20 for k in range(12)), (LONG,) * 12),
    Grid(point(*range(6)), point(*range(10, 16)), point(*range(1, 7))),
    Floats(point(0, 1, 2, 3, 4), point(9, 8, 7, 6, 5)),
    finite([1, 2], ["1/3", 4]),
    Finite(tuple((Fraction(k), LONG) for k in range(30))),
    Labels(10),
    Simplex(4),
)
FUNCTIONS: tuple[Function, ...] = (
    verdicts.RELU_2,
    verdicts.CLASSIFIER,
    WIDE,
    chain(3, *(affine([[1, 2, 3]] * 3),) * 20),
    Network(2, ()),
    chain(2, affine([[1, 0], [0, 1]]), Argmax()),
    Table(tuple(range(40))),
    Binary32(verdicts.RELU_2),
)
ANSWERS = (
    verdicts.proved(),
    verdicts.collision(),
    verdicts.missed(),
    verdicts.escape(),
    verdicts.pigeonhole(),
    verdicts.unknown(),
    Pair(IMAGES, (ONE,) + (ONE * 0,) * 63, (ONE * 0, ONE) + (ONE * 0,) * 62, (ONE,)),
    Pair(WIDE, (LONG,) * 20, (ONE,) * 20, None),
    Missed((LONG,) * 50),
    Escape((LONG,) * 50),
    preimages([[[1, 1], [1, -1]], "relu"], [0, 0]),
    local_fibre([[[1, 1], [1, -1]], "relu"], [-1, 0]),
    local_fibre([[[1] * 64]], [Fraction(1, 2)] * 64, on=box(0, 1, 64)),
)
PROVED_LABELS = verdicts.reached(verdicts.CLASSIFIER, point(3, -1), point(-1, 3), point(2, 2))
PARTS = table_map([0, 1, 1, "<b>"], [0, 1, "<b>", "<script>"])
OTHERS: tuple[Any, ...] = (
    degree([[[1, 0], [0, 1]], "abs"]),
    degree([[[1, 0], [0, 1]], "relu"]),
    inverse([[[2, 1], [1, 1]]]),
    inverse([[[1], [1]]]),
    lipschitz([[[1, 0], [0, 1]], "relu"]),
    lipschitz([[[LONG]], "tanh", [[1]]], norm="euclidean"),
    lipschitz([[[1]], "exp"]),
    approximate_inverse([[[2, 1], [1, 1]]], on=box(0, 1, 2)),
    approximate_inverse([[[2, 1], [1, 1]]], on=box(0, 1, 2))([Fraction(3, 2), 1]),
    LabelTable({k: PROVED_LABELS for k in range(3)}),
    LabelTable({0: verdicts.unknown(), 1: verdicts.pigeonhole()}),
    LabelTable({0: verdicts.reached(chain(64, affine([[1] * 64]), Argmax()), (ONE,) * 64)}),
    Survey([Line("reals: injective", verdicts.collision()), Line("8 bits", "<not> asked"), Line("labels", {0: verdicts.proved()})]),
    PARTS,
    is_injective(PARTS),
    is_surjective(PARTS),
    is_bijective(table_map([2, 0, 1])),
    table_map(range(1000)),
)
STATEMENTS: tuple[Statement, ...] = (Injective(WIDE, DOMAINS[4]), Not(Injective(verdicts.RELU_2, Reals(2))))
ALL = [*DOMAINS, *FUNCTIONS, *ANSWERS, *STATEMENTS, *OTHERS]
NAMES = [f"{type(thing).__name__} {k}" for k, thing in enumerate(ALL)]


class Balance(HTMLParser):
    """Every tag that is opened is closed, in order; nothing runs and nothing is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "link", "iframe"}
        assert not any(name.startswith("on") or (value or "").startswith("http") for name, value in attrs)
        if tag not in {"br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(source: str) -> str:
    """The text of the page."""
    balance = Balance()
    balance.feed(source)
    balance.close()
    assert balance.open == []
    return " ".join(balance.text)


@pytest.mark.parametrize("thing", ALL, ids=NAMES)
def test_the_html_parses_and_is_cut(thing: Any) -> None:
    source = html(thing)
    assert parsed(source).strip()
    assert len(source) < 15_000


@pytest.mark.parametrize("thing", ALL, ids=NAMES)
def test_the_latex_is_balanced_and_cut(thing: Any) -> None:
    source = latex(thing)
    assert source.count("$") % 2 == 0
    assert "$" in source or isinstance(thing, Survey | FiniteMap | Answer)  # these are words
    assert source.count("{") - source.count(r"\{") == source.count("}") - source.count(r"\}")
    assert source.count(r"\left") == source.count(r"\right")
    assert source.count(r"\begin") == source.count(r"\end")
    assert len(source) < 6_000
    assert "allowbreak" not in source  # no command of browsers


@pytest.mark.parametrize("thing", [*DOMAINS, *FUNCTIONS, *STATEMENTS])
def test_the_plain_text_is_one_short_line(thing: Any) -> None:
    assert plain(thing).startswith("<")
    assert len(plain(thing).splitlines()) == 1
    assert len(plain(thing)) < 400


@pytest.mark.parametrize("answer", ANSWERS, ids=NAMES[len(DOMAINS) + len(FUNCTIONS) : -len(STATEMENTS) - len(OTHERS)])
def test_an_answer_brings_its_own_methods(answer: Any) -> None:
    assert answer._repr_html_() == html(answer)
    assert answer._repr_latex_() == latex(answer)
    assert len(repr(answer)) < 400


@pytest.mark.parametrize("thing", OTHERS, ids=NAMES[-len(OTHERS) :])
def test_everything_in_hand_shows_itself(thing: Any) -> None:
    assert thing._repr_html_() == html(thing)
    assert thing._repr_latex_() == latex(thing)
    assert len(repr(thing)) < 1500


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Affine & <b>"])
def test_names_from_users_are_escaped(name: str) -> None:
    for thing in (table_map([name]), is_injective(table_map([name, name])), Survey([Line(name, name)])):
        assert name in parsed(html(thing))
        assert name not in html(thing)
        assert "&" not in latex(thing).replace(r"\&", "")


def test_what_others_wrote_is_escaped() -> None:
    verdict = Unknown(verdicts.unknown().statement, "<script>alert(1)</script>", ("<b>",), 1.0)
    assert "<script>alert(1)</script>" in parsed(html(verdict))  # as text, not as a tag
    assert "<script" not in html(verdict)


def test_the_vocabulary_is_complete() -> None:
    known = {name for names in VOCABULARY.values() for name in names}
    assert known == {kind.__name__ for union in (Domain, Function, Statement) for kind in get_args(union)}


def test_a_verdict_shows_its_images() -> None:
    pair = next(answer for answer in ANSWERS if isinstance(answer, Pair) and len(answer.x) == 64)
    assert html(pair).count('<img style="') == 3


def test_a_local_fibre_shows_its_points_as_images() -> None:
    found = next(answer for answer in ANSWERS if isinstance(answer, LocalFibre) and len(answer.x) == 64)
    assert html(found).count('<img style="') == 4
    assert repr(found) == "<LocalFibre of dimension 63 in dimension 64: 1 equation>"


@pytest.mark.parametrize(("n", "expected"), [(64, (1, 8)), (784, (1, 28)), (3072, (3, 32)), (100, None), (10, None), (63, None)])
def test_which_vectors_are_images(n: int, expected: tuple[int, int] | None) -> None:
    assert shape(n) == expected


@pytest.mark.parametrize("n", [64, 3072])
def test_a_png_holds_the_pixels(n: int) -> None:
    image = pytest.importorskip("matplotlib.image", reason="a reader of PNG files comes with the extra 'plot'")
    rows = brightness(tuple(Fraction(k, n - 1) for k in range(n)), Fraction(0), ONE)
    read = image.imread(BytesIO(png(rows)))
    colours = [[[round(255 * t) for t in np.atleast_1d(pixel)] for pixel in line] for line in read]
    assert colours == [[list(pixel) for pixel in line] for line in rows]


def test_ipython_shows_everything() -> None:
    pytest.importorskip("IPython", reason="IPython is not installed")
    script = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import bijection, sys
assert "numpy" not in sys.modules and "proofs.network" not in sys.modules
shell.run_cell("import bijection; net = bijection.load([[[1, 0], [0, 1]], 'relu'])", store_history=False).raise_error()
def kinds(code):
    done = shell.run_cell(code, store_history=False)
    done.raise_error()
    data, _ = shell.display_formatter.format(done.result)
    assert {"text/html", "text/latex", "text/plain"} <= set(data), (code, set(data))
    return data
assert kinds("net")["text/plain"].startswith("<f: ℝ² → ℝ² (network")
assert kinds("bijection.box(0, 1, 2)")["text/plain"] == "<[0, 1]²>"
assert "REFUTED" in kinds("verdict = bijection.is_injective(net, within=None); verdict")["text/html"]
assert "x = " in kinds("verdict.counterexample")["text/latex"]
assert "injective" in kinds("verdict.statement")["text/html"]
assert "dimension" in kinds("bijection.preimages(net, [0, 0])")["text/html"]
print("shown")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.endswith("shown\n"), done.stdout + done.stderr


def test_the_extension_registers() -> None:
    heard: list[tuple[str, str]] = []

    class Formatter:
        def for_type_by_name(self, module: str, name: str, shown: object) -> None:
            assert callable(shown)
            heard.append((module, name))

    class Display:
        formatters = {"text/html": Formatter(), "text/latex": Formatter(), "text/plain": Formatter()}  # noqa: RUF012

    class Shell:
        display_formatter = Display()

    notebook.load_ipython_extension(Shell())
    assert len(heard) == 3 * sum(map(len, VOCABULARY.values()))
