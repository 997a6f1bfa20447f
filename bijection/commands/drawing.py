"""`bijection plot`: figures of saved verdicts, of networks on one or two inputs, and of fibres."""

from __future__ import annotations

from pathlib import Path

import click

from bijection.commands.shared import read


@click.command()
@click.argument("source")
@click.option("--output", "output", required=True, metavar="FIGURE", help="The file to write: .svg, .pdf or .png.")
@click.option("--on", "on", metavar="DOMAIN", help="For a model: the inputs that count; default: reals.")
@click.option("--of", "of", metavar="VALUE", help="For a model: draw all inputs with this output, NUMBER,NUMBER,… or @FILE.")
@click.option("--like", "like", metavar="INPUT", help="For a model: draw all inputs with the output of this one, in the same forms.")
@click.option("--image", "image", metavar="SHAPE", help="Of inputs that are images, where not square: 8,16 or 32,32,3 (colours last).")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for --of and --like.")
def plot(source: str, output: str, on: str | None, of: str | None, like: str | None, image: str | None, within: float) -> int:
    """Draw SOURCE, a folder that `decide --save` has written or a model, with matplotlib (extra `plot`).

    A verdict shows its pair: images side by side with their difference and outputs; on two inputs the linear regions, folds and images
    of the regions; on one input the graph. A model shows the same without a pair, or the inputs with one output.
    """
    from bijection.evidence import read as saved
    from bijection.export.figures import plot as draw
    from bijection.questions import preimages, whole
    from bijection.written import domain as on_from
    from bijection.written import given

    if of is not None and like is not None:
        raise click.UsageError("choose one of --of, an output, and --like, an input with the output that is meant")
    try:
        sides = None if image is None else [int(side) for side in image.split(",")]
    except ValueError:
        raise click.UsageError(f"--image {image}: whole numbers parted by commas, as 8,16 or 3,32,32") from None
    if Path(source).is_dir():
        named = [name for name, option in (("--on", on), ("--of", of), ("--like", like)) if option is not None]
        if named:
            raise click.UsageError(f"{named[0]} belongs to a model; {source} holds a verdict, whose question is known")
        draw(saved(source), path=output, image=sides)  # the kernel checks it again
        return 0
    _, f = read(source, None)
    where = whole(f) if on is None else on_from(on, f)
    if of is None and like is None:
        draw(f, path=output, on=where)
        return 0
    value = given(of, "output", f.width) if of is not None else f(given(like or "", "input", f.arity))
    draw(preimages(f, value, where, within=within), path=output, image=sides)
    return 0
