"""`bijection verify` and `bijection supports`: the command line that the VNN-LIB standard asks of a verifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from proofs.functions import Function

_VERIFY = """Decide a VNN-LIB 2 query over the reals: sat, unsat, unknown or timed-out on the first line of standard output.

Treated are the query that injectivity is (two networks, one equal-to the other, inputs that differ, all outputs equal; conditions
on the inputs, linear) and the question whether one network takes given values. Other queries are answered unknown, with the reason
on standard error.

After sat come the variables in the order of declaration, each with its type and shape, then its elements, one a line: exact, as
decimals where they are finite decimals, else as quotients of integers.

Exit code 0 for every answer; 2 for queries and models that are wrong.
"""


@click.command(help=_VERIFY)
@click.argument("query")
@click.option("--network", "networks", multiple=True, metavar="NAME=FILE", help="The model of a network that is declared without equal-to.")
@click.option("--timeout", type=click.IntRange(1), default=60, show_default=True, metavar="SECONDS", help="Time allowed.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer if time suffices.")
def verify(query: str, networks: tuple[str, ...], timeout: int, seed: int) -> int:
    """Decide a VNN-LIB query."""
    from bijection.progress import progress
    from bijection.vnnlib.query import read
    from bijection.vnnlib.verify import verify as answer

    asked = read(query)
    f = _model(asked, networks)
    with progress() as report:
        found = answer(asked, f, within=float(timeout), seed=seed, progress=report)
    click.echo("\n".join(found.lines()))
    click.echo(found.because, err=True)
    return 0


def _model(asked: Any, networks: tuple[str, ...]) -> Function:
    """The function of the one network that needs a model; its shapes must be those declared."""
    from bijection.frontends.onnx.reader import read_model
    from proofs.errors import well_formed

    needed = [n.name for n in asked.networks if not n.equal_to]
    given = dict(word.partition("=")[::2] for word in networks)
    well_formed(len(given) == len(networks), "a network is given two models")
    well_formed(
        sorted(given) == sorted(needed), f"the query needs a model for {', '.join(needed)}; given: {', '.join(sorted(given)) or 'none'}"
    )
    well_formed(len(needed) == 1, f"{len(needed)} different networks; queries about one function are treated")
    model = read_model(Path(given[needed[0]]))
    well_formed(len(model.inputs) == 1 == len(model.outputs), "the model has several inputs or outputs, the query declares one of each")
    for network in asked.networks:
        for declared, (_, shape) in ((network.input, model.inputs[0]), (network.output, model.outputs[0])):
            well_formed(
                declared.shape == shape, f"{declared.name} is declared with the shape {declared.shape}; that of the model is {shape}"
            )
    return model.network


def _supported() -> dict[str, list[str]]:
    from bijection.frontends.onnx.file import OPSETS
    from bijection.frontends.onnx.reader import supported_operators

    return {
        "onnx-opset-versions": [str(OPSETS[0]), str(OPSETS[-1])],
        "onnx-element-types": ["real"],
        "onnx-operators": list(supported_operators()),
        "vnnlib-versions": ["2.0", "2.0"],
        "hidden-node-theories": ["NH"],
        "multiple-input-output-theories": ["SIO"],
        "multiple-network-theories": ["SNET", "MENET"],
        "multiple-node-comparison-theories": ["SNC"],
        "arithmetic-complexity-theories": ["LIN"],
        "optimised-disjunctive-reasoning": ["true"],
        "serialise-assignments": ["false"],
    }


_CAPABILITIES = (
    "onnx-opset-versions",
    "onnx-element-types",
    "onnx-operators",
    "vnnlib-versions",
    "hidden-node-theories",
    "multiple-input-output-theories",
    "multiple-network-theories",
    "multiple-node-comparison-theories",
    "arithmetic-complexity-theories",
    "optimised-disjunctive-reasoning",
    "serialise-assignments",
)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("capability", type=click.Choice([f"--{name}" for name in _CAPABILITIES]))
def supports(capability: str) -> int:
    """Say which VNN-LIB queries and ONNX models are treated, one capability at a time, as the standard has it."""
    click.echo("\n".join(_supported()[capability.removeprefix("--")]))
    return 0
