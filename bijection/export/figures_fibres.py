"""Inputs with one output, on many inputs: images beside each other, what was changed; or lines over the coordinates, and a shadow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.exact.floating import approximate, floats
from bijection.export.canvas import colours, mark, panels
from bijection.export.figures_images import change, image, outputs, scale, signed, told
from bijection.export.figures_marks import MARKERS, xy
from bijection.export.flat import around
from proofs.domains import Point

if TYPE_CHECKING:
    from bijection.export.figures import Subject
    from bijection.fibres import Piece

_SHOWN = 6  # images
_MOST_COORDINATES = 60
_MOST_LINES = 40  # for each piece
_CELL = 1.75  # inches
_POINT = "#6a51a3"
_ABOVE = (
    "Above: x and {} points of its local fibre, each accepted by the kernel. Below: what was changed; red is more, blue and a dash less."
)


def gallery(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """Inputs with one output as images: the given one and points of its local fibre, or corners of pieces. Below each, what it has
    more and less than the first; below the first, the output of all."""
    corners = list(dict.fromkeys(x for piece in subject.pieces or () for x in piece.corners))
    given = subject.others is not None
    chosen = [subject.marked[0][1], *(subject.others or ())][:_SHOWN] if given else _spread(corners)
    if not chosen:
        made, (axis,) = panels(ax, [4.0], 1.0)
        axis.axis("off")
        axis.text(0.5, 0.5, "no input is known", ha="center", va="center")
        return made, []
    made, axes = panels(ax, [_CELL] * len(chosen), _CELL + 0.1, rows=2)
    top, below = axes[: len(chosen)], axes[len(chosen) :]
    names = ["x" if given else "corner 1", *(f"point {k}" if given else f"corner {k + 1}" for k in range(1, len(chosen)))]
    for k, (axis, point, name) in enumerate(zip(top, chosen, names, strict=True)):
        image(axis, subject, point, name, MARKERS["x"][1] if given and k == 0 else "0.2")
    changes = [change(point, chosen[0], subject) for point in chosen[1:]]
    most = max((float(np.abs(v).max()) for v in changes), default=1.0) or 1.0
    for axis, values, name in zip(below[1:], changes, names[1:], strict=True):
        shown = signed(axis, values, most, f"{name} − {names[0]}")
    if changes:
        scale(below[-1], shown)
    outputs(below[0], subject, chosen[:1], [("x", MARKERS["x"][1])], "output of all")
    return made, [*_told(subject, given, len(chosen), len(corners)), *told(subject)]


def _told(subject: Subject, given: bool, shown: int, corners: int) -> list[str]:
    if given:
        return [_ABOVE.format(shown - 1)]
    return [
        f"Above: {shown} of the {corners} corners of its polytopes; all have this output, and so has what lies between the corners of a "
        "polytope. Below: what differs from the first; red is more, blue and a dash less."
    ]


def _spread(corners: Sequence[Point]) -> list[Point]:
    """Corners that are far from each other: the first, then always the one that is farthest from those chosen."""
    if not corners:
        return []
    rows = np.array([floats(x) for x in corners])
    chosen = [0]
    while len(chosen) < min(_SHOWN, len(corners)):
        distance = np.min([np.abs(rows - rows[k]).max(axis=1) for k in chosen], axis=0)
        chosen.append(int(distance.argmax()))
    return [corners[k] for k in dict.fromkeys(chosen)]


def parallel(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """One line over the coordinates for each input with the output, and the shadow of all on the two coordinates that vary most."""
    groups = [_group(piece) for piece in subject.pieces or ()] or [([*(subject.others or ())], [])]
    every = np.array([floats(x) for points, far in groups for x in (*points, *far)] + [floats(x) for _, x in subject.marked])
    made, axes = panels(ax, [5.4, 3.4], 3.1)
    width = np.ptp(every, axis=0) if len(every) else np.zeros(subject.f.arity)
    order = np.argsort(-width, kind="stable")
    cut = sorted(order[:_MOST_COORDINATES].tolist())
    shades = colours(len(groups))
    pair = sorted(order[:2].tolist())
    for k, (points, far) in enumerate(groups):
        colour = _POINT if len(groups) == 1 else shades[k]
        _lines(axes[0], points[:_MOST_LINES], cut, colour, "-")
        _lines(axes[0], far[:_MOST_LINES], cut, colour, "--")
        _shadow(axes[1], [*points, *far], points, pair, colour, subject.pieces is not None)
    if any(far for _, far in groups):
        _fit(axes, groups, cut, pair)
    for name, x in subject.marked:
        marker, colour = MARKERS[name]
        axes[0].plot(range(len(cut)), floats(x)[cut], marker=marker, ms=4, color=colour, lw=1.4, zorder=5)
        axes[1].plot(*[[approximate(x[j])] for j in pair], marker, color=colour, ms=7, mec="white", mew=0.8, zorder=6)
    _named(axes, subject, groups, cut, pair)
    return made, _explained(subject, groups, len(cut))


def _group(piece: Piece) -> tuple[list[Point], list[Point]]:
    """The corners of the piece, and for each way on which it does not end a point beyond each corner."""
    size = 2 * max([Fraction(1), *(abs(t) for x in piece.corners for t in x)])
    far = [
        tuple(t + size * r / max(map(abs, along)) for t, r in zip(corner, along, strict=True))
        for corner, along in product(piece.corners, piece.directions)
    ]
    return list(piece.corners), far


def _fit(axes: Sequence[Any], groups: Sequence[tuple[list[Point], list[Point]]], cut: list[int], pair: list[int]) -> None:
    """Half of what does not end is drawn, so that it leaves the axes."""
    seen = []
    for points, far in groups:
        ends = np.array([floats(x) for x in points])
        beyond = np.array([floats(x) for x in far]).reshape(-1, ends.shape[1])
        seen += [ends, (beyond + np.repeat(ends, len(far) // len(points), axis=0)) / 2]
    low, high = np.concatenate(seen).min(axis=0), np.concatenate(seen).max(axis=0)
    margin = 0.05 * (high - low).max()
    axes[0].set_ylim(low[cut].min() - margin, high[cut].max() + margin)
    axes[1].set(xlim=(low[pair[0]] - margin, high[pair[0]] + margin), ylim=(low[pair[1]] - margin, high[pair[1]] + margin))


def _lines(axes: Any, points: Sequence[Point], cut: list[int], colour: Any, style: str) -> None:
    for x in points:
        axes.plot(range(len(cut)), floats(x)[cut], style, color=colour, lw=0.9, alpha=0.7, marker=".", ms=3, zorder=3)


def _shadow(axes: Any, points: Sequence[Point], dots: Sequence[Point], pair: list[int], colour: Any, filled: bool) -> None:
    """The convex hull of the points on two coordinates: that of a polytope is its shadow exactly."""
    flat = [tuple(x[j] for j in pair) for x in points]
    outline = around(flat) if filled and flat else ()
    if len(outline) > 2:
        axes.fill(*xy(outline), facecolor=colour, alpha=0.25, edgecolor=colour, lw=1, zorder=2)
    elif len(outline) == 2:
        axes.plot(*xy(outline), color=colour, lw=1.4, zorder=2)
    axes.plot(*xy([tuple(x[j] for j in pair) for x in dots]), ".", color=colour, ms=5, zorder=3)


def _named(axes: Sequence[Any], subject: Subject, groups: Sequence[Any], cut: list[int], pair: list[int]) -> None:
    axes[0].axhline(0, color="0.8", lw=0.6, zorder=0)
    if len(cut) <= 30:
        axes[0].set_xticks(range(len(cut)), [str(j) for j in cut], fontsize=7)
    axes[0].set(xlabel="coordinate", ylabel="its value", title="inputs with this output, one line each")
    axes[1].set(xlabel=f"coordinate {pair[0]}", ylabel=f"coordinate {pair[1]}", title="the same on two coordinates")
    axes[1].margins(0.12)
    handles = [mark(name, color=MARKERS[name][1], marker=MARKERS[name][0]) for name, _ in subject.marked]
    if any(far for _, far in groups):
        handles.append(mark("without end this way", color="0.3", ls="--"))
    if handles:
        axes[0].legend(handles=handles, loc="best", frameon=True, framealpha=0.8, edgecolor="none")


def _explained(subject: Subject, groups: Sequence[Any], shown: int) -> list[str]:
    words = []
    if subject.pieces is not None:
        words.append("Lines are the corners of the polytopes, a colour for each.")
        words.append("On the right their shadows on the two coordinates that vary most.")
    elif subject.others:
        words.append(f"Lines are x and {len(subject.others)} points of it, each accepted by the kernel.")
    left = max((len(points) - _MOST_LINES for points, _ in groups), default=0)
    if left > 0:
        words.append(f"Of each polytope {_MOST_LINES} corners are drawn as lines.")
    if shown < subject.f.arity:
        words.append(f"The {shown} of {subject.f.arity} coordinates that vary most are drawn.")
    return words
