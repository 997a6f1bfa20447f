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

import torch
from torch import fx
from torch.utils._pytree import tree_leaves

from bijection.errors import NotSupported
from bijection.frontends.code import Code, beside, flat
from bijection.frontends.pieces.calls import CALLS, Calls
from bijection.frontends.torch.flows import convention, declared_shape
from bijection.frontends.torch.functions import FUNCTIONS
from bijection.frontends.torch.graph import REASONS, is_in_place, is_random, moving, needed, on_numbers
from bijection.frontends.torch.modules import MODULES, class_of
from bijection.frontends.torch.norms import SCALARS
from bijection.frontends.torch.recorder import Recorder, Unread, recorded
from bijection.frontends.torch.shapes import SHAPES
from bijection.frontends.torch.signs import SIGNS, Signed, by_sign
from bijection.frontends.torch.softened import is_exponent, softsign
from bijection.frontends.torch.stored import by_torch, constant
from bijection.frontends.torch.tracer import Tracer
from bijection.frontends.torch.traces import Flow, called, check_run, dtype_of, example, traced
from bijection.frontends.torch.windows import WINDOWS
from bijection.frontends.values import Constant, Tensor, affordable, ordered
from proofs.errors import Malformed
from proofs.network import Network

TABLE: Mapping[str, Callable[..., Any]] = {**FUNCTIONS, **SCALARS, **SHAPES, **WINDOWS, **CALLS, **SIGNS}
TRANSPARENT = ("Flatten", "Identity", "Dropout", "AlphaDropout")  # they do not tell the width of a flat input


def read(module: Any, input_shape: Sequence[int] | None = None, rounded: bool = False) -> Network:
    """The exact function of an nn.Module in eval mode, from a flattened input of `input_shape` (without the batch) to its output.

    The shape may be left out where the first layer is Linear. Modules that torch.fx cannot trace go through torch.export.
    If `rounded`, what is computed from stored numbers alone is what torch computes.
    """
    if not isinstance(module, torch.nn.Module):
        raise NotSupported(f"a {type(module).__name__} of torch; only modules (torch.nn.Module) are read, weights alone name no network")
    _check_modules(module)
    shape = tuple(input_shape) if input_shape is not None else declared_shape(module) or (_leading_width(module),)
    affordable(shape, "the input")
    call = convention(module)
    if call is not None:
        module = Flow(module, call)
    if type(module).__module__.startswith("torch.nn.") and not isinstance(module, torch.nn.Sequential):
        module = torch.nn.Sequential(module)  # then torch.fx keeps it whole, and it is read from the table
    code, out = _attempts(module, shape, rounded)
    check_run(module, shape)
    for note in code.notes:
        logging.getLogger("bijection").warning("%s", note)
    return code.network(flat(code, out))


def _attempts(module: torch.nn.Module, shape: tuple[int, ...], rounded: bool) -> tuple[Code, Tensor]:
    """As it is; where it compares its input, with the functions that do so as nodes, the innermost first."""
    calls = Calls.of(module, example(module, shape))
    if not calls.stacks:
        try:
            return _attempt(module, shape, rounded, calls)
        except NotSupported as why:
            raise NotSupported(f"{called(module)} raises {calls.trouble} at a random input; {why}" if calls.trouble else str(why)) from None
    try:
        return _attempt(module, shape, rounded, Calls([]), by_fx_alone=True)
    except NotSupported as why:
        first = why
    while calls.chosen():
        try:
            return _attempt(module, shape, rounded, calls)
        except NotSupported as why:
            first = why
            if not calls.again():
                break
    raise NotSupported(f"{called(module)}: {calls.why}" if calls.why else str(first)) from None


def _attempt(
    module: torch.nn.Module, shape: tuple[int, ...], rounded: bool, calls: Calls, by_fx_alone: bool = False
) -> tuple[Code, Tensor]:
    code = Code(prod(shape))
    tracer, x = Tracer(code, dtype_of(module) != torch.float64, rounded), Tensor(0, ordered(prod(shape), (1, *shape)))
    with calls.as_operators(module, example(module, shape)):
        try:
            graph, stored = traced(module, shape, by_fx_alone)
        except NotSupported as untraced:
            if by_fx_alone:
                raise
            return code, _output(_recorded(tracer, module, shape, x, untraced))
        _check_table(graph, module, stored)
        return code, _run(tracer, graph, module, stored, x)


