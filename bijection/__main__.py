"""The command line. `python -m bijection --help` says what there is; scripts can rely on the options, --json and the exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper

import click

from bijection.commands import cli
from bijection.commands.shared import ERROR, INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Whatever goes wrong is one line on standard error, except for our own bugs."""
    from bijection.errors import NotSupported
    from proofs.errors import Malformed, Rejected

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a verdict must not fail on a terminal without ℝ
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        return int(cli.main(given, prog_name="bijection", standalone_mode=False, obj=given) or 0)
    except click.ClickException as error:
        return _fail(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our output has stopped; Python must not complain at exit
        return ERROR
    except (Malformed, NotSupported, OSError) as error:
        return _fail(str(error))
    except Rejected as error:
        return _fail(f"the evidence is rejected: {error}")
    except MemoryError:
        return _fail("out of memory")
    except Exception:
        traceback.print_exc()
        return _fail("this is a bug in bijection, not in your input; please report it with the lines above and the model, if you can")


def _fail(message: str) -> int:
    click.echo(f"error: {message}", err=True)
    return ERROR


if __name__ == "__main__":
    sys.exit(main())
