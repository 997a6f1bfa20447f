"""Networks on two inputs: their linear regions, coloured by the sign of the determinant, folds, pairs, fibres, images of the regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from bijection.errors import NotSupported
from bijection.exact.floating import approximate
from bijection.export.canvas import mark, panels, patch
from bijection.export.flat import Flat, around, flats, folds, window
from bijection.fibres import Piece, preimages
from bijection.words import domain
from proofs.domains import Box, Domain, Finite, Grid, Point, Polytope, Reals
from proofs.network import Network

if TYPE_CHECKING:
    from bijection.export.figures import Subject

# What a region may be, as legends and captions say it
_LOOK: dict[str, dict[str, Any]] = {
    "determinant > 0": {"facecolor": "#b3cde3"},
    "determinant < 0": {"facecolor": "#fdd0a2"},
    "flat (inputs merge)": {"facecolor": "#e3e3e3", "hatch": "////"},
    "one-to-one": {"facecolor": "#ccebc5"},
    "": {"facecolor": "#f4f4f4"},
}
_EDGE = "#8a8a8a"
_FOLD = {"color": "#7a0177", "lw": 1.8}
MARKERS = {"x": ("o", "#08519c"), "y": ("s", "#a63603")}
_FIBRE = "#d7301f"
_MOST_POINTS = 2500
_FIBRE_SECONDS = 5.0


def plane(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The regions on the left; where there are two outputs, their images on the right."""
    f = subject.network
    points = [x for _, x in subject.marked] or [x for p in subject.pieces or () for x in p.corners]
    frame = window(f, subject.on, points)
    try:
        regions, told = flats(f, frame), [f"Drawn: {domain(frame)}."]
    except NotSupported as why:
        regions, told = [], [f"Drawn: {domain(frame)}, without linear regions: {why}."]
    made, axes = panels(ax, [4.3, 4.3] if f.width == 2 and regions else [4.6], 4.3)
    names = _regions(axes[0], regions, f)
    creases = folds(regions)
    _segments(axes[0], creases, **_FOLD)
    handles = [patch(name, edgecolor=_EDGE, **_LOOK[name]) for name in names if name]
    handles += [mark("fold", **_FOLD)] if creases else []
    pieces = subject.pieces if subject.pieces is not None else _through(subject, f, frame)
    if pieces:
        reach = _reach(axes[0], frame)
        for piece in pieces:
            _piece(axes[0], piece, reach)
        handles.append(mark("inputs with this output", color=_FIBRE, marker="o", ms=3, lw=1.6))
    _lattice(axes[0], subject.on)
    _marks(axes[0], subject.marked)
    _fit(axes[0], frame, "x₀", "x₁")
    axes[0].set_title("inputs")
    if len(axes) == 2:
        _images(axes[1], regions, creases, subject)
    _legend(axes[0], handles)
    return made, told + _counts(names, creases)


def _legend(axes: Any, handles: Sequence[Any]) -> None:
    if handles:
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, borderaxespad=0)


def _counts(names: Counter[str], creases: Sequence[Any]) -> list[str]:
    total = names.total()
    if not total:
        return []
    parts = [f"{count} with {name}" if name.startswith("determinant") else f"{count} {name}" for name, count in names.items() if name]
    text = f"{total} linear region{'' if total == 1 else 's'}" + (f": {', '.join(parts)}" if parts else "")
    if not creases:
        return [f"{text}."]
    return [f"{text}; {len(creases)} of their edges {'is a fold' if len(creases) == 1 else 'are folds'}, where the sign changes."]


def _sort(region: Flat, f: Network) -> str:
    if f.width < f.arity:
        return ""  # all are flat
    if region.rank < f.arity:
        return "flat (inputs merge)"
    if f.width == f.arity:
        return "determinant > 0" if region.sign > 0 else "determinant < 0"
    return "one-to-one"


def _regions(axes: Any, regions: Sequence[Flat], f: Network) -> Counter[str]:
    """Fill the regions; how many there are of each sort."""
    found: Counter[str] = Counter()
    for region in regions:
        sort = _sort(region, f)
        found[sort] += 1
        axes.fill(*xy(region.corners), edgecolor=_EDGE, lw=0.6, zorder=1, **_LOOK[sort])
    return found


def _images(axes: Any, regions: Sequence[Flat], creases: Sequence[tuple[Point, Point]], subject: Subject) -> None:
    """The images of the regions, one over the other; what is covered twice is darker."""
    value_at = {x: y for region in regions for x, y in zip(region.corners, region.images, strict=True)}
    for region in regions:
        corners = around(region.images)
        colour = _LOOK[_sort(region, subject.network)]["facecolor"]
        if region.rank == 2:
            axes.fill(*xy(corners), facecolor=colour, edgecolor=_EDGE, lw=0.6, alpha=0.55, zorder=1)
        else:
            axes.plot(*xy(corners), color="0.35", lw=1.4, marker="." if len(corners) == 1 else "", zorder=2)
    _segments(axes, [(value_at[a], value_at[b]) for a, b in creases], **_FOLD)
    if subject.value is not None:
        text = "missed" if subject.missed else "f(x) = f(y)" if len(subject.marked) == 2 else "this output"
        at = list(map(approximate, subject.value))
        axes.plot(*[[t] for t in at], "X" if subject.missed else "*", color=_FIBRE, ms=10, mec="white", mew=0.6, zorder=6)
        label(axes, text, at, _FIBRE)
    elif len(subject.marked) == 1:
        _marks(axes, [("f(x)", subject.f(subject.marked[0][1]))])
    axes.margins(0.08)
    if 1 / 3 < axes.get_data_ratio() < 3:
        axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="f₀", ylabel="f₁", title="their images")


