"""Short ways to write the values of the vocabulary in tests."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from proofs.activations import Activation
from proofs.domains import Box, Finite, Grid, Point
from proofs.network import Affine, Network, Node, Op, Pointwise, Row


def q(text: str | int) -> Fraction:
    """The rational that the text names."""
    return Fraction(text)


def point(*entries: str | int | Fraction) -> Point:
    """A point from integers and texts such as "1/2"."""
    return tuple(Fraction(entry) for entry in entries)


def affine(w: Sequence[Sequence[int | str]], b: Sequence[int | str] | None = None, columns: int | None = None) -> Affine:
    """x ↦ Wx + b."""
    shift = [Fraction(t) for t in b] if b is not None else [Fraction(0)] * len(w)
    matrix = [[Fraction(t) for t in line] for line in w]
    d = lcm(*(t.denominator for line in [*matrix, shift] for t in line))
    rows = []
    for line, t in zip(matrix, shift, strict=True):
        used = tuple(j for j, a in enumerate(line) if a)
        rows.append(Row(used, tuple(int(line[j] * d) for j in used), int(t * d)))
    return Affine(len(matrix[0]) if matrix else (columns or 0), tuple(rows), d)


def chain(arity: int, *ops: Op) -> Network:
    """The ops one after the other."""
    return Network(arity, tuple(Node(op, (i,)) for i, op in enumerate(ops)))


def layer(*activations: Activation) -> Network:
    """One layer of activations."""
    return chain(len(activations), Pointwise(activations))


def box(lower: int | str, upper: int | str, n: int = 1) -> Box:
    """[lower, upper]ⁿ."""
    return Box((Fraction(lower),) * n, (Fraction(upper),) * n)


def grid(lower: int, upper: int, n: int = 1, step: int | str = 1) -> Grid:
    """The grid {lower, lower + step, …, upper}ⁿ."""
    return Grid((Fraction(lower),) * n, (Fraction(upper),) * n, (Fraction(step),) * n)


def finite(*points: Sequence[int | str]) -> Finite:
    """The listed points."""
    return Finite(tuple(point(*p) for p in points))
