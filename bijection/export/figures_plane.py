"""Networks on two inputs: their linear regions, coloured by the sign of the determinant, folds, pairs, fibres, images of the regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

from bijection.errors import NotSupported
from bijection.exact.floating import approximate
from bijection.export.canvas import mark, panels, patch, surface
from bijection.export.figures_marks import EQUAL, FOLD, LEVEL, LOOK, fit, label, lattice, legend, marks, output, outputs, xy
from bijection.export.flat import Flat, around, before_label, flats, folds, window
from bijection.fibres import Piece, preimages
from bijection.words import domain
from proofs.domains import Box, Domain, Point, Polytope, Reals
from proofs.network import Network

if TYPE_CHECKING:
    from bijection.export.figures import Subject

_EDGE = "#8a8a8a"
_FIBRE_SECONDS = 5.0
_LEVELS = 12


def plane(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The regions on the left; on the right their images, where there are two or three outputs."""
    from bijection.export import figures_floats, figures_labels

    f = subject.network
    logits = before_label(f)
    points = [x for _, x in subject.marked] or [x for p in subject.pieces or () for x in p.corners] or [x for _, x in subject.examples]
    frame = window(logits or f, subject.on, points)
    told = [drawn(subject, frame)]
    try:
        regions = flats(logits or f, frame)
        if not regions:
            raise NotSupported("the domain is flat")
    except NotSupported as why:
        made, more = figures_floats.plane(subject, ax, frame)
        return made, [*told, f"Linear regions are not drawn: {why}.", *more]
    if logits is not None:
        made, more = figures_labels.plane(subject, ax, frame, regions)
        return made, told + more
    solid = f.width == 3 and any(region.rank == 2 for region in regions)
    made, axes = panels(ax, [4.3, 4.3] if f.width == 2 or solid else [4.6], 4.3, solid=(1,) if solid else ())
    fit(axes[0], frame)
    names = _regions(axes[0], regions, f)
    creases = folds(regions)
    _segments(axes[0], creases, **FOLD)
    handles = [patch(name, edgecolor=_EDGE, **LOOK[name]) for name in names if name]
    handles += [mark("fold", **FOLD)] if creases else []
    handles += _levels(axes[0], regions) if f.width == 1 else []
    handles += _fibre(axes[0], subject, f, frame)
    lattice(axes[0], subject.on)
    fit(axes[0], frame)
    marks(axes[0], subject.named, joined=not subject.examples)
    axes[0].set_title("inputs")
    if len(axes) == 2:
        (_surface if solid else _images)(axes[1], regions, creases, subject)
    legend(axes[0], handles)
    return made, told + _counts(names, creases, f)


def drawn(subject: Subject, frame: Domain) -> str:
    """Which inputs are drawn."""
    whole = frame == subject.on or not isinstance(subject.on, Box | Polytope)
    exact = "" if isinstance(subject.f, Network) else " The function that is drawn does not round."
    return f"Drawn: {domain(frame)}{'' if whole else ', a part of the domain'}.{exact}"


def _counts(names: Counter[str], creases: Sequence[Any], f: Network) -> list[str]:
    total = names.total()
    parts = [f"{count} with {name}" if name.startswith("determinant") else f"{count} {name}" for name, count in names.items() if name]
    text = f"{total} linear region{'' if total == 1 else 's'}" + (f": {', '.join(parts)}" if parts else "")
    if creases:
        text += f"; {len(creases)} of their edges {'is a fold' if len(creases) == 1 else 'are folds'}, where the sign changes"
    return [f"{text}.", *([f"Their images lie in {domain(Reals(f.width))} and are not drawn."] if f.width > 3 else [])]


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
        axes.fill(*xy(region.corners), edgecolor=_EDGE, lw=0.6, zorder=1, **LOOK[sort])
    return found


def _levels(axes: Any, regions: Sequence[Flat]) -> list[Any]:
    """Lines of equal output, of networks with one: inside of a region they are parallel."""
    heights = {x: approximate(y[0]) for region in regions for x, y in zip(region.corners, region.images, strict=True)}
    number = {x: k for k, x in enumerate(heights)}
    fans = [[number[x] for x in region.corners] for region in regions]
    triangles = [(fan[0], a, b) for fan in fans for a, b in pairwise(fan[1:])]
    if len(set(heights.values())) < 2:
        return []
    lines = axes.tricontour(*xy(list(heights)), triangles, list(heights.values()), levels=_LEVELS, **EQUAL)
    axes.clabel(lines, fontsize=6, inline=True)
    return [mark("equal outputs", color=EQUAL["colors"], lw=0.7)]


def _images(axes: Any, regions: Sequence[Flat], creases: Sequence[tuple[Point, Point]], subject: Subject) -> None:
    """The images of the regions, one over the other; what is covered twice is darker."""
    value_at = {x: y for region in regions for x, y in zip(region.corners, region.images, strict=True)}
    for region in regions:
        corners = around(region.images)
        colour = LOOK[_sort(region, subject.network)]["facecolor"]
        if region.rank == 2:
            axes.fill(*xy(corners), facecolor=colour, edgecolor=_EDGE, lw=0.6, alpha=0.55, zorder=1)
        else:
            axes.plot(*xy(corners), color="0.35", lw=1.4, marker="." if len(corners) == 1 else "", zorder=2)
    _segments(axes, [(value_at[a], value_at[b]) for a, b in creases], **FOLD)
    outputs(axes, "their images", subject.value, subject.missed, len(subject.marked) == 2)
    if subject.value is None and len(subject.marked) == 1:
        label(axes, "f(x)", list(map(approximate, subject.f(subject.marked[0][1]))), LEVEL)


def _surface(axes: Any, regions: Sequence[Flat], _: Sequence[Any], subject: Subject) -> None:
    """The images of the regions in space, seen from one side; lighter is higher."""
    faces = [[tuple(map(approximate, y)) for y in region.images] for region in regions]
    outside = [tuple(map(approximate, y)) for y in [subject.value] if y is not None]
    surface(axes, faces, [sum(y[2] for y in face) / len(face) for face in faces], outside)
    axes.set_title("their images")
    if subject.value is not None:
        output(axes, subject.value, subject.missed, len(subject.marked) == 2)


def _fibre(axes: Any, subject: Subject, f: Network, frame: Box | Polytope) -> Iterator[Any]:
    """The inputs with the output that is spoken of, and what the legend says of them."""
    pieces = subject.pieces if subject.pieces is not None else _through(subject, f, frame)
    if not pieces:
        return
    reach = _reach(axes, frame)
    for piece in pieces:
        _piece(axes, piece, reach)
    yield mark("inputs with this output", color=LEVEL, marker="o", ms=3, lw=1.6)


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
        axes.plot(*xy(corners), "o", color=LEVEL, ms=5, mec="white", mew=0.6, zorder=4)
    elif len(corners) == 2:
        axes.plot(*xy(corners), color=LEVEL, lw=1.6, zorder=4, solid_capstyle="round")
    else:
        axes.fill(*xy(corners), facecolor=LEVEL, alpha=0.35, edgecolor=LEVEL, lw=1.2, zorder=3)


def _segments(axes: Any, edges: Sequence[tuple[Point, Point]], **look: Any) -> None:
    for edge in edges:
        axes.plot(*xy(edge), zorder=3, solid_capstyle="round", **look)
