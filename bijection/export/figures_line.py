"""Functions of one input: the graph, equal levels, and for two outputs the curve with the place where it meets itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.errors import NotSupported
from bijection.exact.floating import Array, approximate, floats, shadow
from bijection.export.canvas import colours, mark, panels
from bijection.export.figures_marks import LEVEL, MARKERS, OTHER, label, listed
from bijection.export.flat import Flat, before_label, flats, labelled, window
from bijection.words import count, domain
from proofs.domains import Box, Polytope, hull
from proofs.network import Network, Table

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_LOOK = {  # of pieces by the sign of their slope; without colours they differ as lines
    1: ("rises", {"color": "#08519c", "lw": 1.8}),
    -1: ("falls", {"color": "#d94801", "lw": 1.8, "ls": (0, (5, 1))}),
    0: ("flat", {"color": "0.45", "lw": 2.6, "ls": (0, (1, 0.6))}),
}
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (5, 1, 1, 1, 1, 1)), (0, (2, 2)))
_MOST_OUTPUTS = 10
_SAMPLES = 1201
_MOST_POINTS = 400


def line(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The graph of every output over the input; beside it, for two outputs, the curve in the plane."""
    if isinstance(subject.f, Table):
        return _table(subject, subject.f, ax)
    f = subject.network
    points = [x for _, x in (*subject.marked, *subject.examples)] or [x for p in subject.pieces or () for x in p.corners]
    frame = window(before_label(f) or f, subject.on, points)
    try:
        regions = flats(before_label(f) or f, frame)
        told = [f"Drawn: {domain(frame)}; {count(len(regions), 'linear piece')}{' before the label' if before_label(f) else ''}."]
    except NotSupported:
        regions, told = [], [f"Drawn: {domain(frame)}, at {_SAMPLES} points in floating-point arithmetic."]
    told += [] if isinstance(subject.f, Network) else ["The function that is drawn does not round."]
    made, axes = panels(ax, [5.6, 3.6] if f.width == 2 else [6.4], 3.4)
    if before_label(f) is not None and regions:
        ends, handles = _labels(axes[0], regions), []
    else:
        x, y = _curve(subject, regions, frame)
        ends, handles = (float(x.min()), float(x.max())), _graph(axes[0], regions, x, y)
        if f.width == 2:
            _plane(axes[1], subject, y)
        told += _turns(axes[0], x, y[:, 0]) if subject.turns and f.width == 1 and not regions else []
    told += _lattice(axes[0], subject)
    _levels(axes[0], subject)
    _fibre(axes[0], subject, ends)
    axes[0].set(xlabel="x", ylabel="f(x)", title="graph" if f.width == 2 else "")
    axes[0].margins(0.05, 0.1)
    if handles:
        axes[0].legend(handles=handles, **({"loc": "best"} if f.width == 2 else {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}))
    if f.width > _MOST_OUTPUTS:
        told.append(f"The first {_MOST_OUTPUTS} of {f.width} outputs are drawn.")
    return made, told


def _labels(axes: Any, regions: Sequence[Flat]) -> tuple[float, float]:
    """The label over the input, exactly: an interval for each; from where to where the inputs go."""
    places = []
    for winner, corners, _ in labelled(regions):
        ends = [approximate(x[0]) for x in corners]
        axes.plot(ends, [winner, winner], color=_LOOK[1][1]["color"], lw=3, solid_capstyle="butt", zorder=2)
        places += [*ends]
        axes.set_yticks(sorted({*(int(t) for t in axes.get_yticks() if t == int(t) >= 0), winner}))
    return min(places), max(places)


def _turns(axes: Any, x: Array, y: Array) -> list[str]:
    """A level that a curve takes twice, in floats, on both sides of the turn that is farthest from the ends."""
    line = y[0] + (y[-1] - y[0]) * np.linspace(0, 1, len(y))
    top = int(np.abs(y - line).argmax())
    below = max(y[0], y[-1]) if y[top] > line[top] else min(y[0], y[-1])
    level = (y[top] + below) / 2
    sides = np.nonzero(np.diff(np.sign(y - level)))[0]
    before, after = sides[sides < top], sides[sides >= top]
    if not len(before) or not len(after):
        return []
    ends = [x[before[-1]], x[after[0]]]
    axes.plot(ends, [level, level], color=LEVEL, ls="--", lw=1.2, marker="o", ms=5, mec="white", mew=0.7, zorder=3)
    return ["The dashed line is a level that is taken twice, as far as floats tell."]


def _lattice(axes: Any, subject: Subject) -> list[str]:
    """The points of a domain that consists of few, on the graph."""
    points = listed(subject.on, _MOST_POINTS)
    if not points:
        return []
    values = shadow(subject.network)(np.array([floats(x) for x in points]))
    for i in range(min(values.shape[1], _MOST_OUTPUTS)):
        axes.plot([approximate(x[0]) for x in points], values[:, i], "o", color="0.15", ms=2.5, zorder=4)
    return ["The dots are the inputs that count, and their outputs."]


