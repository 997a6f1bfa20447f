"""ONNX bytes → plain data, checked against the operator schemas. The only file that imports onnx; it believes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from bijection.errors import NotSupported
from bijection.frontends.onnx.external import read_external, read_regular
from bijection.frontends.values import Array, affordable
from proofs.errors import Malformed

FILE_BYTES = 2**30
WEIGHT_BYTES = 2**30  # of all tensors together
NODES = 100_000
OPSETS = range(7, 29)

_T = onnx.TensorProto
_A = onnx.AttributeProto
# stored type: (NumPy type of the raw bytes, field used when there are no raw bytes)
_STORED: Mapping[int, tuple[str, str]] = {
    _T.FLOAT: ("<f4", "float_data"),
    _T.DOUBLE: ("<f8", "double_data"),
    _T.FLOAT16: ("<f2", "int32_data"),
    _T.BFLOAT16: ("<u2", "int32_data"),
    _T.INT64: ("<i8", "int64_data"),
    _T.INT32: ("<i4", "int32_data"),
    _T.INT16: ("<i2", "int32_data"),
    _T.INT8: ("|i1", "int32_data"),
    _T.UINT8: ("|u1", "int32_data"),
    _T.UINT16: ("<u2", "int32_data"),
    _T.UINT32: ("<u4", "uint64_data"),
    _T.UINT64: ("<u8", "uint64_data"),
    _T.BOOL: ("|u1", "int32_data"),
}
FLOATS = {_T.FLOAT: "float32", _T.DOUBLE: "float64", _T.FLOAT16: "float16", _T.BFLOAT16: "bfloat16"}
_INTEGERS = frozenset(_STORED) - frozenset(FLOATS) - {_T.BOOL}


@dataclass(frozen=True, slots=True)
class Port:
    """An input of the graph: its shape, with None for dimensions the file leaves open."""

    name: str
    shape: tuple[int | None, ...]
    integer: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One node as written; `obstacle` says why its attributes could not be read, if so."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    obstacle: str | None = None

    @property
    def label(self) -> str:
        """The node's name, or that of its first output where it has none."""
        return self.name or next(iter(self.outputs), "")


@dataclass(frozen=True, slots=True)
class Graph:
    """A model as plain data."""

    opset: int
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    constants: Mapping[str, Array]
    steps: tuple[Step, ...]


def read_graph(source: Any) -> Graph:
    """The graph in a path, bytes or ModelProto; Malformed or NotSupported for everything else."""
    folder: Path | None = None
    model = source
    if isinstance(source, str | Path):
        folder = Path(source).parent
        model = read_regular(Path(source), FILE_BYTES)
    try:
        if isinstance(model, bytes | bytearray | memoryview):
            model = onnx.load_model_from_string(bytes(model))
        if not isinstance(model, onnx.ModelProto):
            raise Malformed(f"a {type(source).__name__} is no ONNX model; pass a path, bytes or a ModelProto")
        return _graph(model, folder)
    except (DecodeError, UnicodeDecodeError):
        raise Malformed("these bytes are no ONNX model: they do not parse as one (a truncated or another kind of file?)") from None


def _graph(model: onnx.ModelProto, folder: Path | None) -> Graph:
    versions = {o.version for o in model.opset_import if _text(o.domain) in ("", "ai.onnx")}
    if len(versions) != 1 or not model.HasField("graph"):
        raise Malformed(f"no ONNX model: graph {'present' if model.HasField('graph') else 'missing'}, operator sets {sorted(versions)}")
    (opset,) = versions
    if opset not in OPSETS:
        way = "onnx.version_converter.convert_version"
        raise NotSupported(f"operator set {opset}; the sets {OPSETS[0]} to {OPSETS[-1]} are read: convert with {way}")
    g = model.graph
    if any(_text(f.domain) in ("", "ai.onnx") for f in model.functions):
        raise NotSupported("a function of the file redefines a standard operator; export without functions")
    if len(g.node) > NODES:
        raise NotSupported(f"{len(g.node):,} nodes; at most {NODES:,} are read")
    if g.sparse_initializer:
        raise NotSupported("sparse initializers are not read; store them dense")
    reader = _Tensors(folder)
    constants: dict[str, Array] = {}
    for t in g.initializer:
        if not _text(t.name) or t.name in constants:
            raise Malformed(f"two initializers, or one without a name, are called '{t.name}'")
        constants[t.name] = reader.array(t, t.name)
    inputs = tuple(_port(v) for v in g.input if v.name not in constants)
    steps = tuple(_step(node, opset, reader) for node in g.node)
    return Graph(opset, inputs, tuple(_text(v.name) for v in g.output), constants, steps)


