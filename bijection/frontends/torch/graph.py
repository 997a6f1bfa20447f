"""Questions about the graph of a torch program: which nodes matter, vary, overwrite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

REASONS = {  # why functions are not read, beside that nobody needed them yet
    "remainder": "it jumps: a line is wrapped around a circle, so it is periodic and not injective over the reals",
    "fmod": "it jumps",
    **dict.fromkeys(("floor", "ceil", "round"), "it jumps"),
    **dict.fromkeys(("std", "var", "std_mean", "var_mean"), "statistics of a batch make no function of one input"),
    "erfinv": "the inverse of erf is no activation here",
    "lerp": "integrals by quadrature: that their sums increase is not followed",
    **dict.fromkeys(("log", "log1p"), "its argument must stay positive, and its slope is not bounded there"),
}
RANDOM = ("rand", "normal", "bernoulli", "dropout", "poisson", "multinomial", "exponential", "cauchy", "geometric")


def needed(graph: Any, is_view: Callable[[Any], bool]) -> set[Any]:
    """The nodes that the output is computed from, and those that overwrite one of these."""
    found: set[Any] = set()
    more = [node for node in graph.nodes if node.op == "output"]
    while more:
        while more:
            node = more.pop()
            if node not in found:
                found.add(node)
                more += node.all_input_nodes
        more = [node for node in graph.nodes if node not in found and is_in_place(node) and _overwritten(node, is_view) & found]
    return found


def _overwritten(node: Any, is_view: Callable[[Any], bool]) -> set[Any]:
    """What the node overwrites: its first argument, and what that is a view of."""
    found = set()
    at = node.args[0]
    while hasattr(at, "op"):
        found.add(at)
        at = at.args[0] if at.args and at.op != "placeholder" and is_view(at) else None
    return found


def moving(graph: Any, stored: dict[str, Any]) -> set[Any]:
    """The nodes whose value may depend on the input."""
    found: set[Any] = set()
    for node in graph.nodes:
        is_input = node.op == "placeholder" and node.name not in stored and not node.args
        if is_input or not found.isdisjoint(node.all_input_nodes):
            found.add(node)
    return found


def on_numbers(node: Any) -> bool:
    """Whether this may be arithmetic on sizes, which Python does itself."""
    return getattr(node.target, "__module__", None) == "_operator"


def is_in_place(node: Any) -> bool:
    """Whether the function overwrites its first argument."""
    name = _word(node)
    augmented = on_numbers(node) and name in ("iadd", "isub", "imul", "itruediv")
    return augmented or (name.endswith("_") and name != "requires_grad_")


def is_random(node: Any) -> bool:
    """Whether the function draws random numbers."""
    return any(word in _word(node) for word in RANDOM)


def _word(node: Any) -> str:
    return str(getattr(node.target, "__name__", node.target)).partition(".")[0]
