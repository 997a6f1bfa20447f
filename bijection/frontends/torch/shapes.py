"""torch's functions that move entries, by name: they cost no node. See `torch_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.torch.tracer import Tracer, moved
from bijection.frontends.values import Constant, Tensor, Value
from proofs.errors import Malformed


def _listed(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """view(2, 3) and view((2, 3)) are the same."""
    return tuple(given[0]) if len(given) == 1 and isinstance(given[0], Sequence) else given


def reshape(t: Tracer, input: Value, *shape: Any) -> Value:
    """The entries in order, in another shape."""
    return moved(input, lambda a: a.reshape(_listed(shape)))


def flatten(t: Tracer, input: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """The axes from start_dim to end_dim as one."""
    rank = len(input.shape)
    first, last = start_dim % max(rank, 1), end_dim % max(rank, 1)
    return moved(input, lambda a: a.reshape(*a.shape[:first], int(np.prod(a.shape[first : last + 1])), *a.shape[last + 1 :]))


def unflatten(t: Tracer, input: Value, dim: int, sizes: Any) -> Value:
    """One axis as several."""
    at = dim % len(input.shape)
    return moved(input, lambda a: a.reshape(*a.shape[:at], *sizes, *a.shape[at + 1 :]))


def permute(t: Tracer, input: Value, *dims: Any) -> Value:
    """The axes in another order."""
    return moved(input, lambda a: a.transpose(_listed(dims)))


def transpose(t: Tracer, input: Value, dim0: int, dim1: int) -> Value:
    """Two axes exchanged."""
    return moved(input, lambda a: np.swapaxes(a, dim0, dim1))


def matrix_transpose(t: Tracer, input: Value) -> Value:
    """The axes in reverse."""
    return moved(input, np.transpose)


def squeeze(t: Tracer, input: Value, dim: Any = None) -> Value:
    """Without axes of length 1: all of them, or those named."""
    rank = len(input.shape)
    named = range(rank) if dim is None else [d % rank for d in (dim if isinstance(dim, Sequence) else (dim,))]
    return moved(input, lambda a: a.reshape([d for i, d in enumerate(a.shape) if d != 1 or i not in named]))


def unsqueeze(t: Tracer, input: Value, dim: int) -> Value:
    """With a new axis of length 1."""
    return moved(input, lambda a: np.expand_dims(a, dim))


def getitem(t: Tracer, input: Any, key: Any) -> Any:
    """Entries by integers, slices, None, … and constant integer tensors; also an entry of a tuple."""
    if isinstance(input, Sequence):
        return input[key]
    parts = tuple(_index(k) for k in (key if isinstance(key, tuple) else (key,)))
    return moved(input, lambda a: a[parts])


def index(t: Tracer, input: Value, indices: Sequence[Any]) -> Value:
    """The operator of exported programs for constant integer tensors as indices; None stands for a whole axis."""
    return getitem(t, input, tuple(slice(None) if k is None else k for k in indices))  # type: ignore[no-any-return]


def index_select(t: Tracer, input: Value, dim: int, index: Any) -> Value:
    """The entries at several indices of an axis."""
    return getitem(t, input, (slice(None),) * (dim % len(input.shape)) + (index,))  # type: ignore[no-any-return]


def _index(k: Any) -> Any:
    if isinstance(k, Constant) and k.integer and k.array.dtype != bool:
        return k.array
    if k is None or k is Ellipsis or isinstance(k, int | slice):
        return k
    raise NotSupported(f"an index of the kind {type(k).__name__}; integers, slices, None, … and constant integer tensors are read")


def select(t: Tracer, input: Value, dim: int, index: int) -> Value:
    """The entries at one index of an axis."""
    return moved(input, lambda a: np.take(a, index, axis=dim))


def slice_(t: Tracer, input: Value, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Value:
    """Every step-th entry of an axis, from start to end."""
    return moved(input, lambda a: a[(slice(None),) * (dim % a.ndim) + (slice(start, end, step),)])


def narrow(t: Tracer, input: Value, dim: int, start: int, length: int) -> Value:
    """`length` entries of an axis from `start` on."""
    return slice_(t, input, dim, start, start + length)


def split(t: Tracer, input: Value, split_size: Any, dim: int = 0) -> tuple[Value, ...]:
    """Consecutive pieces of an axis: of one size, the last one possibly shorter, or of the sizes listed."""
    side = input.shape[dim]
    if isinstance(split_size, int) and split_size < 1:
        raise Malformed(f"pieces of the size {split_size}; it must be positive")
    sizes = [min(split_size, side - i) for i in range(0, side, split_size)] if isinstance(split_size, int) else list(split_size)
    if sum(sizes) != side:
        raise Malformed(f"pieces of the sizes {sizes} of an axis of {side}")
    ends = np.cumsum(sizes).tolist()
    return tuple(slice_(t, input, dim, end - size, end) for size, end in zip(sizes, ends, strict=True))


def chunk(t: Tracer, input: Value, chunks: int, dim: int = 0) -> tuple[Value, ...]:
    """At most `chunks` pieces of an axis, equal but for the last."""
    return split(t, input, max(1, -(-input.shape[dim] // chunks)), dim)


def unbind(t: Tracer, input: Value, dim: int = 0) -> tuple[Value, ...]:
    """The entries of an axis, one by one."""
    return tuple(select(t, input, dim, i) for i in range(input.shape[dim]))


def flip(t: Tracer, input: Value, *dims: Any) -> Value:
    """The axes in reverse order of their entries."""
    return moved(input, lambda a: np.flip(a, _listed(dims)))


def expand(t: Tracer, input: Value, *sizes: Any) -> Value:
    """Repeated along axes of length 1; −1 keeps an axis."""
    given = _listed(sizes)
    before = len(given) - len(input.shape)
    shape = [input.shape[i - before] if d == -1 and i >= before else d for i, d in enumerate(given)]
    t.code.spend(int(np.prod([max(d, 1) for d in shape], dtype=object)))
    return moved(input, lambda a: np.broadcast_to(a, shape))


def identity(t: Tracer, input: Value, *_: Any, **__: Any) -> Value:
    """The value itself: other memory, or another precision, but the same real number."""
    return input


def to(t: Tracer, input: Value, *given: Any, **more: Any) -> Value:
    """The value itself on another device or in another float type."""
    for like in (*given, *more.values()):
        wanted = "integers" if isinstance(like, Constant | Tensor) and like.integer else str(like)
        number = wanted.startswith("torch.") and wanted not in _NO_NUMBERS
        if wanted == "integers" or (number and "float" not in wanted):
            raise NotSupported(f"a conversion to {wanted}, which rounds; only conversions between floats are read")
    return input


def size(t: Tracer, input: Value, dim: Any = None) -> Any:
    """The shape, or one side of it."""
    return input.shape if dim is None else input.shape[dim]


def attribute(t: Tracer, input: Value, name: str) -> Any:
    """.shape, .T, .ndim."""
    found: dict[str, Callable[[], Any]] = {
        "shape": lambda: input.shape,
        "ndim": lambda: len(input.shape),
        **dict.fromkeys(("device", "dtype"), lambda: None),  # real numbers have neither
        "T": lambda: moved(input, np.transpose),
        "mT": lambda: moved(input, lambda a: np.swapaxes(a, -1, -2)),
    }
    if name not in found:
        raise NotSupported(f"the attribute {name!r} of a tensor; {', '.join(found)} are read")
    return found[name]()


_NO_NUMBERS = ("torch.strided", "torch.preserve_format", "torch.contiguous_format", "torch.channels_last", "torch.channels_last_3d")
_SAME = (
    "identity",
    "contiguous",
    "clone",
    "detach",
    "float",
    "double",
    "alias",
    "lift_fresh_copy",
    "requires_grad_",
)

SHAPES: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(("view", "reshape", "_unsafe_view"), reshape),
    "flatten": flatten,
    "unflatten": unflatten,
    "permute": permute,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), transpose),
    "t": matrix_transpose,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "getitem": getitem,
    "index": index,
    "index_select": index_select,
    "select": select,
    "slice": slice_,
    "narrow": narrow,
    **dict.fromkeys(("split", "split_with_sizes"), split),
    "chunk": chunk,
    "unbind": unbind,
    "flip": flip,
    **dict.fromkeys(("expand", "broadcast_to"), expand),
    **dict.fromkeys(_SAME, identity),
    **dict.fromkeys(("to", "type_as", "_to_copy", "copy_to"), to),
    **dict.fromkeys(("size", "sym_size"), size),
    "dim": lambda t, input: len(input.shape),
    "getattr": attribute,
}
