"""PyTorch modules as exact networks, from the graph that torch.fx or torch.export traces: stored weights are read as they are.

An input is taken without its batch, flattened; the module sees a batch of one. Real arithmetic on the stored floats: dtype
conversions between floats are the identity, and softplus has no shortcut. Where batch normalisation's 1/√(variance + eps) is
irrational, the network has the nearest binary64 number, as in the ONNX frontend.
"""

from __future__ import annotations

import inspect
import logging
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
import torch
from torch import fx

from bijection.errors import NotSupported
from bijection.frontends.onnx_code import Code, flat
from bijection.frontends.onnx_values import Constant, Tensor, affordable, ordered
from bijection.frontends.torch_activations import ACTIVATIONS
from bijection.frontends.torch_functions import FUNCTIONS
from bijection.frontends.torch_modules import MODULES, class_of
from bijection.frontends.torch_shapes import SHAPES
from bijection.frontends.torch_tracer import Tracer
from bijection.frontends.torch_windows import WINDOWS
from proofs.errors import Malformed
from proofs.network import Network

TABLE: Mapping[str, Callable[..., Any]] = {**FUNCTIONS, **ACTIVATIONS, **SHAPES, **WINDOWS}
TRANSPARENT = ("Flatten", "Identity", "Dropout", "AlphaDropout")  # they do not tell the width of a flat input


def read(module: Any, input_shape: Sequence[int] | None = None) -> Network:
    """The exact function of an nn.Module in eval mode, from a flattened input of `input_shape` (without the batch) to its output.

    The shape may be left out where the first layer is Linear. Modules that torch.fx cannot trace go through torch.export.
    """
    if not isinstance(module, torch.nn.Module):
        raise NotSupported(f"a {type(module).__name__} of torch; only modules (torch.nn.Module) are read, weights alone name no network")
    _check_modules(module)
    shape = tuple(input_shape) if input_shape is not None else (_leading_width(module),)
    affordable(shape, "the input")
    if type(module).__module__.startswith("torch.nn.") and not isinstance(module, torch.nn.Sequential):
        module = torch.nn.Sequential(module)  # then torch.fx keeps it whole, and it is read from the table
    graph, stored = _traced(module, shape)
    _check_table(graph, module)
    code = Code(prod(shape))
    out = _run(Tracer(code, _dtype(module) != torch.float64), graph, module, stored, Tensor(0, ordered(prod(shape), (1, *shape))))
    _check_run(module, shape)
    for note in code.notes:
        logging.getLogger("bijection").warning("%s", note)
    return code.network(flat(code, out))


def _check_modules(module: torch.nn.Module) -> None:
    """Refuse what makes a module no function of its input, or another function than its graph shows."""
    for name, m in module.named_modules():
        where = f"{type(m).__name__} {name!r}" if name else type(m).__name__
        if m.training and class_of(m).startswith(("Dropout", "AlphaDropout", "FeatureAlphaDropout", "BatchNorm")):
            raise Malformed(f"{where} is in training mode, where it is no function of one input; call .eval() on the model")
        if m._forward_hooks or m._forward_pre_hooks:
            raise NotSupported(f"{where} has forward hooks, which can change what it computes; remove them first")


def _leading_width(module: torch.nn.Module) -> int:
    """The width of the input where the first layer tells it."""
    for m in module.modules():  # in the order of definition; a wrong guess meets the reader's own check of widths
        if class_of(m) == "Linear":
            return int(m.in_features)
        if not list(m.children()) and class_of(m) not in TRANSPARENT:
            break
    raise Malformed(f"the shape of the input of {type(module).__name__} is open; pass input_shape, without the batch")


