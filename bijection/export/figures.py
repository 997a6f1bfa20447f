"""Figures of verdicts, pairs, fibres and networks: what is drawn, and the words below it. The drawing is in the files figures_*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

from bijection.degrees import Degree
from bijection.errors import NotSupported
from bijection.fibres import Fibre, Piece, preimages
from bijection.local_fibres import LocalFibre
from bijection.pixels import shape
from bijection.shown import Arrows
from bijection.verdict import Escape, Missed, Pair, Proved, Refuted, Unknown
from bijection.words import count, domain, function, greys, inputs, kind, not_shown, number, point, power, statement
from proofs.compose import prefix
from proofs.domains import Domain, Labels, Point, Reals
from proofs.errors import Malformed, well_formed
from proofs.exact import vector
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Network, Table
from proofs.statements import FibreIs, Injective, Reached, Surjective

_POINTS, _IMAGES = 12, 5  # along a local fibre
_SHAPES = "the shape {} of an image; say rows, columns, or with 1 or 3 colours before or after them"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure shows: the function on the domain, inputs with their names, and the pieces of a fibre."""

    f: Function
    on: Domain
    title: str
    caption: tuple[str, ...]
    marked: tuple[tuple[str, Point], ...] = ()  # two of them have the same output
    value: Point | None = None  # that output, or one that is missed
    missed: bool = False
    pieces: tuple[Piece, ...] | None = None
    others: tuple[Point, ...] | None = None  # more inputs with that output, of a local fibre
    examples: tuple[tuple[str, Point], ...] = ()  # inputs that show that values are reached
    turns: bool = False  # an input with an output of some other input is there, but not known
    image: tuple[int, ...] | None = None  # rows and columns of an input that is an image, colours before or after them

    @property
    def network(self) -> Network:
        """The network that is drawn."""
        f = self.f.network if isinstance(self.f, Binary32) else self.f
        assert isinstance(f, Network), "tables are drawn otherwise"
        return f

    @property
    def named(self) -> list[tuple[str, Point]]:
        """The inputs that are shown by name, in a picture of few inputs."""
        return [*self.marked, *((name.removeprefix("label "), x) for name, x in self.examples)]

    @property
    def greys(self) -> tuple[Fraction, Fraction]:
        """The values of an empty and of a full pixel."""
        points = (
            [x for _, x in (*self.marked, *self.examples)] + [x for p in self.pieces or () for x in p.corners] + list(self.others or ())
        )
        return greys(self.on) or (min(t for x in points for t in x), max(t for x in points for t in x))


def plot(
    thing: Any,
    ax: Any = None,
    path: str | Path | None = None,
    on: Domain | None = None,
    image: Sequence[int] | None = None,
    title: str | None = None,
) -> Any:
    """Draw a verdict, a pair, a fibre or a function (on the domain); the figure. See Shown.plot."""
    try:
        from bijection.export import canvas
        from bijection.export.figures_maps import arrows
    except ModuleNotFoundError:
        raise NotSupported("a figure needs matplotlib: pip install 'bijection-nn[plot]'") from None
    caption: tuple[str, ...] = ()
    if isinstance(thing, Arrows):
        name, draw = thing.title, partial(arrows, thing)
    else:
        subject = _subject(thing, on)
        subject = replace(subject, image=_image(subject.f.arity, image))
        name, caption, draw = title or subject.title, subject.caption, partial(_draw, subject)
    with canvas.style():
        made, more = draw(ax)
        if ax is None:
            canvas.describe(made, name, (*caption, *more))
            canvas.shifts(made)
        else:
            ax.set_title(name, fontsize=8, wrap=True)
    if path is not None:
        canvas.save(made, path)
    return made


