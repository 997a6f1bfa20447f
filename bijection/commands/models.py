"""`bijection info MODEL` and `bijection labels MODEL`: what a model is, which labels it gives."""

from __future__ import annotations

import json
import shlex
from typing import Any

import click

from bijection.commands.shared import read
from bijection.progress import progress


@click.command()
@click.argument("model")
@click.option("--readout", type=click.Choice(["logits", "label", "argmin", "softmax"]), help="How the output of a classifier is read.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def info(model: str, readout: str | None, as_json: bool) -> int:
    """Say what function MODEL is: inputs, outputs, operations, parameters, digest."""
    from bijection.description import describe, in_lines

    described = describe(read(model, readout)[1])
    click.echo(json.dumps(described) if as_json else "\n".join(in_lines(described)))
    return 0


@click.command()
@click.argument("model")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count; default: reals.")
@click.option(
    "--readout", type=click.Choice(["label", "argmin"]), default="label", show_default=True, help="The largest output, or the smallest."
)
@click.option("--arithmetic", type=click.Choice(["real", "binary32"]), default="real", show_default=True, help="Of which function.")
@click.option(
    "--near", metavar="INPUT", help="Prefer inputs close to this one, in the largest change: @FILE, or example:K, the shipped digit K."
)
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for all labels together.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, label by label, and nothing else.")
@click.option("--save", "folder", metavar="DIR", help="Save the verdict about each label in a folder of its own below DIR.")
@click.option("--plot", "figure", metavar="FIGURE", help="Draw the inputs, where they are images: .svg, .pdf or .png.")
@click.pass_obj
def labels(arguments: list[str], /, model: str, folder: str | None, figure: str | None, as_json: bool, **options: Any) -> int:
    """Say for each label of a classifier whether some input has it: exit 0 all reached, 1 some never, 3 some unknown."""
    from bijection.evidence import may_write
    from bijection.questions import reached_labels, whole
    from bijection.written import domain as on_from
    from bijection.written import point

    if not 0 < options["within"] < float("inf"):
        raise click.UsageError(f"--within {options['within']:g}; a positive number of seconds is needed")
    if folder is not None:
        may_write(folder)  # before the search, not after it
    file, f = read(model, options["readout"], options["arithmetic"])
    on = whole(f) if options["on"] is None else on_from(options["on"], f)
    near = None if options["near"] is None else point(options["near"])
    with progress() as report:
        found = reached_labels(f, on, near=near, within=options["within"], seed=options["seed"], progress=report)
    click.echo(json.dumps(found.to_json()) if as_json else str(found))
    if folder is not None:
        found.save(folder, command=shlex.join(["bijection", *arguments]), model_file=file, seed=options["seed"])
        click.echo(f"saved below {folder}", err=as_json)
    if figure is not None:
        found.plot(path=figure)
        click.echo(f"drawn in {figure}", err=as_json)
    return 1 if found.never else 3 if found.unknown else 0