def _through(subject: Subject, f: Network, frame: Box | Polytope) -> Sequence[Piece]:
    """All inputs of the window with the output of the pair; none where that cannot be found quickly."""
    if subject.value is None or subject.missed or subject.f is not f or not isinstance(subject.on, Reals | Box | Polytope):
        return ()
    return [p for p in preimages(f, subject.value, frame, within=_FIBRE_SECONDS) if p.dimension > 0]


def _reach(axes: Any, frame: Box | Polytope) -> Fraction:
    """A length that leaves the window from everywhere in it."""
    if isinstance(frame, Box):
        return 4 * sum((b - a for a, b in zip(frame.lower, frame.upper, strict=True)), Fraction(0))
    (a, b), (c, d) = axes.get_xlim(), axes.get_ylim()
    return 4 * Fraction((b - a) + (d - c))


def _piece(axes: Any, piece: Piece, reach: Fraction) -> None:
    """A point, a segment or a polygon of inputs with one output; what has no end goes out of the window."""
    far = []
    for corner, direction in product(piece.corners, piece.directions):
        length = max(map(abs, direction))
        far.append(tuple(t + reach * r / length for t, r in zip(corner, direction, strict=True)))
    corners = around([*piece.corners, *far])
    if len(corners) == 1:
        axes.plot(*xy(corners), "o", color=_FIBRE, ms=5, mec="white", mew=0.6, zorder=4)
    elif len(corners) == 2:
        axes.plot(*xy(corners), color=_FIBRE, lw=1.6, zorder=4, solid_capstyle="round")
    else:
        axes.fill(*xy(corners), facecolor=_FIBRE, alpha=0.35, edgecolor=_FIBRE, lw=1.2, zorder=3)


def _lattice(axes: Any, on: Domain) -> None:
    """The points of a domain that consists of few."""
    listed: Sequence[Point] = ()
    if isinstance(on, Finite):
        listed = on.points[:_MOST_POINTS]
    elif isinstance(on, Grid) and on.counts()[0] * on.counts()[1] <= _MOST_POINTS:
        sides = [[a + k * s for k in range(c)] for a, s, c in zip(on.lower, on.step, on.counts(), strict=True)]
        listed = list(product(*sides))
    if listed:
        axes.plot(*xy(listed), ".", color="0.3", ms=3, zorder=3)


def _marks(axes: Any, marked: Sequence[tuple[str, Point]]) -> None:
    """The named points, joined if there are two."""
    places = [list(map(approximate, x)) for _, x in marked]
    if len(places) == 2:
        axes.plot(*zip(*places, strict=True), ls="--", color="0.15", lw=1, zorder=5)
    middle = [sum(side) / max(1, len(places)) for side in zip(*places, strict=True)]
    for (name, _), at in zip(marked, places, strict=True):
        marker, colour = MARKERS.get(name, ("o", "#08519c"))
        axes.plot([at[0]], [at[1]], marker, color=colour, ms=7, mec="white", mew=0.8, zorder=6, clip_on=False)
        label(axes, name, at, colour, middle if len(places) == 2 else None)


def label(axes: Any, text: str, at: Sequence[float], colour: str, away: Sequence[float] | None = None) -> None:
    """A name beside a point, on the side that looks away from the other point, on a white ground."""
    right = away is None or at[0] >= away[0]
    up = away is None or at[1] >= away[1]
    look = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8}
    axes.annotate(
        text,
        at,
        xytext=(7 if right else -7, 7 if up else -7),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if up else "top",
        color=colour,
        fontweight="bold",
        bbox=look,
        zorder=7,
        annotation_clip=False,
    )


def _segments(axes: Any, edges: Sequence[tuple[Point, Point]], **look: Any) -> None:
    for edge in edges:
        axes.plot(*xy(edge), zorder=3, solid_capstyle="round", **look)


def xy(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    """The first coordinates and the second ones."""
    return [approximate(x[0]) for x in points], [approximate(x[1]) for x in points]


def _fit(axes: Any, frame: Box | Polytope, across: str, up: str) -> None:
    if isinstance(frame, Box):
        (a, c), (b, d) = (list(map(approximate, end)) for end in (frame.lower, frame.upper))
        axes.set(xlim=(a, b), ylim=(c, d))
        if 1 / 3 < (d - c) / (b - a) < 3:
            axes.set_aspect("equal")
    else:
        axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel=across, ylabel=up)
