"""What all figures of one or two inputs share: named points, the points of small domains, limits, legends, and the colours of these."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from bijection.exact.floating import approximate
from bijection.export.canvas import beside
from proofs.domains import Box, Domain, Finite, Grid, Point, Polytope

MARKERS = {"x": ("o", "#08519c"), "y": ("s", "#a63603")}
OTHER = ("D", "#252525")  # of points with other names
LEVEL = "#d7301f"  # of outputs, and of the inputs that have them
FOLD = {"color": "#7a0177", "lw": 1.8}
EQUAL: dict[str, Any] = {"colors": "#3f7fb5", "linewidths": 0.7, "linestyles": "solid", "zorder": 2}  # lines of equal output
# What a region may be, as legends and captions say it. Without colours their lines tell them apart; dots would take 70 kB.
LOOK: dict[str, dict[str, Any]] = {
    "determinant > 0": {"facecolor": "#b3cde3"},
    "determinant < 0": {"facecolor": "#fdd0a2", "hatch": "---"},
    "flat (inputs merge)": {"facecolor": "#e3e3e3", "hatch": "////"},
    "one-to-one": {"facecolor": "#ccebc5"},
    "": {"facecolor": "#f4f4f4"},
}
MOST_POINTS = 2500
_GROUND = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8}
_EDGE = 0.09  # of the width: names so near to the frame are written on the inner side


def xy(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    """The first coordinates and the second ones."""
    return [approximate(x[0]) for x in points], [approximate(x[1]) for x in points]


def listed(on: Domain, most: int = MOST_POINTS) -> Sequence[Point]:
    """The points of a domain that consists of few, else none."""
    if isinstance(on, Finite):
        return on.points[:most]
    if isinstance(on, Grid) and sum(on.counts()) <= most:
        sides = [[a + k * s for k in range(c)] for a, s, c in zip(on.lower, on.step, on.counts(), strict=True)]
        return list(product(*sides)) if _size(on) <= most else ()
    return ()


def _size(on: Grid) -> int:
    total = 1
    for count in on.counts():
        total *= count
    return total


def lattice(axes: Any, on: Domain) -> None:
    """The points of a domain that consists of few, on axes for two inputs."""
    if points := listed(on):
        axes.plot(*xy(points), ".", color="0.3", ms=3, zorder=3)


def marks(axes: Any, marked: Sequence[tuple[str, Point]], joined: bool = True) -> None:
    """The named points; two are joined, if they belong together. The limits of the axes must be set."""
    places = [list(map(approximate, x)) for _, x in marked]
    pair = joined and len(places) == 2
    if pair:
        axes.plot(*zip(*places, strict=True), ls="--", color="0.15", lw=1, zorder=5)
    middle = [sum(side) / max(1, len(places)) for side in zip(*places, strict=True)]
    for (name, _), at in zip(marked, places, strict=True):
        marker, colour = MARKERS.get(name, OTHER)
        axes.plot([at[0]], [at[1]], marker, color=colour, ms=7 if pair else 6, mec="white", mew=0.8, zorder=6, clip_on=False)
        label(axes, name, at, colour, middle if pair else None)


def label(axes: Any, text: str, at: Sequence[float], colour: str, away: Sequence[float] | None = None) -> None:
    """A name beside a point, on the side that looks away from the other point but not out of the frame, on a white ground."""
    sides = []
    for k, (low, high) in enumerate((axes.get_xlim(), axes.get_ylim())):
        share = (at[k] - low) / ((high - low) or 1.0)
        ahead = away is None or at[k] >= away[k]
        sides.append(share < _EDGE or (ahead and share <= 1 - _EDGE))
    right, up = sides
    axes.annotate(
        text,
        at,
        xytext=(7 if right else -7, 7 if up else -7),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if up else "top",
        color=colour,
        fontweight="bold",
        bbox=_GROUND,
        zorder=7,
        annotation_clip=False,
    )


def fit(axes: Any, frame: Box | Polytope, across: str = "x₀", up: str = "x₁") -> None:
    """The frame fills the axes; units are equally long on both, unless it is too long and thin."""
    if isinstance(frame, Box):
        (a, b), (c, d) = (_opened(*ends) for ends in zip(frame.lower, frame.upper, strict=True))
        axes.set(xlim=(a, b), ylim=(c, d))
        if 1 / 3 < (d - c) / (b - a) < 3:
            axes.set_aspect("equal")
    elif 1 / 3 < axes.get_data_ratio() < 3:
        axes.set_aspect("equal", adjustable="datalim")
    axes.locator_params(nbins=6)
    axes.set(xlabel=across, ylabel=up)


def _opened(lower: Fraction, upper: Fraction) -> tuple[float, float]:
    """The ends, and for a side of no length those of a frame around it."""
    a, b = approximate(lower), approximate(upper)
    return (a, b) if a < b else (a - max(0.5, abs(a) / 10), b + max(0.5, abs(b) / 10))


def legend(axes: Any, handles: Sequence[Any], columns: int = 2) -> None:
    """Below the axes, where nothing is covered."""
    if handles:
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=columns, borderaxespad=4)


def output(axes: Any, value: Sequence[Any], missed: bool, shared: bool) -> None:
    """One output among the others: missed, shared by a pair, or that of a fibre."""
    at = list(map(approximate, value))
    axes.plot(*[[t] for t in at], "X" if missed else "*", color=LEVEL, ms=10, mec="white", mew=0.6, zorder=6)
    text = "missed" if missed else "f(x) = f(y)" if shared else "this output"
    if len(at) == 2:
        label(axes, text, at, LEVEL)
    else:
        beside(axes, at, text, color=LEVEL, fontweight="bold", zorder=7, bbox=_GROUND)


def outputs(axes: Any, title: str, value: Sequence[Any] | None, missed: bool, shared: bool) -> None:
    """The axes of two outputs, after all is drawn but the output that is spoken of, if there is one."""
    if value is not None:
        axes.plot(*[[approximate(t)] for t in value])  # for the limits
    axes.margins(0.08)
    if 1 / 3 < axes.get_data_ratio() < 3:
        axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="f₀", ylabel="f₁", title=title)
    if value is not None:
        output(axes, value, missed, shared)
