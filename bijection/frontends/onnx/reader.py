"""ONNX models as exact networks: the real function whose weights are the rationals that the stored floats are.

Each node is run on symbols: a value is a constant, or positions in a vector the straight-line code computes. Moving entries
costs nothing; a bias joins the affine map before it. One coefficient is not as stored: where BatchNormalization's
1/√(variance + epsilon) is irrational, the network has the nearest binary64 number, and `OnnxModel.notes` says so.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeAlias

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code, beside, flat
from bijection.frontends.onnx.file import Graph, Port, Step, read_graph
from bijection.frontends.onnx.operators import OPERATORS, OTHERWISE, REMEDIES
from bijection.frontends.onnx.order import in_order
from bijection.frontends.values import Call, Constant, Tensor, Value, Values, affordable
from proofs.errors import Malformed
from proofs.network import Network

Shaped: TypeAlias = tuple[str, tuple[int, ...]]

LISTED = 20  # obstacles in one message


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """The network, the tensors its input and output vectors are stacked from, in order, and what differs from the file."""

    network: Network
    inputs: tuple[Shaped, ...]
    outputs: tuple[Shaped, ...]
    notes: tuple[str, ...]


def read(source: Any) -> Network:
    """The exact network in an ONNX file (path), bytes or ModelProto; inputs and outputs flattened and stacked in graph order.

    An open first dimension (a batch) is 1. Raises Malformed where the model is wrong, NotSupported where it is not read yet.
    Where the network is not quite what the file says, a warning of the logger "bijection" says how.
    """
    model = read_model(source)
    for note in model.notes:
        logging.getLogger("bijection").warning("%s", note)
    return model.network


def read_model(source: Any) -> OnnxModel:
    """The same network with the names and shapes of its inputs and outputs, and notes."""
    graph = read_graph(source)
    inputs = tuple((port.name, _shape(port)) for port in graph.inputs)
    sizes = [affordable(shape, f"input '{name}'") for name, shape in inputs]
    affordable((sum(sizes),), "the inputs together")
    code = Code(sum(sizes))
    values: dict[str, Value | None] = {name: Constant(array, name) for name, array in graph.constants.items()}
    start = 0
    for port, (name, shape), size in zip(graph.inputs, inputs, sizes, strict=True):
        if name in values or not name:
            raise Malformed(f"two inputs, or one without a name, are called '{name}'")
        values[name] = Tensor(0, np.arange(start, start + size, dtype=np.int64).reshape(shape), port.integer)
        start += size
    _run(code, graph, values)
    outputs = [_output(values, name) for name in graph.outputs]
    shapes = tuple((name, v.shape) for name, v in zip(graph.outputs, outputs, strict=True))
    return OnnxModel(_finished(code, outputs), inputs, shapes, _notes(code, graph))


def supported_operators() -> tuple[str, ...]:
    """The names of the ONNX operators that are read, sorted."""
    return tuple(sorted(OPERATORS))


def _shape(port: Port) -> tuple[int, ...]:
    """The port's shape; a first dimension that the file leaves open is 1."""
    if None in port.shape[1:]:
        shown = ["?" if d is None else d for d in port.shape]
        raise NotSupported(
            f"input '{port.name}' has the open shape {shown}; only the first dimension may be open: export with fixed shapes"
        )
    return tuple(d or 1 for d in port.shape)


def _run(code: Code, graph: Graph, values: dict[str, Value | None]) -> None:
    """Compute every value in order; None stands for one behind an obstacle. All obstacles are raised together."""
    uses = Counter([name for step in graph.steps for name in step.inputs] + list(graph.outputs))
    obstacles: list[str] = []
    for step in in_order(graph.steps, frozenset(values)):
        where = f"{step.op} node '{step.label}'"
        made = [name for name in step.outputs if name]
        try:
            found = _step(code, step, graph.opset, values, uses)
        except NotSupported as why:
            obstacles.append(f"{where} (operator set {graph.opset}): {why}")
            found = ()
        except Malformed as why:
            raise Malformed(f"{where}: {why}") from None
        values.update(dict.fromkeys(made))
        values.update((name, v) for name, v in zip(step.outputs, found, strict=False) if name)
    if obstacles:
        more = [f"and {len(obstacles) - LISTED} more"] * (len(obstacles) > LISTED)
        raise NotSupported("; ".join(obstacles[:LISTED] + more))


def _step(code: Code, step: Step, opset: int, values: dict[str, Value | None], uses: Counter[str]) -> Values:
    if step.op not in OPERATORS:
        raise NotSupported(REMEDIES.get(step.op, step.obstacle or OTHERWISE))
    if step.obstacle is not None:
        raise NotSupported(step.obstacle)
    if any(name and values[name] is None for name in step.inputs):
        return ()
    inputs = tuple(_shared(values[name], uses[name]) if name else None for name in step.inputs)
    before = len(code.notes)
    found = OPERATORS[step.op](code, Call(step.op, opset, step.attributes, inputs, len(step.outputs)))
    code.notes[before:] = [f"{step.op} '{step.label}': {note}" for note in code.notes[before:]]
    late = [name for name in step.outputs[len(found) :] if name and uses[name]]
    if late:
        raise NotSupported(f"its further output '{late[0]}' is used; only the first one is read")
    return found


def _shared(v: Value | None, uses: int) -> Value | None:
    return replace(v, shared=True) if isinstance(v, Tensor) and uses > 1 else v


def _output(values: dict[str, Value | None], name: str) -> Value:
    found = values.get(name)
    if found is None:
        raise Malformed(f"no node computes the output '{name}'")
    return found


def _finished(code: Code, outputs: list[Value]) -> Network:
    if not outputs:
        raise Malformed("the graph has no outputs")
    if sum(prod(v.shape) for v in outputs) > 10**7:
        raise NotSupported("the outputs together have more than 10,000,000 entries")
    tensors = beside(code, outputs)
    index = np.concatenate([t.index.ravel() for t in tensors])
    return code.network(flat(code, Tensor(tensors[0].value, index)))


def _notes(code: Code, graph: Graph) -> tuple[str, ...]:
    whole = [f"input '{p.name}' holds integers: the network studied is the same formula on all reals" for p in graph.inputs if p.integer]
    return tuple(whole + code.notes)
