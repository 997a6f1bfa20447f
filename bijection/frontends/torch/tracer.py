"""Torch programs while they are read: the code under construction, and what Python numbers mean in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import Code
from bijection.frontends.exact import exact
from bijection.frontends.values import Array, Call, Constant, Tensor, Value, Values, reindex
from proofs.errors import Malformed


@dataclass(frozen=True, slots=True)
class Tracer:
    """The code under construction; whether numbers are stored as binary32 (otherwise as binary64), and what is computed from them alone is
    rounded as torch does it.
    """

    code: Code
    single: bool
    rounded: bool = False

    def number(self, v: Any) -> Fraction:
        """The exact number that torch computes with where the program says v."""
        if isinstance(v, bool) or not isinstance(v, int | float):
            raise NotSupported(f"{v!r} where a number is needed; only constant numbers are read")
        return exact(np.float32(v) if self.single else float(v), "a number of the program")

    def lift(self, v: Any) -> Value:
        """The value itself, or the number as a constant."""
        return v if isinstance(v, Constant | Tensor) else Constant(np.array(self.number(v), dtype=object), repr(v))

    def onnx(self, handler: Callable[[Code, Call], Values], *inputs: Any, opset: int = 17, **attributes: Any) -> Value:
        """What the ONNX operator gives on these inputs."""
        given = tuple(None if v is None else self.lift(v) for v in inputs)
        return handler(self.code, Call(handler.__name__, opset, attributes, given, 1))[0]


def moved(x: Value, f: Callable[[Array], Array]) -> Value:
    """The value with its entries moved by an indexing function, or Malformed where that fails."""
    try:
        return reindex(x, f)
    except (ValueError, IndexError) as why:
        raise Malformed(f"on the shape {list(x.shape)}: {why}") from None
