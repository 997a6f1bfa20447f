"""Which comparisons decide what an entry of a tensor is, entry by entry, while operators run.

A mark is a set of coordinates, as the bits of an integer: those in the comparisons whose outcomes chose, masked or counted what
stands there. Entries that a mask picks carry the mark of their place in the mask; that is enough where they are put back by
a mask, as then the place has the marks of both. Where an operator is not known here, everything it returns has all marks it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves, tree_map

Marks = np.ndarray[Any, np.dtype[Any]]
Read = Callable[[Any], Marks]

ALONG = ("sum", "cumsum", "any", "all", "argmax", "argmin", "amax", "amin", "_softmax", "mean")
ELEMENTWISE = (
    "add", "sub", "rsub", "mul", "div", "neg", "reciprocal", "square", "pow", "exp", "tanh", "abs", "relu", "sigmoid", "sqrt", "log",
    "softplus", "clamp", "clamp_min", "clamp_max", "maximum", "minimum", "ge", "gt", "le", "lt", "eq", "ne", "floor", "logical_and",
    "logical_or", "logical_not", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_not", "bitwise_xor", "remainder",
    "floor_divide", "where", "sign", "log1p", "sin", "cos",
)  # fmt: skip
PLACED = (
    "cat", "stack", "constant_pad_nd", "flip", "roll", "clone", "copy", "fill", "repeat", "zero", "_to_copy", "select_scatter",
    "slice_scatter", "_unsafe_view", "contiguous",
)  # fmt: skip


def union(marks: Sequence[Marks]) -> int:
    """All of them."""
    out = 0
    for part in marks:
        for m in part.flat:
            out |= m
    return out


def none(shape: Any) -> Marks:
    """No marks."""
    return np.zeros(tuple(shape), dtype=object)


def marks_of(func: Any, name: str, args: Any, kwargs: Any, out: Any, read: Read) -> list[Marks]:
    """The marks of the tensors that an operator returned."""
    outs = [y for y in tree_leaves(out) if isinstance(y, torch.Tensor)]
    given = [read(a) for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
    everything = union(given)
    if not everything:
        return [none(y.shape) for y in outs]
    found = _known(func, name, args, given, outs[0], read) if len(outs) == 1 else None
    if found is not None and found.shape == tuple(outs[0].shape):
        return [found]
    return [np.asarray(none(y.shape) | everything, dtype=object) for y in outs]


def _known(func: Any, name: str, args: Any, given: Sequence[Marks], out: Any, read: Read) -> Marks | None:
    shape = tuple(out.shape)
    if name in ELEMENTWISE:
        return _joined([np.broadcast_to(m, shape) for m in given])
    if name in PLACED:
        return _moved(func, args, read)
    if name in ALONG and len(args) > 1:
        return _along(name, given[0], args, shape)
    if name == "gather" and not union([given[0]]):
        return given[1]
    if name in ("masked_fill", "index", "index_put", "gather"):
        return _picked(func, name, args, shape, read)
    return None


def _joined(parts: Sequence[Marks]) -> Marks:
    out = none(parts[0].shape)
    for m in parts:
        out = np.asarray(out | m, dtype=object)
    return out


def _along(name: str, marks: Marks, args: Any, shape: tuple[int, ...]) -> Marks:
    axes = tuple(args[1]) if isinstance(args[1], Sequence) else (args[1],)
    if not axes or any(a is None for a in axes):
        axes = tuple(range(marks.ndim))
    total = np.asarray(np.bitwise_or.reduce(marks, axis=axes, keepdims=True, initial=0), dtype=object)
    return np.broadcast_to(total, shape) if name in ("cumsum", "_softmax") else total.reshape(shape)


def _picked(func: Any, name: str, args: Any, shape: tuple[int, ...], read: Read) -> Marks | None:
    """Entries by masks or by numbers of places."""
    if name == "gather":
        return _joined([_moved(func, args, read), read(args[2])])
    first = read(args[0])
    if name == "masked_fill":
        return _joined([np.broadcast_to(first, shape), np.broadcast_to(read(args[1]), shape)])
    indices = [k for k in args[1] if k is not None]
    marked = [k for k in indices if union([read(k)])]
    if not marked:
        return _moved(func, args, read)
    mask = marked[0]
    if len(indices) > 1 or mask.dtype != torch.bool or args[1][0] is not mask:
        return None
    spread = read(mask).reshape(tuple(mask.shape) + (1,) * (len(first.shape) - mask.dim()))
    both = _joined([first, np.broadcast_to(spread, first.shape)])
    moved = _moved(func, (both, *args[1:]), read)
    return _joined([moved, both]) if name == "index_put" else moved


def _moved(func: Any, args: Any, read: Read) -> Marks:
    """The marks of what was moved: the same operator on numbers of places."""
    table: list[Any] = [0]
    named = func._schema.name
    if named.startswith("aten::fill") and not isinstance(args[1], torch.Tensor):
        args = (args[0], 0.0)
    elif named == "aten::constant_pad_nd":
        args = (*args[:2], 0.0)

    def places(a: Any) -> Any:
        if isinstance(a, torch.Tensor | np.ndarray):
            marks = a if isinstance(a, np.ndarray) else read(a)
            table.extend(marks.ravel().tolist())
            return torch.arange(len(table) - marks.size, len(table)).reshape(marks.shape)
        return 0 if isinstance(a, float) else a

    kept = (1,) if named.startswith("aten::index") else (2,) if named == "aten::gather" else ()
    args = tuple(a if k in kept else tree_map(places, a) for k, a in enumerate(args))
    moved = func(*args)
    return np.asarray(np.array(table, dtype=object)[moved.numpy()], dtype=object)
