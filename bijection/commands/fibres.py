"""`preimages`: all inputs with one output; `image`: all outputs; `degree`: how often almost every output is taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from bijection.commands.shared import read
from bijection.progress import progress

if TYPE_CHECKING:
    from bijection.fibres import Piece

_SHOWN = 12  # pieces


@click.command()
@click.argument("model")
@click.option("--of", "of", metavar="VALUE", help="The output, as NUMBER,NUMBER,… or @FILE (a JSON list of numbers or a .npy array).")
@click.option("--like", "like", metavar="INPUT", help="Or an input whose output is meant, in the same forms.")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count, ℝⁿ, a box or a polytope; default: reals.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for the search.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--save", "save", metavar="DIR", help="Save the proof that these are all, to be checked again.")
def preimages(model: str, of: str | None, like: str | None, on: str | None, within: float, as_json: bool, save: str | None) -> int:
    """List the polytopes of all inputs where MODEL has one output: exit 0 if they are shown to be all, 3 if that is not known."""
    from bijection.questions import preimages as ask
    from bijection.questions import whole
    from bijection.report import rationals
    from bijection.words import point as in_words
    from bijection.written import domain as on_from
    from bijection.written import given

    if (of is None) == (like is None):
        raise click.UsageError("choose one of --of, an output, and --like, an input with the output that is meant")
    _, f = read(model, None)
    value = None if of is None else given(of, "output", f.width)
    known = None if like is None else given(like, "input", f.arity)
    with progress() as report:
        found = ask(f, value, whole(f) if on is None else on_from(on, f), like=known, within=within, progress=report)
    if save is not None and found.verdict is not None:
        found.verdict.save(save)
    if as_json:
        shown = {"value": rationals(found.value), "complete": found.complete, "because": found.because, "seconds": found.seconds}
        click.echo(json.dumps({**shown, "pieces": [_as_json(p) for p in found]}))
        return 0 if found.complete else 3
    kinds = ", ".join(f"{count} of dimension {d}" for d, count in found.dimensions.items()) or "none"
    known_of = "" if found.complete or not len(found) else "at least "
    missing = "" if found.complete or len(found) else " was written down"
    click.echo(f"preimages of {in_words(found.value)}: {known_of}{kinds}{missing} ({found.because})")
    _listed(found.pieces)
    return 0 if found.complete else 3


@click.command()
@click.argument("model")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count, ℝⁿ, a box or a polytope; default: reals.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def image(model: str, on: str | None, within: float, as_json: bool) -> int:
    """List the polytopes of all outputs of MODEL on the domain: exit 0, or 3 if it has too many linear regions.

    Whether it is a bijection from the domain onto this image: `bijection decide MODEL --bijective --on DOMAIN --onto image`.
    """
    from bijection.errors import NotSupported
    from bijection.questions import image as ask
    from bijection.questions import whole
    from bijection.words import domain as in_words
    from bijection.written import domain as on_from

    _, f = read(model, None)
    where = whole(f) if on is None else on_from(on, f)
    try:
        with progress() as report:
            found = ask(f, where, within=within, progress=report)
    except NotSupported as why:
        click.echo(json.dumps({"pieces": None, "because": str(why)}) if as_json else f"the image is not listed: {why}")
        return 3
    if as_json:
        click.echo(json.dumps({"regions": found.regions, "seconds": found.seconds, "pieces": [_as_json(p) for p in found]}))
        return 0
    kinds = ", ".join(f"{count} of dimension {d}" for d, count in found.dimensions.items()) or "none"
    click.echo(f"the image of {in_words(where)}: {kinds} (of {found.regions} linear regions)")
    _listed(found.pieces)
    return 0


def _as_json(p: Piece) -> dict[str, Any]:
    from bijection.report import rationals

    return {"dimension": p.dimension, "corners": [rationals(x) for x in p.corners], "directions": [rationals(r) for r in p.directions]}


def _listed(pieces: Sequence[Piece]) -> None:
    """Print the first ones, a line each."""
    from bijection.words import point as in_words

    for piece in pieces[:_SHOWN]:
        ends = ", ".join(map(in_words, piece.corners[:4])) + (", …" if len(piece.corners) > 4 else "")
        along = f"; without end along {', '.join(map(in_words, piece.directions[:4]))}" if piece.directions else ""
        click.echo(f"  dimension {piece.dimension}: {ends}{along}")
    if len(pieces) > _SHOWN:
        click.echo(f"  … and {len(pieces) - _SHOWN} more; --json lists all")


@click.command()
@click.argument("model")
@click.option("--at", "at", metavar="INPUT", required=True, help="The input: @FILE, example:K, or NUMBER,NUMBER,…")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count, ℝⁿ or a box; default: reals.")
@click.option("--points", type=click.IntRange(0), default=3, show_default=True, metavar="N", help="Points of it to show.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the walk on which the points are found.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with the points, and nothing else.")
@click.option("--plot", "figure", metavar="FIGURE", help="Draw it too: .svg, .pdf or .png (extra `plot`).")
def fibre(model: str, at: str, on: str | None, points: int, seed: int, as_json: bool, figure: str | None) -> int:
    """Say what shares the output of an input within its linear region: the dimension, and points, each checked by the kernel."""
    from bijection.questions import local_fibre, whole
    from bijection.report import rationals
    from bijection.written import domain as on_from
    from bijection.written import given

    _, f = read(model, None)
    x = given(at, "input", f.arity)
    found = local_fibre(f, x, whole(f) if on is None else on_from(on, f))
    shown = found.points(points, seed)
    if figure is not None:
        found.plot(path=figure)
    if as_json:
        click.echo(json.dumps({"dimension": found.dimension, "equations": len(found.rows), "points": [rationals(p) for p in shown]}))
        return 0
    size = "unknown" if found.dimension is None else str(found.dimension)
    click.echo(f"local fibre of dimension {size} in dimension {f.arity} ({len(found.rows)} equations)")
    for p in shown:
        moved = [abs(s - t) for s, t in zip(p, x, strict=True) if s != t]
        click.echo(f"  a point with the same output: {len(moved)} coordinates moved, by at most {float(max(moved)):.4g}")
    return 0


@click.command()
@click.argument("model")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for the search.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def degree(model: str, within: float, as_json: bool) -> int:
    """The degree of a map ℝⁿ → ℝⁿ, by a regular output and all its inputs with their signs: exit 0, or 3 if it is not known."""
    from bijection.questions import degree as ask
    from bijection.report import rationals
    from bijection.words import point as in_words

    _, f = read(model, None)
    with progress() as report:
        found = ask(f, within=within, progress=report)
    if as_json:
        inputs = [{"x": rationals(x), "sign": sign} for x, sign in found.preimages.items()]
        value = None if found.value is None else rationals(found.value)
        shown = {"degree": found.number, "value": value, "preimages": inputs, "signs": sorted(found.signs)}
        click.echo(json.dumps({**shown, "because": found.because, "seconds": found.seconds}))
    elif found.number is None:
        click.echo(f"degree unknown ({found.because})")
    else:
        click.echo(f"degree {found.number} ({found.because})")
        assert found.value is not None
        click.echo(f"  the value {in_words(found.value)} is taken at")
        for x, sign in list(found.preimages.items())[:_SHOWN]:
            click.echo(f"  {'+' if sign > 0 else '−'} {in_words(x)}")
        if len(found.preimages) > _SHOWN:
            click.echo(f"  … and {len(found.preimages) - _SHOWN} more; --json lists all")
    return 3 if found.number is None else 0
