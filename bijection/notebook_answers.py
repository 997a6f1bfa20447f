"""Degrees, inverses, Lipschitz constants, labels, surveys and finite maps in notebooks, as HTML and as LaTeX; see bijection.notebook."""

from __future__ import annotations

from typing import Any

from bijection.degrees import Degree
from bijection.export.displayed import domain as tex_domain
from bijection.export.displayed import function as tex_function
from bijection.export.displayed import scalar, vector
from bijection.export.tex import escape
from bijection.inversion.approximate import ApproximateInverse, Approximation
from bijection.inversion.inverse import Inverse
from bijection.inversion.lipschitz import LipschitzConstant
from bijection.label_table import LabelTable
from bijection.maps import Answer, FiniteMap
from bijection.maps.function import show
from bijection.notebook import COLOUR, CUT, more, paragraph, rows_of, say
from bijection.notebook import html as shown
from bijection.survey import Survey
from bijection.verdict import Proved
from bijection.words import domain, function, kind, number, point
from proofs.errors import Malformed

_NORM = {"max": r"\infty", "sum": "1", "euclidean": "2"}
_MOST = 12  # elements of a finite map, lines of a table


def html(thing: Any) -> str:
    """What it is as HTML."""
    match thing:
        case Degree():
            return _degree(thing)
        case Inverse():
            return _inverse(thing)
        case LipschitzConstant():
            return f"<div>{paragraph(str(thing))}{_proofs((thing.proof, thing.expansion))}</div>"
        case ApproximateInverse():
            said = (
                f"An inverse of {function(thing.f)} on {domain(thing.on)}, value by value, within {number(thing.error)} of the exact one."
            )
            return f"<div>{paragraph(said)}{_proofs((thing.proof,))}</div>"
        case Approximation(x, error, proofs):
            table = rows_of([[str(i), number(t)] for i, t in enumerate(x[:CUT])], ("i", "xᵢ"))
            said = f"Each coordinate is within {number(error)} of that of the input with this output, proved."
            return f"<div>{paragraph(said)}{table}{_rest(len(x), CUT, 'coordinates')}{_proofs(proofs)}</div>"
        case LabelTable():
            return thing._repr_html_()
        case Survey():
            lines = [line.words() for line in thing]
            cells = "".join(f"<tr>{_cell(a)}{_cell(b, COLOUR.get(b))}{_cell(c)}</tr>" for a, b, c in lines)
            return f"<table>{cells}</table>"
        case FiniteMap():
            return f"<div>{paragraph(_of_map(thing))}{_values(thing)}</div>"
        case Answer():
            return f"<div>{paragraph(str(thing))}{paragraph(_undone(thing)) if thing.inverse else ''}{_values(thing.f)}</div>"
        case _:
            raise Malformed(f"a {type(thing).__name__} has no HTML of its own; print it")


