"""What function a model is: sizes, operations, parameters, digest. Nothing is decided here."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from bijection.words import function
from proofs.activations import Activation, PiecewiseAffine
from proofs.codec import digest
from proofs.compose import cuts
from proofs.functions import Function
from proofs.ieee import Binary32
from proofs.network import Affine, Argmax, Max, Network, Node, Pointwise, Product, Softmax, Spline, Table

_RELU = PiecewiseAffine((Fraction(0),), ((Fraction(0), Fraction(0)), (Fraction(1), Fraction(0))))


def describe(f: Function) -> dict[str, Any]:
    """The facts about a function that can be read off."""
    fingerprint = digest(f)
    start = {"function": function(f, fingerprint), "inputs": f.arity, "outputs": f.width}
    if isinstance(f, Table):
        return {**start, "values": len(f.values), "digest": fingerprint}
    if isinstance(f, Binary32):
        arithmetic = "binary32: each operation rounded to nearest even, sums from left to right, nothing fused"
        return {**describe(f.network), **start, "arithmetic": arithmetic, "digest": fingerprint}
    return {
        **start,
        "nodes": len(f.nodes),
        "operations": dict(Counter(_name(node) for node in f.nodes)),
        "parameters": sum(_parameters(node) for node in f.nodes),
        "largest": max(f.widths),
        "widths": list(f.widths),
        "cuts": cuts(f),
        "digest": fingerprint,
        "notes": _notes(f),
    }


def in_lines(described: dict[str, Any]) -> list[str]:
    """The description for a reader."""
    lines = []
    for key, value in described.items():
        match value:
            case dict():
                text = ", ".join(f"{count} × {name}" for name, count in value.items())
            case list() if key == "notes":
                text = "; ".join(value)
            case list():
                text = ", ".join(map(str, value[:24])) + (f", … ({len(value)} in all)" if len(value) > 24 else "")
            case _:
                text = str(value)
        lines.append(f"{key:<11} {text}".rstrip())
    return lines


def _name(node: Node) -> str:
    match node.op:
        case Pointwise(activations):
            return "Pointwise " + "/".join(sorted({_activation(s) for s in set(activations)}))
        case op:
            return type(op).__name__


def _activation(s: Activation) -> str:
    if s == _RELU:
        return "ReLU"
    return f"piecewise affine ({len(s.pieces)} pieces)" if isinstance(s, PiecewiseAffine) else type(s).__name__


def _parameters(node: Node) -> int:
    """Coefficients and constants that are not zero, as they stand in the rows: a shared filter counts once per place."""
    if not isinstance(node.op, Affine):
        return 0
    return sum(sum(map(bool, row.coefficients)) + bool(row.constant) for row in node.op.rows)


def _notes(f: Network) -> list[str]:
    notes = []
    thin = min(range(len(f.widths)), key=f.widths.__getitem__)
    if f.widths[thin] < f.arity:
        notes.append(f"value {thin} is {f.widths[thin]} wide, narrower than the input")
    if any(isinstance(node.op, Argmax) for node in f.nodes[-1:]):
        notes.append("the output is a label")
    if _smooth(f):
        notes.append("some values are no rational numbers: " + ", ".join(_smooth(f)))
    elif not any(isinstance(node.op, Product | Argmax) for node in f.nodes):
        notes.append("piecewise affine and continuous" if _kinks(f) else "affine")
    return notes


def _smooth(f: Network) -> list[str]:
    found = {
        _activation(s)
        for node in f.nodes
        if isinstance(node.op, Pointwise)
        for s in set(node.op.activations)
        if not isinstance(s, PiecewiseAffine)
    }
    return sorted(found | {type(node.op).__name__ for node in f.nodes if isinstance(node.op, Softmax | Spline)})


def _kinks(f: Network) -> bool:
    return any(isinstance(node.op, Pointwise | Max) for node in f.nodes)
