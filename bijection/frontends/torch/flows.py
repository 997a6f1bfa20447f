"""Modules of the libraries of normalizing flows as maps of one tensor: the log-determinant beside the output is left out.

Only the calling conventions of FrEIA, normflows, nflows and zuko are known here; what a module computes is read from its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, TypeAlias

from bijection.errors import NotSupported

Map: TypeAlias = Callable[[Any, Any], Any]  # the module and the input tensor ↦ the output tensor


def _freia(module: Any, x: Any) -> Any:
    if hasattr(module, "node_list") or hasattr(module, "module_list"):  # GraphINN, SequenceINN
        return module(x, jac=False)[0]
    return module((x,), jac=False)[0]


def _zuko(module: Any, x: Any) -> Any:
    found = module()
    return (found.transform if hasattr(found, "log_prob") else found)(x)


def _transform(module: Any, x: Any) -> Any:
    """nflows: a Flow is a distribution with a transform, which returns the output and the log-determinant."""
    return (module._transform if hasattr(module, "_distribution") else module)(x)[0]


def _normflows(module: Any, x: Any) -> Any:
    """A flow returns the output and the log-determinant, a NormalizingFlow the output alone."""
    found = module(x)
    return found[0] if isinstance(found, tuple) else found


LIBRARIES: Mapping[str, Map] = {"FrEIA": _freia, "normflows": _normflows, "nflows": _transform, "zuko": _zuko}


def convention(module: Any) -> Map | None:
    """How to call the module as a map of one tensor, if it belongs to a library of flows and not to its neural networks."""
    package, _, rest = type(module).__module__.partition(".")
    if package not in LIBRARIES or rest.startswith("nn"):  # nflows.nn, zuko.nn
        return None
    return LIBRARIES[package]


def declared_shape(module: Any) -> tuple[int, ...] | None:
    """The shape of the one input, without the batch, where the module declares it (FrEIA)."""
    declared = getattr(module, "dims_in", None) or getattr(module, "shapes", None) or getattr(module, "global_in_shapes", None)
    if not declared:
        return None
    if len(declared) != 1 and not hasattr(module, "module_list"):
        sizes = ", ".join(str(prod(shape)) for shape in declared)
        raise NotSupported(
            f"{type(module).__name__} takes {len(declared)} inputs, of {sizes} numbers; wrap it so that it splits one vector"
        )
    return tuple(int(d) for d in declared[0])
