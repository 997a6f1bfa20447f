"""Parts of a network for Rocq: the evidence of `Stages` and `Blocks` with the instructions by which each part is put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bijection.export.rocq_terms import Terms, listed, listed_in_lines, natural, words
from proofs.errors import Malformed, Rejected
from proofs.limits import Meter
from proofs.network import Affine, Network
from proofs.statements import Injective, Not, Statement, Surjective
from proofs.theorems.blocks import Blocks, block, dependence
from proofs.theorems.stages import Place, Stages, needed_places, segment


def certificate(theorem: Stages | Blocks, goal: Statement | None, terms: Terms) -> list[str]:
    """The certificate in proofs/rocq; one that does not fit the goal becomes one that Rocq rejects."""
    inner = goal.statement if isinstance(goal, Not) else goal
    f = inner.f if isinstance(inner, Injective | Surjective) else None
    try:
        if not isinstance(f, Network):
            raise Rejected("only networks have parts")
        return [listed_in_lines(_blocks(theorem, f))] if isinstance(theorem, Blocks) else _stages(theorem, f, terms)
    except (Rejected, Malformed):
        return ["[]"] if isinstance(theorem, Blocks) else ["[]", "[]", "[]"]


def _stages(theorem: Stages, f: Network, terms: Terms) -> list[str]:
    first, last = [(0, i) for i in range(f.arity)], [(len(f.nodes), i) for i in range(f.width)]
    plans = []
    for start, stop in pairwise([first, *theorem.stages, last]):
        given = frozenset(start)
        needed = needed_places(f, given, stop, Meter())
        copied = [v - 1 for v in sorted(needed) if any((v, i) not in given for i in needed[v])]
        plans.append(_plan(f, segment(f, start, stop, Meter()), copied))
    return [listed(map(_places, theorem.stages)), listed(map(terms.domain, theorem.via)), listed_in_lines(plans)]


def _blocks(theorem: Blocks, f: Network) -> Iterable[str]:
    reached = dependence(f)
    for group in theorem.groups:
        g = block(f, reached, group)
        chosen = g.nodes[-1].op
        assert isinstance(chosen, Affine)
        outputs = words(j for row in chosen.rows for j in row.columns)
        yield f"(numbers {words(group)}, numbers {outputs}, {_plan(f, g, range(len(f.nodes)))})"


def _plan(f: Network, g: Network, copied: Iterable[int]) -> str:
    """How the part g is put together: from copies of these nodes of f, in this order, and from nodes that pick or join coordinates."""
    instructions, nodes = [], iter(copied)
    following = next(nodes, None)
    for node in g.nodes:
        inputs = f"(numbers {words(node.inputs)})"
        if following is not None and node.op is f.nodes[following].op:
            instructions.append(f"Copy {natural(following)} {inputs}")
            following = next(nodes, None)
        elif isinstance(node.op, Affine):
            picked = words(row.columns[0] + 1 if row.columns else 0 for row in node.op.rows)
            instructions.append(f"Pick {natural(node.inputs[0])} {natural(node.op.columns)} (picks {picked})")
        else:
            instructions.append(f"Join {inputs}")
    return listed(instructions)


def _places(stage: Sequence[Place]) -> str:
    return f"(places {words(v for v, _ in stage)} {words(i for _, i in stage)})"
