"""`bijection inverse MODEL`: the inverse in hand, with its proofs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bijection.commands.shared import exit_code, read, show

if TYPE_CHECKING:
    from bijection.inversion.approximate import Approximation
    from bijection.inversion.inverse import Inverse
    from bijection.verdict import Proved
    from proofs.domains import Domain

_INVERSE = """Invert MODEL: g with g(f(x)) = x on the domain, and f(g(y)) = y on the codomain, with proofs.

DOMAIN and CODOMAIN are written as for `bijection decide`. Without --onto, a network with as many outputs as inputs is inverted on
all of ℝⁿ, every other one on its image.

Some inverses are no network, as those of residual blocks and planar flows: --at with --error finds the input with one output
approximately, with a proof that each coordinate is that near to the exact one.

Exit codes: 0 the inverse is there, 1 there is none (a pair of inputs with one output is shown), 3 not decided, 2 error.
"""


@click.command(name="inverse", help=_INVERSE)
@click.argument("model")
@click.option("--on", "on", metavar="DOMAIN", help="The inputs that count; default: reals.")
@click.option("--onto", "onto", metavar="CODOMAIN", help="The outputs that count.")
@click.option("--at", "at", metavar="@FILE", help="Print the exact input with this output: a JSON list of numbers, or a .npy array.")
@click.option("--error", metavar="NUMBER", help="With --at: approximately, each coordinate at most so far off; 1e-9, 1/1000.")
@click.option("--formula", is_flag=True, help="Print the inverse as formulas, piece by piece, if it is small.")
@click.option("--lipschitz", is_flag=True, help="Print by how much MODEL and its inverse stretch distances in the maximum norm.")
@click.option("--save", "file", metavar="FILE.onnx", help="Write the inverse as an ONNX model; whether weights were rounded is said.")
@click.option("--dtype", type=click.Choice(["double", "float"]), default="double", show_default=True, help="The weights in that file.")
@click.option("--proofs", "folder", metavar="DIR", help="Save each proof in a folder of its own; `bijection check` re-checks them.")
@click.option("--within", type=float, default=60.0, show_default=True, metavar="SECONDS", help="Time allowed.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def inverse_(model: str, on: str | None, onto: str | None, as_json: bool, within: float, seed: int, **wishes: Any) -> int:
    """Invert a model."""
    from bijection.errors import NoInverse
    from bijection.frontends.exact import exact
    from bijection.inversion.inverse import inverse
    from bijection.inversion.lipschitz import lipschitz as stretch
    from bijection.written import codomain as onto_from
    from bijection.written import domain as on_from
    from bijection.written import point

    if within <= 0:
        raise click.UsageError(f"--within {within:g}; a positive number of seconds is needed")
    value = None if wishes["at"] is None else [exact(t, "a coordinate of the output") for t in point(wishes["at"])]
    _, f = read(model, None)
    domain: Domain | None = None if on is None else on_from(on, f)
    if wishes["error"] is not None:
        return _approximately(f, domain, value, within, seed, as_json, wishes)
    codomain: Domain | None = None if onto is None else onto_from(onto, f)
    try:
        g = inverse(f, domain, codomain, within=within, seed=seed)
    except NoInverse as none:
        show(none.verdict, as_json)
        return exit_code(none.verdict)
    said = _said(g)
    if value is not None:
        said["at"] = [str(t) for t in g.exact(value)]
    if wishes["formula"]:
        said["formula"] = [str(row) for row in g.formula(within)]
    if wishes["lipschitz"]:
        said["lipschitz"] = [str(stretch(f, g.on, within=within)), f"for the inverse, {g.lipschitz(within=within)}"]
    if wishes["file"] is not None:
        said["file"] = f"{wishes['file']}: {g.save(wishes['file'], wishes['dtype'])}"
    if wishes["folder"] is not None:
        said["saved"] = _save(g, Path(wishes["folder"]))
    click.echo(json.dumps(said) if as_json else "\n".join(_lines(said)))
    return 0


def _approximately(
    f: Any, on: Domain | None, y: list[Fraction] | None, within: float, seed: int, as_json: bool, wishes: dict[str, Any]
) -> int:
    """The input with the output y, near enough."""
    from bijection.errors import NoInverse
    from bijection.inversion.approximate import approximate_inverse

    others = [name for name in ("formula", "lipschitz", "file") if wishes[name]]
    if y is None or others:
        raise click.UsageError("--error goes with --at and --proofs only: what is approximate is the input with one output")
    try:
        error = Fraction(wishes["error"])
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f"--error {wishes['error']}; a number such as 1e-9 or 1/1000 is needed") from None
    try:
        found = approximate_inverse(f, on, error=error, within=within, seed=seed)(y)
    except NoInverse as none:
        show(none.verdict, as_json)
        return exit_code(none.verdict)
    said: dict[str, Any] = {
        "approximate": str(found),
        "error": str(found.error),
        "proved": _proved(found.proofs),
        "at": [str(t) for t in found.x],
    }
    if wishes["folder"] is not None:
        said["saved"] = _save(found, Path(wishes["folder"]))
    lines = [f"x = {found}", *_proved_lines(said), *([said["saved"]] if "saved" in said else [])]
    click.echo(json.dumps(said) if as_json else "\n".join(lines))
    return 0


def _said(g: Inverse) -> dict[str, Any]:
    from bijection.words import domain

    to = "its image" if g.onto is None else domain(g.onto)
    return {"inverse": g.because, "from": to, "to": domain(g.on), "proved": _proved(g.proofs)}


def _proved(proofs: Sequence[Proved]) -> list[dict[str, Any]]:
    from bijection.words import statement

    return [{"statement": statement(p.statement), "rests_on": [b.name for b in p.rests_on]} for p in proofs]


def _proved_lines(said: dict[str, Any]) -> list[str]:
    return ["proved:", *(f"  {p['statement']} ({', '.join(p['rests_on'])})" for p in said["proved"])]


def _lines(said: dict[str, Any]) -> list[str]:
    lines = [f"{said['inverse']}, from {said['from']} to {said['to']}", *_proved_lines(said)]
    if "at" in said:
        lines.append(f"x = ({', '.join(said['at'])})")
    lines += [f"x{i} = {row}" for i, row in enumerate(said.get("formula", ()))]
    lines += said.get("lipschitz", [])
    lines += [said[key] for key in ("file", "saved") if key in said]
    return lines


def _save(g: Inverse | Approximation, folder: Path) -> str:
    """Each verdict in a folder of its own."""
    names = []
    for k, proof in enumerate(g.proofs):
        names.append(str(folder / f"{k + 1}-{type(proof.statement).__name__}"))
        proof.save(names[-1])
    return "check the proofs again with: " + "; ".join(f"bijection check {shlex.quote(name)}" for name in names)
