"""Networks, sets, verdicts and counterexamples in notebooks: HTML, LaTeX, and one line of plain text in place of all weights.

Our own answers bring their methods (bijection.shown). The vocabulary of proofs/ knows nothing of notebooks: IPython is told how to show
it, by `register`, which runs when bijection is imported inside IPython, or by `%load_ext bijection.notebook`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bijection.verdict import Pair
    from proofs.domains import Domain, Point
    from proofs.functions import Function

VOCABULARY = {
    "proofs.network": ("Network", "Table"),
    "proofs.ieee": ("Binary32",),
    "proofs.domains": ("Reals", "Integers", "Box", "Polytope", "Grid", "Floats", "Finite", "Labels", "Simplex"),
    "proofs.statements": (
        *("Injective", "Surjective", "Bijective", "MapsInto", "Reached", "IsIdentity", "FibreIs", "Inverts"),
        *("Lipschitz", "Expands", "Not"),
    ),
}
_LIGHT = 2_000_000  # coefficients of a network whose local fibres show points by themselves
_POINTS = 3
CUT = 8  # rows and columns of a matrix, coordinates of a point, pieces of a fibre, before it is cut
COLOUR = {"proved": "#23883f", "refuted": "#d9362b", "unknown": "#8f7300"}  # readable on white and on black


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext bijection.notebook`."""
    register(shell)


def register(shell: Any) -> None:
    """Tell this IPython how to show the vocabulary; nothing else is imported."""
    formatters = shell.display_formatter.formatters
    for module, names in VOCABULARY.items():
        for name in names:
            formatters["text/html"].for_type_by_name(module, name, html)
            formatters["text/latex"].for_type_by_name(module, name, latex)
            formatters["text/plain"].for_type_by_name(module, name, _pretty)


def _pretty(thing: Any, printer: Any, _: bool) -> None:
    printer.text(plain(thing))


def plain(thing: Any) -> str:
    """One line that says what it is."""
    from bijection import words
    from proofs.domains import Domain
    from proofs.functions import Function

    if isinstance(thing, Function):
        return f"<{words.function(thing)}>"
    return f"<{words.domain(thing) if isinstance(thing, Domain) else words.statement(thing)}>"


def html(thing: Any) -> str:
    """What it is as HTML that stands alone: no scripts, no style sheets, everything escaped."""
    from bijection.fibres import Fibre
    from bijection.local_fibres import LocalFibre
    from bijection.verdict import Escape, Missed, Pair, Proved, Refuted, Unknown
    from bijection.words import point, statement
    from proofs.domains import Domain
    from proofs.functions import Function
    from proofs.statements import Statement

    match thing:
        case Proved() | Refuted() | Unknown():
            return _verdict(thing)
        case Pair():
            return _pair(thing, None)
        case Missed(value):
            return f"<p>The output {say(point(value))} is not reached.</p>"
        case Escape(x):
            return f"<p>The output at x = {say(point(x))} lies outside the codomain.</p>"
        case Fibre():
            return _fibre(thing)
        case LocalFibre():
            return _local_fibre(thing)
    if isinstance(thing, Function):
        return _function(thing)
    if isinstance(thing, Domain):
        return _domain(thing)
    if isinstance(thing, Statement):
        return paragraph(statement(thing))
    from bijection import notebook_answers

    return notebook_answers.html(thing)


def latex(thing: Any) -> str:
    """What it is in LaTeX, for notebooks that print."""
    from bijection.export.displayed import displayed, known

    if known(thing):
        return displayed(thing)
    from bijection import notebook_answers

    return notebook_answers.latex(thing)


def say(text: str) -> str:
    """The text, every character for itself."""
    return escape(text)


def paragraph(text: str) -> str:
    """The text as a paragraph."""
    return f"<p>{say(text)}</p>"