def latex(thing: Any) -> str:
    """What it is in LaTeX, with its own dollars."""
    match thing:
        case Degree(f, value_of, value):
            n = f.arity
            of = rf"f \colon {tex_domain(_reals(n))} \to {tex_domain(_reals(n))}"
            if value_of is None or value is None:
                return rf"${of}$ has no degree that is known: {escape(thing.because)}"
            points = ", ".join([*map(vector, list(thing.preimages)[:4]), *([r"\dots"] if len(thing.preimages) > 4 else [])])
            return rf"${of},\quad \deg f = {value_of},\quad f^{{-1}}\bigl({vector(value)}\bigr) = \left\{{{points}\right\}}$"
        case Inverse():
            onto = "f(D)" if thing.onto is None else tex_domain(thing.onto)
            where = rf"g = f^{{-1}} \colon {onto} \to {tex_domain(thing.on)}"
            body = "" if thing.network is None else f": ${tex_function(thing.network, 'g')}$"
            return f"${where}$, {escape(thing.because)}{body}"
        case LipschitzConstant(norm, lower, upper):
            name = rf"\operatorname{{Lip}}_{{{_NORM[norm]}}}(f)"
            if lower == upper:
                return f"${name} = {scalar(lower)}$"
            if upper is None:
                return rf"${name}$ is at least ${scalar(lower)}$; that there is a Lipschitz constant is not known"
            return rf"${name}$ lies between ${scalar(lower)}$ and ${scalar(upper)}$"
        case ApproximateInverse():
            return rf"$f^{{-1}}$ on ${tex_domain(thing.on)}$, value by value, each coordinate within ${scalar(thing.error)}$"
        case Approximation(x, error):
            return rf"$x = {vector(x)}$ up to ${scalar(error)}$ in each coordinate"
        case LabelTable():
            return "; ".join(f"label ${k}$: {escape(kind(v))}" for k, v in thing.items()) + "."
        case Survey():
            return "; ".join(f"{escape(a)}: {escape(b)}" for a, b, _ in (line.words() for line in thing)) + "."
        case FiniteMap():
            return f"{escape(_of_map(thing))} {escape('; '.join(f'{show(x)} ↦ {show(y)}' for x, y in thing.graph[:_MOST]))}."
        case Answer():
            return escape(f"{thing} {_undone(thing)}".strip())
        case _:
            raise Malformed(f"a {type(thing).__name__} has no LaTeX of its own; print it")


def _reals(n: int) -> Any:
    from proofs.domains import Reals

    return Reals(n)


def _cell(text: str, colour: str | None = None) -> str:
    look = f";color:{colour};font-weight:bold" if colour else ""
    return f'<td style="text-align:left{look}">{say(text)}</td>'


def _rest(count: int, most: int, things: str) -> str:
    return paragraph(f"… and {count - most} more {things}") if count > most else ""


def _proofs(verdicts: tuple[Proved | None, ...]) -> str:
    """What was proved, to be opened."""
    known = [v for v in verdicts if v is not None]
    return more("proved", "".join(map(shown, known))) if known else ""


def _degree(found: Degree) -> str:
    of = function(found.f)
    if found.number is None or found.value is None:
        return f"<div>{paragraph(f'The degree of {of} is not known: {found.because}')}</div>"
    title = f"The degree of {of} is {found.number}: {found.because}."
    rows = [[point(x, CUT), "+" if sign > 0 else "−"] for x, sign in list(found.preimages.items())[:CUT]]
    table = rows_of(rows, (f"inputs with the output {point(found.value, CUT)}", "sign"))
    return f"<div>{paragraph(title)}{table}{_rest(len(found.preimages), CUT, 'preimages')}</div>"


def _inverse(found: Inverse) -> str:
    onto = "its image" if found.onto is None else domain(found.onto)
    parts = [paragraph(f"The inverse of {function(found.f)}, from {onto} to {domain(found.on)}: {found.because}.")]
    if found.network is not None:
        parts.append(more("the inverse as a network", shown(found.network)))
    if found.pieces is not None:
        parts.append(paragraph(f"{len(found.pieces)} polytopes with an affine map each"))
    return f"<div>{''.join(parts)}{_proofs(found.proofs)}</div>"


def _of_map(f: FiniteMap) -> str:
    return f"A map from a set of {len(f.domain)} to a set of {len(f.codomain)} elements."


def _values(f: FiniteMap) -> str:
    graph = f.graph[:_MOST]
    dots = ["…"] if len(f.graph) > _MOST else []
    return rows_of([["x", *(show(x) for x, _ in graph), *dots], ["f(x)", *(show(y) for _, y in graph), *dots]])


def _undone(answer: Answer) -> str:
    """The inverse, of a bijection."""
    if answer.inverse is None:
        return ""
    arrows = [f"{show(y)} ↦ {show(x)}" for y, x in answer.inverse.graph[:_MOST]]
    return f"Its inverse: {', '.join(arrows)}{', …' if len(answer.inverse.graph) > _MOST else ''}."