def _port(v: onnx.ValueInfoProto) -> Port:
    _text(v.name)
    kind = v.type.tensor_type
    if not v.type.HasField("tensor_type") or not kind.HasField("shape"):
        raise NotSupported(f"input '{v.name}' has no tensor shape in the file; run onnx.shape_inference or export with fixed shapes")
    if kind.elem_type not in FLOATS and kind.elem_type not in _INTEGERS:
        raise NotSupported(f"input '{v.name}' has the element type {_type_name(kind.elem_type)}; real numbers or integers are read")
    shape = tuple(d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None for d in kind.shape.dim)
    return Port(v.name, shape, kind.elem_type in _INTEGERS)


def _step(node: onnx.NodeProto, opset: int, reader: _Tensors) -> Step:
    made: dict[str, Any] = {}
    obstacle = None
    for written in (node.op_type, node.domain, node.name, *node.input, *node.output):
        _text(written)
    try:
        if node.domain not in ("", "ai.onnx"):
            raise NotSupported(f"an operator of the domain '{node.domain}'")
        made = _attributes(node, opset, reader)
    except NotSupported as why:
        obstacle = str(why)
    except Malformed as why:
        raise Malformed(f"{node.op_type} node '{node.name}': {why}") from None
    return Step(node.op_type, node.name, tuple(node.input), tuple(node.output), made, obstacle)


@dataclass(frozen=True, slots=True)
class _Signature:
    """What an operator's schema allows."""

    inputs: range
    outputs: range
    types: Mapping[str, int]
    required: tuple[str, ...]
    defaults: Mapping[str, Any]


# An operator that onnxruntime adds to the standard ones; exporters write it
_ADDED = {
    "SimplifiedLayerNormalization": _Signature(
        range(2, 3),
        range(1, 3),
        {"axis": int(_A.INT), "epsilon": int(_A.FLOAT), "stash_type": int(_A.INT)},
        (),
        {"axis": -1, "epsilon": float(np.float32(1e-5)), "stash_type": 1},
    )
}


@lru_cache(maxsize=1024)
def _signature(op: str, opset: int) -> _Signature:
    if op in _ADDED:
        return _ADDED[op]
    try:
        schema = onnx.defs.get_schema(op, opset, "")
    except onnx.defs.SchemaError:
        raise NotSupported(f"operator set {opset} has no such operator") from None
    if schema.deprecated:
        raise NotSupported(f"withdrawn from operator set {opset}")
    known = schema.attributes
    reader = _Tensors(None)
    return _Signature(
        range(schema.min_input, schema.max_input + 1),
        range(1, schema.max_output + 1),
        {k: int(a.type.value) for k, a in known.items()},
        tuple(k for k, a in known.items() if a.required),
        {k: _value(a.default_value, reader) for k, a in known.items() if a.default_value.name},
    )


def _attributes(node: onnx.NodeProto, opset: int, reader: _Tensors) -> dict[str, Any]:
    """The attributes with their defaults, once the node fits the operator's schema."""
    signature = _signature(node.op_type, opset)
    if len(node.input) not in signature.inputs or len(node.output) not in signature.outputs:
        raise Malformed(f"{len(node.input)} inputs and {len(node.output)} outputs do not fit operator set {opset}")
    made = dict(signature.defaults)
    if len({a.name for a in node.attribute}) < len(node.attribute):
        raise Malformed("an attribute is given twice")
    for a in node.attribute:
        if signature.types.get(_text(a.name)) != a.type:
            raise Malformed(f"attribute '{a.name}' does not exist in operator set {opset}, or has another type")
        made[a.name] = _value(a, reader)
    missing = [k for k in signature.required if k not in made]
    if missing:
        raise Malformed(f"the attribute '{missing[0]}' is missing")
    return made


