"""By how much the inverse of a network stretches distances on its image, which need not be convex: pair by pair of linear regions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise, product
from math import isqrt
from typing import Literal

from bijection.engines.complete.regions import cells, groups
from bijection.engines.proposal import Search
from bijection.engines.sampling import spread
from bijection.errors import NotSupported
from bijection.exact.smt import Graph, steepest
from bijection.inversion.lipschitz import LipschitzConstant, expands, length, lipschitz
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import Malformed, NoExactValue, Rejected
from proofs.network import Network
from proofs.statements import Expands
from proofs.subdivision import Generator
from proofs.theorems.cell_tree import CellTree
from proofs.theorems.slopes import secants

_MOST_PAIRS = 2_000
_MOST_INPUTS = 5  # for the sum norm, whose unit ball has 2ⁿ faces
_SAMPLES = 200


def on_image(f: Network, g: Network | None, on: Domain, norm: str, search: Search) -> LipschitzConstant:
    """The Lipschitz constant of the left inverse of an injective network on its image; g is a network that computes it, if there is one.

    From all pairs of linear regions where these are few. Elsewhere at least what pairs of inputs show, and at most a constant of g
    everywhere, or one over the number by which f is proved to multiply distances at least.
    """
    if isinstance(on, Reals | Box | Polytope):
        try:
            tree = cells(f, on, Search(search.deadline))
            known = steepness(tree, norm, search)
        except (NotSupported, Malformed, Rejected):
            known = None
        if isinstance(known, tuple):
            return LipschitzConstant(norm, *known, len(groups(tree)))
    else:
        known = None
    lower = max(_between_pairs(f, on, norm, search), default=Fraction(0))
    if known == "none":
        why = "there is none: along two regions without end inputs move apart, and outputs do not"
        return LipschitzConstant(norm, lower, None, None, because=why)
    everywhere = None if g is None else lipschitz(g, norm=norm, within=max(0.1, search.remaining()))
    upper = None if everywhere is None else everywhere.upper
    least = [k for k in (upper, _by_expansion(f, on, norm)) if k is not None]
    if not least:
        why = "there are too many pairs of linear regions, and no bound of slopes is known" if everywhere is None else everywhere.because
        return LipschitzConstant(norm, lower, None, None, because=why)
    proof = everywhere.proof if everywhere is not None and upper == min(least) else None
    return LipschitzConstant(norm, min(lower, *least), min(least), None, proof)


def steepness(tree: CellTree, norm: str, search: Search) -> tuple[Fraction, Fraction] | Literal["none"] | None:
    """The least Lipschitz constant of the inverse on the image in the max or sum norm, twice, or two numbers between which the one in the
    Euclidean norm lies; or that there is none; None if there are too many pairs of regions, or too little time.

    |x − x′| ≤ K·|f(x) − f(x′)| for all x, x′ in two polyhedra is decided by linear programs, exactly. Euclidean norms lie between those in
    the max norm and √n times these, or √m times, so that K is known up to these factors.
    """
    regions, n, m = groups(tree), tree.subdivision.f.arity, tree.subdivision.f.width
    if len(regions) * (len(regions) + 1) > 2 * _MOST_PAIRS or (norm == "sum" and n > _MOST_INPUTS):
        return None
    signs = product((1, -1), repeat=n) if norm == "sum" else (_unit(i, s, n) for i in range(n) for s in (1, -1))
    goals, best = list(signs), Fraction(0)
    for pair in combinations_with_replacement([_graph(region) for region in regions], 2):
        found = steepest(pair, goals, norm == "sum", best, search.remaining()) if search.remaining() > 0 else None
        if found is None or found == "unknown":
            return None
        if found == "none":
            return "none"
        best = found
    return (best / _root(m), best * _root(n)) if norm == "euclidean" else (best, best)


def _graph(region: list[Generator]) -> Graph:
    """The generators with their images."""
    images = [[Fraction(t) / g.factor for t in g.image[:-1]] for g in region]
    return [([Fraction(t) for t in g.ray[:-1]], image, g.ray[-1]) for g, image in zip(region, images, strict=True)]


def _unit(i: int, sign: int, n: int) -> tuple[int, ...]:
    return tuple(sign * (i == j) for j in range(n))


def _root(n: int) -> Fraction:
    """At least √n, and close to it."""
    return Fraction(isqrt(n * 10**24) + 1, 10**12) if n else Fraction(1)


def _between_pairs(f: Network, on: Domain, norm: str, search: Search) -> Iterator[Fraction]:
    """How far apart inputs are, over how far apart their outputs are, at least."""
    try:
        points = [(x, f(x)) for _, x in zip(range(_SAMPLES), spread(on, search.random("pairs")), strict=False)]
    except NoExactValue:
        return
    for (x, u), (y, v) in pairwise(points):
        moved, image = (length([a - b for a, b in zip(*pair, strict=True)], norm) for pair in ((x, y), (u, v)))
        if moved[0] and image[1]:
            yield moved[0] / image[1]


def _by_expansion(f: Network, on: Domain, norm: str) -> Fraction | None:
    """One over the number by which f multiplies distances in the max norm at least, times what the norms differ by."""
    try:
        proof = expands(f, on, secants(f, on))
    except (Rejected, Malformed):
        return None
    if proof is None or not isinstance(proof.statement, Expands):
        return None
    n = f.arity
    return {"max": Fraction(1), "sum": Fraction(n), "euclidean": _root(n)}[norm] / proof.statement.constant
