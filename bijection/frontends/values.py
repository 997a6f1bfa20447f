"""The two things an ONNX value can be while the graph is read: an exact constant, or positions in a computed vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.exact import scaled
from proofs.errors import Malformed

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

ELEMENTS = 50_000_000  # of one tensor
BITS = 16_384  # of one exact number: products of constants could otherwise double in length at each node
INTEGERS = range(-(2**63), 2**63)
SAFE = range(-(2**31), 2**31)  # in every type that there is arithmetic on


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A tensor known exactly: stored floats, integers, or Fractions (dtype object) after exact arithmetic."""

    array: Array
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The ONNX shape."""
        return tuple(self.array.shape)

    @property
    def integer(self) -> bool:
        """Whether the element type is an integer or bool."""
        return self.array.dtype.kind in "iub"


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """The entries index[...] of value number `value` of the straight-line code; `shared` if other nodes read it too."""

    value: int
    index: Array
    integer: bool = False
    shared: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The ONNX shape."""
        return tuple(self.index.shape)


Value: TypeAlias = Constant | Tensor
Values: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One ONNX node with its operands; attributes include the defaults of its operator version."""

    op: str
    opset: int
    attributes: Mapping[str, Any]
    inputs: tuple[Value | None, ...]
    outputs: int


def operand(call: Call, i: int) -> Value:
    """Input i, which must be there."""
    found = call.inputs[i] if i < len(call.inputs) else None
    if found is None:
        raise Malformed(f"input {i} is missing")
    return found


def constant(call: Call, i: int, what: str) -> Constant:
    """Input i, which must be known without the network's input."""
    match operand(call, i):
        case Constant() as found:
            return found
        case Tensor():
            raise NotSupported(f"{what} (input {i}) depends on the network's input; only a constant is read exactly")


def tensor(call: Call, i: int) -> Tensor:
    """Input i, which must depend on the network's input."""
    match operand(call, i):
        case Tensor() as found:
            return found
        case Constant():
            raise NotSupported(f"input {i} is a constant; fold constants before export")


def integers(call: Call, name: str, i: int, since: int) -> tuple[int, ...] | None:
    """A list of integers that was the attribute `name` before operator set `since` and is input i from then on."""
    if call.opset < since:
        found = call.attributes.get(name)
        return None if found is None else tuple(found)
    if i >= len(call.inputs) or call.inputs[i] is None:
        return None
    c = constant(call, i, name)
    if not c.integer or len(c.shape) > 1:
        raise Malformed(f"{name} (input {i}) is no list of integers: {c.array.dtype} of shape {c.shape}")
    return tuple(int(v) for v in c.array.ravel())


def reindex(v: Value, f: Callable[[Array], Array]) -> Value:
    """The value with its entries moved; costs no node."""
    match v:
        case Constant():
            return replace(v, array=np.asarray(f(v.array)))
        case Tensor():
            return replace(v, index=np.asarray(f(v.index)))


def affordable(shape: tuple[int, ...], what: str = "a tensor") -> int:
    """The number of entries of a tensor of this shape, refused before it takes memory."""
    if any(d < 0 for d in shape):
        raise Malformed(f"{what} has the negative dimension {min(shape)}")
    size = prod(max(d, 1) for d in shape)  # an empty tensor with one huge side is refused as well
    if size > ELEMENTS or len(shape) > 12:
        raise NotSupported(f"{what} of shape {list(shape)} has {size:,} entries; at most {ELEMENTS:,} in 12 dimensions are read")
    return prod(shape)


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape of NumPy and ONNX broadcasting, or Malformed."""
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise Malformed(f"the shapes {' and '.join(map(str, shapes))} do not broadcast") from None
    affordable(shape, "the result")
    return shape


def axis_of(axis: int, rank: int) -> int:
    """A possibly negative axis as an axis in 0 … rank−1, or Malformed."""
    if not -rank <= axis < rank:
        raise Malformed(f"axis {axis} of a tensor with {rank} dimensions")
    return axis % rank


def axes_of(axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """Distinct axes in 0 … rank−1, increasing, or Malformed."""
    found = sorted(axis_of(a, rank) for a in axes)
    if len(set(found)) < len(found):
        raise Malformed(f"the axes {list(axes)} repeat")
    return tuple(found)


def numbers(c: Constant) -> Array:
    """The exact entries as Python ints and Fractions (dtype object)."""
    if c.integer or c.array.dtype.kind == "O":
        return c.array.astype(object)
    numerators, d = scaled(c.array, f"tensor '{c.name}'")
    out = np.empty(numerators.size, dtype=object)
    out[:] = [Fraction(a, d) for a in numerators.ravel()]
    return out.reshape(c.shape)


def folded(array: Any, integer: bool, name: str) -> Constant:
    """The constant with these exact entries, stored as int64 if they are integers. Numbers that grew too long are refused."""
    entries = np.asarray(array, dtype=object)
    if integer:
        whole = [int(v) for v in entries.ravel()]
        if not all(v in SAFE for v in whole):
            raise NotSupported("integer arithmetic on constants leaves 32 bits, where it may wrap around; fold them before export")
        return Constant(np.array(whole, dtype=np.int64).reshape(entries.shape), name)
    exact = [Fraction(v) for v in entries.ravel()]
    if any(q.numerator.bit_length() + q.denominator.bit_length() > BITS for q in exact):
        raise NotSupported(f"constants grow beyond {BITS:,} bits; fold them before export")
    out = np.empty(len(exact), dtype=object)
    out[:] = exact
    return Constant(out.reshape(entries.shape), name)


def ordered(size: int, shape: tuple[int, ...]) -> Array:
    """The positions 0 … size−1 in the given shape."""
    return np.arange(size, dtype=np.int64).reshape(shape)
