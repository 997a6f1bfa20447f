"""`bijection info MODEL` and `bijection labels MODEL`: what a model is, which labels it gives."""

from __future__ import annotations

import json

import click

from bijection.commands.shared import read
from bijection.progress import progress


@click.command()
@click.argument("model")
@click.option("--readout", type=click.Choice(["logits", "label", "softmax"]), help="How the output of a classifier is read.")
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
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for all labels together.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, label by label, and nothing else.")
def labels(model: str, on: str | None, within: float, seed: int, as_json: bool) -> int:
    """Say for each label of a classifier whether some input has it: exit 0 all reached, 1 some never, 3 some unknown."""
    from bijection.questions import reached_labels, whole
    from bijection.report import rationals, to_json
    from bijection.verdict import Proved, Refuted, Unknown
    from bijection.words import point
    from bijection.written import domain as on_from

    _, f = read(model, "label")
    with progress() as report:
        found = reached_labels(f, whole(f) if on is None else on_from(on, f), within=within, seed=seed, progress=report)
    inputs = {label: verdict.inputs[0] for label, verdict in found.items() if isinstance(verdict, Proved)}
    if as_json:
        shown = {label: rationals(x) for label, x in inputs.items()}
        click.echo(json.dumps({str(label): {**to_json(found[label]), "input": shown.get(label)} for label in found}))
    else:
        words = {Proved: "reached", Refuted: "never reached", Unknown: "unknown"}
        for label, verdict in found.items():
            where = f", at {point(inputs[label])}" if label in inputs else ""
            click.echo(f"label {label}: {words[type(verdict)]} ({verdict.because}){where}")
    kinds = [type(verdict) for verdict in found.values()]
    return 1 if Refuted in kinds else 3 if Unknown in kinds else 0
