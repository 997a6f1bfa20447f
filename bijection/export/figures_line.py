"""Functions of one input: the graph, equal levels, and for two outputs the curve with the place where it meets itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bijection.errors import NotSupported
from bijection.exact.floating import Array, approximate, shadow
from bijection.export.canvas import colours, mark, panels
from bijection.export.figures_plane import MARKERS, label
from bijection.export.flat import Flat, flats, window
from bijection.words import domain
from proofs.domains import Box, Polytope
from proofs.network import Table

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_RISES, _FALLS, _FLAT, _LEVEL = "#08519c", "#d94801", "0.45", "#d7301f"
_MOST_OUTPUTS = 10
_SAMPLES = 1201
_MOST_POINTS = 400


def line(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The graph of every output over the input; beside it, for two outputs, the curve in the plane."""
    if isinstance(subject.f, Table):
        return _table(subject, subject.f, ax)
    f = subject.network
    points = [x for _, x in subject.marked] or [x for p in subject.pieces or () for x in p.corners]
    frame = window(f, subject.on, points)
    try:
        regions = flats(f, frame)
        told = [f"Drawn: {domain(frame)}; {len(regions)} linear piece{'' if len(regions) == 1 else 's'}."]
    except NotSupported:
        assert isinstance(frame, Box), "a polytope is drawn where its regions are known"
        regions, told = [], [f"Drawn: {domain(frame)}, at {_SAMPLES} points in floating-point arithmetic."]
    made, axes = panels(ax, [5.6, 3.6] if f.width == 2 else [6.4], 3.4)
    x, y = _curve(subject, regions, frame)
    handles = _graph(axes[0], regions, x, y)
    _levels(axes[0], subject)
    _fibre(axes[0], subject, (x.min(), x.max()))
    axes[0].set(xlabel="x", ylabel="f(x)", title="graph" if f.width == 2 else "")
    axes[0].margins(0.05, 0.1)
    if f.width == 2:
        _plane(axes[1], subject, y)
    if handles:
        axes[0].legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0) if f.width != 2 else None)
    if f.width > _MOST_OUTPUTS:
        told.append(f"The first {_MOST_OUTPUTS} of {f.width} outputs are drawn.")
    return made, told


def _curve(subject: Subject, regions: Sequence[Flat], frame: Box | Polytope) -> tuple[Array, Array]:
    """Inputs in order, and the outputs there, one row each."""
    if regions:
        values = {x: y for region in regions for x, y in zip(region.corners, region.images, strict=True)}
        ordered = sorted(values)
        x = np.array([approximate(t[0]) for t in ordered])
        return x, np.array([[approximate(v) for v in values[t]] for t in ordered])
    assert isinstance(frame, Box), "a polytope is drawn where its regions are known"
    x = np.linspace(approximate(frame.lower[0]), approximate(frame.upper[0]), _SAMPLES)
    return x, shadow(subject.network).trace(x[:, None])[-1]


def _graph(axes: Any, regions: Sequence[Flat], x: Array, y: Array) -> list[Any]:
    """Several outputs have a colour each; of one, the pieces are coloured by the sign of their slope. What the legend says."""
    count = min(y.shape[1], _MOST_OUTPUTS)
    if count == 1 and regions:
        return _signed(axes, regions)
    shades = colours("viridis", count + 1)
    for i in range(count):
        axes.plot(x, y[:, i], color=shades(i), lw=1.5, zorder=2)
    return [mark(f"f{_low(i)}", color=shades(i), lw=1.5) for i in range(count)] if count > 1 else []


def _signed(axes: Any, regions: Sequence[Flat]) -> list[Any]:
    names = {1: ("rises", _RISES), -1: ("falls", _FALLS), 0: ("flat", _FLAT)}
    for region in regions:
        ends = [[approximate(p[0]) for p in points] for points in (region.corners, region.images)]
        axes.plot(*ends, color=names[region.sign][1], lw=1.8, zorder=2, marker=".", ms=4)
    found = {region.sign for region in regions}
    return [mark(name, color=colour, lw=1.8) for sign, (name, colour) in names.items() if sign in found]


def _low(i: int) -> str:
    return str(i).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _levels(axes: Any, subject: Subject) -> None:
    """The marked inputs, and the levels that they share; or the level that is missed."""
    places = [approximate(x[0]) for _, x in subject.marked]
    if subject.missed and subject.value is not None:
        for i, t in enumerate(subject.value[:_MOST_OUTPUTS]):
            axes.axhline(approximate(t), color=_LEVEL, ls=":", lw=1.2, zorder=1)
            where = ("" if len(subject.value) == 1 else f"{_low(i)}", approximate(t))
            axes.annotate(f"missed{where[0]}", (0.99, where[1]), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=_LEVEL)
        return
    values = subject.value
    if len(places) == 2 and values is not None:
        for t in values[:_MOST_OUTPUTS]:
            level = approximate(t)
            axes.plot(places, [level, level], color=_LEVEL, ls="--", lw=1.2, zorder=3)
            for (name, _), at in zip(subject.marked, places, strict=True):
                marker, colour = MARKERS[name]
                axes.plot([at], [level], marker, color=colour, ms=6, mec="white", mew=0.7, zorder=5)
    for (name, _), at in zip(subject.marked, places, strict=True):
        colour = MARKERS[name][1]
        axes.axvline(at, color=colour, lw=0.8, ls=":", zorder=1)
        where = ("left", 3) if at == max(places) else ("right", -3)
        axes.annotate(
            name,
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(where[1], -2),
            textcoords="offset points",
            ha=where[0],
            va="top",
            color=colour,
            fontweight="bold",
        )


def _fibre(axes: Any, subject: Subject, ends: tuple[float, float]) -> None:
    """The pieces of a fibre, at its level."""
    if subject.pieces is None or subject.value is None:
        return
    for t in subject.value[:_MOST_OUTPUTS]:
        level = approximate(t)
        axes.axhline(level, color=_LEVEL, ls=":", lw=0.8, zorder=1)
        for piece in subject.pieces:
            reached = [approximate(x[0]) for x in piece.corners]
            reached += [ends[1] if r[0] > 0 else ends[0] for r in piece.directions]
            axes.plot([min(reached), max(reached)], [level, level], color=_LEVEL, lw=2.5, marker="o", ms=5, zorder=4)


def _plane(axes: Any, subject: Subject, y: Array) -> None:
    axes.plot(y[:, 0], y[:, 1], color="0.3", lw=1.3)
    if subject.value is not None:
        at = list(map(approximate, subject.value))
        axes.plot([at[0]], [at[1]], "X" if subject.missed else "*", color=_LEVEL, ms=10, mec="white", mew=0.6, zorder=5)
        text = "missed" if subject.missed else "f(x) = f(y)" if len(subject.marked) == 2 else "this output"
        label(axes, text, at, _LEVEL)
    axes.margins(0.12)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="f₀", ylabel="f₁", title="the curve of outputs")


def _table(subject: Subject, f: Table, ax: Any) -> tuple[Any, list[str]]:
    """Points over the labels."""
    made, (axes,) = panels(ax, [6.4], 3.4)
    shown = f.values[:_MOST_POINTS]
    axes.plot(range(len(shown)), shown, "o", color=_RISES, ms=3)
    _levels(axes, subject)
    axes.set(xlabel="x", ylabel="f(x)")
    return made, [f"The first {_MOST_POINTS} of {len(f.values)} values are drawn."] if len(f.values) > _MOST_POINTS else []