def _image(n: int, given: Sequence[int] | None) -> tuple[int, ...] | None:
    """How n numbers are an image: as is said, else square and grey, or square with three colours, one after the other."""
    if given is None:
        found = shape(n)
        return None if found is None else (found[1], found[1]) if found[0] == 1 else (found[0], found[1], found[1])
    sides = tuple(map(int, given))
    well_formed(len(sides) == 2 or (len(sides) == 3 and {sides[0], sides[2]} & {1, 3} != set()), _SHAPES, sides)
    well_formed(prod(sides) == n, f"an image of the shape {{}} has {prod(sides)} numbers; the network has {n} inputs", sides)
    return sides


def _draw(subject: Subject, ax: Any) -> tuple[Any, list[str]]:
    """The figure, and what else is to be said below it."""
    from bijection.export import figures_fibres, figures_images, figures_labels, figures_line, figures_plane

    n = subject.f.arity
    images = subject.image is not None
    fibre = subject.pieces is not None or subject.others is not None
    if fibre and images:
        return figures_fibres.gallery(subject, ax)
    if n == 1:
        return figures_line.line(subject, ax)
    if n == 2:
        return figures_plane.plane(subject, ax)
    if fibre:
        return figures_fibres.parallel(subject, ax)
    if len(subject.marked) == 2:
        return figures_images.images(subject, ax) if images else figures_images.profile(subject, ax)
    if subject.examples:
        return figures_labels.examples(subject, ax)
    if subject.marked:
        return figures_labels.single(subject, ax)
    if subject.missed:
        return figures_labels.missed(subject, ax)
    raise NotSupported(
        f"no figure for {n} inputs without a pair; drawn are pairs, fibres, inputs for labels, missed outputs, and networks on one or two "
        "inputs"
    )


def _subject(thing: Any, on: Domain | None) -> Subject:
    match thing:
        case Proved(statement=FibreIs() as goal):
            return _of_fibre(goal.f, goal.on, goal.value, tuple(map(Piece, goal.pieces)), True)
        case Proved() | Refuted() | Unknown():
            return _of_verdict(thing)
        case Pair(f, x, y, value):
            title = f"Two inputs with the same output of {function(f)}"
            return Subject(f, on or _whole(f), title, _pair(thing), (("x", x), ("y", y)), value)
        case Fibre():
            return _of_fibre(thing.f, thing.on, thing.value, thing.pieces, thing.complete)
        case LocalFibre():
            return _of_local_fibre(thing)
        case Subject():
            return thing
        case Degree():
            return _of_degree(thing)
        case Network() | Binary32() | Table():
            return Subject(thing, on or _whole(thing), _capital(function(thing)), ())
        case Missed() | Escape():
            raise Malformed("a value alone is no figure; plot the verdict that it belongs to")
        case _:
            raise Malformed(
                f"{type(thing).__name__} has no figure; plot a verdict, a pair, a fibre, a degree, labels, a finite map or a network"
            )


def _whole(f: Function) -> Domain:
    return Labels(len(f.values)) if isinstance(f, Table) else Reals(f.arity)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if not text.startswith("f:") else text


def _of_verdict(verdict: Any) -> Subject:
    asked = verdict.statement
    f, on = (asked.statement if hasattr(asked, "statement") else asked).f, inputs(asked)
    title = f"{kind(verdict).capitalize()}: {statement(asked)}"
    because = f"Reason: {verdict.because}."
    match verdict.counterexample:
        case Pair(_, x, y, value) as pair:
            return Subject(f, on, title, (because, *_pair(pair)), (("x", x), ("y", y)), value)
        case Missed(value):
            return Subject(f, on, title, (because, f"No input has the output {point(value)}."), (), value, missed=True)
        case Escape(x):
            return Subject(f, on, title, (because, f"The output at x {_equals(point(x))} lies outside the codomain."), (("x", x),))
        case _:
            pass
    if isinstance(verdict, Refuted):
        return Subject(f, on, title, (because, *filter(None, (not_shown(verdict),))), turns=isinstance(asked, Injective))
    reached = verdict.inputs if isinstance(verdict, Proved) else ()
    names = [f"label {k}" for k in range(len(reached))] if isinstance(asked, Surjective) else ["x"]
    examples = tuple(zip(names, reached, strict=False)) if isinstance(asked, Reached | Surjective) else ()
    where = () if len(examples) != 1 else (f"x {_equals(point(examples[0][1]))}.",)
    return Subject(f, on, title, (because, *where), examples=examples)


