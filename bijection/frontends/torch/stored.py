"""Tensors that a torch program stores or computes without its input, as exact constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import fx

from bijection.errors import NotSupported
from bijection.frontends.torch.graph import is_in_place, is_random
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.values import Constant, affordable

# What torch's functions raise where they are not made for what they are given.
_FAILURES = (NotSupported, RuntimeError, TypeError, ValueError, LookupError, AttributeError, AssertionError)


def constant(stored: Any, name: str) -> Constant:
    """The stored tensor, in a type that NumPy knows and that holds its values exactly."""
    if not isinstance(stored, torch.Tensor):
        raise NotSupported(f"{name} is a {type(stored).__name__}; only tensors are read")
    if stored.layout != torch.strided or stored.is_quantized or stored.is_complex() or stored.is_meta:
        raise NotSupported(f"{name} is a tensor of the kind {stored.layout}, {stored.dtype}, {stored.device}; dense real tensors are read")
    plain = stored.detach().cpu()
    affordable(tuple(plain.shape), name)
    narrow = plain.is_floating_point() and plain.dtype not in (torch.float16, torch.float32, torch.float64)
    return Constant(np.array((plain.float() if narrow else plain).numpy()), name)


def by_torch(t: Tracer, node: fx.Node, module: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What torch makes of constants; None where it fails, is random, or makes anything but tensors."""
    if node.op not in ("call_function", "call_method", "call_module") or is_in_place(node) or is_random(node):
        return None
    call = module.get_submodule(node.target) if node.op == "call_module" else node.target
    try:
        given, named = fx.node.map_aggregate((tuple(args), kwargs), lambda v: _stored(t, v) if isinstance(v, Constant) else v)
        with torch.no_grad():
            found = call(*given, **named) if callable(call) else getattr(given[0], str(call))(*given[1:], **named)
        return fx.node.map_aggregate(found, lambda v: constant(v, node.name) if isinstance(v, torch.Tensor) else v)
    except _FAILURES:  # the reason why it is not read is reported
        return None


def _stored(t: Tracer, v: Constant) -> Any:
    """The constant as torch holds it; exact sums and products rounded to the type of the weights."""
    if v.array.dtype != object:
        return torch.from_numpy(v.array.copy())
    return torch.tensor(v.array.astype(np.float64), dtype=torch.float32 if t.single else torch.float64)
