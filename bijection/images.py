"""The image of a set under a piecewise-affine network, exactly: polytopes, one for each linear region that no other one covers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bijection.engines.complete.regions import cells, groups
from bijection.engines.proposal import Search
from bijection.exact.cones import dot, walls
from bijection.exact.linear import rank
from bijection.fibres import Piece, Ray, dimensions, kinds
from proofs.domains import Box, Domain, Polytope, Reals
from proofs.errors import well_formed
from proofs.exact import vector
from proofs.functions import Function
from proofs.network import Network
from proofs.theorems.fibres import lowest

_MOST_COMPARED = 400  # regions whose images are compared with each other


@dataclass(frozen=True, slots=True, repr=False)
class Image:
    """f(on), the union of the pieces: computed in rational numbers from the linear regions that the kernel's own subdivision lists.

    Whether f is a bijection from `on` onto it is whether f is injective on `on`: `is_bijective(f, on, onto="image")`.
    """

    f: Network
    on: Domain
    pieces: tuple[Piece, ...]
    regions: int
    seconds: float

    @property
    def dimensions(self) -> dict[int, int]:
        """How many pieces there are of each dimension."""
        return dimensions(self.pieces)

    def __contains__(self, y: Sequence[int | Fraction]) -> bool:
        well_formed(len(y) == self.f.width, "an output of {} numbers; the network has {}", len(y), self.f.width)
        at = vector(y)
        return any(_holds(walls(list(piece.rays)), (*at.numerators, at.denominator)) for piece in self.pieces)

    def __repr__(self) -> str:
        from bijection.words import domain

        return f"<Image of {domain(self.on)}: polytopes: {kinds(self.pieces)}>"

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)


def image(f: Function, on: Domain, within: float = 60.0, progress: Callable[[str], None] | None = None) -> Image:
    """The image of ℝⁿ, a box or a polytope; NotSupported where the network has too many regions, or is not piecewise affine."""
    well_formed(isinstance(f, Network), "a table, or rounding, has no polytopes as images; bijection.maps has those of finite sets")
    assert isinstance(f, Network)
    well_formed(isinstance(on, Reals | Box | Polytope), f"images are found of ℝⁿ, a box or a polytope, not of a {type(on).__name__}")
    assert isinstance(on, Reals | Box | Polytope)
    started = time.monotonic()
    found: dict[frozenset[Ray], None] = {}
    regions = groups(cells(f, on, Search(started + within, report=progress or (lambda line: None))))
    for generators in regions:
        rays = frozenset(lowest(g.image) for g in generators if any(g.image))
        if any(ray[-1] for ray in rays):
            found[rays] = None
    pieces = _maximal(list(found)) if len(found) <= _MOST_COMPARED else list(found)
    return Image(f, on, tuple(Piece(tuple(sorted(rays))) for rays in pieces), len(regions), time.monotonic() - started)


def _maximal(pieces: list[frozenset[Ray]]) -> list[frozenset[Ray]]:
    """Those that no other one covers, and of equal ones the first; each without points and directions that the others span."""
    forms = [walls(list(rays)) for rays in pieces]
    left: list[int] = []
    for k, rays in enumerate(pieces):
        others = [j for j in range(len(pieces)) if j != k and all(_holds(forms[j], ray) for ray in rays)]
        if not any(j in left or not all(_holds(forms[k], ray) for ray in pieces[j]) for j in others):
            left.append(k)
    return [_corners(pieces[k], forms[k]) for k in left]


def _corners(rays: frozenset[Ray], forms: Sequence[Ray]) -> frozenset[Ray]:
    """The corners, and the directions of edges; all rays, where the piece holds a line and has none."""
    if rank([list(h) for h in forms]) < len(next(iter(rays))):
        return rays
    zeros = {ray: frozenset(k for k, h in enumerate(forms) if not dot(h, ray)) for ray in rays}
    return frozenset(ray for ray, on in zeros.items() if not any(on < other for other in zeros.values()))


def _holds(forms: Sequence[Ray], ray: Ray) -> bool:
    return all(dot(h, ray) >= 0 for h in forms)