def _pair(pair: Pair) -> tuple[str, ...]:
    """The pair in exact numbers, or by what differs."""
    apart = sum(a != b for a, b in zip(pair.x, pair.y, strict=True))
    where = f"x {_equals(point(pair.x))}, y {_equals(point(pair.y))}."
    if len(pair.x) > 8:
        where = f"x and y differ in {apart} of {len(pair.x)} coordinates, max |x − y| {_equals(number(pair.distance))}."
    if pair.value is None:
        return (where, "They agree inside the network already, before its part without rational values.")
    return (where, f"Exactly: f(x) = f(y) {_equals(point(pair.value, 12))}.")


def _equals(text: str) -> str:
    return text if text.startswith("≈") else f"= {text}"


def _of_fibre(f: Function, on: Domain, value: Point, pieces: Sequence[Piece], complete: bool) -> Subject:
    title = f"All inputs with the output {point(value)}" if complete else f"Inputs with the output {point(value)}"
    counts: dict[int, int] = {}
    for piece in pieces:
        counts[piece.dimension] = counts.get(piece.dimension, 0) + 1
    found = ", ".join(f"{count} of dimension {d}" for d, count in sorted(counts.items())) or "none"
    shown = "proved to be all" if complete else "there may be others"
    caption = (f"{function(f)} on {domain(on)}; polytopes of inputs: {found}; {shown}.",)
    return Subject(f, on, title, caption, (), value, pieces=tuple(pieces))


def _of_degree(found: Degree) -> Subject:
    """The regular value and all its preimages."""
    title = f"Degree {'unknown' if found.number is None else found.number} of {function(found.f)}"
    pieces = tuple(Piece(((*as_one.numerators, as_one.denominator),)) for as_one in map(vector, found.preimages))
    told = [f"Reason: {found.because}."]
    if found.value is not None:
        signs = Counter(found.preimages.values())
        told.append(f"The output {point(found.value)} is taken {signs[1]} times with the sign + and {signs[-1]} times with the sign −.")
    return Subject(found.f, Reals(found.f.arity), title, tuple(told), (), found.value, pieces=pieces)


def _of_local_fibre(fibre: LocalFibre) -> Subject:
    """Points along it; on one or two inputs the whole of it, as a polytope."""
    f, title = fibre.f, f"Inputs around x with the output of x, of {function(fibre.f)}"
    size = "of unknown dimension" if fibre.dimension is None else f"of dimension {fibre.dimension}"
    equations = count(len(fibre.rows), "equation")
    caption = [f"In its linear region x shares its output with a polytope {size} in ℝ{power(f.arity)} ({equations})."]
    g, value = f, None
    if fibre.cut == len(f.nodes):
        value = f(fibre.x)
        caption.append(f"Exactly: the output of all is {point(value, 12)}.")
    else:
        g = prefix(f, fibre.cut)
        caption.append(f"They agree after {fibre.cut} of its {len(f.nodes)} operations, before its part without rational values.")
    if f.arity <= 2:
        rays = {ray for piece in preimages(g, g(fibre.x), fibre.polytope) for ray in piece.rays}  # it is convex: one piece
        return Subject(g, fibre.on, title, tuple(caption), (("x", fibre.x),), g(fibre.x), pieces=(Piece(tuple(sorted(rays))),))
    return Subject(
        f, fibre.on, title, tuple(caption), (("x", fibre.x),), value, others=fibre.points(_POINTS if shape(f.arity) is None else _IMAGES)
    )