def _check_modules(module: torch.nn.Module) -> None:
    """Refuse what makes a module no function of its input, or another function than its graph shows."""
    for name, m in module.named_modules():
        where = f"{type(m).__name__} {name!r}" if name else type(m).__name__
        if m.training and class_of(m).startswith(("Dropout", "AlphaDropout", "FeatureAlphaDropout", "BatchNorm")):
            raise Malformed(f"{where} is in training mode, where it is no function of one input; call .eval() on the model")
        if "forward" in vars(m):
            raise NotSupported(f"{where} has a forward of its own in the place of its class's; make it a class")
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


def _recorded(t: Tracer, module: torch.nn.Module, shape: tuple[int, ...], value: Tensor, untraced: NotSupported) -> Any:
    """The output as the operators of one call make it."""
    x = example(module, shape)

    def call(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        known = f"aten.{name}" if f"aten.{name}" in TABLE else name.rstrip("_") if name not in TABLE else name
        return _bound(t, known, [_shared(v, 2) for v in args], kwargs)()

    try:
        return recorded(module, x, value, Recorder(call, constant))
    except (NotSupported, Malformed) as why:
        raise NotSupported(f"{called(module)}, called at one input: {why}; {untraced}") from None


def _name(node: fx.Node) -> str:
    """The function's name in TABLE; operators of an export have names of their own where the order of arguments differs."""
    name = str(getattr(node.target, "__name__", node.target)).partition(".")[0]
    if isinstance(node.target, torch._ops.OpOverload) and f"aten.{name}" in TABLE:
        return f"aten.{name}"
    return name if name in TABLE or not name.endswith("_") else name.rstrip("_")


def _check_table(graph: fx.Graph, module: torch.nn.Module, stored: dict[str, Any]) -> None:
    """One error for all nodes that are not read."""
    obstacles = []
    live, varies = needed(graph, partial(_is_view, module=module)), moving(graph, stored)
    for node in graph.nodes:
        if node not in live or not (node in varies or is_random(node)):
            continue
        if node.op == "call_module":
            name = class_of(module.get_submodule(str(node.target)))
            obstacles += [f"{name} {str(node.target)!r}"] if name not in MODULES else []
        elif node.op in ("call_function", "call_method") and not (_name(node) in TABLE or on_numbers(node)):
            obstacles.append(f"{_name(node)} {node.name!r}")
    if obstacles:
        known = dict.fromkeys(REASONS[name] for name in (o.partition(" ")[0] for o in obstacles) if name in REASONS)
        why = "; ".join(known) or "ask about the part before it"
        raise NotSupported(f"{called(module)} uses {', '.join(dict.fromkeys(obstacles))}, not read yet; {why}")


def _run(t: Tracer, graph: fx.Graph, module: torch.nn.Module, stored: dict[str, Any], x: Tensor) -> Tensor:
    """Every node's value in order; the one of the output."""
    uses: Counter[fx.Node] = Counter()
    for node in graph.nodes:
        fx.node.map_arg((node.args, node.kwargs), lambda n: uses.update([n]))
    inputs = [n for n in graph.nodes if n.op == "placeholder" and n.name not in stored and not n.args]
    if len(inputs) != 1:
        raise NotSupported(f"{called(module)} takes {len(inputs)} inputs; wrap it into a module that splits one vector")
    values: dict[fx.Node, Any] = {inputs[0]: x}
    live, varies = needed(graph, partial(_is_view, module=module)), moving(graph, stored)
    for node in graph.nodes:
        if node in values:
            values[node] = _shared(values[node], uses[node])
            continue
        if node not in live:
            continue
        args, kwargs = fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
        if node.op == "output":
            return _output(args[0])
        stored_alone = by_torch(t, node, module, args, kwargs) if t.rounded and node not in varies else None
        try:
            given = args[:1] if _name(node) == "getitem" else tree_leaves((args, kwargs))
            unread = next((v for v in given if isinstance(v, Unread)), None)
            found = unread or (_value(t, node, module, stored, uses, args, kwargs) if stored_alone is None else stored_alone)
        except (Malformed, NotSupported) as why:
            found = _without_input(t, node, module, node in varies, args, kwargs)
            if found is not None:
                values[node] = _shared(found, uses[node])
                continue
            raise type(why)(f"{node.target if node.op == 'call_module' else _name(node)} ({node.op} {node.name!r}): {why}") from None
        values[node] = _shared(found, uses[node])
    raise AssertionError("a graph without an output node")


def _without_input(t: Tracer, node: fx.Node, module: Any, varies: bool, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What the function makes of constants alone: coordinates of the network, which are exact, where the graph shows an input before it,
    else what torch makes of them; None if neither is known.
    """
    if not varies:
        folded = by_torch(t, node, module, args, kwargs)
        if folded is not None:
            t.code.notes.append(f"{_name(node)} of stored numbers is what torch computes, not the real number")
        return folded
    if node.op not in ("call_function", "call_method") or is_in_place(node) or any(isinstance(a, Tensor) for a in args):
        return None
    try:
        return _bound(t, _name(node), [beside(t.code, [a])[0] if isinstance(a, Constant) else a for a in args], kwargs)()
    except (Malformed, NotSupported):
        return None


def _value(
    t: Tracer, node: fx.Node, module: Any, stored: dict[str, Any], uses: Counter[fx.Node], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    match node.op:
        case "placeholder":
            return constant(stored[node.name], node.name) if node.name in stored else node.args[0]
        case "get_attr":
            return constant(operator.attrgetter(str(node.target))(node.graph.owning_module), str(node.target))
        case "call_module":
            m = module.get_submodule(node.target)
            function, more = MODULES[class_of(m)](m)
            if getattr(m, "inplace", False):
                _check_in_place(node, module, stored, uses)
            given = (constant(a, f"a parameter of {node.target}") if isinstance(a, torch.Tensor) else a for a in more)
            return _bound(t, function, (*args, *given), kwargs)()
        case _:
            if on_numbers(node) and not any(isinstance(a, Constant | Tensor | Signed) for a in args) and callable(node.target):
                return node.target(*args, **kwargs)
            bounded = softsign(t, *args) if is_exponent(node, _name) else None
            if bounded is not None:
                return bounded
            call = _bound(t, _name(node), args, kwargs)
            if is_in_place(node) or call.keywords.get("inplace"):
                _check_in_place(node, module, stored, uses)
            return call()


def _bound(t: Tracer, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> partial[Any]:
    """The call, its arguments by name as far as they have one."""
    if name not in TABLE:
        raise NotSupported("not read on tensors; ask about the part before it")
    function = TABLE[name]
    if any(isinstance(a, Signed) for a in args):
        return partial(by_sign, t, name, partial(function, t, **kwargs), args)
    try:
        bound = inspect.signature(function).bind(t, *args, **kwargs)
    except TypeError as why:
        raise NotSupported(f"called in a way that is not read: {why}") from None
    return partial(function, *bound.args, **bound.kwargs) if "inplace" not in bound.arguments else partial(function, **bound.arguments)


def _check_in_place(node: fx.Node, module: Any, stored: dict[str, Any], uses: Counter[fx.Node]) -> None:
    """What is overwritten, and whatever it is a view of, must be read by nobody later: then overwriting makes no difference."""
    at, order = node.args[0], {n: k for k, n in enumerate(node.graph.nodes)}
    below: Any = node
    while isinstance(at, fx.Node):
        others = [n for n in at.users if n is not below]
        later = any(order[n] > order[node] or n.op == "output" or _is_view(n, module) for n in others) or uses[at] > len(at.users)
        if later or at.op == "get_attr" or at.name in stored:
            raise NotSupported(f"it overwrites {at.name!r}, which is used elsewhere or stored; write it without inplace")
        at, below = at.args[0] if at.args and _is_view(at, module) else None, at


def _is_view(node: fx.Node, module: Any) -> bool:
    """Whether the value may share memory with what it is made from."""
    name = class_of(m := module.get_submodule(node.target)) if node.op == "call_module" else _name(node)
    name = MODULES[name](m)[0] if node.op == "call_module" and name in MODULES else name
    return name in SHAPES or name == "dropout"


def _shared(v: Any, uses: int) -> Any:
    if uses < 2:
        return v
    if isinstance(v, Tensor):
        return replace(v, shared=True)
    return tuple(_shared(entry, uses) for entry in v) if isinstance(v, tuple | list) else v


def _output(found: Any) -> Tensor:
    if isinstance(found, tuple | list) and len(found) == 1:
        return _output(found[0])
    if isinstance(found, Unread):
        raise NotSupported(found.why)
    if isinstance(found, Constant):
        raise NotSupported("the output does not depend on the input; there is no network to ask about")
    if not isinstance(found, Tensor):
        raise NotSupported(f"the output is a {type(found).__name__}; wrap the module so that it returns one tensor")
    return found