def _curve(subject: Subject, regions: Sequence[Flat], frame: Box | Polytope) -> tuple[Array, Array]:
    """Inputs in order, and the outputs there, one row each."""
    if regions:
        values = {x: y for region in regions for x, y in zip(region.corners, region.images, strict=True)}
        ordered = sorted(values)
        x = np.array([approximate(t[0]) for t in ordered])
        return x, np.array([[approximate(v) for v in values[t]] for t in ordered])
    (side,) = hull(frame)
    x = np.linspace(approximate(side.lower or Fraction(0)), approximate(side.upper or Fraction(0)), _SAMPLES)  # a window is bounded
    return x, shadow(subject.network)(x[:, None])


def _graph(axes: Any, regions: Sequence[Flat], x: Array, y: Array) -> list[Any]:
    """Several outputs have a colour each; of one, the pieces are coloured by the sign of their slope. What the legend says."""
    outputs = min(y.shape[1], _MOST_OUTPUTS)
    if outputs == 1 and regions:
        return _signed(axes, regions)
    shades = colours(outputs)
    looks = [{"color": shades[i], "lw": 1.5, "ls": _DASHES[i], "marker": "o" if x[0] == x[-1] else ""} for i in range(outputs)]
    for i, look in enumerate(looks):
        axes.plot(x, y[:, i], zorder=2, **look)
    return [mark(f"f{_low(i)}", **look) for i, look in enumerate(looks)] if outputs > 1 else []


def _signed(axes: Any, regions: Sequence[Flat]) -> list[Any]:
    for region in regions:
        ends = [[approximate(p[0]) for p in points] for points in (region.corners, region.images)]
        axes.plot(*ends, zorder=2, **_LOOK[region.sign][1])
        axes.plot(*ends, ".", color=_LOOK[region.sign][1]["color"], ms=4, zorder=2)
    found = {region.sign for region in regions}
    return [mark(text, **look) for sign, (text, look) in _LOOK.items() if sign in found]


def _low(i: int) -> str:
    return str(i).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _levels(axes: Any, subject: Subject) -> None:
    """The marked inputs, and the levels that they share; or the level that is missed."""
    named = [*subject.marked, *subject.examples]
    places = [approximate(x[0]) for _, x in named]
    if subject.missed and subject.value is not None:
        for i, t in enumerate(subject.value[:_MOST_OUTPUTS]):
            axes.axhline(approximate(t), color=LEVEL, ls=":", lw=1.2, zorder=1)
            text = "missed" if len(subject.value) == 1 else f"f{_low(i)} of the missed output"
            axes.annotate(text, (0.99, approximate(t)), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=LEVEL)
        return
    values = subject.value
    if len(subject.marked) == 2 and values is not None:
        for t in values[:_MOST_OUTPUTS]:
            level = approximate(t)
            axes.plot(places, [level, level], color=LEVEL, ls="--", lw=1.2, zorder=3)
            for (name, _), at in zip(subject.marked, places, strict=True):
                marker, colour = MARKERS[name]
                axes.plot([at], [level], marker, color=colour, ms=6, mec="white", mew=0.7, zorder=5)
    for (name, _), at in zip(named, places, strict=True):
        colour = MARKERS.get(name, OTHER)[1]
        axes.axvline(at, color=colour, lw=0.8, ls=":", zorder=1)
        side, shift = ("left", 3) if at == max(places) else ("right", -3)
        look = {"ha": side, "va": "top", "color": colour, "fontweight": "bold", "textcoords": "offset points"}
        axes.annotate(name, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(shift, -2), **look)


def _fibre(axes: Any, subject: Subject, ends: tuple[float, float]) -> None:
    """The pieces of a fibre, at its level."""
    if subject.pieces is None or subject.value is None:
        return
    for t in subject.value[:_MOST_OUTPUTS]:
        level = approximate(t)
        axes.axhline(level, color=LEVEL, ls=":", lw=0.8, zorder=1)
        for piece in subject.pieces:
            reached = [approximate(x[0]) for x in piece.corners]
            reached += [ends[1] if r[0] > 0 else ends[0] for r in piece.directions]
            axes.plot([min(reached), max(reached)], [level, level], color=LEVEL, lw=2.5, marker="o", ms=5, zorder=4)


def _plane(axes: Any, subject: Subject, y: Array) -> None:
    axes.plot(y[:, 0], y[:, 1], color="0.3", lw=1.3)
    if subject.value is not None:
        at = list(map(approximate, subject.value))
        axes.plot([at[0]], [at[1]], "X" if subject.missed else "*", color=LEVEL, ms=10, mec="white", mew=0.6, zorder=5)
        text = "missed" if subject.missed else "f(x) = f(y)" if len(subject.marked) == 2 else "this output"
        label(axes, text, at, LEVEL)
    axes.margins(0.12)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="f₀", ylabel="f₁", title="the curve of outputs")


def _table(subject: Subject, f: Table, ax: Any) -> tuple[Any, list[str]]:
    """Points over the labels."""
    made, (axes,) = panels(ax, [6.4], 3.4)
    shown = f.values[:_MOST_POINTS]
    axes.plot(range(len(shown)), shown, "o", color=_LOOK[1][1]["color"], ms=3)
    _levels(axes, subject)
    axes.set(xlabel="x", ylabel="f(x)")
    return made, [f"The first {_MOST_POINTS} of {len(f.values)} values are drawn."] if len(f.values) > _MOST_POINTS else []
