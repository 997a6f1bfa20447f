"""The commands, one file for each group of them; COMMANDS is the place to add one.

No file is named like a command: the command would hide it.

Everything but click is imported by the command that needs it: help, usage errors and completion come at once.
"""

from __future__ import annotations

import click

from bijection.commands.deciding import decide
from bijection.commands.models import info, labels
from bijection.commands.saved import check, show

COMMANDS = (decide, check, show, info, labels)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 140})
def cli() -> None:
    """Is a network injective, surjective, bijective? Proofs anyone can re-check, counterexamples that are exact."""


for command in COMMANDS:
    cli.add_command(command)
