"""`bijection prove classifier MODEL`: the argument that a classifier is not invertible, written out for the one that is given."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from bijection.commands.shared import read
from bijection.progress import progress


@click.group()
def prove() -> None:
    """Write a paper about a model, with certificates."""


@prove.command()
@click.argument("model")
@click.option("--on", "on", metavar="DOMAIN", default="box:0,1", show_default=True, help="The inputs that count: a box, reals or a grid.")
@click.option("--levels", type=click.IntRange(2), default=256, show_default=True, help="Values of one input on the grid.")
@click.option("--near", metavar="INPUT", help="Prefer pairs close to this input: @FILE, or example:K, the shipped digit K.")
@click.option("--out", metavar="DIR", help="The folder to write; default: MODEL-invertible in the current folder.")
@click.option(
    "--within", type=click.FloatRange(1), default=120.0, show_default=True, metavar="SECONDS", help="Time allowed for all searches."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answers if time suffices.")
@click.pass_obj
def classifier(
    arguments: list[str], /, model: str, on: str, levels: int, near: str | None, out: str | None, within: float, seed: int
) -> int:
    """Prove that a classifier is not invertible: labels by counting, real outputs by dimension, with explicit pairs; which labels are
    reached; what changes for 8-bit inputs and float outputs. Writes paper.tex, paper.md, paper.pdf (where pdflatex is installed) and
    certificates that `bijection check DIR` checks again. Exit code 0, or 3 if something is not settled."""
    from bijection.export.classifier import Clock, facts, unknown
    from bijection.export.classifier_folder import may_write, write
    from bijection.frontends.exact import exact
    from bijection.questions import grid_of
    from bijection.written import domain, point
    from proofs.errors import well_formed
    from proofs.network import Network

    file, outputs = read(model, "logits")
    _, labels = read(model, "label")
    assert isinstance(outputs, Network)
    assert isinstance(labels, Network)
    well_formed(labels.widths[labels.nodes[-1].inputs[0]] >= 1, "a classifier has at least one label")
    where = domain(on, outputs)
    target = may_write(Path(out) if out is not None else Path(f"{file.stem}-invertible"))
    wanted = None if near is None else tuple(exact(t) for t in point(near))
    with progress() as report:
        found = facts(outputs, labels, where, grid_of(where, levels), Clock(within, seed, report), wanted)
    pdf = write(found, target, command=shlex.join(["bijection", *arguments]), model_file=file, seed=seed)
    open_ones = unknown(found)
    certificates = len(found.verdicts) - len(open_ones)
    click.echo(f"{target}: paper.tex, paper.md{'' if pdf else ', paper.pdf'}, {certificates} certificates")
    if pdf:
        click.echo(f"no PDF: {pdf}", err=True)
    if open_ones:
        click.echo(f"not settled: {', '.join(open_ones)}")
    return 3 if open_ones else 0
