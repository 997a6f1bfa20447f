"""Networks built to be invertible: couplings, autoregressive maps, linear maps, residual blocks, found in the graph (A18, B1–B13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.structure.layers import injective, surjective
from bijection.engines.structure.monotone import certificate
from bijection.engines.structure.places import separators
from bijection.engines.structure.radial import radial_step
from proofs.compose import cuts
from proofs.domains import Domain, Reals
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem
from proofs.limits import Meter
from proofs.network import Network, Product
from proofs.statements import Injective, Positive, Surjective
from proofs.theorems.blocks import dependence
from proofs.theorems.radial import Radial
from proofs.theorems.rays import ScaledRays
from proofs.theorems.stages import Place, Stages, segment
from proofs.theorems.triangular import Triangular

Steps: TypeAlias = tuple[Theorem, ...]

_AHEAD = 12  # so many separating sets are tried as the end of one stage
_WIDEST = 2_000  # inputs of a stage that are put in order
_WHOLE: dict[type[Theorem], str] = {
    ScaledRays: "vectors are scaled by a number, and no two of them to the same vector",
    Radial: "every point moves along its ray from a centre, and no two to one place",
}


def by_structure(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof in stages, each of them a map whose inputs can be solved for, or layers that are injective or onto."""
    yield from _proposals(goal, search, strong=False)


def by_strong_structure(goal: Positive, search: Search) -> Iterator[Proposal]:
    """The same, where some stages are strongly monotone, such as residual blocks; certificates for that take longer to find."""
    yield from _proposals(goal, search, strong=True)


def _proposals(goal: Positive, search: Search, strong: bool) -> Iterator[Proposal]:
    match goal:
        case Injective(Network() as f, _) if 0 < f.arity <= f.width:
            pass
        case Surjective(Network() as f, Reals(), _) if 0 < f.width <= f.arity:
            pass
        case _:
            return
    found = stages(goal, search, strong)
    if found is None:
        return
    parts, evidence = found
    if not parts:
        yield Proposal(goal, evidence, _WHOLE.get(type(evidence[0]), "its inputs can be solved for"))
    else:
        head = Stages(parts, tuple(Reals(len(part)) for part in parts))
        word = "injective" if isinstance(goal, Injective) else "onto"
        yield Proposal(goal, (head, *evidence), f"each of its {len(parts) + 1} stages is {word}")


def stages(goal: Injective | Surjective, search: Search, strong: bool) -> tuple[tuple[tuple[Place, ...], ...], Steps] | None:
    """Sets of coordinates between the input and the output, and the evidence for the stages between them; None if a stage fails."""
    f = goal.f
    assert isinstance(f, Network)
    whole = triangular(goal)
    if whole is not None:
        return (), (whole,)
    found = _in_stages(goal, separators(f), search, strong)
    if found is None and any(isinstance(node.op, Product) and len(set(node.inputs)) == 1 for node in f.nodes):
        found = _in_stages(goal, [tuple((v, i) for i in range(f.widths[v])) for v in cuts(f)], search, strong)  # radial flows want all of x
    return found


def _in_stages(
    goal: Injective | Surjective, between: Sequence[tuple[Place, ...]], search: Search, strong: bool
) -> tuple[tuple[tuple[Place, ...], ...], Steps] | None:
    """Stages that end at some of these sets."""
    f = goal.f
    assert isinstance(f, Network)
    first, last = tuple((0, i) for i in range(f.arity)), tuple((len(f.nodes), i) for i in range(f.width))
    least, most = (f.width, f.arity) if isinstance(goal, Surjective) else (f.arity, f.width)
    ends = [places for places in between if least <= len(places) <= most and places not in (first, last)] + [last]
    here, at, parts, evidence = first, 0, list[tuple[Place, ...]](), list[Theorem]()
    while True:
        for k in range(at, min(at + _AHEAD, len(ends))):
            steps = _stage(goal, f, (here, ends[k]), search, strong)
            if steps is not None:
                break
        else:
            if parts or any(isinstance(node.op, Product) for node in f.nodes):
                search.report(f"hypothesis: stage {len(parts) + 1} of {f.arity} numbers: {_why(goal, f, here, ends[at])}")
            return None
        evidence += steps
        here, at = ends[k], k + 1
        if at == len(ends):
            return tuple(parts), tuple(evidence)
        parts.append(here)


