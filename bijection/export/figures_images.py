"""Pairs of inputs that are images, or long vectors: both, what differs, and the outputs they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.export.canvas import panels
from bijection.export.figures_marks import MARKERS
from bijection.words import number
from proofs.domains import Point

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_MOST_OUTPUTS = 20
_MOST_DASHES = 32  # pixels in a row
_MOST_COORDINATES = 120


def images(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """x, y, x − y, and the outputs of both."""
    (_, x), (_, y) = subject.marked
    made, axes = panels(ax, [2.3, 2.3, 2.9, 2.6], 2.5)
    for axis, (name, point) in zip(axes, subject.marked, strict=False):
        image(axis, subject, point, name, MARKERS[name][1])
    values = change(x, y, subject)
    scale(axes[2], signed(axes[2], values, float(np.abs(values).max()) or 1.0, "x − y"))
    outputs(axes[3], subject, [x, y], _names(subject))
    return made, [*told(subject), "Red is where x is larger, blue and a dash where y is."]


def pixels(values: Array, subject: Subject) -> Array:
    """The values as rows of pixels; the colours last."""
    assert subject.image is not None, "only images have pixels"
    laid = values.reshape(subject.image)
    if laid.ndim == 3 and laid.shape[2] not in (1, 3):
        laid = np.moveaxis(laid, 0, -1)
    return laid[:, :, 0] if laid.ndim == 3 and laid.shape[2] == 1 else laid


def change(point: Point, base: Point, subject: Subject) -> Array:
    """point − base as pixels; of colours the one that differs most."""
    values = pixels(floats([a - b for a, b in zip(point, base, strict=True)]), subject)
    if values.ndim == 3:
        values = np.take_along_axis(values, np.abs(values).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
    return values


def told(subject: Subject) -> list[str]:
    """What the shades of grey and the colours of differences mean."""
    assert subject.image is not None, "only images have pixels"
    black, white = map(number, subject.greys)
    grey = len(subject.image) == 2 or 3 not in (subject.image[0], subject.image[2])
    more = "" if grey else " Of the three colours the difference of the one that differs most is drawn."
    return [f"Black is {black}, white is {white}.{more}"]


def image(axes: Any, subject: Subject, point: Point, title: str, colour: str) -> None:
    """The point as grey or coloured pixels."""
    low, high = map(approximate, subject.greys)
    values = (floats(point) - low) / ((high - low) or 1.0)
    axes.imshow(pixels(np.clip(values, 0, 1), subject), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, color=colour, fontweight="bold")
    _bare(axes)


def _bare(axes: Any) -> None:
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.6", lw=0.8)


def signed(axes: Any, values: Array, most: float, title: str) -> Any:
    """Differences as pixels, red where positive and blue where negative; there a dash tells them apart without colours."""
    shown = axes.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
    if max(values.shape) <= _MOST_DASHES:
        side = axes.bbox.width / axes.figure.dpi * 72 / max(values.shape)  # points
        for rows, colour in ((values < -most / 2, "white"), ((values < 0) & (values >= -most / 2), "black")):
            axes.plot(*np.nonzero(rows)[::-1], "_", color=colour, ms=0.45 * side, mew=min(1.0, 0.12 * side), alpha=0.8)
    axes.set_title(title)
    _bare(axes)
    return shown


def scale(axes: Any, shown: Any) -> None:
    """Beside the axes, what the colours of differences mean."""
    bar = axes.figure.colorbar(shown, cax=axes.inset_axes((1.04, 0, 0.06, 1)))
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_linewidth(0.5)


def _names(subject: Subject) -> list[tuple[str, str]]:
    return [(f"f({name})", MARKERS[name][1]) for name, _ in subject.marked]


def outputs(axes: Any, subject: Subject, inputs: Sequence[Point], names: Sequence[tuple[str, str]], title: str = "f(x) = f(y)") -> None:
    """The outputs of the inputs side by side; of the same length, because they are equal. Each has a name and a colour."""
    exact = subject.value is not None
    if subject.value is not None:
        rows = [floats(subject.value)] * len(inputs)
    else:
        rows = list(shadow(subject.network).trace(np.array([floats(x) for x in inputs]))[-1])
    count = min(len(rows[0]), _MOST_OUTPUTS)
    places = np.arange(count)
    thick = 0.8 / len(rows)
    for k, (row, (name, colour)) in enumerate(zip(rows, names, strict=True)):
        look: dict[str, Any] = {"color": colour} if k == 0 else {"facecolor": "white", "edgecolor": colour, "hatch": "//////"}
        bars = axes.barh(places + (k - (len(rows) - 1) / 2) * thick, row[:count], 0.9 * thick, label=name, **look)
        if subject.missed and subject.value is not None:
            axes.bar_label(bars, [number(t).partition(" (")[0] for t in subject.value[:count]], padding=3, fontsize=7)
    axes.axvline(0, color="0.4", lw=0.6)
    axes.set_yticks(places if count <= 10 else places[::2])
    axes.invert_yaxis()
    axes.tick_params(labelsize=7)
    more = f", first {count} of {len(rows[0])}" if count < len(rows[0]) else ""
    axes.set_title(f"{title}{more}" if exact else f"{title}, in floats{more}")
    if len(rows) > 1:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=len(rows), fontsize=7, handlelength=1.5, borderaxespad=0)


def profile(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The coordinates of x and of y, and their outputs."""
    (_, x), (_, y) = subject.marked
    made, axes = panels(ax, [6.0, 2.8], 2.9)
    chosen: list[int] = [i for i, (a, b) in enumerate(zip(x, y, strict=True)) if a != b or len(x) <= _MOST_COORDINATES]
    cut = chosen[:_MOST_COORDINATES]
    places = np.arange(len(cut))
    ends = [np.array([approximate(point[i]) for i in cut]) for point in (x, y)]
    axes[0].vlines(places, np.minimum(*ends), np.maximum(*ends), color="0.6", lw=1)
    looks: list[dict[str, Any]] = [{"ms": 7, "fillstyle": "none", "mew": 1.6}, {"ms": 3.5}]
    for (name, _), values, look in zip(subject.marked, ends, looks, strict=True):
        marker, colour = MARKERS[name]
        axes[0].plot(places, values, marker, color=colour, label=name, **look)
    axes[0].axhline(0, color="0.7", lw=0.6, zorder=0)
    if len(cut) <= 30:
        axes[0].set_xticks(places, [str(i) for i in cut], fontsize=7)
    only = len(cut) < len(x)
    axes[0].set(xlabel="coordinate", title="inputs, where they differ" if only else "inputs")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0)
    outputs(axes[1], subject, [x, y], _names(subject))
    left_out = len(chosen) - len(cut)
    return made, [f"{left_out} more coordinates differ."] if left_out else []
