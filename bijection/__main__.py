"""The command line. `python -m bijection --help` says what there is; scripts can rely on the options, --json and the exit codes.

Everything but click is imported by the command that needs it: help, usage errors and completion come at once.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bijection.verdict import Verdict
    from proofs.domains import Domain
    from proofs.network import Function
    from proofs.statements import Positive

EXIT = {"proved": 0, "refuted": 1, "unknown": 3}
_ERROR = 2
_INTERRUPTED = 130

_DECIDE = """Decide whether MODEL is injective, surjective or bijective, with evidence.

MODEL is an .onnx or .nnet file, or example:digits for the classifier that ships with the package.

Numbers are exact: 0.1 means 1/10, and 1/255 can be written as such. LO, HI and STEP hold for every coordinate.

\b
DOMAIN    reals (the default), integers, box:LO,HI, grid:LO,HI,STEP, floats:LO,HI (every binary32 value), or @FILE
CODOMAIN  reals, labels (the defaults), simplex, integers, box:LO,HI, grid:LO,HI,STEP, or @FILE
@FILE     JSON: {"box": [LO, HI]}, {"grid": [LO, HI, STEP]}, {"floats": [LO, HI]}, {"finite": [[…], …]},
          {"polytope": {"normals": [[…], …], "offsets": […]}} or a domain as in certificates;
          LO, HI and STEP are numbers or lists with one number per coordinate

Exit codes: 0 proved, 1 refuted, 3 unknown, 2 error.

\b
--json prints one object:
  statement       a sentence
  verdict         "proved", "refuted" or "unknown"
  counterexample  {"x": […], "y": […]} for two inputs with one output, {"missed": […]} for an output that is never
                  reached, {"escapes": […]} for an input whose output leaves the codomain, or null. Rationals are strings
                  "p/q"; integers of more than 8000 bits are in hexadecimal ("0x…").
  rests_on        [{"name": …, "status": "computed" | "machine" | "cited"}, …]
  because         a sentence
  seconds         how long it took
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 140})
def cli() -> None:
    """Is a network injective, surjective, bijective? Proofs anyone can re-check, counterexamples that are exact."""