def _value(a: onnx.AttributeProto, reader: _Tensors) -> Any:
    if a.ref_attr_name:
        raise Malformed(f"attribute '{a.name}' refers to '{a.ref_attr_name}' outside a function")
    readers: Mapping[int, Callable[[], Any]] = {
        _A.FLOAT: lambda: a.f,
        _A.INT: lambda: a.i,
        _A.STRING: lambda: a.s.decode(),
        _A.TENSOR: lambda: reader.array(a.t, _text(a.t.name) or a.name),
        _A.FLOATS: lambda: tuple(a.floats),
        _A.INTS: lambda: tuple(a.ints),
    }
    if a.type not in readers:
        raise NotSupported(f"attribute '{a.name}' is a {_A.AttributeType.Name(a.type)}; subgraphs, strings and sparse tensors are not read")
    return readers[a.type]()


class _Tensors:
    """Reads stored tensors and keeps count of their bytes."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._left = WEIGHT_BYTES

    def array(self, t: onnx.TensorProto, name: str) -> Array:
        """The stored numbers in their own type (bfloat16 as float32, which holds it exactly)."""
        if t.data_type not in _STORED:
            raise NotSupported(f"tensor '{name}' has the element type {_type_name(t.data_type)}; store it as float or integer")
        if t.HasField("segment"):
            raise NotSupported(f"tensor '{name}' is stored in segments")
        shape = tuple(t.dims)
        kind = np.dtype(_STORED[t.data_type][0])
        need = affordable(shape, f"tensor '{name}'") * kind.itemsize
        self._left -= need
        if self._left < 0:
            raise NotSupported(f"the tensors up to '{name}' need more than the {WEIGHT_BYTES:,} bytes that are read")
        return _typed(self._entries(t, name, kind, need), t.data_type).reshape(shape)

    def _entries(self, t: onnx.TensorProto, name: str, kind: np.dtype[Any], need: int) -> Array:
        if t.data_location == _T.EXTERNAL:
            entries = {_text(e.key): _text(e.value) for e in t.external_data}
            return np.frombuffer(read_external(self._folder, entries, need, name), kind)
        if t.HasField("raw_data"):
            if len(t.raw_data) != need:
                raise Malformed(f"tensor '{name}' holds {len(t.raw_data)} bytes; its shape {list(t.dims)} needs {need}")
            return np.frombuffer(t.raw_data, kind)
        field = getattr(t, _STORED[t.data_type][1])
        if len(field) * kind.itemsize != need:
            raise Malformed(f"tensor '{name}' holds {len(field)} numbers; its shape {list(t.dims)} needs {need // kind.itemsize}")
        wide = np.array(field, dtype=kind if kind.kind == "f" and kind.itemsize > 2 else object)
        if t.data_type in (_T.FLOAT16, _T.BFLOAT16):
            kind = np.dtype("<u2")  # the field holds the bits, not the number
        if wide.dtype == object and not all(np.iinfo(kind).min <= v <= np.iinfo(kind).max for v in field):
            raise Malformed(f"tensor '{name}' holds an integer outside {kind.name}")
        typed = wide.astype(kind)
        return typed.view("<f2") if t.data_type == _T.FLOAT16 else typed


def _typed(entries: Array, data_type: int) -> Array:
    if data_type == _T.BFLOAT16:
        return (entries.astype(np.uint32) << 16).view(np.float32)
    if data_type == _T.BOOL:
        return entries.astype(bool)
    if entries.dtype.kind in "iu":
        if entries.dtype.itemsize == 8 and entries.dtype.kind == "u" and entries.max(initial=0) >= 2**63:
            raise NotSupported("an unsigned integer of 64 bits beyond 2^63")
        return entries.astype(np.int64)
    unknown = np.isnan(entries)  # a signalling NaN would warn on every later cast
    return np.where(unknown, entries.dtype.type(np.nan), entries) if unknown.any() else entries


def _text(written: str | bytes) -> str:
    """Protocol buffers hand over bytes where a string is no UTF-8."""
    if isinstance(written, bytes):
        raise Malformed(f"these bytes are no ONNX model: the name {written[:40]!r} is no text")
    return written


def _type_name(data_type: int) -> str:
    return str(_T.DataType.Name(data_type)) if data_type in _T.DataType.values() else f"number {data_type}"