def rows_of(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> str:
    """A table; cells are escaped here."""
    top = "<tr>" + "".join(f"<th>{say(cell)}</th>" for cell in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f'<td style="text-align:left">{say(cell)}</td>' for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}{body}</table>"


def more(summary: str, inner: str) -> str:
    """What is shown when it is opened."""
    return f"<details><summary>{say(summary)}</summary>{inner}</details>"


def _verdict(verdict: Any) -> str:
    from bijection import words
    from bijection.verdict import Pair, Refuted, Unknown
    from bijection.words import basis, kind, statement

    colour = COLOUR[kind(verdict)]
    title = f'<b style="color:{colour}">{kind(verdict).upper()}</b>'
    parts = [f"<p>{title}: {say(statement(verdict.statement))}<br>because {say(verdict.because)} ({verdict.seconds:.2f} s)</p>"]
    found = verdict.counterexample
    if isinstance(found, Pair):
        parts.append(_pair(found, words.greys(words.inputs(verdict.statement))))
    elif found is not None:
        parts.append(html(found))
    elif isinstance(verdict, Refuted) and (told := words.not_shown(verdict)) is not None:
        parts.append(f"<p>{say(told)}</p>")
    if isinstance(verdict, Unknown):
        parts.append(more("tried", rows_of([[name] for name in verdict.tried])))
    else:
        parts.append(more("rests on", rows_of([[basis(b)] for b in verdict.rests_on])))
    return f"<div>{''.join(parts)}</div>"


def _pair(pair: Pair, range_of_pixels: tuple[Fraction, Fraction] | None) -> str:
    from bijection.words import number, point

    apart = [i for i, (a, b) in enumerate(zip(pair.x, pair.y, strict=True)) if a != b]
    lines = [f"{len(apart)} of {len(pair.x)} coordinates differ, max |x − y| {_equals(number(pair.distance))}"]
    if pair.value is None:
        lines.append("f(x) = f(y): they agree inside the network already")
    else:
        lines.append(f"f(x) = f(y) {_equals(point(pair.value, 12))}")
    rows = [[f"{i}", number(pair.x[i]), number(pair.y[i])] for i in (range(len(pair.x)) if len(pair.x) <= CUT else apart[:CUT])]
    table = rows_of(rows, ("i", "xᵢ", "yᵢ"))
    if len(pair.x) > CUT and len(apart) > CUT:
        table += f"<p>… and {len(apart) - CUT} more coordinates that differ</p>"
    images = _images(pair, range_of_pixels)
    told = "".join(f"<p>{say(line)}</p>" for line in lines)
    return f"<div>{images}{told}{more('coordinates', table) if images else table}</div>"


def _equals(text: str) -> str:
    return text if text.startswith("≈") else f"= {text}"


def _images(pair: Pair, range_of_pixels: tuple[Fraction, Fraction] | None) -> str:
    """Both inputs and where they differ, if they are images; nothing otherwise."""
    from bijection.pixels import brightness, shape

    if shape(len(pair.x)) is None:
        return ""
    low, high = range_of_pixels or (min(*pair.x, *pair.y), max(*pair.x, *pair.y))
    differs = tuple(Fraction(a != b) for a, b in zip(pair.x, pair.y, strict=True))
    panels = (("x", brightness(pair.x, low, high)), ("y", brightness(pair.y, low, high)))
    return row_of_images([*panels, ("where they differ", brightness(differs, Fraction(0), Fraction(1)))])


def row_of_images(named: Sequence[tuple[str, list[list[tuple[int, ...]]]]]) -> str:
    """Images side by side, their names below them."""
    from bijection.pixels import address

    shown = [(name, address(rows)) for name, rows in named]
    look = "width:112px;height:112px;image-rendering:pixelated;border:1px solid #888"
    cells = "".join(f'<td style="text-align:center"><img style="{look}" alt="{name}" src="{src}"><br>{name}</td>' for name, src in shown)
    return f"<table><tr>{cells}</tr></table>"


def _function(f: Function) -> str:
    from bijection.description import describe
    from proofs.ieee import Binary32
    from proofs.network import Affine, Network, Table

    facts = describe(f)
    rows = [[key, _cut_text(value)] for key, value in facts.items() if key != "function"]
    parts = [f"<p><b>{say(facts['function'])}</b></p>", rows_of(rows)]
    network = f.network if isinstance(f, Binary32) else f
    if isinstance(network, Table):
        values = [str(t) for t in network.values[: 2 * CUT]]
        parts.append(rows_of([[*values, *(["…"] if len(network.values) > 2 * CUT else [])]]))
    if isinstance(network, Network):
        affine = [(i, node.op) for i, node in enumerate(network.nodes) if isinstance(node.op, Affine)]
        parts += [more(f"node {i}: {len(op.rows)}×{op.columns} matrix, and constants", _affine(op)) for i, op in affine[:CUT]]
        if len(affine) > CUT:
            parts.append(f"<p>… and {len(affine) - CUT} more matrices</p>")
    return f"<div>{''.join(parts)}</div>"


def _cut_text(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{count} × {name}" for name, count in value.items())
        case list() | tuple():
            return ", ".join(map(str, value[: 2 * CUT])) + (f", … ({len(value)} in all)" if len(value) > 2 * CUT else "")
        case _:
            return str(value)


def cut_affine(op: Any) -> tuple[list[list[Fraction]], list[Fraction]]:
    """The first rows and columns of the matrix, and the constants of these rows."""
    rows, shift = [], []
    for row in op.rows[:CUT]:
        line = dict(zip(row.columns, row.coefficients, strict=True))
        rows.append([Fraction(line.get(j, 0), op.denominator) for j in range(min(op.columns, CUT))])
        shift.append(Fraction(row.constant, op.denominator))
    return rows, shift


def _affine(op: Any) -> str:
    from bijection.words import number

    rows, shift = cut_affine(op)
    wide = ["…"] if op.columns > CUT else []
    lines = [[*map(number, row), *wide, "|", number(b)] for row, b in zip(rows, shift, strict=True)]
    if len(op.rows) > CUT:
        lines.append(["…"] * len(lines[0]))
    return rows_of(lines)


def _domain(d: Domain) -> str:
    from bijection.words import domain, number
    from proofs.domains import Finite, Polytope

    parts = [f"<p>{say(domain(d))}</p>"]
    match d:
        case Polytope(n, normals, offsets):
            head = [f"x{i}" for i in range(min(n, CUT))] + ["…"] * (n > CUT) + ["≤"]
            rows = [[*map(number, a[:CUT]), *["…"] * (n > CUT), number(b)] for a, b in zip(normals[:CUT], offsets[:CUT], strict=True)]
            parts.append(rows_of(rows, head) + _rest(len(normals), "constraints"))
        case Finite(points):
            parts.append(rows_of([[_point(x)] for x in points[:CUT]]) + _rest(len(points), "points"))
        case _:
            pass
    return f"<div>{''.join(parts)}</div>"


def _point(x: Point) -> str:
    from bijection.words import point

    return point(x, CUT)


def _rest(count: int, things: str) -> str:
    return f"<p>… and {count - CUT} more {things}</p>" if count > CUT else ""


def _corners(corners: Any) -> str:
    return ", ".join(map(_point, corners[:4])) + (", …" if len(corners) > 4 else "")


def _fibre(found: Any) -> str:
    from bijection.words import domain, point

    kinds = ", ".join(f"{count} of dimension {d}" for d, count in found.dimensions.items()) or "none"
    title = f"preimages of {point(found.value)} on {domain(found.on)}: {'' if found.complete else 'at least '}{kinds}"
    rows = [[str(p.dimension), _corners(p.corners), ", ".join(map(_point, p.directions[:4]))] for p in found.pieces[:CUT]]
    table = rows_of(rows, ("dimension", "corners", "without end along"))
    return f"<div><p>{say(title)}<br>{say(found.because)}</p>{table}{_rest(len(found), 'pieces')}</div>"


def _local_fibre(found: Any) -> str:
    """Its size; where the network is small, some of its points: as images, or in a table."""
    from bijection.pixels import brightness, shape
    from bijection.words import count, domain, greys
    from proofs.network import Affine

    size = "of unknown dimension" if found.dimension is None else f"of dimension {found.dimension}"
    equations = count(len(found.rows), "equation")
    title = f"In its linear region on {domain(found.on)} the input shares its output with a polytope {size} ({equations})."
    light = sum(node.op.entries for node in found.f.nodes if isinstance(node.op, Affine)) <= _LIGHT
    named = [("x", found.x), *((f"point {k + 1}", p) for k, p in enumerate(found.points(_POINTS) if light else ()))]
    told = f"<p>{say(title)}</p>"
    if shape(len(found.x)) is None:
        return f"<div>{told}{rows_of([[name, _point(p)] for name, p in named], ('', 'inputs with one output'))}</div>"
    low, high = greys(found.on) or (min(map(min, (p for _, p in named))), max(map(max, (p for _, p in named))))
    return f"<div>{told}{row_of_images([(name, brightness(p, low, high)) for name, p in named])}</div>"
