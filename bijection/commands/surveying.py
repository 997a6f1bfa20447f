"""`bijection report MODEL`: the questions about a model side by side, because the answers differ."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from bijection.commands.shared import read
from bijection.progress import progress


@click.command()
@click.argument("model")
@click.option("--on", default="reals", metavar="DOMAIN", help="The inputs that count: reals, with 8-bit inputs in [0, 1], or box:LO,HI.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for each question.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, question by question, and nothing else.")
@click.option("--save", "folder", metavar="DIR", help="Save each verdict in a folder of its own below DIR.")
@click.pass_obj
def report(arguments: list[str], /, model: str, on: str, within: float, seed: int, as_json: bool, folder: str | None) -> int:
    """Ask of MODEL what can be asked: over the reals, in binary32 arithmetic, on 8-bit inputs, for its labels. Exit 0 if all was asked."""
    from bijection.evidence import may_write, save
    from bijection.survey import survey, table, to_json, verdicts
    from bijection.verdict import Unknown
    from bijection.written import domain

    if not 0 < within < float("inf"):
        raise click.UsageError(f"--within {within:g}; a positive number of seconds is needed")
    if folder is not None:
        may_write(folder)
    file, f = read(model, None)
    with progress() as watch:
        lines = survey(f, domain(on, f), within=within, seed=seed, progress=watch)
    click.echo(json.dumps({line.about: to_json(line) for line in lines}) if as_json else table(lines))
    if folder is not None:
        command = shlex.join(["bijection", *arguments])
        for name, verdict in verdicts(lines):
            save(verdict, Path(folder) / name, command=command, model_file=file, seed=seed)
        click.echo(f"saved below {folder}", err=as_json)
    return 3 if any(isinstance(line.answer, Unknown) for line in lines) else 0
