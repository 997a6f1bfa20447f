"""The degree of a piecewise-affine map ℝⁿ → ℝⁿ: how often it takes almost every value, counted with the signs of its determinants."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bijection.engines.complete.cell_pairs import grow
from bijection.engines.complete.orientation import MOST_INPUTS, regular_value
from bijection.engines.proposal import Search
from bijection.shown import Shown
from bijection.words import count
from proofs.domains import Point, Reals
from proofs.errors import Malformed, NoExactValue, Rejected, well_formed
from proofs.functions import Function
from proofs.network import Network
from proofs.subdivision import Subdivision
from proofs.theorems.orientation import OrientedCells


@dataclass(frozen=True, slots=True, repr=False)
class Degree(Shown):
    """The Brouwer degree of f: the sum of the signs of det f′ at the preimages of a regular value, the same for all of these.

    `number` is None where it is not known or there is none, as for maps that are not proper; `because` says why. A degree that is not 0
    means that f is onto; f is injective exactly if all `signs` are equal and the regular value has one preimage.
    """

    f: Network = field(repr=False)
    number: int | None
    value: Point | None  # a regular value
    preimages: Mapping[Point, int] = field(hash=False)  # all its preimages, each with the sign of the determinant there
    signs: frozenset[int]  # of the determinants of all cells
    because: str
    seconds: float = field(compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "preimages", MappingProxyType(dict(self.preimages)))

    def __repr__(self) -> str:
        return f"<Degree {'unknown' if self.number is None else self.number}: {self.because}>"


def degree(f: Function, within: float = 60.0, progress: Callable[[str], None] | None = None, seed: int = 0) -> Degree:
    """The degree of a network ℝⁿ → ℝⁿ, by all of its cells; all of it is computed exactly, by the code of the kernel.

    There is no statement about degrees, so this number is no verdict: nothing of it has passed the kernel as bytes.
    """
    well_formed(isinstance(f, Network), "a table, or a network in binary32 arithmetic, has no degree; it is a matter of continuous maps")
    assert isinstance(f, Network)
    n = f.arity
    well_formed(f.width == n, f"a map ℝⁿ → ℝⁿ has a degree; this network is ℝ^{n} → ℝ^{f.width}")
    started = time.monotonic()
    search = Search(started + within, seed, report=progress or (lambda line: None))

    def unknown(why: str, signs: frozenset[int] = frozenset()) -> Degree:
        return Degree(f, None, None, {}, signs, why, time.monotonic() - started)

    if not 0 < n <= MOST_INPUTS:
        return unknown(f"cells are enumerated for 1 to {MOST_INPUTS} inputs, not for {n}")
    try:
        cuts = grow(Subdivision(f, Reals(n)), search)
        if cuts is None:
            return unknown("the time allowed is used up, or there are too many cells")
        cells = OrientedCells(f, Reals(n), cuts)
        signs = frozenset(cells.signs.values())
        if not all(sign or cells.proper(leaf) for leaf, sign in cells.signs.items()):
            return unknown("the map may be constant along a direction without end; a map that is not proper has no degree", signs)
        found = regular_value(cells, search.random("degree"))
    except (Rejected, Malformed, OverflowError, NoExactValue) as error:
        return unknown(f"the regions of the network are not enumerated: {error}")
    if found is None:
        return unknown("no value was seen to be regular", signs)
    value, preimages = found
    because = f"the sum of the signs at {count(len(preimages), 'preimage')} of a regular value, of {count(len(cells.signs), 'cell')}"
    return Degree(f, sum(preimages.values()), value, preimages, signs, because, time.monotonic() - started)
