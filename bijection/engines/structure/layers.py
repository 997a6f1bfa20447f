"""Layer by layer: affine parts by rank, activations by monotonicity, the whole by composition (S4, L1, L11, B8, A18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from bijection.engines.proposal import Proposal, Search, proves
from bijection.engines.sampling import distinct
from bijection.engines.structure.growth import coercive
from bijection.engines.structure.packing import LARGEST, apart, packed
from bijection.exact.linear import column_certificate, row_certificate
from proofs.compose import cuts, prefix, suffix
from proofs.domains import Box, Domain, Grid, Reals
from proofs.enclosure import bounds
from proofs.errors import Malformed, Rejected
from proofs.kernel import Theorem
from proofs.network import Affine, Network, Pointwise, Stack, Sum
from proofs.statements import Injective, MapsInto, Not, Positive, Surjective
from proofs.theorems.affine import FullColumnRank, FullRowRank, affine_form
from proofs.theorems.composition import Through
from proofs.theorems.monotone import MonotoneLayer, OntoLayer
from proofs.theorems.onto import MaximumOnto
from proofs.theorems.values import Escapes, StaysInside

Steps: TypeAlias = tuple[Theorem, ...]
Prover: TypeAlias = Callable[[Network, Domain, Search], Steps | None]


def by_layers(goal: Positive, search: Search) -> Iterator[Proposal]:
    """A proof that every layer is injective, or onto; or that the image stays inside a set."""
    match goal:
        case Injective(Network() as f, on):
            steps = injective(f, on, search)
            if steps is not None:
                yield Proposal(goal, steps, "every layer is injective" if f.nodes else "the identity is injective")
        case Surjective(Network() as f, Reals() as on, onto):
            steps = surjective(f, on, onto, search)
            if steps is not None:
                yield Proposal(goal, steps, "every layer is onto" if f.nodes else "the identity is onto")
        case Surjective(Network() as f, on, onto):
            steps = _one_onto(f, on, onto, search)
            if steps is not None:
                yield Proposal(goal, steps, "the layer takes every value of the codomain")
        case MapsInto(_, on, _):
            if proves(StaysInside(), goal):
                yield Proposal(goal, (StaysInside(),), "the image stays inside the set")
            for point in distinct(on, search.random("escape"), 20):
                if proves(Escapes(point), Not(goal)):
                    yield Proposal(Not(goal), (Escapes(point),), "an output lies outside the codomain")
                    return
        case _:
            return


def injective(f: Network, on: Domain, search: Search, prover: Prover | None = None) -> Steps | None:
    """Steps that prove Injective(f, on), layer by layer, or None.

    The prover is asked about an affine part with the activations after it where these alone are not known to be injective.
    """
    packing = isinstance(on, Grid) and f.arity <= LARGEST
    if not packing and any(f.widths[cut] < f.arity for cut in cuts(f)):
        return None  # no matrix on the way can have full column rank: do not compute any
    found: list[Theorem] = []
    while True:
        cut = _first_part(f)
        steps = _one_injective(prefix(f, cut), on)
        if prover is not None and (steps is None or _flat(f, cut, on)):
            cut += _is_pointwise(f, cut)
            steps = prover(prefix(f, cut), on, search)
        head, rest = prefix(f, cut), suffix(f, cut)
        if steps is None or search.remaining() <= 0:
            return None
        if not rest.nodes:
            return (*found, *steps)
        via = _image_box(head, on)
        found += [Through(cut, via), *steps, StaysInside()]
        f, on = rest, via


def surjective(f: Network, on: Domain, onto: Domain, search: Search) -> Steps | None:
    """Steps that prove Surjective(f, ℝⁿ, onto), layer by layer, or None."""
    found: list[Theorem] = []
    while True:
        cut = _first_part(f)
        head, rest = prefix(f, cut), suffix(f, cut)
        via: Domain = Reals(head.width) if rest.nodes else onto
        steps = _one_onto(head, on, via, search)
        if steps is None or search.remaining() <= 0:
            return None
        if not rest.nodes:
            return (*found, *steps)
        found += [Through(cut, via), *steps]
        f, on = rest, via


def _first_part(f: Network) -> int:
    """The longest affine start of the network, or else its first layer."""
    places = [k for k in cuts(f) if k > 0]
    affine = [k for k in places if all(isinstance(node.op, Affine | Sum | Stack) for node in f.nodes[:k])]
    return affine[-1] if affine else (places[0] if places else 0)


def _is_pointwise(f: Network, cut: int) -> bool:
    """Whether the first operation after the cut is a layer of activations (and the cut after it a cut)."""
    return cut + 1 in cuts(f) and isinstance(f.nodes[cut].op, Pointwise)


def _flat(f: Network, cut: int, on: Domain) -> bool:
    """Whether activations follow that are not injective on a box around what reaches them."""
    if not _is_pointwise(f, cut):
        return False
    return not proves(MonotoneLayer(), Injective(prefix(suffix(f, cut), 1), _image_box(prefix(f, cut), on)))


def _one_injective(f: Network, on: Domain) -> Steps | None:
    goal = Injective(f, on)
    if f.nodes and isinstance(f.nodes[0].op, Pointwise):
        return (MonotoneLayer(),) if proves(MonotoneLayer(), goal) else None
    try:
        w = affine_form(f)
    except Rejected:
        return None
    certificate = column_certificate(w) if len(w.rows) >= w.columns else None
    if certificate is not None:
        return (FullColumnRank(*certificate),)
    if not isinstance(on, Grid):
        return None
    try:
        certificates = (find(w, on) for find in (packed, apart))
        return next(((found,) for found in certificates if found is not None and proves(found, goal)), None)
    except Malformed:
        return None  # more work than the kernel allows


def _one_onto(f: Network, on: Domain, onto: Domain, search: Search) -> Steps | None:
    goal = Surjective(f, on, onto)
    if f.nodes and isinstance(f.nodes[0].op, Pointwise):
        return (OntoLayer(),) if proves(OntoLayer(), goal) else None
    if not isinstance(on, Reals):
        return None
    try:
        certificate = row_certificate(affine_form(f))
    except Rejected:
        theorem = coercive(f) if f.arity == f.width else None
        found = next((t for t in (MaximumOnto(), theorem) if t is not None and proves(t, goal)), None)
        return None if found is None else (found,)
    return None if certificate is None else (FullRowRank(*certificate),)


def _image_box(f: Network, on: Domain) -> Domain:
    """A box around the image, if it is bounded: later layers may be monotone there only."""
    sides = bounds(f, on)
    lower = [side.lower for side in sides if side.lower is not None]
    upper = [side.upper for side in sides if side.upper is not None]
    if len(lower) == len(upper) == len(sides):
        return Box(tuple(lower), tuple(upper))
    return Reals(f.width)
