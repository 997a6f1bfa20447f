"""Affine maps of every rank, tables, lattices, and the empty cases."""

from __future__ import annotations

from fractions import Fraction

from proofs.activations import RELU
from proofs.domains import Box, Finite, Integers, Reals
from proofs.network import Argmax, Network, Table
from proofs.statements import IsIdentity, MapsInto, Reached
from tests.networks.build import (
    Entry,
    affine,
    both,
    box,
    chain,
    eye,
    grid,
    injective,
    labels,
    named,
    onto,
    point,
    polytope,
    relu,
    scalar,
)  # fmt: skip

_TINY = Fraction(1, 2**60)


def linear(*rows: list[object], b: list[object] | None = None) -> Network:
    """x ↦ wx + b."""
    return chain(len(rows[0]), affine(rows, b))  # type: ignore[arg-type]


_HILBERT = [[Fraction(1, i + j + 1) for j in range(4)] for i in range(4)]
_EMPTY = polytope([[1], [-1]], [0, -1])  # x ≤ 0 and x ≥ 1
_DIAGONAL = polytope([[1, -1], [-1, 1]], [0, 0])
_THREE_CYCLE = Table((1, 2, 0))
_TO_ZERO_WIDTH = chain(2, affine([], columns=2))
_FROM_ZERO_WIDTH = chain(0, affine([[], []], [1, "1/2"], columns=0))

AFFINE: dict[str, Entry] = named(
    {
        "affine rank 0": both(linear([0, 0], [0, 0], b=[1, 2]), False, False, "constant"),
        "affine rank 1": both(linear([1, 2], [2, 4]), False, False, "(2, −1) is in the kernel; a line"),
        "affine rank 2": both(linear([1, 2], [3, 4], b=["1/3", 0]), True, True, "determinant −2"),
        "affine 3×2": both(linear([1, 0], [1, 1], [0, 1]), True, False, "full column rank; a plane in space"),
        "affine 3×2 rank 1": both(linear([1, 1], [2, 2], [3, 3]), False, False, "rank 1"),
        "affine 2×3": both(linear([1, 2, 3], [4, 5, 6]), False, True, "(1, −2, 1) is in the kernel; rank 2"),
        "affine 2×3 rank 1": both(linear([1, 2, 3], [2, 4, 6]), False, False, "rank 1"),
        "affine Hilbert 4": both(chain(4, affine(_HILBERT)), True, True, "determinant 1/6048000"),
        "affine nearly singular": both(linear([1, 1], [1, 1 + _TINY]), True, True, "determinant 2⁻⁶⁰, zero for an SVD with a tolerance"),
        "affine singular in decimals": both(linear(["1/10", "3/10"], ["2/10", "6/10"]), False, False, "exactly rank 1"),
        "affine three factors": both(
            chain(2, affine([[1, 0], [0, 1], [1, 1]]), affine([[1, 0, 0], [0, 1, -1]])), False, False, "second output is −x"
        ),
        "affine through a wide layer": both(
            chain(2, affine([[1, 0], [0, 1], [1, 1]]), affine([[1, 0, 0], [0, 0, 1]])), True, True, "(x, x + y)"
        ),
        "zero map": both(linear([0]), False, False, "constant"),
        "translation": both(linear([1, 0], [0, 1], b=[5, "-7/3"]), True, True, "inverse: the translation back"),
        "sum on the diagonal": injective(linear([1, 1]), _DIAGONAL, True, "2t on the line x = y"),
        "difference on the diagonal": injective(linear([1, -1]), _DIAGONAL, False, "0 on the line x = y"),
        "sum on a flat box": injective(linear([1, 1]), Box(point(0, 3), point(1, 3)), True, "the second coordinate is fixed"),
        "sum on a square": both(linear([1, 1]), False, True, "(0, 1) and (1, 0)", on=box(0, 1, 2), to=box(0, 2)),
        "affine on a box onto ℝ": onto(linear([2]), box(0, 1), Reals(1), False, "bounded"),
        "scaling onto a box": both(linear([2], b=[1]), True, True, "from [0, 1] to [1, 3]", on=box(0, 1), to=box(1, 3)),
        "scaling leaves the box": {"into": Entry(MapsInto(linear([2]), box(0, 1), box(0, 1)), False, "2 at 1")},
    }
)

