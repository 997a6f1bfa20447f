"""`bijection check DIR` and `bijection show DIR`: saved verdicts."""

from __future__ import annotations

from pathlib import Path

import click

from bijection.commands.shared import exit_code
from bijection.commands.shared import show as show_verdict


@click.command()
@click.argument("folders", metavar="DIR…", nargs=-1, required=True)
@click.option("--rocq", "rocq", is_flag=True, help="Let the proof assistant Rocq (Coq) check them too; exit 3 if it cannot.")
def check(folders: tuple[str, ...], rocq: bool) -> int:
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
            if rocq:
                code = max(code, _check_rocq(folder, name), key=_GRAVITY.index)
    return code


def _verdicts(folder: Path) -> list[Path]:
    """The folder itself, or the folders of its certificates."""
    inner = folder / "certificates"
    return sorted(inner.iterdir()) if inner.is_dir() and not (folder / "verdict.json").exists() else [folder]


_GRAVITY = [0, 3, 1]  # a failure says more than a check that could not be made


def _check_rocq(folder: Path, name: str) -> int:
    """Print what Rocq says to the saved verdict; the file for it is written anew from the evidence."""
    from bijection.errors import NotSupported
    from bijection.evidence import read
    from bijection.export.rocq_check import Outcome
    from bijection.verdict import Unknown

    verdict = read(folder)
    if isinstance(verdict, Unknown):
        click.echo(f"{name}Rocq: an unknown verdict claims nothing")
        return 3
    try:
        answer = verdict.check_rocq()
    except NotSupported as error:
        click.echo(f"{name}Rocq: unavailable: {error}")
        return 3
    click.echo(f"{name}Rocq: {answer}")
    return {Outcome.CHECKED: 0, Outcome.FAILED: 1, Outcome.UNAVAILABLE: 3}[answer.outcome]


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print what `decide --json` printed.")
def show(folder: str, as_json: bool) -> int:
    """Check a saved verdict again and print it; the exit codes are those of decide."""
    from bijection.evidence import read

    verdict = read(folder)
    show_verdict(verdict, as_json)
    return exit_code(verdict)
