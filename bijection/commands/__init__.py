"""The commands, one file for each group of them; COMMANDS is the place to add one.

No file is named like a command: the command would hide it.

Everything but click is imported by the command that needs it: help, usage errors and completion come at once.
"""

from __future__ import annotations

import click

import bijection
from bijection.commands.deciding import decide
from bijection.commands.drawing import plot
from bijection.commands.exporting import export_, schema
from bijection.commands.fibres import degree, fibre, image, preimages
from bijection.commands.inverting import inverse_
from bijection.commands.models import info, labels
from bijection.commands.observing import observe
from bijection.commands.proving import prove
from bijection.commands.saved import check, show
from bijection.commands.surveying import report
from bijection.commands.verifier import supports, verify

COMMANDS = (
    decide,
    check,
    show,
    export_,
    plot,
    prove,
    inverse_,
    info,
    labels,
    preimages,
    image,
    fibre,
    degree,
    observe,
    report,
    verify,
    supports,
    schema,
)


def _name(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo("bijection")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 140})
@click.version_option(bijection.__version__, message="%(version)s", help="Print the version.")
@click.option("--name", is_flag=True, expose_value=False, is_eager=True, callback=_name, help="Print the name of the program.")
def cli() -> None:
    """Is a network injective, surjective, bijective? Proofs anyone can re-check, counterexamples that are exact."""


for command in COMMANDS:
    cli.add_command(command)
