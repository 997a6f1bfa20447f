"""What several commands need: a model from a word, a line of progress, a pool, how a verdict is printed, its exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bijection.verdict import Verdict
    from proofs.domains import Domain
    from proofs.functions import Function
    from proofs.statements import Positive

EXIT = {"proved": 0, "refuted": 1, "unknown": 3}
ERROR = 2
INTERRUPTED = 130


def read(word: str, readout: str | None, arithmetic: str = "real") -> tuple[Path, Function]:
    """The file and the function that a word on the command line names: a path, or example:NAME."""
    from bijection.examples import path
    from bijection.frontends import load

    example = word.partition(":")[2] if word.startswith("example:") else None
    file = Path(word) if example is None else path(example if example.endswith(".onnx") else f"{example}.onnx")
    return file, load(file, readout=readout, arithmetic=arithmetic)


@contextmanager
def pool(jobs: int) -> Iterator[Executor | None]:
    """That many processes, or None for one: then the search has a process of its own, which can be ended on time."""
    if jobs == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from bijection.worker import ignore_interrupts

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the processes to come
    processes = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=ignore_interrupts)
    try:
        yield processes
    finally:
        processes.shutdown(wait=False, cancel_futures=True)


def show(verdict: Verdict, as_json: bool) -> None:
    """Print a verdict: a paragraph, or one JSON object."""
    from bijection.report import to_json
    from bijection.words import paragraph

    if as_json:
        click.echo(json.dumps(to_json(verdict)))
        return
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 100
    click.echo(paragraph(verdict, pictures=True, columns=columns))


def exit_code(verdict: Verdict) -> int:
    """0 proved, 1 refuted, 3 unknown."""
    from bijection.words import kind

    return EXIT[kind(verdict)]


def one_question(options: dict[str, Any]) -> None:
    """Refuse no question, several questions, and a codomain for a question that has none."""
    chosen = [name for name in ("injective", "surjective", "bijective") if options[name]]
    if len(chosen) != 1:
        given = " and ".join(f"--{name}" for name in chosen) or "none of them"
        raise click.UsageError(f"choose one of --injective, --surjective and --bijective; given: {given}")
    if options["injective"] and options["onto"] is not None:
        raise click.UsageError("--onto belongs to --surjective and --bijective; injectivity has no codomain")
    if options["surjective"] and options["onto"] == "image":
        raise click.UsageError("every function maps its domain onto its image; `bijection image` lists it, --bijective --onto image asks")


def asked(f: Function, options: dict[str, Any]) -> Positive:
    """The statement that --injective, --surjective, --bijective, --on and --onto make about the function."""
    from bijection.questions import codomain, whole
    from bijection.written import codomain as onto_from
    from bijection.written import domain as on_from
    from proofs.statements import Bijective, Injective, Surjective

    on: Domain = whole(f) if options["on"] is None else on_from(options["on"], f)
    if options["injective"] or options["onto"] == "image":  # a function is a bijection onto its image exactly if it is injective
        return Injective(f, on)
    onto: Domain = codomain(f) if options["onto"] is None else onto_from(options["onto"], f)
    return Surjective(f, on, onto) if options["surjective"] else Bijective(f, on, onto)
