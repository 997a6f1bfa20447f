"""Questions about the graph of a torch program: which nodes matter, vary, overwrite."""

from __future__ import annotations

from typing import Any

RANDOM = ("rand", "normal", "bernoulli", "dropout", "poisson", "multinomial", "exponential", "cauchy", "geometric")


def needed(graph: Any) -> set[Any]:
    """The nodes that the output is computed from, and those that overwrite."""
    found: set[Any] = set()
    for node in reversed(graph.nodes):
        if node.op == "output" or node in found or is_in_place(node):
            found.update((node, *node.all_input_nodes))
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
