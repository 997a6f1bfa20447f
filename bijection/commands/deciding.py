"""`bijection decide MODEL`: one question, one verdict."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, Any

import click

from bijection.commands.shared import asked, exit_code, one_question, pool, read, show
from bijection.progress import progress

if TYPE_CHECKING:
    from bijection.wishes import Wish

_DECIDE = """Decide whether MODEL is injective, surjective or bijective, with evidence.

MODEL is an .onnx or .nnet file, or example:digits for the classifier that ships with the package.

--arithmetic binary32 asks about another function: each operation is rounded, sums go from left to right, nothing is fused.

Numbers are exact: 0.1 means 1/10, and 1/255 can be written as such. LO, HI and STEP hold for every coordinate.

\b
DOMAIN    reals (the default), integers, box:LO,HI, grid:LO,HI,STEP, floats:LO,HI (every binary32 value), floats, or @FILE
CODOMAIN  reals, labels (the defaults), simplex, integers, box:LO,HI, grid:LO,HI,STEP, image (the outputs on DOMAIN, for
          --bijective), or @FILE
@FILE     JSON: {"box": [LO, HI]}, {"grid": [LO, HI, STEP]}, {"floats": [LO, HI]}, {"finite": [[…], …]},
          {"polytope": {"normals": [[…], …], "offsets": […]}} or a domain as in certificates;
          LO, HI and STEP are numbers or lists with one number per coordinate

\b
INPUT     @FILE: a JSON list of numbers or a .npy array; or example:K, the shipped digit K

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


_WISHES = {"near": "Near", "sparse": "Sparse", "between": "Between", "apart": "Apart", "antipodal": "Antipodal"}


@click.command(help=_DECIDE)
@click.argument("model")
@click.option("--injective", is_flag=True, help="Do different inputs have different outputs?")
@click.option("--surjective", is_flag=True, help="Is every point of the codomain an output?")
@click.option("--bijective", is_flag=True, help="Both, and no output outside the codomain?")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count; default: reals.")
@click.option("--onto", "onto", metavar="CODOMAIN", help="The outputs that count; default: reals, or labels if the model gives labels.")
@click.option("--readout", type=click.Choice(["logits", "label", "argmin", "softmax"]), help="How the output of a classifier is read.")
@click.option("--arithmetic", type=click.Choice(["real", "binary32"]), default="real", show_default=True, help="Of which function.")
@click.option("--near", metavar="INPUT", help="Prefer a pair close to this input, in the largest change of a coordinate.")
@click.option("--sparse", metavar="INPUT", help="Prefer a pair close to this input, in the number of coordinates that change.")
@click.option("--between", nargs=2, metavar="INPUT INPUT", help="Prefer a pair of which one is close to each of these.")
@click.option("--apart", is_flag=True, help="Prefer a pair that lies as far apart as possible.")
@click.option("--antipodal", is_flag=True, help="Prefer a pair symmetric about the middle of the box, a coordinate at both ends.")
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

    if folder is not None:
        may_write(folder)  # before the search, not after it
    wish = _wish(options)
    file, f = read(model, options["readout"], options["arithmetic"])
    question = asked(f, options)
    left = max(0.0, options["within"] - (time.monotonic() - started))
    settings = {"seed": options["seed"], "journal": options["journal"]}
    with progress() as report, pool(options["jobs"]) as executor:
        verdict = search(question, within=left, wish=wish, progress=report, executor=executor, **settings)
    show(verdict, as_json)
    if folder is not None:
        command = shlex.join(["bijection", *arguments])
        save(verdict, folder, command=command, model_file=file, seed=options["seed"])
        click.echo(f"saved in {folder}; check it again with: bijection check {shlex.quote(folder)}", err=as_json)
    return exit_code(verdict)


def _usable(options: dict[str, Any]) -> None:
    """Refuse options that contradict each other before anything is read."""
    one_question(options)
    wishes = [f"--{name}" for name in _WISHES if options[name]]
    if wishes and options["surjective"]:
        raise click.UsageError(f"{wishes[0]} wishes for a pair of inputs, which refutes injectivity; drop it or ask --injective")
    if len(wishes) > 1:
        raise click.UsageError(f"{' and '.join(wishes)} are different wishes; choose one")
    if not 0 < options["within"] < float("inf"):
        raise click.UsageError(f"--within {options['within']:g}; a positive number of seconds is needed")


def _wish(options: dict[str, Any]) -> Wish | None:
    import bijection.wishes as known
    from bijection.written import point

    for name, kind in _WISHES.items():
        match options[name]:
            case None | False:
                continue
            case True:
                given: tuple[str, ...] = ()
            case str(text):
                given = (text,)
            case pair:
                given = pair
        wish: Wish = getattr(known, kind)(*map(point, given))
        return wish
    return None