def _traced(module: torch.nn.Module, shape: tuple[int, ...]) -> tuple[fx.Graph, dict[str, Any]]:
    """The graph, and the tensors behind those placeholders that are not inputs."""
    before = [v._version for v in (*module.parameters(), *module.buffers())]
    x = torch.randn(1, *shape, dtype=_dtype(module), generator=torch.Generator().manual_seed(0))
    first = "its trace does not compute what it computes"
    try:
        trace = fx.symbolic_trace(module)
        if _faithful(trace, module, x):
            return trace.graph, {}
    except Exception as trouble:  # the module's own code ran on symbols: anything may come out of it
        first = f"{type(trouble).__name__}: {trouble}"
    finally:
        if before != [v._version for v in (*module.parameters(), *module.buffers())]:
            raise Malformed(f"{type(module).__name__} changes its own stored tensors when called; it is no function of its input alone")
    try:
        program = torch.export.export(module, (x,))
    except Exception as trouble:
        raise NotSupported(
            f"{type(module).__name__} is traced neither by torch.fx ({first.splitlines()[0]}) nor by torch.export "
            f"({type(trouble).__name__}); a network here is one formula, without branches on values"
        ) from None
    s = program.graph_signature
    tensors = {**program.constants, **program.state_dict}
    names = {**s.inputs_to_parameters, **s.inputs_to_buffers, **s.inputs_to_lifted_tensor_constants}
    return program.graph, {placeholder: tensors[name] for placeholder, name in names.items()}


def _faithful(trace: fx.GraphModule, module: torch.nn.Module, x: Any) -> bool:
    """Whether both give the same at x. torch.fx records `y += 1` as a sum, and what does not depend on the input as a constant."""
    try:
        with torch.no_grad():
            wanted = module(x.clone())
    except Exception:  # reported by the reader, with the node where it happens, or else by _check_run
        return True
    with torch.no_grad():
        found = trace(x.clone())
    return not isinstance(wanted, torch.Tensor) or bool(torch.equal(torch.nan_to_num(wanted), torch.nan_to_num(found)))


def _check_run(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    """Refuse a module that fails where its graph can be read: then nothing says that the graph is what it computes."""
    try:
        with torch.no_grad():
            module(torch.zeros(1, *shape, dtype=_dtype(module)))
    except Exception as trouble:  # the module's own code runs
        why = f"{type(trouble).__name__}: {trouble}".splitlines()[0]
        raise NotSupported(
            f"{type(module).__name__} itself fails on an input of the shape {shape} ({why}), though its graph can be read"
        ) from None


def _dtype(module: torch.nn.Module) -> torch.dtype:
    return next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.get_default_dtype())


def _name(node: fx.Node) -> str:
    """The function's name in TABLE; operators of an export have names of their own where the order of arguments differs."""
    name = str(getattr(node.target, "__name__", node.target)).partition(".")[0]
    if isinstance(node.target, torch._ops.OpOverload) and f"aten.{name}" in TABLE:
        return f"aten.{name}"
    return name if name in TABLE or not name.endswith("_") else name.rstrip("_")


def _check_table(graph: fx.Graph, module: torch.nn.Module) -> None:
    """One error for all nodes that are not read."""
    obstacles = []
    for node in graph.nodes:
        if node.op == "call_module":
            name = class_of(module.get_submodule(str(node.target)))
            obstacles += [f"{name} {str(node.target)!r}"] if name not in MODULES else []
        elif node.op in ("call_function", "call_method") and _name(node) not in TABLE and not _on_numbers(node):
            obstacles.append(f"{_name(node)} {node.name!r}")
    if obstacles:
        raise NotSupported(
            f"{type(module).__name__} uses {', '.join(dict.fromkeys(obstacles))}, not read yet; ask about the part before it"
        )


def _on_numbers(node: fx.Node) -> bool:
    """Whether this may be arithmetic on sizes, which Python does itself."""
    return getattr(node.target, "__module__", None) == "_operator"


def _run(t: Tracer, graph: fx.Graph, module: torch.nn.Module, stored: dict[str, Any], x: Tensor) -> Tensor:
    """Every node's value in order; the one of the output."""
    uses: Counter[fx.Node] = Counter()
    for node in graph.nodes:
        fx.node.map_arg((node.args, node.kwargs), lambda n: uses.update([n]))
    inputs = [n for n in graph.nodes if n.op == "placeholder" and n.name not in stored and not n.args]
    if len(inputs) != 1:
        raise NotSupported(f"{type(module).__name__} takes {len(inputs)} inputs; wrap it into a module that splits one vector")
    values: dict[fx.Node, Any] = {inputs[0]: x}
    for node in graph.nodes:
        if node in values:
            values[node] = _shared(values[node], uses[node])
            continue
        args, kwargs = fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
        if node.op == "output":
            return _output(args[0])
        try:
            found = _value(t, node, module, stored, uses, args, kwargs)
        except (Malformed, NotSupported) as why:
            raise type(why)(f"{node.target if node.op == 'call_module' else _name(node)} ({node.op} {node.name!r}): {why}") from None
        values[node] = _shared(found, uses[node])
    raise AssertionError("a graph without an output node")


