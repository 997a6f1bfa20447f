"""When two values of Python functions are one: outputs bit for bit, inputs as values; and how far numbers are apart, for a search."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np


def same(u: Any, v: Any) -> bool:
    """Whether two outputs are one bit for bit: of one type, shape and dtype; 0.0 and −0.0 differ, a NaN is itself; see `bits`."""
    return bool(bits(u) == bits(v))


def bits(v: Any) -> Any:
    """A key that two values share just when they are the same bit for bit: types agree, floats do in every bit; inside tuples, lists, sets,
    dicts, arrays and tensors too. What is none of these is compared by ==.
    """
    return _key(v, _packed, typed=True)


def value(v: Any) -> Any:
    """A key that two inputs share when they are the same number, or the same numbers: 1 and 1.0, 0.0 and −0.0, one NaN and another.

    A pair has to differ in more than that, so that whoever looks at it sees two inputs.
    """
    return _key(v, lambda t: "NaN" if math.isnan(t) else t, typed=False)


def _packed(t: float) -> bytes:
    return struct.pack("<d", t)


def _key(v: Any, number: Callable[[float], Any], typed: bool) -> Any:
    kind = type(v) if typed else None
    match v:
        case float():
            return (kind, number(v)) if typed else number(v)
        case complex():
            return kind, number(v.real), number(v.imag)
        case tuple() | list():
            return kind, tuple(_key(t, number, typed) for t in v)
        case dict():
            return kind, frozenset((_key(k, number, typed), _key(t, number, typed)) for k, t in v.items())
        case set() | frozenset():
            return kind, frozenset(_key(t, number, typed) for t in v)
    if _is_tensor(v) or isinstance(v, np.ndarray | np.generic):
        if not typed:
            return _key(v.tolist(), number, typed)
        return kind, str(v.dtype), tuple(v.shape), _raw(v) if _is_tensor(v) else _stored(v)
    return (kind, v) if typed else v


def _is_tensor(v: Any) -> bool:
    return any(c.__module__.partition(".")[0] == "torch" for c in type(v).__mro__) and hasattr(v, "detach")


def _raw(v: Any) -> bytes:
    """The bytes of a tensor, of types too that NumPy does not have."""
    import importlib

    torch = importlib.import_module("torch")
    return bytes(v.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())


def _stored(v: Any) -> Any:
    """The bytes of an array, or the keys of the objects in it."""
    return tuple(map(bits, np.ravel(v).tolist())) if v.dtype.hasobject else v.tobytes()


def collision(outputs: Iterable[Any]) -> tuple[int, int] | None:
    """The first two places of the same output."""
    seen: dict[Any, int] = {}
    others: list[tuple[Any, int]] = []  # outputs without a hash
    for i, v in enumerate(outputs):
        key = bits(v)
        try:
            j = seen.setdefault(key, i)
        except TypeError:
            j = next((k for other, k in others if other == key), i)
            others.append((key, i))
        if j != i:
            return j, i
    return None


def is_flat(v: Any) -> bool:
    """A number, or a tuple of numbers."""
    number = int | float | Fraction | np.generic
    return isinstance(v, number) or (isinstance(v, tuple) and all(isinstance(t, number) for t in v))


def distance(u: Any, v: Any) -> float:
    """How far two values are apart, for the search only: the largest difference of their numbers, infinite where there is none."""
    a, b = _entries(u), _entries(v)
    if a is None or b is None or len(a) != len(b):
        return math.inf
    try:
        return max((abs(float(s - t)) for s, t in zip(a, b, strict=True)), default=math.inf)
    except (OverflowError, TypeError):
        return math.inf


def _entries(v: Any) -> list[Any] | None:
    match v:
        case int() | float() | Fraction():
            return [v]
        case str():
            return [ord(c) for c in v]
        case tuple() | list():
            parts = [_entries(t) for t in v]
            return None if None in parts else [t for part in parts if part is not None for t in part]
    if _is_tensor(v):
        return list(v.detach().reshape(-1).tolist())
    return np.ravel(v).tolist() if isinstance(v, np.ndarray | np.generic) and v.dtype.kind in "biuf" else None
