"""Classifiers: where on two inputs which label wins, and inputs for labels side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.exact.floating import floats
from bijection.export.canvas import colours, panels
from bijection.export.figures_images import image, outputs, told
from bijection.export.figures_marks import MARKERS, fit, lattice, marks, xy
from bijection.export.flat import Flat, labelled
from bijection.words import count
from proofs.domains import Box, Point, Polytope

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_PALETTE = ("#b3cde3", "#fdd0a2", "#ccebc5", "#decbe4", "#ffffcc", "#e5d8bd", "#fddaec", "#d9d9d9", "#a6dba0", "#92c5de")
_HATCHES = ("", "---", "//", "\\\\", "||", "xx", "++", "////", "-----", "||||")
_CELL = 1.75  # inches
_MOST = 20  # inputs
_IN_A_ROW = 5


def look(label: int) -> dict[str, Any]:
    """The colour and the pattern of a label."""
    return {"facecolor": _PALETTE[label % len(_PALETTE)], "hatch": _HATCHES[label % len(_HATCHES)], "edgecolor": "#c4c4c4"}


def plane(subject: Subject, ax: Any, frame: Box | Polytope, regions: Sequence[Flat]) -> tuple[Any, list[str]]:
    """The decision regions on two inputs, exactly."""
    made, (axes,) = panels(ax, [4.6], 4.3)
    parts = list(labelled(regions))
    largest: dict[int, tuple[float, tuple[Point, ...]]] = {}
    for label, corners, borders in parts:
        axes.fill(*xy(corners), lw=0.3, zorder=1, **look(label))
        for side in borders:
            axes.plot(*xy(side), color="0.2", lw=1.2, zorder=2, solid_capstyle="round")
        largest[label] = max(largest.get(label, (0.0, ())), (_area(corners), corners))
    fit(axes, frame)
    for label, (_, corners) in sorted(largest.items()):
        name(axes, label, [float(np.mean(side)) for side in xy(corners)])
    lattice(axes, subject.on)
    fit(axes, frame)
    marks(axes, subject.named, joined=not subject.examples)
    axes.set_title("inputs and their labels")
    seen = ", ".join(map(str, sorted(largest)))
    text = f"{count(len(regions), 'linear region')} of the network before the label. Labels that fill a region: {seen}."
    return made, [text, "On black lines two labels tie."]


def name(axes: Any, label: int, at: Sequence[float]) -> None:
    """The number of a label in the middle of a region."""
    ground = {"boxstyle": "circle,pad=0.2", "fc": "white", "ec": "0.5", "lw": 0.6}
    axes.text(*at, str(label), ha="center", va="center", fontsize=9, bbox=ground, zorder=4)


def _area(corners: Sequence[Point]) -> float:
    x, y = map(np.array, xy(corners))
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def examples(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """Inputs that show that values are reached: images, or lines over the coordinates."""
    shown = subject.examples[:_MOST]
    left = [f"The first {_MOST} of {len(subject.examples)} inputs are drawn."] if len(subject.examples) > _MOST else []
    if subject.image is None:
        return _lines(shown, ax), left
    columns = min(_IN_A_ROW, len(shown))
    rows = -(-len(shown) // columns)
    made, axes = panels(ax, [_CELL] * columns, _CELL + 0.2, rows=rows)
    for axis, (text, x) in zip(axes, shown, strict=False):
        image(axis, subject, x, text, "0.2")
    for axis in axes[len(shown) :]:
        axis.axis("off")
    return made, [*left, *told(subject)]


def _lines(shown: Sequence[tuple[str, Point]], ax: Any) -> Any:
    made, (axes,) = panels(ax, [6.4], 3.2)
    shades = colours(len(shown))
    for k, (text, x) in enumerate(shown):
        axes.plot(floats(x), marker="osD^v<>ph*"[k % 10], ms=4, lw=1, color=shades[k], label=text)
    axes.set(xlabel="coordinate", ylabel="its value", title="inputs, one line each")
    axes.locator_params(axis="x", integer=True)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return made


def single(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """One input and its output."""
    ((text, x),) = subject.marked
    made, axes = panels(ax, [5.0 if subject.image is None else 2.3, 3.4], 2.6)
    if subject.image is not None:
        image(axes[0], subject, x, text, MARKERS["x"][1])
    else:
        axes[0].stem(floats(x), basefmt="0.8")
        axes[0].set(xlabel="coordinate", title=text)
        axes[0].locator_params(axis="x", integer=True)
    outputs(axes[1], subject, [x], [(f"f({text})", MARKERS["x"][1])], f"f({text})")
    return made, [] if subject.image is None else told(subject)


def missed(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """An output that no input has, number by number."""
    made, (axes,) = panels(ax, [4.6], 2.8)
    outputs(axes, subject, [()], [("missed", MARKERS["y"][1])], "an output that no input has")
    axes.margins(x=0.2)
    return made, []
