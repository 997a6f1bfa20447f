"""Maps between finite sets: both sets as columns, an arrow for each element; of large ones the graph."""

from __future__ import annotations

from typing import Any

from bijection.export.canvas import panels
from bijection.export.figures_marks import LEVEL, MARKERS
from bijection.shown import Arrows

_MOST = 24  # elements in a column
_MOST_POINTS = 2000
_DOT, _CALM = MARKERS["x"][1], "0.45"


def arrows(drawn: Arrows, ax: Any) -> tuple[Any, list[str]]:
    """The elements, the arrows, and what nothing is mapped to."""
    tall = max(len(drawn.domain), len(drawn.codomain))
    if tall > _MOST:
        return _graph(drawn, ax)
    made, (axes,) = panels(ax, [4.6], 0.8 + 0.24 * tall)
    places = [[(count - 1) / 2 - k for k in range(count)] for count in (len(drawn.domain), len(drawn.codomain))]
    reached = set(drawn.values)
    for k, j in enumerate(drawn.values):
        marked = k in drawn.marked
        look = {"color": LEVEL if marked else _CALM, "lw": 1.8 if marked else 0.9, "shrinkA": 5, "shrinkB": 5}
        axes.annotate("", (1, places[1][j]), (0, places[0][k]), arrowprops={"arrowstyle": "-|>", **look}, zorder=3 if marked else 2)
    for column, (names, heights) in enumerate(zip((drawn.domain, drawn.codomain), places, strict=True)):
        for k, (name, height) in enumerate(zip(names, heights, strict=True)):
            alone = column == 1 and k not in reached
            axes.plot([column], [height], "X" if alone else "o", color=LEVEL if alone else _DOT, ms=8 if alone else 5, zorder=4)
            side, shift = ("right", -0.05) if column == 0 else ("left", 0.05)
            axes.text(column + shift, height, name, ha=side, va="center", fontsize=8)
    axes.set(xlim=(-0.6, 1.6), ylim=(-tall / 2 - 0.2, tall / 2 + 0.2))
    axes.axis("off")
    missed = len(drawn.codomain) - len(reached)
    return made, [f"A cross is an element that is not a value; there {'is' if missed == 1 else 'are'} {missed}."] if missed else []


def _graph(drawn: Arrows, ax: Any) -> tuple[Any, list[str]]:
    made, (axes,) = panels(ax, [6.0], 3.4)
    shown = drawn.values[:_MOST_POINTS]
    axes.plot(range(len(shown)), shown, ".", color=_DOT, ms=3)
    for k in sorted(drawn.marked):
        axes.plot([k], [drawn.values[k]], "o", color=LEVEL, ms=7, mfc="none", mew=1.6)
    axes.set(xlabel="number of the element", ylabel="number of its value")
    told = [f"The elements are numbered in the order of the sets: {len(drawn.domain)} and {len(drawn.codomain)} of them."]
    return made, [*told, *([f"The first {_MOST_POINTS} are drawn."] if len(drawn.values) > _MOST_POINTS else [])]
