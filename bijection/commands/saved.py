"""`bijection check DIR` and `bijection show DIR`: saved verdicts."""

from __future__ import annotations

from pathlib import Path

import click

from bijection.commands.shared import exit_code
from bijection.commands.shared import show as show_verdict


@click.command()
@click.argument("folders", metavar="DIR…", nargs=-1, required=True)
def check(folders: tuple[str, ...]) -> int:
    """Check saved verdicts again with the kernel alone: exit 0 all accepted, 1 one rejected, 2 one malformed.

    A folder that `bijection prove` has written stands for all its certificates.
    """
    from bijection.evidence import check as again
    from bijection.words import basis
    from proofs.errors import Rejected

    code = 0
    found = [inner for folder in folders for inner in _verdicts(Path(folder))]
    for folder in found:
        name = f"{folder}: " if len(found) > 1 else ""
        try:
            rests_on = again(folder)
        except Rejected as error:
            click.echo(f"{name}rejected: {error}")
            code = 1
        else:
            click.echo("\n".join([f"{name}accepted; it rests on", *(f"  {basis(b)}" for b in rests_on)]))
    return code


def _verdicts(folder: Path) -> list[Path]:
    """The folder itself, or the folders of its certificates."""
    inner = folder / "certificates"
    return sorted(inner.iterdir()) if inner.is_dir() and not (folder / "verdict.json").exists() else [folder]


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print what `decide --json` printed.")
def show(folder: str, as_json: bool) -> int:
    """Check a saved verdict again and print it; the exit codes are those of decide."""
    from bijection.evidence import read

    verdict = read(folder)
    show_verdict(verdict, as_json)
    return exit_code(verdict)