def _stage(
    goal: Injective | Surjective, f: Network, ends: tuple[tuple[Place, ...], tuple[Place, ...]], search: Search, strong: bool
) -> Steps | None:
    """Evidence for the part between two sets of coordinates."""
    start, end = ends
    try:
        g = segment(f, start, end, Meter())
    except (Rejected, Malformed):
        return None
    on: Domain = goal.on if start == tuple((0, i) for i in range(f.arity)) else Reals(len(start))
    last = end == tuple((len(f.nodes), i) for i in range(f.width))
    if isinstance(goal, Surjective):
        return onto(Surjective(g, on, goal.onto if last else Reals(len(end))), search, strong)
    return one_to_one(Injective(g, on), search, strong)


def _why(goal: Injective | Surjective, f: Network, start: tuple[Place, ...], end: tuple[Place, ...]) -> str:
    """Which hypothesis of solving for the inputs fails first."""
    try:
        g = segment(f, start, end, Meter())
        order = _order(dependence(g), g.arity)
        if order is None:
            return "its inputs have no order in which they can be solved for, as where a mask leaks, and it is not affine or monotone"
        on = Reals(g.arity)
        Triangular(*order).reduce(Injective(g, on) if isinstance(goal, Injective) else Surjective(g, on, Reals(g.width)))
    except (Rejected, Malformed) as why:
        return str(why)
    return "its inputs can be solved for, but not those of what follows"


def one_to_one(goal: Injective, search: Search, strong: bool) -> Steps | None:
    """Evidence that one stage is injective."""
    g = goal.f
    assert isinstance(g, Network)
    solved = triangular(goal)
    if solved is not None:
        return (solved,)
    if proves(ScaledRays(), goal):
        return (ScaledRays(),)
    step = radial_step(g)
    if step is not None and proves(step, goal):
        return (step,)
    return injective(g, goal.on, search) or (certificate(g, goal.on, search) if strong else None)


def onto(goal: Surjective, search: Search, strong: bool) -> Steps | None:
    """Evidence that one stage is onto."""
    g = goal.f
    assert isinstance(g, Network)
    step = triangular(goal) or radial_step(g)
    if step is not None and proves(step, goal):
        return (step,)
    found = surjective(g, goal.on, goal.onto, search)
    if found is None and strong and g.arity == g.width:
        found = certificate(g, goal.on, search)
    return found if found is not None and (len(found) > 1 or proves(found[0], goal)) else None


def triangular(goal: Injective | Surjective) -> Triangular | None:
    """The order in which the inputs can be solved for, if the graph has one and the kernel agrees."""
    f = goal.f
    assert isinstance(f, Network)
    if f.arity > _WIDEST:
        return None
    try:
        depends = dependence(f)
    except Malformed:
        return None
    order = _order(depends, f.arity)
    if order is None:
        return None
    step = Triangular(*order)
    return step if proves(step, goal) else None


def _order(depends: list[int], n: int) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Levels and outputs: again and again, those outputs that depend on one input only beside those that are known."""
    levels, outputs = [-1] * n, [-1] * n
    known, level, left = 0, 0, set(range(len(depends)))
    while known != (1 << n) - 1:
        fresh = 0
        for j in sorted(left):
            rest = depends[j] & ~known
            if rest == 0:
                left.discard(j)
            elif rest & (rest - 1) == 0:
                i = rest.bit_length() - 1
                if levels[i] in (-1, level) and not fresh >> i & 1:
                    levels[i], outputs[i], fresh = level, j, fresh | rest
                    left.discard(j)
        if not fresh:
            return None
        known, level = known | fresh, level + 1
    return tuple(levels), tuple(outputs)
