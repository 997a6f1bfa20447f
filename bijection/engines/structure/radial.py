"""Radial flows: the centre and the two numbers are read off the graph; the kernel compares the functions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bijection.engines.proposal import Proposal, Search, proves
from proofs.activations import Reciprocal
from proofs.domains import Point
from proofs.errors import Malformed
from proofs.network import Affine, Network, Node, Pointwise, Product
from proofs.statements import Injective, Not, Positive
from proofs.theorems.forms import Atoms
from proofs.theorems.radial import Radial, radial


def radial_step(f: Network) -> Radial | None:
    """The theorem for this network, with what it seems to need; the kernel has not been asked."""
    center = next((c for node in f.nodes if (c := _squared(f, node)) is not None), None)
    shift = next((found for node in f.nodes if (found := _divided(f, node)) is not None), None)
    if center is None or shift is None or f.arity != f.width:
        return None
    alpha, least = shift
    if alpha <= 0:
        return None
    atoms = Atoms(f.arity)
    try:
        ours, unit = atoms.run(f), atoms.run(radial(center, alpha, Fraction(1), min(least, alpha)))
    except Malformed:
        return None
    first, per_unit = ours.forms[0], {a: c for a, c in unit.forms[0].items() if a > f.arity}
    ratios = {Fraction(first.get(a, 0) * unit.denominator, c * ours.denominator) for a, c in per_unit.items()}
    return Radial(center, alpha, ratios.pop(), min(least, alpha)) if len(ratios) == 1 else None


def _divided(f: Network, node: Node) -> tuple[Fraction, Fraction] | None:
    """(α, least) where the node is 1/max(t + α, least)."""
    source = f.nodes[node.inputs[0] - 1] if node.inputs and node.inputs[0] else None
    if not isinstance(node.op, Pointwise) or source is None or not isinstance(source.op, Affine) or not source.op.rows:
        return None
    s, row = node.op.activations[0], source.op.rows[0]
    return (Fraction(row.constant, source.op.denominator), s.least) if isinstance(s, Reciprocal) else None


def _squared(f: Network, node: Node) -> Point | None:
    """c where the node squares x − c."""
    if not isinstance(node.op, Product) or len(set(node.inputs)) > 1:
        return None
    source = f.nodes[node.inputs[0] - 1] if node.inputs[0] else None
    if source is None:
        return (Fraction(0),) * f.arity
    op = source.op
    if source.inputs != (0,) or not isinstance(op, Affine) or len(op.rows) != f.arity:
        return None
    if any(row.columns != (i,) or row.coefficients != (op.denominator,) for i, row in enumerate(op.rows)):
        return None
    return tuple(Fraction(-row.constant, op.denominator) for row in op.rows)


def by_radii(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A radial flow with β < −α moves a sphere to its centre."""
    match goal:
        case Injective(Network() as f, _) if f.arity > 0:
            step = radial_step(f)
            if step is not None and proves(step, Not(goal)):
                yield Proposal(Not(goal), (step,), "a radial flow that is too strong moves a sphere to its centre")
