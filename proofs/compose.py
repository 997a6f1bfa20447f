"""Networks out of networks: composition, and the two parts at a cut."""

from __future__ import annotations

from dataclasses import replace

from proofs.errors import Malformed, well_formed
from proofs.functions import Function
from proofs.network import Network, Node, Table


def compose(outer: Function, inner: Function) -> Function:
    """outer ∘ inner; both networks, or both tables."""
    if isinstance(outer, Table) and isinstance(inner, Table):
        inside = all(0 <= v < len(outer.values) for v in inner.values)
        well_formed(inside, "the inner table has values that the outer table does not know")
        return Table(tuple(outer.values[v] for v in inner.values))
    if not isinstance(outer, Network) or not isinstance(inner, Network):
        raise Malformed(f"a {type(outer).__name__} after a {type(inner).__name__}; only two of a kind compose")
    well_formed(outer.arity == inner.width, f"the outer network takes {outer.arity} inputs, the inner one gives {inner.width}")
    shift = len(inner.nodes)
    moved = (replace(node, inputs=tuple(j + shift for j in node.inputs)) for node in outer.nodes)
    return Network(inner.arity, inner.nodes + tuple(moved))


def cuts(f: Network) -> list[int]:
    """Every k for which f = suffix(f, k) ∘ prefix(f, k): no node after the first k reads a value before value k."""
    earliest = len(f.nodes)
    found = [earliest]
    for k in range(len(f.nodes) - 1, -1, -1):
        earliest = min([earliest, *f.nodes[k].inputs])
        if earliest >= k:
            found.append(k)
    return found[::-1]


def prefix(f: Network, cut: int) -> Network:
    """The first `cut` nodes as a network of their own."""
    well_formed(0 <= cut <= len(f.nodes), "cut {} of a network of {} nodes", cut, len(f.nodes))
    return Network(f.arity, f.nodes[:cut])


def suffix(f: Network, cut: int) -> Network:
    """The nodes after the first `cut`, as a function of value `cut` alone."""
    well_formed(0 <= cut <= len(f.nodes), "cut {} of a network of {} nodes", cut, len(f.nodes))
    rest = f.nodes[cut:]
    well_formed(all(j >= cut for node in rest for j in node.inputs), f"a node after cut {cut} reads a value before it")
    return Network(f.widths[cut], tuple(Node(node.op, tuple(j - cut for j in node.inputs)) for node in rest))
