"""`bijection export` and `bijection schema`: verdicts as papers, questions for other tools, the formats of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bijection.commands.shared import asked, one_question, read

_FORMATS = ("latex", "markdown", "bibtex", "smtlib", "vnnlib", "rocq")

_EXPORT = """Write a saved verdict, or a question about a model, in another language; to OUT, or to standard output.

SOURCE is a folder that `decide --save` has written, or a model; for a model the question is named as for `decide`, and only
smtlib and vnnlib can be written, which need no answer.

\b
latex     theorem, lemmas, proof, numbers and references, for plain pdflatex
markdown  the same, with mathematics between dollars
bibtex    what the proof cites, the tool and the model by its digest
smtlib    the question in SMT-LIB 2 (QF_LRA; LRA for being onto), exact rationals
vnnlib    the question in VNN-LIB 2: two equal networks over the reals, with the shapes of the model
rocq      a theorem that Rocq (Coq) checks
"""


@click.command("export", help=_EXPORT)
@click.argument("source")
@click.argument("out", required=False)
@click.option("--to", "to", type=click.Choice(_FORMATS), required=True, help="The language.")
@click.option("--injective", is_flag=True, help="For a model: do different inputs have different outputs?")
@click.option("--surjective", is_flag=True, help="For a model: is every point of the codomain an output?")
@click.option("--bijective", is_flag=True, help="For a model: both?")
@click.option("--on", "on", metavar="DOMAIN", help="For a model: the inputs that count, as for `decide`.")
@click.option("--onto", "onto", metavar="CODOMAIN", help="For a model: the outputs that count, as for `decide`.")
@click.option("--readout", type=click.Choice(["logits", "label", "argmin", "softmax"]), help="For a model: how its output is read.")
def export_(source: str, out: str | None, to: str, **options: Any) -> int:
    """Write a verdict or a question in another language."""
    written = _of_folder(Path(source), to, options) if Path(source).is_dir() else _of_model(source, to, options)
    if out is None:
        click.echo(written, nl=False)
    else:
        Path(out).write_text(written, encoding="utf-8")
    return 0


@click.command()
@click.argument("kind", type=click.Choice(("claim", "evidence", "verdict")))
def schema(kind: str) -> int:
    """Print the JSON Schema (2020-12) of claim.json, evidence.json or verdict.json."""
    from bijection.export.schema import schema as made

    click.echo(json.dumps(made(kind), indent=1, ensure_ascii=False))
    return 0


def _of_folder(folder: Path, to: str, options: dict[str, Any]) -> str:
    from bijection import evidence
    from bijection.export import export

    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise click.UsageError(f"{given[0]} names a question about a model; {folder} holds a verdict, whose question is known")
    verdict = evidence.read(folder)  # the kernel checks it again
    run = evidence.record(folder)["run"]
    return export(verdict, to, run=run if isinstance(run, dict) else None)


def _of_model(source: str, to: str, options: dict[str, Any]) -> str:
    if to not in ("smtlib", "vnnlib"):
        raise click.UsageError(f"--to {to} needs an answer: save one with `bijection decide {source} … --save DIR`, then export DIR")
    one_question(options)
    file, f = read(source, options["readout"])
    question = asked(f, options)
    if to == "smtlib":
        from bijection.export.smtlib import question as smtlib

        return smtlib(question)
    from bijection.export.vnnlib import question as vnnlib

    return vnnlib(question, _shapes(file, options["readout"]))


def _shapes(file: Path, readout: str | None) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shapes of the only input and the only output of an ONNX model, which the query must repeat."""
    if file.suffix != ".onnx" or readout not in (None, "logits"):
        return None
    from bijection.frontends.onnx.reader import read_model

    model = read_model(file)
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return None
    return model.inputs[0][1], model.outputs[0][1]
