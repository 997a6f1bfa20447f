"""Values that depend on the sign of an input only: a function of sign(x), times x, is continuous and made of x and max(x, 0)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from bijection.errors import NotSupported
from bijection.frontends.code import beside
from bijection.frontends.onnx.arithmetic import scaled_by, times, total
from bijection.frontends.torch.activations import relu
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Constant, Tensor, Value

ELEMENTWISE = ("add", "sub", "subtract", "rsub", "mul", "multiply", "div", "truediv", "neg", "exp")


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """Entry by entry, the first of the branches where x < 0, the second where x = 0, the third where x > 0; all of the shape of x."""

    x: Tensor
    branches: tuple[Tensor, ...]


def sign(t: Tracer, input: Value) -> Any:
    """−1, 0 or 1."""
    if isinstance(input, Constant):
        return Constant(np.sign(input.array), input.name)
    values = [beside(t.code, [Constant(np.full(input.shape, s, dtype=object), "a sign")])[0] for s in map(Fraction, (-1, 0, 1))]
    return Signed(replace(input, shared=True), tuple(replace(v, shared=True) for v in values))


def by_sign(t: Tracer, name: str, call: Callable[..., Any], args: Sequence[Any]) -> Any:
    """The function at values of which some depend on signs."""
    first = next(a for a in args if isinstance(a, Signed))
    others = [a for a in args if not isinstance(a, Signed)]
    if name in ("mul", "multiply") and len(others) == 1 and isinstance(others[0], Tensor) and _same(others[0], first.x):
        return _times_itself(t, first)
    plain = all(_same(a.x, first.x) if isinstance(a, Signed) else not isinstance(a, Tensor) for a in args)
    if name not in ELEMENTWISE or not plain:
        raise NotSupported("of a value that depends on the sign of an input; what is read is a function of the sign times that input")
    found = [call(*(a.branches[k] if isinstance(a, Signed) else a for a in args)) for k in range(3)]
    if any(v.shape != first.x.shape for v in found):
        raise NotSupported("of a sign and a larger tensor")
    return Signed(first.x, tuple(replace(v, shared=True) for v in found))


def _same(x: Tensor, y: Tensor) -> bool:
    return x.value == y.value and np.array_equal(x.index, y.index)


def _times_itself(t: Tracer, signed: Signed) -> Value:
    """B·x + (c − b)·max(x, 0) for the branches b, where x < 0, and c, where x > 0; it is 0 where x is."""
    below, _, above = signed.branches
    more = total(t.code, above, scaled_by(t.code, below, Fraction(-1)))
    return total(t.code, times(t.code, below, signed.x), times(t.code, more, relu(t, signed.x)))


SIGNS: Mapping[str, Callable[..., Any]] = {**dict.fromkeys(("sign", "sgn"), sign)}
