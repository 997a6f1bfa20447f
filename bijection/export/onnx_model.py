"""Network → ONNX. Weights become floats here, so the file may hold another function; what was rounded is counted and said.

Contract: `load` of a file whose `rounded` is 0 gives the same exact function, and `write` has checked that (in normal
form); but for roots and divisions, which are read with their guards as operations of their own and compared at some points,
and for splines, which are written for other programs to run. A file with rounded weights is an approximation; nothing that
is proved of the network is proved of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias, assert_never

import numpy as np
import onnx
from onnx import TensorProto, helper

from bijection import load
from bijection.errors import EngineBug, NotSupported
from bijection.exact.floating import approximate
from bijection.export.onnx_spline import write_spline
from proofs.activations import (
    ABS,
    IDENTITY,
    RELU,
    Activation,
    Atan,
    Elu,
    Erf,
    Exp,
    PiecewiseAffine,
    Reciprocal,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
)
from proofs.domains import Box
from proofs.enclosure import bounds
from proofs.errors import well_formed
from proofs.exact import Interval
from proofs.functions import Function
from proofs.network import Affine, Argmax, Max, Network, Op, Pointwise, Product, Softmax, Spline, Stack, Sum, runs
from proofs.theorems.forms import Atoms

Array: TypeAlias = np.ndarray[Any, Any]

OPSET, IR_VERSION = 17, 8
MOST_ENTRIES = 50_000_000  # of one matrix, which is written with its zeros
_TYPES = {"double": (np.float64, TensorProto.DOUBLE), "float": (np.float32, TensorProto.FLOAT)}


_POINTS = 5  # at which networks with roots or divisions are compared


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of an ONNX model; how many of its weights are not those of the network, and by how much at most (relative to them)."""

    data: bytes = field(repr=False)
    dtype: str
    weights: int
    rounded: int
    worst: float

    @property
    def exact(self) -> bool:
        """Whether the file holds exactly the function of the network."""
        return self.rounded == 0

    def put(self, file: str | Path | None) -> Written:
        """The same, after the bytes are written to the file, if one is named."""
        if file is not None:
            Path(file).write_bytes(self.data)
        return self

    def __str__(self) -> str:
        if self.exact:
            return f"the file holds exactly this function ({self.weights} weights in {self.dtype})"
        share = f"{self.rounded} of {self.weights} weights are no {self.dtype} numbers and were rounded, by up to {self.worst:.1g} of each"
        return f"the file holds an approximation: {share}; its exact function is another one"


def write(f: Network, file: str | Path | None = None, dtype: str = "double") -> Written:
    """The network as an ONNX model with one input of the shape (batch, n), written to the file if one is named."""
    well_formed(dtype in _TYPES, f"weights of the type {dtype!r}; choose double or float")
    writer = Writer(dtype)
    names = ["x"]
    for i, node in enumerate(f.nodes):
        names.append(writer.operation(node.op, [names[j] for j in node.inputs], f"v{i + 1}"))
    written = writer.finished(names[-1], f.arity, f.width)
    if written.exact and not any(isinstance(node.op, Spline) for node in f.nodes) and not agrees(f, load(written.data)):
        raise EngineBug("a network written to ONNX is read as another function")
    return written.put(file)


def agrees(f: Network, g: Function) -> bool:
    """Whether the two are seen to be one function; where there are roots or divisions, whose guards are read as operations of their own,
    whether no value at some points says otherwise.
    """
    if same_function(f, g):
        return True
    scalar = {s for node in f.nodes if isinstance(node.op, Pointwise) for s in node.op.activations}
    if not any(isinstance(s, Sqrt | Reciprocal) for s in scalar):
        return False
    if not isinstance(g, Network) or (f.arity, f.width) != (g.arity, g.width):
        return False
    points = [tuple(Fraction((3 * i + 5 * k) % 11 - 5, 4) for i in range(f.arity)) for k in range(_POINTS)]
    pairs = [pair for x in points for pair in zip(bounds(f, Box(x, x)), bounds(g, Box(x, x)), strict=True)]
    return not any(_apart(a, b) or _apart(b, a) for a, b in pairs)


