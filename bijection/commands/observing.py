"""`bijection observe DIR MODEL`: what a runtime makes of the pair of a saved verdict."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("model", metavar="MODEL.onnx")
@click.option("--optimise", is_flag=True, help="With onnxruntime's graph optimisation, which changes outputs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def observe(folder: str, model: str, optimise: bool, as_json: bool) -> int:
    """Run the pair of a saved verdict through onnxruntime and compare the outputs bit for bit: exit 0 identical, 1 not.

    An observation, not a proof: it holds for this program, its version and this machine. The inputs of the pair must be binary32 numbers.
    """
    from bijection.errors import NotSupported
    from bijection.evidence import read
    from bijection.observed import observe as run
    from bijection.observed import onnx_runtime
    from bijection.verdict import Pair

    pair = read(folder).counterexample
    if not isinstance(pair, Pair):
        raise NotSupported(f"{folder}: the verdict shows no pair of inputs; there is nothing to run")
    try:
        runtime = onnx_runtime(model, optimise)
    except ImportError:
        raise NotSupported("onnxruntime is not installed: pip install 'bijection-nn[replay]'") from None
    seen = run(runtime, pair.x, pair.y)
    if as_json:
        click.echo(json.dumps({"runtime": seen.runtime, "identical": seen.identical, "outputs": [seen.first, seen.second]}))
    else:
        shown = [f"f(x) = {' '.join(seen.first[:12])}", f"f(y) = {' '.join(seen.second[:12])}"] if not seen.identical else []
        click.echo("\n".join([str(seen), *shown]))
    return 0 if seen.identical else 1
