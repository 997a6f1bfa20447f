"""The labels of a classifier as images, one input for each that is reached: as a figure and in notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bijection.pixels import address, brightness, shape
from bijection.verdict import Proved, Refuted
from bijection.words import domain, function, greys, point
from proofs.domains import Point
from proofs.errors import well_formed

if TYPE_CHECKING:
    from bijection.label_table import LabelTable

_LOOK = "width:84px;height:84px;image-rendering:pixelated;border:1px solid #888"


def plot(table: LabelTable, ax: Any, path: str | Path | None, image: Sequence[int] | None) -> Any:
    """A figure of the inputs that have the labels: images, lines, or on two inputs the regions of the labels with the inputs in them."""
    from bijection.export.figures import Subject
    from bijection.export.figures import plot as draw

    well_formed(bool(table.inputs), "no label is known to be reached: there is nothing to draw")
    f, on = table.question
    caption = [
        f"Labels that are {what}: {_listed(labels)}."
        for labels, what in ((table.never, "never reached"), (table.unknown, "not decided"))
        if labels
    ]
    examples = tuple((f"label {label}", x) for label, x in table.inputs.items())
    title = f"Inputs with the labels of {function(f)} on {domain(on)}"
    return draw(Subject(f, on, title, ("The kernel has evaluated each input.", *caption), examples=examples), ax=ax, path=path, image=image)


def _listed(labels: Sequence[int]) -> str:
    return ", ".join(map(str, labels))


def html(table: LabelTable) -> str:
    """A row for each label: what is known of it, with the input as an image or in numbers."""
    inputs = table.inputs
    pictures = bool(inputs) and shape(len(next(iter(inputs.values())))) is not None
    low, high = _range(table) if pictures else (Fraction(0), Fraction(1))
    rows = []
    for label, verdict in table.items():
        word = "reached" if isinstance(verdict, Proved) else "never reached" if isinstance(verdict, Refuted) else "unknown"
        shown = _shown(inputs[label], low, high, pictures) if label in inputs else ""
        cells = (f"label {label}", word, escape(verdict.because))
        rows.append("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in (*cells, shown)) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _shown(x: Point, low: Fraction, high: Fraction, picture: bool) -> str:
    return f'<img style="{_LOOK}" alt="input" src="{address(brightness(x, low, high))}">' if picture else escape(point(x))


def _range(table: LabelTable) -> tuple[Fraction, Fraction]:
    """The values of an empty and of a full pixel: those of the domain, if all pixels have the same, else what occurs."""
    known = greys(table.question[1])
    entries = [t for x in table.inputs.values() for t in x]
    return known or (min(entries, default=Fraction(0)), max(entries, default=Fraction(1)))