def _apart(a: Interval, b: Interval) -> bool:
    return a.upper is not None and b.lower is not None and a.upper < b.lower


def same_function(f: Network, g: Function) -> bool:
    """Whether the two are seen to be one function, by their normal forms."""
    if not isinstance(g, Network) or f.arity != g.arity:
        return False
    atoms = Atoms(f.arity)
    return atoms.run(f) == atoms.run(g)


@dataclass(slots=True)
class Writer:
    """An ONNX graph in the making: the nodes and constants so far, and what became of the weights."""

    dtype: str
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    weights: int = 0
    rounded: int = 0
    worst: float = 0.0

    def finished(self, output: str, arity: int, width: int) -> Written:
        """The model with the input x, the output y, and what was written before."""
        self.node("Identity", [output], "y")
        kind = _TYPES[self.dtype][1]
        x = helper.make_tensor_value_info("x", kind, ["batch", arity])
        y = helper.make_tensor_value_info("y", kind, ["batch", width])
        graph = helper.make_graph(self.nodes, "network", [x], [y], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="bijection")
        onnx.checker.check_model(model)
        return Written(model.SerializeToString(), self.dtype, self.weights, self.rounded, self.worst)

    def node(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """One ONNX node with one output, whose name is given back."""
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def constant(self, values: Array, name: str) -> str:
        """A constant as it is."""
        self.constants.append(onnx.numpy_helper.from_array(values, name))
        return name

    def numbers(self, values: Sequence[Fraction], shape: tuple[int, ...], name: str) -> str:
        """A constant of weights, each rounded to the nearest float."""
        kind = _TYPES[self.dtype][0]
        with np.errstate(over="ignore"):
            out = np.array([approximate(t) for t in values], dtype=np.float64).astype(kind)
        for exact, held in zip(values, out.tolist(), strict=True):
            if not isfinite(held):
                size = exact.numerator.bit_length() - exact.denominator.bit_length()
                raise NotSupported(f"a weight of about 2^{size} is beyond the range of {self.dtype}; choose double, or scale the network")
            if exact and exact != held:
                self.rounded += 1
                self.worst = max(self.worst, approximate(abs(Fraction(held) - exact) / abs(exact)))
        self.weights += len(out)
        return self.constant(out.reshape(shape), name)

    def columns(self, source: str, index: Sequence[int], name: str) -> str:
        """Some coordinates of a value."""
        chosen = self.constant(np.array(index, dtype=np.int64), f"{name}_columns")
        return self.node("Gather", [source, chosen], name, axis=1)

    def operation(self, op: Op, sources: Sequence[str], name: str) -> str:
        """The nodes of one operation; the name of its value."""
        match op:
            case Affine():
                return self.affine(op, sources[0], name)
            case Pointwise(activations):
                return self.pointwise(activations, sources[0], name)
            case Sum():
                return self.node("Sum", sources, name)
            case Stack():
                return self.node("Concat", sources, name, axis=1)
            case Product():
                return self.node("Mul", sources, name)
            case Max(groups):
                longest = max(map(len, groups), default=1)
                turns = [[group[k] if k < len(group) else group[0] for group in groups] for k in range(longest)]
                parts = [self.columns(sources[0], turn, f"{name}_{k}") for k, turn in enumerate(turns)]
                return self.node("Max", parts, name)
            case Softmax(groups):
                if groups != (tuple(range(sum(map(len, groups)))),):
                    raise NotSupported("a softmax over several groups is not written to ONNX; write the network before it")
                return self.node("Softmax", sources, name, axis=1)
            case Spline():
                return write_spline(self, op, sources, name)
            case Argmax():
                label = self.node("ArgMax", sources, f"{name}_label", axis=1, keepdims=1)
                return self.node("Cast", [label], name, to=_TYPES[self.dtype][1])
            case _:
                assert_never(op)

    def affine(self, op: Affine, source: str, name: str) -> str:
        """Wx + b."""
        m, n, d = len(op.rows), op.columns, op.denominator
        if m * n > MOST_ENTRIES:
            raise NotSupported(f"an affine map of {m}×{n} is written with its zeros, at most {MOST_ENTRIES} entries")
        w = [Fraction(0)] * (m * n)
        for i, row in enumerate(op.rows):
            for j, a in zip(row.columns, row.coefficients, strict=True):
                w[i * n + j] = Fraction(a, d)
        weight = self.numbers(w, (m, n), f"{name}_weight")
        bias = self.numbers([Fraction(row.constant, d) for row in op.rows], (m,), f"{name}_bias")
        return self.node("Gemm", [source, weight, bias], name, transB=1)

    def pointwise(self, activations: Sequence[Activation], source: str, name: str) -> str:
        """A layer of activations, one run of equal ones after the other."""
        if activations and all(_bent_at_zero(s) for s in activations):
            return self.leaky([s.pieces[0][0] for s in activations if isinstance(s, PiecewiseAffine)], source, name)
        groups = list(runs(activations))
        if len(groups) == 1:
            return self.activation(groups[0][0], source, name)
        parts, start = [], 0
        for k, (activation, count) in enumerate(groups):
            part = self.columns(source, range(start, start + count), f"{name}_{k}")
            parts.append(self.activation(activation, part, f"{name}_{k}_value"))
            start += count
        return self.node("Concat", parts, name, axis=1) if parts else self.node("Identity", [source], name)

    def leaky(self, slopes: list[Fraction], source: str, name: str) -> str:
        """t for t ≥ 0, slope·t below."""
        if set(slopes) == {0}:
            return self.node("Relu", [source], name)
        return self.node("PRelu", [source, self.numbers(slopes, (len(slopes),), f"{name}_slope")], name)

    def activation(self, s: Activation, source: str, name: str) -> str:
        """One activation on all coordinates of a value."""
        match s:
            case PiecewiseAffine():
                return self.bent(s, source, name)
            case Sqrt():
                return self.node("Sqrt", [self.node("Relu", [source], f"{name}_above")], name)
            case Sigmoid() | Tanh() | Softplus() | Exp() | Atan() | Erf() | Sin():
                return self.node(type(s).__name__, [source], name)
            case Reciprocal(least):
                above = self.node("Max", [source, self.numbers([least], (), f"{name}_least")], f"{name}_above")
                return self.node("Reciprocal", [above], name)
            case Elu(alpha, scale):
                if Fraction(float(np.float32(approximate(alpha)))) != alpha:
                    raise NotSupported("the alpha of an ELU is a float32 number in ONNX, and this one is not")
                curve = self.node("Elu", [source], f"{name}_curve", alpha=float(alpha))
                return self.node("Mul", [curve, self.numbers([scale], (), f"{name}_scale")], name)
            case _:
                assert_never(s)

    def bent(self, s: PiecewiseAffine, source: str, name: str) -> str:
        """α·t + β + Σ γ·max(t − b, 0)."""
        if s == IDENTITY:
            return self.node("Identity", [source], name)
        if s in (RELU, ABS):
            return self.node("Relu" if s == RELU else "Abs", [source], name)
        slope, intercept = s.pieces[0]
        line = self.node("Mul", [source, self.numbers([slope], (), f"{name}_slope")], f"{name}_sloped")
        parts = [self.node("Add", [line, self.numbers([intercept], (), f"{name}_intercept")], f"{name}_line")]
        for k, b in enumerate(s.breakpoints):
            past = self.node("Sub", [source, self.numbers([b], (), f"{name}_{k}_b")], f"{name}_{k}_past")
            bend = self.node("Relu", [past], f"{name}_{k}_bend")
            gain = self.numbers([s.pieces[k + 1][0] - s.pieces[k][0]], (), f"{name}_{k}_gain")
            parts.append(self.node("Mul", [bend, gain], f"{name}_{k}"))
        return self.node("Sum", parts, name)


def _bent_at_zero(s: Activation) -> bool:
    return isinstance(s, PiecewiseAffine) and s.breakpoints == (Fraction(0),) and s.pieces[1] == (Fraction(1), Fraction(0))


__all__ = ["Writer", "Written", "same_function", "write"]
