"""How the output of a classifier is read: its logits, their softmax, or the label of the largest, or of the smallest."""

from __future__ import annotations

from dataclasses import replace

from bijection.errors import NotSupported
from proofs.activations import Sigmoid
from proofs.errors import Malformed
from proofs.network import Affine, Argmax, Network, Node, Op, Pointwise, Row, Softmax

READOUTS = ("logits", "label", "argmin", "softmax")

_BESIDE_ZERO = Affine(1, (Row((), (), 0), Row((0,), (1,), 0)), 1)


def readout(network: Network, kind: str) -> Network:
    """The network read as `kind`: 'logits' ends before the last Softmax or Argmax, the others end with one.

    A single logit t (two classes, one output; a sigmoid after it counts as its readout) is read as the logits (0, t): the
    label is 1 exactly where t > 0, and the softmax is (1 − σ(t), σ(t)). 'argmin' is the label for outputs that are costs: the first of
    the smallest.
    """
    if kind not in READOUTS:
        raise Malformed(f"readout {kind!r}; choose one of {', '.join(READOUTS)}")
    last = network.nodes[-1].op if network.nodes else None
    if (kind == "label" and isinstance(last, Argmax)) or (kind == "softmax" and isinstance(last, Softmax)):
        return network
    if kind == "argmin" and isinstance(last, Argmax):
        raise Malformed("readout 'argmin' of a network that gives labels already; ask about it as it is")
    logits = _logits(network)
    if kind == "logits":
        return logits
    if logits.width == 0:
        raise Malformed(f"readout {kind!r} of a network without outputs; at least one logit is needed")
    if logits.width == 1:
        logits = _then(logits, _BESIDE_ZERO)
    if kind == "argmin":
        logits = _then(logits, _opposite(logits.width))
    return _then(logits, Softmax((tuple(range(logits.width)),)) if kind == "softmax" else Argmax())


def _opposite(width: int) -> Affine:
    return Affine(width, tuple(Row((i,), (-1,), 0) for i in range(width)), 1)


def _logits(network: Network) -> Network:
    """Without the Softmax, Argmax or single Sigmoid at the end, and without code that only they read."""
    while network.nodes and _reads_out(network.nodes[-1].op, network.width):
        last = network.nodes[-1]
        if isinstance(last.op, Softmax) and len(last.op.groups) > 1:
            raise NotSupported(f"the network ends in {len(last.op.groups)} softmaxes side by side; load it without a readout")
        network = replace(network, nodes=network.nodes[: last.inputs[0]])
    return network


def _reads_out(op: Op, width: int) -> bool:
    return isinstance(op, Softmax | Argmax) or (width == 1 and isinstance(op, Pointwise) and isinstance(op.activations[0], Sigmoid))


def _then(network: Network, op: Op) -> Network:
    return replace(network, nodes=(*network.nodes, Node(op, (len(network.nodes),))))
