"""Networks on two inputs whose linear regions are not known, smooth ones above all: what floats show of them on a lattice of points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.export.canvas import mark, panels, patch, surface
from bijection.export.figures_labels import look, name
from bijection.export.figures_marks import EQUAL, FOLD, LEVEL, LOOK, fit, lattice, legend, marks, output, outputs
from bijection.export.flat import before_label
from proofs.domains import Box, Polytope, hull

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_SIDE = 161  # points of the lattice along each input
_LINES = 8  # of them, one is drawn among the images
_LEVELS = 14
_ROUNDING = 1e-7  # of differences of outputs, relative


def plane(subject: Subject, ax: Any, frame: Box | Polytope) -> tuple[Any, list[str]]:
    """The inputs by their label, their output, or by the sign of the determinant; beside it the images of a net of lines."""
    logits = before_label(subject.network)
    f, classifies = logits or subject.network, logits is not None
    box = Box(*zip(*((s.lower or 0, s.upper or 0) for s in hull(frame)), strict=True))
    sides = [np.linspace(approximate(a), approximate(b), _SIDE) for a, b in zip(box.lower, box.upper, strict=True)]
    x, y = np.meshgrid(*sides)
    values = shadow(f)(np.column_stack([x.ravel(), y.ravel()])).reshape(_SIDE, _SIDE, -1)
    values[~np.isfinite(values).all(axis=2) | _outside(frame, x, y)] = np.nan
    images = f.width in (2, 3) and not classifies
    made, axes = panels(ax, [4.3, 4.3] if images else [4.6], 4.3, solid=(1,) if images and f.width == 3 else ())
    fit(axes[0], box)
    handles = _labels(axes[0], x, y, values) if classifies else _numbers(axes[0], x, y, values, sides)
    lattice(axes[0], subject.on)
    marks(axes[0], subject.named, joined=not subject.examples)
    axes[0].set_title("inputs and their labels" if classifies else "inputs")
    if len(axes) == 2:
        (_images if f.width == 2 else _surface)(axes[1], values, subject)
    legend(axes[0], handles)
    return made, [f"In floating-point arithmetic, at {_SIDE}² points."]


def _outside(frame: Box | Polytope, x: Array, y: Array) -> Any:
    """Which points of the lattice do not lie in the polytope."""
    found = np.zeros(x.shape, dtype=bool)
    if isinstance(frame, Polytope):
        for (a, b), c in zip(map(floats, frame.normals), floats(frame.offsets), strict=True):
            found |= a * x + b * y > c
    return found


def _labels(axes: Any, x: Array, y: Array, logits: Array) -> list[Any]:
    """Where which output is largest: where it exceeds all others."""
    for k in range(logits.shape[2]):
        ahead = logits[:, :, k] - np.delete(logits, k, axis=2).max(axis=2, initial=-np.inf)
        rows, columns = np.nonzero(ahead > 0)
        if not len(rows):
            continue
        axes.contourf(x, y, ahead, levels=(0.0, np.nanmax(ahead) + 1), colors=[look(k)["facecolor"]], hatches=[look(k)["hatch"]], zorder=1)
        if np.nanmin(ahead) < 0:
            axes.contour(x, y, ahead, levels=(0.0,), colors="0.2", linewidths=1.2, zorder=2)
        middle = int(np.argmin(np.abs(rows - np.median(rows)) + np.abs(columns - np.median(columns))))
        name(axes, k, [float(x[rows[middle], columns[middle]]), float(y[rows[middle], columns[middle]])])
    return []


def _numbers(axes: Any, x: Array, y: Array, values: Array, sides: list[Array]) -> list[Any]:
    if not all(side[0] < side[-1] for side in sides):
        axes.plot(
            x[0] if sides[1][0] == sides[1][-1] else x[:, 0],
            y[0] if sides[1][0] == sides[1][-1] else y[:, 0],
            color="0.3",
            lw=2.5,
            marker="o",
            ms=3,
        )
        return [mark("the domain", color="0.3", lw=2.5)]
    if values.shape[2] == 1:
        lines = axes.contour(x, y, values[:, :, 0], levels=_LEVELS, **EQUAL)
        axes.clabel(lines, fontsize=6, inline=True)
        return [mark("equal outputs", color=EQUAL["colors"], lw=0.7)]
    down, across = (np.gradient(values, side, axis=k) for k, side in ((0, sides[1]), (1, sides[0])))
    slopes = np.stack([across, down], axis=-1)  # of each output along each input
    if values.shape[2] == 2:
        return _signs(axes, x, y, slopes)
    stretch = np.linalg.svd(np.nan_to_num(slopes), compute_uv=False)[:, :, -1]
    filled = axes.contourf(x, y, stretch, levels=_LEVELS, cmap="Greys_r", zorder=1)
    bar = axes.figure.colorbar(filled, cax=axes.inset_axes((1.03, 0, 0.04, 1)))
    bar.set_label("least factor by which distances grow", fontsize=7)
    bar.ax.tick_params(labelsize=7)
    return []


def _signs(axes: Any, x: Array, y: Array, slopes: Array) -> list[Any]:
    """The sign of the determinant, where it is more than rounding."""
    products = slopes[:, :, 0, 0] * slopes[:, :, 1, 1], slopes[:, :, 0, 1] * slopes[:, :, 1, 0]
    determinant = products[0] - products[1]
    noise = _ROUNDING * (np.abs(products[0]) + np.abs(products[1]) + np.nanmax(np.abs(slopes)) ** 2 / 1000)
    sign = np.where(np.abs(determinant) > noise, np.sign(determinant), determinant * 0)
    shown = []
    for text, value in (("determinant > 0", 1.0), ("determinant < 0", -1.0), ("flat (inputs merge)", 0.0)):
        if (sign == value).any():
            fill = {"colors": [LOOK[text]["facecolor"]], "hatches": [LOOK[text].get("hatch", "")]}
            axes.contourf(x, y, sign, levels=(value - 0.5, value + 0.5), zorder=1, **fill)
            shown.append(patch(text, edgecolor="#8a8a8a", **LOOK[text]))
    if (sign == 1).any() and (sign == -1).any():
        axes.contour(x, y, np.where(sign == 0, np.nan, determinant), levels=(0.0,), colors=FOLD["color"], linewidths=FOLD["lw"], zorder=2)
        shown.append(mark("fold", **FOLD))
    return shown


def _net(values: Array) -> list[Array]:
    """The images of some lines of the lattice, in both directions."""
    return [line for k in range(0, _SIDE, _LINES) for line in (values[k], values[:, k])]


def _images(axes: Any, values: Array, subject: Subject) -> None:
    for line in _net(values):
        axes.plot(line[:, 0], line[:, 1], color="0.35", lw=0.6, zorder=1)
    outputs(axes, "images of lines across the inputs", subject.value, subject.missed, len(subject.marked) == 2)
    for text, x in subject.marked if subject.value is None else ():
        at = shadow(subject.network)(np.array([floats(x)]))[0]
        axes.plot([at[0]], [at[1]], "*", color=LEVEL, ms=10, mec="white", mew=0.6, zorder=6, label=text)


def _surface(axes: Any, values: Array, subject: Subject) -> None:
    coarse = values[::_LINES, ::_LINES]
    faces = [
        [coarse[i, j], coarse[i, j + 1], coarse[i + 1, j + 1], coarse[i + 1, j]]
        for i in range(len(coarse) - 1)
        for j in range(len(coarse) - 1)
        if np.isfinite(coarse[i : i + 2, j : j + 2]).all()
    ]
    surface(axes, faces, [float(np.mean([y[2] for y in face])) for face in faces], [floats(y) for y in [subject.value] if y is not None])
    axes.set_title("images of a net of inputs")
    if subject.value is not None:
        output(axes, subject.value, subject.missed, len(subject.marked) == 2)
