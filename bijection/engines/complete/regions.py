"""All linear regions of a network on a domain, exactly, for whoever lists them: the cells of the kernel, put together."""

from __future__ import annotations

from bijection.engines.complete.cell_pairs import grow
from bijection.engines.proposal import Search
from bijection.errors import NotSupported
from proofs.domains import Box, Polytope, Reals
from proofs.errors import Malformed, Rejected
from proofs.network import Network
from proofs.subdivision import Generator, Subdivision
from proofs.theorems.cell_tree import CellTree

MOST_PIECES = 20_000


def cells(f: Network, on: Reals | Box | Polytope, search: Search) -> CellTree:
    """All cells of the network on the domain; NotSupported where there are none, or too many."""
    try:
        cuts = grow(Subdivision(f, on), search, 4 * MOST_PIECES)
        if cuts is not None:
            return CellTree(Subdivision(f, on), cuts)
    except (Rejected, Malformed) as why:
        raise NotSupported(f"the network is not cut into linear regions: {why}") from None
    except OverflowError:
        raise NotSupported(
            "the network is not cut into linear regions: its numbers are too large for floats, which guide the cutting"
        ) from None
    raise NotSupported("the network has too many linear regions for the time allowed; a smaller domain, or more time, may help")


def groups(tree: CellTree) -> list[list[Generator]]:
    """The generators of each region: leaves with the same sides of all switches are parts of one."""
    found: dict[tuple[int, int], set[int]] = {}
    for leaf in tree.leaves():
        positive = negative = 0
        for number in tree.members[leaf]:
            positive |= tree.subdivision.generators[number].positive
            negative |= tree.subdivision.generators[number].negative
        found.setdefault((positive, negative), set()).update(tree.members[leaf])
    if len(found) > MOST_PIECES:
        raise NotSupported(f"{len(found)} linear regions; at most {MOST_PIECES} are listed")
    return [[tree.subdivision.generators[k] for k in sorted(members)] for members in found.values()]
