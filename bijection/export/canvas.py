"""Figures on which the others draw. The only file that imports matplotlib (extra `plot`)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from proofs.errors import well_formed

FORMATS = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {"Software": None}}  # no dates: the same figure, the same bytes
_STYLE: Mapping[str, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "bijection",
    "hatch.linewidth": 0.5,
}
_CAPTION = 7  # points
_LETTER = 0.063  # inches that a letter of a caption takes, about


class Drawing(Figure):
    """A figure that notebooks show without pyplot."""

    def _repr_svg_(self) -> str:
        page = StringIO()
        with style():
            self.savefig(page, format="svg", metadata=FORMATS[".svg"])
        return page.getvalue()


@contextmanager
def style(**more: Any) -> Iterator[None]:
    """How figures look, whatever the user's own settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, **more})
        yield


def figure(width: float, height: float) -> Drawing:
    """An empty figure of this size in inches."""
    return Drawing(figsize=(width, height), layout="constrained")


def colours(name: str, count: int) -> Any:
    """A map from 0, …, count − 1 to colours."""
    return matplotlib.colormaps[name].resampled(count)


def panels(ax: Any, widths: Sequence[float], height: float, rows: int = 1) -> tuple[Any, list[Any]]:
    """Axes side by side, of these widths and this height in inches, row by row: on a new figure, or inside the given axes."""
    if ax is None:
        made = figure(sum(widths) + 0.4, height * rows)
        return made, list(made.subplots(rows, len(widths), width_ratios=list(widths), squeeze=False).flat)
    if len(widths) == rows == 1:
        return ax.figure, [ax]
    ax.axis("off")
    gap, between = 0.06, 0.15
    unit = (1 - gap * (len(widths) - 1)) / sum(widths)
    tall = (1 - between * (rows - 1)) / rows
    found = []
    for row in range(rows):
        left = 0.0
        for width in widths:
            found.append(ax.inset_axes((left, (rows - 1 - row) * (tall + between), width * unit, tall)))
            left += width * unit + gap
    return ax.figure, found


def describe(made: Any, title: str, caption: Sequence[str]) -> None:
    """A title above and a caption below, in lines as long as the figure is wide."""
    letters = int(made.get_figwidth() / _LETTER)
    lines = [line for text in caption for line in textwrap.wrap(text, letters)]
    made.suptitle("\n".join(textwrap.wrap(title, int(letters * _CAPTION / 9.5))), x=0.01, ha="left", fontsize=10)
    made.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=_CAPTION, color="0.25")
    made.set_figheight(made.get_figheight() + 0.135 * len(lines) + 0.2)


def save(made: Any, path: str | Path) -> None:
    """Write the figure in the format that the path names."""
    to = Path(path)
    well_formed(to.suffix.lower() in FORMATS, f"a figure is written as {', '.join(FORMATS)}, not as {to.suffix or 'a file without suffix'}")
    with style():
        made.savefig(to, dpi=150, metadata=FORMATS[to.suffix.lower()])


def patch(label: str, **look: Any) -> Any:
    """A coloured field for a legend."""
    return Patch(label=label, **look)


def mark(label: str, **look: Any) -> Any:
    """A line or a marker for a legend."""
    return Line2D([], [], label=label, **look)