@cli.command(help=_DECIDE)
@click.argument("model")
@click.option("--injective", is_flag=True, help="Do different inputs have different outputs?")
@click.option("--surjective", is_flag=True, help="Is every point of the codomain an output?")
@click.option("--bijective", is_flag=True, help="Both, and no output outside the codomain?")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count; default: reals.")
@click.option("--onto", "onto", metavar="CODOMAIN", help="The outputs that count; default: reals, or labels if the model gives labels.")
@click.option("--readout", type=click.Choice(["logits", "label", "softmax"]), help="How the output of a classifier is read.")
@click.option(
    "--near",
    metavar="@FILE",
    help="Prefer a pair close to this input: a JSON list of numbers, a .npy array; or example:K, the shipped digit K.",
)
@click.option("--apart", is_flag=True, help="Prefer a pair that lies as far apart as possible.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed, with reading the model.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="Processes for the complete search.")
@click.option("--journal", metavar="DIR", help="Keep what the complete search has done; the same command goes on where it stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--save", "folder", metavar="DIR", help="Save claim, evidence and a summary; `bijection check DIR` re-checks them.")
@click.pass_obj
def decide(arguments: list[str], /, model: str, folder: str | None, as_json: bool, **options: Any) -> int:
    """Decide a question about a model."""
    started = time.monotonic()
    _usable(options)
    from bijection.evidence import may_write, save
    from bijection.questions import decide as search
    from bijection.written import point

    if folder is not None:
        may_write(folder)  # before the search, not after it
    near = None if options["near"] is None else point(options["near"])
    file, f = _model(model, options["readout"])
    question = _question(f, options)
    left = max(0.0, options["within"] - (time.monotonic() - started))
    wishes = {"seed": options["seed"], "near": near, "apart": options["apart"], "journal": options["journal"]}
    with _progress() as report, _pool(options["jobs"]) as executor:
        verdict = search(question, within=left, progress=report, executor=executor, **wishes)
    _print(verdict, as_json)
    if folder is not None:
        command = shlex.join(["bijection", *arguments])
        save(verdict, folder, command=command, model_file=file, seed=options["seed"])
        click.echo(f"saved in {folder}; check it again with: bijection check {shlex.quote(folder)}", err=as_json)
    return _exit(verdict)


@contextmanager
def _pool(jobs: int) -> Iterator[Executor | None]:
    """That many processes, or None for one: then the search has a process of its own, which can be ended on time."""
    if jobs == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from bijection.worker import ignore_interrupts

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the processes to come
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=ignore_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@cli.command()
@click.argument("folder", metavar="DIR")
def check(folder: str) -> int:
    """Check a saved verdict again with the kernel alone: exit 0 accepted, 1 rejected, 2 malformed."""
    from bijection.evidence import check as again
    from bijection.words import basis
    from proofs.errors import Rejected

    try:
        rests_on = again(folder)
    except Rejected as error:
        click.echo(f"rejected: {error}")
        return 1
    click.echo("\n".join(["accepted; it rests on", *(f"  {basis(b)}" for b in rests_on)]))
    return 0


@cli.command()
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print what `decide --json` printed.")
def show(folder: str, as_json: bool) -> int:
    """Check a saved verdict again and print it; the exit codes are those of decide."""
    from bijection.evidence import read

    verdict = read(folder)
    _print(verdict, as_json)
    return _exit(verdict)


@cli.command()
@click.argument("model")
@click.option("--readout", type=click.Choice(["logits", "label", "softmax"]), help="How the output of a classifier is read.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def info(model: str, readout: str | None, as_json: bool) -> int:
    """Say what function MODEL is: inputs, outputs, operations, parameters, digest."""
    from bijection.description import describe, in_lines

    described = describe(_model(model, readout)[1])
    click.echo(json.dumps(described) if as_json else "\n".join(in_lines(described)))
    return 0


@cli.command()
@click.argument("model")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count; default: reals.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed for each label.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, label by label, and nothing else.")
def labels(model: str, on: str | None, within: float, seed: int, as_json: bool) -> int:
    """Say for each label of a classifier whether some input has it: exit 0 all reached, 1 some never, 3 some unknown."""
    from bijection.questions import reached_labels, whole
    from bijection.report import rationals, to_json
    from bijection.verdict import Proved, Refuted, Unknown
    from bijection.words import point
    from bijection.written import domain as on_from

    _, f = _model(model, "label")
    with _progress() as report:
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


def _usable(options: dict[str, Any]) -> None:
    """Refuse options that contradict each other before anything is read."""
    asked = [name for name in ("injective", "surjective", "bijective") if options[name]]
    if len(asked) != 1:
        given = " and ".join(f"--{name}" for name in asked) or "none of them"
        raise click.UsageError(f"choose one of --injective, --surjective and --bijective; given: {given}")
    if options["injective"] and options["onto"] is not None:
        raise click.UsageError("--onto belongs to --surjective and --bijective; injectivity has no codomain")
    if options["surjective"] and (options["near"] is not None or options["apart"]):
        raise click.UsageError("--near and --apart wish for a pair of inputs, which refutes injectivity; drop them or ask --injective")
    if options["near"] is not None and options["apart"]:
        raise click.UsageError("--near and --apart are two different wishes; choose one")
    if not 0 < options["within"] < float("inf"):
        raise click.UsageError(f"--within {options['within']:g}; a positive number of seconds is needed")


def _model(model: str, readout: str | None) -> tuple[Path, Function]:
    from bijection.examples import path
    from bijection.frontends import load

    example = model.partition(":")[2] if model.startswith("example:") else None
    file = Path(model) if example is None else path(example if example.endswith(".onnx") else f"{example}.onnx")
    return file, load(file, readout=readout)


def _question(f: Function, options: dict[str, Any]) -> Positive:
    from bijection.questions import codomain, whole
    from bijection.written import codomain as onto_from
    from bijection.written import domain as on_from
    from proofs.statements import Bijective, Injective, Surjective

    on: Domain = whole(f) if options["on"] is None else on_from(options["on"], f)
    if options["injective"]:
        return Injective(f, on)
    onto: Domain = codomain(f) if options["onto"] is None else onto_from(options["onto"], f)
    return Surjective(f, on, onto) if options["surjective"] else Bijective(f, on, onto)


@contextmanager
def _progress() -> Iterator[Callable[[str], None] | None]:
    """One changing line on standard error while somebody watches, nothing otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    started = time.monotonic()
    with Console(stderr=True).status("searching") as status:
        yield lambda line: status.update(Text(f"{line} ({time.monotonic() - started:.0f} s)"))


def _print(verdict: Verdict, as_json: bool) -> None:
    from bijection.report import to_json
    from bijection.words import paragraph

    if as_json:
        click.echo(json.dumps(to_json(verdict)))
        return
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 100
    click.echo(paragraph(verdict, pictures=True, columns=columns))


def _exit(verdict: Verdict) -> int:
    from bijection.words import kind

    return EXIT[kind(verdict)]


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
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our output has stopped; Python must not complain at exit
        return _ERROR
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
    return _ERROR


if __name__ == "__main__":
    sys.exit(main())
