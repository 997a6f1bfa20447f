"""The labels of a classifier as images, one input for each that is reached: as a figure and in notebooks."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bijection.errors import NotSupported
from bijection.exact.floating import approximate
from bijection.pixels import address, brightness, shape
from bijection.verdict import Proved, Refuted
from bijection.words import domain, function, greys, point
from proofs.domains import Point
from proofs.errors import well_formed

if TYPE_CHECKING:
    from bijection.label_table import LabelTable

_IN_A_ROW = 5
_CELL = 1.5  # inches
_LOOK = "width:84px;height:84px;image-rendering:pixelated;border:1px solid #888"


def plot(table: LabelTable, ax: Any, path: str | Path | None) -> Any:
    """A figure of the inputs that have the labels; a label that is never reached has an empty frame."""
    well_formed(bool(table), "there are no labels to draw")
    f, on = next(iter(table.values())).statement.f, next(iter(table.values())).statement.on  # type: ignore[union-attr]
    if shape(f.arity) is None:
        raise NotSupported(f"inputs of {f.arity} numbers are no square images; print the table, or read its `inputs`")
    try:
        from bijection.export import canvas
    except ModuleNotFoundError:
        raise NotSupported("a figure needs matplotlib: pip install 'bijection-nn[plot]'") from None
    from bijection.export.figures_images import image

    inputs, (low, high) = table.inputs, _range(table)
    columns = min(_IN_A_ROW, len(table))
    with canvas.style():
        made, axes = canvas.panels(ax, [_CELL] * columns, _CELL + 0.25, rows=-(-len(table) // columns))
        for axis, (label, verdict) in zip(axes, table.items(), strict=False):
            if label in inputs:
                image(axis, inputs[label], approximate(low), approximate(high), f"label {label}", "0.2")
            else:
                axis.set(xticks=[], yticks=[], title=f"label {label}")
                axis.text(0.5, 0.5, "never" if isinstance(verdict, Refuted) else "unknown", ha="center", va="center")
        for axis in axes[len(table) :]:
            axis.axis("off")
        title = f"Inputs with the labels of {function(f)} on {domain(on)}"
        told = f"Each input has been evaluated by the kernel. Black is {low}, white is {high}."
        if ax is None:
            canvas.describe(made, title, [told])
    if path is not None:
        canvas.save(made, path)
    return made


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
    known = greys(next(iter(table.values())).statement.on)  # type: ignore[union-attr]
    entries = [t for x in table.inputs.values() for t in x]
    return known or (min(entries, default=Fraction(0)), max(entries, default=Fraction(1)))