def _value(
    t: Tracer, node: fx.Node, module: Any, stored: dict[str, Any], uses: Counter[fx.Node], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    match node.op:
        case "placeholder":
            return _constant(stored[node.name], node.name) if node.name in stored else node.args[0]
        case "get_attr":
            return _constant(operator.attrgetter(str(node.target))(module), str(node.target))
        case "call_module":
            m = module.get_submodule(node.target)
            function, more = MODULES[class_of(m)](m)
            if getattr(m, "inplace", False):
                _check_in_place(node, module, stored, uses)
            given = (_constant(a, f"a parameter of {node.target}") if isinstance(a, torch.Tensor) else a for a in more)
            return _bound(t, function, (*args, *given), kwargs)()
        case _:
            if _on_numbers(node) and not any(isinstance(a, Constant | Tensor) for a in args) and callable(node.target):
                return node.target(*args, **kwargs)
            call = _bound(t, _name(node), args, kwargs)
            if _is_in_place(node) or call.keywords.get("inplace"):
                _check_in_place(node, module, stored, uses)
            return call()


def _bound(t: Tracer, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> partial[Any]:
    """The call, its arguments by name as far as they have one."""
    if name not in TABLE:
        raise NotSupported("not read on tensors; ask about the part before it")
    function = TABLE[name]
    try:
        bound = inspect.signature(function).bind(t, *args, **kwargs)
    except TypeError as why:
        raise NotSupported(f"called in a way that is not read: {why}") from None
    return partial(function, *bound.args, **bound.kwargs) if "inplace" not in bound.arguments else partial(function, **bound.arguments)


def _is_in_place(node: fx.Node) -> bool:
    name = str(getattr(node.target, "__name__", node.target)).partition(".")[0]
    augmented = _on_numbers(node) and name in ("iadd", "isub", "imul", "itruediv")
    return augmented or (name.endswith("_") and name != "requires_grad_")


def _check_in_place(node: fx.Node, module: Any, stored: dict[str, Any], uses: Counter[fx.Node]) -> None:
    """What is overwritten, and whatever it is a view of, must be read by nobody else: then overwriting makes no difference."""
    at: Any = node.args[0]
    while isinstance(at, fx.Node):
        if uses[at] > 1 or at.op == "get_attr" or at.name in stored:
            raise NotSupported(f"it overwrites {at.name!r}, which is used elsewhere or stored; write it without inplace")
        called = MODULES[class_of(m := module.get_submodule(at.target))](m)[0] if at.op == "call_module" else _name(at)
        at = at.args[0] if at.args and (called in SHAPES or called == "dropout") else None


def _constant(stored: Any, name: str) -> Constant:
    """The stored tensor, in a type that NumPy knows and that holds its values exactly."""
    if not isinstance(stored, torch.Tensor):
        raise NotSupported(f"{name} is a {type(stored).__name__}; only tensors are read")
    if stored.layout != torch.strided or stored.is_quantized or stored.is_complex() or stored.is_meta:
        raise NotSupported(f"{name} is a tensor of the kind {stored.layout}, {stored.dtype}, {stored.device}; dense real tensors are read")
    plain = stored.detach().cpu()
    affordable(tuple(plain.shape), name)
    narrow = plain.is_floating_point() and plain.dtype not in (torch.float16, torch.float32, torch.float64)
    return Constant(np.array((plain.float() if narrow else plain).numpy()), name)


def _shared(v: Any, uses: int) -> Any:
    if uses < 2:
        return v
    if isinstance(v, Tensor):
        return replace(v, shared=True)
    return tuple(_shared(entry, uses) for entry in v) if isinstance(v, tuple | list) else v


def _output(found: Any) -> Tensor:
    if isinstance(found, tuple | list) and len(found) == 1:
        return _output(found[0])
    if isinstance(found, Constant):
        raise NotSupported("the output does not depend on the input; there is no network to ask about")
    if not isinstance(found, Tensor):
        raise NotSupported(f"the output is a {type(found).__name__}; wrap the module so that it returns one tensor")
    return found
