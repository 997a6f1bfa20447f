"""Figures on which the others draw. The only file that imports matplotlib (extra `plot`)."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from mpl_toolkits.mplot3d import proj3d
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

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
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and edited
    "pdf.fonttype": 42,  # TrueType fonts, embedded; publishers refuse the default, Type 3
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


def colours(count: int) -> list[Any]:
    """So many colours, from dark to not too light, which printers without colours and colour-blind readers tell apart as well."""
    return [colormaps["viridis"](0.85 * k / max(1, count - 1)) for k in range(count)]


def panels(ax: Any, widths: Sequence[float], height: float, rows: int = 1, solid: Collection[int] = ()) -> tuple[Any, list[Any]]:
    """Axes side by side, of these widths and this height in inches, row by row: on a new figure, or inside the given axes.

    solid: the columns that have axes for three dimensions.
    """
    kinds = [{"projection": "3d"} if k in solid else {} for k in range(len(widths))]
    if ax is None:
        made = figure(sum(widths) + 0.4, height * rows)
        cells = made.add_gridspec(rows, len(widths), width_ratios=list(widths))
        return made, [made.add_subplot(cells[row, k], **kind) for row in range(rows) for k, kind in enumerate(kinds)]
    if len(widths) == rows == 1 and not solid:
        return ax.figure, [ax]
    ax.axis("off")
    gap, between, top = 0.16 if len(widths) < 4 else 0.09, 0.15, 0.9  # above is the title of the given axes
    unit = (1 - gap * (len(widths) - 1)) / sum(widths)
    tall = (top - between * (rows - 1)) / rows
    found = []
    for row in range(rows):
        left = 0.0
        for width, kind in zip(widths, kinds, strict=True):
            found.append(ax.inset_axes((left, (rows - 1 - row) * (tall + between), width * unit, tall), **kind))
            left += width * unit + gap
    return ax.figure, found


def shifts(made: Any) -> None:
    """The factor and the shift of the ticks go into the name of their axis: beyond its end they would lie over titles."""
    made.draw_without_rendering()
    for axis in [axis for axes in made.axes if axes.name != "3d" for axis in (axes.xaxis, axes.yaxis)]:
        text = axis.get_major_formatter().get_offset()
        if text:
            axis.set_label_text(f"{axis.get_label_text()} ({text})")
            axis.offsetText.set_visible(False)


def surface(axes: Any, faces: Sequence[Any], heights: Sequence[float], others: Sequence[Any]) -> None:
    """Polygons in space, coloured by the heights of their middles, on axes for three dimensions with room for the other points."""
    low, high = min(heights), max(heights)
    shade = colormaps["viridis"]
    fills = [shade(0.25 + 0.7 * (t - low) / ((high - low) or 1.0)) for t in heights]
    axes.add_collection3d(Poly3DCollection(faces, facecolors=fills, edgecolors="0.25", linewidths=0.3, alpha=0.7))
    axes.auto_scale_xyz(*zip(*(corner for face in faces for corner in face), *others, strict=True))
    axes.set_box_aspect(None, zoom=0.95)
    axes.set(xlabel="f₀", ylabel="f₁", zlabel="f₂")
    axes.tick_params(labelsize=6, pad=0)


def beside(axes: Any, at: Sequence[float], text: str, **look: Any) -> None:
    """A name beside a point in space; limits must be set."""
    across, up, _ = proj3d.proj_transform(*at, axes.get_proj())
    axes.annotate(text, (across, up), xytext=(8, 8), textcoords="offset points", **look)


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