LATTICES: dict[str, Entry] = named(
    {
        "doubling on ℤ": both(linear([2]), True, False, "odd numbers are missed", on=Integers(1), to=Integers(1)),
        "shift on ℤ": both(linear([1], b=[1]), True, True, "inverse: the shift back", on=Integers(1), to=Integers(1)),
        "inclusion of ℤ": onto(Network(1, ()), Integers(1), Reals(1), False, "½; also ℵ₀ < 2^ℵ₀"),
        "sum on ℤ²": both(linear([1, 1]), False, True, "(1, 0) and (0, 1)", on=Integers(2), to=Integers(1)),
        "unimodular on ℤ²": both(linear([1, 2], [0, 1]), True, True, "integer inverse", on=Integers(2), to=Integers(2)),
        "halves on bits": injective(linear([1, "1/2"]), grid(0, 1, 2), True, "0, ½, 1, 3/2"),
        "halves on 0 … 2": injective(linear([1, "1/2"]), grid(0, 2, 2), False, "(1, 0) and (0, 2)"),
        "huge kernel vector": injective(linear([1, 1000]), grid(0, 9, 2), True, "(1000, −1) does not fit into the grid"),
        "relu on a signed grid": injective(scalar(RELU), grid(-2, 2), False, "0 for −2 and −1"),
        "grid with step ½": both(linear([2]), True, True, "0, 1, 2", on=grid(0, 1, 1, "1/2"), to=grid(0, 2)),
        "threshold label on bits": both(
            chain(2, affine([[0, 0], [2, 2]], [0, -1]), Argmax()), False, True, "or: 4 points, 2 labels", on=grid(0, 1, 2), to=labels(2)
        ),
    }
)

TABLES: dict[str, Entry] = named(
    {
        "table cycle": both(_THREE_CYCLE, True, True, "a permutation", on=labels(3), to=labels(3)),
        "table constant": both(Table((0, 0, 0)), False, False, "one value", on=labels(3), to=labels(3)),
        "table into more": both(Table((4, 2)), True, False, "2 points, 5 values", on=labels(2), to=labels(5)),
        "table onto fewer": both(Table((0, 1, 1)), False, True, "3 points, 2 values", on=labels(3), to=labels(2)),
        "table restricted": injective(Table((0, 1, 1)), labels(2), True, "0 and 1 are told apart"),
        "table cycle is not the identity": {"identity": Entry(IsIdentity(_THREE_CYCLE, labels(3)), False, "0 ↦ 1")},
        "table negative value": onto(Table((-1, 0)), labels(2), Finite((point(-1), point(0))), True, "listed"),
    }
)

EMPTY: dict[str, Entry] = named(
    {
        "no nodes, no inputs": both(Network(0, ()), True, True, "one point to one point"),
        "no outputs": both(_TO_ZERO_WIDTH, False, True, "a plane to one point"),
        "no inputs": both(_FROM_ZERO_WIDTH, True, False, "one point in the plane"),
        "no outputs from one point": both(_TO_ZERO_WIDTH, True, True, "one point to one point", on=box(3, 3, 2)),
        "through nothing": both(chain(1, affine([], columns=1), affine([[]], [7], columns=0)), False, False, "the constant 7"),
        "relu of nothing": both(chain(0, relu(0)), True, True, "one point to one point"),
        "relu on one point": both(scalar(RELU), True, True, "one point to one point", on=box(-3, -3), to=box(0, 0)),
        "relu on one listed point": injective(scalar(RELU), Finite((point(-3),)), True, "one point"),
        "empty table": both(Table(()), True, True, "nothing to nothing", on=labels(0), to=labels(0)),
        "empty table onto one label": onto(Table(()), labels(0), labels(1), False, "nothing reaches 0"),
        "zero map on nothing": both(linear([0]), True, False, "no two points; nothing is reached", on=_EMPTY),
        "reached from nothing": {"reached": Entry(Reached(Network(1, ()), _EMPTY, point(0)), False, "there is no input")},
        "identity is the identity": {"identity": Entry(IsIdentity(Network(3, ()), Reals(3)), True, "definition")},
        "scaled identity is not": {"identity": Entry(IsIdentity(chain(2, affine(eye(2, 2))), Reals(2)), False, "2x ≠ x at 1")},
    }
)
