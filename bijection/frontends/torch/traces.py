"""Graphs of torch programs, by torch.fx or torch.export, and the module that is called for them."""

from __future__ import annotations

import warnings
from collections import Counter
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import torch
from torch import fx

from bijection.errors import NotSupported
from bijection.frontends.torch.flows import Map
from bijection.frontends.torch.graph import is_in_place
from proofs.errors import Malformed


class Flow(torch.nn.Module):  # type: ignore[misc]
    """A module of a library of flows as a map of one tensor."""

    def __init__(self, flow: torch.nn.Module, call: Map) -> None:
        super().__init__()
        self.flow, self._call = flow, call

    def forward(self, x: Any) -> Any:
        """The output without the log-determinant; several outputs one after the other."""
        found = self._call(self.flow, x)
        if isinstance(found, tuple | list) and len(found) > 1 and all(isinstance(y, torch.Tensor | fx.Proxy) for y in found):
            return torch.cat([y.flatten(1) for y in found], dim=1)
        return found


def example(module: torch.nn.Module, shape: tuple[int, ...]) -> Any:
    """A random input, in a batch of one."""
    return torch.randn(1, *shape, dtype=dtype_of(module), generator=torch.Generator().manual_seed(0))


def traced(module: torch.nn.Module, shape: tuple[int, ...], by_fx_alone: bool) -> tuple[fx.Graph, dict[str, Any]]:
    """The graph, and the tensors behind those placeholders that are not inputs."""
    before = [v._version for v in (*module.parameters(), *module.buffers())]
    x = example(module, shape)
    first = "its trace does not compute what it computes"
    try:
        if any(m._backward_hooks for m in module.modules()):
            raise NotSupported("its backward hooks never return on symbols")
        trace = fx.symbolic_trace(module)
        if _faithful(trace, module, x):
            return trace.graph, {}
    except Exception as trouble:  # the module's own code ran on symbols: anything may come out of it
        first = f"{type(trouble).__name__}: {trouble}"
    finally:
        if before != [v._version for v in (*module.parameters(), *module.buffers())]:
            raise Malformed(f"{called(module)} changes its own stored tensors when called; it is no function of its input alone")
    if by_fx_alone:
        raise NotSupported(first)
    second = "its program overwrites tensors"
    try:
        with redirect_stderr(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about torch's own future
            program = torch.export.export(module, (x,))
            if any(is_in_place(node) for node in program.graph.nodes):
                program = program.run_decompositions({})  # without any, it only writes to new tensors
        s = program.graph_signature
        if not (any(is_in_place(node) for node in program.graph.nodes) or s.buffers_to_mutate or s.user_inputs_to_mutate):
            tensors = {**program.constants, **program.state_dict}
            names = {**s.inputs_to_parameters, **s.inputs_to_buffers, **s.inputs_to_lifted_tensor_constants}
            return program.graph, {placeholder: tensors[name] for placeholder, name in names.items()}
    except Exception as trouble:
        second = type(trouble).__name__
    raise NotSupported(f"{called(module)} is traced neither by torch.fx ({first.splitlines()[0][:60]}) nor by torch.export ({second})")


def _faithful(trace: fx.GraphModule, module: torch.nn.Module, x: Any) -> bool:
    """Whether both give the same at x. torch.fx records `y += 1` as a sum, and what does not depend on the input as a constant."""
    try:
        with torch.no_grad():
            wanted = module(x.clone())
    except Exception:  # check_run calls the module with this input again, and reports it
        return True
    with torch.no_grad(), redirect_stderr(StringIO()):  # torch.fx prints what it raises
        found = trace(x.clone())
    return not isinstance(wanted, torch.Tensor) or bool(torch.equal(torch.nan_to_num(wanted), torch.nan_to_num(found)))


def check_run(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    """Refuse a module that fails where its graph can be read: then nothing says that the graph is what it computes."""
    try:
        with torch.no_grad():
            for x in (torch.zeros(1, *shape, dtype=dtype_of(module)), example(module, shape)):
                module(x)
    except Exception as trouble:  # the module's own code runs
        why = f"{type(trouble).__name__}: {trouble}".splitlines()[0]
        raise NotSupported(
            f"{called(module)} itself fails on an input of the shape {shape} ({why}), though its graph can be read"
        ) from None


def called(module: torch.nn.Module) -> str:
    """The name of the class that the user knows."""
    return type(module.flow if isinstance(module, Flow) else module).__name__


def dtype_of(module: torch.nn.Module) -> torch.dtype:
    """The type of most weights."""
    count: Counter[torch.dtype] = Counter()
    for p in module.parameters():
        if p.is_floating_point():
            count[p.dtype] += p.numel()
    return count.most_common(1)[0][0] if count else torch.get_default_dtype()
